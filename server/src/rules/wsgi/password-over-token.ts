/** A password that nginx asks for in the header in which the application wants a token. */
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { frameworkTitle } from '../../deploy/application.ts';
import { tokenWanted } from '../../deploy/read-headers.ts';
import { defineRule } from '../rule.ts';
import { CERTIFICATE, FORWARDED, main, tree } from './_examples.ts';
import { distinct, type Side, sentLine, sidesOf } from './_links.ts';

/** Pages about the API and around it. */
const DESCRIBES =
  /\/(?:docs?|redoc|swagger[\w-]*|openapi(?:\.json)?|schema|apidocs|graphiql|playground|health\w*|metrics|status|admin)\/?$/i;

/** The line by which nginx asks for a password here, whoever comes; null where it does not, or not from everyone. */
function passwordAt({ pass: { scope } }: Side): Directive | null {
  const line = scope.value('auth_basic');
  if (['auth_basic', 'satisfy', 'proxy_set_header'].some((name) => unseenInForce(scope, name).length)) return null;
  const realm = line?.value(0) ?? 'off';
  if (!line || realm.toLowerCase() === 'off' || realm.includes('$')) return null;
  return scope.value('satisfy')?.value(0).toLowerCase() === 'any' ? null : line;
}

const SITE = (api: string, mark = ''): string =>
  main(`server {
    listen 443 ssl;
    ${CERTIFICATE}
    auth_basic "staging";
${mark}    auth_basic_user_file /etc/nginx/htpasswd;
    location /api/ {
        ${api}proxy_pass http://127.0.0.1:8000;
        ${FORWARDED}
    }
    location / {
        root /srv/shop;
    }
}`);

const API = {
  'app/main.py':
    'from fastapi import Depends, FastAPI\nfrom fastapi.security import OAuth2PasswordBearer\n\napp = FastAPI()\nscheme = OAuth2PasswordBearer(tokenUrl="token")\n\n\n@app.get("/api/orders")\ndef orders(token: str = Depends(scheme)):\n    return token\n',
  Procfile: 'web: uvicorn --port 8000 app.main:app\n',
};

export default defineRule({
  id: 'password-over-token',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['auth_basic', 'satisfy', 'proxy_set_header'],
  title: 'Password asked where a token is sent',
  why: `
A request has one \`Authorization\` header. \`auth_basic\` wants "Basic …" in it, and an API whose users come with tokens wants "Bearer …". A page that was let in with the password then calls the API with its token, which takes the place of the password: nginx answers 401, and the browser asks for the password again and again.

Set \`auth_basic off;\` for the paths of the API, which looks at the token by itself; or keep strangers out by address (\`satisfy any\`), by a client certificate or a cookie (\`auth_request\`); or let the API read its token from another header.`,
  about: ['auth_basic', 'satisfy'],
  references: ['https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html'],
  looksAt: { config: true },
  needs: 'deployment',
  messages: {
    replaced:
      '{framework} ({by}) wants a token in the Authorization header, and this line a password in the same: nginx answers 401 to every request with a token. Set auth_basic off where {location} passes the API on.',
  },
  check({ config, deployment, report }) {
    const told = new Set<string>();
    const sides = distinct(sidesOf(config, deployment));
    for (const side of sides) {
      const { application, location, server, pass } = side;
      const line = passwordAt(side);
      if (!line || !application.framework || !location || sentLine(side, 'Authorization')) continue;
      // of all that is passed on the API may be what another location takes
      const whole = location.name === '/' && sides.every((s) => s.application !== application || s.server !== server || passwordAt(s));
      // a page that describes the API is asked for without a token
      if (!whole && (!/\bapi\b/i.test(location.name) || DESCRIBES.test(location.name))) continue;
      const wanted = tokenWanted(deployment, application);
      const key = `${line.file.id}#${line.statement.start}`;
      if (!wanted || told.has(key)) continue;
      told.add(key);
      report('replaced', {
        at: line.nameAt,
        data: { framework: frameworkTitle(application.framework), by: wanted.by, location: `location ${location.name}` },
        related: [
          { at: wanted.place, message: 'the token' },
          { at: pass.nameAt, message: 'passed on here' },
        ],
      });
    }
  },
  examples: [
    {
      bad: tree({ 'nginx.conf': SITE('', '#   ^^^^^^^^^^ replaced\n'), ...API }),
      good: tree({ 'nginx.conf': SITE('auth_basic off;\n        '), ...API }),
    },
  ],
});
