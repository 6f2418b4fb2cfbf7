/** Sites, files and redirects: plain servers, single-page applications, PHP, old paths, links that expire. */
import { forwarded, intermediate, redirectServer } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

const LOGIN_ZONE = {
  marker: 'zone=login:',
  text: `# attempts to log in: what is sent counts, the page with the form does not (an empty key is not counted)
map \\$request_method \\$login_attempt {
  default '';
  POST \\$binary_remote_addr;
}
limit_req_zone \\$login_attempt zone=login:10m rate=10r/m;`,
} as const;

/** What runs PHP: the file must be there, so that nothing uploaded or invented is run. */
const php = (indent: string): string =>
  [
    'include fastcgi_params;',
    'fastcgi_param SCRIPT_FILENAME \\$document_root\\$fastcgi_script_name;',
    '# old programs take this header of the client for a setting of theirs',
    'fastcgi_param HTTP_PROXY "";',
    'fastcgi_pass ${2:unix:/run/php/php-fpm.sock};',
  ].join(`\n${indent}`);

export const WEB: readonly Snippet[] = [
  {
    id: 'vhost',
    prefixes: ['vhost', 'virtualhost', 'site'],
    title: 'Server for a name, with files from the disk',
    about: 'The plainest site there is. Add HTTPS before anybody logs in to it.',
    inside: ['http'],
    body: lines`
server {
  listen 80;
  listen [::]:80;
  server_name \${1:example.com};
  server_tokens off;
  add_header X-Content-Type-Options nosniff always;
  add_header X-Frame-Options SAMEORIGIN always;
  add_header Referrer-Policy strict-origin-when-cross-origin always;
  root \${2:/srv/www};
}
$0`,
  },
  {
    id: 'http2',
    prefixes: ['h2', 'http2'],
    title: 'HTTP/2 for this server',
    about: 'Many requests on one connection. Browsers speak it over TLS only.',
    inside: ['server'],
    since: '1.25.1',
    needs: {
      server:
        'listen 443 ssl;\nlisten [::]:443 ssl;\nssl_certificate /etc/ssl/example.pem;\nssl_certificate_key /etc/ssl/example.key;\nadd_header Strict-Transport-Security "max-age=63072000" always;',
    },
    body: lines`
http2 on;
$0`,
  },
  {
    id: 'acme',
    prefixes: ['acme-module', 'acmeissuer', 'autocert'],
    title: "Certificates that nginx fetches itself (nginx's ACME module)",
    about: 'No certbot: nginx asks for the certificate and renews it. The name must lead here, and port 80 must be open.',
    inside: ['http'],
    since: '1.27.4',
    module: 'ngx_http_acme_module',
    body: lines`
# your name server: nginx must find the authority
resolver \${1:127.0.0.53} ipv6=off;

acme_issuer letsencrypt {
  uri https://acme-v02.api.letsencrypt.org/directory;
  contact mailto:\${2:admin@example.com};
  state_path \${3:/var/cache/nginx/acme-letsencrypt};
  accept_terms_of_service;
}

server {
  listen 80;
  listen [::]:80;
  server_name \${4:example.com};
  server_tokens off;
  return 301 https://\\$host\\$request_uri;
}

server {
  listen 443 ssl;
  listen [::]:443 ssl;
  http2 on;
  server_name \${4:example.com};
  server_tokens off;

  acme_certificate letsencrypt;
  ssl_certificate \\$acme_certificate;
  ssl_certificate_key \\$acme_certificate_key;
  # the certificate is not read anew for each connection
  ssl_certificate_cache max=2;
  ${intermediate('  ')}
  add_header Strict-Transport-Security "max-age=63072000" always;
  add_header X-Content-Type-Options nosniff always;
  add_header X-Frame-Options SAMEORIGIN always;
  add_header Referrer-Policy strict-origin-when-cross-origin always;

  root \${5:/srv/www};
}
$0`,
  },
  {
    id: 'canonical-host',
    prefixes: ['canonical', 'www', 'apex', 'nonwww'],
    title: 'One name for the site: the other one leads to it, over HTTPS too',
    about:
      'Browsers try HTTPS first, so the other name needs a certificate as well: one for both, `certbot certonly -d example.com -d www.example.com`.',
    inside: ['http'],
    body: lines`
${redirectServer().replace('return 301 https://\\$host', 'return 301 https://${2:example.com}').replace('${1:example.com}', '${1:www.example.com}')}

server {
  listen 443 ssl;
  listen [::]:443 ssl;
  http2 on;
  server_name \${1:www.example.com};
  server_tokens off;

  # a certificate for both names
  ssl_certificate /etc/letsencrypt/live/\${2:example.com}/fullchain.pem;
  ssl_certificate_key /etc/letsencrypt/live/\${2:example.com}/privkey.pem;
  ${intermediate('  ')}
  add_header Strict-Transport-Security "max-age=63072000" always;
  return 301 https://\${2:example.com}\\$request_uri;
}
$0`,
  },
  {
    id: 'spa-api',
    prefixes: ['spa-api', 'react', 'vue', 'angular', 'vite'],
    title: 'Single-page application with its API',
    about:
      'The front page is asked for again, so that a release is seen at once; files with a hash in their names are kept; one that is missing is a 404, never the front page; the API is the application.',
    inside: ['server'],
    body: lines`
root \${1:/srv/app/dist};
open_file_cache max=1000 inactive=60s;

location / {
  # a new release is seen at once
  expires -1;
  try_files \\$uri /index.html;
}

location \${2:/assets/} {
  # names have the hash of their content; the front page is no script
  expires 1y;
  try_files \\$uri =404;
}

location \${3:/api/} {
  proxy_pass http://\${4:127.0.0.1:8000};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'php-fpm',
    prefixes: ['php', 'phpfpm', 'fastcgi'],
    title: 'PHP by PHP-FPM',
    about: 'Programs that are there are run, everything else is a file or a 404.',
    inside: ['server'],
    body: lines`
root \${1:/srv/www};
index index.php index.html;

location ~ \\.php\\$ {
  # only what is there is run: never the beginning of a longer path
  try_files \\$uri =404;
  ${php('  ')}
}
$0`,
  },
  {
    id: 'wordpress',
    prefixes: ['wordpress', 'wp'],
    title: 'WordPress',
    about:
      'Permalinks, no programs among the uploads, no XML-RPC, and a limit for attempts to log in. The zone is added where it is missing.',
    inside: ['server'],
    outer: [LOGIN_ZONE],
    body: lines`
root \${1:/srv/wordpress};
index index.php;
client_max_body_size \${3:64m};
open_file_cache max=1000 inactive=60s;

location / {
  try_files \\$uri \\$uri/ /index.php\\$is_args\\$args;
}

location = /wp-login.php {
  limit_req zone=login burst=5 nodelay;
  limit_req_status 429;
  ${php('  ')}
}

# passwords are tried there by the thousand
location = /xmlrpc.php {
  return 404;
}

# what people uploaded is never run
location ~* ^/wp-content/uploads/.+\\.php {
  return 404;
}

location ~ \\.php\\$ {
  try_files \\$uri =404;
  ${php('  ')}
}
$0`,
  },
  {
    id: 'laravel',
    prefixes: ['laravel', 'symfony'],
    title: 'Laravel or Symfony (one front controller)',
    about: 'Files of the public folder are sent, everything else is index.php; no other program is run.',
    inside: ['server'],
    body: lines`
root \${1:/srv/app/public};
open_file_cache max=1000 inactive=60s;

location / {
  try_files \\$uri /index.php\\$is_args\\$args;
}

location = /index.php {
  ${php('  ')}
}

location ~ ^/.+\\.php(/|\\$) {
  return 404;
}
$0`,
  },
  {
    id: 'old-paths',
    prefixes: ['oldpaths', 'redirects', 'moved'],
    title: 'Old paths lead to new ones, by a map',
    about: 'One line for each path that has moved, with the arguments kept. The map is added where it is missing.',
    inside: ['server'],
    outer: [
      {
        marker: '$new_path {',
        text: `# old path, new path
map \\$uri \\$new_path {
  default '';
  /old /new;
  /about.html /about/;
}`,
      },
    ],
    body: lines`
if (\\$new_path) {
  return 301 \\$new_path\\$is_args\\$args;
}
$0`,
  },
  {
    id: 'redirect-path',
    prefixes: ['redirect-path', 'moved-path'],
    title: 'One path leads to another',
    about: 'A permanent redirect. Browsers remember it: use 302 while you are not sure.',
    inside: ['server'],
    body: lines`
location = \${1:/old} {
  return \${2|301,302,308|} \${3:/new}\\$is_args\\$args;
}
$0`,
  },
  {
    id: 'secure-link',
    prefixes: ['securelink', 'signedlink', 'hmac'],
    title: 'Signed links that expire',
    about:
      'The application signs a path and a time with a secret that nginx knows: `base64url(md5("EXPIRES/PATH SECRET"))` as `?md5=…&expires=…`. Without a good signature 403, when it is too old 410.',
    inside: ['server'],
    body: lines`
location \${1:/downloads/} {
  secure_link \\$arg_md5,\\$arg_expires;
  # only root reads it: secure_link_md5 "\\$secure_link_expires\\$uri a-long-random-secret";
  include \${2:/etc/nginx/secure-link.conf};
  if (\\$secure_link = '') {
    return 403;
  }
  if (\\$secure_link = 0) {
    return 410;
  }
  alias \${3:/srv/app/downloads/};
}
$0`,
  },
  {
    id: 'hotlink',
    prefixes: ['hotlink', 'referer'],
    title: 'No pictures for foreign pages',
    about:
      'Browsers say over HTTPS whether a foreign page wants to show the picture: such pages get none. Links to it, and programs, do. The map is added where it is missing.',
    inside: ['server'],
    outer: [
      {
        marker: '$shown_elsewhere {',
        text: `map "\\$http_sec_fetch_site:\\$http_sec_fetch_dest" \\$shown_elsewhere {
  default 0;
  cross-site:image 1;
}`,
      },
    ],
    body: lines`
location \${1:/images/} {
  if (\\$shown_elsewhere) {
    return 403;
  }
  alias \${2:/srv/www/images/};
  expires 1d;
}
$0`,
  },
  {
    id: 'webdav',
    prefixes: ['webdav', 'dav'],
    title: 'WebDAV folder with a password',
    about: 'Files can be read and written by whoever has the password. Use it over HTTPS.',
    inside: ['server'],
    needs: {
      server:
        'listen 443 ssl;\nlisten [::]:443 ssl;\nssl_certificate /etc/ssl/example.pem;\nssl_certificate_key /etc/ssl/example.key;\nadd_header Strict-Transport-Security "max-age=63072000" always;',
    },
    body: lines`
location \${1:/dav/} {
  auth_basic "\${2:Files}";
  auth_basic_user_file \${3:/etc/nginx/htpasswd};
  alias \${4:/srv/dav/};
  dav_methods PUT DELETE MKCOL COPY MOVE;
  create_full_put_path on;
  client_max_body_size \${5:1g};
}
$0`,
  },
  {
    id: 's3-static',
    prefixes: ['s3-static', 'bucket', 's3-website'],
    title: 'Public files of an S3 bucket',
    about:
      "Files of a bucket below a path of yours. The client's cookies and passwords stay with you, and the store's own headers with it.",
    inside: ['server'],
    body: lines`
location \${1:/files/} {
  limit_except GET {
    deny all;
  }
  # your name server: the store moves, and its name is asked again
  resolver \${4:127.0.0.53} valid=30s;
  set \\$bucket \${2:bucket.s3.amazonaws.com};
  rewrite ^\${1:/files/}(.*)\\$ /\\$1 break;
  proxy_pass https://\\$bucket;
  proxy_set_header Host \\$bucket;
  proxy_set_header Authorization "";
  proxy_set_header Cookie "";
  proxy_hide_header Set-Cookie;
  proxy_hide_header x-amz-id-2;
  proxy_hide_header x-amz-request-id;
  proxy_ssl_server_name on;
  proxy_ssl_verify on;
  proxy_ssl_trusted_certificate \${3|/etc/ssl/certs/ca-certificates.crt,/etc/pki/tls/certs/ca-bundle.crt|};
}
$0`,
  },
  {
    id: 'image-cache',
    prefixes: ['imagecache', 'thumbnails', 'imageproxy'],
    title: 'Cache for pictures of the application',
    about:
      'Pictures are the same for everybody: kept for a month, whatever cookies come along. Only for a path with nothing private in it. The cache is added where it is missing.',
    inside: ['server'],
    outer: [
      {
        marker: 'keys_zone=pictures:',
        text: 'proxy_cache_path /var/cache/nginx/pictures levels=1:2 keys_zone=pictures:10m max_size=5g inactive=30d use_temp_path=off;',
      },
    ],
    body: lines`
location \${1:/thumbnails/} {
  proxy_cache pictures;
  proxy_cache_key \\$scheme\\$host\\$request_uri;
  proxy_cache_valid 200 30d;
  proxy_cache_lock on;
  proxy_cache_use_stale error timeout updating;
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
  # nobody's session comes in, and none goes out
  proxy_set_header Cookie "";
  proxy_set_header Authorization "";
  proxy_ignore_headers Set-Cookie;
  proxy_hide_header Set-Cookie;
}
$0`,
  },
];
