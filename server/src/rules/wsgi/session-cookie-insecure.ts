/** Django behind an HTTPS site lets browsers send its cookies over plain HTTP as well. */
import type { Directive } from '../../config/directive.ts';
import type { DjangoSettings } from '../../deploy/django.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { setPython } from './_edits.ts';
import { django, httpsSite, tree } from './_examples.ts';
import { distinct, djangoSides, isDevelopment, orPlace, portOf } from './_links.ts';

const SETTINGS = "ALLOWED_HOSTS = ['shop.example.com']\nMIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\n";
const FORMS = "ALLOWED_HOSTS = ['shop.example.com']\nMIDDLEWARE = ['django.middleware.csrf.CsrfViewMiddleware']\n";
const SITE = httpsSite(`
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;`);

/** The cookies that Django sets by itself, the more valuable one first. */
const cookiesOf = ({ sessionCookieSecure, csrfCookieSecure }: DjangoSettings) => [
  { cookie: 'session', setting: 'SESSION_COOKIE_SECURE', flag: sessionCookieSecure, middleware: 'SessionMiddleware' },
  { cookie: 'CSRF', setting: 'CSRF_COOKIE_SECURE', flag: csrfCookieSecure, middleware: 'CsrfViewMiddleware' },
];

/** A line that gives a cookie its flag on the way, by name or by an expression that may mean it. */
const makesSecure =
  (cookie: string) =>
  (d: Directive): boolean =>
    d.values.slice(1).includes('secure') && (d.value(0).startsWith('~') || d.value(0).toLowerCase().includes(cookie.toLowerCase()));

export default defineRule({
  id: 'session-cookie-insecure',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Session or CSRF cookie without Secure',
  why: `
Without \`SESSION_COOKIE_SECURE\` a browser sends the session's cookie with every request to the name, the first one over plain HTTP included:
anyone who listens there has the session, although nginx answers only with a redirect. \`CSRF_COOKIE_SECURE\` is the same for the token that
forms are checked by. The flags do no harm where the whole site is HTTPS.`,
  about: ['listen', 'proxy_pass'],
  references: [
    'https://docs.djangoproject.com/en/stable/ref/settings/#session-cookie-secure',
    'https://docs.djangoproject.com/en/stable/ref/settings/#csrf-cookie-secure',
  ],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    insecure: 'This site is HTTPS, and Django lets browsers send the {cookie} cookie over plain HTTP: set {setting} to True.',
  },
  check({ config, deployment, report }) {
    const sides = distinct(djangoSides(config, deployment));
    const reported = new Set<string>();
    for (const side of sides) {
      const { settings } = side.django;
      const { server, application } = side;
      if (!server || reported.has(application.id) || isDevelopment(application) || portOf(server, 'https') === null) continue;
      // an application that is reached over plain HTTP too would lose its sessions there
      if (sides.some((s) => s.application === application && s.server && portOf(s.server, 'http') !== null)) continue;
      reported.add(application.id);
      for (const { cookie, setting, flag, middleware } of cookiesOf(settings)) {
        // the token alone is worth little: it is named where someone spoke of the cookies
        if (cookie === 'CSRF' && flag.from === 'default' && settings.sessionCookieSecure.from === 'default') continue;
        if (side.pass.scope.effective('proxy_cookie_flags').directives.some(makesSecure(cookie))) continue;
        if (certain(flag) !== false || ![...settings.uses].some((u) => u.endsWith(middleware))) continue;
        report('insecure', {
          at: placeOf(flag) ?? side.pass.nameAt,
          data: { cookie, setting },
          related: [
            placeOf(flag)
              ? { at: side.pass.nameAt, message: 'nginx’s HTTPS site passes requests on here' }
              : { at: orPlace(placeOf(settings.middleware), application), message: `${middleware} sets the cookie` },
          ],
          fix: setPython(deployment, flag, setting, 'True', settings.end, `Set ${setting}`),
        });
        // one setting at a time: whoever sets the first one sees the other
        break;
      }
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
    {
      bad: tree({
        'nginx.conf': SITE,
        ...django(`${FORMS}CSRF_COOKIE_SECURE = False\n#                    ^^^^^ insecure\n`),
      }),
      fixed: tree({ 'app/shop/settings.py': `${FORMS}CSRF_COOKIE_SECURE = True\n` }),
      good: tree({ 'nginx.conf': SITE, ...django(`${FORMS}CSRF_COOKIE_SECURE = True\n`) }),
    },
  ],
});
