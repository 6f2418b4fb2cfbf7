/** Lines that several snippets share, so that what is best practice is written once. */

/** What every proxied HTTP application needs to know of the client. */
export const forwarded = (indent: string): string =>
  [
    'proxy_set_header Host \\$host;',
    'proxy_set_header X-Real-IP \\$remote_addr;',
    'proxy_set_header X-Forwarded-For \\$proxy_add_x_forwarded_for;',
    'proxy_set_header X-Forwarded-Proto \\$scheme;',
  ].join(`\n${indent}`);

/** TLS by Mozilla's intermediate profile; the suites are those of version 5.8 and 6.0. */
export const intermediate = (indent: string): string =>
  [
    'ssl_protocols TLSv1.2 TLSv1.3;',
    'ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;',
    'ssl_prefer_server_ciphers off;',
    'ssl_session_timeout 1d;',
    'ssl_session_cache shared:proxylens:10m;',
  ].join(`\n${indent}`);

/** The head of a server that ends TLS. */
export const tlsServer = (indent: string): string =>
  [
    'listen 443 ssl;',
    'listen [::]:443 ssl;',
    'server_name ${1:example.com};',
    '',
    'ssl_certificate /etc/letsencrypt/live/${1:example.com}/fullchain.pem;',
    'ssl_certificate_key /etc/letsencrypt/live/${1:example.com}/privkey.pem;',
    intermediate(indent),
  ].join(`\n${indent}`);

/** The server on port 80 that sends everybody to HTTPS, but for the challenges of the certificate authority. */
export const redirectServer = (): string =>
  `server {
  listen 80;
  listen [::]:80;
  server_name \${1:example.com};

  location /.well-known/acme-challenge/ {
    alias /var/www/letsencrypt/.well-known/acme-challenge/;
  }

  location / {
    return 301 https://\\$host\\$request_uri;
  }
}`;

/** Static files of an application, straight from the disk. */
export const staticFiles = (indent: string): string =>
  [
    '# static files go past the application: no worker is kept busy by them',
    'location /static/ {',
    '  alias ${3:/srv/app/static/};',
    '  expires 30d;',
    '  access_log off;',
    '}',
  ].join(`\n${indent}`);

export const mediaFiles = (indent: string): string =>
  [
    '# what people uploaded: never run, never guessed at',
    'location /media/ {',
    '  alias ${4:/srv/app/media/};',
    '  expires 1h;',
    '  add_header X-Content-Type-Options nosniff always;',
    '  add_header Content-Security-Policy "default-src \'none\'; sandbox" always;',
    '  add_header Strict-Transport-Security "max-age=63072000" always;',
    '}',
  ].join(`\n${indent}`);

/** The page that people see while the application is down. */
export const downPage = (indent: string): string =>
  [
    '# while the application restarts, people see a page of yours',
    'error_page 502 503 504 /down.html;',
    'location = /down.html {',
    '  alias ${5:/srv/app/errors}/down.html;',
    '  internal;',
    '}',
  ].join(`\n${indent}`);
