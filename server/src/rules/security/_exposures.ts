/**
 * What exposes a configuration to each of nginx's advisories: a test for every trigger of the catalog, decided on what is in force. A test
 * finds the directives that expose it, or none; what no configuration decides has no test.
 */

import { isOpenssl } from '../../answers/which-build.ts';
import { tlsServers } from '../../answers/which-socket.ts';
import type { Trigger } from '../../catalog/advisories.ts';
import { parseSize } from '../../catalog/value-kind.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { readLocation } from '../../config/locations.ts';
import { type Scope, walk } from '../../config/scope.ts';
import { listenersOf, serversOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES, passTarget } from '../../config/upstreams.ts';
import { isLoopback, isOn, protocolsOf, tlsPass } from '../tls.ts';

/** All directives of a configuration by name, read once for all triggers. */
export class Names {
  readonly config: Config;
  readonly all: readonly Directive[];
  readonly #by = new Map<string, Directive[]>();

  constructor(config: Config) {
    this.config = config;
    this.all = [...walk(config.main)];
    for (const d of this.all) {
      const list = this.#by.get(d.name);
      if (list) list.push(d);
      else this.#by.set(d.name, [d]);
    }
  }

  of(...names: string[]): Directive[] {
    return names.flatMap((n) => this.#by.get(n) ?? []);
  }
}

const CAPTURE = /\$\{?[1-9]\b/;
const VARIABLES = /\$(?:\{(\w+)\}|(\w+))/g;

const variablesOf = (text: string): string[] => [...text.matchAll(VARIABLES)].map((m) => m[1] ?? m[2]!);
const isUnnamed = (name: string): boolean => /^[1-9]$/.test(name);

/** For each capture group of a pattern, the groups around it; read as PCRE numbers them. */
export function groupParents(pattern: string): number[][] {
  const parents: number[][] = [];
  const open: (number | null)[] = [];
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (inClass) inClass = c !== ']';
    else if (c === '[') {
      inClass = true;
      // a bracket right at the start of a class is a member of it
      if (pattern[i + 1] === '^') i++;
      if (pattern[i + 1] === ']') i++;
    } else if (c === '(') {
      const rest = pattern.slice(i + 1, i + 5);
      const captures = !/^[?*]/.test(rest) || /^\?(P?<[^=!]|')/.test(rest);
      if (captures) parents.push(open.filter((g): g is number => g !== null));
      open.push(captures ? parents.length : null);
    } else if (c === ')') open.pop();
  }
  return parents;
}

interface MapFacts {
  /** a key is a regex: looking the variable up overwrites the captures */
  readonly regex: boolean;
  readonly volatile: boolean;
  /** names of the groups in its keys */
  readonly names: ReadonlySet<string>;
  readonly readsCapture: boolean;
}

const hasRegexKey = (map: Directive): boolean => map.body?.directives.some((r) => r.name.startsWith('~')) ?? false;

/** The maps that run a regex or are read again each time, by the variable that they set. */
function riskyMaps(names: Names): Map<string, MapFacts> {
  const found = new Map<string, MapFacts>();
  for (const map of names.of('map')) {
    const rows = map.body?.directives ?? [];
    const facts: MapFacts = {
      regex: hasRegexKey(map),
      volatile: rows.some((r) => r.name === 'volatile'),
      names: new Set(rows.flatMap((r) => [...r.name.matchAll(/\(\?P?<(\w+)>/g)].map((m) => m[1]!))),
      readsCapture: CAPTURE.test(map.value(0)) || rows.some((r) => r.values.some((v) => CAPTURE.test(v))),
    };
    if (facts.regex || facts.volatile) found.set(map.value(1).replace(/^\$/, ''), facts);
  }
  return found;
}

const inBlock = (d: Directive, ...contexts: string[]): boolean => contexts.includes(d.scope.context);

/** CVE-2026-42533: a value that reads a capture and then a map variable whose regex overwrites it. */
function captureThenRegexMap(names: Names): Directive[] {
  const maps = riskyMaps(names);
  if (!maps.size) return [];
  const exposed = (text: string): boolean => {
    const used = variablesOf(text);
    return used.some((name, i) => {
      const map = maps.get(name);
      if (!map) return false;
      return (map.regex && used.slice(0, i).some((b) => isUnnamed(b) || map.names.has(b))) || (map.volatile && map.readsCapture);
    });
  };
  return names.all.filter((d) => !inBlock(d, 'map', 'types', 'geo') && d.name !== 'map' && joined(d).some(exposed));
}

/** The texts that are evaluated in one go: each argument, and a log format as a whole. */
const joined = (d: Directive): readonly string[] => (d.name === 'log_format' ? [d.values.slice(1).join('')] : d.values);

/** CVE-2026-9256: nested groups both used in a replacement that is escaped. */
const rewriteNestedCaptures = (names: Names): Directive[] =>
  names.of('rewrite').filter((d) => {
    const [pattern = '', replacement = '', flag = ''] = d.values;
    const used = variablesOf(replacement);
    if (!used.every(isUnnamed) || new Set(used).size !== used.length || used.length < 2) return false;
    const parents = groupParents(pattern);
    const nested = used.some((j) => parents[Number(j) - 1]?.some((i) => used.includes(String(i))));
    const query = replacement.indexOf('?');
    const escaped =
      flag === 'redirect' ||
      flag === 'permanent' ||
      /^https?:\/\//.test(replacement) ||
      (query >= 0 && CAPTURE.test(replacement.slice(query)));
    return nested && escaped;
  });

/** What ends the script of its block for every request. */
const ends = (d: Directive): boolean => d.name === 'break' || d.name === 'return';

function* untilEnd(directives: readonly Directive[]): Generator<Directive> {
  for (const d of directives) {
    yield d;
    if (d.name === 'if' && d.body) yield* untilEnd(d.body.directives);
    if (ends(d)) return;
  }
}

/** The directives of the rewrite module that may run after one of them, in the same pass: what comes after a `break` does not. */
function* after(first: Directive): Generator<Directive> {
  for (let at = first; ; ) {
    const { directives, opener } = at.scope;
    const rest = directives.slice(directives.indexOf(at) + 1);
    yield* untilEnd(rest);
    if (rest.some(ends) || opener?.name !== 'if') return;
    at = opener;
  }
}

/** Whether a directive of the rewrite module comes after one that ends the script of its block, or of a block around. */
function neverRuns(d: Directive): boolean {
  const { directives, opener } = d.scope;
  return directives.slice(0, directives.indexOf(d)).some(ends) || (opener?.name === 'if' && neverRuns(opener));
}

/** The rewrites that go on to the next directive when they match. */
const goingOn = (names: Names): Directive[] =>
  names.of('rewrite').filter((d) => d.args.length === 2 && !/^(https?:\/\/|\$scheme)/.test(d.value(1)) && !neverRuns(d));

/** CVE-2026-42945: a rewrite with arguments that goes on, and an unnamed capture used after it. */
const rewriteArgumentsThenCapture = (names: Names): Directive[] =>
  goingOn(names).filter((d) => {
    const to = d.value(1);
    const query = to.indexOf('?');
    if (query < 0 || query === to.length - 1) return false;
    for (const later of after(d))
      if (
        later.name === 'set' || later.name === 'rewrite'
          ? CAPTURE.test(later.value(1))
          : later.name === 'if' && later.values.some((v) => CAPTURE.test(v))
      )
        return true;
    return false;
  });

const aliasOf = (scope: Scope): Directive | undefined => {
  const own = scope.enclosing('location')?.effective('alias').directives.at(-1);
  return own?.name === 'alias' ? own : undefined;
};

/** CVE-2026-15176: the path below an alias asked for after a rewrite has changed the URI. */
const aliasAfterRewrite = (names: Names): Directive[] =>
  goingOn(names).filter((d) => {
    if (!aliasOf(d.scope)) return false;
    for (const later of after(d))
      if (['set', 'if', 'rewrite', 'return'].includes(later.name) && later.values.some((v) => /\$\{?request_filename\b/i.test(v)))
        return true;
    return false;
  });

/** CVE-2026-125283: try_files below an alias whose length is reckoned and may come out otherwise. */
function tryFilesComputedAlias(names: Names): Directive[] {
  const maps = riskyMaps(names);
  return names.of('try_files').filter((d) => {
    const alias = aliasOf(d.scope);
    const used = alias ? variablesOf(alias.value(0)) : [];
    const location = d.scope.enclosing('location')?.opener;
    const named = location ? [...(readLocation(location)?.name ?? '').matchAll(/\(\?P?<(\w+)>/g)].map((m) => m[1]!) : [];
    return used.some((name) => isUnnamed(name) || named.includes(name) || maps.has(name));
  });
}

/** CVE-2026-60005: a regex location's captures read in the subrequest of a slice or of a background update. */
function captureInSubrequest(names: Names): Directive[] {
  if (!names.of('map').some(hasRegexKey)) return [];
  return names.of('location').filter((d) => {
    const { body } = d;
    const read = readLocation(d);
    if (!body || !read?.modifier.startsWith('~') || !groupParents(read.name).length) return false;
    const slice = body.value('slice')?.value(0) ?? '0';
    const updating = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].some((p) => isOn(body, `${p}_cache_background_update`));
    if (slice === '0' && !updating) return false;
    const reads = /_(pass|set_header|param|cache_key)$/;
    return body.directives.some((x) => reads.test(x.name) && x.values.some((v) => CAPTURE.test(v)));
  });
}

const passes = (names: Names): Directive[] => names.of(...PASS_DIRECTIVES).filter((d) => !inBlock(d, 'stream-server'));

/** The backend is not on this machine, or where it is cannot be told. */
function isRemote(d: Directive): boolean {
  const target = passTarget(d);
  if (!target) return true;
  if (target.upstream) return target.upstream.servers.some((s) => s.kind !== 'unix' && !isLoopback(s.host));
  return target.kindOfHost !== 'unix' && !isLoopback(target.host);
}

const isHttp2Upstream = (d: Directive): boolean => d.name === 'grpc_pass' || d.scope.value('proxy_http_version')?.value(0) === '2';

/** The limit that the fix of CVE-2026-42055 adds, in bytes. */
const HEADER_LIMIT = 2_097_278;

function hasLargeHeaders(scope: Scope): boolean {
  const size = parseSize(scope.value('large_client_header_buffers')?.value(1) ?? '8k');
  return size.ok && size.value > HEADER_LIMIT && scope.value('ignore_invalid_headers')?.value(0).toLowerCase() === 'off';
}

const isUtf8 = (name: string | undefined): boolean => name?.toLowerCase() === 'utf-8';

/** CVE-2026-42934, CVE-2026-48142: responses recoded from UTF-8. */
function recodeFromUtf8(names: Names): Directive[] {
  const tables = new Set(
    names.of('charset_map').flatMap((d) => {
      const [a = '', b = ''] = d.values.map((v) => v.toLowerCase());
      return isUtf8(a) ? [b] : isUtf8(b) ? [a] : [];
    }),
  );
  if (!tables.size) return [];
  return names
    .of('charset', 'source_charset', 'override_charset')
    .filter(
      ({ scope }) =>
        tables.has(scope.value('charset')?.value(0).toLowerCase() ?? '') &&
        (isUtf8(scope.value('source_charset')?.value(0)) || isOn(scope, 'override_charset')),
    );
}

const verifiesClients = (scope: Scope): boolean => ['on', 'optional'].includes(scope.value('ssl_verify_client')?.value(0) ?? '');
const checksOcsp = (names: Names, ...contexts: string[]): Directive[] =>
  names
    .of('ssl_ocsp')
    .filter(
      (d) =>
        ['on', 'leaf'].includes(d.value(0)) &&
        inBlock(d, ...contexts) &&
        (verifiesClients(d.scope) || d.scope.scopes.some(verifiesClients)),
    );

/** CVE-2025-23419: sessions of one server resumed in another that asks for certificates. */
function sharedSocketClientCertificates(names: Names): Directive[] {
  const found = new Set<Directive>();
  for (const pair of listenersOf(names.config).filter((l) => l.ssl && l.servers.length > 1)) {
    if (!protocolsOf(pair.defaultServer.scope).includes('TLSv1.3')) continue;
    const trust = ({ scope }: (typeof pair.servers)[number]): string =>
      verifiesClients(scope)
        ? ['ssl_verify_client', 'ssl_client_certificate', 'ssl_trusted_certificate'].map((n) => scope.value(n)?.value(0) ?? '').join(' ')
        : '';
    const kinds = new Set(pair.servers.map(trust));
    if (kinds.size < 2) continue;
    for (const { scope } of pair.servers) {
      const line = scope.value('ssl_verify_client');
      const resumes =
        isOn(scope, 'ssl_session_tickets', true) || scope.value('ssl_session_cache')?.values.some((v) => /^(builtin|shared)/.test(v));
      if (line && verifiesClients(scope) && resumes) found.add(line);
    }
  }
  return [...found];
}

function sharedSessionCache(names: Names): Directive[] {
  const lines = tlsServers(names.config).flatMap(({ scope }) => scope.value('ssl_session_cache') ?? []);
  const zone = (d: Directive): string | undefined => d.values.find((v) => v.startsWith('shared:'))?.split(':')[1];
  return lines.filter((d, i) => zone(d) !== undefined && lines.some((other, j) => j < i && zone(other) === zone(d)));
}

/** Servers of the mail block, with what is in force in each. */
const mailServers = (names: Names): Scope[] => names.of('server').flatMap((d) => (inBlock(d, 'mail') && d.body ? [d.body] : []));
const isSmtp = (s: Scope): boolean =>
  s.value('protocol')?.value(0) === 'smtp' || s.named('listen').some((l) => /(^|:)25$/.test(l.value(0)));
const hasResolver = (s: Scope): boolean => (s.value('resolver')?.value(0) ?? 'off') !== 'off';
const openerOf = (s: Scope): Directive[] => (s.opener ? [s.opener] : []);

/** CVE-2026-93479: the second part of CVE-2026-42533. */
const captureThenRegexMapInPath = (names: Names): Directive[] =>
  captureThenRegexMap(names).filter((d) => ['root', 'alias', 'access_log', 'log_format'].includes(d.name));

const MAKES_SUBREQUESTS: readonly ((scope: Scope) => boolean)[] = [
  (s) => (s.value('auth_request')?.value(0) ?? 'off') !== 'off',
  (s) => s.effective('mirror').directives.some((d) => d.value(0) !== 'off'),
  (s) => (s.value('slice')?.value(0) ?? '0') !== '0',
  (s) => isOn(s, 'ssi'),
  (s) => ['add_before_body', 'add_after_body'].some((name) => (s.value(name)?.value(0) ?? '') !== ''),
  (s) => ['proxy', 'fastcgi', 'uwsgi', 'scgi'].some((p) => isOn(s, `${p}_cache_background_update`)),
];

/** CVE-2026-123634: one name looked up by several requests of one client at once. */
const resolverInSubrequest = (names: Names): Directive[] =>
  passes(names).filter((d) => {
    const inHost = /^(?:\w+:\/\/)?[^/]*\$/.test(d.value(0));
    const resolved = passTarget(d)?.upstream?.servers.some((s) => s.directive.values.includes('resolve'));
    return (inHost || resolved === true) && hasResolver(d.scope) && MAKES_SUBREQUESTS.some((makes) => makes(d.scope));
  });

/** CVE-2026-118899: sockets whose default server speaks TLS 1.3. */
const tls13Servers = (names: Names): Directive[] =>
  listenersOf(names.config)
    .filter((l) => l.ssl && !l.quic && protocolsOf(l.defaultServer.scope).includes('TLSv1.3'))
    .flatMap((l) => openerOf(l.defaultServer.scope));

const TRUST = ['ssl_verify_client', 'ssl_client_certificate', 'ssl_trusted_certificate', 'ssl_crl', 'ssl_verify_depth'];

/** CVE-2026-120967: stream servers of one socket that trust different clients. */
const streamClientCertificatesDiffer = (names: Names): Directive[] =>
  listenersOf(names.config, 'stream')
    .filter((l) => l.ssl && l.servers.length > 1)
    .flatMap(({ servers }) => {
      const trust = servers.map(({ scope }) => TRUST.map((n) => scope.value(n)?.values.join(' ') ?? '').join('|'));
      if (new Set(trust).size < 2) return [];
      return servers.flatMap(({ scope }) => (verifiesClients(scope) ? (scope.value('ssl_verify_client') ?? []) : []));
    });

const streamServers = (names: Names): Scope[] => names.of('server').flatMap((d) => (inBlock(d, 'stream') && d.body ? [d.body] : []));

/** CVE-2026-97629: keys of tickets that nginx makes and changes by itself. */
const rotatingTicketKeys = (names: Names): Directive[] =>
  tlsServers(names.config).flatMap(({ scope }) => {
    const cache = scope.value('ssl_session_cache');
    const shared = cache?.values.some((v) => v.startsWith('shared:'));
    return cache && shared && isOn(scope, 'ssl_session_tickets', true) && !scope.value('ssl_session_ticket_key') ? [cache] : [];
  });

/** CVE-2026-97205 */
const ssiWithAio = (names: Names): Directive[] => {
  const found = new Set<Directive>();
  for (const scope of new Set(names.all.map((d) => d.scope))) {
    const ssi = isOn(scope, 'ssi') ? scope.value('ssi') : undefined;
    if (ssi && ((scope.value('aio')?.value(0) ?? 'off') !== 'off' || isOn(scope, 'aio_write'))) found.add(ssi);
  }
  return [...found];
};

/** CVE-2026-90439: the compatibility layer for OpenSSL without an interface for QUIC. */
function quicInPart(names: Names): Directive[] {
  if (isOpenssl(names.config, '3.5.1')) return [];
  const servers = serversOf(names.config).map((s) => s.listens.filter((l) => l.directive));
  const quic = servers.filter((listens) => listens.some((l) => l.params.includes('quic')));
  const plain = servers.some((listens) => !quic.includes(listens) && listens.some((l) => l.params.includes('ssl')));
  return plain ? quic.flatMap((listens) => listens.flatMap((l) => (l.directive && l.params.includes('quic') ? [l.directive] : []))) : [];
}

const isDavCopy = (d: Directive): boolean => d.values.some((v) => v === 'COPY' || v === 'MOVE');
const withParam = (names: Names, ...params: string[]): Directive[] =>
  names.of('listen').filter((d) => inBlock(d, 'server') && d.values.some((v) => params.includes(v)));
const NONE = (): Directive[] => [];

/** Which directives of a configuration expose it; empty: nothing does. */
export const FINDS: Readonly<Record<Trigger, (names: Names) => Directive[]>> = {
  any: (n) => n.of('http').slice(0, 1),
  undecidable: NONE,
  windows: NONE,
  'mp4-32-bit': NONE,
  'spdy-32-bit': NONE,
  'capture-then-regex-map': captureThenRegexMap,
  'capture-in-subrequest': captureInSubrequest,
  'ssi-unbuffered': (n) =>
    passes(n).filter((d) => isOn(d.scope, 'ssi') && d.scope.value(d.name.replace('_pass', '_buffering'))?.value(0) === 'off'),
  quic: (n) => withParam(n, 'quic'),
  'quic-in-part': quicInPart,
  'try-files-computed-alias': tryFilesComputedAlias,
  'alias-after-rewrite': aliasAfterRewrite,
  'capture-then-regex-map-in-path': captureThenRegexMapInPath,
  'resolver-in-subrequest': resolverInSubrequest,
  'tls13-server': tls13Servers,
  'stream-client-certificates-differ': streamClientCertificatesDiffer,
  'stream-dynamic-certificate-proxy-v2': (n) =>
    streamServers(n).flatMap((s) => {
      const line = ['ssl_certificate', 'ssl_certificate_key']
        .flatMap((name) => s.effective(name).directives)
        .find((d) => d.value(0).includes('$'));
      return line && s.value('proxy_protocol')?.value(0) === 'v2' ? [line] : [];
    }),
  'ssl-preread': (n) => n.of('ssl_preread').filter((d) => d.value(0) === 'on'),
  'rotating-ticket-keys': rotatingTicketKeys,
  'ssi-with-aio': ssiWithAio,
  mail: (n) => mailServers(n).flatMap(openerOf),
  http2: (n) => [...withParam(n, 'http2'), ...n.of('http2').filter((d) => d.value(0) === 'on')],
  spdy: (n) => withParam(n, 'spdy'),
  'http2-upstream-large-headers': (n) => passes(n).filter((d) => isHttp2Upstream(d) && hasLargeHeaders(d.scope)),
  'http2-upstream-set-body': (n) =>
    n.of('proxy_set_body').filter((d) => d.value(0).includes('$') && d.scope.value('proxy_http_version')?.value(0) === '2'),
  'recode-from-utf8': recodeFromUtf8,
  'rewrite-nested-captures': rewriteNestedCaptures,
  'rewrite-arguments-then-capture': rewriteArgumentsThenCapture,
  'uwsgi-or-scgi-upstream': (n) => n.of('uwsgi_pass', 'scgi_pass').filter(isRemote),
  'tls-upstream': (n) => passes(n).filter((d) => tlsPass(d)?.local === false),
  proxy: (n) => n.of('proxy_pass').filter((d) => !inBlock(d, 'stream-server') && isRemote(d)),
  upstream: passes,
  'client-ocsp': (n) => checksOcsp(n, 'http', 'server'),
  'stream-client-ocsp': (n) => checksOcsp(n, 'stream', 'stream-server'),
  'shared-socket-client-certificates': sharedSocketClientCertificates,
  'shared-session-cache': sharedSessionCache,
  tls: (n) => tlsServers(n.config).flatMap((s) => openerOf(s.scope)),
  'dav-copy-alias': (n) =>
    n.of('alias').filter((d) => {
      const read = d.scope.opener && d.scope.context === 'location' ? readLocation(d.scope.opener) : null;
      const methods = d.scope.value('dav_methods');
      return read !== null && !read.modifier.startsWith('~') && methods !== undefined && isDavCopy(methods);
    }),
  'dav-copy': (n) => n.of('dav_methods').filter(isDavCopy),
  mp4: (n) => n.of('mp4'),
  resolver: (n) => n.of('resolver').filter((d) => d.value(0) !== 'off'),
  'cache-with-ranges': (n) =>
    n
      .of('proxy_cache', 'fastcgi_cache', 'uwsgi_cache', 'scgi_cache')
      .filter((d) => d.value(0) !== 'off' && !['0', '1'].includes(d.scope.value('max_ranges')?.value(0) ?? '')),
  'mail-challenge-response': (n) =>
    mailServers(n).flatMap((s) =>
      s.value('auth_http') &&
      (['imap_auth', 'smtp_auth', 'pop3_auth'].some((a) => s.value(a)?.values.includes('cram-md5')) ||
        s.value('pop3_auth')?.values.includes('apop'))
        ? openerOf(s)
        : [],
    ),
  'smtp-resolver': (n) => mailServers(n).flatMap((s) => (isSmtp(s) && hasResolver(s) ? openerOf(s) : [])),
  'smtp-auth-none': (n) =>
    mailServers(n).flatMap((s) => (s.value('smtp_auth')?.values.includes('none') && s.value('auth_http') ? openerOf(s) : [])),
  'smtp-starttls': (n) =>
    mailServers(n).flatMap((s) => (isSmtp(s) && ['on', 'only'].includes(s.value('starttls')?.value(0) ?? '') ? openerOf(s) : [])),
};
