// `location $name` over the wire: hover, outline, completion, the map and the two snippets, with a version that has such locations and one that has not.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CompletionList, DocumentSymbol, Hover } from 'vscode-languageserver';
import { TestClient } from '../harness/lsp.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-predicate-'));
const uri = pathToFileURL(path.join(dir, 'nginx.conf')).href;
const TEXT = `events {}
http {
    map $cookie_beta $is_beta { default 0; on 1; }
    server {
        listen 80;
        location $is_beta { return 200 beta; }
        location / { return 200 all; }
        location $is_ { }
        cana
        feature
    }
}
`;
const LINES = TEXT.split('\n');
fs.writeFileSync(path.join(dir, 'nginx.conf'), TEXT);
after(() => {
  TestClient.stopAll();
  fs.rmSync(dir, { recursive: true, force: true });
});

/** Just behind a text of a line. */
function behind(text: string): { textDocument: { uri: string }; position: { line: number; character: number } } {
  const line = LINES.findLastIndex((l) => l.includes(text));
  return { textDocument: { uri }, position: { line, character: LINES[line]!.indexOf(text) + text.length } };
}

async function asked(nginxVersion: string) {
  const client = await TestClient.start({
    folder: pathToFileURL(dir).href,
    settings: { nginx: { version: nginxVersion } },
    capabilities: {
      textDocument: {
        completion: { completionItem: { snippetSupport: true } },
        documentSymbol: { hierarchicalDocumentSymbolSupport: true },
      },
    },
  });
  client.open(uri, TEXT);
  await client.settled();
  const labels = async (text: string): Promise<string[]> => {
    const { items } = await client.request<CompletionList>('textDocument/completion', behind(text));
    return items.map((i) => i.label);
  };
  const symbols = await client.request<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument: { uri } });
  const names = (all: readonly DocumentSymbol[]): string[] => all.flatMap((s) => [s.name, ...names(s.children ?? [])]);
  const answers = {
    hover: JSON.stringify((await client.request<Hover>('textDocument/hover', behind('location $is_b')))?.contents ?? ''),
    word: JSON.stringify((await client.request<Hover>('textDocument/hover', behind('        loc')))?.contents ?? ''),
    outline: names(symbols),
    variables: await labels('location $is_'),
    canary: await labels('cana'),
    flag: await labels('feature'),
    map: JSON.stringify(await client.request<unknown>('proxylens/map', { uri })),
    rules: client.shown(uri).map((d) => `${d.range.start.line + 1} ${String(d.code)}`),
  };
  await client.stop();
  return answers;
}

test('the editor has predicate locations where nginx has them', async () => {
  const now = await asked('1.31.9');
  assert.match(now.hover, /map \$cookie_beta \$is_beta/);
  assert.match(now.word, /location/);
  assert.ok(now.outline.includes('location $is_beta'));
  assert.equal(now.variables[0], '$is_beta');
  assert.ok(
    now.canary.some((l) => /canary/i.test(l)),
    now.canary.join(),
  );
  assert.ok(
    now.flag.some((l) => /feature/i.test(l)),
    now.flag.join(),
  );
  assert.match(now.map, /\$is_beta/);
  assert.ok(!now.rules.some((r) => r.startsWith('6 ')), now.rules.join());
});

test('before, the outline shows what is written, nothing is proposed and a finding says that the location never matches', async () => {
  const before = await asked('1.30.7');
  assert.ok(before.outline.includes('location $is_beta'));
  assert.deepEqual(before.variables, []);
  assert.deepEqual(
    [...before.canary, ...before.flag].filter((l) => /canary|feature/i.test(l)),
    [],
  );
  assert.ok(
    before.rules.some((r) => r.startsWith('6 ')),
    before.rules.join(),
  );
});
