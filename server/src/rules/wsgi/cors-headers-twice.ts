/** nginx and the application both say who may read an answer: a browser wants one Access-Control-Allow-Origin and refuses two. */

import type { Place } from '../../base/span.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { isLoopback } from '../../deploy/address.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { crossOriginAt } from '../../deploy/node-cors.ts';
import { defineRule } from '../rule.ts';
import { django, FORWARDED, httpsSite, tree } from './_examples.ts';
import { addedBeside, containerBehind, distinct, hiding, type Link, linksOf, orPlace, sidesOf } from './_links.ts';

const NAME = 'access-control-allow-origin';
const LINE = 'add_header Access-Control-Allow-Origin https://www.example.com;';
const SETTINGS =
  "ALLOWED_HOSTS = ['shop.example.com']\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\nMIDDLEWARE = ['corsheaders.middleware.CorsMiddleware', 'django.middleware.common.CommonMiddleware']\nCORS_ALLOWED_ORIGINS = ['https://www.example.com']\n";
const SITE = (pass: string): string =>
  httpsSite(`
        ${pass}
        ${FORWARDED}
        ${LINE}`);

const EXPRESS =
  "const express = require('express');\nconst cors = require('cors');\nconst app = express();\napp.use(cors());\napp.get('/', (req, res) => res.json({}));\napp.listen(3000);\n";

/** The sources of maps by the variables that they make. */
const mapSources = new PerConfig(
  (config): ReadonlyMap<string, string> =>
    new Map(config.levels('http').flatMap((http) => http.named('map').map((d) => [d.value(1), d.value(0)] as const))),
);

/** Whether a line takes its value from the headers that the application has sent, by itself or in a map. */
const isOfTheAnswer = (config: Config, line: Directive): boolean =>
  OF_THE_ANSWER.test(line.value(1)) || OF_THE_ANSWER.test(mapSources.of(config).get(line.value(1)) ?? '');

const OF_THE_ANSWER = /\$\{?upstream_http_/;

/** Whether nginx takes the origin out of what it passes on. */
const hasNoOrigin = ({ pass, target }: Link): boolean =>
  target.kind === 'proxy' &&
  pass.scope.effective('proxy_set_header').directives.some((d) => d.value(0).toLowerCase() === 'origin' && d.value(1) === '');

export default defineRule({
  id: 'cors-headers-twice',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['proxy_hide_header', 'uwsgi_hide_header', 'fastcgi_hide_header', 'scgi_hide_header', 'grpc_hide_header'],
  covers: ['cors-misconfigured/errors'],
  title: 'CORS headers sent by nginx and by the application',
  why: `
\`add_header\` adds a line of its own and replaces none. Where the application answers other origins itself, with django-cors-headers, flask_cors
\`CORSMiddleware\` or Express's \`cors\`, a page of an allowed origin gets \`Access-Control-Allow-Origin\` twice. Browsers refuse that ("contains multiple values"),
though each of the two alone would do.

Only one side should send it. The application knows its views and answers preflight requests, so drop the line of nginx; or take the
application's out with \`proxy_hide_header Access-Control-Allow-Origin\`.`,
  about: ['add_header', 'proxy_hide_header'],
  references: ['https://fetch.spec.whatwg.org/#cors-check'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'always',
  messages: {
    twice:
      'An allowed origin gets Access-Control-Allow-Origin twice, from {by} and from this line, and browsers refuse the response. Drop one of them, or hide the application’s with {hide}.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    const tell = (link: Link, cors: { readonly name: string; readonly place: Place }): void => {
      const both = addedBeside(link, NAME);
      if (!both) return;
      const { added, hide } = both;
      // what the application says itself, or a value for where it says nothing; and without the origin it may say nothing
      if (isOfTheAnswer(config, added) || hasNoOrigin(link)) return;
      const key = `${added.file.id}#${added.statement.start}`;
      if (reported.has(key)) return;
      reported.add(key);
      report('twice', {
        at: added.at(),
        data: { by: cors.name, hide },
        related: [{ at: cors.place, message: cors.name }],
        fix: hiding(link, hide, 'Access-Control-Allow-Origin', 'the application'),
      });
    };
    for (const side of distinct(sidesOf(config, deployment))) {
      const cors = asked(side.application.framework, (d) => d.cors);
      if (cors) tell(side, { name: cors.name, place: orPlace(cors.place, side.application) });
    }
    // programs for Node, of which only the start file is read
    for (const link of deployment.crossOrigin.length ? linksOf(config, deployment) : []) {
      const { address, from, target } = link;
      if (target.kind !== 'proxy' || address.kind !== 'tcp' || !addedBeside(link, NAME)) continue;
      const service = containerBehind(link, deployment);
      const where = service ? { service } : from === null && isLoopback(address.host) ? { port: address.port } : null;
      const cors = where && crossOriginAt(deployment, where);
      if (cors) tell(link, cors);
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;').replace(LINE, `${LINE}\n#       ${'^'.repeat(LINE.length)} twice`),
        ...django(SETTINGS),
      }),
      good: tree({
        'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;\n        proxy_hide_header Access-Control-Allow-Origin;'),
        ...django(SETTINGS),
      }),
    },
    {
      good: tree({
        'nginx.conf': SITE('proxy_pass http://unix:/run/shop.sock;'),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': SITE('proxy_pass http://127.0.0.1:3000;').replace(LINE, `${LINE}\n#       ${'^'.repeat(LINE.length)} twice`),
        'index.js': EXPRESS,
      }),
      good: tree({
        'nginx.conf': SITE('proxy_pass http://127.0.0.1:3000;\n        proxy_hide_header Access-Control-Allow-Origin;'),
        'index.js': EXPRESS,
      }),
    },
  ],
});
