/** TLS: certificates, Mozilla's profiles, redirects, HSTS and other headers for browsers. */
import { intermediate, redirectServer } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

const CERTIFICATE =
  'listen 443 ssl;\nlisten [::]:443 ssl;\nssl_certificate /etc/ssl/example.pem;\nssl_certificate_key /etc/ssl/example.key;';

export const TLS: readonly Snippet[] = [
  {
    id: 'tls-intermediate',
    prefixes: ['tls', 'ssl', 'mozilla'],
    title: "TLS by Mozilla's intermediate profile",
    about: 'TLS 1.2 and 1.3 with forward secrecy: what nearly everybody should have.',
    inside: ['http', 'server'],
    body: lines`
${intermediate('')}
$0`,
  },
  {
    id: 'tls-modern',
    prefixes: ['tls-modern', 'ssl-modern'],
    title: "TLS by Mozilla's modern profile",
    about: 'TLS 1.3 alone, for clients that you know.',
    inside: ['http', 'server'],
    body: lines`
ssl_protocols TLSv1.3;
ssl_prefer_server_ciphers off;
$0`,
  },
  {
    id: 'https-server',
    prefixes: ['https', 'server-tls'],
    title: 'HTTPS server with its certificate',
    about: "A server that ends TLS by Mozilla's intermediate profile, with HSTS.",
    inside: ['http'],
    body: lines`
${redirectServer()}

server {
  listen 443 ssl;
  listen [::]:443 ssl;
  http2 on;
  server_name \${1:example.com};
  server_tokens off;

  ssl_certificate /etc/letsencrypt/live/\${1:example.com}/fullchain.pem;
  ssl_certificate_key /etc/letsencrypt/live/\${1:example.com}/privkey.pem;
  ${intermediate('  ')}
  add_header Strict-Transport-Security "max-age=63072000" always;
  add_header X-Content-Type-Options nosniff always;
  add_header X-Frame-Options SAMEORIGIN always;
  add_header Referrer-Policy strict-origin-when-cross-origin always;

  root \${2:/srv/www};
}
$0`,
  },
  {
    id: 'https-redirect',
    prefixes: ['redirect', 'https-redirect'],
    title: 'Redirect to HTTPS',
    about: "Sends everybody to HTTPS, but for the challenges of Let's Encrypt.",
    inside: ['http'],
    body: lines`
${redirectServer()}
$0`,
  },
  {
    id: 'letsencrypt',
    prefixes: ['letsencrypt', 'acme', 'certbot'],
    title: "Let's Encrypt challenge",
    about: 'Where certbot --webroot puts its files.',
    inside: ['server'],
    body: lines`
location ^~ /.well-known/acme-challenge/ {
  alias \${1:/var/www/letsencrypt}/.well-known/acme-challenge/;
  allow all; # also below a list of addresses
}
$0`,
  },
  {
    id: 'hsts',
    prefixes: ['hsts'],
    title: 'HSTS',
    about:
      'Browsers use HTTPS for two years. Include subdomains only when all of them have it; a location with an add_header of its own must repeat the line.',
    inside: ['server'],
    needs: { server: CERTIFICATE },
    body: lines`
add_header Strict-Transport-Security "\${1|max-age=63072000,max-age=63072000; includeSubDomains|}" always;
$0`,
  },
  {
    id: 'security-headers',
    prefixes: ['securityheaders', 'headers', 'csp'],
    title: 'Security headers',
    about: 'What browsers should know of your pages. Django sends some of these itself: set each in one place.',
    inside: ['server'],
    needs: { server: CERTIFICATE },
    body: lines`
add_header Strict-Transport-Security "max-age=63072000" always;
add_header X-Content-Type-Options nosniff always;
add_header X-Frame-Options \${1|DENY,SAMEORIGIN|} always;
add_header Referrer-Policy \${2|strict-origin-when-cross-origin,same-origin|} always;
add_header Content-Security-Policy "\${3:default-src 'self'}" always;
$0`,
  },
  {
    id: 'http3',
    prefixes: ['http3', 'quic'],
    title: 'HTTP/3 beside HTTP/2',
    about: 'QUIC on the same port by UDP. Clients come over by the Alt-Svc header. reuseport belongs to one server of the port only.',
    inside: ['http'],
    since: '1.25.1',
    // a client may change its address: the kernel must then find the worker that knows the connection
    needs: { main: 'quic_bpf on;' },
    body: lines`
server {
  listen 443 ssl;
  listen 443 quic reuseport;
  listen [::]:443 ssl;
  listen [::]:443 quic reuseport;
  http2 on;
  server_name \${1:example.com};
  server_tokens off;

  ssl_certificate /etc/letsencrypt/live/\${1:example.com}/fullchain.pem;
  ssl_certificate_key /etc/letsencrypt/live/\${1:example.com}/privkey.pem;
  ${intermediate('  ')}
  add_header Alt-Svc 'h3=":443"; ma=86400' always;
  add_header Strict-Transport-Security "max-age=63072000" always;
  add_header X-Content-Type-Options nosniff always;
  add_header X-Frame-Options SAMEORIGIN always;
  add_header Referrer-Policy strict-origin-when-cross-origin always;

  root \${2:/srv/www};
}
$0`,
  },
];
