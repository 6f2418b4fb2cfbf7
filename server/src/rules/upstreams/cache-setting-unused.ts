/** Settings of a cache below which no cache is on: pages that somebody believes to be stored, and every request reaches the application. */
import { passesIn } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';
import { unusedNames } from '../unused.ts';

/** What says how answers are stored; a lone condition or a key may be a default for sites to come. */
const SETTING = /^(proxy|fastcgi|uwsgi|scgi)_cache_(?:valid|use_stale|lock|min_uses|background_update|revalidate)$/;
const FAMILIES = ['proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;
const NAMES = FAMILIES.flatMap((f) =>
  ['valid', 'use_stale', 'lock', 'min_uses', 'background_update', 'revalidate'].map((n) => `${f}_cache_${n}`),
);

const isOn = (scope: Scope, family: string): boolean => (scope.value(`${family}_cache`)?.value(0) ?? 'off') !== 'off';

/** Whether requests pass here by the module of a setting, and none of them through a cache. */
export function isIdle(setting: Directive): boolean {
  const family = SETTING.exec(setting.name)?.[1];
  if (family === undefined || isOn(setting.scope, family)) return false;
  const passes = passesIn(setting.scope).filter((d) => d.name === `${family}_pass`);
  return passes.length > 0 && passes.every((d) => !isOn(d.scope, family));
}

export default defineRule({
  id: 'cache-setting-unused',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  missing: FAMILIES.map((f) => `${f}_cache`),
  title: 'Cache settings without a cache',
  why: `
\`proxy_cache_valid\`, \`proxy_cache_use_stale\` and \`proxy_cache_lock\` say how answers are stored. That they are stored is said by \`proxy_cache\` with the name of a zone, in the location or around it. Without that line nothing is stored, and no error says so: every request goes to the application.

Add \`proxy_cache\` with the zone of a \`proxy_cache_path\`, or remove the settings.`,
  about: ['proxy_cache', 'proxy_cache_valid', 'proxy_cache_path'],
  looksAt: { directive: NAMES },
  needs: 'config',
  messages: {
    zone: 'Nothing is stored here: {name} counts for a cache, and no {family}_cache is on. Add "{family}_cache {zone};".',
    none: 'Nothing is stored here: {name} counts for a cache, and no {family}_cache is on. Add {family}_cache_path and {family}_cache, or remove the line.',
  },
  check({ directive, scope, config, report }) {
    // said once for a level
    if (!isIdle(directive) || scope.directives.find((d) => SETTING.test(d.name) && isIdle(d)) !== directive) return;
    // a default of http for many sites says what would be, not that something is
    if (scope.context === 'http') return;
    const family = SETTING.exec(directive.name)![1] as (typeof FAMILIES)[number];
    const zones = namesOf(config)
      .ofKind(`${family}-cache-zone`, 'http')
      .flatMap((sites) => sites.filter((s) => s.role === 'defines'));
    const unused = unusedNames(config, `${family}-cache-zone`);
    const zone = zones.length === 1 || unused.length === 1 ? ((unused[0] ?? zones[0])?.name ?? null) : null;
    report(zone === null ? 'none' : 'zone', { at: directive.at(), data: { name: directive.name, family, zone: zone ?? '' } });
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path page_cache keys_zone=pages:10m;
server {
    location /news/ {
        proxy_cache_valid 200 10m;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ zone
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path page_cache keys_zone=pages:10m;
server {
    location /news/ {
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    fastcgi_cache_use_stale error timeout;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ none
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
  ],
});
