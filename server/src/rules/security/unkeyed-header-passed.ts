/** A header of the client that the application builds pages from, passed on by a cache whose key leaves it out: one request changes everyone's page. */
import { isForAssets, isForFiles } from '../../answers/what-a-place-is-for.ts';
import { HEADER_LIST, headerOf } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { variablesIn } from '../../trace/script.ts';
import type { Trace, UpstreamRequest } from '../../trace/trace.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { probeFor, rowsOf } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

/** Headers by which frameworks learn what host or path a page is asked under, as a client sends them. */
const OF_PAGES = ['X-Forwarded-Host', 'X-Host', 'X-Forwarded-Server', 'X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix'] as const;
const MADE_UP = 'evil.test';

const LISTS = Object.values(HEADER_LIST);

/** Lines that give a header of the client on, by a variable of any name. */
const passesOn = (d: Directive): boolean =>
  LISTS.includes(d.name) && d.values.length > 1 && d.value(1).includes('$') && OF_PAGES.some((name) => headerOf(d) === name.toLowerCase());

/** Headers by which nginx tells an application what kind of page to make. */
const OF_KINDS = /device|mobile|platform|lang|locale|country|currency|region|variant|theme|experiment/;

/** Values of clients that a map sorts into kinds. */
const OF_CLIENTS = /^\$\{?(?:http_(?!host\b)|cookie_)\w+\}?$/i;

/** A place of a template in quotes. */
const FILLED_IN = /\{\{|\{%|<%/;

const CACHED = ['proxy', 'uwsgi', 'fastcgi', 'scgi'];

const MOST_KINDS = 4;

/** Lines that say of what kind a page should be, or which part of it a client wants. */
const saysKind = (d: Directive): boolean =>
  LISTS.includes(d.name) && d.values.length > 1 && d.value(1).includes('$') && OF_KINDS.test(headerOf(d) ?? '');
const passesRange = (d: Directive): boolean =>
  LISTS.includes(d.name) && headerOf(d) === 'range' && /^\$\{?http_range\}?$/i.test(d.value(1));

/** Requests that a map of what the client says sorts into other kinds. */
function kindsOf({ config }: Spot, line: Directive): readonly (readonly (readonly [string, string])[])[] {
  const [name, ...others] = variablesIn(line.value(1));
  const defined = name === undefined || others.length ? undefined : definitionOf(indexOf(config), name);
  if (defined?.by !== 'map' || !OF_CLIENTS.test(defined.directive.value(0))) return [];
  const source = defined.directive.value(0).replace(/[${}]/g, '').toLowerCase();
  return rowsOf(defined.directive)
    .slice(0, MOST_KINDS)
    .flatMap(({ key }) => {
      const headers = key === null ? undefined : probeFor(config, source, key)?.headers;
      return headers?.length ? [headers] : [];
    });
}

/** Whether two requests look for their answers in the same zone, under the same key. */
const isSamePlace = ({ cache: one }: Trace, { cache: other }: Trace): boolean => one?.zone === other?.zone && one?.key === other?.key;

/** What the application gets of a header, in whatever words. */
function valueIn({ headers, params }: UpstreamRequest, name: string): string | undefined {
  const param = `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;
  return (headers.find(([n]) => n.toLowerCase() === name.toLowerCase()) ?? params?.find(([n]) => n === param))?.[1];
}

/** A cache for pages, with the lines of its place. */
const cached = (...lines: readonly string[]): string => `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_valid 200 10m;
${lines.map((line) => (line.startsWith('#') ? line : `        ${line}`)).join('\n')}
        proxy_pass http://127.0.0.1:8000;
    }
}`;
const KEY = 'proxy_cache_key $scheme$host$request_uri;';

export default defineRule({
  id: 'unkeyed-header-passed',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Client header in cached pages',
  why: `
Frameworks build links, redirects and addresses of scripts from \`X-Forwarded-Host\`. When it is passed on as the client sent it, and the page is cached under a key without it, one request with \`X-Forwarded-Host: evil.test\` puts a page into the cache whose links and scripts lead to evil.test, and everyone gets it (web cache poisoning).

Set the header to what nginx knows (\`proxy_set_header X-Forwarded-Host $host;\`), or put it into the key.

The same holds without malice where nginx itself tells the application by a header which page to make, one for phones or one in another language, and for \`Range\`, which nginx leaves out of cached requests unless a line brings it back: the part that one client asked for becomes the file of all.`,
  about: ['proxy_cache', 'proxy_cache_key', 'proxy_set_header', '$http_'],
  references: ['https://portswigger.net/research/practical-web-cache-poisoning', 'https://cwe.mitre.org/data/definitions/349.html'],
  looksAt: {
    outcome: ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass'],
    somewhere: CACHED.map((family) => `${family}_cache`),
    when: ({ scope }) => LISTS.some((list) => scope.effective(list).directives.some((d) => passesOn(d) || saysKind(d) || passesRange(d))),
  },
  needs: 'config',
  messages: {
    kind: '{header} is "{one}" for some clients and "{other}" for others, and both find the page under {key}: whoever comes first decides which one everyone gets, unless the answers have a fitting Vary. Put {value} into the key.',
    part: 'A client asks for a part with Range: an answer 206 that may be kept, by its Cache-Control or a line for it, is stored under {key}, and whoever asks for the whole gets the part. Remove this line, or cut files with slice and put $slice_range into the key.',
    passed:
      '{header} of a client reaches the application, and the page is cached under {key} without it: one request with "{header}: evil.test" changes the page of everyone. Set it to $host, or put it into the key.',
  },
  check({ spot, report }) {
    const path = spot.paths.find((p) => p.length > 1 && !p.endsWith('/')) ?? spot.path;
    if (
      path === undefined ||
      CACHED.some((family) => spot.scope.value(`${family}_cache_key`)?.args.some((a) => a.templated || FILLED_IN.test(a.value)))
    )
      return;
    const all = LISTS.flatMap((list) => spot.scope.effective(list).directives);
    const lines = all.filter(passesOn);
    const answer = { upstream: { status: 200, headers: [['Cache-Control', 'max-age=60']] as const } };
    const plain = spot.ask({ path }, answer);
    if (!plain.cache?.store || !plain.cache.lookup) return;
    for (const name of OF_PAGES) {
      const line = lines.find((d) => headerOf(d) === name.toLowerCase());
      if (!line) continue;
      const trace = spot.ask({ path, headers: [[name, MADE_UP]] }, answer);
      const sent = trace.outcome.upstreamRequest;
      if (!sent || !trace.cache?.store || trace.cache.key !== plain.cache.key) continue;
      const value = valueIn(sent, name);
      if (!value?.includes(MADE_UP)) continue;
      report('passed', {
        at: line.at(),
        data: { header: name, key: trace.cache.key },
        witness: proofOf(trace, `${name}: ${value} arrives at ${sent.upstream}`),
      });
      return;
    }
    tellOfParts();
    // the files of a page are the same for all
    if (isForAssets(spot.scope) || isForFiles(spot.scope)) return;
    for (const line of all.filter(saysKind)) if (tellOfKind(line, plain)) return;

    function tellOfParts(): void {
      const line = all.find(passesRange);
      const part = {
        upstream: {
          status: 206,
          headers: [
            ['Cache-Control', 'max-age=60'],
            ['Content-Range', 'bytes 0-0/9'],
          ] as const,
        },
      };
      const trace = line && spot.ask({ path, headers: [['Range', 'bytes=0-0']] }, part);
      const sent = trace?.outcome.upstreamRequest;
      if (!line || !sent || !trace.cache?.store || !isSamePlace(trace, plain) || valueIn(sent, 'Range') !== 'bytes=0-0') return;
      report('part', {
        at: line.at(),
        data: { key: trace.cache.key },
        witness: proofOf(trace, `Range: bytes=0-0 arrives at ${sent.upstream}`),
      });
    }

    function tellOfKind(line: Directive, first: Trace): boolean {
      const name = headerOf(line)!;
      const one = first.outcome.upstreamRequest && valueIn(first.outcome.upstreamRequest, name);
      for (const headers of kindsOf(spot, line)) {
        const trace = spot.ask({ path, headers }, answer);
        const sent = trace.outcome.upstreamRequest;
        const other = sent && valueIn(sent, name);
        if (typeof one !== 'string' || !other || other === one || !trace.cache?.store || !isSamePlace(trace, first)) continue;
        report('kind', {
          at: line.at(),
          data: { header: line.value(0), one, other, key: trace.cache.key, value: line.value(1) },
          witness: proofOf(trace, `${line.value(0)}: ${other} arrives at ${sent.upstream}`),
        });
        return true;
      }
      return false;
    }
  },
  examples: [
    {
      inside: 'http',
      bad: cached(
        KEY,
        'proxy_set_header Host $host;',
        'proxy_set_header X-Forwarded-Host $http_x_forwarded_host;',
        '#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ passed',
      ),
      good: cached(KEY, 'proxy_set_header Host $host;', 'proxy_set_header X-Forwarded-Host $host;'),
      witness: {
        request: 'GET http://www.example.test/users, X-Forwarded-Host: evil.test',
        outcome: 'X-Forwarded-Host: evil.test arrives at 127.0.0.1:8000',
        meant: 'what is in a page that everyone gets is decided by nginx',
      },
    },
    {
      inside: 'http',
      good: cached(
        'proxy_cache_key $scheme$host$http_x_forwarded_host$request_uri;',
        'proxy_set_header X-Forwarded-Host $http_x_forwarded_host;',
      ),
    },
    {
      inside: 'http',
      bad: `map $http_user_agent $device {
    default desktop;
    ~*mobile phone;
}
${cached(KEY, 'proxy_set_header Host $host;', 'proxy_set_header X-Device $device;', '#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ kind')}`,
      good: cached(KEY, 'proxy_set_header Host $host;'),
      fixed: false,
    },
    {
      inside: 'http',
      bad: cached(KEY, 'proxy_set_header Range $http_range;', '#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ part'),
      good: cached('proxy_cache_key $scheme$host$request_uri$slice_range;', 'slice 1m;', 'proxy_set_header Range $slice_range;'),
    },
    {
      inside: 'http',
      good: `map $http_user_agent $device {
    default desktop;
    ~*mobile phone;
}
${cached('proxy_cache_key $scheme$host$request_uri$device;', 'proxy_set_header Host $host;', 'proxy_set_header X-Device $device;')}`,
    },
  ],
});
