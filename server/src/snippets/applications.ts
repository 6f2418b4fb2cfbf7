/** Applications that need more than plain forwarding, by the names that people type; and building blocks for a location or a server that is there already. */
import { forwarded, pastTheCache, privateMap, upgrades, WEBSOCKETS } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

interface Named {
  readonly id: string;
  readonly prefixes: readonly string[];
  readonly title: string;
  readonly about: string;
  readonly path: string;
  readonly address: string;
  /** lines behind the headers */
  readonly more?: readonly string[];
}

/** A location for an application that speaks WebSockets beside pages. */
const withSockets = (n: Named): Snippet => ({
  id: n.id,
  prefixes: n.prefixes,
  title: n.title,
  about: n.about,
  inside: ['server'],
  outer: WEBSOCKETS,
  body: lines`
location \${1:${n.path}} {
  proxy_pass http://\${2:${n.address}};
  ${forwarded('  ')}
  ${upgrades('  ')}
${(n.more ?? []).map((l) => `  ${l}\n`).join('')}}
$0`,
});

const SOCKETS: readonly Named[] = [
  {
    id: 'jupyter',
    prefixes: ['jupyter', 'jupyterlab', 'notebook'],
    title: 'Jupyter behind a path',
    about: 'JupyterLab with `c.ServerApp.base_url = "/jupyter/"`: kernels speak over WebSockets, notebooks are uploaded whole.',
    path: '/jupyter/',
    address: '127.0.0.1:8888',
    more: ['client_max_body_size 100m;'],
  },
  {
    id: 'streamlit',
    prefixes: ['streamlit'],
    title: 'Streamlit behind a path',
    about: 'Streamlit with `--server.baseUrlPath=streamlit`: every page lives on a WebSocket.',
    path: '/streamlit/',
    address: '127.0.0.1:8501',
    more: ['client_max_body_size 200m;'],
  },
  {
    id: 'gradio',
    prefixes: ['gradio'],
    title: 'Gradio behind a path',
    about: 'Gradio with `root_path="/gradio"`: results stream in, files are uploaded.',
    path: '/gradio/',
    address: '127.0.0.1:7860',
    more: ['client_max_body_size 200m;'],
  },
  {
    id: 'flower',
    prefixes: ['flower', 'celery'],
    title: 'Flower (Celery) behind a path',
    about: 'Flower with `--url_prefix=flower`. Whoever opens it reads and ends tasks, so it is for the networks that you name.',
    path: '/flower/',
    address: '127.0.0.1:5555',
    more: ['allow 127.0.0.1;', `allow \${3:10.0.0.0/8};`, 'deny all;'],
  },
  {
    id: 'grafana',
    prefixes: ['grafana'],
    title: 'Grafana behind a path',
    about: 'Grafana with `serve_from_sub_path = true` and `root_url` below /grafana/; Live needs WebSockets.',
    path: '/grafana/',
    address: '127.0.0.1:3000',
  },
  {
    id: 'socketio',
    prefixes: ['socketio', 'socket.io', 'engineio'],
    title: 'Socket.IO',
    about:
      'Long polling and WebSockets at the path of Socket.IO. With several processes a client must stay on one: add ip_hash to the upstream.',
    path: '/socket.io/',
    address: '127.0.0.1:8000',
  },
  {
    id: 'nodejs',
    prefixes: ['nodejs', 'node', 'express'],
    title: 'Node.js application',
    about: 'Express or another server of Node.js, with `app.set("trust proxy", 1)`. Pages and WebSockets.',
    path: '/node/',
    address: '127.0.0.1:3000',
  },
];

export const APPLICATIONS: readonly Snippet[] = [
  ...SOCKETS.map(withSockets),
  {
    id: 'llm-streaming',
    prefixes: ['llm', 'openai', 'ollama', 'streaming'],
    title: 'Answers of a language model, word by word',
    about: 'Tokens must not wait in a buffer, and the first of them may take minutes.',
    inside: ['server'],
    body: lines`
location \${1:/v1/} {
  proxy_pass http://\${2:127.0.0.1:11434};
  proxy_http_version 1.1;
  ${forwarded('  ')}
  proxy_set_header Connection "";
  # a word must not wait for a buffer to fill
  proxy_buffering off;
  proxy_cache off;
  proxy_read_timeout \${3:10m};
}
$0`,
  },
  {
    id: 'nextjs',
    prefixes: ['nextjs', 'next'],
    title: 'Next.js, its hashed files from the disk',
    about:
      'Files below /_next/static have the hash of their content in their names and come from the build; the rest is rendered by the server.',
    inside: ['server'],
    body: lines`
location /_next/static/ {
  alias \${1:/srv/app/.next/static/};
  expires 1y;
  access_log off;
}

location \${2:/shop/} {
  proxy_pass http://\${3:127.0.0.1:3000};
  ${forwarded('  ')}
}
$0`,
  },
  {
    id: 'grpc',
    prefixes: ['grpc', 'grpcpass'],
    title: 'gRPC service',
    about: 'Passes calls of one service on over HTTP/2, which the server must speak too. A call may be silent for an hour.',
    inside: ['server'],
    body: lines`
location \${1:/helloworld.Greeter/} {
  grpc_pass grpc://\${2:127.0.0.1:50051};
  grpc_set_header X-Real-IP \\$remote_addr;
  grpc_set_header X-Forwarded-For \\$remote_addr;
  grpc_set_header X-Forwarded-Proto \\$scheme;
  grpc_read_timeout \${3:1h};
  grpc_send_timeout \${3:1h};
}
$0`,
  },
  {
    id: 'robots',
    prefixes: ['robots', 'robots.txt'],
    title: 'robots.txt that asks robots to stay away',
    about: 'For a test site: answered by nginx, without the application.',
    inside: ['server'],
    body: lines`
location = /robots.txt {
  access_log off;
  default_type text/plain;
  return 200 "User-agent: *\\nDisallow: /\\n";
}
$0`,
  },
  {
    id: 'favicon',
    prefixes: ['favicon'],
    title: 'No favicon, and no word of it in the logs',
    about: 'Browsers ask for /favicon.ico by themselves; the empty answer keeps the application and the logs out of it.',
    inside: ['server'],
    body: lines`
location = /favicon.ico {
  access_log off;
  log_not_found off;
  return 204;
}
$0`,
  },
  {
    id: 'security-txt',
    prefixes: ['securitytxt', 'security.txt'],
    title: 'security.txt (RFC 9116)',
    about: 'Where people report a hole. The date must lie ahead: change it once a year.',
    inside: ['server'],
    body: lines`
location = /.well-known/security.txt {
  default_type text/plain;
  return 200 "Contact: mailto:\${1:security@example.com}\\nExpires: \${2:2027-12-31T23:00:00Z}\\n";
}
$0`,
  },
  {
    id: 'minio',
    prefixes: ['minio', 's3'],
    title: 'MinIO or another S3 behind a name of its own',
    about:
      'Signatures cover Host and path, so both are passed on as they came, from the standard port; uploads go straight through to the store.',
    inside: ['server'],
    body: lines`
location \${1:/bucket/} {
  client_max_body_size \${2:5g};
  # an upload goes straight through: the store takes many at a time
  proxy_request_buffering off;
  proxy_http_version 1.1;
  proxy_pass http://\${3:127.0.0.1:9000};
  # the signature covers this header
  proxy_set_header Host \\$host;
  proxy_set_header X-Real-IP \\$remote_addr;
  proxy_set_header X-Forwarded-For \\$remote_addr;
  proxy_set_header X-Forwarded-Proto \\$scheme;
  proxy_set_header Connection "";
}
$0`,
  },
  {
    id: 'proxy-lines',
    prefixes: ['proxy', 'proxypass', 'forwarded'],
    title: 'Lines that proxy to an application',
    about: 'For a location that is there: the address, and the headers that tell host, scheme and client.',
    inside: ['location'],
    body: lines`
proxy_pass http://\${1:127.0.0.1:8000};
${forwarded('')}
$0`,
  },
  {
    id: 'websocket-lines',
    prefixes: ['websocket', 'ws', 'upgrade'],
    title: 'Lines that let WebSockets through',
    about: 'For a location that is there: pages and WebSockets in one, by maps that are added where they are missing.',
    inside: ['location'],
    outer: WEBSOCKETS,
    body: lines`
proxy_pass http://\${1:127.0.0.1:8000};
${forwarded('')}
${upgrades('')}
$0`,
  },
  {
    id: 'ratelimit-lines',
    prefixes: ['ratelimit', 'limit', 'limitreq'],
    title: 'Rate limit for this location',
    about: 'A short burst passes at once, what goes beyond is refused with 429. The zone is added where it is missing.',
    inside: ['location'],
    outer: [{ marker: 'zone=per_client:', text: 'limit_req_zone \\$binary_remote_addr zone=per_client:10m rate=10r/s;' }],
    body: lines`
limit_req zone=per_client burst=\${1:20} nodelay;
limit_req_status 429;
$0`,
  },
  {
    id: 'connlimit-lines',
    prefixes: ['connlimit', 'limitconn'],
    title: 'Connection limit for this location',
    about: 'How many requests of one address may be in work at the same time. The zone is added where it is missing.',
    inside: ['location'],
    outer: [{ marker: 'zone=connections:', text: 'limit_conn_zone \\$binary_remote_addr zone=connections:10m;' }],
    body: lines`
limit_conn connections \${1:20};
limit_conn_status 429;
$0`,
  },
  {
    id: 'cache-lines',
    prefixes: ['cache', 'proxycache'],
    title: 'Cache for this location',
    about: 'Keeps the answers that the application allows to be kept; sessions go past it. Cache and map are added where they are missing.',
    inside: ['location'],
    outer: [
      { marker: '$private {', text: privateMap() },
      {
        marker: 'keys_zone=pages:',
        text: 'proxy_cache_path /var/cache/nginx/pages levels=1:2 keys_zone=pages:10m max_size=1g inactive=60m use_temp_path=off;',
      },
    ],
    body: lines`
proxy_pass http://\${1:127.0.0.1:8000};
${forwarded('')}
proxy_cache pages;
proxy_cache_lock on;
proxy_cache_background_update on;
proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
${pastTheCache('')}
$0`,
  },
  {
    id: 'basic-auth-lines',
    prefixes: ['basicauth', 'password', 'htpasswd'],
    title: 'Password for this location',
    about: 'Asks for a name and a password, and keeps both from the application.',
    inside: ['location'],
    needs: {
      server:
        'listen 443 ssl;\nlisten [::]:443 ssl;\nssl_certificate /etc/ssl/example.pem;\nssl_certificate_key /etc/ssl/example.key;\nadd_header Strict-Transport-Security "max-age=63072000" always;',
    },
    body: lines`
auth_basic "\${1:Internal}";
auth_basic_user_file \${2:/etc/nginx/htpasswd};
proxy_pass http://\${3:127.0.0.1:8000};
${forwarded('')}
proxy_set_header Authorization "";
$0`,
  },
  {
    id: 'timeouts',
    prefixes: ['timeouts', 'timeout'],
    title: 'Timeouts for a slow application',
    about: "Longer than the application server's own limit, so that the reason is in its log and not in nginx's.",
    inside: ['location', 'server'],
    body: lines`
proxy_connect_timeout 5s;
proxy_send_timeout \${1:60s};
proxy_read_timeout \${2:120s};
$0`,
  },
  {
    id: 'buffers',
    prefixes: ['buffers', 'buffersize'],
    title: 'Buffers for large headers of the application',
    about: '"upstream sent too big header" is a session or a redirect that does not fit into 4 or 8 kilobytes.',
    inside: ['location', 'server', 'http'],
    body: lines`
proxy_buffer_size \${1:16k};
proxy_buffers 8 \${1:16k};
proxy_busy_buffers_size 32k;
$0`,
  },
  {
    id: 'upstream-keepalive',
    prefixes: ['keepalive'],
    title: 'Connections that are kept to this upstream',
    about: 'Needs `proxy_http_version 1.1` and an empty Connection header in the locations below nginx 1.29.7.',
    inside: ['upstream'],
    body: lines`
keepalive \${1:32};
keepalive_timeout \${2:60s};
$0`,
  },
  {
    id: 'gzip-static',
    prefixes: ['gzipstatic', 'precompressed'],
    title: 'Files that were compressed beforehand',
    about: 'Sends app.js.gz for app.js where it is there, as WhiteNoise and bundlers make it.',
    inside: ['location', 'server'],
    body: lines`
gzip_static on;
gzip_vary on;
$0`,
  },
];
