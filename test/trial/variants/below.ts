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

/** nginx in a container that listens on 8080, with the ports that are published. */
const ports = (published: string, lines: string) =>
  files({
    'nginx.conf': page(`server { listen 8080; server_name a.example; absolute_redirect off; ${lines} }`),
    'compose.yaml': `services:\n  nginx:\n    image: nginx:1.28\n    ports: ${published}\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n`,
  });

/** nginx in a container, with lines of its service, that asks a name server for a host. */
const hosts = (lines: string, resolver: string, host: string) =>
  files({
    'nginx.conf': page(`server { listen 80; resolver ${resolver}; location / { set $to ${host}; proxy_pass http://$to:8000; } }`),
    'compose.yaml': `services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n    ${lines}\n`,
  });

const GUNICORN = (socket: string) => `/srv/bin/gunicorn --bind unix:/run/${socket}.sock shop.wsgi:application`;

/** A unit of systemd that runs an application, and files that add to it. */
const unit = (more: Readonly<Record<string, string>>) =>
  files({
    'nginx.conf': page('server { listen 80; location / { proxy_pass http://unix:/run/app.sock; } }'),
    'deploy/app.service': `[Service]\nWorkingDirectory=/srv\nExecStart=${GUNICORN('app')}\n`,
    ...more,
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
      beside(GRAFANA('GF_SERVER_ROOT_URL__FILE: /run/secrets/url'), 'location /grafana/ { proxy_pass http://app:3000/; }'),
      beside(
        'image: grafana/grafana:11.0.0\n    command: ["cfg:server.root_url=http://a.example/grafana/"]',
        'location /grafana/ { proxy_pass http://app:3000/; }',
      ),
      beside(
        'image: grafana/grafana:11.0.0\n    command: ["--config=/own/mon.ini"]\n    volumes: ["./mon.ini:/own/mon.ini"]',
        'location /grafana/ { proxy_pass http://app:3000/; }',
      ),
      beside(
        'image: bitnami/sonarqube:10\n    environment: { SONARQUBE_WEB_CONTEXT: /sonar }',
        'location /sonar/ { proxy_pass http://app:9000; }',
      ),
      beside('image: sonarqube:10\n    command: -Dsonar.web.context=/sonar', 'location /sonar/ { proxy_pass http://app:9000; }'),
      beside(
        'image: prom/prometheus:v1.8.2\n    command: -web.external-url=/prometheus',
        'location /prometheus/ { proxy_pass http://app:9090; }',
      ),
      beside('image: prom/prometheus\n    entrypoint: ["/start"]', 'location /prometheus/ { proxy_pass http://app:9090; }'),
      beside(
        'image: prom/prometheus\n    entrypoint: ["/bin/sh", "-ec", "exec prometheus --web.external-url=/prometheus"]',
        'location /prometheus/ { proxy_pass http://app:9090; }',
      ),
      beside(
        'image: gitea/gitea:1.21',
        'location / { proxy_pass http://app:3000; } location /git/ { client_max_body_size 0; proxy_pass http://app:3000; }',
      ),
      beside('image: vaultwarden/server:1.30\n    volumes: ["./vault:/data"]', 'location /vault/ { proxy_pass http://app:80; }'),
      beside(
        'image: portainer/portainer-ce:2.19\n    command: --base-url /portainer',
        'location /portainer/ { proxy_pass http://app:9000/; }',
      ),
      beside(
        'image: quay.io/keycloak/keycloak:25.0\n    command: ["start", "--config-file=/own/id.conf"]\n    volumes: ["./id.conf:/own/id.conf"]',
        'location /auth/ { proxy_pass http://app:8080; }',
      ),
      beside(
        'image: docker.elastic.co/kibana/kibana:8.13.0\n    environment: ["server.basePath=/kibana", "server.rewriteBasePath=true"]',
        'location /kibana/ { proxy_pass http://app:5601; }',
      ),
      beside('image: grafana/grafana:11.0.0', 'location /grafana/ { proxy_pass http://app:3000/; }', {
        'compose.prod.yaml': 'services:\n  app:\n    environment: { GF_SERVER_ROOT_URL: "http://a.example/grafana/" }\n',
      }),
      files({
        'nginx.conf': page('server { listen 80; location /grafana/ { proxy_pass http://127.0.0.1:3000/; } }'),
        'compose.yaml': 'services:\n  app:\n    image: grafana/grafana:11.0.0\n    ports: ["3000:3000"]\n',
        'compose.prod.yaml':
          'services:\n  app:\n    image: grafana/grafana:11.0.0\n    ports: ["3000:3000"]\n    environment: { GF_SERVER_ROOT_URL: "http://a.example/grafana/" }\n',
      }),
      beside(
        'image: quay.io/keycloak/keycloak:25.0\n    environment: { KC_HTTP_RELATIVE_PATH: /auth, KC_HTTP_MANAGEMENT_RELATIVE_PATH: / }',
        'location /auth/metrics/ { proxy_pass http://app:9000/; } location /auth/ { proxy_pass http://app:8080; }',
      ),
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
      files({ 'templates/nginx.conf.template': page('server { listen 80; root /srv; location / { try_files \\$uri =404; } }') }),
    ],
    sane: [
      'root /srv/$host/www;',
      'location / { root /srv; try_files $uri =404; }',
      'location / { add_header X-Sum "5 \\ 2" always; return 204; }',
      'location ~ \\.php\\$ { return 404; }',
      'rewrite ^/cost\\$usd$ /cost permanent;',
      'if ($arg_x ~ "\\$admin") { return 403; }',
      'location / { add_header X-Path "C:\\dir" always; return 204; }',
      // a shell takes it away
      files({ 'nginx.conf.tpl': page('server { listen 80; root /srv; location / { try_files \\$uri =404; } }') }),
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
      'sendfile on; server { listen 80; location / { root /vagrant/www; include /etc/nginx/unseen/*.conf; } }',
      'sendfile on; server { listen 80; include /etc/nginx/unseen/*.conf; root /vagrant/www; }',
      'sendfile on; root /vagrant/www; server { listen 80; sendfile off; }',
      'sendfile on; server { listen 80; root /vagrant/www; location / { sendfile off; } }',
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
      'proxy_intercept_errors on; if (-f /srv/off) { return 503; } location / { error_page 503 /off.html; proxy_pass http://127.0.0.1:8000; }',
      'if (-f /srv/off) { return 503; } location / { error_page 503 /off.html; include /etc/nginx/unseen/*.conf; proxy_pass http://127.0.0.1:8000; }',
      'if (-f /srv/off) { return 503; } location / { error_page 503 /off.html; content_by_lua_block { ngx.exit(503) } }',
      'if (-f /srv/off) { return 503; } access_by_lua_block { ngx.exit(503) } location / { error_page 503 /off.html; proxy_pass http://127.0.0.1:8000; }',
      'if (-f /srv/off) { return 503; } location / { error_page 503 /off.html; js_content main.serve; }',
      'if (-f /srv/off) { return 503; } location / { error_page 503 /off.html; modsecurity on; proxy_pass http://127.0.0.1:8000; }',
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
      express("const api = express.Router();\napi.use(cors());\napp.use('/api', api);", ORIGIN),
      express('if (process.env.DEV) {\n  ready(() => {\n    app.use(cors());\n  });\n}', ORIGIN),
      express('process.env.DEV &&\n  app.use(cors());', ORIGIN),
      express("console.log('app.use(cors());');", ORIGIN),
      express('app.use(cors({ origin: true }));', `${ORIGIN} proxy_set_header Origin "";`),
      files({
        'nginx.conf': page(
          "map $upstream_http_access_control_allow_origin $allowed { '' '*'; } server { listen 80; location / { add_header Access-Control-Allow-Origin $allowed; proxy_pass http://127.0.0.1:3000; } }",
        ),
        'app/index.js': START('app.use(cors());'),
      }),
      files({
        'nginx.conf': page(`server { listen 80; location / { ${ORIGIN} proxy_pass http://127.0.0.1:3000; } }`),
        'app/index.js': START('app.use(cors());'),
        'pages/server.js': "const server = require('http').createServer();\nserver.listen(3000);\n",
      }),
      beside('build: { context: ., dockerfile: web/Dockerfile }', `location / { ${ORIGIN} proxy_pass http://app:8000; }`, {
        'mock/index.js': START('app.use(cors());'),
      }),
      express("const api = express();\napi.use(cors());\napp.use('/api', api);", ORIGIN),
      express('function open(router) {\n  router.use(cors());\n}', ORIGIN),
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
      certbot('certonly --webroot -w /srv/acme --domains=www.a.example,a.example', 'location /.well-known/ { root /var/www/acme; }'),
      certbot(
        'certonly --webroot -w /srv/acme -d c.example',
        'return 444; } server { listen 80 default_server; server_name _; location /.well-known/acme-challenge/ { root /var/www/acme; }',
      ),
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
      certbot(
        'certonly --webroot -w /var/www/acme -d a.example',
        'root /var/www/acme; } server { listen 80; server_name inner.example; root /srv/inner;',
      ),
      certbot(
        'certonly --webroot -w /var/www/acme -d a.example',
        'root /var/www/acme; } server { listen 80 default_server; root /usr/share/nginx/html;',
      ),
      certbot(
        'certonly --webroot -w /var/www/acme -d a.example',
        'root /var/www/acme; } server { listen 80; server_name b.example; location /.well-known/acme-challenge/ { root /srv/other; }',
      ),
      certbot(
        'certonly --webroot -w /var/www/acme -d a.example',
        'root /srv; error_page 404 = @acme; location @acme { root /var/www/acme; }',
      ),
      certbot('certonly --webroot -w /srv/acme -d a.example', 'root /srv; include /etc/nginx/unseen/*.conf;'),
    ],
  },
  {
    rule: 'redirect-port-unpublished',
    bad: [
      ports('["80:8080"]', 'location = /old { return 301 $scheme://$host:$server_port/new; }'),
      ports('["127.0.0.1:9000:8080"]', 'location /old/ { rewrite ^/old/(.*)$ http://$host:$server_port/$1 permanent; }'),
    ],
    sane: [
      ports('["8080:8080"]', 'location = /old { return 301 $scheme://$host:$server_port/new; }'),
      ports('["80:8080", "8080:8080"]', 'location = /old { return 301 $scheme://$host:$server_port/new; }'),
      ports('["80:8080"]', 'location = /old { return 301 $scheme://$http_host/new; }'),
      ports('[]', 'location = /old { return 301 $scheme://$host:$server_port/new; }'),
      ports('["${PORT}:8080"]', 'location = /old { return 301 $scheme://$host:$server_port/new; }'),
    ],
  },
  {
    rule: 'service-name-unresolved',
    bad: [
      hosts('extra_hosts: ["old.internal:10.1.2.3"]', '127.0.0.11', 'old.internal'),
      hosts('extra_hosts: { store: 10.1.2.3 }', '127.0.0.11 valid=10s', 'store'),
    ],
    sane: [
      hosts('extra_hosts: ["host.docker.internal:host-gateway"]', '127.0.0.11', 'host.docker.internal'),
      hosts('extra_hosts: ["api.example.com:10.1.2.3"]', '127.0.0.11', 'api.example.com'),
      hosts('extra_hosts: ["old.internal:10.1.2.3"]', '10.0.0.53', 'old.internal'),
      hosts('extra_hosts: ["old.internal:10.1.2.3"]\n    dns: 10.0.0.53', '127.0.0.11', 'old.internal'),
      hosts('external_links: ["first:store"]', '127.0.0.11', 'store'),
      hosts('extra_hosts: ["old.internal:10.1.2.3"]', '127.0.0.11 10.0.0.53', 'old.internal'),
    ],
  },
  {
    rule: 'real-ip-ineffective',
    inside: 'stream',
    bad: [
      'server { listen 5432 proxy_protocol; proxy_protocol on; proxy_pass 192.0.2.9:5432; }',
      'proxy_protocol on; server { listen 5432 proxy_protocol; proxy_pass 192.0.2.9:5432; }',
    ],
    sane: [
      'server { listen 5432; proxy_protocol on; proxy_pass 192.0.2.9:5432; }',
      'server { listen 5432 proxy_protocol; proxy_protocol on; include /etc/nginx/unseen/*.conf; proxy_pass 192.0.2.9:5432; }',
      'include /etc/nginx/unseen/*.conf; server { listen 5432 proxy_protocol; proxy_protocol on; proxy_pass 192.0.2.9:5432; }',
      'set_real_ip_from 10.0.0.0/8; server { listen 5432 proxy_protocol; proxy_protocol on; proxy_pass 192.0.2.9:5432; }',
      'server { listen 5432 proxy_protocol; proxy_protocol off; proxy_pass 192.0.2.9:5432; }',
    ],
  },
  {
    rule: 'socket-not-listened',
    bad: [unit({ 'deploy/app.service.d/bind.conf': `[Service]\nExecStart=\nExecStart=${GUNICORN('other')}\n` })],
    sane: [
      unit({}),
      unit({ 'deploy/app.service.d/more.conf': '[Service]\nEnvironment=A=b\n' }),
      unit({ 'hosts/app.service.d/bind.conf': `[Service]\nExecStart=\nExecStart=${GUNICORN('app')} --workers 4\n` }),
      // of two machines, each with its own
      unit({
        'live/app.service.d/bind.conf': `[Service]\nExecStart=\nExecStart=${GUNICORN('app')} --workers 4\n`,
        'test/app.service.d/bind.conf': `[Service]\nExecStart=\nExecStart=${GUNICORN('other')}\n`,
      }),
    ],
  },
  {
    rule: 'invalid-value',
    inside: 'server',
    bad: ['resolver $dns valid=10s;', 'set $dns 10.0.0.53; resolver ${dns};'],
    sane: [
      'resolver 10.0.0.53 valid=10s;',
      'resolver dns.example.com;',
      'resolver [2001:db8::53] ipv6=off;',
      files({ 'nginx.conf.template': page('server { listen 80; resolver ${name_server}; }') }),
      files({ 'nginx.conf.tftpl': page('server { listen 80; resolver $name_server valid=10s; }') }),
    ],
  },
];
