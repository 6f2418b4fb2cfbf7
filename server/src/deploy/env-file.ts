/**
 * Files of environment variables: `.env` and `env_file` of Compose, `EnvironmentFile=` of systemd, and what python-dotenv and its like read. Values of secrets
 * leave this file as unknown: the name matters to a deployment, the value to nobody here.
 */
import { basename, type FileId } from '../base/file-id.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import type { Environment } from './shell.ts';
import { grown } from './unread.ts';

const MAX_LENGTH = 256 * 1024;
const MAX_VARIABLES = 2000;
const START = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:=|:(?=[ \t]))[ \t]*/m;

/** Names whose values are nobody's business: keys, tokens, passwords, and URLs that carry them. */
const SECRET =
  /SECRET|PASS(WORD|WD|PHRASE)?\b|PASS(WORD|WD|PHRASE)?_|PASSWORD|TOKEN|CREDENTIAL|PRIVATE|(^|_)(API_?)?KEYS?($|_)|DSN$|SALT|_PWD$|^PWD_/i;
const WITH_PASSWORD = /[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i;

/** Whether a variable holds something that must not be shown. */
export const isSecret = (name: string, value: string): boolean => SECRET.test(name) || WITH_PASSWORD.test(value) || value.startsWith(BLOT);

/** Why a secret's value is not known to anyone here. */
const HIDDEN = 'the value of a secret is not read';

/** True for files that are read as environments whatever names them. */
export const isEnvFile = (path: string): boolean =>
  /(^|\/)\.env(\.[\w.-]+)?$|(^|\/)[\w-]+\.env$|(^|\/)\.envs\/([\w.-]+\/)*[\w.-]+$|(^|\/)(default|sysconfig)\/[\w.-]+$/.test(path);

/** Files that show a person what to write: `.env.example` and its like. Nothing reads them when the application runs. */
export const isEnvSample = (file: FileId): boolean => /(example|sample|template|dist|tmpl)\b[^/]*$/i.test(basename(file));

export type EnvDialect =
  /** Compose's and python-dotenv's: quotes, `export`, comments behind a blank, `${X:-y}` but in single quotes */
  | 'dotenv'
  /** systemd.exec(5): no variables */
  | 'systemd';

/** One value with its variables put in, as Compose does it: `$X`, `${X}`, `${X:-y}`, `${X-y}`, `${X:+y}`, `${X:?why}`; `$$` is a dollar sign. */
export function interpolate(text: string, environment: Environment): { text: string; unknown: string[] } {
  const unknown: string[] = [];
  const lookup = (name: string): string | undefined => {
    const set = environment.get(name);
    if (set?.from === 'unknown' && set.fallback === undefined) unknown.push(name);
    return set?.from === 'unknown' ? set.fallback : set?.value;
  };
  const put = (source: string, depth: number): string =>
    source.replace(
      /\$\$|\$\{([A-Za-z_]\w*)(?:(:?[-+?])((?:[^{}]|\$\{[^{}]*\})*))?\}|\$([A-Za-z_]\w*)/g,
      (whole, name, sign, rest, bare) => {
        if (whole === '$$') return '$';
        const value = lookup(name ?? bare);
        if (sign?.endsWith('-'))
          return value !== undefined && (value !== '' || sign === '-') ? value : depth > 3 ? rest : put(rest, depth + 1);
        if (sign?.endsWith('+')) return value ? put(rest, depth + 1) : '';
        if (value === undefined) {
          if (!unknown.includes(name ?? bare)) unknown.push(name ?? bare);
          return '';
        }
        return value;
      },
    );
  return { text: grown(put(text, 0)), unknown };
}

/** Why a file of variables is not read to its end; null where it is. */
export function beyondEnvFile(source: string): string | null {
  if (source.length > MAX_LENGTH && START.test(source.slice(MAX_LENGTH))) return `it holds more than ${MAX_LENGTH / 1024} K characters`;
  // a variable takes three characters and a line
  if (source.length < MAX_VARIABLES * 3) return null;
  const names = new Set([...source.matchAll(new RegExp(START, 'gm'))].map((m) => m[1]));
  return names.size > MAX_VARIABLES ? `it holds more than ${MAX_VARIABLES} variables` : null;
}

/** The variables of a file; the later of two lines with one name wins. What lies beyond the limits is not read, and `beyondEnvFile` says so. */
export function readEnvFile(
  file: FileId,
  source: string,
  outer: Environment = new Map(),
  dialect: EnvDialect = 'dotenv',
): Map<string, Setting<string>> {
  const text = source.slice(0, MAX_LENGTH);
  const out = new Map<string, Setting<string>>();
  const start = new RegExp(START, 'gm');
  for (let m = start.exec(text); m && out.size < MAX_VARIABLES; m = start.exec(text)) {
    const name = m[1]!;
    const from = m.index + m[0].length;
    const quote = text[from] === '"' || text[from] === "'" ? text[from]! : null;
    let end = from;
    let value: string;
    if (quote) {
      end = from + 1;
      while (end < text.length && text[end] !== quote) end += text[end] === '\\' && quote === '"' ? 2 : 1;
      value = text.slice(from + 1, end);
      if (quote === '"')
        value = value.replace(/\\([nrt"\\$])/g, (_, c: string) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? (c === '$' ? '$$' : c));
      end = Math.min(end + 1, text.length);
    } else {
      const newline = text.indexOf('\n', from);
      end = newline < 0 ? text.length : newline;
      value = text.slice(from, end);
      if (dialect === 'dotenv') value = value.replace(/(^|\s)#.*$/, '');
      value = value.trim();
    }
    start.lastIndex = end;
    const place = { file, span: { start: quote ? from + 1 : from, end: quote ? end - 1 : from + Math.max(value.length, 0) } };
    if (isSecret(name, value)) {
      out.set(name, unknownSetting(HIDDEN, place, { env: name }));
      continue;
    }
    if (dialect === 'dotenv' && quote !== "'" && value.includes('$')) {
      const done = interpolate(value, new Map([...outer, ...out]));
      out.set(
        name,
        done.unknown.length
          ? unknownSetting(`depends on $${done.unknown.join(', $')}`, place, { env: done.unknown[0] })
          : written(done.text, place),
      );
    } else out.set(name, written(value, place));
  }
  return out;
}

/** What secrets are written over with: no value that means anything. */
const BLOT = '•';

const ASSIGNMENT = /^([ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*)("(?:[^"\\]|\\[\s\S])*"|'[^']*'|.*)/gm;

/** The text with each secret's value written over, at the same length and with the same lines, for whoever keeps the text. */
export function withoutSecrets(text: string): string {
  return text.replace(ASSIGNMENT, (whole, head: string, name: string, value: string) =>
    isSecret(name, value) ? head + value.replace(/[^\n\r]/g, BLOT) : whole,
  );
}
