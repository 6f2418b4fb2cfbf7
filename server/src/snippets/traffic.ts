/** Static files, caching, compression, balancing: what nginx does for the application's speed. */
import { DJANGO_HASHED, downPage, forwarded, pastTheCache, privateMap } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

export const TRAFFIC: readonly Snippet[] = [
  {
    id: 'static',
    prefixes: ['static', 'staticfiles'],
    title: 'Static files from the disk',
    about: "Serves Django's STATIC_ROOT, or any folder, past the application.",
    inside: ['server'],
    body: lines`
location \${1:/static/} {
  alias \${2:/srv/app/static/};
  # a name may get new content: browsers ask whether theirs is still the same
  expires -1;
  access_log off;
}
$0`,
  },
  {
    id: 'static-hashed',
    prefixes: ['static-hashed', 'manifest', 'immutable'],
    title: 'Static files with hashed names',
    about:
      "For Django's ManifestStaticFilesStorage: a name with the hash of its content may be kept for good; of the others browsers ask whether theirs is still the same.",
    inside: ['server'],
    body: lines`
location \${1:/static/} {
  alias \${2:/srv/app/static/};
  access_log off;
  expires -1;

  location ~ ${DJANGO_HASHED} {
    expires 1y;
  }
}
$0`,
  },
  {
    id: 'media',
    prefixes: ['media', 'uploads'],
    title: 'Uploaded files, harmless',
    about: 'Serves what people uploaded in a way that a browser runs none of it.',
    inside: ['server'],
    body: lines`
location \${1:/media/} {
  alias \${2:/srv/app/media/};
  expires 1h;
  add_header X-Content-Type-Options nosniff always;
  add_header Content-Security-Policy "default-src 'none'; sandbox" always;
}
$0`,
  },
  {
    id: 'spa',
    prefixes: ['spa', 'tryfiles', 'frontend'],
    title: 'Single-page application with a fallback',
    about: 'Files that exist are sent, everything else is the front page, which routes by itself.',
    inside: ['server'],
    body: lines`
root \${1:/srv/app/dist};
open_file_cache max=1000 inactive=60s;

location / {
  try_files \\$uri \\$uri/ /index.html;
}
$0`,
  },
  {
    id: 'feature-flag',
    prefixes: ['feature-flag', 'flag', 'beta'],
    title: 'Feature flag by a cookie',
    about:
      'Visitors whose cookie is neither empty nor 0 get the other application; a regular expression or an exact location still comes first.',
    inside: ['server'],
    since: '1.31.5',
    body: lines`
location \\$cookie_\${1:beta} {
  proxy_pass http://\${2:127.0.0.1:8001};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'canary-header',
    prefixes: ['canary', 'canary-header', 'predicate'],
    title: 'Canary by a header',
    about: 'Requests with the header go to the new release; the header is passed on, so that the release can log it.',
    inside: ['server'],
    since: '1.31.5',
    body: lines`
location \\$http_\${1:x_canary} {
  proxy_pass http://\${2:127.0.0.1:8001};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'gzip',
    prefixes: ['gzip', 'compression'],
    title: 'Compression',
    about:
      'Compresses text, also what comes from the application and what is asked for through a proxy. Pictures and archives are compressed already.',
    inside: ['http'],
    body: lines`
gzip on;
gzip_vary on;
gzip_proxied any;
gzip_comp_level \${1|5,4,6|};
gzip_min_length 1000;
gzip_types text/plain text/css text/javascript application/javascript application/json application/xml image/svg+xml;
$0`,
  },
  {
    id: 'cache',
    prefixes: ['cache', 'proxycache'],
    title: 'Proxy cache',
    about:
      'Keeps the answers that the application allows to be kept, by Cache-Control or Expires, and no other. One request refreshes an entry, the others get the old one meanwhile; sessions go past the cache.',
    inside: ['http'],
    body: lines`
${privateMap()}

proxy_cache_path \${1:/var/cache/nginx/app} levels=1:2 keys_zone=\${2:app}:10m max_size=1g inactive=60m use_temp_path=off;

server {
  listen 80;
  listen [::]:80;
  server_name \${3:example.com};
  server_tokens off;

  location / {
    proxy_cache \${2:app};
    proxy_cache_lock on;
    proxy_cache_background_update on;
    proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
    ${pastTheCache('    ')}
    add_header X-Cache-Status \\$upstream_cache_status;
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'microcache',
    prefixes: ['microcache'],
    title: 'Micro-cache of one second',
    about: 'Under load a page is made once a second at most. Visitors with a session go past it.',
    inside: ['http'],
    body: lines`
${privateMap()}

proxy_cache_path /var/cache/nginx/micro levels=1:2 keys_zone=micro:10m max_size=256m inactive=10m use_temp_path=off;

server {
  listen 80;
  listen [::]:80;
  server_name \${1:example.com};
  server_tokens off;

  location / {
    proxy_cache micro;
    proxy_cache_valid 200 \${2|1s,5s,10s|};
    proxy_cache_lock on;
    proxy_cache_use_stale updating error timeout;
    ${pastTheCache('    ')}
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'balance',
    prefixes: ['balance', 'loadbalance', 'upstream'],
    title: 'Load balancing',
    about: 'Several instances of the application, one as a reserve. A server that fails twice in ten seconds is left out for ten seconds.',
    inside: ['http'],
    body: lines`
upstream \${1:application} {
  zone \${1:application} 64k;
  \${2|least_conn,random two least_conn|};
  server 10.0.0.11:8000 max_fails=2 fail_timeout=10s;
  server 10.0.0.12:8000 max_fails=2 fail_timeout=10s;
  keepalive 32;
}
$0`,
  },
  {
    id: 'balance-weights',
    prefixes: ['weights', 'backup'],
    title: 'Load balancing with weights and a reserve',
    about: 'The larger machine gets three of four requests; the last server only when all others are out.',
    inside: ['http'],
    body: lines`
upstream \${1:application} {
  zone \${1:application} 64k;
  server 10.0.0.11:8000 weight=\${2:3};
  server 10.0.0.12:8000;
  server 10.0.0.13:8000 backup;
  keepalive 32;
}
$0`,
  },
  {
    id: 'balance-iphash',
    prefixes: ['iphash', 'sticky'],
    title: 'Load balancing that keeps a client on its server',
    about: 'By client address. Behind another proxy all clients share one address, unless realip is set up.',
    inside: ['http'],
    body: lines`
upstream \${1:application} {
  zone \${1:application} 64k;
  ip_hash;
  server 10.0.0.11:8000;
  server 10.0.0.12:8000;
  keepalive 32;
}
$0`,
  },
  {
    id: 'docker-resolve',
    prefixes: ['docker', 'resolver'],
    title: 'Container that may change its address',
    about: "Docker's resolver is asked again after ten seconds; a literal name in proxy_pass is resolved once, when nginx starts.",
    inside: ['server'],
    body: lines`
location \${1:/} {
  resolver 127.0.0.11 valid=10s;
  # a variable makes nginx resolve the name for each request
  set \\$application \${2:web};
  proxy_pass http://\\$application:\${3:8000};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'canary',
    prefixes: ['canary', 'split'],
    title: 'Canary release by split_clients',
    about: 'A share of the clients gets the new version, and always the same clients.',
    inside: ['http'],
    body: lines`
split_clients \\$remote_addr \\$release {
  \${1|5%,1%,10%,25%|} next;
  * stable;
}

upstream stable {
  zone stable 64k;
  server 127.0.0.1:8000;
}

upstream next {
  zone next 64k;
  server 127.0.0.1:8001;
}

server {
  listen 80;
  listen [::]:80;
  server_name \${2:example.com};
  server_tokens off;

  location / {
    proxy_pass http://\\$release;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'bluegreen',
    prefixes: ['bluegreen'],
    title: 'Blue and green deployment',
    about: 'Two instances, one line decides. Change it and reload: running requests end where they began.',
    inside: ['http'],
    body: lines`
upstream blue {
  zone blue 64k;
  server 127.0.0.1:8000;
}

upstream green {
  zone green 64k;
  server 127.0.0.1:8001;
}

server {
  listen 80;
  listen [::]:80;
  server_name \${1:example.com};
  server_tokens off;

  location / {
    # the live one
    set \\$live \${2|blue,green|};
    proxy_pass http://\\$live;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'maintenance',
    prefixes: ['maintenance'],
    title: 'Maintenance page while a file exists',
    about:
      'Touch the file, and everybody gets 503 with your page, at every path; remove it, and all is as before. No reload. From your own address you see the site all the while.',
    inside: ['server'],
    body: lines`
set \\$closed '';
if (-f \${1:/srv/app/errors}/maintenance.on) {
  set \\$closed yes;
}
# your own way in
if (\\$remote_addr = \${2:192.0.2.10}) {
  set \\$closed '';
}
# the pages themselves must come through
if (\\$uri ~ ^/(maintenance|down)\\.html\\$) {
  set \\$closed '';
}
if (\\$closed) {
  return 503;
}
error_page 503 /maintenance.html;

location = /maintenance.html {
  internal;
  alias \${1:/srv/app/errors}/maintenance.html;
  add_header Retry-After 300 always;
  if (!-f \\$request_filename) {
    return 503;
  }
}
$0`,
  },
  {
    id: 'down-page',
    prefixes: ['errorpage', 'down', '502'],
    title: 'Page of your own while the application is down',
    about:
      'Shown for 502, 503 and 504 that nginx itself makes: the application is restarting, or too slow. Where the page is missing, the answer is a 503.',
    inside: ['server'],
    body: lines`
${downPage('', '${1:/srv/app/errors}')}
$0`,
  },
  {
    id: 'healthcheck',
    prefixes: ['health', 'healthz'],
    title: 'Health check of nginx itself',
    about: 'Answers a balancer without asking the application.',
    inside: ['server'],
    body: lines`
location = \${1:/healthz} {
  access_log off;
  default_type text/plain;
  return 200 "ok\\n";
}
$0`,
  },
  {
    id: 'status',
    prefixes: ['status', 'stubstatus'],
    title: 'Counters for monitoring, for this machine only',
    about: 'stub_status for an exporter on the same machine.',
    inside: ['server'],
    body: lines`
location = \${1:/nginx_status} {
  stub_status;
  allow 127.0.0.1;
  allow ::1;
  deny all;
  access_log off;
}
$0`,
  },
];
