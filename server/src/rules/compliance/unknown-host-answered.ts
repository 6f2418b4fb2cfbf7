/** A default server that answers for any name: the benchmark wants one that refuses. Shown by a request for a name of nobody. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'unknown-host-answered',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['2.4.2'] },
  title: 'Requests for unknown host names are answered',
  why: `
Whoever asks for a name that no server has gets the default server of the socket. The benchmark wants such requests refused: a \`default_server\` of its own with \`return 444\`, and \`ssl_reject_handshake on\` where TLS is spoken.`,
  about: ['listen', 'server_name', 'ssl_reject_handshake'],
  looksAt: {
    outcome: ['server'],
    when: (spot) => spot.location === null && spot.doors.some((d) => d.listener.defaultServer === spot.server),
  },
  needs: 'config',
  messages: {
    answered: 'A request for a name that no server has is answered here ({status}). Add a default_server that refuses: return 444.',
  },
  check({ spot, report }) {
    const door = spot.doors.find((d) => d.listener.defaultServer === spot.server)!;
    if (spot.scope.value('ssl_reject_handshake')?.value(0) === 'on') return;
    const trace = spot.ask({ headers: [['Host', 'of-nobody.test']] }, {}, door);
    const { status } = trace.outcome;
    if (status >= 400) return;
    report('answered', { at: spot.scope.opener!.nameAt, data: { status }, witness: proofOf(trace, String(status)) });
  },
  examples: [
    {
      inside: 'http',
      bad: ` server {
#^^^^^^ answered
    listen 80;
    server_name example.org;
    location / { return 200 "hello"; }
}`,
      good: `server { listen 80 default_server; return 404; }
server {
    listen 80;
    server_name example.org;
    location / { return 200 "hello"; }
}`,
      witness: { request: 'GET http://of-nobody.test/users', outcome: '200', meant: 'the request is refused' },
    },
  ],
});
