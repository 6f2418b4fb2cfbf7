/** Redirects whose host a client chooses: a link to this site leads anywhere. Shown by a request that is sent to a foreign host. */

import { definitionsFor, sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import type { Directive } from '../../config/directive.ts';
import { readMoreHeaders } from '../../trace/handlers/more-headers.ts';
import { variablesIn } from '../../trace/script.ts';
import type { Trace } from '../../trace/trace.ts';
import { splicedPaths } from '../../witness/captures.ts';
import { arriving } from '../../witness/errors.ts';
import { isRedirect, redirectTarget } from '../../witness/redirects.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot } from '../../witness/spots.ts';
import { mayMove } from '../../witness/telling.ts';
import { type Probe, patternOf } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

const EVIL = 'evil.test';

/** The host that a browser asks for a Location, by the scheme of the page that it has; null where it stays where it is. */
function redirectHostOf(location: string, scheme: string): string | null {
  // behind two slashes browsers pass over further ones, and behind a scheme that is not the page's own they need none
  const other = scheme === 'https' ? 'http' : 'https';
  const m = new RegExp(`^(?:https?:[/\\\\]{2}|${other}:[/\\\\]?(?![/\\\\])|[/\\\\]{2,})([^/?#\\\\]*)`, 'i').exec(location);
  return m ? m[1]!.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase() : null;
}

const isForeign = (location: string, scheme: string): boolean => {
  const host = redirectHostOf(location, scheme);
  return host === EVIL || (host?.endsWith(`.${EVIL}`) ?? false);
};

/** Requests by which a client may try: in a group of the path, in a parameter, in the query as a whole. */
function* tries(spot: Spot): Generator<Probe> {
  for (const text of [
    `${EVIL}/`,
    `${EVIL}`,
    `.${EVIL}/`,
    `@${EVIL}/`,
    `.${EVIL}`,
    `${EVIL}?`,
    `//${EVIL}`,
    `/${EVIL}`,
    `\\${EVIL}`,
    `/\\${EVIL}`,
    `http:/${EVIL}/`,
    `https:/${EVIL}/`,
  ])
    for (const { path } of splicedPaths(spot, text)) yield { path: path.replaceAll('\\', '%5C') };
  const used = new Set(
    spot.directives
      .filter((d) => d.name === 'return' || d.name === 'rewrite' || d.name === 'set' || isByVariable(d) || isRefresh(d))
      .flatMap((d) => d.values.flatMap((v) => variablesIn(v)))
      .flatMap((v) => [...sourcesOf(spot.config, v)]),
  );
  // a group of a condition is a part of what it looks at
  for (const d of conditionsOf(spot)) for (const v of variablesIn(d.value(0))) if (/^(?:arg_|args$|query_string$)/.test(v)) used.add(v);
  // what a condition or a row of a map asks for, with another host behind it
  const looked = [...used].some((name) => /^(?:arg_|args$|query_string$)/.test(name)) ? lookedFor(spot) : [];
  for (const path of spot.somePaths(2)) for (const query of looked) yield { path, query };
  for (const path of spot.somePaths(2))
    for (const value of [`https://${EVIL}/`, `//${EVIL}/`, `/${EVIL}/`, `${EVIL}/`, EVIL, `.${EVIL}`, `@${EVIL}`]) {
      for (const name of used) if (name.startsWith('arg_')) yield { path, query: `${name.slice(4)}=${value}` };
      if (used.has('args') || used.has('query_string')) yield { path, query: value };
    }
  const paged = spot.directives.some(isByVariable);
  for (const path of [`//${EVIL}/%2e%2e`, `//${EVIL}/`])
    if (!spot.location && (paged || mayMove(spot, path, '', spot.doors[0]))) yield { path };
  for (const path of spot.somePaths(1))
    for (const name of used) {
      if (name === 'http_referer') yield { path, headers: [['Referer', `https://${EVIL}/`]] };
      if (name.startsWith('cookie_')) yield { path, headers: [['Cookie', `${name.slice(7)}=https://${EVIL}/`]] };
    }
}

const redirectsOf = ({ directives }: Spot): string => directives.flatMap((d) => (isRedirect(d) ? [redirectTarget(d)] : [])).join(' ');

/** The conditions of a place, and those in which what it redirects to is set, further out too. */
const conditionsOf = (spot: Spot): readonly Directive[] => [
  ...new Set([
    ...spot.directives.filter((d) => d.name === 'if'),
    ...definitionsFor(spot.config, redirectsOf(spot)).flatMap(({ name, scope: { opener } }) =>
      name === 'set' && opener?.name === 'if' ? [opener] : [],
    ),
  ]),
];

/** Queries that fit the expressions by which conditions and maps look at arguments, and lead elsewhere. */
function lookedFor(spot: Spot): readonly string[] {
  const { config } = spot;
  const asked = conditionsOf(spot);
  const conditions = asked.flatMap((d) => {
    const name = /^\(?\$\{?arg_(\w+)/.exec(d.value(0))?.[1];
    const pattern = name === undefined ? null : patternOf(d);
    if (!pattern) return [];
    return samplesOf(config.regexes, pattern.pattern, { caseless: pattern.caseless, tries: 8 })
      .slice(0, 4)
      .flatMap((s) => [`${name}=${s}.${EVIL}/`, `${name}=${s}@${EVIL}/`]);
  });
  // a row that looks for a part of the text: what is before the part, and what is behind it, the client writes
  const patterns = definitionsFor(config, redirectsOf(spot)).filter((row) => row.name.startsWith('~'));
  const mapped = patterns.slice(0, MOST_LOOKED_FOR).flatMap(({ name: key, scope: { opener } }) => {
    const name = opener?.name === 'map' ? /^\$\{?arg_(\w+)/.exec(opener.value(0))?.[1] : undefined;
    if (name === undefined) return [];
    return samplesOf(config.regexes, key.replace(/^~\*?/, ''), { caseless: key.startsWith('~*'), tries: 8 })
      .slice(0, 4)
      .flatMap((s) => [`${name}=https://${EVIL}/${s}`, `${name}=${s}.${EVIL}/`, `${name}=${s}@${EVIL}/`]);
  });
  const rows = [...definitionsFor(config, redirectsOf(spot)).map((row) => row.name), ...asked.map((d) => d.values.join(' '))].flatMap(
    (text) => [...text.matchAll(/(\w+)=\(/g)].flatMap((m) => [`${m[1]}=https://${EVIL}/`, `${m[1]}=//${EVIL}/`]),
  );
  return [...new Set([...conditions, ...mapped, ...rows])].slice(0, MOST_LOOKED_FOR);
}

const MOST_LOOKED_FOR = 12;

/** A host that is written out, or that the client has asked, with what surely ends it: nothing in such a target moves the client elsewhere. */
const OWN_HOST =
  /^(?:https?|\$scheme):\/\/(?:[\w.-]|\$\{?(?:host|http_host|server_name|hostname)\b\}?|:(?:\d+|\$\{?server_port\b\}?))+(?:[/?]|$|\$\{?(?:request_uri|uri|document_uri)\b)/;

/** Groups of expressions may have the name of a variable of nginx's own, and fill it. */
const namesGroups = ({ location, server, directives }: Spot): boolean =>
  [...server.names.map((n) => n.text), location?.name ?? '', ...directives.flatMap((d) => d.values)].some((v) =>
    /\(\?P?<(?:host|http_host|scheme|server_name|hostname|server_port|request_uri|uri|document_uri)>/.test(v),
  );

/** An error page that a variable names: a path, or whatever else the client wrote. */
const isByVariable = (d: Directive): boolean => d.name === 'error_page' && /^\$\{?(?:arg|http|cookie)_/.test(d.values.at(-1) ?? '');

/** A header by which a page leads elsewhere after a while, or that headers-more puts in the place of a redirect's own. */
const isRefresh = (d: Directive): boolean =>
  d.name === 'add_header'
    ? /^refresh$/i.test(d.value(0)) && d.value(1).includes('$')
    : d.name === 'more_set_headers' &&
      readMoreHeaders(d).headers.some((h) => /^(?:refresh|location)$/i.test(h.name) && h.value.includes('$'));

const refreshOf = (trace: Trace): string | undefined => trace.outcome.responseHeaders.find(([n]) => n.toLowerCase() === 'refresh')?.[1];

/** Where an answer leads a browser: by its Location, or by its Refresh. */
const leadsTo = (trace: Trace): string | null =>
  locationHeader(trace) ?? refreshOf(trace)?.replace(/^\s*[\d.]+\s*[;,]?\s*(?:url\s*=\s*)?["']?/i, '') ?? null;

/** A path of this site: the slash is followed by a character that is written out, and that is no second one. */
const OWN_PATH = /^\/[^/\\$]/;

/** Where a rewrite sends clients; a first group that begins with a letter, or a slash and a letter, whatever fits it, as that. */
function targetOf(d: Directive): string {
  const target = redirectTarget(d);
  const start = d.name === 'rewrite' ? /^\^\/?\((\/?\w)(?![?*{])[^|]*$/.exec(d.value(0))?.[1] : undefined;
  return start === undefined ? target : target.replace(/^(\/?)\$1(?!\d)/, (_, slash: string) => slash + start);
}

export default defineRule({
  id: 'open-redirect',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  covers: ['redirect-target-malformed/runsOn'],
  title: 'Client chooses the redirect host',
  why: `
Where a part of the path or a parameter becomes the host of a redirect, a link that begins with your own name leads to any site: a classic aid to phishing, and a way around checks of "our own" addresses at login pages.

A group such as \`(.+)\` holds slashes too, so \`http://$project.example.org/\` is left at the first of them. And where nothing ends a written host, \`https://example.org$1\`, the group continues it: \`https://example.org.evil.test/\`.

With \`absolute_redirect off\` a Location may begin with a slash, and browsers read two of them, or a slash and a backslash, as the beginning of a host: \`/%5Cevil.test/\` has become \`/\\evil.test\` once a line has taken the last slash off. A \`Refresh\` header leads elsewhere as a Location does.

Let the expression take only what a name may hold, \`[a-z0-9-]+\`, and put a slash between a host and what follows it.`,
  about: ['return', 'rewrite'],
  references: ['https://cwe.mitre.org/data/definitions/601.html'],
  looksAt: {
    outcome: ['return', 'rewrite', 'error_page', 'add_header', 'more_set_headers'],
    when: (spot) => {
      const isOwn = (target: string): boolean => OWN_PATH.test(target) || (OWN_HOST.test(target) && !namesGroups(spot));
      return spot.directives.some(
        (d) => isRefresh(d) || ((isRedirect(d) || isByVariable(d)) && d.values.join().includes('$') && !isOwn(targetOf(d))),
      );
    },
  },
  needs: 'config',
  costly: true,
  messages: {
    page: 'Who asks for {from} is sent back to whatever page the line "{line}" names, on any site; browsers that send none get a redirect to nowhere. Redirect to a page of this site.',
    cookie:
      'A cookie decides the host of this redirect: {from} with "{line}" is sent to {to}, and every host below the same domain may set it. Redirect to a page of this site.',
    slashes:
      '{from} is sent to {to}, and browsers take what follows two slashes, or a slash and a backslash, for a host. Let the path begin with a character that is neither ([\\w-]), or leave absolute_redirect on.',
    foreign:
      'A client chooses the host of this redirect: {from} is sent to {to}. Allow only characters of host names, and end the host with a slash.',
  },
  check({ spot, report }) {
    const told = new Set<unknown>();
    const own = spot.directives.filter((d) => d.name === 'return' || d.name === 'rewrite' || d.name === 'error_page');
    const refresh = spot.directives.find(isRefresh);
    // an error page comes of an answer of the application, too
    const status = own.filter(isByVariable).flatMap((d) => d.values.filter((v) => /^[45]\d\d$/.test(v)))[0];
    const answer = status === undefined ? {} : { upstream: { status: Number(status), headers: [] } };
    for (const probe of tries(spot)) {
      const trace = arriving(spot, probe, answer);
      const to = leadsTo(trace);
      if (to === null || !isForeign(to, trace.request.scheme)) continue;
      const step = trace.steps.findLast((s) => /^(?:return|redirect) 30|becomes a redirect/.test(s.said));
      const set = refresh?.name === 'more_set_headers' ? refresh : undefined;
      const by = set ?? (step && locationHeader(trace) !== null ? directiveAt(own, step.at) : refresh);
      if (!by || told.has(by)) continue;
      told.add(by);
      const line = probe.headers?.[0];
      report(!line ? (/^[/\\]/.test(to) && by !== refresh ? 'slashes' : 'foreign') : line[0] === 'Referer' ? 'page' : 'cookie', {
        at: by.at(),
        data: { from: trace.request.target, to, line: line?.join(': ') ?? '' },
        severity: line ? 'info' : undefined,
        witness: by === refresh && locationHeader(trace) === null ? proofOf(trace, `Refresh: ${refreshOf(trace)}`) : proofOf(trace),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name docs.example.org;
    location ~ ^/to/(?<team>.+)/(?<page>.*)$ {
        return 302 https://$team.example.org/$page;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ foreign
    }
}`,
      good: `server {
    listen 80;
    server_name docs.example.org;
    location ~ ^/to/(?<team>[a-z0-9-]+)/(?<page>.*)$ {
        return 302 https://$team.example.org/$page;
    }
}`,
      witness: {
        request: 'GET http://docs.example.org/to/evil.test%3F/',
        outcome: '302 https://evil.test?.example.org/',
        meant: 'a host of example.org',
      },
    },
    {
      inside: 'server',
      bad: `location /back {
    error_page 404 =302 $arg_to;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ foreign
    return 404;
}`,
      good: `location /back {
    error_page 404 =302 /start;
    return 404;
}`,
    },
    {
      inside: 'server',
      bad: `    rewrite ^/old(.*)$ https://www.example.org$1 permanent;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ foreign`,
      good: '    rewrite ^/old(/.*)$ https://www.example.org$1 permanent;',
    },
    {
      inside: 'server',
      bad: `location = /leave {
    return 302 $arg_to;
#   ^^^^^^^^^^^^^^^^^^^ foreign
}`,
      good: `location = /leave {
    return 302 /goodbye?to=$arg_to;
}`,
    },
    {
      inside: 'server',
      bad: `location = /theme/dark {
    return 302 $http_referer;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ page
}`,
      good: `location = /theme/dark {
    return 302 /;
}`,
    },
    {
      inside: 'server',
      bad: `absolute_redirect off;
location = /done {
    if ($arg_next ~ ^(/.*)$) { return 302 $1; }
#                              ^^^^^^^^^^^^^^ slashes
    return 302 /;
}`,
      good: `absolute_redirect off;
location = /done {
    if ($arg_next ~ ^(/[a-z]+)$) { return 302 $1; }
    return 302 /;
}`,
    },
    {
      inside: 'server',
      bad: `location /app/ {
    error_page 401 =302 $cookie_next;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cookie
    return 401;
}`,
      good: `location /app/ {
    error_page 401 =302 /login;
    return 401;
}`,
    },
    {
      inside: 'server',
      bad: `absolute_redirect off;
    rewrite ^/(.+)/$ /$1 permanent;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ slashes`,
      good: `absolute_redirect off;
    rewrite ^/([\\w-].*)/$ /$1 permanent;`,
    },
    {
      inside: 'server',
      bad: `location = /leave {
    add_header Refresh "3; url=$arg_to";
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ foreign
    return 200 "one moment";
}`,
      good: `location = /leave {
    add_header Refresh "3; url=/start";
    return 200 "one moment";
}`,
    },
    { inside: 'server', good: 'root /srv/site;\nrewrite ^/(.+)/$ /$1 permanent;' },
    { inside: 'server', good: 'return 301 https://$host$request_uri;' },
    { inside: 'server', good: 'location ~ ^/u/([^/]+)$ { return 302 /users/$1; }' },
  ],
});
