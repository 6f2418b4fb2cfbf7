/** The nginx side of a new deployment: the site, the server for foreign names, the page for when the application is down. */
import { connectionMap, intermediate, websocketMap } from '../parts.ts';
import { expand } from '../snippet.ts';
import { type Answers, heldBySystemd, isAsgi, isAtLeast, type NewFile, socketOf, word } from './answers.ts';

const unescaped = (text: string): string => text.replaceAll('\\$', '$');
const folderOf = (path: string): string => (path.endsWith('/') ? path : `${path}/`);
const indented = (lines: readonly string[], by: string): string[] =>
  lines.flatMap((l) => l.split('\n')).map((l) => (l === '' ? l : `${by}${l}`));
const block = (opener: string, lines: readonly string[]): string[] => [`${opener} {`, ...indented(lines, '    '), '}'];

const TYPES =
  'text/plain text/css text/javascript text/xml application/javascript application/json application/xml application/manifest+json application/rss+xml application/wasm image/svg+xml font/ttf';

const compression = (a: Answers): string[] => [
  'gzip on;',
  'gzip_vary on;',
  'gzip_proxied any;',
  'gzip_min_length 1000;',
  `gzip_types ${TYPES};`,
  ...(a.compression === 'brotli' ? ['brotli on;', `brotli_types ${TYPES};`] : []),
  ...(a.compression === 'zstd' ? ['zstd on;', `zstd_types ${TYPES};`] : []),
];

/** What the application is told of the client: written by nginx on every request, whatever the client sends under these names. */
function told(a: Answers): string[] {
  const values: [header: string, value: string][] = [
    ['Host', '$host'],
    ['X-Real-IP', '$remote_addr'],
    ['X-Forwarded-For', '$remote_addr'],
    ['X-Forwarded-Proto', a.proxy ? `$${word(a)}_scheme` : '$scheme'],
    ['X-Forwarded-Host', '$host'],
    ['X-Forwarded-Port', a.proxy ? `$${word(a)}_port` : '$server_port'],
    ['X-Forwarded-Prefix', '""'],
    ['X-Forwarded-User', '""'],
    ['Remote-User', '""'],
    ['Forwarded', '""'],
    ...(a.server === 'daphne' ? ([['Daphne-Root-Path', '""']] as [string, string][]) : []),
  ];
  if (a.server === 'uwsgi')
    return [
      'include uwsgi_params;',
      ...(a.proxy ? [`uwsgi_param HTTPS $${word(a)}_https if_not_empty;`] : []),
      ...values.map(([h, v]) => `uwsgi_param HTTP_${h.toUpperCase().replaceAll('-', '_')} ${v};`),
    ];
  return values.map(([h, v]) => `proxy_set_header ${h} ${v};`);
}

/** Connections to the application outlive a request. */
const kept = (a: Answers): string[] =>
  overTcp(a) && a.server !== 'uwsgi' ? ['proxy_http_version 1.1;', 'proxy_set_header Connection "";'] : [];

/** Names in an upstream can be asked again since nginx 1.27.3. */
const resolves = (a: Answers): boolean => a.runs === 'compose' && isAtLeast(a.nginx, '1.27.3');

/** Connections over TCP are worth keeping. */
const overTcp = (a: Answers): boolean => a.runs === 'compose' || a.port > 0;

/** WebSockets of the site's own pages and of programs, and no other protocol: the maps that the snippets have, under names of this site. */
const webSockets = (a: Answers): string[] =>
  expand(`${websocketMap(`${word(a)}_websocket`)}\n${connectionMap(`${word(a)}_connection`, `${word(a)}_websocket`)}`)
    .text.replaceAll(/^ {2}/gm, '    ')
    .split('\n');

/** Of what the proxy that terminates TLS says, scheme and client are believed; of what anyone else says, nothing is. */
function proxied(a: Answers): string[] {
  const id = word(a);
  return [
    '# only the proxy that terminates TLS is believed, not who merely says that he came over HTTPS',
    ...block(`geo $realip_remote_addr $${id}_proxied`, ["default '';", `${a.proxy} yes;`]),
    ...block(`map "$${id}_proxied $http_x_forwarded_proto" $${id}_scheme`, ['default $scheme;', '"yes https" https;']),
    ...block(`map $${id}_scheme $${id}_port`, ['default $server_port;', 'https 443;']),
    ...(a.server === 'uwsgi' ? block(`map $${id}_scheme $${id}_https`, ["default '';", 'https on;']) : []),
    '',
  ];
}

const HSTS = 'add_header Strict-Transport-Security "max-age=63072000" always;';
const NOSNIFF = 'add_header X-Content-Type-Options nosniff always;';

/** What browsers should know of every answer. Django says all but HSTS of its own answers itself. */
const forBrowsers = (a: Answers): string[] => [
  ...(a.tls === 'none' ? [] : [HSTS]),
  ...(a.framework === 'django'
    ? []
    : [NOSNIFF, 'add_header X-Frame-Options SAMEORIGIN always;', 'add_header Referrer-Policy strict-origin-when-cross-origin always;']),
];

/** The same for files, which no framework sees; where a location has headers of its own, it has no others. */
const forFiles = (a: Answers): string[] => [...forBrowsers(a), ...(a.framework === 'django' ? [NOSNIFF] : [])];

const acmeLocation = block('location ^~ /.well-known/acme-challenge/', ['alias /var/www/letsencrypt/.well-known/acme-challenge/;']);

const plainServer = (a: Answers): string[] =>
  block('server', [
    'listen 80;',
    'listen [::]:80;',
    `server_name ${a.domain};`,
    'server_tokens off;',
    '',
    ...(a.tls === 'certbot' ? ['# certbot puts its answers to the certificate authority here', ...acmeLocation, ''] : []),
    ...block('location /', [`return 301 https://${a.domain}$request_uri;`]),
  ]);

function tls(a: Answers): string[] {
  const certificate =
    a.tls === 'acme'
      ? [
          'acme_certificate letsencrypt;',
          'ssl_certificate $acme_certificate;',
          'ssl_certificate_key $acme_certificate_key;',
          ...(isAtLeast(a.nginx, '1.27.4') ? ['ssl_certificate_cache max=2;'] : []),
        ]
      : a.tls === 'certbot'
        ? [
            `ssl_certificate /etc/letsencrypt/live/${a.domain}/fullchain.pem;`,
            `ssl_certificate_key /etc/letsencrypt/live/${a.domain}/privkey.pem;`,
          ]
        : [`ssl_certificate /etc/nginx/tls/${a.domain}.pem;`, `ssl_certificate_key /etc/nginx/tls/${a.domain}.key;`];
  return [...certificate, ...intermediate('').split('\n')];
}

function site(a: Answers): string[] {
  const id = word(a);
  const secure = a.tls !== 'none';
  const pass = a.server === 'uwsgi' ? `uwsgi_pass ${a.name};` : `proxy_pass http://${a.name};`;
  const modern = isAtLeast(a.nginx, '1.25.1');
  const suffix = modern ? '' : ' http2';
  const out: string[] = [];
  if (isAsgi(a.server)) out.push(...webSockets(a), '');
  if (a.proxy) out.push(...proxied(a));
  if (a.limitLogin)
    out.push(
      '# attempts to log in: what is sent counts, the page with the form does not (an empty key is not counted)',
      ...block(`map $request_method $${id}_attempt`, ["default '';", 'POST $binary_remote_addr;']),
      `limit_req_zone $${id}_attempt zone=${id}_login:10m rate=10r/m;`,
      '',
    );
  out.push(
    ...block(`upstream ${a.name}`, [
      ...(resolves(a)
        ? [
            '# a container that is made anew has a new address: its name is asked again',
            `zone ${a.name} 64k;`,
            'resolver 127.0.0.11 valid=10s;',
          ]
        : []),
      '# one application, perhaps restarting: it is never taken for dead',
      `server ${a.runs === 'compose' ? `app:8000${resolves(a) ? ' resolve' : ''}` : a.port ? `127.0.0.1:${a.port}` : `unix:${socketOf(a)}`} fail_timeout=0;`,
      ...(overTcp(a) && a.server !== 'uwsgi' ? ['keepalive 16;'] : []),
    ]),
    '',
  );
  if (secure && a.tls !== 'certbot') out.push(...plainServer(a), '');
  const body: string[] = secure
    ? [
        `listen 443 ssl${suffix};`,
        `listen [::]:443 ssl${suffix};`,
        ...(modern ? ['http2 on;'] : []),
        `server_name ${a.domain};`,
        '',
        ...tls(a),
        ...forBrowsers(a),
      ]
    : ['listen 80;', 'listen [::]:80;', `server_name ${a.domain};`, ...forBrowsers(a)];
  body.push(
    'server_tokens off;',
    ...(a.proxy
      ? [
          '',
          '# the client is the one that the proxy names',
          `set_real_ip_from ${a.proxy};`,
          'real_ip_header X-Forwarded-For;',
          'real_ip_recursive on;',
        ]
      : []),
    '',
    '# nginx takes slow uploads in before a worker sees them',
    `client_max_body_size ${a.upload};`,
    '',
    ...compression(a),
    '',
    `# what the application is told of the client. A location with a ${a.server === 'uwsgi' ? 'uwsgi_param' : 'proxy_set_header'} of its own must repeat them all`,
    ...told(a),
    ...kept(a),
    '',
  );
  if (a.staticRoot)
    body.push(
      '# static files go past the application: no worker is kept busy by them',
      ...block('location /static/', [
        `alias ${folderOf(a.staticRoot)};`,
        'access_log off;',
        '# a name may get new content: browsers ask whether theirs is still the same',
        'expires -1;',
        ...forFiles(a),
        '',
        '# a name with the hash of its content never does',
        ...block('location ~ "\\.[0-9a-f]{12}\\.[^./]+$"', [
          'expires off;',
          'add_header Cache-Control "public, max-age=31536000, immutable";',
          ...forFiles(a),
        ]),
      ]),
      '',
    );
  if (a.mediaRoot)
    body.push(
      '# what people uploaded: never run, never guessed at',
      ...block('location /media/', [
        `alias ${folderOf(a.mediaRoot)};`,
        'expires 1h;',
        'add_header Content-Security-Policy "default-src \'none\'; sandbox" always;',
        ...forFiles(a),
      ]),
      '',
    );
  if (a.limitLogin)
    for (const path of a.loginPaths)
      body.push(...block(`location = ${path}`, [`limit_req zone=${id}_login burst=5 nodelay;`, 'limit_req_status 429;', pass]), '');
  body.push(
    ...block('location /', [
      ...(isAsgi(a.server)
        ? [
            '# two more headers, so the others are repeated here',
            ...told(a),
            'proxy_http_version 1.1;',
            `proxy_set_header Upgrade $${id}_websocket;`,
            `proxy_set_header Connection $${id}_connection;`,
            '# silence between two messages of a WebSocket or two events',
            'proxy_read_timeout 1h;',
            '# events reach the browser as they come; an asynchronous server waits for slow browsers at no cost',
            'proxy_buffering off;',
          ]
        : []),
      pass,
    ]),
    '',
    '# while the application restarts, people see a page of yours',
    'error_page 502 503 504 /down.html;',
    ...block('location = /down.html', [
      'internal;',
      `alias ${a.runs === 'compose' ? '/srv/errors' : `${a.folder}/deploy/errors`}/down.html;`,
      '# where the page is missing, the answer is still an error of the server',
      ...block('if (!-f $request_filename)', ['return 503;']),
    ]),
  );
  return [...out, ...block('server', body)];
}

/** Who issues certificates, once for the whole nginx: its module knows one issuer of a name, and http one resolver. */
export const issuer = (a: Answers): NewFile => ({
  path: 'deploy/nginx/acme.conf',
  about: 'Where certificates come from: once for each nginx, whatever number of sites it has',
  text: [
    '# nginx fetches and renews certificates itself; it needs a name server to find the authority',
    `resolver ${a.runs === 'compose' ? '127.0.0.11' : '127.0.0.53'} ipv6=off;`,
    ...block('acme_issuer letsencrypt', [
      'uri https://acme-v02.api.letsencrypt.org/directory;',
      ...(a.email ? [`contact mailto:${a.email};`] : []),
      'state_path /var/cache/nginx/acme-letsencrypt;',
      'accept_terms_of_service;',
    ]),
    '',
  ].join('\n'),
});

/** Everything that names no server of this nginx: no answer, no certificate. */
export function catchAll(a: Pick<Answers, 'nginx' | 'tls'>): NewFile {
  const rejects = isAtLeast(a.nginx, '1.19.4');
  return {
    path: 'deploy/nginx/catch-all.conf',
    about: 'The server for foreign names: once for each nginx, whatever number of sites it has',
    text: unescaped(
      [
        '# Requests for names that no server has are closed without an answer. One such server for the whole nginx.',
        ...block('server', [
          'listen 80 default_server;',
          'listen [::]:80 default_server;',
          ...(rejects ? ['listen 443 ssl default_server;', 'listen [::]:443 ssl default_server;'] : []),
          'server_name _;',
          'server_tokens off;',
          ...(rejects
            ? ['ssl_protocols TLSv1.2 TLSv1.3;', '# the handshake is refused: no certificate is shown', 'ssl_reject_handshake on;']
            : []),
          'return 444;',
        ]),
        '',
      ].join('\n'),
    ),
  };
}

const DOWN = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="15">
<title>Back in a moment</title>
<style>body { font: 1.2rem/1.5 system-ui, sans-serif; margin: 20vh auto; max-width: 30rem; padding: 0 1rem }</style>
<h1>Back in a moment</h1>
<p>The site is being updated. This page tries again by itself.</p>
</html>
`;

/** The site first; `head` is the comment at its top. */
export function nginxFiles(a: Answers): NewFile[] {
  const text = (lines: readonly string[]): string => unescaped(`${lines.join('\n')}\n`);
  const out: NewFile[] = [
    {
      path: `deploy/nginx/${a.name}.conf`,
      about: heldBySystemd(a) ? 'The nginx site' : 'The nginx site, in front of the application',
      text: text(site(a)),
    },
  ];
  if (a.tls === 'certbot')
    out.push({
      path: `deploy/nginx/${a.name}-http.conf`,
      about: 'Port 80: answers for the certificate authority, and the way to HTTPS; installed before the first certificate',
      text: text(plainServer(a)),
    });
  if (a.tls === 'acme') out.push(issuer(a));
  out.push(catchAll(a), { path: 'deploy/errors/down.html', about: 'What people see while the application restarts', text: DOWN });
  return out;
}
