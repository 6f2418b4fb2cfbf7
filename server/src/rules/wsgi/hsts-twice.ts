/** nginx and Django both send Strict-Transport-Security: the browser heeds the first, which is Django's. */

import { surely } from '../../deploy/seen.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { django, FORWARDED, httpsSite, tree } from './_examples.ts';
import { addedBeside, distinct, djangoSides, hiding, orPlace, probe } from './_links.ts';

const NAME = 'strict-transport-security';
const HSTS = 'add_header Strict-Transport-Security "max-age=63072000" always;';
const SETTINGS =
  "ALLOWED_HOSTS = ['shop.example.com']\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\nMIDDLEWARE = ['django.middleware.security.SecurityMiddleware']\n";
const SITE = (pass: string): string =>
  httpsSite(`
        ${pass}
        ${FORWARDED}
        ${HSTS}`);

export default defineRule({
  id: 'hsts-twice',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  missing: ['proxy_hide_header', 'uwsgi_hide_header', 'fastcgi_hide_header'],
  title: 'Strict-Transport-Security sent twice',
  why: `
\`add_header\` adds a line of its own and replaces none. With \`SECURE_HSTS_SECONDS\` a secure answer of Django has the header already, so the
browser gets two and uses the first (RFC 6797, 8.1), Django's: a change in nginx has no effect.

Only one side should send it. nginx also covers its own files and error pages: then \`proxy_hide_header\` takes Django's out.`,
  about: ['add_header', 'proxy_hide_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc6797#section-8.1'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'always',
  messages: {
    twice:
      'Django sends Strict-Transport-Security (SECURE_HSTS_SECONDS is {seconds}), and nginx adds a second one here, which browsers ignore. Hide Django’s with {hide}, or send it from one side.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(djangoSides(config, deployment))) {
      const { settings } = side.django;
      const seconds = certain(settings.hstsSeconds);
      if (!seconds || ![...settings.uses].some((u) => u.endsWith('SecurityMiddleware'))) continue;
      const both = addedBeside(side, NAME);
      if (!both) continue;
      const { added, hide } = both;
      const key = `${added.file.id}#${added.statement.start}`;
      // the header comes with what Django takes for a secure request only
      const view = probe(side, config, { scheme: 'https' })?.view;
      if (!view || surely(view.secure) !== true || reported.has(key)) continue;
      reported.add(key);
      report('twice', {
        at: added.at(),
        data: { seconds, hide },
        related: [{ at: orPlace(placeOf(settings.hstsSeconds), side.application), message: 'SECURE_HSTS_SECONDS' }],
        fix: hiding(side, hide, 'Strict-Transport-Security', 'Django'),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;').replace(HSTS, `${HSTS}\n#       ${'^'.repeat(HSTS.length)} twice`),
        ...django(`${SETTINGS}SECURE_HSTS_SECONDS = 3600\n`),
      }),
      good: tree({
        'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;\n        proxy_hide_header Strict-Transport-Security;'),
        ...django(`${SETTINGS}SECURE_HSTS_SECONDS = 3600\n`),
      }),
    },
    { good: tree({ 'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;'), ...django(SETTINGS) }) },
  ],
});
