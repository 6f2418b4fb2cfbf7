/** Applications that are told the scheme of the outer connection and the port of the inner one. Shown by what is sent. */

import { requestHeader } from '../../answers/what-is-passed.ts';
import { toldScheme } from '../../answers/who-speaks-tls.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const PORT = /\$\{?server_port\b/;

export default defineRule({
  id: 'port-of-inner-listener',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Port of the inner listener passed with the outer scheme',
  why: `
\`$server_port\` is the port on which this nginx listens. Where a proxy in front ends TLS, clients have used another one, 443, and know nothing of it. An application that is told \`X-Forwarded-Proto: https\` by the proxy and \`Host: example.org:80\` by nginx builds \`https://example.org:80/\`: redirects and links lead to a port that speaks plain HTTP, and checks of the Origin fail.

Pass \`$host\`, or \`$http_host\` where clients use a port of their own, and \`$http_x_forwarded_port\` as X-Forwarded-Port.`,
  about: ['proxy_set_header', '$server_port', '$host'],
  looksAt: {
    outcome: ['proxy_pass'],
    somewhere: ['proxy_set_header'],
    when: ({ scope, doors }) =>
      doors.every((d) => d.scheme === 'http') &&
      ['Host', 'X-Forwarded-Port', 'X-Forwarded-Host'].some((name) => PORT.test(requestHeader(scope, name)?.value(1) ?? '')),
  },
  needs: 'config',
  messages: {
    host: 'The application is told https and the host {got}: {port} is the port of this listener, and it builds https://{got}/. Use $host.',
    port: 'The application is told https and the port {port}, which is that of this listener: it builds https://{host}:{port}/. Pass on $http_x_forwarded_port.',
  },
  check({ spot, report }) {
    const { scope } = spot;
    const door = spot.doors[0]!;
    const scheme = requestHeader(scope, 'X-Forwarded-Proto')?.value(1);
    // who is in front says so, or the lines do
    if (scheme !== 'https' && toldScheme(scope) === null) return;
    const trace = spot.ask({
      headers: [
        ['Host', door.host],
        ['X-Forwarded-Proto', 'https'],
      ],
    });
    const request = trace.outcome.upstreamRequest;
    if (!request || trace.outcome.kind !== 'proxy') return;
    const sent = (name: string): string | undefined => request.headers.find(([n]) => n.toLowerCase() === name.toLowerCase())?.[1];
    if (sent('X-Forwarded-Proto') !== 'https') return;
    for (const name of ['Host', 'X-Forwarded-Host', 'X-Forwarded-Port']) {
      const line = requestHeader(scope, name);
      const got = sent(name);
      if (!line || got === undefined || !PORT.test(line.value(1))) continue;
      const port = String(door.port);
      if (name === 'X-Forwarded-Port' ? got !== port : !got.endsWith(`:${port}`)) continue;
      report(name === 'X-Forwarded-Port' ? 'port' : 'host', {
        at: line.at(),
        data: { got, port, host: door.host },
        witness: proofOf(trace, `${name}: ${got} arrives at ${request.upstream}`),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name example.org;
    location / {
        proxy_set_header Host $host:$server_port;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ host
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `server {
    listen 80;
    server_name example.org;
    location / {
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://example.org/users, X-Forwarded-Proto: https',
        outcome: 'Host: example.org:80 arrives at 127.0.0.1:8000',
        meant: '`Host: example.org`',
      },
    },
    {
      inside: 'server',
      good: `location / {
    proxy_set_header Host $host:$server_port;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
