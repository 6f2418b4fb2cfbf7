/** ngx_http_userid_filter_module: the cookie that marks a client, and the variables that tell of it. A new mark is an assumption. */
import { type ByteString, toBytes } from '../../base/bytes.ts';
import { parseTime } from '../../catalog/value-kind.ts';
import { decodeBase64 } from '../base64.ts';
import { clock } from '../clock.ts';
import { cookie, cookieTime } from '../cookies.ts';
import type { Run } from '../run.ts';

const MODES = ['off', 'log', 'v1', 'on'];
/** Read for the mark, in the answer and in variables. */
export const OF_USERS = [
  'userid',
  'userid_domain',
  'userid_expires',
  'userid_flags',
  'userid_mark',
  'userid_name',
  'userid_p3p',
  'userid_path',
] as const;

const modeOf = (run: Run): number => Math.max(0, MODES.indexOf(run.text('userid') ?? 'off'));

/** Characters of a mark that count: what follows may be `userid_mark`, or rubbish that clients made of `==`. */
const SIGNIFICANT = 22;

interface Mark {
  /** the cookie as sent */
  readonly cookie: ByteString;
  /** the 16 bytes of it; null where it is none */
  readonly got: ByteString | null;
  readonly reset: boolean;
}

const nameOf = (run: Run): ByteString => toBytes(run.text('userid_name') ?? 'uid');

/** The last of the four numbers is never 0 in a mark. */
const isMark = (bytes: ByteString): boolean => bytes.length === 16 && /[^\0]/.test(bytes.slice(12));

/** ngx_http_userid_get_uid. */
function markOf(run: Run): Mark {
  const reset = run.variable('uid_reset') ?? '';
  const text = cookie(run, nameOf(run).toLowerCase()) ?? '';
  const bytes = text.length < SIGNIFICANT ? null : decodeBase64(text.slice(0, SIGNIFICANT));
  return { cookie: text, got: bytes !== null && isMark(bytes) ? bytes : null, reset: reset !== '' && reset !== '0' };
}

/** `name=` and four numbers of 32 bits, least significant byte first (ngx_http_userid_variable). */
function told(run: Run, bytes: ByteString): ByteString {
  let out = '';
  for (let at = 0; at < 16; at += 4)
    for (let i = 3; i >= 0; i--)
      out += bytes
        .charCodeAt(at + i)
        .toString(16)
        .toUpperCase()
        .padStart(2, '0');
  return `${nameOf(run)}=${out}`;
}

const markLetter = (run: Run): string => {
  const text = run.text('userid_mark') ?? 'off';
  return text === 'off' ? '' : text;
};

interface NewMark {
  readonly bytes: ByteString;
  /** as it goes into the cookie */
  readonly text: ByteString;
}

/** ngx_http_userid_create_uid; null: the client keeps what it has. */
function newMark(run: Run): NewMark | null {
  if (modeOf(run) < 2) return null;
  const { got, cookie: text, reset } = markOf(run);
  if (got !== null && !reset) {
    const letter = markLetter(run);
    if (letter === '' || (text[SIGNIFICANT] === letter && text[SIGNIFICANT + 1] === '=')) return null;
    return { bytes: got, text: `${text.slice(0, SIGNIFICANT)}${letter}=` };
  }
  const given = run.report.assume({
    id: 'uid',
    what: 'the mark that userid gives the client, in base64',
    otherwise: 'fwAAAWlVuQABAAAAAwMDAg==',
    why: 'it is made of the address, the time, the process and a counter',
    at: run.directive('userid') ?? null,
  });
  const bytes = decodeBase64(toBytes(given)) ?? '';
  return { bytes, text: toBytes(given) };
}

/** `$uid_got`. */
export const uidGot = (run: Run): ByteString | null => {
  if (modeOf(run) === 0) return null;
  const { got } = markOf(run);
  return got === null ? null : told(run, got);
};

/** `$uid_set`. */
export const uidSet = (run: Run): ByteString | null => {
  const mark = newMark(run);
  return mark && isMark(mark.bytes) ? told(run, mark.bytes) : null;
};

/** ngx_http_userid_filter. */
export function userid(run: Run): undefined {
  if (run.parent) return;
  const mark = newMark(run);
  if (!mark) return;
  const at = run.directive('userid') ?? null;
  let text = `${nameOf(run)}=${mark.text}`;
  const expires = run.text('userid_expires') ?? 'off';
  if (expires === 'max') text += '; expires=Thu, 31-Dec-37 23:55:55 GMT';
  else if (expires !== 'off') {
    const read = parseTime(expires, 'sec');
    if (read.ok && read.value) text += `; expires=${cookieTime(clock(run) + read.value)}`;
  }
  const domain = run.text('userid_domain') ?? 'none';
  if (domain !== '' && domain !== 'none') text += `; domain=${toBytes(domain)}`;
  text += `; path=${toBytes(run.text('userid_path') ?? '/')}`;
  const flags = run.directive('userid_flags')?.values ?? [];
  if (!flags.includes('off')) {
    if (flags.includes('secure')) text += '; secure';
    if (flags.includes('httponly')) text += '; httponly';
    const site = flags.findLast((f) => f.startsWith('samesite='));
    if (site) text += `; ${site}`;
  }
  run.reply.add('Set-Cookie', text, at);
  const policy = run.text('userid_p3p') ?? 'none';
  if (policy !== '' && policy !== 'none') run.reply.add('P3P', toBytes(policy), run.directive('userid_p3p') ?? null);
  run.report.step({ phase: 'filter', handler: 'ngx_http_userid_filter_module', at, said: 'the client gets a cookie that marks it' });
}
