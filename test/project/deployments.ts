/**
 * More deployed projects, each with the tool that brings its nginx configuration to its place, and with files of other programs in the folders beside it. They
 * are sound; `as` says where each file must be said to live.
 */
import type { Layout } from './layouts.ts';

export interface Deployed extends Layout {
  /** by file: the path on the server and what is around it */
  readonly as: Readonly<Record<string, string>>;
}

const HEADERS = `proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;`;
const site = (name: string, to: string, listen = '80'): string => `server {
    listen ${listen};
    server_name ${name};
    client_max_body_size 8m;
    location / {
        ${HEADERS}
        proxy_pass http://${to};
    }
}
`;
const MAIN = (include: string): string => `user www-data;
worker_processes auto;
events { worker_connections 1024; }
http {
    include mime.types;
    server_tokens off;
    include ${include};
}
`;
const indented = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by));

/** Files of other programs as they lie about in a folder of nginx. */
const OTHERS: Readonly<Record<string, string>> = {
  'php-fpm.conf': '[www]\nuser = www-data\nlisten = /run/php/php.sock\npm = dynamic\n',
  'redis.conf': 'bind 127.0.0.1\nprotected-mode yes\nsave 900 1\n',
  'supervisord.conf': '[supervisord]\nnodaemon=true\n[program:nginx]\ncommand=nginx -g "daemon off;"\n',
  'httpd.conf': '<VirtualHost *:80>\n  ServerName a.example.com\n  ProxyPass / http://127.0.0.1:8000/\n</VirtualHost>\n',
  'haproxy.cfg': 'frontend web\n  bind *:80\n  default_backend app\nbackend app\n  server app1 10.0.0.1:80 check\n',
  Caddyfile: 'example.com {\n  reverse_proxy app:8000\n}\n',
  'main.cf': 'myhostname = mail.example.com\nsmtpd_banner = $myhostname ESMTP\n',
  'jail.local': '[nginx-http-auth]\nenabled = true\nport = http,https\n',
  'envoy.yaml': 'static_resources:\n  listeners:\n    - name: a\n      address: { socket_address: { address: 0.0.0.0, port_value: 80 } }\n',
  'default.vcl': 'vcl 4.1;\nbackend default {\n  .host = "app";\n  .port = "8000";\n}\nsub vcl_recv {\n  return (pass);\n}\n',
  'traefik.toml': '[entryPoints]\n  [entryPoints.web]\n    address = ":80"\n',
  'lb.tf': 'resource "aws_lb" "web" {\n  name = "web"\n}\n',
  'api.proto': 'syntax = "proto3";\nservice Shop {\n  rpc Get (Request) returns (Reply);\n}\n',
  'site.scss': '$c: red;\nserver {\n  color: $c;\n}\n.location { root: 1px; }\n',
  'server.js': 'const server = { listen: 80 };\nhttp.createServer((a) => { return 1; }).listen(80);\n',
  'named.conf':
    'options {\n  directory "/var/cache/bind";\n  allow-query { any; };\n};\nzone "example.com" {\n  type master;\n  file "db";\n};\n',
  'dhcpd.conf': 'option domain-name "example.org";\nsubnet 10.0.0.0 netmask 255.0.0.0 {\n  range 10.0.0.9 10.0.0.99;\n}\n',
  'keepalived.conf': 'vrrp_instance VI_1 {\n  state MASTER\n  interface eth0\n  virtual_ipaddress {\n    10.0.0.9\n  }\n}\n',
  'logstash.conf': 'input {\n  beats { port => 5044 }\n}\noutput {\n  elasticsearch { hosts => ["e:9200"] }\n}\n',
  'application.conf': 'akka {\n  http.server {\n    idle-timeout = 60 s\n  }\n}\n',
  'dovecot.conf': 'protocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 143\n  }\n}\n',
  'module.rs': 'http_request_handler!(access, |request: &mut Request| {\n  return Status::NGX_OK;\n});\n',
  'rsyslog.conf': 'module(load="imuxsock")\nif $programname == "nginx" then {\n  action(type="omfile" file="/var/log/n.log")\n  stop\n}\n',
  'monit.conf': 'check process nginx with pidfile /run/nginx.pid\n  start program = "/usr/sbin/nginx"\n',
  'logrotate.conf': '/var/log/nginx/*.log {\n  daily\n  rotate 7\n  sharedscripts\n}\n',
  'vector.conf': 'sources {\n  logs = "file"\n}\n',
  'mosquitto.conf': 'listener 1883\nallow_anonymous false\n',
  'squid.conf': 'http_port 3128\nacl local src 10.0.0.0/8\nhttp_access allow local\n',
  'unbound.conf': 'server:\n  interface: 0.0.0.0\n  access-control: 10.0.0.0/8 allow\n',
  'ntpd.conf': 'server 0.pool.ntp.org iburst\nrestrict default nomodify\n',
  'slapd.conf': 'include /etc/ldap/schema/core.schema\npidfile /run/slapd.pid\n',
  'bird.conf': 'router id 10.0.0.1;\nprotocol kernel {\n  persist;\n  export all;\n}\n',
  'strongswan.conf': 'charon {\n  plugins {\n    attr {\n      dns = 8.8.8.8\n    }\n  }\n}\n',
  'collectd.conf': 'LoadPlugin nginx\n<Plugin "nginx">\n  URL "http://localhost/status"\n</Plugin>\n',
};
const below = (folder: string, files: Readonly<Record<string, string>> = OTHERS): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

const STOCK = (of: string): string => `within the nginx.conf of ${of}`;

export const DEPLOYMENTS: readonly Deployed[] = [
  {
    name: 'Django: compose with a file of a config, and every other program beside it',
    nginx: ['nginx/site.conf'],
    as: { 'nginx/site.conf': `/etc/nginx/conf.d/default.conf ${STOCK('nginx:1.29.4')}` },
    files: {
      ...below('nginx'),
      'manage.py': 'import os\n',
      'nginx/site.conf': site('shop.example.com', 'web:8000'),
      'compose.yaml':
        'services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi -b 0.0.0.0:8000 --forwarded-allow-ips=*\n  edge:\n    image: nginx:1.29.4\n    configs:\n      - source: site\n        target: /etc/nginx/conf.d/default.conf\nconfigs:\n  site:\n    file: ./nginx/site.conf\n',
    },
  },
  {
    name: 'Flask: a template that the image fills in, in a folder with other templates',
    nginx: ['proxy/templates/default.conf.template'],
    as: { 'proxy/templates/default.conf.template': `/etc/nginx/conf.d/default.conf ${STOCK('nginx:1.29-alpine')}` },
    files: {
      ...below('proxy'),
      'proxy/templates/mail.txt.template': 'Dear ${NAME},\nyour order is ready.\n',
      'proxy/templates/default.conf.template': site('${DOMAIN}', 'app:${APP_PORT}'),
      'docker-compose.yml':
        'services:\n  app:\n    image: shop\n    command: gunicorn app:app -b 0.0.0.0:5000 --forwarded-allow-ips=*\n  proxy:\n    image: nginx:1.29-alpine\n    environment:\n      DOMAIN: shop.example.com\n      APP_PORT: "5000"\n    volumes:\n      - ./proxy/templates:/etc/nginx/templates:ro\n',
    },
  },
  {
    name: 'FastAPI: an image in three stages, of which the last is nginx',
    nginx: ['web/nginx/app.conf'],
    as: { 'web/nginx/app.conf': `/etc/nginx/conf.d/app.conf ${STOCK('nginxinc/nginx-unprivileged:1.27')}` },
    files: {
      ...below('web/nginx'),
      'web/Dockerfile':
        'FROM node:22 AS build\nWORKDIR /src\nCOPY . .\nRUN npm ci && npm run build\nFROM alpine:3.20 AS conf\nCOPY nginx/app.conf /out/app.conf\nFROM nginxinc/nginx-unprivileged:1.27\nRUN rm /etc/nginx/conf.d/default.conf\nCOPY --from=conf /out/app.conf /etc/nginx/conf.d/app.conf\nCOPY --from=build /src/dist /usr/share/nginx/html\n',
      'web/nginx/app.conf': site('shop.example.com', 'api:8000', '8080'),
      'web/package.json': '{"name":"web"}\n',
    },
  },
  {
    name: 'WordPress: a main file of its own with two sites and a shared snippet',
    nginx: ['docker/nginx/nginx.conf', 'docker/nginx/conf.d/blog.conf', 'docker/nginx/snippets/php.conf'],
    as: {
      'docker/nginx/nginx.conf': '/etc/nginx/nginx.conf',
      'docker/nginx/conf.d/blog.conf': '/etc/nginx/conf.d/blog.conf within docker/nginx/nginx.conf',
      'docker/nginx/snippets/php.conf': '/etc/nginx/snippets/php.conf within docker/nginx/nginx.conf',
    },
    files: {
      ...below('docker'),
      'docker/nginx/nginx.conf': MAIN('/etc/nginx/conf.d/*.conf'),
      'docker/nginx/conf.d/blog.conf':
        'server {\n    listen 80;\n    server_name blog.example.com;\n    root /var/www/html;\n    index index.php;\n    client_max_body_size 64m;\n    location / {\n        try_files $uri $uri/ /index.php?$args;\n    }\n    include snippets/php.conf;\n}\n',
      'docker/nginx/snippets/php.conf':
        'location ~ \\.php$ {\n    try_files $uri =404;\n    include fastcgi_params;\n    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n    fastcgi_pass php:9000;\n}\n',
      'docker-compose.yml':
        'services:\n  php:\n    image: wordpress:php8.3-fpm\n    volumes: ["html:/var/www/html"]\n  web:\n    image: nginx:1.28\n    volumes:\n      - ./docker/nginx/nginx.conf:/etc/nginx/nginx.conf:ro\n      - ./docker/nginx/conf.d:/etc/nginx/conf.d:ro\n      - ./docker/nginx/snippets:/etc/nginx/snippets:ro\n      - html:/var/www/html:ro\nvolumes:\n  html:\n',
    },
  },
  {
    name: 'Node on Elastic Beanstalk',
    nginx: ['.platform/nginx/conf.d/upload.conf', '.platform/nginx/conf.d/elasticbeanstalk/headers.conf'],
    as: {
      '.platform/nginx/conf.d/upload.conf': `/etc/nginx/conf.d/upload.conf ${STOCK('nginx')}`,
    },
    files: {
      'package.json': '{"name":"web","scripts":{"start":"node server.js"}}\n',
      '.platform/hooks/postdeploy/10.sh': '#!/bin/sh\nsystemctl reload nginx\n',
      '.platform/nginx/conf.d/upload.conf': 'client_max_body_size 20m;\n',
      '.platform/nginx/conf.d/elasticbeanstalk/headers.conf':
        'location /static/ {\n    alias /var/app/current/static/;\n    expires 1h;\n}\n',
    },
  },
  {
    name: 'Heroku’s buildpack of nginx',
    nginx: ['config/nginx.conf.erb'],
    as: { 'config/nginx.conf.erb': '' },
    files: {
      ...below('config'),
      Procfile: 'web: bin/start-nginx gunicorn -c gunicorn.conf.py shop.wsgi\n',
      'config/nginx.conf.erb':
        'daemon off;\nworker_processes <%= ENV["NGINX_WORKERS"] || 4 %>;\nevents {\n    accept_mutex on;\n    worker_connections <%= ENV["NGINX_WORKER_CONNECTIONS"] || 1024 %>;\n}\nhttp {\n    gzip on;\n    gzip_comp_level 2;\n    server_tokens off;\n    include mime.types;\n    default_type application/octet-stream;\n    sendfile on;\n    client_body_timeout 5;\n    upstream app_server {\n        server unix:/tmp/nginx.socket fail_timeout=0;\n    }\n    server {\n        listen <%= ENV["PORT"] %>;\n        server_name _;\n        keepalive_timeout 5;\n        client_max_body_size 8m;\n        location / {\n            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n            proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;\n            proxy_set_header Host $http_host;\n            proxy_redirect off;\n            proxy_pass http://app_server;\n        }\n    }\n}\n',
    },
  },
  {
    name: 'a Helm chart whose ConfigMap holds the site',
    nginx: ['charts/shop/templates/configmap.yaml'],
    as: { 'charts/shop/templates/configmap.yaml': `/etc/nginx/conf.d/default.conf ${STOCK('nginx:1.29.4')}` },
    files: {
      ...below('charts/shop/files'),
      'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
      'charts/shop/values.yaml': 'host: shop.example.com\nbackend: shop-app:8000\n',
      'charts/shop/templates/configmap.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-edge\ndata:\n  default.conf: |\n${indented(site('{{ .Values.host }}', '{{ .Values.backend }}'), 4)}`,
      'charts/shop/templates/deployment.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: edge\nspec:\n  template:\n    spec:\n      containers:\n        - name: nginx\n          image: nginx:1.29.4\n          volumeMounts:\n            - name: conf\n              mountPath: /etc/nginx/conf.d\n      volumes:\n        - name: conf\n          configMap:\n            name: {{ .Release.Name }}-edge\n',
    },
  },
  {
    name: 'kustomize: a generator under another key, mounted with subPath',
    nginx: ['k8s/base/conf/edge.nginx'],
    as: { 'k8s/base/conf/edge.nginx': `/etc/nginx/conf.d/default.conf ${STOCK('nginx:1.28.0')}` },
    files: {
      ...below('k8s/base/conf'),
      'k8s/base/kustomization.yaml':
        'resources:\n  - deployment.yaml\nconfigMapGenerator:\n  - name: edge-conf\n    files:\n      - site=conf/edge.nginx\n',
      'k8s/base/deployment.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: edge\nspec:\n  template:\n    spec:\n      containers:\n        - name: edge\n          image: nginx:1.28.0\n          volumeMounts:\n            - name: c\n              mountPath: /etc/nginx/conf.d/default.conf\n              subPath: site\n      volumes:\n        - name: c\n          configMap:\n            name: edge-conf\n',
      'k8s/base/conf/edge.nginx': site('shop.example.com', 'shop:8000'),
    },
  },
  {
    name: 'Ansible: a role with templates for the main file and the sites',
    nginx: ['roles/proxy/templates/nginx.conf.j2', 'roles/proxy/templates/site.j2'],
    as: {
      'roles/proxy/templates/nginx.conf.j2': '/etc/nginx/nginx.conf',
    },
    files: {
      ...below('roles/proxy/files'),
      'site.yml': '- hosts: all\n  roles: [proxy]\n',
      'roles/proxy/tasks/main.yml':
        '- name: main\n  ansible.builtin.template:\n    src: nginx.conf.j2\n    dest: /etc/nginx/nginx.conf\n- name: site\n  ansible.builtin.template:\n    src: site.j2\n    dest: /etc/nginx/sites-enabled/shop\n',
      'roles/proxy/templates/nginx.conf.j2': MAIN('/etc/nginx/sites-enabled/*').replace('auto;', '{{ workers | default("auto") }};'),
      'roles/proxy/templates/site.j2': `{# managed #}\n{% if shop_enabled %}\n${site('{{ shop_domain }}', '127.0.0.1:{{ shop_port }}')}{% endif %}\n`,
    },
  },
  {
    name: 'Debian: sites that are enabled in a folder of their own',
    nginx: ['nginx/nginx.conf', 'nginx/sites-enabled/shop.conf', 'nginx/snippets/headers.conf'],
    as: {
      'nginx/sites-enabled/shop.conf': 'within nginx/nginx.conf',
      'nginx/snippets/headers.conf': 'within nginx/nginx.conf',
    },
    files: {
      ...below('nginx'),
      'nginx/nginx.conf': MAIN('/etc/nginx/sites-enabled/*.conf'),
      'nginx/sites-enabled/shop.conf': site('shop.example.com', '127.0.0.1:8000').replace(
        '    location',
        '    include snippets/headers.conf;\n    location',
      ),
      'nginx/snippets/headers.conf': 'add_header X-Content-Type-Options nosniff always;\n',
    },
  },
  {
    name: 'certbot: a site that redirects, with the challenge in it',
    nginx: ['data/nginx/app.conf'],
    as: { 'data/nginx/app.conf': `/etc/nginx/conf.d/app.conf ${STOCK('nginx:1.29-alpine')}` },
    warnings: { 'known-vulnerability': 'the image of the project has it' },
    files: {
      ...below('data'),
      'docker-compose.yml':
        'services:\n  app:\n    image: app\n    command: gunicorn app:app -b 0.0.0.0:8000 --forwarded-allow-ips=*\n  nginx:\n    image: nginx:1.29-alpine\n    ports: ["80:80", "443:443"]\n    volumes:\n      - ./data/nginx:/etc/nginx/conf.d\n      - ./data/certbot/conf:/etc/letsencrypt\n      - ./data/certbot/www:/var/www/certbot\n  certbot:\n    image: certbot/certbot\n    volumes:\n      - ./data/certbot/conf:/etc/letsencrypt\n      - ./data/certbot/www:/var/www/certbot\n',
      'data/nginx/app.conf': `server {\n    listen 80;\n    server_name shop.example.com;\n    location /.well-known/acme-challenge/ {\n        root /var/www/certbot;\n    }\n    location / {\n        return 301 https://$host$request_uri;\n    }\n}\n${site(
        'shop.example.com',
        'app:8000',
        '443 ssl',
      ).replace(
        '    client_max',
        '    ssl_certificate /etc/letsencrypt/live/shop.example.com/fullchain.pem;\n    ssl_certificate_key /etc/letsencrypt/live/shop.example.com/privkey.pem;\n    include /etc/letsencrypt/options-ssl-nginx.conf;\n    ssl_dhparam /etc/letsencrypt/ssl-dhparams.pem;\n    client_max',
      )}`,
    },
  },
  {
    name: 'the pages have a web server of their own, and a route of the interface is no page',
    nginx: ['edge/site.conf'],
    as: { 'edge/site.conf': `/etc/nginx/conf.d/default.conf ${STOCK('nginx:1.29.4')}` },
    warnings: { 'known-vulnerability': 'the image of the project has it' },
    files: {
      'compose.yaml':
        'services:\n  api:\n    image: shop-api\n    command: uvicorn shop:app --host 0.0.0.0 --port 8000 --forwarded-allow-ips=*\n  pages:\n    build: ./pages\n  edge:\n    image: nginx:1.29.4\n    ports: ["8090:80"]\n    volumes:\n      - ./edge/site.conf:/etc/nginx/conf.d/default.conf:ro\n',
      'pages/Dockerfile':
        'FROM node:22 AS build\nRUN npm run build\nFROM nginx:1.29.4\nCOPY --from=build /app/dist /usr/share/nginx/html\n',
      'edge/site.conf': `server {\n    listen 80;\n    server_name _;\n    location /api/ {\n        proxy_set_header Host $http_host;\n        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Proto $scheme;\n        proxy_pass http://api:8000/api/;\n    }\n    location / {\n        proxy_pass http://pages;\n    }\n}\n`,
    },
  },
  {
    name: 'a root above locations that all have a place of their own',
    nginx: ['web/site.conf'],
    as: { 'web/site.conf': `/etc/nginx/conf.d/site.conf ${STOCK('nginx:1.29.4')}` },
    warnings: { 'known-vulnerability': 'the image of the project has it' },
    files: {
      'compose.yaml':
        'services:\n  shop:\n    image: shop\n    command: gunicorn shop.wsgi -b 0.0.0.0:8000 --forwarded-allow-ips=*\n    volumes: ["code:/srv/shop", "assets:/srv/shop/assets"]\n  web:\n    image: nginx:1.29.4\n    ports: ["80:80"]\n    volumes:\n      - ./web:/etc/nginx/conf.d\n      - assets:/srv/shop/assets\nvolumes:\n  code:\n  assets:\n',
      'web/site.conf': site('shop.example.com', 'shop:8000').replace(
        '    client_max',
        '    root /srv/shop/code;\n    location /static/ {\n        alias /srv/shop/assets/;\n    }\n    client_max',
      ),
    },
  },
  {
    name: 'nginx-proxy: settings for single hosts',
    nginx: ['vhost.d/shop.example.com', 'vhost.d/shop.example.com_location', 'proxy/uploads.conf'],
    as: { 'proxy/uploads.conf': `/etc/nginx/conf.d/uploads.conf ${STOCK('nginxproxy/nginx-proxy:alpine')}` },
    files: {
      'docker-compose.yml':
        'services:\n  proxy:\n    image: nginxproxy/nginx-proxy:alpine\n    volumes:\n      - /var/run/docker.sock:/tmp/docker.sock:ro\n      - ./vhost.d:/etc/nginx/vhost.d\n      - ./proxy/uploads.conf:/etc/nginx/conf.d/uploads.conf\n  shop:\n    image: shop\n    environment: { VIRTUAL_HOST: shop.example.com }\n',
      'vhost.d/shop.example.com': 'client_max_body_size 100m;\nproxy_read_timeout 300s;\n',
      'vhost.d/shop.example.com_location': 'proxy_set_header X-Request-Id $request_id;\n',
      'proxy/uploads.conf': 'client_max_body_size 20m;\nproxy_buffering off;\n',
    },
  },
  {
    name: 'Puppet: a template of EPP',
    nginx: ['site/profile/templates/vhost.epp'],
    as: {},
    files: {
      ...below('site/profile/files'),
      'metadata.json': '{"name":"x-profile"}\n',
      'site/profile/manifests/web.pp':
        "class profile::web {\n  file { '/etc/nginx/conf.d/shop.conf':\n    content => epp('profile/vhost.epp', { 'host' => $host }),\n  }\n}\n",
      'site/profile/templates/vhost.epp': `<%- | String $host, Integer $port = 8000 | -%>\n${site('<%= $host %>', '127.0.0.1:<%= $port %>')}`,
    },
  },
  {
    name: 'Chef: a template with loops',
    nginx: ['cookbooks/web/templates/default/site.conf.erb'],
    as: {},
    files: {
      ...below('cookbooks/web/files'),
      'cookbooks/web/metadata.rb': "name 'web'\n",
      'cookbooks/web/recipes/default.rb': "package 'nginx'\ntemplate '/etc/nginx/conf.d/site.conf' do\n  source 'site.conf.erb'\nend\n",
      'cookbooks/web/templates/default/site.conf.erb': `upstream backends {\n<% node['web']['backends'].each do |b| -%>\n    server <%= b %>;\n<% end -%>\n}\n${site('<%= @name %>', 'backends')}`,
    },
  },
  {
    name: 'Salt: a file with pillars',
    nginx: ['salt/web/files/shop.conf'],
    as: {},
    files: {
      ...below('salt/web/files'),
      'salt/web/init.sls':
        '/etc/nginx/sites-enabled/shop:\n  file.managed:\n    - source: salt://web/files/shop.conf\n    - template: jinja\n',
      'salt/web/files/shop.conf': `{% set port = salt['pillar.get']('shop:port', 8000) %}\n${site("{{ pillar['host'] }}", '127.0.0.1:{{ port }}')}`,
    },
  },
  {
    name: 'systemd: a unit that names the main file, with its sites beside it',
    nginx: ['deploy/edge.conf', 'deploy/edge.d/shop.conf'],
    as: { 'deploy/edge.d/shop.conf': 'within deploy/edge.conf' },
    files: {
      ...below('deploy'),
      'deploy/edge.service':
        '[Unit]\nDescription=edge\n[Service]\nExecStart=/usr/sbin/nginx -c /opt/shop/deploy/edge.conf -g "daemon off;"\n',
      'deploy/edge.conf': MAIN('edge.d/*.conf'),
      'deploy/edge.d/shop.conf': site('shop.example.com', '127.0.0.1:8000'),
    },
  },
  {
    name: 'GitLab CI: an image of Alpine with its own folder of sites',
    nginx: ['ci/http.d/shop.conf'],
    as: { 'ci/http.d/shop.conf': `/etc/nginx/http.d/shop.conf ${STOCK('nginx of alpine:3.20')}` },
    files: {
      ...below('ci'),
      '.gitlab-ci.yml': 'build:\n  image: docker:27\n  script:\n    - docker build -t web ci\n',
      'ci/Dockerfile':
        'FROM alpine:3.20\nRUN apk add --no-cache nginx\nCOPY http.d/ /etc/nginx/http.d/\nCMD ["nginx", "-g", "daemon off;"]\n',
      'ci/http.d/shop.conf': site('shop.example.com', 'shop:8000'),
    },
  },
  {
    name: 'RHEL: locations for the default server',
    nginx: ['rpm/default.d/app.conf'],
    as: { 'rpm/default.d/app.conf': `/etc/nginx/default.d/app.conf ${STOCK('nginx of rockylinux:9')}` },
    files: {
      ...below('rpm'),
      'rpm/Dockerfile': 'FROM rockylinux:9\nRUN dnf -y install nginx\nCOPY default.d/app.conf /etc/nginx/default.d/app.conf\n',
      'rpm/default.d/app.conf': `location /app/ {\n    ${HEADERS.replaceAll('        ', '    ')}\n    proxy_pass http://127.0.0.1:8000;\n}\n`,
    },
  },
  {
    name: 'OpenResty: Lua in a file of the image’s folder',
    nginx: ['gateway/conf.d/api.conf'],
    as: { 'gateway/conf.d/api.conf': `/etc/nginx/conf.d/api.conf ${STOCK('openresty/openresty:1.27.1.1-alpine')}` },
    files: {
      ...below('gateway'),
      'gateway/lua/auth.lua': 'local M = {}\nfunction M.check() return true end\nreturn M\n',
      'compose.yaml':
        'services:\n  gateway:\n    image: openresty/openresty:1.27.1.1-alpine\n    volumes:\n      - ./gateway/conf.d:/etc/nginx/conf.d\n      - ./gateway/lua:/usr/local/openresty/site/lualib\n  api:\n    image: api\n',
      'gateway/conf.d/api.conf': site('api.example.com', 'api:8000').replace(
        '    location',
        '    access_by_lua_block {\n        local t = { server = 1 }\n        require("auth").check()\n    }\n    location',
      ),
    },
  },
  {
    name: 'Angie: a main file and a site with its own status',
    nginx: ['angie/angie.conf', 'angie/http.d/shop.conf'],
    as: { 'angie/http.d/shop.conf': '/etc/angie/http.d/shop.conf within angie/angie.conf' },
    files: {
      'compose.yaml':
        'services:\n  edge:\n    image: docker.angie.software/angie:1.8.1\n    volumes:\n      - ./angie/angie.conf:/etc/angie/angie.conf\n      - ./angie/http.d:/etc/angie/http.d\n  shop:\n    image: shop\n',
      'angie/angie.conf': MAIN('/etc/angie/http.d/*.conf'),
      'angie/http.d/shop.conf': site('shop.example.com', 'shop:8000'),
    },
  },
  {
    name: 'Nix: a module whose text names nginx, and a file that it copies',
    nginx: ['nix/shop.conf'],
    as: {},
    files: {
      'flake.nix': '{\n  outputs = { self }: {\n    server = { listen = 80; };\n  };\n}\n',
      'nix/module.nix': '{ config, ... }: {\n  services.nginx.appendHttpConfig = builtins.readFile ./shop.conf;\n}\n',
      'nix/shop.conf': site('shop.example.com', '127.0.0.1:8000'),
    },
  },
  {
    name: 'Kamal-like: a main file that the image’s command names',
    nginx: ['ops/front.conf'],
    as: { 'ops/front.conf': '/srv/front.conf' },
    files: {
      ...below('ops'),
      'ops/Dockerfile': 'FROM nginx:1.29.4\nCOPY front.conf /srv/front.conf\nCMD ["nginx", "-c", "/srv/front.conf", "-g", "daemon off;"]\n',
      'ops/front.conf': `events {}\nhttp {\n    server_tokens off;\n${indented(site('shop.example.com', 'shop:8000'), 4)}}\n`,
    },
  },
  {
    name: 'Swarm: a stack with a config that is named by its file alone',
    nginx: ['stack/edge/nginx.conf'],
    as: { 'stack/edge/nginx.conf': '/etc/nginx/nginx.conf' },
    files: {
      ...below('stack/edge'),
      'stack/docker-stack.yml':
        'version: "3.8"\nservices:\n  edge:\n    image: nginx:1.26.2\n    configs:\n      - source: edge_conf\n        target: /etc/nginx/nginx.conf\n  shop:\n    image: shop\nconfigs:\n  edge_conf:\n    file: ./edge/nginx.conf\n',
      'stack/edge/nginx.conf': `events {}\nhttp {\n    server_tokens off;\n${indented(site('shop.example.com', 'shop:8000'), 4)}}\n`,
    },
  },
  {
    name: 'a stream of databases in a file beside the sites',
    nginx: ['lb/nginx.conf', 'lb/stream/pg.conf', 'lb/sites/shop.conf'],
    as: { 'lb/stream/pg.conf': 'within lb/nginx.conf', 'lb/sites/shop.conf': 'within lb/nginx.conf' },
    files: {
      ...below('lb'),
      'lb/nginx.conf': `load_module modules/ngx_stream_module.so;\n${MAIN('sites/*.conf')}stream {\n    include stream/*.conf;\n}\n`,
      'lb/stream/pg.conf':
        'upstream pg {\n    server 10.0.0.5:5432;\n    server 10.0.0.6:5432 backup;\n}\nserver {\n    listen 5432;\n    proxy_pass pg;\n}\n',
      'lb/sites/shop.conf': site('shop.example.com', '127.0.0.1:8000'),
    },
  },
  {
    name: 'Fabric: a template with a percent format',
    nginx: ['deploy/templates/site.conf'],
    as: {},
    files: {
      ...below('deploy/templates'),
      'fabfile.py': 'from fabric import task\n',
      'deploy/templates/site.conf': site('%(domain)s', '127.0.0.1:%(port)s'),
    },
  },
  {
    name: 'a script of a provider’s first boot that echoes the site',
    nginx: ['infra/user-data.sh'],
    as: { 'infra/user-data.sh': `/etc/nginx/sites-enabled/shop ${STOCK('Debian’s nginx')}` },
    files: {
      'infra/user-data.sh': `#!/bin/bash\nset -e\napt-get install -y nginx\necho '${site('shop.example.com', '127.0.0.1:8000')}' > /etc/nginx/sites-available/shop\nln -s /etc/nginx/sites-available/shop /etc/nginx/sites-enabled/shop\nsystemctl reload nginx\n`,
    },
  },
];
