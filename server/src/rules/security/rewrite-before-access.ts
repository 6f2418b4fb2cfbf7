/** Answers of the rewrite phase that everybody gets although access rules are in force. Shown by a stranger's request. */
import { speaksOfAccess } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { isAsked } from '../../witness/access.ts';
import { locationHeader, outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Pages that are meant for everybody: those of monitors, crawlers and certificate authorities. */
const FOR_ALL = /health|alive|live|ready|ping|status|up$|check|robots|favicon|well-known|error|maintenance|50x|40\d/i;

/** The rules in force that would turn a stranger away. */
function rulesOf(spot: Spot): readonly Directive[] {
  const list = spot.scope.effective('allow').directives;
  const last = list.find((d) => ['all', '0.0.0.0/0'].includes(d.value(0)));
  const password = spot.scope.value('auth_basic');
  const request = spot.scope.value('auth_request');
  return [
    ...(last?.name === 'deny' ? [last] : []),
    ...(password && password.value(0) !== 'off' && spot.scope.value('auth_basic_user_file') ? [password] : []),
    ...(request && request.value(0) !== 'off' ? [request] : []),
  ];
}

const HOST = /^https?:\/\/([^/:?#]+)/i;

export default defineRule({
  id: 'rewrite-before-access',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'An answer is given before the access rules in force are asked',
  why: `
nginx works in phases: rewrite first, access later. A \`rewrite\` with \`redirect\` or \`permanent\`, or one whose replacement begins with \`http://\`, answers in the rewrite phase, and so does a \`return\`. The lists and passwords of the same location, or those that it inherits from its server, are never asked: everybody gets the answer, and with it the name of an inner host or a text that was to stay inside.

Answer from the content phase instead: \`try_files /nothing @answer\` with the answer in the named location asks the access rules first. A redirect of the same host to HTTPS gives nothing away and stays silent, and so does a page for monitors.`,
  about: ['rewrite', 'return', 'allow', 'deny', 'auth_basic'],
  looksAt: {
    outcome: ['rewrite', 'return'],
    when: (spot) => !!spot.location && spot.location.kind !== 'named' && rulesOf(spot).length > 0,
  },
  needs: 'config',
  messages: {
    redirect:
      'This rewrite answers before {rules} is asked, so access is bypassed: everybody gets {outcome}. Redirect from a named location that try_files leads to.',
    inherited:
      'return answers before {rules} is asked, so access is bypassed: everybody gets the text. Put it into a named location that try_files leads to.',
  },
  check({ spot, report }) {
    const rules = rulesOf(spot);
    const own = speaksOfAccess(spot.scope);
    const lines = spot.directives.filter((d) => d.name === 'rewrite' || d.name === 'return');
    const told = new Set<Directive>();
    for (const probe of [...spot.paths.slice(0, 6).map((path) => ({ path })), ...spot.variations]) {
      const trace = spot.ask(probe);
      if (isAsked(trace)) continue;
      const { kind, status, body } = trace.outcome;
      const step = trace.steps.findLast((s) => s.at && (s.phase === 'rewrite' || s.phase === 'server-rewrite') && directiveAt(lines, s.at));
      const by = step ? directiveAt(lines, step.at) : null;
      if (!by || told.has(by)) continue;
      const to = locationHeader(trace);
      const at = by.at();
      const related = rules.map((d) => ({ at: d.at(), message: 'not asked' }));
      const data = { rules: rules.map((d) => d.name).join(' and '), outcome: outcomeText(trace) };
      if (by.name === 'rewrite' && to !== null && status < 400) {
        const host = HOST.exec(to)?.[1]?.toLowerCase();
        // to the same site, whose rules are asked next
        if (!own || host === undefined || host === spot.doors[0]!.host) continue;
        told.add(by);
        report('redirect', { at, data, related, witness: proofOf(trace) });
      } else if (by.name === 'return' && kind === 'return' && status < 300 && (body ?? '').trim() && (!own || by.scope !== spot.scope)) {
        if (FOR_ALL.test(spot.location!.name) || /^\W*(?:ok|pong|healthy|up|alive)\W*$/i.test(body ?? '')) continue;
        told.add(by);
        report('inherited', { at, data, related, severity: 'info', witness: proofOf(trace) });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /old/ {
    allow 10.0.0.0/8;
    deny all;
    rewrite ^/old/(.*)$ https://wiki.inside.example.com/$1 redirect;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ redirect
}`,
      good: `location /old/ {
    allow 10.0.0.0/8;
    deny all;
    try_files /.none @old;
}
location @old {
    rewrite ^/old/(.*)$ https://wiki.inside.example.com/$1 redirect;
}`,
    },
    {
      inside: 'server',
      bad: `allow 10.0.0.0/8;
deny all;
location /key {
    return 200 "the key of the door";
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ inherited
}`,
      good: `allow 10.0.0.0/8;
deny all;
location /key {
    try_files /.none @key;
}
location @key {
    return 200 "the key of the door";
}`,
    },
    { inside: 'server', good: 'deny all;\nlocation = /healthz { return 200 "ok"; }\nlocation /gone/ { return 410; }' },
    { inside: 'server', good: 'deny all;\nlocation / { return 301 https://$host$request_uri; }' },
  ],
});
