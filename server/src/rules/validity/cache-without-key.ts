/** A cache of FastCGI, uWSGI or SCGI without a key: these have no default, and nginx warns (ngx_http_fastcgi_merge_loc_conf). */
import { defineRule } from '../rule.ts';
import { soundFact } from './_sound.ts';

export default defineRule({
  id: 'cache-without-key',
  group: 'validity',
  severity: 'warning',
  since: '0.1',
  missing: ['fastcgi_cache_key', 'uwsgi_cache_key', 'scgi_cache_key'],
  title: 'Cache without a key',
  why: `
\`proxy_cache_key\` has a default, those of FastCGI, uWSGI and SCGI have none. nginx warns 'no "fastcgi_cache_key" for "fastcgi_cache"' and
starts, and all answers of the location then share one place in the cache: whoever comes next gets what the first one was given.`,
  about: ['fastcgi_cache_key', 'uwsgi_cache_key', 'scgi_cache_key'],
  looksAt: { directive: ['fastcgi_cache', 'uwsgi_cache', 'scgi_cache'] },
  needs: 'config',
  messages: { missing: 'No "{key}" for "{name}". Add one, for instance "$scheme$request_method$host$request_uri".' },
  check({ directive, config, report }) {
    if (!soundFact(directive) || directive.value(0) === 'off') return;
    const key = `${directive.name}_key`;
    if (directive.scope.value(key)) return;
    // the http block that has the zone is not seen, and may have the key as well
    const { standIn } = config.tree;
    if (standIn && !standIn.certain && !config.main.all.some((d) => d.name === `${directive.name}_path`)) return;
    report('missing', { at: directive.nameAt, data: { key, name: directive.name } });
  },
  examples: [
    {
      inside: 'http',
      bad: `
    uwsgi_cache_path cache keys_zone=app:1m;
    server {
        location / { uwsgi_pass 127.0.0.1:8000; uwsgi_cache app; }
#                                               ^^^^^^^^^^^ missing
    }`,
      good: `
    uwsgi_cache_path cache keys_zone=app:1m;
    server {
        location / { uwsgi_pass 127.0.0.1:8000; uwsgi_cache app; uwsgi_cache_key $host$request_uri; }
    }`,
    },
  ],
});
