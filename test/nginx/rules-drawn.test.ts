/**
 * Rules that say what never happens, on drawn configurations that a real nginx serves: what is called dead never runs, what is called
 * shadowed or unreachable never answers, what is called a cycle ends in 500, a group that is called lost is never there, and who may enter is
 * who gets in. `SEED` in the environment chooses other ones.
 */
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { entryOf, STRANGERS } from '../../server/src/answers/who-may-enter.ts';
import { fileId } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { Random } from '../harness/config-generator.ts';
import { OWN_PATHS, type Running, serve, withoutNginx } from '../harness/nginx.ts';
import { lintTree } from '../harness/rules.ts';

const skip = withoutNginx();
const SEED = Number(process.env.SEED ?? 1);
const ROOT = fileId('file:///etc/nginx/nginx.conf');
const PORT = 'PORT';

const main = (inner: string): string => `events { }\nhttp {\n${OWN_PATHS}server_names_hash_bucket_size 128;\n${inner}\n}\n`;

/** The lines on which rules speak, 0-based, with the texts of the lines. */
async function linesOf(text: string, ...ids: readonly string[]) {
  const rules = RULES.filter((r) => ids.includes(r.id));
  assert.equal(rules.length, ids.length);
  const on = Object.fromEntries(rules.map((r) => [r.id, r.severity]));
  const { config, findings, sources } = await lintTree({ root: ROOT, files: new Map([[ROOT, text]]) }, rules, {
    ...DEFAULT_SETTINGS,
    rules: on,
  });
  const { lines } = sources.get(ROOT)!;
  const texts = text.split('\n');
  return { config, found: findings.map((f) => texts[lines.lineAt(f.at.span.start)]!) };
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

const get = (running: Running, host: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<{ status: number; body: string }>((done, fail) => {
    const request = http.get(
      { agent, host: '127.0.0.1', port: running.ports[0], path, headers: { Host: host, ...headers } },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (s: string) => (body += s));
        response.on('end', () => done({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on('error', fail);
    request.setTimeout(5000, () => request.destroy(new Error('no answer')));
  });

async function served<T>(text: string, ask: (running: Running) => Promise<T>): Promise<T> {
  const running = await serve((ports) => text.replaceAll(PORT, String(ports[0])));
  try {
    return await ask(running);
  } finally {
    await running.stop();
  }
}

const PATHS = ['/', '/a', '/b', '/c', '/a/x', '/b/7', '/d'];

test('code that is called dead never runs', { skip }, async () => {
  const random = new Random(SEED);
  let mark = 0;
  const line = (depth: number): string => {
    const kind = random.below(10);
    if (kind < 4) return `set $m "\${m}${mark++},";`;
    if (kind === 4) return random.pick(['break;', 'return 200 "$m";']);
    if (kind === 5)
      return `rewrite ^/${random.pick(['a', 'b', 'c', ''])} /${random.pick(['a', 'b', 'c', 'd'])}${random.pick(['', ' break', ' last'])};`;
    if (kind === 6) return `rewrite ^(.*)$ $1${random.pick(['', ' break'])};`;
    if (depth > 0) return `set $m "\${m}${mark++},";`;
    const inner = Array.from({ length: 1 + random.below(2) }, () => line(depth + 1)).join('\n');
    return `if (${random.pick(['$arg_y', '$uri ~ ^/a', '$request_method = POST', '$uri = /b'])}) {\n${inner}\n}`;
  };
  const block = (n: number): string => Array.from({ length: n }, () => line(0)).join('\n');
  const servers = Array.from({ length: 40 }, (_, i) => {
    const places = random.some(['/', '/a', '/b', '= /c'], 1 + random.below(3));
    const locations = places.map((p) => `location ${p} {\n${block(2 + random.below(4))}\nreturn 200 "$m";\n}`).join('\n');
    return `server {\nlisten 127.0.0.1:${PORT};\nserver_name p${i}.test;\nset $m "";\n${block(random.below(3))}\n${locations}\n}`;
  });
  const text = main(servers.join('\n'));
  const { found } = await linesOf(text.replaceAll(PORT, '8080'), 'dead-directive-after-return', 'rewrite-never-runs');
  const dead = new Set(found.flatMap((l) => /\}(\d+),";$/.exec(l)?.[1] ?? []));
  assert.ok(dead.size > 10, `only ${dead.size} lines are called dead`);
  const ran = new Set<string>();
  await served(text, async (running) => {
    for (let i = 0; i < servers.length; i++)
      for (const path of PATHS)
        for (const query of ['', '?y=1']) {
          // a page of nginx itself holds numbers, too
          const { status, body } = await get(running, `p${i}.test`, path + query);
          if (status === 200) for (const m of body.match(/\d+/g) ?? []) ran.add(m);
        }
  });
  assert.deepEqual(
    [...dead].filter((m) => ran.has(m)),
    [],
  );
});

test('a server that is called shadowed answers nobody', { skip }, async () => {
  const random = new Random(SEED + 1);
  const NAMES = [
    'a.test',
    'b.test',
    'x.a.test',
    '*.a.test',
    '.b.test',
    'a.*',
    '~^a',
    '~^x\\.',
    '~.',
    '~test$',
    '~^a\\.test$',
    'b.test.',
    '*.x.a.test',
    '~^b',
  ];
  const hosts = [
    'a.test',
    'b.test',
    'x.a.test',
    'y.a.test',
    'y.b.test',
    'a.other',
    'ab.test',
    'x.y',
    'c',
    'q.x.a.test',
    'b.other',
    'zz.test',
  ];
  let flagged = 0;
  for (let round = 0; round < 8; round++) {
    const servers = Array.from(
      { length: 8 },
      (_, i) =>
        `server { listen 127.0.0.1:${PORT}; server_name ${random.some(NAMES, 1 + random.below(2)).join(' ')}; return 200 "s${i}"; }`,
    );
    const text = main(servers.join('\n'));
    const { found } = await linesOf(text.replaceAll(PORT, '8080'), 'shadowed-server');
    const shadowed = new Set(found.flatMap((l) => /"(s\d+)"/.exec(l)?.[1] ?? []));
    flagged += shadowed.size;
    const answered = await served(
      text,
      async (running) => new Set(await Promise.all(hosts.map(async (h) => (await get(running, h, '/')).body))),
    );
    assert.deepEqual(
      [...shadowed].filter((s) => answered.has(s)),
      [],
      text,
    );
  }
  assert.ok(flagged > 0, 'no server is called shadowed');
});

test('a location that is called unreachable answers nobody', { skip }, async () => {
  const random = new Random(SEED + 2);
  const NAMES = [
    '/',
    '/a',
    '/a/',
    '/ab',
    '^~ /a',
    '= /a',
    '~ ^/a',
    '~ ^/ab',
    '~ b$',
    '~ ^/a/.*b',
    '~* ^/A',
    '~ .',
    '~ ^/(a|b)/',
    '~ ^/b',
    '~ \\.php$',
    '~ ^/a.*\\.php$',
  ];
  const servers = Array.from({ length: 40 }, (_, i) => {
    const names = random.some(
      NAMES.filter((n) => n !== '/a'),
      6,
    );
    if (names.includes('^~ /a')) names.splice(names.indexOf('^~ /a'), 1, random.pick(['/a', '^~ /a']));
    return `server {\nlisten 127.0.0.1:${PORT};\nserver_name p${i}.test;\n${names.map((n, k) => `location ${n} { return 200 "l${i}_${k}"; }`).join('\n')}\n}`;
  });
  const text = main(servers.join('\n'));
  const { found } = await linesOf(text.replaceAll(PORT, '8080'), 'unreachable-location');
  const lost = new Set(found.flatMap((l) => /"(l\d+_\d+)"/.exec(l)?.[1] ?? []));
  assert.ok(lost.size > 5, `only ${lost.size} locations are called unreachable`);
  const parts = ['a', 'b', 'ab', 'A', 'x.php', 'b.php', 'a/b', 'a/xb', 'ba', 'c'];
  const paths = ['/', ...parts.flatMap((p) => [`/${p}`, `/${p}/`, ...parts.map((q) => `/${p}/${q}`)])];
  const answered = new Set<string>();
  await served(text, async (running) => {
    for (const i of servers.keys())
      for (const { body } of await Promise.all(paths.map((p) => get(running, `p${i}.test`, p)))) answered.add(body);
  });
  assert.deepEqual(
    [...lost].filter((l) => answered.has(l)),
    [],
  );
});

test('a server with a cycle of rewrites answers 500 somewhere, one without nowhere', { skip }, async () => {
  const random = new Random(SEED + 3);
  const servers = Array.from({ length: 40 }, (_, i) => {
    const locations = ['a', 'b', 'c', 'd'].map(
      (n) =>
        `location = /${n} { ${random.chance(0.7) ? `rewrite ^ /${random.pick(['a', 'b', 'c', 'd', 'e'])} last;` : ''} return 200 ok; }`,
    );
    return `server { listen 127.0.0.1:${PORT}; server_name p${i}.test; ${locations.join(' ')} location / { return 200 end; } }`;
  });
  const text = main(servers.join('\n'));
  const { found } = await linesOf(text.replaceAll(PORT, '8080'), 'rewrite-cycle');
  const cyclic = new Set(found.flatMap((l) => /server_name (p\d+)\./.exec(l)?.[1] ?? []));
  const failing = new Set<string>();
  await served(text, async (running) => {
    for (const i of servers.keys())
      for (const p of ['/a', '/b', '/c', '/d', '/e']) if ((await get(running, `p${i}.test`, p)).status === 500) failing.add(`p${i}`);
  });
  assert.deepEqual([...cyclic].sort(), [...failing].sort());
});

test('a group that is called lost is never the part of the path', { skip }, async () => {
  const random = new Random(SEED + 4);
  const step = (): string =>
    random.pick([
      'if ($http_x ~ foo) { set $y 1; }',
      'if ($request_method !~ ^(GET|HEAD)$) { return 405; }',
      'rewrite ^/nothing$ /x;',
      'set $z $1;',
      'if ($arg_q) { set $y 2; }',
      'if ($uri ~ ^/(\\w+)/) { set $y 3; }',
    ]);
  const servers = Array.from({ length: 60 }, (_, i) => {
    const steps = Array.from({ length: random.below(4) }, step).join(' ');
    const group = 1 + random.below(3);
    return `server { listen 127.0.0.1:${PORT}; server_name p${i}.test; location ~ ^/(\\w+)/(\\d+)$ { ${steps}\nreturn 200 "p${i}[$${group}]";\n} }`;
  });
  const text = main(servers.join('\n'));
  const { found } = await linesOf(text.replaceAll(PORT, '8080'), 'invalid-capture');
  const lost = new Set(found.flatMap((l) => /"(p\d+)\[\$\d\]"/.exec(l)?.[1] ?? []));
  assert.ok(lost.size > 5, `only ${lost.size} groups are called lost`);
  await served(text, async (running) => {
    for (const host of lost) {
      const { body } = await get(running, `${host}.test`, '/word/4711');
      assert.doesNotMatch(body, /\[(?:word|4711)\]/, host);
    }
  });
});

test('who may enter is who gets in', { skip }, async () => {
  const random = new Random(SEED + 5);
  const LINES = [
    'allow all;',
    'deny all;',
    'allow 10.0.0.0/8;',
    'deny 192.0.2.0/24;',
    'allow 0.0.0.0/0;',
    'deny 0.0.0.0/0;',
    'allow 127.0.0.1;',
    'deny 8.0.0.0/8;',
  ];
  const EXTRA = [
    '',
    '',
    'satisfy any;',
    'auth_basic x; auth_basic_user_file none;',
    'satisfy any; auth_basic x; auth_basic_user_file none;',
    'auth_basic off;',
    'if ($arg_k != s3cr3t) { return 403; }',
    'if ($request_method = POST) { return 405; }',
  ];
  const servers = Array.from({ length: 60 }, (_, i) => {
    const list = (): string => random.some(LINES, random.below(4)).join(' ');
    return `server { listen 127.0.0.1:${PORT}; server_name p${i}.test; set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP; ${random.chance(0.5) ? list() : ''} ${random.chance(0.3) ? random.pick(EXTRA) : ''} location / { ${random.chance(0.6) ? list() : ''} ${random.pick(EXTRA)} try_files /none @in; } location @in { allow all; auth_basic off; satisfy all; return 200 in; } }`;
  });
  const text = main(servers.join('\n'));
  const { config } = await linesOf(text.replaceAll(PORT, '8080'), 'status-page-exposed');
  const scopes = config.main.all.filter((d) => d.name === 'location' && d.value(0) === '/').map((d) => d.body!);
  assert.equal(scopes.length, servers.length);
  const wrong: string[] = [];
  await served(text, async (running) => {
    for (const [i, scope] of scopes.entries()) {
      const statuses = await Promise.all(
        STRANGERS.map(async (address) => (await get(running, `p${i}.test`, '/', { 'X-Real-IP': address })).status),
      );
      const enters = statuses.filter((s) => s === 200).length * 2 > statuses.length;
      const entry = entryOf(scope);
      if (entry !== 'unknown' && (entry === 'everybody') !== enters) wrong.push(`${entry}, but ${statuses.join(' ')}: ${servers[i]}`);
    }
  });
  assert.deepEqual(wrong, []);
});
