/** Each connection is a file descriptor, a proxied request takes two, and open files come on top (RLIMIT_NOFILE). */
import { fixOf, insertBefore, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { mainPlace } from './_main.ts';

/** What a process may open on most systems when nobody raises it. */
const USUAL_LIMIT = 1024;
/** worker_connections where nobody writes it */
const DEFAULT = 512;

export default defineRule({
  id: 'rlimit-below-connections',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  missing: ['worker_rlimit_nofile'],
  equivalents: ['gixy:worker_rlimit_nofile_vs_connections'],
  title: 'Open file limit below worker_connections',
  why: `
A client's connection is a file descriptor, the connection to the application another, the file that is sent a third. When the limit of
the process is reached, nginx logs "Too many open files" and refuses clients long before \`worker_connections\` is used up. Set
\`worker_rlimit_nofile\` to at least twice \`worker_connections\`. Where it is not set, the limit of the system counts, often 1024.`,
  about: ['worker_rlimit_nofile', 'worker_connections'],
  looksAt: { directive: ['worker_connections', 'events'] },
  needs: 'file',
  fixable: 'always',
  messages: {
    below: 'worker_rlimit_nofile {limit} is less than twice the {connections} connections of a worker. Set it to {needed} or more.',
    unset: '{connections} connections need up to {needed} open files, and the usual limit is 1024. Set worker_rlimit_nofile.',
  },
  check({ directive, config, report }) {
    const byDefault = directive.name === 'events';
    if (byDefault && (directive.body?.has('worker_connections') || directive.body?.has('include'))) return;
    const at = byDefault ? directive.nameAt : directive.at(directive.args[0] ?? directive.statement.name);
    const connections = byDefault ? DEFAULT : Number(directive.value(0));
    if (!Number.isInteger(connections) || connections <= 0) return;
    const needed = connections * 2;
    const limit = config.main.first('worker_rlimit_nofile');
    const word = limit?.args[0];
    const data = { connections, needed, limit: word?.value ?? '' };
    if (limit && word) {
      if (!/^\d+$/.test(word.value) || Number(word.value) >= needed) return;
      report('below', {
        at,
        data,
        related: [{ at: limit.at(), message: 'the limit of open files' }],
        fix: fixOf(`Set worker_rlimit_nofile to ${needed}`, 'suggestion', limit.file, [replace(word, String(needed))]),
      });
      return;
    }
    const events = mainPlace(config, 'events')?.directive;
    if (!events || needed <= USUAL_LIMIT) return;
    report('unset', {
      at,
      data,
      fix: fixOf(`Set worker_rlimit_nofile to ${needed}`, 'suggestion', events.file, [
        insertBefore(events.file, events.statement, [`worker_rlimit_nofile ${needed};`]),
      ]),
    });
  },
  examples: [
    {
      inside: 'main',
      bad: `worker_rlimit_nofile 1024;
events {
    worker_connections 4096;
#                      ^^^^ below
}
http {}`,
      good: `worker_rlimit_nofile 8192;
events {
    worker_connections 4096;
}
http {}`,
    },
    {
      inside: 'main',
      bad: `events {
    worker_connections 4096;
#                      ^^^^ unset
}
http {}`,
      good: `worker_rlimit_nofile 8192;
events {
    worker_connections 4096;
}
http {}`,
    },
    { inside: 'events', good: 'worker_connections 512;' },
  ],
});
