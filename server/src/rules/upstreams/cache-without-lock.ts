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
  ],
  title: 'An expired page is made many times at once',
  why: `
When a cached response expires, every request for it goes to the application until the first answer is stored. \`proxy_cache_lock on\` lets one
request through and has the others wait; \`proxy_cache_use_stale updating error timeout\` answers them with the old page, which also helps
when the application is down.`,
  about: ['proxy_cache_lock', 'proxy_cache_use_stale', 'proxy_cache_background_update'],
  looksAt: { directive: ['proxy_cache', 'uwsgi_cache', 'fastcgi_cache', 'scgi_cache'] },
  needs: 'config',
  fixable: 'always',
  messages: { stampede: 'When an entry expires, all requests for it go to the application at once. Turn {name}_lock on.' },
  check({ directive, scope, report }) {
    if (directive.value(0) === 'off') return;
    const name = directive.name;
    if (scope.value(`${name}_lock`) || scope.value(`${name}_use_stale`)?.values.includes('updating')) return;
    report('stampede', {
      at: directive.statement.name,
      data: { name },
      fix: fixOf(`Turn ${name}_lock on`, 'suggestion', directive.file, [
        insertAfter(directive.file, directive.statement, [`${name}_lock on;`]),
      ]),
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
    uwsgi_cache_key $host$request_uri;
}`,
    },
  ],
});
