/** How people are told where something stands: `http, nginx.conf:3`. */
import { relativePath } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** The statement up to its semicolon or brace, on one line, at most 120 characters. */
export const headOf = (d: Directive): string =>
  cut([d.statement.name.raw, ...d.args.map((a) => a.raw)].join(' ').replace(/\s+/g, ' '), 120);

/** `server example.com`, `location /api/`, `http`, `main`. */
export function scopeTitle(scope: Scope): string {
  const { opener } = scope;
  if (!opener) return scope.context === 'main' ? 'main' : scope.context;
  if (opener.name === 'server') {
    const names = scope.first('server_name')?.values[0] ?? scope.first('listen')?.values[0];
    return names ? `server ${names}` : 'server';
  }
  return headOf(opener);
}

/** `conf.d/site.conf:12`; the path as seen from the main file's folder. */
export function lineOf(d: Directive, config: Config = d.scope.config): string {
  return `${relativePath(d.file.id, config.confDir)}:${d.file.lines.lineAt(d.statement.start) + 1}`;
}

/** `http, nginx.conf:3` */
export const whereOf = (d: Directive): string => `${scopeTitle(d.scope)}, ${lineOf(d)}`;
