/** Blocks that outlive an edit: whatever is typed, a configuration that was kept says the same as one that is read again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TextEdit } from '../../server/src/base/edit.ts';
import { applyEdits } from '../../server/src/base/edit.ts';
import { type FileId, fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import type { Config } from '../../server/src/config/config.ts';
import { namesOf } from '../../server/src/config/names.ts';
import { variablesOf } from '../../server/src/config/variables.ts';
import { lint } from '../../server/src/rules/run.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { random } from '../harness/generate-config.ts';
import { parts } from '../harness/rules.ts';

const folder = fileId('file:///kept');
const at = (name: string): FileId => fileId(`${folder}/${name}`);

const site = (name: string): string => `upstream ${name} {
    server 127.0.0.1:8001;
}
server {
    listen 80;
    server_name ${name}.example.com *.${name}.test;
    include snippets/headers.conf;
    location / {
        include snippets/proxy.conf;
        proxy_pass http://${name}/;
    }
    location ~ ^/user/(?<user>[a-z]+)$ {
        add_header X-User $user;
        set $kind "$user-$class";
        limit_req zone=login burst=5;
        return 200 "$kind $request_uri";
    }
    location /old/ {
        rewrite ^/old/(.*)$ /$1 permanent;
    }
}
`;

const TREE: Readonly<Record<string, string>> = {
  'nginx.conf': `user www-data;
events {
    worker_connections 64;
}
http {
    log_format main '$remote_addr $request';
    limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;
    add_header X-Outer yes;
    map $host $class {
        default a;
        ~^(?<first>.)\\. $first;
    }
    include sites/*.conf;
    server {
        listen 80 default_server;
        access_log off;
        include snippets/headers.conf;
        return 444;
    }
}
`,
  'sites/a.conf': site('alpha'),
  'sites/b.conf': site('beta'),
  'snippets/headers.conf': 'add_header X-Frame-Options DENY;\nclient_max_body_size 1m;\n',
  'snippets/proxy.conf': 'proxy_set_header Host $host;\nproxy_set_header X-Class $class;\ninclude snippets/headers.conf;\n',
};

const TYPED = [
  '\n',
  ' ',
  '}',
  '{',
  ';',
  '"',
  '#',
  '$user',
  '$class',
  'alpha',
  'beta',
  '\ngzip on;\n',
  '\nset $class b;\n',
  '\nproxy_set_header X-New $kind;\n',
  '\ninclude snippets/proxy.conf;\n',
  '\ninclude sites/a.conf;\n',
  '\nupstream gamma { server 127.0.0.1:9; }\n',
  '\nserver { listen 81; location / { proxy_pass http://gamma; } }\n',
  '\nerror_page 404 /x;\n',
  '\nlimit_req_zone $uri zone=more:1m rate=1r/s;\n',
];

/** Everything that is asked of a configuration here, in words. */
function said(config: Config, rules: Parameters<typeof lint>[1]): string[] {
  const findings = lint(config, rules, {
    onCrash: (rule, error) => {
      throw new Error(`${rule.id} threw`, { cause: error });
    },
  }).map((f) => JSON.stringify([f.rule, f.severity, f.at, f.message, f.related, f.fixes, f.via.map((v) => v.map((s) => s.file.id))]));
  const index = namesOf(config);
  const names = Object.keys(TREE).flatMap((name) =>
    index.inFile(at(name)).map((s) => JSON.stringify([s.kind, s.name, s.role, s.protocol, s.span, s.directive.at()])),
  );
  const variables = [...variablesOf(config, 'http').definitions].map(([name, list]) => `${name} ${list.length}`);
  const traces = [
    ['alpha.example.com', '/'],
    ['x.beta.test', '/user/joe'],
    ['beta.example.com', '/old/x'],
    ['nobody.example', '/'],
  ].map(([host, target]) => JSON.stringify(traceRequest(config, { target: target!, headers: [['Host', host!]] })));
  return [...findings, ...names, ...variables, ...traces];
}

for (const seed of (process.env.SEED ?? '1,2').split(',').map(Number))
  test(`120 edits in five files leave what a fresh reading finds (seed ${seed})`, async () => {
    const { parser, engine, rules } = await parts();
    const texts = new Map(Object.entries(TREE).map(([name, text]) => [at(name), text]));
    const open = async (): Promise<Workspace> => {
      const workspace = new Workspace(parser, engine, new MemoryFiles(texts));
      workspace.apply({ kind: 'folders', folders: [folder] });
      for (const [file, text] of texts) workspace.apply({ kind: 'open', file, text, version: 1 });
      await workspace.settle();
      return workspace;
    };
    const kept = await open();
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    const undo: { file: FileId; text: string }[] = [];
    let compared = 0;
    for (let i = 0; i < 120; i++) {
      const file = pick([...texts.keys()]);
      const text = texts.get(file)!;
      let edit: TextEdit;
      const back = undo.at(-1);
      if (back && next() < 0.5) {
        // most of what people type is whole again soon
        undo.pop();
        edit = { span: { start: 0, end: texts.get(back.file)!.length }, newText: back.text };
        texts.set(back.file, applyEdits(texts.get(back.file)!, [edit]));
        kept.apply({ kind: 'edit', file: back.file, edits: [[edit]], version: i + 2 });
      } else {
        const start = Math.floor(next() * (text.length + 1));
        const end = next() < 0.5 ? start : Math.min(text.length, start + Math.floor(next() * 12));
        edit = { span: { start, end }, newText: start === end || next() < 0.5 ? pick(TYPED) : '' };
        undo.push({ file, text });
        texts.set(file, applyEdits(text, [edit]));
        kept.apply({ kind: 'edit', file, edits: [[edit]], version: i + 2 });
      }
      await kept.settle();
      const config = kept.snapshot().configs.find((c) => c.root === at('nginx.conf'));
      if (!config) continue;
      const fresh = (await open()).snapshot().configs.find((c) => c.root === at('nginx.conf'));
      assert.ok(fresh, 'read anew the main file is none');
      const [here, there] = [said(config, rules), said(fresh, rules)];
      const k = here.findIndex((line, n) => line !== there[n]);
      // the first difference alone: the whole lists are long
      if (k >= 0) assert.equal(here[k], there[k], `edit ${i}: ${JSON.stringify(edit)} in ${file}`);
      assert.equal(here.length, there.length);
      compared++;
    }
    assert.ok(compared > 100, `only ${compared} revisions had a main file`);
  });

test('an edit in one site leaves the others as they are, and one around them does not', async () => {
  const { parser, engine } = await parts();
  const workspace = new Workspace(parser, engine, new MemoryFiles());
  const text = 'events {}\nhttp {\n    server { listen 81; }\n    server { listen 82; }\n}\n';
  const file = at('nginx.conf');
  workspace.apply({ kind: 'open', file, text, version: 1 });
  await workspace.settle();
  const servers = () => workspace.snapshot().configs[0]!.main.first('http')!.body!.named('server');
  const typed = async (before: string, newText: string): Promise<void> => {
    const start = workspace.snapshot().file(file)!.text.indexOf(before);
    workspace.apply({ kind: 'edit', file, edits: [[{ span: { start, end: start }, newText }]], version: 2 });
    await workspace.settle();
  };
  const [one, two] = servers();
  await typed('listen 81', 'gzip on; ');
  const [changed, same] = servers();
  assert.notEqual(changed, one);
  assert.equal(same, two);
  assert.equal(same!.scope, changed!.scope);
  assert.equal(same!.body!.parent, changed!.scope);
  assert.equal(same!.body!.config, workspace.snapshot().configs[0]);
  await typed('server { gzip', 'root /srv; ');
  assert.notEqual(servers()[1], two);
  assert.equal(servers()[1]!.body!.value('root')!.value(0), '/srv');
});
