/**
 * Whoever takes a proposal gets a text that nginx takes: at argument positions of all directives, and in pairs as an editor closes them, the first
 * proposals are accepted, and the result is read by our parser and judged by the rules of validity. A part chosen by a seed runs in each run;
 * PROXYLENS_ACCEPT=all takes every directive.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { completion } from '../../server/src/features/completion.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { expand } from '../../server/src/snippets/snippet.ts';
import { lintText, parts } from '../harness/rules.ts';
import { world } from './world.ts';

const VALIDITY = RULES.filter((r) => r.group === 'validity' && r.severity === 'error');

const WRAP: Record<string, readonly [string, string]> = {
  main: ['', '\nevents {}\n'],
  events: ['events {\n', '\n}\n'],
  http: ['events {}\nhttp {\n', '\n}\n'],
  server: ['events {}\nhttp {\nserver {\n', '\n}\n}\n'],
  location: ['events {}\nhttp {\nserver {\nlocation / {\n', '\n}\n}\n}\n'],
  upstream: ['events {}\nhttp {\nupstream app {\n', '\n}\n}\n'],
  stream: ['events {}\nstream {\n', '\n}\n'],
  'stream-server': ['events {}\nstream {\nserver {\n', '\n}\n}\n'],
  'stream-upstream': ['events {}\nstream {\nupstream app {\n', '\n}\n}\n'],
  'if-in-location': ['events {}\nhttp {\nserver {\nlocation / {\nif ($host) {\n', '\n}\n}\n}\n}\n'],
  mail: ['events {}\nmail {\n', '\n}\n'],
  'mail-server': ['events {}\nmail {\nserver {\n', '\n}\n}\n'],
};

interface Taken {
  readonly label: string;
  readonly text: string;
  /** the beginning of a value, with which one goes on */
  readonly begun: boolean;
}

/** The texts after each of the first proposals is taken, tab stops as they come. */
async function taken(text: string, count: number): Promise<Taken[]> {
  const w = await world(text);
  const found = completion(w.configs, w.file, w.offset);
  return (found?.items.slice(0, count) ?? []).map((item) => ({
    label: item.label,
    // parameters come in any order: the one that a directive cannot do without may follow
    begun: item.again === true || item.kind === 'parameter' || /[=:/]$/.test(item.insert ?? item.label),
    text: applyEdits(w.file.text, [{ span: found!.span, newText: item.snippet ? expand(item.insert!).text : (item.insert ?? item.label) }]),
  }));
}

const line = (text: string, marked: string): string => {
  const before = marked.indexOf('<|>');
  const from = marked.lastIndexOf('\n', before) + 1;
  const rest = text.slice(from);
  return rest.slice(0, rest.indexOf('\n') < 0 ? undefined : rest.indexOf('\n')).trim();
};

async function checkFirst(context: keyof typeof WRAP, marked: string, expected: string): Promise<void> {
  const text = WRAP[context]![0] + marked + WRAP[context]![1];
  const [first] = await taken(text, 1);
  assert.ok(first, 'nothing is proposed');
  assert.equal(line(first.text, text), expected);
  const problems = (await parts()).parser.open('file:///x.conf' as never, first.text).problems;
  assert.deepEqual(problems, []);
}

describe('in pairs that the editor has closed', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['if (<|>) { }', 'if ($host) { }'],
    ['if ($host <|>) { }', 'if ($host = text) { }'],
    ['if ($request_method = <|>) { }', 'if ($request_method = GET) { }'],
    ['if ($request_method = P<|>) { }', 'if ($request_method = POST) { }'],
    ['if (-<|>) { }', 'if (-f $request_filename) { }'],
    ['if ($ho<|>) { }', 'if ($host) { }'],
    ['if ( $request_method = <|> ) { }', 'if ( $request_method = GET ) { }'],
    ['if <|> { }', 'if ($host) { }'],
    ['return 301 https://${<|>}/x;', 'return 301 https://${host}/x;'],
    ['return 200 "${req<|>}";', 'return 200 "${request_uri}";'],
    ['return 200 "${req<|>";', 'return 200 "${request_uri}";'],
    ['return 200 "$req<|>";', 'return 200 "$request_uri";'],
  ];
  for (const [marked, expected] of rows) test(marked, () => checkFirst('location', marked, expected));
});

describe('values by what a directive means', () => {
  const rows: readonly (readonly [keyof typeof WRAP, string, string])[] = [
    ['location', 'proxy_buffer_size <|>;', 'proxy_buffer_size 4k;'],
    ['location', 'proxy_buffers <|>;', 'proxy_buffers 8;'],
    ['location', 'proxy_buffers 8 <|>;', 'proxy_buffers 8 4k;'],
    ['location', 'proxy_buf<|>', 'proxy_buffering on;'],
    ['http', 'map_hash_bucket_size <|>;', 'map_hash_bucket_size 64;'],
    ['http', 'real_ip_header <|>;', 'real_ip_header X-Forwarded-For;'],
    ['http', 'resolver <|>;', 'resolver 127.0.0.11;'],
    ['location', 'proxy_bind <|>;', 'proxy_bind off;'],
    ['main', 'env <|>;', 'env TZ;'],
    ['location', 'index <|>;', 'index index.html;'],
    ['server', 'ssl_protocols <|>;', 'ssl_protocols TLSv1.3;'],
    ['http', 'limit_req_zone <|> zone=a:1m rate=1r/s;', 'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;'],
    ['location', 'expires <|>;', 'expires 30d;'],
    ['location', 'uwsgi_param HTTP_X_FORWARDED_PROTO <|>;', 'uwsgi_param HTTP_X_FORWARDED_PROTO $scheme;'],
    ['server', 'location = /auth { internal; }\nauth_request <|>;', 'auth_request /auth;'],
    ['server', 'location = /copy { internal; }\nmirror <|>;', 'mirror /copy;'],
    ['stream', "log_format a '$bytes_sent';\naccess_log /v <|>;", 'access_log /v a;'],
    ['stream-server', "}\nlog_format a '$bytes_sent';\nserver {\naccess_lo<|>", 'access_log /var/log/nginx/stream.log a;'],
    ['location', 'proxy_hide_header <|>;', 'proxy_hide_header X-Powered-By;'],
    ['location', 'error_page 404 <|>;', 'error_page 404 /error.html;'],
    ['location', 'fastcgi_cache_key <|>;', 'fastcgi_cache_key $scheme$host$request_uri;'],
    ['location', 'proxy_cookie_flags <|>;', 'proxy_cookie_flags ~ secure httponly samesite=lax;'],
    ['location', 'secure_link <|>;', 'secure_link $arg_md5,$arg_expires;'],
    ['location', 'fastcgi_split_path_info <|>;', 'fastcgi_split_path_info ^(.+?\\.php)(/.*)$;'],
    ['stream', 'map<|>', 'map $remote_addr $variable {'],
    ['stream', 'log_format<|>', "log_format name '$remote_addr $protocol $status';"],
    ['http', 'uwsgi_cache_path<|>', 'uwsgi_cache_path /var/cache/nginx levels=1:2 keys_zone=cache:10m max_size=1g inactive=60m;'],
    ['http', 'scgi_cache_path /c <|>;', 'scgi_cache_path /c keys_zone=;'],
    ['http', 'split_clients <|> $x { * a; }', 'split_clients $remote_addr $x { * a; }'],
    ['http', 'split_clients $uri $x {\n<|>\n}', '* ;'],
    [
      'http',
      'upstream app { server a:1; }\nmap $uri $pool {\ndefault <|>;\n}\nserver { location / { proxy_pass http://$pool; } }',
      'default app;',
    ],
    ['http', 'map $uri $pool {\n/a http://one;\n/b http://<|>;\n}', '/b http://one;'],
    ['http', 'map $http_upgrade $x {\ndefault <|>;\n}', 'default upgrade;'],
    ['http', 'geo $x {\n10.0.0.0/8 inner;\ndefault <|>;\n}', 'default inner;'],
    ['http', 'map <|> $x { default 1; }', 'map $http_upgrade $x { default 1; }'],
    ['stream', 'map <|> $x { default 1; }', 'map $ssl_preread_server_name $x { default 1; }'],
    ['http', 'geo <|> $x { default 1; }', 'geo $remote_addr $x { default 1; }'],
    ['location', 'valid_referers <|>;', 'valid_referers none blocked server_names;'],
    ['location', 'auth_basic <|>;', 'auth_basic "Restricted";'],
    ['location', 'auth_basic "<|>";', 'auth_basic "Restricted";'],
    ['location', 'proxy_cache_valid <|>;', 'proxy_cache_valid 200 301 302 10m;'],
    ['location', 'proxy_no_cache <|>;', 'proxy_no_cache $http_authorization;'],
    ['location', 'proxy_http_version <|>;', 'proxy_http_version 1.1;'],
    ['location', 'try_files <|> =404;', 'try_files $uri =404;'],
    ['location', 'error_page <|> /e.html;', 'error_page 404 /e.html;'],
    ['location', 'allow <|>;', 'allow 127.0.0.1;'],
    ['location', 'deny <|>;', 'deny all;'],
    ['server', 'ssl_session_cache <|>;', 'ssl_session_cache shared:SSL:10m;'],
    ['http', 'access_log <|>;', 'access_log /var/log/nginx/access.log;'],
    ['http', 'open_file_cache <|>;', 'open_file_cache max=1000 inactive=20s;'],
    ['main', 'pid <|>;', 'pid /run/nginx.pid;'],
    ['main', 'worker_cpu_affinity <|>;', 'worker_cpu_affinity auto;'],
    ['upstream', 'hash <|>;', 'hash $remote_addr consistent;'],
  ];
  for (const [context, marked, expected] of rows) test(marked, () => checkFirst(context, marked, expected));
});

test('nothing of other systems, and no file of nginx where nginx writes or reads another', async () => {
  const labels = async (context: keyof typeof WRAP, marked: string): Promise<string[]> => {
    const w = await world(WRAP[context]![0] + marked + WRAP[context]![1]);
    return completion(w.configs, w.file, w.offset)?.items.map((i) => i.label) ?? [];
  };
  assert.deepEqual(
    (await labels('events', '<|>')).filter((l) => /kqueue|devpoll|eventport|acceptex/.test(l)),
    [],
  );
  assert.deepEqual(await labels('events', 'use <|>;'), ['epoll']);
  assert.deepEqual(
    (await labels('server', 'listen 80 <|>;')).filter((l) => /setfib|accept_filter/.test(l)),
    [],
  );
  assert.ok(!(await labels('server', 'access_log <|> main;')).includes('off'), 'off stands alone');
  for (const line of ['error_log <|>;', 'ssl_certificate <|>;', 'auth_basic_user_file <|>;'])
    assert.deepEqual(
      (await labels('server', line)).filter((l) => l.endsWith('.conf')),
      [],
      line,
    );
});

/** A generator of numbers from a seed (xorshift). */
function random(seed: number): () => number {
  let x = seed >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x / 4294967296;
  };
}

/** The line that was proposed, once for each of its arguments with the cursor in place of it, and once for the value of each `key=value`. */
function positions(head: string, tail: string, text: string): string[] {
  const whole = text.slice(head.length, text.length - tail.length);
  const line = whole.split('\n')[0]!;
  // empty tab stops leave nothing to take a word out of
  if (/\S {2}|\s;|= |["']/.test(line)) return [];
  const out: string[] = [];
  const put = (from: number, to: number): void => {
    out.push(`${head}${line.slice(0, from)}<|>${line.slice(to)}${whole.slice(line.length)}${tail}`);
  };
  for (const word of line.matchAll(/ (\(?)([^\s;{}()]+)/g)) {
    const from = word.index + 1 + word[1]!.length;
    put(from, from + word[2]!.length);
    const key = /^[a-z_]+=/.exec(word[2]!)?.[0];
    if (key) put(from + key.length, from + word[2]!.length);
  }
  return out;
}

/** Errors about what a single line cannot bring along: files, names declared elsewhere, the line's partner. */
const OF_OTHERS = new Set([
  'unknown-zone',
  'incomplete-configuration',
  'incomplete-tls',
  'unknown-variable',
  'cache-without-key',
  'incompatible-directives',
  'path-conflict',
  'upstream-conflict',
  'listen-conflict',
  'duplicate-location',
]);

test('every directive and each of its first values: what is accepted is taken', async (t) => {
  const all = process.env.PROXYLENS_ACCEPT === 'all';
  const seed = Number(process.env.PROXYLENS_SEED) || Date.now() % 100_000;
  const next = random(seed);
  const { engine } = await parts();
  const broken: string[] = [];
  let accepted = 0;
  for (const [context, [head, tail]] of Object.entries(WRAP)) {
    for (const fact of engine.catalog.inContext(context as never)) {
      // the frame has events already, and an access_log of stream names its format behind the file
      if (fact.name === 'events' || (fact.name === 'access_log' && context.startsWith('stream'))) continue;
      if (fact.source !== 'oss' || fact.removed || !/^[a-z]/.test(fact.name) || (!all && next() > 0.06)) continue;
      const texts: Taken[] = [];
      const own = `${head}${fact.name}<|>${tail}`;
      texts.push(...(await taken(own, 20)).filter((x) => x.label === fact.name).slice(0, 1));
      const text = texts[0]?.text;
      if (!fact.args.block && fact.args.max !== 0 && fact.args.min <= 1) texts.push(...(await taken(`${head}${fact.name} <|>;${tail}`, 5)));
      if (text) for (const at of positions(head, tail, text)) texts.push(...(await taken(at, 5)));
      for (const { label, text: after, begun } of texts) {
        if (begun && after !== text) continue;
        // a tab stop that is empty is left to the person
        if (after === text && /(\S {2}|\s;|= )/.test(after.slice(head.length, after.length - tail.length))) continue;
        accepted++;
        const { findings } = await lintText(after, VALIDITY);
        const errors = findings.filter((f) => f.severity === 'error' && !OF_OTHERS.has(f.rule));
        if (errors.length)
          broken.push(
            `${context}: ${after.slice(head.length, after.length - tail.length).slice(0, 90)} [${label}] ${errors[0]!.rule}: ${errors[0]!.message}`,
          );
      }
    }
  }
  t.diagnostic(`seed ${seed}, ${accepted} accepted`);
  assert.deepEqual(broken, [], `seed ${seed}`);
});
