/**
 * nginx's own words where a directive's code has a message of its own instead of the usual ones: people search for these sentences. Each is
 * compared with the binary (test/nginx/messages). Where it is not known what nginx says, nothing is quoted.
 */
import { parseSize } from './value-kind.ts';

interface Place {
  /** of the directive */
  readonly name: string;
  readonly module: string;
  /** the argument that is refused, whole; empty for the directive itself */
  readonly word: string;
  /** the argument is a parameter that the catalog knows, and its value is what is wrong */
  readonly known: boolean;
}

const valueIn = (word: string): string => word.slice(word.indexOf('=') + 1);

/** A zone's size: one that can be read and is too small, or none. */
const sized = (size: string | undefined): boolean => size !== undefined && size !== '' && parseSize(size).ok;

type Row = readonly [directive: RegExp, word: RegExp, says: (place: Place, value: string) => string];

const ROWS: readonly Row[] = [
  [/^worker_connections$/, /./, ({ word }) => `invalid number "${word}"`],
  [/^thread_pool$/, /^(threads|max_queue)=/, ({ word }) => `invalid ${word.split('=')[0]} value "${word}"`],
  [/^access_log$/, /^buffer=/, (_, v) => `invalid buffer size "${v}"`],
  [/^access_log$/, /^flush=/, (_, v) => `invalid flush time "${v}"`],
  [/^access_log$/, /^gzip=/, (_, v) => `invalid compression level "${v}"`],
  [/^log_format$/, /^escape=/, (_, v) => `unknown log format escaping "${v}"`],
  [
    /^open_(log_)?file_cache$/,
    /./,
    ({ name, word }) => `invalid "open_${name === 'open_file_cache' ? '' : 'log_'}file_cache" parameter "${word}"`,
  ],
  [/^listen$/, /^(backlog|rcvbuf|sndbuf|fastopen)=/, ({ word }) => `invalid ${word.split('=')[0]} "${word}"`],
  [/^listen$/, /^so_keepalive=/, (_, v) => `invalid so_keepalive value: "${v}"`],
  [/^listen$/, /^ipv6only=o/, (_, v) => `invalid ipv6only flags "${v}"`],
  [/^resolver$/, /^(valid|ipv[46])=/, ({ word }) => `invalid parameter: ${word}`],
  [/_cache_path$/, /^levels=/, ({ word }) => `invalid "levels" "${word}"`],
  [
    /_cache_path$/,
    /^keys_zone=/,
    ({ word }) => (sized(word.split(':')[1]) ? `keys zone "${word}" is too small` : `invalid keys zone size "${word}"`),
  ],
  [/_cache_path$/, /^use_temp_path=/, ({ word }) => `invalid use_temp_path value "${word}", it must be "on" or "off"`],
  [
    /_cache_path$/,
    /^(max_size|min_free|inactive|(manager|loader)_(files|sleep|threshold))=/,
    ({ word }) => `invalid ${word.split('=')[0]} value "${word}"`,
  ],
  [/^limit_(req|conn)_zone$/, /^zone=:/, ({ name }) => `"${name}" must have "zone" parameter`],
  [
    /^limit_(req|conn)_zone$/,
    /^zone=/,
    ({ word }) => (sized(word.split(':')[1]) ? `zone "${word}" is too small` : `invalid zone size "${word}"`),
  ],
  [/^limit_req_zone$/, /^rate=/, ({ word }) => `invalid rate "${word}"`],
  [/^limit_req$/, /^(burst|delay)=/, ({ word }) => `invalid ${word.split('=')[0]} value "${word}"`],
  [/^limit_conn$/, /^[1-9]\d*$/, () => 'connection limit must be less 65536'],
  [/^limit_conn$/, /./, ({ word }) => `invalid number of connections "${word}"`],
  [/^image_filter_(jpeg|webp)_quality$/, /./, ({ word }) => `invalid value "${word}"`],
  [/^geoip_proxy$/, /./, ({ word }) => `invalid network "${word}"`],
  [/^(connection|request)_pool_size$/, /^\d+[km]?$/i, () => 'the pool size must be no less than 112'],
  [/^aio$/, /./, () => '"aio" directive invalid value'],
  [/^http2_chunk_size$/, /^0/, () => 'the http2 chunk size cannot be zero'],
  [/^http2_body_preread_size$/, /./, () => 'the maximum body preread buffer size is 2147483647'],
  [/^http2_streams_index_size$/, /./, ({ name }) => `"${name}" directive must be a power of two`],
  [/^http2_recv_buffer_size$/, /./, ({ name }) => `"${name}" directive value is too small`],
  [
    /^ssl_session_cache$/,
    /^shared:[^:]+:./,
    ({ word }) => (sized(word.split(':')[2]) ? `session cache "${word}" is too small` : `invalid session cache "${word}"`),
  ],
  [/^ssl_session_cache$/, /./, ({ word }) => `invalid session cache "${word}"`],
  [
    /^ssl_ocsp_cache$/,
    /^shared:[^:]+:./,
    ({ word }) => (sized(word.split(':')[2]) ? `OCSP cache "${word}" is too small` : `invalid OCSP cache "${word}"`),
  ],
  [/^protocol$/, /./, ({ word }) => `unknown protocol "${word}"`],
  [/^starttls$/, /./, ({ word }) => `invalid value "${word}"`],
  [/^disable_symlinks$/, /^from=/, () => ''],
];

/** Parameters whose bad values are told by the usual "invalid parameter". */
const USUAL =
  /^(server|upstream|random|listen) (weight|fail_timeout|slow_start|least_time|max_fails|max_conns|backup|setfib|ssl|ipv6only)=/;

/** Messages of other shapes that the usual words are turned into, by what stood there. */
function inOtherWords(place: Place, usual: string): string | null {
  const { name, module, word } = place;
  const stream = /^ngx_(stream|mail)_core_module$/.test(module);
  if (name === 'listen' && stream && /^invalid parameter/.test(usual) && !word.includes('=')) return `the invalid "${word}" parameter`;
  if (name === 'listen' && stream && /incompatible with/.test(usual)) return `"listen" directive ${usual}`;
  if (name === 'keepalive' && /^invalid parameter/.test(usual)) return 'invalid number of arguments in "keepalive" directive';
  if (name === 'server' && /^(service|route)/.test(usual)) return word.includes('=') ? `invalid parameter "${word}"` : '';
  if (name === 'open_log_file_cache' && /must have/.test(usual)) return '"open_log_file_cache" must have "max" parameter';
  if (name === 'disable_symlinks' && /must have/.test(usual)) return usual.replace(' directive', '');
  if (name === 'disable_symlinks' && word.startsWith('from=')) return '"from=" cannot be used with "off" parameter';
  if (name === 'modern_browser') return '';
  return null;
}

/** What nginx says of an argument, given what it usually says of such a one; empty where that is not known. */
export function nginxWords(place: Place, usual: string): string {
  const other = inOtherWords(place, usual);
  if (other !== null) return other;
  const { name, word, known } = place;
  if (/^invalid (parameter|number)|directive invalid (value|number)$|^must be a power|^value must be equal/.test(usual)) {
    for (const [directive, pattern, says] of ROWS) if (directive.test(name) && pattern.test(word)) return says(place, valueIn(word));
    // a known parameter with a bad value has a message of its own in most directives
    if (known && /^invalid parameter "\w+=/.test(usual) && !USUAL.test(`${name} ${word}`)) return '';
  }
  return usual.replace(/\.$/, '');
}
