/** Deployed projects with the files of other programs beside them: what is nginx's is found and nothing else, everyone who asks is told the same, and each file is said to live where the project puts it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPath, hostFileOf, relativePath } from '../../server/src/base/file-id.ts';
import { reportOn } from '../../server/src/cli/report.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { DEPLOYMENTS } from './deployments.ts';
import { asListed, checked, edited, HOME, inMemory, served, shown } from './world.ts';

const idOf = (path: string) => fromPath(`/checkout/project/${path}`);
const name = (id: Parameters<typeof relativePath>[0]): string => relativePath(id, HOME);
const GRAVE = new Set(['error', 'warning']);

for (const { name: what, files: texts, nginx, as, warnings = {} } of DEPLOYMENTS)
  describe(what, () => {
    test('nginx alone is found, at the place where it lives, and it is sound', async () => {
      const { asked, findings, files } = await checked(inMemory(texts), ['.']);
      const read = [...new Set([...files].map(hostFileOf).map(name))].filter((f) => Object.hasOwn(texts, f)).sort();
      assert.deepEqual(read, [...nginx].sort());
      assert.deepEqual(
        findings.filter((f) => GRAVE.has(f.severity) && !warnings[f.rule]).map((f) => `${shown(f)}: ${f.message}`),
        [],
      );
      const { readAs } = reportOn(asked, [], () => true);
      for (const [file, place] of Object.entries(as)) {
        const one = readAs.find((r) => r.id === idOf(file));
        assert.ok(one, file);
        const said = [one.as, one.inside === null ? null : `within ${one.inside}`].filter(Boolean).join(' ');
        assert.equal(said, place, file);
      }
    });

    test('an editor lists what the folder has, whichever of its files are open', async () => {
      const world = inMemory(texts);
      const folder = asListed(world, (await checked(world, ['.'])).findings);
      for (const open of [[], nginx.slice(0, 1), nginx.slice(-1), nginx]) {
        const { pushed, pulled } = await served(world, open);
        assert.deepEqual(pushed, folder, `sent, with ${open.join(' and ') || 'nothing'} open`);
        assert.deepEqual(pulled, folder, `asked for, with ${open.join(' and ') || 'nothing'} open`);
      }
    });

    test('folder, file and editor agree; a request takes the same path', async () => {
      const world = inMemory(texts);
      const folder = await checked(world, ['.']);
      const editor = await edited(world, nginx);
      const input = requestFromUrl({ method: 'GET', url: 'http://shop.example.com/', headers: [] });
      assert.ok(!('problem' in input));
      for (const path of nginx) {
        const own = (list: readonly (typeof folder.findings)[number][]): string[] =>
          list
            .filter((f) => hostFileOf(f.at.file) === idOf(path))
            .map((f) => `${f.at.span.start} ${f.severity} ${f.rule} ${f.message}`)
            .sort();
        const file = await checked(world, [path]);
        assert.deepEqual(own(file.findings), own(folder.findings), `${path}: named as a file`);
        const { snapshot } = editor;
        const ids = snapshot.file(idOf(path)) ? [idOf(path)] : snapshot.embedded(idOf(path)).map((e) => e.id);
        assert.deepEqual(own(ids.flatMap((id) => editor.findings(id))), own(folder.findings), `${path}: in the editor`);
        for (const { config } of file.asked) {
          const walk = (c: typeof config): unknown => {
            const { outcome, steps } = traceRequest(c, input);
            return [outcome.kind, outcome.status, ...steps.map((s) => s.said)];
          };
          const same = folder.asked.find((a) => a.config.id === config.id) ?? folder.asked.find((a) => a.config.files.has(idOf(path)));
          assert.ok(same, `${path}: in its folder`);
          assert.deepEqual(walk(same.config), walk(config), path);
        }
      }
    });
  });

test('there are deployments enough', () => assert.ok(DEPLOYMENTS.length >= 25, String(DEPLOYMENTS.length)));
