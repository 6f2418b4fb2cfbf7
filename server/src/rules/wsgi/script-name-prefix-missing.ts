/** An application below a prefix that does not know of it, knows it twice, or is told one that the path does not have. */
import { fromBytes } from '../../base/bytes.ts';
import type { Place } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import { locationOf } from '../../config/locations.ts';
import { type Application, frameworkTitle, serverTitle } from '../../deploy/application.ts';
import { dashOf } from '../../deploy/dash.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import djangoFramework from '../../deploy/frameworks/django.ts';
import { asked, frameworkSettings } from '../../deploy/frameworks/framework.ts';
import { modulesOf } from '../../deploy/modules.ts';
import { ownRoutes } from '../../deploy/own-routes.ts';
import { pathsFor } from '../../witness/paths.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { appended, keeps, sendHeader, strips } from './_edits.ts';
import { django, FORWARDED, main, tree } from './_examples.ts';
import { askServer, distinct, orPlace, portOf, probe, type Side, sidesOf } from './_links.ts';

/** The prefix of a location, without its slash; null for the root and for regular expressions. */
function prefixOf(side: Side): string | null {
  const { location } = side;
  if (location?.kind !== 'prefix') return null;
  const name = fromBytes(location.bytes).replace(/\/+$/, '');
  return name === '' ? null : name;
}

/** Whether another place is neither a prefix nor below it: the application is reached without it then. */
const isElsewhere = (other: string | null, prefix: string): boolean => other === null || !`${other}/`.startsWith(`${prefix}/`);

/** What a regular expression begins with where that is one part of a path. */
const HEAD = /^\^(\/[\w-]+)(?=\/|\(|\$|$)/;

/** The prefix that all paths of a location begin with, also where it is a regular expression, or a named one that a single location leads to. */
function commonPrefix(side: Side): string | null {
  const { location, server } = side;
  if (location?.kind === 'regex')
    return location.name.replace(/\([^()]*\)/g, '()').includes('|') ? null : (HEAD.exec(location.name)?.[1] ?? null);
  if (location?.kind !== 'named' || !server) return prefixOf(side);
  const leads = server.scope.all.filter((d) => d.name !== 'location' && d.values.includes(location.name));
  const from = leads.length === 1 ? locationOf(leads[0]!.scope) : null;
  return from?.kind === 'prefix' ? prefixOf({ ...side, location: from }) : null;
}

/** Prefixes that libraries and frameworks answer by themselves, without a route that the text shows. */
const OF_LIBRARIES =
  /^\/(?:static|media|assets|admin|metrics|health\w*|docs|redoc|openapi\.json|swagger\w*|apidocs|graphql|socket\.io|ws|debug|oauth\d?|auth|accounts|\.well-known)(?:\/|$)/i;

/** Whether an ASGI application builds links from its root path: in the code, or by `url_for` of templates for the files that it mounts. */
function asgiLinks(deployment: Deployment, application: Application): boolean {
  if (application.framework?.declaration.interface !== 'asgi') return false;
  const texts = [...modulesOf(deployment, application)].map(([, text]) => text);
  const has = (word: RegExp): boolean => texts.some((t) => word.test(t));
  return has(/\brequest\.url_for\(/) || (has(/\bJinja2Templates\(/) && has(/\bStaticFiles\(/));
}

function told(side: Side, deployment: Deployment, prefix: string): Fix | null {
  const { framework } = side.application;
  const django = frameworkSettings(framework, djangoFramework)?.settings;
  if (django?.forceScriptName.from === 'default') {
    const { file } = django;
    return {
      title: `Set FORCE_SCRIPT_NAME to ${prefix}`,
      safety: 'suggestion',
      edits: [{ file, edits: [appended(deployment, file, `FORCE_SCRIPT_NAME = '${prefix}'`)] }],
    };
  }
  const prefixes = asked(framework, (d) => d.counted)?.xPrefix;
  if (prefixes?.from === 'text' && prefixes.value > 0)
    return sendHeader(side, 'X-Forwarded-Prefix', prefix, `Send X-Forwarded-Prefix ${prefix}`, 'suggestion');
  return null;
}

/** Whether the page of the documentation finds its description where it asks for it. */
function reachesDocs(side: Side, config: Config, scheme: 'http' | 'https'): boolean {
  const docs = probe(side, config, { scheme, path: '/openapi.json' });
  return docs !== null;
}

/** `--root-path` at the end of the command line. */
function rooted(side: Side, prefix: string): Fix | null {
  const { application } = side;
  const option = application.server.rootPath?.(prefix);
  if (option === undefined || !['systemd', 'procfile', 'script', 'supervisor'].includes(application.source)) return null;
  const { file, span } = application.place;
  return {
    title: `Start ${serverTitle(application)} with ${option}`,
    safety: 'suggestion',
    edits: [{ file, edits: [{ span: { start: span.end, end: span.end }, newText: ` ${option}` }] }],
  };
}

const FLASK = {
  'app/Procfile': 'web: gunicorn app:app -b 127.0.0.1:8000\n',
  'app/app.py':
    'from flask import Flask\napp = Flask(__name__)\n\n\n@app.route("/")\ndef home():\n    return "home"\n\n\n@app.route("/orders")\ndef orders():\n    return "orders"\n',
};

const TOOL =
  'from fastapi import FastAPI\nfrom fastapi.staticfiles import StaticFiles\nfrom fastapi.templating import Jinja2Templates\n\napp = FastAPI(openapi_url=None)\napp.mount("/static", StaticFiles(directory="static"), name="static")\npages = Jinja2Templates(directory="pages")\n';

const FIGURES = (argument: string) => ({
  'app/Procfile': 'web: gunicorn app:server -b 127.0.0.1:8000\n',
  'app/app.py': `from dash import Dash, html\napp = Dash(__name__${argument})\nserver = app.server\napp.layout = html.Div("figures")\n`,
});

/** A Django project with a table of routes. */
const URLS = (routes: string) => ({
  ...django("ALLOWED_HOSTS = ['*']\nROOT_URLCONF = 'shop.urls'\n"),
  'app/shop/urls.py': `from django.urls import include, path\n\nurlpatterns = [${routes}]\n`,
});

/** FastAPI below a root path, with an address of its own for the documentation. */
const DOCS = (path: string) => ({
  'app/Procfile': 'web: uvicorn api:app\n',
  'app/api.py': `from fastapi import FastAPI\napp = FastAPI(root_path="/api", docs_url="${path}")\n`,
});

/** A path with a name that a page may have; what is asked for has one that no location is written for. */
const shown = (path: string): string => path.replace('/proxylens', '/orders');

export default defineRule({
  id: 'script-name-prefix-missing',
  formerly: ['script-name-prefix'],
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header', 'uwsgi_param'],
  title: 'URL prefixes of nginx and the application differ',
  why: `
Below a prefix two things must fit: what nginx does with the path, and what the application uses as its script name. Django's
\`FORCE_SCRIPT_NAME\`, ProxyFix with \`x_prefix\` and uvicorn's \`--root-path\` want the prefix removed (\`proxy_pass\` with a \`/\` after the
address); gunicorn's header \`SCRIPT_NAME\` and uWSGI's \`mount\` with \`manage-script-name\` want it kept.

Removed without the application knowing, every link and redirect of the application leaves the prefix; kept and forced, it is there twice and no route
matches; a \`SCRIPT_NAME\` that the path does not begin with is a 500 from gunicorn. Kept, and known to neither the routes nor the server, all is 404:
that is said of applications whose routes are all in sight.`,
  about: ['location', 'proxy_pass', 'proxy_set_header'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    lost: '{framework} does not know the prefix {prefix}, which nginx strips from the path: its links and redirects to {asked} say {path}. Tell it the prefix, by a header (X-Forwarded-Prefix, SCRIPT_NAME) or in its own settings.',
    docs: 'FastAPI does not know the prefix {prefix}, which nginx strips from the path: {prefix}/docs asks for /openapi.json, which goes elsewhere. Give uvicorn --root-path {prefix}.',
    docsTwice:
      '{option} of FastAPI is "{path}" and its root path {prefix}: FastAPI puts the root path before that by itself, and {path} is 404. Write {option}="{better}".',
    dash: 'The page of Dash below {prefix} asks for /_dash-layout at the root of the site, which does not lead to it: it stays at "Loading...". Make it with {argument}="{prefix}/".',
    doubled: '{framework} sees {path} for {asked}: the prefix is in the path and in the script name. Strip it in nginx.',
    kept: '{framework} gets {prefix}{route} as it is asked for and answers 404: none of its routes begins with {prefix}. Take the prefix off on the way, or write it into the routes.',
    refused: '{server} answers {status}: {why}. Keep the prefix in nginx.',
  },
  check({ config, deployment, report }) {
    const sides = distinct(sidesOf(config, deployment));
    /** where each application makes Dash; null for those that do not */
    const dashes = new Map<Application, Place | null>();
    for (const side of sides) {
      keptAt(side);
      dashAt(side);
      const { framework } = side.application;
      const prefix = prefixOf(side);
      if (!framework || prefix === null || !side.server) continue;
      const path = `${prefix}/proxylens`;
      const scheme = portOf(side.server, 'https') !== null ? 'https' : 'http';
      const probed = probe(side, config, { scheme, path });
      if (!probed) continue;
      const { view } = probed;
      const script = asked(framework, (d) => d.scriptNamePlace) ?? null;
      const related = [
        {
          at: orPlace(script ?? view.scriptName.places[0] ?? null, side.application),
          message: `${serverTitle(side.application)} and ${frameworkTitle(framework)} are configured here`,
        },
      ];
      const at = side.pass.at(side.pass.args[0] ?? side.pass.statement.name);
      const data = { framework: frameworkTitle(framework), server: serverTitle(side.application), prefix, asked: shown(path) };
      if (view.refused?.by === 'server' && view.refused.status === 500) {
        report('refused', { at, severity: 'error', data: { ...data, status: 500, why: view.refused.why }, related, fix: keeps(side) });
        continue;
      }
      for (const docs of asked(framework, (d) => d.docs) ?? []) {
        const below = view.scriptName.known ? view.scriptName.value.replace(/\/+$/, '') : '';
        if (below === '' || !docs.path.startsWith(`${below}/`)) continue;
        report('docsTwice', {
          at,
          severity: 'info',
          data: { prefix: below, option: docs.name, path: docs.path, better: docs.path.slice(below.length) },
          related: [{ at: docs.place, message: `${docs.name} is set here` }, ...related],
        });
        break;
      }
      if (!view.path.known || !view.pathInfo.known || view.path.value === path) continue;
      if (view.path.value === prefix + path && view.scriptName.known && view.scriptName.value === prefix)
        report('doubled', { at, data: { ...data, path: shown(view.path.value) }, related, fix: strips(side) });
      else if (view.path.value === '/proxylens') {
        // an API without links lives well below a prefix that it does not know
        const links = framework.declaration.linksByScriptName === true;
        const others = sides.some((s) => s.application === side.application && isElsewhere(prefixOf(s), prefix));
        const knows = !view.scriptName.known || view.scriptName.value.replace(/\/+$/, '') === prefix;
        if (asked(framework, (d) => d.hasDocs) && !knows && !others && !reachesDocs(side, config, scheme))
          report('docs', { at, severity: 'info', data, related, fix: rooted(side, prefix) });
        if (asgiLinks(deployment, side.application) && !knows && !others) {
          report('lost', { at, severity: 'info', data: { ...data, path: shown(view.path.value) }, related, fix: rooted(side, prefix) });
          continue;
        }
        if (!links || others) continue;
        report('lost', { at, data: { ...data, path: shown(view.path.value) }, related, fix: told(side, deployment, prefix) });
      }
    }

    /** The page of Dash asks for its parts at the root of the site, which leads elsewhere. */
    function dashAt(side: Side): void {
      const { application, server, pass } = side;
      const prefix = server ? prefixOf(side) : null;
      if (!server || prefix === null || sides.some((s) => s.application === application && isElsewhere(prefixOf(s), prefix))) return;
      if (!dashes.has(application)) dashes.set(application, dashOf(deployment, application));
      const made = dashes.get(application);
      if (!made) return;
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      const view = probe(side, config, { scheme, path: `${prefix}/proxylens` })?.view;
      const asks = askServer(side, config, { scheme, path: '/_dash-layout' });
      if (!view?.pathInfo.known || !view.scriptName.known || !asks || asks.trace.outcome.upstreamRequest) return;
      const isKept = view.pathInfo.value === `${prefix}/proxylens`;
      report('dash', {
        at: pass.at(pass.args[0] ?? pass.statement.name),
        data: { prefix, argument: isKept ? 'url_base_pathname' : 'requests_pathname_prefix' },
        related: [{ at: made, message: 'Dash is made here' }],
      });
    }

    /** The prefix arrives, and the application, to which no other way leads, has no route below it. */
    function keptAt(side: Side): void {
      const { application, server, pass } = side;
      const { framework } = application;
      const prefix = framework && server ? commonPrefix(side) : null;
      if (!framework || !server || prefix === null || OF_LIBRARIES.test(prefix)) return;
      if (sides.some((s) => s.application === application && isElsewhere(commonPrefix(s), prefix))) return;
      const routes = asked(framework, (d) => d.routes) ?? ownRoutes(deployment, application);
      if (!routes || routes.some((r) => `/${r.path.replace(/^\//, '')}/`.startsWith(`${prefix}/`))) return;
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      const { location } = side;
      const path =
        location?.kind === 'regex'
          ? pathsFor(location, 12).find((p) => p.startsWith(`${prefix}/`) && !/[%?]/.test(p))
          : `${prefix}/proxylens`;
      const view = path === undefined ? null : probe(side, config, { scheme, path })?.view;
      if (!view?.pathInfo.known || view.pathInfo.value !== path || !view.scriptName.known || view.scriptName.value !== '') return;
      const route = routes.find((r) => r.path !== '/') ?? routes[0]!;
      report('kept', {
        at: pass.at(pass.args[0] ?? pass.statement.name),
        data: { framework: frameworkTitle(framework), prefix, route: `/${route.path.replace(/^\//, '')}` },
        related: [{ at: route.place, message: 'a route' }],
        fix: strips(side),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ kept
    }
}`),
        ...FLASK,
      }),
      fixed: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://127.0.0.1:8000/;
    }
}`),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://127.0.0.1:8000;
    }
}`),
        ...FLASK,
        'app/app.py': FLASK['app/app.py'].replaceAll('("/', '("/shop/'),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location ~ ^/shop/(.*)$ {
        proxy_pass http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ kept
    }
}`),
        ...FLASK,
      }),
      good: tree({
        'nginx.conf': main(`server {
    location ~ ^/shop/(.*)$ {
        proxy_pass http://127.0.0.1:8000/$1$is_args$args;
        proxy_set_header X-Forwarded-Prefix /shop;
    }
}`),
        ...FLASK,
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://unix:/run/shop.sock:/;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ lost
        ${FORWARDED}
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://unix:/run/shop.sock:/;
        ${FORWARDED}
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\nFORCE_SCRIPT_NAME = '/shop'\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /api/ {
        proxy_pass http://127.0.0.1:8000/;
#                  ^^^^^^^^^^^^^^^^^^^^^^ docs
    }
}`),
        'app/Procfile': 'web: uvicorn api:app\n',
        'app/api.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      }),
      fixed: tree({ 'app/Procfile': 'web: uvicorn api:app --root-path /api\n' }),
      good: tree({
        'nginx.conf': main(`server {
    location /api/ {
        proxy_pass http://127.0.0.1:8000/;
    }
}`),
        'app/Procfile': 'web: uvicorn api:app\n',
        'app/api.py': 'from fastapi import FastAPI\napp = FastAPI(openapi_url=None)\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /tool/ {
        proxy_pass http://127.0.0.1:8000/;
#                  ^^^^^^^^^^^^^^^^^^^^^^ lost
    }
}`),
        'app/Procfile': 'web: uvicorn tool:app\n',
        'app/tool.py': TOOL,
      }),
      fixed: tree({ 'app/Procfile': 'web: uvicorn tool:app --root-path /tool\n' }),
      good: tree({
        'nginx.conf': main(`server {
    location /tool/ {
        proxy_pass http://127.0.0.1:8000/;
    }
}`),
        'app/Procfile': 'web: uvicorn tool:app\n',
        'app/tool.py': TOOL.replace('openapi_url=None', 'openapi_url=None, root_path="/tool"'),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://unix:/run/shop.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ doubled
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\nFORCE_SCRIPT_NAME = '/shop'\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://unix:/run/shop.sock:/;
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\nFORCE_SCRIPT_NAME = '/shop'\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://127.0.0.1:8000/;
#                  ^^^^^^^^^^^^^^^^^^^^^^ refused
        proxy_set_header SCRIPT_NAME /shop;
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\n", "bind = '127.0.0.1:8000'\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header SCRIPT_NAME /shop;
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\n", "bind = '127.0.0.1:8000'\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location ~ ^/shop/(orders|cart) {
        proxy_pass http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ kept
    }
}`),
        ...FLASK,
      }),
      good: tree({
        'nginx.conf': main(`server {
    location ~ ^/shop/(orders|cart) {
        rewrite ^/shop(.*)$ $1 break;
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-Forwarded-Prefix /shop;
    }
}`),
        ...FLASK,
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://unix:/run/shop.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ kept
    }
}`),
        ...URLS("path('orders/', include('orders.urls'))"),
      }),
      fixed: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://unix:/run/shop.sock:/;
    }
}`),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...URLS("path('shop/orders/', include('orders.urls'))"),
      }),
    },
    {
      // what the table includes without a prefix is not all in sight
      good: tree({
        'nginx.conf': main(`server {
    location /shop/ {
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...URLS("path('orders/', include('orders.urls')), path('', include('pages.urls'))"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /api/ {
        proxy_pass http://127.0.0.1:8000/;
#                  ^^^^^^^^^^^^^^^^^^^^^^ docsTwice
    }
}`),
        ...DOCS('/api/docs'),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /api/ {
        proxy_pass http://127.0.0.1:8000/;
    }
}`),
        ...DOCS('/docs'),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /figures/ {
        proxy_pass http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ dash
    }
}`),
        ...FIGURES(''),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /figures/ {
        proxy_pass http://127.0.0.1:8000;
    }
}`),
        ...FIGURES(', url_base_pathname="/figures/"'),
      }),
    },
    {
      // the root of the site leads to it, too
      good: tree({
        'nginx.conf': main(`server {
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
    location /figures/ {
        proxy_pass http://127.0.0.1:8000;
    }
}`),
        ...FIGURES(''),
      }),
    },
    {
      // a place below the prefix is no other way to the application
      bad: tree({
        'nginx.conf': main(`server {
    location /api/ {
        proxy_pass http://127.0.0.1:8000/;
#                  ^^^^^^^^^^^^^^^^^^^^^^ docs
    }
    location /api/live {
        proxy_pass http://127.0.0.1:8000/live;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
    }
}`),
        'app/Procfile': 'web: uvicorn api:app\n',
        'app/api.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /api/ {
        proxy_pass http://127.0.0.1:8000/;
    }
    location /api/live {
        proxy_pass http://127.0.0.1:8000/live;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
    }
}`),
        'app/Procfile': 'web: uvicorn api:app --root-path /api\n',
        'app/api.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      }),
    },
    {
      // another way reaches it without the prefix, the description as well
      good: tree({
        'nginx.conf': main(`server {
    location /api/ {
        proxy_pass http://127.0.0.1:8000/;
    }
    location /live {
        proxy_pass http://127.0.0.1:8000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
    }
    location = /openapi.json {
        proxy_pass http://127.0.0.1:8000;
    }
}`),
        'app/Procfile': 'web: uvicorn api:app\n',
        'app/api.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      }),
    },
  ],
});
