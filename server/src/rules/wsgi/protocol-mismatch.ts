/** nginx speaks one protocol, the socket it reaches another: 502, or a wait for a timeout. */

import { table } from '../../base/table.ts';
import { type Application, serverTitle } from '../../deploy/application.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { settingsOf } from '../../deploy/servers/server.ts';
import { unknown } from '../../deploy/servers/unknown.ts';
import uwsgi from '../../deploy/servers/uwsgi.ts';
import { placeOf } from '../../deploy/setting.ts';
import { type Fix, fixOf, insertBefore, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, site, tree } from './_examples.ts';
import { distinct, orPlace, type Side, sidesOf } from './_links.ts';

/** What each pass directive speaks. */
const SPEAKS: Readonly<Record<string, string>> = table({ proxy: 'http', uwsgi: 'uwsgi', fastcgi: 'fastcgi', scgi: 'scgi', grpc: 'gRPC' });
const DIRECTIVES: Readonly<Record<string, string>> = table({
  http: 'proxy_pass',
  uwsgi: 'uwsgi_pass',
  fastcgi: 'fastcgi_pass',
  scgi: 'scgi_pass',
});
const OPTIONS: Readonly<Record<string, string>> = table({
  http: 'http-socket',
  uwsgi: 'uwsgi-socket',
  fastcgi: 'fastcgi-socket',
  scgi: 'scgi-socket',
});

function onNginx(side: Side): Fix | null {
  const { pass, target, listener } = side;
  const directive = DIRECTIVES[listener.protocol];
  const argument = pass.args[0];
  if (!directive || !argument || argument.value.includes('$') || target.uri.length > 1) return null;
  const address = target.url.slice(target.scheme.length, target.url.length - target.uri.length);
  const value = listener.protocol === 'http' ? `http://${address}` : address;
  // the include goes into the edit of the name: two edits at one offset would be ambiguous
  const before =
    listener.protocol === 'http' ? '' : insertBefore(pass.file, pass.statement, [`include ${listener.protocol}_params;`]).newText;
  return fixOf(`Use ${directive}`, 'suggestion', pass.file, [replace(pass.statement.name, before + directive), replace(argument, value)]);
}

function onApplication(side: Side): Fix | null {
  const { application, listener, target } = side;
  const wanted = OPTIONS[SPEAKS[target.kind] ?? ''];
  if (!wanted || listener.router) return null;
  const socket = settingsOf(application, uwsgi)?.sockets.find((s) => s.address === listener.address);
  if (!socket || !['socket', 'http-socket', 'uwsgi-socket', 'fastcgi-socket', 'scgi-socket'].includes(socket.option.writtenName))
    return null;
  const { file, span } = socket.option.namePlace;
  return { title: `Make it ${wanted} in uWSGI`, safety: 'suggestion', edits: [{ file, edits: [{ span, newText: wanted }] }] };
}

/** Whether a certificate or key is named where the server is started, in a way that is not read as an option. */
function namesKeys(deployment: Deployment, { place }: Application): boolean {
  const text = deployment.files.get(place.file);
  return text === undefined || /ssl|certfile|keyfile|https/i.test(text);
}

const PLAIN: Readonly<Record<string, string>> = table({ 'https://': 'http://', 'grpcs://': 'grpc://', 'suwsgi://': 'uwsgi://' });
const ENCRYPTED: Readonly<Record<string, string>> = table({ 'http://': 'https://' });

/** The pass directive with another scheme. */
function withScheme({ pass, target }: Side, schemes: typeof PLAIN): Fix | null {
  const word = pass.args[0];
  const scheme = schemes[target.scheme.toLowerCase()];
  if (!word || scheme === undefined || !word.value.startsWith(target.scheme) || word.quote) return null;
  return fixOf(`Use ${scheme}`, 'suggestion', pass.file, [replace({ start: word.start, end: word.start + target.scheme.length }, scheme)]);
}

export default defineRule({
  id: 'protocol-mismatch',
  group: 'wsgi',
  severity: 'error',
  since: '0.1',
  title: 'Protocols of nginx and the application server differ',
  why: `
uWSGI's \`socket\` speaks the uwsgi protocol, its \`http-socket\` and \`http\` speak HTTP, gunicorn and the ASGI servers speak HTTP. The pass
directive must match: \`uwsgi_pass\` for the first, \`proxy_pass\` for the others.

A wrong pair gives 502: uWSGI reads the letters of a request line as a length and logs an invalid request block size; the other way around
nginx waits until uWSGI gives up after its socket-timeout. A server that was started with a certificate takes TLS only, and closes the connection when a
plain request comes.`,
  about: ['proxy_pass', 'uwsgi_pass'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    tls: '{directive} begins with {scheme}, and {server} has no certificate: every handshake fails with 502. Leave TLS out between the two.',
    plain:
      '{directive} sends plain HTTP, and {server} has a certificate and takes TLS only: it closes the connection, and clients get 502. Use https://, or start {server} without the certificate.',
    differs: '{directive} speaks {spoken}, {server} expects {expected} on {address}. Use {fitting}, or change the socket.',
  },
  check({ config, deployment, report }) {
    for (const side of distinct(sidesOf(config, deployment))) {
      const { pass, target, listener, application } = side;
      const spoken = SPEAKS[target.kind];
      if (!spoken || application.server === unknown) continue;
      const place = orPlace(placeOf(listener.address), application);
      if (spoken === listener.protocol) {
        if (target.tls && !listener.tls && !namesKeys(deployment, application))
          report('tls', {
            at: pass.nameAt,
            data: { directive: pass.name, scheme: target.scheme, server: serverTitle(application) },
            related: [{ at: place, message: `${serverTitle(application)} listens here, without TLS` }],
            fix: withScheme(side, PLAIN),
          });
        else if (!target.tls && listener.tls && spoken === 'http')
          report('plain', {
            at: pass.nameAt,
            data: { directive: pass.name, server: serverTitle(application) },
            related: [{ at: place, message: `${serverTitle(application)} listens here, with TLS` }],
            fix: withScheme(side, ENCRYPTED),
          });
        continue;
      }
      report('differs', {
        at: pass.nameAt,
        data: {
          directive: pass.name,
          spoken,
          server: serverTitle(application),
          expected: listener.protocol,
          address: side.address.kind === 'unix' ? `unix:${side.address.path}` : `${side.address.host}:${side.address.port}`,
          fitting: DIRECTIVES[listener.protocol] ?? 'another directive',
        },
        related: [{ at: place, message: `${serverTitle(application)} listens here, for ${listener.protocol}` }],
        fix: [onNginx(side), onApplication(side)].filter((f) => f !== null),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
#       ^^^^^^^^^^ differs`),
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nmodule = shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': site(`
        include uwsgi_params;
        uwsgi_pass unix:/run/shop.sock;`),
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nmodule = shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`upstream app {
    server 127.0.0.1:8000;
}
server {
    location / {
        uwsgi_pass app;
#       ^^^^^^^^^^ differs
    }
}`),
        'app/Procfile': 'web: gunicorn --bind 127.0.0.1:8000 shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': main(`upstream app {
    server 127.0.0.1:8000;
}
server {
    location / {
        proxy_pass http://app;
    }
}`),
        'app/Procfile': 'web: gunicorn --bind 127.0.0.1:8000 shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8443;
#       ^^^^^^^^^^ plain`),
        'app/Procfile': 'web: uvicorn --port 8443 --ssl-certfile cert.pem --ssl-keyfile key.pem shop:app\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass https://127.0.0.1:8443;`),
        'app/Procfile': 'web: uvicorn --port 8443 --ssl-certfile cert.pem --ssl-keyfile key.pem shop:app\n',
      }),
    },
    {
      // the second socket is for the proxy beside it
      good: tree({
        'nginx.conf': main('server {\n    location / {\n        proxy_pass http://127.0.0.1:8080;\n    }\n}'),
        'app/Procfile': 'web: hypercorn --certfile c.pem --keyfile k.pem --bind 0.0.0.0:8443 --insecure-bind 127.0.0.1:8080 shop:app\n',
      }),
    },
    {
      good: tree({
        'nginx.conf': main('server {\n    location / {\n        proxy_pass http://127.0.0.1:8080;\n    }\n}'),
        'app/uwsgi.ini': '[uwsgi]\nhttp-socket = :8080\nsocket = :3031\nmodule = shop.wsgi\n',
      }),
    },
  ],
});
