/** Includes that lead back to a file that is being read: nginx reads on until it may open no more files (ngx_conf_include has no memory of them). */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'include-cycle',
  group: 'correctness',
  severity: 'error',
  since: '0.1',
  title: 'A file includes itself',
  why: `
nginx reads an included file in place, and does not remember which files it is reading. A file that includes itself is read again and again,
until the limit of open files ends it with "Too many open files", which says nothing of the cause.

A mask such as \`*.conf\` in a folder easily matches the file that it is in.`,
  refuses: true,
  about: ['include'],
  looksAt: { directive: ['include'] },
  needs: 'config',
  messages: {
    cycle: 'This include leads back to a file that is being read: {chain}. nginx would go on until it can open no more files.',
  },
  check({ directive, config, report }) {
    const include = config.tree.includes.get(directive.statement);
    if (include?.problem !== 'cycle') return;
    report('cycle', { at: directive.args[0] ?? directive.statement.name, data: { chain: include.detail } });
  },
  examples: [
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http {
    include conf.d/a.conf;
}
#- conf.d/a.conf
include conf.d/*.conf;
#       ^^^^^^^^^^^^^ cycle
`,
      good: `#- nginx.conf
events {}
http {
    include conf.d/*.conf;
}
#- conf.d/a.conf
gzip on;
`,
    },
  ],
});
