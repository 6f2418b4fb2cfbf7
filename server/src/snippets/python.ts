/** Python applications behind nginx: whole servers by framework, and locations by application server. */
import {
  downPage,
  forwarded,
  forwardedParams,
  mediaFiles,
  redirectServer,
  staticFiles,
  tlsServer,
  upgradeMaps,
  upgrades,
  WEBSOCKETS,
} from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

interface Kind {
  readonly id: string;
  readonly prefixes: readonly string[];
  readonly title: string;
  readonly about: string;
  readonly upstream: string;
  readonly pass: string;
  /** upload limit that fits the framework's own */
  readonly body?: string;
  /** pages, WebSockets and server-sent events, all in one location */
  readonly websockets?: boolean;
  readonly daphne?: boolean;
  readonly media?: boolean;
}

const UNIX = 'server unix:/run/${2:app}/${2:app}.sock fail_timeout=0;';
const TCP = 'server 127.0.0.1:${2:8000} fail_timeout=0;';

const proxied = (indent: string): string => ['proxy_pass http://${6:application};', forwarded(indent)].join(`\n${indent}`);
const uwsgi = (indent: string): string => [forwardedParams(indent), 'uwsgi_pass ${6:application};'].join(`\n${indent}`);

const KINDS: readonly Kind[] = [
  {
    id: 'django-gunicorn',
    prefixes: ['django', 'gunicorn'],
    title: 'Django reverse proxy (Gunicorn, unix socket)',
    about:
      'Django behind Gunicorn on a unix socket: HTTPS, static and media files from the disk, forwarded headers, a page while it is down.',
    upstream: UNIX,
    pass: 'proxy',
    media: true,
  },
  {
    id: 'django-gunicorn-tcp',
    prefixes: ['django-tcp', 'gunicorn-tcp'],
    title: 'Django reverse proxy (Gunicorn, TCP)',
    about: 'Django behind Gunicorn on 127.0.0.1: HTTPS, static and media files from the disk, forwarded headers, a page while it is down.',
    upstream: TCP,
    pass: 'proxy',
    media: true,
  },
  {
    id: 'django-uwsgi',
    prefixes: ['django-uwsgi', 'uwsgi'],
    title: 'Django reverse proxy (uWSGI, uwsgi protocol)',
    about: "Django behind uWSGI's `socket`, spoken to in the uwsgi protocol over a unix socket.",
    upstream: UNIX,
    pass: 'uwsgi',
    media: true,
  },
  {
    id: 'django-channels-daphne',
    prefixes: ['django-channels', 'daphne', 'channels'],
    title: 'Django Channels reverse proxy (Daphne, WebSockets)',
    about: 'Django with Channels behind Daphne with `--proxy-headers`: pages and WebSockets at any path.',
    upstream: UNIX,
    pass: 'proxy',
    websockets: true,
    daphne: true,
    media: true,
  },
  {
    id: 'flask-gunicorn',
    prefixes: ['flask'],
    title: 'Flask reverse proxy (Gunicorn, unix socket)',
    about: 'Flask behind Gunicorn. The application needs `ProxyFix(app.wsgi_app, x_for=1, x_proto=1)`, or it sees nginx as its client.',
    upstream: UNIX,
    pass: 'proxy',
  },
  {
    id: 'flask-uwsgi',
    prefixes: ['flask-uwsgi'],
    title: 'Flask reverse proxy (uWSGI, uwsgi protocol)',
    about: "Flask behind uWSGI's `socket`, spoken to in the uwsgi protocol over a unix socket.",
    upstream: UNIX,
    pass: 'uwsgi',
  },
  {
    id: 'fastapi-uvicorn',
    prefixes: ['fastapi', 'starlette', 'uvicorn', 'asgi'],
    title: 'FastAPI reverse proxy (uvicorn, WebSockets)',
    about:
      'FastAPI or Starlette behind uvicorn on 127.0.0.1, which trusts the forwarded headers of that address by default. Pages and WebSockets at any path.',
    upstream: TCP,
    pass: 'proxy',
    websockets: true,
  },
  {
    id: 'hypercorn',
    prefixes: ['hypercorn', 'quart'],
    title: 'ASGI reverse proxy (Hypercorn, WebSockets)',
    about: 'An ASGI application behind Hypercorn. It needs `ProxyFixMiddleware(app, mode="legacy", trusted_hops=1)` to see the client.',
    upstream: TCP,
    pass: 'proxy',
    websockets: true,
  },
  {
    id: 'wsgi-gunicorn',
    prefixes: ['wsgi', 'python'],
    title: 'WSGI reverse proxy (Gunicorn, unix socket)',
    about: 'Any WSGI application behind Gunicorn on a unix socket, with HTTPS and static files.',
    upstream: UNIX,
    pass: 'proxy',
  },
  {
    id: 'wsgi-uwsgi-tcp',
    prefixes: ['uwsgi-tcp', 'wsgi-uwsgi'],
    title: 'WSGI reverse proxy (uWSGI, uwsgi protocol over TCP)',
    about: "Any WSGI application behind uWSGI's `socket` on a port.",
    upstream: TCP,
    pass: 'uwsgi',
  },
];

const whole = (kind: Kind): Snippet => ({
  id: kind.id,
  prefixes: kind.prefixes,
  title: kind.title,
  about: kind.about,
  inside: ['http'],
  body: lines`
${kind.websockets ? `${upgradeMaps()}\n\n` : ''}upstream \${6:application} {
  # one application, perhaps restarting: it is never taken for dead
  ${kind.upstream}
}

${redirectServer()}

server {
  ${tlsServer('  ')}
  add_header Strict-Transport-Security "max-age=63072000" always;
  server_tokens off;

  # uploads up to this size; nginx holds slow ones off the workers
  client_max_body_size \${7:10m};

  ${staticFiles('  ')}

${kind.media ? `  ${mediaFiles('  ')}\n\n` : ''}  location / {
    ${kind.pass === 'uwsgi' ? uwsgi('    ') : proxied('    ')}
${kind.daphne ? `    # Daphne takes its root path from this header\n    proxy_set_header Daphne-Root-Path "";\n` : ''}${kind.websockets ? `    ${upgrades('    ')}\n` : ''}  }

  ${downPage('  ')}
}
$0`,
});

export const PYTHON: readonly Snippet[] = [
  ...KINDS.map(whole),
  {
    id: 'proxy-location',
    prefixes: ['proxy', 'gunicorn-location', 'reverseproxy'],
    title: 'Location that proxies to an application',
    about: 'A location with the headers that a WSGI or ASGI application needs to know host, scheme and client.',
    inside: ['server'],
    body: lines`
location \${1:/} {
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'uwsgi-location',
    prefixes: ['uwsgi-location', 'uwsgipass'],
    title: 'Location that passes to uWSGI',
    about: "A location that speaks the uwsgi protocol to uWSGI's `socket`.",
    inside: ['server'],
    body: lines`
location \${1:/} {
  ${forwardedParams('  ')}
  uwsgi_pass \${2:unix:/run/app/app.sock};
}
$0`,
  },
  {
    id: 'prefix-gunicorn',
    prefixes: ['prefix', 'scriptname', 'subpath'],
    title: 'Application under a prefix (Gunicorn, SCRIPT_NAME)',
    about: 'Gunicorn takes SCRIPT_NAME from a trusted proxy and cuts it from the path itself: the path is passed on whole.',
    inside: ['server'],
    body: lines`
location \${1:/app}/ {
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
  proxy_set_header SCRIPT_NAME \${1:/app};
}
$0`,
  },
  {
    id: 'prefix-stripped',
    prefixes: ['prefix-stripped', 'rootpath'],
    title: 'Application under a prefix that nginx removes',
    about:
      'For Django with FORCE_SCRIPT_NAME, Flask with ProxyFix x_prefix and uvicorn with --root-path: the slash behind the address takes the prefix off.',
    inside: ['server'],
    body: lines`
location \${1:/app}/ {
  # the slash at the end replaces the prefix, which the application is told of apart from the path
  proxy_pass http://\${2:127.0.0.1:8000}/;
  ${forwarded('  ', { prefix: '${1:/app}' })}
}
$0`,
  },
  {
    id: 'prefix-uwsgi',
    prefixes: ['prefix-uwsgi', 'mount'],
    title: 'Application under a prefix (uWSGI, mount)',
    about: 'uWSGI with `mount = /app=module:callable` and `manage-script-name = true` takes the prefix off itself.',
    inside: ['server'],
    body: lines`
location \${1:/app}/ {
  ${forwardedParams('  ')}
  uwsgi_pass \${2:unix:/run/app/app.sock};
}
$0`,
  },
  {
    id: 'websocket',
    prefixes: ['websocket', 'ws', 'upgrade'],
    title: 'WebSocket location',
    about: 'Passes WebSockets of your own pages on over HTTP/1.1, no other protocol, and waits longer between two messages.',
    inside: ['server'],
    outer: WEBSOCKETS,
    body: lines`
location \${1:/ws/} {
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
  ${upgrades('  ')}
}
$0`,
  },
  {
    id: 'websocket-map',
    prefixes: ['connection-upgrade', 'websocket-map'],
    title: 'WebSockets and pages in one location, by a map',
    about: 'One location serves pages and WebSockets; handshakes of foreign pages and other protocols lose their Upgrade header.',
    inside: ['http'],
    body: lines`
${upgradeMaps()}

server {
  listen 80;
  listen [::]:80;
  server_name \${1:example.com};
  server_tokens off;

  location / {
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
    ${upgrades('    ')}
  }
}
$0`,
  },
  {
    id: 'sse',
    prefixes: ['sse', 'eventstream', 'server-sent-events'],
    title: 'Server-sent events',
    about: 'Events must not wait in a buffer. For asynchronous workers only: a synchronous one is held for the whole stream.',
    inside: ['server'],
    body: lines`
location \${1:/events/} {
  proxy_pass http://\${2:127.0.0.1:8000};
  proxy_http_version 1.1;
  ${forwarded('  ')}
  proxy_set_header Connection "";
  # an event must not wait for a buffer to fill
  proxy_buffering off;
  proxy_cache off;
  proxy_read_timeout \${3:1h};
}
$0`,
  },
];
