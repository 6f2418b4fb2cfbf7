/** Variables that nothing defines (ngx_http_variables_init_vars: "unknown … variable", said without a line), and texts whose variables cannot be read. */

import { isAskedFor } from '../../answers/which-branch.ts';
import { isNginx } from '../../answers/which-build.ts';
import { nearest } from '../../base/nearest.ts';
import { variableStatus } from '../../catalog/catalog.ts';
import { protocolOf } from '../../catalog/context.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { mayDeclare } from '../../config/unseen-names.ts';
import { readTemplate, templatesOf, variablesOf } from '../../config/variables.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { atClosing } from './_places.ts';
import { halfDeclared, soundFact } from './_sound.ts';
import { isTemplated, spanIn } from './_spans.ts';
import { isAftermath } from './_structure.ts';

const AT_CLOSING = /^(?:(?:proxy|grpc)_set_header|(?:fastcgi|uwsgi|scgi)_param|proxy_set_body|ssl_certificate(?:_key)?)$/;

/** Keys are read where there is a certificate: in the block itself or in one of its servers (ngx_http_ssl_merge_srv_conf). */
const isUnused = ({ name, scope }: Directive): boolean =>
  name === 'ssl_certificate_key' && !scope.value('ssl_certificate') && !scope.scopes.some((s) => s.has('ssl_certificate'));

/** Stream looked at certificates where a socket of the server uses TLS only (ngx_stream_ssl_merge_conf). */
const isRead = (config: Config, server: Scope): boolean =>
  server.context === 'server' || isNginx(config, '1.25.5') || server.named('listen').some((l) => l.values.includes('ssl'));

/** The merges of levels put these together where they are or are inherited: of what is in the protocol's own block, for the servers alone. */
const isUnmerged = (config: Config, { name, scope }: Directive): boolean => {
  if (!AT_CLOSING.test(name) || !config.whole) return false;
  if (scope.context === 'stream-server') return !isRead(config, scope);
  if (scope.context !== 'http' && scope.context !== 'stream') return false;
  const servers = scope.scopes.filter((s) => (s.context === 'server' || s.context === 'stream-server') && isRead(config, s));
  // a part of a configuration is read for servers that are not seen
  return (servers.length > 0 || config.tree.standIn === undefined) && servers.every((s) => s.has(name));
};

export default defineRule({
  id: 'unknown-variable',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Unknown variable',
  why: `
A variable is built in, or made by \`set\`, \`map\`, \`geo\`, \`split_clients\`, \`auth_request_set\`, a named group of a regular expression or a
module. nginx refuses a configuration that uses any other, and says neither the file nor the line. http and stream have variables of
their own.

Variables of modules that Proxylens does not know are declared in \`.proxylens.yaml\` under \`variables\`.`,
  about: ['set', 'map'],
  looksAt: { directive: '*' },
  contextFree: true,
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    unknown: 'Unknown "{name}" variable.',
    misspelt: 'Unknown "{name}" variable. Did you mean "${guess}"?',
    stream: 'Unknown "{name}" variable: it exists in http, not in stream.',
    http: 'Unknown "{name}" variable: it exists in stream, not in http.',
    future: 'Unknown "{name}" variable: it needs nginx {since} or later, and this is {target}.',
    key: 'Unknown "memcached_key" variable: memcached_pass needs it. Set it above, for instance to $uri.',
    nameless: 'Invalid variable name: a name must follow "$". A dollar sign by itself cannot be written here.',
    unclosed: 'The closing bracket in "{name}" variable is missing. Add "}".',
  },
  check({ config, directive, report }) {
    const { context } = directive.scope;
    const protocol = context === 'unknown' ? null : protocolOf(context);
    if (!protocol || protocol === 'mail' || isTemplated(directive) || isAftermath(directive, 'name')) return;
    const entries = context === 'map' || context === 'stream-map';
    if (!entries && !soundFact(directive)) return;
    const templates = templatesOf(directive);
    if ((!templates.length && directive.name !== 'memcached_pass') || isUnused(directive) || isUnmerged(config, directive)) return;
    const { target, ownVariables } = config.settings;
    const hidden = mayDeclare(config, 'variable').length > 0;
    const made = variablesOf(config, protocol).definitions;
    if (directive.name === 'memcached_pass' && !made.has('memcached_key') && !hidden) report('key', { at: directive.statement.name });
    for (const template of templates) {
      const { uses, problem } = readTemplate(template.text, template.style);
      for (const use of uses) {
        if (made.has(use.name) || ownVariables.some((v) => v.toLowerCase() === use.name)) continue;
        const fact = config.catalog.variable(use.name, protocol);
        const status = fact ? variableStatus(fact, target) : null;
        // the user's part of a variable that some module lacks is said where the module's directives are
        if (fact && !fact.userDefined && (status?.known || (status && !status.known && status.reason === 'module'))) continue;
        if (halfDeclared(config).has(`$${use.name}`)) continue;
        const at = spanIn(template.word, template.at + use.at, use.length);
        const data = { name: use.name, target: target.nginx.text };
        if (status && !status.known && status.since) {
          report('future', {
            at,
            data: { ...data, since: status.since },
            ...(isAskedFor(directive) ? { severity: 'hint' as const } : {}),
          });
          continue;
        }
        if (hidden) continue;
        const other = protocol === 'http' ? 'stream' : 'http';
        const elsewhere = config.catalog.variable(use.name, other);
        if (elsewhere && variableStatus(elsewhere, target).known) {
          report(protocol === 'stream' ? 'stream' : 'http', { at, data });
          continue;
        }
        const guess = nearest(use.name, [
          ...made.keys(),
          ...config.catalog
            .variables(protocol)
            .filter((v) => !v.prefix && !v.userDefined)
            .map((v) => v.name),
        ]);
        const written = template.text.slice(use.at, use.at + use.length);
        report(guess ? 'misspelt' : 'unknown', {
          at,
          data: { ...data, guess: guess ?? '' },
          fix: guess
            ? fixOf(`Change to $${guess}`, 'suggestion', directive.file, [
                replace(at, written.startsWith('${') ? `\${${guess}}` : `$${guess}`),
              ])
            : null,
        });
      }
      if (problem)
        report(problem.kind === 'unclosed' ? 'unclosed' : 'nameless', {
          at: spanIn(template.word, template.at + problem.at, Math.max(1, problem.length)),
          data: { name: problem.name },
          // header lines and parameters are put together when the block ends
          related: AT_CLOSING.test(directive.name) ? atClosing(directive.scope) : [],
        });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: '    return 200 $nosuch;\n#              ^^^^^^^ unknown',
      good: '    set $nosuch 1;\n    return 200 $nosuch;',
    },
    // what a script sets when it runs does not exist when nginx reads the text
    {
      inside: 'server',
      bad: '    ssi on;\n    return 200 $nosuch;\n#              ^^^^^^^ unknown',
      good: '    ssi on;\n    set $nosuch "";\n    return 200 $nosuch;',
    },
    {
      inside: 'http',
      notOn122: 'json_set came with 1.31.5',
      bad: '    json_set $user $nosuch name;\n#                  ^^^^^^^ unknown',
      good: '    json_set $user $request_body name;',
    },
    // of lines that every server hides nginx looks at none
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http {
    proxy_set_header X-User $no_user;
#                           ^^^^^^^^ unknown
    server { listen 8080; location / { proxy_pass http://127.0.0.1:3000; proxy_set_header X-User ""; } }
}`,
      good: `#- nginx.conf
events {}
http {
    proxy_set_header X-User $no_user;
    server { listen 8080; proxy_set_header X-User ""; location / { proxy_pass http://127.0.0.1:3000; } }
}`,
    },
    { inside: 'server', bad: '    return 200 $reqest_uri;\n#              ^^^^^^^^^^^ misspelt', good: '    return 200 $request_uri;' },
    { inside: 'server', bad: '    return 200 "5 $ off";\n#                 ^ nameless', good: '    return 200 "5 dollars off";' },
    { inside: 'server', bad: '    return 200 "${uri";\n#               ^^^^^ unclosed', good: '    return 200 "${uri}";' },
    { inside: 'stream', bad: '    log_format main "$uri";\n#                    ^^^^ stream', good: '    log_format main "$remote_addr";' },
    {
      inside: 'server',
      bad: '    location ~ ^/(?<page>.+)$ { return 200 $pages; }\n#                                          ^^^^^^ misspelt',
      good: '    location ~ ^/(?<page>.+)$ { return 200 $page; }',
    },
    {
      inside: 'location',
      bad: '    memcached_pass 127.0.0.1:11211;\n#   ^^^^^^^^^^^^^^ key',
      good: '    set $memcached_key $uri;\n    memcached_pass 127.0.0.1:11211;',
    },
  ],
});
