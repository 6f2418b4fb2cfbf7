/**
 * Sane, deployed configurations must stay quiet. Each folder of `noise/` is one, written after a public guide, and each `.conf` file there,
 * in which `#- path` starts another file of the same tree: no error, and every warning argued for in a comment above its line,
 * `# expect: rule: why it is right to warn here`. A warning without one fails, and so does an expectation that nothing meets.
 * `# nginx: 1.22.1` in the main file names the version that the guide is for, `# flavour: openresty` what is no plain nginx (which the
 * installed one is not asked about).
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type FileId, fileId, pathOf } from '../../server/src/base/file-id.ts';
import { atLeast, version as parsed } from '../../server/src/catalog/version.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { available, judge, withoutNginx } from '../harness/nginx.ts';
import { lintTree } from '../harness/rules.ts';

const HERE = path.resolve('test/rules/noise');
const EXPECT = /#\s*expect:\s*([a-z0-9-]+):\s*(.*)$/;

/** What a distribution's package lays beside the main file. */
const STANDARD = ['debian/mime.types', 'wordpress/fastcgi_params', 'uwsgi/uwsgi_params', 'debian/proxy_params'];

/** The files of a tree by name, relative to /etc/nginx or absolute: a folder, or one text with `#- path` between its files. */
function treeOf(entry: string): Map<string, string> {
  if (!entry.endsWith('.conf')) return filesIn(entry);
  const [main, ...rest] = fs.readFileSync(entry, 'utf8').split(/^#- (.+)\n/m);
  const out = new Map(STANDARD.map((f) => [path.basename(f), fs.readFileSync(path.join(HERE, f), 'utf8')]));
  out.set('nginx.conf', main!);
  for (let at = 0; at < rest.length; at += 2) out.set(rest[at]!, rest[at + 1]!);
  return out;
}

function filesIn(folder: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const file = path.join(entry.parentPath, entry.name);
      out.set(path.relative(folder, file), fs.readFileSync(file, 'utf8'));
    }
  return out;
}

/** The expectations that hold for a line: on it, or in the comment lines right above it. */
function expectedAt(lines: readonly string[], line: number): { rule: string; at: number }[] {
  const out: { rule: string; at: number }[] = [];
  const take = (at: number): void => {
    const m = EXPECT.exec(lines[at] ?? '');
    if (m && (m[2] ?? '').length > 10) out.push({ rule: m[1]!, at });
  };
  take(line);
  for (let at = line - 1; at >= 0 && /^\s*#/.test(lines[at]!); at--) take(at);
  return out;
}

/** Why the installed nginx cannot be asked about a tree; false when it can. */
function notHere(version: string | undefined, flavour: string | undefined): string | false {
  if (flavour) return `${flavour} is another build`;
  const installed = available()?.version;
  return installed && version && !atLeast(parsed(installed), version) ? `the tree is for ${version}` : withoutNginx();
}

describe('sane configurations', () => {
  for (const name of fs.readdirSync(HERE).sort()) {
    const files = treeOf(path.join(HERE, name));
    const main = files.get('nginx.conf') ?? '';
    const version = /^# nginx: (\S+)/m.exec(main)?.[1];
    const flavour = /^# flavour: (plus|openresty|angie)/m.exec(main)?.[1];

    test(`${name} is quiet`, async () => {
      const tree = new Map<FileId, string>([...files].map(([file, text]) => [fileId(`file://${path.resolve('/etc/nginx', file)}`), text]));
      const settings = withSettings(DEFAULT_SETTINGS, {
        ...(version && { nginxVersion: version }),
        ...(flavour && { flavour: flavour as 'plus' }),
      });
      const { findings, sources } = await lintTree({ root: fileId('file:///etc/nginx/nginx.conf'), files: tree }, RULES, settings);
      const met = new Set<string>();
      const unexpected: string[] = [];
      for (const f of findings) {
        if (f.severity !== 'error' && f.severity !== 'warning') continue;
        const source = sources.get(f.at.file)!;
        const file = pathOf(f.at.file).replace('/etc/nginx/', '');
        const { line } = source.lines.position(f.at.span.start);
        const argued = f.severity === 'warning' && expectedAt(source.text.split('\n'), line).find((e) => e.rule === f.rule);
        if (argued) met.add(`${file}:${argued.at}`);
        else unexpected.push(`${f.severity} ${f.rule} at ${file}:${line + 1}: ${f.message}`);
      }
      const unmet = [...files].flatMap(([file, text]) =>
        text.split('\n').flatMap((l, i) => (EXPECT.test(l) && !met.has(`${file}:${i}`) ? [`${file}:${i + 1}: ${l.trim()}`] : [])),
      );
      assert.deepEqual({ unexpected, unmet }, { unexpected: [], unmet: [] });
    });

    // what only a newer nginx knows is taken out, so that the rest is asked
    test(`${name} is one that nginx takes`, { skip: notHere(version, flavour) }, async () => {
      const older = [...files].map(([file, text]) => [file, text.replace(/^(\s*)http2\s+on;/gm, '$1# http2 on;')] as const);
      const verdict = await judge(Object.fromEntries(older), { provide: true });
      assert.ok(verdict.ok || verdict.environment, `${verdict.message} at ${verdict.file}:${verdict.line}`);
    });
  }
});
