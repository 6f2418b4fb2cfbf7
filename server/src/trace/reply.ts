/** The answer while it is made: ngx_http_headers_out_t, with the lines that have a meaning to nginx itself kept apart. */
import { type ByteString, lower } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import type { Recoding } from './charsets.ts';
import type { HeaderOrigin, OutcomeKind } from './trace.ts';

export interface ReplyHeader {
  name: ByteString;
  value: ByteString;
  /** false: taken out again (hash 0) */
  live: boolean;
  /** who added it; null: nginx or the application */
  from: Directive | null;
  /** whose value it is; `rewritten`: the application's, changed on the way */
  origin: Exclude<HeaderOrigin, 'hidden'>;
}

/** A line gets another value on its way. */
export function change(header: ReplyHeader, value: ByteString): void {
  if (header.value !== value && header.origin === 'application') header.origin = 'rewritten';
  header.value = value;
}

/** The answer as it is built up. */
export class Reply {
  kind: OutcomeKind = 'error';
  /** the status that an error or an error page left for the answer (err_status); 0: none */
  errStatus = 0;
  /** the last answer came from a `return`, so a status that it gave is not nginx's own refusal */
  returned = false;
  /** the answer is a backend's own */
  relayed = false;
  /** the answer is one that a cache may keep: conditions of the client are nginx's to judge */
  cacheable = false;
  file: string | null = null;
  closed = false;
  limitRate: number | null = null;
  compression: { readonly gzip: boolean; readonly why: string } | null = null;
  status = 0;
  /** the status line is the application's own; nginx takes no further meaning from a 204 then */
  statusLine = false;
  readonly headers: ReplyHeader[] = [];
  /** lines of the application that the client does not get */
  readonly hidden: ByteString[] = [];
  /** the type is the application's */
  typeRelayed = false;
  /** so is the length */
  lengthRelayed = false;
  location: ReplyHeader | null = null;
  expires: ReplyHeader | null = null;
  etag: ReplyHeader | null = null;
  lastModified: ReplyHeader | null = null;
  cacheControl: ReplyHeader[] = [];
  link: ReplyHeader[] = [];
  server: ReplyHeader | null = null;
  /** the application's missing Server line is passed on, so that nginx sends none either */
  noServer = false;
  date: ReplyHeader | null = null;
  /** the same of a missing Date */
  noDate = false;
  contentEncoding: ReplyHeader | null = null;
  acceptRanges: ReplyHeader | null = null;
  wwwAuthenticate: ReplyHeader[] = [];
  contentType: ByteString = '';
  /** length of the type without parameters, when a charset was split off */
  typeLength = -1;
  charset: ByteString = '';
  /** what X-Accel-Charset said */
  overrideCharset: ByteString = '';
  /** to the charset of the answer */
  recoding: Recoding | null = null;
  /** -1: not known beforehand */
  contentLength = -1;
  /** false: nginx knows the length, but the trace does not */
  lengthKnown = true;
  /** trailers follow the body */
  trailers = false;
  contentRange: ReplyHeader | null = null;
  /** whether the file has a date, for `expires modified` and If-Modified-Since */
  hasLastModified = false;
  headerOnly = false;
  sent = false;
  body: ByteString | null = null;
  /** what a Range request gets of a body that is not known yet; null: all of it */
  part: ((text: ByteString) => ByteString) | null = null;
  /** what filters do to the body, in order: `addition`, `sub_filter`, `recode`, `ssi`, or `unpacked` */
  readonly rewrites = new Set<string>();
  /** gzip would have been used if the client had asked: Vary */
  gzipVary = false;
  chunked = false;
  allowRanges = false;
  singleRange = false;

  add(name: ByteString, value: ByteString, from: Directive | null = null, origin: ReplyHeader['origin'] = 'nginx'): ReplyHeader {
    const header: ReplyHeader = { name, value, live: true, from, origin };
    this.headers.push(header);
    return header;
  }

  /** A part is all that goes out: of the body at hand, or of the one that filters have still to make. */
  takePart(part: (text: ByteString) => ByteString): void {
    if (this.body === null) this.part = part;
    else this.body = part(this.body);
  }

  /** ngx_http_clear_location, then a new one. */
  setLocation(value: ByteString, from: Directive | null = null): ReplyHeader {
    this.clearLocation();
    this.location = this.add('Location', value, from);
    return this.location;
  }

  clearLocation(): void {
    if (this.location) this.location.live = false;
    this.location = null;
  }

  /** ngx_http_weak_etag: the body changes, so an ETag becomes weak; one that is no quoted string is dropped. */
  weakenEtag(): void {
    const { etag } = this;
    if (!etag || etag.value.startsWith('W/')) return;
    // the value of a file's own ETag is not known, but it is a quoted one
    if (etag.value !== '' && !etag.value.startsWith('"')) this.clearEtag();
    else if (etag.value !== '') change(etag, `W/${etag.value}`);
  }

  clearAcceptRanges(): void {
    this.allowRanges = false;
    if (this.acceptRanges) this.acceptRanges.live = false;
    this.acceptRanges = null;
  }

  setContentRange(value: ByteString): void {
    const header = this.add('Content-Range', value);
    if (this.contentRange) this.contentRange.live = false;
    this.contentRange = header;
  }

  clearEtag(): void {
    if (this.etag) this.etag.live = false;
    this.etag = null;
  }

  /** The date of nginx's own answer; '': nginx knows it, the trace does not. */
  setLastModified(value: ByteString): void {
    this.clearLastModified();
    this.hasLastModified = true;
    if (value !== '') this.lastModified = this.add('Last-Modified', value);
  }

  /** The date is nginx's own, not a line of the application or of add_header. */
  get dates(): boolean {
    return this.hasLastModified && (!this.lastModified || (this.lastModified.origin === 'nginx' && this.lastModified.from === null));
  }

  clearLastModified(): void {
    this.hasLastModified = false;
    if (this.lastModified) this.lastModified.live = false;
    this.lastModified = null;
  }

  setType(type: ByteString): void {
    this.contentType = type;
    this.typeLength = type.length;
    this.typeRelayed = false;
  }

  /** The type without parameters, lower case. */
  get bareType(): ByteString {
    return lower(this.contentType.slice(0, this.typeLength < 0 ? undefined : this.typeLength));
  }

  /** The value of a line that was added, by lower-case name; null when there is none. */
  find(name: ByteString): ByteString | null {
    for (const h of this.headers) if (h.live && lower(h.name) === name) return h.value;
    return null;
  }

  all(name: ByteString): ByteString[] {
    return this.headers.flatMap((h) => (h.live && lower(h.name) === name ? [h.value] : []));
  }
}
