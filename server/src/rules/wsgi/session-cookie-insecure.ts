/** Django behind an HTTPS site lets browsers send the session's cookie over plain HTTP as well. */
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { setPython } from './_edits.ts';
import { django, httpsSite, tree } from './_examples.ts';
import { distinct, djangoSides, isDevelopment, orPlace, portOf } from './_sides.ts';

const SETTINGS = "ALLOWED_HOSTS = ['shop.example.com']\nMIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\n";
const SITE = httpsSite(`
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;`);

export default defineRule({
  id: 'session-cookie-insecure',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Session cookie without Secure',
  why: `
Without \`SESSION_COOKIE_SECURE\` a browser sends the session's cookie with every request to the name, the first one over plain HTTP included:
whoever listens there has the session, although nginx answers with nothing but a redirect. The flag does no harm where the whole site is HTTPS.`,
  about: ['listen', 'proxy_pass'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#session-cookie-secure'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    insecure: 'This site is HTTPS, and Django lets browsers send the session cookie over plain HTTP: set SESSION_COOKIE_SECURE to True.',
  },
  check({ config, deployment, report }) {
    const sides = distinct(djangoSides(config, deployment));
    const reported = new Set<string>();
    for (const side of sides) {
      const { settings } = side.django;
      const { server, application } = side;
      const flag = settings.sessionCookieSecure;
      if (!server || reported.has(application.id) || certain(flag) !== false || isDevelopment(application)) continue;
      if (![...settings.uses].some((u) => u.endsWith('SessionMiddleware')) || portOf(server, 'https') === null) continue;
      // an application that is reached over plain HTTP too would lose its sessions there
      if (sides.some((s) => s.application === application && s.server && portOf(s.server, 'http') !== null)) continue;
      reported.add(application.id);
      report('insecure', {
        at: placeOf(flag) ?? side.pass.nameAt,
        related: [
          placeOf(flag)
            ? { at: side.pass.nameAt, message: 'nginx’s HTTPS site passes requests on here' }
            : { at: orPlace(placeOf(settings.middleware), application), message: 'the sessions' },
        ],
        fix: setPython(deployment, flag, 'SESSION_COOKIE_SECURE', 'True', settings.end, 'Set SESSION_COOKIE_SECURE'),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE.replace(
          'proxy_pass http://unix:/run/shop.sock;',
          'proxy_pass http://unix:/run/shop.sock;\n#       ^^^^^^^^^^ insecure',
        ),
        ...django(SETTINGS),
      }),
      fixed: tree({ 'app/shop/settings.py': `${SETTINGS}SESSION_COOKIE_SECURE = True\n` }),
      good: tree({ 'nginx.conf': SITE, ...django(`${SETTINGS}SESSION_COOKIE_SECURE = True\n`) }),
    },
  ],
});
