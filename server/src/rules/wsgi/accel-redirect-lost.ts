/** The application has nginx send a file from a place that nobody made: the path comes back to the application. */
import { toBytes } from '../../base/bytes.ts';
import { isOpen, matchLocation } from '../../config/locations.ts';
import { accelRedirects } from '../../deploy/accel-redirects.ts';
import { serverTitle } from '../../deploy/application.ts';
import { defineRule } from '../rule.ts';
import { FORWARDED, site, tree } from './_examples.ts';
import { distinct, type Side, sidesOf } from './_links.ts';

/** Whether nginx follows the header here (ngx_http_upstream_process_headers). */
const follows = ({ pass, target }: Side): boolean =>
  !pass.scope
    .effective(`${target.kind}_ignore_headers`)
    .directives.some((d) => d.values.some((v) => v.toLowerCase() === 'x-accel-redirect'));

const VIEW = `from flask import Flask, Response

app = Flask(__name__)


@app.get("/invoices/<name>")
def invoice(name):
    return Response(headers={"X-Accel-Redirect": "/sent/" + name})
`;

export default defineRule({
  id: 'accel-redirect-lost',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['location', 'internal'],
  title: 'X-Accel-Redirect without a location for it',
  why: `
With \`X-Accel-Redirect: /sent/a.pdf\` the application decides who may have a file, and nginx sends it: nginx looks the path up among its locations, as if it had been asked for, and drops the application's own answer. Where no location is made for that path, the one that passes everything on takes it. The application is asked for a page that it does not have, and the client gets 404.

Give the path a location of its own, with \`internal\` and an \`alias\` that names the folder of the files.`,
  about: ['internal', 'alias', 'proxy_pass'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#internal'],
  looksAt: { config: true },
  needs: 'deployment',
  messages: {
    back: 'The application has nginx send {path} (X-Accel-Redirect), and no location is made for that: nginx asks {server} for it again, and clients get 404. Add "location {prefix} { internal; alias FOLDER; }".',
  },
  check({ config, deployment, report }) {
    const sides = distinct(sidesOf(config, deployment)).filter((s) => s.server !== null && follows(s));
    for (const application of new Set(sides.map((s) => s.application)))
      for (const { path, prefix, place } of accelRedirects(deployment, application)) {
        const told = new Set<string>();
        for (const side of sides) {
          if (side.application !== application || told.has(side.pass.file.id)) continue;
          const { location, how } = matchLocation(side.server!.scope, toBytes(path));
          const back = location && sides.find((s) => s.application === application && s.pass.scope === location.scope);
          if (!back || isOpen(how) || location.scope.has('try_files') || location.scope.has('internal')) continue;
          told.add(side.pass.file.id);
          report('back', {
            at: back.pass.nameAt,
            data: { path, prefix, server: serverTitle(application) },
            related: [{ at: place, message: 'the path is written here' }],
          });
        }
      }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:5000;
#       ^^^^^^^^^^ back
        ${FORWARDED}`),
        'app/shop.py': VIEW,
        Procfile: 'web: gunicorn -b 127.0.0.1:5000 app.shop:app\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:5000;
        ${FORWARDED}
    }
    location /sent/ {
        internal;
        alias /srv/invoices/;`),
        'app/shop.py': VIEW,
        Procfile: 'web: gunicorn -b 127.0.0.1:5000 app.shop:app\n',
      }),
    },
    {
      // nginx does as it is told with the header
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:5000;
        proxy_ignore_headers X-Accel-Redirect;
        ${FORWARDED}`),
        'app/shop.py': VIEW,
        Procfile: 'web: gunicorn -b 127.0.0.1:5000 app.shop:app\n',
      }),
    },
  ],
});
