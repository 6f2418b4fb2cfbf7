/** Captures of the decoded path that are put into a request line as they are: a blank ends the address there. Shown by what is sent. */
import { textsOf } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import { variablesIn } from '../../trace/script.ts';
import { proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot } from '../../witness/spots.ts';
import { asPath } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

/** Paths of a spot with a blank in one of their pieces, the last one first, that still arrive there. */
function* withBlank(spot: Spot): Generator<string> {
  for (const path of spot.somePaths(6)) {
    if (path.includes('%')) continue;
    const ends = [...path.matchAll(/[\w-](?=\/|\.|$)/g)].map((m) => m.index + 1).reverse();
    for (const at of ends.slice(0, 3)) {
      const decoded = `${path.slice(0, at)} b${path.slice(at)}`;
      if (spot.takes(decoded)) yield asPath(decoded);
    }
    if (path.endsWith('/') && spot.takes(`${path}a b`)) yield asPath(`${path}a b`);
  }
}

/** Whether a pass has a variable behind its host that may hold a part of the decoded path. */
function mayHoldPath(pass: Directive): boolean {
  const rest = pass
    .value(0)
    // what stands for the host alone
    .replace(/^\w+:\/\/(?:\$\{?\w+\}?(?::\d+)?(?=$|[/?]))?/, '')
    .replace(/\$\{?(?:is_args|args|query_string|request_uri|arg_\w+|host|http_\w+)\b\}?/g, '');
  return /\$\{?\d/.test(rest) || variablesIn(rest).some((name) => textsOf(pass.scope, `$${name}`) === null);
}

export default defineRule({
  id: 'capture-sent-decoded',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Decoded capture in the address of a request',
  why: `
A regular expression is matched against the decoded path, so \`$1\` and named groups hold \`annual report.pdf\` where the client asked for \`annual%20report.pdf\`. A \`proxy_pass\` with variables sends its text as it is: the blank ends the address in the request line, and the upstream answers 400. A \`%3F\` becomes the beginning of a query.

Let nginx write the path: \`rewrite ^/files/(.*)$ /$1 break;\` and \`proxy_pass\` without a path and without variables in it encode it again. Or narrow the group to characters that need no escape, such as \`[\\w./-]+\`.`,
  about: ['proxy_pass', 'location', 'rewrite'],
  looksAt: {
    outcome: ['proxy_pass'],
    when: (spot) => mayHoldPath(spot.directives.find((d) => d.name === 'proxy_pass')!),
  },
  needs: 'config',
  messages: {
    blank:
      '{from} is sent as "GET {to}", and the blank in it ends the address: the upstream answers 400. Rewrite the path and pass without one, or narrow the group.',
  },
  check({ spot, report }) {
    const passes = spot.directives.filter((d) => d.name === 'proxy_pass');
    for (const path of withBlank(spot)) {
      const trace = spot.ask({ path });
      const request = trace.outcome.upstreamRequest;
      if (!request || trace.outcome.kind !== 'proxy' || !request.uri.includes(' ')) continue;
      const by = directiveAt(passes, request.at) ?? passes[0]!;
      // the decoded path as a whole is told by response-splitting, which is the graver harm
      if (/\$\{?(?:uri|document_uri)\b/.test(by.value(0))) return;
      report('blank', { at: by.at(by.args[0]), data: { from: path, to: request.uri }, witness: proofOf(trace) });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/files/(.*)$ {
    proxy_pass http://127.0.0.1:8000/store/$1;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ blank
}`,
      good: `location /files/ {
    rewrite ^/files/(.*)$ /store/$1 break;
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: {
        request: 'GET http://www.example.test/files/a%20b',
        outcome: 'GET /store/a b at 127.0.0.1:8000',
        meant: '`GET /store/a%20b at 127.0.0.1:8000`',
      },
    },
    { inside: 'server', good: 'location ~ ^/files/([\\w./-]+)$ {\n    proxy_pass http://127.0.0.1:8000/store/$1;\n}' },
  ],
});
