/** try_files that a request does not meet because an `if` of its location holds. Shown by the same path asked with and without. */
import type { Directive } from '../../config/directive.ts';
import type { Trace } from '../../trace/trace.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** What leaves the answer to the location; anything else in an `if` is told by unsafe-if. */
const QUIET = new Set([
  'set',
  'break',
  'access_log',
  'error_log',
  'log_not_found',
  'limit_rate',
  'limit_rate_after',
  'rewrite_log',
  'include',
]);

const isQuiet = (d: Directive): boolean => !!d.body?.directives.length && d.body.directives.every((x) => QUIET.has(x.name));
const fell = (trace: Trace): boolean => trace.steps.some((s) => s.phase === 'precontent' && s.said.startsWith('nothing found'));

export default defineRule({
  id: 'try-files-lost-in-if',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'if disables try_files',
  why: `
An \`if\` in a location is a location of its own, and the request is there as soon as the condition holds, whatever is inside. \`try_files\` is not inherited into it: nginx looks for the file and, where there is none, answers 404 (405 for POST) instead of asking the application. An \`if\` with a mere \`set\` is enough.

Set the variable with a \`map\`, or put the \`if\` at the server level.`,
  about: ['if', 'try_files', 'map'],
  looksAt: {
    outcome: ['try_files'],
    when: (spot) => !!spot.location && spot.scope.has('try_files') && spot.scope.named('if').some(isQuiet),
  },
  needs: 'config',
  costly: true,
  messages: {
    lost: 'try_files is lost where this "if" holds: {asked} ends as {outcome}, and without the condition as {plain}. Set the variable with map, or put the if into the server.',
  },
  check({ spot, report }) {
    const conditions = spot.scope.named('if').filter(isQuiet);
    const plain = spot.ask({});
    const from = plain.steps.some((s) => s.said.startsWith('if ') && s.said.endsWith(': yes') && directiveAt(conditions, s.at));
    const probes = [...spot.variations, ...['POST', 'HEAD', 'DELETE'].map((method) => ({ method }))];
    const traces = [plain, ...probes.map((p) => spot.ask(p))];
    // what try_files leads to where no condition holds
    const usual = traces.find(fell);
    if (!usual && !from) return;
    for (const trace of traces) {
      const held = trace.steps
        .filter((s) => s.said.startsWith('if ') && s.said.endsWith(': yes'))
        .flatMap((s) => directiveAt(conditions, s.at) ?? []);
      const by = held.at(-1);
      const { kind } = trace.outcome;
      if (!by || trace.steps.some((s) => s.phase === 'precontent') || (kind !== 'static' && kind !== 'error')) continue;
      const at = by.at({ start: by.statement.start, end: by.args.at(-1)!.end });
      const file = trace.assumptions.find((a) => a.id.startsWith('file:'));
      const missing = file ? spot.ask({ ...probeOf(trace) }, { assume: { [file.id]: 'missing' } }) : trace;
      report('lost', {
        at,
        data: {
          asked: `${trace.request.method} ${trace.request.target}`,
          outcome: outcomeText(missing),
          plain: usual ? outcomeText(usual) : 'try_files has it',
        },
        related: [{ at: spot.scope.first('try_files')!.at(), message: 'not asked then' }],
        witness: proofOf(missing),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/www;
location / {
    try_files $uri @app;
    if ($request_method = PUT) {
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^ lost
        set $changes yes;
    }
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
      good: `root /srv/www;
if ($request_method = PUT) {
    set $changes yes;
}
location / {
    try_files $uri @app;
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
      witness: { request: 'PUT http://www.example.test/users', outcome: '405', meant: '`PUT /users at 127.0.0.1:8000`' },
    },
    {
      inside: 'server',
      good: `root /srv/www;
location / {
    try_files $uri @app;
    if ($request_method = PUT) {
        return 405;
    }
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
    },
  ],
});

/** The request of a trace as a probe. */
function probeOf(trace: Trace): { path: string; query: string | null; method: string; headers: Trace['request']['headers'] } {
  const [path = '/', query] = trace.request.target.split('?');
  return { path, query: query ?? null, method: trace.request.method, headers: trace.request.headers };
}
