/** A worker that proxies needs two connections for a request. */
import { fixOf, insertFirst, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const ENOUGH = 1024;
/** What nginx takes where nobody writes it. */
const DEFAULT = 512;

export default defineRule({
  id: 'worker-connections-low',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  title: 'worker_connections is low',
  why: `
\`worker_connections\` counts all connections of a worker: those of clients, those to the application, and idle ones that are kept open. A
proxied request takes two, a browser on HTTP/1.1 opens up to six. When they run out, nginx logs "worker_connections are not enough" and
drops clients. A connection that is not in use costs little memory.`,
  about: ['worker_connections', 'worker_rlimit_nofile'],
  looksAt: { directive: ['worker_connections', 'events'] },
  needs: 'file',
  fixable: 'always',
  missing: ['worker_connections'],
  messages: {
    unset:
      'worker_connections is not set: {value} connections for each worker serve about {clients} proxied requests at a time. Allow {enough} or more.',
    low: '{value} connections for each worker serve about {clients} proxied requests at a time. Allow {enough} or more.',
  },
  check({ directive, report }) {
    if (directive.name === 'events') {
      if (!directive.body || directive.body.has('worker_connections')) return;
      return report('unset', {
        at: directive.nameAt,
        data: { value: DEFAULT, clients: DEFAULT / 2, enough: ENOUGH },
        fix: fixOf(`Allow ${ENOUGH}`, 'suggestion', directive.file, [
          insertFirst(directive.file, directive.statement, [`worker_connections ${ENOUGH};`]),
        ]),
      });
    }
    const word = directive.args[0];
    if (!word || !/^\d+$/.test(word.value)) return;
    const value = Number(word.value);
    if (value >= ENOUGH) return;
    report('low', {
      at: word,
      data: { value, clients: Math.floor(value / 2), enough: ENOUGH },
      fix: fixOf(`Allow ${ENOUGH}`, 'suggestion', directive.file, [replace(word, String(ENOUGH))]),
    });
  },
  examples: [
    {
      inside: 'events',
      bad: `worker_connections 128;
#                  ^^^ low`,
      good: 'worker_connections 1024;',
    },
  ],
});
