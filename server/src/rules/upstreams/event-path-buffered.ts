/** A path that is named after server-sent events, or is prepared for answers without an end, and is passed on through buffers. */
import { parseTime } from '../../catalog/value-kind.ts';
import { readLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Paths that have one meaning. */
const EVENTS = /(?:^|[/_-])(?:sse|event-?stream|eventsource|server-sent-events|events\/stream)\/?$/i;
/** Paths that may be a page as well. */
const MAYBE = /(?:^|[/_-])(?:events|stream|streaming|subscribe|live|updates|notifications)\/?$/i;

/** An answer of more than this is not waited for in one piece. */
const LONG = 600_000;

/** Whether a location is prepared for an answer that goes on: it may be silent for long, or is kept from what holds answers back. */
function isPrepared(scope: Scope): boolean {
  const off = (name: string): boolean => scope.named(name).some((d) => d.value(0).toLowerCase() === 'off');
  const read = scope.first('proxy_read_timeout');
  const time = read ? parseTime(read.value(0), 'msec') : null;
  return off('chunked_transfer_encoding') || off('proxy_cache') || off('gzip') || (time?.ok === true && time.value >= LONG);
}

/** Whether the path is one for WebSockets, which nothing buffers. */
const isUpgraded = (scope: Scope): boolean =>
  scope.effective('proxy_set_header').directives.some((d) => /^upgrade$/i.test(d.value(0)) && d.value(1) !== '');

export default defineRule({
  id: 'event-path-buffered',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  missing: ['proxy_buffering'],
  title: 'Path for server-sent events is buffered',
  why: `
With \`proxy_buffering on\`, the default, nginx passes an answer on when a buffer of 4 or 8 KB is full or the answer ends. Server-sent events are small and their answer never ends: a browser gets them in bursts, or not before the connection times out.

Switch \`proxy_buffering off\` for this path and allow longer silence with \`proxy_read_timeout\`. An application that sends \`X-Accel-Buffering: no\` with its answer has done the same by itself; as a request header, in \`proxy_set_header\`, it does nothing.`,
  about: ['proxy_buffering', 'proxy_read_timeout'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering'],
  looksAt: {
    scope: ['location'],
    having: (names) => names.has('proxy_pass') && !names.has('proxy_buffering') && !names.has('return'),
  },
  needs: 'config',
  fixable: 'always',
  messages: {
    held: '{path} is named after server-sent events, and nginx holds them until a buffer is full. Set proxy_buffering off, unless the application sends X-Accel-Buffering: no.',
    prepared:
      '{path} is prepared for an answer that goes on, and nginx holds it until a buffer is full. Set proxy_buffering off, unless the application sends X-Accel-Buffering: no.',
  },
  check({ directive, scope, report }) {
    const location = directive && readLocation(directive);
    if (!location || !['', '=', '^~'].includes(location.modifier) || directive.args.some((a) => a.templated)) return;
    const named = EVENTS.test(location.name);
    if (!named && !(MAYBE.test(location.name) && isPrepared(scope))) return;
    if (isUpgraded(scope) || scope.value('proxy_buffering')?.value(0).toLowerCase() === 'off') return;
    const pass = scope.first('proxy_pass');
    if (!pass || pass.scope !== scope || scope.all.some((d) => /_by_lua|^js_|^proxy_store$/.test(d.name))) return;
    report(named ? 'held' : 'prepared', {
      at: pass.nameAt,
      data: { path: location.name },
      fix: fixOf('Pass events on at once', 'suggestion', pass.file, [insertAfter(pass.file, pass.statement, ['proxy_buffering off;'])]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api/sse {
    proxy_pass http://127.0.0.1:3000;
#   ^^^^^^^^^^ held
}`,
      good: `location /api/sse {
    proxy_pass http://127.0.0.1:3000;
    proxy_buffering off;
}`,
    },
    {
      inside: 'server',
      bad: `location /events {
    proxy_pass http://127.0.0.1:3000;
#   ^^^^^^^^^^ prepared
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_read_timeout 24h;
}`,
      good: `location /events {
    proxy_pass http://127.0.0.1:3000;
    proxy_buffering off;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_read_timeout 24h;
}`,
    },
    { inside: 'server', good: 'location /events { proxy_pass http://127.0.0.1:3000; }' },
    {
      inside: 'server',
      good: `location /stream {
    proxy_pass http://127.0.0.1:3000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_read_timeout 1h;
}`,
    },
  ],
});
