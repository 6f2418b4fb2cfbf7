/** Where static and media files of a Django project are asked for, and which folder nginx would send them from. */
import { textsOf } from '../../answers/what-is-passed.ts';
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { isOpen, type Location, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { Application } from '../../deploy/application.ts';
import type { ComposeMount } from '../../deploy/compose.ts';
import type { FolderValue } from '../../deploy/django.ts';
import { certain, type Setting } from '../../deploy/setting.ts';
import type { Side } from './_links.ts';

/** The path of a URL setting: with slashes at both ends; null for another host's URL, an empty one, and what is not known. */
export function urlPath(setting: Setting<string | null>): string | null {
  const value = certain(setting);
  if (!value || /^([a-z]+:)?\/\//i.test(value)) return null;
  const path = `/${value.replace(/^\/+/, '')}`;
  return path.endsWith('/') && path !== '/' ? path : null;
}

/** The location that takes a file below the URL in the server of a side. */
export function locationFor(side: Side, url: string, file = 'proxylens.css'): Location | null {
  if (!side.server) return null;
  const match = matchLocation(side.server.scope, toBytes(url + file));
  return isOpen(match.how) ? null : match.location;
}

/** The pass directive that is in the scope itself. */
export const passIn = (scope: Scope): Directive | undefined => scope.directives.find((d) => PASS_DIRECTIVES.includes(d.name));

/** Whether the scope may send files from the disk before it passes a request on. */
export const looksAtDisk = (scope: Scope): boolean =>
  scope.has('try_files') ||
  scope.has('if') ||
  scope.has('proxy_cache') ||
  scope.effective('proxy_cache').directives.some((d) => d.value(0) !== 'off');

export interface Served {
  /** the folder for the URL, without a slash at the end */
  readonly folder: string;
  readonly directive: Directive;
}

/** The folder from which a location sends what is below the URL; null with variables, or when nothing says so. */
export function folderOf(location: Location, url: string): Served | null {
  const directive = location.scope.effective('alias').directives.at(-1);
  // a constant that a variable carries is as good as a written one
  const texts = directive ? textsOf(location.scope, directive.value(0)) : null;
  if (!directive || texts?.length !== 1) return null;
  const value = texts[0]!;
  const path = value.replace(/\/+$/, '');
  if (directive.name === 'root') return { folder: path + url.replace(/\/+$/, ''), directive };
  if (location.kind !== 'prefix' || !url.startsWith(location.name)) return null;
  return { folder: (value + url.slice(location.name.length)).replace(/\/+$/, '').replace(/\/{2,}/g, '/'), directive };
}

/**
 * The folder as the running application has it: a path below the project's own folder moves to where the project is installed, when a unit or an image
 * says so. `sure` is false when only its last parts are known.
 */
export function installed(
  folder: FolderValue,
  application: Application,
  project: string,
): { readonly path: string; readonly sure: boolean } {
  const clean = (p: string): string => p.replace(/\/+$/, '').replace(/\/{2,}/g, '/');
  if (!folder.anchored) return { path: clean(folder.path), sure: folder.path.startsWith('/') };
  const rest = folder.path.startsWith(project) ? folder.path.slice(project.length).replace(/^\/+/, '') : folder.path.split('/').at(-1)!;
  const base = application.workingDirectory;
  return base ? { path: clean(`${base}/${rest}`), sure: true } : { path: clean(folder.path), sure: false };
}

/** The folder of the project that a settings module belongs to: that of `shop` for `shop.settings.prod`. */
export function projectFolder(settingsPath: string, module: string): string {
  const depth = module.split('.').length + (settingsPath.endsWith('/__init__.py') ? 1 : 0);
  return settingsPath.split('/').slice(0, -depth).join('/') || '/';
}

/** A folder of the machine may be filled by hand; a volume of Docker's own holds what containers put there. */
export const isVolume = (mount: ComposeMount | undefined): boolean =>
  mount !== undefined && mount.source !== null && !/^[./~$%]/.test(mount.source);
