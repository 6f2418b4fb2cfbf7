/** A header of the client that the application builds pages from, passed on by a cache whose key leaves it out: one request changes everyone's page. */
import { HEADER_LIST, headerOf } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import type { UpstreamRequest } from '../../trace/trace.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

/** Headers by which frameworks learn what host or path a page is asked under, as a client sends them. */
const OF_PAGES = ['X-Forwarded-Host', 'X-Host', 'X-Forwarded-Server', 'X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix'] as const;
const MADE_UP = 'evil.test';

const LISTS = Object.values(HEADER_LIST);

/** Lines that give a header of the client on, by a variable of any name. */
const passesOn = (d: Directive): boolean =>
  LISTS.includes(d.name) && d.values.length > 1 && d.value(1).includes('$') && OF_PAGES.some((name) => headerOf(d) === name.toLowerCase());

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

Set the header to what nginx knows (\`proxy_set_header X-Forwarded-Host $host;\`), or put it into the key.`,
  about: ['proxy_cache', 'proxy_cache_key', 'proxy_set_header', '$http_'],
  references: ['https://portswigger.net/research/practical-web-cache-poisoning', 'https://cwe.mitre.org/data/definitions/349.html'],
  looksAt: {
    outcome: ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass'],
    somewhere: ['proxy_cache', 'uwsgi_cache', 'fastcgi_cache', 'scgi_cache'],
    when: ({ scope }) => LISTS.some((list) => scope.effective(list).directives.some(passesOn)),
  },
  needs: 'config',
  messages: {
    passed:
      '{header} of a client reaches the application, and the page is cached under {key} without it: one request with "{header}: evil.test" changes the page of everyone. Set it to $host, or put it into the key.',
  },
  check({ spot, report }) {
    const path = spot.paths.find((p) => p.length > 1 && !p.endsWith('/')) ?? spot.path;
    if (path === undefined) return;
    const lines = LISTS.flatMap((list) => spot.scope.effective(list).directives.filter(passesOn));
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
  ],
});
