/** Each method's wire form over real JSON-RPC; what the answers say is tested in test/features. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CodeAction,
  CodeLens,
  Hover,
  InlayHint,
  SemanticTokens,
  SemanticTokensDelta,
  SignatureHelp,
} from 'vscode-languageserver';
import { TestClient } from '../harness/lsp.ts';

const FILES: Record<string, string> = {
  'nginx.conf': `events {}
http {
    upstream app { server 127.0.0.1:8000; server 127.0.0.2; }
    add_header A 1;
    include site.conf;
}
`,
  'site.conf': `server {
    listen 80;
    location /api/ {
        add_header B "é$host";
        proxy_pass http://app/v2/;
        proxy_read_timeout 1h30m;
    }
}
`,
};
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(path.join(dir, name), text);
const uri = (name: string): string => pathToFileURL(path.join(dir, name)).href;
/** Where the text begins in a file, and `into` characters further. */
const at = (name: string, text: string, into = 0) => {
  const offset = FILES[name]!.indexOf(text) + into;
  assert.ok(offset >= into, `${text} is not in ${name}`);
  const before = FILES[name]!.slice(0, offset).split('\n');
  return { textDocument: { uri: uri(name) }, position: { line: before.length - 1, character: before.at(-1)!.length } };
};

let client: Awaited<ReturnType<typeof TestClient.start>>;
before(async () => {
  client = await TestClient.start({
    folder: pathToFileURL(dir).href,
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true, workspaceEdit: { documentChanges: true, resourceOperations: ['create'] } },
    },
  });
  for (const [name, text] of Object.entries(FILES)) client.open(uri(name), text);
  await client.settled();
});
after(async () => {
  await client.stop();
  TestClient.stopAll();
  fs.rmSync(dir, { recursive: true, force: true });
});

describe('wire forms', () => {
  test('hover', async () => {
    assert.equal(client.result.capabilities.hoverProvider, true);
    const found = await client.request<Hover>('textDocument/hover', at('site.conf', '$host', 2));
    assert.deepEqual(found.range, { start: { line: 3, character: 23 }, end: { line: 3, character: 28 } });
    assert.match((found.contents as { kind: string; value: string }).value, /\$host/);
    assert.equal(await client.request('textDocument/hover', at('site.conf', '    location')), null);
  });

  test('signature help', async () => {
    const found = await client.request<SignatureHelp>('textDocument/signatureHelp', at('site.conf', 'B "', 2));
    const active = found.signatures[found.activeSignature!]!;
    const [start, end] = active.parameters![found.activeParameter!]!.label as [number, number];
    assert.equal(active.label.slice(start, end), 'value');
  });

  test('inlay hints, in a range', async () => {
    const { textDocument } = at('site.conf', 'server');
    const range = { start: { line: 0, character: 0 }, end: { line: 5, character: 0 } };
    const hints = await client.request<InlayHint[]>('textDocument/inlayHint', { textDocument, range });
    assert.deepEqual(
      hints.map((h) => `${h.position.line}:${h.position.character} ${String(h.label)}`),
      ['3:30 without A of http', '4:34 /api/… → /v2/…'],
    );
  });

  test('code lenses name the commands of the client', async () => {
    const { textDocument } = at('nginx.conf', 'http');
    const [lens] = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument });
    assert.equal(lens?.command?.command, 'proxylens.showReferences');
    assert.equal(lens?.command?.title, '1 reference');
    assert.deepEqual(lens?.command?.arguments?.[2], [
      { uri: uri('site.conf'), range: { start: { line: 4, character: 26 }, end: { line: 4, character: 29 } } },
    ]);
    const site = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri: uri('site.conf') } });
    assert.deepEqual(
      site.map((l) => l.command?.title),
      ['included from nginx.conf', 'Preview'],
    );
  });

  test('semantic tokens: all, a range, and what changed', async () => {
    const legend = client.result.capabilities.semanticTokensProvider!.legend;
    const textDocument = { uri: uri('site.conf') };
    const read = (data: number[]): string[] => {
      const out: string[] = [];
      let line = 0;
      let character = 0;
      for (let i = 0; i < data.length; i += 5) {
        character = data[i] === 0 ? character + data[i + 1]! : data[i + 1]!;
        line += data[i]!;
        out.push(`${FILES['site.conf']!.split('\n')[line]!.slice(character, character + data[i + 2]!)} ${legend.tokenTypes[data[i + 3]!]}`);
      }
      return out;
    };
    const all = await client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument });
    assert.deepEqual(read(all.data), ['$host variable', 'app class', '1h30m number']);
    const range = { start: { line: 4, character: 0 }, end: { line: 4, character: 10 } };
    const part = await client.request<SemanticTokens>('textDocument/semanticTokens/range', { textDocument, range });
    assert.deepEqual(read(part.data), ['app class']);
    const at5 = { start: { line: 5, character: 27 }, end: { line: 5, character: 32 } };
    client.change(uri('site.conf'), 2, [{ range: at5, text: '90s' }]);
    const delta = await client.request<SemanticTokensDelta>('textDocument/semanticTokens/full/delta', {
      textDocument,
      previousResultId: all.resultId,
    });
    assert.deepEqual(delta.edits, [{ start: 12, deleteCount: 1, data: [3] }]);
    const again = await client.request<SemanticTokensDelta>('textDocument/semanticTokens/full/delta', {
      textDocument,
      previousResultId: delta.resultId,
    });
    assert.deepEqual(again.edits, []);
    client.change(uri('site.conf'), 3, [{ range: { ...at5, end: { line: 5, character: 30 } }, text: '1h30m' }]);
    const lost = await client.request<SemanticTokens>('textDocument/semanticTokens/full/delta', {
      textDocument,
      previousResultId: 'nobody',
    });
    assert.equal(lost.data.length, 15);
  });

  test('call hierarchy', async () => {
    const [item] = await client.request<CallHierarchyItem[]>('textDocument/prepareCallHierarchy', at('nginx.conf', 'site.conf', 2));
    assert.equal(item?.name, 'site.conf');
    const calls = await client.request<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', { item });
    assert.deepEqual(
      calls.map((c) => [c.from.name, c.fromRanges]),
      [['nginx.conf', [{ start: { line: 4, character: 12 }, end: { line: 4, character: 21 } }]]],
    );
    assert.deepEqual(await client.request('callHierarchy/outgoingCalls', { item }), []);
  });

  test('a refactoring that makes a file', async () => {
    const { textDocument, position } = at('nginx.conf', 'add_header');
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument,
      range: { start: position, end: { line: position.line, character: position.character + 15 } },
      context: { diagnostics: [], only: ['refactor.extract'] },
    });
    assert.deepEqual(
      actions.map((a) => [a.kind, a.title]),
      [['refactor.extract', 'Extract this into snippets/headers.conf']],
    );
    const made = uri('snippets/headers.conf');
    const start = { line: 0, character: 0 };
    assert.deepEqual(actions[0]?.edit?.documentChanges, [
      { kind: 'create', uri: made, options: { ignoreIfExists: true } },
      { textDocument: { uri: made, version: null }, edits: [{ range: { start, end: start }, newText: 'add_header A 1;\n' }] },
      {
        textDocument: { uri: textDocument.uri, version: 1 },
        edits: [{ range: { start: position, end: { line: 3, character: 19 } }, newText: 'include snippets/headers.conf;' }],
      },
    ]);
  });
});
