/** Lines that several snippets share, so that what is best practice is written once. */
import type { Outer } from './snippet.ts';

/** Headers that an application may be told to trust: `for` and `scheme` are nginx's variables, `prefix` is the path below which the application lives. */
export interface Told {
  readonly scheme?: string;
  readonly prefix?: string;
  /** the location itself says who the user is */
  readonly user?: boolean;
}

/** Headers in which programs in front of an application say who the user is: nobody may say it of himself. */
export const USER_HEADERS = ['Remote-User', 'X-Forwarded-User'] as const;

/**
 * What every proxied HTTP application needs to know of the client. Each header is written by nginx, so that nothing which a client sends under these names reaches
 * the application: one address, since Daphne and many libraries read the first entry of X-Forwarded-For and others the last.
 */
export const forwarded = (indent: string, { scheme = '\\$scheme', prefix = '""', user = false }: Told = {}): string =>
  [
    'proxy_set_header Host \\$host;',
    'proxy_set_header X-Real-IP \\$remote_addr;',
    'proxy_set_header X-Forwarded-For \\$remote_addr;',
    `proxy_set_header X-Forwarded-Proto ${scheme};`,
    'proxy_set_header X-Forwarded-Host \\$host;',
    `proxy_set_header X-Forwarded-Prefix ${prefix};`,
    ...(user ? [] : USER_HEADERS.map((name) => `proxy_set_header ${name} "";`)),
  ].join(`\n${indent}`);

/** The same by the uwsgi protocol: uWSGI passes every header of the client on unless a param of that name is set. */
export const forwardedParams = (indent: string): string =>
  [
    'include uwsgi_params;',
    '# uWSGI believes what a client sends in these headers unless nginx sets them',
    'uwsgi_param HTTP_HOST \\$host;',
    'uwsgi_param HTTP_X_REAL_IP \\$remote_addr;',
    'uwsgi_param HTTP_X_FORWARDED_FOR \\$remote_addr;',
    'uwsgi_param HTTP_X_FORWARDED_PROTO \\$scheme;',
    'uwsgi_param HTTP_X_FORWARDED_HOST \\$host;',
    'uwsgi_param HTTP_X_FORWARDED_PREFIX "";',
    ...USER_HEADERS.map((name) => `uwsgi_param HTTP_${name.toUpperCase().replaceAll('-', '_')} "";`),
  ].join(`\n${indent}`);

/** TLS by Mozilla's intermediate profile; the suites are those of version 5.8 and 6.0. */
export const intermediate = (indent: string): string =>
  [
    'ssl_protocols TLSv1.2 TLSv1.3;',
    'ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;',
    'ssl_prefer_server_ciphers off;',
    'ssl_session_timeout 1d;',
    'ssl_session_cache shared:SSL:10m;',
  ].join(`\n${indent}`);

/** The head of a server that ends TLS. */
export const tlsServer = (indent: string): string =>
  [
    'listen 443 ssl;',
    'listen [::]:443 ssl;',
    'http2 on;',
    'server_name ${1:example.com};',
    '',
    'ssl_certificate /etc/letsencrypt/live/${1:example.com}/fullchain.pem;',
    'ssl_certificate_key /etc/letsencrypt/live/${1:example.com}/privkey.pem;',
    intermediate(indent),
  ].join(`\n${indent}`);

/** The server for every name that no other server has: no answer, and over TLS no certificate. */
export const dropServer = (indent: string): string =>
  [
    'server {',
    '  listen 80 default_server;',
    '  listen [::]:80 default_server;',
    '  listen 443 ssl default_server;',
    '  listen [::]:443 ssl default_server;',
    '  server_name _;',
    '  server_tokens off;',
    '  ssl_protocols TLSv1.2 TLSv1.3;',
    '  ssl_reject_handshake on;',
    '  return 444;',
    '}',
  ].join(`\n${indent}`);

/** The server on port 80 that sends everyone to HTTPS, but for the challenges of the certificate authority. */
export const redirectServer = (): string =>
  `server {
  listen 80;
  listen [::]:80;
  server_name \${1:example.com};

  location ^~ /.well-known/acme-challenge/ {
    alias /var/www/letsencrypt/.well-known/acme-challenge/;
    allow all; # also below a list of addresses
  }

  location / {
    return 301 https://\\$host\\$request_uri;
  }
}`;

/** Names with the hash of their content, as Django's ManifestStaticFilesStorage makes them: twelve hexadecimal digits before the last suffix. */
export const DJANGO_HASHED = '"\\\\.[0-9a-f]{12}\\\\.[^./]+\\$"';

/** Static files of an application, straight from the disk. */
export const staticFiles = (indent: string): string =>
  [
    '# static files go past the application: no worker is kept busy by them',
    'location /static/ {',
    '  alias ${3:/srv/app/static/};',
    '  access_log off;',
    '  # a name may get new content: browsers ask whether theirs is still the same',
    '  expires -1;',
    '',
    '  # a name with the hash of its content never does',
    `  location ~ ${DJANGO_HASHED} {`,
    '    expires 1y;',
    '  }',
    '}',
  ].join(`\n${indent}`);

/** The location of uploaded files. */
export const mediaFiles = (indent: string): string =>
  [
    '# what people uploaded: never run, never guessed at',
    'location /media/ {',
    '  alias ${4:/srv/app/media/};',
    '  expires 1h;',
    '  add_header X-Content-Type-Options nosniff always;',
    '  add_header Content-Security-Policy "default-src \'none\'; sandbox" always;',
    '  add_header Strict-Transport-Security "max-age=63072000" always;',
    '}',
  ].join(`\n${indent}`);

/** The page that people see while the application is down. Where the page itself is missing, the answer stays an error of the server and never becomes a 404. */
export const downPage = (indent: string, folder = '${5:/srv/app/errors}'): string =>
  [
    '# while the application restarts, people see a page of yours',
    'error_page 502 503 504 /down.html;',
    'location = /down.html {',
    '  internal;',
    `  alias ${folder}/down.html;`,
    '  # whatever was uploaded when the application went away',
    '  client_max_body_size 0;',
    '  if (!-f \\$request_filename) {',
    '    return 503;',
    '  }',
    '}',
  ].join(`\n${indent}`);

/**
 * WebSocket handshakes of the site's own pages, and of clients that are no browsers. Everything else loses its Upgrade header: another protocol (h2c under
 * Hypercorn) would be a tunnel to the application past everything that nginx does, and a foreign page would speak with the visitor's cookies.
 */
export const websocketMap = (variable = 'websocket'): string => `# WebSockets of the site's own pages and of programs, and no other protocol
map "\\$http_upgrade \\$host \\$http_origin" \\$${variable} {
  default '';
  "~*^websocket \\S+ \\$" websocket;
  "~*^websocket (\\S+) https?://\\1(:\\d+)?\\$" websocket;
}`;

/** The Connection header that belongs to it. */
export const connectionMap = (variable = 'connection_upgrade', handshake = 'websocket'): string => `map \\$${handshake} \\$${variable} {
  default upgrade;
  '' '';
}`;

/** The maps that a WebSocket upgrade needs. */
export const upgradeMaps = (): string => `${websocketMap()}\n${connectionMap()}`;

/** Both, for a snippet that is inside of http. */
export const WEBSOCKETS: readonly Outer[] = [
  { marker: '$websocket {', text: websocketMap() },
  { marker: '$connection_upgrade {', text: connectionMap() },
];

/** Pages and WebSockets in one location, by these maps. */
export const upgrades = (indent: string): string =>
  [
    'proxy_http_version 1.1;',
    'proxy_set_header Upgrade \\$websocket;',
    'proxy_set_header Connection \\$connection_upgrade;',
    '# silence between two messages of a WebSocket',
    'proxy_read_timeout 1h;',
  ].join(`\n${indent}`);

/** Whose answers may go into a shared cache: `\$private` is 1 for everyone who sends a cookie that is not known to be harmless. */
export const privateMap =
  (): string => `# a cookie may be a session: only those that merely count visitors are no reason to go past the cache
map \\$http_cookie \\$private {
  default 1;
  '' 0;
  "~^(_(ga|gid|gcl|fbp|pk|hj)[^=;]*=[^;]*(; *|\\$))+\\$" 0;
}`;

/** Past the cache, both ways, for whoever has a session or a password. */
export const pastTheCache = (indent: string): string =>
  [
    '# who is logged in gets no page of somebody else, and leaves none',
    'proxy_cache_bypass \\$private \\$http_authorization;',
    'proxy_no_cache \\$private \\$http_authorization;',
    '# each name of the site has its own pages',
    'proxy_cache_key \\$scheme\\$host\\$request_uri;',
  ].join(`\n${indent}`);
