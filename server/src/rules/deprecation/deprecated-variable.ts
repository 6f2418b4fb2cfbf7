/** Variables that nginx keeps for old configurations only, by the catalog's facts. */
import { table } from '../../base/table.ts';
import { namesOf } from '../../config/names.ts';
import { defineRule } from '../rule.ts';

/** What to use instead, and why the two are not the same text. */
const INSTEAD: Readonly<Record<string, string>> = table({
  ssl_client_cert:
    'Use $ssl_client_escaped_cert, which is URL-encoded: lines with a tab in front, as this one makes, are refused in headers',
  geoip_area_code: 'The database has no area codes any more',
});

export default defineRule({
  id: 'deprecated-variable',
  group: 'deprecation',
  severity: 'warning',
  since: '0.1',
  title: 'Deprecated variable',
  why: `
\`$ssl_client_cert\` spreads the certificate over several header lines by folding, which HTTP/1.1 has deprecated and application servers refuse.
\`$ssl_client_escaped_cert\` (nginx 1.13.5) holds it on one line, URL-encoded; the application must decode it.`,
  about: ['$ssl_client_cert', '$ssl_client_escaped_cert'],
  looksAt: { config: true },
  needs: 'file',
  messages: { deprecated: 'The variable {name} is deprecated. {instead}.' },
  check({ config, report }) {
    for (const protocol of ['http', 'stream'] as const)
      for (const sites of namesOf(config).ofKind('variable', protocol)) {
        const fact = config.catalog.variable(sites[0]!.name, protocol);
        if (!fact?.deprecated || sites.some((s) => s.role === 'defines')) continue;
        for (const site of sites)
          report('deprecated', {
            at: { file: site.directive.file.id, span: site.span },
            data: { name: site.name, instead: INSTEAD[fact.name] ?? 'Do without it' },
            tag: 'deprecated',
          });
      }
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header X-Client-Cert $ssl_client_cert;
#                               ^^^^^^^^^^^^^^^ deprecated`,
      good: 'proxy_set_header X-Client-Cert $ssl_client_escaped_cert;',
    },
  ],
});
