// A file that several configurations read: what repairs one of them is safe only where it breaks none of the others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { applyFixes, type Found } from '../../server/src/fixes/apply.ts';
import { fixOf, insertAfter } from '../../server/src/rules/fix.ts';
import { defineRule } from '../../server/src/rules/rule.ts';
import { lintTree, parts } from '../harness/rules.ts';

const settings = withSettings(DEFAULT_SETTINGS, { nginxVersion: '1.22.1' });
const at = (name: string) => fileId(`file:///etc/nginx/${name}`);
const main = (location: string) =>
  `events {}\nhttp {\n server_tokens off;\n upstream app { server 127.0.0.1:8000; keepalive 8; }\n server { listen 80; location / {\n${location}\n} }\n}\n`;
const APP =
  'proxy_pass http://app;\nproxy_set_header Host $host;\nproxy_set_header X-Forwarded-For $remote_addr;\nproxy_set_header X-Forwarded-Proto $scheme;\n';

/** The shared file after the fixes over both main files. */
async function after(mains: Readonly<Record<string, string>>): Promise<string> {
  const { rules, parser } = await parts();
  const texts = new Map([[at('app.conf'), APP], ...Object.entries(mains).map(([name, text]) => [at(name), text] as const)]);
  const find = async (): Promise<Found[]> => {
    const out: Found[] = [];
    for (const name of Object.keys(mains)) out.push(await lintTree({ root: at(name), files: texts }, rules, settings));
    return out;
  };
  const open = (file: Parameters<typeof parser.open>[0], text: string) => parser.open(file, text);
  await applyFixes({ open, rules, text: (f) => texts.get(f) ?? null, put: (f, t) => texts.set(f, t), find }, await find(), false);
  return texts.get(at('app.conf'))!;
}

test('a line that one of two mains lacks goes into the file that both read, unless the other has it already', async () => {
  assert.match(await after({ 'a.conf': main('include app.conf;'), 'b.conf': main('include app.conf;') }), /proxy_http_version 1\.1;/);
  // twice in one location: nginx would refuse the second configuration
  const both = { 'a.conf': main('include app.conf;'), 'b.conf': main('proxy_http_version 1.1;\ninclude app.conf;') };
  assert.doesNotMatch(await after(both), /proxy_http_version/);
});

test('a fix after which its finding is there as before is not written a second time', async () => {
  const { parser } = await parts();
  const vain = defineRule({
    id: 'made-up',
    group: 'correctness',
    severity: 'info',
    since: '0.2',
    title: 'Made up',
    why: '',
    about: [],
    looksAt: { directive: ['index'] },
    needs: 'file',
    fixable: 'always',
    messages: { told: 'Told again.' },
    check({ directive, file, report }) {
      report('told', {
        at: directive.statement.name,
        fix: fixOf('Add a comment', 'suggestion', file, [insertAfter(file, directive.statement, ['# seen'])]),
      });
    },
    examples: [],
  });
  const text = 'events {}\nhttp {\n    index a.html;\n    server {\n        index b.html;\n    }\n}\n';
  const texts = new Map([[at('a.conf'), text]]);
  const find = async (): Promise<Found[]> => [await lintTree({ root: at('a.conf'), files: texts }, [vain], settings)];
  const open = (file: Parameters<typeof parser.open>[0], source: string) => parser.open(file, source);
  await applyFixes({ open, rules: [vain], text: (f) => texts.get(f) ?? null, put: (f, t) => texts.set(f, t), find }, await find(), true);
  assert.equal(texts.get(at('a.conf'))!.match(/# seen/g)?.length, 2);
});

test('a slash that takes a page away from those who ask without it is left to a person', async () => {
  const { rules } = await parts();
  const site = (lines: string) =>
    `events {}\nhttp {\n    server {\n        location /shop {\n            alias /srv/shop/;\n${lines}        }\n    }\n}\n`;
  for (const [lines, left] of [
    ['', undefined],
    ['            try_files $uri /shop/index.html;\n', true],
  ] as const) {
    const { findings } = await lintTree({ root: at('a.conf'), files: new Map([[at('a.conf'), site(lines)]]) }, rules, settings);
    const [fix] = findings.find((f) => f.rule === 'alias-traversal')!.fixes;
    assert.equal(fix!.byHand, left);
  }
});
