/** The kinds of fault that rules were once fooled by: by a word that is there, by the block in which it stands, by another protocol. */
import { http, main, stream, type Trial } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const CERT = 'ssl_certificate /etc/ssl/a.pem;\nssl_certificate_key /etc/ssl/a.key;';
const TLS = `listen 443 ssl;\nserver_name a.example;\n${CERT}\n`;
export const TRIALS: readonly Trial[] = [
  {
    rule: 'weak-protocol',
    bad: [
      `${TLS}ssl_conf_command Protocol "-ALL,TLSv1,TLSv1.2";`,
      stream(`server { listen 443 ssl; ${CERT} ssl_protocols SSLv3 TLSv1.2; proxy_pass 127.0.0.1:1; }`),
      `${TLS}ssl_conf_command MinProtocol TLSv1;`,
    ],
    sane: [`${TLS}ssl_conf_command Protocol "-ALL,TLSv1.3";`, `${TLS}ssl_conf_command MinProtocol TLSv1.2;`],
  },
  {
    rule: 'below-mozilla-profile',
    bad: [`${TLS}ssl_conf_command CipherString ECDHE-RSA-AES128-SHA256;`],
    sane: [`${TLS}ssl_conf_command CipherString ECDHE-RSA-AES128-GCM-SHA256;`],
  },
  {
    rule: 'alias-traversal',
    bad: [
      'location ~ ^/u/(\\w+)(.*)$ { alias /home/$1/public/$2; }',
      'location /img { alias /data/img/; }',
      'location ~ ^/s(.*)$ { alias /srv/$1; }',
    ],
    sane: ['location ~ ^/u/(\\w+)/(.*)$ { alias /home/$1/public/$2; }', 'location /img { internal; alias /data/img/; }'],
  },
  {
    rule: 'basic-auth-over-http',
    bad: [
      http(`server { listen 8080; location / { auth_basic x; auth_basic_user_file h; ${APP} } }`),
      http(`auth_basic x;\nauth_basic_user_file h;\nserver { listen 80; location / { ${APP} } }`),
      http(`# x_forwarded_proto\nserver { listen 80; auth_basic x; auth_basic_user_file h; location / { ${APP} } }`),
    ],
    sane: [
      http(`server { listen 80; auth_basic x; auth_basic_user_file h; location / { return 301 https://$host$request_uri; } }`),
      http(
        `server { listen 80; location / { auth_basic x; auth_basic_user_file h; if ($scheme = http) { return 301 https://$host$request_uri; } ${APP} } }`,
      ),
      http(`server { listen 80; auth_basic x; auth_basic_user_file h; rewrite ^ https://a.example$request_uri permanent; }`),
    ],
  },
  {
    rule: 'cipher-has-no-effect',
    bad: [
      `${TLS}ssl_ciphers HIGH:!aNUL;`,
      `${TLS}ssl_ciphers HIGH:!WEAK;`,
      http(`ssl_protocols TLSv1.3;\nssl_ciphers HIGH;\nserver { ${TLS} }`),
    ],
    sane: [`${TLS}ssl_ciphers HIGH:!aNULL:!MD5;`, `${TLS}ssl_ciphers ECDHE+AESGCM:!RC4;`],
  },
  {
    rule: 'secret-in-config',
    bad: [
      'location / { fastcgi_param HTTP_AUTHORIZATION "Basic dXNlcjpwYXNzd29yZA=="; fastcgi_pass 127.0.0.1:1; }',
      'set $t "Bearer s3cr3tT0kenValue42";',
      http('map $http_authorization $ok { default 0; "Bearer s3cr3tT0kenValue42" 1; }\nserver { if ($ok = 0) { return 401; } }'),
      'if ($http_x_api_key != "s3cr3tT0kenValue42") { return 403; }',
      'location / { secure_link $arg_m; secure_link_md5 "$uri s3cr3tValue42"; }',
      `location / { proxy_set_header Cookie "session=s3cr3tT0kenValue42"; ${APP} }`,
      'more_set_input_headers "Authorization: Basic dXNlcjpwYXNzd29yZA==";',
      `location / { proxy_set_header Authorization "Basic dXNlcjpwYXNzd29yZA=="; ${APP} }`,
    ],
    sane: [
      `location / { proxy_set_header Authorization $http_authorization; ${APP} }`,
      `location / { proxy_set_header Authorization ""; ${APP} }`,
      'set $t "Bearer $arg_token";',
      'if ($http_x_api_key = "") { return 403; }',
    ],
  },
  {
    rule: 'session-cache-ineffective',
    bad: [
      `${TLS}ssl_session_tickets off;`,
      http(`ssl_session_cache none;\nserver { ${TLS} ssl_session_tickets off; }`),
      `${TLS}ssl_session_cache builtin;`,
    ],
    sane: [
      `${TLS}ssl_session_tickets off;\nssl_session_cache shared:TLS:10m;`,
      main(`worker_processes 1;\nevents { }\nhttp { server { ${TLS} ssl_session_cache builtin; } }`),
    ],
  },
  {
    rule: 'security-headers-missing',
    bad: [`${TLS}add_header Content-Security-Policy "default-src 'self'";\nroot /srv;`],
    sane: [
      `${TLS}add_header Content-Security-Policy "frame-ancestors 'none'";\nadd_header X-Content-Type-Options nosniff;\nadd_header Referrer-Policy same-origin;\nlocation / { ${APP} }`,
    ],
  },
  {
    rule: 'unsafe-php-path',
    bad: [
      'location ~ ^/pma/(.+\\.php)$ { fastcgi_pass 127.0.0.1:9; fastcgi_param SCRIPT_FILENAME /srv/$1; }',
      'location ~ \\.php { fastcgi_pass 127.0.0.1:9; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; }',
    ],
    sane: ['location ~ \\.php$ { try_files $uri =404; fastcgi_pass 127.0.0.1:9; }'],
  },
  {
    rule: 'header-inheritance-lost',
    bad: [
      'deny all;\nlocation / { deny 10.0.0.9; root /srv; }',
      'add_header X-Frame-Options DENY;\nlocation / { add_header X-A b; root /srv; }',
      `proxy_set_header Host $host;\nlocation / { proxy_set_header X-A b; ${APP} }`,
    ],
    sane: [
      'proxy_set_header Host $host;\nlocation / { proxy_set_header X-A b; return 204; }',
      'proxy_set_header Host $host;\nlocation / { proxy_set_header X-A b; uwsgi_pass 127.0.0.1:1; }',
      'add_header X-Frame-Options DENY;\nlocation / { add_header X-A b; return 444; }',
    ],
  },
  {
    rule: 'http-not-redirected',
    bad: [
      http(
        `server { listen 80; server_name a.example; if ($host = www.a.example) { return 301 http://a.example$request_uri; } location / { ${APP} } }\nserver { ${TLS} }`,
      ),
      http(`server { listen 80; server_name a.example; if ($bad) { return 403; } location / { ${APP} } }\nserver { ${TLS} }`),
    ],
    sane: [
      http(
        `server { listen 80; server_name a.example; location /.well-known/acme-challenge/ { root /srv; } location ~ ^/ { return 301 https://$host$request_uri; } }\nserver { ${TLS} }`,
      ),
      http(
        `server { listen 80; server_name a.example; location / { try_files /nope @r; } location @r { return 301 https://$host$request_uri; } }\nserver { ${TLS} }`,
      ),
    ],
  },
  {
    rule: 'early-data-replay',
    bad: [`${TLS}ssl_early_data on;\nlocation / { ${APP} }`],
    sane: [
      http(
        `map "$request_method:$ssl_early_data" $too_early { default 0; "~^(POST|PUT):1$" 1; }\nserver { ${TLS} ssl_early_data on; if ($too_early) { return 425; } location / { ${APP} } }`,
      ),
      `${TLS}ssl_early_data on;\nssl_protocols TLSv1.2;\nlocation / { ${APP} }`,
      `${TLS}ssl_early_data on;\nlocation / { proxy_set_header Early-Data $ssl_early_data; ${APP} }`,
    ],
  },
  {
    rule: 'content-type-by-add-header',
    bad: [
      'location /a { return 200 x; add_header Content-Type text/plain; }',
      `location / { add_header Content-Type application/json; ${APP} }`,
    ],
    sane: [
      'location /a { types { } default_type ""; add_header Content-Type text/plain; return 200 x; }',
      'location /a { default_type text/plain; return 200 x; }',
    ],
  },
  {
    rule: 'forwarded-for-trusted',
    bad: [
      http('map $http_x_forwarded_for $ok { default 0; 10.0.0.1 1; }\nserver { if ($ok = 0) { return 403; } }'),
      'if ($http_x_real_ip = 10.0.0.1) { set $ok 1; }\nif ($ok != 1) { return 403; }',
      'if ($http_cf_connecting_ip != 10.0.0.1) { return 403; }',
      'set_real_ip_from 0.0.0.0/1;\nset_real_ip_from 128.0.0.0/1;\nreal_ip_header X-Forwarded-For;',
    ],
    sane: [
      'set_real_ip_from 10.0.0.0/8;\nreal_ip_header X-Forwarded-For;',
      http('server { listen 127.0.0.1:80; set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For; }'),
    ],
  },
  {
    rule: 'login-unlimited',
    bad: [
      `location ~ ^/(register|login)$ { ${APP} }`,
      `location /users/sign_in { ${APP} }`,
      `location /api-token-auth/ { ${APP} }`,
      http(`deny 192.0.2.7;\nserver { location /login { ${APP} } }`),
    ],
    sane: [
      http(`limit_req_zone $binary_remote_addr zone=l:1m rate=1r/s;\nserver { location /login { limit_req zone=l; ${APP} } }`),
      `location /login { allow 10.0.0.0/8; deny all; ${APP} }`,
    ],
  },
  {
    rule: 'cache-key-leaks',
    bad: [
      http(
        `proxy_cache_path /c keys_zone=p:1m;\nserver { location / { ${APP} proxy_cache p; proxy_cache_valid 200 10m; proxy_ignore_headers Set-Cookie; proxy_cache_bypass $cookie_sessionid; } }`,
      ),
      http(
        'uwsgi_cache_path /c keys_zone=p:1m;\nserver { location / { uwsgi_pass 127.0.0.1:1; uwsgi_cache p; uwsgi_cache_key $uri; uwsgi_cache_valid 200 1m; uwsgi_ignore_headers Set-Cookie; } }',
      ),
      http(
        `proxy_cache_path /c keys_zone=p:1m;\nserver { server_name *.example; location / { ${APP} proxy_set_header Host $host; proxy_cache p; proxy_cache_key $request_uri; proxy_cache_valid 200 1m; } }`,
      ),
    ],
    sane: [
      http(
        `proxy_cache_path /c keys_zone=p:1m;\nserver { location / { ${APP} proxy_set_header Host $host; proxy_cache p; proxy_cache_key $scheme$host$request_uri; proxy_cache_valid 200 10m; proxy_cache_bypass $cookie_sessionid; proxy_no_cache $cookie_sessionid; } }`,
      ),
    ],
  },
  {
    rule: 'cache-without-lock',
    bad: [http(`proxy_cache_path /c keys_zone=p:1m;\nserver { location / { ${APP} proxy_cache p; proxy_cache_valid 200 1m; } }`)],
    sane: [
      http(
        `proxy_cache_path /c keys_zone=p:1m;\nserver { location / { ${APP} proxy_cache p; proxy_cache_valid 200 1m; proxy_cache_lock on; proxy_cache_use_stale updating; } }`,
      ),
    ],
  },
  {
    rule: 'cache-purge-open',
    bad: [
      'location /purge { allow all; proxy_cache_purge p $uri; }',
      http(
        'map $request_method $purge { PURGE 1; default 0; }\nserver { location / { proxy_cache p; proxy_cache_purge $purge; proxy_pass http://127.0.0.1:1; } }',
        { settings: { flavour: 'plus' } },
      ),
    ],
    sane: [
      'location /purge { allow 127.0.0.1; deny all; proxy_cache_purge p $uri; }',
      http('geo $may { default 0; 10.0.0.0/8 1; }\nserver { location /purge { if ($may = 0) { return 403; } proxy_cache_purge p $uri; } }'),
    ],
  },
  {
    rule: 'limit-never-runs',
    bad: [
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; location / { return 200 x; } location /a { return 301 /; } }',
      ),
    ],
    sane: [
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; if ($arg_ok) { break; } return 403; proxy_pass http://127.0.0.1:1; } }',
      ),
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; error_page 418 = @app; return 418; location @app { proxy_pass http://127.0.0.1:1; } }',
      ),
    ],
  },
  {
    rule: 'connection-header-keepalive',
    settings: { nginx: '1.22.1' },
    bad: [
      http(
        'map $http_upgrade $connection_upgrade { default upgrade; "" close; }\nupstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_pass http://u; } }',
      ),
      http('upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { fastcgi_pass u; } }'),
    ],
    sane: [
      http(
        'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://u; } }',
      ),
    ],
  },
  {
    rule: 'websocket-upgrade-incomplete',
    bad: [
      `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection ""; ${APP} }`,
      `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection keep-alive; ${APP} }`,
    ],
    sane: [`location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; ${APP} }`],
  },
  {
    rule: 'dns-resolved-once',
    bad: [
      'location / { proxy_pass https://api.example.com$request_uri; }',
      'set $api api.example.com;\nlocation / { proxy_pass https://$api$request_uri; }',
      http('upstream app { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://app:8080$request_uri; } }'),
      stream('map $remote_addr $b { default a.example:1; }\nserver { listen 9; proxy_pass $b; }'),
    ],
    sane: ['resolver 127.0.0.1;\nset $api api.example.com;\nlocation / { proxy_pass https://$api$request_uri; }', `location / { ${APP} }`],
  },
  {
    rule: 'stapling-without-resolver',
    bad: [`${TLS}ssl_stapling on;`],
    sane: [`${TLS}ssl_stapling on;\nssl_stapling_responder http://10.0.0.5/;`, `${TLS}ssl_stapling on;\nresolver 127.0.0.1;`],
  },
  {
    rule: 'session-tickets-not-rotated',
    bad: [`${TLS}ssl_session_tickets on;\nssl_session_cache builtin;`],
    sane: [http(`ssl_session_tickets on;\nserver { ${TLS} ssl_session_cache shared:T:1m; }`)],
  },
  {
    rule: 'websocket-origin-unchecked',
    bad: [`location /ws { proxy_http_version 1.1; proxy_set_header Upgrade websocket; proxy_set_header Connection upgrade; ${APP} }`],
    sane: [],
  },
  {
    rule: 'upload-executed',
    bad: ['root /srv;\nlocation /uploads/ { }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9; }'],
    sane: ['root /srv;\nlocation ^~ /uploads/ { }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9; }'],
  },
  {
    rule: 'multiline-header',
    bad: [
      'set $h "a\n b";\nadd_header A $h;',
      'return 301 "https://a.example/\n x";',
      'location / { auth_basic "a\nb"; auth_basic_user_file h; }',
    ],
    sane: ['add_header A "a b";'],
  },
  {
    rule: 'upstream-sni-missing',
    bad: [
      'set $b https://api.example.net;\nresolver 127.0.0.1;\nlocation / { proxy_pass $b; }',
      stream('server { listen 9; proxy_ssl on; proxy_pass api.example.net:443; }'),
    ],
    sane: ['location / { proxy_ssl_server_name on; proxy_pass https://api.example.net; }'],
  },
  {
    rule: 'upstream-tls-unverified',
    bad: [
      'location / { proxy_pass https://api.example.net; }',
      stream('server { listen 9; proxy_ssl on; proxy_pass api.example.net:443; }'),
    ],
    sane: ['location / { proxy_ssl_verify on; proxy_ssl_trusted_certificate /ca.pem; proxy_pass https://api.example.net; }'],
  },
  { rule: 'plain-on-443', bad: ['listen 443;'], sane: ['listen 443 proxy_protocol;', `${TLS}`] },
  {
    rule: 'forward-secrecy-missing',
    bad: [`${TLS}ssl_ciphers AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;`],
    sane: [`${TLS}ssl_protocols TLSv1.3;\nssl_ciphers AES128-GCM-SHA256;`],
  },
  { rule: 'weak-cipher', bad: [`${TLS}ssl_ciphers HIGH:RC4-SHA:3DES;`], sane: [`${TLS}ssl_protocols TLSv1.3;\nssl_ciphers RC4-SHA:HIGH;`] },
  { rule: 'cipher-string-empty-or-unreadable', bad: [`${TLS}ssl_ciphers NOSUCH;`], sane: [`${TLS}ssl_ciphers PROFILE=SYSTEM;`] },
  {
    rule: 'sensitive-files-served',
    bad: [
      http(
        'upstream app { server unix:/srv/shop/run/g.sock; }\nserver { root /srv/shop; location / { try_files $uri @app; } location @app { proxy_pass http://app; } }',
      ),
    ],
    sane: [
      http(
        'upstream app { server unix:/srv/shop/run/g.sock; }\nserver { root /srv/shop/public; location / { try_files $uri @app; } location @app { proxy_pass http://app; } }',
      ),
    ],
  },
];
