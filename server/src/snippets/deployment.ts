/**
 * A whole deployment from a few answers: the nginx site, the application server's settings, its systemd unit, the framework's lines.
 * Text in, text out; what is written where is the caller's.
 */

import { forwarded, forwardedParams, intermediate } from './parts.ts';

export const FRAMEWORKS = ['django', 'flask', 'fastapi', 'wsgi'] as const;
export const SERVERS = ['gunicorn', 'gunicorn-tcp', 'uwsgi', 'uvicorn', 'daphne', 'hypercorn'] as const;
export const TLS_KINDS = ['letsencrypt', 'own', 'none'] as const;

export type Framework = (typeof FRAMEWORKS)[number];
export type ServerKind = (typeof SERVERS)[number];
export type TlsKind = (typeof TLS_KINDS)[number];

export interface DeploymentAnswers {
  /** letters, digits, hyphens: names the upstream, the unit and the socket */
  readonly name: string;
  readonly framework: Framework;
  readonly server: ServerKind;
  readonly domain: string;
  readonly tls: TlsKind;
  /** the module that holds the application: `shop.wsgi:application`, `app:app` */
  readonly module: string;
  /** the project's folder on the server */
  readonly folder: string;
  /** empty: none */
  readonly staticRoot: string;
  readonly mediaRoot: string;
  /** nginx's size, `10m` */
  readonly upload: string;
  /** a limit for the login page */
  readonly limitLogin: boolean;
}

export interface NewFile {
  /** relative to the project */
  readonly path: string;
  readonly text: string;
  /** what it is, for the list that people review */
  readonly about: string;
}

/** Which servers can run the framework: WSGI servers for WSGI, ASGI servers for ASGI, Django by either. */
export function serversFor(framework: Framework): readonly ServerKind[] {
  if (framework === 'fastapi') return ['uvicorn', 'hypercorn'];
  if (framework === 'django') return ['gunicorn', 'gunicorn-tcp', 'uwsgi', 'uvicorn', 'daphne'];
  return ['gunicorn', 'gunicorn-tcp', 'uwsgi'];
}

/** What a framework's project calls its application, as a guess to begin with. */
export const defaultModule = (framework: Framework, server: ServerKind, name: string): string =>
  framework === 'django'
    ? `${name.replaceAll('-', '_')}.${server === 'uvicorn' || server === 'daphne' ? 'asgi' : 'wsgi'}:application`
    : framework === 'wsgi'
      ? 'wsgi:application'
      : 'app:app';

/** Words for what cannot be used, by answer; empty when all is well. */
export function problemsWith(a: DeploymentAnswers): { answer: keyof DeploymentAnswers; message: string }[] {
  const out: { answer: keyof DeploymentAnswers; message: string }[] = [];
  const wrong = (answer: keyof DeploymentAnswers, message: string): void => void out.push({ answer, message });
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(a.name)) wrong('name', `The name "${a.name}" must be lower-case letters, digits and hyphens.`);
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(a.domain))
    wrong('domain', `"${a.domain}" is no host name such as example.com.`);
  if (!serversFor(a.framework).includes(a.server))
    wrong('server', `${a.server} does not run ${a.framework}. Choose one of ${serversFor(a.framework).join(', ')}.`);
  if (!/^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/.test(a.module))
    wrong('module', `"${a.module}" is no module and name such as shop.wsgi:application.`);
  for (const key of ['folder', 'staticRoot', 'mediaRoot'] as const)
    if ((key === 'folder' || a[key] !== '') && !/^\/[\w./-]*$/.test(a[key])) wrong(key, `"${a[key]}" is no absolute path without blanks.`);
  if (!/^\d+[kKmMgG]?$/.test(a.upload)) wrong('upload', `"${a.upload}" is no size such as 10m.`);
  return out;
}

const isUnix = (s: ServerKind): boolean => s !== 'gunicorn-tcp' && s !== 'uvicorn' && s !== 'hypercorn';
const socketOf = (a: DeploymentAnswers): string => `/run/${a.name}/${a.name}.sock`;

function nginxSite(a: DeploymentAnswers): string {
  const pass = (indent: string): string =>
    a.server === 'uwsgi'
      ? `${indent}${forwardedParams(indent)}\n${indent}uwsgi_pass ${a.name};`
      : `${indent}proxy_pass http://${a.name};\n${indent}${forwarded(indent)}${a.server === 'daphne' ? `\n${indent}proxy_set_header Daphne-Root-Path "";` : ''}`;
  const out: string[] = [];
  if (a.limitLogin) out.push(`limit_req_zone $binary_remote_addr zone=${a.name}_login:10m rate=10r/m;`, '');
  out.push(
    `upstream ${a.name} {`,
    '    # one application, perhaps restarting: it is never taken for dead',
    `    server ${isUnix(a.server) ? `unix:${socketOf(a)}` : '127.0.0.1:8000'} fail_timeout=0;`,
    '}',
    '',
  );
  if (a.tls !== 'none')
    out.push(
      'server {',
      '    listen 80;',
      '    listen [::]:80;',
      `    server_name ${a.domain};`,
      '    server_tokens off;',
      '',
      ...(a.tls === 'letsencrypt'
        ? ['    location /.well-known/acme-challenge/ {', '        alias /var/www/letsencrypt/.well-known/acme-challenge/;', '    }', '']
        : []),
      '    location / {',
      '        return 301 https://$host$request_uri;',
      '    }',
      '}',
      '',
    );
  out.push('server {');
  if (a.tls === 'none') out.push('    listen 80;', '    listen [::]:80;', `    server_name ${a.domain};`);
  else {
    const folder = a.tls === 'letsencrypt' ? `/etc/letsencrypt/live/${a.domain}` : '/etc/nginx/tls';
    const [cert, key] = a.tls === 'letsencrypt' ? ['fullchain.pem', 'privkey.pem'] : [`${a.domain}.pem`, `${a.domain}.key`];
    out.push(
      '    listen 443 ssl;',
      '    listen [::]:443 ssl;',
      `    server_name ${a.domain};`,
      '',
      `    ssl_certificate ${folder}/${cert};`,
      `    ssl_certificate_key ${folder}/${key};`,
      `    ${intermediate('    ')}`,
      '    add_header Strict-Transport-Security "max-age=63072000" always;',
    );
  }
  out.push(
    '    server_tokens off;',
    '',
    '    # nginx takes slow uploads in before a worker sees them',
    `    client_max_body_size ${a.upload};`,
    '',
  );
  const folderOf = (path: string): string => (path.endsWith('/') ? path : `${path}/`);
  if (a.staticRoot)
    out.push(
      '    # static files go past the application: no worker is kept busy by them',
      '    location /static/ {',
      `        alias ${folderOf(a.staticRoot)};`,
      '        expires 30d;',
      '        access_log off;',
      '    }',
      '',
    );
  if (a.mediaRoot)
    out.push(
      '    # what people uploaded: never run, never guessed at',
      '    location /media/ {',
      `        alias ${folderOf(a.mediaRoot)};`,
      '        expires 1h;',
      '        add_header X-Content-Type-Options nosniff always;',
      '        add_header Content-Security-Policy "default-src \'none\'; sandbox" always;',
      ...(a.tls === 'none' ? [] : ['        add_header Strict-Transport-Security "max-age=63072000" always;']),
      '    }',
      '',
    );
  if (a.limitLogin)
    out.push(
      `    location ${a.framework === 'django' ? '/accounts/login/' : '/login'} {`,
      `        limit_req zone=${a.name}_login burst=5 nodelay;`,
      '        limit_req_status 429;',
      pass('        '),
      '    }',
      '',
    );
  if (a.server === 'uvicorn' || a.server === 'daphne' || a.server === 'hypercorn')
    out.push(
      '    # WebSockets: HTTP/1.1, the Upgrade passed on, and patience between two messages',
      '    location /ws/ {',
      pass('        '),
      '        proxy_http_version 1.1;',
      '        # proxylens-ignore websocket-origin: the application must check the Origin header',
      '        proxy_set_header Upgrade $http_upgrade;',
      '        proxy_set_header Connection "upgrade";',
      '        proxy_read_timeout 1h;',
      '    }',
      '',
    );
  out.push('    location / {', pass('        '), '    }', '');
  out.push(
    '    # while the application restarts, people see a page of yours',
    '    error_page 502 503 504 /down.html;',
    '    location = /down.html {',
    '        internal;',
    `        alias ${a.folder}/errors/down.html;`,
    '        if (!-f $request_filename) {',
    '            return 503;',
    '        }',
    '    }',
    '}',
  );
  return `${out.join('\n').replaceAll('\\$', '$')}\n`;
}

function serverSettings(a: DeploymentAnswers): NewFile | null {
  if (a.server === 'gunicorn' || a.server === 'gunicorn-tcp')
    return {
      path: 'gunicorn.conf.py',
      about: 'Gunicorn reads it by itself from its working folder',
      text: `# Read by gunicorn from its working folder.
wsgi_app = "${a.module}"
bind = "${a.server === 'gunicorn' ? `unix:${socketOf(a)}` : '127.0.0.1:8000'}"
workers = 3
# shorter than nginx's proxy_read_timeout (60 s), so that the reason is in this log
timeout = 30
accesslog = None
errorlog = "-"
`,
    };
  if (a.server === 'uwsgi')
    return {
      path: 'uwsgi.ini',
      about: "uWSGI's settings: the uwsgi protocol on a unix socket",
      text: `[uwsgi]
chdir = ${a.folder}
module = ${a.module}
master = true
processes = 4
need-app = true
# the uwsgi protocol: nginx speaks it with uwsgi_pass
socket = ${socketOf(a)}
chmod-socket = 660
vacuum = true
die-on-term = true
# larger cookies and headers than the 4096 bytes of the default
buffer-size = 32768
harakiri = 30
`,
    };
  return null;
}

function command(a: DeploymentAnswers): string {
  const bin = `${a.folder}/venv/bin`;
  switch (a.server) {
    case 'uwsgi':
      return `${bin}/uwsgi --ini ${a.folder}/uwsgi.ini`;
    case 'uvicorn':
      return `${bin}/uvicorn ${a.module} --host 127.0.0.1 --port 8000 --workers 3 --proxy-headers --forwarded-allow-ips 127.0.0.1`;
    case 'hypercorn':
      return `${bin}/hypercorn ${a.module} --bind 127.0.0.1:8000 --workers 3`;
    case 'daphne':
      return `${bin}/daphne -u ${socketOf(a)} --proxy-headers ${a.module}`;
    default:
      return `${bin}/gunicorn`;
  }
}

const unit = (a: DeploymentAnswers): string => `[Unit]
Description=${a.name} (${a.framework} under ${a.server.replace('-tcp', '')})
After=network.target

[Service]
User=${a.name}
# nginx must be able to open the socket
Group=www-data
WorkingDirectory=${a.folder}
RuntimeDirectory=${a.name}
ExecStart=${command(a)}
Restart=on-failure
PrivateTmp=true
NoNewPrivileges=true

[Install]
WantedBy=multi-user.target
`;

function frameworkLines(a: DeploymentAnswers): NewFile | null {
  const https = a.tls !== 'none';
  if (a.framework === 'django')
    return {
      path: 'deploy/settings_behind_nginx.py',
      about: 'Lines for the Django settings: import them at the end of the module',
      text: `# Lines for the settings module: "from deploy.settings_behind_nginx import *" at its end.
DEBUG = False
ALLOWED_HOSTS = ["${a.domain}"]
${
  https
    ? `# nginx sets this header itself on every request, so it can be believed
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = ["https://${a.domain}"]
`
    : ''
}STATIC_URL = "/static/"
${a.staticRoot ? `STATIC_ROOT = "${a.staticRoot.replace(/\/+$/, '')}"\n` : ''}${a.mediaRoot ? `MEDIA_URL = "/media/"\nMEDIA_ROOT = "${a.mediaRoot.replace(/\/+$/, '')}"\n` : ''}`,
    };
  if (a.framework === 'flask')
    return {
      path: 'deploy/behind_nginx.py',
      about: 'Wraps the Flask application, so that it sees the client and the scheme',
      text: `from werkzeug.middleware.proxy_fix import ProxyFix


def behind_nginx(app):
    """One proxy stands before the application: it appends one address and sets one scheme."""
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)
    app.config.update(SESSION_COOKIE_SECURE=${https ? 'True' : 'False'})
    return app
`,
    };
  return null;
}

/** The files of a new deployment, nginx's first. Call `problemsWith` before: what it refuses is not checked again. */
export function newDeployment(a: DeploymentAnswers): NewFile[] {
  const settings = serverSettings(a);
  const lines = frameworkLines(a);
  return [
    { path: `deploy/nginx/${a.name}.conf`, about: 'The nginx site: put it into sites-enabled or conf.d', text: nginxSite(a) },
    ...(settings ? [settings] : []),
    { path: `deploy/${a.name}.service`, about: 'The systemd unit that runs the application', text: unit(a) },
    ...(lines ? [lines] : []),
  ];
}
