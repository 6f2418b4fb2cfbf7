/** A question mark in what is compared with the path: nginx has taken the query off before it looks for locations and runs rewrites. */
import { samplesOf } from '../../witness/regex-samples.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'query-never-matches',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Pattern that asks for the query in the path',
  why: `
Locations and the patterns of \`rewrite\` are compared with \`$uri\`, the path without the query. A \`?\` in them never meets the one that begins the query: \`location /search?q=\` and \`rewrite ^/item\\?id=5$\` match no request that anyone sends.

Check the arguments with \`$arg_name\` or \`$args\`, in an \`if\` or a \`map\`; a \`map\` of \`$request_uri\` sees path and query together.`,
  about: ['location', 'rewrite', '$arg_', '$request_uri'],
  looksAt: { directive: ['location', 'rewrite'], where: ({ values }) => values.some((v) => v.includes('?')) },
  needs: 'file',
  ofShape: true,
  messages: {
    location:
      'No request is ever here: a location is compared with the path, without the query, and "{text}" asks for a "?". Test $args or $arg_… instead.',
    rewrite: 'This rewrite never runs: it sees the path without the query, and "{text}" asks for a "?". Test $args or $arg_… instead.',
  },
  check({ config, directive, report }) {
    const { args } = directive;
    const isRewrite = directive.name === 'rewrite';
    const word = isRewrite ? args[0] : args.at(-1);
    if (!word || word.templated || !word.value.includes('?')) return;
    const modifier = isRewrite ? '~' : args.length > 1 ? args[0]!.value : word.value.startsWith('@') ? '@' : '';
    if (modifier === '@' || modifier === 'match') return;
    if (modifier.startsWith('~')) {
      if (!/\\\?|\[\?\]/.test(word.value)) return;
      const samples = samplesOf(config.regexes, word.value, {
        caseless: modifier === '~*',
        tries: 24,
        forms: (s) => [s, s.replace(/\?.*/s, '')],
      });
      if (!samples.length || samples.some((s) => !s.includes('?'))) return;
    } else if (!/\?(?:[\w-]+(?:=|$)|$)/.test(word.value)) return;
    report(isRewrite ? 'rewrite' : 'location', { at: word, data: { text: word.value } });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /search?q= {
#        ^^^^^^^^^^ location
    return 404;
}
rewrite ^/item\\?id=5$ /items/five permanent;
#       ^^^^^^^^^^^^^ rewrite`,
      good: `location = /item {
    if ($arg_id = 5) {
        return 301 /items/five;
    }
}
rewrite ^/items?/(\\d+)$ /item/$1 last;`,
    },
  ],
});
