/** Snippets expanded and put where they are offered, as whole configurations. */
import type { Context } from '../../server/src/catalog/context.ts';
import { atLeast, type Version, version } from '../../server/src/catalog/version.ts';
import { NEWEST_NGINX } from '../../server/src/config/settings.ts';
import { bodyFor, expand, missingOuter, type Snippet, widestChoice } from '../../server/src/snippets/snippet.ts';

export interface Placed {
  readonly name: string;
  readonly inside: Context;
  /** which value of every choice was taken, from 0 */
  readonly choice: number;
  readonly text: string;
  /** the snippet alone, expanded */
  readonly own: string;
}

/** The rest of the site is an application, as it is for the people who use snippets. */
const PROXY = [
  'proxy_pass http://127.0.0.1:8000;',
  'proxy_set_header Host $host;',
  'proxy_set_header X-Real-IP $remote_addr;',
  ...[
    'X-Client-Subject',
    'X-authentik-uid',
    ...['User', 'Email', 'Groups', 'Name'].flatMap((n) => [`X-Auth-Request-${n}`, `X-Forwarded-${n}`, `Remote-${n}`]),
    ...['username', 'groups', 'email', 'name'].map((n) => `X-authentik-${n}`),
  ].map((name) => `proxy_set_header ${name} "";`),
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
].join('\n        ');

const GZIP = '    gzip on;\n    gzip_vary on;\n    gzip_proxied any;\n    gzip_types text/css application/javascript application/json;\n';

const indent = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);

/** Where the site is asked: gRPC clients speak HTTP/2, over plain sockets too. */
const listening = (own: string, nginx: Version): string =>
  !own.includes('grpc_pass')
    ? 'listen 80;\n    listen [::]:80;'
    : atLeast(nginx, '1.25.1')
      ? 'listen 80;\n    listen [::]:80;\n    http2 on;'
      : 'listen 80 http2;\n    listen [::]:80 http2;';

/** The application behind nginx; where nginx is behind a proxy that it trusts, the scheme is what that one says. */
const proxyFor = (own: string): string =>
  own.includes('set_real_ip_from') ? PROXY.replace('X-Forwarded-Proto $scheme', 'X-Forwarded-Proto $http_x_forwarded_proto') : PROXY;

/** What surrounds a snippet: nothing that a rule could find fault with. */
function around(context: Context, snippet: Snippet, own: string, nginx: Version): string {
  const http = (body: string): string =>
    `${snippet.needs?.main ? `${snippet.needs.main}\n` : ''}worker_processes auto;\nerror_log /var/log/nginx/error.log warn;\nworker_rlimit_nofile 4096;\nevents {\n    worker_connections 1024;\n}\nhttp {\n    types {\n        text/html html;\n        text/css css;\n        text/javascript js;\n    }\n    server_tokens off;\n    client_max_body_size 10m;\n${snippet.id === 'gzip' ? '' : GZIP}${indent(
      `${snippet.needs?.http ?? ''}${missingOuter(snippet, [])
        .map((l) => `${l}\n`)
        .join('')}${body}`,
      '    ',
    )}\n}\n`;
  switch (context) {
    case 'main':
      return /^events \{/m.test(own)
        ? own
        : `worker_processes auto;\nerror_log /var/log/nginx/error.log warn;\nworker_rlimit_nofile 4096;\nevents {\n    worker_connections 1024;\n}\n${own}\n`;
    case 'http':
      return http(own);
    case 'server':
      return http(
        `server {\n    ${snippet.needs?.server?.includes('listen') ? '' : listening(own, nginx)}\n    server_name example.com;\n    location = /application {\n        ${proxyFor(own)}\n    }\n${indent(`${snippet.needs?.server ?? ''}\n${own}`, '    ')}\n}`,
      );
    case 'location': {
      const passes = snippet.body.includes('proxy_pass');
      const inside = passes ? own : `${own}\n${PROXY.replaceAll(/^ +/gm, '')}`;
      const listen = snippet.needs?.server ?? 'listen 80;\nlisten [::]:80;';
      return http(
        `server {\n${indent(listen, '    ')}\n    server_name example.com;\n    location / {\n${indent(inside, '        ')}\n    }\n}`,
      );
    }
    case 'upstream':
      return http(
        `upstream application {\n    zone application 64k;\n    server 10.0.0.11:8000;\n${indent(own, '    ')}\n}\nserver {\n    listen 80;\n    listen [::]:80;\n    server_name example.com;\n    location / {\n        ${PROXY.replace('127.0.0.1:8000', 'application')}\n        proxy_http_version 1.1;\n        proxy_set_header Connection "";\n    }\n}`,
      );
    case 'stream':
      return `worker_processes auto;\nerror_log /var/log/nginx/error.log warn;\nworker_rlimit_nofile 4096;\nevents {\n    worker_connections 1024;\n}\nstream {\n${indent(own, '    ')}\n}\n`;
    default:
      throw new Error(`no surroundings for ${context}`);
  }
}

/** Every place and every choice of a snippet, in the words of a version: the n-th value of all its choices at once. */
export function placed(snippet: Snippet, nginx: Version = version(NEWEST_NGINX)): Placed[] {
  const out: Placed[] = [];
  for (const context of snippet.inside)
    for (let n = 0; n < widestChoice(snippet.body); n++) {
      const own = expand(bodyFor(snippet, nginx), (_, values) => Math.min(n, values.length - 1)).text.replace(/\n+$/, '');
      out.push({
        inside: context,
        choice: n,
        name: `${snippet.id} in ${context}${n ? `, choice ${n + 1}` : ''}`,
        own,
        text: around(context, snippet, own, nginx),
      });
    }
  return out;
}
