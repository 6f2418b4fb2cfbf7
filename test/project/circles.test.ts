/** Files that include each other in a circle are judged as one configuration: that of the same file, whichever of them was read or edited first. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NEVER } from '../../server/src/base/cancel.ts';
import { fromPath, relativePath } from '../../server/src/base/file-id.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { ruleNames } from '../../server/src/rules/rule.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { checked, HOME, inMemory, parts } from './world.ts';

const id = (path: string) => fromPath(`/checkout/project/${path}`);

/** The name of the file that stands for all, what each file holds beside its include, and the file that it includes. */
interface Circle {
  readonly name: string;
  readonly first: string;
  readonly files: Readonly<Record<string, readonly [text: string, includes: string]>>;
}

const main = (text: string, includes: string): string => `events {}\nhttp {\n    ${text}\n    ${includes}\n}\n`;
const site = (text: string, includes: string): string => `${text}\n${includes}\n`;

const CIRCLES: readonly Circle[] = [
  {
    name: 'main files',
    first: 'nginx.conf',
    files: { 'admin.conf': ['gzip on;', 'nginx.conf'], 'nginx.conf': ['etag off;', 'admin.conf'] },
  },
  {
    name: 'a main file among others',
    first: 'web/main.conf',
    files: {
      'a.conf': ['server { listen 80; }', 'b.inc'],
      'web/b.inc': ['server { listen 81; }', 'main.conf'],
      'web/main.conf': ['etag off;', '../a.conf'],
    },
  },
  {
    name: 'files that no main file reads',
    first: 'sites/a.conf',
    files: {
      'sites/c.conf': ['server { listen 80; }', 'a.conf'],
      'sites/b.conf': ['server { listen 81; }', 'c.conf'],
      'sites/a.conf': ['server { listen 82; }', 'b.conf'],
    },
  },
];

const textOf = ([text, includes]: readonly [string, string], closed: boolean, isMain: boolean): string =>
  (isMain ? main : site)(text, closed ? `include ${includes};` : '');

/** Every order of a list. */
const orders = <T>(list: readonly T[]): T[][] =>
  list.length < 2 ? [[...list]] : list.flatMap((one, i) => orders(list.filter((_, n) => n !== i)).map((rest) => [one, ...rest]));

const isMain = (circle: Circle, name: string): boolean => circle.name === 'main files' || name === 'web/main.conf';

const textsOf = (circle: Circle, closed: boolean): Record<string, string> =>
  Object.fromEntries(Object.entries(circle.files).map(([name, made]) => [name, textOf(made, closed, isMain(circle, name))]));

const subjects = (workspace: Workspace): string[] => workspace.snapshot().configs.map((c) => relativePath(c.subject, HOME));

for (const circle of CIRCLES)
  describe(`a circle of ${circle.name}`, async () => {
    const names = Object.keys(circle.files);
    const closed = textsOf(circle, true);
    const open = textsOf(circle, false);
    const { parser, engine, rules, python } = await parts();
    const started = async (texts: Record<string, string>, opened: readonly string[]): Promise<Workspace> => {
      const workspace = new Workspace(parser, engine, inMemory({ '.git/HEAD': '', ...texts }), {
        isApplicationFile: wanted,
        ruleNames: ruleNames(rules),
        python,
      });
      workspace.apply({ kind: 'folders', folders: [HOME] });
      for (const name of opened) workspace.apply({ kind: 'open', file: id(name), text: texts[name]!, version: 1 });
      await workspace.settle(NEVER);
      return workspace;
    };

    for (const order of orders(names)) {
      test(`opened in the order ${order.join(', ')}`, async () => assert.deepEqual(subjects(await started(closed, order)), [circle.first]));

      test(`closed by edits in the order ${order.join(', ')}`, async () => {
        const workspace = await started(open, names);
        for (const name of order) {
          workspace.apply({
            kind: 'edit',
            file: id(name),
            edits: [[{ span: { start: 0, end: open[name]!.length }, newText: closed[name]! }]],
            version: 2,
          });
          await workspace.settle(NEVER);
        }
        assert.deepEqual(subjects(workspace), [circle.first]);
      });
    }

    for (const name of [...names, '.'])
      test(`checked by the name ${name}`, async () => {
        const { asked } = await checked(inMemory({ '.git/HEAD': '', ...closed }), [name]);
        assert.deepEqual(
          asked.map(({ config }) => relativePath(config.subject, HOME)),
          [circle.first],
        );
      });
  });
