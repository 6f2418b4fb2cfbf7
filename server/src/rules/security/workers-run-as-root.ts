/** Worker processes with the rights of root: a flaw in any of them is one of the whole machine. */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'workers-run-as-root',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  controls: { cis: ['2.2.1'] },
  title: 'The worker processes run as root',
  why: `
nginx starts as root to open ports below 1024 and to read keys, and its workers, which read what clients send, take the rights of \`user\`. With \`user root\` a flaw in a worker, a module or a script gives away the machine, and every file on it can be served.

Files that the workers have to read belong to a group that they are in.`,
  about: ['user'],
  references: ['https://cwe.mitre.org/data/definitions/250.html'],
  looksAt: { directive: ['user'] },
  needs: 'file',
  messages: {
    root: 'The workers run as {name}, with every right on this machine. Name an account of their own, such as nginx or www-data.',
  },
  check({ directive, report }) {
    const word = directive.args[0];
    if (word && (word.value === 'root' || word.value === '0') && directive.scope.context === 'main')
      report('root', { at: word, data: { name: word.value } });
  },
  examples: [
    {
      inside: 'main',
      bad: `user root;
#    ^^^^ root
events {}`,
      good: `user www-data;
events {}`,
    },
  ],
});
