/**
 * A server that waits for its first file asks the rules about a small text of its own meanwhile, some times over: code that has run is compiled
 * for speed, and all findings of what is then opened come sooner. Nobody waits for it: it works in the slices of every round, ends
 * with the first change that comes, and after a moment in any case. What it finds is shown to nobody.
 */
import { fileId } from '../base/file-id.ts';
import { MemoryFiles } from '../base/memory-files.ts';
import type { Engine } from '../config/config.ts';
import type { Rule } from '../rules/rule.ts';
import type { NginxParser } from '../syntax/parser.ts';
import { Workspace } from '../workspace/workspace.ts';
import type { Encoding } from './convert/encoding.ts';
import { Publisher } from './publish.ts';

/** Milliseconds without anything to do after which it begins. */
export const REST = 100;
/** Milliseconds that it takes at most. */
const MOST = 2000;
/** How often it reads and judges its text: more has all that matters compiled. */
const ROUNDS = 20;

/** A site as there are many, with what most rules look at: each has something to say, or to make sure of. */
const site = (n: number): string => `    server {
        listen 80;
        listen 443 ssl;
        server_name s${n}.example.com www.s${n}.example.com;
        ssl_certificate /etc/ssl/s${n}.pem;
        ssl_certificate_key /etc/ssl/s${n}.key;
        access_log /var/log/nginx/s${n}.log main;
        add_header X-Frame-Options DENY;
${'        add_header X-Site here;\n'.repeat(Math.min(n, 4))}        if ($scheme = http) { return 301 https://$host$request_uri; }
        location / {
            proxy_pass http://app${n};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_http_version 1.1;
            proxy_read_timeout 30s;
        }
        location /static { alias /srv/s${n}/static/; expires 7d; add_header X-Kind static; }
        location ~* \\.(css|js|png)$ { root /srv/s${n}; }
        location /old/ { rewrite ^/old/(.*)$ /$1 permanent; }
        location = /health { return 204; }
        location /login { limit_req zone=login burst=5; proxy_pass http://app${n}; }
        location ~ \\.php$ { include fastcgi_params; fastcgi_pass unix:/run/php.sock; }
        error_page 502 /502.html;
    }
`;

const TEXT = `events { worker_connections 512; }
http {
    log_format main '$remote_addr "$request" $status';
    limit_req_zone $binary_remote_addr zone=login:10m rate=1r/s;
    map $http_upgrade $connection_upgrade { default upgrade; "" close; }
    gzip on;
${Array.from({ length: 6 }, (_, n) => `    upstream app${n} { server 127.0.0.1:${8000 + n}; }\n${site(n)}`).join('')}}
`;

interface WarmUp {
  readonly parser: NginxParser;
  readonly engine: Engine;
  readonly rules: readonly Rule[];
  readonly encoding: Encoding;
  /** a clock in milliseconds */
  readonly now: () => number;
  /** false as soon as there is something to do */
  readonly idle: () => boolean;
  readonly log: (line: string) => void;
}

/** Runs until it has judged its text, each time as one that it has never seen, or there is something else to do. */
export async function warmUp(given: WarmUp): Promise<void> {
  const { now, idle } = given;
  const until = now() + MOST;
  const goesOn = (): boolean => idle() && now() < until;
  for (let round = 0; round < ROUNDS && goesOn(); round++) await judged(given, goesOn);
}

async function judged({ parser, engine, rules, encoding, log }: WarmUp, goesOn: () => boolean): Promise<void> {
  const file = fileId('file:///warm-up/nginx.conf');
  const workspace = new Workspace(parser, engine, new MemoryFiles([]));
  const publisher = new Publisher({
    connection: { sendDiagnostics: async () => {} },
    workspace,
    rules,
    encoding: () => encoding,
    push: () => true,
    lintRun: () => 'onType',
    lintFiles: () => 'open',
    docs: null,
    log,
  });
  workspace.apply({ kind: 'open', file, text: TEXT, version: 1 });
  publisher.changed();
  let done = false;
  const ended = publisher.settled().then(() => {
    done = true;
  });
  while (!done) {
    await new Promise((next) => setTimeout(next, 0));
    if (done || goesOn()) continue;
    // the next slice sees that its text is gone
    workspace.apply({ kind: 'close', file });
    break;
  }
  await ended;
}
