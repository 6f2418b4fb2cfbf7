/** Configurations in other files keep the indentation that the host gives them; hosts stay what they are apart from them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import { formatEmbedded } from '../../server/src/features/format-embedded.ts';
import { embeddedIn, keepsHost } from '../../server/src/project/embedded.ts';
import { parser } from '../harness/assets.ts';

async function laidOut(path: string, text: string): Promise<string> {
  const nginx = await parser();
  const id = fromPath(`/${path}`);
  const edits = embeddedIn(id, path, text).flatMap((e) => {
    const formatted = formatEmbedded(text, e, (own) => nginx.open(e.id, own), { indent: '    ' });
    assert.ok('edits' in formatted);
    assert.ok(keepsHost(e, path, text, formatted.edits));
    return formatted.edits;
  });
  return applyEdits(text, edits);
}

for (const [what, path, text, expected] of [
  [
    'a block of YAML',
    'cm.yaml',
    'data:\n  a.conf: |-\n    server {\n     listen 80;\n       location / { return 204; }\n    }\n  b: c   # stays\n',
    'data:\n  a.conf: |-\n    server {\n        listen 80;\n        location / { return 204; }\n    }\n  b: c   # stays\n',
  ],
  [
    'empty lines at the end, which belong to the value',
    'cm.yaml',
    'a:\n  x.conf: |+\n      server {\n      listen 80;\n      }\n\n\n\nb: 1\n',
    'a:\n  x.conf: |+\n      server {\n          listen 80;\n      }\n\n\n\nb: 1\n',
  ],
  [
    'a here-document',
    'a.sh',
    "  cat > x.conf <<'EOF'\nserver {\nlisten 80;\n}\nEOF\n   echo   done\n",
    "  cat > x.conf <<'EOF'\nserver {\n    listen 80;\n}\nEOF\n   echo   done\n",
  ],
  [
    'a fence in a list',
    'a.md',
    '- Put:\n\n  ```nginx\n  server {\n  listen 80;\n  }\n  ```\n',
    '- Put:\n\n  ```nginx\n  server {\n      listen 80;\n  }\n  ```\n',
  ],
] as const)
  test(what, async () => {
    const once = await laidOut(path, text);
    assert.equal(once, expected);
    assert.equal(await laidOut(path, once), once, 'a second time changes nothing');
    if (path.endsWith('.yaml')) assert.deepEqual(Object.keys(parseDocument(once).toJS()), Object.keys(parseDocument(text).toJS()));
  });
