/**
 * Caches of all four protocols against the real nginx: drawn lines of caching, drawn answers, and each address asked again while what was stored
 * is new, old, and its backend gone. What the trace says of storing must be what nginx then holds. CACHE_SEED and CACHE_LOCATIONS draw others.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair, Trace, UpstreamAnswer } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { Echo } from '../harness/echo.ts';
import { RawClient } from '../harness/echo-client.ts';
import { available, OWN_PATHS, serve, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';
import type { Answered } from './areas/area.ts';
import { differences, echoed } from './trace-answers.ts';
import { disk } from './trace-compare.ts';

const SEED = Number(process.env.CACHE_SEED ?? 11);
const LOCATIONS = Number(process.env.CACHE_LOCATIONS ?? 40);
/** seconds that are short enough to wait for, and after which what they keep is old */
const SHORT = 1;
const OLD = 2300;

const FAMILIES = ['proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;
type Family = (typeof FAMILIES)[number];

/** Lines of one location. */
function draw(random: Random, p: Family): string {
  const some = (chance: number, ...lines: string[]): string => (random.chance(chance) ? random.pick(lines) : '');
  const time = (): string => random.pick([`${SHORT}s`, '1m', '1h']);
  const key = random.pick(['$uri$is_args$args', '$uri', '$request_method$uri$is_args$args', '$scheme$uri$http_x_k']);
  return [
    `${p}_cache z${p};`,
    p === 'proxy' && random.chance(0.3) ? '' : `${p}_cache_key ${p}${key};`,
    some(
      0.8,
      `${p}_cache_valid ${time()};`,
      `${p}_cache_valid 200 ${time()};`,
      `${p}_cache_valid 200 404 ${time()};`,
      `${p}_cache_valid any ${time()};`,
    ),
    some(0.3, `${p}_cache_valid 404 500 1m;`, `${p}_cache_valid 200 0;`, `${p}_cache_valid any 1m;`, `${p}_cache_valid 301 302 1m;`),
    some(0.2, `${p}_cache_methods POST;`, `${p}_cache_methods GET HEAD POST;`),
    some(0.2, `${p}_cache_bypass $arg_b;`, `${p}_cache_bypass $http_x_b $arg_b;`),
    some(0.2, `${p}_no_cache $arg_n;`, `${p}_no_cache $http_x_b $arg_n;`, `${p}_no_cache $upstream_http_x_n;`),
    some(0.15, `${p}_cache_min_uses 2;`, `${p}_cache_min_uses 3;`),
    some(
      0.2,
      `${p}_ignore_headers Cache-Control Expires;`,
      `${p}_ignore_headers Set-Cookie Vary;`,
      `${p}_ignore_headers X-Accel-Expires;`,
      `${p}_ignore_headers X-Accel-Expires Cache-Control Expires Set-Cookie;`,
    ),
    some(0.08, `${p}_buffering off;`),
    some(
      0.5,
      `${p}_cache_use_stale error;`,
      `${p}_cache_use_stale http_500 http_404;`,
      `${p}_cache_use_stale error http_503 updating;`,
      `${p}_cache_use_stale updating; ${p}_cache_background_update on;`,
      `${p}_cache_use_stale http_500; ${p}_cache_background_update on;`,
      `${p}_cache_use_stale error; ${p}_cache_use_stale off;`.split('; ')[1]!,
    ),
    some(0.3, `${p}_cache_revalidate on;`),
    some(0.1, `${p}_cache_lock on;`),
    some(0.1, `${p}_cache_max_range_offset 4;`, `${p}_cache_max_range_offset 0;`),
    some(0.1, `${p}_force_ranges on;`),
    some(0.15, `${p}_hide_header X-V;`, `${p}_hide_header Cache-Control;`),
    some(0.2, `${p}_intercept_errors on; error_page 404 /page;`, `${p}_intercept_errors on; error_page 500 =200 /page;`),
    p === 'proxy' ? some(0.1, 'proxy_cache_convert_head off;') : '',
    some(
      0.1,
      'gzip on; gzip_types *; gzip_min_length 1;',
      'expires 1h;',
      'add_header ETag own; add_header X-C $upstream_cache_status always;',
    ),
  ].join(' ');
}

const DATES = ['Thu, 01 Jan 2026 00:00:00 GMT', 'Fri, 02 Jan 2026 00:00:00 GMT'];

/** What a backend answers while all is well. */
function answerOf(random: Random): Answered {
  const headers: HeaderPair[] = [['Content-Type', random.pick(['text/plain', 'text/html; charset=utf-8'])]];
  const put = (chance: number, name: string, ...values: string[]): unknown =>
    random.chance(chance) && headers.push([name, random.pick(values)]);
  put(0.3, 'ETag', '"a"', 'W/"a"');
  put(0.3, 'Last-Modified', ...DATES);
  put(
    0.35,
    'Cache-Control',
    'max-age=60',
    'max-age=1',
    'max-age=0',
    'no-cache',
    'private',
    'public',
    's-maxage=60, max-age=0',
    'max-age=1, stale-while-revalidate=100',
    'max-age=1, stale-if-error=100',
    'no-store, max-age=60',
  );
  put(0.1, 'Expires', 'Thu, 01 Jan 2037 00:00:00 GMT', 'Thu, 01 Jan 1998 00:00:00 GMT', '0', 'soon');
  put(0.15, 'X-Accel-Expires', '0', '60', '1', '@0', '@4102444800', '-1', 'x');
  put(0.1, 'Set-Cookie', 'a=b');
  put(0.15, 'Vary', 'X-Lang', 'X-Lang, Accept-Encoding', '*', 'Accept-Encoding');
  put(0.1, 'X-N', '1', '0');
  put(0.1, 'Accept-Ranges', 'bytes', 'none');
  put(0.1, 'X-Accel-Buffering', 'no', 'yes');
  put(0.3, 'X-V', '1');
  put(0.06, 'X-Accel-Redirect', '/page');
  put(0.1, 'Location', '/else', 'http://a.test/');
  return { status: random.pick([200, 200, 200, 200, 200, 404, 301, 500, 206, 204, 403]), headers, body: '0123456789' };
}

/** Other lines of a request to the same address. */
const LINES = [
  '',
  '',
  '',
  'X-Lang: en',
  'X-B: 1',
  'Range: bytes=2-4',
  'Range: bytes=6-',
  'If-None-Match: "a"',
  `If-Modified-Since: ${DATES[0]}`,
  'Accept-Encoding: gzip',
  'X-K: k',
];

interface Kept {
  readonly answer: UpstreamAnswer;
  /** milliseconds */
  readonly at: number;
  /** seconds */
  readonly valid: number;
  /** an error of which nothing else is kept: it does not become old, it goes */
  readonly bare: boolean;
  /** the file that lies there meanwhile */
  readonly under?: Kept | undefined;
  /** of the request, and what tells it from others */
  readonly vary: readonly HeaderPair[];
}

/** What lies under one key: the file itself, and those of other variants (ngx_http_file_cache_reopen, _update_variant). */
interface Shelf {
  main?: Kept;
  readonly others: Map<string, Kept>;
  /** an error among variants may have put something there */
  unsure?: boolean;
}

/**
 * Whether a request that passes by the cache counts for min_uses: once its answer comes to be stored, kept or not, which is behind the buffers and
 * *_no_cache, and not for an answer that is only sent on or gives way to an error page (ngx_http_upstream_send_response).
 */
function countsBypassed(text: string, target: string, line: string, now: Answered | 'gone'): boolean {
  if (now === 'gone') return false;
  const said = (name: string): string => now.headers?.find(([n]) => n === name)?.[1] ?? '';
  const accel = said('X-Accel-Buffering');
  const buffered = accel === '' ? !text.includes('_buffering off') : accel === 'yes';
  const [, predicates = ''] = /_no_cache ([^;]*);/.exec(text) ?? [];
  const held = [
    ['$arg_n', target.includes('n=1')],
    ['$http_x_b', line === 'X-B: 1'],
    ['$upstream_http_x_n', said('X-N') === '1'],
  ].some(([name, holds]) => holds && predicates.includes(String(name)));
  const page = text.includes('intercept_errors on') ? (text.includes('error_page 404') ? 404 : 500) : 0;
  return buffered && !held && said('X-Accel-Redirect') === '' && now.status !== page;
}

test('what caches keep, send and renew', { skip: withoutNginx(), timeout: Math.max(120_000, LOCATIONS * 4000) }, async () => {
  const random = new Random(SEED);
  const echo = await Echo.start();
  const port: Readonly<Record<Family, number>> = {
    proxy: echo.ports.http,
    fastcgi: echo.ports.fastcgi,
    uwsgi: echo.ports.uwsgi,
    scgi: echo.ports.scgi,
  };
  const places = Array.from({ length: LOCATIONS }, (_, i) => {
    const p = FAMILIES[i % 4]!;
    const params = p === 'proxy' ? '' : `${p}_param REQUEST_METHOD $request_method; ${p}_param CONTENT_LENGTH $content_length;`;
    const pass = p === 'proxy' ? `proxy_pass http://127.0.0.1:${port.proxy};` : `${p}_pass 127.0.0.1:${port[p]};`;
    const text = draw(random, p);
    // what a HEAD request left without a body is no answer to GET
    const heads = text.includes('$request_method') || (p === 'proxy' && !text.includes('convert_head'));
    return { name: `/l${i}/`, p, heads, text: `location /l${i}/ { ${text} ${params} ${pass} }` };
  });
  let source = '';
  const running = await serve(
    (ports) =>
      (source = `events {}
http {
${OWN_PATHS}
${FAMILIES.map((p) => `${p}_cache_path c${p} keys_zone=z${p}:1m;`).join('\n')}
server {
listen 127.0.0.1:${ports[0]!}; server_name a.test;
add_header X-C $upstream_cache_status always; add_header X-U "$upstream_status" always;
location = /page { return 200 page; }
${places.map((l) => l.text).join('\n')}
} }
`),
    { ports: 1, modules: 'none' },
  );
  const wrong: string[] = [];
  let seen = 0;
  try {
    const config = await configAt(path.join(running.folder, 'nginx.conf'), source, { prefix: running.folder, nginx: available()!.version });
    /** by location and key */
    const shelves = new Map<string, Shelf>();
    /** requests so far, by location and key */
    const uses = new Map<string, number>();
    const usual = new Map<string, Answered>();
    const ask = async (
      place: (typeof places)[number],
      target: string,
      method: string,
      line: string,
      now: Answered | 'gone',
    ): Promise<void> => {
      seen++;
      const headers: HeaderPair[] = [['Host', 'a.test']];
      if (line) headers.push(line.split(': ') as [string, string]);
      const body = method === 'POST' ? 'x' : '';
      if (body) headers.push(['Content-Length', '1']);
      if (now !== 'gone') echo.answer = echoed(now);
      echo.take();
      const address = `127.0.0.1:${port[place.p]}`;
      const reply: UpstreamAnswer = now === 'gone' ? { failure: 'refused' } : { status: echo.answer.status, headers: echo.answer.headers };
      let before = 0;
      const traced = (state: string | null, stored?: UpstreamAnswer, replies = reply, date = Date.now() / 1000): Trace =>
        traceRequest(
          config,
          {
            method,
            target,
            headers,
            clientAddress: '127.0.0.1',
            localAddress: '127.0.0.1',
            localPort: running.ports[0]!,
            bodyLength: body.length,
          },
          {
            files: disk,
            upstreams: { [address]: Array<UpstreamAnswer>(9).fill(replies) },
            assume: { ...(state ? { [`cache:z${place.p}`]: state } : {}), [`cache-uses:z${place.p}`]: String(before) },
            ...(stored ? { upstream: stored } : {}),
            now: Math.floor(date),
          },
        );
      const client = new RawClient(running.ports[0]!);
      client.retryable = false;
      const answer = await client.ask(
        `${method} ${target} HTTP/1.1\r\n${headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${body}`,
        method === 'HEAD',
      );
      client.close();
      const said = answer?.headers.find(([n]) => n === 'X-C')?.[1] ?? null;
      await wait(said === 'STALE' ? 30 : 2);
      // what the cache looks for, whatever the backend says
      const first = traced(null, undefined, { status: 200 });
      const cache = first.cache;
      const id = `${place.name} ${cache?.key ?? ''}`;
      let shelf = shelves.get(id);
      if (!shelf) shelves.set(id, (shelf = { others: new Map() }));
      const lines = new Map(headers.map(([n, v]) => [n.toLowerCase(), v]));
      const variant = (vary: readonly HeaderPair[]): string => JSON.stringify(vary.map(([n]) => [n, lines.get(n) ?? '']));
      const looked = cache?.status !== 'BYPASS' && shelf.main?.vary.length ? variant(shelf.main.vary) : '';
      const second = looked !== '' && looked !== JSON.stringify(shelf.main!.vary) ? looked : null;
      const found = second === null ? shelf.main : shelf.others.get(second);
      const entry = found?.bare && Date.now() - found.at > found.valid * 1000 ? found.under : found;
      if (shelf.unsure) return;
      // a status that is over makes its place a new one
      before = found?.bare && entry !== found ? 0 : (uses.get(`${id}${second ?? ''}`) ?? 0);
      const age = entry ? (Date.now() - entry.at) / 1000 : 0;
      const expected =
        !cache || said === null
          ? null
          : first.cache!.status === 'BYPASS'
            ? 'BYPASS'
            : !entry
              ? 'MISS'
              : age < entry.valid
                ? 'HIT'
                : 'EXPIRED';
      // what was stored a second ago may be old or not
      const sure = !entry || entry.valid > 30 || age > entry.valid + 1.2 || age < 0;
      const state = said === 'HIT' || said === 'MISS' || said === 'BYPASS' ? said : said === null ? null : 'EXPIRED';
      const what = `${method} ${target} ${line} (${now === 'gone' ? 'gone' : JSON.stringify(now)})\n${place.text}`;
      if (sure && expected !== null && state !== expected)
        wrong.push(
          `${what}\nnginx says ${said}, what the trace said of storing makes it ${expected}: ${entry ? `stored ${Math.round(age * 1000)} ms ago for ${entry.valid} s` : 'nothing stored'}; ${JSON.stringify(cache)}`,
        );
      const dated = Date.parse(answer?.headers.find(([n]) => n === 'Date')?.[1] ?? '');
      const full = traced(state === 'MISS' || state === 'BYPASS' ? null : state, entry?.answer, reply, (dated || Date.now()) / 1000);
      // nobody hears of a request in the background that reaches nobody
      const trace = now === 'gone' ? { ...full, exchanges: full.exchanges.filter((x) => x.for !== 'cache-update') } : full;
      const different = differences(trace, answer, echo.take(), method === 'HEAD');
      if (different.length)
        wrong.push(
          `${what}\nstate ${said}${entry ? ` stored ${JSON.stringify(entry.answer)}` : ''}\n${different.join('\n')}\n${trace.steps
            .slice(3)
            .map((s) => `    ${s.said}`)
            .join('\n')}`,
        );
      const renewal = full.exchanges.find((x) => x.for === 'cache-update');
      const after = renewal ? (renewal.cache ?? null) : trace.cache;
      const use = (key: string): unknown => uses.set(key, (uses.get(key) ?? 0) + 1);
      if (after && (after.status !== 'BYPASS' || countsBypassed(place.text, target, line, now))) {
        use(id);
        if (second !== null) use(`${id}${second}`);
      }
      if (renewal) use(id);
      if (/status alone/.test(after?.why ?? '') && shelf.main?.vary.length) shelf.unsure = true;
      const keep = (one: Kept): unknown =>
        second !== null && variant(one.vary) === second ? shelf.others.set(second, one) : (shelf.main = one);
      if (after?.store && after.status !== 'REVALIDATED')
        keep({
          answer: reply,
          at: Date.now(),
          valid: after.valid ?? 0,
          bare: /status alone/.test(after.why),
          under: entry?.bare ? entry.under : entry,
          vary: after.vary,
        });
      else if (entry && after?.status === 'REVALIDATED') keep({ ...entry, at: Date.now(), valid: after.valid ?? 0 });
    };
    const round = async (times: number, now: (target: string) => Answered | 'gone'): Promise<void> => {
      for (const place of places)
        for (let i = 0; i < times; i++) {
          const target = `${place.name}${random.below(3)}${random.pick(['', '', '', '?b=1', '?n=1', '?z=2'])}`;
          if (!usual.has(target)) usual.set(target, answerOf(random));
          await ask(
            place,
            target,
            random.pick(['GET', 'GET', 'GET', 'GET', place.heads ? 'HEAD' : 'GET', 'POST']),
            random.pick(LINES),
            now(target),
          );
        }
    };
    await round(8, (target) => usual.get(target)!);
    await wait(OLD);
    await round(4, (target) =>
      random.chance(0.4) ? { status: random.pick([500, 404, 503, 304]), headers: [], body: '0123456789' } : usual.get(target)!,
    );
    await wait(OLD);
    await echo.stop();
    await round(4, () => 'gone');
  } finally {
    await running.stop();
    await echo.stop().catch(() => undefined);
  }
  if (process.env.KEEP) fs.writeFileSync('out/caches.txt', wrong.join('\n\n'));
  assert.deepEqual(wrong.slice(0, Number(process.env.SHOWN ?? 3)), [], `${wrong.length} of ${seen}`);
});
