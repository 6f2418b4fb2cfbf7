/** Directives that the target still accepts and that are on their way out, or accepted and ignored, by the catalog's facts. */
import { isAskedFor } from '../../answers/which-branch.ts';
import { table } from '../../base/table.ts';
import { ageOf } from '../../catalog/changes.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import type { Directive } from '../../config/directive.ts';
import { type Fix, fixOf, remove, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { factFor, isJudged } from '../validity/_known.ts';

/** Rules of their own speak of these. */
const ELSEWHERE = new Set(['ssl']);

/** The line in today's words, where a new name alone does not do. */
const REWRITTEN: Readonly<Record<string, (directive: Directive) => string | null>> = table({
  satisfy_any: (d) => `satisfy ${d.value(0).toLowerCase() === 'on' ? 'any' : 'all'};`,
  limit_zone: (d) => (d.args.length === 3 ? `limit_conn_zone ${d.args[1]!.raw} zone=${d.value(0)}:${d.value(2)};` : null),
});

/** A successor with the same arguments, so that the new name is all that changes. */
function successor(directive: Directive, fact: DirectiveFact, name: string): DirectiveFact | null {
  const { config, context } = directive.scope;
  if (context === 'unknown' || !/^\w+$/.test(name)) return null;
  const next = config.catalog.directive(name, context, config.settings.target);
  return next && next.kind === fact.kind && next.args.min === fact.args.min && next.args.max === fact.args.max ? next : null;
}

export default defineRule({
  id: 'deprecated-directive',
  group: 'deprecation',
  severity: 'warning',
  since: '0.1',
  title: 'Deprecated directive',
  why: `
Some directives are still accepted, with a warning at most, and will be refused by a later release; others are accepted and ignored, so
that the value that is written has no effect. Which ones is a matter of the version that runs the configuration: set \`nginxVersion\`.
What the version refuses already is reported by \`unknown-directive\`.`,
  about: [],
  references: ['https://nginx.org/en/CHANGES'],
  looksAt: { directive: '*' },
  contextFree: true,
  ofShape: true,
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    deprecated: '{name} is deprecated since nginx {since}. Use {successor}.',
    leaving: '{name} is deprecated since nginx {since}.',
    ignored: '{name} has no effect since nginx {since}. Use {successor}, or remove the line.',
    dead: '{name} has no effect since nginx {since}. Remove the line.',
  },
  check({ directive, scope, config, report }) {
    const known = directive.fact;
    if (!known || (!known.deprecated && !known.obsolete) || ELSEWHERE.has(directive.name) || !isJudged(directive)) return;
    const fact = factFor(directive);
    const age = fact && ageOf(fact, config.settings.target);
    if (!fact || !age || age.state === 'removed') return;
    const data = { name: directive.name, since: age.since, successor: age.replacedBy ?? '' };
    let fix: Fix | null = null;
    if (age.state === 'obsolete') fix = fixOf('Remove the line', 'safe', directive.file, [remove(directive.file, directive.statement)]);
    else {
      const line = REWRITTEN[directive.name]?.(directive);
      const next = age.replacedBy === null ? null : successor(directive, fact, age.replacedBy);
      if (line) fix = fixOf(`Change to "${line}"`, 'safe', directive.file, [replace(directive.statement, line)]);
      else if (next && !scope.has(next.name) && twins(directive).length === 1)
        fix = fixOf(`Change to ${next.name}`, 'safe', directive.file, [replace(directive.statement.name, next.name)]);
    }
    const message =
      age.state === 'obsolete' ? (age.replacedBy === null ? 'dead' : 'ignored') : age.replacedBy === null ? 'leaving' : 'deprecated';
    // a condition of a template that asks for the very thing knows which nginx has it
    const weight = isAskedFor(directive) ? ({ severity: 'hint' } as const) : {};
    report(message, { at: directive.statement.name, data, tag: 'deprecated', fix, ...weight });
  },
  examples: [
    {
      inside: 'http',
      bad: `    http2_max_requests 500;
#   ^^^^^^^^^^^^^^^^^^ ignored
keepalive_requests 500;`,
      good: 'keepalive_requests 500;',
    },
    {
      inside: 'server',
      bad: `    http2_max_concurrent_pushes 10;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ dead
server_name example.com;`,
      good: 'server_name example.com;',
    },
    {
      inside: 'stream-server',
      bad: `    proxy_downstream_buffer 16k;
#   ^^^^^^^^^^^^^^^^^^^^^^^ deprecated
proxy_pass 127.0.0.1:9001;`,
      good: `    proxy_buffer_size 16k;
proxy_pass 127.0.0.1:9001;`,
    },
    { inside: 'http', settings: { nginx: '1.18.0' }, good: 'http2_max_requests 500;' },
  ],
});

/** The lines of this level that would all become the same successor. */
function twins(directive: Directive): readonly Directive[] {
  const to = directive.fact?.deprecated?.replacedBy;
  return directive.scope.directives.filter((d) => d.fact?.deprecated?.replacedBy === to && to !== undefined);
}
