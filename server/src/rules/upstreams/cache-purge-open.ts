/** Anybody may empty the cache: a purge that no address list, password or variable restricts. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import { variablesIn } from '../../trace/script.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'cache-purge-open',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  missing: ['allow', 'auth_basic', 'auth_request'],
  title: 'Cache purge open to everyone',
  why: `
A purge takes a page out of the cache, so that the next request for it costs the application its full work. Open to everyone, it is a way to
take the cache, and then the application, down. Allow it for the addresses that publish.`,
  about: ['proxy_cache_purge'],
  looksAt: { directive: ['proxy_cache_purge', 'fastcgi_cache_purge', 'uwsgi_cache_purge', 'scgi_cache_purge'] },
  needs: 'config',
  messages: { open: 'Everybody may purge this cache. Restrict the location with allow and deny, or let a map decide.' },
  check({ directive, scope, config, report }) {
    const first = directive.value(0);
    if (directive.args.length === 0 || first === 'off') return;
    // the module's own list of addresses
    const from = directive.values.indexOf('from');
    if (from >= 0 && !directive.values.slice(from + 1).includes('all')) return;
    // the condition of NGINX Plus: a variable that hangs on the method alone is everyone's to choose
    const decides = directive.values.length === 1 && first.startsWith('$');
    if (decides && [...variablesIn(first)].flatMap((v) => [...sourcesOf(config, v)]).some((v) => v !== 'request_method')) return;
    if (!admitsStrangers(scope) || scope.has('limit_except')) return;
    report('open', { at: directive.statement.name });
  },
  examples: [
    {
      inside: 'http',
      notOn122: 'ngx_cache_purge is a module of its own',
      bad: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    location ~ /purge(/.*) {
        proxy_cache_purge pages $scheme$proxy_host$1;
#       ^^^^^^^^^^^^^^^^^ open
    }
}`,
      good: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    location ~ /purge(/.*) {
        allow 127.0.0.1;
        deny all;
        proxy_cache_purge pages $scheme$proxy_host$1;
    }
}`,
    },
  ],
});
