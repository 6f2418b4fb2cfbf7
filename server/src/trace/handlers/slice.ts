/** ngx_http_slice_filter_module: a large answer is asked for in parts of one size, each of which a cache may keep. */
import { type ByteString, fromBytes } from '../../base/bytes.ts';
import { parseSize } from '../../catalog/value-kind.ts';
import type { Run } from '../run.ts';

const START = 'slice';

const sizeOf = (run: Run): number => {
  const text = run.text('slice');
  const read = text === undefined ? null : parseSize(text);
  return read?.ok ? read.value : 0;
};

/** Where the client's range begins; 0 where it names none that counts (ngx_http_slice_get_start). */
function startOf(run: Run): number {
  const range = run.header('range');
  if (run.header('if-range') !== null || range === null || range.includes(',')) return 0;
  return Number(/^bytes= *(\d+)/i.exec(range)?.[1] ?? 0);
}

/** `$slice_range` (ngx_http_slice_range_variable): the part in which the client's range begins. Whoever uses it asks for parts. */
export function sliceRange(run: Run): ByteString | null {
  const size = sizeOf(run);
  let start = run.context.get(START) as number | undefined;
  if (start === undefined) {
    if (size === 0 || run.parent || run.reply.status !== 0) return null;
    start = Math.floor(startOf(run) / size) * size;
    run.context.set(START, start);
  }
  return `bytes=${start}-${start + size - 1}`;
}

/** What a backend that knows ranges says to the first part, where nobody says otherwise: the part, and that the whole ends with it. */
export function likelyPart(run: Run): readonly (readonly [name: string, value: string])[] | null {
  const start = run.context.get(START) as number | undefined;
  if (start === undefined) return null;
  const end = start + sizeOf(run);
  return [['Content-Range', `bytes ${start}-${end - 1}/${end}`]];
}

/** ngx_http_slice_header_filter. False: the part is not what was asked for, and the connection is closed. */
export function slice(run: Run): boolean {
  const start = run.context.get(START) as number | undefined;
  const { reply } = run;
  if (start === undefined || run.parent) return true;
  if (reply.status !== 206) {
    run.context.delete(START);
    return true;
  }
  const size = sizeOf(run);
  const at = run.directive('slice') ?? null;
  const tell = (said: string): void => run.report.step({ phase: 'filter', handler: 'ngx_http_slice_filter_module', at, said });
  const text = reply.find('content-range') ?? '';
  const m = /^bytes +(\d+) *- *(\d+) *\/ *(\d+) *$/i.exec(text);
  const whole = Number(m?.[3]);
  if (!m || Number(m[1]) !== start || Number(m[2]) + 1 !== Math.min(start + size, whole)) {
    tell(text === '' ? 'the part has no Content-Range: closed' : `${fromBytes(text)} is not the part that was asked for: closed`);
    return false;
  }
  for (const h of reply.headers) if (h.live && ['content-range', 'accept-ranges'].includes(h.name.toLowerCase())) h.live = false;
  reply.acceptRanges = null;
  reply.status = 200;
  reply.statusLine = false;
  reply.contentLength = whole;
  reply.lengthRelayed = false;
  reply.allowRanges = true;
  reply.singleRange = true;
  const more = Math.ceil(whole / size) - Math.floor(start / size) - 1;
  tell(
    `part ${start}-${Math.min(start + size, whole) - 1} of ${whole} bytes${more > 0 ? `, ${more} more are asked for as the client needs them` : ''}`,
  );
  return true;
}
