/** A slash at the end of a path that nginx takes off with a redirect, and the framework puts back with another one. */
import { frameworkTitle } from '../../deploy/application.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { standsAt } from '../../trace/at.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';
import { django, main, tree } from './_examples.ts';
import { askServer, distinct, orPlace, portOf, probe, sidesOf } from './_links.ts';

const SITE = (line: string): string =>
  main(`server {
    listen 80;
    server_name shop.example.com;
    ${line}
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
    }
}`);

const PROJECT = {
  ...django(
    "ALLOWED_HOSTS = ['shop.example.com']\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware']\n",
  ),
  'app/shop/urls.py':
    "from django.urls import path\nfrom . import views\nurlpatterns = [path('', views.home), path('orders/', views.orders)]\n",
};

/** The path of a redirect's target: with or without a host in front of it. */
const pathOfTarget = (target: string): string => target.replace(/^\w+:\/\/[^/]*/, '').replace(/[?#].*$/, '');

export default defineRule({
  id: 'slash-removed-and-added',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Slash removed by nginx and added by the framework',
  why: `
Django's routes usually end in a slash, and CommonMiddleware redirects who asks without it (\`APPEND_SLASH\`, on by default). A rewrite in nginx that takes the slash off "for tidy addresses" sends the browser back and forth between the two forms until it gives up: too many redirects.

Leave the slash to the application. Where addresses shall have none, set \`APPEND_SLASH = False\` and write the routes without it.`,
  about: ['rewrite', 'return'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#append-slash'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  messages: {
    loop: 'nginx redirects {with} to {without}, and {framework} ({setting}) back to {with}, forever. Remove the redirect, or turn {setting} off and write the routes without a slash.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const { framework } = side.application;
      const adds = asked(framework, (d) => d.addsSlash);
      if (!framework || !adds || !side.server) continue;
      const scheme = portOf(side.server, 'https') !== null ? 'https' : 'http';
      const path = `/${adds.route.path}`;
      const bare = path.replace(/\/$/, '');
      const away = askServer(side, config, { scheme, path })?.trace;
      const target = away && locationHeader(away);
      if (!away || !target || pathOfTarget(target) !== bare) continue;
      const line = side.server.scope.all.find(
        (d) => (d.name === 'rewrite' || d.name === 'return') && away.steps.some((step) => step.at && standsAt(d, step.at)),
      );
      const { pathInfo } = probe(side, config, { scheme, path: bare })?.view ?? {};
      if (!pathInfo?.known || pathInfo.value !== bare || !line) continue;
      const key = `${line.file.id}#${line.statement.start}`;
      if (reported.has(key)) continue;
      reported.add(key);
      report('loop', {
        at: line.at(),
        data: { with: path, without: bare, framework: frameworkTitle(framework), setting: adds.name },
        related: [
          { at: adds.route.place, message: 'the route' },
          { at: orPlace(adds.place, side.application), message: `${adds.name} of ${frameworkTitle(framework)}` },
        ],
        witness: proofOf(away),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE('rewrite ^/(.*)/$ /$1 permanent;').replace('permanent;', 'permanent;\n#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ loop'),
        ...PROJECT,
      }),
      good: tree({ 'nginx.conf': SITE('rewrite ^([^.]*[^/])$ $1/ permanent;'), ...PROJECT }),
    },
  ],
});
