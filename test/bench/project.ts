/** A workspace of 50,000 files: how long until its nginx configuration is known, and the longest time in which nothing else can happen. */
import fs from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { NodeFiles } from '../../server/src/host/node-files.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { fileOfPath } from '../../server/src/host/paths.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';

const SITE = 'server {\n    listen 80;\n    server_name NAME;\n    location / { proxy_pass http://127.0.0.1:8000; }\n}\n';

/** Lays the files out below `folder`: code as in a large repository, and now and then something that might be nginx's. */
export function layOut(folder: string): number {
  let files = 0;
  const write = (name: string, text: string): void => {
    const target = path.join(folder, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
    files++;
  };
  write('.git/HEAD', 'ref: refs/heads/main\n');
  write('nginx/nginx.conf', 'events {}\nhttp {\n    include conf.d/*.conf;\n}\n');
  for (let i = 0; i < 1000; i++) {
    for (let j = 0; j < 46; j++) write(`packages/p${i}/src/m${j}.${['ts', 'py', 'json', 'md', 'css'][j % 5]}`, 'x\n');
    write(`packages/p${i}/LICENSE`, 'MIT\n');
    write(`packages/p${i}/config/app.conf`, 'name = value\nother = 1\n');
    write(`packages/p${i}/data/fixture${i}`, 'some words of a fixture\n');
    if (i % 10 === 0) write(`nginx/conf.d/site${i}.conf`, SITE.replace('NAME', `s${i}.example.com`));
    if (i % 50 === 0) write(`packages/p${i}/deploy/site`, SITE.replace('NAME', `p${i}.example.com`));
  }
  return files;
}

interface Known {
  readonly files: number;
  /** milliseconds until the workspace has settled, in the middle of the runs */
  readonly settled: number;
  /** the same of the processor */
  readonly processor: number;
  /** the longest pause of the event loop meanwhile, in the best run, which nothing else on the machine lengthened, and in the middle one */
  readonly pause: number;
  readonly usual: number;
}

const RUNS = 5;

/** Numbers for the table, in milliseconds. */
export async function projects(folder: string): Promise<Known> {
  const files = layOut(folder);
  const { parser, engine } = await loadParts();
  const runs: { settled: number; processor: number; pause: number }[] = [];
  for (let i = 0; i < RUNS; i++) {
    const workspace = new Workspace(parser, engine, new NodeFiles(), { isApplicationFile: wanted });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const [from, used] = [performance.now(), process.cpuUsage()];
    workspace.apply({ kind: 'folders', folders: [fileOfPath(folder)] });
    await workspace.settle();
    const spent = process.cpuUsage(used);
    runs.push({ settled: performance.now() - from, processor: (spent.user + spent.system) / 1000, pause: delay.max / 1e6 });
    delay.disable();
  }
  const middle = (of: keyof (typeof runs)[number]): number => runs.map((r) => r[of]).sort((a, b) => a - b)[RUNS >> 1]!;
  return {
    files,
    settled: middle('settled'),
    processor: middle('processor'),
    pause: Math.min(...runs.map((r) => r.pause)),
    usual: middle('pause'),
  };
}
