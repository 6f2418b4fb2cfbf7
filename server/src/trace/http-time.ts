/** Dates in HTTP headers (ngx_http_time, ngx_parse_http_time). Seconds since 1970; no clock is read here. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number): string => String(n).padStart(2, '0');

/** `Mon, 28 Sep 1970 06:00:00 GMT` */
export function httpTime(seconds: number): string {
  const d = new Date(seconds * 1000);
  const date = `${two(d.getUTCDate())} ${MONTHS[d.getUTCMonth()]!} ${d.getUTCFullYear()}`;
  return `${DAYS[d.getUTCDay()]!}, ${date} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} GMT`;
}

const RFC_1123 = /^\w+, *(\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)/;
const RFC_850 = /^\w+, *(\d\d)-(\w{3})-(\d\d) (\d\d):(\d\d):(\d\d)/;
const ISOC = /^\w{3} (\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})/;

/** Null when the text is no date in one of the three forms. */
export function parseHttpTime(text: string): number | null {
  let parts: (string | undefined)[] | null = RFC_1123.exec(text)?.slice(1) ?? null;
  if (!parts) {
    const m = RFC_850.exec(text);
    if (m) parts = [m[1], m[2], String(Number(m[3]) < 70 ? 2000 + Number(m[3]) : 1900 + Number(m[3])), m[4], m[5], m[6]];
  }
  if (!parts) {
    const m = ISOC.exec(text);
    if (m) parts = [m[2], m[1], m[6], m[3], m[4], m[5]];
  }
  if (!parts) return null;
  const [day, month, year, hour, minute, second] = parts;
  const index = MONTHS.indexOf(month ?? '');
  if (index < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  return Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
}
