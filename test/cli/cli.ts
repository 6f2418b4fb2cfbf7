/** Runs the built command line as a process, in folders of its own. Every run is held to the contract: a known exit code, and no stack trace. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

export const CLI = path.resolve('dist/cli.cjs');
export const SAMPLE = path.resolve('test/sample');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const folders: string[] = [];
after(() => {
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

/** A folder in the machine's temporary folder with these files, removed after the tests. */
export function folder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-cli-')));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  return dir;
}

/** Runs it to its end, at most a minute. */
export function run(args: readonly string[], options: { cwd?: string; stdin?: string | Buffer } = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: options.cwd ?? folder(),
      timeout: 60_000,
      env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '' },
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (s: string) => {
      out += s;
    });
    child.stderr.setEncoding('utf8').on('data', (s: string) => {
      err += s;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      try {
        assert.ok([0, 1, 2, 3].includes(code ?? -1), `exit code ${code} of ${args.join(' ')}: ${err}`);
        assert.doesNotMatch(err, /^\s+at .+:\d+:\d+\)?$/m, `a stack trace of ${args.join(' ')}`);
        resolve({ code, out, err });
      } catch (error) {
        reject(error);
      }
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin ?? '');
  });
}

/** The exit code first: what a run must end with, and what it must say on standard error. */
export async function ends(
  code: number,
  args: readonly string[],
  options: { cwd?: string; stdin?: string | Buffer; says?: RegExp } = {},
): Promise<Ran> {
  const ran = await run(args, options);
  assert.equal(ran.code, code, `${args.join(' ')}\n${ran.out}${ran.err}`);
  if (options.says) assert.match(ran.err, options.says, args.join(' '));
  return ran;
}

/** A main file without findings of level error or warning. */
export const CLEAN = 'events {}\nhttp {\n    server_tokens off;\n    error_log /var/log/nginx/error.log;\n    include conf.d/*.conf;\n}\n';
/** One error: `alias-traversal` in line 3, characters 13 to 17. It has a safe fix. */
export const FLAWED = 'server {\n    listen 80;\n    location /img { alias /data/img/; }\n}\n';
export const WELL = 'server {\n    listen 80;\n    location /img/ { alias /data/img/; }\n}\n';

export interface JsonReport {
  version: number;
  files: { path: string; diagnostics: JsonDiagnostic[] }[];
  summary: Record<string, number>;
}
export interface Range {
  start: { line: number; character: number };
  end: { line: number; character: number };
}
export interface JsonDiagnostic {
  rule: string;
  group: string;
  severity: string;
  message: string;
  range: Range;
  related: { path: string; range: Range; message: string }[];
  fixes: { title: string; safety: string; edits: { path: string; range: Range; newText: string }[] }[];
}

export const report = (ran: Ran): JsonReport => JSON.parse(ran.out) as JsonReport;
export const rulesOf = (ran: Ran): string[] => report(ran).files.flatMap((f) => f.diagnostics.map((d) => d.rule));
