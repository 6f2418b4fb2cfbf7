/** Anybody may empty the cache: a purge that no address list, password or variable restricts. */
import { defineRule } from '../rule.ts';

const GUARDS = ['allow', 'deny', 'auth_basic', 'auth_request', 'auth_jwt', 'limit_except', 'internal'];

export default defineRule({
  id: 'cache-purge-open',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  missing: ['allow', 'auth_basic', 'auth_request'],
  title: 'Everybody may empty the cache',
  why: `
A purge takes a page out of the cache, so that the next request for it costs the application its full work. Open to everybody, it is a way to
take the cache, and then the application, down. Allow it for the addresses that publish.`,
  about: ['proxy_cache_purge'],
  looksAt: { directive: ['proxy_cache_purge', 'fastcgi_cache_purge', 'uwsgi_cache_purge', 'scgi_cache_purge'] },
  needs: 'config',
  messages: { open: 'Everybody may empty this cache. Restrict the location with allow and deny, or let a map decide.' },
  check({ directive, scope, report }) {
    const first = directive.value(0);
    // the condition of NGINX Plus is a variable, the module's own `from` lists addresses
    if (directive.values.includes('from') || /^\$(?!request_method)/.test(first) || first === 'off') return;
    if (GUARDS.some((g) => scope.value(g)) || directive.args.length === 0) return;
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
