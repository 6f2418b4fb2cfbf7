/** Security headers that are not on error pages: add_header without `always`. Shown by a request that ends in an error. */
import { errorAnswer } from '../../witness/errors.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';
import { PROTECTING } from './_protecting.ts';

export default defineRule({
  id: 'header-without-always',
  group: 'security',
  severity: 'info',
  since: '0.2',
  controls: { cis: ['5.3.1', '5.3.2', '5.3.3', '5.3.4'], owasp: ['14.4.3', '14.4.4', '14.4.6', '14.4.7'] },
  title: 'Security header missing on error pages',
  why: `
\`add_header\` without \`always\` counts for the codes 200, 201, 204, 206, 301, 302, 303, 304, 307 and 308. The page of a 403, 404 or 500 comes without the header: it can be framed, its type guessed, its scripts run from anywhere. Error pages of applications show what the visitor sent, so they need the headers as much as others.`,
  about: ['add_header'],
  looksAt: {
    outcome: ['location', 'server'],
    somewhere: ['add_header'],
    like: PROTECTING,
    when: ({ scope }) =>
      scope.effective('add_header').directives.some((d) => PROTECTING.test(d.value(0)) && d.args.length === 2 && d.value(1) !== ''),
  },
  needs: 'config',
  messages: {
    missing: '{name} is missing on error pages: {status} for {from} is sent without {names}. Add "always".',
  },
  check({ spot, report }) {
    const lines = spot.scope
      .effective('add_header')
      .directives.filter((d) => PROTECTING.test(d.value(0)) && d.args.length === 2 && d.value(1) !== '');
    const line = lines[0]!;
    // told where the lines stand, once
    if (line.scope !== spot.scope && !(spot.location === null && line.scope.context === 'http')) return;
    const path = spot.path;
    if (path === undefined) return;
    const shown = errorAnswer(spot, { path });
    if (!shown || shown.outcome.responseHeaders.some(([n]) => n.toLowerCase() === line.value(0).toLowerCase())) return;
    const names = lines.map((d) => d.value(0));
    report('missing', {
      at: line.at(),
      data: { name: names[0]!, status: shown.outcome.status, from: path, names: names.length > 1 ? 'these headers' : 'it' },
      related: lines.slice(1).map((d) => ({ at: d.at(), message: 'missing there, too' })),
      witness: proofOf(shown, `${shown.outcome.status} without ${names.join(', ')}`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /files/ {
    add_header X-Content-Type-Options nosniff;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing
    root /srv/site;
}`,
      good: `location /files/ {
    add_header X-Content-Type-Options nosniff always;
    root /srv/site;
}`,
      witness: {
        request: 'GET http://www.example.test/files/users',
        outcome: '404 without X-Content-Type-Options',
        meant: '404 with X-Content-Type-Options',
      },
    },
    { inside: 'server', good: 'location /files/ { add_header X-Served-By a; root /srv/site; }' },
  ],
});
