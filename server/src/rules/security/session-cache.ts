// TLS session caches that most connections miss.
import { fixOf, removeArgument, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isOn } from '../tls.ts';

export default defineRule({
  id: 'session-cache',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  missing: ['ssl_session_cache'],
  title: 'Session cache that helps little',
  why: `OpenSSL's built-in cache belongs to one worker process, and a returning client lands on any of them: with several workers most look-ups fail, and the cache fragments memory besides. A \`shared\` cache is common to all workers; one megabyte holds about 4,000 sessions.

Without any cache and with tickets off, every connection pays for a full handshake.`,
  about: ['ssl_session_cache', 'ssl_session_tickets'],
  looksAt: { directive: ['ssl_session_cache'] },
  needs: 'config',
  fixable: 'always',
  messages: {
    builtin: 'The built-in cache is not shared between workers. Use a shared one only.',
    none: 'With neither cache nor tickets every connection pays for a full handshake. Use a shared cache.',
  },
  check({ directive, scope, file, report }) {
    const builtin = directive.args.find((a) => /^builtin(:|$)/.test(a.value));
    if (builtin) {
      const shared = directive.args.some((a) => a.value.startsWith('shared:'));
      const edit = shared ? removeArgument(file, directive.statement, builtin) : replace(builtin, 'shared:TLS:10m');
      report('builtin', { at: builtin, fix: fixOf('Use a shared cache only', 'suggestion', file, [edit]) });
      return;
    }
    const off = directive.args.find((a) => a.value === 'off' || a.value === 'none');
    if (off && !isOn(scope, 'ssl_session_tickets', true))
      report('none', { at: off, fix: fixOf('Use a shared cache', 'suggestion', file, [replace(off, 'shared:TLS:10m')]) });
  },
  examples: [
    {
      inside: 'http',
      bad: `
ssl_session_cache builtin:1000 shared:TLS:10m;
#                 ^^^^^^^^^^^^ builtin`,
      good: `
ssl_session_cache shared:TLS:10m;`,
    },
    {
      inside: 'http',
      bad: `
ssl_session_tickets off;
ssl_session_cache none;
#                 ^^^^ none`,
      good: `
ssl_session_tickets off;
ssl_session_cache shared:TLS:10m;`,
    },
    {
      inside: 'http',
      good: `
ssl_session_cache off;`,
    },
  ],
});
