/** Timeouts that contradict each other, or what is around nginx. Those of the application are compared by the wsgi rules. */
import { parseTime } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Linux gives a connection up after six tries (tcp_syn_retries), 127 seconds from the first; newer kernels a few seconds later. */
const CONNECT_LIMIT = 127_000;

/** The location passes to another kind of server, for which the line means nothing; that is told by setting-of-another-module. */
const isOfAnother = ({ name }: Directive, scope: Scope): boolean => {
  const passes = scope.all.filter((d) => /^(?:proxy|uwsgi|fastcgi|scgi|grpc)_pass$/.test(d.name));
  return scope.context === 'location' && passes.length > 0 && !passes.some((d) => name.startsWith(d.name.replace('pass', '')));
};

export default defineRule({
  id: 'timeouts-inverted',
  group: 'upstreams',
  severity: 'info',
  since: '0.1',
  title: 'Timeout exceeds a limit that applies first',
  why: `
\`proxy_connect_timeout\` above 127 seconds is never reached: Linux gives up first (\`tcp_syn_retries\` is 6), other systems after 75 seconds. It is the time for a connection, not for the answer,
which is \`proxy_read_timeout\`.

The second value of \`keepalive_timeout\` is what nginx advertises to clients. When it is longer than the first, they use connections that nginx has
closed.`,
  about: ['proxy_connect_timeout', 'keepalive_timeout', 'proxy_read_timeout'],
  looksAt: {
    directive: [
      'proxy_connect_timeout',
      'uwsgi_connect_timeout',
      'fastcgi_connect_timeout',
      'scgi_connect_timeout',
      'grpc_connect_timeout',
      'keepalive_timeout',
    ],
  },
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    connect: '{value} to connect is more than the 127 s after which Linux gives up. The timeout for a response is {answer}.',
    told: 'nginx announces Keep-Alive: timeout={told} but closes connections after {kept} s. Lower the second value.',
  },
  check({ directive, scope, report }) {
    const [first, second] = directive.args;
    const read = first && parseTime(first.value, 'msec');
    if (!first || !read?.ok) return;
    if (directive.name === 'keepalive_timeout') {
      const told = second && parseTime(second.value, 'sec');
      if (!second || !told?.ok || read.value === 0 || told.value * 1000 <= read.value) return;
      report('told', {
        at: second,
        data: { told: told.value, kept: read.value / 1000 },
        fix: fixOf('Tell clients the same', 'suggestion', directive.file, [replace(second, first.raw)]),
      });
    } else if (read.value > CONNECT_LIMIT && !isOfAnother(directive, scope))
      report('connect', {
        at: first,
        severity: 'hint',
        data: { value: first.value, answer: directive.name.replace('connect', 'read') },
        fix: null,
      });
  },
  examples: [
    {
      inside: 'http',
      bad: `keepalive_timeout 20s 60s;
#                     ^^^ told`,
      good: 'keepalive_timeout 20s 20s;',
    },
    {
      inside: 'http',
      bad: `proxy_connect_timeout 300s;
#                     ^^^^ connect`,
      good: 'proxy_connect_timeout 5s;',
    },
  ],
});
