/** Lists that an inner level replaces as a whole: one nested line, and every inherited line is gone. */

import { Visitor } from '../../answers/visitor.ts';
import {
  endingsOf,
  isFolderOfUploads,
  isForBundles,
  isForChallenge,
  isForDiscovery,
  isForFailures,
  isForFiles,
  isForParts,
  isForPictures,
  isPicture,
  isWatched,
} from '../../answers/what-a-place-is-for.ts';
import { passTargetOf, TOLD_TO_BROWSERS } from '../../answers/what-is-passed.ts';
import { isAnsweredFirst, sendsFiles } from '../../answers/where-a-line-counts.ts';
import { entryOf, isLocalOnly, listVerdict } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { fixOf, insertAfter, written } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { setsHeader } from '../tls.ts';
import { askedBy, isAnothersSite } from '../upstreams/_receiver.ts';
import { PROTECTING } from './_protecting.ts';

/** What the lists hold, for the message, and which value tells two lines apart. Security headers make a warning, everything else an info. */
const LISTS: Readonly<Record<string, string>> = table({
  add_header: 'header',
  add_trailer: 'trailer',
  proxy_set_header: 'request header',
  grpc_set_header: 'request header',
  fastcgi_param: 'parameter',
  uwsgi_param: 'parameter',
  scgi_param: 'parameter',
  proxy_hide_header: 'hidden header',
  error_page: 'error page',
  limit_req: 'limit',
  limit_conn: 'limit',
});

const HSTS = 'strict-transport-security';

const SECURITY = new Set([
  HSTS,
  'content-security-policy',
  'x-frame-options',
  'x-content-type-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'cross-origin-embedder-policy',
  'host',
  'x-forwarded-proto',
  'x-forwarded-for',
]);

/** Whether the page at the top of the site says that all of the host is to be asked over TLS, which browsers remember for the rest. */
function isToldByHome(scope: Scope): boolean {
  const server = scope.enclosing('server');
  const home = server && matchLocation(server, toBytes('/')).location?.scope;
  return !!home && home !== locationOf(scope)?.scope && setsHeader(home, HSTS, false);
}

/** The site is what a build left behind: one page answers whatever is asked for. */
function isOfBuild(scope: Scope): boolean {
  const server = scope.enclosing('server');
  const home = server && matchLocation(server, toBytes('/')).location?.scope;
  const page = home?.first('try_files')?.values.at(-1);
  return page === '/index.html' && home?.effective('root').directives[0] === scope.effective('root').directives[0];
}

/** Whether the site has a place for what people bring, whose pictures an expression takes as well. */
const hasUploads = (scope: Scope): boolean =>
  !!scope
    .enclosing('server')
    ?.all.some((d) => d.name === 'location' && (/\bmedia\b/i.test(d.values.at(-1) ?? '') || isFolderOfUploads(d.values.at(-1) ?? '')));

/**
 * Files that are parts of a page, or plain texts, and never a page themselves, each of the type that its ending says: none is framed, none loads by a
 * policy of its own. A picture in SVG is a document, which is nobody's but the site's where a build left it, or where it is named beside styles, scripts and fonts.
 */
const takesParts = (scope: Scope): boolean => {
  const endings = endingsOf(scope);
  const brought = isFolderOfUploads(locationOf(scope)?.name ?? '');
  const besides = (of: RegExp): boolean => !!endings?.some((e) => of.test(e));
  const ofSite =
    !brought && (isOfBuild(scope) || besides(/^(?:css|m?js)$/i) || (besides(/^(?:ttf|otf|eot|woff2?)$/i) && !hasUploads(scope)));
  return !!endings?.length && endings.every((e) => PART.test(e) || isPicture(e) || (/^svgz?$/i.test(e) && ofSite));
};
const PART = /^(?:css|m?js|wasm|map|txt)$/i;

/** What a line is about: a header's or parameter's name, the codes of an error page, the zone of a limit. */
function keysOf(d: Directive): string[] {
  if (d.name === 'error_page') return d.values.filter((v) => /^\d{3}$/.test(v));
  if (d.name === 'limit_req') return [d.values.find((v) => v.startsWith('zone='))?.slice(5) ?? ''];
  return [d.value(0).toLowerCase()];
}

/** A line as it is repeated: a header that protects a page is for its errors as well, which is what other rules ask of the copy. */
const repeated = (d: Directive): string =>
  d.name === 'add_header' &&
  d.args.length === 2 &&
  d.value(1) !== '' &&
  (PROTECTING.test(d.value(0)) || /^strict-transport-security$/i.test(d.value(0)))
    ? written(d).replace(/\s*;$/, ' always;')
    : written(d);

/** Headers of one connection: an upgrade is for the location that WebSockets are meant for, not for every other one (RFC 9110, 7.6.1). */
const isOfTheHop = (d: Directive): boolean => d.name === 'proxy_set_header' && /^(?:upgrade|connection)$/i.test(d.value(0));

/** A line that does nothing or harm where it counts: a header of responses, a length of the body that nginx does not know of. Nobody misses it. */
const isBetterLost = (d: Directive): boolean => {
  const header = d.name.endsWith('_set_header') && d.value(1) !== '' ? d.value(0).toLowerCase() : '';
  return TOLD_TO_BROWSERS.test(header) || /^(?:content-length|transfer-encoding)$/.test(header);
};

const speaksWebSocket = (scope: Scope): boolean =>
  scope.context === 'location' && /ws|socket|live|hub|cable|stream/i.test(scope.opener?.values.at(-1) ?? '');

/** An `if` that answers OPTIONS itself: nothing but its own lines is in the answer. */
const answersPreflights = (scope: Scope): boolean =>
  scope.context.startsWith('if-in-') &&
  /\$request_method\b.*\bOPTIONS\b/i.test(scope.opener?.args.map((a) => a.value).join(' ') ?? '') &&
  scope.directives.some((d) => d.name === 'return' && /^20\d$/.test(d.value(0)));

/** Whether all requests are answered here without a body: a browser shows nothing of it. */
const isEmpty = (scope: Scope): boolean => scope.directives.some((d) => d.name === 'return' && d.value(0) === '204');

/** Whether all requests are answered here with a text that is written out and has no tag in it: nothing of it runs, and nobody frames it. */
const isPlainText = (scope: Scope): boolean => {
  const line = scope.first('return');
  return line?.args.length === 2 && /^[245]\d\d$/.test(line.value(0)) && !/[<$]/.test(line.value(1)) && isAnsweredFirst(scope);
};

/** Whether all requests are sent on from here: no browser shows a page, so that nothing of what protects one is missed. */
const isSentOn = (scope: Scope): boolean => /^30[12378]$/.test(scope.first('return')?.value(0) ?? '') && isAnsweredFirst(scope);

/** The level's own policy says who may frame the page, which browsers then ask instead of X-Frame-Options. */
const saysWhoFrames = (own: readonly Directive[]): boolean =>
  own.some((d) => /^content-security-policy$/i.test(d.value(0)) && /\bframe-ancestors\b/i.test(d.value(1)));

/** Whether anything of the list is used at the level or below: nothing is sent where nothing is passed, no header where nothing is answered. */
function matters(scope: Scope, list: string): boolean {
  const family = /^(proxy|grpc|fastcgi|uwsgi|scgi)_/.exec(list)?.[1];
  if (!scope.enclosing('server') || scope.context === 'server') return true;
  if (family)
    return [scope, scope.parent!].some(
      (at) => at.all.some((d) => d.name === `${family}_pass`) && (at === scope || scope.context !== 'location'),
    );
  return new Visitor(scope).rewrites().status !== 444;
}

/**
 * Whether a location is there for subrequests of auth_request alone: what it asks is a service that judges the client's cookie or token, and
 * the documented form sets a list of its own, without a length.
 */
const onlyAsked = (scope: Scope): boolean =>
  (scope.has('internal') || locationOf(scope)?.kind === 'exact') && askedBy(scope).some((d) => d.name === 'auth_request');

/**
 * Whether a place for files repeats headers that protect pages and leaves others out: who repeats some knows that the list is lost, and chose
 * what files need. What people bring, and nginx itself sends, may be a page, which is left to the policy.
 */
function isChosenForFiles(scope: Scope, own: readonly Directive[], outer: readonly Directive[]): boolean {
  if (own[0]?.name !== 'add_header' || !isForFiles(scope)) return false;
  if (sendsFiles(scope) && isFolderOfUploads(locationOf(scope)?.name ?? '')) return false;
  const written = new Set(outer.map((d) => d.value(0).toLowerCase()));
  const repeats = own.map((d) => d.value(0).toLowerCase()).filter((h) => SECURITY.has(h) && written.has(h));
  return repeats.includes('x-content-type-options') && repeats.length > 1;
}

/** A target with variables in front of a domain that is written there. */
const IN_A_DOMAIN = /^\w+:\/\/[^/]*\$[^/]*\.[a-z][\w-]*\.[a-z]{2,}(?=[:/]|$)/i;

/** Whether the request goes to a site of its own, which is told its own name: what the application of this site needs is not for it. */
function isForAnother(scope: Scope, own: readonly Directive[]): boolean {
  if (own[0]?.name !== 'proxy_set_header') return false;
  const told = own.find((d) => d.value(0).toLowerCase() === 'host');
  if (told) return !/\$\{?(?:host|http_host|server_name|hostname)\b/.test(told.value(1));
  const pass = scope.named('proxy_pass')[0];
  const target = pass && passTargetOf(pass);
  if (target) return isAnothersSite(scope, target);
  return pass !== undefined && IN_A_DOMAIN.test(pass.value(0));
}

export default defineRule({
  id: 'header-inheritance-lost',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:add_header_redefinition', 'gixy:proxy_set_header_redefinition', 'nginx-lint:directive-inheritance'],
  title: 'Inherited list dropped by a nested line',
  why: `
Directives such as \`add_header\` and \`proxy_set_header\` are inherited only by levels that have no line of their own. A single line in a
location replaces the whole list of the server, so a \`Cache-Control\` for one folder takes HSTS and the content security policy away there. Where only parts of pages are, such as below \`/static/\`, or where all that is lost is HSTS, which the page at \`/\` still sends for the whole host, it is an info.

Repeat the lines, put them into a file that both levels include, or, from nginx 1.29.3 on, say \`add_header_inherit merge\`.`,
  about: ['add_header', 'proxy_set_header', 'add_header_inherit', 'fastcgi_param', 'uwsgi_param', 'error_page', 'limit_req'],
  looksAt: { directive: [...Object.keys(LISTS), 'allow', 'deny'] },
  needs: 'file',
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    lost: 'This {name} line drops {lost} inherited from {origin}. Repeat the lines that are still needed here.',
    preflight:
      'The preflight is answered without {lost}, and the browser refuses the request: this {name} line drops what {origin} sets. Repeat it here.',
    opened: 'This {name} line drops the whole list of {origin}, which kept others out: everyone may enter here. Repeat it.',
  },
  check({ directive, scope, report }) {
    if (directive.name === 'allow' || directive.name === 'deny') {
      const { directives: lines, shadowed: outer } = scope.effective('allow');
      if (lines[0] !== directive || lines[0].scope !== scope || !outer.length || listVerdict(lines) !== 'declined') return;
      const list = outer.filter((d) => d.scope === outer[0]!.scope);
      // lines that let someone in, or a password, say that more was meant than one address
      if (listVerdict(list) !== 'denied' || lines.some((d) => d.name === 'allow') || entryOf(scope) !== 'everybody') return;
      const level = list[0]!.scope.opener;
      report('opened', {
        at: directive.statement.name,
        data: { name: directive.name, origin: level ? `the ${level.name} block` : 'the main level' },
        missing: ['allow', 'deny'],
        related: list.map((d) => ({ at: d.at(), message: 'this line is lost' })),
      });
      return;
    }
    const own = scope.named(directive.name);
    if (own[0] !== directive || !scope.parent) return;
    const { shadowed } = scope.effective(directive.name);
    if (!shadowed.length || !matters(scope, directive.name)) return;
    const nearest = shadowed[0]!.scope;
    const outer = shadowed.filter((d) => d.scope === nearest);
    const kept = new Set(own.flatMap(keysOf));
    const framed = directive.name === 'add_header' && saysWhoFrames(own);
    const lost = outer.filter(
      (d) =>
        !(framed && /^x-frame-options$/i.test(d.value(0))) &&
        !keysOf(d).every((k) => kept.has(k)) &&
        !(isOfTheHop(d) && !speaksWebSocket(scope)) &&
        !isBetterLost(d),
    );
    if (!lost.length) return;
    // no browser runs or frames a picture or an answer without a body, what asks whether a program lives or for the token of a certificate is no browser, and the page that says it does not has no secret
    const harmless =
      directive.name === 'add_header' &&
      (isEmpty(scope) ||
        isPlainText(scope) ||
        isForPictures(scope) ||
        isLocalOnly(scope) ||
        (isSentOn(scope) && !lost.some((d) => d.value(0).toLowerCase() === HSTS)) ||
        isForFailures(scope) ||
        isForChallenge(scope) ||
        (isWatched(scope) && isAnsweredFirst(scope)));
    // the page that asks for a bundle carries what holds for its host
    const bundle =
      directive.name === 'add_header' && (isForBundles(scope) || isForParts(scope) || isForDiscovery(scope) || takesParts(scope));
    const isGrave = (header: string): boolean =>
      (SECURITY.has(header) || (directive.name === 'fastcgi_param' && header === 'script_filename')) &&
      !(header === HSTS && isToldByHome(scope)) &&
      !(bundle && header !== 'cross-origin-resource-policy');
    // add_header is the wrong line for a type: content-type-by-add-header has it taken out, and the list is whole again
    const forType = directive.name === 'add_header' && own.every((d) => d.value(0).toLowerCase() === 'content-type');
    const grave =
      !harmless &&
      !forType &&
      !isChosenForFiles(scope, own, outer) &&
      !onlyAsked(scope) &&
      !isForAnother(scope, own) &&
      lost.some((d) => isGrave(d.value(0).toLowerCase()));
    // error pages and limits are replaced on purpose more often than not
    const names = [
      ...new Set(
        lost.map((d) =>
          directive.name === 'error_page'
            ? keysOf(d).join(' ')
            : keysOf(d)[0] === ''
              ? d.value(0)
              : d.name === 'limit_req'
                ? keysOf(d)[0]!
                : d.value(0),
        ),
      ),
    ];
    const sameBlock = own.filter((d) => d.file.id === directive.file.id && d.statement.parent === directive.statement.parent);
    const last = sameBlock.at(-1);
    const preflight = answersPreflights(scope) && lost.some((d) => d.value(0).toLowerCase() === 'access-control-allow-origin');
    report(preflight ? 'preflight' : 'lost', {
      at: directive.statement.name,
      severity: grave || preflight ? 'warning' : 'info',
      missing: [directive.name],
      data: {
        name: directive.name,
        lost: names.join(', '),
        origin: nearest.opener ? `the ${nearest.opener.name} block` : 'the main level',
      },
      related: lost.map((d) => ({ at: d.at(), message: `this ${LISTS[directive.name]} is lost` })),
      // one list that several places drop is one thing to see to
      ...(!preflight && nearest.opener
        ? { shared: { at: nearest.opener.nameAt, users: 0, said: '', fixes: [], cause: `drop ${directive.name}` } }
        : {}),
      // nobody needs the lines there
      fix:
        last && !harmless
          ? fixOf(`Repeat ${names.join(', ')} here`, 'suggestion', directive.file, [
              insertAfter(directive.file, last.statement, lost.map(repeated)),
            ])
          : null,
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `add_header Strict-Transport-Security "max-age=63072000" always;
location /static/ {
    add_header Cache-Control "public";
#   ^^^^^^^^^^ lost
}`,
      good: `add_header Strict-Transport-Security "max-age=63072000" always;
location /static/ {
    add_header Cache-Control "public";
    add_header Strict-Transport-Security "max-age=63072000" always;
}`,
    },
    {
      inside: 'server',
      bad: `add_header X-Content-Type-Options nosniff;
location /files/ {
    add_header Cache-Control "public";
#   ^^^^^^^^^^ lost
    root /srv/site;
}`,
      good: `add_header X-Content-Type-Options nosniff;
location /files/ {
    add_header Cache-Control "public";
    add_header X-Content-Type-Options nosniff always;
    root /srv/site;
}`,
    },
    {
      inside: 'location',
      bad: `add_header Access-Control-Allow-Origin https://shop.example.org always;
if ($request_method = OPTIONS) {
    add_header Access-Control-Allow-Methods "GET, PUT";
#   ^^^^^^^^^^ preflight
    return 204;
}`,
      good: `add_header Access-Control-Allow-Origin https://shop.example.org always;
if ($request_method = OPTIONS) {
    add_header Access-Control-Allow-Methods "GET, PUT";
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    return 204;
}`,
    },
    {
      inside: 'server',
      good: `add_header X-Frame-Options DENY;
location /a/ {
    add_header X-Frame-Options SAMEORIGIN;
}`,
    },
    {
      inside: 'server',
      settings: { nginx: '1.29.3' },
      notOn122: 'add_header_inherit came with 1.29.3',
      good: `add_header Strict-Transport-Security "max-age=63072000" always;
location /static/ {
    add_header_inherit merge;
    add_header Cache-Control "public";
}`,
    },
    {
      inside: 'server',
      good: `add_header X-Frame-Options SAMEORIGIN always;
location /embed {
    add_header Content-Security-Policy "frame-ancestors https://shop.example.org" always;
    root /srv/site;
}`,
    },
  ],
});
