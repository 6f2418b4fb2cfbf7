/** Whether Django learns of HTTPS, and from nginx alone: the header that it believes must be set by nginx, in every location. */

import { listensForPlatform } from '../../answers/who-speaks-tls.ts';
import type { Place } from '../../base/span.ts';
import { serversOf } from '../../config/servers.ts';
import { reachedThroughAnother } from '../../deploy/reach.ts';
import { surely } from '../../deploy/seen.ts';
import { certain, likely, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { sendHeader, sharedHeader } from './_edits.ts';
import { CERTIFICATE, django, FORWARDED, httpsSite, main, tree } from './_examples.ts';
import { distinct, djangoSides, orPlace, portOf, probe, sentLine } from './_links.ts';

/** `HTTP_X_FORWARDED_PROTO` as a header's name. */
const headerName = (key: string): string =>
  key
    .replace(/^HTTP_/, '')
    .split('_')
    .map((w) => w[0] + w.slice(1).toLowerCase())
    .join('-');

export default defineRule({
  id: 'secure-proxy-header-mismatch',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header'],
  title: 'SECURE_PROXY_SSL_HEADER and nginx do not match',
  why: `
nginx terminates TLS. Django takes a request for HTTPS when the header of \`SECURE_PROXY_SSL_HEADER\` has exactly its value, or when the
application server says so: gunicorn for a trusted proxy's \`X-Forwarded-Proto\`, uWSGI for any client's, or for the param \`HTTPS\`.

Where the header does not come, \`is_secure()\` is false: \`SECURE_SSL_REDIRECT\` redirects forever, POST requests fail the CSRF check, links
are plain. An nginx without TLS that sets the header to its own scheme says http about each request: with the redirect on, no page is ever served,
whatever terminates TLS in front of it. Where nginx does not set it, it passes on what the client wrote: a plain request then counts as HTTPS.`,
  about: ['proxy_set_header', 'uwsgi_param', '$scheme'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#secure-proxy-ssl-header'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    unseen: 'Django takes HTTPS requests of this server for HTTP: {why}. Send {header} with $scheme, and let Django read it.',
    loop: 'HTTPS requests are redirected to HTTPS forever: SECURE_SSL_REDIRECT is on, and for Django the request is HTTP ({why}). Send {header} with $scheme.',
    plain:
      'SECURE_SSL_REDIRECT is on, and this nginx listens for plain HTTP only: each request is redirected to https://, where nothing of it answers, and what ends TLS before it is overruled by {header} {value}. Listen with ssl, or pass {header} on.',
    spoofed:
      'A client that sends {header}: https makes its plain request HTTPS for Django. Set the header here, so that the client’s value is dropped.',
  },
  check({ config, deployment, report }) {
    const terminates = serversOf(config).some((s) => portOf(s, 'https') !== null);
    for (const side of distinct(djangoSides(config, deployment))) {
      const { settings } = side.django;
      const believed = settings.secureProxySslHeader;
      const setting = certain(believed);
      const header = setting ? headerName(setting.name) : 'X-Forwarded-Proto';
      const at = side.pass.nameAt;
      const settingsPlace: Place = placeOf(believed) ?? orPlace(null, side.application);
      const https = side.server && portOf(side.server, 'https') !== null ? probe(side, config, { scheme: 'https' }) : null;
      const secure = https?.view.secure;
      // a file of variables that is not here counts as one that sets nothing of this
      const assumed =
        secure?.known === false && believed.from !== 'unknown' && secure.likely === false && side.application.unreadEnvironment.length > 0;
      if (secure && (surely(secure) === false || assumed)) {
        const redirect = certain(settings.secureSslRedirect) === true;
        const line = sentLine(side, header);
        const value = setting && setting.value !== 'https' ? setting.value : '$scheme';
        // the server that does not believe what is sent is the business of forwarded-allow-ips-mismatch, unless every page is lost by it
        const distrusted = setting === null && line?.value(1) === value && side.application.server.trust !== undefined;
        if (redirect || !distrusted)
          report(redirect ? 'loop' : 'unseen', {
            at: line ? line.nameAt : at,
            severity: redirect && !assumed ? 'error' : undefined,
            // a line that is not there is told as that, not as what each reader makes of it
            data: { why: line || side.pass.name !== 'proxy_pass' ? secure.why : `nginx does not send ${header}`, header },
            related: [
              {
                at: settingsPlace,
                message: setting ? `Django believes ${header}: ${setting.value}` : 'Django has no SECURE_PROXY_SSL_HEADER',
              },
              ...(redirect ? [{ at: placeOf(settings.secureSslRedirect) ?? settingsPlace, message: 'SECURE_SSL_REDIRECT is on' }] : []),
            ],
            fix: line && line.value(1) === value ? null : sendHeader(side, header, value, `Send ${header} ${value}`, 'suggestion'),
            shared: sharedHeader(side, header, value, `Send ${header} ${value}`, 'suggestion'),
          });
      }
      const redirects =
        certain(settings.secureSslRedirect) ?? (side.application.unreadEnvironment.length ? likely(settings.secureSslRedirect) : false);
      const set = sentLine(side, header);
      if (redirects === true && set && !terminates && settings.uses.has('django.middleware.security.SecurityMiddleware')) {
        const claimed = probe(side, config, { scheme: 'http', headers: [[header, setting?.value ?? 'https']] });
        if (claimed && surely(claimed.view.secure) === false)
          report('plain', {
            at: set.nameAt,
            severity: certain(settings.secureSslRedirect) === true ? undefined : 'info',
            data: { header, value: set.value(1) },
            related: [{ at: placeOf(settings.secureSslRedirect) ?? settingsPlace, message: 'SECURE_SSL_REDIRECT is on' }],
          });
      }
      // behind another terminator a line that hands the header on is right
      if (believed.from === 'unknown' || (set && !terminates)) continue;
      // and so is none, where clients cannot come without it
      if (!terminates && ((side.server && listensForPlatform(side.server)) || (side.from && reachedThroughAnother(side.from)))) continue;
      const value = setting?.value ?? 'https';
      const plain = probe(side, config, { scheme: 'http', headers: [[header, value]] });
      if (!plain || surely(plain.view.secure) !== true) continue;
      // without the setting only servers that trust nginx read the header; behind another terminator the header has to pass
      report('spoofed', {
        at,
        severity: terminates ? 'error' : 'info',
        data: { header },
        related: [{ at: settingsPlace, message: setting ? 'Django believes this header' : 'the application server believes this header' }],
        fix: sendHeader(side, header, '$scheme', `Set ${header} to $scheme`, 'suggestion'),
        shared: sharedHeader(side, header, '$scheme', `Set ${header} to $scheme`, 'suggestion'),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': httpsSite(`
        proxy_pass http://unix:/run/shop.sock;
#       ^^^^^^^^^^ loop
        proxy_set_header Host $host;`),
        ...django(`
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_SSL_REDIRECT = True
ALLOWED_HOSTS = ['shop.example.com']
`),
      }),
      good: tree({
        'nginx.conf': httpsSite(`
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;`),
        ...django(`
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_SSL_REDIRECT = True
ALLOWED_HOSTS = ['shop.example.com']
`),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen 80;
    listen 443 ssl;
    server_name shop.example.com;
    ${CERTIFICATE}
    location / {
        include uwsgi_params;
        uwsgi_pass unix:/run/shop.sock;
#       ^^^^^^^^^^ spoofed
    }
}`),
        uwsgi_params:
          'uwsgi_param REQUEST_METHOD $request_method;\nuwsgi_param PATH_INFO $document_uri;\nuwsgi_param SERVER_NAME $server_name;\nuwsgi_param SERVER_PORT $server_port;\nuwsgi_param HTTPS $https if_not_empty;\n',
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n", ''),
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nmodule = shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': main(`server {
    listen 80;
    listen 443 ssl;
    server_name shop.example.com;
    ${CERTIFICATE}
    location / {
        include uwsgi_params;
        uwsgi_pass unix:/run/shop.sock;
        uwsgi_param HTTP_X_FORWARDED_PROTO $scheme;
    }
}`),
        uwsgi_params:
          'uwsgi_param REQUEST_METHOD $request_method;\nuwsgi_param PATH_INFO $document_uri;\nuwsgi_param SERVER_NAME $server_name;\nuwsgi_param SERVER_PORT $server_port;\nuwsgi_param HTTPS $https if_not_empty;\n',
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n", ''),
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nmodule = shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen 80;
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
#       ^^^^^^^^^^^^^^^^ plain
    }
}`),
        ...django(`ALLOWED_HOSTS = ['shop.example.com']
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware']
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_SSL_REDIRECT = True
`),
      }),
      good: tree({
        'nginx.conf': main(`server {
    listen 80;
    server_name shop.example.com;
    set_real_ip_from 10.0.0.0/8;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    }
}`),
        ...django(`ALLOWED_HOSTS = ['shop.example.com']
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware']
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_SSL_REDIRECT = True
`),
      }),
    },
    {
      good: tree({
        'nginx.conf': httpsSite(`
        proxy_pass http://unix:/run/shop.sock;
        ${FORWARDED}`),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n"),
      }),
    },
    {
      // the connection itself is HTTPS
      good: tree({
        'nginx.conf': httpsSite(`
        proxy_pass https://127.0.0.1:8443;
        proxy_set_header Host $host;`),
        ...django(
          "ALLOWED_HOSTS = ['shop.example.com']\nSECURE_SSL_REDIRECT = True\nMIDDLEWARE = ['django.middleware.security.SecurityMiddleware']\n",
          "bind = '127.0.0.1:8443'\ncertfile = 'cert.pem'\nkeyfile = 'key.pem'\n",
        ),
      }),
    },
  ],
});
