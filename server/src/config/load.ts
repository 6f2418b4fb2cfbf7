/** All IO of a configuration: read, parse, follow includes to the end, ask the disk about paths. What it returns is complete; nothing later waits. */

import { type CancelToken, check, NEVER } from '../base/cancel.ts';
import { dirname, type FileId, fileId, isBelow, pathOf, relativePath, resolve } from '../base/file-id.ts';
import { BINARY, type FileSystem, isTooLarge, type Stat } from '../base/file-system.ts';
import { expandMask, isMask, matchesMask } from '../base/glob.ts';
import { includesIn } from '../syntax/includes.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { readAsChosen } from './chosen-engine.ts';
import { ACCOUNTS, type PathUse, pathsOf } from './paths.ts';
import { readScript, type Script, scriptPathsOf } from './scripts.ts';
import type { ChosenEngine, PathMap } from './settings.ts';
import { isStock, type StockFiles } from './stock.ts';
import {
  type DiskFacts,
  type ImageDefault,
  type Include,
  type IncludeProblem,
  type Misplaced,
  NO_DISK,
  type StandIn,
  type Tree,
} from './tree.ts';

/** Where parsed files come from: the editor's buffers first, the disk behind them. */
export interface Sources extends Pick<FileSystem, 'list' | 'stat' | 'real'>, Partial<Pick<FileSystem, 'read'>> {
  /** null: no such file; a string: why it cannot be used, for people */
  source(file: FileId): Promise<SourceFile | string | null>;
  /** the name under which a person knows a file that is found by another one: `real` is that behind links; the same where nobody named it */
  named?(file: FileId, real: FileId): FileId;
}

export interface LoadOptions {
  readonly pathMap: readonly PathMap[];
  readonly prefix: string | null;
  readonly cancel?: CancelToken;
  /** ask the disk about the paths that the configuration names; `now` in milliseconds since 1970 is for the dates of certificates */
  readonly environment?: { readonly now: number } | null;
  /** told for each file read, so that long loads can show progress */
  readonly progress?: (file: FileId, count: number) => void;
  /** nginx's own files, for includes that find nothing; none where the configuration is that of this machine */
  readonly stock?: StockFiles | null;
  /** engines that a person chose for templates; the last that fits a file counts */
  readonly engines?: readonly ChosenEngine[];
  /** the main file is one that is in: `root` is not read */
  readonly standIn?: StandIn;
  /** where the project puts the file, if nginx does not read it there as what it is */
  readonly misplaced?: Misplaced | null;
  /** what the image of nginx keeps beside it */
  readonly imageDefault?: ImageDefault | null;
  /** all files of the server are at hand (its own configuration, a dump): what a mask does not match is not there */
  readonly complete?: boolean;
  /** whether a file, by its real path, may be read into the configuration at all; every file where it is absent */
  readonly within?: (real: FileId) => boolean;
}

/** nginx itself stops at the limit of open files; a tree of this size is a loop of links or a mask over a home folder. */
const MAX_FILES = 20_000;
const OVER = 'more than';

/** Files that are there and are not read. */
const UNREAD: ReadonlySet<IncludeProblem> = new Set<IncludeProblem>(['unreadable', 'too-large', 'unnamed']);
/** So many of them are named where one mask brings them. */
const MAX_DETAILS = 3;

/** characters of all files together: ten times what the largest sites have */
const MAX_VOLUME = 32_000_000;
const MAX_DEPTH = 100;
/** files that are read at the same time */
const AT_ONCE = 64;
const MAX_SCRIPTS = 100;

/** The folder before the first segment of a path that is a mask. */
function folderOfMask(id: FileId): FileId {
  let folder = dirname(id);
  while (isMask(pathOf(folder))) folder = dirname(folder);
  return folder;
}

/** The files that a path of the configuration may mean on this machine, the likeliest first. */
export function candidates(path: string, base: FileId, root: FileId, options: Pick<LoadOptions, 'pathMap' | 'prefix'>): FileId[] {
  const confDir = dirname(root);
  const out: FileId[] = [];
  if (!/^(\/|[a-z]:[\\/])/i.test(path)) {
    out.push(resolve(base, path));
    if (options.prefix !== null) out.push(resolve(resolve(confDir, options.prefix), path));
    return [...new Set(out)];
  }
  for (const { from, to } of options.pathMap) {
    const head = from.replace(/\/+$/, '');
    if (path !== head && !path.startsWith(head + '/')) continue;
    const target = mapTarget(to, confDir);
    out.push(path === head ? target : resolve(target, './' + path.slice(head.length + 1)));
  }
  const own = [
    '/etc/nginx',
    '/usr/local/nginx/conf',
    '/usr/local/etc/nginx',
    '/opt/nginx/conf',
    '/usr/local/openresty/nginx/conf',
    '/etc/angie',
  ];
  if (!own.includes(pathOf(confDir).replace(/\/+$/, '')))
    for (const head of own) if (path.startsWith(head + '/')) out.push(resolve(confDir, './' + path.slice(head.length + 1)));
  out.push(resolve(confDir, path));
  return [...new Set(out)];
}

/** What a path map leads to: an address, or a path from the main file's folder. */
const mapTarget = (to: string, confDir: FileId): FileId => (/^[a-z][a-z0-9+.-]+:/i.test(to) ? fileId(to) : resolve(confDir, to));

/** The path at which the main file's folder is on the deployed system, where a path map says so. */
function insideFolder(root: FileId, pathMap: readonly PathMap[]): string | null {
  const own = pathMap.find(({ to }) => to === root)?.from;
  return own ? own.replace(/\/[^/]*$/, '') : null;
}

/** Files that are put by name where a mask looks: mounted one by one into a folder. */
const putUnder = (path: string, pathMap: readonly PathMap[], confDir: FileId): { readonly inside: string; readonly id: FileId }[] =>
  pathMap.filter(({ from }) => matchesMask(from, path)).map(({ from, to }) => ({ inside: from, id: mapTarget(to, confDir) }));

const missing = (file: FileId, path: string, mask: boolean, unseen: string | null): Include => ({
  file,
  path,
  mask,
  files: [],
  problem: mask ? null : 'missing',
  detail: '',
  unseen,
});

/**
 * Reads a main file and everything that it includes (ngx_conf_include: relative to the main file's folder; masks by glob(3) in byte order).
 * Never throws for what is on the disk; a main file that cannot be read gives `{ problem }`. Throws Cancelled.
 */
export async function loadTree(root: FileId, sources: Sources, options: LoadOptions): Promise<Tree | { problem: string }> {
  const cancel = options.cancel ?? NEVER;
  const { stock, standIn } = options;
  const main = standIn?.main ?? (await sources.source(root));
  if (main === null) return { problem: 'no such file' };
  if (typeof main === 'string') return { problem: main };
  const asChosen = readAsChosen(options.engines ?? []);
  if (!standIn) asChosen(main);
  const files = new Map<FileId, SourceFile>([[main.id, main]]);
  const includes = new Map<Statement, Include>();
  /** main files from whose folders relative paths may hang */
  const roots = standIn ? standIn.folders.map((f) => resolve(f, './nginx.conf')) : [root];

  let volume = 0;
  const counted = new Set<FileId>();
  const count = (id: FileId, source: SourceFile | string | null): void => {
    if (!source || typeof source === 'string' || counted.has(id)) return;
    counted.add(id);
    volume += source.text.length;
  };

  let told = 0;
  /** The count goes up only: files are read ahead of their turn. */
  const tell = (id: FileId, count: number): void => {
    if (count > told) options.progress?.(id, (told = count));
  };

  const read = async (id: FileId): Promise<SourceFile | string | null> => {
    const known = files.get(id);
    if (known) return known;
    if (volume > MAX_VOLUME) return `${OVER} ${MAX_VOLUME / 1e6} MB are included`;
    if (files.size >= MAX_FILES) return `${OVER} ${MAX_FILES.toLocaleString('en')} files are included`;
    const source = stock?.source(id) ?? (await sources.source(id));
    count(id, source);
    if (source && typeof source !== 'string') {
      asChosen(source);
      files.set(id, source);
      tell(id, files.size);
    }
    return source;
  };

  const reals = new Map<FileId, Promise<FileId>>();
  const real = (id: FileId): Promise<FileId> => {
    let known = reals.get(id);
    if (!known) reals.set(id, (known = sources.real?.(id) ?? Promise.resolve(id)));
    return known;
  };
  const names = new Map<FileId, FileId>();
  /** Takes down what file is behind a name. */
  const knownAs = (id: FileId, target: FileId): FileId => {
    if (!names.has(target)) names.set(target, id);
    return id;
  };
  if (!isStock(main.id)) knownAs(main.id, await real(main.id));
  const allowed = async (id: FileId): Promise<boolean> => !options.within || options.within(await real(id));

  /** names that the last search met and cannot use */
  let unnamed: string[] = [];

  /** null: more than can be read; `not` is a file that cannot be what is meant */
  const find = async (path: string, not: FileId | null = null): Promise<FileId[] | null> => {
    for (const at of roots) {
      const found = (await findFrom(path, at))?.filter((id) => id !== not) ?? null;
      if (!found || found.length) return found;
    }
    const own = stock?.find(path);
    return own ? [own] : [];
  };

  /** Whether the main file takes a file under the name that a mount gives it: where nginx runs, it has no other. */
  const isTakenElsewhere = (id: FileId, mask: string, confDir: FileId, inside: string | null): boolean => {
    const maps = options.pathMap.filter(({ to }) => isBelow(id, mapTarget(to, confDir)));
    const takes = (from: string): boolean =>
      includesIn(main.body).some(({ args: [word] }) => {
        if (!word || word.templated) return false;
        const path = /^\//.test(word.value) ? word.value : inside === null ? null : `${inside}/${word.value}`;
        return path !== null && (isMask(path) ? matchesMask(from, path) : from === path);
      });
    return maps.length > 0 && maps.every(({ from, to }) => mapTarget(to, confDir) === id && !matchesMask(from, mask) && takes(from));
  };

  const findFrom = async (path: string, at: FileId): Promise<FileId[] | null> => {
    const inside = standIn?.inside ?? insideFolder(at, options.pathMap);
    const confDir = dirname(at);
    const absolute = /^(\/|[a-z]:[\\/])/i.test(path);
    const deployed = absolute ? path : inside === null ? null : `${inside}/${path}`;
    if (isMask(path) && deployed !== null) {
      /** by the paths that they have on the deployed system: nginx takes them in that order */
      const put = new Map<string, FileId>();
      const ids = new Set<FileId>();
      const take = (inside: string, id: FileId): void => {
        if (ids.has(id) || put.has(inside)) return;
        ids.add(id);
        put.set(inside, id);
      };
      for (const { inside, id } of putUnder(deployed, options.pathMap, confDir))
        if ((await sources.stat(id))?.kind === 'file' && (await allowed(id))) take(inside, id);
      if (put.size) {
        for (const { from, to } of options.pathMap) {
          const head = from.replace(/\/+$/, '');
          if (!deployed.startsWith(`${head}/`)) continue;
          const folder = mapTarget(to, confDir);
          const mask = resolve(folder, './' + deployed.slice(head.length + 1));
          if (options.within && !options.within(await real(folderOfMask(mask)))) continue;
          const matches = await expandMask(sources, mask, pathOf(mask), (name) => unnamed.push(name));
          if (!matches) return null;
          for (const m of matches) if (await allowed(m)) take(`${head}/${relativePath(m, folder)}`, m);
        }
        return [...put].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, id]) => id);
      }
    }
    const places = candidates(path, confDir, at, options);
    // a relative path that nothing is at beside the main file may be mounted there
    if (!absolute && deployed !== null) places.push(...candidates(deployed, confDir, at, options));
    for (const id of places) {
      if (isMask(path)) {
        // a folder of the machine is not even listed
        if (options.within && !options.within(await real(folderOfMask(id)))) continue;
        const matches = await expandMask(sources, id, pathOf(id), (name) => unnamed.push(name));
        if (!matches) return null;
        const own: FileId[] = [];
        for (const m of matches)
          if (!(deployed !== null && isTakenElsewhere(m, deployed, confDir, inside)) && (await allowed(m))) own.push(m);
        if (own.length) return own;
      } else if ((await sources.stat(id)) && (await allowed(id))) return [id];
    }
    return [];
  };

  /** Asks for many files at once; what comes back is kept by the sources, and taken from there in nginx's order. */
  const readAhead = async (found: readonly FileId[], chain: readonly FileId[]): Promise<Map<FileId, FileId>> => {
    const targets = new Map<FileId, FileId>();
    let done = 0;
    for (let i = 0; i < found.length && volume <= MAX_VOLUME; i += AT_ONCE) {
      await Promise.all(
        found.slice(i, i + AT_ONCE).map(async (id) => {
          if (isStock(id)) return;
          targets.set(id, await real(id));
          if (!chain.includes(id)) count(id, await sources.source(id));
          tell(id, files.size + ++done);
        }),
      );
      check(cancel);
    }
    return targets;
  };

  const follow = async (source: SourceFile, chain: readonly FileId[]): Promise<void> => {
    for (const statement of includesIn(source.body)) {
      check(cancel);
      if (includes.has(statement)) continue;
      const word = statement.args[0]!;
      const path = word.value;
      const mask = isMask(path);
      if (word.templated) {
        includes.set(statement, missing(source.id, path, true, `a template fills in which file "${path}" is`));
        continue;
      }
      if (source === standIn?.main && !stock?.find(path)) {
        const usable: FileId[] = [];
        for (const id of path === standIn.takes.mask ? standIn.takes.files : []) {
          const got = await read(id);
          if (got && typeof got !== 'string') usable.push(knownAs(id, await real(id)));
        }
        includes.set(statement, { ...missing(source.id, path, true, standIn.beside), files: usable });
        for (const id of usable) await follow(files.get(id)!, [...chain, id]);
        continue;
      }
      unnamed = [];
      // where nobody knows whether the file lies beside the main file, `include fastcgi.conf` in a fastcgi.conf means nginx's own
      let found = await find(path, standIn && !standIn.certain && !mask ? source.id : null);
      const lost = unnamed;
      if (!found) {
        includes.set(statement, {
          file: source.id,
          path,
          mask,
          files: [],
          problem: 'too-many',
          detail: `"${path}" matches too many files`,
          unseen: `"${path}" matches too many files`,
        });
        continue;
      }
      if (!found.length && !lost.length) {
        const unseen = mask ? `no file that "${path}" matches is seen` : `the file "${path}" is not seen`;
        includes.set(statement, missing(source.id, path, mask, mask && options.complete ? null : unseen));
        continue;
      }
      const usable: FileId[] = [];
      const back: FileId[] = [];
      let problem: IncludeProblem | null = null;
      const details: string[] = [];
      const fail = (kind: IncludeProblem, words: string): void => {
        problem ??= kind;
        // of several files that one mask brings each that is not read is told
        if (!details.length || (UNREAD.has(kind) && UNREAD.has(problem))) details.push(words);
      };
      if (lost.length) fail('unnamed', `the name of a file or folder is not UTF-8 or holds a backslash (${lost[0]})`);
      if (sources.named) found = await Promise.all(found.map(async (id) => (isStock(id) ? id : sources.named!(id, await real(id)))));
      const ahead = await readAhead(found, chain);
      for (const id of found) {
        const target = ahead.get(id) ?? id;
        if (chain.includes(id) || chain.includes(target) || chain.length > MAX_DEPTH) {
          if (chain.length <= MAX_DEPTH) back.push(chain.includes(id) ? id : target);
          fail('cycle', [...chain.slice(Math.max(0, chain.indexOf(id))), id].map(pathOf).join(' → '));
          continue;
        }
        const got = await read(id);
        if (got === null) fail('missing', pathOf(id));
        else if (typeof got === 'string')
          fail(
            isTooLarge(got) || got.startsWith(OVER) ? 'too-large' : 'unreadable',
            `${isBelow(id, dirname(root)) ? relativePath(id, dirname(root)) : pathOf(id)}: ${got}`,
          );
        else usable.push(isStock(id) ? id : knownAs(id, target));
      }
      const unseen = problem === null || problem === 'cycle' ? null : `"${path}" cannot be read`;
      const more = details.length - MAX_DETAILS;
      const detail = [...details.slice(0, MAX_DETAILS), ...(more > 0 ? [`${more} more`] : [])].join('; ');
      includes.set(statement, { file: source.id, path, mask, files: usable, ...(back.length ? { back } : {}), problem, detail, unseen });
      for (const id of usable) await follow(files.get(id)!, [...chain, id]);
    }
  };
  await follow(main, [main.id]);
  bounded(files, includes);
  const disk = options.environment ? await askDisk(roots[0]!, files.values(), sources, options, options.environment.now) : NO_DISK;
  const scripts = new Map<string, Script | null>();
  for (const file of files.values())
    for (const path of scriptPathsOf(file)) {
      if (scripts.has(path)) continue;
      check(cancel);
      scripts.set(path, null);
      if (scripts.size > MAX_SCRIPTS) continue;
      const [id] = isMask(path) ? [] : ((await find(path)) ?? []);
      if (!id || isStock(id) || ((await sources.stat(id))?.size ?? Infinity) > MAX_TEXT) continue;
      const got = await sources.read?.(id);
      if (got && !got.problem && got.text.length <= MAX_TEXT) scripts.set(path, readScript(id, got.text));
    }
  return {
    root: main.id,
    files,
    includes,
    disk,
    ...(standIn ? { standIn } : {}),
    ...(scripts.size ? { scripts } : {}),
    reals: names,
    ...(options.misplaced ? { misplaced: options.misplaced } : {}),
    ...(options.imageDefault ? { imageDefault: options.imageDefault } : {}),
  };
}

/** What all files together may come to once every include is put in place: two includes a file, thirty files deep, are a thousand million. */
const MAX_STATEMENTS = 500_000;

/** Leaves out the includes with which a file would come to more than that. There are no cycles in what was followed. */
function bounded(files: ReadonlyMap<FileId, SourceFile>, includes: Map<Statement, Include>): void {
  const sizes = new Map<FileId, number>();
  const own = (statements: readonly Statement[]): number => statements.reduce((sum, s) => sum + 1 + (s.block ? own(s.block) : 0), 0);
  const sizeOf = (id: FileId): number => {
    const known = sizes.get(id);
    if (known !== undefined) return known;
    const source = files.get(id)!;
    let size = own(source.body);
    sizes.set(id, size);
    for (const statement of includesIn(source.body)) {
      const include = includes.get(statement);
      if (!include) continue;
      const brought = include.files.reduce((sum, f) => sum + sizeOf(f), 0);
      if (size + brought <= MAX_STATEMENTS) size += brought;
      else
        includes.set(statement, {
          ...include,
          files: [],
          problem: 'too-many',
          detail: 'with it the configuration grows beyond all bounds',
          unseen: 'the configuration grows beyond all bounds',
        });
    }
    sizes.set(id, size);
    return size;
  };
  for (const id of files.keys()) sizeOf(id);
}

/** Larger files are no certificates. */
const MAX_TEXT = 256 * 1024;
const MAX_PATHS = 5000;
/** Files whose text rules read. */
const READ = /ssl_(trusted_|client_)?certificate(_key)?$/;

/** Stats the files and folders that directives name, through the same candidates as includes, and reads certificates, keys and the lists of accounts. */
async function askDisk(root: FileId, files: Iterable<SourceFile>, sources: Sources, options: LoadOptions, now: number): Promise<DiskFacts> {
  const stats = new Map<string, Stat | null>();
  const texts = new Map<string, string>();
  const folders = {
    configuration: dirname(root),
    prefix: options.prefix === null ? dirname(root) : resolve(dirname(root), options.prefix),
  };
  const ask = async ({ path, base }: PathUse, wantsText: boolean): Promise<void> => {
    const key = `${base} ${path}`;
    const absolute = /^(\/|[a-z]:[\\/])/i.test(path);
    if ((stats.has(key) && (!wantsText || texts.has(key))) || stats.size > MAX_PATHS || (base === 'started' && !absolute)) return;
    check(options.cancel ?? NEVER);
    stats.set(key, null);
    for (const id of candidates(path, base === 'started' ? folders.prefix : folders[base], root, options)) {
      const stat = await sources.stat(id);
      if (!stat) continue;
      stats.set(key, stat);
      if (wantsText && stat.kind === 'file' && stat.size <= MAX_TEXT) {
        const read = await sources.read?.(id);
        // a binary file holds nothing that is read as text: no certificate either
        if (read && (!read.problem || read.problem === BINARY)) texts.set(key, read.problem ? '' : read.text);
      }
      return;
    }
  };
  const visit = async (statements: readonly Statement[]): Promise<void> => {
    for (const s of statements) {
      for (const use of pathsOf(s)) await ask(use, READ.test(s.name.value));
      if (s.name.value === 'user')
        for (const path of Object.values(ACCOUNTS)) await ask({ path, base: 'configuration', wants: 'file', argument: 0 }, true);
      if (s.block) await visit(s.block);
    }
  };
  for (const file of files) await visit(file.body);
  return {
    now,
    stat: (path, base = 'configuration') => stats.get(`${base} ${path}`),
    text: (path, base = 'configuration') => texts.get(`${base} ${path}`),
  };
}
