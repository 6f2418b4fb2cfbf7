/** Redirects whose Location is not the address that was meant: a slash too few, no scheme, the port after the path, a pattern as the host. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { toBytes } from '../../base/bytes.ts';
import { asked } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { listenersAt, listenersOf, nameMatches, type Server, serversOf } from '../../config/servers.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import { nginxContainers, publishedAs } from '../../deploy/reach.ts';
import { variablesIn } from '../../trace/script.ts';
import type { Trace } from '../../trace/trace.ts';
import { withNothingThere } from '../../witness/errors.ts';
import { isRedirect, isWellFormed } from '../../witness/redirects.ts';
import { locationHeader, proofOf, witnessesOf } from '../../witness/requests.ts';
import { type Door, directiveAt, type Spot } from '../../witness/spots.ts';
import { tellingDoors, withQuery } from '../../witness/telling.ts';
import { defineRule, type Report } from '../rule.ts';

/** Endings of files that a relative Location may name. */
const FILE = /\.(?:html?|php|aspx?|jsp|cgi|py|txt|xml|json|js|css|png|jpe?g|gif|svg|ico|pdf|do)$/i;
const HOST_NAME = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z]{2,}(?::\d+)?$/i;

type Fault =
  | 'oneSlash'
  | 'noScheme'
  | 'noColon'
  | 'portBehind'
  | 'pattern'
  | 'escaped'
  | 'noHost'
  | 'noHeader'
  | 'runsOn'
  | 'twoPorts'
  | 'otherScheme'
  | 'twoSlashes'
  | 'machine'
  | 'protocol';

interface Found {
  readonly fault: Fault;
  /** what of the line the message names; empty where nothing of it is to be named */
  readonly part: string;
}

/** The message that says it. */
const saidOf = ({ fault, part }: Found): Fault | 'hostless' => (fault === 'noHost' && part === '' ? 'hostless' : fault);

/** What is wrong with a Location; `asked` is the path and query of the request, which hold neither a colon nor a host. */
function faultOf(location: string, path: string, asked: string, door: Door, by: Directive): Found | null {
  const protocol = /^(HTTP\/\d[\d.]*):/.exec(location);
  if (protocol) return { fault: 'protocol', part: protocol[1]! };
  const scheme = /^(https?):(\/?)(?!\/)/i.exec(location);
  if (scheme) return { fault: 'oneSlash', part: `${scheme[1]}:${scheme[2]}` };
  const first = location.split(/[/?#]/)[0]!;
  if (/^https?\/\//i.test(location)) return { fault: 'noColon', part: `${first}//` };
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(location)) {
    if (first === '' || FILE.test(first)) return null;
    return HOST_NAME.test(first) || first === door.host || first.endsWith(`.${door.host}`) ? { fault: 'noScheme', part: first } : null;
  }
  const m = /^https?:\/\/([^/?#]*)/i.exec(location);
  if (!m) return null;
  const target = m[1]!;
  const name = target.replace(/^[^@]*@/, '').replace(/:\d*$/, '');
  const ports = /^(?:[^@]*@)?[^:[\]]+(:\d+:\d+)$/.exec(target);
  if (ports) return { fault: 'twoPorts', part: ports[1]! };
  if (name === '') {
    const header = /https?:\/\/\$\{?(http_\w+|cookie_\w+|arg_\w+)/i.exec(by.values.join(' '))?.[1];
    if (header) return { fault: 'noHeader', part: `$${header}` };
    const empty = /:\/\/(\$\w+|\$\{\w+\})/.exec(by.values.join(' '))?.[1];
    return { fault: 'noHost', part: empty ?? '' };
  }
  if (name !== door.host && by.values.some((v) => /\/\/\$\{?hostname\b/.test(v)) && !namesTheMachine(by.scope.config))
    return { fault: 'machine', part: name };
  const escaped = name.includes('\\') ? /\\(\$\{?\w+\}?)/.exec(by.values.join(' '))?.[1] : undefined;
  if (escaped) return { fault: 'escaped', part: escaped };
  // a host that begins with a dot may as well be what an empty variable leaves
  const isOfServer = variablesIn(by.values.join(' ')).some((v) => sourcesOf(by.scope.config, v).has('server_name'));
  if (isOfServer && (name === '_' || /^[.~*]|[*^()\\|]|\.\*$/.test(name))) return { fault: 'pattern', part: name };
  const [, before = '', port = ''] = /^(.*)(:\d{2,5})(?:\?b=1)?$/.exec(location) ?? [];
  if (port && (before.endsWith(path) || before.endsWith(asked))) return { fault: 'portBehind', part: port };
  // the path continues a host that is written out: https://example.orgusers
  const piece = path.replace(/^\//, '').split('/')[0]!;
  const written = /https?:\/\/((?:[\w-]+\.)+[a-z]{2,})(?=\$)/i.exec(by.values.join(' '))?.[1];
  if (piece.length > 2 && written && name.startsWith(written) && name === written + piece) return { fault: 'runsOn', part: name };
  // the port that the request came to is one without TLS, whoever is in front
  const own = /^https:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(location)?.[1];
  const isPlain = own === '80' || (Number(own) === door.port && by.values.some((v) => /\$\{?server_port\b/.test(v)));
  if (isPlain && door.scheme === 'http') return { fault: 'otherScheme', part: 'http' };
  const other = schemeAt(by.scope.config, location);
  if (other) return { fault: 'otherScheme', part: other };
  const rest = location.slice(m[0].length);
  if (path.length > 2 && !path.includes('//') && rest.replace(/\?.*/s, '').endsWith(`/${path}`) && !/https?:/.test(rest))
    return { fault: 'twoSlashes', part: '//' };
  return null;
}

/** Some server is asked for by the machine's own name. */
const namesTheMachine = (config: Config): boolean =>
  asked(config, 'named after the machine', (c) => serversOf(c).some((s) => s.names.some((n) => n.hostname)));

/** Whether a server at a port has a name that takes the host. */
const isNamedAt = (config: Config, port: number, host: string): boolean =>
  asked(config, `named ${host} at ${port}`, (c) =>
    listenersAt(c, port).some((l) => !l.udp && l.servers.some((s) => s.names.some((n) => n.text !== '' && nameMatches(n, toBytes(host))))),
  );

/**
 * The scheme that this configuration speaks at the port of a Location with the other one; null where it is the same, or where the port belongs
 * to someone else. Without a TLS listener someone in front ends TLS, and his ports are not known.
 */
function schemeAt(config: Config, location: string): string | null {
  const m = /^(https?):\/\/([^/?#]*?):(\d+)(?:[/?#]|$)/i.exec(location);
  const listeners = listenersOf(config).filter((l) => !l.udp && l.kind !== 'unix');
  if (!m || !listeners.some((l) => l.ssl)) return null;
  const host = m[2]!.toLowerCase();
  const there = listeners.filter((l) => l.port === Number(m[3]));
  const secure = m[1]!.toLowerCase() === 'https';
  const isOurs = isNamedAt(config, Number(m[3]), host);
  return isOurs && there.every((l) => l.ssl !== secure) ? (secure ? 'http' : 'https') : null;
}

/** The lines for plain HTTP on a TLS listener that are in force. */
const ofPlain = ({ scope }: Spot): readonly Directive[] =>
  scope.effective('error_page').directives.filter((d) => d.values.slice(0, -1).includes('497'));

/** The error pages of a place's own that lie at another address, or were meant to. */
const sentElsewhere = (spot: Spot): readonly Directive[] =>
  spot.directives.filter((d) => d.name === 'error_page' && /^https?:|^(?:[\w-]+\.)+[a-z]{2,}\//i.test(d.values.at(-1) ?? ''));

/** Requests without TLS to a server's TLS listeners, as far as their redirect leads to a port that is none, or to the same one without TLS. */
function* plainOnTls(
  spot: Spot,
  containers: readonly ComposeService[],
): Generator<{ message: 'plainElsewhere' | 'plainAgain'; report: Report }> {
  const lines = ofPlain(spot);
  if (!lines.length) return;
  for (const door of spot.doors.slice(0, 4)) {
    if (door.scheme !== 'https' || door.listener.proxyProtocol) continue;
    const trace = witnessesOf(spot.config).ask({ ...spot.request({}, door), scheme: 'http' });
    const to = locationHeader(trace);
    const step = trace.steps.find((s) => s.phase === 'error-page' && s.at);
    const by = step && directiveAt(lines, step.at);
    const m = /^(https?):\/\/([^/?#]*?)(?::(\d+))?(?:[/?#]|$)/i.exec(to ?? '');
    if (!by || !m || m[2]!.toLowerCase() !== door.host) continue;
    const secure = m[1]!.toLowerCase() === 'https';
    const port = Number(m[3] ?? (secure ? 443 : 80));
    // published under another port: it is the one outside that counts
    const outside = containers.flatMap((c) => publishedAs(c, door.port).map((p) => p.published));
    const known = listenersOf(spot.config).some((l) => l.port === port && l.ssl && !l.udp) || outside.includes(port);
    const message = !secure && port === door.port ? 'plainAgain' : secure && !known ? 'plainElsewhere' : null;
    if (!message) continue;
    const at = by.at();
    const severity = message === 'plainElsewhere' ? 'info' : 'warning';
    yield { message, report: { at, severity, data: { port: door.port, to: to! }, witness: proofOf(trace) } };
    return;
  }
}

/** The lines by which redirects of the application get a host that is a pattern, or none. */
const ofApplication = ({ scope, server }: Spot): readonly Directive[] =>
  server.names[0] && isPatternName(server.names[0].text)
    ? scope.effective('proxy_redirect').directives.filter((d) => /\/\/\$\{?server_name\b/.test(d.value(1)))
    : [];

/** A first name that is no host, so that $server_name is none: a mask, an expression, `_`. */
const isPatternName = (name: string): boolean => name === '' || name === '_' || /^~|\*/.test(name);

/** Error pages at the server's own name, which is no host. */
const pagesOfPattern = (spot: Spot): readonly Directive[] =>
  spot.server.names[0] && isPatternName(spot.server.names[0].text)
    ? spot.directives.filter((d) => d.name === 'error_page' && /^(?:https?|\$scheme):\/\/\$\{?server_name\b/.test(d.values.at(-1) ?? ''))
    : [];

/** Whether a line has a variable of which nothing that is seen tells the value. */
const holdsAssumed = (line: Directive, { assumptions }: Trace): boolean =>
  assumptions.some(({ id }) => line.values.some((v) => v.toLowerCase().includes(`$${id}`)));

/** Whether a line has a group of a server's name that a template writes: which hosts it takes, and what it holds then, is not known. */
const holdsPartOfTemplate = (line: Directive, { names }: Server): boolean => {
  const used = variablesIn(line.values.join(' '));
  return names.some(
    ({ kind, text, directive, argument }) =>
      kind === 'regex' && directive?.args[argument]?.templated && used.some((v) => text.includes(`<${v}>`) || /^[1-9]$/.test(v)),
  );
};

/** The lines of a place that redirect to what only a request tells. */
const doubtful = ({ directives, server }: Spot): readonly Directive[] =>
  directives.filter((d) => d.name !== 'error_page' && isRedirect(d) && !isWellFormed(d, server));

export default defineRule({
  id: 'redirect-target-malformed',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Malformed redirect target',
  why: `
What follows the code of \`return\`, or the replacement of a \`rewrite\` that redirects, goes to the client as the Location. nginx completes it only where it begins with a slash. \`example.org/x\` is a path below the present page, \`https:/example.org\` is not the address of a host, and \`$request_uri:8443\` puts the port after the path.

\`$server_name\` is the first name of the \`server_name\` line as it is written: \`_\`, a mask or a regular expression are not hosts that a client could ask. \`$host\` is the one that the client has asked for.`,
  about: ['return', 'rewrite', '$server_name', '$host'],
  looksAt: {
    outcome: ['return', 'rewrite', 'error_page', 'server', 'proxy_pass'],
    when: (spot) =>
      (spot.location === null && ofPlain(spot).length > 0) ||
      sentElsewhere(spot).length > 0 ||
      doubtful(spot).length > 0 ||
      (spot.has('proxy_pass') && ofApplication(spot).length > 0) ||
      pagesOfPattern(spot).length > 0,
  },
  needs: 'config',
  costly: true,
  messages: {
    oneSlash: 'The Location {to} has {part} followed by a single slash, so it names no host. Write https:// with two slashes.',
    noScheme: 'The Location {to} has no scheme: a browser takes {part} for a relative path. Write https://{part}.',
    noColon: 'The Location {to} begins with {part}, so a browser takes it for a relative path. Put the colon before the slashes.',
    portBehind: 'The port comes after the path: {from} is redirected to {to}. Put {part} after the host.',
    questionMark: 'The question mark becomes %3F, a part of the path: {to}. A rewrite appends the query itself; drop $is_args$args.',
    pattern: '{part} is no host: $server_name holds the pattern of the server_name line as it is written. Use $host, or write the name.',
    escaped:
      '{from} is redirected to {to}: the backslash before {part} stays, since nothing escapes a dollar sign in nginx. Remove the backslash.',
    machine:
      '$hostname is the name of the machine that nginx runs on, not the host of the request: {from} is redirected to that. Use $host, or write the name.',
    protocol:
      '$server_protocol is the version, not the scheme: the Location {to} begins with "{part}:", and no browser follows it. Use $scheme, or write https.',
    noHost: 'The Location {to} names no host: {part} is empty there. Use $host, or write the name.',
    hostless: 'The Location {to} names no host. Use $host, or write the name.',
    noHeader:
      'A request without the header that {part} holds is redirected to {to}, which names no host. Use $host, or a map that falls back on it.',
    twoPorts: 'The Location {to} has two ports: $http_host already holds the requested port. Use $host before {part}.',
    otherScheme:
      'At the port of {to} this nginx speaks {part}, so the browser shows an error. Write the port of the other listener, or $host without a port.',
    twoSlashes:
      '{from} is redirected to {to}, with two slashes: $uri, $request_uri and a group of ^(.*) begin with one. Remove the slash before it.',
    plainElsewhere:
      'Who asks port {port} without TLS is redirected to {to}, and no TLS listener of this configuration has that port. Write https://$host:{port}$request_uri.',
    plainAgain:
      'Who asks port {port} without TLS is redirected to {to}, without TLS again, forever. Write https://$host:{port}$request_uri.',
    runsOn: 'The path runs into the host: {from} is redirected to {to}. Put a slash after the host.',
  },
  check({ spot, config, deployment, report }) {
    if (spot.location === null)
      for (const found of plainOnTls(spot, nginxContainers(deployment, config))) report(found.message, found.report);
    for (const line of sentElsewhere(spot)) {
      // nginx sends the word as it is (ngx_http_send_error_page)
      const to = line.values.at(-1)!;
      const door = spot.doors[0]!;
      const found = /\$/.test(to.slice(0, 9)) ? null : faultOf(to, '/users', '/users?b=1', door, line);
      if (found?.fault === 'oneSlash' || found?.fault === 'noScheme')
        report(found.fault, { at: line.at(line.args.at(-1)!), data: { to, part: found.part } });
    }
    for (const line of pagesOfPattern(spot)) {
      const door = spot.doors[0]!;
      const there = withNothingThere(spot);
      const upstream = there.outcome.upstreamRequest?.upstream;
      const isDown = locationHeader(there) === null && upstream !== undefined && line.values.some((code) => /^50[24]$/.test(code));
      const trace = isDown ? spot.ask({}, { upstreams: { [upstream]: { failure: 'refused' } } }) : there;
      const to = locationHeader(trace);
      const found = to !== null && faultOf(to, '/users', '/users', door, line);
      if (!found || (found.fault !== 'pattern' && found.fault !== 'noHost')) continue;
      report(saidOf(found), { at: line.at(), data: { to: to!, part: found.part }, witness: proofOf(trace) });
    }
    // the application sends on to the address by which it is asked
    if (spot.has('proxy_pass'))
      for (const line of ofApplication(spot)) {
        const from = line.value(0);
        const sent = /^https?:\/\/[^$]+$/.test(from) ? null : spot.ask({}).outcome.upstreamRequest;
        const start = sent ? `${sent.protocol}://${sent.upstream}` : from.replace(/\/$/, '');
        const trace = spot.ask({}, { upstream: { status: 302, headers: [['Location', `${start}/next`]] } });
        const to = locationHeader(trace);
        const found = to !== null && faultOf(to, '/users', '/users', spot.doors[0]!, line);
        if (!found || (found.fault !== 'pattern' && found.fault !== 'noHost')) continue;
        report(saidOf(found), { at: line.at(), data: { to: to!, part: found.part }, witness: proofOf(trace) });
      }
    const told = new Set<Directive>();
    const own = doubtful(spot);
    if (!own.length) return;
    const probes = withQuery(spot, 'b=1', true);
    for (const [i, door] of tellingDoors(spot).slice(0, 4).entries())
      for (const probe of probes) {
        if (told.size === own.length) return;
        const { path } = probe;
        // further ways in differ by their host, port and scheme
        if (i > 1 && path !== probes[0]!.path) continue;
        if (path.includes(':') || path.includes('%') || (probe.query !== 'b=1' && probe.headers === undefined)) continue;
        const trace = spot.ask(probe, {}, door);
        const location = locationHeader(trace);
        const step = trace.steps.findLast((s) => /^(?:return|redirect) 30/.test(s.said));
        const by = step ? directiveAt(own, step.at) : null;
        if (location === null || !by || told.has(by)) continue;
        const from = `${path}?b=1`;
        const found = faultOf(location, path, from, door, by);
        if (!found || (found.fault === 'noHost' && (holdsAssumed(by, trace) || holdsPartOfTemplate(by, spot.server)))) continue;
        told.add(by);
        const data = { from, to: location, part: found.part };
        // no page is asked for there: the machine may well be what is meant, as behind a captive portal
        const isMeant = found.fault === 'machine' && /^https?:\/\/[^/?#]+\/?$/i.test(location);
        // the proxy in front may send the header with every request
        const severity = isMeant || found.fault === 'twoSlashes' || found.fault === 'noHeader' ? 'info' : 'warning';
        report(saidOf(found), { at: by.at(), data, severity, witness: proofOf(trace) });
      }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name ~^(?<shop>\\w+)\\.example\\.org$;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_redirect http://127.0.0.1:8000/ http://$server_name/;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ pattern
    }
}`,
      good: `server {
    listen 80;
    server_name ~^(?<shop>\\w+)\\.example\\.org$;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_redirect http://127.0.0.1:8000/ http://$host/;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location = /a {
    return 301 $server_protocol://$host/b;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ protocol
}`,
      good: `location = /a {
    return 301 $scheme://$host/b;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
    return 301 https://$http_x_forwarded_host$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ noHeader
}`,
      good: `map $http_x_forwarded_host $asked {
    default $http_x_forwarded_host;
    '' $host;
}
server {
    listen 80;
    server_name shop.example.org;
    return 301 https://$asked$request_uri;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
    return 301 https://$hostname$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ machine
}`,
      good: `server {
    listen 80;
    server_name shop.example.org;
    return 301 https://$host$request_uri;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
    return 301 https://$host:80$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ otherScheme
}`,
      good: `server {
    listen 80;
    server_name shop.example.org;
    return 301 https://$host$request_uri;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    listen 81;
    server_name shop.example.org;
    return 301 https://$http_host:8443$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ twoPorts
}`,
      good: `server {
    listen 80;
    listen 81;
    server_name shop.example.org;
    return 301 https://$host:8443$request_uri;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 8080;
    server_name shop.example.org;
    return 301 https://$host:$server_port$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ otherScheme
}
server {
    listen 8443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    server_name shop.example.org;
    root /srv/shop;
}`,
      good: `server {
    listen 8080;
    server_name shop.example.org;
    return 301 https://$host:8443$request_uri;
}
server {
    listen 8443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    server_name shop.example.org;
    root /srv/shop;
}`,
    },
    {
      inside: 'server',
      bad: `location /old/ {
    return 301 https://new.example.org/$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ twoSlashes
}`,
      good: `location /old/ {
    return 301 https://new.example.org$request_uri;
}`,
    },
    {
      inside: 'server',
      good: `rewrite ^/(.*)$ https://new.example.org/$1 permanent;`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name old.example.org;
    return 301 https//new.example.org$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ noColon
}`,
      good: `server {
    listen 80;
    server_name old.example.org;
    return 301 https://new.example.org$request_uri;
}`,
      witness: {
        request: 'GET http://old.example.org/users?b=1',
        outcome: '301 https//new.example.org/users?b=1',
        meant: '301 https://new.example.org/users?b=1',
      },
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name old.example.org;
    return 301 https:/new.example.org$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ oneSlash
}`,
      good: `server {
    listen 80;
    server_name old.example.org;
    return 301 https://new.example.org$request_uri;
}`,
      witness: {
        request: 'GET http://old.example.org/users?b=1',
        outcome: '301 https:/new.example.org/users?b=1',
        meant: '`301 https://new.example.org/users?b=1`',
      },
    },
    {
      inside: 'server',
      bad: `location /shop {
    return 302 shop.example.org$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ noScheme
}`,
      good: `location /shop {
    return 302 //shop.example.org$request_uri;
}
location /a { return 302 index.html; }
location /b { return 302 /b/; }`,
    },
    {
      inside: 'server',
      bad: `location /old/ {
    rewrite ^ https://$host$uri:8443 redirect;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ portBehind
}
location / {
    return 301 https://$host$request_uri:8443;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ portBehind
}`,
      good: `location / {
    return 301 https://$host:8443$request_uri;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name ~^(?<shop>\\w+)\\.example\\.org$;
    return 301 https://$server_name$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ pattern
}
server {
    listen 80 default_server;
    server_name _;
    return 301 https://$server_name$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ pattern
}
server {
    listen 81;
    return 301 https://$server_name$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ noHost
}`,
      good: `server {
    listen 80;
    server_name ~^(?<shop>\\w+)\\.example\\.org$;
    return 301 https://$shop.example.com$request_uri;
}
server {
    listen 80;
    server_name example.org;
    return 301 https://$server_name$request_uri;
}`,
    },
    {
      inside: 'server',
      bad: `    rewrite ^/(.*)$ https://www.example.org$1 permanent;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ runsOn`,
      good: 'rewrite ^/(.*)$ https://www.example.org/$1 permanent;',
    },
    {
      inside: 'server',
      bad: `    return 301 https://\\$host\\$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ escaped`,
      good: 'return 301 https://$host$request_uri;',
    },
  ],
});
