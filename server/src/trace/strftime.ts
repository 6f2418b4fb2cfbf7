/** Dates in a form that the text gives, as strftime() of the C locale writes them. Seconds since 1970; the zone of the machine is taken for UTC. */
import { table } from '../base/table.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

const two = (n: number): string => String(n).padStart(2, '0');
const spaced = (n: number): string => String(n).padStart(2, ' ');
const dayOfYear = (d: Date): number =>
  Math.floor((Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()) - Date.UTC(d.getUTCFullYear(), 0)) / 86_400_000);
const twelve = (d: Date): number => d.getUTCHours() % 12 || 12;
/** weeks that begin on that day of the week, 0 for Sunday */
const week = (d: Date, first: number): number => Math.floor((dayOfYear(d) + 7 - ((d.getUTCDay() - first + 7) % 7)) / 7);

const FIELDS: Readonly<Record<string, string | ((d: Date, zone: string) => string)>> = table({
  a: (d: Date) => DAYS[d.getUTCDay()]!.slice(0, 3),
  A: (d: Date) => DAYS[d.getUTCDay()]!,
  b: (d: Date) => MONTHS[d.getUTCMonth()]!.slice(0, 3),
  B: (d: Date) => MONTHS[d.getUTCMonth()]!,
  c: '%a %b %e %H:%M:%S %Y',
  C: (d: Date) => two(Math.floor(d.getUTCFullYear() / 100)),
  d: (d: Date) => two(d.getUTCDate()),
  D: '%m/%d/%y',
  e: (d: Date) => spaced(d.getUTCDate()),
  F: '%Y-%m-%d',
  h: '%b',
  H: (d: Date) => two(d.getUTCHours()),
  I: (d: Date) => two(twelve(d)),
  j: (d: Date) => String(dayOfYear(d) + 1).padStart(3, '0'),
  k: (d: Date) => spaced(d.getUTCHours()),
  l: (d: Date) => spaced(twelve(d)),
  m: (d: Date) => two(d.getUTCMonth() + 1),
  M: (d: Date) => two(d.getUTCMinutes()),
  n: () => '\n',
  p: (d: Date) => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  r: '%I:%M:%S %p',
  R: '%H:%M',
  s: (d: Date) => String(d.getTime() / 1000),
  S: (d: Date) => two(d.getUTCSeconds()),
  t: () => '\t',
  T: '%H:%M:%S',
  u: (d: Date) => String(d.getUTCDay() || 7),
  U: (d: Date) => two(week(d, 0)),
  w: (d: Date) => String(d.getUTCDay()),
  W: (d: Date) => two(week(d, 1)),
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  y: (d: Date) => two(d.getUTCFullYear() % 100),
  Y: (d: Date) => String(d.getUTCFullYear()),
  z: () => '+0000',
  Z: (_: Date, zone: string) => zone,
  '%': () => '%',
});

/** The form of dates in SSI where no other is set (ngx_http_ssi_date_gmt_local_variable). */
export const SSI_DATE = '%A, %d-%b-%Y %H:%M:%S %Z';

/** The second in that form; what is no field stays as it is. */
export function dateInFormat(format: string, seconds: number, zone: string): string {
  const date = new Date(seconds * 1000);
  return format.replace(/%(.)/gs, (all, letter: string) => {
    const field = FIELDS[letter];
    if (field === undefined) return all;
    return typeof field === 'string' ? dateInFormat(field, seconds, zone) : field(date, zone);
  });
}
