/** Which location may be in which (ngx_http_core_location), and the modifiers that there are. */

import { toBytes } from '../../base/bytes.ts';
import { locationOf, readLocation, readLocationWords } from '../../config/locations.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from './_sound.ts';
import { isAftermath } from './_structure.ts';

export default defineRule({
  id: 'location-nesting',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  covers: ['location-variable-literal', 'unreachable-location'],
  title: 'Location not allowed inside another one',
  why: `
A nested location must lie inside its parent: its name begins with the parent's name. Nothing can stand inside an exact or a named
location, named locations stand at the server level, and below a regular expression only regular expressions make sense, since nginx
compares a nested prefix with the text of the pattern. From 1.31.5 on \`location $variable\` is allowed in any of them but exact and named ones,
and everything but named locations is allowed in it.`,
  about: ['location'],
  looksAt: {
    directive: ['location'],
    where: ({ context, values }, { settings }) => context === 'location' || readLocationWords(values, settings.target.nginx) === null,
  },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    modifier: 'Invalid location modifier "{modifier}". Use "=", "^~", "~" or "~*".',
    several:
      'Invalid location modifier "{modifier}": a location has one path. Write a location for each, or a regular expression such as "~ ^/(?:a|b)".',
    parted: 'Invalid location modifier "@": a space separates it from its name. Write "@{name}".',
    exact: 'Location "{name}" cannot be inside the exact location "{outer}".',
    named: 'Location "{name}" cannot be inside the named location "{outer}".',
    level: 'Named location "{name}" can be on the server level only.',
    outside: 'Location "{name}" is outside location "{outer}". Its name must begin with "{outer}".',
    regex: 'Location "{name}" is outside location "{outer}": only regular expressions are allowed inside a regular expression.',
  },
  check({ directive, file, report }) {
    if (!soundFact(directive)) return;
    const { args, scope } = directive;
    const read = readLocation(directive);
    if (!read) {
      const modifier = directive.value(0);
      if (modifier === '@' && args.length === 2)
        return report('parted', {
          at: args[0]!,
          data: { name: directive.value(1) },
          fix: fixOf(`Write "@${directive.value(1)}"`, 'suggestion', file, [replace({ start: args[0]!.end, end: args[1]!.start }, '')]),
        });
      return report(modifier.startsWith('/') ? 'several' : 'modifier', { at: args[0]!, data: { modifier } });
    }
    if (scope.context !== 'location' || isAftermath(directive, 'place')) return;
    const outer = locationOf(scope);
    if (!outer) return;
    const at = args.at(-1)!;
    const data = { name: read.name, outer: outer.name };
    if (outer.kind === 'exact') return report('exact', { at, data });
    if (outer.kind === 'named') return report('named', { at, data });
    if (read.modifier === '@') return report('level', { at, data });
    if (read.modifier === '~' || read.modifier === '~*' || read.modifier === '$' || outer.kind === 'predicate') return;
    if (!toBytes(read.name).startsWith(outer.bytes)) report(outer.kind === 'regex' ? 'regex' : 'outside', { at, data });
  },
  examples: [
    {
      inside: 'server',
      bad: '    location /a { location /b { } }\n#                          ^^ outside',
      good: '    location /a { location /a/b { } }',
    },
    {
      inside: 'server',
      bad: '    location = /a { location /a/b { } }\n#                            ^^^^ exact',
      good: '    location /a { location /a/b { } }',
    },
    { inside: 'server', bad: '    location /a { location @b { } }\n#                          ^^ level', good: '    location @b { }' },
    {
      inside: 'server',
      bad: '    location ~ \\.php$ { location /x { } }\n#                                ^^ regex',
      good: '    location ~ \\.php$ { location ~ ^/x { } }',
    },
    {
      inside: 'server',
      notOn122: 'predicate locations came with 1.31.5',
      bad: '    location = /a { location $arg_a { } }\n#                            ^^^^^^ exact',
      good: '    location /a { location $arg_a { location /b { } } }',
    },
    {
      inside: 'server',
      settings: { nginx: '1.30.7' },
      bad: '    location /a { location $arg_a { } }\n#                          ^^^^^^ outside',
      good: '    location /a { location /a/b { } }',
    },
    { inside: 'server', bad: '    location ! /a { }\n#            ^ modifier', good: '    location ^~ /a { }' },
    { inside: 'server', bad: '    location /a /b { }\n#            ^^ several', good: '    location ~ ^/(?:a|b) { }' },
    { inside: 'server', bad: '    location @ app { }\n#            ^ parted', good: '    location @app { }' },
  ],
});
