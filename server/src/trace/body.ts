/**
 * What becomes of a body whose text is known (of `return`, of a file whose text is at hand): add_before_body and add_after_body, sub_filter, and
 * server-side includes, with the requests that they make. Of a body that nobody knows nothing is said, and the directives are named.
 */
import { type ByteString, lower, toBytes } from '../base/bytes.ts';
import { piece, textOf } from './pieces.ts';
import type { Reader } from './reader.ts';
import type { Run } from './run.ts';
import { included } from './ssi.ts';

/** Read where the text of a body is known. */
export const BODIES: Reader = {
  module: 'ngx_http_postpone_filter_module',
  reads: ['add_before_body', 'add_after_body', 'sub_filter', 'sub_filter_once'],
  partly: ['sub_filter_once'],
};

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
  reply.body = text !== null && reply.part ? reply.part(text) : text;
}

/** ngx_http_addition_body_filter. */
function added(run: Run, text: ByteString): ByteString | null {
  let out: ByteString | null = text;
  for (const name of ['add_before_body', 'add_after_body'] as const) {
    const directive = run.directive(name);
    const uri = directive?.value(0);
    if (!directive || !uri) continue;
    const more = piece(run, toBytes(uri), '', directive, 'ngx_http_addition_filter_module').text;
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
