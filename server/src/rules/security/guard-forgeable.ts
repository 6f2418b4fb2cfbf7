/** Places for the staff that a header line of the client's own opens: its browser's name, the page it claims to come from, a cookie of any value. */
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import type { Trace } from '../../trace/trace.ts';
import { isBackend, isGivenOut, isRefused, keepsOut } from '../../witness/access.ts';
import { isScripted } from '../../witness/follow.ts';
import { keysTo } from '../../witness/guards.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Names of places that are for a few people only. */
const FOR_FEW =
  /(?:^|[/^(|_-])(?:admin(?:istrator|istration|er)?|wp-admin|backend|backoffice|internal|intern|private|secret|secure|staff|manage(?:r|ment)?|console|dashboard|panel|cpanel|debug|ops|root|phpmyadmin|config)(?:[/$)|_-]|$)/i;

/** A value that is long enough to be a secret which the others do not know. */
const SECRET = /(?=[a-z+=.-]*\d)(?=[\d+=.-]*[a-z])[\w+=.-]{16,}/i;

/** Turned away without a word: by a return, or by an error of a condition. */
const isTurnedAway = ({ outcome: { kind, status } }: Trace): boolean =>
  kind === 'closed' || ([401, 403, 404, 405, 410].includes(status) && kind !== 'static') || (status >= 301 && status <= 307);

/** A condition that compares with a text: what the cookie must be is a secret, as far as it is one. */
function asksForValue(condition: Directive): boolean {
  const read = readCondition(condition);
  return (read?.kind === 'equal' || read?.kind === 'not-equal') && read.value.literal !== '';
}

export default defineRule({
  id: 'guard-forgeable',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['allow', 'auth_basic', 'auth_request'],
  title: 'Access decided by a header that anyone can send',
  why: `
\`User-Agent\` and \`Referer\` are lines that the client writes: one option of curl sends any of them. That a cookie or an Authorization header is there says nothing either, as long as nobody looks whether it is valid: an application does, a folder of files does not.

Such a condition keeps robots away, and nobody who wants to get in. Use \`auth_basic\`, \`auth_request\`, a client certificate or a list of addresses.`,
  about: ['if', 'auth_basic', 'auth_request', 'allow'],
  looksAt: {
    outcome: ['if'],
    somewhere: ['if', 'map'],
    like: /http_user_agent|http_referer|http_cookie|cookie_|http_authorization/i,
    when: ({ location, scope }) => !!location && location.kind !== 'named' && (location.name !== '/' || !!scope.value('auth_basic')),
  },
  needs: 'config',
  messages: {
    sent: 'Who sends "{line}" gets in, and anyone can send it: nothing else protects {place}. Ask for a password or an address (auth_basic, auth_request, allow).',
    unchecked:
      'Who sends "{line}" gets the files, whatever its value is: nobody looks whether it is valid. Ask the application with auth_request, or for a password with auth_basic.',
  },
  check({ spot, report }) {
    const { location, scope } = spot;
    if (!location || spot.unsure || isLocalOnly(scope) || spot.path === undefined) return;
    const refused = spot.ask({});
    if (!isTurnedAway(refused)) return;
    const ifs = spot.scope.named('if');
    const asked = isRefused(refused);
    for (const probe of [...keysTo(spot.config, [spot.scope, spot.server.scope]), ...spot.variations]) {
      const [line, ...others] = probe.headers ?? [];
      if (!line || others.length || probe.query || probe.method || probe.clientAddress) continue;
      const [name, value] = line;
      const claimed = name === 'User-Agent' || name === 'Referer';
      const presence = name === 'Cookie' || name === 'Authorization';
      if (
        (!claimed && !presence) ||
        (claimed && !asked && !FOR_FEW.test(location.name)) ||
        SECRET.test(value.replace(/^https?:\/\/[^/]*/, ''))
      )
        continue;
      const first = spot.ask(probe);
      // of a folder the file is there
      const files = first.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'file'] as const] : []));
      const trace = files.length ? spot.ask(probe, { assume: Object.fromEntries(files) }) : first;
      if (!isGivenOut(trace) || keepsOut(trace) || isScripted(trace) || (presence && !asked && isBackend(trace))) continue;
      if (presence && ifs.some((d) => asksForValue(d))) continue;
      const step = refused.steps.findLast((s) => s.at && directiveAt(ifs, s.at));
      const by = (step && directiveAt(ifs, step.at)) ?? ifs[0];
      if (!by) continue;
      report(claimed ? 'sent' : 'unchecked', {
        at: by.at(by.args[0]!),
        data: { line: `${name}: ${value}`, place: location.name },
        witness: proofOf(trace, outcomeText(trace)),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($http_user_agent !~ "Staff/1") { return 403; }
#      ^^^^^^^^^^^^^^^^^ sent
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    auth_basic "staff";
    auth_basic_user_file staff;
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: {
        request: 'GET http://www.example.test/admin/users, User-Agent: Staff/1',
        outcome: 'GET /admin/users at 127.0.0.1:8000',
        meant: '`401` without a password',
      },
    },
    {
      inside: 'server',
      bad: `location /reports/ {
    if ($cookie_session = "") { return 403; }
#      ^^^^^^^^^^^^^^^^ unchecked
    alias /srv/reports/;
}`,
      good: `location /reports/ {
    auth_request /session;
    alias /srv/reports/;
}
location = /session {
    internal;
    proxy_pass http://127.0.0.1:8002;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
    },
    {
      // pictures that other sites must not show
      inside: 'server',
      good: `location /images/ {
    if ($http_referer !~ "^https://shop\\.example/") { return 403; }
    root /srv/site;
}`,
    },
  ],
});
