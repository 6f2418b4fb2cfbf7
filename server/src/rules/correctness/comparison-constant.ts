/** Comparisons with a text that nginx's variable never holds: a range of addresses, a method in small letters, a path with its query. */
import { isNameOverTls, reachOf } from '../../answers/which-socket.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { type Server, serverOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { rowsOf } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

const ADDRESSES = new Set(['remote_addr', 'realip_remote_addr', 'server_addr', 'proxy_protocol_addr', 'binary_remote_addr']);

/** Programs that say their version, or more, behind their name: `curl/8.5.0`, `Mozilla/5.0 (compatible; Googlebot/2.1; …)`. */
const PROGRAMS =
  /^(?:(?:google|bing|msn|duckduck|yandex|ahrefs|semrush|mj12|dot|petal|gpt|claude|cc|apple|twitter|linkedin|amazon)bot|slurp|baiduspider|bytespider|facebookexternalhit|chatgpt-user|curl|wget|python-requests|go-http-client|okhttp|libwww-perl|scrapy|chrome|chromium|firefox|safari|opera|msie|edge|trident)$/i;

/** Whether a program says its name alone: the wget of BusyBox does, by which containers are watched. */
const saysNameAlone = (text: string, caseless: boolean): boolean => (caseless ? /^wget$/i : /^Wget$/).test(text);

/** Why the variable never holds the text, with the way out; null when it may. Names of rows of a map are compared without case. */
function whyNever(name: string, text: string, caseless: boolean): string | null {
  if (text === '') return null;
  if (ADDRESSES.has(name)) {
    if (/^[\d.a-f:]+\/\d+$/i.test(text)) return `it is one address, and texts are compared, not ranges. Let geo tell the range`;
    return /^[\d.]*\*/.test(text) || /^[\d.]+-[\d.]+$/.test(text) ? 'it is one address. Let geo tell the range' : null;
  }
  switch (name) {
    case 'host':
      if (/^[^[\]]+:\d+$/.test(text)) return 'it holds no port. Compare $http_host, or leave the port out';
      if (text.includes('/')) return 'it is a host without scheme and path. Compare the host alone';
      return !caseless && /[A-Z]/.test(text) ? 'it is in small letters. Write them so' : null;
    case 'scheme':
      return (caseless ? /^https?$/i : /^https?$/).test(text) ? null : 'it is http or https. Compare with one of them';
    case 'https':
      return (caseless ? text.toLowerCase() : text) === 'on' ? null : 'it is "on" or empty. Compare with on';
    case 'is_args':
      return text === '?' ? null : 'it is "?" or empty';
    case 'server_port':
    case 'remote_port':
      return /^\d+$/.test(text) ? null : 'it is a number';
    case 'server_protocol':
      return /^HTTP\/(?:0\.9|1\.[01]|2\.0|3\.0)$/i.test(text) ? null : 'it is HTTP/1.0, HTTP/1.1, HTTP/2.0 or HTTP/3.0';
    case 'request_method':
      if (/[|,]/.test(text)) return 'it is one method, and = compares the whole text. Use ~ with ^(A|B)$';
      return !caseless && /[a-z]/.test(text) ? 'methods are in capital letters. Write them so' : null;
    case 'uri':
    case 'document_uri':
      if (text.includes('?')) return 'it holds no query. Compare $request_uri, or $args besides';
      return text.startsWith('/') ? null : 'it begins with a slash';
    case 'http_user_agent':
      return PROGRAMS.test(text) && !saysNameAlone(text, caseless)
        ? `the program says more than its name (a version behind it), and whole texts are compared. Use ~*${text}`
        : null;
    case 'request_uri':
      return /^(?:\/|https?:|\*$)/.test(text) ? null : 'it begins with a slash';
    default:
      return null;
  }
}

/** A text that is one cookie with its value, as the whole header is only where a client has no other. */
function cookieIn(text: string): { readonly text: string; readonly name: string; readonly value: string } | null {
  const [, name, value] = /^(\w+)=([^;$]+)$/.exec(text) ?? [];
  return name !== undefined && value !== undefined ? { text, name, value } : null;
}

/** The same for an expression: what each text that it matches must hold. */
function whyNeverMatches(name: string, texts: readonly string[]): string | null {
  if (!texts.length) return null;
  if ((name === 'uri' || name === 'document_uri') && texts.every((t) => t.includes('?')))
    return 'it holds no query, only a question mark that was encoded. Compare $request_uri or $args';
  if (/^(?:http_host|host|server_name)$/.test(name) && texts.every((t) => t.includes('/')))
    return 'it is a host without scheme and path. Match the host alone';
  if (name === 'host' && texts.every((t) => /^[^[]*:/.test(t))) return 'it holds no port. Compare $http_host, or leave the port out';
  if (ADDRESSES.has(name) && texts.every((t) => t.includes('/'))) return 'it is one address. Let geo tell the range';
  return null;
}

/** All texts that a table gives, its own word for nothing among them; null where there are many, or nobody can say. */
const textsGiven = new PerPart((table: Directive): readonly string[] | null => {
  const lines = table.body?.directives ?? [];
  if (lines.some((d) => d.name === 'include' || d.args.some((a) => a.templated))) return null;
  const rows =
    table.name === 'map'
      ? rowsOf(table).map(({ directive: d, value }) => ({ name: d.name, value }))
      : lines.filter((d) => !/^(?:ranges|delete|proxy(?:_recursive)?)$/.test(d.name)).map((d) => ({ name: d.name, value: d.value(0) }));
  const texts = [...new Set([...rows.map((r) => r.value), ...(rows.some((r) => r.name === 'default') ? [] : [''])])];
  return rows.length > 0 && texts.length <= MOST_TEXTS && !texts.some((t) => t.includes('$')) ? texts : null;
});

/** All texts that a variable may hold which one table alone defines; null where nobody can say. */
function textsOfTable(of: Directive, name: string): { readonly table: Directive; readonly texts: readonly string[] } | null {
  const sites = namesOf(of.scope.config).definitions('variable', name, 'http');
  const table = sites.length === 1 && !sites[0]!.capture ? sites[0]!.directive : null;
  const texts = table && /^(?:map|geo)$/.test(table.name) ? textsGiven.of(table) : null;
  return table && texts ? { table, texts } : null;
}

/** What a level's lines of `set` make of the texts that a variable may hold, in their order; null where one of them puts in what nobody knows. */
function afterLines(lines: readonly Directive[], name: string, given: ReadonlySet<string>): ReadonlySet<string> | null {
  let texts = given;
  for (const d of lines) {
    if (d.name === 'if') {
      const inside = afterLines(d.body?.directives ?? [], name, texts);
      if (!inside) return null;
      texts = new Set([...texts, ...inside]);
    } else if (d.name === 'set' && d.value(0).toLowerCase() === `$${name}`) {
      const next = [...texts].map((text) =>
        d.value(1).replace(OWN_NAME, (whole, a?: string, b?: string) => ((a ?? b)!.toLowerCase() === name ? text : whole)),
      );
      if (next.some((text) => text.includes('$')) || d.args.some((a) => a.templated)) return null;
      texts = new Set(next);
    }
    if (texts.size > MOST_MADE) return null;
  }
  return texts;
}

const OWN_NAME = /\$(?:\{(\w+)\}|(\w+))/g;

/** As many as four conditions that add a letter each make. */
const MOST_MADE = 16;

/**
 * All texts that a variable may hold at a condition where lines of `set` alone make them, those of the condition's own level or of its server;
 * null where nobody can say.
 */
function textsMade(at: Directive, name: string): readonly string[] | null {
  const { scope } = at;
  const server = scope.enclosing('server');
  const sites = namesOf(scope.config).definitions('variable', name, 'http');
  if (!server || sites.some((s) => !s.directive.scope.enclosing('server'))) return null;
  const own = sites.filter((s) => s.directive.scope.enclosing('server') === server);
  const levelOf = ({ scope: level }: Directive): Scope => (level.opener?.name === 'if' && level.parent ? level.parent : level);
  if (!own.length || own.some((s) => s.capture || s.directive.name !== 'set')) return null;
  const home = own.some((s) => levelOf(s.directive) === scope) ? scope : server;
  if (server.all.some((d) => !d.fact || (d.name === 'include' && !isSeen(d)) || /_by_lua|^js_|^perl/.test(d.name))) return null;
  const lines = home === scope ? scope.directives.slice(0, scope.directives.indexOf(at)) : home.directives;
  const first = lines.findIndex((d) => d.name === 'set' && d.value(0).toLowerCase() === `$${name}` && !d.value(1).includes('$'));
  const isFresh =
    first >= 0 && lines.slice(0, first).every((d) => d.name !== 'if' || !d.body?.all.some((i) => own.some((s) => s.directive === i)));
  // what another place has made is still there when a request is sent on to this one
  if (!isFresh && own.some((s) => levelOf(s.directive) !== home)) return null;
  const once = afterLines(lines, name, new Set(['']));
  const again = once && !isFresh ? afterLines(lines, name, new Set(['', ...once])) : once;
  return again && [...again];
}

const isSeen = (include: Directive): boolean => (include.scope.config.tree.includes.get(include.statement)?.files.length ?? 0) > 0;

/** More texts than these are no list that a message can name. */
const MOST_TEXTS = 6;

const quotedList = (texts: readonly string[]): string => texts.map((t) => (t === '' ? 'empty' : `"${t}"`)).join(' or ');

/** The line that gives a variable a constant value after conditions of the same block that gave it another, so that those count for nothing. */
function takenBack(at: Directive, name: string): { readonly set: Directive; readonly given: Directive } | null {
  const before = at.scope.directives.slice(0, at.scope.directives.indexOf(at));
  const sets = (d: Directive): boolean => d.name === 'set' && d.value(0).toLowerCase() === `$${name}`;
  const given = (d: Directive): Directive | undefined => (d.name === 'if' ? d.body?.directives.find(sets) : undefined);
  const last = before.findLastIndex((d) => sets(d) || given(d) !== undefined);
  const set = before[last];
  if (set?.name !== 'set' || set.value(1).includes('$') || before.some((d) => d.name === 'include' || d.name.includes('_by_lua')))
    return null;
  const earlier = before.slice(0, last).flatMap((d) => given(d) ?? []);
  return earlier.length > 0 && earlier.every((d) => d.value(1) !== set.value(1)) ? { set, given: earlier[0]! } : null;
}

/** A condition of a server that sends whom it takes to another URL. */
const sendsAway = ({ body }: Directive): boolean =>
  !!body &&
  (body.named('return').some((d) => /^30[1278]$/.test(d.value(0)) || /^https?:/.test(d.value(0))) ||
    body.named('rewrite').some((d) => /^https?:/.test(d.value(1))));

/** Whether a server has places that pass requests on or look for files, which a redirect of all requests leaves without work. */
const hasWork = ({ scope }: Server): boolean =>
  scope.all.some(
    (d) => d.name === 'try_files' || ((PASS_DIRECTIVES as readonly string[]).includes(d.name) && d.scope.enclosing('location')),
  );

export default defineRule({
  id: 'comparison-constant',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Comparison with the same result for every request',
  why: `
\`if\` and \`map\` compare texts. \`$remote_addr\` is one address, so it is never \`10.0.0.0/8\`; \`$host\` is in lower case and without a port; \`$uri\` is the path without the query; a method is in upper case; a program says its version behind its name in \`$http_user_agent\`, and \`$http_cookie\` is all cookies of the request; \`$server_protocol\` says \`HTTP/2.0\`. With \`=\` such a condition never holds, with \`!=\` it always does: the intended guard keeps out nobody, or everybody.

Where \`set\` adds a letter per condition (\`set $flag "\${flag}1"\`), the letters come in the order of the conditions: what is compared must be one of the texts that they can make.

Ranges of addresses are what \`geo\` is for.

\`$scheme\` is that of the connection to nginx, whatever came before it. In a server without a TLS listener it is always \`http\`: a redirect of \`http\` to \`https\` there takes every request, and behind a proxy that ends TLS it goes round forever.`,
  about: ['if', 'map', 'geo', '$remote_addr', '$host', '$uri'],
  looksAt: { directive: ['if', 'map'] },
  needs: 'file',
  messages: {
    back: '{variable} is always "{text}" here: this line comes after the conditions that give it another value, and takes that back. Move it before them.',
    never: '{variable} is never "{text}": {why}.',
    always: '{variable} is always other than "{text}", so this holds for every request: {why}.',
    scheme:
      '$scheme is always "http" here, for no listener of this server speaks TLS: every request is redirected, and no location is reached. Behind a proxy that ends TLS, compare $http_x_forwarded_proto; otherwise move the locations to the server of port 443.',
    cookie:
      '$http_cookie holds all cookies of a request, and is "{text}" only where no other one is sent. Compare $cookie_{name} with {value}.',
    row: '{variable} is never "{text}", so this row never counts: {why}.',
  },
  check({ directive, config, report }) {
    if (directive.name === 'map') {
      const name = /^\$\{?(\w+)\}?$/.exec(directive.value(0))?.[1]?.toLowerCase();
      if (!name || !directive.body || directive.body.has('hostnames')) return;
      let agents = 0;
      for (const { key, directive: row } of rowsOf(directive)) {
        if (!key || typeof key === 'string' || !('is' in key) || row.args.some((a) => a.templated) || row.name.includes('$')) continue;
        const why = whyNever(name, key.is, true);
        const cookie = name === 'http_cookie' ? cookieIn(key.is) : null;
        if (cookie) report('cookie', { at: row.nameAt, severity: 'info', data: cookie });
        // a list of programs is one mistake
        if (why && name === 'http_user_agent' && agents++ > 0) continue;
        if (why) report('row', { at: row.nameAt, data: { variable: `$${name}`, text: key.is, why } });
      }
      return;
    }
    if (directive.args.some((a) => a.templated)) return;
    const condition = readCondition(directive);
    if (!condition || condition.kind === 'file') return;
    const { name } = condition;
    const back = condition.kind === 'match' ? null : takenBack(directive, name);
    if (back) {
      const related = [{ at: back.given.at(), message: 'the value that is lost' }];
      return report('back', { at: back.set.at(), data: { variable: `$${name}`, text: back.set.value(1) }, related });
    }
    if (condition.kind === 'variable') return;
    if (name === 'scheme' && condition.kind !== 'match') {
      const server = directive.scope.context === 'server' ? serverOf(directive.scope) : null;
      const text = condition.value.literal;
      const holds = condition.kind === 'equal' ? text === 'http' : text === 'https';
      if (server && holds && !reachOf(server).tls && sendsAway(directive) && hasWork(server))
        report('scheme', {
          at: directive.nameAt,
          missing: ['listen'],
          ...(server.names.some((n) => isNameOverTls(config, n.text)) ? { severity: 'info' } : {}),
        });
      if (holds) return;
    }
    const negative = condition.kind === 'not-equal' || (condition.kind === 'match' && condition.negative);
    const last = directive.args.findLast((a) => a.value !== ')')!;
    const text = last.value.replace(/\)$/, '');
    let why: string | null;
    if (condition.kind === 'match') {
      const caseless = directive.values.some((v) => /^!?~\*$/.test(v));
      why = whyNeverMatches(name, samplesOf(config.regexes, text, { caseless, tries: 8 }));
    } else {
      why = condition.value.literal === null ? null : whyNever(name, text, false);
      const known = why === null && condition.value.literal !== null && text !== '' ? textsOfTable(directive, name) : null;
      if (known && !known.texts.includes(text))
        why = `the ${known.table.name} gives ${quotedList(known.texts)}. Compare with what it gives`;
      const made = why === null && !known && condition.value.literal !== null ? textsMade(directive, name) : null;
      if (made && !made.includes(text)) why = `what is set makes it ${quotedList(made)}. Compare with one of these`;
    }
    const cookie = name === 'http_cookie' && condition.kind !== 'match' ? cookieIn(text) : null;
    if (cookie) report('cookie', { at: last, severity: 'info', data: cookie });
    if (!why) return;
    report(negative ? 'always' : 'never', {
      at: directive.at({ start: last.start, end: last.end - (last.value.length - text.length) }),
      data: { variable: `$${name}`, text, why },
      severity: condition.kind === 'match' ? 'info' : 'warning',
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($remote_addr != 10.0.0.0/8) {
#                       ^^^^^^^^^^ always
        return 403;
    }
}`,
      good: `location /admin/ {
    if ($remote_addr != 10.0.0.7) {
        return 403;
    }
}`,
    },
    {
      inside: 'http',
      bad: `map $remote_addr $inside {
    default 0;
    10.0.0.0/8 1;
#   ^^^^^^^^^^ row
}`,
      good: `geo $inside {
    default 0;
    10.0.0.0/8 1;
}`,
    },
    {
      inside: 'server',
      bad: `if ($request_method = post) { return 405; }
#                     ^^^^ never`,
      good: 'if ($request_method = POST) { return 405; }',
    },
    {
      inside: 'server',
      bad: `if ($host = "Example.org:8080") { return 403; }
#           ^^^^^^^^^^^^^^^^^^ never`,
      good: 'if ($host = example.org) { return 403; }',
    },
    {
      inside: 'server',
      bad: `if ($uri ~ "\\?debug=") { return 403; }
#          ^^^^^^^^^^ never`,
      good: 'if ($request_uri ~ "\\?debug=") { return 403; }',
    },
    {
      inside: 'http',
      bad: `map $server_protocol $new {
    default 0;
    "HTTP/2" 1;
#   ^^^^^^^^ row
}`,
      good: `map $server_protocol $new {
    default 0;
    "HTTP/2.0" 1;
}`,
    },
    { inside: 'http', good: 'map $host $site { hostnames; default a; *.example.org b; Example.ORG c; }' },
    { inside: 'http', good: 'map $request_method $writes { default 0; post 1; }' },
    { inside: 'server', good: 'if ($uri ~ admin) { return 403; }' },
    { inside: 'server', good: 'if ($scheme != https) { return 403; }' },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
     if ($scheme = http) { return 301 https://$host$request_uri; }
#    ^^ scheme
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
      good: `server {
    listen 80;
    server_name shop.example.org;
    if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; }
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
    },
    {
      inside: 'http',
      good: `server {
    listen 80;
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    server_name shop.example.org;
    if ($scheme = http) { return 301 https://$host$request_uri; }
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
    },
    {
      inside: 'http',
      bad: `geo $net {
    default    foreign;
    10.0.0.0/8 home;
}
server {
    location /panel/ {
        if ($net = outside) { return 403; }
#                  ^^^^^^^ never
    }
}`,
      good: `geo $net {
    default    foreign;
    10.0.0.0/8 home;
}
server {
    location /panel/ {
        if ($net = foreign) { return 403; }
    }
}`,
    },
    {
      inside: 'server',
      bad: `location /panel/ {
    if ($remote_addr !~ "^10\\.1\\.") { set $block 1; }
    set $block 0;
#   ^^^^^^^^^^^^^ back
    if ($block) { return 403; }
}`,
      good: `location /panel/ {
    set $block 0;
    if ($remote_addr !~ "^10\\.1\\.") { set $block 1; }
    if ($block) { return 403; }
}`,
    },
    {
      inside: 'http',
      bad: `map $http_user_agent $robot {
    default 0;
    Googlebot 1;
#   ^^^^^^^^^ row
}`,
      good: `map $http_user_agent $robot {
    default 0;
    ~*googlebot 1;
}`,
    },
    {
      inside: 'server',
      bad: `if ($http_cookie = "beta=1") { rewrite ^ /beta.html; }
#                  ^^^^^^^^ cookie`,
      good: 'if ($cookie_beta = 1) { rewrite ^ /beta.html; }',
    },
    { inside: 'http', good: 'map $http_user_agent $logged {\n    default 1;\n    Wget 0;\n}' },
    {
      inside: 'location',
      bad: `set $flag "";
if ($request_method = POST) {
    set $flag "\${flag}1";
}
if ($cookie_user = "") {
    set $flag "\${flag}2";
}
if ($flag = "21") {
#           ^^^^ never
    return 403;
}`,
      good: `set $flag "";
if ($request_method = POST) {
    set $flag "\${flag}1";
}
if ($cookie_user = "") {
    set $flag "\${flag}2";
}
if ($flag = "12") {
    return 403;
}`,
    },
  ],
});
