/** `slice` without one of its three companions: the key, the header Range, a lifetime for the code 206. Shown by the request for a piece. */

import { HEADER_LIST, headersSent } from '../../answers/what-is-passed.ts';
import { readThroughMaps, sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import type { Place } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Whether the value differs from piece to piece; what a script makes may. */
const tellsPieces = (config: Config, text: string): boolean =>
  readThroughMaps(config, text)
    .flatMap((name) => [name, ...sourcesOf(config, name)])
    .some((name) => name === 'slice_range' || definitionOf(indexOf(config), name)?.by === 'module');

/** Whether lines about lifetimes say how long a whole file is good; who names other codes leaves that to the application. */
const namesFiles = (lines: readonly Directive[]): boolean =>
  lines.some((d) => d.args.length === 1 || d.values.slice(0, -1).some((v) => /^(?:any|20[06])$/.test(v)));

const FAMILIES = ['proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;

/** The family of a place whose answers are cached in pieces. */
const slicedBy = ({ scope }: Spot) =>
  /^0+[km]?$/i.test(scope.value('slice')?.value(0) ?? '0')
    ? undefined
    : FAMILIES.find(
        (f) =>
          scope.has(`${f}_pass`) &&
          (scope.value(`${f}_cache`)?.value(0) ?? 'off') !== 'off' &&
          scope.value(`${f}_buffering`)?.value(0) !== 'off',
      );

/** Times that an application may name itself. */
const TOLD = [['Cache-Control', 'max-age=60']] as const;

/** A line without its semicolon. */
const whole = (line: Directive): Place => line.at({ start: line.statement.start, end: line.args.at(-1)?.end ?? line.statement.end });

export default defineRule({
  id: 'slice-incomplete',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Slices without their key, range or lifetime',
  why: `
With \`slice 1m\` nginx asks for a large file in pieces, each a request of its own with the range in \`$slice_range\`, and keeps each piece by itself. That takes three lines beside it:

- \`proxy_cache_key\` must hold \`$slice_range\`. Otherwise the second piece is answered from the cache with the first one: nginx logs "unexpected range in slice response" and breaks the download off after the first piece.
- \`proxy_set_header Range $slice_range\` asks for the piece. Otherwise the whole file is asked for at once, and \`slice\` does nothing.
- \`proxy_cache_valid\` must name 206, the code of a piece: a line for 200, or one without codes, leaves pieces out of the cache, unless the application says for how long they are good.`,
  about: ['slice', 'proxy_cache_key', '$slice_range'],
  references: ['https://nginx.org/en/docs/http/ngx_http_slice_module.html'],
  looksAt: { outcome: FAMILIES.map((f) => `${f}_pass`), somewhere: ['slice'], when: (spot) => slicedBy(spot) !== undefined },
  needs: 'config',
  missing: [...FAMILIES.flatMap((f) => [`${f}_cache_key`, `${f}_cache_valid`]), ...Object.values(HEADER_LIST)],
  messages: {
    key: 'The second piece of a file is answered with the first: {key} has no $slice_range. The download breaks off after {size}. Append it to {family}_cache_key.',
    range:
      'slice does nothing here: the application is not told which piece is asked for, and sends the whole file. Add "{line} $slice_range".',
    valid:
      'Pieces are not stored: they come with 206, and no {family}_cache_valid here names that code. Write "{family}_cache_valid 200 206 1h".',
  },
  check({ spot, config, report }) {
    const family = slicedBy(spot);
    const pass = family && spot.scope.first(`${family}_pass`);
    if (!pass || spot.unsure) return;
    const { scope } = spot;
    const slice = scope.value('slice')!;
    const trace = spot.ask({});
    if (!trace.outcome.upstreamRequest) return;
    const witness = proofOf(trace, outcomeText(trace));
    const range = headersSent(pass).findLast((h) => h.name === 'range');
    if (!range || !tellsPieces(config, range.value)) {
      const line = family === 'proxy' ? 'proxy_set_header Range' : `${family}_param HTTP_RANGE`;
      const related = range ? [{ at: slice.at(), message: 'the pieces' }] : [];
      return report('range', { at: whole(range?.directive ?? slice), severity: 'info', data: { line }, related, witness });
    }
    const key = scope.value(`${family}_cache_key`);
    const text = key?.value(0) ?? '$scheme$proxy_host$request_uri';
    if (!tellsPieces(config, text)) {
      const data = { key: key ? text : 'the default key', size: slice.value(0), family };
      return report('key', { at: whole(key ?? slice), data, witness });
    }
    const valid = scope.value(`${family}_cache_valid`);
    if (!valid || !namesFiles(scope.effective(`${family}_cache_valid`).directives)) return;
    const stores = (headers: readonly (readonly [string, string])[]): boolean =>
      spot.ask({}, { upstream: { status: 206, headers } }).cache?.store !== false;
    if (stores([])) return;
    const related = [{ at: slice.at(), message: 'the pieces' }];
    report('valid', { at: whole(valid), severity: stores(TOLD) ? 'info' : 'warning', data: { family }, related, witness });
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/files keys_zone=files:10m;
server {
    location / {
        slice 1m;
        proxy_cache files;
        proxy_cache_key $host$uri;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^ key
        proxy_cache_valid 200 206 1h;
        proxy_set_header Range $slice_range;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/files keys_zone=files:10m;
server {
    location / {
        slice 1m;
        proxy_cache files;
        proxy_cache_key $host$uri$slice_range;
        proxy_cache_valid 200 206 1h;
        proxy_set_header Range $slice_range;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'GET /users at 127.0.0.1:8000',
        meant: 'each piece is kept under a key of its own',
      },
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/files keys_zone=files:10m;
server {
    location / {
        slice 1m;
#       ^^^^^^^^ range
        proxy_cache files;
        proxy_cache_key $host$uri$slice_range;
        proxy_cache_valid 200 206 1h;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/files keys_zone=files:10m;
server {
    location / {
        proxy_cache files;
        proxy_cache_key $host$uri;
        proxy_cache_valid 200 1h;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/files keys_zone=files:10m;
server {
    location / {
        slice 1m;
        proxy_cache files;
        proxy_cache_key $host$uri$slice_range;
        proxy_cache_valid 1h;
#       ^^^^^^^^^^^^^^^^^^^^ valid
        proxy_set_header Range $slice_range;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/files keys_zone=files:10m;
server {
    location / {
        slice 1m;
        proxy_cache files;
        proxy_cache_key $host$uri$slice_range;
        proxy_cache_valid any 1m;
        proxy_cache_valid 200 206 1h;
        proxy_set_header Range $slice_range;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
