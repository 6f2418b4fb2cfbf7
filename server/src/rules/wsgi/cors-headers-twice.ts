/** nginx and the application both say who may read an answer: a browser wants one Access-Control-Allow-Origin and refuses two. */

import { asked } from '../../deploy/frameworks/framework.ts';
import { defineRule } from '../rule.ts';
import { django, FORWARDED, httpsSite, tree } from './_examples.ts';
import { addedBeside, distinct, hiding, orPlace, sidesOf } from './_links.ts';

const NAME = 'access-control-allow-origin';
const LINE = 'add_header Access-Control-Allow-Origin https://www.example.com;';
const SETTINGS =
  "ALLOWED_HOSTS = ['shop.example.com']\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\nMIDDLEWARE = ['corsheaders.middleware.CorsMiddleware', 'django.middleware.common.CommonMiddleware']\nCORS_ALLOWED_ORIGINS = ['https://www.example.com']\n";
const SITE = (pass: string): string =>
  httpsSite(`
        ${pass}
        ${FORWARDED}
        ${LINE}`);

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
or \`CORSMiddleware\`, a page of an allowed origin gets \`Access-Control-Allow-Origin\` twice. Browsers refuse that ("contains multiple values"),
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
    for (const side of distinct(sidesOf(config, deployment))) {
      const cors = asked(side.application.framework, (d) => d.cors);
      if (!cors) continue;
      const both = addedBeside(side, NAME);
      if (!both) continue;
      const { added, hide } = both;
      const key = `${added.file.id}#${added.statement.start}`;
      if (reported.has(key)) continue;
      reported.add(key);
      report('twice', {
        at: added.at(),
        data: { by: cors.name, hide },
        related: [{ at: orPlace(cors.place, side.application), message: cors.name }],
        fix: hiding(side, hide, 'Access-Control-Allow-Origin', 'the application'),
      });
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
  ],
});
