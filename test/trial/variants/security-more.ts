/** Further variants of the rules on security, TLS and what the machine has. */
import { http, main, server, stream, type Trial, tree, type Variant } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const CERT = 'ssl_certificate /etc/ssl/a.pem;\nssl_certificate_key /etc/ssl/a.key;';
const TLS = `listen 443 ssl;\nserver_name a.example;\n${CERT}\n`;
const inc = (inside: string, text: string, settings = {}) => ({
  ...tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`),
  settings,
});
const UPGRADE = 'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $http_connection;\n';
/** A machine: the configuration and what is on its disk. */
const disk = (files: Readonly<Record<string, string>>): Variant =>
  tree(
    Object.entries(files)
      .map(([path, text]) => `#- ${path}\n${text}\n`)
      .join(''),
  );
const conf = (inside: string): string => `events {}\nhttp {\n${inside}\n}`;
const openssl = (version: string, text: string): Variant => server(text, { settings: { openssl: version } });
const nginx = (version: string, text: string): Variant => http(text, { settings: { nginx: version } });

export const TRIALS: readonly Trial[] = [
  {
    rule: 'h2c-upgrade-passed',
    bad: [
      `location /admin/ { deny all; }\nlocation / { ${UPGRADE}${APP} }`,
      `location /internal { auth_basic x; auth_basic_user_file h; ${APP} }\nlocation / { ${UPGRADE}${APP} }`,
      `${UPGRADE}location /admin/ { allow 10.0.0.0/8; deny all; ${APP} }\nlocation / { ${APP} }`,
      http(
        `upstream app { server 127.0.0.1:8000; }\nserver { location /admin/ { deny all; } location / { ${UPGRADE} proxy_pass http://app; } }`,
      ),
      `location = /metrics { deny all; }\nlocation / { proxy_http_version 1.1; proxy_set_header Upgrade "$http_upgrade"; proxy_set_header Connection "$http_connection"; ${APP} }`,
      inc(`server { location /admin/ { deny all; } location / { @ ${APP} } }`, UPGRADE),
    ],
    sane: [
      `location /admin/ { deny all; }\nlocation / { proxy_http_version 1.1; proxy_set_header Upgrade websocket; proxy_set_header Connection upgrade; ${APP} }`,
      `location / { ${UPGRADE}${APP} }`,
      `location /admin/ { deny all; }\nlocation / { ${APP} }`,
      http(
        `map $http_upgrade $up { default ""; websocket websocket; }\nmap $http_upgrade $con { default ""; websocket upgrade; }\nserver { location /admin/ { deny all; } location / { proxy_http_version 1.1; proxy_set_header Upgrade $up; proxy_set_header Connection $con; ${APP} } }`,
      ),
      `deny all;\nlocation / { ${UPGRADE}${APP} }`,
      `location /admin/ { deny all; }\nlocation / { proxy_set_header Connection ""; ${APP} }`,
    ],
  },
  {
    rule: 'header-without-always',
    bad: [
      'add_header X-Frame-Options DENY;\nlocation / { root /srv; }',
      http('add_header Content-Security-Policy "default-src \'self\'";\nserver { root /srv; }'),
      `add_header X-Content-Type-Options nosniff;\nlocation / { ${APP} }`,
      'location / { add_header Referrer-Policy no-referrer; try_files $uri =404; root /srv; }',
      'location / { deny all; add_header X-Frame-Options DENY; }',
      inc('server { @ root /srv; }', 'add_header X-Frame-Options SAMEORIGIN;'),
    ],
    sane: [
      'add_header X-Frame-Options DENY always;\nlocation / { root /srv; }',
      'add_header X-Cache-Status HIT;\nlocation / { root /srv; }',
      'add_header Cache-Control public;\nlocation / { root /srv; }',
      'more_set_headers "X-Frame-Options: DENY";\nroot /srv;',
      'location = /ok { add_header X-Frame-Options DENY; return 200 ok; }',
      inc('server { @ root /srv; }', 'add_header X-Content-Type-Options "nosniff" always;'),
    ],
  },
  {
    rule: 'verdict-unread',
    bad: [
      'location /img/ { valid_referers none blocked server_names; root /srv; }',
      'valid_referers server_names *.a.example;\nlocation / { root /srv; }',
      `${TLS}ssl_client_certificate ca.pem;\nssl_verify_client optional_no_ca;\nlocation / { uwsgi_pass 127.0.0.1:3031; }`,
      'location /dl/ { secure_link $arg_s,$arg_e; secure_link_md5 "$secure_link_expires$uri key"; if ($arg_s = "") { return 403; } root /srv; }',
      http(`ssl_client_certificate ca.pem;\nssl_verify_client optional;\nserver { ${TLS} location / { ${APP} } }`),
      inc('server { location /img/ { @ root /srv; } }', 'valid_referers none *.a.example;'),
    ],
    sane: [
      'location /img/ { valid_referers none blocked server_names; if ($invalid_referer) { return 403; } root /srv; }',
      `${TLS}ssl_client_certificate ca.pem;\nssl_verify_client optional;\nif ($ssl_client_verify != SUCCESS) { return 403; }`,
      `${TLS}ssl_client_certificate ca.pem;\nssl_verify_client on;\nlocation / { ${APP} }`,
      http(
        `map $ssl_client_verify $in { default 0; SUCCESS 1; }\nserver { ${TLS} ssl_client_certificate ca.pem; ssl_verify_client optional; if ($in = 0) { return 403; } }`,
      ),
      `${TLS}ssl_client_certificate ca.pem;\nssl_verify_client optional;\nlocation / { uwsgi_param VERIFIED $ssl_client_verify; uwsgi_pass 127.0.0.1:3031; }`,
      'location /dl/ { secure_link $arg_s,$arg_e; secure_link_md5 "$secure_link_expires$uri key"; if ($secure_link = "") { return 403; } if ($secure_link = 0) { return 410; } root /srv; }',
    ],
  },
  {
    rule: 'workers-run-as-root',
    inside: 'main',
    bad: [
      'user root;\nevents {}',
      'user "root";\nevents {}',
      'user root root;\nevents {}',
      'user root www-data;\nevents {}',
      'events {}\nuser root;\nhttp { }',
      tree('#- nginx.conf\ninclude user.conf;\nevents {}\n#- user.conf\nuser root;\n'),
    ],
    sane: [
      'user www-data;\nevents {}',
      'user nginx nginx;\nevents {}',
      'events {}',
      'user rooty;\nevents {}',
      'user www-data root;\nevents {}',
      tree('#- nginx.conf\ninclude user.conf;\nevents {}\n#- user.conf\nuser nobody nogroup;\n'),
    ],
  },
  {
    rule: 'access-list-passed-by-slashes',
    bad: [
      `merge_slashes off;\nlocation /admin/ { deny all; ${APP} }\nlocation / { ${APP} }`,
      http(`merge_slashes off;\nserver { location /private/ { auth_basic x; auth_basic_user_file h; ${APP} } location / { ${APP} } }`),
      'merge_slashes off;\nroot /srv;\nlocation /secret/ { deny all; }\nlocation / { }',
      'merge_slashes off;\nlocation = /metrics { allow 10.0.0.0/8; deny all; uwsgi_pass 127.0.0.1:3031; }\nlocation / { uwsgi_pass 127.0.0.1:3031; }',
      `merge_slashes off;\nlocation ~ ^/admin { deny all; }\nlocation / { ${APP} }`,
      inc(`server { @ location /admin/ { deny all; ${APP} } location / { ${APP} } }`, 'merge_slashes off;'),
    ],
    sane: [
      `location /admin/ { deny all; ${APP} }\nlocation / { ${APP} }`,
      `merge_slashes on;\nlocation /admin/ { deny all; ${APP} }\nlocation / { ${APP} }`,
      `merge_slashes off;\nlocation ~ ^/+admin { deny all; }\nlocation / { ${APP} }`,
      `merge_slashes off;\nlocation / { ${APP} }`,
      `merge_slashes off;\nallow 10.0.0.0/8;\ndeny all;\nlocation /admin/ { deny all; }\nlocation / { ${APP} }`,
      `merge_slashes off;\nlocation /admin/ { deny all; ${APP} }\nlocation / { return 404; }`,
    ],
  },
  {
    rule: 'auth-request-value-unset',
    bad: [
      inc(
        `server { location / { auth_request /a; @ ${APP} } location = /a { internal; proxy_pass http://127.0.0.1:9; } }`,
        'auth_request_set $u $http_x_user;\nproxy_set_header X-User $u;',
      ),
    ],
    sane: [
      `auth_request /a;\nauth_request_set $u $upstream_http_x_user;\nlocation / { proxy_set_header X-User $u; ${APP} }\nlocation = /a { auth_request off; internal; proxy_pass http://127.0.0.1:9; }`,
    ],
  },
  {
    rule: 'known-vulnerability',
    bad: [
      nginx('1.22.1', 'server { location /v/ { mp4; root /srv; } }'),
      nginx('1.20.0', 'server { location / { resolver 127.0.0.1; set $b a.example; proxy_pass http://$b; } }'),
      nginx('1.25.3', `server { listen 443 quic; listen 443 ssl; ${CERT} }`),
      inc('server { location /v/ { @ root /srv; } }', 'mp4;', { nginx: '1.22.1' }),
    ],
    sane: [
      nginx('1.31.5', 'server { root /srv; }'),
      nginx('1.22.1', 'server { root /srv; }'),
      nginx('1.31.5', 'server { location / { resolver 127.0.0.1; set $b a.example; proxy_pass http://$b; } }'),
    ],
  },
  { rule: 'password-never-asked', bad: [inc('server { root /srv; location /p/ { @ } }', 'auth_basic_user_file staff;')], sane: [] },
  {
    rule: 'program-served-as-text',
    bad: [
      'root /srv/www;\nindex index.php;\nlocation / { try_files $uri $uri/ =404; }',
      'root /srv/www;\nlocation / { index index.php index.html; }',
      inc('server { root /srv/www; @ }', 'index index.php;'),
      'root /srv/www;\nlocation / { try_files $uri $uri/ /index.php?$query_string; }',
      'root /srv/www;\ntry_files $uri /app.php;',
      inc('server { root /srv/wp; location / { @ } }', 'try_files $uri /index.php;'),
    ],
    sane: [
      'root /srv/www;\nlocation / { try_files $uri $uri/ /index.php?$args; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
      'root /srv/www;\nlocation / { try_files $uri /index.php; }\nlocation = /index.php { fastcgi_pass 127.0.0.1:9000; }',
      'root /srv/www;\nlocation / { try_files $uri @app; }\nlocation @app { fastcgi_pass 127.0.0.1:9000; }',
      'root /srv/www;\nlocation / { try_files $uri /index.html; }',
      'location / { proxy_pass http://127.0.0.1:8000; }\nlocation /old/ { root /srv; try_files $uri /index.php; }',
      inc(
        'server { root /srv/www; location / { @ } location ~ [.]php$ { uwsgi_pass 127.0.0.1:9000; } }',
        'try_files $uri /index.php?q=$uri;',
      ),
    ],
  },
  {
    rule: 'referer-none-allowed',
    bad: [inc('server { location /img/ { @ if ($invalid_referer) { return 403; } } }', 'valid_referers none server_names;')],
    sane: ['location /img/ { valid_referers server_names; if ($invalid_referer) { return 403; } }', 'location /img/ { root /srv; }'],
  },
  {
    rule: 'version-disclosed',
    bad: [],
    sane: [
      http('server_tokens off;\nserver { listen 80; root /srv; }'),
      'server_tokens off;\nlocation / { server_tokens off; root /srv; }',
    ],
  },
  {
    rule: 'below-mozilla-profile',
    bad: [inc(`server { ${TLS} @ }`, 'ssl_ciphers ECDHE-RSA-AES256-SHA384;')],
    sane: [`${TLS}ssl_protocols TLSv1.2 TLSv1.3;`, `${TLS}ssl_protocols TLSv1.3;`, 'listen 80;\nroot /srv;'],
  },
  {
    rule: 'dhe-without-parameters',
    bad: [
      http(`ssl_protocols TLSv1.2;\nssl_ciphers DHE-RSA-AES256-GCM-SHA384;\nserver { ${TLS} }`),
      inc(`server { ${TLS} ssl_protocols TLSv1.2; @ }`, 'ssl_ciphers DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384;'),
    ],
    sane: [`${TLS}ssl_protocols TLSv1.2;\nssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384;`],
  },
  {
    rule: 'forward-secrecy-missing',
    bad: [inc(`server { ${TLS} @ }`, 'ssl_ciphers AES128-GCM-SHA256:AES256-GCM-SHA384;')],
    sane: [`${TLS}ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;\nssl_prefer_server_ciphers on;`],
  },
  {
    rule: 'nist-groups-missing',
    bad: [http(`ssl_ecdh_curve X25519:X448;\nserver { ${TLS} }`), inc(`server { ${TLS} @ }`, 'ssl_ecdh_curve X25519;')],
    sane: [`${TLS}ssl_ecdh_curve X25519:prime256v1;`, `${TLS}ssl_ecdh_curve auto;`, `${TLS}ssl_ecdh_curve secp384r1;`],
  },
  {
    rule: 'openssl-engine-gone',
    bad: [],
    sane: [
      openssl('3.0.19', `listen 443 ssl;\nssl_certificate a.pem;\nssl_certificate_key engine:pkcs11:k;`),
      openssl('4.0.3', `listen 443 ssl;\n${CERT}`),
      openssl('4.0.3', 'listen 443 ssl;\nssl_certificate a.pem;\nssl_certificate_key store:pkcs11:k;'),
    ],
  },
  { rule: 'plain-on-443', bad: [inc('server { @ root /srv; }', 'listen 443;')], sane: [] },
  {
    rule: 'protocols-of-default-only',
    bad: [
      nginx(
        '1.24.0',
        `server { ${TLS} ssl_protocols TLSv1.2 TLSv1.3; }\nserver { listen 443 ssl; server_name b.example; ${CERT} ssl_protocols TLSv1.3; }`,
      ),
      nginx(
        '1.28.0',
        `ssl_protocols TLSv1.2 TLSv1.3;\nserver { ${TLS} }\nserver { listen 443 ssl; server_name b.example; ${CERT} ssl_protocols TLSv1.3; }`,
      ),
      nginx(
        '1.22.1',
        `server { listen 443 ssl default_server; ${CERT} ssl_protocols TLSv1.3; }\nserver { listen 443 ssl; server_name b.example; ${CERT} ssl_protocols TLSv1.2; }`,
      ),
    ],
    sane: [
      nginx('1.24.0', `ssl_protocols TLSv1.3;\nserver { ${TLS} }\nserver { listen 443 ssl; server_name b.example; ${CERT} }`),
      nginx(
        '1.24.0',
        `server { ${TLS} ssl_protocols TLSv1.3; }\nserver { listen 8443 ssl; server_name b.example; ${CERT} ssl_protocols TLSv1.2; }`,
      ),
      nginx(
        '1.30.0',
        `server { ${TLS} ssl_protocols TLSv1.2 TLSv1.3; }\nserver { listen 443 ssl; server_name b.example; ${CERT} ssl_protocols TLSv1.3; }`,
      ),
    ],
  },
  {
    rule: 'quic-reuseport-missing',
    bad: [
      tree(
        `#- nginx.conf\nworker_processes auto;\nevents {}\nhttp { server { include part.inc; listen 443 ssl; ${CERT} } }\n#- part.inc\nlisten 443 quic;\n`,
      ),
    ],
    sane: [
      http(`server { listen 443 quic reuseport; listen 443 ssl; ${CERT} }`),
      http(`server { listen 443 ssl; ${CERT} }`),
      http(
        `server { listen 443 quic reuseport; listen 443 ssl; ${CERT} }\nserver { listen 443 quic; listen 443 ssl; server_name b; ${CERT} }`,
      ),
    ],
  },
  {
    rule: 'security-headers-missing',
    bad: [
      `${TLS}location / { root /srv; }`,
      `${TLS}add_header Content-Security-Policy "default-src 'self'";\nroot /srv;`,
      inc(`server { ${TLS} location / { @ } }`, 'root /srv;'),
    ],
    sane: [
      `${TLS}return 301 https://b.example$request_uri;`,
      `${TLS}add_header X-Frame-Options DENY always;\nadd_header X-Content-Type-Options nosniff always;\nadd_header Referrer-Policy no-referrer always;\nroot /srv;`,
      `${TLS}add_header Content-Security-Policy "frame-ancestors 'none'" always;\nadd_header X-Content-Type-Options nosniff always;\nadd_header Referrer-Policy no-referrer always;\nroot /srv;`,
    ],
  },
  {
    rule: 'session-tickets-not-rotated',
    bad: [http(`ssl_session_tickets on;\nserver { ${TLS} }`), inc(`server { ${TLS} @ }`, 'ssl_session_tickets on;')],
    sane: [`${TLS}ssl_session_tickets off;\nssl_session_cache shared:S:10m;`],
  },
  { rule: 'stapling-dead-ca', bad: [], sane: [`${TLS}ssl_stapling off;`] },
  {
    rule: 'stapling-without-resolver',
    bad: [http(`ssl_stapling on;\nserver { ${TLS} }`), inc(`server { ${TLS} @ }`, 'ssl_stapling on;\nssl_stapling_verify on;')],
    sane: [],
  },
  {
    rule: 'certificate-unusable',
    bad: [
      disk({
        'nginx.conf': conf('server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; }'),
        'a.pem': 'not a certificate',
        'a.key': 'k',
      }),
      disk({
        'nginx.conf': conf('ssl_certificate a.pem;\nssl_certificate_key a.key;\nserver { listen 443 ssl; }'),
        'a.pem': '',
        'a.key': 'k',
      }),
      disk({
        'nginx.conf': conf('server { listen 443 ssl; include tls.inc; }'),
        'tls.inc': 'ssl_certificate a.pem;\nssl_certificate_key a.key;',
        'a.pem': '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----',
        'a.key': 'k',
      }),
      disk({
        'nginx.conf':
          'events {}\nstream { server { listen 9000 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; proxy_pass 127.0.0.1:1; } }',
        'a.pem': 'x',
        'a.key': 'k',
      }),
      disk({
        'nginx.conf': conf(
          'server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_certificate b.pem; ssl_certificate_key b.key; }',
        ),
        'a.pem': 'x',
        'a.key': 'k',
        'b.pem': 'y',
        'b.key': 'k',
      }),
      disk({
        'nginx.conf': conf(
          'server { listen 80; location / { proxy_pass https://127.0.0.1:1; proxy_ssl_certificate c.pem; proxy_ssl_certificate_key c.key; } }',
        ),
        'c.pem': 'no',
        'c.key': 'k',
      }),
    ],
    sane: [
      disk({ 'nginx.conf': conf('server { listen 443 ssl; ssl_certificate elsewhere/a.pem; ssl_certificate_key elsewhere/a.key; }') }),
      disk({ 'nginx.conf': conf('server { listen 80; }') }),
      disk({
        'nginx.conf': conf('server { listen 443 ssl; ssl_certificate $ssl_server_name.pem; ssl_certificate_key $ssl_server_name.key; }'),
      }),
      disk({ 'nginx.conf': conf('server { listen 443 ssl; ssl_reject_handshake on; }') }),
      disk({
        'nginx.conf': conf(
          'server { listen 443 ssl; ssl_certificate data:$cert; ssl_certificate_key data:$key; set $cert x; set $key y; }',
        ),
      }),
      disk({ 'nginx.conf': conf('server { listen 80; root /srv; }'), 'a.pem': 'not used' }),
    ],
  },
  {
    rule: 'missing-file',
    bad: [
      disk({ 'nginx.conf': conf('access_log nowhere/a.log;\nserver { listen 80; }') }),
      disk({ 'nginx.conf': `error_log nowhere/e.log;\n${conf('server { listen 80; }')}` }),
      disk({ 'nginx.conf': `pid nowhere/nginx.pid;\n${conf('server { listen 80; }')}` }),
      disk({ 'nginx.conf': conf('proxy_cache_path nowhere/deep/c keys_zone=k:1m;\nserver { listen 80; }') }),
      disk({ 'nginx.conf': conf('client_body_temp_path nowhere/deep/t;\nserver { listen 80; }') }),
      disk({ 'nginx.conf': conf('server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; }'), 'a.pem': 'x' }),
      disk({
        'nginx.conf': conf('server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_dhparam dh.pem; }'),
        'a.pem': 'x',
        'a.key': 'y',
      }),
      disk({ 'nginx.conf': conf('server { listen 80; root sites; location / { } }') }),
      disk({ 'nginx.conf': conf('server { listen 80; auth_basic x; auth_basic_user_file users; }') }),
      disk({ 'nginx.conf': conf('geoip_country /nowhere/g.dat;\nserver { listen 80; }') }),
      disk({ 'nginx.conf': conf('geoip2 /nowhere/c.mmdb { $country country iso_code; }\nserver { listen 80; }') }),
      disk({ 'nginx.conf': 'user nosuch;\nevents {}', '/etc/passwd': 'root:x:0:0::/root:/bin/sh', '/etc/group': 'root:x:0:' }),
      disk({
        'nginx.conf': 'user web nosuch;\nevents {}',
        '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nweb:x:9:9::/:/bin/false',
        '/etc/group': 'root:x:0:\nweb:x:9:',
      }),
    ],
    sane: [
      disk({ 'nginx.conf': conf('access_log logs/a.log;\nserver { listen 80; }'), 'logs/x': '' }),
      disk({ 'nginx.conf': conf('proxy_cache_path cache keys_zone=k:1m;\nserver { listen 80; }') }),
      disk({ 'nginx.conf': conf('server { listen 80; root html; }'), 'html/index.html': 'x' }),
      disk({ 'nginx.conf': conf('server { listen 80; auth_basic x; auth_basic_user_file users; }'), users: 'a:b' }),
      disk({ 'nginx.conf': conf('server { listen 80; set $docs /srv; root $docs; }') }),
      disk({ 'nginx.conf': conf('access_log syslog:server=127.0.0.1;\nserver { listen 80; }') }),
      disk({ 'nginx.conf': conf('access_log off;\nserver { listen 80; return 204; }') }),
      disk({
        'nginx.conf': 'user web;\nevents {}',
        '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nweb:x:9:9::/:/bin/false',
        '/etc/group': 'root:x:0:\nweb:x:9:',
      }),
      disk({ 'nginx.conf': 'user somebody;\nevents {}' }),
      disk({
        'nginx.conf': 'user ldapuser;\nevents {}',
        '/etc/passwd': 'root:x:0:0::/root:/bin/sh',
        '/etc/group': 'root:x:0:',
        '/etc/nsswitch.conf': 'passwd: files sss\ngroup: files sss',
      }),
    ],
  },
  {
    rule: 'missing-include',
    bad: [
      disk({ 'nginx.conf': conf('include a.conf;') }),
      disk({ 'nginx.conf': conf('server { include snippets/x.conf; }'), 'snippets/y.conf': '' }),
      disk({ 'nginx.conf': 'include modules.conf;\nevents {}' }),
      disk({ 'nginx.conf': conf('include a.conf;'), 'a.conf': 'include b.conf;' }),
      disk({ 'nginx.conf': conf('server { location / { include "p p.conf"; } }') }),
      disk({ 'nginx.conf': conf('map $uri $m { include rows.map; }') }),
    ],
    sane: [
      disk({ 'nginx.conf': conf('include a.conf;'), 'a.conf': 'gzip on;' }),
      disk({ 'nginx.conf': conf('include conf.d/*.conf;') }),
      disk({ 'nginx.conf': conf('server { include snippets/[ab].conf; }') }),
      disk({ 'nginx.conf': conf('include a.conf;'), 'a.conf': 'include b.conf;', 'b.conf': 'gzip on;' }),
      disk({ 'nginx.conf': conf('# include gone.conf;') }),
      disk({ 'nginx.conf': conf('include ./a.conf;'), 'a.conf': 'gzip on;' }),
    ],
  },
  {
    rule: 'module-not-loaded',
    inside: 'http',
    settings: { modules: ['modules/ngx_stream_module.so'] },
    bad: [
      'brotli on;\nserver { listen 80; }',
      'server { listen 80; more_set_headers "A: b"; }',
      'server { location / { echo hi; } }',
      'server { location / { image_filter resize 10 10; } }',
      'js_import a.js;\nserver { listen 80; }',
      main('events {}\nmail { }'),
      inc('server { @ }', 'set_md5 $a b;', { modules: ['modules/ngx_stream_module.so'] }),
    ],
    sane: [
      'gzip on;\nserver { listen 80; }',
      main('events {}\nstream { server { listen 9; proxy_pass 127.0.0.1:1; } }'),
      { inside: 'http', text: 'brotli on;\nserver { listen 80; }', settings: { modules: ['modules/ngx_http_brotli_filter_module.so'] } },
      {
        inside: 'http',
        text: 'server { listen 80; more_set_headers "A: b"; }',
        settings: { modules: ['modules/ngx_http_headers_more_filter_module.so'] },
      },
      {
        inside: 'main',
        text: 'load_module modules/ngx_http_image_filter_module.so;\nevents {}\nhttp { server { location / { image_filter resize 10 10; } } }',
      },
      'server { location / { proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'unresolvable-host',
    bad: [
      'location / { proxy_pass http://app.invalid:8000; }',
      http('upstream u { server back-end-.example:80; }\nserver { location / { proxy_pass http://u; } }'),
      http('upstream u { server 999.1.1.1:80; }\nserver { location / { proxy_pass http://u; } }'),
      'set_real_ip_from proxy.invalid;',
      'resolver dns.invalid;',
      stream('server { listen 9000; proxy_pass db.invalid:5432; }'),
      'location / { uwsgi_pass app.invalid:3031; }',
      'access_log syslog:server=logs.invalid combined;',
      main('events {}\nmail { auth_http auth.invalid/a; server { listen 127.0.0.1:9110; protocol pop3; } }'),
    ],
    sane: [
      'location / { proxy_pass http://app.example:8000; }',
      'location / { proxy_pass http://127.1:80; }',
      'location / { proxy_pass http://2130706433:80; }',
      'resolver 127.0.0.1;\nset $h app.invalid;\nlocation / { proxy_pass http://$h; }',
      http('upstream app.invalid { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://app.invalid; } }'),
      'location / { proxy_pass http://localhost:8000; }',
      'location / { proxy_pass http://my_app:8000; }',
      'location / { proxy_pass http://[::1]:8000; }',
    ],
  },
];
