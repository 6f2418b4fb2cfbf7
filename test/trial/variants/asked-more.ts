/** More of what people ask about in public: headers of another kind, the scheme behind a TLS proxy, closed folders, redirects out of HTTPS. */
import { type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const site = (line: string): string => `server { listen 80; location / { ${line} ${PASS} } }`;

const TRAEFIK = 'traefik.http.routers.web.rule: Host(`a.example.org`)';
/** nginx in a container, with what its service says beside the image. */
const front = (service: string, lines: string, more = '') =>
  tree(`#- nginx.conf
events {}
http { server { listen 80; location / { ${lines} } } }
#- compose.yaml
services:
  web:
    image: nginx:1.28
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
${service.replace(/^/gm, '    ')}
  app:
    image: registry.example.org/app:1
${more}`);
const labels = (...lines: readonly string[]): string => ['labels:', ...lines.map((l) => `  ${l}`)].join('\n');
const SCHEME = 'proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://app:8000;';
const LE = 'traefik.http.routers.web.tls.certresolver: le';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'unsafe-if',
    inside: 'http',
    bad: [
      `server { listen 80; location / { ${PASS} set $kind 0; if ($uri ~ "\\.png$") { set $kind 1; expires 1m; } if ($kind = 1) { add_header X-A b; } } }`,
    ],
    sane: [
      `server { listen 80; location / { ${PASS} set $kind 0; if ($uri ~ "\\.png$") { set $kind 1; return 404; } if ($kind = 0) { set $b 1; } } }`,
    ],
  },
  {
    rule: 'access-list-outranked',
    inside: 'http',
    bad: [],
    sane: ['server { listen 80; root /srv; location ~ .*\\.(gif|jpg|jpeg|png|bmp|swf)$ { expires 30d; } location ~ /\\. { deny all; } }'],
  },
  {
    rule: 'script-filename-missing',
    inside: 'http',
    bad: [],
    sane: [
      tree(
        '#- nginx.conf\nevents {}\nhttp {\ninclude forge-conf/a.example.org/before/*;\nserver { listen 80; root /srv; location ~ \\.php$ { fastcgi_pass unix:/var/run/php/php8.3-fpm.sock; include fastcgi_params; } }\n}\n',
      ),
    ],
  },
  {
    rule: 'response-header-in-request',
    bad: [
      'location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Strict-Transport-Security "max-age=63072000"; }',
      'proxy_set_header x-frame-options SAMEORIGIN; location / { proxy_pass http://127.0.0.1:8000; }',
      'location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Access-Control-Allow-Origin *; add_header Access-Control-Allow-Origin *; }',
      'location / { grpc_pass grpc://127.0.0.1:50051; grpc_set_header Access-Control-Allow-Headers "x-grpc-web"; }',
      'location / { if ($http_origin) { set $o $http_origin; } proxy_pass http://127.0.0.1:8000; proxy_set_header Access-Control-Allow-Origin $o; }',
      'location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Content-Security-Policy "default-src \'self\'"; proxy_set_header Referrer-Policy no-referrer; }',
    ],
    sane: [
      'location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Frame-Options ""; }',
      'location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Cache-Control no-cache; proxy_set_header Accept-Encoding ""; }',
      'proxy_set_header X-Frame-Options DENY; location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000; }',
      'location / { proxy_pass http://127.0.0.1:8000; add_header X-Frame-Options DENY always; }',
      'location / { proxy_pass http://127.0.0.1:8000; proxy_hide_header X-Frame-Options; proxy_set_header Access-Control-Request-Method GET; }',
      'location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Cookie $http_cookie; proxy_set_header X-Content-Type text; }',
    ],
  },
  {
    rule: 'request-header-wrong-value',
    inside: 'http',
    bad: [
      site('proxy_set_header X-Forwarded-Proto $remote_addr;'),
      site('proxy_set_header X-Real-IP $host;'),
      site('proxy_set_header X-Forwarded-For ${server_addr};'),
      site('proxy_set_header X-Forwarded-Port $remote_port;'),
      site('proxy_set_header Host $proxy_add_x_forwarded_for;'),
      'server { listen 80; location / { uwsgi_param HTTP_X_FORWARDED_PROTO $server_port; uwsgi_pass 127.0.0.1:3031; } }',
      `proxy_set_header x-forwarded-host $scheme;\nserver { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { grpc_set_header X-Real-IP $http_host; grpc_pass 127.0.0.1:50051; } }',
    ],
    sane: [
      site('proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;'),
      `map $remote_addr $told { default https; }\n${site('proxy_set_header X-Forwarded-Proto $told;')}`,
      site('proxy_set_header X-Real-IP $http_x_real_ip;'),
      site('proxy_set_header X-Forwarded-For $proxy_protocol_addr;'),
      site('proxy_set_header Host $server_addr;'),
      site('proxy_set_header Host $host:$remote_port;'),
      site('proxy_set_header X-Forwarded-Port $http_x_forwarded_port;'),
      site('proxy_set_header X-Request-Address $remote_addr; proxy_set_header X-Forwarded-Host $server_name;'),
      'server { listen 80; location / { uwsgi_param REMOTE_ADDR $host; uwsgi_pass 127.0.0.1:3031; } }',
    ],
  },
  {
    rule: 'tls-proxy-scheme-lost',
    bad: [
      front(labels(TRAEFIK, LE), SCHEME),
      front(labels(TRAEFIK, 'traefik.http.routers.web.tls: "true"'), SCHEME),
      front(labels(TRAEFIK, 'traefik.http.routers.web.entrypoints: websecure'), SCHEME),
      front('labels:\n  - traefik.enable=true\n  - traefik.http.routers.web.tls=true', SCHEME),
      front(`deploy:\n  ${labels(TRAEFIK, LE).replaceAll('\n', '\n  ')}`, SCHEME),
      front('environment:\n  VIRTUAL_HOST: a.example.org\n  LETSENCRYPT_HOST: a.example.org', SCHEME),
      front(labels('caddy: a.example.org', 'caddy.reverse_proxy: "{{upstreams 80}}"'), SCHEME),
      front(labels(TRAEFIK, LE), 'proxy_set_header X-Forwarded-Proto http; proxy_pass http://app:8000;'),
      front(labels(TRAEFIK, LE), 'fastcgi_param SCRIPT_FILENAME /srv/index.php; fastcgi_pass app:9000;'),
    ],
    sane: [
      front(labels(TRAEFIK, LE), 'proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; proxy_pass http://app:8000;'),
      front(labels(TRAEFIK, LE), 'proxy_set_header X-Forwarded-Proto https; proxy_pass http://app:8000;'),
      front(labels(TRAEFIK, LE), 'proxy_set_header Host $host; proxy_pass http://app:8000;'),
      front(labels(TRAEFIK, 'traefik.http.routers.web.entrypoints: web'), SCHEME),
      front(`ports: ["8080:80"]\n${labels(TRAEFIK, LE)}`, SCHEME),
      front('environment:\n  VIRTUAL_HOST: a.example.org', SCHEME),
      front(labels('caddy: http://a.example.org'), SCHEME),
      front(labels(TRAEFIK, LE, 'traefik.http.routers.plain.rule: Host(`b.example.org`)'), SCHEME),
      front(labels(TRAEFIK, LE), 'fastcgi_param SCRIPT_FILENAME /srv/index.php; fastcgi_param HTTPS on; fastcgi_pass app:9000;'),
      front(
        labels(TRAEFIK, LE),
        'fastcgi_param SCRIPT_FILENAME /srv/index.php; fastcgi_pass app:9000;',
        '  blog:\n    image: wordpress:6-fpm\n',
      ),
    ],
  },
  {
    rule: 'folder-closed-to-workers',
    inside: 'main',
    bad: [
      'user nginx;\nevents {}\nhttp { server { listen 80; root /root/site; } }',
      'events {}\nhttp { server { listen 80; location /static/ { alias /root/app/static/; } } }',
      'user www-data www-data;\nevents {}\nhttp { root /root/site; server { listen 80; } }',
      'user www-data;\nevents {}\nhttp { server { listen 80; location / { root /root/site; try_files $uri @app; } location @app { proxy_pass http://127.0.0.1:8000; } } }',
      'user www-data;\nevents {}\nhttp { upstream app { server unix:/root/app/web.sock; } server { listen 80; location / { proxy_pass http://app; } } }',
      'user www-data;\nevents {}\nhttp { server { listen 80; location / { include uwsgi_params; uwsgi_pass unix:/root/app/app.sock; } } }',
      'user www-data;\nevents {}\nhttp { server { listen 80; location / { proxy_pass http://unix:/root/app/app.sock:/; } } }',
    ],
    sane: [
      'user root;\nevents {}\nhttp { server { listen 80; root /root/site; } }',
      'user 0;\nevents {}\nhttp { server { listen 80; root /root/site; } }',
      'user www-data;\nevents {}\nhttp { server { listen 80; root /srv/root/site; } }',
      'user www-data;\nevents {}\nhttp { server { listen 80; root /rootfs/site; } }',
      'user www-data;\nevents {}\nhttp { server { listen 443 ssl; ssl_certificate /root/a.pem; ssl_certificate_key /root/a.key; return 204; } }',
      'user www-data;\nevents {}\nhttp { server { listen 80; root /root/site; location / { proxy_pass http://127.0.0.1:8000; } } }',
      'user www-data;\nevents {}\nhttp { server { listen 80; location / { proxy_pass http://unix:/run/root/app.sock; } } }',
    ],
  },
  {
    rule: 'https-redirected-to-http',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; server_name a.example.org www.a.example.org; ${CERT} root /srv; if ($host !~ ^www\\.) { rewrite ^(.*)$ http://www.$host$1 permanent; } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} location /old/ { return 301 http://a.example.org/new/; } location / { root /srv; } }`,
      `server { listen 80; listen 443 ssl; server_name a.example.org; ${CERT} location /old/ { return 301 http://$host/new/; } location / { root /srv; } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} location = /index.php { return 301 http://a.example.org/; } location / { ${PASS} } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} location /blog { rewrite ^/blog(.*)$ http://$server_name/news$1 redirect; } location / { ${PASS} } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} set $home http://a.example.org; location = /home { return 302 http://$host/start; } location / { ${PASS} } }`,
    ],
    sane: [
      `server { listen 443 ssl; server_name a.example.org; ${CERT} location /old/ { return 301 https://a.example.org/new/; } location / { root /srv; } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} location /old/ { return 301 http://other.example.org/new/; } location / { root /srv; } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} return 301 http://a.example.org$request_uri; }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} location / { return 301 http://a.example.org$request_uri; } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} location /old/ { return 301 http://a.example.org:8080/; } location / { root /srv; } }`,
      `server { listen 80; server_name a.example.org; location /old/ { return 301 http://a.example.org/new/; } location / { root /srv; } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} location /old/ { return 301 $scheme://$host/new/; } location / { root /srv; } }`,
      `server { listen 443 ssl; server_name a.example.org; ${CERT} rewrite ^/(.*)$ http://a.example.org/$1 permanent; }`,
    ],
  },
  {
    rule: 'script-filename-under-alias',
    inside: 'http',
    bad: [
      'server { listen 80; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; location ~ ^/dav/(.+\\.php)$ { alias /srv/dav/$1; fastcgi_pass 127.0.0.1:9000; } }',
      'server { listen 80; location /dav { alias /srv/dav; location ~ ^/dav/(.+\\.php)$ { alias /srv/dav/$1; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; } } }',
    ],
    sane: [
      'server { listen 80; location ~ ^/dav/(.+\\.php)$ { alias /srv/dav/$1; fastcgi_param SCRIPT_FILENAME $request_filename; fastcgi_pass 127.0.0.1:9000; } }',
      'server { listen 80; location ~ ^/dav/(.+\\.php)$ { alias /srv/dav/$1; fastcgi_param SCRIPT_FILENAME /srv/dav/$1; fastcgi_pass 127.0.0.1:9000; } }',
    ],
  },
  {
    rule: 'setting-of-another-module',
    inside: 'http',
    bad: [
      'server { listen 80; root /srv; location / { try_files $uri /index.php; proxy_buffers 4 256k; } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; } }',
    ],
    sane: [
      'server { listen 80; root /srv; location / { try_files $uri @a; proxy_buffers 4 256k; } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; } location @a { proxy_pass http://127.0.0.1:8000; } }',
      'server { listen 80; root /srv; location / { proxy_buffers 4 256k; try_files $uri =404; } }',
    ],
  },
];
