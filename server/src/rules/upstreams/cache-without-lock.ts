/** An entry that expires under load: every waiting client's request goes to the application. */
import { fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'cache-without-lock',
  group: 'upstreams',
  severity: 'hint',
  since: '0.1',
  missing: [
    'proxy_cache_lock',
    'fastcgi_cache_lock',
    'uwsgi_cache_lock',
    'scgi_cache_lock',
    'proxy_cache_use_stale',
    'fastcgi_cache_use_stale',
    'uwsgi_cache_use_stale',
    'scgi_cache_use_stale',
  ],
  title: 'Cache stampede',
  why: `
Under load many clients ask for one page at the same moment. While the cache has none, each request goes to the application, unless \`proxy_cache_lock on\` lets one through and has the others wait. While the cache has one that has expired, the lock does nothing: there it is \`proxy_cache_use_stale updating\` that lets one request through and answers the others with the old page (with \`proxy_cache_background_update on\` it answers all of them).

So the two are for different moments, and a busy site wants both. \`error timeout\` beside \`updating\` also helps when the application is down.`,
  about: ['proxy_cache_lock', 'proxy_cache_use_stale', 'proxy_cache_background_update'],
  looksAt: { directive: ['proxy_cache', 'uwsgi_cache', 'fastcgi_cache', 'scgi_cache'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    stampede:
      'All requests for a page that is new or expired go to the application at once. Turn {name}_lock on and add updating to {name}_use_stale.',
    fresh: 'All requests for a page that is not stored yet go to the application at once. Turn {name}_lock on.',
    expired:
      'All requests for a page that has expired go to the application at once: the lock covers new pages only. Add updating to {name}_use_stale.',
  },
  check({ directive, scope, report }) {
    if (directive.value(0) === 'off') return;
    const { name, file } = directive;
    const lock = scope.value(`${name}_lock`)?.value(0).toLowerCase() === 'on';
    const stale = scope.value(`${name}_use_stale`);
    const updating = stale?.values.includes('updating') === true;
    if (lock && updating) return;
    const own = (list: string): boolean => scope.has(list);
    const lines = [
      ...(lock || own(`${name}_lock`) ? [] : [`${name}_lock on;`]),
      ...(updating || own(`${name}_use_stale`)
        ? []
        : [`${name}_use_stale ${[...(stale?.values ?? ['error', 'timeout']), 'updating'].filter((v) => v !== 'off').join(' ')};`]),
    ];
    report(!lock && !updating ? 'stampede' : lock ? 'expired' : 'fresh', {
      at: directive.statement.name,
      data: { name },
      fix: lines.length ? fixOf('Let one request through', 'suggestion', file, [insertAfter(file, directive.statement, lines)]) : null,
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `uwsgi_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    uwsgi_cache pages;
#   ^^^^^^^^^^^ stampede
    uwsgi_cache_key $host$request_uri;
}`,
      good: `uwsgi_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    uwsgi_cache pages;
    uwsgi_cache_lock on;
    uwsgi_cache_use_stale error timeout updating;
    uwsgi_cache_key $host$request_uri;
}`,
    },
  ],
});
