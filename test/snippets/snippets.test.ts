/** Every snippet, at every place where it is offered, with every choice: it parses, is laid out by our formatter, and the strict profile finds nothing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { format } from '../../server/src/features/format.ts';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { parser } from '../harness/assets.ts';
import { lintText } from '../harness/rules.ts';
import { placed } from '../harness/snippets.ts';

const STRICT = { ...DEFAULT_SETTINGS, profile: 'strict' as const };

test('ids and titles are unique, and each has a prefix that people type', () => {
  assert.equal(new Set(SNIPPETS.map((s) => s.id)).size, SNIPPETS.length);
  assert.equal(new Set(SNIPPETS.map((s) => s.title)).size, SNIPPETS.length);
  for (const s of SNIPPETS) assert.ok(s.prefixes.length > 0 && s.about.endsWith('.'), s.id);
});

const nginx = await parser();

for (const snippet of SNIPPETS)
  describe(snippet.id, () => {
    for (const place of placed(snippet)) {
      test(`${place.name} is formatted`, () => {
        const text = `${place.own}\n`;
        const doc = nginx.open(fromPath('/etc/nginx/nginx.conf'), text);
        const formatted = format(doc, { indent: '    ' });
        doc.dispose();
        assert.ok('edits' in formatted);
        assert.equal(applyEdits(text, formatted.edits), text);
      });
      test(place.name, async () => {
        const { findings, sources } = await lintText(place.text, undefined, STRICT);
        for (const source of sources.values()) assert.deepEqual(source.problems, []);
        const shown = findings.map((f) => {
          const source = sources.get(f.at.file)!;
          const line = source.lines.lineAt(f.at.span.start);
          return `${f.rule}: ${f.message} [${source.text.slice(source.lines.startOf(line), source.lines.endOf(line)).trim()}]`;
        });
        assert.deepEqual(shown, []);
      });
    }
  });
