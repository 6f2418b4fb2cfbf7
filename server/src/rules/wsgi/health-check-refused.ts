/** A health check that the application answers with an error: its host is not allowed, or it is sent to HTTPS. */
import type { Place } from '../../base/span.ts';
import { isEveryAddress, isLoopback } from '../../deploy/address.ts';
import { type Application, frameworkTitle } from '../../deploy/application.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import djangoFramework from '../../deploy/frameworks/django.ts';
import { asked, frameworkSettings } from '../../deploy/frameworks/framework.ts';
import type { HealthCheck } from '../../deploy/health-check.ts';
import { surely } from '../../deploy/seen.ts';
import { certain, likely, placeOf } from '../../deploy/setting.ts';
import { type AppView, applicationView } from '../../deploy/view.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { addedItem } from './_edits.ts';
import { main, tree } from './_examples.ts';
import { orPlace } from './_links.ts';

const listensOn = (application: Application, port: number): boolean =>
  application.listeners.some((l) => {
    const address = likely(l.address);
    return l.protocol === 'http' && !l.tls && address?.kind === 'tcp' && address.port === port;
  });

/** What the application sees of the check, which no proxy comes before. */
function viewOf(application: Application, container: ComposeService, check: HealthCheck): AppView {
  const inside = container.pod === undefined;
  return applicationView(
    application,
    {
      protocol: 'http',
      upstream: '',
      servers: inside && (isLoopback(check.host) || isEveryAddress(check.host)) ? [`127.0.0.1:${check.port}`] : [],
      method: 'GET',
      uri: check.path,
      httpVersion: '1.1',
      headers: [['Host', check.sentHost]],
      params: null,
    },
    { address: '', scheme: 'http', host: check.sentHost },
  );
}

/** Whether a pattern of SECURE_REDIRECT_EXEMPT, which Django searches in the path without its first slash, fits; undefined for one that is more than plain text. */
function exempts(pattern: string, path: string): boolean | undefined {
  const m = /^(\^?)\/?((?:[\w/-]|\\[./-])*)(\/\?)?(\$?)$/.exec(pattern);
  if (!m) return undefined;
  const text = m[2]!.replace(/\\/g, '');
  const asked = path.replace(/^\/+/, '').replace(/\?.*$/s, '');
  const ends = m[3] ? [text, `${text}/`] : [text];
  return ends.some((e) => (m[1] && m[4] ? asked === e : m[1] ? asked.startsWith(e) : m[4] ? asked.endsWith(e) : asked.includes(e)));
}

/** Where Django redirects the check to HTTPS, and nothing exempts the path. */
function redirected(application: Application, check: HealthCheck, view: AppView): boolean {
  const settings = frameworkSettings(application.framework, djangoFramework)?.settings;
  if (!settings || !check.follows || surely(view.secure) !== false) return false;
  const list = certain(settings.secureRedirectExempt);
  return (
    certain(settings.secureSslRedirect) === true &&
    certain(settings.secureSslHost) === null &&
    settings.uses.has('django.middleware.security.SecurityMiddleware') &&
    list?.every((e) => exempts(e.value, check.path) === false) === true
  );
}

const redirectPlace = (application: Application): Place => {
  const django = frameworkSettings(application.framework, djangoFramework);
  return orPlace(django && placeOf(django.settings.secureSslRedirect), application);
};

const COMPOSE = (test: string): string =>
  `services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b :8000\n    healthcheck:\n      test: ${test}\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n`;
const PROJECT = (settings: string): Readonly<Record<string, string>> => ({
  'nginx/nginx.conf': main(
    'server {\n    location / {\n        proxy_pass http://web:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}',
  ),
  'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
  'app/shop/settings.py': `MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.middleware.common.CommonMiddleware']\n${settings}`,
});

export default defineRule({
  id: 'health-check-refused',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'The application refuses its health check',
  why: `
A health check asks the application itself, not nginx: with the host \`localhost\`, or with the address of a pod, over plain HTTP and without the
headers that nginx sets. A host that \`ALLOWED_HOSTS\` lacks is answered with 400, and \`SECURE_SSL_REDIRECT\` sends the check to https:// on a
port that speaks HTTP: the container never becomes healthy, and what waits for it (\`condition: service_healthy\`, a Service) never starts.

Allow the host, or send one that is allowed with the check; take the path out of the redirect with \`SECURE_REDIRECT_EXEMPT\`.`,
  about: ['proxy_pass'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#secure-redirect-exempt'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    host: 'The health check ({by}) asks for the host {host}, and {framework} answers 400: {why}. Allow the host, or send one that is allowed.',
    redirect:
      'The health check ({by}) is redirected to https://{host}{path}, where this port speaks HTTP: SECURE_SSL_REDIRECT is on. Take {path} out with SECURE_REDIRECT_EXEMPT.',
  },
  check({ deployment, report }) {
    for (const container of deployment.containers)
      for (const check of container.healthChecks) {
        const application = deployment.applications.find((a) => a.container === container && listensOn(a, check.port));
        const framework = application?.framework;
        if (!application || !framework) continue;
        const view = viewOf(application, container, check);
        const data = {
          by: check.by,
          host: check.sentHost,
          path: check.path,
          framework: frameworkTitle(framework),
          why: view.hostAllowed.why,
        };
        const hosts = asked(framework, (d) => d.hosts);
        if (hosts && view.refused?.by === 'framework' && view.refused.status === 400 && surely(view.hostAllowed) === false) {
          const { list } = hosts;
          const name = check.sentHost.replace(/:\d+$/, '');
          const edit = list.from === 'text' ? addedItem(deployment, list.place, `'${name}'`) : null;
          const fix: Fix | null =
            edit && list.from === 'text' && container.pod === undefined
              ? { title: `Allow the host ${name}`, safety: 'suggestion', edits: [{ file: list.place.file, edits: [edit] }] }
              : null;
          report('host', {
            at: check.place,
            data,
            related: [{ at: orPlace(placeOf(list), application), message: 'the hosts that are allowed' }],
            fix,
          });
        } else if (redirected(application, check, view))
          report('redirect', {
            at: check.place,
            data,
            related: [{ at: redirectPlace(application), message: 'SECURE_SSL_REDIRECT is on' }],
          });
      }
  },
  examples: [
    {
      bad: tree({
        ...PROJECT("ALLOWED_HOSTS = ['shop.example.com']\n"),
        'compose.yaml': COMPOSE('curl -f http://localhost:8000/up/\n#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ host'),
      }),
      fixed: tree({
        'app/shop/settings.py':
          "MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.middleware.common.CommonMiddleware']\nALLOWED_HOSTS = ['shop.example.com', 'localhost']\n",
      }),
      good: tree({
        ...PROJECT("ALLOWED_HOSTS = ['shop.example.com']\n"),
        'compose.yaml': COMPOSE('\'curl -f -H "Host: shop.example.com" http://localhost:8000/up/\''),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: tree({
        ...PROJECT(
          "ALLOWED_HOSTS = ['shop.example.com', 'localhost']\nSECURE_SSL_REDIRECT = True\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n",
        ),
        'compose.yaml': COMPOSE('wget -q -O - http://localhost:8000/up/\n#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ redirect'),
      }),
      good: tree({
        ...PROJECT(
          "ALLOWED_HOSTS = ['shop.example.com', 'localhost']\nSECURE_SSL_REDIRECT = True\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\nSECURE_REDIRECT_EXEMPT = [r'^up/$']\n",
        ),
        'compose.yaml': COMPOSE('wget -q -O - http://localhost:8000/up/'),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
