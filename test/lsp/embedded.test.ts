/** Configurations within YAML, Markdown and here-documents, as an editor sees them: at their places, and nothing else of the file is touched. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, CompletionList, Hover, Location, TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import { parse } from 'yaml';
import { TestClient } from '../harness/lsp.ts';

const FILES: Record<string, string> = {
  'cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name:   web}
data:
  nginx.conf: |-
    events {}
    http {
        include /etc/nginx/conf.d/*.conf;
    }
  app.conf: |-
    upstream app { server 127.0.0.1:8000; }
    server {
      listen 80;
      proxy_read_timout 5s;
      location / { proxy_pass http://app; proxy_set_header Host $host; }
    }
  other: stays
`,
  // few lines around many of nginx's: by its words alone it would pass for a configuration
  'site.yaml':
    'kind: ConfigMap\ndata:\n  site.conf: |\n    server {\n      listen 80;\n      gzipp on;\n      location / { proxy_pass http://127.0.0.1:8000; }\n    }\n',
  'plain.yaml': 'on:\n  push: {branches: [main]}\njobs: {}\n',
  'read.md': '# Title\n\n```nginx\nserver {\n    listen 80;\n    gzipp on;\n}\n```\n',
  'setup.sh': "cat > /etc/nginx/conf.d/a.conf <<'EOF'\nserver {\n    listen 80;\n    gzipp on;\n}\nEOF\n",
};
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(path.join(dir, name), text);
const uri = (name: string): string => pathToFileURL(path.join(dir, name)).href;
const LANGUAGES: Record<string, string> = { yaml: 'yaml', md: 'markdown', sh: 'shellscript' };

let client: Awaited<ReturnType<typeof TestClient.start>>;
before(async () => {
  client = await TestClient.start({
    folder: pathToFileURL(dir).href,
  });
  for (const [name, text] of Object.entries(FILES)) client.open(uri(name), text, 1, LANGUAGES[name.split('.').at(-1)!]);
  await client.settled();
});
after(async () => {
  await client.stop();
  TestClient.stopAll();
  fs.rmSync(dir, { recursive: true, force: true });
});

const position = (text: string, offset: number) => {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length - 1, character: lines.at(-1)!.length };
};
const at = (name: string, words: string, into = 0) => {
  const offset = FILES[name]!.indexOf(words);
  assert.ok(offset >= 0);
  return { textDocument: { uri: uri(name) }, position: position(FILES[name]!, offset + into) };
};
const applied = (text: string, edits: readonly TextEdit[]): string => {
  const starts = [0];
  for (const line of text.split('\n')) starts.push(starts.at(-1)! + line.length + 1);
  const offset = (p: { line: number; character: number }): number => starts[p.line]! + p.character;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce((t, e) => t.slice(0, offset(e.range.start)) + e.newText + t.slice(offset(e.range.end)), text);
};
const editsOf = (edit: WorkspaceEdit, name: string): TextEdit[] => {
  const changes = edit.documentChanges as TextDocumentEdit[];
  assert.deepEqual(
    changes.map((c) => c.textDocument.uri),
    [uri(name)],
  );
  return changes[0]!.edits as TextEdit[];
};

describe('embedded configurations', () => {
  for (const [name, word] of [
    ['cm.yaml', 'proxy_read_timout'],
    ['site.yaml', 'gzipp'],
    ['read.md', 'gzipp'],
    ['setup.sh', 'gzipp'],
  ] as const)
    test(`findings at their places in ${name}`, () => {
      const found = client.shown(uri(name)).filter((d) => d.code === 'unknown-directive');
      assert.deepEqual(
        found.map((d) => d.range.start),
        [at(name, word).position],
      );
    });
  test('a file without a configuration shows nothing', () => assert.deepEqual(client.shown(uri('plain.yaml')), []));

  test('hover inside, none outside', async () => {
    const inside = await client.request<Hover>('textDocument/hover', at('cm.yaml', 'proxy_set_header', 3));
    assert.match((inside.contents as { value: string }).value, /proxy_set_header/);
    assert.equal(await client.request('textDocument/hover', at('cm.yaml', 'metadata', 3)), null);
    assert.equal(await client.request('textDocument/hover', at('plain.yaml', 'push', 1)), null);
  });

  test('definition', async () => {
    const [found] = await client.request<Location[]>('textDocument/definition', at('cm.yaml', '//app;', 3));
    assert.equal(found?.uri, uri('cm.yaml'));
    assert.deepEqual(found?.range.start, at('cm.yaml', 'app {').position);
  });

  test('completion', async () => {
    const found = await client.request<CompletionList>('textDocument/completion', at('cm.yaml', 'listen 80', 3));
    assert.ok(found.items.some((i) => i.label === 'listen'));
    assert.equal(await client.request('textDocument/completion', at('cm.yaml', 'stays', 2)), null);
  });

  test('rename', async () => {
    const edit = await client.request<WorkspaceEdit>('textDocument/rename', { ...at('cm.yaml', 'app {', 1), newName: 'web' });
    const after = applied(FILES['cm.yaml']!, editsOf(edit, 'cm.yaml'));
    assert.equal(after, FILES['cm.yaml']!.replace('upstream app', 'upstream web').replace('http://app', 'http://web'));
  });

  test('a fix changes the value alone', async () => {
    const place = at('cm.yaml', 'proxy_read_timout', 2);
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: place.textDocument,
      range: { start: place.position, end: place.position },
      context: { diagnostics: [] },
    });
    const fix = actions.find((a) => /proxy_read_timeout/.test(a.title));
    assert.ok(fix?.edit, actions.map((a) => a.title).join());
    const after = applied(FILES['cm.yaml']!, editsOf(fix.edit, 'cm.yaml'));
    assert.equal(after, FILES['cm.yaml']!.replace('timout', 'timeout'));
    assert.equal(parse(after).data.other, 'stays');
  });

  test('formatting lays out the parts and leaves the rest', async () => {
    const edits = await client.request<TextEdit[]>('textDocument/formatting', {
      textDocument: { uri: uri('cm.yaml') },
      options: { tabSize: 2, insertSpaces: true },
    });
    const after = applied(FILES['cm.yaml']!, edits);
    assert.match(after, /metadata: \{name: {3}web\}/);
    assert.match(after, /\n {4}http \{\n {6}include/);
    assert.deepEqual(Object.keys(parse(after).data), ['nginx.conf', 'app.conf', 'other']);
  });

  test('follows the typing', async () => {
    const text = FILES['read.md']!;
    const start = position(text, text.indexOf('gzipp'));
    client.change(uri('read.md'), 2, [{ range: { start, end: { ...start, character: start.character + 5 } }, text: 'gzip' }]);
    await client.settled();
    assert.deepEqual(
      client.shown(uri('read.md')).filter((d) => d.code === 'unknown-directive'),
      [],
    );
    client.change(uri('read.md'), 3, [{ text: '# nothing\n' }]);
    await client.settled();
    assert.deepEqual(client.shown(uri('read.md')), []);
  });
});
