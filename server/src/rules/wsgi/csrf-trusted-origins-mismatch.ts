/** Origins that Django is told to trust, and that no browser sends to this site. */
import { serversOf } from '../../config/servers.ts';
import type { Application } from '../../deploy/application.ts';
import { certain } from '../../deploy/setting.ts';
import { isSince } from '../../deploy/versions.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { django, FORWARDED, httpsSite, main, tree } from './_examples.ts';
import { distinct, djangoSides, isDevelopment, outerPort, portOf, type Side } from './_links.ts';

const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/([^/:]+)(?::(\d+))?\/?$/i;
const DJANGO = { name: 'django', assumed: '5.2' } as const;

/** The schemes and ports under which a name is asked for here, whoever answers. */
function asked(sides: readonly Side[], application: Application, host: string): { scheme: string; port: number; passed: boolean }[] {
  const own = sides.filter((s) => s.application === application);
  const { config } = own[0]!.pass.scope;
  const from = own[0]!.from;
  return serversOf(config)
    .filter((s) => s.names.some((n) => n.kind === 'exact' && n.text === host))
    .flatMap((server) =>
      (['http', 'https'] as const).flatMap((scheme) => {
        const port = portOf(server, scheme);
        return port === null ? [] : [{ scheme, port: outerPort(from, port, scheme), passed: own.some((s) => s.server === server) }];
      }),
    );
}

const standard = (scheme: string): number => (scheme === 'https' ? 443 : 80);
const shown = ({ scheme, port }: { scheme: string; port: number }, host: string): string =>
  `${scheme}://${host}${port === standard(scheme) ? '' : `:${port}`}`;

export default defineRule({
  id: 'csrf-trusted-origins-mismatch',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'CSRF_TRUSTED_ORIGINS names an origin that no browser sends',
  why: `
A browser sends the Origin of a page with scheme, name and port, and Django compares it as a whole: \`http://shop.example.com\` is of no use to a
site that answers over HTTPS, nor is one with another port than the site's. Since Django 4.0 an entry without a scheme matches
nothing, and \`manage.py check\` refuses it.

Where scheme and host arrive at Django as the client sent them, a site needs no entry for itself.`,
  about: ['listen', 'server_name', 'proxy_set_header'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#csrf-trusted-origins'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'always',
  messages: {
    scheme: 'Django compares whole origins since 4.0, and {entry} has no scheme: it matches nothing. Write {wanted}.',
    never: 'No browser sends the origin {entry}: nginx serves {host} as {served}. Write {wanted}.',
  },
  check({ config, deployment, report }) {
    const sides = distinct(djangoSides(config, deployment));
    const seen = new Set<string>();
    for (const { application, django: framework } of sides) {
      if (seen.has(application.id) || isDevelopment(application)) continue;
      seen.add(application.id);
      for (const entry of certain(framework.settings.csrfTrustedOrigins) ?? []) {
        const replaced = (wanted: string): Fix => ({
          title: `Trust ${wanted}`,
          safety: 'suggestion',
          edits: [{ file: entry.place.file, edits: [{ span: entry.place.span, newText: wanted }] }],
        });
        const m = ORIGIN.exec(entry.value);
        if (!m) {
          if (!/^[*.\w][\w.*-]*(:\d+)?$/.test(entry.value) || !isSince(application, DJANGO, '4.0')) continue;
          const [host, port] = entry.value.split(':');
          const known = asked(sides, application, host!).find((a) => a.passed);
          const wanted = known ? shown(known, host!) : `https://${host!.startsWith('.') ? '*' : ''}${host}${port ? `:${port}` : ''}`;
          report('scheme', { at: entry.place, severity: 'warning', data: { entry: entry.value, wanted }, fix: replaced(wanted) });
          continue;
        }
        const [, scheme, host, port] = m as unknown as [string, string, string, string | undefined];
        const own = asked(sides, application, host);
        const passed = own.filter((a) => a.passed);
        if (!passed.length || own.some((a) => a.scheme === scheme && a.port === Number(port ?? standard(scheme)) && a.passed)) continue;
        // what comes before nginx may end TLS, and may listen on other ports than nginx does
        const plainOnly = scheme === 'http' && passed.every((a) => a.scheme === 'https');
        const otherPort = passed.some((a) => a.scheme === scheme) && port !== undefined;
        if (!plainOnly && !otherPort) continue;
        const wanted = shown(passed.find((a) => a.scheme === (plainOnly ? 'https' : scheme)) ?? passed[0]!, host);
        report('never', {
          at: entry.place,
          missing: ['server', 'listen', 'server_name'],
          data: { entry: entry.value, host, served: [...new Set(passed.map((a) => shown(a, host)))].join(' and '), wanted },
          related: [{ at: sides.find((s) => s.application === application)!.pass.nameAt, message: 'nginx passes the requests on here' }],
          fix: replaced(wanted),
        });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': httpsSite(`
        proxy_pass http://unix:/run/shop.sock;
        ${FORWARDED}`),
        ...django(`ALLOWED_HOSTS = ['shop.example.com']
CSRF_TRUSTED_ORIGINS = ['http://shop.example.com', 'shop.example.com']
#                        ^^^^^^^^^^^^^^^^^^^^^^^ never
#                                                   ^^^^^^^^^^^^^^^^ scheme
`),
      }),
      fixed: tree({
        'app/shop/settings.py':
          "ALLOWED_HOSTS = ['shop.example.com']\nCSRF_TRUSTED_ORIGINS = ['https://shop.example.com', 'https://shop.example.com']\n",
      }),
      good: tree({
        'nginx.conf': httpsSite(`
        proxy_pass http://unix:/run/shop.sock;
        ${FORWARDED}`),
        ...django(
          "ALLOWED_HOSTS = ['shop.example.com']\nCSRF_TRUSTED_ORIGINS = ['https://shop.example.com', 'https://*.partner.example']\n",
        ),
      }),
    },
    {
      // TLS ends before nginx
      good: tree({
        'nginx.conf': main(`server {
    listen 80;
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        ${FORWARDED}
    }
}`),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\nCSRF_TRUSTED_ORIGINS = ['https://shop.example.com']\n"),
      }),
    },
  ],
});
