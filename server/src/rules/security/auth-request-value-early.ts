/** What an authority answers, read before it is asked: the rewrite phase is over then. Shown by a request that the authority would let in. */
import { readThroughMaps } from '../../answers/where-a-value-comes-from.ts';
import type { Directive } from '../../config/directive.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const READING = new Set(['if', 'return', 'rewrite', 'set']);

/** What becomes of the request hangs on the condition; headers that are never added are a smaller loss, and documented so by others. */
const isDecisive = (condition: Directive): boolean =>
  condition.body?.directives.some((d) => d.name === 'return' || d.name === 'rewrite' || d.name.endsWith('_pass')) ?? false;

/** Lines of the rewrite phase at the spot, in the order of the text, with the first variable of auth_request_set that each reads. */
function early(spot: Spot): { line: Directive; name: string }[] {
  const isSet = (name: string): boolean => {
    const defined = definitionOf(indexOf(spot.config), name);
    return defined?.by === 'module' && defined.directive.name === 'auth_request_set';
  };
  return spot.directives.flatMap((line) => {
    if (!READING.has(line.name) || (line.name === 'if' ? !isDecisive(line) : line.scope !== spot.scope)) return [];
    // what a line of set writes is not read by it
    const name = line.values
      .slice(line.name === 'set' ? 1 : 0)
      .flatMap((v) => readThroughMaps(spot.config, v))
      .find(isSet);
    return name === undefined ? [] : [{ line, name }];
  });
}

export default defineRule({
  id: 'auth-request-value-early',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'auth_request_set value read too early',
  why: `
\`if\`, \`return\`, \`rewrite\` and \`set\` run in the rewrite phase; \`auth_request\` asks the authorization server later, in the access phase. A variable of \`auth_request_set\` is always empty in an \`if\`, whatever the authorization server would answer: the decision is the same for everybody, and where that ends the request the server is not even asked.

Use the value where it is known: in \`proxy_set_header\`, in a log, in a \`map\` that these read, or in the named location of an \`error_page\`. Let the authorization server itself answer 403 for users without the role.`,
  about: ['auth_request', 'auth_request_set', 'if'],
  references: ['https://nginx.org/en/docs/http/ngx_http_auth_request_module.html'],
  looksAt: {
    outcome: [...READING],
    somewhere: ['auth_request_set'],
    when: (spot) => spot.location?.kind !== 'named' && !spot.scope.has('internal') && early(spot).length > 0,
  },
  needs: 'config',
  messages: {
    early:
      '${name} is always empty here: {by} runs before the auth_request subrequest. Let the authorization service reject the request, or read the value where the request is passed on.',
  },
  check({ spot, report }) {
    const [first] = early(spot);
    if (!first) return;
    const { line, name } = first;
    const trace = spot.ask({});
    const source = definitionOf(indexOf(spot.config), name)!.directive;
    report('early', {
      at: line.at({ start: line.statement.start, end: line.args.at(-1)?.end ?? line.statement.end }),
      data: { name, by: line.name },
      related: [{ at: source.at(), message: 'set after the subrequest' }],
      witness: proofOf(trace, outcomeText(trace)),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
    auth_request_set $group $upstream_http_x_group;
    if ($group = "") {
#   ^^^^^^^^^^^^^^^^ early
        return 403;
    }
    proxy_pass http://127.0.0.1:8000;
}
location = /auth { internal; proxy_pass http://127.0.0.1:8001; }`,
      good: `location / {
    auth_request /auth;
    auth_request_set $group $upstream_http_x_group;
    proxy_set_header X-Group $group;
    proxy_pass http://127.0.0.1:8000;
}
location = /auth { internal; proxy_pass http://127.0.0.1:8001; }`,
      witness: { request: 'GET http://www.example.test/users', outcome: '403', meant: '`GET /users at 127.0.0.1:8000`' },
    },
    {
      inside: 'server',
      good: `location / {
    set $role "";
    auth_request /auth;
    auth_request_set $role $upstream_http_x_role;
    proxy_set_header X-Role $role;
    proxy_pass http://127.0.0.1:8000;
}
location = /auth {
    internal;
    proxy_pass http://127.0.0.1:8002;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
    },
  ],
});
