/** Times of parsing and mirroring, printed as a table: `npx esbuild … && node` by hand or through the bench runner. Medians in ms. */
import { fromPath } from '../../server/src/base/file-id.ts';
import { parser } from '../harness/assets.ts';

/** A plausible configuration of so many lines: servers with locations and headers, a map now and then. */
export function configOfLines(lines: number): string {
  const out: string[] = ['worker_processes auto;', 'events { worker_connections 1024; }', 'http {'];
  for (let i = 0; out.length < lines - 1; i++) {
    if (i % 20 === 7) {
      out.push(`    map $http_host $backend_${i} {`, '        default 127.0.0.1:8000;');
      for (let k = 0; k < 6; k++) out.push(`        app${k}.example.org 127.0.0.1:${8000 + k};`);
      out.push('    }');
    }
    out.push(
      '    server {',
      '        listen 80;',
      `        server_name app${i}.example.com www.app${i}.example.com;`,
      '        # the application',
      '        location / {',
      `            proxy_pass http://127.0.0.1:${8000 + (i % 100)};`,
      '            proxy_set_header Host $host;',
      '            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
      '        }',
      '        location ~* \\.(css|js|png)$ { root "/srv/static files"; expires 30d; }',
      '    }',
    );
  }
  out.push('}');
  return out.join('\n') + '\n';
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1]!;
const percentile = (times: number[], p: number): number => times.sort((a, b) => a - b)[Math.floor(times.length * p)]!;

function timed(runs: number, work: (i: number) => void): number[] {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const from = performance.now();
    work(i);
    times.push(performance.now() - from);
  }
  return times;
}

export async function measure(): Promise<Record<string, Record<string, number>>> {
  const nginx = await parser();
  const id = fromPath('/etc/nginx/nginx.conf');
  const table: Record<string, Record<string, number>> = {};
  for (const lines of [1000, 10_000, 100_000]) {
    const text = configOfLines(lines);
    const runs = lines > 50_000 ? 5 : 15;
    const open = timed(runs, () => nginx.open(id, text).dispose());
    const doc = nginx.open(id, text);
    const typed = 'proxy_http_version 1.1;';
    let at = 0;
    const keys = timed(typed.length * 20, (i) => {
      const k = i % typed.length;
      if (k === 0) at = doc.text.indexOf('\n', Math.floor((doc.text.length * ((i * 7919) % 997)) / 997)) + 1;
      doc.update([{ span: { start: at + k, end: at + k }, newText: typed[k]! }]);
    });
    const brace = timed(20, (i) => {
      const line = doc.text.indexOf('\n', Math.floor((doc.text.length * i) / 20)) + 1;
      doc.update([{ span: { start: line, end: line }, newText: 'location /x {' }]);
      doc.update([{ span: { start: line, end: line + 13 }, newText: '' }]);
    });
    const problems = timed(runs, () => {
      doc.update([{ span: { start: 0, end: 0 }, newText: ' ' }]);
      return doc.problems.length;
    });
    doc.dispose();
    table[`${lines} lines, ${Math.round(text.length / 1024)} KB`] = {
      open: median(open),
      key: median(keys),
      'key p95': percentile(keys, 0.95),
      'key worst': Math.max(...keys),
      'brace and back': median(brace),
      'key with problems': median(problems),
    };
  }
  return table;
}
