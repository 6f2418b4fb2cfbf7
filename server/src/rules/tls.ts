// What the TLS rules share: which servers speak TLS, which protocols and cipher string are in force, and where a term of the string
// is in the text. It reports nothing.

import { passedBy } from '../answers/what-is-passed.ts';
import { reachOf, serversUnder } from '../answers/which-socket.ts';
import type { TextEdit } from '../base/edit.ts';
import type { Span } from '../base/span.ts';
import { defaultOf } from '../catalog/catalog.ts';
import {
  type CipherList,
  type CipherListError,
  evaluateCipherList,
  type OpensslTarget,
  type Suite,
  type TermEffect,
  usableSuites,
  type Weakness,
} from '../catalog/ciphers.ts';
import { protocolOf } from '../catalog/context.ts';
import { mozillaProfile, profileCiphers } from '../catalog/mozilla.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { unseenInForce } from '../config/effective.ts';
import type { Scope } from '../config/scope.ts';
import { type Server, serverOf, serversOf } from '../config/servers.ts';
import type { PassTarget, Upstream } from '../config/upstreams.ts';
import type { Word } from '../syntax/word.ts';
import { insertInto, replace } from './fix.ts';
import type { Where } from './rule.ts';
import { freeZone } from './zones.ts';

/** The OpenSSL that a configuration is judged for. */
export const opensslOf = (config: Config): OpensslTarget => ({ openssl: config.settings.target.openssl });

/** The name of that OpenSSL for messages. */
export const opensslName = (config: Config): string => `OpenSSL ${config.settings.target.openssl.text}`;

/** True when the directive of that name in force is `on`; `otherwise` when none is written. */
export const isOn = (scope: Scope, name: string, otherwise = false): boolean => {
  const value = scope.value(name)?.value(0).toLowerCase();
  return value === undefined ? otherwise : value === 'on';
};

/** An include on the level or around it whose file is not at hand: what seems not to be written may be there. */
export function hasUnseenFile(scope: Scope): boolean {
  for (let at: Scope | null = scope; at; at = at.parent)
    if (at.named('include').some((d) => !/[*?[]/.test(d.value(0)) && !at.config.tree.includes.get(d.statement)?.files.length)) return true;
  return false;
}

/** The server answers no request over TLS: it ends the handshake or the connection. */
export const rejects = (scope: Scope): boolean =>
  isOn(scope, 'ssl_reject_handshake') || scope.named('return').some((d) => d.value(0) === '444');

/** What ssl_protocols is when nobody writes it. */
export function defaultProtocols(config: Config): string[] {
  const fact = config.catalog.directive('ssl_protocols', 'server', config.settings.target);
  return (fact ? (defaultOf(fact, config.settings.target.nginx) ?? '') : '').split(' ').filter(Boolean);
}

/** The protocols in force in a scope. */
export const protocolsOf = (scope: Scope): readonly string[] => scope.value('ssl_protocols')?.values ?? defaultProtocols(scope.config);

/** The word that holds the cipher string of an ssl_ciphers, also of a module's client, or an `ssl_conf_command CipherString`; null for other commands and templates. */
export function cipherWord(directive: Directive): Word | null {
  const word = /^(?:(?:proxy_|grpc_|uwsgi_|lua_)?ssl|js_fetch)_ciphers$/.test(directive.name)
    ? directive.args[0]
    : directive.name === 'ssl_conf_command' && directive.value(0).toLowerCase() === 'cipherstring'
      ? directive.args[1]
      : undefined;
  return word && !word.templated ? word : null;
}

/** `http`, `stream` or `mail`, as far as the place tells; `http` where nothing does. */
export const protocolIn = ({ context }: Scope): string => (context === 'unknown' ? null : protocolOf(context)) ?? 'http';

/** Ports at which clients of a person send mail; they have a password to lose. */
const SUBMISSION = ['465', '587'];

const isRelay = (server: Scope): boolean =>
  server.value('starttls')?.value(0) === 'on' &&
  server.named('listen').every((d) => {
    const port = /(?:^|:)(\d+)$/.exec(d.value(0))?.[1];
    return !d.values.includes('ssl') && port !== undefined && !SUBMISSION.includes(port);
  }) &&
  (server.value('protocol')?.value(0) === 'smtp' || server.named('listen').some((d) => /(?:^|:)25$/.test(d.value(0))));

/**
 * Whether the line counts for mail servers only whose clients, other mail servers, go on in the clear where they share no cipher or protocol:
 * SMTP with a STARTTLS that is offered and not demanded. Old encryption is better than none there (RFC 7435).
 */
export function isOpportunistic({ scope, name }: Directive): boolean {
  if (!scope.context.startsWith('mail')) return false;
  const servers =
    scope.context === 'mail-server' ? [scope] : scope.directives.flatMap((d) => (d.body?.context === 'mail-server' ? [d.body] : []));
  const own = servers.filter(
    (s) =>
      (s === scope || !s.has(name)) &&
      ((s.value('starttls')?.value(0) ?? 'off') !== 'off' || s.named('listen').some((d) => d.values.includes('ssl'))),
  );
  return own.length > 0 && own.every(isRelay);
}

/** The servers in which a directive of the http or server level is in force, of those that speak TLS. */
const tlsServersWith = (directive: Directive): readonly Server[] =>
  serversUnder(directive).filter((s) => reachOf(s).tls && s.scope.effective(directive.name).directives.includes(directive));

/** Whether a cipher string is never used: every server in which it is in force speaks TLS 1.3 only. */
export function onlyTls13(directive: Directive): boolean {
  if (protocolIn(directive.scope) !== 'http') return directive.scope.value('ssl_protocols')?.values.join() === 'TLSv1.3';
  const servers = tlsServersWith(directive);
  return servers.length > 0 && servers.every((s) => protocolsOf(s.scope).join() === 'TLSv1.3');
}

/**
 * Whether a line of one server is of no use to anybody: its listen lines are written and say nothing of TLS, nor does another server of the
 * same sockets, and there is no certificate. On the http level a line may be meant for a server that is still to come.
 */
export function isInPlainServer({ scope }: Directive): boolean {
  const server = serverOf(scope);
  return (
    server !== null &&
    scope === server.scope &&
    server.protocol === 'http' &&
    !reachOf(server).tls &&
    server.listens.some((l) => l.directive) &&
    !scope.value('ssl_certificate') &&
    !unseenInForce(scope, 'listen').length
  );
}

/** The word by which the OpenSSL of RHEL, Fedora and the like reads the system's policy; no other library knows it. */
export const isSystemPolicy = (text: string): boolean => /^PROFILE=/.test(text);

/** A shared session cache to write into a line: one that is there already for the same protocol, or a new one under a free name. */
export function sharedCache(config: Config, protocol: string): string {
  const lines = config.main.all.filter((d) => d.name === 'ssl_session_cache');
  for (const d of lines) if (protocolIn(d.scope) === protocol) for (const v of d.values) if (/^shared:\w+:\w+$/.test(v)) return v;
  return `shared:${freeZone(config, ['TLS', 'TLS2', 'SSL', 'sessions', 'tls_sessions'], 'tls_session_cache')}:10m`;
}

/** Directives that carry a cipher string for clients. */
export const CIPHER_DIRECTIVES = ['ssl_ciphers', 'ssl_conf_command'] as const;

/** The place of a part of a word's value in the text; the whole word where escapes make that unsure. */
export function partOf(word: Word, start: number, end: number): Span {
  const quotes = word.quote ? 1 : 0;
  if (word.raw.length !== word.value.length + 2 * quotes || start === end) return { start: word.start, end: word.end };
  return { start: word.start + quotes + start, end: word.start + quotes + end };
}

/** A value written in the place of a word, with that word's quotes. */
export const written = (word: Word, value: string): string => {
  const quote = word.quote || (/[\s;{}]/.test(value) || value === '' ? '"' : '');
  return quote + value + quote;
};

/** Suites that nginx can end a handshake with when every protocol is on and both kinds of keys are there. */
export const reachable = (suites: readonly Suite[], securityLevel: number, protocols?: readonly string[]): readonly Suite[] =>
  usableSuites(suites, { protocols: protocols ?? ['TLSv1', 'TLSv1.1', 'TLSv1.2'], keys: null, dhparam: true, securityLevel });

/** The suites that Mozilla's profile of that configuration wants in any case, weak ones included (`old` has some). */
export const wantedByProfile = (config: Config): ReadonlySet<string> =>
  new Set(config.settings.mozillaProfile === 'old' ? (mozillaProfile('old')?.ciphers ?? []) : []);

export interface WeakTerm {
  readonly term: TermEffect;
  /** the suites of the final list that the term brought in and that are weak */
  readonly suites: readonly Suite[];
}

/** The rules of a string that bring weak suites into the final list, as far as nginx could use them at security level 0. */
export function weakTerms(list: CipherList, weak: (suite: Suite) => boolean): WeakTerm[] {
  const final = new Set(reachable(list.suites, 0).filter(weak));
  const found: WeakTerm[] = [];
  for (const term of list.terms) {
    const suites = term.added.filter((s) => final.has(s));
    if (suites.length) found.push({ term, suites });
  }
  // a suite that was taken out and put in again belongs to the last term that added it
  return found
    .map(({ term, suites }, i) => ({ term, suites: suites.filter((s) => !found.slice(i + 1).some((f) => f.suites.includes(s))) }))
    .filter((f) => f.suites.length > 0);
}

const EXCLUSIONS: Partial<Record<Weakness, string>> = {
  null: '!eNULL',
  anonymous: '!aNULL',
  '3des': '!3DES',
  rc4: '!RC4',
  idea: '!IDEA',
  seed: '!SEED',
  md5: '!MD5',
  'no-forward-secrecy': '!kRSA',
};

/** Cuts the parts out of a string, each with the separator behind it, or before it at the end. */
function cut(text: string, terms: readonly TermEffect[], drop: (t: TermEffect) => boolean): string {
  const kept = terms.filter((t) => !drop(t));
  if (!kept.length) return '';
  let out = '';
  kept.forEach((t, i) => {
    const previous = i > 0 ? kept[i - 1]! : null;
    const next = previous ? terms[terms.indexOf(previous) + 1]! : null;
    // the separator as it was written behind the term before
    out += previous && next ? text.slice(previous.end, next.start) : '';
    out += text.slice(t.start, t.end);
  });
  return out;
}

/** Whether a suite has one of the weaknesses; suites that the profile wants in any case have none. */
export const weakBy =
  (weaknesses: readonly Weakness[], wanted: ReadonlySet<string>) =>
  (suite: Suite): boolean =>
    !wanted.has(suite.name) && suite.weaknesses.some((w) => weaknesses.includes(w));

/** The list of Mozilla's profile as an argument of ssl_ciphers; that of intermediate where the profile needs none. */
export function profileList(config: Config): string {
  const { target, mozillaProfile: name } = config.settings;
  return profileCiphers(mozillaProfile(name === 'modern' ? 'intermediate' : name)!, target) ?? '';
}

/**
 * The string without the weaknesses: terms that bring weak suites only (and terms for which `gone` holds) are left out, what the others
 * bring is excluded at the end. Where nothing good would remain it is the list of Mozilla's profile.
 */
export function strengthened(
  config: Config,
  text: string,
  weaknesses: readonly Weakness[],
  gone: (t: TermEffect) => boolean = () => false,
): string {
  const target = opensslOf(config);
  const weak = weakBy(weaknesses, wantedByProfile(config));
  const isGood = (list: CipherList | CipherListError): list is CipherList =>
    list.ok && reachable(list.suites, list.securityLevel).some((s) => !weak(s));
  const whole = evaluateCipherList(text, target);
  if (!isGood(whole)) return profileList(config);
  let fixed = cut(text, whole.terms, (t) => gone(t) || (t.kind === 'add' && t.added.length > 0 && t.added.every(weak)));
  for (const weakness of weaknesses) {
    const list = evaluateCipherList(fixed, target);
    if (!isGood(list)) return profileList(config);
    const word = EXCLUSIONS[weakness];
    if (word && weakTerms(list, weakBy([weakness], wantedByProfile(config))).length) fixed += `:${word}`;
  }
  const last = evaluateCipherList(fixed, target);
  return isGood(last) && weakTerms(last, weak).length === 0 ? fixed : profileList(config);
}

/** Up to `most` names in a sentence: "A, B and 3 more". */
export function some(names: readonly string[], most = 3): string {
  if (names.length <= most) return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/**
 * Whether OpenSSL gets to see the directive when nginx reads the configuration: a line of `ssl_` where a server in whose reach it is has
 * a certificate (or rejects handshakes), one of `proxy_ssl_` and its like where a pass over TLS is in its reach. True where nobody sees.
 */
export function isLoaded(directive: Directive): boolean {
  const { scope } = directive;
  const { config } = scope;
  if ((config.kind !== 'root' && !config.tree.standIn?.certain) || scope.context === 'unknown') return true;
  const inForce = (at: Scope): boolean => at.effective(directive.name).directives.some((d) => d.statement === directive.statement);
  const family = /^(proxy|grpc|uwsgi)_ssl_/.exec(directive.name)?.[1];
  if (family) {
    const passes = (at: Scope): boolean =>
      (inForce(at) &&
        (at.context === 'stream-server'
          ? isOn(at, 'proxy_ssl')
          : at.named(`${family}_pass`).some((d) => /^(https|grpcs|suwsgi):|\$/i.test(d.value(0))))) ||
      at.scopes.some(passes);
    return passes(scope);
  }
  const protocol = protocolOf(scope.context) ?? 'http';
  const own = scope.enclosing('server', 'stream-server', 'mail-server');
  const scopes = own ? [own] : serversOf(config, protocol).map((s) => s.scope);
  // the clients of njs and Lua are made ready on every level, whatever the server speaks
  if (/^(?:js_fetch|lua_ssl)_/.test(directive.name)) return own !== null || scopes.some(inForce);
  const certified = (at: Scope): boolean => {
    const known = at.value('ssl_certificate') !== undefined || isOn(at, 'ssl_reject_handshake');
    return known || unseenInForce(at, 'ssl_certificate').length > 0;
  };
  return scopes.some((at) => certified(at) && inForce(at));
}

/** An add_header line of that name in force in a scope. */
export const headerLines = (scope: Scope, name: string): Directive[] =>
  scope.effective('add_header').directives.filter((d) => d.value(0).toLowerCase() === name);

/** Whether a scope, or with `below` anything inside it, sets the header, by add_header or by a module's own directive. */
export function setsHeader(scope: Scope, name: string, below = true): boolean {
  if (headerLines(scope, name).length) return true;
  if (scope.effective('more_set_headers').directives.some((d) => d.values.some((v) => v.toLowerCase().startsWith(`${name}:`)))) return true;
  return below && scope.scopes.some((inner) => setsHeader(inner, name));
}

/** Names that stand for no site: the catch-all, the machine itself, addresses. */
export const isNobody = (name: string): boolean =>
  name === '_' || name === '__' || name === 'localhost' || /^[\d.]+$/.test(name) || name.startsWith('[') || name === '$hostname';

/** Directives behind which a new line of a server looks at home. */
const HEAD = new Set([
  'listen',
  'server_name',
  'http2',
  'http3',
  'ssl_certificate',
  'ssl_certificate_key',
  'ssl_protocols',
  'ssl_ciphers',
  'ssl_ecdh_curve',
  'add_header',
]);
/** True for a directive that may be in `http`, `stream` or `mail` as well as in their servers. */
export const inHead = (name: string): boolean => HEAD.has(name);

/**
 * The edit that adds header lines to a block. A level with an add_header of its own loses the inherited ones, so those are written
 * along when it has none yet.
 */
export function addHeaders(opener: Directive, scope: Scope, lines: readonly string[]): TextEdit {
  const inherited = scope.has('add_header')
    ? []
    : scope.effective('add_header').directives.map((d) => d.file.text.slice(d.statement.start, d.statement.end));
  return insertInto(opener, [...inherited, ...lines], inHead);
}

/** Loopback addresses and names: traffic to them stays on the machine. */
export const isLoopback = (host: string): boolean => /^(127\.|localhost$|\[?::1\]?$)/.test(host.toLowerCase());

export interface TlsPass {
  /** `proxy_ssl`, `grpc_ssl`, `uwsgi_ssl` */
  readonly prefix: string;
  readonly host: string;
  /** the host is a name of DNS, no address, socket or group */
  readonly named: boolean;
  /** nothing leaves the machine */
  readonly local: boolean;
  /** the group of servers that the name stands for */
  readonly group: Upstream | null;
}

const TLS_SCHEME = /^(https|grpcs|suwsgi):\/\/([^/:]*|\[[^\]]*\])/i;

/** What a pass directive reaches over TLS, constants in variables followed; null when it is no TLS. In stream `proxy_ssl` says so. */
export function tlsPass(directive: Directive): TlsPass | null {
  const { targets } = passedBy(directive);
  if (directive.scope.context === 'stream-server') {
    const [target] = targets;
    return target && isOn(directive.scope, 'proxy_ssl') ? passTo(directive, target) : null;
  }
  const target = targets.find((t) => t.tls);
  if (target) return passTo(directive, target);
  if (targets.length) return null;
  // a request decides on the host
  const scheme = TLS_SCHEME.exec(directive.value(0));
  if (!scheme) return null;
  const host = scheme[2]!;
  return {
    prefix: directive.name.replace('_pass', '_ssl'),
    host,
    named: /^[\w-]+(\.[\w-]+)+$/.test(host),
    local: isLoopback(host),
    group: null,
  };
}

function passTo(directive: Directive, target: PassTarget): TlsPass {
  const servers = target.upstream?.servers ?? [];
  return {
    prefix: directive.name.replace('_pass', '_ssl'),
    host: target.host,
    group: target.upstream ?? null,
    named: target.kindOfHost === 'name' && !target.upstream && target.host.includes('.'),
    local:
      target.kindOfHost === 'unix' ||
      isLoopback(target.host) ||
      (servers.length > 0 && servers.every((s) => s.kind === 'unix' || isLoopback(s.host))),
  };
}

/** Whether a pass directive may ask over TLS, by its words alone: in stream another line says so. */
export const mayBeTls: Where = ({ context, values: [to = ''] }) => context.startsWith('stream') || to.includes('$') || TLS_SCHEME.test(to);

export const TLS_PASSES = ['proxy_pass', 'grpc_pass', 'uwsgi_pass'] as const;

/** One more argument behind a word. */
export const appendWord = (after: Word, text: string): TextEdit => replace({ start: after.end, end: after.end }, ` ${text}`);

/** Paths of certificates by the usual ACME clients' default authority. */
export const LETS_ENCRYPT = /(^|\/)letsencrypt\//;
