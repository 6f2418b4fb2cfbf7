/** An event on the disk has those of the files that nobody has open judged again that it concerns, and no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEVER } from '../../server/src/base/cancel.ts';
import { fromPath, pathOf } from '../../server/src/base/file-id.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { ruleNames } from '../../server/src/rules/rule.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { HOME, inMemory, parts } from './world.ts';

const site = (name: string, more = ''): string =>
  `server {\n    listen 80;\n    server_name ${name}.example;\n${more}    root /srv/${name};\n}\n`;

const START = {
  '.git/HEAD': '',
  'README.md': 'Sites.\n',
  'sites/a.conf': site('a', '    include ../parts/a.inc;\n'),
  'sites/b.conf': site('b'),
  'sites/c.conf': site('c'),
  'parts/a.inc': 'charset utf-8;\n',
  'k8s/site.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: d }\ndata:\n  d.conf: |\n    ${site('d').trimEnd().replaceAll('\n', '\n    ')}\n`,
};

for (const [what, path, text, concerned] of [
  ['a text of something else', 'README.md', 'More sites.\n', []],
  ['a site', 'sites/b.conf', site('b', '    server_tokens off;\n'), ['b.conf']],
  ['what a site includes', 'parts/a.inc', 'charset koi8-r;\n', ['a.conf']],
  ['a manifest that holds one', 'k8s/site.yaml', START['k8s/site.yaml'].replace('/srv/d', '/srv/other'), ['d.conf']],
  [
    'headers for all sites',
    'sites/c.conf',
    `proxy_set_header Host $host;\n${START['sites/c.conf']}`,
    ['a.conf', 'b.conf', 'c.conf', 'd.conf'],
  ],
  ['which nginx it is', 'Dockerfile', 'FROM nginx:1.18\nCOPY sites /etc/nginx/conf.d\n', ['a.conf', 'd.conf']],
  ['settings', '.proxylens.yaml', 'nginxVersion: 1.20.0\n', ['a.conf', 'b.conf', 'c.conf', 'd.conf']],
] as const)
  test(what, async () => {
    const { parser, engine, rules, python } = await parts();
    const memory = inMemory(START);
    const workspace = new Workspace(parser, engine, memory, { isApplicationFile: wanted, ruleNames: ruleNames(rules), python });
    workspace.apply({ kind: 'folders', folders: [HOME] });
    const states = async (): Promise<Map<string, object>> => {
      await workspace.settle();
      assert.ok(await workspace.surround(NEVER, async () => {}));
      return new Map(workspace.unopened().map((u) => [pathOf(u.config().subject).split('/').at(-1)!, u.state]));
    };
    const before = await states();
    const file = fromPath(`/checkout/project/${path}`);
    memory.set(file, text);
    workspace.apply({ kind: 'disk', files: [file] });
    const now = await states();
    assert.deepEqual([...before.keys()].sort(), ['a.conf', 'b.conf', 'c.conf', 'd.conf']);
    assert.deepEqual([...now].flatMap(([name, state]) => (before.get(name) === state ? [] : [name])).sort(), concerned);
  });
