/**
 * The configurations of the differential test. A file of the corpus holds many: `#- name | context` starts one (no context: a whole main
 * file), `#+ path` starts a further file of the same one. Whether nginx accepts it is written nowhere: nginx is asked.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Tree } from '../harness/nginx.ts';

export interface Sample {
  /** file and name: `proxy/proxy tour` */
  readonly name: string;
  /** files by path; `nginx.conf` is the main one */
  readonly files: Tree;
}

/** The text around a sample of a context; the sample's own text is on lines of its own. */
const AROUND: Readonly<Record<string, readonly [before: string, after: string]>> = {
  main: ['', ''],
  top: ['', '\nevents { }\n'],
  events: ['events {\n', '\n}\n'],
  http: ['events { }\nhttp {\n', '\n}\n'],
  server: ['events { }\nhttp {\nserver {\nlisten 127.0.0.1:9400;\n', '\n}\n}\n'],
  location: ['events { }\nhttp {\nserver {\nlisten 127.0.0.1:9400;\nlocation / {\n', '\n}\n}\n}\n'],
  upstream: ['events { }\nhttp {\nupstream u {\n', '\n}\nserver { listen 127.0.0.1:9400; location / { proxy_pass http://u; } }\n}\n'],
  stream: ['events { }\nstream {\n', '\n}\n'],
  'stream-server': ['events { }\nstream {\nserver {\nlisten 127.0.0.1:9400;\n', '\n}\n}\n'],
  'stream-upstream': ['events { }\nstream {\nupstream u {\n', '\n}\nserver { listen 127.0.0.1:9400; proxy_pass u; }\n}\n'],
  mail: ['events { }\nmail {\n', '\n}\n'],
  'mail-server': ['events { }\nmail {\nserver {\nlisten 127.0.0.1:9400;\nprotocol imap;\nauth_http 127.0.0.1/a;\n', '\n}\n}\n'],
};

const FOLDER = path.resolve('test/nginx/corpus');

function* sections(text: string, mark: string): Generator<{ head: string; body: string }> {
  const parts = text.split(new RegExp(`^${mark} (.*)\\r?\\n`, 'm'));
  for (let i = 1; i < parts.length; i += 2) yield { head: parts[i]!.trim(), body: parts[i + 1] ?? '' };
}

/** Long words of a sample are written as `a..(5000)`. */
const lengthened = (text: string): string => text.replace(/(\S)\.\.\((\d+)\)/g, (_, c: string, n: string) => c.repeat(Number(n)));

function sampleOf(file: string, head: string, body: string): Sample {
  const [name = '', context = 'main'] = head.split(/\s*\|\s*/);
  const around = AROUND[context];
  if (!around) throw new Error(`${file}: "${head}" names no context`);
  const [own = '', ...rest] = body.split(/^(?=#\+ )/m);
  const files: Record<string, string> = { 'nginx.conf': around[0] + lengthened(own.replace(/\n+$/, '\n')) + around[1] };
  for (const part of rest) {
    const m = /^#\+ (\S+)\n/.exec(part)!;
    files[m[1]!] = part.slice(m[0].length);
  }
  return { name: `${path.basename(file, path.extname(file))}/${name}`, files };
}

/** The samples of all files whose name the test accepts, in the order of names. `.conf` files hold sections, `.rows` one sample a line. */
export function corpus(wanted: (file: string) => boolean = () => true): Sample[] {
  return fs
    .readdirSync(FOLDER)
    .filter(wanted)
    .sort()
    .flatMap((file) => {
      const text = fs.readFileSync(path.join(FOLDER, file), 'utf8');
      if (file.endsWith('.conf')) return [...sections(text, '#-')].map(({ head, body }) => sampleOf(file, head, body));
      if (!file.endsWith('.rows')) return [];
      return text.split('\n').flatMap((line, i) => {
        const m = /^([a-z-]+) +\| (.*)$/.exec(line);
        return m ? [sampleOf(file, `${i + 1} | ${m[1]}`, `${m[2]!.replaceAll('⏎', '\n')}\n`)] : [];
      });
    });
}
