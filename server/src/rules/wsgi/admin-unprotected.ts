/** Django's admin site without a second door. */
import { frameworkTitle } from '../../deploy/application.ts';
import { defineRule } from '../rule.ts';
import { django, main, tree } from './_examples.ts';
import { distinct, djangoSides, portOf, probeRoute } from './_sides.ts';

const GUARDS = ['allow', 'auth_request', 'limit_req', 'ssl_verify_client', 'auth_jwt'];

export default defineRule({
  id: 'admin-unprotected',
  group: 'wsgi',
  severity: 'hint',
  since: '0.1',
  title: 'The admin site is open to everybody who can reach nginx',
  why: `
The login of Django's admin is guessed at by robots all day. nginx can keep them out before a worker is asked: by network (\`allow\`,
\`deny\`), by a second password, by a client certificate, or at least by a rate limit for the path.`,
  about: ['allow', 'deny', 'auth_basic', 'limit_req'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'never',
  messages: {
    open: '{framework}’s admin at {path} has neither a network, a password nor a rate limit of nginx before it. Give it a location with one.',
  },
  check({ config, deployment, report }) {
    for (const side of distinct(djangoSides(config, deployment))) {
      const { admin } = side.django.routes;
      if (!admin || admin.regex || !side.server) continue;
      const route = `/${admin.path}`;
      const probed = probeRoute(side, config, route, { scheme: portOf(side.server, 'https') !== null ? 'https' : 'http' });
      if (!probed) continue;
      const { scope } = side.pass;
      const basic = scope.value('auth_basic');
      if (
        (basic && basic.value(0) !== 'off') ||
        GUARDS.some((g) => scope.effective(g).directives.some((d) => d.value(0) !== 'off' && d.value(0) !== 'all'))
      )
        continue;
      report('open', {
        at: side.pass.nameAt,
        data: { framework: frameworkTitle(side.django), path: probed.path },
        related: [{ at: admin.place, message: 'the route of the admin site' }],
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': main(`server {
    location / {
        proxy_pass http://unix:/run/shop.sock;
#       ^^^^^^^^^^ open
    }
}`),
        ...django("ROOT_URLCONF = 'shop.urls'\n"),
        'app/shop/urls.py':
          "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]\n",
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
        'app/shop/urls.py':
          "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]\n",
      }),
    },
  ],
});
