/** Included files that are there and cannot be read as text: binary, too large, a folder, forbidden. What is in them is not checked. */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'include-unreadable',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'An included file is there and cannot be read',
  why: `
The file was found where the include points to, but it is no text that could be checked: it is binary or very large, it is a folder, or it may
not be read. nginx may read it all the same; what it says is missing from every other finding.`,
  about: ['include'],
  looksAt: { directive: ['include'] },
  needs: 'config',
  messages: {
    unreadable: 'This file is not checked: {why}.',
  },
  check({ directive, config, report }) {
    const include = config.tree.includes.get(directive.statement);
    if (include?.problem !== 'unreadable' && include?.problem !== 'too-many') return;
    report('unreadable', { at: directive.args[0] ?? directive.statement.name, data: { why: include.detail } });
  },
  examples: [
    {
      inside: 'http',
      bad: 'include conf.d/;\n#       ^^^^^^^ unreadable',
      good: 'include conf.d/*.conf;',
      files: { 'conf.d/a.conf': 'gzip on;\n' },
    },
  ],
});
