/** Limits, access rules, logins: what nginx keeps away from the application. */
import { dropServer, forwarded } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

export const PROTECTION: readonly Snippet[] = [
  {
    id: 'ratelimit-zone',
    prefixes: ['ratelimit', 'limit', 'limitreq'],
    title: 'Rate limit zone by client address',
    about: 'Declares a zone for limit_req: 10 MB hold about 80,000 addresses. 429 tells clients what happened; the default is 503.',
    inside: ['http'],
    body: lines`
limit_req_zone \\$binary_remote_addr zone=\${1:general}:10m rate=\${2|10r/s,5r/s,30r/m|};
limit_req_status 429;

server {
  listen 80;
  listen [::]:80;
  server_name \${3:example.com};
  server_tokens off;

  location / {
    # a short burst passes at once, what goes beyond is refused
    limit_req zone=\${1:general} burst=\${4:20} nodelay;
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'ratelimit-login',
    prefixes: ['ratelimit-login', 'login', 'bruteforce'],
    title: 'Rate limit for a login page',
    about:
      'A few attempts a minute and address, with a small burst. Only what is sent counts, not the page that shows the form. A guard against guessing, not against a botnet.',
    inside: ['http'],
    body: lines`
# requests with an empty key do not count
map \\$request_method \\$login_attempt {
  default '';
  POST \\$binary_remote_addr;
}
limit_req_zone \\$login_attempt zone=login:10m rate=\${1|10r/m,5r/m,1r/s|};
limit_req_status 429;

server {
  listen 80;
  listen [::]:80;
  server_name \${2:example.com};
  server_tokens off;

  location = \${3|/admin/login/,/accounts/login/,/login,/token|} {
    limit_req zone=login burst=\${4:5} nodelay;
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'ratelimit-api-key',
    prefixes: ['ratelimit-api', 'apikey'],
    title: 'Rate limit of an API by key, else by address',
    about: 'Requests with a key count for the key, the others for their address. The key itself is checked by the application.',
    inside: ['http'],
    body: lines`
map \\$http_x_api_key \\$api_client {
  default \\$http_x_api_key;
  '' \\$binary_remote_addr;
}
limit_req_zone \\$api_client zone=api_key:10m rate=\${1:20r/s};
limit_req_zone \\$binary_remote_addr zone=api_address:10m rate=\${2:50r/s};
limit_req_status 429;

server {
  listen 80;
  listen [::]:80;
  server_name \${3:api.example.com};
  server_tokens off;

  location / {
    limit_req zone=api_key burst=40 nodelay;
    limit_req zone=api_address burst=100 nodelay;
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'connlimit',
    prefixes: ['connlimit', 'limitconn'],
    title: 'Connection limit by client address',
    about: 'How many requests of one address may be in work at the same time.',
    inside: ['http'],
    body: lines`
limit_conn_zone \\$binary_remote_addr zone=\${1:per_address}:10m;
limit_conn_status 429;

server {
  listen 80;
  listen [::]:80;
  server_name \${2:example.com};
  server_tokens off;
  limit_conn \${1:per_address} \${3:20};

  location / {
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'upload-size',
    prefixes: ['upload', 'bodysize', 'maxbody'],
    title: 'Larger uploads for one path',
    about: 'Lets larger bodies through where files are uploaded, and nowhere else. nginx takes the body in before the application gets it.',
    inside: ['server'],
    body: lines`
location \${1:/upload/} {
  client_max_body_size \${2|100m,50m,1g|};
  client_body_timeout 120s;
  proxy_pass http://\${3:127.0.0.1:8000};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'basic-auth',
    prefixes: ['basicauth', 'password', 'htpasswd'],
    title: 'Password for a path',
    about: 'Asks for a name and a password. Use it over HTTPS: basic authentication sends the password with each request.',
    inside: ['server'],
    needs: {
      server:
        'listen 443 ssl;\nlisten [::]:443 ssl;\nssl_certificate /etc/ssl/example.pem;\nssl_certificate_key /etc/ssl/example.key;\nadd_header Strict-Transport-Security "max-age=63072000" always;',
    },
    body: lines`
location \${1:/internal/} {
  auth_basic "\${2:Internal}";
  auth_basic_user_file \${3:/etc/nginx/htpasswd};
  proxy_pass http://\${4:127.0.0.1:8000};
  ${forwarded('  ')}
  # the password is nginx's business: the application gets neither it nor a reason to refuse it
  proxy_set_header Authorization "";
}
$0`,
  },
  {
    id: 'auth-request',
    prefixes: ['authrequest', 'sso', 'oauth2', 'oauth2-proxy', 'login-proxy'],
    title: 'Single sign-on by oauth2-proxy (auth_request)',
    about:
      'Asks oauth2-proxy about each request and sends who is not logged in to its login. Who the user is comes from the service alone: what a client sends under these names is replaced.',
    inside: ['server'],
    body: lines`
# the login itself: open to everybody
location /oauth2/ {
  proxy_pass http://\${1:127.0.0.1:4180};
  ${forwarded('  ')}
  # where people come back to
  proxy_set_header X-Auth-Request-Redirect \\$request_uri;
}

location = /oauth2/auth {
  internal;
  proxy_pass http://\${1:127.0.0.1:4180};
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  ${forwarded('  ')}
  proxy_set_header X-Original-URI \\$request_uri;
}

location \${2:/} {
  auth_request /oauth2/auth;
  error_page 401 = /oauth2/start;
  auth_request_set \\$auth_user \\$upstream_http_x_auth_request_user;
  auth_request_set \\$auth_email \\$upstream_http_x_auth_request_email;
  auth_request_set \\$auth_groups \\$upstream_http_x_auth_request_groups;
  proxy_pass http://\${3:127.0.0.1:8000};
  ${forwarded('  ', { user: true })}
  # all names under which applications look for the user
  proxy_set_header Remote-User \\$auth_user;
  proxy_set_header X-Auth-Request-User \\$auth_user;
  proxy_set_header X-Auth-Request-Email \\$auth_email;
  proxy_set_header X-Auth-Request-Groups \\$auth_groups;
  proxy_set_header X-Forwarded-User \\$auth_user;
  proxy_set_header X-Forwarded-Email \\$auth_email;
  proxy_set_header X-Forwarded-Groups \\$auth_groups;
}
$0`,
  },
  {
    id: 'admin-network',
    prefixes: ['admin', 'allow', 'network'],
    title: 'Admin pages for some networks only',
    about: "Only the named networks reach Django's admin; everybody else gets 403.",
    inside: ['server'],
    body: lines`
location \${1:/admin/} {
  allow \${2:192.0.2.0/24};
  deny all;
  proxy_pass http://\${3:127.0.0.1:8000};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'mtls',
    prefixes: ['mtls', 'clientcert'],
    title: 'Client certificates (mTLS)',
    about: 'Only clients with a certificate of your authority get in; the application is told who they are.',
    inside: ['server'],
    needs: {
      server:
        'listen 443 ssl;\nlisten [::]:443 ssl;\nssl_certificate /etc/ssl/example.pem;\nssl_certificate_key /etc/ssl/example.key;\nadd_header Strict-Transport-Security "max-age=63072000" always;',
    },
    body: lines`
ssl_client_certificate \${1:/etc/nginx/clients-ca.pem};
ssl_verify_client on;

location \${3:/} {
  proxy_pass http://\${2:127.0.0.1:8000};
  ${forwarded('  ')}
  # set here, so that no client can say it of itself
  proxy_set_header X-Client-Subject \\$ssl_client_s_dn;
}
$0`,
  },
  {
    id: 'default-drop',
    prefixes: ['default', 'drop', 'catchall'],
    title: 'Default server that drops unknown names',
    about: 'Requests for names that no server has are closed without an answer; over TLS the handshake is refused.',
    inside: ['http'],
    since: '1.19.4',
    body: lines`
${dropServer('')}
$0`,
  },
  {
    id: 'hidden-files',
    prefixes: ['hidden', 'dotfiles'],
    title: 'No hidden files but .well-known',
    about: 'Refuses .git, .env and the like, should they ever lie below a root.',
    inside: ['server'],
    body: lines`
location ~ ^/(.+/)?\\.(?!well-known/) {
  return 404;
}
$0`,
  },
  {
    id: 'real-ip',
    prefixes: ['realip', 'cdn', 'loadbalancer'],
    title: 'Real client address behind a load balancer or CDN',
    about:
      'Takes the client address from the header of proxies that you name, and of nobody else. Logs, limits and access rules then see the client.',
    inside: ['http', 'server'],
    body: lines`
# the addresses of your own proxies, never 0.0.0.0/0
set_real_ip_from \${1:10.0.0.0/8};
real_ip_header \${2|X-Forwarded-For,CF-Connecting-IP,X-Real-IP|};
real_ip_recursive on;
$0`,
  },
  {
    id: 'real-ip-proxy-protocol',
    prefixes: ['proxyprotocol'],
    title: 'Real client address by the PROXY protocol',
    about: 'For balancers that speak the PROXY protocol: the listening socket then takes nothing else.',
    inside: ['http'],
    body: lines`
server {
  listen 80 proxy_protocol;
  listen [::]:80 proxy_protocol;
  server_name \${1:example.com};
  server_tokens off;
  set_real_ip_from \${2:10.0.0.0/8};
  real_ip_header proxy_protocol;

  location / {
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'cors',
    prefixes: ['cors', 'accesscontrol'],
    title: 'CORS for named origins',
    about: 'Answers with the origin only when it is one of yours. The map compares whole origins, so nobody sneaks in by a similar name.',
    inside: ['http'],
    body: lines`
map \\$http_origin \\$cors_origin {
  default '';
  \${1:https://app.example.com} \\$http_origin;
}

server {
  listen 80;
  listen [::]:80;
  server_name \${2:api.example.com};
  server_tokens off;

  location / {
    # browsers refuse an answer in which two of these stand: nginx alone says them
    proxy_hide_header Access-Control-Allow-Origin;
    proxy_hide_header Access-Control-Allow-Methods;
    proxy_hide_header Access-Control-Allow-Headers;
    proxy_hide_header Access-Control-Allow-Credentials;
    proxy_hide_header Access-Control-Max-Age;
    # an empty value sends no header
    add_header Access-Control-Allow-Origin \\$cors_origin always;
    add_header Access-Control-Allow-Methods "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" always;
    add_header Access-Control-Allow-Headers "Authorization, Content-Type" always;
    add_header Access-Control-Max-Age 7200 always;
    add_header Vary Origin always;
    if (\\$request_method = OPTIONS) {
      return 204;
    }
    proxy_pass http://127.0.0.1:8000;
    ${forwarded('    ')}
  }
}
$0`,
  },
  {
    id: 'x-accel',
    prefixes: ['xaccel', 'protectedmedia', 'sendfile'],
    title: 'Protected downloads by X-Accel-Redirect',
    about:
      'The application decides, nginx sends the file: Django answers with `X-Accel-Redirect: /protected/name`. Clients cannot ask for the path themselves.',
    inside: ['server'],
    body: lines`
location \${1:/protected/} {
  internal;
  alias \${2:/srv/app/protected/};
}
$0`,
  },
];
