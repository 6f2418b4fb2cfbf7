/** A prefix that the application is told was taken off the path, and that is still there. Shown by what arrives. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'forwarded-prefix-kept',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  title: 'Prefix both announced and left in the path',
  why: `
\`X-Forwarded-Prefix\` and the param \`SCRIPT_NAME\` say which part of the URL was taken off before the request came to the application. Frameworks that read it (ProxyFix with \`x_prefix\`, Spring, uWSGI's applications) put it before the path to make links, and look up their routes by the path alone. When the path still has the prefix, no route matches, and links have it twice.

A URI behind the address in \`proxy_pass\` takes it off. uWSGI does it by itself with \`uwsgi_modifier1 30\`, or with \`mount\` and \`manage-script-name\`; then the param is not needed.`,
  about: ['proxy_set_header', 'proxy_pass', 'uwsgi_param', 'uwsgi_modifier1'],
  references: ['https://werkzeug.palletsprojects.com/en/stable/middleware/proxy_fix/'],
  looksAt: {
    outcome: ['proxy_pass', 'uwsgi_pass'],
    somewhere: ['proxy_set_header', 'uwsgi_param'],
    like: /^(?:x-forwarded-prefix|SCRIPT_NAME)$/i,
    when: ({ scope }) =>
      scope.effective('proxy_set_header').directives.some((d) => /^x-forwarded-prefix$/i.test(d.value(0))) ||
      scope.effective('uwsgi_param').directives.some((d) => d.value(0) === 'SCRIPT_NAME'),
  },
  needs: 'config',
  missing: ['rewrite', 'uwsgi_modifier1'],
  messages: {
    header:
      'X-Forwarded-Prefix says that {prefix} was taken off, and {path} arrives with it. Take it off with proxy_pass …/, or leave the header out.',
    param:
      'SCRIPT_NAME says that {prefix} was taken off, and PATH_INFO {path} still has it: routes do not match. Set uwsgi_modifier1 30, or leave the param out and mount the application there.',
  },
  check({ spot, report }) {
    const pass = spot.directives.find((d) => d.name === 'proxy_pass' || d.name === 'uwsgi_pass')!;
    const trace = spot.ask({});
    const sent = trace.outcome.upstreamRequest;
    if (!sent) return;
    const isProxy = pass.name === 'proxy_pass';
    if (!isProxy && spot.scope.value('uwsgi_modifier1')) return;
    const pairs = (isProxy ? sent.headers : sent.params) ?? [];
    const lastOf = (name: RegExp): string => pairs.findLast(([n]) => name.test(n))?.[1] ?? '';
    const prefix = lastOf(isProxy ? /^x-forwarded-prefix$/i : /^SCRIPT_NAME$/).replace(/\/+$/, '');
    const path = isProxy ? sent.uri.replace(/\?.*$/, '') : lastOf(/^PATH_INFO$/);
    if (!prefix.startsWith('/') || !path.startsWith(`${prefix}/`)) return;
    report(isProxy ? 'header' : 'param', {
      at: pass.at(pass.args[0]),
      data: { prefix, path },
      witness: proofOf(trace, isProxy ? undefined : `SCRIPT_NAME: ${prefix} arrives at ${sent.upstream}`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /shop/ {
    proxy_set_header X-Forwarded-Prefix /shop;
    proxy_pass http://127.0.0.1:8000;
#              ^^^^^^^^^^^^^^^^^^^^^ header
}`,
      good: `location /shop/ {
    proxy_set_header X-Forwarded-Prefix /shop;
    proxy_pass http://127.0.0.1:8000/;
}`,
      witness: {
        request: 'GET http://www.example.test/shop/users',
        outcome: 'GET /shop/users at 127.0.0.1:8000',
        meant: '`GET /users at 127.0.0.1:8000`',
      },
    },
    {
      inside: 'server',
      bad: `location /shop/ {
    uwsgi_param PATH_INFO $document_uri;
    uwsgi_param SCRIPT_NAME /shop;
    uwsgi_pass 127.0.0.1:3031;
#              ^^^^^^^^^^^^^^ param
}`,
      good: `location /shop/ {
    uwsgi_param PATH_INFO $document_uri;
    uwsgi_pass 127.0.0.1:3031;
}`,
    },
    {
      inside: 'server',
      good: `location /shop/ {
    uwsgi_param PATH_INFO $document_uri;
    uwsgi_param SCRIPT_NAME /shop;
    uwsgi_modifier1 30;
    uwsgi_pass 127.0.0.1:3031;
}`,
    },
    {
      inside: 'server',
      good: `location /shop/ {
    rewrite ^/shop(/.*)$ $1 break;
    proxy_set_header X-Forwarded-Prefix /shop;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
