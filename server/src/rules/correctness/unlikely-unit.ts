/** Times and sizes that are valid to nginx and a thousand times too small or too large: milliseconds for seconds, bytes for megabytes. */
import { parseTime } from '../../catalog/value-kind.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** What a response, a request or an idle connection may take. Connecting is a matter of milliseconds, and is not among them. */
const WAITS = [
  ...['proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc'].flatMap((p) => [`${p}_read_timeout`, `${p}_send_timeout`]),
  'client_body_timeout',
  'client_header_timeout',
  'send_timeout',
  'keepalive_timeout',
];

/** Round numbers of seconds, which nobody writes as milliseconds. */
const ROUND = new Set([1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 65, 75, 90, 120, 180, 240, 300, 600, 900]);

/** A day, a week and whole hours are written as seconds on purpose. */
const HOUR = 3600;

/** Numbers of days, weeks and months: as seconds they would be hardly worth a line. */
const DAYS = new Set(['7', '14', '30', '31', '90', '180', '365']);

const SIZES = ['client_max_body_size'];
/** Bytes in a second. */
const RATES = ['limit_rate'];
/** Slower than the modems of the eighties. */
const SLOWEST = 1024;
/** No form and no upload is as small; 0 means any size. */
const SMALLEST_BODY = 1024;

/** A time for people: the largest unit, with one digit after the point. */
function spoken(seconds: number): string {
  if (seconds < HOUR) return `${Math.round(seconds / 6) / 10} minutes`;
  return seconds < 48 * HOUR ? `${Math.round(seconds / 360) / 10} hours` : `${Math.round(seconds / 8640) / 10} days`;
}

export default defineRule({
  id: 'unlikely-unit',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Time or size in a unit that was hardly meant',
  why: `
\`proxy_read_timeout 300ms\` is accepted, and every response that takes longer than 0.3 seconds becomes a 504. A number without a unit is seconds: \`60000\`, which would be a minute in milliseconds, is most of a day. \`client_max_body_size 10\` is ten bytes, and every form is answered with 413.

Write the unit: \`300s\`, \`60s\`, \`10m\`.`,
  about: ['limit_rate', 'proxy_read_timeout', 'proxy_send_timeout', 'send_timeout', 'keepalive_timeout', 'client_max_body_size'],
  looksAt: { directive: [...WAITS, ...SIZES, ...RATES, 'expires'] },
  contextFree: true,
  needs: 'file',
  inForce: true,
  fixable: 'always',
  fixChanges: ['timing', 'limits', 'answer', 'response-headers'],
  messages: {
    short: '{value} is {seconds} seconds, after which {what}. If {number} seconds are meant, write {number}s.',
    expires: '{value} without a unit is seconds, so browsers soon ask for the file again. If days are meant, write {value}d.',
    long: '{value} without a unit is seconds: {spoken}. If milliseconds were meant, write {number}s.',
    rate: '{value} without a unit is bytes in a second, at which one megabyte takes {spoken}. If kilobytes are meant, write {value}k.',
    bytes:
      '{value} without a unit is bytes, so that nearly every form and upload is answered with 413. If megabytes are meant, write {value}m.',
  },
  check({ directive, file, report }) {
    const [word] = directive.args;
    if (!word) return;
    const { value } = word;
    if (directive.name === 'expires') {
      // of less than a minute or so nobody writes a number that calendars have
      if (directive.args.length === 1 && DAYS.has(value))
        report('expires', {
          at: word,
          severity: 'info',
          data: { value },
          fix: fixOf(`Write ${value}d`, 'suggestion', file, [replace(word, `${value}d`)]),
        });
      return;
    }
    if (SIZES.includes(directive.name)) {
      if (!/^\d+$/.test(value) || Number(value) === 0 || Number(value) >= SMALLEST_BODY) return;
      report('bytes', { at: word, data: { value }, fix: fixOf(`Write ${value}m`, 'suggestion', file, [replace(word, `${value}m`)]) });
      return;
    }
    if (RATES.includes(directive.name)) {
      const rate = /^\d+$/.test(value) ? Number(value) : 0;
      if (rate > 0 && rate < SLOWEST)
        report('rate', {
          at: word,
          data: { value, spoken: spoken((1024 * 1024) / rate) },
          fix: fixOf(`Write ${value}k`, 'suggestion', file, [replace(word, `${value}k`)]),
        });
      return;
    }
    const milliseconds = /^(\d+)ms$/.exec(value);
    if (milliseconds) {
      const number = Number(milliseconds[1]);
      if (!ROUND.has(number) && number >= 10) return;
      if (number === 0) return;
      const what = directive.name.includes('_read_') ? 'a response becomes a 504' : 'nginx gives the connection up';
      const fix = fixOf(`Write ${number}s`, 'suggestion', file, [replace(word, `${number}s`)]);
      report('short', { at: word, data: { value, number, seconds: number / 1000, what }, fix });
      return;
    }
    const seconds = parseTime(value, 'sec');
    if (!/^\d+$/.test(value) || !seconds.ok) return;
    const number = seconds.value / 1000;
    // thousands that make whole seconds, and no whole hours
    if (seconds.value < 10_000 || !Number.isInteger(number) || seconds.value % HOUR === 0 || !ROUND.has(number)) return;
    report('long', {
      at: word,
      severity: 'info',
      data: { value, number, spoken: spoken(seconds.value) },
      fix: fixOf(`Write ${number}s`, 'suggestion', file, [replace(word, `${number}s`)]),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_read_timeout 300ms;
#                  ^^^^^ short
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_read_timeout 300s;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      bad: `proxy_read_timeout 60000;
#                  ^^^^^ long
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_read_timeout 60s;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'server',
      bad: `client_max_body_size 10;
#                    ^^ bytes
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `client_max_body_size 10m;
location / { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'location',
      bad: `expires 30;
#       ^^ expires
root /srv/www;`,
      good: `expires 30d;
root /srv/www;`,
    },
    { inside: 'location', good: 'proxy_read_timeout 86400;\nproxy_connect_timeout 300ms;\nproxy_pass http://127.0.0.1:8000;' },
    { inside: 'location', good: 'proxy_read_timeout 350ms;\nproxy_next_upstream timeout;\nproxy_pass http://127.0.0.1:8000;' },
    {
      inside: 'server',
      bad: `limit_rate 100;
#          ^^^ rate`,
      good: 'limit_rate 100k;',
    },
    { inside: 'server', good: 'limit_rate 0;\nlimit_rate_after 500;' },
  ],
});
