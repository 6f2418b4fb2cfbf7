/** Lines that say how long the body of a proxied request is: nginx says so itself, and where both speak two servers read different requests. */
import { passesIn, requestHeader } from '../../answers/what-is-passed.ts';
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { fixOf, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { askedBy } from '../upstreams/_receiver.ts';

/** A level that is asked by auth_request, or whose requests go without a body: what length is announced there is another rule's. */
const hasNoBody = (scope: Scope): boolean =>
  scope.value('proxy_pass_request_body')?.value(0) === 'off' || scope.value('proxy_set_body') !== undefined || askedBy(scope).length > 0;

/** The line gives the length of the client's body to requests that go with another one. */
const isOfAnotherBody = (line: Directive): boolean =>
  /^content-length$/i.test(line.value(0)) &&
  /^\$\{?(?:http_)?content_length\}?$/i.test(line.value(1)) &&
  passesIn(line.scope).some(
    (pass) =>
      pass.name === 'proxy_pass' && requestHeader(pass.scope, line.value(0)) === line && pass.scope.value('proxy_set_body') !== undefined,
  );

/** The value is the header as the client sent it, by itself or through `set`. */
const isHeaderOfClient = (config: Config, value: string): boolean => {
  const name = /^\$\{?(\w+)\}?$/.exec(value)?.[1];
  return name !== undefined && [...sourcesOf(config, name)].every((source) => source === 'http_content_length');
};

/** The line is the one in force where something with a body is passed on. */
const counts = (line: Directive): boolean =>
  passesIn(line.scope).some(
    (pass) => pass.name === 'proxy_pass' && requestHeader(pass.scope, line.value(0)) === line && !hasNoBody(pass.scope),
  );

export default defineRule({
  id: 'body-length-overwritten',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Length of the request body set by hand',
  why: `
nginx reads the body of a request, takes it out of its chunks, and tells the application how long it is. A line of your own replaces what nginx says:

- \`proxy_set_header Transfer-Encoding $http_transfer_encoding\` sends \`Transfer-Encoding: chunked\` beside nginx's \`Content-Length\`, and the body is in no chunks any more.
- \`proxy_set_header Content-Length $http_content_length\` is empty for a body in chunks, and the body goes without any length.

In both cases the client's body may be read as the next request on the connection, one that no access rule of nginx has seen (request smuggling).

Leave both headers to nginx. \`Content-Length ""\` belongs beside \`proxy_pass_request_body off\` only.`,
  about: ['proxy_set_header', 'proxy_pass_request_body'],
  references: ['https://www.rfc-editor.org/rfc/rfc9112#section-11.2', 'https://cwe.mitre.org/data/definitions/444.html'],
  looksAt: {
    directive: ['proxy_set_header'],
    where: ({ values: [name = '', value = ''] }) => /^(?:transfer-encoding|content-length)$/i.test(name) && value !== '',
  },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    other:
      '{value} is the length of the client’s body, and proxy_set_body sends another one: the application waits for the rest, or reads a part of it as the next request. Remove this line.',
    chunked:
      'nginx takes a body out of its chunks and sends its length: with {value} in Transfer-Encoding the application reads where the request ends elsewhere, and a part of the body as the next request. Remove this line.',
    length:
      '{value} is empty for a body in chunks, and Content-Length is left out: the application reads the body as the next request. Remove this line.',
    constant: 'Each body is announced with {value} bytes, and what is longer is read as the next request. Remove this line.',
  },
  check({ directive, scope, file, report }) {
    const value = directive.value(1);
    // lists of other protocols, and lines that nothing uses
    if (directive.fact?.module !== 'ngx_http_proxy_module') return;
    if (isOfAnotherBody(directive)) return report('other', { at: directive.at(), data: { value } });
    if (!counts(directive)) return;
    const chunked = /^transfer-encoding$/i.test(directive.value(0));
    // nginx's own variable knows how long a body was once it is out of its chunks (ngx_http_variable_content_length)
    if (!chunked && value.includes('$') && !isHeaderOfClient(scope.config, value)) return;
    if (chunked && value.includes('$') && !/^\$\{?http_transfer_encoding\}?$/i.test(value)) return;
    report(chunked ? 'chunked' : value.includes('$') ? 'length' : 'constant', {
      at: directive.at(),
      data: { value },
      // the last line of a level gone, those of the level around it count again
      fix:
        scope.named('proxy_set_header').length > 1
          ? fixOf('Leave the length to nginx', 'suggestion', file, [remove(file, directive.statement)])
          : null,
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Transfer-Encoding $http_transfer_encoding;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ chunked
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Content-Length $http_content_length;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ length
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `    proxy_set_header Content-Length 0;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ constant
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location /rpc {
    proxy_set_body '{"path":"$uri"}';
    proxy_set_header Content-Length $http_content_length;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ other
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /rpc {
    proxy_set_body '{"path":"$uri"}';
    proxy_set_header Content-Type application/json;
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      good: 'location / {\n    proxy_set_header Content-Length $content_length;\n    proxy_pass http://127.0.0.1:8000;\n}',
    },
  ],
});
