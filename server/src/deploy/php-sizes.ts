/**
 * How large a body and a file PHP takes: `post_max_size` and `upload_max_filesize`, from where each is set. A value for administrators comes before all others
 * (`PHP_ADMIN_VALUE` of nginx, `php_admin_value` of the pool), then what nginx sends, the `.user.ini` beside the scripts, the pool, and at last the files of
 * settings, among them those that a Dockerfile writes. Two files that say different things leave it unknown.
 */
import { basename, type FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { byDefault, convert, type Setting, unknownSetting, written } from './setting.ts';

/** A line `fastcgi_param NAME "value"`, decoded. */
export interface SentParam {
  readonly name: string;
  readonly value: string;
  readonly place: Place;
}

const MAX_LENGTH = 256 * 1024;

/** `8M`, `1G`, bytes. */
const bytes = (s: string): number | undefined => {
  const m = /^(\d+)([kmg]?)$/i.exec(s);
  return m ? Number(m[1]) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[m[2]!.toLowerCase() as '' | 'k' | 'm' | 'g'] : undefined;
};

const sizeOf = (text: Setting<string>): Setting<number> => convert(text, bytes, 'not a size');

function sent(params: readonly SentParam[], param: string, name: string): Setting<number> | null {
  for (const p of params.toReversed()) {
    if (p.name !== param) continue;
    const value = new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*["']?(\\w+)`, 'im').exec(p.value)?.[1];
    if (value) return sizeOf(written(value, p.place));
  }
  return null;
}

/** The one value that files of a kind set; null where none does. */
function inFiles(files: ReadonlyMap<FileId, string>, name: string, user: boolean): Setting<number> | null {
  const found = new Map<string, Setting<number>>();
  const own = new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*["']?(\\w+)["']?[ \\t]*(?:;.*)?$`, 'im');
  // `RUN echo "…" > conf.d/uploads.ini`, a here-document, and `sed 's/… = 8M/… = 64M/'`, of which the last counts
  const run = new RegExp(`^(?![ \\t]*#).*(?:\\b|\\\\n)${name}[ \\t]*=[ \\t]*["']?(\\d+[KMG]?)\\b`, 'gim');
  for (const [file, source] of files) {
    if (source.includes(name, MAX_LENGTH)) return unknownSetting(`${basename(file)} is too long to be read`);
    const text = source.slice(0, MAX_LENGTH);
    const isUser = basename(file) === '.user.ini';
    const match =
      file.endsWith('.ini') && isUser === user
        ? own.exec(text)
        : !user && /^(Dockerfile|Containerfile)|\.[Dd]ockerfile$/.test(basename(file))
          ? [...text.matchAll(run)].at(-1)
          : null;
    if (!match) continue;
    const end = match.index + match[0].lastIndexOf(match[1]!) + match[1]!.length;
    found.set(match[1]!.toLowerCase(), sizeOf(written(match[1]!, { file, span: { start: end - match[1]!.length, end } })));
  }
  const [only] = found.values();
  return found.size > 1 ? unknownSetting('several files set it') : (only ?? null);
}

/**
 * The bytes that a setting of PHP allows.
 * @param pool the directives of the pool by name, as written
 */
export function phpSize(
  name: 'post_max_size' | 'upload_max_filesize',
  pool: ReadonlyMap<string, Setting<string>>,
  files: ReadonlyMap<FileId, string>,
  params: readonly SentParam[],
): Setting<number> {
  const ofPool = (kind: string): Setting<number> | null => {
    const text = pool.get(`${kind}[${name}]`);
    return text ? sizeOf(text) : null;
  };
  return (
    sent(params, 'PHP_ADMIN_VALUE', name) ??
    ofPool('php_admin_value') ??
    sent(params, 'PHP_VALUE', name) ??
    inFiles(files, name, true) ??
    ofPool('php_value') ??
    inFiles(files, name, false) ??
    byDefault(0)
  );
}
