/** Who is let in, by address, country, key, certificate or a login service; and what proxies in front are believed. */
import { forwarded } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

/** Networks from which Cloudflare's servers come, as published at cloudflare.com/ips. */
const CLOUDFLARE =
  '173.245.48.0/20 103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 141.101.64.0/18 108.162.192.0/18 190.93.240.0/20 188.114.96.0/20 197.234.240.0/22 198.41.128.0/17 162.158.0.0/15 104.16.0.0/13 104.24.0.0/14 172.64.0.0/13 131.0.72.0/22 2400:cb00::/32 2606:4700::/32 2803:f800::/32 2405:b500::/32 2405:8100::/32 2a06:98c0::/29 2c0f:f248::/32'.split(
    ' ',
  );
/** Networks of Fastly, as published at api.fastly.com/public-ip-list. */
const FASTLY =
  '23.235.32.0/20 43.249.72.0/22 103.244.50.0/24 103.245.222.0/23 103.245.224.0/24 104.156.80.0/20 140.248.64.0/18 140.248.128.0/17 146.75.0.0/17 151.101.0.0/16 157.52.64.0/18 167.82.0.0/17 167.82.128.0/20 167.82.160.0/20 167.82.224.0/20 172.111.64.0/18 185.31.16.0/22 199.27.72.0/21 199.232.0.0/16 2a04:4e40::/32 2a04:4e42::/32'.split(
    ' ',
  );

const networks = (list: readonly string[]): string => list.map((n) => `set_real_ip_from ${n};`).join('\n');

/** Headers of a login service, as variables and as what the application gets. */
const told = (prefix: string, names: readonly (readonly [header: string, variable: string, from: string])[]): string[] =>
  names.map(([header, variable]) => `proxy_set_header ${prefix}${header} \\$${variable};`);

const AUTHELIA = [
  ['User', 'auth_user', 'remote_user'],
  ['Groups', 'auth_groups', 'remote_groups'],
  ['Name', 'auth_name', 'remote_name'],
  ['Email', 'auth_email', 'remote_email'],
] as const;
const AUTHENTIK = [
  ['username', 'auth_user', 'x_authentik_username'],
  ['groups', 'auth_groups', 'x_authentik_groups'],
  ['email', 'auth_email', 'x_authentik_email'],
  ['name', 'auth_name', 'x_authentik_name'],
  ['uid', 'auth_uid', 'x_authentik_uid'],
] as const;
const asked = (names: readonly (readonly [string, string, string])[]): string[] =>
  names.map(([, variable, from]) => `auth_request_set \\$${variable} \\$upstream_http_${from};`);

export const ACCESS: readonly Snippet[] = [
  {
    id: 'authelia',
    prefixes: ['authelia'],
    title: 'Single sign-on by Authelia (auth_request)',
    about:
      'Asks Authelia about each request and sends who is not logged in to its portal. Who the user is comes from Authelia alone: what a client sends under these names is replaced.',
    inside: ['server'],
    body: lines`
location = /internal/authelia {
  internal;
  proxy_pass http://\${1:127.0.0.1:9091}/api/authz/auth-request;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  proxy_set_header Host \\$host;
  proxy_set_header X-Original-Method \\$request_method;
  proxy_set_header X-Original-URL \\$scheme://\\$host\\$request_uri;
  proxy_set_header X-Real-IP \\$remote_addr;
  proxy_set_header X-Forwarded-For \\$remote_addr;
  proxy_set_header X-Forwarded-Proto \\$scheme;
}

location \${2:/} {
  auth_request /internal/authelia;
  # the portal, and the way back
  auth_request_set \\$portal \\$upstream_http_location;
  error_page 401 =302 \\$portal;
  ${asked(AUTHELIA).join('\n  ')}
  proxy_pass http://\${3:127.0.0.1:8000};
  ${forwarded('  ', { user: true })}
  ${told('Remote-', AUTHELIA).join('\n  ')}
  proxy_set_header X-Forwarded-User \\$auth_user;
}
$0`,
  },
  {
    id: 'authentik',
    prefixes: ['authentik', 'goauthentik'],
    title: 'Single sign-on by authentik (auth_request)',
    about:
      "Asks authentik's outpost about each request and sends who is not logged in to the login. Who the user is comes from authentik alone: what a client sends under these names is replaced.",
    inside: ['server'],
    body: lines`
# the outpost: the login itself, open to everybody
location /outpost.goauthentik.io/ {
  proxy_pass http://\${1:127.0.0.1:9000};
  ${forwarded('  ')}
}

location = /outpost.goauthentik.io/auth/nginx {
  internal;
  proxy_pass http://\${1:127.0.0.1:9000};
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  ${forwarded('  ')}
  proxy_set_header X-Original-URL \\$scheme://\\$host\\$request_uri;
}

location @login {
  # authentik's cookie remembers where the login began
  add_header Set-Cookie \\$auth_cookie;
  return 302 /outpost.goauthentik.io/start?rd=\\$scheme://\\$host\\$request_uri;
}

location \${2:/} {
  auth_request /outpost.goauthentik.io/auth/nginx;
  error_page 401 = @login;
  auth_request_set \\$auth_cookie \\$upstream_http_set_cookie;
  ${asked(AUTHENTIK).join('\n  ')}
  proxy_pass http://\${3:127.0.0.1:8000};
  ${forwarded('  ', { user: true })}
  ${told('X-authentik-', AUTHENTIK).join('\n  ')}
  proxy_set_header Remote-User \\$auth_user;
  proxy_set_header X-Forwarded-User \\$auth_user;
}
$0`,
  },
  {
    id: 'cloudflare',
    prefixes: ['cloudflare', 'cdn-cloudflare', 'cfconnectingip'],
    title: 'Real client address behind Cloudflare',
    about:
      "Cloudflare's own networks are believed, and nobody else. They change now and then: compare with cloudflare.com/ips. Let the firewall admit these networks only, or visitors can go past Cloudflare.",
    inside: ['http', 'server'],
    body: lines`
# Cloudflare's networks as of November 2026; see cloudflare.com/ips
${networks(CLOUDFLARE)}
real_ip_header CF-Connecting-IP;
$0`,
  },
  {
    id: 'fastly',
    prefixes: ['fastly', 'cdn-fastly'],
    title: 'Real client address behind Fastly',
    about: "Fastly's own networks are believed, and nobody else. They change now and then: compare with api.fastly.com/public-ip-list.",
    inside: ['http', 'server'],
    body: lines`
# Fastly's networks as of November 2026; see api.fastly.com/public-ip-list
${networks(FASTLY)}
real_ip_header X-Forwarded-For;
real_ip_recursive on;
$0`,
  },
  {
    id: 'allow-list',
    prefixes: ['allowlist', 'whitelist', 'allow'],
    title: 'For these addresses only',
    about: 'Everybody else gets 403. Behind another proxy nginx must first know the real client address.',
    inside: ['server', 'location'],
    body: lines`
allow \${1:192.0.2.0/24};
allow \${2:2001:db8::/32};
deny all;
$0`,
  },
  {
    id: 'block-list',
    prefixes: ['blocklist', 'blacklist', 'deny', 'ban'],
    title: 'Not for these addresses',
    about: 'A list of networks that get no answer, for all servers. The list is added where it is missing.',
    inside: ['server'],
    outer: [
      {
        marker: '$unwanted {',
        text: `# networks that get no answer
geo \\$unwanted {
  default 0;
  192.0.2.66 1;
  198.51.100.0/24 1;
}`,
      },
    ],
    body: lines`
if (\\$unwanted) {
  return 444;
}
$0`,
  },
  {
    id: 'country',
    prefixes: ['country', 'geoip', 'geoblock'],
    title: 'For some countries only (GeoIP2)',
    about: "Needs the module geoip2 and a database such as MaxMind's. A country is a guess: do not rest security on it.",
    inside: ['http'],
    module: 'ngx_http_geoip2_module',
    body: lines`
geoip2 \${1:/var/lib/GeoIP/GeoLite2-Country.mmdb} {
  auto_reload 1h;
  \\$country country iso_code;
}
map \\$country \\$country_allowed {
  default 0;
  \${2:DE} 1;
  # addresses that the database does not know
  '' 1;
}

server {
  listen 80;
  listen [::]:80;
  server_name \${3:example.com};
  server_tokens off;

  location / {
    if (\\$country_allowed = 0) {
      return 403;
    }
    proxy_pass http://\${4:127.0.0.1:8000};
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'bots',
    prefixes: ['bots', 'crawlers', 'useragent'],
    title: 'Robots that are not welcome',
    about: 'Refuses robots by the name that they give themselves. Who lies is not stopped. The list is added where it is missing.',
    inside: ['server'],
    outer: [
      {
        marker: '$unwanted_robot {',
        text: `map \\$http_user_agent \\$unwanted_robot {
  default 0;
  "~*(gptbot|claudebot|ccbot|bytespider|ahrefsbot|semrushbot|mj12bot)" 1;
}`,
      },
    ],
    body: lines`
if (\\$unwanted_robot) {
  return 403;
}
$0`,
  },
  {
    id: 'api-key-check',
    prefixes: ['apikey-check', 'x-api-key', 'token-check'],
    title: 'API keys that nginx checks',
    about: 'Without a known key 401. The application learns whose key it was, and not the key. The list is added where it is missing.',
    inside: ['server'],
    outer: [
      {
        marker: '$api_user {',
        text: `# only root reads the file; a line of it: a-long-random-key whose-it-is;
map \\$http_x_api_key \\$api_user {
  default '';
  include /etc/nginx/api-keys.conf;
}`,
      },
    ],
    body: lines`
location \${1:/api/} {
  if (\\$api_user = '') {
    return 401;
  }
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
  proxy_set_header X-API-Key "";
  proxy_set_header X-API-User \\$api_user;
}
$0`,
  },
  {
    id: 'mtls-upstream',
    prefixes: ['mtls-upstream', 'proxyssl', 'upstream-tls'],
    title: 'TLS to the application, with certificates on both sides',
    about: "The application's certificate is checked against your authority, and nginx shows one of its own.",
    inside: ['location'],
    body: lines`
proxy_pass https://\${1:10.0.0.11:8443};
proxy_ssl_certificate \${2:/etc/nginx/client.pem};
proxy_ssl_certificate_key \${3:/etc/nginx/client.key};
proxy_ssl_trusted_certificate \${4:/etc/nginx/upstream-ca.pem};
proxy_ssl_verify on;
proxy_ssl_verify_depth 2;
proxy_ssl_name \${5:app.internal};
proxy_ssl_server_name on;
proxy_ssl_protocols TLSv1.2 TLSv1.3;
${forwarded('')}
$0`,
  },
  {
    id: 'cors-lines',
    prefixes: ['cors', 'accesscontrol'],
    title: 'CORS for this location',
    about: 'Answers with the origin only when it is one of yours. The list is added where it is missing.',
    inside: ['location'],
    outer: [
      {
        marker: '$cors_origin {',
        text: `# pages that may read answers, by scheme and name
map \\$http_origin \\$cors_origin {
  default '';
  https://app.example.com \\$http_origin;
}`,
      },
    ],
    body: lines`
# browsers refuse an answer in which two of these stand: nginx alone says them
proxy_hide_header Access-Control-Allow-Origin;
proxy_hide_header Access-Control-Allow-Methods;
proxy_hide_header Access-Control-Allow-Headers;
proxy_hide_header Access-Control-Allow-Credentials;
proxy_hide_header Access-Control-Max-Age;
add_header Access-Control-Allow-Origin \\$cors_origin always;
add_header Access-Control-Allow-Methods "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" always;
add_header Access-Control-Allow-Headers "Authorization, Content-Type" always;
add_header Access-Control-Max-Age 7200 always;
add_header Vary Origin always;
if (\\$request_method = OPTIONS) {
  return 204;
}
proxy_pass http://\${1:127.0.0.1:8000};
${forwarded('')}
$0`,
  },
];
