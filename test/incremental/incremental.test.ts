/**
 * What is remembered from one keystroke to the next: after every edit the quick findings are all findings minus those of the costly rules,
 * and all findings are those of a server that has just been started. Lines of every rule's examples go and come back, so that every rule is
 * met with the block that it asked about edited while its own stays; and a tree of several files is typed in at random.
 *
 * `INCREMENTAL` in the environment is how many of the examples are taken (`all`), `SEED` chooses them and the edits.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits, type TextEdit } from '../../server/src/base/edit.ts';
import { type FileId, fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { Config } from '../../server/src/config/config.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { holdsMainBlocks } from '../../server/src/project/content.ts';
import { Remembered } from '../../server/src/rules/remembered.ts';
import type { Finding, Rule } from '../../server/src/rules/rule.ts';
import { lint } from '../../server/src/rules/run.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { random } from '../harness/generate-config.ts';
import { exampleTree, parts } from '../harness/rules.ts';

const TAKEN = process.env.INCREMENTAL ?? '40';
const SEED = Number(process.env.SEED ?? 1);

const say = (findings: readonly Finding[]): string[] =>
  findings.map((f) =>
    JSON.stringify([f.rule, f.severity, f.at, f.message, f.related, f.fixes, f.tag, f.witness, f.via.map((v) => v.map((s) => s.file.id))]),
  );

const onCrash = (rule: Rule, error: unknown): void => {
  throw new Error(`${rule.id} threw`, { cause: error });
};

/** A workspace as the server keeps it, beside what it is compared with. */
class Session {
  private readonly remembered = new Map<FileId, Remembered>();
  private version = 1;
  /** the next comparison takes what servers that are written alike have in common from the first of them */
  opening = true;

  private constructor(
    readonly texts: Map<FileId, string>,
    private readonly workspace: Workspace,
    private readonly rules: readonly Rule[],
  ) {}

  static async start(texts: Map<FileId, string>, folder: FileId): Promise<Session> {
    const { rules } = await parts();
    const session = new Session(texts, await Session.open(texts, folder), rules);
    session.folder = folder;
    return session;
  }

  private folder = fileId('file:///none');

  private static async open(texts: Map<FileId, string>, folder: FileId): Promise<Workspace> {
    const { parser, engine, python } = await parts();
    const files = new MemoryFiles(texts);
    const workspace = new Workspace(parser, engine, files, { isApplicationFile: wanted, python });
    workspace.apply({ kind: 'folders', folders: [folder] });
    workspace.apply({ kind: 'settings', settings: { profile: 'strict' } });
    for (const [file, text] of texts) workspace.apply({ kind: 'open', file, text, version: 1 });
    await workspace.settle();
    return workspace;
  }

  async edit(file: FileId, edit: TextEdit): Promise<void> {
    this.texts.set(file, applyEdits(this.texts.get(file)!, [edit]));
    this.workspace.apply({ kind: 'edit', file, edits: [[edit]], version: ++this.version });
    await this.workspace.settle();
  }

  /** What is shown at once, of the first configuration; nothing is compared. */
  early(): Finding[] {
    const snapshot = this.workspace.snapshot();
    const config = snapshot.configs[0]!;
    const remembered = this.remembered.get(config.root)!;
    return lint(config, this.rules, { quick: true, early: true, deployment: snapshot.deploymentOf(config), onCrash, remembered });
  }

  /** Compares; `whole`: with a fresh reading of the texts, and with the costly rules. */
  async check(whole: boolean, about: () => string): Promise<void> {
    const snapshot = this.workspace.snapshot();
    const fresh = whole ? (await Session.open(this.texts, this.folder)).snapshot() : null;
    const costly = new Set(this.rules.filter((r) => r.costly).map((r) => r.id));
    for (const config of snapshot.configs) {
      const deployment = snapshot.deploymentOf(config);
      let remembered = this.remembered.get(config.root);
      if (!remembered) this.remembered.set(config.root, (remembered = new Remembered()));
      const { parser: _, engine } = await parts();
      const anew = new Config(config.tree, engine, config.settings, config.kind, config.main.context, config.contexts);
      // as an opening does, of which nothing is remembered
      if (this.opening)
        for (const quick of [true, false]) lint(config, this.rules, { quick, provisional: true, deployment, onCrash, remembered });
      // what is shown at once takes nothing from what comes after it
      if (this.version % 2) lint(config, this.rules, { quick: true, early: true, deployment, onCrash, remembered });
      const quick = say(lint(config, this.rules, { quick: true, deployment, onCrash, remembered }));
      const early = say(lint(config, this.rules, { quick: true, early: true, deployment, onCrash, remembered }));
      assert.deepEqual(early, quick, `at once where nothing was edited, ${about()}`);
      assert.deepEqual(quick, say(lint(anew, this.rules, { quick: true, deployment, onCrash })), `quick, ${about()}`);
      if (!fresh) continue;
      const all = lint(config, this.rules, { deployment, onCrash, remembered });
      assert.deepEqual(
        quick,
        say(
          all.filter(
            (f) => !costly.has(f.rule) && !(f.rule === 'unused-suppression' && [...costly].some((id) => f.message.startsWith(`"${id}"`))),
          ),
        ),
        `quick and whole, ${about()}`,
      );
      const other = fresh.configs.find((c) => c.root === config.root);
      // on the disk, which the search of the project has read, it is a main file still
      if (!other && !holdsMainBlocks(this.texts.get(config.root) ?? '', config.root)) continue;
      assert.ok(other, about());
      assert.deepEqual(
        say(all),
        say(lint(other, this.rules, { apart: true, deployment: fresh.deploymentOf(other), onCrash })),
        `whole, ${about()}`,
      );
    }
    this.opening = false;
  }
}

/** The lines of a text as spans, line ends included. */
const linesOf = (text: string): { start: number; end: number }[] =>
  [...text.matchAll(/[^\n]*\n|[^\n]+$/g)].map((m) => ({ start: m.index, end: m.index + m[0].length }));

describe('lines of the rules’ examples go and come back', async () => {
  const { rules } = await parts();
  const all = rules.flatMap((rule) =>
    rule.examples.flatMap((example, i) =>
      [example.bad, example.good].flatMap((text, j) =>
        text === undefined ? [] : [{ name: `${rule.id} ${i + 1}${j ? ' good' : ''}`, example, text }],
      ),
    ),
  );
  const next = random(SEED * 31);
  const chosen = TAKEN === 'all' ? all : all.filter(() => next() < Number(TAKEN) / all.length);
  for (const { name, example, text } of chosen)
    test(name, async () => {
      const tree = exampleTree(example, text);
      const folder = fileId('file:///etc/nginx');
      const session = await Session.start(new Map(tree.files), folder);
      await session.check(true, () => 'at first');
      for (const [file, before] of tree.files) {
        if (wanted(file.slice(folder.length + 1))) continue;
        for (const line of linesOf(before)) {
          const words = before.slice(line.start, line.end);
          if (!words.trim()) continue;
          await session.edit(file, { span: line, newText: '' });
          await session.check(false, () => `without ${JSON.stringify(words)}`);
          await session.edit(file, { span: { start: 0, end: 0 }, newText: '#\n' });
          await session.check(false, () => `without ${JSON.stringify(words)}, below a comment`);
          await session.edit(file, { span: { start: 0, end: 2 }, newText: '' });
          await session.edit(file, { span: { start: line.start, end: line.start }, newText: words });
          await session.check(next() < 0.1, () => `with ${JSON.stringify(words)} again`);
        }
      }
    });
});

const TREE: Readonly<Record<string, string>> = {
  'nginx.conf': `# one
events {
    worker_connections 64;
}
http {
    server_tokens off;
    add_header X-Outer yes;
    log_format main '$remote_addr $request';
    limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;
    split_clients $remote_addr $variant {
        50% one;
        * two;
    }
    upstream app {
        server 127.0.0.1:8000;
        server 127.0.0.1:8001;
    }
    include sites/*.conf;
    server {
        listen 80 default_server;
        include snippets/headers.conf;
        location / {
            proxy_set_header X-Variant $variant;
            proxy_pass http://app;
        }
        location /outer {
            include snippets/inner.conf;
        }
    }
}
`,
  'sites/a.conf': `server {
    listen 443 ssl;
    server_name a.example.com;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    location /img { alias /data/img/; }
    location / {
        limit_req zone=login;
        proxy_pass http://app;
        access_log logs/a.log main;
    }
}
`,
  'sites/b.conf': `map $host $kind {
    default a;
}
server {
    listen 80;
    server_name b.example.com;
    if ($kind = a) { return 301 https://b.example.com$request_uri; }
    location / { proxy_pass http://127.0.0.1:8000/; add_header X-Kind $kind; }
}
`,
  'snippets/headers.conf': 'add_header X-Frame-Options DENY;\n',
  'snippets/inner.conf': 'location /outer/inner {\n    return 204;\n}\n',
};

/** Sites that are written alike but for their names. */
const ALIKE: Readonly<Record<string, string>> = {
  'nginx.conf': 'events {}\nhttp {\n    limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;\n    include sites/*.conf;\n}\n',
  ...Object.fromEntries(
    [1, 2, 3, 4].map((i) => [
      `sites/s${i}.conf`,
      `upstream app${i} {
    server 127.0.0.1:800${i};
}
server {
    listen 80;
    server_name s${i}.example.com;
    access_log logs/s${i}.log;
    add_header X-Frame-Options DENY;
    location /img { alias /srv/s${i}/img/; add_header X-Kind img; }
    location ~ ^/old/(.*)$ { rewrite ^/old/(.*)$ /$1 permanent; }
    location / {
        limit_req zone=login;
        proxy_pass http://app${i};
        proxy_set_header Host $host;
    }
}
`,
    ]),
  ),
};

const WORDS = [
  'variant',
  'app',
  'main',
  'login',
  'kind',
  '80',
  '443',
  'ssl',
  'default_server',
  '/outer',
  'b.example.com',
  '127.0.0.1:8001',
  'keepalive 16',
  'server_tokens off',
  'X-Outer yes',
];
const TYPED = [
  '\ngzip off;\n',
  'x',
  ' ',
  '\n',
  ';',
  '{',
  '}',
  '"',
  '#',
  '$',
  '\nkeepalive 16;\n',
  '\nzone app 64k;\n',
  '\ngzip on;\n',
  '\n# proxylens-ignore all: why\n',
  '{{ x }}',
  '\nserver { listen 80 default_server; }\n',
];

describe('typing at random in several files', () => {
  for (const [seed, tree] of [[SEED, TREE] as const, [SEED + 1, TREE] as const, [SEED + 2, ALIKE] as const])
    test(`seed ${seed}`, async () => {
      const folder = fileId('file:///typed');
      const names = Object.keys(tree).map((name) => fileId(`${folder}/${name}`));
      const session = await Session.start(new Map(Object.entries(tree).map(([name, text]) => [fileId(`${folder}/${name}`), text])), folder);
      const next = random(seed);
      const below = (n: number): number => Math.floor(next() * n);
      const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
      const undo: { file: FileId; text: string }[] = [];
      const steps = Number(process.env.STEPS ?? 150);
      for (let i = 0; i < steps; i++) {
        const file = pick(names);
        const text = session.texts.get(file)!;
        const back = undo.at(-1);
        let edit: { file: FileId; edit: TextEdit };
        const how = next();
        if (back && how < 0.45) {
          undo.pop();
          edit = { file: back.file, edit: difference(session.texts.get(back.file)!, back.text) };
        } else {
          undo.push({ file, text });
          const word = pick(WORDS);
          const places = [...text.matchAll(new RegExp(word.replace(/[.$]/g, '\\$&'), 'g'))];
          if (how < 0.75 && places.length) {
            const { index } = pick(places);
            edit = { file, edit: { span: { start: index, end: index + word.length }, newText: next() < 0.5 ? `${word}2` : pick(WORDS) } };
          } else if (how < 0.85) {
            const [line, to] = [pick(linesOf(text)), pick(linesOf(text))];
            const without = text.slice(0, line.start) + text.slice(line.end);
            const target = to.start > line.start ? to.start - (line.end - line.start) : to.start;
            edit = {
              file,
              edit: difference(
                text,
                without.slice(0, Math.max(0, target)) + text.slice(line.start, line.end) + without.slice(Math.max(0, target)),
              ),
            };
          } else {
            const start = below(text.length + 1);
            edit = {
              file,
              edit: { span: { start, end: next() < 0.7 ? start : Math.min(text.length, start + below(10)) }, newText: pick(TYPED) },
            };
          }
        }
        await session.edit(edit.file, edit.edit);
        session.opening = tree === ALIKE && next() < 0.3;
        await session.check(i % 10 === 0, () => `edit ${i}: ${JSON.stringify(edit)}`);
      }
    });
});

const MAIN = fileId('file:///alone/nginx.conf');

/** One file that edits go through, each as the text that it replaces and what it puts there; compared after each of `steps`. */
async function through(text: string, steps: readonly (readonly (readonly [string, string])[])[]): Promise<void> {
  const session = await Session.start(new Map([[MAIN, text]]), fileId('file:///alone'));
  await session.check(true, () => 'before');
  for (const edits of steps) {
    for (const [from, to] of edits) {
      const start = session.texts.get(MAIN)!.indexOf(from);
      assert.ok(start >= 0, from);
      await session.edit(MAIN, { span: { start, end: start + from.length }, newText: to });
    }
    await session.check(true, () => JSON.stringify(edits));
  }
}

test('a site that an opening has judged as another one is judged by itself once something is edited elsewhere', () => {
  const site = (i: number): string =>
    `server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; server_name s${i}.example.com; location / { proxy_pass http://app${i}; proxy_set_header X-Forwarded-Proto $proto; } }`;
  const group = (i: number): string => `upstream app${i} { server 10.0.0.1:8000; }`;
  const map = 'map $http_x_forwarded_proto $proto { default https; }';
  return through(`events {}\nhttp {\n${map}\n${[1, 2, 3, 4].map((i) => `${group(i)}\n${site(i)}`).join('\n')}\n}\n`, [
    [['default https', 'default http']],
    [['default http', 'default $scheme']],
    [['app3 { server 10.0.0.1:8000;', 'app3 { server 10.0.0.1:443;']],
  ]);
});

test('a block that moves within its line is indented anew by its fixes', () =>
  through('events {}\nhttp {\n    # images\n    server { listen 80; location /img { alias /data/img/; } }\n}\n', [
    [['images\n', 'images\n    ']],
    [['images\n        ', 'images\n']],
  ]));

test('a text that comes back has other statements than before', () =>
  through('events {}\nhttp {\n    server " {\n        listen 80;\n    }\n}\n', [
    [
      ['server "', 'serve "'],
      ['serve "', 'server "'],
    ],
    [
      ['80', '81'],
      ['81', '80'],
    ],
  ]));

test('a rule about the whole that was silent because of a line of the outermost level speaks when the line goes', () =>
  through('error_log logs/e.log;\nevents {}\nhttp {\n    gzip on;\n    server { listen 80; }\n}\n', [
    [['error_log logs/e.log;', '']],
    [['gzip on;', '']],
    [['events', 'error_log logs/e.log;\nevents']],
  ]));

test('a line that was in order beside its equals is asked about again where it stands', () =>
  through(
    `events {}
http {
    map $host $kind { default a; }
    server {
        listen 80;
        add_header X-Kind $kind;
    }
    server {
        listen 81;
        add_header X-Kind $kind;
    }
}
`,
    [
      // the first server is as it was at each step: what its equal has asked must be known of both
      [['map $host $kind', 'map $host $other']],
      [['map $host $other', 'map $host $kind']],
      [
        ['listen 81', 'listen 82'],
        ['map $host $kind', 'map $host $other'],
      ],
    ],
  ));

test('what is kept with a block follows what another block says', () =>
  through(
    `events {}
http {
    map $remote_user $who { default $remote_user; }
    server {
        listen 80;
        location / {
            auth_basic staff;
            auth_basic_user_file users;
            proxy_set_header X-Person $who;
            proxy_pass http://127.0.0.1:8000;
        }
        location /public/ { proxy_pass http://127.0.0.1:8000; }
    }
}
`,
    [
      [['map $remote_user $who { default $remote_user; }', 'map $arg_name $who { default $arg_name; }']],
      [['map $arg_name $who { default $arg_name; }', 'map $remote_user $who { default $remote_user; }']],
    ],
  ));

test('two sites that send their clients to one place both follow the map that decides there', () => {
  const site = (name: string, more: string): string =>
    `server { listen 80; server_name ${name}.example.com; ${more}return 302 http://end.example.com/x; }`;
  const map = 'map $host $onward { default http://elsewhere.example.net/; }';
  return through(
    `events {}\nhttp {\n${map}\n${site('one', '')}\n${site('two', 'add_header X-Site two; ')}\nserver { listen 80; server_name end.example.com; return 302 $onward; }\n}\n`,
    [
      [['default http://elsewhere.example.net/', 'default http://two.example.com/y']],
      [['default http://two.example.com/y', 'default http://elsewhere.example.net/']],
    ],
  );
});

/** Sites of one shape, of which one sends its clients to another, and a port where nobody is sent on. */
const SITES = `events {}
http {
    map $uri $kind { default a; }
    map $uri $next { default /new/; }
    upstream app { server 127.0.0.1:8000; }
    server {
        listen 80 default_server;
        server_name site0.example.com;
        location / { return 301 https://site1.example.com$request_uri; }
    }
${[1, 2, 3, 4]
  .map(
    (n) => `    server {
        listen 443 ssl;
        server_name site${n}.example.com;
        ssl_certificate a.pem;
        ssl_certificate_key a.key;
        location /img { alias /srv/site${n}/img/; }
        location /admin/ { deny all; proxy_pass http://app; }
        location ~ \\.json$ { proxy_pass http://app; }
        location /old { rewrite ^/old/(.*)$ /$1 permanent; }
        location /go { return 302 $next; }
        location / { proxy_pass http://app; }
    }
`,
  )
  .join('')}}
`;

test('what is said of the outcomes in one server follows what others are', () => {
  const there = (from: string, to: string): (readonly [string, string])[][] => [[[from, to]], [[to, from]]];
  return through(SITES, [
    ...there('        location / { return 301', '        location /a { return 301'),
    ...there('listen 80 default_server', 'listen 443 ssl default_server'),
    // the loop is between two of them
    ...there('location /old { rewrite ^/old/(.*)$ /$1 permanent; }', 'location /old { return 302 http://site0.example.com/old; }'),
    ...there('server_name site3.example.com', 'server_name site2.example.com'),
    ...there('server 127.0.0.1:8000', 'server 127.0.0.1:443'),
    ...there('location ~ \\.json$ {', 'location ~ \\.json$ { deny all;'),
    ...there('map $uri $kind { default a; }', 'map $uri $kind { default a; } error_page 403 /admin/x;'),
    ...there('map $uri $kind { default a; }', 'allow 203.0.113.0/24; map $uri $kind { default a; }'),
    ...there('upstream app', 'upstream application'),
    // what the others have taken from the first
    ...there('map $uri $next { default /new/; }', 'map $arg_to $next { default $arg_to; }'),
    ...there('map $uri $next { default /new/; }', 'map $uri $next { default /go; }'),
    ...there('map $uri $next { default /new/; }', 'map $uri $next { default https:/new/; }'),
    ...there('map $uri $next { default /new/; }', 'map $uri $next { default http://$http_x_to/; }'),
  ]);
});

test('an edit of the application side counts for a configuration that nobody touches', async () => {
  const folder = fileId('file:///deployed');
  const [main, compose] = [fileId(`${folder}/nginx.conf`), fileId(`${folder}/docker-compose.yml`)];
  const gunicorn = 'gunicorn shop.wsgi --bind 0.0.0.0:8000';
  const session = await Session.start(
    new Map([
      [main, 'events {}\nhttp {\n    server {\n        listen 80;\n        location / { proxy_pass http://web:8000; }\n    }\n}\n'],
      [
        compose,
        `services:\n  nginx:\n    image: nginx\n    volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf\n  web:\n    build: .\n    command: ${gunicorn}\n`,
      ],
    ]),
    folder,
  );
  await session.check(true, () => 'before');
  const replace = async (from: string, to: string): Promise<void> => {
    const start = session.texts.get(compose)!.indexOf(from);
    await session.edit(compose, { span: { start, end: start + from.length }, newText: to });
    await session.check(true, () => `${from} for ${to}`);
  };
  const uwsgi = 'uwsgi --socket 0.0.0.0:8000 --module shop.wsgi';
  await replace(gunicorn, uwsgi);
  await replace(uwsgi, gunicorn);
});

test('a line of http is taken out as what is beside it asks for', () =>
  through(
    'events {}\nhttp {\n    gzip on;\n    http2_max_requests 500;\n    gzip_vary on; http2_max_field_size 4k;\n    server { listen 80; }\n}\n',
    [
      [['500;', '500; # many']],
      [['500; # many', '500;']],
      [['    gzip_vary', '        gzip_vary']],
      [[' http2_max_field_size', '\n    http2_max_field_size']],
      [['\n    http2_max_requests', ' http2_max_requests']],
    ],
  ));

test('a line of http that no edit touches is taken out as the comment behind it asks for', () =>
  through('events {}\nhttp {\n    gzip on;\n    http2_max_requests 500;  # many\n    server { listen 80; }\n}\n', [
    [['# many', '']],
    [['500;  ', '500;  # many']],
    [['# many', '      ']],
  ]));

test('at once an edit counts in its own lines, and all else is where it was', async () => {
  const text = `events {}
http {
    upstream app { server 127.0.0.1:8000; }
    server {
        listen 80;
        location /img { alias /data/img/; }
        location /own { alias /data/own/; }
        location / {
            proxy_pass http://app;
        }
    }
    server {
        listen 81;
        location /media { alias /data/media/; }
        location / { proxy_pass http://app; }
    }
}
`;
  const session = await Session.start(new Map([[MAIN, text]]), fileId('file:///alone'));
  await session.check(true, () => 'before');
  const rulesAt = (findings: readonly Finding[], words: string): string[] => {
    const at = session.texts.get(MAIN)!.indexOf(words);
    return findings.filter(({ at: { span } }) => span.start >= at && span.end <= at + words.length).map((f) => f.rule);
  };
  const edit = async (from: string, to: string): Promise<Finding[]> => {
    const start = session.texts.get(MAIN)!.indexOf(from);
    await session.edit(MAIN, { span: { start, end: start + from.length }, newText: to });
    return session.early();
  };
  const fixed = await edit('location /img {', 'location /images/ {');
  assert.ok(!rulesAt(fixed, 'location /images/ { alias /data/img/; }').includes('alias-traversal'), 'what was fixed is gone');
  assert.ok(rulesAt(fixed, 'location /own { alias /data/own/; }').includes('alias-traversal'), 'what stands beside it has moved along');
  const wordsOf = (rule: string): string[] =>
    fixed.filter((f) => f.rule === rule).map(({ at: { span } }) => session.texts.get(MAIN)!.slice(span.start, span.end));
  assert.deepEqual(wordsOf('alias-traversal').sort(), ['/media', '/own'], 'to where it is now');
  assert.deepEqual(wordsOf('proxy-host-missing'), ['proxy_pass', 'proxy_pass'], 'with all that is offered for it');
  assert.ok(rulesAt(fixed, 'location /media { alias /data/media/; }').includes('alias-traversal'), 'what stands below has moved along');
  await session.check(true, () => 'fixed');
  // the name is another one now: both servers lack theirs, and the one that was edited says so first
  const renamed = await edit('http://app;\n', 'http://ap;\n');
  assert.ok(rulesAt(renamed, 'proxy_pass http://ap;').length > 0, 'the edited block is judged');
  assert.ok(!renamed.some((f) => f.rule === 'unused-upstream'), 'what a rule says of the whole comes after it');
  await session.check(true, () => 'renamed');
  const unused = await edit('http://app;', 'http://ap;');
  assert.ok(!unused.some((f) => f.rule === 'unused-upstream'));
  await session.check(true, () => 'unused');
  assert.ok(
    session.early().some((f) => f.rule === 'unused-upstream'),
    'and stays from then on',
  );
});

/** The edit that makes one text of another and leaves their common ends. */
function difference(before: string, after: string): TextEdit {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { span: { start, end: before.length - end }, newText: after.slice(start, after.length - end) };
}

const BESIDE = `events {}
http {
    server {
        listen 80;
        gzip on;
    }
    server {
        listen 81;
        foo bar;
        proxy_pass http://x;
    }
}
`;

test('a block behind a brace that opens nothing is not judged until it goes', () =>
  through(BESIDE, [[['gzip on;', 'gzip on {']], [['gzip on {', 'gzip on;']], [['80;', '80; {']], [['80; {', '80;']]]));

test('a block behind a brace that is there from the beginning is judged when it goes', () =>
  through(BESIDE.replace('gzip on;', 'gzip on {'), [[['gzip on {', 'gzip on;']], [['gzip on;', 'gzip on {']]]));

test('a folder of the application is served as the socket of an upstream elsewhere says', () =>
  through(
    'events {}\nhttp {\n    upstream app {\n        server unix:/run/app.sock;\n    }\n    server {\n        listen 80;\n        root /srv/shop;\n        location / { try_files $uri @app; }\n        location @app { proxy_pass http://app; }\n    }\n}\n',
    [[['/run/app', '/srv/shop/app']], [['/srv/shop/app', '/run/app']]],
  ));
