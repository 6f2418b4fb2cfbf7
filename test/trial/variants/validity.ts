/** Rules about what nginx refuses, and about speed, on trial; each verdict is what nginx 1.22.1 and 1.31.5 said. */
import { http, main, server, type Trial } from '../trial.ts';

const long = (n: number): string => 'x'.repeat(n);

export const TRIALS: readonly Trial[] = [
  {
    rule: 'path-conflict',
    inside: 'http',
    bad: [
      'proxy_cache_path /c keys_zone=a:1m;\nfastcgi_cache_path /c keys_zone=b:1m;\nserver { }',
      'proxy_cache_path /c1/ keys_zone=a:1m;\nfastcgi_cache_path /c1 keys_zone=b:1m;\nserver { }',
    ],
    sane: [
      'proxy_cache_path /c keys_zone=a:1m;\nfastcgi_cache_path /d keys_zone=b:1m;\nserver { }',
      'proxy_cache_path /c/a keys_zone=a:1m;\nproxy_cache_path /c/b keys_zone=b:1m;\nserver { }',
    ],
  },
  {
    rule: 'incompatible-directives',
    bad: ['location /a { alias $document_root/b; }', 'root $document_root/x;'],
    sane: ['location /a { alias "/srv$DOCUMENT_ROOT"; }', 'root /srv/$host;'],
  },
  {
    rule: 'conflicting-server-name',
    inside: 'http',
    bad: ['server { server_name a.example; }\nserver { server_name a.example; }', 'server { }\nserver { }'],
    sane: ['server { server_name a.example a.example; }', 'server { server_name a.example; }\nserver { server_name b.example; }'],
  },
  {
    rule: 'upstream-conflict',
    inside: 'http',
    settings: { nginx: '1.22.1' },
    bad: [
      'upstream u { server 127.0.0.1:1; keepalive 4; least_conn; }\nserver { }',
      'upstream u { server 127.0.0.1:1; ip_hash; least_conn; }\nserver { }',
    ],
    sane: [
      'upstream u { server 127.0.0.1:1; least_conn; keepalive 4; }\nserver { }',
      http('upstream u { server 127.0.0.1:1; keepalive 4; least_conn; }\nserver { }', { settings: { nginx: '1.31.5' } }),
    ],
  },
  {
    rule: 'hash-too-small',
    inside: 'http',
    bad: [
      `gzip_types application/${long(60)};\nserver { }`,
      `server { server_name ${long(60)}.example; }\nserver { server_name b; }`,
      `server { location / { uwsgi_param HTTP_${long(60)} a; uwsgi_pass 127.0.0.1:1; } }`,
    ],
    sane: [`gzip_types application/json;\nserver { }`, `server_names_hash_bucket_size 128;\nserver { server_name ${long(60)}.example; }`],
  },
  {
    rule: 'root-in-location',
    bad: ['location / { root /srv; }', 'location / { root /srv; }\nlocation /img/ { root /srv; }'],
    sane: [
      'root /srv;\nlocation /x/ { root /srv/x; }',
      'location /.well-known/acme-challenge/ { root /srv/acme; }\nlocation / { return 301 https://a.example; }',
      'root /srv;\nlocation / { }',
    ],
  },
  {
    rule: 'keepalive-requests-low',
    inside: 'http',
    bad: ['keepalive_requests 10;', 'server { keepalive_requests 10; }'],
    sane: [
      'upstream u { server 127.0.0.1:1; keepalive 2; keepalive_requests 10; }',
      'keepalive_timeout 0;\nkeepalive_requests 10;',
      'keepalive_requests 1000;',
    ],
  },
  {
    rule: 'sendfile-tcp-nopush-unpaired',
    inside: 'http',
    bad: ['sendfile on;', 'tcp_nopush on;'],
    sane: ['sendfile on;\ntcp_nopush on;', 'tcp_nopush on;\nserver { sendfile on; }'],
  },
  {
    rule: 'static-without-expires',
    bad: ['location /static/ { alias /srv/static/; }', 'root /srv;\nlocation /static/ { }'],
    sane: [
      'root /srv;\nlocation /static/ { uwsgi_pass 127.0.0.1:1; }',
      'root /srv;\nlocation /static/ { grpc_pass 127.0.0.1:1; }',
      'root /srv;\nlocation /static/ { deny all; }',
      'location /static/ { alias /srv/; more_set_headers "Cache-Control: max-age=60"; }',
      'location /media/ { internal; alias /srv/media/; }',
      'location /static/ { alias /srv/; expires 7d; }',
    ],
  },
  {
    rule: 'gzip-off',
    inside: 'main',
    bad: [main('events { }\nhttp { server { root /srv; } }')],
    sane: [
      main('events { }\nhttp { server { return 301 https://a.example$request_uri; } }'),
      main('events { }\nhttp { gzip on; server { root /srv; } }'),
    ],
  },
  {
    rule: 'unused-named-location',
    bad: [server('location @x { return 404; }')],
    sane: [server('error_page 404 @x;\nlocation @x { return 404; }')],
  },
];
