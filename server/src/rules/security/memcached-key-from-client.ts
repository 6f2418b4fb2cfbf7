/** The key of memcached that is asked is what the client writes: it reads whatever else is kept there. */
import { reaches } from '../../answers/what-reaches-this-line.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { type VariableUse, variablesIn } from '../../syntax/variable.ts';
import { groupTakes } from '../../witness/regex-samples.ts';
import { alwaysHolds, flowInto, overwritten, regexOfGroup, writtenAs } from '../data-flow.ts';
import { defineRule } from '../rule.ts';

/** The variables by which modules are told the key, and the pass that reads each. */
const KEYS = { memcached_key: 'memcached_pass', memc_key: 'memc_pass', redis_key: 'redis_pass' } as const;

const passOf = (directive: Directive): string | undefined =>
  Object.entries(KEYS).find(([name]) => `$${name}` === directive.value(0).toLowerCase())?.[1];

/** Keys of others: of sessions, with and without the colon by which programs part them. */
const FOREIGN = [':1:django.contrib.sessions.cache1', 'session:1', 'sessions/1', 'secret'];

/** Whether one of these keys arrives at the line in what the client writes. */
function takesForeign(directive: Directive, use: VariableUse, source: string): boolean {
  if (!use.capture) return FOREIGN.some((key) => reaches(directive, { [source]: key }));
  const group = Number(use.name);
  const regex = regexOfGroup(directive, group);
  return (
    regex !== undefined && FOREIGN.some((key) => groupTakes(directive.scope.config.regexes, regex.pattern, regex.caseless, group, key))
  );
}

/** One variable, and nothing with it. */
const ALONE = /^\$(?:\w+|\{\w+\})$/;

export default defineRule({
  id: 'memcached-key-from-client',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Client chooses the key in memcached',
  why: `
\`memcached_pass\` answers with whatever is stored under \`$memcached_key\`. Where the whole key is an argument, a cookie or a header, the client chooses among all that the server keeps, and applications keep sessions, tokens and pages of other users there.

Begin the key with text of your own, such as \`page:$uri\`, under which only pages are stored, or take \`$uri\`, which always begins with a slash.`,
  about: ['memcached_pass', 'set', '$memcached_key'],
  references: ['https://cwe.mitre.org/data/definitions/639.html'],
  looksAt: { directive: ['set'], where: ({ values }) => Object.hasOwn(KEYS, (values[0] ?? '').replace(/^\$/, '').toLowerCase()) },
  needs: 'config',
  messages: {
    whole:
      'The client writes the whole key with {source}, and reads whatever is kept there under any other key, such as the session of someone else. Begin the key with text of your own.',
  },
  check({ directive, report }) {
    const word = directive.args[1];
    const pass = passOf(directive);
    if (!word || !pass || word.templated || !ALONE.test(word.value)) return;
    const [use] = variablesIn(word).uses;
    if (!use || alwaysHolds(directive, use, '/')) return;
    let { scope } = directive;
    while (scope.opener?.name === 'if' && scope.parent) scope = scope.parent;
    const name = directive.value(0).slice(1).toLowerCase();
    // a later line, or one of the location's own, has the last word
    const keepsKey = (at: Scope): boolean => {
      const use = at.first(pass);
      if (!use || overwritten(directive, name, use)) return false;
      return at === directive.scope || !at.named('set').some((d) => d !== directive && d.value(0).toLowerCase() === `$${name}`);
    };
    const asks = [scope, ...scope.all.flatMap((d) => d.body ?? [])].filter(keepsKey);
    if (!asks.some((at) => at.context !== 'unknown' && !at.value('internal') && admitsStrangers(at))) return;
    const flow = flowInto(directive, use, ':');
    if (!flow || !flowInto(directive, use, 's')) return;
    if (!takesForeign(directive, use, flow.source.slice(1).toLowerCase())) return;
    report('whole', { at: word, data: { source: writtenAs(use, flow.source) }, related: flow.chain });
  },
  examples: [
    {
      inside: 'server',
      bad: `location = /cached {
    set $memcached_key $arg_key;
#                      ^^^^^^^^ whole
    memcached_pass 127.0.0.1:11211;
}`,
      good: `location = /cached {
    set $memcached_key page:$arg_key;
    memcached_pass 127.0.0.1:11211;
}`,
    },
    {
      inside: 'server',
      good: `location / {
    set $memcached_key $uri;
    memcached_pass 127.0.0.1:11211;
}`,
    },
  ],
});
