/** Which versions of servers and frameworks a project asks for: lock files are exact, `==` is exact, anything else is a range whose lower end is only a hint. */
import { basename, type FileId } from '../base/file-id.ts';
import { likely, type Setting, unknownSetting, written } from './setting.ts';

/** A package whose version decides something, and the version that most machines get today, reckoned with where the files name none. */
export interface Package {
  readonly name: string;
  readonly assumed: string;
}

export type Versions = ReadonlyMap<string, Setting<string>>;

/** True for files that this reads. */
export const isVersionFile = (name: string): boolean =>
  /^(requirements|constraints)[\w.-]*\.(txt|in)$|^(pyproject\.toml|poetry\.lock|uv\.lock|pdm\.lock|Pipfile|Pipfile\.lock)$/.test(name);

const MAX_LENGTH = 4 * 1024 * 1024;

/** The versions of packages that requirements, lock files and images name: exact ones before ranges. */
export function readVersions(files: ReadonlyMap<FileId, string>): Versions {
  const exact = new Map<string, Setting<string>>();
  const ranged = new Map<string, Setting<string>>();
  for (const [file, text] of files) {
    const name = basename(file);
    if ((!isVersionFile(name) && !/\/requirements\/[^/]+\.txt$/.test(file)) || text.length > MAX_LENGTH) continue;
    const found = (pkg: string, op: string, version: string, start: number): void => {
      const known = pkg.toLowerCase().replaceAll('_', '-');
      const place = { file, span: { start, end: start + version.length } };
      if (op === '==' || op === '===') exact.set(known, written(version, place));
      else if (!ranged.has(known))
        ranged.set(known, unknownSetting(`only known as ${op || 'any'} ${version}`.trim(), place, { fallback: version || undefined }));
    };
    if (/\.lock$/.test(name) && name !== 'Pipfile.lock') {
      for (const m of text.matchAll(/^name = "([\w.-]+)"\r?\nversion = "([^"]+)"/gm))
        found(m[1]!, '==', m[2]!, m.index + m[0].length - m[2]!.length - 1);
    } else if (name === 'Pipfile.lock') {
      for (const m of text.matchAll(/"([\w.-]+)": \{[^{}]*?"version": "==([^"]+)"/g))
        found(m[1]!, '==', m[2]!, m.index + m[0].length - m[2]!.length - 1);
    } else if (name === 'Pipfile') {
      for (const m of text.matchAll(/^"?([\w.-]+)"?\s*=\s*"([=<>~^!]*)\s*([\w.]*)[^"]*"/gm))
        found(m[1]!, m[2]!, m[3]!, m.index + m[0].lastIndexOf(m[3]!));
    } else {
      for (const m of text.matchAll(/(?:^|["'])\s*([A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*(===?|~=|>=|<=|>|<|\^)\s*(\d[\w.]*)/gm))
        found(m[1]!, m[2]!, m[3]!, m.index + m[0].length - m[3]!.length);
      if (name === 'pyproject.toml')
        for (const m of text.matchAll(/^([A-Za-z][\w.-]*)\s*=\s*(?:\{[^}\n]*version\s*=\s*)?"([\^~=<>]*)\s*(\d[\w.]*)[^"]*"/gm))
          found(m[1]!, m[2] === '' ? '==' : m[2]!, m[3]!, m.index + m[0].lastIndexOf(m[3]!));
    }
  }
  return new Map([...ranged, ...exact]);
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`; missing parts are zero. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((v) => (v.match(/\d+/g) ?? []).map(Number));
  for (let i = 0; i < Math.max(left!.length, right!.length); i++) {
    const d = (left![i] ?? 0) - (right![i] ?? 0);
    if (d) return d;
  }
  return 0;
}

/** The version to reckon with: the named one, the lower end of a range, or the assumed one. */
export const versionOf = (versions: Versions, { name, assumed }: Package): string => {
  const setting = versions.get(name);
  return (setting && likely(setting)) ?? assumed;
};

/** Whether the version to reckon with is this one or newer. */
export const isSince = ({ versions }: { readonly versions: Versions }, of: Package, version: string): boolean =>
  compareVersions(versionOf(versions, of), version) >= 0;
