/** Problems that people asked about in public, as whole sites, and what else stands in such places. */
import { http, server, stream, type Trial, tree } from '../trial.ts';

const TLS = 'ssl_certificate site.pem; ssl_certificate_key site.key;';
const ZONE = 'proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m; fastcgi_cache_path /var/cache/nginx/php keys_zone=php:10m;';
const APP = 'proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://127.0.0.1:8000;';
const cached = (location: string, listen = 'listen 80; listen 443 ssl;', more = '') =>
  http(`${ZONE} ${more} server { ${listen} server_name shop.example.com; ${TLS} location / { proxy_cache pages; ${location} } }`);
const gzip = (types: string, more = 'types { text/css css; application/javascript js; }') =>
  http(`${more} gzip on; gzip_types ${types}; server { root /srv/www; }`);
const second = (setting: string, more = 'return 444;', listen = 'listen 80;') =>
  http(`server { listen 80 default_server; ${more} } server { ${listen} server_name search.example.com; ${setting} root /srv/www; }`);

const HOST = 'proxy_set_header Host $http_host;';
const compose = (lines: string, services: string, listen = '80') =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { server { listen ${listen}; server_name shop.example.com; location / { ${lines} } } }\n#- compose.yaml\nservices:\n  web:\n    image: nginx:1.28\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n${services}`,
  );
const API = (lines: string) => `  api:\n    image: example.com/api:2\n${lines.replace(/^/gm, '    ')}\n`;
const published = (ports: string) => `    ports: ["${ports}"]\n${API('expose: ["3000"]')}`;
const group = (lines: string, servers = 'server api.example.net:443;', name = 'partner') =>
  http(`upstream ${name} { ${servers} } server { location / { proxy_pass https://${name}; ${lines} } }`);

const told = (location: string, listen = 'listen 8080;') =>
  http(
    `server { ${listen} server_name shop.example.com; ${location} location /app/ { proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; proxy_pass http://127.0.0.1:8000; } }`,
  );
const LOCKED = 'auth_basic staff; auth_basic_user_file staff;';
const BACK = 'proxy_pass http://127.0.0.1:8000';
const site = (lines: string) => http(`server { listen 80; server_name shop.example.com; root /srv/shop; ${lines} }`);

export const TRIALS: readonly Trial[] = [
  {
    rule: 'gzip-ineffective',
    bad: [
      gzip('text/css application/x-javascript application/json'),
      gzip('text/css text/x-javascript application/ecmascript'),
      http('types { application/javascript js mjs; } server { root /srv/www; gzip on; gzip_types application/x-javascript text/css; }'),
    ],
    sane: [
      gzip('text/css application/x-javascript application/javascript'),
      gzip('text/css application/x-javascript text/javascript'),
      gzip('text/css application/x-javascript', 'types { text/css css; application/x-javascript js; }'),
      gzip('text/css application/json', 'types { text/css css; }'),
      gzip('*'),
      http('gzip on; gzip_types text/css application/x-javascript; server { location / { proxy_pass http://127.0.0.1:8000; } }'),
    ],
  },
  {
    rule: 'setting-of-default-only',
    bad: [
      second('large_client_header_buffers 4 32k;'),
      second('large_client_header_buffers 8 32k;', 'large_client_header_buffers 4 16k; return 444;'),
    ],
    sane: [
      // how many lines there may be counts from Host on
      second('large_client_header_buffers 8 16k;', 'large_client_header_buffers 4 16k; return 444;'),
      second('large_client_header_buffers 4 8k;'),
      second('large_client_header_buffers 4 32k;', 'large_client_header_buffers 4 32k; return 444;'),
      second('large_client_header_buffers 4 32k;', 'return 444;', 'listen 8080;'),
      second(`large_client_header_buffers 4 32k; ${TLS}`, 'return 444;', 'listen 443 ssl;'),
      http(
        'large_client_header_buffers 4 32k; server { listen 80; root /srv/a; } server { listen 80; server_name b.example.com; root /srv/b; }',
      ),
    ],
  },
  {
    rule: 'cache-key-leaks',
    bad: [
      cached(`proxy_cache_key $host$request_uri; ${APP}`),
      cached(
        `proxy_cache_key "$request_method|$host|$request_uri"; proxy_set_header Host $host; proxy_set_header X-Forwarded-Ssl $https; proxy_pass http://127.0.0.1:8000;`,
      ),
      cached(
        'proxy_cache_key $host$request_uri; proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $proto; proxy_pass http://127.0.0.1:8000;',
        undefined,
        'map $https $proto { on https; default http; }',
      ),
      http(
        `${ZONE} proxy_cache_key $host$request_uri; server { listen 80; server_name shop.example.com; location / { proxy_cache pages; ${APP} } } server { listen 443 ssl; ${TLS} server_name shop.example.com; location / { proxy_cache pages; ${APP} } }`,
      ),
      http(
        `${ZONE} server { listen 80; listen 443 ssl; ${TLS} root /srv/www; location ~ \\.php$ { fastcgi_cache php; fastcgi_cache_key $request_method$host$request_uri; fastcgi_param HTTPS $https if_not_empty; fastcgi_pass unix:/run/php.sock; } }`,
      ),
      cached(`proxy_cache_key $scheme$host$request_uri; proxy_cache_convert_head off; ${APP}`),
      cached(`proxy_cache_convert_head off; ${APP}`, 'listen 80;'),
    ],
    sane: [
      cached(`proxy_cache_key $scheme$host$request_uri; ${APP}`),
      cached(`proxy_cache_key $https$host$request_uri; ${APP}`),
      cached(`proxy_cache_key $host:$server_port$request_uri; ${APP}`),
      cached(`proxy_cache_key $host$request_uri; ${APP}`, 'listen 443 ssl;'),
      cached(`proxy_cache_key $host$request_uri; ${APP}`, 'listen 80;'),
      cached(`proxy_cache_key $host$request_uri; if ($scheme = http) { return 301 https://$host$request_uri; } ${APP}`),
      cached(
        `proxy_cache_key $host$request_uri; ${APP}`,
        'listen 80; listen 443 ssl; if ($https = "") { return 301 https://$host$request_uri; }',
      ),
      cached('proxy_cache_key $host$request_uri; proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000;'),
      cached(
        'proxy_cache_key $host$request_uri; proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https; proxy_pass http://127.0.0.1:8000;',
      ),
      http(
        `${ZONE} proxy_cache_key $host$request_uri; server { listen 80; server_name shop.example.com; return 301 https://$host$request_uri; } server { listen 443 ssl; ${TLS} server_name shop.example.com; location / { proxy_cache pages; ${APP} } }`,
      ),
      http(
        `${ZONE} proxy_cache_key $host$request_uri; server { listen 80; server_name a.example.com; location / { proxy_cache pages; ${APP} } } server { listen 443 ssl; ${TLS} server_name b.example.com; location / { proxy_cache pages; ${APP} } }`,
      ),
      cached(`proxy_cache_key $scheme$request_method$host$request_uri; proxy_cache_convert_head off; ${APP}`),
      cached(`proxy_cache_key $scheme$host$request_uri; proxy_cache_convert_head on; ${APP}`),
      cached(
        `proxy_cache_key $scheme$host$request_uri; proxy_cache_convert_head off; proxy_no_cache $is_head; ${APP}`,
        undefined,
        'map $request_method $is_head { HEAD 1; default ""; }',
      ),
    ],
  },
  {
    rule: 'upstream-sni-missing',
    bad: [
      group('proxy_ssl_server_name on;'),
      group('proxy_ssl_server_name on;', 'server a.example.net:443; server b.example.net:443;'),
      group('proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem;'),
      http(
        'proxy_ssl_server_name on; upstream partner { server api.example.net:443; keepalive 8; } server { location /a/ { proxy_pass https://partner/; } }',
      ),
      http('upstream calls { server grpc.example.net:443; } server { location / { grpc_pass grpcs://calls; grpc_ssl_server_name on; } }'),
      stream('upstream db { server db.example.net:6432; } server { listen 6432; proxy_pass db; proxy_ssl on; proxy_ssl_server_name on; }'),
    ],
    sane: [
      group('proxy_ssl_server_name on; proxy_ssl_name api.example.net;'),
      group('proxy_ssl_server_name on; proxy_ssl_name $host;'),
      group('proxy_ssl_server_name on;', 'server 10.0.0.4:443; server 10.0.0.5:443;'),
      group('proxy_ssl_server_name on;', 'server api.example.net:443;', 'api.example.net'),
      group('proxy_ssl_server_name on;', 'server backend:8443;', 'backend'),
      group('proxy_set_header Host api.example.net;'),
      group('proxy_ssl_verify off;'),
      group('proxy_ssl_server_name on;', 'server 127.0.0.1:8443;'),
      http(
        'upstream partner { server api.example.net:80; } server { proxy_ssl_server_name on; location / { proxy_pass http://partner; } }',
      ),
    ],
  },
  {
    rule: 'socket-not-listened',
    bad: [
      compose('proxy_pass http://api:8000;', API('ports: ["8000:5000"]')),
      compose('proxy_pass http://api:8000/v1/;', API('ports: ["127.0.0.1:8000:5000"]\nexpose: ["5000"]')),
      compose('set $api api; resolver 127.0.0.11; proxy_pass http://$api:8000;', API('ports:\n  - target: 5000\n    published: 8000')),
    ],
    sane: [
      compose('proxy_pass http://api:5000;', API('ports: ["8000:5000"]')),
      compose('proxy_pass http://api:8000;', API('ports: ["8000:8000"]')),
      compose('proxy_pass http://api:8000;', API('ports: ["8000:5000"]\nexpose: ["8000"]')),
      compose('proxy_pass http://api:8000;', API('ports: ["8000:5000"]\nenvironment: { PORT: "8000" }')),
      compose('proxy_pass http://api:8000;', API('ports: ["8000:5000"]\ncommand: serve --admin 5000 --public :8000')),
      compose('proxy_pass http://api:8000;', API('ports: ["8000:5000"]\nnetwork_mode: host')),
      compose('proxy_pass http://host.docker.internal:8000;', API('ports: ["8000:5000"]')),
      compose('proxy_pass http://api:8000;', API('ports: ["8000:5000", "8001:8000"]')),
    ],
  },
  {
    rule: 'published-port-lost',
    bad: [
      compose(`${HOST} proxy_set_header X-Forwarded-Port $server_port; proxy_pass http://api:3000;`, published('80:8080'), '8080'),
      compose('proxy_set_header Host $host:$server_port; proxy_pass http://api:3000;', published('80:8080'), '8080'),
      compose(`${HOST} proxy_set_header X-Forwarded-Host $host:$server_port; proxy_pass http://api:3000;`, published('8088:80')),
    ],
    sane: [
      compose(`${HOST} proxy_set_header X-Forwarded-Port $server_port; proxy_pass http://api:3000;`, published('8080:8080'), '8080'),
      compose(`${HOST} proxy_set_header X-Forwarded-Port 80; proxy_pass http://api:3000;`, published('80:8080'), '8080'),
      compose(`${HOST} proxy_set_header X-Forwarded-Port $server_port; proxy_pass http://api:3000;`, API('expose: ["3000"]'), '8080'),
      compose(`${HOST} proxy_set_header X-Upstream-Port $server_port; proxy_pass http://api:3000;`, published('80:8080'), '8080'),
      compose(
        `${HOST} proxy_set_header X-Forwarded-Port $http_x_forwarded_port; proxy_pass http://api:3000;`,
        published('80:8080'),
        '8080',
      ),
      compose(
        `${HOST} proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; proxy_set_header X-Forwarded-Port $server_port; proxy_pass http://api:3000;`,
        published('80:8080'),
        '8080',
      ),
    ],
  },
  {
    rule: 'access-list-outranked',
    bad: [
      site(`location /private/ { ${LOCKED} rewrite ^/private/(.*) /files/$1 break; } location /files/ { expires 1h; }`),
      site(`location /private/ { ${LOCKED} rewrite ^/private/(.*) /files/$1 break; } location / { try_files $uri =404; }`),
      site(`location /private/ { ${LOCKED} alias /srv/shop/reports/; } location / { try_files $uri $uri/ =404; }`),
      site(`location /metrics { allow 10.0.0.0/8; deny all; ${BACK}/actuator/prometheus; } location / { ${BACK}; }`),
      site(`location /ops/ { ${LOCKED} rewrite ^/ops/(.*) /internal/$1 break; ${BACK}; } location / { ${BACK}; }`),
    ],
    sane: [
      site(`location /private/ { ${LOCKED} rewrite ^/private/(.*) /files/$1 break; } location /files/ { internal; }`),
      site(`location /private/ { ${LOCKED} rewrite ^/private/(.*) /files/$1 break; } location /files/ { ${LOCKED} }`),
      site(`location /private/ { ${LOCKED} alias /srv/reports/; } location / { try_files $uri =404; }`),
      site(`location /private/ { ${LOCKED} alias /srv/shop/public/; } location / { try_files $uri =404; }`),
      site(
        `location /metrics { allow 10.0.0.0/8; deny all; ${BACK}/actuator/prometheus; } location /actuator/ { return 404; } location / { ${BACK}; }`,
      ),
      site(`location /metrics { allow 10.0.0.0/8; deny all; proxy_pass http://127.0.0.1:9100/metrics2; } location / { ${BACK}; }`),
      site(
        `location /ops/ { ${LOCKED} proxy_set_header Host ops.example.com; ${BACK}/internal/; } location / { proxy_set_header Host $host; ${BACK}; }`,
      ),
      site(`location /ops/ { ${LOCKED} proxy_set_header X-Ops-Key 5ecre7; ${BACK}/internal/; } location / { ${BACK}; }`),
      site(`location /ops/ { ${LOCKED} rewrite ^ /index.html break; } location / { try_files $uri /index.html; }`),
      site(
        `location /admin/ { ${LOCKED} rewrite ^/admin(.*) /index.php$1 break; fastcgi_pass unix:/run/php.sock; fastcgi_param SCRIPT_FILENAME /srv/shop/index.php; fastcgi_param REQUEST_URI $request_uri; } location / { fastcgi_pass unix:/run/php.sock; fastcgi_param SCRIPT_FILENAME /srv/shop/index.php; fastcgi_param REQUEST_URI $request_uri; }`,
      ),
      site(`location = /status { allow 127.0.0.1; deny all; ${BACK}/; } location / { ${BACK}; }`),
    ],
  },
  {
    rule: 'sensitive-files-served',
    bad: [
      site('location / { if (!-f $request_filename) { proxy_pass http://unix:/srv/shop/run/app.sock; break; } }'),
      http(
        'server { location /static/ { alias /srv/shop/static/; } location / { root /srv/shop; if (!-f $request_filename) { proxy_pass http://127.0.0.1:8000; break; } } }',
      ),
    ],
    sane: [
      http(
        'server { root /srv/shop/public; location / { if (!-f $request_filename) { proxy_pass http://unix:/srv/shop/run/app.sock; break; } } }',
      ),
      site(
        'if ($uri ~ (^/|/)\\.|\\.(py|toml|txt)$) { return 404; } location / { if (!-f $request_filename) { proxy_pass http://unix:/srv/shop/run/app.sock; break; } }',
      ),
      site('location / { if ($http_x_maintenance) { break; } return 503; proxy_pass http://unix:/srv/shop/run/app.sock; }'),
    ],
  },
  {
    rule: 'comparison-constant',
    bad: [
      http('map $http_user_agent $robot { default 0; bingbot 1; }'),
      http('map $http_user_agent $robot { default 0; ~*googlebot 1; curl 1; }'),
      server('location / { if ($http_user_agent = "Googlebot") { return 403; } root /srv/www; }'),
      server('if ($http_user_agent != wget) { return 301 https://example.com/; }'),
      http('map $http_cookie $to { default 8000; "beta=1" 8001; }'),
      server('if ($http_cookie != "lang=de") { rewrite ^/$ /en/; }'),
    ],
    sane: [
      http('map $http_user_agent $robot { default 0; ~*googlebot 1; ~*bing 1; }'),
      http('map $http_user_agent $probe { default 0; health-check 1; "" 1; }'),
      server('if ($http_user_agent = "ELB-HealthChecker/2.0") { return 200; }'),
      server('if ($http_user_agent ~* wget) { return 403; }'),
      http('map $http_cookie $to { default 8000; ~beta=1 8001; "" 8002; }'),
      server('if ($http_cookie = "") { return 302 /login; }'),
      http('map $cookie_beta $to { default 8000; 1 8001; }'),
    ],
  },
  {
    rule: 'redirect-scheme-of-proxy',
    bad: [
      told('location = / { return 302 /start/; }'),
      told('location /old/ { rewrite ^/old/(.*) /new/$1 permanent; }'),
      http('set_real_ip_from 10.0.0.0/8; server { listen 8080; server_name shop.example.com; location = /a { return 301 /b; } }'),
    ],
    sane: [
      told('location = / { return 302 /start/; }', 'listen 8080; absolute_redirect off;'),
      told('location = / { return 302 /start/; }', 'listen 8080; port_in_redirect off;'),
      told('location = / { return 302 /start/; }', 'listen 80;'),
      told('location = / { return 302 https://$host/start/; }'),
      told(`location = / { return 302 /start/; }`, `listen 8443 ssl; ${TLS}`),
      http('server { listen 8080; server_name shop.example.com; location = / { return 302 /start/; } }'),
      told('location = / { return 404; }'),
    ],
  },
  {
    rule: 'sub-filter-type-missing',
    bad: [
      server('root /srv/www; location ~ \\.js$ { sub_filter a b; }'),
      server(`root /srv/www; location ~* \\.(?:css|js)$ { sub_filter_once off; sub_filter a b; sub_filter c d; }`),
      server(`location ~ \\.m3u8$ { sub_filter http:// https://; ${BACK}; }`),
      server(`location = /config.json { sub_filter a b; ${BACK}; }`),
      server(`location /feed.xml { sub_filter a b; sub_filter_types text/css; ${BACK}; }`),
      server('root /srv/www; sub_filter_types text/html; location ~ \\.svg$ { sub_filter a b; }'),
    ],
    sane: [
      server('root /srv/www; location ~ \\.js$ { sub_filter a b; sub_filter_types application/javascript; }'),
      server('root /srv/www; sub_filter_types *; location ~ \\.js$ { sub_filter a b; }'),
      server('root /srv/www; sub_filter_types text/javascript; location ~ \\.js$ { sub_filter a b; }'),
      server('root /srv/www; location ~ \\.(html|js)$ { sub_filter a b; }'),
      server('root /srv/www; location ~ \\.js$ { types { } default_type text/html; sub_filter a b; }'),
      server(`location /js/ { sub_filter a b; ${BACK}; }`),
      server('root /srv/www; sub_filter a b; location ~ \\.js$ { expires 1h; }'),
      server(`location ~ \\.php$ { sub_filter a b; ${BACK}; }`),
    ],
  },
  {
    rule: 'tilde-in-path',
    bad: [
      server('root ~/site;'),
      server('location /files/ { alias ~/files/; }'),
      server(`listen 443 ssl; ssl_certificate ~/tls/site.pem; ssl_certificate_key /etc/ssl/site.key;`),
      http('access_log ~/logs/access.log;'),
      http('upstream app { server unix:~deploy/run/app.sock; }'),
      server('location / { proxy_pass http://unix:~/run/app.sock; }'),
      http('proxy_cache_path ~/cache keys_zone=pages:10m;'),
    ],
    sane: [
      server('root /home/deploy/site;'),
      server('root /srv/~deploy/public_html;'),
      server('server_name ~^www\\d+\\.example\\.com$;'),
      server('location ~ ^/~(\\w+)/(.*)$ { alias /home/$1/public_html/$2; }'),
      http('access_log /var/log/nginx/access.log~old;'),
      server('root "{{ home }}/site";'),
      http('upstream app { server unix:/home/deploy/run/app.sock; }'),
    ],
  },
];
