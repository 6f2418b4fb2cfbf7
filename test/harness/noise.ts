/** The deployed configurations of `test/rules/noise`: for rules that must be silent, and for whatever must leave a sane tree as good as it was. */
import fs from 'node:fs';
import path from 'node:path';
import { type FileId, fileId } from '../../server/src/base/file-id.ts';
import { atLeast, version as parsed } from '../../server/src/catalog/version.ts';
import { available } from './nginx.ts';

const HERE = path.resolve('test/rules/noise');

/** What a distribution's package lays beside the main file. */
const STANDARD = ['debian/mime.types', 'wordpress/fastcgi_params', 'uwsgi/uwsgi_params', 'debian/proxy_params'];

export interface Deployed {
  readonly name: string;
  /** by name, relative to /etc/nginx or absolute */
  readonly files: ReadonlyMap<string, string>;
  /** the same by where they lie */
  readonly tree: Map<FileId, string>;
  /** the nginx that it is for, where that is not the newest known */
  readonly version: string | undefined;
  readonly flavour: 'plus' | 'openresty' | 'angie' | undefined;
  /** the tree is for a build or a version that the installed nginx is not: it cannot be asked */
  readonly elsewhere: boolean;
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

/** A folder, or one text with `#- path` between its files. */
function treeOf(entry: string): Map<string, string> {
  if (!entry.endsWith('.conf')) return filesIn(entry);
  const [main, ...rest] = fs.readFileSync(entry, 'utf8').split(/^#- (.+)\n/m);
  const out = new Map(STANDARD.map((f) => [path.basename(f), fs.readFileSync(path.join(HERE, f), 'utf8')]));
  out.set('nginx.conf', main!);
  for (let at = 0; at < rest.length; at += 2) out.set(rest[at]!, rest[at + 1]!);
  return out;
}

function isElsewhere(version: string | undefined, flavour: string | undefined): boolean {
  const installed = available()?.version;
  return flavour !== undefined || (installed !== undefined && version !== undefined && !atLeast(parsed(installed), version));
}

/** All of them, in the order of names. */
export const deployments = (): Deployed[] =>
  fs
    .readdirSync(HERE)
    .sort()
    .map((name) => {
      const files = treeOf(path.join(HERE, name));
      const main = files.get('nginx.conf') ?? '';
      const version = /^# nginx: (\S+)/m.exec(main)?.[1];
      const flavour = /^# flavour: (plus|openresty|angie)/m.exec(main)?.[1] as Deployed['flavour'];
      const tree = new Map<FileId, string>([...files].map(([file, text]) => [fileId(`file://${path.resolve('/etc/nginx', file)}`), text]));
      return { name, files, tree, version, flavour, elsewhere: isElsewhere(version, flavour) };
    });

/** Those about which the installed nginx can be asked. */
export const deploymentsHere = (): Deployed[] => deployments().filter((d) => !d.elsewhere);

/** The files for the installed nginx: what only a newer one knows is taken out, so that the rest can be asked about. */
export const forInstalled = (files: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.fromEntries([...files].map(([file, text]) => [file, text.replace(/^(\s*)http2\s+on;/gm, '$1# http2 on;')]));
