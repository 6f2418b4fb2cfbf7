/**
 * nginx's own sources read as facts: command tables, variables and CHANGES, held beside the catalog. It says what is new, changed or gone
 * and proposes entries for catalog/data; a person decides, since a table tells neither what a setter refuses nor since when.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArity } from '../catalog/arity.ts';
import { argsOf, type Catalog, contextsOf, statusOf, type Target, variableStatus } from '../catalog/catalog.ts';
import type { Context } from '../catalog/context.ts';
import type { Arity } from '../catalog/fact.ts';

export interface SourceCommand {
  readonly name: string;
  readonly module: string;
  readonly contexts: readonly Context[];
  /** in the short form of the data, `1-2{` */
  readonly args: string;
  readonly setter: string;
}

export interface SourceVariable {
  /** for a family the prefix with its underscore */
  readonly name: string;
  readonly protocol: 'http' | 'stream';
  readonly changeable: boolean;
  readonly prefix: boolean;
}

const CONTEXT: Readonly<Record<string, Context>> = {
  NGX_MAIN_CONF: 'main',
  NGX_EVENT_CONF: 'events',
  NGX_HTTP_MAIN_CONF: 'http',
  NGX_HTTP_SRV_CONF: 'server',
  NGX_HTTP_LOC_CONF: 'location',
  NGX_HTTP_UPS_CONF: 'upstream',
  NGX_HTTP_SIF_CONF: 'if-in-server',
  NGX_HTTP_LIF_CONF: 'if-in-location',
  NGX_HTTP_LMT_CONF: 'limit_except',
  NGX_STREAM_MAIN_CONF: 'stream',
  NGX_STREAM_SRV_CONF: 'stream-server',
  NGX_STREAM_UPS_CONF: 'stream-upstream',
  NGX_MAIL_MAIN_CONF: 'mail',
  NGX_MAIL_SRV_CONF: 'mail-server',
};

const NGINX: ReadonlySet<Context> = new Set(Object.values(CONTEXT));

/** The counts of NGX_CONF_* bits in the short form of the data; null when the bits name none. */
export function arityOfFlags(flags: readonly string[]): string | null {
  const block = flags.includes('NGX_CONF_BLOCK') ? '{' : '';
  if (flags.includes('NGX_CONF_FLAG')) return 'flag';
  if (flags.includes('NGX_CONF_ANY')) return `any${block}`;
  const more = flags.map((f) => /^NGX_CONF_([12])MORE$/.exec(f)?.[1]).find((n) => n !== undefined);
  if (more !== undefined) return `${more}+${block}`;
  const counts = new Set<number>();
  for (const flag of flags) {
    if (flag === 'NGX_CONF_NOARGS') counts.add(0);
    for (const digit of /^NGX_CONF_TAKE(\d+)$/.exec(flag)?.[1] ?? '') counts.add(Number(digit));
  }
  const all = [...counts].sort((a, b) => a - b);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return null;
  const text = first === last ? String(first) : last - first === all.length - 1 ? `${first}-${last}` : all.join('|');
  return text + block;
}

/** Without what the compiler does not see: comments and `#if 0`. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/^#if[ \t]+\(?0\)?[ \t]*$[\s\S]*?^#endif/gm, ' ');

/** The commands of a C file. `module`: that of the module whose structure names the table. */
export function readCommands(text: string): SourceCommand[] {
  const c = withoutComments(text);
  const owner = new Map<string, string>();
  for (const m of c.matchAll(/ngx_module_t\s+(\w+)\s*=\s*\{([^}]*)\}/g)) {
    const table = /\b(\w+_commands)\b/.exec(m[2]!)?.[1];
    if (table) owner.set(table, m[1]!);
  }
  const found: SourceCommand[] = [];
  for (const table of c.matchAll(/ngx_command_t\s+(\w+)\s*\[\]\s*=\s*\{([\s\S]*?)ngx_null_command/g))
    for (const m of table[2]!.matchAll(/\{\s*ngx_string\("([^"]+)"\)\s*,\s*([A-Z0-9_|\s]+?)\s*,\s*(\w+)\s*,/g)) {
      const flags = m[2]!.split('|').map((f) => f.trim());
      const args = arityOfFlags(flags);
      const contexts = flags.flatMap((f) => CONTEXT[f] ?? (f === 'NGX_ANY_CONF' ? Object.values(CONTEXT) : []));
      if (args !== null && contexts.length) found.push({ name: m[1]!, module: owner.get(table[1]!) ?? '', contexts, args, setter: m[3]! });
    }
  return found;
}

/** The variables that a C file adds: with a table, or one by one by a name of its own. */
export function readVariables(text: string): SourceVariable[] {
  const found: SourceVariable[] = [];
  const c = withoutComments(text);
  for (const m of c.matchAll(/ngx_(http|stream)_add_variable\(cf,\s*&(\w+),\s*([^;]*?)\)[;\s]/g)) {
    const given = new RegExp(`\\b${m[2]!}\\s*=\\s*ngx_string\\("([^"]+)"\\)|ngx_str_set\\(&${m[2]!},\\s*"([^"]+)"\\)`, 'g');
    const name = [...c.slice(0, m.index).matchAll(given)].at(-1);
    if (name)
      found.push({
        name: name[1] ?? name[2]!,
        protocol: m[1] as 'http' | 'stream',
        changeable: m[3]!.includes('_VAR_CHANGEABLE'),
        prefix: m[3]!.includes('_VAR_PREFIX'),
      });
  }
  for (const table of c.matchAll(/ngx_(http|stream)_variable_t\s+\w+\s*\[\]\s*=\s*\{([\s\S]*?)ngx_(?:http|stream)_null_variable/g))
    for (const m of table[2]!.matchAll(/\{\s*ngx_string\("([^"]+)"\)\s*,([^{}]*)\}/g))
      found.push({
        name: m[1]!,
        protocol: table[1] as 'http' | 'stream',
        changeable: m[2]!.includes('_VAR_CHANGEABLE'),
        prefix: m[2]!.includes('_VAR_PREFIX'),
      });
  return found;
}

/** The tables of all C files of a source tree. */
export function readTree(dir: string): { readonly commands: SourceCommand[]; readonly variables: SourceVariable[] } {
  const texts = fs
    .readdirSync(path.join(dir, 'src'), { recursive: true })
    .map((f) => path.join(dir, 'src', String(f)))
    .filter((f) => f.endsWith('.c'))
    .map((f) => fs.readFileSync(f, 'utf8'));
  return { commands: texts.flatMap(readCommands), variables: texts.flatMap(readVariables) };
}

export interface SourceChange {
  readonly kind: string;
  readonly text: string;
}

/** The entries of one release in a file CHANGES, with the day as it is written; null when the file has no such release. */
export function readChanges(text: string, release: string): { readonly date: string; readonly changes: readonly SourceChange[] } | null {
  const parts = text.split(/^(?=Changes with nginx )/m);
  const part = parts.find((p) => p.startsWith(`Changes with nginx ${release} `));
  if (!part) return null;
  const date = /^Changes with nginx \S+\s+(.+)$/m.exec(part)?.[1]?.trim() ?? '';
  const changes = part
    .split(/^ {4}\*\) /m)
    .slice(1)
    .map((entry) => /^(\w+): ([\s\S]*)$/.exec(entry.replace(/\s+/g, ' ').trim()))
    .flatMap((m) => (m ? [{ kind: m[1]!, text: m[2]! }] : []));
  return { date, changes };
}

/** The version of a source tree, from src/core/nginx.h. */
export const readVersion = (header: string): string | null => /#define NGINX_VERSION\s+"([^"]+)"/.exec(header)?.[1] ?? null;

export interface Difference {
  readonly what: 'new' | 'changed' | 'gone';
  readonly name: string;
  /** in a sentence */
  readonly text: string;
  /** the entry for catalog/data, when one can be proposed */
  readonly entry: string | null;
}

const sameArity = (a: Arity, b: Arity): boolean =>
  a.min === b.min &&
  a.max === b.max &&
  a.flag === b.flag &&
  a.block === b.block &&
  a.any === b.any &&
  String(a.counts) === String(b.counts);

const names = (contexts: readonly Context[]): string => [...contexts].sort().join(' ');

/** Our facts of the target's version beside the tables of a source tree. */
export function compareCommands(catalog: Catalog, target: Target, commands: readonly SourceCommand[]): Difference[] {
  const out: Difference[] = [];
  const byName = new Map<string, SourceCommand[]>();
  for (const c of commands) byName.set(`${c.module} ${c.name}`, [...(byName.get(`${c.module} ${c.name}`) ?? []), c]);
  for (const list of byName.values()) {
    const [c] = list as [SourceCommand];
    const contexts = [...new Set(list.flatMap((x) => x.contexts))];
    const facts = catalog.directives(c.name).filter((f) => f.source === 'oss' && f.module === c.module && statusOf(f, target).known);
    if (!facts.length) {
      const entry = { name: c.name, in: contexts.join(' '), args: c.args, kind: 'custom', since: target.nginx.text };
      out.push({ what: 'new', name: c.name, text: `${c.module}, ${c.setter}`, entry: JSON.stringify(entry) });
      continue;
    }
    // blocks of other projects are no part of nginx's "any"
    const ours = [...new Set(facts.flatMap((f) => contextsOf(f, target.nginx)))].filter((at) => NGINX.has(at));
    if (names(ours) !== names(contexts))
      out.push({ what: 'changed', name: c.name, text: `contexts: ${names(contexts)}; the catalog has ${names(ours)}`, entry: null });
    const wanted = list.map((x) => parseArity(x.args));
    if (!facts.some((f) => wanted.some((w) => sameArity(w, argsOf(f, target.nginx)))))
      out.push({ what: 'changed', name: c.name, text: `arguments: ${list.map((x) => x.args).join(', ')}`, entry: null });
  }
  const modules = new Set(commands.map((c) => c.module));
  for (const name of catalog.names())
    for (const f of catalog.directives(name))
      if (
        f.source === 'oss' &&
        f.kind !== 'body-entry' &&
        modules.has(f.module) &&
        statusOf(f, target).known &&
        !byName.has(`${f.module} ${name}`)
      )
        out.push({ what: 'gone', name, text: `${f.module} has it in the catalog`, entry: null });
  return out;
}

/** Variables of a source tree that the catalog lacks in that version. */
export function compareVariables(catalog: Catalog, target: Target, variables: readonly SourceVariable[]): Difference[] {
  return variables.flatMap((v): Difference[] => {
    const fact = catalog.variable(v.name, v.protocol);
    if (fact && variableStatus(fact, target).known && (fact.name === v.name || fact.prefix)) return [];
    const entry = {
      name: v.name,
      ...(v.prefix ? { prefix: true } : {}),
      ...(v.changeable ? { flags: 'c' } : {}),
      since: target.nginx.text,
    };
    return [{ what: 'new', name: `$${v.name}`, text: v.protocol, entry: JSON.stringify(entry) }];
  });
}

/** Variables that the catalog has in that version and no table of the tree, and those whose table says otherwise whether they may be defined again. */
export function variablesBeyond(catalog: Catalog, target: Target, variables: readonly SourceVariable[]): Difference[] {
  const tables = new Map(variables.map((v) => [`${v.protocol} ${v.name}`, v]));
  return (['http', 'stream'] as const).flatMap((protocol) =>
    catalog.variables(protocol).flatMap((fact): Difference[] => {
      if (fact.source !== 'oss' || fact.userDefined || !variableStatus(fact, target).known) return [];
      const table = tables.get(`${protocol} ${fact.name}`);
      if (!table) return [{ what: 'gone', name: `$${fact.name}`, text: `${protocol}, ${fact.module}`, entry: null }];
      if (fact.changeable === null || table.changeable === fact.changeable) return [];
      const text = `${protocol}, ${table.changeable ? 'may' : 'may not'} be defined again`;
      return [{ what: 'changed', name: `$${fact.name}`, text, entry: null }];
    }),
  );
}

/** What a place of a probing configuration is written in: `@` stands for the line. */
export const PROBES: readonly (readonly [Context, string])[] = [
  ['main', '@ events {}'],
  ['events', 'events { @ }'],
  ['http', 'events {} http { @ }'],
  ['server', 'events {} http { server { @ } }'],
  ['location', 'events {} http { server { location / { @ } } }'],
  ['upstream', 'events {} http { upstream u { @ } }'],
  ['if-in-server', 'events {} http { server { if ($uri) { @ } } }'],
  ['if-in-location', 'events {} http { server { location / { if ($uri) { @ } } } }'],
  ['limit_except', 'events {} http { server { location / { limit_except GET { @ } } } }'],
  ['stream', 'events {} stream { @ }'],
  ['stream-server', 'events {} stream { server { @ } }'],
  ['stream-upstream', 'events {} stream { upstream u { @ } }'],
  ['mail', 'events {} mail { @ }'],
  ['mail-server', 'events {} mail { server { @ } }'],
];

/** What `nginx -t` said of a line: whether the name is known there at all, may be there, and takes that many arguments. */
export function readProbe(said: string, name: string): 'unknown' | 'misplaced' | 'count' | 'taken' {
  const of = (text: string): boolean => said.includes(text);
  if (of(`unknown directive "${name}"`)) return 'unknown';
  if (of(`"${name}" directive is not allowed here`)) return 'misplaced';
  return of(`invalid number of arguments in "${name}" directive`) ? 'count' : 'taken';
}
