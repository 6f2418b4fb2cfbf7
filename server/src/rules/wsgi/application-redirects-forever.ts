/** An application that redirects to HTTPS and never learns of it: each page leads to itself. Django's has a rule of its own. */
import { serversOf } from '../../config/servers.ts';
import { frameworkTitle } from '../../deploy/application.ts';
import django from '../../deploy/frameworks/django.ts';
import { frameworkSettings } from '../../deploy/frameworks/framework.ts';
import { surely } from '../../deploy/seen.ts';
import { redirectToHttps } from '../../deploy/view.ts';
import { defineRule } from '../rule.ts';
import { sendHeader, sharedHeader } from './_edits.ts';
import { httpsSite, site, tree } from './_examples.ts';
import { distinct, portOf, probe, sentLine, sidesOf } from './_links.ts';

const HEADER = 'X-Forwarded-Proto';

const APP = (more = ''): Readonly<Record<string, string>> => ({
  'app/main.py': `from fastapi import FastAPI
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
app = FastAPI()
app.add_middleware(HTTPSRedirectMiddleware)
`,
  'app/Procfile': `web: uvicorn main:app --port 8000${more}\n`,
});
const HOST = 'proxy_set_header Host $host;';
const PROTO = `proxy_set_header ${HEADER} $scheme;`;
const FLASK = {
  'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop:app'\n",
  'app/shop.py': 'from flask import Flask\nfrom flask_talisman import Talisman\napp = Flask(__name__)\nTalisman(app)\n',
};

export default defineRule({
  id: 'application-redirects-forever',
  group: 'wsgi',
  severity: 'error',
  since: '0.2',
  missing: ['proxy_set_header'],
  title: 'Application redirects to HTTPS for ever',
  why: `
\`HTTPSRedirectMiddleware\` of Starlette and FastAPI, and Flask-Talisman, answer a plain request with a redirect to \`https://\`. Behind an nginx that
terminates TLS every request is plain for the application, unless it is told: by \`X-Forwarded-Proto\`, from a proxy that its server trusts. Otherwise
the redirect leads to the page that was asked, and the browser gives up ("redirected you too many times").

An nginx that listens for plain HTTP alone sends the reader to \`https://\`, where nothing of it answers; and if something before it ends TLS,
\`X-Forwarded-Proto $scheme\` overwrites what that says.

nginx can do the redirect itself, without the application.`,
  about: ['proxy_set_header', '$scheme', 'listen'],
  references: ['https://www.starlette.io/middleware/#httpsredirectmiddleware', 'https://github.com/GoogleCloudPlatform/flask-talisman'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    loop: 'HTTPS requests are redirected to HTTPS for ever: {name} is on, and {framework} takes them for plain HTTP ({why}). Tell it with {header} $scheme.',
    plain:
      '{name} redirects each request to https://, where nothing of this nginx answers, and what ends TLS before it is overruled by {header} {value}. Listen with ssl, or pass {header} on.',
  },
  check({ config, deployment, report }) {
    const terminates = serversOf(config).some((s) => portOf(s, 'https') !== null);
    for (const side of distinct(sidesOf(config, deployment))) {
      const { application, server } = side;
      const { framework } = application;
      if (!framework || !server || frameworkSettings(framework, django)) continue;
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      const line = sentLine(side, HEADER);
      // without TLS of its own nginx may be told of it by what ends TLS before it, unless it says another thing
      if (scheme === 'http' && (terminates || !line)) continue;
      const probed = probe(side, config, { scheme, headers: scheme === 'http' ? [[HEADER, 'https']] : [] });
      const request = probed?.trace.outcome.upstreamRequest;
      const redirect = request ? redirectToHttps(application, probed.view, request) : null;
      if (!probed || !redirect || surely(probed.view.scheme) !== 'http') continue;
      const related = redirect.place ? [{ at: redirect.place, message: `${redirect.name} is put in here` }] : [];
      if (scheme === 'http') {
        report('plain', {
          at: line!.nameAt,
          severity: 'warning',
          data: { name: redirect.name, header: HEADER, value: line!.value(1) },
          related,
        });
        continue;
      }
      const told = line?.value(1) === '$scheme';
      report('loop', {
        at: line ? line.nameAt : side.pass.nameAt,
        data: { name: redirect.name, framework: frameworkTitle(framework), why: probed.view.scheme.why, header: HEADER },
        related,
        fix: told ? null : sendHeader(side, HEADER, '$scheme', `Send ${HEADER} $scheme`, 'suggestion'),
        shared: told ? undefined : sharedHeader(side, HEADER, '$scheme', `Send ${HEADER} $scheme`, 'suggestion'),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': httpsSite(`        proxy_pass http://127.0.0.1:8000;\n#       ^^^^^^^^^^ loop\n        ${HOST}`),
        ...APP(),
      }),
      good: tree({ 'nginx.conf': httpsSite(`        proxy_pass http://127.0.0.1:8000;\n        ${HOST}\n        ${PROTO}`), ...APP() }),
    },
    {
      bad: tree({
        'nginx.conf': site(`        proxy_pass http://127.0.0.1:8000;\n        ${HOST}\n        ${PROTO}\n#       ^^^^^^^^^^^^^^^^ plain`),
        ...APP(),
      }),
      good: tree({
        'nginx.conf': site(
          `        proxy_pass http://127.0.0.1:8000;\n        ${HOST}\n        proxy_set_header ${HEADER} $http_x_forwarded_proto;`,
        ),
        ...APP(),
      }),
      fixed: false,
    },
    {
      bad: tree({
        'nginx.conf': httpsSite(`        proxy_pass http://unix:/run/shop.sock;\n#       ^^^^^^^^^^ loop\n        ${HOST}`),
        ...FLASK,
      }),
      good: tree({
        'nginx.conf': httpsSite(`        proxy_pass http://unix:/run/shop.sock;\n        ${HOST}\n        ${PROTO}`),
        ...FLASK,
      }),
    },
  ],
});
