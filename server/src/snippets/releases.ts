/** Several versions or machines behind one name: canaries, experiments, names that move, copies of the traffic. */
import { forwarded } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

export const RELEASES: readonly Snippet[] = [
  {
    id: 'canary-map',
    prefixes: ['canary', 'canary-cookie', 'canary-map'],
    title: 'Canary by a header or a cookie',
    about: 'Requests with the header X-Canary or the cookie canary, and any value in it, go to the new release. For every nginx.',
    inside: ['http'],
    body: lines`
map "\\$http_x_canary\\$cookie_canary" \\$track {
  default track_next;
  '' track_stable;
}

upstream track_stable {
  zone track_stable 64k;
  server \${1:127.0.0.1:8000};
}

upstream track_next {
  zone track_next 64k;
  server \${2:127.0.0.1:8001};
}

server {
  listen 80;
  listen [::]:80;
  server_name \${3:example.com};
  server_tokens off;

  location / {
    proxy_pass http://\\$track;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'ab-test',
    prefixes: ['abtest', 'experiment', 'variant'],
    title: 'A/B test: half of the visitors get the other version, and keep it',
    about: 'Who has no variant yet is given one, and a cookie remembers it.',
    inside: ['http'],
    body: lines`
split_clients "\\$remote_addr\\$http_user_agent" \\$drawn_variant {
  \${1:50%} variant_b;
  * variant_a;
}
map \\$cookie_variant \\$variant {
  default \\$drawn_variant;
  variant_a variant_a;
  variant_b variant_b;
}

upstream variant_a {
  zone variant_a 64k;
  server \${2:127.0.0.1:8000};
}

upstream variant_b {
  zone variant_b 64k;
  server \${3:127.0.0.1:8001};
}

server {
  listen 80;
  listen [::]:80;
  server_name \${4:example.com};
  server_tokens off;

  location / {
    add_header Set-Cookie "variant=\\$variant; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax";
    proxy_pass http://\\$variant;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'upstream-resolve',
    prefixes: ['resolve', 'upstream-resolve', 'dynamic-upstream'],
    title: 'Upstream whose name is asked again',
    about: 'For containers and cloud balancers, whose addresses change: every address of the name is used, and connections are kept.',
    inside: ['http'],
    since: '1.27.3',
    body: lines`
upstream \${1:application} {
  zone \${1:application} 64k;
  # your name server; Docker's own is 127.0.0.11
  resolver \${2:127.0.0.11} valid=10s;
  server \${3:web}:\${4:8000} resolve;
  keepalive 32;
}
$0`,
  },
  {
    id: 'mirror',
    prefixes: ['mirror', 'shadow'],
    title: 'Copies of the requests to a test machine',
    about: 'The new machine gets every request too, and its answers are thrown away. It must not send mail or charge cards.',
    inside: ['server'],
    body: lines`
location \${1:/api/} {
  mirror /mirror;
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
}

location = /mirror {
  internal;
  proxy_pass http://\${3:10.0.0.99:8000}\\$request_uri;
  ${forwarded('  ')}
  # nobody waits for the copy
  proxy_connect_timeout 1s;
  proxy_read_timeout 5s;
}
$0`,
  },
  {
    id: 'sse-lines',
    prefixes: ['sse', 'eventstream', 'streaming'],
    title: 'Lines that let events through one by one',
    about: 'For a location that is there: nothing waits in a buffer, and silence is borne for an hour. For asynchronous workers only.',
    inside: ['location'],
    body: lines`
proxy_pass http://\${1:127.0.0.1:8000};
proxy_http_version 1.1;
${forwarded('')}
proxy_set_header Connection "";
# an event must not wait for a buffer to fill
proxy_buffering off;
proxy_cache off;
proxy_read_timeout \${2:1h};
$0`,
  },
  {
    id: 'brotli',
    prefixes: ['brotli'],
    title: 'Compression by Brotli',
    about: 'Smaller than gzip, for the browsers that ask for it. Needs the module brotli; leave gzip on beside it.',
    inside: ['http'],
    module: 'ngx_http_brotli_filter_module',
    body: lines`
brotli on;
brotli_comp_level \${1|5,4,6|};
brotli_min_length 1000;
brotli_types text/plain text/css text/javascript text/xml application/javascript application/json application/xml application/manifest+json application/wasm image/svg+xml font/ttf;
$0`,
  },
  {
    id: 'zstd',
    prefixes: ['zstd'],
    title: 'Compression by Zstandard',
    about: 'Faster than gzip and smaller, for the browsers that ask for it. Needs the module zstd; leave gzip on beside it.',
    inside: ['http'],
    module: 'ngx_http_zstd_filter_module',
    body: lines`
zstd on;
zstd_comp_level \${1|3,2,5|};
zstd_min_length 1000;
zstd_types text/plain text/css text/javascript text/xml application/javascript application/json application/xml application/manifest+json application/wasm image/svg+xml font/ttf;
$0`,
  },
  {
    id: 'ssl-curves',
    prefixes: ['curves', 'ecdh', 'mlkem', 'postquantum'],
    title: 'Key exchange that stands against quantum computers',
    about: 'X25519MLKEM768 first, for the browsers that know it, then the usual curves. Needs OpenSSL 3.5.',
    inside: ['http', 'server'],
    openssl: '3.5.0',
    body: lines`
ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;
$0`,
  },
];
