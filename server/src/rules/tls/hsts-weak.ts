// Strict-Transport-Security values that protect for a short time, or not at all.

import { textsOf } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import type { Word } from '../../syntax/word.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { written } from '../tls.ts';

/** Half a year, below which scanners count the header as not there. */
const SHORT = 15_552_000;
/** What the preload list asks for: a year. */
const PRELOAD = 31_536_000;
const GOOD = 63_072_000;

interface Parsed {
  /** the first, which counts for those who read on in spite of a second one */
  readonly maxAge: number | null;
  readonly twice: boolean;
  readonly subdomains: boolean;
  readonly preload: boolean;
  readonly others: boolean;
}

/** RFC 6797 section 6.1: directives separated by semicolons, names without case, values possibly quoted. */
function parse(value: string): Parsed {
  let maxAge: number | null = null;
  let twice = false;
  let subdomains = false;
  let preload = false;
  let others = false;
  for (const part of value.split(';').map((p) => p.trim())) {
    if (!part) continue;
    const age = /^max-age\s*=\s*"?(\d+)"?$/i.exec(part);
    if (age) {
      twice ||= maxAge !== null;
      maxAge ??= Number(age[1]);
    } else if (/^includesubdomains$/i.test(part)) subdomains = true;
    else if (/^preload$/i.test(part)) preload = true;
    else others = true;
  }
  return { maxAge, twice, subdomains, preload, others };
}

/** Seconds in the largest unit of which there is at least one. */
function inWords(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, 'day'],
      [3600, 'hour'],
      [60, 'minute'],
    ] as const
  ).find(([s]) => seconds >= s) ?? [1, 'second'];
  const count = Math.round((seconds / size) * 10) / 10;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** The values that the header may have by a line, constants followed; `plain` where the whole word is the value. */
function valuesOf(directive: Directive): { word: Word; value: string; plain: boolean }[] {
  const lines =
    directive.name === 'add_header'
      ? directive.value(0).toLowerCase() === 'strict-transport-security' && directive.args[1]
        ? [{ word: directive.args[1], text: directive.value(1), plain: true }]
        : []
      : directive.args.flatMap((word) => {
          const m = /^strict-transport-security\s*:\s*(.*)$/is.exec(word.value);
          return m ? [{ word, text: m[1]!, plain: false }] : [];
        });
  return lines
    .filter((l) => !l.word.templated)
    .flatMap(({ word, text, plain }) =>
      (textsOf(directive.scope, text) ?? []).map((value) => ({ word, value, plain: plain && !text.includes('$') })),
    )
    .filter((l) => l.value !== '');
}

export default defineRule({
  id: 'hsts-weak',
  group: 'tls',
  severity: 'warning',
  since: '0.1',
  controls: { cis: ['4.1.8'], owasp: ['14.4.5'] },
  equivalents: ['gixy:hsts_header'],
  title: 'Weak Strict-Transport-Security value',
  why: `Browsers ignore a Strict-Transport-Security header that they cannot read: the max-age is required and is a plain number of seconds. A short one runs out between two visits and leaves the next first request open; half a year is the least that scanners accept, Mozilla asks for two years. A max-age of 0 makes browsers forget the host.

\`preload\` asks to be put on the list that browsers are shipped with. That list takes a host only with includeSubDomains and a max-age of a year.`,
  about: ['add_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc6797#section-6.1', 'https://hstspreload.org/'],
  looksAt: {
    directive: ['add_header', 'more_set_headers'],
    where: ({ values }) => values.some((v) => /^strict-transport-security/i.test(v)),
  },
  needs: 'file',
  ofShape: true,
  inForce: true,
  fixable: 'sometimes',
  messages: {
    unreadable: 'Browsers ignore this value: it has no valid max-age. Write max-age=63072000.',
    off: 'max-age=0 makes browsers forget that the host is HTTPS only. Remove the header, or give it a max-age.',
    short: 'A max-age of {time} expires soon. Raise it to 63072000 (two years).',
    twice: 'Browsers ignore a value that names max-age twice. Name it once.',
    preload: 'The preload list requires includeSubDomains and a max-age of a year. Add what is missing, or remove preload.',
  },
  check({ directive, file, report }) {
    for (const { word, value, plain } of valuesOf(directive)) {
      const { maxAge, twice, subdomains, preload } = parse(value);
      const fixed = `max-age=${Math.max(maxAge ?? 0, GOOD)}${subdomains || preload ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
      const more = { at: word, fix: plain ? fixOf('Write two years', 'suggestion', file, [replace(word, written(word, fixed))]) : null };
      if (maxAge === null) report('unreadable', more);
      else if (twice) report('twice', more);
      else if (maxAge === 0) report('off', { ...more, severity: 'info' });
      else if (preload && (!subdomains || maxAge < PRELOAD)) report('preload', more);
      else if (maxAge < SHORT) report('short', { ...more, data: { time: inWords(maxAge) }, severity: 'info' });
      else continue;
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `
add_header Strict-Transport-Security "max-age=86400" always;
#                                    ^^^^^^^^^^^^^^^ short`,
      good: `
add_header Strict-Transport-Security "max-age=63072000" always;`,
    },
    {
      inside: 'server',
      bad: `
add_header Strict-Transport-Security "max-age: 31536000; includeSubDomains";
#                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unreadable`,
      good: `
add_header Strict-Transport-Security "max-age=63072000; includeSubDomains";`,
    },
    {
      inside: 'server',
      bad: `
add_header Strict-Transport-Security "max-age=31536000; preload" always;
#                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ preload`,
      good: `
add_header Strict-Transport-Security "max-age=63072000; includeSubDomains; preload" always;`,
    },
    {
      inside: 'http',
      good: `
map $https $hsts {
    on "max-age=63072000";
}
add_header Strict-Transport-Security $hsts always;`,
    },
  ],
});
