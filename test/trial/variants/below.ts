/** Programs of others below a path, and settings that only one end has. */
import { files, main as page } from '../projects.ts';
import type { Trial } from '../trial.ts';

/** nginx and another program in containers; the lines of its service. */
const beside = (service: string, site: string, more: Readonly<Record<string, string>> = {}) =>
  files({
    'nginx.conf': page(`server { listen 80; server_name a.example; ${site} }`),
    ...more,
    'compose.yaml': `services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  app:\n    ${service}\n`,
  });

const GRAFANA = (lines: string) => `image: grafana/grafana:11.0.0\n    environment: { ${lines} }`;

const ORIGIN = 'add_header Access-Control-Allow-Origin https://a.example always;';

/** A program of Express with the package cors. */
const START = (line: string) =>
  `import express from 'express';\nimport cors from 'cors';\nconst app = express();\n${line}\napp.listen(process.env.PORT || 3000);\n`;
const express = (line: string, lines: string) =>
  files({
    'nginx.conf': page(`server { listen 80; location / { ${lines} proxy_pass http://127.0.0.1:3000; } }`),
    'app/index.js': START(line),
  });

/** nginx and certbot, which share a folder as /var/www/acme. */
const certbot = (command: string, lines: string) =>
  files({
    'nginx.conf': page(`server { listen 80; server_name a.example; ${lines} }`),
    'compose.yaml': `services:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro", "./acme:/var/www/acme:ro"]\n  certbot:\n    image: certbot/certbot:latest\n    volumes: ["./acme:/var/www/acme"]\n    command: ${command}\n`,
  });

export const TRIALS: readonly Trial[] = [
  {
    rule: 'base-path-mismatch',
    bad: [
      beside(
        GRAFANA('GF_SERVER_ROOT_URL: "%(protocol)s://%(domain)s/mon/", GF_SERVER_SERVE_FROM_SUB_PATH: "true"'),
        'location /mon/ { rewrite ^/mon/(.*)$ /$1 break; proxy_pass http://app:3000; }',
      ),
      beside(GRAFANA('GF_SERVER_ROOT_URL: "http://a.example/mon/"'), 'location /mon/ { proxy_pass http://app:3000; }'),
      beside(
        'image: quay.io/keycloak/keycloak:25.0\n    command: ["start", "--http-relative-path=/id"]',
        'location /id/ { proxy_pass http://app:8080/; }',
      ),
      beside(
        'image: prom/prometheus\n    command: --web.external-url=https://a.example/prom',
        'location /prom/ { proxy_pass http://app:9090/; }',
      ),
      beside('image: jenkins/jenkins:lts-jdk17', 'location /jenkins { proxy_pass http://app:8080; }'),
      beside(
        'image: vaultwarden/server:1.30\n    environment: ["DOMAIN=https://a.example/vault"]',
        'location /vault/ { proxy_pass http://app:80/; }',
      ),
      beside('image: phpmyadmin:5', 'location /phpmyadmin/ { proxy_pass http://app; }'),
      beside('image: dpage/pgadmin4', 'location /pgadmin4/ { proxy_pass http://app:80/; }'),
    ],
    sane: [
      beside(
        GRAFANA('GF_SERVER_ROOT_URL: "http://a.example/mon/", GF_SERVER_SERVE_FROM_SUB_PATH: "true"'),
        'location /mon/ { proxy_pass http://app:3000; }',
      ),
      beside(GRAFANA('GF_SERVER_ROOT_URL: "${URL}"'), 'location /mon/ { proxy_pass http://app:3000; }'),
      beside('image: grafana/grafana\n    env_file: mon.env', 'location /grafana/ { proxy_pass http://app:3000/; }'),
      beside(
        'image: grafana/grafana\n    volumes: ["./grafana.ini:/etc/grafana/grafana.ini"]',
        'location /grafana/ { proxy_pass http://app:3000/; }',
      ),
      beside(GRAFANA('GF_LOG_LEVEL: info'), 'location / { proxy_pass http://app:3000; }'),
      beside(
        GRAFANA('GF_LOG_LEVEL: info'),
        'location /api/live/ { proxy_pass http://app:3000; } location / { proxy_pass http://app:3000; }',
      ),
      beside('image: dpage/pgadmin4', 'location /pgadmin4/ { proxy_set_header X-Script-Name /pgadmin4; proxy_pass http://app:80/; }'),
      beside('image: quay.io/keycloak/keycloak:15.0.2', 'location /auth/ { proxy_pass http://app:8080; }'),
      beside(
        'image: prom/prometheus\n    command: ["--web.external-url=https://a.example/prom", "--web.route-prefix=/"]',
        'location /prom/ { proxy_pass http://app:9090/; }',
      ),
      beside('image: registry:2', 'location /v2/ { proxy_pass http://app:5000; }'),
    ],
  },
  {
    rule: 'backslash-before-variable',
    inside: 'server',
    bad: [
      'root /srv/\\$host/www;',
      'location / { root /srv; try_files \\$uri =404; }',
      'location / { add_header X-A "a \\${hostname}" always; return 204; }',
      'set $site \\$host; location / { proxy_set_header X-Site $site; proxy_pass http://127.0.0.1:8000; }',
      'access_log /var/log/nginx/\\$server_name.log;',
      'location /files/ { alias /srv/\\$host/; }',
      'location / { root /srv; try_files $uri \\$uri/index.html =404; }',
    ],
    sane: [
      'root /srv/$host/www;',
      'location / { root /srv; try_files $uri =404; }',
      'location / { add_header X-Sum "5 \\ 2" always; return 204; }',
      'location ~ \\.php\\$ { return 404; }',
      'rewrite ^/cost\\$usd$ /cost permanent;',
      'if ($arg_x ~ "\\$admin") { return 403; }',
      'location / { add_header X-Path "C:\\dir" always; return 204; }',
    ],
  },
  {
    rule: 'stray-quote',
    inside: 'server',
    bad: [
      'root /srv/www";',
      "root /srv/www';",
      'location /a/ { alias /srv/a/"; }',
      'server_name a.example";',
      'location / { proxy_pass http://127.0.0.1:8000"; }',
      'index index.html index.php";',
      "access_log /var/log/nginx/a.log';",
    ],
    sane: [
      'root "/srv/www";',
      "root '/srv/www';",
      'server_name ~^a"b"$;',
      'location / { add_header X-A a"; return 204; }',
      'root /srv/"www";',
      'location / { proxy_pass "http://127.0.0.1:8000"; }',
      'index "index.html" index.php;',
    ],
  },
  {
    rule: 'sendfile-on-shared-folder',
    inside: 'http',
    bad: [
      'sendfile on; server { listen 80; root /vagrant; }',
      'server { listen 80; sendfile on; root /vagrant/public/; }',
      'sendfile on; server { listen 80; location /static/ { alias /vagrant/static/; } }',
      'sendfile off; server { listen 80; location / { sendfile on; root "/vagrant/www"; } }',
      'sendfile on; root /vagrant/www; server { listen 80; }',
      'sendfile on; server { listen 80; root /vagrant/$host; }',
    ],
    sane: [
      'sendfile off; server { listen 80; root /vagrant; }',
      'server { listen 80; root /vagrant/public; }',
      'sendfile on; server { listen 80; root /var/www; }',
      'sendfile on; server { listen 80; root /home/vagrant/www; }',
      'sendfile on; server { listen 80; root /vagrants/a; }',
      'sendfile on; server { listen 80; location / { sendfile off; root /vagrant/www; } }',
    ],
  },
  {
    rule: 'error-page-ineffective',
    inside: 'server',
    bad: [
      'if (-f /srv/off) { return 503; } location / { error_page 503 /off.html; proxy_pass http://127.0.0.1:8000; }',
      'set $off 1; if ($off) { return 503; } location /app/ { error_page 503 @off; proxy_pass http://127.0.0.1:8000; } location @off { root /srv; }',
      'return 503; location / { error_page 503 /off.html; root /srv; }',
    ],
    sane: [
      'error_page 503 /off.html; if (-f /srv/off) { return 503; } location / { proxy_pass http://127.0.0.1:8000; }',
      'location / { error_page 503 /off.html; if (-f /srv/off) { return 503; } proxy_pass http://127.0.0.1:8000; }',
      'if ($request_method = TRACE) { return 405; } location / { error_page 503 /off.html; proxy_pass http://127.0.0.1:8000; }',
      'if (-f /srv/off) { return 503; } location / { error_page 503 /off.html; proxy_intercept_errors on; proxy_pass http://127.0.0.1:8000; }',
    ],
  },
  {
    rule: 'cors-headers-twice',
    bad: [
      express('app.use(cors());', ORIGIN),
      express("app.use(cors({ origin: 'https://a.example' }));", ORIGIN),
      express("app.use(cors({\n  origin: ['https://a.example', 'https://b.example'],\n}));", `${ORIGIN} proxy_set_header Host $host;`),
      beside('build: ./app', `location / { ${ORIGIN} proxy_pass http://app:3000; }`, { 'app/server.js': START('app.use(cors());') }),
    ],
    sane: [
      express('app.use(cors());', ''),
      express('app.use(cors());', `${ORIGIN} proxy_hide_header Access-Control-Allow-Origin;`),
      express("if (process.env.NODE_ENV !== 'production') {\n  app.use(cors());\n}", ORIGIN),
      express('app.use(cors({ origin: false }));', ORIGIN),
      express('// app.use(cors());', ORIGIN),
      express("app.get('/open', cors(), (req, res) => res.json({}));", ORIGIN),
      express('process.env.DEV && app.use(cors());', ORIGIN),
    ],
  },
  {
    rule: 'acme-challenge-elsewhere',
    bad: [
      certbot('certonly --webroot -w /srv/acme -d a.example', 'location /.well-known/acme-challenge/ { root /var/www/acme; }'),
      certbot(
        'certonly --webroot --webroot-path=/var/www/html -d a.example',
        'location /.well-known/acme-challenge/ { root /var/www/acme; }',
      ),
      certbot('["certonly", "--webroot", "-w", "/var/www/acme/x", "-d", "a.example"]', 'location ^~ /.well-known/ { root /var/www/acme; }'),
      certbot('certonly --webroot -w /var/www/acme -d a.example', 'location /.well-known/acme-challenge/ { alias /var/www/acme/; }'),
      certbot('certonly --webroot -w /var/www/acme -d a.example', 'root /usr/share/nginx/html;'),
      certbot('certonly --webroot --webroot-path /data -d a.example', 'location / { root /var/www/acme; }'),
    ],
    sane: [
      certbot('certonly --webroot -w /var/www/acme -d a.example', 'location /.well-known/acme-challenge/ { root /var/www/acme; }'),
      certbot(
        'certonly --webroot -w /var/www/acme/ -d a.example',
        'location /.well-known/acme-challenge/ { alias /var/www/acme/.well-known/acme-challenge/; }',
      ),
      certbot('certonly --standalone -d a.example', 'location /.well-known/acme-challenge/ { root /srv; }'),
      certbot('renew', 'location /.well-known/acme-challenge/ { root /srv; }'),
      certbot('certonly --webroot -w $WEBROOT -d a.example', 'location /.well-known/acme-challenge/ { root /srv; }'),
      certbot(
        'certonly --webroot -w /srv/acme -d a.example',
        'location /.well-known/acme-challenge/ { proxy_pass http://127.0.0.1:8080; }',
      ),
      certbot(
        'certonly --webroot -w /var/www/acme -d a.example',
        'root /var/www/acme; location / { return 301 https://$host$request_uri; } location /.well-known/ { }',
      ),
    ],
  },
];
