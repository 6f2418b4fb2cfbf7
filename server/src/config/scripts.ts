/**
 * What a file of njs gives to nginx: the properties of its default export, by which js_content and its like call functions. The language itself is
 * not read beyond that; an export that is put together at run time gives nothing.
 */
import type { FileId } from '../base/file-id.ts';
import { Lines } from '../base/lines.ts';
import type { Span } from '../base/span.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import type { Config } from './config.ts';
import { type NameSite, namesOf } from './names.ts';

export interface Exported {
  readonly name: string;
  /** of the name as it is exported */
  readonly span: Span;
  /** `{ name }`: the name is that of the function in the file, too */
  readonly shorthand: boolean;
}

export interface Script {
  readonly id: FileId;
  readonly text: string;
  readonly lines: Lines;
  readonly exported: ReadonlyMap<string, Exported>;
}

/** The text with its strings and comments as spaces. */
const blanked = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g, (s) =>
    s.replaceAll(/[^\n]/g, ' '),
  );

/** Where the object of the default export opens; null where it is none that is in the file. */
function opening(code: string): number | null {
  const found = /\bexport\s+default\s+(?:\{|([A-Za-z_$][\w$]*)\s*(?:;|$))/m.exec(code);
  if (!found) return null;
  if (found[1] === undefined) return found.index + found[0].length;
  const object = new RegExp(`\\b(?:const|let|var)\\s+${found[1].replaceAll('$', '\\$')}\\s*=\\s*\\{`).exec(code);
  return object ? object.index + object[0].length : null;
}

/** Reads a file of njs. */
export function readScript(id: FileId, text: string): Script {
  const code = blanked(text);
  const exported = new Map<string, Exported>();
  const script = { id, text, lines: new Lines(text), exported };
  const start = opening(code);
  if (start === null) return script;
  let depth = 0;
  let from = start;
  for (let at = start; at < code.length; at++) {
    const c = code.charAt(at);
    if (c === ',' || c === '}') {
      if (depth === 0) {
        const entry = /^(\s*(?:async\s+)?)([A-Za-z_$][\w$]*)\s*([:(]|$)/.exec(code.slice(from, at));
        if (entry) {
          const begin = from + entry[1]!.length;
          const name = entry[2]!;
          exported.set(name, { name, span: { start: begin, end: begin + name.length }, shorthand: entry[3] === '' });
        }
        if (c === '}') break;
        from = at + 1;
        continue;
      }
    }
    if ('{[('.includes(c)) depth++;
    else if ('}])'.includes(c)) depth--;
  }
  return script;
}

const within = new WeakMap<Statement, readonly string[]>();

function pathsIn(statements: readonly Statement[], into: string[]): string[] {
  for (const s of statements) {
    if (s.block) {
      let known = within.get(s);
      if (!known) within.set(s, (known = pathsIn(s.block, [])));
      into.push(...known);
    } else if (s.name.value === 'js_import' && s.args.length && !s.args.at(-1)!.templated) into.push(s.args.at(-1)!.value);
  }
  return into;
}

/** The paths of the scripts that a file imports, as they are written. */
export const scriptPathsOf = (file: SourceFile): readonly string[] => (file.text.includes('js_import') ? pathsIn(file.body, []) : []);

/** The script of a js_import; null where it is not at hand. */
export const scriptOf = (config: Config, { directive }: NameSite): Script | null =>
  config.tree.scripts?.get(directive.args.at(-1)?.value ?? '') ?? null;

/** A function that a word calls by its module. */
export interface FunctionUse {
  readonly module: NameSite;
  readonly script: Script | null;
  readonly name: string;
  /** of the name behind the point */
  readonly span: Span;
  readonly file: SourceFile;
}

/** Every call of a function of a script in the configuration. */
export function functionUses(config: Config): readonly FunctionUse[] {
  if (!config.spells(/js_import/)) return [];
  const names = namesOf(config);
  const out: FunctionUse[] = [];
  for (const { id } of config.files.values())
    for (const site of names.inFile(id)) {
      if (site.kind !== 'js-module' || site.role !== 'references') continue;
      const { file } = site.directive;
      const name = /^\.([A-Za-z_$][\w$]*)/.exec(file.text.slice(site.span.end, site.span.end + 200))?.[1];
      const module = names.definitions('js-module', site.name, site.protocol)[0];
      if (!name || !module) continue;
      const start = site.span.end + 1;
      out.push({ module, script: scriptOf(config, module), name, span: { start, end: start + name.length }, file });
    }
  return out;
}
