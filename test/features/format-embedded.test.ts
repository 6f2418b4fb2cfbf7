/** Configurations in other files keep the indentation that the host gives them; hosts stay what they are apart from them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import { formatEmbedded } from '../../server/src/features/format-embedded.ts';
import { embeddedIn, keepsHost } from '../../server/src/project/embedded.ts';
import { parser } from '../harness/assets.ts';

/** What a file says, but for the white space between words of a configuration. */
const words = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/(\\n|\\t| )+/g, ' ')
    .replace(/ ?([{};]) ?/g, '$1');

async function laidOut(path: string, text: string): Promise<string> {
  const nginx = await parser();
  const id = fromPath(`/${path}`);
  const edits = embeddedIn(id, path, text).flatMap((e) => {
    const formatted = formatEmbedded(text, e, (own) => nginx.embedded(e.id, own, { visible: own, engine: e.window.engine }), {
      indent: '    ',
    });
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
    'what Nix escapes, and what it fills in',
    'site.nix',
    "{\n  services.nginx.virtualHosts.a.extraConfig = ''\n      if (''$host = a.example) {\n    return 301 https://${cfg.to}''$request_uri;\n      }\n    set $quoted \"it'''s\";\n  '';\n}\n",
    "{\n  services.nginx.virtualHosts.a.extraConfig = ''\n    if (''$host = a.example) {\n        return 301 https://${cfg.to}''$request_uri;\n    }\n    set $quoted \"it'''s\";\n  '';\n}\n",
  ],
  [
    'a fence in a list',
    'a.md',
    '- Put:\n\n  ```nginx\n  server {\n  listen 80;\n  }\n  ```\n',
    '- Put:\n\n  ```nginx\n  server {\n      listen 80;\n  }\n  ```\n',
  ],
  [
    'a folded block, whose line ends are blanks',
    'cm.yaml',
    'a.conf: >-\n  server {\n  listen 80;\n    location / { return 204; }\n  }\nb: c\n',
    'a.conf: >-\n  server {\n      listen 80;\n      location / { return 204; }\n  }\nb: c\n',
  ],
  [
    'double quotes, with their escapes',
    'cm.yaml',
    'a.conf: "server {\\n listen   80;\\n\\treturn 200 \\"a;  b\\";}\\n"  # stays\n',
    'a.conf: "server {\\n    listen 80;\\n    return 200 \\"a;  b\\";\\n}\\n"  # stays\n',
  ],
  [
    'single quotes, on one line',
    'cm.yaml',
    "a.conf: 'server {   listen 80;  return 200 ''it  is'';}'\n",
    "a.conf: 'server { listen 80; return 200 ''it  is''; }'\n",
  ],
  ['no quotes, in JSON-like braces', 'cm.yaml', '{ a.conf: "server {  listen 80;}" }\n', '{ a.conf: "server { listen 80; }" }\n'],
  [
    'a command of the shell among the lines',
    'a.sh',
    'cat > a.conf <<EOF\nserver {\nlisten 80;\n$(for n in 1 2; do echo "allow 10.0.0.$n;"; done)\n}\nEOF\n',
    'cat > a.conf <<EOF\nserver {\n    listen 80;\n$(for n in 1 2; do echo "allow 10.0.0.$n;"; done)\n}\nEOF\n',
  ],
] as const)
  test(what, async () => {
    const once = await laidOut(path, text);
    assert.equal(once, expected);
    assert.equal(await laidOut(path, once), once, 'a second time changes nothing');
    if (path.endsWith('.yaml')) assert.equal(words(parseDocument(once).toJS()), words(parseDocument(text).toJS()));
  });

for (const [what, text, why] of [
  ['a comment in a folded block', 'a.conf: >\n  server {\n    # it ends where the line does\n  listen 80;\n  }\n', /folded text/],
  [
    'single quotes that would need lines',
    `a.conf: 'server { listen 80; ${'allow 10.0.0.1; '.repeat(12)}\t}'\n`,
    /single quotes cannot have/,
  ],
  ['quotes over several lines', 'a.conf: "server {\n\n  listen   80; }"\n', /over several lines/],
  ['a mistake', 'a.conf: "server {  listen 80; return 204 }"\n', /";" is missing/],
] as const)
  test(`left alone, with the reason: ${what}`, async () => {
    const nginx = await parser();
    const id = fromPath('/cm.yaml');
    const [part] = embeddedIn(id, 'cm.yaml', text);
    const formatted = formatEmbedded(text, part!, (own) => nginx.open(part!.id, own), { indent: '    ' });
    assert.ok('refused' in formatted, JSON.stringify(formatted));
    assert.match(formatted.refused, why);
  });
