/** The SECRET_KEY that startproject made up is in the settings that are deployed. */
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { django, site, tree } from './_examples.ts';
import { distinct, djangoSides, isDevelopment } from './_links.ts';

const SITE = site(`
        proxy_pass http://unix:/run/shop.sock;`);

export default defineRule({
  id: 'secret-key-generated',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Generated SECRET_KEY deployed',
  why: `
\`SECRET_KEY\` signs sessions, password reset links, and everything else that Django signs. The one that \`startproject\` writes begins
with \`django-insecure-\`, is in the repository, and is known to everyone who ever had access to it.

Read it from the environment, and give the deployment one of its own. Proxylens keeps and shows no key.`,
  about: ['proxy_pass'],
  references: ['https://docs.djangoproject.com/en/stable/howto/deployment/checklist/#secret-key'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    generated: 'Django behind nginx is deployed with the SECRET_KEY that startproject generated. Read a new one from the environment.',
  },
  check({ config, deployment, report }) {
    const seen = new Set<string>();
    for (const side of distinct(djangoSides(config, deployment))) {
      const { generatedKey } = side.django.settings;
      const place = placeOf(generatedKey);
      if (certain(generatedKey) !== true || !place || isDevelopment(side.application)) continue;
      const key = `${place.file}#${place.span.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      report('generated', { at: place, related: [{ at: side.pass.nameAt, message: 'nginx passes requests on here' }] });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE,
        ...django("SECRET_KEY = 'django-insecure-x'\n#             ^^^^^^^^^^^^^^^^^ generated\n"),
      }),
      good: tree({ 'nginx.conf': SITE, ...django("import os\nSECRET_KEY = os.environ['SECRET_KEY']\n") }),
    },
  ],
});
