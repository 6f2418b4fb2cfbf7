/** Responses that the application must hold until the slowest client has read them. */
import { isOfIdleModule } from '../../answers/what-is-passed.ts';
import { parseTime } from '../../catalog/value-kind.ts';
import { defineRule } from '../rule.ts';

const NAMES = ['proxy_buffering', 'uwsgi_buffering', 'fastcgi_buffering', 'scgi_buffering'];

/** Milliseconds between two reads that nobody waits for a page: a stream of events is meant. */
const STREAMS = 600_000;

export default defineRule({
  id: 'buffering-off',
  group: 'upstreams',
  severity: 'info',
  default: false,
  since: '0.1',
  equivalents: ['gixy:proxy_buffering_off'],
  title: 'Response buffering is off',
  why: `
With buffering, nginx takes the response as fast as the application can write it and feeds the client at its own pace. With
\`proxy_buffering off\` a sync worker of gunicorn or uWSGI is occupied until the last byte has gone out: a few clients on slow connections, or one
that deliberately reads nothing, occupy all workers. Caching needs buffering, too.

For event streams it must be off, and the application can say so for each response with \`X-Accel-Buffering: no\`. A place that waits ten minutes or longer for the next byte of an answer is taken for one that streams.`,
  about: ['proxy_buffering', 'uwsgi_buffering', 'fastcgi_buffering'],
  looksAt: { directive: NAMES },
  needs: 'file',
  inForce: true,
  messages: { off: 'Without buffering a slow client occupies a worker of the application until the response is read. Keep it on.' },
  check({ directive, scope, report }) {
    if (directive.value(0).toLowerCase() !== 'off' || isOfIdleModule(directive)) return;
    const patience = scope.value(directive.name.replace('_buffering', '_read_timeout'));
    const waits = patience && parseTime(patience.value(0), 'msec');
    if (waits?.ok && waits.value >= STREAMS) return;
    report('off', { at: directive.statement.name });
  },
  examples: [
    {
      inside: 'location',
      bad: `    proxy_buffering off;
#   ^^^^^^^^^^^^^^^ off`,
      good: '    proxy_buffering on;',
    },
    { inside: 'location', good: '    proxy_buffering off;\n    proxy_read_timeout 1h;' },
    { inside: 'location', good: '    proxy_buffering off;\n    uwsgi_pass 127.0.0.1:3031;' },
  ],
});
