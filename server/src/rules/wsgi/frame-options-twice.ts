/** nginx allows frames that Django forbids, or the other way round: browsers then show the page in no frame at all. */
import { hasVariables } from '../../config/upstreams.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { isSince } from '../../deploy/versions.ts';
import { DJANGO_PACKAGE } from '../../deploy/view-django.ts';
import { defineRule } from '../rule.ts';
import { django, site, tree } from './_examples.ts';
import { addedBeside, distinct, djangoSides, hiding, orPlace } from './_links.ts';

const NAME = 'x-frame-options';
const MIDDLEWARE = 'django.middleware.clickjacking.XFrameOptionsMiddleware';
const SETTINGS = `ALLOWED_HOSTS = ['*']\nMIDDLEWARE = ['${MIDDLEWARE}']\n`;
const SAME = 'add_header X-Frame-Options SAMEORIGIN always;';
const SITE = (pass: string): string => site(`        ${pass}\n        ${SAME}`);

export default defineRule({
  id: 'frame-options-twice',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'X-Frame-Options sent twice with different values',
  why: `
\`add_header\` adds a line of its own and replaces none. Django's \`XFrameOptionsMiddleware\` sends \`X-Frame-Options: DENY\` with each answer, unless
\`X_FRAME_OPTIONS\` or a view says otherwise. Of two different values browsers take neither: they show the page in no frame at all, also where one
of them is SAMEORIGIN (HTML, "the \`X-Frame-Options\` header").

One side should send it. nginx also covers its own files and error pages: then \`proxy_hide_header\` takes Django's out.`,
  about: ['add_header', 'proxy_hide_header'],
  references: ['https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header'],
  looksAt: { config: true },
  needs: 'deployment',
  missing: ['proxy_hide_header', 'uwsgi_hide_header', 'fastcgi_hide_header', 'scgi_hide_header'],
  fixable: 'always',
  messages: {
    twice:
      'Django sends X-Frame-Options {theirs}, and nginx adds {own} here: of two values browsers take neither and show the page in no frame. Hide Django’s with {hide}, or set X_FRAME_OPTIONS to {own}.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(djangoSides(config, deployment))) {
      const { settings } = side.django;
      // before 3.0 it was SAMEORIGIN by default
      const known = settings.frameOptions.from !== 'default' || isSince(side.application, DJANGO_PACKAGE, '3.0');
      const theirs = known ? certain(settings.frameOptions) : null;
      const both = settings.uses.has(MIDDLEWARE) ? addedBeside(side, NAME) : null;
      if (!theirs || !both) continue;
      const { added, hide } = both;
      const own = added.value(1);
      const key = `${added.file.id}#${added.statement.start}`;
      if (hasVariables(own) || own.toUpperCase() === theirs.toUpperCase() || reported.has(key)) continue;
      reported.add(key);
      report('twice', {
        at: added.at(),
        data: { theirs, own, hide },
        related: [
          { at: orPlace(placeOf(settings.frameOptions) ?? placeOf(settings.middleware), side.application), message: 'Django sends it' },
        ],
        fix: hiding(side, hide, 'X-Frame-Options', 'Django'),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;').replace(SAME, `${SAME}\n#       ${'^'.repeat(SAME.length)} twice`),
        ...django(SETTINGS),
      }),
      good: tree({
        'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;\n        proxy_hide_header X-Frame-Options;'),
        ...django(SETTINGS),
      }),
    },
    {
      good: tree({
        'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;'),
        ...django(`${SETTINGS}X_FRAME_OPTIONS = 'SAMEORIGIN'\n`),
      }),
    },
    { good: tree({ 'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;'), ...django("ALLOWED_HOSTS = ['*']\n") }) },
  ],
});
