/** Pass directives whose scheme, host or port the client writes. The path behind the host is the application's affair. */
import { hasVariables, PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { alwaysHolds, type Flow, flowInto } from '../data-flow.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'server-side-request-forgery',
  group: 'security',
  severity: 'error',
  since: '0.1',
  equivalents: ['gixy:ssrf'],
  title: 'The client decides where nginx sends the request',
  why: `
When a part of a request ends up in the scheme, host or port of a pass directive, everybody can make nginx fetch from machines that only nginx reaches: the database's console, the cloud provider's metadata, other tenants.

Keep the target constant, look it up with \`map\` from a list of allowed ones, or make the location \`internal\`, so that only a redirect of your own application (X-Accel-Redirect) leads there.`,
  about: ['proxy_pass', 'internal', 'map'],
  references: ['https://owasp.org/www-community/attacks/Server_Side_Request_Forgery'],
  looksAt: { directive: [...PASS_DIRECTIVES, 'tunnel_pass'] },
  needs: 'file',
  messages: {
    target:
      'The client decides {part} of this request with {source}. Use a fixed target or a map of allowed ones, or make the location internal.',
  },
  check({ directive, scope, report }) {
    const word = directive.args[0];
    if (!word || !hasVariables(word.value) || scope.context.startsWith('stream')) return;
    for (let at = scope.enclosing('location'); at; at = at.parent?.enclosing('location') ?? null) if (at.has('internal')) return;
    const scheme = /^[^/?#]*:\/\//.exec(word.value)?.[0] ?? '';
    const authority = /^[^/?#]*/.exec(word.value.slice(scheme.length))![0];
    if (/^unix:/.test(authority)) return;
    const end = word.value.length - word.value.slice(scheme.length + authority.length).length;
    const { uses } = variablesIn(word);
    let at = 0;
    for (const use of uses) {
      const text = use.braced ? `\${${use.name}}` : `$${use.name}`;
      const from = word.value.indexOf(text, at);
      at = from + text.length;
      if (from >= end) return;
      // nothing, or begun with a question mark, which ends the host
      if (/^(?:args|query_string)$/.test(use.name) && /\$(?:is_args|\{is_args\})$/.test(word.value.slice(0, from))) return;
      const inScheme = from < scheme.length;
      const before = word.value[from - 1];
      const after = word.value.slice(at, end);
      const host = !inScheme && before === ':' && from > scheme.length;
      let flow: Flow | null;
      if (host) flow = flowInto(directive, use, '5') && flowInto(directive, use, '2');
      else {
        // what surely holds a slash ends the host: everything behind it is path
        if (alwaysHolds(directive, use, '/')) return;
        flow = flowInto(directive, use, '.');
        // with a fixed domain behind it, only a slash or question mark leaves that domain
        if (flow && !inScheme && /^\.[\w-]+/.test(after)) flow = flowInto(directive, use, '/') ?? flowInto(directive, use, '?');
      }
      if (!flow) continue;
      report('target', {
        at: use.span,
        data: { part: inScheme ? 'the scheme' : host ? 'the port' : 'the host', source: flow.source },
        related: flow.chain,
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /fetch {
    resolver 127.0.0.1;
    proxy_pass http://$arg_host/;
#                     ^^^^^^^^^ target
}`,
      good: `location /fetch {
    internal;
    resolver 127.0.0.1;
    proxy_pass http://$arg_host/;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/via/(?<to>[^/]+)/ {
    resolver 127.0.0.1;
    proxy_pass https://$to$request_uri;
#                      ^^^ target
}`,
      good: `location ~ ^/via/(?<to>blue|green)/ {
    resolver 127.0.0.1;
    proxy_pass https://$to$request_uri;
}`,
    },
    {
      inside: 'http',
      bad: `map $http_x_backend $backend {
    default $http_x_backend;
    ""      127.0.0.1:8000;
}
server {
    listen 8080;
    location / {
        proxy_pass http://$backend;
#                         ^^^^^^^^ target
    }
}`,
      good: `map $http_x_backend $backend {
    default 127.0.0.1:8000;
    blue    127.0.0.1:8001;
}
server {
    listen 8080;
    location / {
        proxy_pass http://$backend;
    }
}`,
    },
    { inside: 'server', good: 'location / { proxy_pass http://127.0.0.1:8000$is_args$args; }' },
    {
      inside: 'http',
      good: `geo $area {
    default    "127.0.0.1:8000/out/";
    10.0.0.0/8 "127.0.0.1:8000/in/";
}
server {
    location / { proxy_pass http://$area$arg_page; }
}`,
    },
    { inside: 'server', good: 'location ~ ^/x/(.*)$ { proxy_pass http://127.0.0.1:8000/$1; }' },
    { inside: 'server', good: 'location / { set $app "http://127.0.0.1:8000$request_uri"; proxy_pass $app; }' },
    { inside: 'server', good: 'location ~ ^/u/(?<user>[\\w-]+)/ { resolver 127.0.0.1; proxy_pass http://$user.pods.example.com:8080; }' },
  ],
});
