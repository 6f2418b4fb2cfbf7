/**
 * The header lines of the answer as clients get them, against the real nginx: drawn filters (gzip, gunzip, ssi, sub_filter, addition, charset, expires,
 * add_header, hidden and passed lines), drawn answers of backends with lines that occur twice, and files, asked over HTTP/1.1, 1.0 and 2.
 * HEADERS_SEED and HEADERS_REQUESTS draw others.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair, UpstreamAnswer } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { Echo } from '../harness/echo.ts';
import { RawClient } from '../harness/echo-client.ts';
import { askHttp2 } from '../harness/http2-client.ts';
import { available, OWN_PATHS, serve, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';
import { disk, everyBackend } from './trace-compare.ts';

const SEED = Number(process.env.HEADERS_SEED ?? 31);
const REQUESTS = Number(process.env.HEADERS_REQUESTS ?? 600);
const PLACES = 30;
const FAMILIES = ['proxy', 'fastcgi', 'uwsgi', 'scgi', 'files', 'return'] as const;
type Family = (typeof FAMILIES)[number];

const PAGE = '<html><head></head><body>hello <!--# echo var="arg_a" --> world</body></html>\n';
const DATES = ['Thu, 01 Jan 2026 00:00:00 GMT', 'Fri, 02 Jan 2026 00:00:00 GMT', 'soon'];

/** Lines of headers-more, drawn where the module is installed. */
const MORE = [
  'more_set_headers "X-A: m";',
  'more_set_headers "X-V: $arg_a" "X-Powered-By: none";',
  'more_set_headers -s "404 301" "X-S: 1";',
  'more_set_headers -t "text/html text/plain" "X-T: 1";',
  'more_set_headers "Server: own";',
  'more_clear_headers Server X-Powered-By;',
  'more_clear_headers "X-*";',
  'more_set_headers "Content-Type: text/plain";',
  'more_set_headers "Content-Type: text/plain; charset=latin1" "X-A: 1"; more_set_headers -t text/plain "X-T: 2";',
  'more_clear_headers Last-Modified ETag;',
  'more_set_headers "ETag: own" "Last-Modified: soon";',
  'more_set_headers "Cache-Control: no-store" "Expires: 0";',
  'more_set_headers "Set-Cookie: m=1" "Vary: M";',
  'more_clear_headers Set-Cookie Vary Link Refresh Date;',
  'more_set_headers "Location: /m";',
  'more_clear_headers Content-Type Accept-Ranges WWW-Authenticate;',
  'more_clear_headers Content-Length Cache-Control Content-Encoding;',
];
const hasMoreHeaders = (): boolean => available()?.modules.includes('ngx_http_headers_more_filter_module') ?? false;

/** Lines of a location that have a say in the head of an answer. */
function draw(random: Random, p: Family): string {
  const some = (chance: number, ...lines: string[]): string => (random.chance(chance) ? random.pick(lines) : '');
  const backend = p !== 'files' && p !== 'return';
  return [
    some(
      0.4,
      'gzip on; gzip_min_length 1;',
      'gzip on; gzip_types *; gzip_min_length 1;',
      'gzip on; gzip_types text/plain; gzip_min_length 10;',
    ),
    some(0.3, 'gzip_vary on;'),
    some(
      0.2,
      'gzip_http_version 1.0;',
      'gzip_proxied any;',
      'gzip_proxied expired no-store auth;',
      'gzip_comp_level 3;',
      'gzip_disable bot;',
    ),
    some(0.15, 'gunzip on;'),
    p === 'files' ? some(0.2, 'gzip_static on;', 'gzip_static always;') : '',
    some(0.15, 'ssi on;', 'ssi on; ssi_last_modified on;', 'ssi on; ssi_types text/plain;'),
    some(0.15, 'sub_filter hello bye;', 'sub_filter hello bye; sub_filter_last_modified on;', 'sub_filter hello bye; sub_filter_types *;'),
    some(0.1, 'add_after_body /page;', 'add_before_body /page; addition_types *;'),
    some(
      0.3,
      'charset utf-8;',
      'charset koi8-r; charset_types *;',
      'charset off;',
      'charset utf-8; override_charset on;',
      'charset $arg_c;',
    ),
    some(0.2, 'expires 1h;', 'expires epoch;', 'expires max;', 'expires -1;', 'expires off;', 'expires modified 1d;'),
    some(
      0.3,
      'add_header X-A 1;',
      'add_header X-A $sent_http_content_type always;',
      'add_header Vary X-Lang;',
      'add_header Cache-Control no-store;',
    ),
    some(
      0.15,
      'add_header ETag own;',
      'add_header Last-Modified "";',
      'add_header Last-Modified $http_x_d;',
      'add_header Content-Encoding x;',
    ),
    some(
      0.1,
      'add_header Set-Cookie x=y; add_header Set-Cookie z=w always;',
      'add_header Link a; add_header Server mine;',
      'add_header Date d;',
    ),
    hasMoreHeaders() ? some(0.3, ...MORE) : '',
    hasMoreHeaders() ? some(0.15, ...MORE) : '',
    some(0.1, 'add_trailer X-T 1;'),
    some(0.15, 'server_tokens off;'),
    some(0.1, 'keepalive_timeout 0;', 'keepalive_timeout 75 20;', 'keepalive_requests 1;', 'keepalive_disable none;'),
    some(0.1, 'chunked_transfer_encoding off;'),
    p === 'files' ? some(0.3, 'etag off;', 'if_modified_since off;', 'if_modified_since before;', 'max_ranges 0;') : '',
    some(0.1, 'default_type text/html;'),
    backend ? some(0.2, `${p}_hide_header X-V;`, `${p}_hide_header ETag;`, `${p}_hide_header Vary;`, `${p}_hide_header Content-Type;`) : '',
    backend
      ? some(0.2, `${p}_pass_header Server;`, `${p}_pass_header Date;`, `${p}_pass_header X-Accel-Charset;`, `${p}_pass_header Status;`)
      : '',
    backend
      ? some(
          0.2,
          `${p}_ignore_headers X-Accel-Charset;`,
          `${p}_ignore_headers X-Accel-Buffering;`,
          `${p}_buffering off;`,
          `${p}_force_ranges on;`,
        )
      : '',
    p === 'proxy' ? some(0.2, 'proxy_http_version 1.1;', 'proxy_cookie_path / /p;', 'proxy_cookie_flags ~ secure;') : '',
  ].join(' ');
}

interface Sent {
  readonly status: number;
  readonly headers: HeaderPair[];
  readonly body: string;
}

/** What a backend sends: names that occur twice, in any case, and a body that may be compressed. */
function answerOf(random: Random): Sent {
  const headers: HeaderPair[] = [];
  const put = (chance: number, name: string, ...values: string[]): void => {
    if (!random.chance(chance)) return;
    headers.push([random.chance(0.1) ? name.toLowerCase() : name, random.pick(values)]);
    if (random.chance(0.08)) headers.push([name, random.pick(values)]);
  };
  put(
    0.9,
    'Content-Type',
    'text/html',
    'text/plain',
    'text/html; charset=utf-8',
    'text/html;charset="koi8-r"',
    'application/json',
    'image/png',
  );
  put(0.3, 'ETag', '"a"', 'W/"a"', 'bare');
  put(0.3, 'Last-Modified', ...DATES);
  put(0.2, 'Vary', 'Accept-Encoding', 'X-Lang', 'accept-encoding, Cookie', '*');
  put(0.15, 'Cache-Control', 'no-cache', 'max-age=60', 'private');
  put(0.1, 'Expires', ...DATES);
  put(0.2, 'Set-Cookie', 'a=b; Path=/', 'c=d');
  put(0.1, 'Server', 'backend');
  put(0.1, 'Date', DATES[0]!);
  put(0.1, 'X-V', '1');
  put(0.1, 'X-Powered-By', 'x');
  put(0.05, 'Connection', 'close', 'keep-alive');
  put(0.05, 'Keep-Alive', 'timeout=5');
  put(0.05, 'X-Accel-Charset', 'utf-8', 'koi8-r');
  put(0.05, 'X-Accel-Buffering', 'no', 'yes');
  put(0.05, 'X-Accel-Expires', '60');
  put(0.1, 'Accept-Ranges', 'bytes', 'none');
  put(0.05, 'WWW-Authenticate', 'Basic realm=x');
  put(0.05, 'Location', '/x', 'http://a.test/x');
  put(0.05, 'Refresh', '1; url=/x');
  put(0.05, 'Link', '</a>; rel=preload');
  put(0.05, 'Content-Language', 'en');
  put(0.03, 'Pragma', 'no-cache');
  const status = random.pick([200, 200, 200, 200, 200, 201, 204, 206, 301, 304, 401, 404, 500]);
  const zipped = random.chance(0.15);
  if (zipped) headers.push(['Content-Encoding', 'gzip']);
  const body = status === 204 || status === 304 ? '' : zipped ? zlib.gzipSync(PAGE).toString('latin1') : PAGE;
  if (body !== '' && random.chance(0.8)) headers.push(['Content-Length', String(body.length)]);
  return { status, headers, body };
}

const LINES: readonly (readonly [string, string])[] = [
  ['Accept-Encoding', 'gzip'],
  ['Accept-Encoding', 'gzip'],
  ['Accept-Encoding', 'gzip;q=0, br'],
  ['Range', 'bytes=2-9'],
  ['If-None-Match', '"a"'],
  ['If-Modified-Since', DATES[1]!],
  ['If-Unmodified-Since', DATES[0]!],
  ['Via', '1.1 p'],
  ['Authorization', 'Basic eDp5'],
  ['User-Agent', 'a bot'],
  ['X-D', DATES[0]!],
];

const shown = (pairs: readonly HeaderPair[], low: boolean, told: boolean, dated: boolean): string[] =>
  pairs
    .filter(([n]) => (told || n.toLowerCase() !== 'content-length') && (dated || n.toLowerCase() !== 'date'))
    .map(([n, v]): [string, string] => [low ? n.toLowerCase() : n, v])
    .map(([n, v]) =>
      /^date$/i.test(n) && /GMT$/.test(v) && v !== DATES[0]
        ? `${n}: now`
        : /^expires$/i.test(n)
          ? `${n}: ${v.replace(/:\d\d GMT$/, ' GMT')}`
          : `${n}: ${v}`,
    )
    .sort();

test('the header lines of answers, over HTTP/1.1, 1.0 and 2', {
  skip: withoutNginx(),
  timeout: Math.max(120_000, REQUESTS * 200),
}, async () => {
  const random = new Random(SEED);
  const echo = await Echo.start();
  const wrong: string[] = [];
  let seen = 0;
  try {
    while (seen < REQUESTS) {
      const places = Array.from({ length: PLACES }, (_, i) => {
        const p = random.pick(FAMILIES);
        const lines = draw(random, p);
        const handler =
          p === 'proxy'
            ? `proxy_pass http://127.0.0.1:${echo.ports.http};`
            : p === 'files'
              ? 'alias html/;'
              : p === 'return'
                ? `return ${random.pick([200, 200, 404, 301])} ${random.pick(['hello', '/x'])};`
                : `${p}_param REQUEST_METHOD $request_method; ${p}_pass 127.0.0.1:${echo.ports[p]};`;
        return { name: `/l${i}/`, p, text: `location /l${i}/ { ${lines} ${handler} }` };
      });
      let source = '';
      const running = await serve(
        (ports) =>
          (source = `events {}
http {
${OWN_PATHS}
charset_map koi8-r utf-8 { C0 D18E; }
types { text/html html; text/css css; text/plain txt; }
server { listen 127.0.0.1:${ports[0]!}; listen 127.0.0.1:${ports[1]!} http2; server_name a.test; root html;
location = /page { default_type text/html; return 200 page; }
${places.map((l) => l.text).join('\n')}
} }
`),
        {
          ports: 2,
          modules: 'needed',
          files: { 'html/a.html': PAGE, 'html/b.css': 'a { b: c }\n', 'html/c.txt': 'hello world, a text\n' },
        },
      );
      try {
        fs.writeFileSync(path.join(running.folder, 'html/a.html.gz'), zlib.gzipSync(PAGE));
        const config = await configAt(path.join(running.folder, 'nginx.conf'), source, {
          prefix: running.folder,
          nginx: available()!.version,
        });
        for (let i = 0; i < PLACES * 6 && seen < REQUESTS; i++, seen++) {
          const place = random.pick(places);
          const version = random.pick(['1.1', '1.1', '1.0', '2']);
          const method = random.pick(['GET', 'GET', 'GET', 'HEAD']);
          const target = `${place.name}${place.p === 'files' ? random.pick(['a.html', 'b.css', 'c.txt', 'a.html', 'none']) : 'x'}${random.pick(['', '?a=1', '?c=utf-8'])}`;
          const low = version === '2';
          const more = random.some(LINES, random.pick([0, 1, 1, 2])).filter(([n], k, all) => all.findIndex(([m]) => m === n) === k);
          if (version === '1.0' && random.chance(0.4)) more.push(['Connection', 'keep-alive']);
          const sent = answerOf(random);
          echo.answer = sent;
          echo.take();
          const headers: HeaderPair[] = low
            ? [[':authority', 'a.test'], ...more.map(([n, v]): HeaderPair => [n.toLowerCase(), v])]
            : [['Host', 'a.test'], ...more];
          const port = running.ports[low ? 1 : 0]!;
          const replies = Array<UpstreamAnswer>(9).fill({
            status: sent.status,
            headers: place.p === 'fastcgi' || place.p === 'scgi' ? [['Status', `${sent.status} Echoed`], ...sent.headers] : sent.headers,
          });
          const trace = traceRequest(
            config,
            { method, target, httpVersion: version, headers, clientAddress: '127.0.0.1', localAddress: '127.0.0.1', localPort: port },
            { files: disk, upstreams: everyBackend(replies), now: Math.floor(Date.now() / 1000) },
          );
          let real: { readonly status: number; readonly headers: readonly HeaderPair[] } | null;
          if (low) real = await askHttp2(port, [[':method', method], [':scheme', 'http'], [':path', target], ...headers], '');
          else {
            const client = new RawClient(port);
            client.retryable = false;
            real = await client.ask(
              `${method} ${target} HTTP/${version}\r\n${headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`,
              method === 'HEAD',
            );
            client.close();
          }
          const { outcome } = trace;
          const told = outcome.responseHeaders.some(([n]) => n.toLowerCase() === 'content-length');
          const dated = outcome.responseHeaders.some(([n]) => n.toLowerCase() === 'date');
          const is = `${real?.status ?? 444}\n      ${shown(real?.headers ?? [], low, told, dated).join('\n      ')}`;
          const says = `${outcome.status}\n      ${shown(outcome.responseHeaders, low, told, dated).join('\n      ')}`;
          if (is !== says)
            wrong.push(
              `${method} ${target} HTTP/${version} ${JSON.stringify(more)}\n  ${place.text}\n  backend ${sent.status} ${JSON.stringify(sent.headers)}\n  nginx ${is}\n  trace ${says}\n  not simulated: ${trace.notSimulated.map((n) => n.directive).join(', ')}; assumed: ${trace.assumptions.map((a) => a.id).join(', ')}`,
            );
        }
      } finally {
        await running.stop();
      }
    }
  } finally {
    await echo.stop();
  }
  if (process.env.KEEP) fs.writeFileSync(process.env.KEEP, wrong.join('\n\n'));
  assert.deepEqual(wrong.slice(0, Number(process.env.SHOWN ?? 3)), [], `${wrong.length} of ${seen}`);
});
