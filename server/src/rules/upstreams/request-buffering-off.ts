/** Uploads that are passed on as they drip in: the worker of a WSGI server waits for the client. */

import { isOfIdleModule, passesIn } from '../../answers/what-is-passed.ts';
import { parseOffset } from '../../catalog/value-kind.ts';
import { fixOf, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Bytes of a body that nobody wants to have on the disk twice. */
const LARGE = 1024 ** 3;

export default defineRule({
  id: 'request-buffering-off',
  group: 'upstreams',
  severity: 'info',
  since: '0.1',
  title: 'Request buffering is off',
  why: `
nginx reads a request body to its end before it asks the application, so that a worker is busy for milliseconds and not for the minutes
that an upload on a slow line takes. \`proxy_request_buffering off\` and \`uwsgi_request_buffering off\` pass the body on as it arrives: some
dozen slow clients, or one attacker, occupy all workers of a WSGI server. gunicorn's manual asks for a buffering proxy for just this reason.

It is right for applications that stream large bodies and have an event loop: registries, object stores, ASGI applications. A place that takes a gigabyte or more in one request, which no disk should hold twice, is taken for one of them.`,
  about: ['proxy_request_buffering', 'uwsgi_request_buffering'],
  references: ['https://docs.gunicorn.org/en/stable/deploy.html'],
  looksAt: { directive: ['proxy_request_buffering', 'uwsgi_request_buffering', 'fastcgi_request_buffering', 'scgi_request_buffering'] },
  needs: 'file',
  inForce: true,
  fixable: 'always',
  messages: {
    wsgi: 'A slow upload occupies a uWSGI worker from its first byte to its last. Remove uwsgi_request_buffering off.',
    off: 'A slow upload occupies a worker of the application from its first byte to its last. Keep buffering on unless the uploads are streamed.',
  },
  check({ directive, scope, report }) {
    if (directive.value(0).toLowerCase() !== 'off' || isOfIdleModule(directive)) return;
    const kind = directive.name.replace('_request_buffering', '');
    const wsgi = kind === 'uwsgi' && passesIn(scope).some((d) => d.name === 'uwsgi_pass');
    const most = scope.value('client_max_body_size');
    const size = most && parseOffset(most.value(0));
    const isForLarge = size?.ok === true && (size.value === 0 || size.value >= LARGE);
    if (!wsgi && isForLarge) return;
    report(wsgi ? 'wsgi' : 'off', {
      at: directive.statement.name,
      // a worker that waits is the lesser evil where no disk should hold the body twice
      severity: wsgi && !isForLarge ? 'warning' : 'info',
      fix: fixOf('Buffer requests', 'suggestion', directive.file, [remove(directive.file, directive.statement)]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    uwsgi_pass 127.0.0.1:3031;
    uwsgi_request_buffering off;
#   ^^^^^^^^^^^^^^^^^^^^^^^ wsgi
}`,
      good: `location / {
    uwsgi_pass 127.0.0.1:3031;
}`,
    },
    {
      inside: 'server',
      bad: `location /v2/ {
    proxy_pass http://127.0.0.1:5000;
    proxy_request_buffering off;
#   ^^^^^^^^^^^^^^^^^^^^^^^ off
}`,
      good: `location /v2/ {
    proxy_pass http://127.0.0.1:5000;
}`,
    },
    {
      inside: 'server',
      good: `location /bucket/ {
    proxy_pass http://127.0.0.1:9000;
    client_max_body_size 5g;
    proxy_request_buffering off;
}`,
    },
  ],
});
