/** Cookies: those of a request, found as nginx finds them, and the dates in those that nginx sets. */
import { type ByteString, lower } from '../base/bytes.ts';
import { httpTime } from './http-time.ts';
import type { Run } from './run.ts';

/** `$cookie_name` (ngx_http_parse_multi_header_lines). */
export function cookie(run: Run, name: string): ByteString | null {
  for (const line of run.headerLines('cookie')) {
    if (name.length > line.length) continue;
    let at = 0;
    while (at < line.length) {
      if (lower(line.slice(at, at + name.length)) === name) {
        let p = at + name.length;
        while (line[p] === ' ') p++;
        if (line[p] === '=') {
          p++;
          while (line[p] === ' ') p++;
          const end = line.indexOf(';', p);
          return line.slice(p, end < 0 ? undefined : end);
        }
        // the character after the name is read already, so a `;` there hides the next pair
        at = Math.min(p + 1, line.length);
      }
      while (at < line.length) {
        const c = line[at++];
        if (c === ';' || (c === ',' && run.behaviour.splitsCookiesAtCommas)) break;
      }
      while (line[at] === ' ') at++;
    }
  }
  return null;
}

/** `expires` of a cookie: two digits of the year as far as they last (ngx_http_cookie_time). */
export function cookieTime(seconds: number): string {
  const m = /^(\w+, \d\d) (\w{3}) (\d{4}) (.*)$/.exec(httpTime(seconds))!;
  return `${m[1]!}-${m[2]!}-${Number(m[3]) > 2037 ? m[3]! : m[3]!.slice(2)} ${m[4]!}`;
}
