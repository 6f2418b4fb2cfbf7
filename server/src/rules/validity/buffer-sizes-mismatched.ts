/** How the buffers of one pass module must relate (ngx_http_proxy_merge_loc_conf and its relatives), found when the http block ends. */
import { parseSize } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';
import { atClosing } from './_places.ts';
import { soundFact } from './_sound.ts';

const PARTS = ['buffers', 'buffer_size', 'busy_buffers_size', 'temp_file_write_size', 'max_temp_file_size'] as const;
const FAMILIES = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((family) => ({ family, names: PARTS.map((p) => `${family}_${p}`) }));
const HEADER = ['large_client_header_buffers', 'connection_pool_size'];
/** ngx_pagesize of the usual machines */
const PAGE = 4096;

const bytes = (d: Directive | undefined, i: number, otherwise: number): number => {
  if (!d) return otherwise;
  const read = parseSize(d.value(i));
  return read.ok ? read.value : otherwise;
};

const short = (n: number): string =>
  n > 0 && n % 1048576 === 0 ? `${n / 1048576}m` : n > 0 && n % 1024 === 0 ? `${n / 1024}k` : String(n);

/** The line in force, when its form is right; what is refused on its own account is no part of a sum. */
const inForce = (scope: Scope, name: string): Directive | undefined => {
  const d = scope.value(name);
  return d && soundFact(d) ? d : undefined;
};

/**
 * Whether nginx puts the values of a level together as they are there. Those of http are merged into each server and not looked at before, so a
 * server with lines of its own counts with those.
 */
const isMerged = (scope: Scope, names: readonly string[]): boolean =>
  scope.context !== 'http' || scope.scopes.some((s) => s.context === 'server' && !names.some((n) => s.has(n)));

/** A site file of which all is seen but the main file that will include it, and what is beside it there. */
function isOpenOutsideOnly(scope: Scope, names: readonly string[]): boolean {
  if (!scope.config.tree.standIn) return false;
  for (let at: Scope | null = scope; at && at.context !== 'http'; at = at.parent)
    if (names.some((n) => unseenOf(at!, n).length)) return false;
  return true;
}

export default defineRule({
  id: 'buffer-sizes-mismatched',
  formerly: ['buffer-sizes'],
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Buffer sizes that do not match',
  why: `
The buffers of \`proxy_\`, \`fastcgi_\`, \`uwsgi_\` and \`scgi_\` depend on one another. With size the larger of \`buffer_size\` and one of \`buffers\`:
the busy size (2 × size by default) must lie between size and all buffers but one, and the sizes of temporary files must not be below size.
So a large \`proxy_buffer_size\` alone makes nginx refuse the configuration; it names the line where the http block ends.`,
  about: ['proxy_buffers', 'proxy_buffer_size', 'proxy_busy_buffers_size', 'large_client_header_buffers'],
  looksAt: {
    scope: ['http', 'server', 'location', 'if-in-location', 'limit_except'],
    having: (names) => [...HEADER, ...FAMILIES.flatMap((f) => f.names)].some((n) => names.has(n)),
  },
  needs: 'config',
  messages: {
    few: 'There must be at least 2 "{family}_buffers".',
    low: '"{family}_busy_buffers_size" must be equal to or greater than the maximum of the value of "{family}_buffer_size" and one of the "{family}_buffers": {busy} is below {size}.',
    high: '"{family}_busy_buffers_size" must be less than the size of all "{family}_buffers" minus one buffer: {busy} is above {count} x {one}. Lower it, or give {wanted} buffers.',
    implied:
      '"{family}_busy_buffers_size" must be less than the size of all "{family}_buffers" minus one buffer: it is twice the largest buffer by default, {busy}, and above {count} x {one}. Write "{family}_buffers {wanted} {largest};".',
    assumed:
      'nginx refuses "{family}_buffer_size" of this size with the default "{family}_buffers": "{family}_busy_buffers_size" becomes {busy}, and must be less than {count} x {one}. Write "{family}_buffers {wanted} {largest};", unless the main file sets them.',
    write:
      '"{family}_temp_file_write_size" must be equal to or greater than the maximum of the value of "{family}_buffer_size" and one of the "{family}_buffers", which is {size}.',
    file: '"{family}_max_temp_file_size" must be equal to zero to disable temporary files usage or must be equal to or greater than the maximum of the value of "{family}_buffer_size" and one of the "{family}_buffers", which is {size}.',
    header: 'The "large_client_header_buffers" size must be equal to or greater than "connection_pool_size", which is {size}.',
  },
  check({ scope, report }) {
    const related = atClosing(scope);
    for (const { family, names } of FAMILIES) {
      if (!names.some((n) => scope.has(n)) || !isMerged(scope, names)) continue;
      const open = names.some((n) => unseenInForce(scope, n).length);
      if (open && !isOpenOutsideOnly(scope, names)) continue;
      const [buffers, first, busyLine, writeLine, fileLine] = names.map((n) => inForce(scope, n));
      const count = buffers ? Number(buffers.value(0)) : 8;
      const one = bytes(buffers, 1, PAGE);
      const firstSize = bytes(first, 0, PAGE);
      const size = Math.max(firstSize, one);
      const busy = bytes(busyLine, 0, 2 * size);
      const culprit = (...lines: (Directive | undefined)[]): Directive =>
        lines.find((l) => l?.scope === scope) ?? lines.find((l) => l) ?? scope.directives.find((d) => names.includes(d.name))!;
      const at = (d: Directive) => d.at(d.args[0] ?? d.statement.name);
      const data = {
        family,
        busy: short(busy),
        size: short(size),
        count: count - 1,
        one: short(one),
        // what is implied goes with the larger of the two sizes, what is written stays as it is
        wanted: busyLine ? Math.ceil(busy / one) + 1 : Math.max(4, Math.ceil(busy / size) + 1),
        largest: short(busyLine ? one : size),
      };
      if (!Number.isFinite(count)) continue;
      if (open) {
        // a main file that nobody sees might set the number of buffers, and leaves their size to a site
        if (first && !buffers && !busyLine && firstSize > PAGE && busy > (count - 1) * one)
          report('assumed', { at: at(culprit(first)), data, severity: 'warning' });
        continue;
      }
      if (count < 2) {
        report('few', { at: at(culprit(buffers)), data, related });
        continue;
      }
      if (busy < size) report('low', { at: at(culprit(busyLine, first, buffers)), data, related });
      else if (busy > (count - 1) * one)
        report(busyLine ? 'high' : 'implied', { at: at(culprit(busyLine, first, buffers)), data, related });
      if (writeLine && bytes(writeLine, 0, size) < size) report('write', { at: at(culprit(writeLine, first, buffers)), data, related });
      const limit = bytes(fileLine, 0, 0);
      if (fileLine && limit !== 0 && limit < size) report('file', { at: at(culprit(fileLine, first, buffers)), data, related });
    }
    if ((scope.context === 'http' || scope.context === 'server') && HEADER.some((n) => scope.has(n)) && isMerged(scope, HEADER)) {
      const line = inForce(scope, 'large_client_header_buffers');
      const pool = inForce(scope, 'connection_pool_size');
      if (HEADER.some((n) => unseenInForce(scope, n).length)) return;
      const size = bytes(pool, 0, 512);
      // the default is 4 8k
      if (bytes(line, 1, 8192) < size) {
        const at = line ?? pool!;
        report('header', { at: at.at(at.args.at(-1)), data: { size: short(size) }, related });
      }
    }
  },
  examples: [
    {
      inside: 'location',
      bad: '    proxy_buffer_size 32k;\n#                     ^^^ implied',
      good: '    proxy_buffer_size 32k;\n    proxy_buffers 4 32k;',
    },
    { inside: 'location', bad: '    proxy_buffers 1 8k;\n#                 ^ few', good: '    proxy_buffers 4 8k;' },
    {
      inside: 'location',
      bad: '    uwsgi_buffer_size 16k;\n    uwsgi_buffers 8 16k;\n    uwsgi_busy_buffers_size 8k;\n#                           ^^ low',
      good: '    uwsgi_buffer_size 16k;\n    uwsgi_buffers 8 16k;\n    uwsgi_busy_buffers_size 32k;',
    },
    {
      inside: 'location',
      bad: '    fastcgi_busy_buffers_size 32k;\n#                             ^^^ high',
      good: '    fastcgi_busy_buffers_size 28k;',
    },
    {
      inside: 'location',
      bad: '    proxy_max_temp_file_size 1k;\n#                            ^^ file',
      good: '    proxy_max_temp_file_size 0;',
    },
    {
      inside: 'server',
      bad: '    connection_pool_size 16k;\n    large_client_header_buffers 4 1k;\n#                                 ^^ header',
      good: '    large_client_header_buffers 4 16k;',
    },
  ],
});
