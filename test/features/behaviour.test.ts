/**
 * Renames and refactorings over generated configurations: the requests of the engine are traced before and after, and none is treated in another
 * way than the offer says. A part chosen by a seed runs in each run; PROXYLENS_TREES says how many trees.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { namesOf } from '../../server/src/config/names.ts';
import { refactorings } from '../../server/src/features/refactor/index.ts';
import { rename } from '../../server/src/features/rename.ts';
import { Proofs } from '../../server/src/fixes/prove.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { ConfigGenerator, Random } from '../harness/config-generator.ts';
import { world } from './world.ts';

const TREES = Number(process.env.PROXYLENS_TREES) || 1;
const SEED = Number(process.env.PROXYLENS_SEED) || 1;
const AROUND = { ports: [8081, 8082, 8443], echo: { http: 9001, uwsgi: 9002, fastcgi: 9003, scgi: 9004 } } as const;

test('renames change no request, or say which', async (t) => {
  let renames = 0;
  let refused = 0;
  for (let i = 0; i < TREES; i++) {
    const w = await world(new ConfigGenerator(SEED + i, AROUND as never).generate().text);
    const [config] = w.configs;
    assert.ok(config);
    const prove = new Proofs(config, (file, text) => w.workspace.parse(file, text), RULES);
    const seen = new Set<string>();
    for (const site of namesOf(config).inFile(w.file.id)) {
      if (seen.has(`${site.kind} ${site.name} ${site.protocol}`)) continue;
      seen.add(`${site.kind} ${site.name} ${site.protocol}`);
      const answer = rename(
        w.configs,
        w.file,
        site.span.start,
        `${site.kind === 'named-location' ? '@' : ''}renamed_by_test`,
        (_, edits, called, declared) => prove.against(edits, declared, called),
      );
      if ('refused' in answer) {
        // what nginx brings itself cannot be renamed; nothing else is in the way of a name that nobody has, but a text that decides nothing
        const open = site.kind === 'upstream' && namesOf(config).openUses(site.name, site.protocol).length > 0;
        // $server_name is the pattern itself: what writes it out (server_name_in_redirect) sends the name of a group along
        const inPattern = site.kind === 'variable' && new RegExp(`server_name[^;]*\\(\\?P?<${site.name}>`).test(w.file.text);
        assert.match(
          answer.refused,
          open || inPattern ? /would get|nginx's own/ : /nginx's own|not declared|is an address/,
          `seed ${SEED + i}: ${site.kind} ${site.name}`,
        );
        refused++;
        continue;
      }
      renames++;
      const [own] = answer.edits;
      const after = w.workspace.parse(w.file.id, applyEdits(w.file.text, own!.edits));
      assert.deepEqual(after.problems, []);
    }
  }
  t.diagnostic(`seed ${SEED}, ${renames} renames, ${refused} refused`);
});

/**
 * Servers that share sockets, with what makes a difference between them: a default that is named or is only the first, TLS and HTTP/2 said at one
 * of them, sockets without TLS beside, conditions on the host, pages of errors, lists that a level hides.
 */
function neighbours(seed: number): string {
  const r = new Random(seed);
  const names = ['a.example', 'www.a.example', 'b.example', 'c.example', 'api.example', 'old.example'];
  const sockets = r.some(['80', '8081', '443 ssl', '8443 ssl', '127.0.0.1:8082'], 1 + r.below(3));
  const once = new Set<string>();
  const listen = (socket: string): string => {
    const first = !once.has(socket);
    once.add(socket);
    return `listen ${socket}${socket.includes('ssl') && r.chance(0.4) ? ' http2' : ''}${first && r.chance(0.3) ? ' default_server' : ''};`;
  };
  const server = (_: unknown, index: number): string => {
    const own = names.slice(index * 2, index * 2 + 1 + r.below(2));
    const lines = r.some(sockets, 1 + r.below(sockets.length)).map(listen);
    if (lines.some((l) => l.includes('ssl'))) lines.push('ssl_certificate c.pem;', 'ssl_certificate_key k.pem;');
    if (r.chance(0.9)) lines.push(`server_name ${own.join(' ')};`);
    for (let n = r.below(3); n > 0; n--) lines.push(`add_header X-${r.pick(['A', 'B'])}-${n} ${n};`);
    if (r.chance(0.3)) lines.push(`error_page 404 ${r.pick(['/gone', '@gone'])};`);
    if (r.chance(0.2)) lines.push('allow 10.0.0.0/8;', 'deny all;');
    const target = r.pick([
      'return 301 https://a.example$request_uri;',
      'return 404;',
      'return 200 $host;',
      'return 301 $scheme://$server_name/;',
    ]);
    for (const name of r.some(own, r.below(own.length + 1))) lines.push(`if ($host ${r.pick(['=', '=', '!='])} ${name}) {`, target, '}');
    const pass = `proxy_pass http://${r.pick(['127.0.0.1:9001', '127.0.0.1:9001', 'app'])}${r.pick(['', '/', '/v1'])};`;
    lines.push(
      'location /gone { internal; return 410; }',
      'location @gone { return 410; }',
      `location ~ ^/img/(.*)\\.png$ {`,
      `return 200 $1;`,
      '}',
      `location ${r.pick(['/', '/api', '= /x'])} {`,
      pass,
      ...(r.chance(0.5) ? ['proxy_set_header Host $host;', 'proxy_set_header X-Real-IP $remote_addr;'] : []),
      '}',
    );
    return `server {\n${lines.join('\n')}\n}`;
  };
  return `events {}
http {
upstream app { server 127.0.0.1:9002; }
map $uri $kind {
/b 1;
/a 2;
default 0;
}
gzip_types text/css application/json;
${Array.from({ length: 1 + r.below(3) }, server).join('\n')}
}
`;
}

/** What campaigns have found: a socket with TLS that gains HTTP/2 because its server shares another one. */
const FOUND = [
  `events {}
http {
server {
listen 443 ssl http2;
ssl_certificate c.pem;
ssl_certificate_key k.pem;
server_name a.example;
}
server {
listen 443 ssl;
listen 8443 ssl;
ssl_certificate c.pem;
ssl_certificate_key k.pem;
}
}
`,
];

test('refactorings change no request unannounced', async (t) => {
  const counts = new Map<string, number>();
  const changed: string[] = [];
  for (let i = -FOUND.length; i < TREES * 2; i++) {
    const text = i < 0 ? FOUND.at(i)! : i % 2 ? neighbours(SEED + i) : new ConfigGenerator(SEED + i / 2, AROUND as never).generate().text;
    const w = await world(text, { nginxVersion: '1.29.0' });
    const [config] = w.configs;
    assert.ok(config);
    const prove = new Proofs(config, (file, text) => w.workspace.parse(file, text), RULES);
    const seen = new Set<string>();
    const starts = [...w.file.text.matchAll(/^\s*(?=\S)/gm)].map((m) => m.index + m[0].length);
    for (const start of starts)
      for (const { title, edits, creates, changes } of refactorings(config, w.file, { start, end: start })) {
        const key = `${title} ${JSON.stringify(edits)}`;
        if (seen.has(key)) continue;
        seen.add(key);
        // a campaign takes all of them
        if (TREES === 1 && (counts.get(title.split(' ')[0]!) ?? 0) >= 12) continue;
        counts.set(title.split(' ')[0]!, (counts.get(title.split(' ')[0]!) ?? 0) + 1);
        const because = prove.against(edits, new Set(changes), undefined, creates);
        if (because !== null) changed.push(`seed ${SEED}, tree ${i}, ${title}: ${because}`);
      }
  }
  t.diagnostic(`seed ${SEED}: ${[...counts].map(([k, n]) => `${k} ${n}`).join(', ')}`);
  assert.deepEqual(changed, []);
});
