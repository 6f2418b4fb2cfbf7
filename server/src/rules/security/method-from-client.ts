/** A method for the application that a header of the client names, past what nginx checks of the method that came. Shown by what is sent. */
import { placesOf } from '../../answers/where-a-line-counts.ts';
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { flowInto, writtenAs } from '../data-flow.ts';
import { defineRule } from '../rule.ts';

/** A letter of every method that changes something: POST, PUT, PATCH, DELETE. */
const OF_CHANGES = 'T';

/** What nginx itself looks at the method for: a list for other methods, a condition, or a cache that stores by the method that came. */
function looksAtMethod(scope: Scope): Directive | undefined {
  const server = scope.enclosing('server') ?? scope;
  return server.all.find(
    (d) => d.name === 'limit_except' || (d.name === 'if' && /^\(?\$\{?request_method\b/.test(d.value(0))) || d.name === 'dav_methods',
  );
}

export default defineRule({
  id: 'method-from-client',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Client names the method for the application',
  why: `
\`proxy_method $http_x_http_method_override\` sends the application whatever method a header names. nginx judges the one that came: \`limit_except GET\`, conditions on \`$request_method\`, limits and the log see a GET, and the application gets a DELETE. Pages of other sites can make a browser send a GET in the user's name where they could not send a DELETE.

Leave the method as it came; an application that wants overrides reads the header itself, for POST only.`,
  about: ['proxy_method', 'limit_except', '$request_method', '$http_'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_method', 'https://cwe.mitre.org/data/definitions/650.html'],
  looksAt: { directive: ['proxy_method'], where: ({ values }) => (values[0] ?? '').includes('$') },
  needs: 'config',
  messages: {
    checked:
      'The client names the method with {variable}: {check} sees the one of the request, and the application gets a DELETE. Remove this line.',
    unchecked: 'The client names the method with {variable}: the log has a GET, and the application gets a DELETE. Remove this line.',
  },
  check({ directive, scope, report }) {
    const [word] = directive.args;
    if (!word || word.templated || isLocalOnly(scope)) return;
    for (const use of variablesIn(word).uses) {
      const flow = flowInto(directive, use, OF_CHANGES);
      const source = flow?.source.slice(1).toLowerCase() ?? '';
      if (!flow || !/^(?:http|arg|cookie)_|^args$|^query_string$/.test(source)) continue;
      const places = placesOf(directive).filter((s) => s.has('proxy_pass'));
      if (!places.length) return;
      const check = places.map(looksAtMethod).find((d) => d !== undefined);
      report(check ? 'checked' : 'unchecked', {
        at: directive.at(word),
        data: { variable: writtenAs(use, flow.source), check: check?.name === 'if' ? 'the condition' : (check?.name ?? '') },
        related: check ? [{ at: check.nameAt, message: 'sees another method' }, ...flow.chain] : flow.chain,
        severity: check ? 'warning' : 'info',
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api/ {
    limit_except GET { deny all; }
    proxy_method $http_x_http_method_override;
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ checked
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    limit_except GET { deny all; }
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `map $arg__method $verb {
    ""      $request_method;
    default $arg__method;
}
server {
    location / {
        proxy_method $verb;
#                    ^^^^^ unchecked
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `map $request_method $verb {
    HEAD    GET;
    default $request_method;
}
server {
    location / {
        proxy_method $verb;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      fixed: false,
    },
  ],
});
