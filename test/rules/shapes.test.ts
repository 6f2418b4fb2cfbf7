/** Sites that are written alike share what is found to be in order; what tells two of them apart is still judged. Counted in requests. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example } from '../../server/src/rules/rule.ts';
import { lint } from '../../server/src/rules/run.ts';
import { witnessesOf } from '../../server/src/witness/requests.ts';
import { bigTree } from '../harness/generate-config.ts';
import { exampleSettings, exampleTree, lintText, lintTree, parts } from '../harness/rules.ts';

const http = (servers: readonly string[]): string =>
  `events {}\nhttp {\nserver { listen 80 default_server; return 444; }\n${servers.join('\n')}\n}\n`;

async function judged(servers: readonly string[]): Promise<{ asked: number; found: readonly string[] }> {
  const { rules } = await parts();
  const { config } = await lintText(http(servers), []);
  const found = lint(
    config,
    rules.filter((r) => r.looksAt.some((at) => 'outcome' in at)),
  );
  return { asked: witnessesOf(config).asked, found: found.map((f) => `${f.rule} ${f.message}`) };
}

const many = (n: number, site: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => site(i));

describe('sites of one shape are asked as one, whatever they are called', () => {
  const REDIRECT = 'rewrite ^/old/(.*)$ /new/$1 redirect;';
  const SHAPES: Readonly<Record<string, (i: number) => string>> = {
    'ports of applications': (i) =>
      `server { listen 80; server_name s${i}.example; ${REDIRECT} location / { proxy_pass http://127.0.0.1:${8100 + i}; } }`,
    'addresses of applications': (i) =>
      `server { listen 80; server_name s${i}.example; ${REDIRECT} location / { proxy_pass http://10.0.1.${i + 1}:8000; } }`,
    'groups of servers': (i) =>
      `upstream app${i} { server 10.0.1.${i + 1}:${8100 + i}; }\nserver { listen 80; server_name s${i}.example; ${REDIRECT} location / { proxy_pass http://app${i}; } }`,
    'folders and sockets': (i) =>
      `server { listen 80; server_name s${i}.example; root /srv/site${i}; ${REDIRECT} location / { try_files $uri @app; } location @app { uwsgi_pass unix:/run/site${i}.sock; } }`,
    'ports of their own': (i) =>
      `server { listen ${8100 + i}; server_name s.example; ${REDIRECT} location / { proxy_pass http://127.0.0.1:8000; } }`,
    'values that are set': (i) =>
      `server { listen 80; server_name s${i}.example; set $app app${i}; location / { proxy_pass http://$app:8000$request_uri; } ${REDIRECT} }`,
  };
  for (const [name, site] of Object.entries(SHAPES))
    test(name, async () => {
      const one = await judged(many(1, site));
      const hundred = await judged(many(100, site));
      assert.ok(one.asked > 0, 'nothing was asked: the shape shows nothing');
      assert.ok(hundred.asked <= 2 * one.asked + 4, `${one.asked} for one, ${hundred.asked} for a hundred`);
    });
});

describe('what tells sites apart is judged for each', () => {
  const plain = (i: number): string =>
    `server { listen 80; server_name s${i}.example; location / { proxy_pass http://127.0.0.1:${8100 + i}; } }`;
  const said = async (servers: readonly string[], rule: string): Promise<number> =>
    (await judged(servers)).found.filter((f) => f.startsWith(`${rule} `)).length;

  test('a port at which this nginx itself listens', async () => {
    const itself = 'server { listen 8105; server_name s5.example; location / { proxy_pass http://127.0.0.1:8105; } }';
    assert.equal(await said([...many(4, plain), itself], 'proxy-to-itself'), 1);
  });
  test('a group whose server is this nginx', async () => {
    const site = (i: number): string =>
      `upstream app${i} { server 127.0.0.1:${8100 + i}; }\nserver { listen 80; server_name s${i}.example; location / { proxy_pass http://app${i}; } }`;
    const itself =
      'upstream app7 { server 127.0.0.1:8107; }\nserver { listen 80; listen 8107; server_name s7.example; location / { proxy_pass http://app7; } }';
    assert.equal(await said([...many(4, site), itself], 'proxy-to-itself'), 1);
  });
  test('a group that is named by a variable', async () => {
    const site = (i: number, port: number): string =>
      `upstream app${i} { server 127.0.0.1:${port}; }\nserver { listen 80; server_name s${i}.example; set $app app${i}; location / { proxy_pass http://$app; proxy_set_header Host $host; } }`;
    assert.equal(await said([site(1, 8101), site(2, 8102), site(3, 80)], 'proxy-to-itself'), 1);
  });
  test('a file that the settings leave out', async () => {
    const { rules } = await parts();
    const site = (i: number): string => `server { listen 80; server_name s${i}.example; location /media/ { root /srv/site${i}/media/; } }`;
    const root = fileId('file:///etc/nginx/nginx.conf');
    const { config } = await lintTree(
      {
        root,
        files: new Map([
          [root, 'events {}\nhttp {\nserver { listen 80 default_server; return 444; }\ninclude legacy/*.conf;\ninclude sites/*.conf;\n}\n'],
          [fileId('file:///etc/nginx/legacy/a.conf'), site(1)],
          [fileId('file:///etc/nginx/sites/b.conf'), site(2)],
        ]),
      },
      [],
      { ...DEFAULT_SETTINGS, ignore: [{ paths: ['legacy/**'], rules: [] }] },
    );
    const found = lint(config, rules).filter((f) => f.rule === 'root-repeats-prefix');
    assert.deepEqual(
      found.map((f) => f.at.file),
      ['file:///etc/nginx/sites/b.conf'],
    );
  });
  test('a folder that repeats the name of a location', async () => {
    const site = (i: number, folder: string): string =>
      `server { listen 80; server_name s${i}.example; location /media2/ { root /srv/${folder}/; } }`;
    assert.equal(await said([site(1, 'files1'), site(2, 'files3'), site(3, 'media2')], 'root-repeats-prefix'), 1);
  });
});

test('sixty servers with eight redirecting patterns each stay far below what a round may ask', async () => {
  const patterns = (i: number): string =>
    many(8, (k) => `location ~ ^/r${k}/(.*)$ { rewrite ^/r${k}/(.*)$ /q${k + i}/$1 permanent; }`).join('\n');
  const { asked } = await judged(many(60, (i) => `server { listen 80; server_name s${i}.example;\n${patterns(i)}\n}`));
  assert.ok(asked < 8_000, `${asked} requests`);
});

/** What a lint says with servers of one shape judged as one, and with each by itself; and how often rules were asked. */
function bothWays(config: Parameters<typeof lint>[0]): {
  together: readonly string[];
  apart: readonly string[];
  asked: number;
  askedApart: number;
} {
  let asked = 0;
  const timings = { now: () => asked++, byRule: new Map<string, number>() };
  const told = (apart: boolean): readonly string[] =>
    lint(config, RULES, { timings, apart }).map((f) => `${f.at.file} ${f.at.span.start} ${f.rule} ${f.message} ${f.related.length}`);
  const together = told(false);
  const first = asked;
  const apart = told(true);
  return { together, apart, asked: first, askedApart: asked - first };
}

const NAMES = ['site', 'localhost', 'grafana', 'jupyter', 'git'];

/** An example's text as what is in a server, and what it needs around that; null where it is about something else. */
function asSite({ inside = 'server' }: Example, text: string): string | null {
  if (/^#- /m.test(text)) return null;
  if (inside === 'server') return text;
  if (inside === 'location') return `location / {\n${text}\n}`;
  return inside === 'if-in-location' ? `location / {\nif ($uri) {\n${text}\n}\n}` : null;
}

describe('rules that take no word by its digits', () => {
  const ofShape = RULES.filter((r) => r.ofShape);

  test('are asked once about a hundred sites of one shape', async () => {
    const files = new Map(Object.entries(bigTree(100)).map(([path, text]) => [fileId(`file:///etc/nginx/${path}`), text]));
    const { config } = await lintTree({ root: fileId('file:///etc/nginx/nginx.conf'), files }, [], DEFAULT_SETTINGS);
    const { together, apart, asked, askedApart } = bothWays(config);
    assert.deepEqual(together, apart);
    assert.ok(asked < 0.6 * askedApart, `${asked} of ${askedApart}`);
  });

  const PORTS = [8101, 8102, 5432, 2375, 50051, 443, 8888, 9200];
  const HOSTS = ['app1', 'app2', 'localhost', 'grafana', 'jupyter', 'docker', 'minio', 'envoy', '10.0.0.7', '10.0.0.8', '203.0.113.7'];
  const WAYS: Readonly<Record<string, (host: string, port: number, i: number) => string>> = {
    'where they pass requests to': (host, port, i) =>
      `server { listen 80; server_name s${i}.example.com; location / { proxy_pass http://${host}:${port}; } }`,
    'the servers of their groups': (host, port, i) =>
      `upstream app${i} { server ${host}:${port}; }\nserver { listen 80; server_name s${i}.example.com; location / { proxy_pass http://app${i}; } }`,
    'the names of their groups': (host, port, i) =>
      `upstream ${host.replaceAll('.', '-')}${i} { server 10.0.1.1:${port}; }\nserver { listen 80; server_name s${i}.example.com; location / { proxy_pass http://${host.replaceAll('.', '-')}${i}; } }`,
    'their own names': (host, port, i) =>
      `server { listen 80; server_name ${i % 3 ? `${host}${i}.example.com` : `${host}${port}`}; location / { proxy_pass http://10.0.1.${i}:8000; proxy_set_header Host $host; } }`,
    'where their files are': (host, port, i) =>
      `server { listen 80; server_name s${i}.example.com; root /srv/${host}${port}/; location /${i % 2 ? 'a' : host}/ { alias /var/${host}/${port}/; } }`,
    'where they listen': (host, port, i) =>
      `server { listen ${/^\d/.test(host) ? `${host}:` : ''}${port}; server_name s${i}.example.com; location / { proxy_pass http://10.0.1.1:8000; } }`,
  };
  for (const [what, site] of Object.entries(WAYS))
    test(`say the same of sites that differ in ${what}, be they judged as one or not`, async () => {
      const sites = HOSTS.flatMap((host, h) => PORTS.map((port, p) => site(host, port, h * PORTS.length + p)));
      const { config } = await lintText(http(sites), []);
      const { together, apart } = bothWays(config);
      assert.deepEqual(together, apart);
    });

  for (const rule of ofShape)
    test(`${rule.id} says the same of sites, be they judged as one or not`, async () => {
      let spoke = 0;
      for (const example of rule.examples)
        for (const text of [example.bad, example.good]) {
          const settings = exampleSettings(example);
          if (text === undefined) continue;
          // the example in sites of its own name and number, first, last and between ones that are plain or slightly other
          const body = asSite(
            example,
            exampleTree({ ...example, inside: 'main' }, text)
              .files.values()
              .next().value ?? '',
          );
          if (body !== null) {
            const site = (i: number, inner: string): string =>
              `server {\nlisten 80;\nserver_name ${i < 3 ? `site${i}.example.com` : NAMES[i - 2]};\naccess_log logs/site${i}.log;\n${inner}\n}`;
            const other = body.replace(/^( *)(\w+) /m, '$1$2  ').replace(/\/(?=[\s;{])/, '/x');
            // words of its own, as a site has them where files are and requests go to
            const own = (i: number): string =>
              body.replaceAll(
                /^(\s*(?:root|alias|set|access_log|[a-z]+_pass)\s)(.*)$/gm,
                (_, name: string, rest: string) =>
                  name + rest.replaceAll(/(?<=[/\w])[a-z]+(?=[/;])/g, (w) => w + i).replace(/\b8\d{3}\b/, String(8100 + i)),
              );
            // and names and ports that say something
            const telling = (i: number): string =>
              own(i).replaceAll(/[a-z]+\d(?=[/;])|\b81\d\d\b/g, (w) => (/^8/.test(w) ? ['5432', '2375', '50051'][i - 1]! : NAMES[i]!));
            const orders = [
              [own(1), own(2), own(3)],
              [own(1), telling(1), own(2), telling(2), telling(3)],
              [body, body, body],
              ['root /srv/app;', body, 'root /srv/app;', body],
              [body, other, body, other],
              [other, body, other],
            ];
            for (const order of orders) {
              const { config } = await lintText(
                `events {\n}\nhttp {\n${order.map((inner, i) => site(i, inner)).join('\n')}\n}\n`,
                [],
                settings,
              );
              const { together, apart } = bothWays(config);
              assert.deepEqual(together, apart, text);
              spoke += apart.filter((f) => f.includes(` ${rule.id} `)).length;
            }
          } else {
            // the whole of it twice: what conflicts does so either way
            const tree = exampleTree(example, text);
            const main = tree.files.get(tree.root)!;
            tree.files.set(
              tree.root,
              main.replace(
                /\bserver \{[\s\S]*?^\}/m,
                (server) => `${server}\n${server.replaceAll(/(?<=server_name [^;]*)\w+(?=\.\w+;)/g, 'other2')}`,
              ),
            );
            const { config } = await lintTree(tree, [], settings);
            const { together, apart } = bothWays(config);
            assert.deepEqual(together, apart, text);
            spoke += apart.filter((f) => f.includes(` ${rule.id} `)).length;
          }
        }
      assert.ok(spoke > 0, 'no example made it speak: this shows nothing');
    });
});
