/** The Content-Type of files and of `return` texts (ngx_http_set_content_type): types and default_type. */
import { lower, toBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import { Slot } from '../config/slot.ts';
import type { Reader } from './reader.ts';
import type { Run } from './run.ts';
import { askWithin } from './unseen.ts';

/** Read for the type of whatever nginx answers by itself. */
export const TYPES: Reader = { module: 'ngx_http_core_module', reads: ['types', 'default_type'] };

const BUILT_IN = new Map([
  ['html', 'text/html'],
  ['gif', 'image/gif'],
  ['jpg', 'image/jpeg'],
]);

const tables = new Slot<Directive, ReadonlyMap<string, string>>();

/** The types blocks of the nearest level that has any, as one table. */
function tableOf(run: Run): ReadonlyMap<string, string> {
  const blocks = run.lines('types');
  const first = blocks[0];
  if (!first) return BUILT_IN;
  let table = tables.get(first);
  if (!table) {
    const made = new Map<string, string>();
    for (const block of blocks)
      for (const entry of block.body?.directives ?? [])
        if (entry.name !== 'include') for (const extension of entry.values) made.set(extension.toLowerCase(), entry.name);
    tables.set(first, (table = made));
  }
  return table;
}

/** Sets the type unless there is one. */
export function setContentType(run: Run): void {
  const { reply } = run;
  if (reply.contentType !== '') return;
  const known = run.exten === '' ? undefined : tableOf(run).get(lower(run.exten));
  if (run.exten !== '' && known === undefined) for (const block of run.lines('types')) if (block.body) askWithin(run, block.body);
  reply.setType(toBytes(known ?? run.text('default_type') ?? 'text/plain'));
}
