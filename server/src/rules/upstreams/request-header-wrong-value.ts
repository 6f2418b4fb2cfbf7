/** Forwarding headers that hold something of another kind: an address where a scheme belongs, the client's own port where that of the server does. */
import { HEADER_LIST, headerOf, textsOf } from '../../answers/what-is-passed.ts';
import { serversUnder } from '../../answers/which-socket.ts';
import { accessOf, isLocalOnly } from '../../answers/who-may-enter.ts';
import { table } from '../../base/table.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import { readTarget } from '../../config/upstreams.ts';
import { fixOf, replace } from '../fix.ts';
import { type CheckInput, defineRule, type Line, type Report } from '../rule.ts';
import { mayPassShell } from '../shell.ts';
import { nginxesOf } from '../wsgi/_links.ts';

type Kind = 'address' | 'scheme' | 'host' | 'port' | 'path';

/** What variables of nginx hold, as far as it never is what another kind of header wants. */
const KINDS: Readonly<Record<string, Kind>> = table({
  remote_addr: 'address',
  realip_remote_addr: 'address',
  binary_remote_addr: 'address',
  server_addr: 'address',
  proxy_add_x_forwarded_for: 'address',
  http_x_forwarded_for: 'address',
  http_x_real_ip: 'address',
  scheme: 'scheme',
  http_x_forwarded_proto: 'scheme',
  host: 'host',
  http_host: 'host',
  server_name: 'host',
  hostname: 'host',
  proxy_host: 'host',
  server_port: 'port',
  remote_port: 'port',
  request_uri: 'path',
  uri: 'path',
  document_uri: 'path',
});

const SAID: Readonly<Record<Kind, string>> = {
  address: 'an address',
  scheme: 'a scheme',
  host: 'the name of a host',
  port: 'a port',
  path: 'a path',
};

interface Wanted {
  readonly kind: Kind;
  /** what applications read in it, for people */
  readonly what: string;
  readonly use: string;
}

const SCHEME: Wanted = { kind: 'scheme', what: 'http or https', use: '$scheme' };
const CLIENT: Wanted = { kind: 'address', what: 'the address of the client', use: '$remote_addr' };

/** What the usual headers are read for, by their names in lower case. */
const WANTED: Readonly<Record<string, Wanted>> = table({
  'x-forwarded-proto': SCHEME,
  'x-forwarded-protocol': SCHEME,
  'x-forwarded-scheme': SCHEME,
  'x-scheme': SCHEME,
  'x-url-scheme': SCHEME,
  'x-real-ip': CLIENT,
  'x-client-ip': CLIENT,
  'x-forwarded-for': { ...CLIENT, use: '$proxy_add_x_forwarded_for' },
  host: { kind: 'host', what: 'the host of the request', use: '$host' },
  'x-forwarded-host': { kind: 'host', what: 'the host of the request', use: '$host' },
  'x-forwarded-port': { kind: 'port', what: 'the port that the client connected to', use: '$server_port' },
});

const VARIABLE = /^\$(?:\{(\w+)\}|(\w+))$/;

/** What a line should hold, and what its variable holds instead; null where they fit, or where nobody can say. */
function mistaken(header: string, value: string): { readonly wanted: Wanted; readonly is: string } | null {
  const wanted = WANTED[header];
  const m = VARIABLE.exec(value);
  const name = m && (m[1] ?? m[2])!.toLowerCase();
  const kind = name ? KINDS[name] : undefined;
  if (!wanted || !name || !kind) return null;
  // a server may be called by its address
  if (wanted.kind === 'host' && name === 'server_addr') return null;
  if (name === 'remote_port') return wanted.kind === 'port' ? { wanted, is: 'the port of the client’s own end' } : { wanted, is: 'a port' };
  if (name === 'server_addr') return { wanted, is: 'the address of nginx itself' };
  if (name === 'proxy_add_x_forwarded_for' && wanted === CLIENT) return { wanted, is: 'a list that begins with what the client wrote' };
  return kind === wanted.kind ? null : { wanted, is: SAID[kind] };
}

/** A dollar sign with a backslash in front of it, as a shell wants it in a here-document: to nginx the backslash is a part of the value. */
const ESCAPED = /\\(?=\$\{?\w)/g;

/** The host of the request with the port of the application: nobody outside asks for that one. */
const WITH_PROXY_PORT = /^\$\{?(?:host|http_host|server_name)\}?:\$\{?proxy_port\}?$/;

/** Ports of the applications that the requests of a level go to; null where one of them is not known. */
function portsOf(scope: Scope): readonly number[] | null {
  const passes = scope.all.filter((d) => d.name === 'proxy_pass');
  const ports = passes.flatMap((d) => {
    const texts = textsOf(d.scope, d.value(0)) ?? [d.value(0)];
    return texts.map((text) => readTarget(scope.config, d.name, text, d)).map((target) => target?.port ?? target?.defaultPort ?? null);
  });
  return ports.length > 0 && ports.every((p) => p !== null) ? ports : null;
}

const LISTS = Object.values(HEADER_LIST);

const isEscaped = (value: string): boolean => value.search(ESCAPED) >= 0;

/** Addresses that mean the machine itself. */
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/i;

/** What a line should hold that says for each client the address of the machine itself; null for another line. */
function localFor({ name, values: [header = '', value = ''] }: Pick<Line, 'name' | 'values'>): string | null {
  if (!LOOPBACK.test(value)) return null;
  if (name.endsWith('_param') && /^REMOTE_ADDR$/i.test(header)) return '$remote_addr';
  const wanted = WANTED[headerOf({ name, values: [header] }) ?? ''];
  return wanted?.kind === 'address' ? wanted.use : null;
}

/** A parameter that is called like a header: what an application reads of a header is called HTTP_ and has no dashes. */
function paramCalledSo({ name, values: [given = ''] }: Pick<Line, 'name' | 'values'>): string | null {
  if (!name.endsWith('_param') || !given.includes('-') || !WANTED[given.toLowerCase()]) return null;
  return `HTTP_${given.toUpperCase().replaceAll('-', '_')}`;
}

type Words = Pick<Line, 'name' | 'values'>;

/** A way in which a line is wrong: whether it may be, by its words alone, and what is said of it; the first that a line may be decides. */
interface Mistake {
  readonly mayBe: (line: Words) => boolean;
  readonly told: (input: Input) => { readonly message: Message; readonly report: Report } | null;
}

type Message = 'local' | 'inner' | 'param' | 'wrong' | 'escaped';
type Input = Pick<CheckInput<Message>, 'directive' | 'scope' | 'config' | 'deployment' | 'file'>;

/** The report of a value that another one is to replace. */
const instead = ({ directive, file }: Input, use: string, data: Report['data'] = {}): Report => {
  const word = directive.args[1]!;
  return {
    at: word,
    data: { header: directive.value(0), value: word.value, use, ...data },
    fix: fixOf(`Use ${use}`, 'suggestion', file, [replace(word, use)]),
  };
};

const PARAM: Mistake = {
  mayBe: (line) => paramCalledSo(line) !== null,
  told: ({ directive, scope, file }) => {
    const called = directive.args[0]!;
    const use = paramCalledSo(directive)!;
    const isGivenBeside = scope.effective(directive.name).directives.some((d) => d.value(0).toUpperCase() === use);
    if (called.templated || isGivenBeside) return null;
    const fix = fixOf(`Write ${use}`, 'suggestion', file, [replace(called, use)]);
    return { message: 'param', report: { at: called, severity: 'info', data: { header: called.value, use, name: directive.name }, fix } };
  },
};

const LOCAL: Mistake = {
  mayBe: (line) => localFor(line) !== null,
  told: (input) => {
    const { directive, scope } = input;
    // behind a hidden service each client is local, and a proxy that hides who asks has such names
    const isHidden = serverOf(scope)?.names.some((n) => /\.(?:onion|i2p)$/.test(n.text));
    if (isLocalOnly(scope) || accessOf(scope) !== 'everybody' || isHidden) return null;
    return { message: 'local', report: instead(input, localFor(directive)!) };
  },
};

const INNER: Mistake = {
  mayBe: ({ values: [, value = ''] }) => WITH_PROXY_PORT.test(value),
  told: (input) => {
    const { directive, scope, config, deployment } = input;
    if (!/^(?:x-forwarded-)?host$/.test(headerOf(directive) ?? '')) return null;
    const ports = portsOf(scope);
    const own = serversUnder(directive).flatMap((s) =>
      s.listens.flatMap((l) => l.addresses.flatMap((a) => (a.kind === 'unix' ? [] : [a.port]))),
    );
    // the port under which the container of nginx is published may be the same by chance
    const outer = nginxesOf(config, deployment).flatMap((n) => n.ports.flatMap((p) => p.published ?? []));
    if (!ports || !own.length || ports.some((p) => own.includes(p) || outer.includes(p))) return null;
    return { message: 'inner', report: instead(input, '$host', { port: ports[0]! }) };
  },
};

const ESCAPE: Mistake = {
  mayBe: ({ values: [, value = ''] }) => isEscaped(value),
  told: ({ directive, file }) => {
    const word = directive.args[1]!;
    if (word.templated || mayPassShell(file)) return null;
    const use = word.raw.replace(ESCAPED, '');
    const name = /\\(\$\{?\w+\}?)/.exec(word.value)![1]!;
    const fix = fixOf('Remove the backslash', 'suggestion', file, [replace(word, use)]);
    return { message: 'escaped', report: { at: word, data: { header: directive.value(0), name, use }, fix } };
  },
};

const OF_ANOTHER_KIND: Mistake = {
  mayBe: (line) => mistaken(headerOf(line) ?? '', line.values[1] ?? '') !== null,
  told: (input) => {
    const { directive } = input;
    if (directive.args.slice(0, 2).some((word) => word.templated)) return null;
    const { wanted, is } = mistaken(headerOf(directive)!, directive.value(1))!;
    return { message: 'wrong', report: instead(input, wanted.use, { is, what: wanted.what }) };
  },
};

const MISTAKES: readonly Mistake[] = [PARAM, LOCAL, INNER, ESCAPE, OF_ANOTHER_KIND];

export default defineRule({
  id: 'request-header-wrong-value',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Forwarding header with the wrong value',
  why: `
nginx sends whatever a line says. An application compares \`X-Forwarded-Proto\` with \`https\`: an address in it never is, so that every request counts as plain HTTP. \`X-Real-IP $host\` makes every client the same one for logs, limits and access lists. \`X-Real-IP $proxy_add_x_forwarded_for\` is a list, and its first address is whatever the client wrote into its own \`X-Forwarded-For\`. \`X-Forwarded-Port $remote_port\` is the port that the client's own system chose for this connection, and it ends up in links.

\`uwsgi_param\`, \`fastcgi_param\` and \`scgi_param\` pass a name as it is written. Applications look for the header \`X-Real-IP\` under \`HTTP_X_REAL_IP\`, and what they find there is the client's own header, for no line has replaced it.

A dollar sign with a backslash in front of it is what a shell wants in a here-document. nginx has no such escape: \`Host \\$host\` sends a backslash and the host, which many servers answer with 400.

| header | value |
|---|---|
| \`X-Forwarded-Proto\` | \`$scheme\` |
| \`X-Forwarded-For\` | \`$proxy_add_x_forwarded_for\` |
| \`X-Real-IP\` | \`$remote_addr\` |
| \`X-Forwarded-Host\`, \`Host\` | \`$host\` |
| \`X-Forwarded-Port\` | \`$server_port\` |`,
  about: ['proxy_set_header', 'uwsgi_param', 'fastcgi_param', '$scheme', '$remote_addr', '$remote_port'],
  looksAt: { directive: LISTS, where: (line) => MISTAKES.some(({ mayBe }) => mayBe(line)) },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['request-headers'],
  messages: {
    local:
      '{header} says {value} for every client: the application takes each visitor for a program of this machine, in limits, logs and access rules. Use {use}.',
    inner:
      '{header} gets the port of the application, {port}, which visitors do not ask for: its links and redirects lead to that port, and checks of the host fail. Use {use}.',
    param:
      'Applications look for the header {header} under {use}, where they find what the client has sent: {name} passes the name as it is written. Write {use}.',
    wrong: '{header} gets {value}, which is {is}: applications read {what} in it. Use {use}.',
    escaped: '{header} gets a backslash before the value of {name}, since nothing escapes a dollar sign in nginx. Write {use}.',
  },
  check(input) {
    const told = MISTAKES.find(({ mayBe }) => mayBe(input.directive))?.told(input);
    if (told) input.report(told.message, told.report);
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header Host $host;
proxy_set_header X-Real-IP $host;
#                          ^^^^^ wrong
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $remote_addr;
#                                  ^^^^^^^^^^^^ wrong
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header Host $host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      bad: `include uwsgi_params;
uwsgi_param HTTP_X_FORWARDED_PORT $remote_port;
#                                 ^^^^^^^^^^^^ wrong
uwsgi_pass 127.0.0.1:8000;`,
      good: `include uwsgi_params;
uwsgi_param HTTP_X_FORWARDED_PORT $server_port;
uwsgi_pass 127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      bad: `proxy_set_header Host \\$host;
#                     ^^^^^^ escaped
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header Host $host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      bad: `proxy_set_header Host $host;
proxy_set_header X-Real-IP 127.0.0.1;
#                          ^^^^^^^^^ local
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header Host $host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      bad: `proxy_set_header Host $host:$proxy_port;
#                     ^^^^^^^^^^^^^^^^^ inner
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header Host $host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      bad: `include uwsgi_params;
uwsgi_param X-Forwarded-Proto $scheme;
#           ^^^^^^^^^^^^^^^^^ param
uwsgi_pass 127.0.0.1:8000;`,
      good: `include uwsgi_params;
uwsgi_param HTTP_X_FORWARDED_PROTO $scheme;
uwsgi_pass 127.0.0.1:8000;`,
    },
  ],
});
