/** Variables that are set and never read. */
import { namesOf } from '../../config/names.ts';
import { defineRule } from '../rule.ts';
import { removeUseless, suggested, unusedNames } from '../unused.ts';

/** Variables that modules read by themselves: naxsi, redis, memc, brotli and their like. */
const BY_MODULES =
  /^(naxsi_|redis_|memc_|modsec|echo_|upload_|csrf_|sticky_|http_session_|real_ip|session_|pagespeed|rds_|drizzle_|postgres_|resty_)/i;

const MAKERS = new Set(['set', 'map', 'geo', 'split_clients']);

export default defineRule({
  id: 'unused-variable',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  title: 'Unused variable',
  why: `
A variable that is set and never read is a leftover, or its use is spelled differently. Variables that nginx reads by itself (\`$limit_rate\`, \`$args\`, \`$memcached_key\`) and groups of regular expressions do not concern the rule, which is silent when scripts or files that are not at hand may read it.`,
  about: ['set', 'map', 'geo'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'sometimes',
  messages: { unused: 'Nothing reads ${name}. Remove it, or check how its use is spelled.' },
  check({ config, report }) {
    for (const first of unusedNames(config, 'variable')) {
      // read by modules under this very name
      if (BY_MODULES.test(first.name)) continue;
      for (const site of namesOf(config).sites('variable', first.name, first.protocol)) {
        const { directive } = site;
        if (site.capture || !MAKERS.has(directive.name) || config.catalog.variable(site.name, site.protocol ?? 'http')) continue;
        report('unused', {
          at: directive.at({ start: site.span.start, end: site.span.end }),
          data: { name: site.name },
          tag: 'unnecessary',
          fix: suggested(removeUseless('Remove the unused variable', directive)),
        });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `set $stage "live";
#    ^^^^^ unused
return 200 $host;`,
      good: 'return 200 $host;',
    },
    { inside: 'http', good: 'map $uri $skip {\n    default 0;\n    /health 1;\n}\naccess_log logs/a.log combined if=$skip;' },
    { inside: 'server', good: 'set $limit_rate 10k;\nset $a 1;\nif ($a) { return 204; }' },
  ],
});
