/** Every snippet, at every place where it is offered, with every choice: it parses, and the strict profile finds nothing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { lintText } from '../harness/rules.ts';
import { placed } from '../harness/snippets.ts';

const STRICT = { ...DEFAULT_SETTINGS, profile: 'strict' as const };

test('ids and titles are unique, and each has a prefix that people type', () => {
  assert.equal(new Set(SNIPPETS.map((s) => s.id)).size, SNIPPETS.length);
  assert.equal(new Set(SNIPPETS.map((s) => s.title)).size, SNIPPETS.length);
  for (const s of SNIPPETS) assert.ok(s.prefixes.length > 0 && s.about.endsWith('.'), s.id);
});

for (const snippet of SNIPPETS)
  describe(snippet.id, () => {
    for (const place of placed(snippet))
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
  });
