/** Projects of all layouts: what is nginx's is found, nothing sound is called an error, and whoever asks about a file gets the same findings. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPath, relativePath } from '../../server/src/base/file-id.ts';
import type { Config } from '../../server/src/config/config.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { LAYOUTS } from './layouts.ts';
import { asListed, checked, edited, HOME, inMemory, served, shown } from './world.ts';

const idOf = (path: string) => fromPath(`/checkout/project/${path}`);

for (const layout of LAYOUTS)
  describe(layout.name, () => {
    test('nginx is found by its text, nothing is a false error, warnings are argued for', async () => {
      const { findings, files } = await checked(inMemory(layout.files), ['.']);
      assert.deepEqual(
        [...files]
          .map((f) => relativePath(f, HOME))
          .filter((f) => !f.startsWith('/'))
          .sort(),
        [...layout.nginx].sort(),
      );
      assert.deepEqual(
        findings.filter((f) => f.severity === 'error').map((f) => `${shown(f)}: ${f.message}`),
        [],
      );
      const warnings = findings.filter((f) => f.severity === 'warning' && !layout.warnings?.[f.rule]);
      assert.deepEqual(
        warnings.map((f) => `${shown(f)}: ${f.message}`),
        [],
      );
    });

    test('folder, file and editor agree', async () => {
      const files = inMemory(layout.files);
      const folder = (await checked(files, ['.'])).findings;
      const editor = await edited(files, layout.nginx);
      for (const path of layout.nginx) {
        const own = folder
          .filter((f) => f.at.file === idOf(path))
          .map(shown)
          .sort();
        const file = (await checked(files, [path])).findings
          .filter((f) => f.at.file === idOf(path))
          .map(shown)
          .sort();
        assert.deepEqual(file, own, `${path}: named as a file`);
        assert.deepEqual(editor.findings(idOf(path)).map(shown).sort(), own, `${path}: in the editor`);
      }
    });

    test('an editor lists what the folder has, whichever of its files are open', async () => {
      const files = inMemory(layout.files);
      const folder = asListed(files, (await checked(files, ['.'])).findings);
      for (const open of [[], layout.nginx.slice(0, 1), layout.nginx.slice(-1), layout.nginx]) {
        const { pushed, pulled } = await served(files, open);
        assert.deepEqual(pushed, folder, `sent, with ${open.join(' and ') || 'nothing'} open`);
        assert.deepEqual(pulled, folder, `asked for, with ${open.join(' and ') || 'nothing'} open`);
      }
    });

    test('a request takes the same path, whoever asks', async () => {
      const files = inMemory(layout.files);
      const folder = await checked(files, ['.']);
      const editor = await edited(files, layout.nginx);
      const input = requestFromUrl({ method: 'GET', url: 'http://shop.example.com/', headers: [] });
      assert.ok(!('problem' in input));
      const path = (config: Config): unknown => {
        const { outcome, steps } = traceRequest(config, input);
        return { kind: outcome.kind, status: outcome.status, to: outcome.upstreamRequest?.servers, steps: steps.map((s) => s.said) };
      };
      for (const name of layout.nginx) {
        const file = await checked(files, [name]);
        const own = file.asked[0]!.config;
        const same = folder.asked.find(({ config }) => config.root === own.root)!.config;
        assert.deepEqual(path(same), path(own), `${name}: in its folder`);
        const shownIn = editor.snapshot.configsOf(idOf(name)).find((c) => c.root === own.root);
        assert.ok(shownIn, `${name}: in the editor`);
        assert.deepEqual(path(shownIn), path(own), `${name}: in the editor`);
      }
    });
  });

test('there are layouts enough', () => assert.ok(LAYOUTS.length >= 60, String(LAYOUTS.length)));
