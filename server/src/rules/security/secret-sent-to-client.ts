/** Response headers and texts with a secret in them: the key of another service for everyone, or a visitor's own login for the scripts of a page. */
import { textsOf } from '../../answers/what-is-passed.ts';
import { isOverridden } from '../../answers/where-a-line-counts.ts';
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { variablesIn } from '../../trace/script.ts';
import { defineRule } from '../rule.ts';

/** Header lines by which one program proves to another who it is; a browser is sent none of them. */
const PROOF =
  /^(?:(?:proxy-)?authorization|(?:x-)?(?:[\w-]+-)?(?:api-?key|access-key|auth-key|secret(?:-key|-token)?|private-token|vault-token|internal-token|service-token|admin-token))$/i;

/** What a visitor proves himself by, and what scripts of a page do not get to see: a cookie with HttpOnly, a password that the browser keeps. */
const OF_VISITOR =
  /^(?:http_(?:authorization|proxy_authorization|cookie|x_api_key)|cookie_(?!\w*(?:csrf|xsrf))(?:\w*(?:sess|token|jwt|auth|remember)\w*|sid))$/;

/** Letters and digits, mixed, as no word of a language has them; or the text of a scheme with something behind it. */
const SECRET = /^(?:(?:Basic|Bearer|Token|ApiKey)\s+\S{6,}|(?=\S*\d)(?=\S*[A-Za-z])[\w+/=.~:-]{12,})$/i;

/** A text that every visitor gets as it is; null where the request has a part in it. */
function constantOf(line: Directive): string | null {
  const value = line.value(1);
  if (!value.includes('$')) return value;
  const texts = textsOf(line.scope, value);
  return texts?.find((t) => SECRET.test(t)) ?? null;
}

/** What of a visitor's a text holds whole. */
function ownSecret(line: Directive, text: string): string | null {
  for (const name of variablesIn(text)) {
    const sources = [...sourcesOf(line.scope.config, name)];
    // a table asks whether there is one, and says something else
    if (sources.length === 1 && OF_VISITOR.test(sources[0]!) && (name === sources[0] || isHandedOn(line, name))) return sources[0]!;
  }
  return null;
}

/** A variable that is another one: by `set`, or by a table whose row is the variable itself. */
const isHandedOn = (line: Directive, name: string): boolean => textsOf(line.scope, `$${name}`) === null;

export default defineRule({
  id: 'secret-sent-to-client',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Secret sent to clients',
  why: `
\`add_header\` is for responses. \`add_header Authorization "Bearer …"\` or \`add_header X-Api-Key $key\` do not log nginx in anywhere: they send the key to everyone who asks for a page. To send it to the application, \`proxy_set_header\` is meant.

\`add_header X-Debug $http_cookie\` and \`return 200 $http_authorization\` hand a visitor's own session back. HttpOnly keeps cookies from scripts, so that an injected one cannot steal them; here it asks for the page and reads them.`,
  about: ['add_header', 'return', 'proxy_set_header', '$http_cookie', '$http_authorization'],
  references: ['https://cwe.mitre.org/data/definitions/200.html', 'https://owasp.org/www-community/attacks/Cross_Site_Tracing'],
  looksAt: [
    {
      directive: ['add_header'],
      where: ({ values: [name = '', value = ''] }) =>
        !/^(?:set-cookie|vary|access-control-[\w-]+)$/i.test(name) && (value.includes('$') || PROOF.test(name)),
    },
    { directive: ['return'], where: ({ values: [code = '', text = ''] }) => text.includes('$') && !/^30\d$/.test(code) },
  ],
  needs: 'config',
  messages: {
    everyone:
      'Everyone who asks gets this secret: add_header is for responses. To send it to the application write "proxy_set_header {header}".',
    own: 'The answer holds {variable}: a script in a page reads with it what the browser keeps from scripts. Leave it out.',
  },
  check({ directive, scope, report }) {
    const word = directive.args[1];
    // what a subrequest answers is for nginx
    if (!word || isLocalOnly(scope) || scope.has('internal') || (directive.name === 'add_header' && isOverridden(directive))) return;
    if (directive.name === 'add_header' && PROOF.test(directive.value(0))) {
      const text = constantOf(directive);
      if (text !== null && SECRET.test(text)) {
        report('everyone', { at: directive.at(word), data: { header: directive.value(0) } });
        return;
      }
    }
    if (word.templated) return;
    const own = ownSecret(directive, word.value);
    if (own !== null) report('own', { at: directive.at(word), data: { variable: `$${own}` } });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    add_header X-Api-Key "k2J9dLwq82LmZx0PvTtE";
#                        ^^^^^^^^^^^^^^^^^^^^^^ everyone
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    proxy_set_header X-Api-Key "k2J9dLwq82LmZx0PvTtE";
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location / {
    add_header X-Session $http_cookie;
#                        ^^^^^^^^^^^^ own
    root /srv/site;
}`,
      good: `location / {
    add_header X-Request-Id $request_id;
    root /srv/site;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location = /whoami {
    default_type application/json;
    return 200 '{"login":"$http_authorization"}';
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ own
}`,
      good: `location = /whoami {
    default_type application/json;
    return 200 '{"login":"$remote_user"}';
}`,
      fixed: false,
    },
  ],
});
