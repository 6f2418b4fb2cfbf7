/** Patterns whose matching time doubles with every character, shown with an input that makes PCRE2 give up. No proof, no word. */
import { regexesOf } from '../../config/names.ts';
import { hasNestedLoops, lettersOf, pumpsOf, samplesOf } from '../../witness/regex-samples.ts';
import { defineRule } from '../rule.ts';

/** So few repetitions that only exponential growth reaches the match limit (100,000 steps): 26 cubed is a sixth of it. */
const REPETITIONS = 26;
const TAILS = ['\n!', '!', '/', ' ', '\x01'];

/** Ends of texts that match, spoilt by one more character: PCRE2 does not begin where a character that every match needs is missing. */
const spoiltEnds = (samples: readonly string[]): string[] => [
  ...new Set(samples.slice(0, 3).flatMap((s) => [1, 2, 4].filter((n) => n <= s.length).map((n) => `${s.slice(-n)}\n!`))),
];

export default defineRule({
  id: 'regex-catastrophic',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:regex_redos'],
  title: 'Regular expression with catastrophic backtracking',
  why: `
Loops within loops, as in \`(a+)+\`, can split the same text in exponentially many ways, and an engine that backtracks tries them all when the match fails at the end. One request with thirty characters then occupies a worker, and with it every connection of that worker, until PCRE2's match limit ends it.

The rule makes up such an input and runs it; the message shows one that reached the limit.`,
  about: ['location', 'rewrite', 'map', 'if', 'server_name'],
  looksAt: { directive: '*' },
  alike: true,
  needs: 'file',
  costly: true,
  messages: {
    exponential: 'This pattern takes exponential time: {input} makes PCRE2 give up. Remove the nested quantifier, or make it possessive.',
  },
  check({ config, directive, report }) {
    for (const { word, pattern, caseless } of regexesOf(directive)) {
      if (word.templated || !hasNestedLoops(pattern)) continue;
      const compiled = config.regexes.compile(pattern, { caseless });
      if (!compiled.ok) continue;
      const { regex } = compiled;
      const last = lettersOf(pattern)
        .slice(0, 2)
        .map((c) => `\n${c}\n`);
      const tails = [...TAILS, ...spoiltEnds(samplesOf(config.regexes, pattern, { caseless })), ...last];
      search: for (const { before, pump } of pumpsOf(config.regexes, pattern, caseless))
        for (const tail of tails) {
          const input = before + pump.repeat(REPETITIONS) + tail;
          if (input.length > 400 || regex.match(input) !== 'unknown') continue;
          report('exponential', {
            at: directive.at(word),
            data: {
              input: `${JSON.stringify(before + pump)} with ${JSON.stringify(pump)} ${REPETITIONS} times and ${JSON.stringify(tail)} behind it`,
            },
          });
          break search;
        }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/(\\w+\\s?)+$ { return 204; }
#          ^^^^^^^^^^^^ exponential`,
      good: 'location ~ ^/[\\w\\s]+$ { return 204; }',
    },
    {
      inside: 'server',
      bad: `location ~ "^/((x+)+)y$" { return 204; }
#          ^^^^^^^^^^^^^ exponential`,
      good: 'location ~ "^/x+y$" { return 204; }',
    },
    { inside: 'server', good: 'location ~ ^/([\\w-]+/)*[\\w-]+\\.html$ { return 204; }' },
    { inside: 'server', good: 'server_name ~^(www\\.)?(?<name>.+)$;' },
  ],
});
