/** What is no HTTP: databases, brokers, name servers, logs, mail. */
import { lines, type Snippet } from './snippet.ts';

interface Port {
  readonly id: string;
  readonly prefixes: readonly string[];
  readonly title: string;
  readonly about: string;
  readonly port: number;
  readonly address: string;
  /** silence on a connection, nginx's time */
  readonly silence: string;
}

const PORTS: readonly Port[] = [
  {
    id: 'stream-postgresql',
    prefixes: ['postgres', 'postgresql', 'tcp'],
    title: 'PostgreSQL proxy (stream)',
    about: 'Passes connections of one network on to a database server.',
    port: 5432,
    address: '10.0.0.20:5432',
    silence: '1h',
  },
  {
    id: 'stream-redis',
    prefixes: ['redis', 'valkey'],
    title: 'Redis proxy (stream)',
    about: 'Passes connections of one network on to Redis, which knows neither TLS nor passwords by default.',
    port: 6379,
    address: '10.0.0.21:6379',
    silence: '1h',
  },
  {
    id: 'stream-mysql',
    prefixes: ['mysql', 'mariadb'],
    title: 'MySQL proxy (stream)',
    about: 'Passes connections of one network on to a database server.',
    port: 3306,
    address: '10.0.0.22:3306',
    silence: '1h',
  },
  {
    id: 'stream-mqtt',
    prefixes: ['mqtt', 'mosquitto'],
    title: 'MQTT proxy (stream)',
    about: 'Passes connections on to a broker. Clients send a sign of life less often than a minute and a half: the timeout is longer.',
    port: 1883,
    address: '10.0.0.23:1883',
    silence: '10m',
  },
];

const passed = (p: Port): Snippet => ({
  id: p.id,
  prefixes: p.prefixes,
  title: p.title,
  about: p.about,
  inside: ['stream'],
  body: lines`
server {
  listen \${1:${String(p.port)}};
  allow \${2:10.0.0.0/8};
  deny all;
  proxy_connect_timeout 5s;
  proxy_timeout ${p.silence};
  proxy_pass \${3:${p.address}};
}
$0`,
});

export const STREAMS: readonly Snippet[] = [
  ...PORTS.map(passed),
  {
    id: 'stream-passthrough',
    prefixes: ['passthrough', 'ssl_preread', 'sni'],
    title: 'TLS passed on unopened, by name (ssl_preread)',
    about: 'Reads the name from the handshake and passes the connection on: certificates stay with the servers behind.',
    inside: ['stream'],
    body: lines`
map \\$ssl_preread_server_name \\$behind {
  \${1:app.example.com} \${2:10.0.0.31:443};
  default \${3:127.0.0.1:8443};
}

server {
  listen \${4:443};
  ssl_preread on;
  proxy_connect_timeout 5s;
  proxy_pass \\$behind;
}
$0`,
  },
  {
    id: 'stream-tls',
    prefixes: ['tls-stream', 'stunnel', 'mqtts', 'rediss'],
    title: 'TLS in front of a service that has none (stream)',
    about: 'Clients connect with TLS, the service behind needs to know nothing of it.',
    inside: ['stream'],
    body: lines`
server {
  listen \${1:8883} ssl;
  ssl_certificate \${2:/etc/letsencrypt/live/example.com/fullchain.pem};
  ssl_certificate_key \${3:/etc/letsencrypt/live/example.com/privkey.pem};
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
  ssl_session_cache shared:STREAM:10m;
  ssl_session_timeout 1d;
  proxy_connect_timeout 5s;
  proxy_timeout 10m;
  proxy_pass \${4:127.0.0.1:1883};
}
$0`,
  },
  {
    id: 'stream-dns',
    prefixes: ['dns', 'udp'],
    title: 'DNS proxy over UDP and TCP (stream)',
    about: 'Passes questions on to name servers. For your own networks only: a name server that is open to all attacks others.',
    inside: ['stream'],
    body: lines`
upstream name_servers {
  server \${1:10.0.0.41:53};
  server \${2:10.0.0.42:53};
}

server {
  listen 53 udp;
  listen 53;
  allow \${3:10.0.0.0/8};
  deny all;
  # one answer for each question
  proxy_responses 1;
  proxy_connect_timeout 1s;
  proxy_timeout 3s;
  proxy_pass name_servers;
}
$0`,
  },
  {
    id: 'stream-syslog',
    prefixes: ['syslog'],
    title: 'Syslog over UDP to a collector (stream)',
    about: 'Passes messages of one network on to the collector; nothing comes back.',
    inside: ['stream'],
    body: lines`
server {
  listen \${1:514} udp;
  allow \${2:10.0.0.0/8};
  deny all;
  proxy_responses 0;
  proxy_timeout 1s;
  proxy_pass \${3:10.0.0.43:514};
}
$0`,
  },
  {
    id: 'mail-proxy',
    prefixes: ['mail', 'imap', 'smtp'],
    title: 'Mail proxy (IMAP and submission over TLS)',
    about: 'nginx ends TLS, asks a service of yours who may log in and where the mailbox is, and passes the connection on.',
    inside: ['main'],
    module: 'ngx_mail_module',
    body: lines`
mail {
  # says by HTTP whether a password is right, and which server has the mailbox
  auth_http \${1:127.0.0.1:9000/mail-auth};
  server_name \${2:mail.example.com};
  ssl_certificate /etc/letsencrypt/live/\${2:mail.example.com}/fullchain.pem;
  ssl_certificate_key /etc/letsencrypt/live/\${2:mail.example.com}/privkey.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:MAIL:10m;

  server {
    listen 993 ssl;
    protocol imap;
    imap_auth plain;
  }

  server {
    listen 465 ssl;
    protocol smtp;
    smtp_auth plain;
  }
}
$0`,
  },
];
