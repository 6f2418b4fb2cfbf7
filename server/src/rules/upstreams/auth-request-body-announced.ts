/** Subrequests of auth_request that announce a body which never comes. */

import { requestHeader } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { addToList, fixOf, outside } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { askedBy } from './_receiver.ts';

/** Nothing that asks has an application behind it: whoever sends a body there gets no more than an error in any case. */
function isForFiles(asking: readonly Directive[], verdict: Directive): boolean {
  const own = locationOf(verdict.scope);
  return asking
    .filter((d) => d.name === 'auth_request')
    .every(
      (d) =>
        !d.scope.all.some(
          (line) =>
            line !== verdict && /_pass$|_by_lua|^js_content$|^dav_methods$|^include$/.test(line.name) && locationOf(line.scope) !== own,
        ),
    );
}

export default defineRule({
  id: 'auth-request-body-announced',
  formerly: ['auth-request-body'],
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  missing: ['proxy_set_header', 'proxy_pass_request_body', 'uwsgi_param', 'fastcgi_param', 'scgi_param'],
  title: 'auth_request subrequest announces a missing body',
  why: `
A subrequest has the headers of the client's request, its Content-Length too, and not its body. The authorization server waits for the body of a POST until it gives up, and the client gets a 500 or a 504; GET works.

The \`uwsgi_params\` and \`fastcgi_params\` that come with nginx pass the length on as a parameter. uWSGI waits for the body as well; over FastCGI the program is told at once that nothing comes, and reads less than it was promised.

Switch the body off with \`proxy_pass_request_body off\`, and remove the header with \`proxy_set_header Content-Length ""\`: it takes both.`,
  about: ['auth_request', 'proxy_pass_request_body', 'proxy_set_header'],
  references: ['https://nginx.org/en/docs/http/ngx_http_auth_request_module.html'],
  looksAt: { directive: ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass'] },
  needs: 'config',
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    param:
      'The subrequest announces a body that is never sent: CONTENT_LENGTH is that of the client, and a POST waits here. Set {family}_pass_request_body off, and {family}_param CONTENT_LENGTH "" after the other parameters.',
    short:
      'The subrequest announces a body that is never sent: CONTENT_LENGTH is that of the client, and the program reads nothing. Set {family}_param CONTENT_LENGTH "" after the other parameters.',
    announced:
      'The subrequest announces a body that is never sent: a POST waits here until the service times out. Set proxy_pass_request_body off and Content-Length "".',
  },
  check({ directive, scope, report }) {
    const family = directive.name.replace(/_pass$/, '');
    if (family !== 'proxy') return params(directive, family);
    if (directive.fact?.module !== 'ngx_http_proxy_module') return;
    const asking = askedBy(scope).find((d) => d.name === 'auth_request');
    if (!asking) return;
    // the documented form, or only the header: then no body is announced, unless the line says the client's own length
    const length = requestHeader(scope, 'Content-Length');
    const isClients = length !== undefined && /^\$\{?(?:http_)?content_length\}?$/.test(length.value(1));
    if ((length && !isClients) || scope.value('proxy_set_body') || scope.value('proxy_method')?.value(0).toUpperCase() === 'HEAD') return;
    const place = outside(directive);
    // a folder of an application that is asked below it: there others send bodies
    const own = locationOf(scope);
    const isForMore = own?.kind === 'prefix' && !scope.has('internal') && asking.value(0) !== own.name;
    report('announced', {
      at: directive.nameAt,
      // files are asked for without a body
      ...(isForFiles(askedBy(scope), directive) ? { severity: 'info' as const } : {}),
      related: [
        { at: asking.at(), message: 'the subrequest is made here' },
        ...(isClients ? [{ at: length.at(), message: 'the length of the client’s body' }] : []),
      ],
      fix:
        isForMore || isClients
          ? null
          : fixOf('Send neither body nor length', 'suggestion', place.file, [
              addToList(
                place,
                'proxy_set_header',
                ['proxy_set_header Content-Length "";'],
                scope.value('proxy_pass_request_body')?.value(0) === 'off' ? [] : ['proxy_pass_request_body off;'],
              ),
            ]),
    });

    /** CGI and its like: the length is a parameter, which the stock files take from the client's request. */
    function params(pass: Directive, kind: string): void {
      const ask = askedBy(scope).find((d) => d.name === 'auth_request');
      const told = scope.effective(`${kind}_param`).directives.filter((d) => d.value(0).toUpperCase() === 'CONTENT_LENGTH');
      const line = told.at(-1);
      if (!ask || !line || !/\$\{?content_length\b/.test(line.value(1))) return;
      const place = outside(pass);
      // the last line of a name counts: in front of the one that is there nothing would change
      const lines = scope.directives;
      const behind = Math.max(lines.indexOf(pass), ...lines.flatMap((d, i) => (d.name === line.name && d.file === pass.file ? [i] : [])));
      const off = scope.value(`${kind}_pass_request_body`)?.value(0) === 'off';
      // the end of FastCGI's input is sent, whatever the length
      report(kind === 'fastcgi' ? 'short' : 'param', {
        at: pass.nameAt,
        data: { family: kind },
        ...(kind === 'fastcgi' || isForFiles(askedBy(scope), pass) ? { severity: 'info' as const } : {}),
        fix:
          lines.indexOf(line) > behind
            ? null
            : fixOf('Send neither body nor length', 'suggestion', place.file, [
                addToList(place, `${kind}_param`, [`${kind}_param CONTENT_LENGTH "";`], off ? [] : [`${kind}_pass_request_body off;`]),
              ]),
        related: [
          { at: ask.at(), message: 'the subrequest is made here' },
          { at: line.at(), message: 'the length of the client’s body' },
        ],
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
    root /srv/site;
}
location = /auth {
    internal;
    proxy_pass http://127.0.0.1:4180;
#   ^^^^^^^^^^ announced
}`,
      good: `location / {
    auth_request /auth;
    root /srv/site;
}
location = /auth {
    internal;
    proxy_pass http://127.0.0.1:4180;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
    root /srv/site;
}
location = /auth {
    internal;
    uwsgi_param CONTENT_LENGTH $content_length;
    uwsgi_param REQUEST_METHOD $request_method;
    uwsgi_pass 127.0.0.1:3031;
#   ^^^^^^^^^^ param
}`,
      good: `location / {
    auth_request /auth;
    root /srv/site;
}
location = /auth {
    internal;
    uwsgi_param CONTENT_LENGTH "";
    uwsgi_param REQUEST_METHOD $request_method;
    uwsgi_pass 127.0.0.1:3031;
    uwsgi_pass_request_body off;
}`,
      fixed: `location / {
    auth_request /auth;
    root /srv/site;
}
location = /auth {
    internal;
    uwsgi_param CONTENT_LENGTH $content_length;
    uwsgi_param REQUEST_METHOD $request_method;
    uwsgi_pass_request_body off;
    uwsgi_param CONTENT_LENGTH "";
    uwsgi_pass 127.0.0.1:3031;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
    root /srv/site;
}
location = /auth {
    internal;
    fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_pass 127.0.0.1:9000;
#   ^^^^^^^^^^^^ short
}`,
      good: `location / {
    auth_request /auth;
    root /srv/site;
}
location = /auth {
    internal;
    fastcgi_param CONTENT_LENGTH "";
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_pass 127.0.0.1:9000;
}`,
      fixed: `location / {
    auth_request /auth;
    root /srv/site;
}
location = /auth {
    internal;
    fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_pass_request_body off;
    fastcgi_param CONTENT_LENGTH "";
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
