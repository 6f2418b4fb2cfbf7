/** Cached responses that reach someone for whom they were not made. */

import { isForPictures } from '../../answers/what-a-place-is-for.ts';
import { HEADER_LIST, headerOf, passedBy, passesIn } from '../../answers/what-is-passed.ts';
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { type Reach, reachOf } from '../../answers/which-socket.ts';
import { staysInDomain } from '../../answers/who-is-foreign.ts';
import { identityIn, OTHERS } from '../../answers/who-is-named.ts';
import { authenticationIn } from '../../answers/who-may-enter.ts';
import { isNameOfScheme } from '../../answers/who-speaks-tls.ts';
import { PerConfig, PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { locationOf } from '../../config/locations.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { type Server, serverOf } from '../../config/servers.ts';
import { variablesIn } from '../../trace/script.ts';
import { fixOf, insertAfter, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { askedBy, isAnothersSite, isOfOwnNetwork } from './_receiver.ts';

/** What tells one visitor's request from another's. */
const OF_VISITORS = /^(cookie_\w+|http_cookie|http_authorization|remote_user)$/;
/** What does so in the answer. */
const OF_ANSWERS = /^(upstream_http_set_cookie|sent_http_set_cookie|upstream_cookie_\w+|upstream_http_cache_control|upstream_http_\w+)$/;
/** What holds the query of a request. */
const OF_QUERIES = /^(request_uri|args|query_string|arg_\w+|request|is_args)$/;
const OF_HOSTS = /^(host|http_host|server_name|ssl_server_name|ssl_preread_server_name)$/;
/** What says where a request goes, and nothing of who sends it. */
const OF_PLACES = /^(?:scheme|(?:proxy_|http_)?host|server_(?:name|port|addr)|proxy_port|uri|document_uri|request_uri|request_method)$/;
const OF_METHODS = /^(?:request_method|request)$/;
/** What tells a request over TLS from a plain one. */
const OF_SCHEMES = /^(?:scheme|https|server_port|ssl_\w+|request_scheme|proxy_protocol_\w+|http_\w*(?:proto|scheme|ssl|https|port))$/;
/** Paths below which the same file is for everyone. */
const STATIC = /(static|assets|media|images?|img|css|js|fonts|favicon|robots)/i;

/** Built-in variables that say nothing about who asks. */
const PLAIN =
  /^(arg_\w+|args|http_(pragma|cache_control|upgrade|accept\w*|user_agent|referer|host)|request_method|uri|request_uri|document_uri|scheme|host|is_args|query_string)$/;

const sources = (scope: Scope, text: string): string[] =>
  variablesIn(text).flatMap((v) => [...sourcesOf(scope.config, v), ...conditionsOf(scope, v)]);

/** What the conditions look at in which a server's variables are set, by the variable: `if ($http_cookie ~ session) { set $skip 1; }`. */
const conditions = new PerPart((server: Scope): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const d of server.all) {
    if (d.name !== 'set' || d.scope.opener?.name !== 'if') continue;
    const looked = variablesIn(d.scope.opener.values.join(' '));
    const known = found.get(d.value(0));
    if (known) known.push(...looked);
    else found.set(d.value(0), [...looked]);
  }
  return found;
});

/** What decides on a variable that is set in conditions. */
function conditionsOf(scope: Scope, variable: string): string[] {
  const server = scope.enclosing('server');
  const looked = server ? conditions.of(server).get(`$${variable}`) : undefined;
  return (looked ?? []).flatMap((v) => [...sourcesOf(scope.config, v)]);
}

/** What pages are stored under: the zone, the target and the key, when no host is in it; null otherwise. */
function storeOf(pass: Directive, cache: Directive, family: string): string | null {
  const key = pass.scope.value(`${family}_cache_key`)?.value(0) ?? '';
  const target = passedBy(pass).targets[0];
  if (!target || sources(pass.scope, key).some((s) => OF_HOSTS.test(s))) return null;
  // a key of one's own holds the target only where it is written
  const to = key === '' || key.includes('$proxy_host') ? `${target.upstream?.name ?? target.host}:${target.port}` : '';
  return `${cache.value(0)} ${to} ${key}`;
}

/** Two levels of one server, or of two that answer for the same names: by TLS and without, to clients and to a program of one's own. */
function isOneSite(a: Scope, b: Scope): boolean {
  const [one, other] = [serverOf(a), serverOf(b)];
  if (!one || !other || one === other) return one === other;
  const site = siteOf.of(one.scope);
  return site !== null && site === siteOf.of(other.scope);
}

/** The names by which a server is one site with others; null where it answers for more than those. */
const siteOf = new PerPart((scope: Scope): string | null => {
  const names = serverOf(scope)?.names ?? [];
  return names.every((n) => n.kind === 'exact' && !n.hostname) ? [...new Set(names.map((n) => n.text))].sort().join(' ') : null;
});

/** The passes whose answers are stored, by what they store under; at most one for each server. */
const stores = new PerConfig((config): ReadonlyMap<string, readonly Directive[]> => {
  const found = new Map<string, Directive[]>();
  for (const kind of ['proxy', 'uwsgi', 'fastcgi', 'scgi'] as const) {
    if (!namesOf(config).ofKind(`${kind}-cache-zone`, 'http').length) continue;
    for (const pass of config.main.all) {
      if (pass.name !== `${kind}_pass`) continue;
      const cache = pass.scope.value(`${kind}_cache`);
      const store = cache && cache.value(0) !== 'off' ? storeOf(pass, cache, kind) : null;
      if (store === null) continue;
      const list = found.get(store);
      if (!list) found.set(store, [pass]);
      else if (list.length < 2 && !isOneSite(list[0]!.scope, pass.scope)) list.push(pass);
    }
  }
  return found;
});

/** The line by which the application learns whether its client speaks TLS with this server. */
const schemeLine = (pass: Directive): Directive | undefined =>
  pass.scope
    .effective(HEADER_LIST[pass.name]!)
    .directives.find((d) => isNameOfScheme(d.value(0)) && sources(pass.scope, d.value(1)).some((s) => s === 'scheme' || s === 'https'));

/** How clients get to a pass, and are not sent on: a server that sends plain ones to https:// has no page for them. */
const waysTo = new PerPart((pass: Directive): Reach => {
  const server = serverOf(pass.scope);
  if (!server) return { tls: false, plain: false };
  const { tls, plain } = reachOf(server);
  const levels = [server.scope, pass.scope.enclosing('location')].filter((l) => l !== null);
  const sorts = levels.some(
    (l) =>
      l.has('return') || l.named('if').some((d) => sources(l, d.values.join(' ')).some((s) => OF_SCHEMES.test(s)) && d.body?.has('return')),
  );
  return { tls, plain: plain && !sorts };
});

/** What pages are stored under: the zone and a key of its own, when no scheme is in it. */
function schemelessStore(pass: Directive): string | null {
  const family = pass.name.replace(/_pass$/, '');
  const zone = pass.scope.value(`${family}_cache`)?.value(0) ?? 'off';
  const key = pass.scope.value(`${family}_cache_key`)?.value(0);
  return zone === 'off' || key === undefined || sources(pass.scope, key).some((s) => OF_SCHEMES.test(s)) ? null : `${zone} ${key}`;
}

const WAYS = ['tls', 'plain'] as const;

/** The passes by that, by a name of their server and by a way to them: the first of two servers each, of which one is another than that of who asks. */
const schemeless = new PerConfig((config): ReadonlyMap<string, readonly Directive[]> => {
  const found = new Map<string, Directive[]>();
  for (const pass of config.main.all) {
    const store = /^(?:proxy|uwsgi|fastcgi|scgi)_pass$/.test(pass.name) ? schemelessStore(pass) : null;
    if (store === null) continue;
    const server = pass.scope.enclosing('server');
    for (const way of WAYS.filter((w) => waysTo.of(pass)[w]))
      for (const { text } of serverOf(pass.scope)?.names ?? []) {
        const key = `${way} ${text} ${store}`;
        const list = found.get(key);
        if (!list) found.set(key, [pass]);
        else if (list.length < 2 && list[0]!.scope.enclosing('server') !== server) list.push(pass);
      }
  }
  return found;
});

/** A pass by which clients of the other kind get to pages stored under the same key: the same one, or that of a server with a name in common. */
function sharesWithOtherScheme(pass: Directive): Directive | undefined {
  const own = waysTo.of(pass);
  const store = schemelessStore(pass);
  const server = pass.scope.enclosing('server');
  const names = serverOf(pass.scope)?.names ?? [];
  if (store === null || !names.length) return undefined;
  if (own.tls && own.plain) return pass;
  const other = own.tls ? 'plain' : 'tls';
  for (const { text } of own.tls || own.plain ? names : []) {
    const list = schemeless.of(pass.scope.config).get(`${other} ${text} ${store}`);
    const found = list?.find((d) => d.scope.enclosing('server') !== server);
    if (found) return found;
  }
  return undefined;
}

/** The line in force by which a header goes to the application, in the words of its protocol. */
const sentTo = (family: string, at: Scope, name: string): Directive | undefined =>
  at.effective(HEADER_LIST[`${family}_pass`]!).directives.findLast((d) => headerOf(d) === name);

/** Answers are fetched in slices. */
const isSliced = (scope: Scope): boolean => !/^0?$/.test(scope.value('slice')?.value(0) ?? '');

/** A line by which the application learns who is logged in, and makes pages for him. */
const namesUser = (pass: Directive): Directive | undefined | false =>
  (authenticationIn(pass.scope).length > 0 || pass.scope.value('ssl_verify_client') !== undefined) &&
  pass.scope
    .effective(HEADER_LIST[pass.name]!)
    .directives.find((d) => !OTHERS.test(headerOf(d) ?? '') && identityIn(pass.scope.config, d.value(1)) !== null);

/** Answers of the code 200 are stored without a word of the application. */
const storesPages = (scope: Scope, family: string): boolean =>
  scope.effective(`${family}_cache_valid`).directives.some((d) => d.args.length === 1 || d.values.some((v) => v === '200' || v === 'any'));

/** Files of someone else's public site, as of packages: it is asked by its own name, and what it knows of visitors it has from others. */
const isOfAnother = (pass: Directive): boolean =>
  pass.name === 'proxy_pass' &&
  !/\$(?!proxy_host\b)/.test(sentTo('proxy', pass.scope, 'host')?.value(1) ?? '') &&
  passedBy(pass).targets.some((t) => t.host.includes('.') && !isOfOwnNetwork(t.host) && isAnothersSite(pass.scope, t)) &&
  !staysInDomain(pass);

/** Names of one domain that are not one site with and without "www". */
function tenantsOf({ names }: Server): readonly string[] {
  const exact = [...new Set(names.filter((n) => n.kind === 'exact' && !n.hostname).map((n) => n.text.replace(/^www\./, '')))];
  const parent = (name: string): string => name.slice(name.indexOf('.') + 1);
  const found = exact.filter((a) => exact.some((b) => a !== b && parent(a) === parent(b) && parent(a).includes('.')));
  return found;
}

/** Two passes of different sites whose pages differ, under one key: they ask different applications, or say themselves which site is meant. */
function areApart(a: Directive, b: Directive, family: string): boolean {
  const [one, other] = [serverOf(a.scope), serverOf(b.scope)];
  if (!one || !other || one.names.some((n) => other.names.some((m) => m.text === n.text))) return false;
  const [here, there] = [locationOf(a.scope), locationOf(b.scope)];
  if (
    !here ||
    !there ||
    here.kind !== there.kind ||
    (here.kind === 'prefix' ? !here.name.startsWith(there.name) && !there.name.startsWith(here.name) : here.name !== there.name)
  )
    return false;
  const to = (pass: Directive): string => {
    const target = passedBy(pass).targets[0];
    return `${target?.upstream?.name ?? target?.host}:${target?.port} ${sentTo(family, pass.scope, 'host')?.value(1) ?? ''}`;
  };
  return to(a) !== to(b);
}

export default defineRule({
  id: 'cache-key-leaks',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  missing: [
    'proxy_cache_key',
    'fastcgi_cache_key',
    'uwsgi_cache_key',
    'scgi_cache_key',
    'proxy_no_cache',
    'fastcgi_no_cache',
    'uwsgi_no_cache',
    'scgi_no_cache',
    'proxy_cache_bypass',
    'fastcgi_cache_bypass',
    'uwsgi_cache_bypass',
    'scgi_cache_bypass',
  ],
  title: 'Cached response reaches the wrong visitor',
  why: `
nginx does not store a response that sets a cookie or says \`Cache-Control: private\`. \`proxy_ignore_headers Set-Cookie\` takes that away: the
page of one visitor, and the session cookie in it, is stored and sent to all others. \`proxy_ignore_headers Cache-Control\` does the same with pages that the
application calls private.

Requests with a session must neither be answered from the cache nor be stored in it, which are two directives: \`proxy_cache_bypass\` only skips the
look-up, and the page goes into the cache all the same; \`proxy_no_cache\` keeps it out. Give both the same condition, for instance
\`$cookie_sessionid\`. To hide Set-Cookie keeps the cookie from others and not the page; that will do for files that are the same for everybody.

The key of a cached response is \`$scheme$proxy_host$request_uri\` by default, in which \`$proxy_host\` is the name of the upstream. When several
sites share an application and a cache zone, and the application tells them apart by the host, one site gets the pages of another. Put
\`$host\` into the key. The same goes for \`$scheme\` where plain HTTP and HTTPS lead to one application that is told which of them it is, and for
\`$request_method\` where \`proxy_cache_convert_head off\` has HEAD asked as HEAD.

An application that compresses says \`Vary: Accept-Encoding\`, and nginx keeps an answer for each value that it was asked with. \`proxy_ignore_headers Vary\` takes that away as well.`,
  about: ['proxy_cache', 'proxy_cache_key', 'proxy_ignore_headers', 'proxy_cache_bypass', 'proxy_no_cache', 'proxy_hide_header'],
  looksAt: { directive: ['proxy_cache', 'uwsgi_cache', 'fastcgi_cache', 'scgi_cache'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    cookie: 'Responses with {header} are stored, so one visitor gets the page of another. Keep sessions out with {family}_no_cache.',
    stored:
      '{family}_cache_bypass only skips the lookup: pages of logged-in users are still stored for everybody. Give {family}_no_cache the same condition.',
    page: 'Without Set-Cookie the page is still stored, whoever it was made for. Keep sessions out with {family}_no_cache.',
    claimed:
      '$remote_user in the key is the name that a client claims: nginx checks no password here, so anyone who sends the name gets the cached page of that user. Use auth_basic here, or $http_authorization in the key.',
    query:
      'The key {key} leaves the query out: /list?page=2 is answered with the page of /list. Use $request_uri, or append $is_args$args.',
    post: 'Answers to POST are stored under the path alone, so one form gets the answer of another. Put $request_body into {family}_cache_key, or leave POST out.',
    vary: 'The Vary of an answer does not count, and nothing in the key tells clients apart by Accept-Encoding: a compressed answer goes to those that cannot read it. Send Accept-Encoding "" to the application, or put it into {family}_cache_key.',
    user: 'The application learns from {header} who asks, and its pages are stored under {key} for {family}_cache_valid without it: one user gets the page of another. Put {value} into {family}_cache_key, or keep them out with {family}_no_cache.',
    verdict:
      'The verdict of auth_request is stored under {key}, which does not say who asks: once one visitor is let in, all are. Put what he proves himself by into {family}_cache_key ($http_authorization, $http_cookie).',
    head: 'An answer to HEAD has no body, and is stored as that of GET: the next visitor waits for a page that does not come. Put $request_method into proxy_cache_key.',
    scheme:
      'Visitors of http:// and https:// share cached pages, though the application is told the scheme by {header}: a redirect to https:// that it gives the one is a loop for the other. Put $scheme into {family}_cache_key.',
    names:
      '{names} share cached pages, though the application is told the host: the key does not hold it. Put $host into {family}_cache_key.',
    host: 'The sites of this zone share cached pages: the key does not hold the host. Put $host into {family}_cache_key.',
  },
  check({ directive, scope, config, report }) {
    const zone = directive.value(0);
    if (zone === 'off' || zone.includes('$')) return;
    const family = directive.name.replace(/_cache$/, '');
    const passes = passesIn(scope).filter((d) => d.name === `${family}_pass` && d.scope.value(directive.name) === directive);
    const level = passes[0]?.scope ?? scope;
    const keyLine = level.value(`${family}_cache_key`);
    // what a template writes there may be any part of a request
    const isOpen = keyLine?.args[0]?.templated === true;
    const ignored = level.value(`${family}_ignore_headers`);
    const header = ignored?.values.find((v) => /^(set-cookie|cache-control)$/i.test(v));
    if (ignored && header) {
      const key = keyLine?.value(0) ?? '';
      const bypass = level.effective(`${family}_cache_bypass`).directives;
      const hidden = level.effective(`${family}_hide_header`).directives.some((d) => d.value(0).toLowerCase() === 'set-cookie');
      const cookie = ignored.values.some((v) => /^set-cookie$/i.test(v));
      // whatever a module or a script decides may be about sessions
      const kept = sortsOut(level);
      const own = isOpen || sources(level, key).some((s) => OF_VISITORS.test(s));
      const mirrors = passes.length > 0 && passes.every(isOfAnother);
      const forAll = isForPictures(level) || STATIC.test(level.enclosing('location')?.opener?.values.at(-1) ?? '');
      // who asks without a session gets no page of his own
      const anonymous = ['cookie', 'authorization'].every((name) => sentTo(family, level, name)?.value(1) === '');
      if (!kept && !own && !(anonymous && (hidden || !cookie)) && !(forAll && (hidden || !cookie))) {
        const conditions = bypass.flatMap((d) => d.values).filter((v) => sources(level, v).some((s) => OF_VISITORS.test(s)));
        const written = level.has(`${family}_no_cache`) || level !== scope;
        report(cookie && hidden ? 'page' : conditions.length ? 'stored' : 'cookie', {
          at: directive.statement.name,
          data: { family, header: cookie ? 'Set-Cookie' : 'Cache-Control: private' },
          // slices are of large files, which are downloaded; for a picture few applications open a session
          ...(cookie && !hidden && !isSliced(level) && !forAll && !mirrors ? {} : { severity: 'info' as const }),
          related: [{ at: ignored.at(), message: 'responses that are for one visitor are stored' }],
          fix: written
            ? null
            : fixOf('Keep sessions out of the cache', 'suggestion', directive.file, [
                insertAfter(directive.file, directive.statement, [
                  `${family}_no_cache ${conditions.join(' ') || '$http_cookie'};`,
                  ...(bypass.length ? [] : [`${family}_cache_bypass $http_cookie;`]),
                ]),
              ]),
        });
      }
    } else bypassOnly();
    if (isOpen) return;
    const ofKey = keyLine ? sources(level, keyLine.value(0)) : [];
    const place = level.enclosing('location')?.opener?.values.at(-1) ?? '';
    if (keyLine && ofKey.some((s) => s === 'uri' || s === 'document_uri') && !ofKey.some((s) => OF_QUERIES.test(s)) && !STATIC.test(place))
      report('query', {
        at: keyLine.args[0]!,
        severity: 'info',
        data: { key: keyLine.value(0) },
        related: [{ at: directive.at(), message: 'the cache' }],
      });
    const vary = ignored?.args.find((w) => /^vary$/i.test(w.value));
    const asks = sentTo(family, level, 'accept-encoding');
    // the client's own line, written out, is no line of ours
    const sendsOwn = asks && asks.value(1) !== '$http_accept_encoding';
    const unpacks = level.value('gunzip')?.value(0) === 'on';
    if (ignored && vary && !sendsOwn && passes.length && !ofKey.includes('http_accept_encoding') && !unpacks)
      report('vary', { at: ignored.at(vary), severity: 'info', data: { family }, related: [{ at: directive.at(), message: 'the cache' }] });
    // the name that the client claims; whether the password fits, the application would have said
    const claims = ofKey.includes('remote_user') && !ofKey.some((s) => s === 'http_authorization' || s === 'http_cookie');
    if (keyLine && claims && passes.length && passes.every((d) => authenticationIn(d.scope).length === 0))
      report('claimed', { at: keyLine.args[0]!, related: [{ at: directive.at(), message: 'the cache' }] });
    const methods = level.value(`${family}_cache_methods`);
    if (methods?.values.some((v) => v.toUpperCase() === 'POST') && !ofKey.some((s) => s.startsWith('request_body')))
      report('post', { at: methods.at(), data: { family }, related: [{ at: (keyLine ?? directive).at(), message: 'the key' }] });
    const convert = family === 'proxy' ? level.value('proxy_cache_convert_head') : undefined;
    if (
      convert?.value(0).toLowerCase() === 'off' &&
      // the application is asked by a method of the configuration's own
      !level.value('proxy_method') &&
      passes.length &&
      !ofKey.some((s) => OF_METHODS.test(s)) &&
      !tellsApart(level, OF_METHODS)
    )
      report('head', { at: convert.at(), related: [{ at: (keyLine ?? directive).at(), message: keyLine ? 'the key' : 'the cache' }] });
    if (verdictStored()) return;
    schemeShared();
    for (const pass of passes) {
      const server = serverOf(pass.scope);
      const named = namesUser(pass);
      if (
        named &&
        storesPages(pass.scope, family) &&
        !STATIC.test(place) &&
        !identityIn(config, keyLine?.value(0) ?? '') &&
        !ofKey.some((s) => OF_VISITORS.test(s)) &&
        !sortsOut(pass.scope)
      ) {
        report('user', {
          at: directive.statement.name,
          severity: 'info',
          data: { family, header: named.value(0), value: named.value(1), key: keyLine?.value(0) ?? 'the path' },
          related: [{ at: named.at(), message: 'names the user' }],
        });
        return;
      }
      const host = family === 'proxy' ? (sentTo(family, pass.scope, 'host')?.value(1) ?? '') : '$host';
      const other =
        keyLine && server
          ? stores
              .of(config)
              .get(storeOf(pass, directive, family) ?? '')
              ?.find((d) => areApart(pass, d, family))
          : undefined;
      if (other && !/proxy_host|upstream/.test(keyLine!.value(0)) && !unseenInForce(other.scope, `${family}_cache_key`).length) {
        report('host', { at: directive.statement.name, data: { family }, related: [{ at: other.at(), message: 'the other site' }] });
        return;
      }
      if (!server || !/^\$\{?(http_)?host\}?(:\$server_port)?$/.test(host)) continue;
      const store = storeOf(pass, directive, family);
      if (store === null) continue;
      const key = pass.scope.value(`${family}_cache_key`);
      // over uwsgi and its like nginx stores nothing without a key of one's own
      if (family !== 'proxy' && !key) continue;
      const open = server.names.some((n) => n.kind !== 'exact' || n.hostname);
      const sharing = stores
        .of(config)
        .get(store)
        ?.find((d) => !isOneSite(d.scope, server.scope) && !unseenInForce(d.scope, `${family}_cache_key`).length);
      const tenants = tenantsOf(server);
      if (!open && !sharing && !tenants.length) continue;
      // files of pages are the same under all names of one site, and a condition on the host keeps apart what is not
      if (!sharing && STATIC.test(place)) continue;
      const skipped = pass.scope.effective(`${family}_no_cache`).directives.flatMap((d) => d.values.flatMap((v) => sources(pass.scope, v)));
      if (skipped.some((s) => OF_HOSTS.test(s))) continue;
      if (!open && !sharing) {
        report('names', {
          at: directive.statement.name,
          severity: 'info',
          data: { family, names: `${tenants.slice(0, 2).join(' and ')}${tenants.length > 2 ? ' and others' : ''}` },
          related: [{ at: server.names[0]!.directive?.at() ?? pass.at(), message: 'the names' }],
        });
        return;
      }
      report('host', {
        at: directive.statement.name,
        data: { family },
        related: sharing
          ? [{ at: sharing.at(), message: 'the other site' }]
          : [{ at: server.names[0]!.directive?.at() ?? pass.at(), message: 'many hosts are served here' }],
        fix: key
          ? null
          : fixOf('Put the host into the key', 'suggestion', directive.file, [
              insertAfter(directive.file, directive.statement, [`${family}_cache_key $scheme$host$request_uri;`]),
            ]),
      });
      return;
    }

    /** A condition keeps some out of the cache by what the key does not say. */
    function tellsApart(at: Scope, what: RegExp): boolean {
      return at.effective(`${family}_no_cache`).directives.some((d) => d.values.some((v) => sources(at, v).some((s) => what.test(s))));
    }

    /** What the application makes for one scheme is kept for both. */
    function schemeShared(): void {
      if (!keyLine || STATIC.test(place)) return;
      for (const pass of passes) {
        const told = schemeLine(pass);
        const other = told && !tellsApart(pass.scope, OF_SCHEMES) ? sharesWithOtherScheme(pass) : undefined;
        if (!told || !other) continue;
        const word = keyLine.args[0]!;
        const start = word.start + (word.quote ? 1 : 0);
        report('scheme', {
          at: keyLine.at(word),
          severity: 'info',
          data: { family, header: told.value(0) },
          related: [
            { at: told.at(), message: 'tells the scheme' },
            ...(other === pass ? [] : [{ at: other.at(), message: 'the pass of the other scheme' }]),
          ],
          fix: fixOf('Put the scheme into the key', 'suggestion', keyLine.file, [replace({ start, end: start }, '$scheme')]),
        });
        return;
      }
    }

    /** What is asked about each visitor is kept for all of them. */
    function verdictStored(): boolean {
      const asks = passes.find((d) => askedBy(d.scope).some((line) => line.name === 'auth_request'));
      if (!asks || !storesPages(asks.scope, family) || sortsOut(asks.scope)) return false;
      // addresses, arguments and lines of the request may be what is judged
      if (ofKey.some((s) => !OF_PLACES.test(s))) return false;
      report('verdict', {
        at: (keyLine ?? directive).at(),
        data: { family, key: keyLine?.value(0) ?? 'the path' },
        related: [{ at: directive.at(), message: 'the cache' }],
      });
      return true;
    }

    /** Something keeps answers out of the cache that may be about sessions. */
    function sortsOut(at: Scope): boolean {
      return at
        .effective(`${family}_no_cache`)
        .directives.some((d) =>
          d.values.some((v) => sources(at, v).some((s) => OF_VISITORS.test(s) || OF_ANSWERS.test(s) || !PLAIN.test(s))),
        );
    }

    /** Who has a session is not answered from the cache, and his page is stored in it. */
    function bypassOnly(): void {
      const bypass = level.effective(`${family}_cache_bypass`).directives;
      const line = bypass.find((d) => d.values.some((v) => sources(level, v).some((s) => OF_VISITORS.test(s))));
      if (!line || level.effective(`${family}_no_cache`).directives.length) return;
      if (sources(level, level.value(`${family}_cache_key`)?.value(0) ?? '').some((s) => OF_VISITORS.test(s))) return;
      report('stored', {
        at: directive.statement.name,
        data: { family },
        severity: 'info',
        related: [{ at: line.at(), message: 'skips the lookup only' }],
        fix:
          line.file === directive.file && line.scope === directive.scope
            ? fixOf('Keep these requests out of the cache', 'suggestion', line.file, [
                insertAfter(line.file, line.statement, [
                  `${family}_no_cache ${line.args.map((a) => line.file.text.slice(a.start, a.end)).join(' ')};`,
                ]),
              ])
            : null,
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_ignore_headers Vary;
#                            ^^^^ vary
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_ignore_headers Vary;
        proxy_set_header Accept-Encoding "";
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_key $scheme$host$request_uri$remote_user;
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ claimed
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        auth_basic members;
        auth_basic_user_file users;
        proxy_cache pages;
        proxy_cache_key $scheme$host$request_uri$remote_user;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
#       ^^^^^^^^^^^ stored
        proxy_cache_bypass $cookie_sessionid;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_bypass $cookie_sessionid;
        proxy_no_cache $cookie_sessionid;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
proxy_cache_key $request_uri;
server {
    listen 80;
    server_name one.example.org;
    location / {
        proxy_cache pages;
#       ^^^^^^^^^^^ host
        proxy_set_header Host $host;
        proxy_pass http://127.0.0.1:8000;
    }
}
server {
    listen 80;
    server_name two.example.org;
    location / {
        proxy_cache pages;
#       ^^^^^^^^^^^ host
        proxy_set_header Host $host;
        proxy_pass http://127.0.0.1:8001;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_key $scheme$host$uri;
#                       ^^^^^^^^^^^^^^^^ query
        proxy_cache_methods GET HEAD POST;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ post
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_key $scheme$host$request_uri;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      good: `proxy_cache_path /var/cache/nginx keys_zone=pictures:10m;
server {
    location /thumbnails/ {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Cookie "";
        proxy_set_header Authorization "";
        proxy_cache pictures;
        proxy_cache_valid 200 30d;
        proxy_ignore_headers Set-Cookie;
        proxy_hide_header Set-Cookie;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_cache pages;
#       ^^^^^^^^^^^ cookie
        proxy_ignore_headers Set-Cookie;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_cache pages;
        proxy_no_cache $http_cookie;
        proxy_cache_bypass $http_cookie;
        proxy_ignore_headers Set-Cookie;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    server_name *.example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_cache pages;
#       ^^^^^^^^^^^ host
    }
}`,
      good: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    server_name *.example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_cache pages;
        proxy_cache_key $scheme$host$request_uri;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
proxy_set_header Host $host;
server {
    server_name a.example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_cache pages;
#       ^^^^^^^^^^^ host
    }
}
server {
    server_name b.example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_cache pages;
#       ^^^^^^^^^^^ host
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      good: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    server_name example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_cache pages;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        auth_request /session;
        auth_request_set $user $upstream_http_x_user;
        proxy_set_header X-User $user;
        proxy_cache pages;
#       ^^^^^^^^^^^ user
        proxy_cache_key $scheme$host$request_uri;
        proxy_cache_valid 200 5m;
        proxy_pass http://127.0.0.1:8000;
    }
    location = /session {
        internal;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_pass http://127.0.0.1:8001;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        auth_request /session;
        auth_request_set $user $upstream_http_x_user;
        proxy_set_header X-User $user;
        proxy_cache pages;
        proxy_cache_key $scheme$host$request_uri$user;
        proxy_cache_valid 200 5m;
        proxy_pass http://127.0.0.1:8000;
    }
    location = /session {
        internal;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_pass http://127.0.0.1:8001;
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
proxy_cache_key $request_uri;
proxy_cache_valid 200 5m;
server {
    server_name shop.example.org;
    location / {
        proxy_cache pages;
#       ^^^^^^^^^^^ host
        proxy_pass http://127.0.0.1:8000;
    }
}
server {
    server_name blog.example.org;
    location / {
        proxy_cache pages;
#       ^^^^^^^^^^^ host
        proxy_pass http://127.0.0.1:8001;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
proxy_cache_key $host$request_uri;
proxy_cache_valid 200 5m;
server {
    server_name shop.example.org;
    location / {
        proxy_cache pages;
        proxy_pass http://127.0.0.1:8000;
    }
}
server {
    server_name blog.example.org;
    location / {
        proxy_cache pages;
        proxy_pass http://127.0.0.1:8001;
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    server_name shop.example.org blog.example.org;
    location / {
        proxy_set_header Host $host;
        proxy_cache pages;
#       ^^^^^^^^^^^ names
        proxy_cache_key $scheme$request_uri;
        proxy_cache_valid 200 5m;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    server_name shop.example.org www.shop.example.org;
    location / {
        proxy_set_header Host $host;
        proxy_cache pages;
        proxy_cache_key $scheme$request_uri;
        proxy_cache_valid 200 5m;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/verdicts keys_zone=verdicts:1m;
server {
    location / {
        auth_request /session;
        proxy_pass http://127.0.0.1:8000;
    }
    location = /session {
        internal;
        proxy_cache verdicts;
        proxy_cache_key $host;
#       ^^^^^^^^^^^^^^^^^^^^^^ verdict
        proxy_cache_valid 200 5m;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/verdicts keys_zone=verdicts:1m;
server {
    location / {
        auth_request /session;
        proxy_pass http://127.0.0.1:8000;
    }
    location = /session {
        internal;
        proxy_cache verdicts;
        proxy_cache_key $http_cookie;
        proxy_cache_valid 200 5m;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_convert_head off;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ head
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_convert_head off;
        proxy_cache_key $scheme$request_method$proxy_host$request_uri;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    listen 80;
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_cache pages;
        proxy_cache_key $host$request_uri;
#                       ^^^^^^^^^^^^^^^^^ scheme
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    listen 80;
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_cache pages;
        proxy_cache_key $scheme$host$request_uri;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_convert_head off;
        proxy_method GET;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
