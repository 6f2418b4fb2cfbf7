/** Projects of all layouts: what is nginx's is found, nothing sound is called an error, and whoever asks about a file gets the same findings. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPath, relativePath } from '../../server/src/base/file-id.ts';
import { LAYOUTS } from './layouts.ts';
import { checked, edited, HOME, inMemory, shown } from './world.ts';

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
  });

test('there are layouts enough', () => assert.ok(LAYOUTS.length >= 60, String(LAYOUTS.length)));
