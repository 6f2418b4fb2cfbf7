/** Django's admin site without a second door. */
import { entryOf, isLocalOnly } from '../../answers/who-may-enter.ts';
import { locationsOf } from '../../config/locations.ts';
import { frameworkTitle } from '../../deploy/application.ts';
import { type Fix, indentAt, indentUnit, insertAfter, insertFirst } from '../fix.ts';
import { limitZones } from '../limits/_zones.ts';
import { defineRule } from '../rule.ts';
import { django, main, site, tree } from './_examples.ts';
import { distinct, djangoSides, portOf, probeRoute, type Side } from './_links.ts';

/** Slow for a robot, and more than a person at work on the pages of the admin site needs. */
const ZONE = 'limit_req_zone $binary_remote_addr zone=admin:10m rate=1r/s;';
const LIMIT = 'limit_req zone=admin burst=20 nodelay;';

/**
 * The location once more for the path of the admin site, with a rate limit. Null where a copy would do something else: it holds locations, its
 * name is replaced in the URI, or the name `admin` is that of another zone.
 */
function ownLocation(side: Side, path: string): Fix | null {
  const { location, pass, server, target } = side;
  const http = server?.scope.parent?.opener;
  if (location?.kind !== 'prefix' || pass.scope !== location.scope || target.uri !== '' || !http) return null;
  const { statement, file } = location.directive;
  const siblings = location.scope.parent ? locationsOf(location.scope.parent) : null;
  if (!statement.open || !statement.close || location.scope.has('location') || siblings?.all.some((l) => l.name === path)) return null;
  const zones = limitZones(server.scope.config);
  const own = zones.find((z) => z.name === 'admin');
  if (own && own.kind !== 'limit_req') return null;
  const words = ['location', ...(location.modifier ? [location.modifier] : []), path];
  const outer = indentAt(file, statement.start);
  const inner = indentUnit(file);
  // the copy is at the same depth, so its lines keep their indentation; what comes after the brace gets a line of its own
  const [first = '', ...rest] = file.text.slice(statement.open.end, statement.close.start).trimEnd().split(/\r?\n/);
  const kept = rest.map((l) => (l.startsWith(outer) ? l.slice(outer.length) : l.trim()));
  const copied = [...(first.trim() ? [inner + first.trim()] : []), ...kept];
  const lines = [`${words.join(' ')} {`, inner + LIMIT, ...copied, '}'];
  const limit = zones.find((z) => z.kind === 'limit_req')?.directive;
  const zone = own
    ? []
    : limit
      ? [{ file: limit.file.id, edits: [insertAfter(limit.file, limit.statement, [ZONE])] }]
      : [{ file: http.file.id, edits: [insertFirst(http.file, http.statement, [ZONE])] }];
  const edit = insertAfter(file, statement, lines);
  const same = zone.find((z) => z.file === file.id);
  const edits = same ? [{ file: file.id, edits: [...same.edits, edit] }] : [...zone, { file: file.id, edits: [edit] }];
  return { title: `Give ${path} a location with a rate limit`, safety: 'suggestion', edits };
}

const URLS = {
  'app/shop/urls.py': "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]\n",
};

export default defineRule({
  id: 'admin-unprotected',
  group: 'wsgi',
  severity: 'hint',
  since: '0.1',
  missing: ['allow', 'auth_basic', 'auth_request', 'location'],
  title: 'Admin site open to everyone',
  why: `
The login of Django's admin is attacked by bots all day. nginx can keep them out before a worker is asked: by network (\`allow\`,
\`deny\`), by a second password, by a client certificate, or at least by a rate limit for the path.`,
  about: ['allow', 'deny', 'auth_basic', 'limit_req'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    open: '{framework}’s admin at {path} has no address list, password or rate limit in nginx. Give it a location with one.',
  },
  check({ config, deployment, report }) {
    for (const side of distinct(djangoSides(config, deployment))) {
      const { admin } = side.django.routes;
      if (!admin || admin.regex || !side.server || isLocalOnly(side.server.scope)) continue;
      const route = `/${admin.path}`;
      const probed = probeRoute(side, config, route, { scheme: portOf(side.server, 'https') !== null ? 'https' : 'http' });
      if (!probed) continue;
      const { scope } = side.pass;
      if (entryOf(scope) !== 'everybody' || scope.effective('limit_req').directives.length) continue;
      report('open', {
        at: side.pass.nameAt,
        data: { framework: frameworkTitle(side.application.framework!), path: probed.path },
        related: [{ at: admin.place, message: 'the route of the admin site' }],
        fix: ownLocation(side, probed.path),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
#       ^^^^^^^^^^ open`),
        ...django("ROOT_URLCONF = 'shop.urls'\n"),
        ...URLS,
      }),
      good: tree({
        'nginx.conf': main(`server {
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
    location /admin/ {
        allow 10.0.0.0/8;
        deny all;
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...django("ROOT_URLCONF = 'shop.urls'\n"),
        ...URLS,
      }),
      fixed: tree({
        'nginx.conf': main(`limit_req_zone $binary_remote_addr zone=admin:10m rate=1r/s;
server {
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
    location /admin/ {
        limit_req zone=admin burst=20 nodelay;
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...django("ROOT_URLCONF = 'shop.urls'\n"),
        ...URLS,
      }),
    },
    {
      // the application has no such route below the location's prefix
      good: tree({
        'nginx.conf': main(`server {
    location /events/ {
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...django("ROOT_URLCONF = 'shop.urls'\n"),
        ...URLS,
      }),
    },
  ],
});
