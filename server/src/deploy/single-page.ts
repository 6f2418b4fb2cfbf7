/**
 * Single-page applications: pages that a router in the browser draws, so that their addresses name no file. Known by the router that `package.json` names
 * and by the Dockerfile that copies the built files into nginx's image. No JavaScript is parsed.
 */
import { basename, dirname, type FileId, isBelow, pathOf, resolve } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { DockerStage } from './dockerfile.ts';
import { withoutComments } from './node-port.ts';

/** A package's own file and that of its builder, of the project or of a part of it; deeper ones are of libraries and examples. */
export const isPackageFile = (path: string): boolean => /^([^/]+\/){0,3}(?:package\.json|(?:vite|next)\.config\.[cm]?[jt]s)$/.test(path);

const MAX_LENGTH = 64 * 1024;

/** Routers that change the address without asking the server. */
const ROUTERS = [
  'react-router-dom',
  'react-router',
  'vue-router',
  '@angular/router',
  '@tanstack/react-router',
  '@solidjs/router',
  'wouter',
];

/** What makes a file for each address, or answers them by a server of its own. */
const MAKES_PAGES =
  /^(?:next|nuxt|nuxt3|gatsby|astro|@remix-run\/.*|@react-router\/(?:node|serve|dev)|@sveltejs\/kit|@docusaurus\/core|vuepress|vitepress|gridsome|@11ty\/eleventy|@angular\/(?:ssr|platform-server)|react-snap|react-static|vite-ssg|vike|vite-plugin-ssr|prerender-spa-plugin|@quasar\/app-.*|electron|expo)$/;

/** Routers whose addresses come after a #, which no server is asked for. */
const BY_HASH =
  /\b(?:createWebHashHistory|HashRouter|createHashRouter|createHashHistory|useHash\s*:\s*true|HashLocationStrategy|withHashLocation)\b/;

/** Folders that builders write. */
const BUILT = /(?:^|\/)(?:dist|build|out|www|public|browser)(?:\/|$)/;

export interface SinglePage {
  /** the router, by the name of its package */
  readonly router: string;
  /** where package.json names it */
  readonly place: Place;
  /** the folder of package.json */
  readonly folder: FileId;
  /** what Vite writes before the paths of scripts and styles; null where another builder does, or the text does not say it */
  readonly base: BuildBase | null;
  /** each page is a file of its own, `about.html` for `/about` */
  readonly filePerPage?: true;
}

export interface BuildBase {
  /** `/`, `/shop/`, or relative: `./`; empty is relative, too */
  readonly value: string;
  readonly place: Place;
}

/** The folder that holds what a builder made, at the end of a path: the start page is in it. */
const BUILT_FOLDER = /(?:^|\/)(?:dist|build)(?:\/browser)?\/?$/;

/** Whether a folder is where a builder puts the pages of an application. */
export const isBuilt = (path: string): boolean => BUILT_FOLDER.test(path);

/** The applications of a project that have a router in the browser. */
export function singlePages(files: ReadonlyMap<FileId, string>): readonly SinglePage[] {
  const out: SinglePage[] = [];
  for (const [file, text] of files) {
    if (basename(file) !== 'package.json' || text.length > MAX_LENGTH) continue;
    const names = dependencies(text);
    const exported = names.includes('next') ? exportOf(files, dirname(file)) : null;
    if (exported) {
      out.push({ router: 'Next', place: exported, folder: dirname(file), base: null, filePerPage: true });
      continue;
    }
    const router = ROUTERS.find((r) => names.includes(r));
    if (router === undefined || names.some((n) => MAKES_PAGES.test(n))) continue;
    const folder = dirname(file);
    if ([...files].some(([f, t]) => /\.[cm]?[jt]s$/.test(pathOf(f)) && isBelow(f, folder) && BY_HASH.test(t))) continue;
    const at = text.indexOf(`"${router}"`);
    out.push({ router, place: { file, span: { start: at, end: at + router.length + 2 } }, folder, base: baseOf(files, folder, text) });
  }
  return out;
}

/** Where Next is told to write a file for each page, and none of them into a folder; null where it is not, or where code decides. */
function exportOf(files: ReadonlyMap<FileId, string>, folder: FileId): Place | null {
  const config = [...files].find(([f]) => dirname(f) === folder && /^next\.config\.[cm]?[jt]s$/.test(basename(f)));
  if (!config || config[1].length > MAX_LENGTH) return null;
  const [file, whole] = config;
  const text = withoutComments(whole);
  const set = /\boutput\s*:\s*(["'`])export\1/.exec(text);
  if (!set || /\btrailingSlash\b(?!\s*:\s*false\b)/.test(text)) return null;
  return { file, span: { start: set.index, end: set.index + set[0].length } };
}

/** `base` of Vite's configuration, `/` where nothing sets it; null where an option, a variable or code decides. */
function baseOf(files: ReadonlyMap<FileId, string>, folder: FileId, json: string): BuildBase | null {
  const config = [...files].find(([f]) => dirname(f) === folder && /^vite\.config\.[cm]?[jt]s$/.test(basename(f)));
  if (!config || !dependencies(json).includes('vite') || /--base\b|\bVITE_BASE|<base\b/.test(json)) return null;
  const [file, whole] = config;
  if (whole.length > MAX_LENGTH) return null;
  const text = withoutComments(whole);
  const named = [...text.matchAll(/\bbase\b/gi)];
  const start = Math.max(0, text.search(/\bexport\s+default\b|\bmodule\.exports\b/));
  // spread, merged, or made by a function with conditions: another base may come from there
  if (/\.\.\.|\bmergeConfig\b|\boutDir\b|\bassetsDir\b|\bexperimental\b/.test(text)) return null;
  if (!named.length) return { value: '/', place: { file, span: { start, end: start + 6 } } };
  const set = named.length === 1 ? /^base\s*:\s*(["'])([^"'$]*)\1\s*[,}\n]/.exec(text.slice(named[0]!.index)) : null;
  return set
    ? {
        value: set[2]!,
        place: { file, span: { start: named[0]!.index, end: named[0]!.index + set[0].trimEnd().replace(/[,}]$/, '').length } },
      }
    : null;
}

/** The names of a package's dependencies; none where the text is no such file. */
function dependencies(text: string): string[] {
  try {
    const read = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
    return ['dependencies', 'devDependencies'].flatMap((key) => {
      const list = read?.[key];
      return typeof list === 'object' && list !== null ? Object.keys(list) : [];
    });
  } catch {
    return [];
  }
}

export interface ServedPage extends SinglePage {
  /** where the built files are in the image of nginx */
  readonly root: string;
  /** the line that puts them there */
  readonly copied: Place;
  /** the files of the context that are copied into the image of nginx */
  readonly sources: readonly FileId[];
}

/** Of the single-page applications those that Dockerfiles, given with their stages, build and copy into an image of nginx, with the folder there. */
export function servedPages(pages: readonly SinglePage[], dockerfiles: ReadonlyMap<FileId, readonly DockerStage[]>): readonly ServedPage[] {
  if (!pages.length) return [];
  const out: ServedPage[] = [];
  for (const [file, stages] of dockerfiles) {
    const last = stages.at(-1);
    if (!last || !/nginx|openresty|angie/i.test(last.base.text)) continue;
    for (const copy of last.copies) {
      const made = copy.from === null ? undefined : stages.find((s, i) => s.name === copy.from!.toLowerCase() || String(i) === copy.from);
      if (!made || !copy.sources.some((s) => BUILT.test(s)) || !builds(made)) continue;
      const page = pages.find((p) => isOf(p, file, made)) ?? (pages.length === 1 ? pages[0] : undefined);
      if (!page) continue;
      const sources = last.copies
        .filter((c) => c.from === null)
        .flatMap((c) => c.sources.map((s) => resolve(dirname(file), `./${s.replace(/^\/+/, '')}`)));
      out.push({ ...page, root: copy.target.replace(/(?<=.)\/+$/, ''), copied: copy.place, sources });
    }
  }
  return out;
}

/** Whether a stage runs the build of a package for Node. */
const builds = ({ base, runs }: DockerStage): boolean =>
  /(?:^|\/)(?:node|bun)(?::|@|\s|$)/i.test(base.text) || runs.some((r) => /\b(?:npm|pnpm|yarn|bun|npx|ng|vite)\b/.test(r.text));

/** Whether a stage copies a package from the context: the folder of the Dockerfile, or one that a line names. */
function isOf({ folder }: SinglePage, dockerfile: FileId, { copies }: DockerStage): boolean {
  const context = dirname(dockerfile);
  if (folder === context) return true;
  const named = copies.filter((c) => c.from === null).flatMap((c) => c.sources);
  return named.some((s) => resolve(context, `./${s}`) === folder || resolve(context, `./${s.replace(/\/?[^/]*$/, '')}`) === folder);
}
