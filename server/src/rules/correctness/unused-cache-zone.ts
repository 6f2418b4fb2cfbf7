/** A cache that no location uses: dead text that the next reader takes for a part of the site. */
import type { Config } from '../../config/config.ts';
import { defineRule } from '../rule.ts';
import { unusedNames, unusedReport } from '../unused.ts';
import { isIdle } from '../upstreams/cache-setting-unused.ts';

/** Whether a level says how answers of the module are stored, and no cache is on there. */
const isMissed = (config: Config, family: string): boolean =>
  config.main.all.some((d) => d.name.startsWith(`${family}_cache_`) && d.scope.context !== 'http' && isIdle(d));

export default defineRule({
  id: 'unused-cache-zone',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  title: 'Unused cache zone',
  why: `
A \`proxy_cache_path\` without a \`proxy_cache\` that names its zone takes memory and runs a manager process over an empty folder, and whoever wrote it believes that responses are cached.

The rule is silent when scripts (Lua, njs, Perl, SSI) or files that are not at hand may use the name.`,
  about: ['proxy_cache_path', 'proxy_cache'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'always',
  messages: { unused: 'Nothing uses the {kind} {name}. Remove it.' },
  check({ config, report }) {
    for (const kind of ['proxy-cache-zone', 'uwsgi-cache-zone', 'fastcgi-cache-zone', 'scgi-cache-zone'] as const) {
      const sites = unusedNames(config, kind);
      // settings that count for no cache say that it was to be used, and that is said there
      if (!sites.length || isMissed(config, kind.replace('-cache-zone', ''))) continue;
      for (const site of sites) report('unused', unusedReport(site));
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path page_cache keys_zone=pages:10m;
#                                     ^^^^^ unused
server {
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
      good: `proxy_cache_path page_cache keys_zone=pages:10m;
server {
    location / { proxy_pass http://127.0.0.1:8000; proxy_cache pages; }
}`,
      fixed: false,
    },
  ],
});
