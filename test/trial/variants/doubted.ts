/** What a sceptic's round over the older rules found: warnings that were false or did little harm, and faults that were written in another way. */
import { files, main as page, THREE } from '../projects.ts';
import { http, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const TLS = 'listen 443 ssl; server_name www.example.com; ssl_certificate a.pem; ssl_certificate_key a.key;';
const AUTH = 'auth_basic x; auth_basic_user_file /etc/nginx/users;';
const ASKED =
  'location = /auth { internal; proxy_pass http://127.0.0.1:9000; proxy_pass_request_body off; proxy_set_header Content-Length ""; }';
const PHP = 'include fastcgi_params; fastcgi_pass unix:/run/php.sock;';

/** nginx in a container, with the lines of its service and other services. */
const contained = (site: string, lines: string, others = '') =>
  files({
    'nginx.conf': page(site),
    'compose.yml': `services:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro", "./users:/etc/nginx/users"]\n${lines}${others}  web:\n    image: registry.example.com/web:1\n`,
  });
const TRAEFIK = '  traefik:\n    image: traefik:v3\n    ports: ["80:80", "443:443"]\n';
const STAFF = `server { listen 80; server_name _; ${AUTH} location / { proxy_pass http://web:8000; } }`;
const TRUSTING = (more: string) =>
  `set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For; ${more} server { listen 80; location / { proxy_pass http://web:8000; } }`;
const WATCHED = 'server { listen 80; root /usr/share/nginx/html; } server { listen 8081; location = /status { stub_status; } }';
const PROMETHEUS =
  'server { listen 80; root /usr/share/nginx/html; } server { listen 9000; server_name stats.example.com; location / { proxy_pass http://prometheus:9090; } }';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'access-rules-bypassed',
    bad: ['location /a { allow 10.0.0.0/8; deny all; return 302 https://wiki.example.net$request_uri; }'],
    sane: [],
    mild: [
      'location = /ping { allow 10.0.0.0/8; deny all; return 204; }',
      'location = /up { allow 127.0.0.1; deny all; return 200 ok; }',
      'location = /docs { allow 10.0.0.0/8; deny all; return 301 /docs/; }',
      http(`server { listen 80; server_name a.example.com; ${AUTH} return 301 https://$host$request_uri; }`),
    ],
  },
  {
    rule: 'access-by-raw-host',
    bad: [
      http(
        `server { listen 80; server_name admin.example.com shop.example.com; set $h $http_host; if ($h = "admin.example.com") { return 403; } location / { ${PASS} } }`,
      ),
    ],
    sane: [
      http(
        `server { listen 80; server_name admin.example.com shop.example.com; set $h $host; if ($h = "admin.example.com") { return 403; } location / { ${PASS} } }`,
      ),
    ],
  },
  {
    rule: 'auth-request-fails-open',
    bad: [`error_page 401 403 @open; location / { auth_request /auth; ${PASS} } location @open { ${PASS} } ${ASKED}`],
    sane: [
      `error_page 401 /login; location / { auth_request /auth; ${PASS} } location = /login { ${PASS} } ${ASKED}`,
      `location / { auth_request /auth; error_page 401 /login.html; root /srv/site; } location = /login.html { root /srv/site; } ${ASKED}`,
    ],
  },
  {
    rule: 'auth-request-value-early',
    bad: [`location / { auth_request /auth; auth_request_set $role $upstream_http_x_role; set $known $role; ${PASS} } ${ASKED}`],
    sane: [
      `location / { set $role ""; auth_request /auth; auth_request_set $role $upstream_http_x_role; proxy_set_header X-Role $role; ${PASS} } ${ASKED}`,
    ],
  },
  {
    rule: 'auth-request-value-unset',
    bad: [`location / { auth_request /auth; auth_request_set $user $http_x_user; proxy_set_header X-User $user; ${PASS} } ${ASKED}`],
    sane: [`location / { auth_request /auth; auth_request_set $trace $http_x_trace; add_header X-Trace $trace; ${PASS} } ${ASKED}`],
  },
  {
    rule: 'basic-auth-over-http',
    bad: [contained(STAFF, '    ports: ["80:80"]\n')],
    sane: [
      contained(STAFF, '    labels: ["traefik.http.routers.a.tls.certresolver=le"]\n', TRAEFIK),
      contained(STAFF, '    ports: ["127.0.0.1:8080:80"]\n'),
    ],
    mild: [http(`server { listen 80; server_name stats.lan; location / { ${AUTH} ${PASS} } }`)],
  },
  {
    rule: 'body-length-overwritten',
    bad: [`set $length $http_content_length; location / { proxy_set_header Content-Length $length; ${PASS} }`],
    // asked of nginx 1.22.1 with a body in chunks: it sends the length of the whole body
    sane: [`location / { proxy_set_header Content-Length $content_length; ${PASS} }`],
  },
  {
    rule: 'cache-without-key',
    inside: 'http',
    bad: ['uwsgi_cache_path /c keys_zone=c:1m; uwsgi_cache c; server { location / { uwsgi_pass 127.0.0.1:3031; } }'],
    sane: [],
  },
  {
    rule: 'client-pattern-loose',
    bad: ['set $ip $remote_addr; if ($ip ~ "10.0.0.1") { return 403; }'],
    sane: [
      'set $ip $http_host; if ($ip ~ "10.0.0.1") { return 403; }',
      'set $ip $remote_addr; if ($ip ~ "^10\\.0\\.0\\.1$") { return 403; }',
    ],
  },
  {
    rule: 'directory-listing',
    bad: [`location /exports/ { autoindex on; root /srv; } location / { ${PASS} }`],
    sane: [],
    mild: [`location /debian/ { autoindex on; root /srv/apt; } location / { ${PASS} }`],
  },
  {
    rule: 'forwarded-for-trusted',
    bad: [
      contained(TRUSTING(''), '    ports: ["80:80"]\n'),
      contained(TRUSTING('real_ip_recursive on;'), '    labels: ["traefik.enable=true"]\n', TRAEFIK),
    ],
    sane: [contained(TRUSTING(''), '    labels: ["traefik.enable=true"]\n', TRAEFIK)],
  },
  {
    rule: 'header-inheritance-lost',
    bad: [
      `add_header X-Frame-Options DENY; location / { add_header Content-Security-Policy "default-src 'self'"; ${PASS} }`,
      'add_header X-Content-Type-Options nosniff; location = /about.html { add_header Cache-Control public; root /srv; }',
      `include fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; location ~ \\.php$ { fastcgi_param HTTPS on; fastcgi_pass unix:/run/php.sock; }`,
    ],
    sane: [
      `add_header X-Frame-Options DENY; location /embed { add_header Content-Security-Policy "frame-ancestors https://shop.example.org"; ${PASS} }`,
    ],
    mild: [
      http('add_header X-Frame-Options DENY; server { listen 80; add_header X-Served-By a; return 301 https://$host$request_uri; }'),
      http('add_header X-Frame-Options DENY; server { listen 127.0.0.1:81; location / { add_header X-Served-By a; root /srv; } }'),
      'add_header X-Content-Type-Options nosniff; location = /robots.txt { add_header Cache-Control public; root /srv; }',
    ],
  },
  {
    rule: 'host-spoofing',
    inside: 'http',
    bad: [
      `map $http_x_forwarded_host $asked { default $http_x_forwarded_host; "" $host; } server { ${TLS} location / { proxy_set_header Host $asked; ${PASS} } }`,
    ],
    sane: [
      `set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; map $http_x_forwarded_host $asked { default $http_x_forwarded_host; "" $host; } server { listen 80; location / { proxy_set_header Host $asked; ${PASS} } }`,
    ],
  },
  {
    rule: 'http3-unreachable',
    inside: 'http',
    bad: [`http3 on; server { ${TLS} add_header Alt-Svc 'h3=":443"; ma=86400'; root /srv; }`],
    sane: [`http3 on; server { ${TLS} listen 443 quic reuseport; add_header Alt-Svc 'h3=":443"; ma=86400'; root /srv; }`],
  },
  {
    rule: 'internal-missing',
    bad: ['location /internal_files/ { alias /srv/files/; }', 'location ^~ /protected-media/ { alias /srv/media/; }'],
    sane: ['location /docs/internal-links/ { root /srv; }', 'location /img/private-label/ { root /srv; }'],
  },
  {
    rule: 'log-values-unescaped',
    inside: 'http',
    bad: [
      `map $http_user_agent $agent { default $http_user_agent; } log_format n escape=none '$remote_addr "$agent"'; access_log /var/log/n n;`,
    ],
    sane: [
      `map $http_user_agent $agent { default other; ~Firefox firefox; } log_format n escape=none '$remote_addr "$agent"'; access_log /var/log/n n;`,
    ],
  },
  {
    rule: 'plain-on-443',
    inside: 'http',
    bad: ['server { listen 443; server_name a.example.com; root /srv; }'],
    sane: ['server { listen 127.0.0.1:443; server_name a.example.com; root /srv; }'],
  },
  {
    rule: 'program-served-as-text',
    bad: [`root /srv; location ~ ^/shop/ { expires 1y; } location ~ \\.php$ { ${PHP} }`],
    sane: [],
    mild: [`root /srv; location ~ ^/(assets|static)/ { expires 1y; } location ~ \\.php$ { ${PHP} }`],
  },
  {
    rule: 'secret-in-config',
    inside: 'http',
    bad: [`map "" $key { default "sk-live-9f8a7b6c5d4e3f2a"; } server { location / { proxy_set_header X-Api-Key $key; ${PASS} } }`],
    sane: [`map $http_x_team $key { default ""; blue "env:BLUE_KEY"; } server { location / { proxy_set_header X-Api-Key $key; ${PASS} } }`],
  },
  {
    rule: 'secure-link-forgeable',
    bad: ['location /v/ { secure_link $arg_s,$arg_e; set $signed "$uri"; secure_link_md5 "$signed k3yk3y99"; root /srv; }'],
    sane: ['location /v/ { secure_link $arg_s,$arg_e; set $signed "$uri$arg_e"; secure_link_md5 "$signed k3yk3y99"; root /srv; }'],
  },
  {
    rule: 'security-header-without-effect',
    inside: 'http',
    bad: ['map $uri $framed { default "ALLOW-FROM https://a.example.org"; } server { add_header x-frame-options "$framed" always; }'],
    sane: ['map $uri $framed { default DENY; ~^/embed ""; } server { add_header X-Frame-Options $framed always; }'],
  },
  {
    rule: 'ssi-in-uploads',
    inside: 'http',
    bad: ['ssi on; server { root /srv; location ~ ^/files/(user_uploads|avatars)/ { expires 1d; } }'],
    sane: [],
  },
  {
    rule: 'status-page-exposed',
    bad: [contained(WATCHED, '    ports: ["80:80", "9000:8081"]\n')],
    sane: [contained(WATCHED, '    ports: ["80:80"]\n')],
  },
  {
    rule: 'admin-tool-exposed',
    bad: [contained(PROMETHEUS, '    ports: ["80:80", "9000:9000"]\n')],
    sane: [contained(PROMETHEUS, '    ports: ["80:80"]\n')],
  },
  {
    rule: 'sync-worker-unbuffered',
    bad: [
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { proxy_request_buffering OFF; location / { ${THREE} ${PASS} } } }\n#- Procfile\nweb: gunicorn --chdir app app:app -b 127.0.0.1:8000\n#- app/app.py\nfrom flask import Flask\napp = Flask(__name__)\n`,
      ),
    ],
    sane: [],
  },
];
