// TLS session caches that most connections miss.

import { reachOf, serversUnder } from '../../answers/which-socket.ts';
import type { Scope } from '../../config/scope.ts';
import { fixOf, insertAfter, removeArgument, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isInPlainServer, isOn, protocolIn, sharedCache } from '../tls.ts';

export default defineRule({
  id: 'session-cache-ineffective',
  formerly: ['session-cache'],
  group: 'tls',
  severity: 'info',
  since: '0.1',
  missing: ['ssl_session_cache'],
  title: 'Ineffective TLS session cache',
  why: `OpenSSL's built-in cache belongs to one worker process, and a returning client lands on any of them: with several workers most look-ups fail, and the cache fragments memory besides. A \`shared\` cache is common to all workers; one megabyte holds about 4,000 sessions.

Without any cache (the default) and with tickets off, every connection pays for a full handshake.`,
  about: ['ssl_session_cache', 'ssl_session_tickets'],
  looksAt: { directive: ['ssl_session_cache', 'ssl_session_tickets'] },
  needs: 'config',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    builtin: 'The built-in cache is not shared between workers. Use a shared one only.',
    none: 'Without a cache or tickets every connection needs a full handshake. Use a shared cache.',
  },
  check({ config, directive, scope, file, report }) {
    if (isInPlainServer(directive)) return;
    const protocol = protocolIn(scope);
    if (directive.name === 'ssl_session_tickets') {
      // the default has no cache either (ngx_ssl_session_cache, NGX_SSL_NONE_SCACHE)
      if (directive.value(0).toLowerCase() !== 'off' || protocol !== 'http') return;
      const bare = serversUnder(directive).filter(
        (s) =>
          reachOf(s).tls &&
          s.scope.value('ssl_session_tickets') === directive &&
          !isOn(s.scope, 'ssl_reject_handshake') &&
          !saidAt(s.scope) &&
          !some(s.scope),
      );
      if (bare.length)
        report('none', {
          at: directive.statement,
          fix: scope.has('ssl_session_cache')
            ? null
            : fixOf('Use a shared cache', 'suggestion', file, [
                insertAfter(file, directive.statement, [`ssl_session_cache ${sharedCache(config, protocol)};`]),
              ]),
        });
      return;
    }
    const off = directive.args.find((a) => a.value === 'off' || a.value === 'none');
    if (off && !isOn(scope, 'ssl_session_tickets', true)) {
      report('none', { at: off, fix: fixOf('Use a shared cache', 'suggestion', file, [replace(off, sharedCache(config, protocol))]) });
      return;
    }
    const builtin = directive.args.find((a) => /^builtin(:|$)/.test(a.value));
    // one process alone finds all its sessions
    if (builtin && config.main.value('worker_processes')?.value(0) !== '1') {
      const shared = directive.args.some((a) => a.value.startsWith('shared:'));
      const edit = shared ? removeArgument(file, directive.statement, builtin) : replace(builtin, sharedCache(config, protocol));
      report('builtin', { at: builtin, fix: fixOf('Use a shared cache only', 'suggestion', file, [edit]) });
    }

    /** The finding is at a written `none` already. */
    function saidAt(at: Scope): boolean {
      const line = at.value('ssl_session_cache');
      return line !== undefined && !isOn(line.scope, 'ssl_session_tickets', true);
    }

    /** Whether a cache other than none is in force. */
    function some(at: Scope): boolean {
      const line = at.value('ssl_session_cache');
      return line !== undefined && !['off', 'none'].includes(line.value(0));
    }
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
