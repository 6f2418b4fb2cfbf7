/** Inheritance of header lines with merge, held against nginx's own rule: each level is merged with its parent, from the outside in. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { effective } from '../../server/src/config/effective.ts';
import { everywhere } from '../../server/src/config/pieces.ts';
import { lintText } from '../harness/rules.ts';

interface Level {
  readonly lines: number;
  readonly inherit: '' | 'on' | 'off' | 'merge';
}

/** ngx_http_headers_merge: `off` keeps the own lines, `on` takes the outer ones where there are none, `merge` puts them behind the own ones. */
function expected(levels: readonly Level[]): string[] {
  let mode = 'on';
  let lines: string[] = [];
  levels.forEach((level, depth) => {
    if (level.inherit) mode = level.inherit;
    const own = Array.from({ length: level.lines }, (_, i) => `X-${depth}-${i}`);
    lines = mode === 'off' ? own : mode === 'merge' ? [...own, ...lines] : own.length ? own : lines;
  });
  return lines;
}
const bodyOf = (level: Level, depth: number, name: string): string =>
  Array.from({ length: level.lines }, (_, i) => `${name} X-${depth}-${i} a;\n`).join('') +
  (level.inherit ? `${name}_inherit ${level.inherit};\n` : '');

describe('effective()', () => {
  for (const name of ['add_header', 'add_trailer'])
    test(`${name}: all combinations of three levels`, async () => {
      const levels = [0, 1, 2].flatMap((lines) => (['', 'on', 'off', 'merge'] as const).map((inherit): Level => ({ lines, inherit })));
      const blocks: string[] = [];
      const rows: Level[][] = [];
      for (const a of levels)
        for (const b of levels) {
          const chain = [{ lines: 1, inherit: '' } as Level, a, b];
          rows.push(chain);
          blocks.push(`server {\n${bodyOf(a, 1, name)}location / {\n${bodyOf(b, 2, name)}}\n}`);
        }
      const { config } = await lintText(`events {}\nhttp {\n${name} X-0-0 a;\n${blocks.join('\n')}\n}`, []);
      const locations = everywhere(config, 'location');
      assert.equal(locations.length, rows.length);
      locations.forEach((l, i) => {
        const told = effective(l.body!, name).directives.map((d) => d.value(0));
        assert.deepEqual(told, expected(rows[i]!), JSON.stringify(rows[i]));
      });
    });
});
