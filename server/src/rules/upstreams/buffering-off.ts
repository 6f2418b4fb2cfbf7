/** Responses that the application must hold until the slowest client has read them. */
import { defineRule } from '../rule.ts';

const NAMES = ['proxy_buffering', 'uwsgi_buffering', 'fastcgi_buffering', 'scgi_buffering'];

export default defineRule({
  id: 'buffering-off',
  group: 'upstreams',
  severity: 'info',
  default: false,
  since: '0.1',
  equivalents: ['gixy:proxy_buffering_off'],
  title: 'A slow client occupies the application',
  why: `
With buffering, nginx takes the response as fast as the application can write it and feeds the client at its own pace. With
\`proxy_buffering off\` a sync worker of gunicorn or uWSGI is occupied until the last byte has gone out: a few clients on slow lines, or one
that reads nothing on purpose, take all workers. Caching needs buffering, too.

For event streams it must be off, and the application can say so for each response with \`X-Accel-Buffering: no\`.`,
  about: ['proxy_buffering', 'uwsgi_buffering', 'fastcgi_buffering'],
  looksAt: { directive: NAMES },
  needs: 'file',
  messages: { off: 'Without buffering a slow client occupies a worker of the application until the response is read. Leave it on.' },
  check({ directive, report }) {
    if (directive.value(0).toLowerCase() === 'off') report('off', { at: directive.statement.name });
  },
  examples: [
    {
      inside: 'location',
      bad: `    proxy_buffering off;
#   ^^^^^^^^^^^^^^^ off`,
      good: '    proxy_buffering on;',
    },
  ],
});
