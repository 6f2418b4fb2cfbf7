/** A configuration that compresses no response: neither `gzip on` nor the directives of the Brotli and Zstandard modules. */
import { isAnsweredWhole } from '../../answers/where-a-line-counts.ts';
import { walk } from '../../config/scope.ts';
import { fixOf, insertFirst } from '../fix.ts';
import { defineRule } from '../rule.ts';

const COMPRESSION = ['gzip', 'brotli', 'zstd', 'gzip_static', 'brotli_static', 'zstd_static'];

const LINES = ['gzip on;', 'gzip_vary on;', 'gzip_types text/css text/plain application/javascript application/json image/svg+xml;'];

export default defineRule({
  id: 'gzip-off',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  missing: ['gzip'],
  equivalents: ['nginx-lint:gzip-not-enabled'],
  title: 'Responses are not compressed',
  why: `
\`gzip\` is off unless it is turned on. HTML, CSS, JavaScript and JSON shrink to a quarter or less, which matters on slow connections.
Where the balancer in front compresses, nginx need not. Pages that mix secrets with text of the client over TLS should stay uncompressed
(BREACH).`,
  about: ['gzip', 'gzip_types', 'gzip_proxied'],
  looksAt: { scope: ['http'] },
  needs: 'config',
  fixable: 'always',
  messages: { off: 'Nothing turns compression on, so texts are sent at full size. Add "gzip on;" and gzip_types.' },
  check({ scope, directive, report }) {
    if (!directive) return;
    for (const d of walk(scope)) if (COMPRESSION.includes(d.name) && d.value(0).toLowerCase() !== 'off') return;
    if (scope.has('gzip')) return;
    // servers that only redirect send nothing worth it
    const servers = scope.named('server').flatMap((d) => d.body ?? []);
    if (servers.length && servers.every(isAnsweredWhole)) return;
    report('off', {
      at: directive.statement.name,
      fix: fixOf('Turn gzip on', 'suggestion', directive.file, [
        insertFirst(
          directive.file,
          directive.statement,
          LINES.filter((line) => !scope.has(line.split(' ')[0]!)),
        ),
      ]),
    });
  },
  examples: [
    {
      inside: 'main',
      bad: `events {}
 http {
#^^^^ off
    server {
    }
}`,
      good: `events {}
 http {
    gzip on;
    gzip_vary on;
    gzip_types text/css text/plain application/javascript application/json image/svg+xml;
    server {
    }
}`,
    },
    { inside: 'http', good: 'server { location / { gzip on; } }' },
    { inside: 'http', good: 'gzip off;' },
  ],
});
