/** The advisories of autumn 2026: what exposes a configuration to each, what does not, and versions with and without the flaw. */

export interface Row {
  readonly id: string;
  readonly inside: 'main' | 'http' | 'server';
  readonly exposed: string;
  readonly unexposed: string;
  readonly open: string;
  readonly fixed: readonly string[];
  readonly openssl?: string;
}

const TLS = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const MAP = 'map $http_user_agent $kind { default other; ~(bot) $1; }';
const AUTH = 'resolver 127.0.0.53; server { location / { auth_request /auth; proxy_pass http://$host; } location = /auth { return 204; } }';

export const ROWS: readonly Row[] = [
  {
    id: 'CVE-2026-125283',
    inside: 'server',
    exposed: 'location ~ ^/f/(.*)$ { alias /srv/f/$1; try_files "" =404; }',
    unexposed: 'location /f/ { alias /srv/f/; try_files $uri =404; }',
    open: '1.31.8',
    fixed: ['1.31.9', '1.30.7', '1.26.3-3+deb13u11'],
  },
  {
    id: 'CVE-2026-123007',
    inside: 'server',
    exposed: `listen 443 ssl; http2 on; ${TLS}`,
    unexposed: `listen 443 ssl; http2 off; ${TLS}`,
    open: '1.30.6',
    fixed: ['1.31.9', '1.30.7'],
  },
  {
    id: 'CVE-2026-123633',
    inside: 'server',
    exposed: `listen 443 ssl http2; ${TLS}`,
    unexposed: `listen 443 ssl; ${TLS}`,
    open: '1.24.0',
    fixed: ['1.31.9', '1.30.7', '1.22.1-9+deb12u11'],
  },
  {
    id: 'CVE-2026-121810',
    inside: 'server',
    exposed: `listen 443 quic; ${TLS}`,
    unexposed: `listen 443 ssl; ${TLS}`,
    open: '1.31.8',
    fixed: ['1.31.9', '1.30.7', '1.22.1'],
  },
  {
    id: 'CVE-2026-123634',
    inside: 'http',
    exposed: AUTH,
    unexposed: AUTH.replace('auth_request /auth;', ''),
    open: '1.29.8',
    fixed: ['1.31.9', '1.30.7'],
  },
  {
    id: 'CVE-2026-113425',
    inside: 'main',
    exposed: 'events {}\nmail { auth_http 127.0.0.1:9000/auth; server { listen 143; protocol imap; } }',
    unexposed: 'events {}\nhttp { server { listen 143; } }',
    open: '1.31.8',
    fixed: ['1.31.9', '1.30.7'],
  },
  {
    id: 'CVE-2026-118899',
    inside: 'server',
    exposed: `listen 443 ssl; ${TLS}`,
    unexposed: `listen 443 ssl; ssl_protocols TLSv1.2; ${TLS}`,
    open: '1.26.3-3+deb13u10',
    fixed: ['1.31.9', '1.30.7', '1.26.3-3+deb13u11'],
  },
  {
    id: 'CVE-2026-120967',
    inside: 'main',
    exposed: `events {}\nstream { ${TLS} server { listen 9000 ssl; server_name a.test; ssl_verify_client on; ssl_client_certificate ca.pem; proxy_pass 127.0.0.1:1; } server { listen 9000 ssl; server_name b.test; proxy_pass 127.0.0.1:2; } }`,
    unexposed: `events {}\nstream { ${TLS} ssl_verify_client on; ssl_client_certificate ca.pem; server { listen 9000 ssl; server_name a.test; proxy_pass 127.0.0.1:1; } server { listen 9000 ssl; server_name b.test; proxy_pass 127.0.0.1:2; } }`,
    open: '1.28.3',
    fixed: ['1.31.9', '1.30.7', '1.24.0'],
  },
  {
    id: 'CVE-2026-120993',
    inside: 'main',
    exposed:
      'events {}\nstream { server { listen 9000 ssl; ssl_certificate $ssl_server_name.pem; ssl_certificate_key $ssl_server_name.key; proxy_protocol v2; proxy_pass 127.0.0.1:1; } }',
    unexposed: `events {}\nstream { server { listen 9000 ssl; ${TLS} proxy_protocol v2; proxy_pass 127.0.0.1:1; } }`,
    open: '1.31.8',
    fixed: ['1.31.9', '1.31.3', '1.30.6'],
  },
  {
    id: 'CVE-2026-123640',
    inside: 'main',
    exposed: 'events {}\nstream { server { listen 9000; ssl_preread on; proxy_pass 127.0.0.1:1; } }',
    unexposed: 'events {}\nstream { server { listen 9000; proxy_pass 127.0.0.1:1; } }',
    open: '1.30.6',
    fixed: ['1.31.9', '1.30.7'],
  },
  {
    id: 'CVE-2026-15176',
    inside: 'server',
    exposed: 'location /f/ { alias /srv/f/; rewrite ^/f/old/(.*)$ /f/$1; if (-f $request_filename) { return 200; } }',
    unexposed: 'location /f/ { alias /srv/f/; rewrite ^/f/old/(.*)$ /f/$1 break; if (-f $request_filename) { return 200; } }',
    open: '1.31.6',
    fixed: ['1.31.7', '1.30.6', '1.22.1-9+deb12u11'],
  },
  {
    id: 'CVE-2026-93479',
    inside: 'http',
    exposed: `${MAP} server { location ~ ^/f/(.+)$ { root /srv/$1/$kind; } }`,
    unexposed: `${MAP} server { location ~ ^/f/(?<name>.+)$ { root /srv/$kind; } }`,
    open: '1.31.6',
    fixed: ['1.31.7', '1.30.6'],
  },
  {
    id: 'CVE-2026-95101',
    inside: 'server',
    exposed: `listen 443 quic; ${TLS}`,
    unexposed: `listen 443 ssl; ${TLS}`,
    open: '1.30.5',
    fixed: ['1.31.7', '1.30.6', '1.26.3-3+deb13u10'],
  },
  {
    id: 'CVE-2026-97629',
    inside: 'server',
    exposed: `listen 443 ssl; ssl_session_cache shared:s:1m; ${TLS}`,
    unexposed: `listen 443 ssl; ssl_session_cache shared:s:1m; ssl_session_tickets off; ${TLS}`,
    open: '1.28.3',
    fixed: ['1.31.7', '1.30.6', '1.22.1'],
  },
  {
    id: 'CVE-2026-97205',
    inside: 'server',
    exposed: 'location / { ssi on; aio threads; }',
    unexposed: 'location / { ssi on; } location /files/ { aio threads; }',
    open: '1.30.5',
    fixed: ['1.31.7', '1.30.6'],
  },
  {
    id: 'CVE-2026-90439',
    inside: 'http',
    exposed: `${TLS} server { listen 443 quic; listen 443 ssl; } server { listen 8443 ssl; }`,
    unexposed: `${TLS} server { listen 443 quic; listen 443 ssl; } server { listen 8443 quic; listen 8443 ssl; }`,
    open: '1.31.5',
    fixed: ['1.31.6', '1.30.5', '1.29.1'],
    openssl: '3.0.22',
  },
];
