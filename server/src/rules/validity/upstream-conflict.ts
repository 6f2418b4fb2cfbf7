/** Upstream groups that nginx refuses: declared twice, without servers, with a parameter that the balancing method does not take. */

import { isNginx } from '../../answers/which-build.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenOf } from '../../config/open.ts';
import { canonicalIp } from '../../config/servers.ts';
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { factFor } from './_known.ts';

import { atDirective } from './_places.ts';
import { soundFact } from './_sound.ts';
import { isAftermath } from './_structure.ts';

/** Methods that replace round-robin; those of them that take no backup servers (the flags that their setters leave). */
const METHODS = new Set(['ip_hash', 'least_conn', 'least_time', 'hash', 'random', 'fair']);
const NO_BACKUP = new Set(['ip_hash', 'hash', 'random']);

export default defineRule({
  id: 'upstream-conflict',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid upstream',
  why: `
An upstream has a name of its own (case does not count), at least one server, and at least one that is no backup. After \`hash\`, \`ip_hash\` or
\`random\` a server cannot be a backup. A second balancing method replaces the first, with a warning.`,
  about: ['upstream'],
  looksAt: { scope: ['http', 'stream', 'upstream', 'stream-upstream'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    twice: 'Duplicate upstream "{name}". Choose another name, or merge the two.',
    empty: 'No servers are inside upstream "{name}". Add one.',
    backups: 'No servers in upstream "{name}": all of them are backups.',
    backup: 'Balancing method does not support parameter "backup": "{method}" above uses all servers.',
    memory: 'Resolving names at run time requires upstream "{name}" to be in shared memory. Add "zone" with a size.',
    resolver: 'No resolver defined to resolve names at run time in upstream "{name}". Add "resolver" here or in the outer block.',
    redefined: 'Load balancing method redefined: "{method}" replaces "{before}" above.',
  },
  check({ scope, report }) {
    if (scope.context === 'http' || scope.context === 'stream') {
      const seen = new Map<string, Directive>();
      for (const directive of scope.named('upstream')) {
        if (!soundFact(directive) || isAftermath(directive, 'place')) continue;
        const name = directive.value(0);
        const first = seen.get(name.toLowerCase());
        if (first)
          report('twice', {
            at: directive.at(directive.args[0]),
            data: { name },
            related: [{ at: first.at(first.args[0]), message: 'The first one is here.' }],
          });
        else seen.set(name.toLowerCase(), directive);
      }
      return;
    }
    const { opener } = scope;
    const servers = scope.named('server');
    const name = opener?.value(0) ?? '';
    // a group that is filled at run time names no servers: state of Plus, balancers in Lua still need one
    if (
      opener?.statement.closed &&
      !isAftermath(opener, 'name') &&
      !scope.has('state') &&
      // nchan puts the servers of Redis into the group
      !scope.has('nchan_redis_server') &&
      !scope.directives.some((d) => d.name === 'include' && broughtNothing(d))
    ) {
      const close = opener.statement.close;
      const related = close ? [{ at: opener.at(close), message: 'nginx -t reports this line.' }] : [];
      if (servers.length === 0) {
        if (!scope.directives.some((d) => !factFor(d) && d.name !== 'server') && !unseenOf(scope, 'server').length)
          report('empty', { at: opener.at(opener.args[0] ?? opener.statement.name), data: { name }, related });
      } else if (servers.every((s) => s.values.includes('backup')))
        report('backups', { at: opener.at(opener.args[0] ?? opener.statement.name), data: { name } });
    }
    for (const server of servers) {
      const at = server.args.findIndex((a, i) => i > 0 && a.value === 'resolve');
      if (at < 0 || !soundFact(server) || parseIp(server.value(0))) continue;
      if (!scope.has('zone')) report('memory', { at: server.at(server.args[at]), data: { name } });
      else if (!scope.value('resolver'))
        report('resolver', { at: server.at(server.args[at]), data: { name }, related: opener ? [atDirective(opener)] : [] });
    }
    let method: Directive | null = null;
    let keepalive: Directive | null = null;
    const keepaliveIsMethod = !isNginx(scope.config, '1.29.7');
    for (const directive of scope.directives) {
      // before keepalive became the default, its line took the place of the method that comes after it (ngx_http_upstream_keepalive)
      if (keepaliveIsMethod && directive.name === 'keepalive' && !method && soundFact(directive)) {
        keepalive = directive;
        continue;
      }
      if (METHODS.has(directive.name) && keepalive && soundFact(directive)) {
        report('redefined', { at: directive.nameAt, data: { method: directive.name, before: 'keepalive' }, severity: 'warning' });
        keepalive = null;
      }
      if (METHODS.has(directive.name)) {
        if (!soundFact(directive)) continue;
        if (method)
          report('redefined', { at: directive.nameAt, data: { method: directive.name, before: method.name }, severity: 'warning' });
        method = directive;
      }
      if (directive.name !== 'server' || !method || !NO_BACKUP.has(method.name)) continue;
      const at = directive.args.findIndex((a, i) => i > 0 && a.value === 'backup');
      if (at > 0)
        report('backup', {
          at: directive.at(directive.args[at]),
          data: { method: method.name },
          related: [{ at: method.nameAt, message: 'The method is here.' }],
          fix: fixOf('Remove "backup"', 'suggestion', directive.file, [
            removeArgument(directive.file, directive.statement, directive.args[at]!),
          ]),
        });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: '    upstream a { server 10.0.0.1; }\n    upstream A { server 10.0.0.2; }\n#            ^ twice',
      good: '    upstream a { server 10.0.0.1; }\n    upstream b { server 10.0.0.2; }',
    },
    { inside: 'http', bad: '    upstream a { }\n#            ^ empty', good: '    upstream a { server 10.0.0.1; }' },
    {
      inside: 'http',
      bad: '    upstream a { server 10.0.0.1 backup; }\n#            ^ backups',
      good: '    upstream a { server 10.0.0.1 backup; server 10.0.0.2; }',
    },
    {
      inside: 'upstream',
      bad: '    ip_hash;\n    server 10.0.0.2;\n    server 10.0.0.1 backup;\n#                   ^^^^^^ backup',
      good: '    ip_hash;\n    server 10.0.0.2;\n    server 10.0.0.1;',
    },
    {
      inside: 'upstream',
      bad: '    least_conn;\n    server 10.0.0.1;\n    ip_hash;\n#   ^^^^^^^ redefined',
      good: '    least_conn;\n    server 10.0.0.1;',
    },
  ],
});

const parseIp = (text: string): boolean => /^unix:/i.test(text) || canonicalIp(text.replace(/:\d+$/, '')) !== null;

const broughtNothing = (d: Directive): boolean => {
  const include = d.scope.config.tree.includes.get(d.statement);
  return include === undefined || (include.files.length === 0 && !include.mask);
};
