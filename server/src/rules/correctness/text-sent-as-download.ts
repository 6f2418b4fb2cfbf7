/** Texts of `return` that browsers save as a file, since their type is application/octet-stream. Shown by the answer. */
import { proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** What only programs ask for: they read the status or the text, whatever its type. */
const OF_PROGRAMS = /health|alive|live|ready|ping|status|heartbeat|metrics|check|probe|monitor|well-known|robots|nginx|version/i;

export default defineRule({
  id: 'text-sent-as-download',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Text of a return that browsers download',
  why: `
The type of the text in \`return 200 "…"\` is taken from the ending of the requested path, and where that has none, from \`default_type\`. Most configurations set that to \`application/octet-stream\` in \`http\`, so a browser saves the text as a file in place of showing it, and scripts do not get it as JSON.

Set \`default_type text/plain;\` (\`text/html\`, \`application/json\`) beside the \`return\`. \`add_header Content-Type\` would send a second one.`,
  about: ['return', 'default_type', 'types'],
  looksAt: {
    outcome: ['return'],
    when: ({ scope, directives, location }) =>
      scope.value('default_type')?.value(0) === 'application/octet-stream' &&
      !(location && OF_PROGRAMS.test(location.name)) &&
      directives.some((d) => d.name === 'return' && d.args.length === 2 && /^[245]\d\d$/.test(d.value(0)) && d.value(1).length > 1),
  },
  needs: 'config',
  fixable: 'never',
  messages: {
    saved:
      'The text for {path} is sent as application/octet-stream, so browsers save it as a file. Put "default_type text/plain;" beside it.',
    json: 'The JSON for {path} is sent as application/octet-stream, and not as JSON. Put "default_type application/json;" beside it.',
    page: 'The page for {path} is sent as application/octet-stream, so browsers save it as a file. Put "default_type text/html;" beside it.',
  },
  check({ spot, report }) {
    const own = spot.directives.filter((d) => d.name === 'return');
    const told = new Set<unknown>();
    for (const path of spot.somePaths(3)) {
      const trace = spot.ask({ path });
      const { kind, body, responseHeaders } = trace.outcome;
      const types = responseHeaders.flatMap(([n, v]) => (n.toLowerCase() === 'content-type' ? [v] : []));
      const step = trace.steps.findLast((s) => s.at && s.said.startsWith('return '));
      const by = step && directiveAt(own, step.at);
      if (kind !== 'return' || !by || told.has(by) || body === null || body.length < 2) continue;
      if (types.length !== 1 || types[0] !== 'application/octet-stream') continue;
      told.add(by);
      const text = body.trim();
      const message = /^[[{]/.test(text) ? 'json' : text.startsWith('<') ? 'page' : 'saved';
      report(message, {
        at: by.at(),
        data: { path },
        ...(message === 'saved' ? { severity: 'hint' as const } : {}),
        witness: proofOf(trace, 'Content-Type: application/octet-stream'),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `default_type application/octet-stream;
server {
    location = /about {
        return 200 "<h1>About us</h1>";
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ page
    }
    location = /hello {
        return 200 "hello";
#       ^^^^^^^^^^^^^^^^^^^ saved
    }
    location = /user {
        return 200 '{"name": "guest"}';
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ json
    }
}`,
      good: `default_type application/octet-stream;
server {
    location = /about {
        default_type text/html;
        return 200 "<h1>About us</h1>";
    }
    location = /hello {
        default_type text/plain;
        return 200 "hello";
    }
    location = /user {
        default_type application/json;
        return 200 '{"name": "guest"}';
    }
}`,
      witness: {
        request: 'GET http://www.example.test/about',
        outcome: 'Content-Type: application/octet-stream',
        meant: '`Content-Type: text/html`',
      },
    },
    { inside: 'http', good: 'default_type application/octet-stream;\nserver { location = /healthz { return 200 "ok"; } }' },
  ],
});
