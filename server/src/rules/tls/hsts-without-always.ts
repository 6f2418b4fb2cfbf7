// Strict-Transport-Security that error pages go without.
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import type { Trace } from '../../trace/trace.ts';
import { errorAnswer } from '../../witness/errors.ts';
import { proofOf } from '../../witness/requests.ts';
import { spotsOf, spotsOfServer } from '../../witness/spots.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { appendWord } from '../tls.ts';

/** How many places are asked for an error: most have one at once. */
const MOST = 40;

/**
 * An error that a client gets in one of the places where the scope's headers count, without this one; null where every place answers all that
 * is asked, undefined where that is not known.
 */
function errorWithout(config: Config, scope: Scope): Trace | null | undefined {
  const isWithin = (at: Scope | null): boolean => at !== null && (at === scope || isWithin(at.parent));
  const server = serverOf(scope);
  const places = (server ? spotsOfServer(config, server) : spotsOf(config)).filter(
    (s) => isWithin(s.scope) && s.scope.effective('add_header').directives.some(isHsts),
  );
  if (!places.length || places.length > MOST) return undefined;
  for (const spot of places) {
    if (spot.unsure) return undefined;
    const trace = spot.path !== undefined ? errorAnswer(spot) : null;
    if (trace && !trace.outcome.responseHeaders.some(([n]) => n.toLowerCase() === 'strict-transport-security')) return trace;
  }
  return null;
}

const isHsts = (d: Directive): boolean => d.value(0).toLowerCase() === 'strict-transport-security';

export default defineRule({
  id: 'hsts-without-always',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  title: 'Strict-Transport-Security missing on error responses',
  why: `\`add_header\` adds its header to responses with a few codes only: 200, 201, 204, 206, 301, 302, 303, 304, 307 and 308. A visitor whose first answer is a 401, 404 or 502 does not learn that the host is HTTPS only. With \`always\` the header is there whatever the code.

The rule asks the configuration for an error where the line counts; where everything is answered with a redirect there is none.`,
  about: ['add_header'],
  looksAt: {
    directive: ['add_header'],
    where: ({ values }) => values.length === 2 && values[0]!.toLowerCase() === 'strict-transport-security',
  },
  needs: 'file',
  costly: true,
  fixable: 'always',
  messages: {
    always: 'Responses such as 401, 404 or 502 are sent without this header. Add "always".',
  },
  check({ config, directive, scope, file, report }) {
    // an empty value sends no header
    if (directive.value(1) === '') return;
    const last = directive.args[1]!;
    const shown = config.whole ? errorWithout(config, scope) : undefined;
    // nothing that answers here ends in an error
    if (shown === null) return;
    report('always', {
      at: directive.args[0]!,
      ...(shown ? { witness: proofOf(shown, `${shown.outcome.status} without Strict-Transport-Security`) } : {}),
      fix: fixOf('Add "always"', 'suggestion', file, [appendWord(last, 'always')]),
    });
  },
  examples: [
    {
      inside: 'http',
      good: `
server {
    listen 443 ssl;
    server_name old.example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    add_header Strict-Transport-Security "max-age=63072000";
    return 301 https://www.example.com$request_uri;
}`,
    },
    {
      inside: 'server',
      bad: `
add_header Strict-Transport-Security "max-age=63072000";
#          ^^^^^^^^^^^^^^^^^^^^^^^^^ always`,
      good: `
add_header Strict-Transport-Security "max-age=63072000" always;`,
    },
  ],
});
