/**
 * What grows faster than its text: each shape is checked at one size and at twice that size, by all rules, from the text to the findings.
 * Twice the size may take 2.3 times as long.
 */
import { fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { lint } from '../../server/src/rules/run.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';

const times = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');
const http = (text: string): string => `events {}\nhttp {\n${text}\n}\n`;
const server = (text: string): string => http(`server {\nlisten 80;\nserver_name a.example;\n${text}\n}`);
const one = (text: string): Record<string, string> => ({ 'nginx.conf': text });

/** Shapes by name: the larger size, and the files of a size. */
export const SHAPES: Readonly<Record<string, readonly [size: number, files: (n: number) => Record<string, string>]>> = {
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
  'servers with one name each': [10_000, (n) => one(http(times(n, (i) => `server { listen 80; server_name s${i}.example; return 204; }`)))],
  'names of one server': [20_000, (n) => one(http(`server {\nlisten 80;\nserver_name\n${times(n, (i) => `s${i}.example`)};\n}`))],
  'names by regex': [4_000, (n) => one(http(times(n, (i) => `server { listen 80; server_name ~^s${i}\\.; return 204; }`)))],
  'servers with a port each': [10_000, (n) => one(http(times(n, (i) => `server { listen ${1024 + i}; return 204; }`)))],
  'headers of one scope': [20_000, (n) => one(server(times(n, (i) => `add_header X-H${i} v;`)))],
  'lines of an access list': [
    30_000,
    (n) => one(server(`${times(n, (i) => `allow 10.${i >> 16}.${(i >> 8) & 255}.${i & 255};`)}\ndeny all;`)),
  ],
  rewrites: [10_000, (n) => one(server(times(n, (i) => `rewrite ^/w${i}$ /x${i} permanent;`)))],
  'conditions with if': [10_000, (n) => one(server(times(n, (i) => `if ($uri = /c${i}) { return 403; }`)))],
  'template marks on lines': [15_000, (n) => ({ 'nginx.conf.j2': server(times(n, (i) => `set $t${i} {{ value${i} }};`)) })],
  'template marks on one line': [
    30_000,
    (n) => ({ 'nginx.conf.j2': server(`add_header X-T "${Array.from({ length: n }, (_, i) => `{{ v${i} }}`).join(' ')}";`) }),
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

export interface Square {
  readonly shape: string;
  readonly size: number;
  readonly half: number;
  readonly whole: number;
  /** the rules that took longest at the larger size, with milliseconds */
  readonly rules: readonly (readonly [string, number])[];
}

/** Milliseconds for the shapes whose name contains a word, at half size and at full size; the best of `runs`. */
export async function* squares(word = '', runs = 2): AsyncGenerator<Square> {
  const parts = await loadParts();
  const root = fileId('file:///squares');
  const once = async (files: Record<string, string>): Promise<{ took: number; byRule: Map<string, number> }> => {
    const disk = new MemoryFiles(Object.entries(files).map(([name, text]) => [fileId(`${root}/${name}`), text] as const));
    const byRule = new Map<string, number>();
    const from = performance.now();
    const workspace = new Workspace(parts.parser, parts.engine, disk);
    workspace.apply({ kind: 'folders', folders: [root] });
    await workspace.settle();
    const snapshot = workspace.snapshot();
    byRule.set('(reading)', performance.now() - from);
    if (!snapshot.configs.length) throw new Error('nothing of nginx was found');
    for (const config of snapshot.configs)
      lint(config, parts.rules, { deployment: snapshot.deploymentOf(config), timings: { now: () => performance.now(), byRule } });
    return { took: performance.now() - from, byRule };
  };
  for (const [shape, [size, make]] of Object.entries(SHAPES)) {
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
    const half = await best(size / 2);
    const whole = await best(size);
    const rules = [...whole.byRule].sort((a, b) => b[1] - a[1]).slice(0, 3);
    yield { shape, size, half: half.took, whole: whole.took, rules };
  }
}
