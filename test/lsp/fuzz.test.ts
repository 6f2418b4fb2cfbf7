/**
 * The server under an impatient typist: edits at random places, requests of every kind that nobody waits for, files saved, closed and
 * opened again, a folder that goes and comes back on the disk, of which an editor's watcher tells as one event. Nothing may fail or take long, and what is shown when it rests is what a server that has just been started shows.
 * `LSP_ROUNDS` and `LSP_SEED` in the environment make a long run of it.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { TestClient } from '../harness/lsp.ts';

const ROUNDS = Number(process.env.LSP_ROUNDS ?? 40);
const SEED = Number(process.env.LSP_SEED ?? 1);
/** after how many rounds the two servers are compared */
const EVERY = Number(process.env.LSP_EVERY ?? 10);
/** how long one answer may take, ms: on a machine that does much else */
const PATIENCE = 20_000;

const folders: string[] = [];
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

/** Numbers below n from a seed (mulberry32). */
function below(seed: number): (n: number) => number {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const TREES: Readonly<Record<string, string>>[] = [
  {
    'nginx.conf': `events {}
http {
    server_tokens off;
    log_format main '$remote_addr "$request" $up';
    map $http_upgrade $up { default upgrade; '' close; }
    upstream app { zone app 64k; server 127.0.0.1:8000; keepalive 8; }
    proxy_cache_path cache keys_zone=pages:10m;
    include conf.d/*.conf;
    include disk/*.conf;
}
`,
    'disk/one.conf': 'map $uri $seen { default 0; /a 1; }\nserver { listen 8081; return 200 $seen; }\n',
    'disk/two.conf': 'server { listen 8082 default_server; server_name a b; bogus on; }\n',
    'conf.d/a.conf': `server {
    listen 80 default_server;
    server_name example.com *.example.com ~^(?<sub>\\w+)\\.example\\.org$;
    set $root /srv/$sub;
    location / { try_files $uri @app; include proxy.inc; }
    location @app { proxy_pass http://app; proxy_cache pages; include proxy.inc; }
    location ~* "^/(\\d{4})/(.+)\\.php$" { rewrite ^/(.*)$ /index.php?q=$1 last; }
    location /img { alias /data/img/; }
    if ($host = "example.net") { return 301 https://example.com$request_uri; }
}
`,
    'conf.d/b.conf': `server {
    listen 443 ssl;
    server_name shop.example.com; # größer 😀
    ssl_certificate a.pem; ssl_certificate_key a.key;
    ssl_ciphers HIGH:!aNULL;
    location /static/ { alias /srv/static/; expires 30d; add_header X-A "b" always; }
    location / { proxy_pass http://app/; access_log logs/a.log main; }
}
`,
    'proxy.inc': `proxy_set_header Host $host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
`,
    'vhost.conf.j2': `{% for s in sites %}
server {
    listen {{ s.port }}{% if s.tls %} ssl{% endif %};
    server_name {{ s.names | join(' ') }};
    location / { proxy_pass http://{{ s.backend }}; }
}
{% endfor %}
`,
  },
];

/** The folder of the tree that is on the disk only. */
const DISK = 'disk';

const PIECES = [
  ...[
    '{',
    '}',
    ';',
    '"',
    "'",
    '\\',
    '$',
    '${',
    '#',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '\t',
    '~',
    '^~',
    '@',
    '(',
    ')',
    '\0',
    '\ufeff',
    '😀',
    'ä',
    '\ud83d',
    '\udc00',
  ],
  ...[
    '{{ x }}',
    '{% if a %}',
    '{% endif %}',
    '<% x %>',
    '# proxylens-ignore all: why\n',
    '# proxylens-ignore-block\n',
    'include conf.d/*.conf;',
  ],
  ...[
    'server {\n',
    'location / {\n',
    'upstream app {',
    'map $a $b {\n',
    'include nginx.conf;\n',
    'proxy_pass http://app;\n',
    'listen 80;\n',
    '(?<a>(a+)+)$',
  ],
  ...[
    'return 301 $scheme://$host$request_uri;\n',
    'content_by_lua_block {\n',
    'if ($uri ~ a) {',
    'gzip on;\n',
    'x'.repeat(5000),
    '{'.repeat(300),
  ],
];

interface Doc {
  text: string;
  version: number;
}

const at = (text: string, offset: number): { line: number; character: number } => {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length - 1, character: before.at(-1)!.length };
};

/** An offset that a position can name: not inside of a line end, nor of a character. */
function place(text: string, offset: number): number {
  if (text[offset - 1] === '\r' && text[offset] === '\n') return offset - 1;
  const high = text.charCodeAt(offset - 1);
  return high >= 0xd800 && high < 0xdc00 ? offset - 1 : offset;
}

function requestsAt(uri: string, text: string, pick: (n: number) => number): [string, object][] {
  const textDocument = { uri };
  const position = at(text, place(text, pick(text.length + 1)));
  const other = at(text, place(text, pick(text.length + 1)));
  const [start, end] =
    position.line < other.line || (position.line === other.line && position.character < other.character)
      ? [position, other]
      : [other, position];
  const here = { textDocument, position };
  return [
    ['textDocument/hover', here],
    ['textDocument/completion', here],
    ['textDocument/signatureHelp', here],
    ['textDocument/definition', here],
    ['textDocument/references', { ...here, context: { includeDeclaration: true } }],
    ['textDocument/documentHighlight', here],
    ['textDocument/rename', { ...here, newName: 'renamed' }],
    ['textDocument/prepareRename', here],
    ['textDocument/prepareCallHierarchy', here],
    ['textDocument/documentSymbol', { textDocument }],
    ['workspace/symbol', { query: 'a' }],
    ['textDocument/codeAction', { textDocument, range: { start, end }, context: { diagnostics: [] } }],
    ['textDocument/formatting', { textDocument, options: { tabSize: 4, insertSpaces: true } }],
    ['textDocument/rangeFormatting', { textDocument, range: { start, end }, options: { tabSize: 4, insertSpaces: true } }],
    ['textDocument/onTypeFormatting', { ...here, ch: '}', options: { tabSize: 4, insertSpaces: true } }],
    ['textDocument/semanticTokens/full', { textDocument }],
    ['textDocument/semanticTokens/range', { textDocument, range: { start, end } }],
    ['textDocument/inlayHint', { textDocument, range: { start, end } }],
    ['textDocument/codeLens', { textDocument }],
    ['textDocument/documentLink', { textDocument }],
    ['textDocument/foldingRange', { textDocument }],
    ['textDocument/selectionRange', { textDocument, positions: [position] }],
    ['proxylens/trace', { uri, request: { method: 'GET', url: 'https://example.com/static/a?b=c' } }],
    ['proxylens/map', { uri }],
    ['proxylens/suggestRequests', { uri }],
    ['proxylens/fixAll', { uri }],
  ];
}

/** Everything that a client is shown, in an order of its own. */
function shown(client: TestClient, uris: readonly string[]): string[] {
  return uris.flatMap((uri) =>
    client
      .shown(uri)
      .map((d) => `${path.basename(uri)} ${JSON.stringify(d.range)} ${d.severity} ${d.code} ${d.message}`)
      .sort(),
  );
}

async function within<T>(what: string, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} took more than ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const residentOf = (client: TestClient): number =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${client.process.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

describe('random edits and requests', () => {
  for (const [number, tree] of TREES.entries())
    test(`${ROUNDS} rounds over tree ${number + 1}, seed ${SEED}`, { timeout: 60_000 + ROUNDS * 3000 }, async () => {
      const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-fuzz-')));
      folders.push(dir);
      const docs = new Map<string, Doc>();
      for (const [name, text] of Object.entries(tree)) {
        fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
        fs.writeFileSync(path.join(dir, name), text);
        if (name.startsWith(DISK)) continue;
        docs.set(pathToFileURL(path.join(dir, name)).href, { text, version: 1 });
      }
      const uris = [...docs.keys()];
      const pick = below(SEED * 7919 + number);
      const folder = pathToFileURL(dir).href;
      const client = await TestClient.start({ folder });
      for (const [uri, doc] of docs) client.open(uri, doc.text);
      await within('the start', client.settled());
      const running: Promise<unknown>[] = [];
      const log: string[] = [];
      const ask = (uri: string, text: string): void => {
        const all = requestsAt(uri, text, pick);
        const [method, params] = all[pick(all.length)]!;
        const answer = within(`${method} ${JSON.stringify(params)}`, client.request(method, params)).catch(
          (error: { code?: number; message: string }) => {
            // RequestCancelled, ContentModified, and refusals that are meant for the user (RequestFailed, InvalidParams of a rename)
            if (error.code !== undefined && [-32800, -32801, -32803, -32602].includes(error.code)) return;
            throw new Error(`${method} ${JSON.stringify(params)}: ${error.message}`);
          },
        );
        running.push(answer);
        answer.catch(() => {});
      };
      const uriOf = (name: string): string => pathToFileURL(path.join(dir, name)).href;
      const watched = [...uris, uriOf(`${DISK}/one.conf`), uriOf(`${DISK}/two.conf`)];
      let away: string | null = null;
      /** The folder that nobody has opened goes, or comes back, with another text. */
      const moveFolder = (): void => {
        const here = path.join(dir, DISK);
        if (away) {
          fs.renameSync(away, here);
          fs.appendFileSync(path.join(here, 'one.conf'), `server { listen ${9000 + pick(20)}; }\n`);
        } else if (fs.existsSync(here)) fs.renameSync(here, `${dir}-away`);
        else return;
        away = away ? null : `${dir}-away`;
        if (away) folders.push(away);
        void client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(DISK), type: away ? 3 : 1 }] });
        log.push(`${DISK} ${away ? 'goes' : 'comes back'}`);
      };
      for (let round = 1; round <= ROUNDS; round++) {
        if (pick(3) === 0) moveFolder();
        for (let step = pick(8); step >= 0; step--) {
          const uri = uris[pick(uris.length)]!;
          const doc = docs.get(uri)!;
          if (pick(12) === 0) {
            // a new start now and then, or the text grows into noise
            const text = tree[decodeURIComponent(uri.slice(folder.length + 1))]!;
            if (pick(2)) client.change(uri, ++doc.version, [{ text }]);
            else {
              void client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
              client.open(uri, text, ++doc.version);
            }
            doc.text = text;
            continue;
          }
          const changes: object[] = [];
          for (let n = pick(3); n >= 0; n--) {
            const a = place(doc.text, pick(doc.text.length + 1));
            const b = pick(3) ? a : place(doc.text, Math.min(doc.text.length, a + pick(60)));
            const from = pick(doc.text.length + 1);
            const text = pick(4) ? PIECES[pick(PIECES.length)]! : pick(2) ? '' : doc.text.slice(from, from + pick(80));
            changes.push({ range: { start: at(doc.text, a), end: at(doc.text, b) }, text });
            doc.text = doc.text.slice(0, a) + text + doc.text.slice(b);
          }
          client.change(uri, ++doc.version, changes);
          log.push(`${path.basename(uri)} ${JSON.stringify(changes)}`);
          for (let n = pick(4); n > 0; n--) ask(uri, doc.text);
        }
        await Promise.all(running.splice(0));
        if (round % EVERY) continue;
        await within('coming to rest', client.settled());
        const fresh = await TestClient.start({ folder });
        for (const [uri, doc] of docs) fresh.open(uri, doc.text);
        await within('a fresh start', fresh.settled());
        assert.deepEqual(shown(client, watched), shown(fresh, watched), `round ${round}; the last edits:\n${log.slice(-10).join('\n')}`);
        await fresh.stop();
      }
      assert.deepEqual(
        client.logs.filter((l) => /threw|Error:|\n\s+at /.test(l)),
        [],
      );
      const resident = residentOf(client);
      assert.ok(resident < 700, `the server holds ${resident.toFixed(0)} MB`);
      assert.equal(await client.stop(), 0);
    });
});
