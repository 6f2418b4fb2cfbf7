/** Two locations of one name on one level (ngx_http_init_locations and ngx_http_join_exact_locations). Equal regular expressions are legal. */
import { type Location, locationsOf } from '../../config/locations.ts';
import { defineRule } from '../rule.ts';
import { isTemplated } from './_spans.ts';
import { isAftermath } from './_structure.ts';

export default defineRule({
  id: 'duplicate-location',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  covers: ['unreachable-location'],
  title: 'Duplicate location',
  why: `
Two exact locations, or two prefix locations, of one name on one level are refused; "^~" counts as a prefix location. An exact and a prefix
location of one name may coexist. Two regular expressions may be equal: the second is never used. The same is true of two named
locations, which nginx accepts and Proxylens warns of. Names inside a regular expression are not compared.`,
  about: ['location'],
  looksAt: { scope: ['server', 'location'], having: (names) => (names.get('location') ?? 0) > 1 },
  needs: 'file',
  ofShape: true,
  messages: {
    twice: 'Duplicate location "{name}". Merge it with the first one, or give it another name.',
    named: 'Named location "{name}" already exists, and the second one is never used.',
  },
  check({ scope, report }) {
    const seen = new Map<string, Location>();
    for (const location of locationsOf(scope).all) {
      const { directive, kind, name } = location;
      if (kind === 'regex' || kind === 'predicate' || location.buried || isTemplated(directive) || isAftermath(directive, 'place'))
        continue;
      const key = `${kind} ${name}`;
      const first = seen.get(key);
      if (!first) seen.set(key, location);
      else
        report(kind === 'named' ? 'named' : 'twice', {
          at: directive.at(directive.args.at(-1)),
          data: { name },
          severity: kind === 'named' ? 'warning' : 'error',
          related: [{ at: first.directive.at(first.directive.args.at(-1)), message: 'The first one is here.' }],
        });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: '    location /a { }\n    location /a { }\n#            ^^ twice',
      good: '    location /a { }\n    location = /a { }',
    },
    {
      inside: 'server',
      bad: '    location /a { }\n    location ^~ /a { }\n#               ^^ twice',
      good: '    location /a { }\n    location ^~ /b { }',
    },
    {
      inside: 'server',
      bad: '    location @a { }\n    location @a { }\n#            ^^ named',
      good: '    location ~ a { }\n    location ~ a { }',
    },
    // names that nginx never looks for, it does not compare either
    {
      inside: 'server',
      good: '    location ~ /a { location /a/b { } location /a/b { } }',
    },
  ],
});
