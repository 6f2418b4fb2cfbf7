/** Faults that are certain and that no rule said: each tried on the real nginx, beside sane lines that look like it. */
import { django, main } from '../projects.ts';
import { http, location, type Trial, tree } from '../trial.ts';

const UWSGI = 'include uwsgi_params; uwsgi_pass unix:/run/shop.sock;';
const PHP = 'location ~ \\.php$ { fastcgi_pass unix:/run/php/php-fpm.sock; }';

/** Two conditions that add a letter each, and one that compares with what is made. */
const summed = (compared: string, first = 'set $flag "";'): string =>
  `location / { ${first} if ($request_method = POST) { set $flag "\${flag}1"; } if ($cookie_user = "") { set $flag "\${flag}2"; } if ($flag = "${compared}") { return 403; } proxy_pass http://127.0.0.1:8000; }`;

/** A map of the type of the answer, in a site of PHP that expires by it. */
const expiring = (rows: string, of = '$sent_http_content_type', site = `expires $kept; ${PHP}`): ReturnType<typeof http> =>
  http(`map ${of} $kept { default 7d; ${rows} } server { root /srv/shop; ${site} }`);

const FLASK = {
  'app/main.py': "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef home():\n    return 'x'",
  'app/requirements.txt': 'flask\ngunicorn',
  Procfile: 'web: gunicorn --bind 127.0.0.1:8000 --chdir app main:app',
};
const flask = (rows: string, line: string): ReturnType<typeof tree> =>
  tree(
    Object.entries({
      'nginx.conf': main(
        `map $upstream_http_content_type $policy { default ""; ${rows} } server { location / { ${line} proxy_pass http://127.0.0.1:8000; } }`,
      ),
      ...FLASK,
    })
      .map(([path, text]) => `#- ${path}\n${text}\n`)
      .join(''),
  );

const POLICY = 'map $sent_http_content_type $policy { default ""; text/html "default-src \'self\'"; }';

/** An application of this machine that makes its socket at the path, with lines in its unit. */
const unit = (path: string, lines: string, user = ''): ReturnType<typeof tree> =>
  tree(
    `#- nginx.conf\n${user}\nevents {}\nhttp { server { location / { proxy_pass http://unix:${path}; } } }\n#- shop.service\n[Service]\nUser=shop\n${lines}\nExecStart=/srv/venv/bin/gunicorn --bind unix:${path} --umask 0 shop.wsgi\n`,
  );

/** A container of nginx with these lines in its server, and the ports that are published. */
const published = (lines: string, ports: string): ReturnType<typeof tree> =>
  tree(
    `#- nginx.conf\nevents {}\nhttp { server { ${lines} location / { return 204; } } }\n#- compose.yaml\nservices:\n  nginx:\n    image: nginx:1.28\n    ports: [${ports}]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n`,
  );

export const TRIALS: readonly Trial[] = [
  {
    rule: 'request-header-wrong-value',
    inside: 'location',
    bad: [
      `uwsgi_param X-Forwarded-Proto $scheme; ${UWSGI}`,
      `uwsgi_param X-Real-IP $remote_addr; ${UWSGI}`,
      `uwsgi_param X-Forwarded-For $proxy_add_x_forwarded_for; ${UWSGI}`,
      'include fastcgi_params; fastcgi_param X-Real-IP $remote_addr; fastcgi_pass 127.0.0.1:9000;',
      'include scgi_params; scgi_param X-Forwarded-Host $host; scgi_pass 127.0.0.1:9000;',
      http(`server { uwsgi_param x-forwarded-proto https; location / { uwsgi_pass unix:/run/shop.sock; } }`),
    ],
    sane: [
      `uwsgi_param HTTP_X_FORWARDED_PROTO $scheme; ${UWSGI}`,
      `uwsgi_param X-Forwarded-Proto $scheme; uwsgi_param HTTP_X_FORWARDED_PROTO $scheme; ${UWSGI}`,
      `uwsgi_param UWSGI_SCHEME $scheme; ${UWSGI}`,
      `uwsgi_param Host $host; ${UWSGI}`,
      `uwsgi_param X-Shop-Tenant $host; ${UWSGI}`,
      'fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param HTTP_X_REAL_IP $remote_addr; fastcgi_pass 127.0.0.1:9000;',
      'proxy_set_header X-Real-IP $remote_addr; proxy_pass http://127.0.0.1:8000;',
    ],
  },
  {
    rule: 'comparison-constant',
    bad: [
      summed('21'),
      summed('11'),
      summed('112'),
      summed('1 2', 'set $flag 0;'),
      summed('12', 'set $flag 0;'),
      `set $flag ""; if ($request_method = POST) { set $flag "\${flag}P"; } location / { if ($flag = "POST") { return 403; } }`,
      'location / { if ($request_method = POST) { set $t A; } if ($http_cookie ~ seen) { set $t "${t}B"; } if ($t = BA) { return 403; } }',
    ],
    sane: [
      summed('12'),
      summed('2'),
      summed('012', 'set $flag 0;'),
      // what a place before may have made is kept
      `location /a { set $flag 2; rewrite ^ /b last; } ${summed('21', '')}`,
      // the variable is the client's
      summed('21', 'set $flag $arg_flag;'),
      // a group of an expression of that name
      `if ($uri ~ ^/(?<flag>\\d+)) { set $x 1; } ${summed('21', '')}`,
      'location / { if ($request_method = POST) { set $t A; } if ($http_cookie ~ seen) { set $t "${t}B"; } if ($t = AB) { return 403; } }',
      'location / { if ($request_method = POST) { set $t A; } if ($http_cookie ~ seen) { set $t "${t}B"; } if ($t = BB) { return 403; } rewrite ^ / last; }',
      'include more/*.conf; location / { if ($flag = "21") { return 403; } }',
    ],
  },
  {
    rule: 'map-misses-charset',
    bad: [
      expiring('text/html epoch; text/css max;'),
      expiring('"text/html" epoch; ~image/ max;'),
      expiring('TEXT/HTML epoch;', '${sent_http_content_type}'),
      expiring('text/html off;', '$upstream_http_content_type'),
      http(`${POLICY} server { root /srv/shop; add_header Content-Security-Policy $policy; ${PHP} }`),
      flask('text/html "default-src \'self\'";', 'add_header Content-Security-Policy $policy always;'),
      django(
        'add_header Content-Security-Policy $policy always; location / { proxy_pass http://unix:/run/shop.sock; }\n}\n' +
          POLICY +
          '\nserver { listen 81;',
      ),
    ],
    sane: [
      expiring('~^text/html epoch;'),
      expiring('~text epoch; text/html epoch;'),
      expiring('"text/html; charset=utf-8" epoch; text/html epoch;'),
      // files alone
      expiring('text/html epoch;', '$sent_http_content_type', 'expires $kept; location / { try_files $uri =404; }'),
      // the place of PHP has a line of its own
      expiring('text/html epoch;', '$sent_http_content_type', `expires $kept; ${PHP.replace('{ ', '{ expires off; ')}`),
      // nobody knows the application
      expiring('text/html epoch;', '$sent_http_content_type', 'expires $kept; location / { proxy_pass http://127.0.0.1:8000; }'),
      // the same answer as for all others
      expiring('text/html 7d;'),
      flask('~*html "default-src \'self\'";', 'add_header Content-Security-Policy $policy always;'),
      flask('text/html "default-src \'self\'";', 'add_header X-Frame-Options DENY always;'),
    ],
  },
  {
    rule: 'backslash-in-path',
    bad: [
      'root C:\\new\\site;',
      'root "C:\\sites\\root";',
      "location /a/ { alias 'D:\\data\\temp\\'; }",
      'access_log C:\\nginx\\logs\\access.log;',
      'error_log "C:\\tools\\nginx\\error.log";',
      'auth_basic x; auth_basic_user_file \\\\server\\nginx\\htpasswd;',
      'ssl_certificate C:\\certs\\new.pem; ssl_certificate_key C:/certs/new.key;',
    ],
    sane: [
      'root C:/new/site;',
      'root C:\\sites\\www;',
      'root C:\\\\new\\\\site;',
      'location ~ ^/a\\new { return 204; }',
      'add_header X-A "a\\tb";',
      'return 200 "a\\nb";',
      'location / { rewrite ^/\\n(.*)$ /$1 last; root /srv/www; }',
    ],
  },
  {
    rule: 'cookie-from-client',
    bad: [
      'add_header Set-Cookie "sid=$arg_sid";',
      'add_header Set-Cookie "PHPSESSID=$arg_session; Path=/" always;',
      'location /login { add_header Set-Cookie "auth_token=${arg_token}; Secure; HttpOnly"; return 302 /; }',
      'set $sid $arg_sid; add_header Set-Cookie "sessionid=$sid; Path=/";',
      'add_header Set-Cookie "lang=$arg_lang; Path=/";',
      'add_header Set-Cookie "last=$args; Path=/; HttpOnly";',
    ],
    sane: [
      'add_header Set-Cookie "sid=$request_id; Path=/";',
      http('map $arg_lang $lang { default en; de de; } server { add_header Set-Cookie "lang=$lang; Path=/"; }'),
      http('map $arg_lang $lang { default ""; ~^([a-z]+)$ $1; } server { add_header Set-Cookie "lang=$lang; Path=/"; }'),
      'location / { if ($arg_sid ~ ^[a-z0-9]+$) { add_header Set-Cookie "sid=$arg_sid"; } }',
      'if ($arg_sid !~ ^[a-z0-9]+$) { return 400; } add_header Set-Cookie "sid=$arg_sid";',
      'location / { if ($arg_lang = de) { add_header Set-Cookie "lang=$arg_lang; Path=/"; } }',
      'add_header X-Sid "sid=$arg_sid";',
      location('add_header Set-Cookie "seen=1; Path=/"; return 302 /?sid=$arg_sid;'),
    ],
  },
  {
    rule: 'socket-unreachable',
    bad: [
      unit('/home/shop/app/app.sock', 'ProtectHome=yes'),
      unit('/home/shop/app.sock', 'ProtectHome=true'),
      unit('/home/shop/app.sock', 'ProtectHome=read-only'),
      unit('/home/shop/app.sock', 'ProtectHome=tmpfs'),
      unit('/home/shop/app.sock', 'ProtectHome=no\nProtectHome=yes', 'user shop;'),
      unit('/run/user/1000/app.sock', 'ProtectHome=on', 'user shop;'),
    ],
    sane: [
      unit('/run/shop/app.sock', 'ProtectHome=yes\nRuntimeDirectory=shop'),
      unit('/home/shop/app.sock', 'ProtectHome=no', 'user shop;'),
      unit('/home/shop/app.sock', 'ProtectHome=read-only\nReadWritePaths=/home/shop', 'user shop;'),
      unit('/home/shop/app.sock', 'ProtectHome=tmpfs\nBindPaths=/home/shop', 'user shop;'),
      unit('/home/shop/app.sock', 'ProtectHome=yes\nProtectHome=no', 'user shop;'),
      unit('/srv/shop/app.sock', 'ProtectHome=yes', 'user shop;'),
    ],
  },
  {
    rule: 'published-port-unheard',
    bad: [
      published('listen [::]:80;', '"80:80"'),
      published('listen [::]:8080 default_server;', '"80:8080"'),
      published('listen [::]:80 ipv6only=on;', '"127.0.0.1:8000:80"'),
      published('listen [::1]:80; listen [::]:80 default_server;', '"80:80"'),
      published('listen 80; listen [::]:443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key;', '"80:80", "443:443"'),
      published('listen [::]:80; } server { listen [::]:80; server_name shop.example.com;', '"80:80"'),
    ],
    sane: [
      published('listen 80; listen [::]:80;', '"80:80"'),
      published('listen [::]:80 ipv6only=off;', '"80:80"'),
      published('listen [::]:80;', '"[::1]:80:80"'),
      published('listen [::]:80; } server { listen 80; server_name shop.example.com;', '"80:80"'),
      published('listen [::]:80; } include sites/*.conf; server { listen 81;', '"80:80"'),
      published('listen 80; listen [::]:9000;', '"80:80"'),
    ],
  },
];
