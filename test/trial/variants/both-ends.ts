/** Two ends of one connection that people set up one at a time: what is sent and what is expected, who is asked and who answers. */
import { http, type Trial, tree } from '../trial.ts';

const PAIR = (sends: string, takes: string): string =>
  `events {}\nstream { server { listen 443; ${sends} } }\nhttp { server { listen ${takes}; root /srv; } }`;

const PHP = 'location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; }';
const pages = (lines: string) => http(`server { listen 80; server_name www.example.org; root /srv/blog; index index.php; ${lines} }`);

const SNI = 'map $ssl_preread_server_name $to { default 10.0.0.2:443; a.example.org 10.0.0.3:443; }';

const limited = (conf: string, service: string, more = '') =>
  tree(
    `#- nginx.conf\n${conf}\n#- compose.yaml\nservices:\n  edge:\n    image: nginx:1.30\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n${service}\n${more}`,
  );
const EVENTS = (connections: string, before = '') =>
  `${before}events { worker_connections ${connections}; }\nhttp { server { listen 80; root /srv; } }`;
const FILES = (limit: string) => `    ulimits:\n      nofile:${limit}`;

const named = (listen: string, names: string) => http(`server { listen ${listen}; server_name ${names}; root /srv; }`);

/** An application and nginx in one Compose file, with what each waits for. */
const ordered = (pass: string, web: string, edge: string, more = '', around = '') =>
  tree(
    `#- nginx.conf\nevents {}\nhttp {\n${around}server { listen 80; location / { proxy_pass ${pass}; } }\n}\n#- compose.yaml\nservices:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b 0.0.0.0:8000\n${web}\n  edge:\n    image: nginx:1.30\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n${edge}\n${more}`,
  );

const FAST = 'from fastapi import FastAPI, UploadFile\napp = FastAPI()';
const TAKES = 'async def files(file: UploadFile):\n    return file.filename';
/** An application that takes files at /api/files, and a location with more room. */
const uploads = (place: string, size = '100m', view = TAKES, head = FAST, server = '') =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { server { listen 80; ${server} location ${place} { client_max_body_size ${size}; proxy_pass http://127.0.0.1:8000; } location / { proxy_pass http://127.0.0.1:8000; } } }\n#- app/Procfile\nweb: ${head.includes('Flask') ? 'gunicorn app:app -b 127.0.0.1:8000' : 'uvicorn app:app --port 8000'}\n#- app/app.py\n${head}\n\n\n@app.post("/api/files")\n${view}\n`,
  );

export const TRIALS: readonly Trial[] = [
  {
    rule: 'proxy-protocol-mismatch',
    inside: 'main',
    bad: [
      PAIR('proxy_protocol on; proxy_pass 127.0.0.1:8443;', '127.0.0.1:8443'),
      PAIR('proxy_protocol on; proxy_pass localhost:8443;', '8443'),
      PAIR('proxy_pass unix:/run/in.sock;', 'unix:/run/in.sock proxy_protocol'),
      'events {}\nstream { upstream in { server 127.0.0.1:8443; } server { listen 443; proxy_pass in; } }\nhttp { server { listen 8443 proxy_protocol; root /srv; } }',
      'events {}\nstream { proxy_protocol on; server { listen 443; proxy_pass 127.0.0.1:8443; } }\nhttp { server { listen 8443; root /srv; } }',
      'events {}\nhttp { server { listen 80; location / { proxy_pass http://127.0.0.1:8080; } } server { listen 8080 proxy_protocol; root /srv; } }',
      'events {}\nstream { server { listen 443; proxy_pass 127.0.0.1:444; } server { listen 444 proxy_protocol; proxy_pass 10.0.0.2:443; } }',
    ],
    sane: [
      PAIR('proxy_protocol on; proxy_pass 127.0.0.1:8443;', '127.0.0.1:8443 proxy_protocol'),
      PAIR('proxy_pass 127.0.0.1:8443;', '127.0.0.1:8443'),
      // of the other machine nobody knows
      PAIR('proxy_protocol on; proxy_pass 10.0.0.7:8443;', '8443'),
      PAIR('proxy_protocol on; proxy_pass 127.0.0.1:9443;', '8443'),
      'events {}\nstream { proxy_protocol on; server { listen 443; proxy_protocol off; proxy_pass 127.0.0.1:8443; } }\nhttp { server { listen 8443; root /srv; } }',
      'events {}\nhttp { server { listen 80 proxy_protocol; listen 127.0.0.1:8080; location / { proxy_pass http://127.0.0.1:8080; } } }',
      'events {}\nstream { server { listen 53 udp; proxy_pass 127.0.0.1:8443; } server { listen 443; proxy_protocol on; proxy_pass 127.0.0.1:8443; } }\nhttp { server { listen 8443 proxy_protocol; root /srv; } }',
      // a site that is not seen may have the parameter
      'events {}\nstream { server { listen 443; proxy_protocol on; proxy_pass 127.0.0.1:8443; } }\nhttp { include /srv/unseen/*.conf; server { listen 8443; root /srv; } }',
    ],
  },
  {
    rule: 'preread-off',
    inside: 'stream',
    bad: [
      `${SNI}\nserver { listen 443; proxy_pass $to; }`,
      `${SNI}\nserver { listen 443; ssl_preread off; proxy_pass $to; }`,
      'server { listen 443; resolver 10.0.0.1; proxy_pass $ssl_preread_server_name:443; }',
      'map $ssl_preread_alpn_protocols $to { default 127.0.0.1:8443; ~\\bh2\\b 127.0.0.1:8444; }\nserver { listen 443; proxy_pass $to; }',
      `${SNI}\nmap $to $through { default $to; 10.0.0.3:443 127.0.0.1:443; }\nserver { listen 443; proxy_pass $through; }`,
      'map $ssl_preread_protocol $to { default 127.0.0.1:8443; "" 127.0.0.1:22; }\nserver { listen 443; proxy_pass $to; }',
    ],
    sane: [
      `${SNI}\nserver { listen 443; ssl_preread on; proxy_pass $to; }`,
      `ssl_preread on;\n${SNI}\nserver { listen 443; proxy_pass $to; }`,
      `${SNI}\nserver { listen 443; proxy_pass 10.0.0.2:443; }`,
      'map $remote_addr $to { default 127.0.0.1:8443; 10.0.0.1 127.0.0.1:8444; }\nserver { listen 443; proxy_pass $to; }',
      'map $ssl_server_name $to { default 127.0.0.1:8443; }\nserver { listen 443 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem; proxy_pass $to; }',
      'log_format sni $ssl_preread_server_name;\nserver { listen 443; access_log /var/log/nginx/sni.log sni; proxy_pass 127.0.0.1:8443; }',
      // a line of a file that is not seen may switch it on
      `${SNI}\nserver { listen 443; include /srv/unseen/*.conf; proxy_pass $to; }`,
    ],
  },
  {
    rule: 'page-answered-as-error',
    bad: [
      pages(`error_page 404 /index.php; ${PHP}`),
      pages(`error_page 403 404 /index.php; ${PHP}`),
      pages(`location / { error_page 404 /index.php; } ${PHP}`),
      http(`error_page 404 /index.php;\nserver { listen 80; root /srv/blog; ${PHP} }`),
      pages('error_page 404 /public/index.php; location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; }'),
      pages('location / { try_files $uri =404; error_page 404 /index.php; } location = /index.php { proxy_pass http://127.0.0.1:8080; }'),
      pages('error_page 404 /index.php; location ~ \\.php$ { include fastcgi_params; uwsgi_pass 127.0.0.1:9000; }'),
    ],
    sane: [
      pages(`try_files $uri $uri/ /index.php$is_args$args; ${PHP}`),
      pages(`error_page 404 = /index.php; ${PHP}`),
      pages(`error_page 404 =200 /index.php; ${PHP}`),
      pages(`error_page 404 /404.php; ${PHP}`),
      pages(`error_page 404 /index.php?error=404; ${PHP}`),
      pages(`location / { try_files $uri /index.php?$args; } error_page 404 /index.php; ${PHP}`),
      pages(`error_page 404 /index.html; ${PHP}`),
      // an error of the application itself
      pages(`location / { proxy_pass http://127.0.0.1:8080; proxy_intercept_errors on; error_page 404 /index.php; } ${PHP}`),
      pages(`if (!-e $request_filename) { rewrite ^ /index.php last; } error_page 404 /index.php; ${PHP}`),
    ],
  },
  {
    rule: 'listen-on-site-name',
    inside: 'http',
    bad: [
      named('www.example.org:80', 'www.example.org'),
      named('example.org', 'example.org www.example.org'),
      named('api.example.org:8080', 'api.example.org'),
      named('WWW.example.org:80', 'www.example.org'),
      'server { server_name a.example.org; listen a.example.org:443 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem; }',
      'server { server_name b.example.org a.example.org; listen 80; listen a.example.org:8081; root /srv; }',
    ],
    sane: [
      named('80', 'www.example.org'),
      named('localhost:8080', 'localhost'),
      named('127.0.0.1:8080', 'www.example.org'),
      // a name for an address of the machine, which no client asks for
      named('eth1.example.org:80', 'www.example.org'),
      named('backend.internal:80', 'backend.internal'),
      named('unix:/run/www.example.org', 'www.example.org'),
      named('[::1]:80', 'www.example.org'),
      named('*:80', 'www.example.org'),
    ],
  },
  {
    rule: 'connections-above-limit',
    inside: 'tree',
    bad: [
      limited(EVENTS('10240'), FILES(' 1024')),
      limited(EVENTS('2048'), FILES('\n        soft: 1024\n        hard: 524288')),
      limited(EVENTS('65535'), FILES(' "4096"')),
      limited(EVENTS('1024'), FILES(' 512')),
      limited(EVENTS('8192', 'worker_processes auto;\n'), FILES('\n        soft: 8191\n        hard: 8191')),
      limited(EVENTS('4000'), FILES(' 1024'), '  other:\n    image: redis:7\n    ulimits:\n      nofile: 65536\n'),
    ],
    sane: [
      limited(EVENTS('10240'), FILES(' 20480')),
      limited(EVENTS('1024'), FILES(' 1024')),
      limited(EVENTS('10240'), ''),
      limited(EVENTS('10240', 'worker_rlimit_nofile 20480;\n'), FILES('\n        soft: 1024\n        hard: 65536')),
      limited(EVENTS('10240'), '    ulimits:\n      nproc: 512'),
      limited(EVENTS('10240'), '', '  other:\n    image: redis:7\n    ulimits:\n      nofile: 1024\n'),
      limited(EVENTS('10240'), FILES(' $LIMIT')),
    ],
  },
  {
    rule: 'service-name-unresolved',
    inside: 'tree',
    bad: [
      ordered('http://web:8000', '    depends_on: [edge]', ''),
      ordered('http://web:8000', '    depends_on:\n      edge:\n        condition: service_started', ''),
      ordered('http://web:8000', '    depends_on: [cache]', '', '  cache:\n    image: redis:7\n    depends_on: [edge]\n'),
      ordered('http://web:8000/api/', '    depends_on: [edge]', '    restart: "no"'),
      ordered('http://app', '    depends_on: [edge]', '', '', 'upstream app { server web:8000; }\n'),
      ordered('http://web:8000', '    depends_on: [edge, cache]', '', '  cache:\n    image: redis:7\n'),
    ],
    sane: [
      ordered('http://web:8000', '', '    depends_on: [web]'),
      ordered('http://web:8000', '', ''),
      ordered('http://web:8000', '    depends_on: [cache]', '', '  cache:\n    image: redis:7\n'),
      // it is started again until the name is there
      ordered('http://web:8000', '    depends_on: [edge]', '    restart: always'),
      ordered('http://web:8000', '    depends_on: [edge]', '    deploy:\n      restart_policy:\n        condition: any'),
      // asked for while nginx runs
      ordered('http://$app:8000', '    depends_on: [edge]', '', '', 'resolver 127.0.0.11;\nmap $host $app { default web; }\n'),
      ordered('http://10.0.0.9:8000', '    depends_on: [edge]', ''),
    ],
  },
  {
    rule: 'body-limit-mismatch',
    inside: 'tree',
    bad: [
      uploads('/upload/'),
      uploads('= /files'),
      uploads('/media/', '50m'),
      uploads('/upload/', '0'),
      uploads(
        '/upload/',
        '100m',
        'def files():\n    return request.files["a"].filename',
        'from flask import Flask, request\napp = Flask(__name__)',
      ),
      uploads('/api/files/big'),
    ],
    sane: [
      uploads('/api/'),
      uploads('/api/files'),
      uploads('/upload/', '1m'),
      uploads('/upload/', '100m', 'async def files(name: str):\n    return name'),
      uploads('/upload/', '100m', undefined, undefined, 'client_max_body_size 20m;'),
      // a router may have more of them
      uploads('/upload/', '100m', undefined, `${FAST}\nfrom uploads import router\napp.include_router(router)`),
      uploads('/upload/', '100m', undefined, undefined, 'client_max_body_size 0;'),
    ],
  },
];
