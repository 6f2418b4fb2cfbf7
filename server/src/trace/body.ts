/**
 * What becomes of a body whose text is known (of `return`, of a file whose text is at hand): add_before_body and add_after_body, sub_filter, and
 * server-side includes, with the requests that they make. Of a body that nobody knows nothing is said, and the directives are named.
 */
import { type ByteString, fromBytes, lower, toBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import { escapeUri, unescapeUri } from './escape.ts';
import type { Reader } from './reader.ts';
import type { Run } from './run.ts';
import { parseUnsafe } from './uri.ts';

/** Read where the text of a body is known. */
export const BODIES: Reader = {
  module: 'ngx_http_postpone_filter_module',
  reads: ['add_before_body', 'add_after_body', 'sub_filter', 'sub_filter_once', 'ssi', 'ssi_silent_errors'],
  partly: ['sub_filter_once', 'ssi_silent_errors'],
};

/** The text of the answer, one character a byte; null where it is not known. */
function textOf(run: Run): ByteString | null {
  const { reply } = run;
  if (reply.body !== null) return reply.body;
  if (reply.file === null || reply.rewrites.size) return null;
  const text = run.options.files?.text?.(reply.file);
  return text === undefined || text === null ? null : toBytes(text);
}

/** Follows what filters do to the body, once the head is out. */
export function followBody(run: Run): void {
  const { reply } = run;
  if (!reply.rewrites.size) return;
  const rewrites = [...reply.rewrites];
  reply.rewrites.clear();
  let text = textOf(run);
  for (const name of rewrites) reply.rewrites.add(name);
  reply.body = null;
  if (reply.status === 204 || reply.status === 304) {
    reply.body = '';
    return;
  }
  if (run.isHead || reply.rewrites.has('unpacked')) return;
  for (const name of rewrites) {
    if (text === null) return;
    if (name === 'addition') text = added(run, text);
    else if (name === 'sub_filter') text = substituted(run, text);
    else if (name === 'recode') text = reply.recoding?.recode(text) ?? null;
    else if (name === 'ssi') text = included(run, text);
    if (text !== null) run.followed.add(name);
  }
  reply.body = text;
}

/** A request inside this one for a piece of the body; its text, null where that is not known. */
function piece(run: Run, uri: ByteString, args: ByteString, at: Directive | null, handler: string): ByteString | null {
  if (run.depthOfRequests > 40) return null;
  const sub = run.subrequest(uri, 'body', args);
  const { request } = sub.exchange;
  run.report.step({
    phase: 'filter',
    handler,
    at,
    said: `a piece of the body: ${fromBytes(uri)}${request ? `, ${request.uri} to ${request.upstream}` : ''}`,
  });
  return textOf(sub);
}

/** ngx_http_addition_body_filter. */
function added(run: Run, text: ByteString): ByteString | null {
  let out: ByteString | null = text;
  for (const name of ['add_before_body', 'add_after_body'] as const) {
    const directive = run.directive(name);
    const uri = directive?.value(0);
    if (!directive || !uri) continue;
    const more = piece(run, toBytes(uri), '', directive, 'ngx_http_addition_filter_module');
    if (more === null || out === null) out = null;
    else out = name === 'add_before_body' ? more + out : out + more;
  }
  return out;
}

/** ngx_http_sub_body_filter: texts are found whatever their case, from left to right, each once unless sub_filter_once is off. */
function substituted(run: Run, text: ByteString): ByteString {
  const once = run.flag('sub_filter_once', true);
  const lines = run
    .lines('sub_filter')
    .map((d) => ({ from: lower(run.value(d.value(0))), to: d.value(1), used: false }))
    .filter((l) => l.from !== '');
  const small = lower(text);
  let out = '';
  let at = 0;
  while (at < text.length) {
    let best: (typeof lines)[number] | null = null;
    let where = -1;
    for (const line of lines) {
      if (once && line.used) continue;
      const found = small.indexOf(line.from, at);
      if (found >= 0 && (where < 0 || found < where)) [best, where] = [line, found];
    }
    if (!best) break;
    out += text.slice(at, where) + run.value(best.to);
    at = where + best.from.length;
    best.used = true;
  }
  return out + text.slice(at);
}

// ---- server-side includes

const ERROR = '[an error occurred while processing the directive]';
const PARAMETER = `\\s+[a-z]+\\s*=\\s*(?:"(?:\\\\.|[^"\\\\])*"|'(?:\\\\.|[^'\\\\])*')`;
const COMMAND = new RegExp(`<!--#\\s*([a-z]+)((?:${PARAMETER})*)\\s*-->`, 'gi');

interface Page {
  /** of the first request: pieces share what is set */
  readonly variables: Map<string, ByteString>;
  captures: readonly (ByteString | undefined)[];
  readonly blocks: Map<string, ByteString>;
  error: ByteString;
}

const pages = new WeakMap<Run, Page>();

function pageOf(run: Run): Page {
  let root = run;
  while (root.parent) root = root.parent;
  let page = pages.get(root);
  if (!page) pages.set(root, (page = { variables: new Map(), captures: [], blocks: new Map(), error: ERROR }));
  return page;
}

function parameters(text: ByteString): Map<string, ByteString> {
  const out = new Map<string, ByteString>();
  for (const m of text.matchAll(/([a-z]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)')/gis))
    if (!out.has(lower(m[1]!))) out.set(lower(m[1]!), (m[2] ?? m[3] ?? '').replace(/\\(["'\\])/g, '$1'));
  return out;
}

/** A variable of the page, else one of nginx; null when there is none. */
function variable(run: Run, page: Page, name: string): ByteString | null {
  if (/^\d$/.test(name)) return page.captures[Number(name)] ?? null;
  return page.variables.get(name.toLowerCase()) ?? run.variable(name.toLowerCase());
}

/** ngx_http_ssi_evaluate_string; null for a dollar sign before no name. */
function evaluated(run: Run, page: Page, text: ByteString): ByteString | null {
  let odd = false;
  const out = text.replace(/\\(\$)|\$(?:\{(\w+)\}|(\w+))?/g, (_, plain: string | undefined, braced?: string, bare?: string) => {
    if (plain !== undefined) return plain;
    const name = braced ?? bare;
    odd ||= name === undefined;
    return name === undefined ? '' : (variable(run, page, name) ?? '');
  });
  return odd ? null : out;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['&', '&amp;'],
  ['"', '&quot;'],
]);

function encoded(text: ByteString, how: ByteString): ByteString {
  if (how === 'none') return text;
  if (how === 'url') return escapeUri(text, 'uri');
  return text.replace(/[<>&"]/g, (c) => ENTITIES.get(c)!);
}

/** ngx_http_ssi_if; null: an expression that nginx does not take. */
function holds(run: Run, page: Page, expression: ByteString): boolean | null {
  if (expression === '') return false;
  const m = /^(\S+)(?:\s+(!?=)\s*(.*))?$/s.exec(expression);
  const left = m && evaluated(run, page, m[1]!);
  if (!m || left === null) return null;
  if (m[2] === undefined) return left !== '';
  const negative = m[2] === '!=';
  const right = m[3]!;
  if (right.length > 1 && right.startsWith('/')) {
    if (!right.endsWith('/')) return null;
    const pattern = evaluated(run, page, right.slice(1, -1));
    const compiled = pattern === null ? null : run.config.regexes.compile(fromBytes(pattern));
    if (!compiled?.ok) return null;
    const match = compiled.regex.match(Uint8Array.from(left, (c) => c.charCodeAt(0)));
    if (typeof match !== 'string') {
      page.captures = match.captures;
      for (const { name, group } of compiled.regex.names) page.variables.set(name.toLowerCase(), match.captures[group] ?? '');
    }
    return (typeof match !== 'string') !== negative;
  }
  const wanted = evaluated(run, page, right.replace(/^\\\//, '/'));
  return wanted === null ? null : (left === wanted) !== negative;
}

/** ngx_http_ssi_body_filter over a whole text. Null: a piece of it is not known. */
function included(run: Run, text: ByteString): ByteString | null {
  const page = pageOf(run);
  const silent = run.flag('ssi_silent_errors', false);
  const at = run.directive('ssi') ?? null;
  let out: ByteString | null = '';
  let block: { name: string; text: ByteString } | null = null;
  /** null: outside of any `if` */
  let branch: { taken: boolean; shown: boolean } | null = null;
  const put = (more: ByteString | null): void => {
    if (block) block.text += more ?? '';
    else if (!branch || branch.shown) out = out === null || more === null ? null : out + more;
  };
  const error = (): void => put(silent ? '' : page.error);
  let from = 0;
  for (const m of text.matchAll(COMMAND)) {
    put(text.slice(from, m.index));
    from = m.index + m[0].length;
    const command = lower(m[1]!);
    const given = parameters(m[2]!);
    if (command === 'endblock') {
      if (block) page.blocks.set(block.name, block.text);
      block = null;
    } else if (block) block.text += m[0];
    else if (command === 'block') block = { name: given.get('name') ?? '', text: '' };
    else if (command === 'if') {
      if (branch) error();
      else {
        const result = holds(run, page, given.get('expr') ?? '');
        if (result === null) error();
        else branch = { taken: result, shown: result };
      }
    } else if (command === 'elif' || command === 'else') {
      if (!branch) error();
      else if (branch.taken) branch.shown = false;
      else {
        const result: boolean | null = command === 'else' ? true : holds(run, page, given.get('expr') ?? '');
        branch = { taken: result === true, shown: result === true };
      }
    } else if (command === 'endif') {
      if (!branch) error();
      branch = null;
    } else if (!branch || branch.shown) {
      if (command === 'set') {
        const value = evaluated(run, page, given.get('value') ?? '');
        if (value === null) error();
        else page.variables.set(lower(given.get('var') ?? ''), value);
      } else if (command === 'echo') {
        const value = variable(run, page, given.get('var') ?? '');
        put(value === null ? (given.get('default') ?? '(none)') : encoded(value, given.get('encoding') ?? 'entity'));
      } else if (command === 'config') page.error = given.get('errmsg') ?? page.error;
      else if (command === 'include') {
        const uri = given.get('virtual') ?? given.get('file');
        const path = uri === undefined || (given.has('virtual') && given.has('file')) ? null : evaluated(run, page, uri);
        const target = path === null ? null : includedTarget(run, path);
        if (!target) error();
        else {
          let more = piece(run, target.uri, target.args, at, 'ngx_http_ssi_filter_module');
          const stub = given.get('stub');
          if (more === '' && stub !== undefined) more = included(run, page.blocks.get(stub) ?? '');
          const name = given.get('set');
          if (name === undefined) put(more);
          else if (more === null) put(null);
          else page.variables.set(lower(name), more);
        }
      } else error();
    }
  }
  put(text.slice(from));
  return out;
}

/** A path that does not begin with a slash hangs from the folder of the page. */
function includedTarget(run: Run, text: ByteString): { readonly uri: ByteString; readonly args: ByteString } | null {
  if (text === '') return null;
  const path = text.startsWith('/') ? text : run.uri.slice(0, run.uri.lastIndexOf('/') + 1) + text;
  const mark = path.indexOf('?');
  const parsed = parseUnsafe(unescapeUri(mark < 0 ? path : path.slice(0, mark)));
  return parsed && { uri: parsed.uri, args: mark < 0 ? '' : path.slice(mark + 1) };
}
