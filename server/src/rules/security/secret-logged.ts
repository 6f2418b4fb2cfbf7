/** Log formats that write down what a user proves himself by: whoever reads the log can log in. */
import { definitionsFor } from '../../answers/where-a-value-comes-from.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import { type VariableUse, variablesIn } from '../../syntax/variable.ts';
import { flowInto, writtenAs } from '../data-flow.ts';
import { defineRule } from '../rule.ts';

/** Variables that hold a password, a token or a session. */
const SECRET =
  /^(?:(?:http|sent_http|upstream_http)_(?:proxy_)?authorization|http_(?:cookie|(?:x_)?api_?key|x_(?:auth|access|vault)_token|private_token)|(?:sent|upstream)_http_set_cookie|cookie_\w*(?:sess|sid\b|token|jwt|auth|remember)\w*|cookie_sid|arg_(?:password|passwd|token|access_token|id_token|api_?key|secret|client_secret))$/i;

/** A group that takes as much as there is; one of a few characters is a mark by which requests are told apart. */
const OF_ANY_LENGTH = /\((?:\?P?<\w+>)?(?:[^()\\]|\\.)*(?:[+*]|\{\d+,\})(?:[^()\\]|\\.)*\)/;

/** The bodies of requests, those of login forms among them. */
const BODY = '$request_body';

/** The secret that comes to a variable through `map` or `set`, whole or nearly so; null where none does. */
function secretBehind(directive: Directive, use: VariableUse): string | null {
  const { config } = directive.scope;
  if (!namesOf(config).definitions('variable', use.name, 'http').length) return null;
  const source = flowInto(directive, use, '7')?.source;
  if (!source || (source !== BODY && !SECRET.test(source.slice(1)))) return null;
  const cut = definitionsFor(config, `$${use.name}`).some(
    (row) =>
      row.name.startsWith('~') && row.values.join().includes('$') && !row.values.join().includes(source) && !OF_ANY_LENGTH.test(row.name),
  );
  return cut ? null : source;
}

const isUsed = (config: Config, name: string): boolean => namesOf(config).references('log-format', name, 'http').length > 0;

export default defineRule({
  id: 'secret-logged',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Passwords or sessions in the log',
  why: `
\`$http_authorization\` holds the password of Basic authentication (base64 is no encryption) or the token of an API, \`$http_cookie\` and \`$cookie_sessionid\` the session: whoever reads the log, its backups or the service that collects it can act in the user's name. \`$request_body\` of a login holds the password itself.

Log who it was (\`$remote_user\`), or a mark that says whether there was one: \`map $http_authorization $has_token { "" 0; default 1; }\`.`,
  about: ['log_format', 'access_log', '$http_authorization', '$http_cookie', '$request_body'],
  references: ['https://cwe.mitre.org/data/definitions/532.html'],
  looksAt: {
    directive: ['log_format'],
    where: ({ values }) => values.some((v) => v.includes('$')),
  },
  needs: 'config',
  messages: {
    secret: 'The log holds {variable}, by which others can act in the name of the user. Log $remote_user, or whether there was one.',
    body: 'The log holds the bodies of requests, with the passwords of login forms in them. Log them for single locations only, while they are needed.',
  },
  check({ directive, config, report }) {
    for (const word of directive.args.slice(1))
      for (const use of variablesIn(word).uses) {
        const secret = SECRET.test(use.name) || `$${use.name}` === BODY ? `$${use.name}` : secretBehind(directive, use);
        if (secret === null) continue;
        const isBody = secret === BODY;
        // last, since it looks through all names
        if (!isUsed(config, directive.value(0))) return;
        report(isBody ? 'body' : 'secret', {
          at: use.span,
          severity: isBody ? 'info' : 'warning',
          data: { variable: writtenAs(use, secret) },
        });
        return;
      }
  },
  examples: [
    {
      inside: 'http',
      bad: `log_format full '$remote_addr "$request" $http_authorization';
#                                        ^^^^^^^^^^^^^^^^^^^ secret
access_log logs/a.log full;`,
      good: `map $http_authorization $has_token { "" 0; default 1; }
log_format full '$remote_addr "$request" $has_token';
access_log logs/a.log full;`,
    },
    {
      inside: 'http',
      bad: `log_format api '$remote_addr "$request" $request_body';
#                                       ^^^^^^^^^^^^^ body
access_log logs/a.log api;`,
      good: `log_format api '$remote_addr "$request" $request_length';
access_log logs/a.log api;`,
    },
    {
      inside: 'http',
      bad: `map $http_authorization $given { "" -; default $http_authorization; }
log_format audit '$remote_addr "$request" $given';
#                                         ^^^^^^ secret
access_log logs/a.log audit;`,
      good: `map $http_authorization $given { "" -; "~^(?<kind>Basic|Bearer) " $kind; default other; }
log_format audit '$remote_addr "$request" $given';
access_log logs/a.log audit;`,
    },
    { inside: 'http', good: `log_format full '$remote_user $http_referer $cookie_lang';\naccess_log logs/a.log full;` },
  ],
});
