/**
 * What grows faster than its text: each shape is checked at one size and at twice that size, by all rules, from the text to the findings.
 * Twice the size may take 2.3 times as long.
 */
import { fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { lint } from '../../server/src/rules/run.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';

const times = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');
const http = (text: string): string => `events {}\nhttp {\n${text}\n}\n`;
const server = (text: string): string => http(`server {\nlisten 80;\nserver_name a.example;\n${text}\n}`);
/** So many servers, each written by its number. */
const servers =
  (line: (i: number) => string) =>
  (n: number): Record<string, string> =>
    one(http(times(n, line)));
const one = (text: string): Record<string, string> => ({ 'nginx.conf': text });

/** Shapes by name: the larger size, and the files of a size. */
export const SHAPES: Readonly<Record<string, readonly [size: number, files: (n: number) => Record<string, string>]>> = {
  'deployments side by side': [
    600,
    (n) =>
      Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          [`apps/a${i}/nginx.conf`, http(`server {\nlisten 80;\nlocation / { proxy_pass http://app:8000; }\n}`)],
          [
            `apps/a${i}/compose.yaml`,
            `services:\n  web:\n    image: nginx:1.30\n    ports: ["${8000 + i}:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  app:\n    build: .\n`,
          ],
        ]).flat(),
      ),
  ],
  'locations by regex': [8_000, (n) => one(server(times(n, (i) => `location ~ ^/r${i}/[a-z]+$ { return 204; }`)))],
  'locations by regex without anchor': [8_000, (n) => one(server(times(n, (i) => `location ~* \\.r${i}$ { return 204; }`)))],
  'locations by prefix': [20_000, (n) => one(server(times(n, (i) => `location /p${i}/ { return 204; }`)))],
  'locations to an application': [
    8_000,
    (n) => one(server(times(n, (i) => `location /p${i}/ { proxy_pass http://127.0.0.1:${8000 + (i % 50)}; }`))),
  ],
  upstreams: [20_000, (n) => one(http(times(n, (i) => `upstream u${i} { server 127.0.0.1:${1024 + (i % 60_000)}; }`)))],
  'variables by set': [60_000, (n) => one(server(times(n, (i) => `set $v${i} ${i};`)))],
  'variables by set, each used': [30_000, (n) => one(server(times(n, (i) => `set $v${i} ${i};\nadd_header X-V${i} $v${i};`)))],
  maps: [10_000, (n) => one(http(times(n, (i) => `map $uri $m${i} { default 0; /a 1; }`)))],
  'entries of a map': [60_000, (n) => one(http(`map $uri $m {\n${times(n, (i) => `/a${i} ${i};`)}\n}`))],
  'entries of a geo': [60_000, (n) => one(http(`geo $m {\n${times(n, (i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255} ${i};`)}\n}`))],
  'entries of a geo that is used': [
    60_000,
    (n) =>
      one(
        http(
          `geo $m {\n${times(n, (i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255} ${i};`)}\n}\nserver { listen 80; add_header X-M $m; root /srv; }`,
        ),
      ),
  ],
  'ranges of a geo': [
    40_000,
    (n) =>
      one(
        http(
          `geo $m {\nranges;\n${times(n, (i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}-10.${i >> 16}.${(i >> 8) & 255}.${i & 255} ${i};`)}\n}`,
        ),
      ),
  ],
  'conditions that add to a value': [
    2_000,
    (n) =>
      one(server(`${times(n, (i) => `if ($arg_a${i}) { set $v "\${v}a"; }`)}\nadd_header X-V $v;\nlocation / { proxy_pass http://$v; }`)),
  ],
  'servers with one name each': [10_000, (n) => one(http(times(n, (i) => `server { listen 80; server_name s${i}.example; return 204; }`)))],
  'names of one server': [20_000, (n) => one(http(`server {\nlisten 80;\nserver_name\n${times(n, (i) => `s${i}.example`)};\n}`))],
  'names by regex': [4_000, (n) => one(http(times(n, (i) => `server { listen 80; server_name ~^s${i}\\.; return 204; }`)))],
  'servers with a port each': [10_000, (n) => one(http(times(n, (i) => `server { listen ${1024 + i}; return 204; }`)))],
  'headers of one scope': [20_000, (n) => one(server(times(n, (i) => `add_header X-H${i} v;`)))],
  'lines of an access list': [
    30_000,
    (n) => one(server(`${times(n, (i) => `allow 10.${i >> 16}.${(i >> 8) & 255}.${i & 255};`)}\ndeny all;`)),
  ],
  'trusted addresses': [
    10_000,
    (n) =>
      one(
        server(
          `real_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n${times(n, (i) => `set_real_ip_from 10.${i >> 16}.${(i >> 8) & 255}.${i & 255};`)}\nlocation / { proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_pass http://127.0.0.1:8000; }`,
        ),
      ),
  ],
  rewrites: [10_000, (n) => one(server(times(n, (i) => `rewrite ^/w${i}$ /x${i} permanent;`)))],
  'conditions with if': [10_000, (n) => one(server(times(n, (i) => `if ($uri = /c${i}) { return 403; }`)))],
  'template marks on lines': [15_000, (n) => ({ 'nginx.conf.j2': server(times(n, (i) => `set $t${i} {{ value${i} }};`)) })],
  'template marks on one line': [
    30_000,
    (n) => ({ 'nginx.conf.j2': server(`add_header X-T "${Array.from({ length: n }, (_, i) => `{{ v${i} }}`).join(' ')}";`) }),
  ],
  'locations that redirect with the query': [
    2_000,
    (n) => one(server(times(n, (i) => `location = /q${i} { return 301 /r${i}$is_args$args; }`))),
  ],
  'rewrites with the query, in locations': [
    1_000,
    (n) => one(server(times(n, (i) => `location /q${i}/ { rewrite ^/q${i}/(.*)$ /r${i}/$1?$args permanent; }`))),
  ],
  'locations with proxy_redirect off': [
    1_500,
    (n) => one(server(times(n, (i) => `location /p${i}/ { proxy_pass http://127.0.0.1:8000; proxy_redirect off; }`))),
  ],
  'locations with a variable in proxy_pass': [
    1_500,
    (n) => one(server(times(n, (i) => `location /p${i}/ { set $b${i} app${i}; proxy_pass http://$b${i}:8000/x/; }`))),
  ],
  'locations with one cache': [
    2_000,
    (n) =>
      one(
        http(
          `proxy_cache_path /c keys_zone=k:1m;\nserver {\nlisten 80;\n${times(n, (i) => `location /p${i}/ { proxy_cache k; proxy_cache_valid 200 1m; proxy_cache_key $uri; proxy_pass http://127.0.0.1:8000; }`)}\n}`,
        ),
      ),
  ],
  'rewrites of a location that passes': [
    3_000,
    (n) => one(server(`location / {\n${times(n, (i) => `rewrite ^/w${i}/(.*)$ /x${i}/$1 break;`)}\nproxy_pass http://127.0.0.1:8000;\n}`)),
  ],
  'patterns that redirect': [1_500, (n) => one(server(times(n, (i) => `location ~ ^/r${i}/(.*)$ { return 301 /q${i}/$1; }`)))],
  'servers with a port and an application each': [
    1_500,
    servers(
      (i) =>
        `server { listen ${1024 + i}; server_name s${i}.example; location / { proxy_pass http://127.0.0.1:${10_000 + i}; proxy_set_header Host $host; } }`,
    ),
  ],
  'servers with a port and a redirect each': [
    1_500,
    servers(
      (i) =>
        `server { listen ${1024 + i}; server_name s.example; rewrite ^/old/(.*)$ /new/$1 redirect; location / { proxy_pass http://10.0.0.1:8000; } }`,
    ),
  ],
  'locations with a header of their own': [
    8_000,
    (n) => one(server(`add_header X-All 1;\n${times(n, (i) => `location /p${i}/ { add_header X-H${i} v; return 204; }`)}`)),
  ],
  'locations with a list of access': [
    2_000,
    (n) =>
      one(
        server(
          times(n, (i) => `location /p${i}/ { allow 10.0.0.0/8; deny all; auth_basic a; auth_basic_user_file /etc/nginx/p; root /srv; }`),
        ),
      ),
  ],
  'locations with try_files': [
    3_000,
    (n) =>
      one(
        server(
          `${times(n, (i) => `location /p${i}/ { root /srv; try_files $uri @app; }`)}\nlocation @app { proxy_pass http://127.0.0.1:8000; }`,
        ),
      ),
  ],
  'named locations': [
    3_000,
    (n) =>
      one(server(times(n, (i) => `location /p${i}/ { try_files $uri @n${i}; }\nlocation @n${i} { proxy_pass http://127.0.0.1:8000; }`))),
  ],
  'locations in locations': [
    4_000,
    (n) => one(server(times(n, (i) => `location /p${i}/ { location /p${i}/in/ { return 204; } root /srv; }`))),
  ],
  'locations with alias': [8_000, (n) => one(server(times(n, (i) => `location /p${i}/ { alias /srv/p${i}/; }`)))],
  'upstreams, each used': [
    3_000,
    (n) =>
      one(
        http(
          `${times(n, (i) => `upstream u${i} { server 127.0.0.1:${1024 + (i % 60_000)}; keepalive 8; }`)}\nserver {\nlisten 80;\n${times(n, (i) => `location /p${i}/ { proxy_pass http://u${i}; }`)}\n}`,
        ),
      ),
  ],
  'servers of one upstream': [
    20_000,
    (n) =>
      one(
        http(
          `upstream u {\n${times(n, (i) => `server 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:80;`)}\n}\nserver { listen 80; location / { proxy_pass http://u; } }`,
        ),
      ),
  ],
  'servers over TLS': [
    1_500,
    servers(
      (i) =>
        `server { listen 443 ssl; server_name s${i}.example; ssl_certificate s.pem; ssl_certificate_key s.key; location / { proxy_pass http://127.0.0.1:8000; } }`,
    ),
  ],
  'servers that redirect to TLS': [
    1_500,
    servers(
      (i) =>
        `server { listen 80; server_name s${i}.example; return 301 https://$host$request_uri; }\nserver { listen 443 ssl; server_name s${i}.example; ssl_certificate s.pem; ssl_certificate_key s.key; root /srv/s${i}; }`,
    ),
  ],
  'servers with an access list each': [
    4_000,
    (n) => one(http(times(n, (i) => `server { listen 80; server_name s${i}.example; allow 10.0.0.0/8; deny all; root /srv; }`))),
  ],
  'names by mask': [8_000, (n) => one(http(times(n, (i) => `server { listen 80; server_name *.s${i}.example; return 204; }`)))],
  'logs and zones': [
    2_000,
    (n) =>
      one(
        http(
          `${times(n, (i) => `log_format l${i} '$remote_addr ${i}';\nlimit_req_zone $binary_remote_addr zone=z${i}:1m rate=1r/s;\nproxy_cache_path /c/${i} keys_zone=k${i}:1m;`)}\nserver { listen 80; ${times(n, (i) => `location /p${i}/ { access_log /var/log/a${i} l${i}; limit_req zone=z${i}; proxy_cache k${i}; proxy_pass http://127.0.0.1:8000; }`)} }`,
        ),
      ),
  ],
  'maps, each used by the next': [
    8_000,
    (n) => one(http(`map $uri $m0 { default 0; }\n${times(n, (i) => `map $m${i} $m${i + 1} { default 0; 1 $m${i}; }`)}`)),
  ],
  'entries of a map by regex': [3_000, (n) => one(http(`map $uri $m {\n${times(n, (i) => `~^/a${i}/(?<x${i}>.*)$ $x${i};`)}\n}`))],
  'error pages': [3_000, (n) => one(server(times(n, (i) => `location /p${i}/ { error_page 404 /e${i}.html; root /srv; }`)))],
  subrequests: [
    1_500,
    (n) =>
      one(
        server(
          times(
            n,
            (i) =>
              `location /p${i}/ { auth_request /auth${i}; root /srv; }\nlocation = /auth${i} { internal; proxy_pass http://127.0.0.1:9000; }`,
          ),
        ),
      ),
  ],
  'subrequests by mirror': [
    1_500,
    (n) =>
      one(
        server(
          times(
            n,
            (i) =>
              `location /p${i}/ { mirror /mirror${i}; root /srv; }\nlocation = /mirror${i} { internal; proxy_pass http://127.0.0.1:9000; }`,
          ),
        ),
      ),
  ],
  'names of two servers, shared by turns': [
    10_000,
    (n) =>
      one(
        http(
          [0, 1].map((k) => `server {\nlisten ${80 + k};\nserver_name\n${times(n, (i) => `s${i}.example`)};\nreturn 204;\n}`).join('\n'),
        ),
      ),
  ],
  'stream servers': [
    8_000,
    (n) => one(`events {}\nstream {\n${times(n, (i) => `server { listen ${1024 + i}; proxy_pass 10.0.0.1:${1024 + i}; }`)}\n}\n`),
  ],
  'headers for upstreams, in locations': [
    2_000,
    (n) =>
      one(
        server(
          times(
            n,
            (i) =>
              `location /p${i}/ { proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-H${i} $http_x_h${i}; proxy_pass http://127.0.0.1:8000; }`,
          ),
        ),
      ),
  ],
  'headers for the upstream, of one server': [
    10_000,
    (n) => one(server(`${times(n, (i) => `proxy_set_header X-H${i} $http_x${i};`)}\nlocation / { proxy_pass http://127.0.0.1:8000; }`)),
  ],
  'error pages of one server': [
    6_000,
    (n) =>
      one(server(`${times(n, (i) => `error_page ${400 + (i % 100)} /e${i}.html;`)}\nlocation / { proxy_pass http://127.0.0.1:8000; }`)),
  ],
  'files made after one pattern': [
    1_000,
    (n) => ({
      'nginx.conf': http('include sites/*.conf;'),
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          `sites/s${i}.conf`,
          `server {\nlisten 80;\nserver_name s${i}.example;\nlocation / { proxy_pass http://127.0.0.1:8000; }\nlocation /img { alias /srv/${i}/img/; }\n}\n`,
        ]),
      ),
    }),
  ],
  'parameters of FastCGI': [
    3_000,
    (n) => one(server(times(n, (i) => `location /p${i}/ { fastcgi_param SCRIPT_FILENAME /srv/p${i}.php; fastcgi_pass 127.0.0.1:9000; }`))),
  ],
  'comments that silence': [8_000, (n) => one(server(times(n, (i) => `# proxylens-ignore unused-variable: generated\nset $v${i} 1;`)))],
  'blocks within blocks': [
    2_000,
    (n) => one(server(`${times(n, (i) => `location /${'a/'.repeat(Math.min(i + 1, 40))}${i} {`)}${'}'.repeat(n)}`)),
  ],
  'rewrites to other locations': [
    1_000,
    (n) => one(server(times(n, (i) => `location /p${i}/ { rewrite ^/p${i}/(.*)$ /p${i + 1}/$1 last; }`))),
  ],
  'included files': [
    2_000,
    (n) => ({
      'nginx.conf': http('include sites/*.conf;'),
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [`sites/s${i}.conf`, `server {\nlisten 80;\nserver_name s${i}.example;\nreturn 204;\n}\n`]),
      ),
    }),
  ],
  'includes of one file': [
    4_000,
    (n) => ({
      'nginx.conf': server(times(n, (i) => `location /i${i}/ { include proxy.conf; proxy_pass http://127.0.0.1:8000; }`)),
      'proxy.conf': 'proxy_set_header Host $host;\nproxy_set_header X-Real-IP $remote_addr;\n',
    }),
  ],
  'braces that are never closed': [8_000, (n) => one(server(times(n, (i) => `location /b${i} {\n    return 204;`)))],
  'unknown directives': [20_000, (n) => one(server(times(n, (i) => `unknown_${i} on;`)))],
  'aliases of YAML': [
    20_000,
    (n) => ({
      'nginx.conf': server('location / { proxy_pass http://app0:8000; }'),
      'docker-compose.yml': `x-base: &base\n  image: python:3.12\nservices:\n${times(n, (i) => `  app${i}:\n    <<: *base`)}\n`,
    }),
  ],
};

/** Milliseconds of processor time that this process has used: what else the machine does does not count. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export interface Square {
  readonly shape: string;
  readonly size: number;
  readonly half: number;
  readonly whole: number;
  /** the rules that took longest at the larger size, with milliseconds */
  readonly rules: readonly (readonly [string, number])[];
}

/** Milliseconds of processor time for the shapes whose name contains a word, at half size and at full size; the best of `runs`, at a `share` of the sizes. */
export async function* squares(word = '', runs = 2, share = 1): AsyncGenerator<Square> {
  const parts = await loadParts();
  const root = fileId('file:///squares');
  const once = async (files: Record<string, string>): Promise<{ took: number; byRule: Map<string, number> }> => {
    const disk = new MemoryFiles(Object.entries(files).map(([name, text]) => [fileId(`${root}/${name}`), text] as const));
    const byRule = new Map<string, number>();
    const from = processorTime();
    const workspace = new Workspace(parts.parser, parts.engine, disk, { isApplicationFile: wanted });
    workspace.apply({ kind: 'folders', folders: [root] });
    await workspace.settle();
    const snapshot = workspace.snapshot();
    byRule.set('(reading)', processorTime() - from);
    if (!snapshot.configs.length) throw new Error('nothing of nginx was found');
    for (const config of snapshot.configs)
      lint(config, parts.rules, { deployment: snapshot.deploymentOf(config), timings: { now: () => performance.now(), byRule } });
    return { took: processorTime() - from, byRule };
  };
  for (const [shape, [full, make]] of Object.entries(SHAPES)) {
    if (!shape.includes(word)) continue;
    const best = async (n: number) => {
      const files = make(n);
      let least = await once(files);
      for (let i = 1; i < runs; i++) {
        const next = await once(files);
        if (next.took < least.took) least = next;
      }
      return least;
    };
    const size = Math.round(full * share);
    const half = await best(size / 2);
    const whole = await best(size);
    const rules = [...whole.byRule].sort((a, b) => b[1] - a[1]).slice(0, 3);
    yield { shape, size, half: half.took, whole: whole.took, rules };
  }
}
