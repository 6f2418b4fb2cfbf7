/** Quotes of a word processor: nginx knows " and ' only, and takes all others for letters. */
import { table } from '../../base/table.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const OPENING: Readonly<Record<string, string>> = table({
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '«': '"',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '′': "'",
  '″': '"',
});
const CLOSING = /[“”‟»‘’′″]/;

export default defineRule({
  id: 'typographic-quote',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Typographic quote instead of a straight one',
  why: `
Texts copied from a web page or a word processor often come with “curly” quotes. nginx knows the straight ones only: a curly quote is a letter like any other, it becomes part of the value, and the value ends at the next space.

Type the quotes again.`,
  looksAt: { directive: '*', where: ({ values }) => values.some((v) => OPENING[v[0] ?? ''] !== undefined) },
  contextFree: true,
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    curly: '{mark} is no quote to nginx but a part of the value, which ends at the next space. Type {straight} instead.',
  },
  check({ directive, file, report }) {
    for (const [i, word] of directive.args.entries()) {
      const mark = word.raw[0] ?? '';
      const straight = OPENING[mark];
      if (straight === undefined || word.templated || (word.raw === mark && /^(?:sub|subs|substitutions)_filter$/.test(directive.name)))
        continue;
      const last = directive.args.slice(i).find((w) => w.raw.length > (w === word ? 1 : 0) && CLOSING.test(w.raw.at(-1) ?? ''));
      const end = last ?? word;
      const inside = file.text.slice(word.start + 1, end.end - (last ? 1 : 0));
      report('curly', {
        at: { start: word.start, end: word.start + 1 },
        data: { mark, straight },
        // what holds quotes itself or leaves the line is for a person
        fix:
          last && !/["'\\\n;{}]/.test(inside)
            ? fixOf('Write straight quotes', 'suggestion', file, [
                replace({ start: word.start, end: end.end }, `${straight}${inside}${straight}`),
              ])
            : null,
      });
      // the rest of it is said with it
      return;
    }
  },
  examples: [
    {
      inside: 'location',
      bad: 'add_header X-Note “curly”;\n#                 ^ curly',
      good: 'add_header X-Note "curly";',
    },
    {
      inside: 'location',
      bad: 'return 200 ‘ok’;\n#          ^ curly',
      good: "return 200 'ok';",
    },
    { inside: 'location', good: 'return 200 "she said “no”, and «nein»";' },
  ],
});
