/**
 * Deployed projects as they are in repositories, written for these tests: each a tree of files with the nginx configuration in it. They are sound:
 * no finding of level error, and only the warnings that are argued for beside them.
 */
export interface Layout {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** files that hold nginx configuration and must be found */
  readonly nginx: readonly string[];
  /** rules of level warning that rightly speak here, and why */
  readonly warnings?: Readonly<Record<string, string>>;
}

const HEADERS = `        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
`;
/** A site in front of an application; `to` as in proxy_pass. */
const site = (name: string, to: string, more = ''): string => `server {
    listen 80;
    server_name ${name};
    client_max_body_size 10m;
${more}    location / {
${HEADERS}        proxy_pass http://${to};
    }
}
`;
const main = (include: string, more = ''): string => `user nginx;
worker_processes auto;
pid /run/nginx.pid;
events {
    worker_connections 1024;
}
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    server_tokens off;
    sendfile on;
${more}    include ${include};
}
`;
const whole = (server: string): string => `worker_processes auto;
events { worker_connections 1024; }
http {
    include mime.types;
    server_tokens off;
${server.replace(/^(?=.)/gm, '    ')}}
`;
/** Files in a folder of their repository. */
const below = (folder: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
const STATIC = `    location /static/ {
        alias /srv/static/;
        expires 30d;
    }
`;
const DJANGO = {
  'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
  'shop/settings.py': 'ALLOWED_HOSTS = ["shop.example.com"]\nSTATIC_URL = "/static/"\nSTATIC_ROOT = "/srv/static"\n',
  'shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n',
};
const FLASK = {
  'app.py':
    'from flask import Flask\nfrom werkzeug.middleware.proxy_fix import ProxyFix\napp = Flask(__name__)\napp.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)\n',
};
const FASTAPI = { 'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n', 'requirements.txt': 'fastapi\nuvicorn\n' };
const NODE = {
  'package.json': '{"name": "web", "scripts": {"start": "node server.js"}}\n',
  'server.js': 'require("http").createServer().listen(3000);\n',
};
const gunicorn = (bind = '0.0.0.0:8000'): string => `gunicorn shop.wsgi:application --bind ${bind} --forwarded-allow-ips="*"`;
const compose = (service: string, more = ''): string => `services:
  app:
    build: .
    command: ${service}
    expose: ["8000"]
${service.includes('shop.wsgi') ? '    volumes: ["static:/srv/static"]\n' : ''}  nginx:
    image: nginx:1.27-alpine
    ports: ["80:80"]
    depends_on: [app]
${more}`;
const volumes = (...lines: string[]): string => `    volumes:\n${lines.map((l) => `      - ${l}\n`).join('')}`;
const PHP = `server {
    listen 80;
    server_name blog.example.com;
    root /var/www/html;
    index index.php;
    client_max_body_size 64m;
    location / {
        try_files $uri $uri/ /index.php?$args;
    }
    location ~ \\.php$ {
        try_files $uri =404;
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass wordpress:9000;
    }
}
`;
const tls = (name: string, to: string): string => `server {
    listen 80;
    server_name ${name};
    return 301 https://$host$request_uri;
}
server {
    listen 443 ssl;
    server_name ${name};
    ssl_certificate /etc/letsencrypt/live/${name}/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/${name}/privkey.pem;
    client_max_body_size 10m;
    location / {
${HEADERS}        proxy_pass http://${to};
    }
}
`;

/** nginx 1.27 is out of support, and what it speaks here has advisories. */
const OLD_IMAGE = { 'known-vulnerability': 'the image of the project is nginx 1.27, which has them' };

const list: Layout[] = [];
const add = (name: string, nginx: string[], files: Record<string, string>, warnings?: Record<string, string>): void => {
  list.push({ name, nginx, files, ...(warnings ? { warnings } : {}) });
};

// compose, the site mounted in several ways
for (const [framework, files, command] of [
  ['django', DJANGO, gunicorn()],
  ['flask', FLASK, 'gunicorn app:app --bind 0.0.0.0:8000 --forwarded-allow-ips="*"'],
  ['fastapi', FASTAPI, 'uvicorn main:app --host 0.0.0.0 --port 8000 --proxy-headers --forwarded-allow-ips="*"'],
] as const) {
  const put = (...lines: string[]): string => volumes(...lines, ...(framework === 'django' ? ['static:/srv/static:ro'] : []));
  // Django serves no static files itself
  const web = site('shop.example.com', 'app:8000', framework === 'django' ? STATIC : '');
  add(`${framework}: nginx/default.conf mounted as the site`, ['nginx/default.conf'], {
    ...files,
    'nginx/default.conf': web,
    'docker-compose.yml': compose(command, put('./nginx/default.conf:/etc/nginx/conf.d/default.conf:ro')),
  });
  add(`${framework}: a folder of sites mounted`, ['deploy/sites/shop.conf'], {
    ...files,
    'deploy/sites/shop.conf': web,
    'compose.yaml': compose(command, put('./deploy/sites:/etc/nginx/conf.d:ro')),
  });
  add(`${framework}: a main file and a folder mounted side by side`, ['nginx/nginx.conf', 'nginx/sites/shop.conf'], {
    ...files,
    'nginx/nginx.conf': main('/etc/nginx/conf.d/*.conf'),
    'nginx/sites/shop.conf': web,
    'docker-compose.yml': compose(command, put('./nginx/nginx.conf:/etc/nginx/nginx.conf:ro', './nginx/sites:/etc/nginx/conf.d:ro')),
  });
  add(`${framework}: a main file and a site, each mounted by name`, ['docker/main.conf', 'docker/site.conf'], {
    ...files,
    'docker/main.conf': main('/etc/nginx/conf.d/*.conf'),
    'docker/site.conf': web,
    'docker-compose.yml': compose(
      command,
      put('./docker/main.conf:/etc/nginx/nginx.conf:ro', './docker/site.conf:/etc/nginx/conf.d/default.conf:ro'),
    ),
  });
  add(`${framework}: the image's templates`, ['templates/default.conf.template'], {
    ...files,
    'templates/default.conf.template': web.replace('shop.example.com', '${SERVER_NAME}'),
    'docker-compose.yml': compose(
      command,
      `    environment:\n      SERVER_NAME: shop.example.com\n${put('./templates:/etc/nginx/templates:ro')}`,
    ),
  });
  add(`${framework}: a whole file beside the code`, ['nginx.conf'], {
    ...files,
    'nginx.conf': whole(site('shop.example.com', '127.0.0.1:8000')),
  });
  add(`${framework}: an image of its own`, ['nginx/app.conf'], {
    ...files,
    'nginx/app.conf': web,
    'nginx/Dockerfile': 'FROM nginx:1.27\nRUN rm /etc/nginx/conf.d/default.conf\nCOPY app.conf /etc/nginx/conf.d/\n',
    'docker-compose.yml': compose(command, framework === 'django' ? put() : '').replace('image: nginx:1.27-alpine', 'build: ./nginx'),
  });
}

add('wordpress with php-fpm', ['nginx/wordpress.conf'], {
  'nginx/wordpress.conf': PHP,
  'php/www.conf': '[www]\nuser = www-data\nlisten = 9000\npm = dynamic\n;pm.status_path = /status\n',
  'docker-compose.yml': `services:
  wordpress: { image: "wordpress:6-fpm" }
  nginx:
    image: nginx:1.26
${volumes('./nginx/wordpress.conf:/etc/nginx/conf.d/default.conf')}`,
});
add('a front end in two stages', ['docker/nginx/spa.conf'], {
  ...NODE,
  'docker/nginx/spa.conf':
    'server {\n    listen 80;\n    server_name _;\n    root /usr/share/nginx/html;\n    location / {\n        try_files $uri $uri/ /index.html;\n    }\n}\n',
  Dockerfile:
    'FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nFROM nginx:stable-alpine\nCOPY --from=build /app/dist /usr/share/nginx/html\nCOPY docker/nginx/spa.conf /etc/nginx/conf.d/default.conf\n',
});
add('the configuration comes out of the build stage', ['ops/edge'], {
  ...NODE,
  'ops/edge': site('example.com', '127.0.0.1:3000'),
  Dockerfile:
    'FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nFROM nginx:1.27\nCOPY --from=build /app/ops/edge /etc/nginx/conf.d/default.conf\n',
});
add('unprivileged image', ['web/site.conf'], {
  'web/site.conf': site('example.com', 'app:3000').replace('listen 80', 'listen 8080'),
  'web/Dockerfile': 'ARG TAG=1.27\nFROM nginxinc/nginx-unprivileged:${TAG}-alpine\nCOPY site.conf /etc/nginx/conf.d/default.conf\n',
});
add('nginx installed on Debian', ['conf/vhost'], {
  'conf/vhost': site('example.com', '127.0.0.1:3000'),
  Dockerfile:
    'FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends nginx curl\nCOPY conf/vhost /etc/nginx/sites-enabled/default\nCMD ["nginx", "-g", "daemon off;"]\n',
});
add('nginx installed on Alpine', ['alpine.conf'], {
  'alpine.conf': site('example.com', '127.0.0.1:3000'),
  Dockerfile: 'FROM alpine:3.20\nRUN apk add --no-cache nginx\nCOPY alpine.conf /etc/nginx/http.d/default.conf\n',
});
add('openresty', ['gateway/nginx.conf'], {
  'gateway/nginx.conf': `events {}
http {
    server_tokens off;
    server {
        listen 80;
        server_name example.com;
        location / {
            content_by_lua_block { ngx.say("hello") }
        }
    }
}
`,
  Dockerfile: 'FROM openresty/openresty:1.27.1.1-alpine\nCOPY gateway/nginx.conf /usr/local/openresty/nginx/conf/nginx.conf\n',
});
add('a command names the main file', ['etc/edge.conf'], {
  'etc/edge.conf': whole(site('example.com', 'app:8000')),
  'docker-compose.yml': `services:
  edge:
    image: nginx:1.27
    depends_on: [app]
    command: nginx -c /srv/edge.conf -g "daemon off;"
${volumes('./etc/edge.conf:/srv/edge.conf:ro')}  app: { image: "example/app" }
`,
});
add('compose with configs', ['edge/site.conf'], {
  'edge/site.conf': site('example.com', 'app:8000'),
  'compose.yaml': `services:
  app: { image: "example/app" }
  edge:
    image: nginx:mainline
    configs:
      - source: site
        target: /etc/nginx/conf.d/default.conf
configs:
  site:
    file: ./edge/site.conf
`,
});

// hosts
add('an Ansible role', ['roles/web/templates/site.conf.j2'], {
  'playbook.yml': '- hosts: web\n  roles: [web]\n',
  'roles/web/defaults/main.yml': 'domain: example.com\nbackend_port: 8000\n',
  'roles/web/tasks/main.yml': `- name: install
  ansible.builtin.apt: { name: nginx }
- name: site
  ansible.builtin.template:
    src: site.conf.j2
    dest: /etc/nginx/sites-available/{{ domain }}.conf
`,
  'roles/web/templates/site.conf.j2': site('{{ domain }}', '127.0.0.1:{{ backend_port }}'),
});
add('an Ansible role with a main file and a loop', ['roles/nginx/templates/nginx.conf.j2', 'roles/nginx/templates/vhost.j2'], {
  'roles/nginx/tasks/main.yml': `- template: src=nginx.conf.j2 dest=/etc/nginx/nginx.conf
- template: { src: vhost.j2, dest: "/etc/nginx/sites-enabled/{{ item.name }}" }
  loop: "{{ sites }}"
`,
  'roles/nginx/templates/nginx.conf.j2': main('/etc/nginx/sites-enabled/*').replace('1024', '{{ worker_connections }}'),
  'roles/nginx/templates/vhost.j2': site('{{ item.name }}', '127.0.0.1:{{ item.port }}'),
});
add('a Puppet module', ['modules/web/templates/site.conf.erb'], {
  Puppetfile: "forge 'https://forge.puppet.com'\n",
  'modules/web/manifests/init.pp': 'class web { file { "/etc/nginx/conf.d/site.conf": content => template("web/site.conf.erb") } }\n',
  'modules/web/templates/site.conf.erb': site('<%= @domain %>', '127.0.0.1:<%= @port %>'),
});
add('a Chef cookbook', ['templates/default/app.erb'], {
  'metadata.rb': 'name "app"\n',
  'templates/default/app.erb': site("<%= node['app']['host'] %>", "127.0.0.1:<%= node['app']['port'] %>"),
});
add('a Salt state', ['salt/nginx/files/site.conf'], {
  'salt/nginx/init.sls': 'nginx:\n  pkg.installed: []\n',
  'salt/nginx/files/site.conf': site('{{ pillar["host"] }}', '127.0.0.1:8000'),
});
add('a Helm chart with a file', ['chart/files/default.conf'], {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'chart/values.yaml': 'image: nginx:1.27\n',
  'chart/templates/configmap.yaml': 'kind: ConfigMap\ndata:\n{{ (.Files.Glob "files/*").AsConfig | indent 2 }}\n',
  'chart/files/default.conf': site('example.com', 'app:8000'),
});
add('kustomize', ['base/default.conf'], {
  'base/kustomization.yaml': 'configMapGenerator:\n  - name: edge\n    files: [default.conf]\nresources: [deployment.yaml]\n',
  'base/default.conf': site('example.com', 'app:8000'),
  'base/deployment.yaml': `kind: Deployment
metadata: { name: edge }
spec:
  template:
    spec:
      containers:
        - name: nginx
          image: nginx:1.26.2
          volumeMounts:
            - { name: conf, mountPath: /etc/nginx/conf.d }
      volumes:
        - name: conf
          configMap: { name: edge }
`,
});
add("Debian's layout", ['nginx.conf', 'sites-available/shop', 'sites-enabled/shop', 'snippets/proxy.conf'], {
  'nginx.conf': main('/etc/nginx/sites-enabled/*'),
  'sites-available/shop':
    'server {\n    listen 80;\n    server_name shop.example.com;\n    client_max_body_size 10m;\n    location / {\n        include snippets/proxy.conf;\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n',
  'sites-enabled/shop':
    'server {\n    listen 80;\n    server_name shop.example.com;\n    client_max_body_size 10m;\n    location / {\n        include snippets/proxy.conf;\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n',
  'snippets/proxy.conf': HEADERS.replace(/^ +/gm, ''),
});
add('a folder of /etc kept in a repository', ['etc/nginx/nginx.conf', 'etc/nginx/conf.d/shop.conf'], {
  'etc/nginx/nginx.conf': main('/etc/nginx/conf.d/*.conf'),
  'etc/nginx/conf.d/shop.conf': site('shop.example.com', '127.0.0.1:8000'),
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/fstab': '/dev/sda1 / ext4 defaults 0 1\n',
});
add('certbot on a host', ['nginx/shop.example.com'], { 'nginx/shop.example.com': tls('shop.example.com', '127.0.0.1:8000') });
add(
  'certbot beside compose',
  ['data/nginx/app.conf'],
  {
    'data/nginx/app.conf': tls('shop.example.com', 'app:8000')
      .replace(
        '    return 301',
        '    location /.well-known/acme-challenge/ {\n        root /var/www/certbot;\n    }\n    location / {\n        return 301',
      )
      .replace('$host$request_uri;\n', '$host$request_uri;\n    }\n'),
    'docker-compose.yml': compose(
      'gunicorn shop.wsgi --bind 0.0.0.0:8000',
      volumes('./data/nginx:/etc/nginx/conf.d', 'certs:/etc/letsencrypt', 'challenges:/var/www/certbot'),
    ),
  },
  OLD_IMAGE,
);
add('a template of docker-gen', ['nginx.tmpl'], {
  'nginx.tmpl': `{{ range $host, $containers := groupByMulti $ "Env.VIRTUAL_HOST" "," }}
upstream {{ $host }} {
{{ range $value := $containers }}
    server {{ $value.Name }}:80;
{{ end }}
}
server {
    listen 80;
    server_name {{ $host }};
    location / {
        proxy_set_header Host $host;
        proxy_pass http://{{ $host }};
    }
}
{{ end }}
`,
  'docker-compose.yml': 'services:\n  gen:\n    image: nginxproxy/docker-gen\n',
});
add('consul-template', ['upstreams.conf.ctmpl'], {
  'upstreams.conf.ctmpl':
    'upstream app {\n{{ range service "app" }}    server {{ .Address }}:{{ .Port }};\n{{ end }}}\n' + site('example.com', 'app'),
});
add('samples for people to copy', ['contrib/nginx/site.conf.sample', 'contrib/nginx/nginx.conf.dist'], {
  'contrib/nginx/site.conf.sample': site('example.com', '127.0.0.1:8000'),
  'contrib/nginx/nginx.conf.dist': whole(site('example.com', '127.0.0.1:8000')),
  'README.md': '# nginx\n\n    server {\n        listen 80;\n',
});
add('a systemd unit names the main file', ['conf/front.conf'], {
  'front.service': '[Service]\nExecStart=/usr/sbin/nginx -c /srv/front/conf/front.conf\n',
  'conf/front.conf': whole(site('example.com', '127.0.0.1:8000')),
});
add('supervisor, php, redis, logstash and haproxy beside nginx', ['docker/nginx/default.conf'], {
  'docker/nginx/default.conf': site('example.com', 'app:8000'),
  'docker/supervisor/supervisord.conf': '[supervisord]\nnodaemon=true\n[program:app]\ncommand=gunicorn app:app\n',
  'docker/redis/redis.conf': 'bind 127.0.0.1\nport 6379\nsave 900 1\n',
  'docker/logstash/pipeline.conf': 'input {\n  http { port => 8080 }\n}\noutput { stdout {} }\n',
  'docker/haproxy/haproxy.cfg': 'frontend http\n    bind *:80\n    default_backend app\n',
  'docker/apache/site.conf': '<VirtualHost *:80>\n    ServerName example.com\n</VirtualHost>\n',
  'docker/my.cnf': '[mysqld]\nuser = mysql\n',
});
add(
  'a monorepo of services',
  ['services/a/nginx.conf', 'services/b/nginx/default.conf'],
  {
    '.git/HEAD': 'ref: refs/heads/main\n',
    'services/a/nginx.conf': whole(site('a.example.com', '127.0.0.1:8000')),
    'services/a/Dockerfile': 'FROM nginx:1.26\nCOPY nginx.conf /etc/nginx/nginx.conf\n',
    'services/b/nginx/default.conf': site('b.example.com', '127.0.0.1:9000').replace('listen 80;', 'listen 80;\n    http2 on;'),
    'services/b/Dockerfile': 'FROM nginx:1.27\nCOPY nginx/default.conf /etc/nginx/conf.d/default.conf\n',
  },
  OLD_IMAGE,
);
add('Rails behind puma', ['config/nginx.conf.erb'], {
  Gemfile: 'gem "rails"\n',
  'config/nginx.conf.erb': `upstream puma {\n    server unix:///srv/app/puma.sock fail_timeout=0;\n}\n${site('<%= fetch(:host) %>', 'puma')}`,
});
add('a site of a Node application', ['deploy/site.nginx'], { ...NODE, 'deploy/site.nginx': site('example.com', '127.0.0.1:3000') });
add('streams beside a site', ['nginx/nginx.conf', 'nginx/stream.d/db.conf', 'nginx/conf.d/a.conf'], {
  'nginx/nginx.conf': `${main('/etc/nginx/conf.d/*.conf')}stream {\n    include /etc/nginx/stream.d/*.conf;\n}\n`,
  'nginx/stream.d/db.conf': 'server {\n    listen 5432;\n    proxy_pass 10.0.0.5:5432;\n}\n',
  'nginx/conf.d/a.conf': site('a.example.com', '127.0.0.1:8000'),
});
add('generated and vendored files', ['nginx.conf'], {
  '.gitignore': 'out/\n*.bak.conf\n',
  'nginx.conf': whole(site('example.com', '127.0.0.1:8000')),
  'out/nginx.conf': 'events {}\nhttp { bogus; }\n',
  'old.bak.conf': 'server { bogus; }\n',
  'node_modules/x/nginx.conf': 'events {}\nhttp { bogus; }\n',
});
for (const [ending, wrap] of [
  ['.conf', (t: string) => t],
  ['', (t: string) => t],
  ['.conf.tmpl', (t: string) => t.replace('example.com', '{{ .Host }}')],
  ['.conf.template', (t: string) => t.replace('example.com', '${HOST}')],
  ['.conf.in', (t: string) => t.replace('example.com', '@HOST@')],
  ['.vhost', (t: string) => t],
  ['.conf.example', (t: string) => t],
  ['.conf.mustache', (t: string) => t.replace('example.com', '{{host}}')],
  ['.tpl', (t: string) => t.replace('example.com', '${host}')],
] as const)
  add(`deploy/app${ending} with no hint around it`, [`deploy/app${ending}`], {
    'README.md': '# app\n',
    [`deploy/app${ending}`]: wrap(site('example.com', '127.0.0.1:8000', STATIC)),
  });

add('locations that two main files share are kept in a file of their own', ['deploy/nginx/site_common.conf'], {
  'deploy/nginx/site_common.conf': `# what production and development have in common
root /srv/www;
location / {
    try_files $uri @application;
}
location ~ ^/internal/(?:tags|jobs)/[^/]+$ {
    return 404;
}
location @application {
${HEADERS}    proxy_redirect off;
    proxy_pass http://application;
}
location /live/ {
${HEADERS}    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_pass http://application;
}
`,
});
add('headers for all sites in a file beside them', ['nginx/conf.d/proxy.conf', 'nginx/sites-enabled/app.conf'], {
  '.git/HEAD': '',
  'nginx/conf.d/proxy.conf': `client_max_body_size 10m;\nproxy_read_timeout 90;\n${HEADERS.replace(/^ +/gm, '')}`,
  'nginx/sites-enabled/app.conf':
    'server {\n    listen 80;\n    server_name app.example.com;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n',
});
add('uwsgi by a name that is looked up for each request', ['nginx/app.conf.template'], {
  'nginx/Dockerfile': `FROM nginx:mainline
COPY app.conf.template /etc/nginx/templates/app.conf.template
`,
  'nginx/app.conf.template': `resolver 127.0.0.11 valid=10s ipv6=off;
server {
    listen 8080;
    server_name \${DOMAIN} *.\${DOMAIN};
    if ($host !~* ^(\${DOMAIN}|.+\\.\${DOMAIN})$) {
        return 444;
    }
    client_max_body_size 17m;
    location / {
        set $application web;
        include uwsgi_params;
        uwsgi_param HTTP_X_FORWARDED_PROTO $scheme;
        uwsgi_pass $application:8000;
    }
}
`,
});
add('php behind a group that another file declares', ['nginx/sites/shop.conf'], {
  'nginx/sites/shop.conf': `server {
    listen 8000;
    server_name shop.test;
    root /var/www/shop/public;
    index index.php index.html;
    location / {
        try_files $uri $uri/ /index.php$is_args$args;
    }
    location ~ \\.php$ {
        try_files $uri /index.php =404;
        fastcgi_pass php-upstream;
        fastcgi_index index.php;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        include fastcgi_params;
    }
    location ~ /\\.ht {
        deny all;
    }
}
`,
});
add('a template of a program of its own, with parts that it fills in', ['templates/vhost.conf.tmpl'], {
  'templates/vhost.conf.tmpl': `server {
    listen {{HTTP_PORT}};
    listen [::]:{{HTTP_PORT}};
    server_name {{DOMAIN}}{{ALIASES}};
    access_log {{ACCESS_LOG}};
    client_max_body_size {{UPLOAD_LIMIT}}M;
    location ^~ /.well-known/acme-challenge/ {
        proxy_pass http://{{BACKEND}};
        proxy_set_header Host $host;
    }
{{HTTP_SECTION}}
}
`,
});
add('a loop over applications', ['nginx/nginx.conf.template'], {
  'nginx/nginx.conf.template': `worker_processes 1;
events { worker_connections 1024; }
http {
  server_tokens off;
  {{#each apps}}
  upstream {{this.name}}_web {
    server {{this.name}}_web:{{this.port}};
  }
  server {
    listen 80;
    server_name {{this.domain}};
    location / {
${HEADERS}      proxy_pass http://{{this.name}}_web;
    }
  }
  {{/each}}
}
`,
});
add('services of one repository, each with its own nginx', ['services/a/nginx/site.conf', 'services/b/nginx/site.conf'], {
  '.git/HEAD': '',
  ...below('services/a', {
    ...FLASK,
    'compose.yaml': compose(
      'gunicorn app:app --bind 0.0.0.0:8000 --forwarded-allow-ips="*"',
      volumes('./nginx/site.conf:/etc/nginx/conf.d/default.conf:ro'),
    ),
    'nginx/site.conf': site('shop.example.com', 'app:8000'),
  }),
  ...below('services/b', {
    ...FASTAPI,
    'compose.yaml': compose(
      'uvicorn main:app --host 0.0.0.0 --port 8000 --proxy-headers --forwarded-allow-ips="*"',
      volumes('./nginx/site.conf:/etc/nginx/conf.d/default.conf:ro'),
    ),
    'nginx/site.conf': site('api.example.com', 'app:8000'),
  }),
});

// what people run beside applications of their own
add('a WordPress network in subfolders', ['nginx/network.conf'], {
  'nginx/network.conf': `map $uri $blog_folder {
    ~^(?<folder>/[^/]+/)files/(.*) $folder;
    default "";
}
server {
    listen 80;
    server_name blogs.example.com;
    root /var/www/html;
    index index.php;
    client_max_body_size 64m;
    absolute_redirect off;
    if (!-e $request_filename) {
        rewrite ^(/[^/]+)?(/wp-.*) $2 last;
        rewrite ^(/[^/]+)?(/.*\\.php)$ $2 last;
    }
    location / {
        try_files $uri $uri/ /index.php?$args;
    }
    location ~ \\.php$ {
        try_files $uri =404;
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_param BLOG $blog_folder;
        fastcgi_pass php:9000;
    }
    location ~ /\\.(?!well-known) {
        deny all;
    }
}
`,
});
add('a shop whose locations are shared by its servers', ['nginx.conf.sample'], {
  'composer.json': '{"name": "shop/shop"}\n',
  'nginx.conf.sample': `# include this file in a server of yours:
# server {
#     listen 80;
#     set $SHOP_ROOT /var/www/shop;
#     include /var/www/shop/nginx.conf.sample;
# }
root $SHOP_ROOT/pub;
index index.php;
location / {
    try_files $uri $uri/ /index.php$is_args$args;
}
location /static/ {
    expires max;
    if (!-f $request_filename) {
        rewrite ^/static/(version\\d*/)?(.*)$ /static.php?resource=$2 last;
    }
}
location ~ ^/(index|static|get)\\.php$ {
    try_files $uri =404;
    include fastcgi_params;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass fastcgi_backend;
}
`,
});
add(
  'Laravel beside php-fpm',
  ['docker/nginx/default.conf'],
  {
    'composer.json': '{"require": {"laravel/framework": "^11.0"}}\n',
    'docker/nginx/default.conf': `server {
    listen 80;
    server_name localhost;
    root /var/www/html/public;
    index index.php;
    charset utf-8;
    client_max_body_size 20m;
    location / {
        try_files $uri $uri/ /index.php?$query_string;
    }
    location = /favicon.ico { access_log off; log_not_found off; }
    location ~ ^/index\\.php(/|$) {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $realpath_root$fastcgi_script_name;
        fastcgi_param DOCUMENT_ROOT $realpath_root;
        fastcgi_pass app:9000;
    }
    location ~ /\\.(?!well-known).* {
        deny all;
    }
}
`,
    'docker-compose.yml': `services:
  app:
    build: .
  nginx:
    image: nginx:1.28-alpine
    ports: ["8080:80"]
${volumes('./docker/nginx:/etc/nginx/conf.d')}`,
  },
  { 'redirect-port-unpublished': 'a folder below public/ is redirected to port 80 of the machine, where nothing is published' },
);
add('Angie by the name of its file', ['deploy/angie.conf'], {
  'deploy/angie.conf': `user angie;
events {
}
http {
    include mime.types;
    resolver 127.0.0.53;
    acme_client shop https://acme.example.net/directory;
    server {
        listen 443 ssl;
        server_name www.example.com;
        client_max_body_size 10m;
        acme shop;
        ssl_certificate $acme_cert_shop;
        ssl_certificate_key $acme_cert_key_shop;
        add_header Strict-Transport-Security "max-age=31536000" always;
        location / {
${HEADERS}        proxy_pass http://127.0.0.1:8000;
        }
        location = /p8s {
            prometheus all;
            allow 127.0.0.1;
            deny all;
        }
    }
}
`,
});
add('Next.js with a cache for its built files', ['nginx/default.conf'], {
  ...NODE,
  'nginx/default.conf': `proxy_cache_path /var/cache/nginx/next levels=1:2 keys_zone=built:10m inactive=7d use_temp_path=off;
server {
    listen 80;
    server_name www.example.com;
    client_max_body_size 10m;
    location /_next/static/ {
        proxy_cache built;
        proxy_cache_valid 200 7d;
${HEADERS}        proxy_pass http://web:3000;
    }
    location / {
${HEADERS}        proxy_pass http://web:3000;
    }
}
`,
});
add('Odoo with its second port', ['deploy/odoo.conf'], {
  'deploy/odoo.conf': `upstream odoo {
    server 127.0.0.1:8069;
}
upstream odoo_events {
    server 127.0.0.1:8072;
}
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}
server {
    listen 80;
    server_name erp.example.com;
    client_max_body_size 200m;
    proxy_read_timeout 720s;
    location /websocket {
${HEADERS}        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_pass http://odoo_events;
    }
    location / {
${HEADERS}        proxy_redirect off;
        proxy_pass http://odoo;
    }
}
`,
});
add('a sample of a proxy in a box, for one service', ['proxy-confs/media.subdomain.conf.sample'], {
  'proxy-confs/media.subdomain.conf.sample': `# make sure that your container is called media
server {
    listen 443 ssl;
    listen [::]:443 ssl;
    server_name media.*;
    include /config/nginx/ssl.conf;
    client_max_body_size 0;
    location / {
        include /config/nginx/proxy.conf;
        include /config/nginx/resolver.conf;
        set $upstream_app media;
        set $upstream_port 8096;
        set $upstream_proto http;
        proxy_pass $upstream_proto://$upstream_app:$upstream_port;
        proxy_set_header Range $http_range;
        proxy_set_header If-Range $http_if_range;
    }
}
`,
});
add('a home with sockets that stay open', ['home.conf'], {
  'configuration.yaml': 'http:\n  use_x_forwarded_for: true\n  trusted_proxies: [127.0.0.1]\n',
  'home.conf': `map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}
server {
    listen 80;
    server_name home.example.com;
    client_max_body_size 10m;
    proxy_buffering off;
    location / {
${HEADERS}        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_pass http://127.0.0.1:8123;
    }
}
`,
});
add('a cloud of files with an index of its own', ['web/nginx.conf'], {
  'web/nginx.conf': `worker_processes auto;
events { worker_connections 1024; }
http {
    include mime.types;
    default_type application/octet-stream;
    types {
        text/javascript mjs;
    }
    server_tokens off;
    map $arg_v $asset_immutable {
        ""      "";
        default ", immutable";
    }
    upstream php-handler {
        server app:9000;
    }
    server {
        listen 80;
        root /var/www/html;
        client_max_body_size 512m;
        index index.php index.html /index.php$request_uri;
        location ^~ /.well-known {
            location = /.well-known/carddav { return 301 /remote.php/dav/; }
            return 301 /index.php$request_uri;
        }
        location ~ ^/(?:build|tests|config|lib)(?:$|/) { return 404; }
        location ~ \\.php(?:$|/) {
            fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
            set $path_info $fastcgi_path_info;
            try_files $fastcgi_script_name =404;
            include fastcgi_params;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_param PATH_INFO $path_info;
            fastcgi_pass php-handler;
        }
        location ~ \\.(?:css|js|svg|png)$ {
            try_files $uri /index.php$request_uri;
            add_header Cache-Control "public, max-age=15778463$asset_immutable";
        }
        location / {
            try_files $uri $uri/ /index.php$request_uri;
        }
    }
}
`,
});
add('a forge behind sockets, with a trick for one of them', ['support/nginx/forge'], {
  'support/nginx/forge': `upstream forge {
    server unix:/srv/forge/tmp/web.socket fail_timeout=0;
}
upstream forge-git {
    server unix:/srv/forge/tmp/git.socket fail_timeout=0;
}
server {
    listen 80;
    server_name forge.example.com;
    root /srv/forge/public;
    client_max_body_size 20m;
    location / {
        try_files $uri @forge;
    }
    location @forge {
${HEADERS}        proxy_pass http://forge;
    }
    location ~ ^/[\\w.-]+/[\\w.-]+/(info/refs|git-upload-pack)$ {
        error_page 418 = @git;
        return 418;
    }
    location @git {
        client_max_body_size 0;
        proxy_buffering off;
${HEADERS}        proxy_pass http://forge-git;
    }
    location /avatar/ {
        alias /dev/shm/forge/avatars/;
        expires 1w;
    }
}
`,
});
add('a template of Terraform', ['infra/templates/edge.conf.tftpl'], {
  'infra/main.tf':
    'resource "local_file" "edge" {\n  filename = "edge.conf"\n  content  = templatefile("templates/edge.conf.tftpl", { host = "example.com", port = 8000 })\n}\n',
  'infra/templates/edge.conf.tftpl': site('${host}', '127.0.0.1:${port}'),
});
add('a service of others, asked in the name of visitors', ['nginx/conf.d/site.conf'], {
  'nginx/conf.d/site.conf': `resolver 127.0.0.11;
server {
    listen 80;
    server_name www.example.com;
    root /usr/share/nginx/html;
    set $counter https://counter.example.net/js/count.js;
    location = /js/count.js {
        proxy_pass $counter;
        proxy_set_header Host counter.example.net;
        proxy_ssl_server_name on;
        proxy_ssl_verify on;
        proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
    }
}
`,
});
add('who is allowed in is asked of a service, whose lines stand elsewhere', ['conf/site-defaults.conf'], {
  'conf/site-defaults.conf': `root /srv/web;
client_max_body_size 10m;
location = /verify {
    internal;
    proxy_set_header Host $http_host;
    proxy_set_header X-Original-URI $request_uri;
    proxy_set_header Content-Length "";
    proxy_pass_request_body off;
    proxy_pass http://127.0.0.1:9091/verify;
}
location /mail/ {
    include /etc/nginx/conf.d/auth.active;
    try_files $uri /mail/index.html;
}
include /etc/nginx/conf.d/site.*.custom;
`,
});
add('an nginx with a module that was built in', ['config/nginx.conf.erb'], {
  'config/nginx.conf.erb': `daemon off;
events { worker_connections <%= connections %>; }
http {
    include mime.types;
    server_tokens off;
    server {
        listen <%= port %>;
        server_name <%= host %>;
        root <%= root %>;
        mruby_post_read_handler /app/config/headers.rb cache;
        location / {
            mruby_set $fallback /app/config/fallback.rb cache;
            try_files $uri $uri/ $fallback;
        }
    }
}
`,
});
add('live pictures', ['streaming/nginx.conf'], {
  'streaming/nginx.conf': `worker_processes auto;
events { worker_connections 1024; }
rtmp {
    server {
        listen 1935;
        chunk_size 4096;
        application live {
            live on;
            hls on;
            hls_path /var/hls;
            keep_picture on;
        }
    }
}
http {
    include mime.types;
    server_tokens off;
    server {
        listen 8080;
        location /hls/ {
            alias /var/hls/;
            add_header Cache-Control no-cache;
        }
        location = /stat {
            rtmp_stat all;
            allow 127.0.0.1;
            deny all;
        }
    }
}
`,
});
add('lines that a panel puts into a server', ['conf/vhost_nginx.conf'], {
  'conf/vhost_nginx.conf': `client_max_body_size 128m;
location ^~ /api/ {
${HEADERS}    proxy_pass http://127.0.0.1:8000;
}
location ~* \\.(css|js|woff2)$ {
    expires 30d;
}
`,
});
add('a library that the command of the container loads', ['edge/nginx.conf'], {
  'edge/nginx.conf': whole(
    'server {\n    listen 80;\n    server_name img.example.com;\n    root /srv/images;\n    location /thumb/ {\n        image_filter resize 320 240;\n    }\n}\n',
  ),
  'compose.yaml': `services:
  edge:
    image: nginx:1.29-alpine
    command: nginx -g "daemon off; load_module modules/ngx_http_image_filter_module.so;"
${volumes('./edge/nginx.conf:/etc/nginx/nginx.conf:ro', './images:/srv/images:ro')}`,
});

add('templates of a hosting panel', ['panel/web/proxy.tpl', 'panel/web/proxy.stpl', 'panel/web/app-location.tpl'], {
  'panel/web/proxy.tpl': `server {
%<i4    listen %proxy_ipv4%:%proxy_port%;i4>%
%<i6    listen %proxy_ipv6%:%proxy_port%;i6>%
    server_name %domain_idn% %alias_idn%;
    error_log /var/log/%web_system%/domains/%domain%.error.log error;
    include %home%/%user%/conf/web/%domain%/nginx.forcessl.conf*;
    location / {
${HEADERS}        proxy_pass %proxy_url%;
        location ~* ^.+\\.(%proxy_extensions%)$ {
            root %docroot%;
            try_files $uri @fallback;
            expires 7d;
        }
    }
    location @fallback {
${HEADERS}        proxy_pass http://%web_ip%:%web_port%;
    }
}
`,
  'panel/web/proxy.stpl': `server {
    listen %ip%:%proxy_ssl_port% ssl;
    server_name %domain_idn%;
    ssl_certificate %ssl_pem%;
    ssl_certificate_key %ssl_key%;
    location / {
${HEADERS}        proxy_pass http://%ip%:%web_port%;
    }
}
`,
  'panel/web/app-location.tpl': `location / {
${HEADERS}    proxy_pass http://127.0.0.1:%app_port%;
}
`,
});

add('a site of Terraform whose names no variable of nginx has', ['modules/web/site.tpl'], {
  'modules/web/site.tpl': `server {
    listen 80;
    server_name \${domain-name} \${var.alias};
    access_log /var/log/nginx/\${domain-name}.log;
    location / {
${HEADERS}        proxy_pass http://127.0.0.1:\${local.ports["web"]};
    }
}
`,
});

export const LAYOUTS: readonly Layout[] = list;
