/** WebSocket routes of the application whose upgrade nginx does not pass on. */
import { requestHeader } from '../../answers/what-is-passed.ts';
import { isAssumed } from '../../answers/where-a-value-comes-from.ts';
import { fromBytes } from '../../base/bytes.ts';
import type { Place } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import { type Application, serverTitle } from '../../deploy/application.ts';
import type { Route } from '../../deploy/django.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { certain } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { keeps } from './_edits.ts';
import { main, site, tree } from './_examples.ts';
import { distinct, portOf, probe, probeRoute, type Side, sidesOf } from './_links.ts';
import { lostOf, passesOn, UPGRADE } from './_upgrade.ts';

const routesOf = ({ framework }: Application): readonly Route[] => asked(framework, (d) => d.webSockets) ?? [];

/** Whether the server runs an application that takes no WebSockets, since those of the framework need its ASGI application. */
function runsWsgi({ framework, worker }: Application): boolean {
  const kind = certain(worker);
  return framework?.declaration.webSocketsOverAsgi === true && kind !== undefined && kind !== 'asgi';
}

/** A path that the route takes, with something for its parameters; null for regular expressions that are more than text. */
function pathOf(route: Route): string | null {
  if (!route.regex) return `/${route.path.replace(/<[^>]*>|\{[^}]*\}/g, '1')}`;
  const text = route.path
    .replace(/\\?\$$/, '')
    .replace(/\(\?P<\w+>[^()]*\)/g, '1')
    .replace(/\\([./-])/g, '$1');
  return /^[\w./-]*$/.test(text) ? `/${text}` : null;
}

/** What of a route's path nginx cuts off in a location that is called like the beginning of it and passes upgrades on; null where it arrives whole. */
function cutOff(side: Side, config: Config, path: string): { readonly prefix: string; readonly arrivesAs: string } | null {
  const prefix = side.location?.kind === 'prefix' ? fromBytes(side.location.bytes).replace(/\/+$/, '') : '';
  if (prefix === '' || !path.startsWith(`${prefix}/`)) return null;
  const probed = probe(side, config, { scheme: schemeOf(side), path, headers: UPGRADE });
  const sent = probed?.trace.outcome.upstreamRequest;
  if (!sent || lostOf(sent).length || !probed.view.pathInfo.known || !probed.view.scriptName.known) return null;
  const arrivesAs = probed.view.pathInfo.value;
  return probed.view.scriptName.value === '' && prefix + arrivesAs.replace(/^\/+/, '/') === path ? { prefix, arrivesAs } : null;
}

const schemeOf = ({ server }: Side): 'http' | 'https' => (server && portOf(server, 'https') !== null ? 'https' : 'http');

/** A Django project with a route of Channels. */
const CHANNELS = {
  'app/shop/settings.py':
    'ALLOWED_HOSTS = ["www.example.com"]\nROOT_URLCONF = "shop.urls"\nWSGI_APPLICATION = "shop.wsgi.application"\nASGI_APPLICATION = "shop.asgi.application"\n',
  'app/shop/wsgi.py':
    'import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\napplication = get_wsgi_application()\n',
  'app/shop/asgi.py':
    'import os\nfrom channels.routing import ProtocolTypeRouter, URLRouter\nfrom django.urls import path\nfrom shop.consumers import Orders\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\napplication = ProtocolTypeRouter({"websocket": URLRouter([path("live/", Orders.as_asgi())])})\n',
} as const;

const CALLED = (path: string, to: string, mark = ''): string =>
  main(`server {
    location ${path} {
        proxy_pass ${to};
${mark}        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }
}`);

export default defineRule({
  id: 'asgi-websocket-without-upgrade',
  formerly: ['asgi-websocket'],
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header', 'location'],
  title: 'WebSocket route without the upgrade headers',
  why: `
\`Upgrade\` and \`Connection\` are hop-by-hop headers: nginx drops the first and replaces the second. A WebSocket handshake reaches the application
as an ordinary request, which it answers with 404 or 400, unless the location passes both headers on over HTTP/1.1.

A slash after the address in \`proxy_pass\` cuts the name of the location off: the route \`/ws/chat/\` arrives as \`/chat/\`, which is another one.

The routes of Django's Channels exist in its ASGI application only. A server that runs the WSGI application answers 404 there, whatever arrives.`,
  about: ['proxy_http_version', 'proxy_set_header', '$http_upgrade'],
  references: ['https://nginx.org/en/docs/http/websocket.html'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    dropped: 'The WebSocket route {path} is proxied here without {missing}: the handshake fails. Pass them on.',
    cut: 'The WebSocket route {path} arrives as {arrivesAs}, which the application does not have: nginx cuts {prefix} off. Pass the path unchanged: no slash after the address in proxy_pass.',
    wsgi: 'The WebSocket route {path} leads to {server}, which runs the WSGI application: it knows no WebSockets and answers 404. Pass the path to a server that runs the ASGI application (daphne, uvicorn).',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    const dropped: { side: Side; route: Route; path: string; missing: readonly string[] }[] = [];
    const cuts: { side: Side; route: Route; path: string; prefix: string; arrivesAs: string }[] = [];
    /** Routes that arrive whole somewhere in a server: another way to them there is not the one that WebSockets take. */
    const arrives = new Set<string>();
    const way = ({ server }: Side, { place }: Route): string => `${server?.index} ${place.file}#${place.span.start}`;
    for (const side of distinct(sidesOf(config, deployment))) {
      if (!side.server || side.target.kind !== 'proxy') continue;
      for (const route of routesOf(side.application)) {
        const path = pathOf(route);
        if (path === null) continue;
        const scheme = schemeOf(side);
        const cut = cutOff(side, config, path);
        if (cut) cuts.push({ ...cut, side, route, path });
        const trace = probeRoute(side, config, path, { scheme, headers: UPGRADE })?.trace;
        const sent = trace?.outcome.upstreamRequest;
        if (!sent) continue;
        // a value that nothing in sight makes is another finding, or is made where nobody sees it
        const missing = lostOf(sent).filter((header) => {
          const line = requestHeader(side.pass.scope, header);
          return !line || !isAssumed(trace, config, line.value(1));
        });
        if (missing.length || runsWsgi(side.application)) dropped.push({ side, route, path, missing });
        else arrives.add(way(side, route));
      }
    }
    for (const { side, route, path, prefix, arrivesAs } of cuts) {
      const at: Place = side.pass.nameAt;
      const key = `${at.file}#${at.span.start}`;
      const all = routesOf(side.application).map(pathOf);
      if (reported.has(key) || !all.every((other) => other?.startsWith(`${prefix}/`)) || all.includes(arrivesAs)) continue;
      reported.add(key);
      report('cut', {
        at,
        data: { path, prefix, arrivesAs },
        related: [{ at: route.place, message: 'a WebSocket route' }],
        fix: keeps(side),
      });
    }
    for (const { side, route, path, missing } of dropped) {
      const at: Place = side.pass.nameAt;
      const key = `${at.file}#${at.span.start}`;
      if (reported.has(key) || arrives.has(way(side, route))) continue;
      reported.add(key);
      const related = [{ at: route.place, message: 'a WebSocket route' }];
      if (runsWsgi(side.application)) {
        report('wsgi', { at, data: { path, server: serverTitle(side.application) }, related });
        continue;
      }
      report('dropped', {
        at,
        data: { path, missing: missing.join(', ') },
        related,
        ...passesOn(side.pass, missing),
      });
    }
  },
  examples: [
    {
      settings: { nginx: '1.26.3' },
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:5000;
#       ^^^^^^^^^^ dropped
        proxy_set_header Host $host;`),
        'app/Procfile': 'web: gunicorn -k gevent -b 127.0.0.1:5000 app:app\n',
        'app/app.py': 'from flask import Flask\nfrom flask_socketio import SocketIO\napp = Flask(__name__)\nsocketio = SocketIO(app)\n',
      }),
      fixed: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:5000;
        proxy_set_header Host $host;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";`),
      }),
    },
    {
      settings: { nginx: '1.26.3' },
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
#       ^^^^^^^^^^ dropped
        proxy_set_header Host $host;`),
        'app/Procfile': 'web: uvicorn main:app --port 8000\n',
        'app/main.py':
          "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket('/ws')\nasync def ws(socket: WebSocket):\n    await socket.accept()\n",
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";`),
        'app/Procfile': 'web: uvicorn main:app --port 8000\n',
        'app/main.py':
          "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket('/ws')\nasync def ws(socket: WebSocket):\n    await socket.accept()\n",
      }),
    },
    {
      settings: { nginx: '1.26.3' },
      good: tree({
        'nginx.conf': main(`server {
    location /live/ {
        proxy_pass http://127.0.0.1:8000/;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }
    location /api/ {
        proxy_pass http://127.0.0.1:8000/;
    }
}`),
        'app/Procfile': 'web: uvicorn main:app --port 8000\n',
        'app/main.py':
          "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket('/ws')\nasync def ws(socket: WebSocket):\n    await socket.accept()\n",
      }),
    },
    {
      settings: { nginx: '1.29.7' },
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
#       ^^^^^^^^^^ wsgi
        proxy_set_header Host $host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";`),
        'app/Procfile': 'web: gunicorn -b 127.0.0.1:8000 shop.wsgi\n',
        ...CHANNELS,
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";`),
        'app/Procfile': 'web: daphne -p 8000 shop.asgi:application\n',
        ...CHANNELS,
      }),
      fixed: false,
    },
    {
      good: tree({
        'nginx.conf': main('server {\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}'),
        'app/Procfile': 'web: uvicorn main:app --port 8000\n',
        'app/main.py': "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x():\n    return {}\n",
      }),
    },
    {
      // the table of the word is not there, which is told by itself
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:5000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;`),
        'app/Procfile': 'web: uvicorn app:app --host 127.0.0.1 --port 5000\n',
        'app/app.py':
          'from fastapi import FastAPI, WebSocket\napp = FastAPI()\n\n\n@app.websocket("/ws")\nasync def ws(s: WebSocket):\n    await s.accept()\n',
      }),
      notOn122: 'nothing makes the variable',
    },
    {
      settings: { nginx: '1.29.7' },
      bad: tree({
        'nginx.conf': CALLED('/live/', 'http://127.0.0.1:8000/', '#       ^^^^^^^^^^ cut\n'),
        'app/Procfile': 'web: daphne -p 8000 shop.asgi:application\n',
        ...CHANNELS,
        'app/shop/asgi.py': CHANNELS['app/shop/asgi.py'].replace('"live/"', '"live/orders/"'),
      }),
      fixed: tree({ 'nginx.conf': CALLED('/live/', 'http://127.0.0.1:8000') }),
    },
  ],
});
