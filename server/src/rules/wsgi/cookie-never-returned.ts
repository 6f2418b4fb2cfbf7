/** A cookie for another host or path than those at which nginx serves the application: the browser never sends it back. */

import { fromBytes } from '../../base/bytes.ts';
import { frameworkTitle } from '../../deploy/application.ts';
import { asked, type NamedSetting } from '../../deploy/frameworks/framework.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { django, FORWARDED, main, tree } from './_examples.ts';
import { distinct, isDevelopment, orPlace, portOf, probe, type Side, sidesOf } from './_links.ts';
import { isPlaceholder, publicNamesOf } from './_names.ts';

/** Whether a browser takes a cookie of this domain from this host (RFC 6265, 5.1.3). */
function covers(domain: string, host: string): boolean {
  const own = domain.replace(/^\./, '').toLowerCase();
  return host === own || host.endsWith(`.${own}`);
}

/** Whether a browser asks for anything below one path with the cookie of the other: one of them lies below the other. */
function meets(path: string, prefix: string): boolean {
  const [a, b] = [path, prefix].map((p) => `${p.replace(/\/+$/, '')}/`) as [string, string];
  return a.startsWith(b) || b.startsWith(a);
}

/** The paths by which clients reach a side, as the prefix of all of them. */
const prefixOf = ({ location }: Side): string =>
  location && (location.kind === 'prefix' || location.kind === 'exact') ? fromBytes(location.bytes) : '/';

const setTo = ({ value }: NamedSetting): string | null => (placeOf(value) ? (certain(value) ?? null) : null);

const MIDDLEWARE = "MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\n";
const SETTINGS = `ALLOWED_HOSTS = ['*']\n${MIDDLEWARE}`;
const SITE = (location = '/', pass = 'http://unix:/run/shop.sock'): string =>
  main(`server {
    server_name shop.acme.io;
    location ${location} {
        proxy_pass ${pass};
        ${FORWARDED}
    }
}`);

export default defineRule({
  id: 'cookie-never-returned',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['proxy_cookie_domain'],
  title: 'Cookie for another host or path than nginx serves',
  why: `
A browser throws away a cookie whose domain is not the host that it asked, or one above it, and sends a cookie back below its path alone. With a
\`SESSION_COOKIE_DOMAIN\` of another site every login succeeds and is forgotten by the next request; with \`CSRF_COOKIE_DOMAIN\` every form is a 403.

Without a domain the cookie belongs to the host that was asked, which is right for a site with one name. A domain of \`.example.com\` is for all names below.`,
  about: ['server_name', 'location', 'proxy_cookie_domain', 'proxy_cookie_path'],
  references: [
    'https://www.rfc-editor.org/rfc/rfc6265#section-5.3',
    'https://docs.djangoproject.com/en/stable/ref/settings/#session-cookie-domain',
  ],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'never',
  messages: {
    host: 'Browsers throw the {cookie} cookie away that {framework} sets for {host}: {setting} is {value}. Leave it out, or name a domain that {host} is in.',
    path: 'Browsers send the {cookie} cookie back below {value} only ({setting}), and nginx serves {framework} below {prefix}. Use {prefix}.',
  },
  check({ config, deployment, report }) {
    const sides = distinct(sidesOf(config, deployment)).filter((s) => !isDevelopment(s.application));
    const reported = new Set<string>();
    for (const side of sides) {
      const { application, pass, server } = side;
      const cookies = asked(application.framework, (d) => d.cookies);
      if (!server || !cookies || !application.framework) continue;
      const framework = frameworkTitle(application.framework);
      const changed = (name: string): boolean => pass.scope.effective(`${side.target.kind}_${name}`).directives.length > 0;
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      for (const { cookie, domain, path } of cookies) {
        const value = setTo(domain);
        const name =
          value && !changed('cookie_domain')
            ? publicNamesOf(server).find(
                (n) => !isPlaceholder(n.text) && !covers(value, n.text) && probe(side, config, { scheme, host: n.text }) !== null,
              )
            : undefined;
        const at = orPlace(placeOf(domain.value), application);
        if (name && !reported.has(`${at.file}#${at.span.start}#${name.text}`)) {
          reported.add(`${at.file}#${at.span.start}#${name.text}`);
          report('host', {
            at,
            data: { cookie, framework, host: name.text, setting: domain.name, value: value! },
            related: [{ at: name.directive!.at(name.directive!.args[name.argument]), message: 'nginx serves it for this name' }],
          });
        }
        const below = setTo(path);
        const pathAt = orPlace(placeOf(path.value), application);
        if (!below || changed('cookie_path') || reported.has(`${pathAt.file}#${pathAt.span.start}`)) continue;
        // one way that meets the path is enough: the others may be for what needs no session
        if (sides.some((s) => s.application === application && meets(below, prefixOf(s)))) continue;
        reported.add(`${pathAt.file}#${pathAt.span.start}`);
        report('path', {
          at: pathAt,
          missing: ['proxy_cookie_path', 'location', 'server'],
          data: { cookie, framework, value: below, setting: path.name, prefix: prefixOf(side) },
          related: [{ at: pass.nameAt, message: 'nginx passes requests on here' }],
        });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE(),
        ...django(`${SETTINGS}SESSION_COOKIE_DOMAIN = '.acme.com'\n#                        ^^^^^^^^^ host\n`),
      }),
      good: tree({ 'nginx.conf': SITE(), ...django(`${SETTINGS}SESSION_COOKIE_DOMAIN = '.acme.io'\n`) }),
    },
    {
      bad: tree({
        'nginx.conf': SITE('/shop/', 'http://unix:/run/shop.sock:/'),
        ...django(`${SETTINGS}SESSION_COOKIE_PATH = '/store'\n#                      ^^^^^^ path\n`),
      }),
      good: tree({
        'nginx.conf': SITE('/shop/', 'http://unix:/run/shop.sock:/'),
        ...django(`${SETTINGS}SESSION_COOKIE_PATH = '/shop'\n`),
      }),
    },
    {
      good: tree({
        'nginx.conf': SITE().replace('proxy_pass', 'proxy_cookie_domain acme.com acme.io;\n        proxy_pass'),
        ...django(`${SETTINGS}SESSION_COOKIE_DOMAIN = '.acme.com'\n`),
      }),
    },
  ],
});
