/** Cookies that nginx sets with what stands in the query of a link: whoever makes the link chooses them. */
import { definitionsFor } from '../../answers/where-a-value-comes-from.ts';
import type { Directive } from '../../config/directive.ts';
import { variablesIn } from '../../trace/script.ts';
import { defineRule } from '../rule.ts';

/** Variables that hold a part of the query as it was sent: with the semicolons that separate the attributes of a cookie. */
const OF_QUERY = /^(?:arg_\w+|args|query_string)$/;

/** Names under which applications look for the session or the rights of a visitor. */
const OF_SESSIONS =
  /^(?:__(?:host|secure)-)?(?:.*sess(?:ion)?(?:[-_]?id)?|s[-_]?id|connect\.sid|.*(?:^|[-_])(?:token|auth|jwt|csrf|csrftoken|xsrf-token))$/i;

/** The variable of the query that is sent as it is, through one line of `set` at most; undefined where there is none. */
function fromQuery(directive: Directive): string | undefined {
  const value = directive.value(1);
  for (const name of variablesIn(value)) {
    if (OF_QUERY.test(name)) return name;
    const lines = definitionsFor(directive.scope.config, `$${name}`);
    const [line] = lines;
    if (lines.length !== 1 || line?.name !== 'set' || line.scope.opener?.name === 'if') continue;
    const inner = variablesIn(line.value(1)).find((v) => OF_QUERY.test(v));
    if (inner) return inner;
  }
  return undefined;
}

/** A condition around the line, or in its level, that looks at the variable: it may let only what is harmless through. */
function isLookedAt(directive: Directive, variable: string): boolean {
  const asks = (d: Directive): boolean => d.name === 'if' && d.values.join(' ').includes(variable);
  for (let scope: Directive['scope'] | null = directive.scope; scope; scope = scope.parent)
    if ((scope.opener && asks(scope.opener)) || scope.named('if').some(asks)) return true;
  return false;
}

export default defineRule({
  id: 'cookie-from-client',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Cookie whose value a link chooses',
  why: `
\`$arg_name\` is a part of the query as the client wrote it, semicolons included. In \`add_header Set-Cookie "sid=$arg_sid"\` whoever sends a visitor a link chooses the cookie: with \`?sid=known\` the session is one that the attacker knows, and stays so after the visitor has logged in, where the application keeps the identifier. With \`?lang=en;Domain=example.com\` he chooses its attributes, too, and gives the cookie to all hosts of the domain.

Let a \`map\` with the values that are allowed stand between: \`map $arg_lang $lang { default en; de de; }\`. Let the application make the identifiers of sessions.`,
  about: ['add_header', '$arg_'],
  references: ['https://owasp.org/www-community/attacks/Session_fixation'],
  looksAt: { directive: ['add_header'], where: ({ values: [name = '', value = ''] }) => /^set-cookie$/i.test(name) && value.includes('$') },
  needs: 'config',
  messages: {
    session:
      'A link chooses the session of its visitor: the cookie {cookie} is {variable} of the query, as it was sent. Let the application make it, or allow known values with a map.',
    value:
      'A link chooses this cookie and its attributes: {variable} is sent as it came, semicolons included ("…;Domain=…"). Allow known values with a map.',
  },
  check({ directive, report }) {
    const word = directive.args[1];
    if (!word || word.templated) return;
    const variable = fromQuery(directive);
    if (!variable || isLookedAt(directive, variable)) return;
    const cookie = /^\s*([^=\s;$]+)=/.exec(word.value)?.[1];
    const isSession = cookie !== undefined && OF_SESSIONS.test(cookie);
    report(isSession ? 'session' : 'value', {
      at: word,
      severity: isSession ? undefined : 'info',
      data: { cookie: cookie ?? '', variable: `$${variable}` },
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `add_header Set-Cookie "sid=$arg_sid; Path=/; Secure; HttpOnly; SameSite=Lax";
#                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ session`,
      good: 'add_header Set-Cookie "site=a; Path=/; Secure; HttpOnly; SameSite=Lax";',
    },
    {
      inside: 'http',
      bad: `server {
    add_header Set-Cookie "lang=$arg_lang; Path=/; Secure; HttpOnly; SameSite=Lax";
#                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ value
}`,
      good: `map $arg_lang $lang {
    default en;
    de de;
}
server {
    add_header Set-Cookie "lang=$lang; Path=/; Secure; HttpOnly; SameSite=Lax";
}`,
    },
  ],
});
