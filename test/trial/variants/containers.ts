/** Trials of rules about how a container starts nginx, what it may write, and how it is asked whether it is well. */
import { type Trial, tree } from '../trial.ts';

const SITE = 'events {}\nhttp { server { listen 8080; root /srv; } }\n';
const TMP = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path /tmp/${name};`).join(' ');
const IN_TMP = `pid /tmp/nginx.pid;\nevents {}\nhttp { ${TMP} server { listen 8080; root /srv; } }\n`;

const compose = (lines: string, conf = SITE, image = 'nginx:1.30', volumes = '"./nginx.conf:/etc/nginx/nginx.conf:ro"', files = '') =>
  tree(
    `#- nginx.conf\n${conf}#- compose.yaml\nservices:\n  edge:\n    image: ${image}\n    volumes: [${volumes}]\n${lines
      .split('\n')
      .map((l) => `    ${l}\n`)
      .join('')}${files}`,
  );
const image = (recipe: string, conf = SITE, files = '') => tree(`#- nginx.conf\n${conf}#- Dockerfile\n${recipe}\n${files}`);
const COPY = 'COPY nginx.conf /etc/nginx/nginx.conf';
const pod = (lines: string, conf = SITE, spec = '', mounts = '', volumes = '', of = 'nginx:1.30') =>
  tree(
    `#- nginx.conf\n${conf}#- k8s/edge.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: edge }\nspec:\n  template:\n    metadata: { labels: { app: edge } }\n    spec:\n${spec}      containers:\n        - name: nginx\n          image: ${of}\n          ${lines}\n          volumeMounts: [{ name: conf, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf }${mounts}]\n      volumes: [{ name: conf, configMap: { name: edge } }${volumes}]\n#- k8s/kustomization.yaml\nconfigMapGenerator: [{ name: edge, files: [../nginx.conf] }]\n`,
  );

const probed = (get: string, lines: string, listen = '80') =>
  pod(`readinessProbe: { httpGet: { ${get} } }`, `events {}\nhttp { server { listen ${listen}; ${lines} } }\n`);
const checked = (test: string, lines: string) =>
  compose(`healthcheck: { test: ${test} }`, `events {}\nhttp { server { listen 80; ${lines} } }\n`);
const TO_TLS = 'return 301 https://$host$request_uri;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'health-check-unanswered',
    bad: [
      probed('path: /, port: 80', TO_TLS),
      probed('path: /, port: 81', 'return 204;'),
      probed('path: /, port: 80', 'return 204;', '80 proxy_protocol'),
      probed('path: /, port: 80', 'if ($http_user_agent !~ curl) { return 403; } root /srv;'),
      probed('path: /, port: 80', 'location / { auth_basic a; auth_basic_user_file b; }'),
      checked('curl -f http://localhost/', 'if ($http_user_agent ~ curl) { return 403; } root /srv;'),
    ],
    sane: [
      probed('path: /, port: 80', `if ($http_user_agent ~ kube-probe) { return 200; } ${TO_TLS}`),
      probed(
        'path: /, port: 80, httpHeaders: [{ name: X-Forwarded-Proto, value: https }]',
        `if ($http_x_forwarded_proto != https) { ${TO_TLS} }`,
      ),
      probed('path: /, port: 80, httpHeaders: [{ name: Host, value: shop.example.com }]', TO_TLS),
      // the address of the node is not known
      probed('path: /status, port: 80', 'location = /status { allow 10.42.0.0/16; deny all; stub_status; }'),
      checked('curl -f http://localhost/', 'if ($http_user_agent = "") { return 444; } location / { return 204; }'),
      checked('curl -f -A probe http://localhost/', 'if ($http_user_agent != probe) { return 403; } location / { return 204; }'),
      checked('wget -q --user-agent=probe http://127.0.0.1/', 'if ($http_user_agent != probe) { return 403; } location / { return 204; }'),
    ],
  },
  {
    rule: 'container-ends-at-once',
    bad: [
      compose('command: nginx'),
      compose('command: ["nginx", "-g", "worker_processes 2;"]'),
      compose(`command: sh -c "envsubst < /t > /etc/nginx/conf.d/a.conf && nginx"`),
      compose('entrypoint: ["/usr/sbin/nginx", "-c", "/etc/nginx/nginx.conf"]'),
      compose('command: nginx', `daemon on;\n${SITE}`),
      image(`FROM debian:13\nRUN apt-get update && apt-get install -y nginx\n${COPY}\nCMD nginx`),
      image(`FROM nginx:1.30\n${COPY}\nENTRYPOINT ["nginx"]`),
      image(`FROM ubuntu:24.04\n${COPY}\nCMD ["/etc/init.d/nginx", "start"]`),
      image(
        `FROM nginx:1.30\n${COPY}\nCOPY start.sh /\nCMD ["/start.sh"]`,
        SITE,
        '#- start.sh\n#!/bin/sh\nset -e\nexport A=1\nnginx -t\nnginx\n',
      ),
      pod('command: ["nginx"]'),
    ],
    sane: [
      compose('restart: always'),
      compose(`command: nginx -g 'daemon off;'`),
      compose('command: ["nginx-debug", "-g", "daemon off;"]'),
      compose('command: ["nginx", "-gdaemon off;"]'),
      compose('command: ["nginx"]', `daemon off;\n${SITE}`),
      compose('command: ["nginx"]', `include more.conf;\n${SITE}`),
      compose('command: nginx -t'),
      compose('command: sh -c "nginx && tail -f /var/log/nginx/error.log"'),
      compose(`command: sh -c "while :; do sleep 6h; nginx -s reload; done & nginx -g 'daemon off;'"`),
      compose('command: sh -c "nginx $$OPTIONS"'),
      compose('command: nginx', SITE, 'registry.example.com/edge'),
      compose(
        'command: ["nginx", "-c", "/etc/nginx/edge.conf"]',
        SITE,
        'nginx:1.30',
        '"./nginx.conf:/etc/nginx/nginx.conf:ro", "./edge.conf:/etc/nginx/edge.conf:ro"',
        `#- edge.conf\ndaemon off;\n${SITE}`,
      ),
      image(`FROM nginx:1.30\n${COPY}\nRUN echo "daemon off;" >> /etc/nginx/nginx.conf\nCMD ["nginx"]`),
      image(`FROM nginx:1.30\n${COPY}\nENTRYPOINT ["nginx"]\nCMD ["-g", "daemon off;"]`),
      image(`FROM nginx:1.30\n${COPY}\nCMD service php8.4-fpm start && nginx -g "daemon off;"`),
      image(`FROM debian:13\n${COPY}\nCMD service nginx start && gunicorn shop.wsgi`),
      image(`FROM nginx:1.30\n${COPY}\nCOPY start.sh /\nCMD ["/start.sh"]`, SITE, '#- start.sh\n#!/bin/sh\nnginx\nwait-for-ever\n'),
      image(`FROM nginx:1.30\n${COPY}\nCOPY start.sh /\nCMD ["/start.sh"]`, SITE, '#- start.sh\n#!/bin/sh\nrun-the-application\nnginx\n'),
      pod('command: ["nginx"]\n          args: ["-g", "daemon off;"]'),
    ],
  },
  {
    rule: 'unwritable-path',
    bad: [
      compose('read_only: true'),
      compose('read_only: true\ntmpfs: [/tmp]'),
      compose('read_only: true\ntmpfs: [/var/run]'),
      compose(
        'read_only: true\ntmpfs: ["/run", "/var/cache/nginx:size=64m"]',
        `${SITE.replace('root', 'access_log /srv/log/a.log; root')}`,
      ),
      compose('user: nginx'),
      compose('user: "1000:1000"', `pid /tmp/a.pid;\n${SITE}`),
      compose('ports: ["80:8080"]', SITE, 'nginxinc/nginx-unprivileged:1.30'),
      image(`FROM nginx:1.30-alpine\n${COPY}\nUSER nginx`),
      pod('securityContext: { readOnlyRootFilesystem: true }'),
      pod('securityContext: { runAsNonRoot: true }', IN_TMP),
      pod('env: []', SITE, '      securityContext: { runAsNonRoot: true, runAsUser: 101 }\n'),
    ],
    sane: [
      compose('read_only: true\ntmpfs: [/run, /var/cache/nginx]'),
      compose('read_only: true\ntmpfs: [/var/run, /var/cache]'),
      compose('read_only: true\ntmpfs: [/tmp]', IN_TMP),
      compose('read_only: true', SITE, 'nginx:1.30', '"./nginx.conf:/etc/nginx/nginx.conf:ro", "run:/var/run", "cache:/var/cache/nginx"'),
      compose('read_only: true\ntmpfs: [/run, /var/cache/nginx]', `${SITE.replace('root', 'access_log /var/log/nginx/access.log; root')}`),
      compose('read_only: false'),
      compose('read_only: true', SITE, 'registry.example.com/edge'),
      compose('user: "0:0"'),
      compose('user: "${UID}:${GID}"'),
      compose('user: "101"', IN_TMP),
      compose('user: "101"\ntmpfs: [/run, /var/cache/nginx]'),
      compose(
        'read_only: true\ncommand: nginx -g "pid /dev/shm/a.pid; daemon off;"',
        SITE,
        'nginx:1.30',
        '"./nginx.conf:/etc/nginx/nginx.conf:ro", "cache:/var/cache/nginx"',
      ),
      compose('ports: ["80:8080"]', `pid /tmp/nginx.pid;\n${SITE}`, 'nginxinc/nginx-unprivileged:1.30'),
      image(
        `FROM nginx:1.30\n${COPY}\nRUN chown -R nginx /var/cache/nginx && touch /run/nginx.pid && chown nginx /run/nginx.pid\nUSER nginx`,
      ),
      image(`FROM nginxinc/nginx-unprivileged:1.30\nUSER root\n${COPY}\n`),
      image(`FROM nginx:1.30\n${COPY}\nRUN /prepare.sh\nUSER nginx`),
      image(`FROM nginx:1.30\n${COPY}\nRUN chgrp -R 0 /var/ /run && chmod -R g=u /var/ /run\nUSER 1001`),
      pod(
        'securityContext: { readOnlyRootFilesystem: true }',
        SITE,
        '',
        ', { name: run, mountPath: /var/run }, { name: cache, mountPath: /var/cache/nginx }',
        ', { name: run, emptyDir: {} }, { name: cache, emptyDir: {} }',
      ),
      pod('securityContext: { runAsNonRoot: true }', `pid /tmp/nginx.pid;\n${SITE}`, '', '', '', 'nginxinc/nginx-unprivileged:1.30'),
      pod('securityContext: { runAsNonRoot: true, runAsUser: 101 }', IN_TMP),
    ],
  },
];
