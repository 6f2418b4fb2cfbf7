/** A page that is to be kept longer than the cache keeps what nobody asks for: `inactive` wins (ngx_http_file_cache_expire). */
import { parseTime } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import { defineRule } from '../rule.ts';

/** What nginx takes where `inactive` is not written. */
const DEFAULT = '10m';

const seconds = (text: string): number | null => {
  const read = parseTime(text, 'sec');
  return read.ok ? read.value : null;
};

/** The path line that declares the zone a level caches in. */
function pathOf(directive: Directive, family: string): Directive | null {
  const cache = directive.scope.value(`${family}_cache`) ?? directive.scope.all.find((d) => d.name === `${family}_cache`);
  const name = cache?.value(0);
  if (!name || name === 'off' || name.includes('$')) return null;
  const sites = namesOf(directive.scope.config)
    .ofKind(`${family}-cache-zone` as 'proxy-cache-zone', 'http')
    .find((all) => all[0]?.name === name);
  return sites?.find((s) => s.role === 'defines')?.directive ?? null;
}

export default defineRule({
  id: 'cache-inactive-below-valid',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  title: 'Cache drops pages before they expire',
  why: `
\`proxy_cache_valid 200 7d\` says how long a stored answer is fresh. \`inactive\` of \`proxy_cache_path\` says after how long without a request it is removed, fresh or not, and is ten minutes where it is not written. A page that is asked for once an hour is then fetched from the application each time, whatever its validity.

Set \`inactive\` to at least the longest validity, and bound the disk with \`max_size\`.`,
  about: ['proxy_cache_path', 'proxy_cache_valid'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_path'],
  looksAt: { directive: ['proxy_cache_valid', 'fastcgi_cache_valid', 'uwsgi_cache_valid', 'scgi_cache_valid'] },
  needs: 'config',
  messages: {
    dropped:
      '{valid} is longer than the cache keeps a page that nobody asks for: inactive is {inactive}{by}. Set inactive={valid} in {family}_cache_path.',
  },
  check({ directive, report }) {
    const family = directive.name.replace(/_cache_valid$/, '');
    const word = directive.args.at(-1);
    const valid = word && !word.templated ? seconds(word.value) : null;
    const path = pathOf(directive, family);
    if (!word || valid === null || !path || path.args.some((a) => a.templated)) return;
    const written = path.args.find((a) => a.value.startsWith('inactive='));
    const inactive = written?.value.slice('inactive='.length) ?? DEFAULT;
    const kept = seconds(inactive);
    // some longer than the other is a matter of taste; several times as long is none, nor is a time of seconds that is written beside one of minutes
    if (kept === null || valid < 2 * kept || (valid <= 3600 && !(written && kept < 60 && valid >= 5 * kept))) return;
    report('dropped', {
      at: word,
      data: { valid: word.value, inactive, by: written ? '' : ' by default', family },
      related: [{ at: written ? path.at(written) : path.at(), message: written ? 'removed after this' : 'no inactive is written here' }],
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m max_size=1g;
server {
    location / {
        proxy_cache pages;
        proxy_cache_valid 200 7d;
#                             ^^ dropped
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m max_size=1g inactive=7d;
server {
    location / {
        proxy_cache pages;
        proxy_cache_valid 200 7d;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m max_size=1g inactive=1h;
server {
    location / {
        proxy_cache pages;
        proxy_cache_valid 200 5m;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
