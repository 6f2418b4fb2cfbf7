/** A location without `~` whose name is plainly a pattern: nginx takes every character of it literally. */
import { readLocation, readLocationWords } from '../../config/locations.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** What no path holds as it is, and every pattern does. */
const PATTERN = /^\^|\.[*+]|\\[.dwsb/]|\$$|\((\?|[^)]*\|)|\[[^\]]+\][*+]?|\*|\|/;

/** A pattern of the shell as the regular expression that is meant: `/api/*`, `*.php`. */
const patternOf = (name: string): string =>
  /(^|[^.)\]])\*/.test(name)
    ? `^${name.replace(/\./g, '\\.').replace(/\*/g, '.*')}`.replace(/\.\*$/, '').replace(/^\^\.\*/, '') + (/\*$/.test(name) ? '' : '$')
    : name;

export default defineRule({
  id: 'regex-in-prefix-location',
  group: 'correctness',
  severity: 'warning',
  covers: ['access-list-outranked'],
  since: '0.1',
  title: 'Regular expression in a prefix location',
  why: `
Without \`~\` or \`~*\` the name of a location is plain text: \`location /img/.*\\.png\` matches only a path with a dot, a star and a backslash in it. The intended requests go elsewhere.`,
  about: ['location'],
  looksAt: {
    directive: ['location'],
    where: ({ values }, { settings }) => {
      const read = readLocationWords(values, settings.target.nginx);
      return read !== null && ['', '=', '^~'].includes(read.modifier) && PATTERN.test(read.name);
    },
  },
  needs: 'file',
  fixable: 'sometimes',
  messages: { literal: 'Without ~ this name is taken literally, and no path has such characters. Write "location ~ {pattern}".' },
  check({ directive, file, report }) {
    const read = readLocation(directive);
    const word = directive.args.at(-1);
    if (!read || !word || word.templated) return;
    const first = directive.args[0]!;
    report('literal', {
      at: directive.at(word),
      data: { pattern: patternOf(read.name) },
      fix:
        directive.args.length === 2 || read.modifier === ''
          ? fixOf('Make it a regular expression', 'suggestion', file, [
              directive.args.length === 2 ? replace(first, '~') : replace({ start: first.start, end: first.start }, '~ '),
            ])
          : null,
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /img/.*\\.png$ { return 204; }
#        ^^^^^^^^^^^^^ literal`,
      good: 'location ~ /img/.*\\.png$ { return 204; }',
    },
    {
      inside: 'server',
      bad: `location = ^/(a|b)$ { return 204; }
#          ^^^^^^^^ literal`,
      good: 'location ~ ^/(a|b)$ { return 204; }',
    },
    {
      inside: 'server',
      good: 'location /.well-known/ { return 204; }\nlocation /a+b/ { return 204; }\nlocation = /c++.html { return 204; }',
    },
  ],
});
