/** A revision that is over is let go: nothing that outlives an edit holds on to the configurations before it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import type { Config } from '../../server/src/config/config.ts';
import { Remembered } from '../../server/src/rules/remembered.ts';
import { lint } from '../../server/src/rules/run.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { bigFile, random } from '../harness/generate-config.ts';
import { parts } from '../harness/rules.ts';

const TEXT = `events {}
http {
    log_format main '$remote_addr';
    limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;
    upstream app { server 127.0.0.1:8000; server 127.0.0.1:8001; }
    map $host $kind { default a; }
    server {
        listen 443 ssl;
        server_name a.example.com;
        ssl_certificate a.pem;
        ssl_certificate_key a.key;
        access_log logs/a.log main;
        location / { limit_req zone=login; proxy_set_header Host $http_host; proxy_pass http://app; }
        location /img { alias /data/img/; }
    }
    server {
        listen 80;
        server_name b.example.com;
        if ($kind = a) { return 301 https://b.example.com$request_uri; }
        location / { auth_basic staff; proxy_set_header X-User $remote_user; proxy_pass http://127.0.0.1:8000; }
    }
}
`;
const EDITS = 400;
/** Questions that nobody asks are kept for 64 revisions (config/asked.ts), and with them the blocks of their last answers. */
const KEPT = 100;

/** An editing session: `edit` makes a revision and lints it, wholly once in `rest` edits; `held` tells which revisions are in memory still. */
async function session(text: string, rest: number) {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  const { parser, engine, rules } = await parts();
  const file = fileId('file:///let-go/nginx.conf');
  const workspace = new Workspace(parser, engine, new MemoryFiles([[file, text]]));
  workspace.apply({ kind: 'folders', folders: [fileId('file:///let-go')] });
  workspace.apply({ kind: 'open', file, text, version: 1 });
  await workspace.settle();
  const remembered = new Remembered();
  const seen: WeakRef<Config>[] = [];
  let version = 1;
  return {
    edit: async (start: number, end: number, newText: string): Promise<void> => {
      workspace.apply({ kind: 'edit', file, edits: [[{ span: { start, end }, newText }]], version: ++version });
      await workspace.settle();
      const [config] = workspace.snapshot().configs;
      seen.push(new WeakRef(config!));
      lint(config!, rules, { quick: version % rest !== 0, remembered });
    },
    held: async (): Promise<number[]> => {
      await new Promise((done) => setTimeout(done, 0));
      collect();
      return seen.flatMap((ref, revision) => (ref.deref() ? [revision] : []));
    },
  };
}

test('of many revisions of a text the latest are held', async () => {
  const { edit, held } = await session(TEXT, 40);
  const places = [...TEXT.matchAll(/;/g)].map((m) => m.index);
  for (let i = 0; i < EDITS / 2; i++) {
    const at = places[i % places.length]!;
    await edit(at, at, 'x');
    await edit(at, at + 1, '');
  }
  const all = await held();
  assert.ok(all.length <= KEPT, `${all.length} of ${EDITS} revisions are held`);
  // a question that is asked at every revision must not keep the one at which it was asked first
  const old = all.filter((revision) => revision < EDITS - KEPT);
  assert.deepEqual(old, [], 'revisions that are long over');
});

/** Pieces that open and close blocks: then the words by which blocks are known come and go. */
const TYPED = ['{', '}', '"', ';', '\n    gzip on;', '\nupstream typed { server 127.0.0.1:1; }\n'];
const RANDOM_EDITS = 1200;

test('of edits that open and close blocks none is held by what was told of a block before it', async () => {
  const text = bigFile(120);
  const { edit, held } = await session(text, 100);
  const next = random(3);
  for (let edits = 2; edits <= RANDOM_EDITS; edits += 2) {
    const at = Math.floor(next() * (text.length + 1));
    const newText = TYPED[Math.floor(next() * TYPED.length)]!;
    await edit(at, at, newText);
    await edit(at, at + newText.length, '');
    if (edits % 200) continue;
    const old = (await held()).filter((revision) => revision < edits - 3 * KEPT);
    assert.deepEqual(old, [], `revisions that are long over at ${edits}`);
  }
});
