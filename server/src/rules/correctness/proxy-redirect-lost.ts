/** The application's own redirects go to clients with the inner host: shown by an answer that names the host it was asked with. */

import { requestHeader } from '../../answers/what-is-passed.ts';
import { isPrivateAddress } from '../../answers/who-may-enter.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

/** A host that nobody outside can ask: an upstream group, a name without a dot, an inner address. */
const isInner = (host: string): boolean => {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name !== '' && (!/[.:]/.test(name) || isPrivateAddress(name) || /\.(?:local|internal|lan|svc|cluster\.local)$/.test(name));
};

export default defineRule({
  id: 'proxy-redirect-lost',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Application redirects to its internal address',
  why: `
An application that redirects writes the host it was asked with into the Location. Without a Host line of your own that is the host of \`proxy_pass\`, and nginx puts that right by itself, as \`proxy_redirect default\`. With a variable in \`proxy_pass\` it cannot, and with \`proxy_redirect off\` it must not: \`http://backend/next\` goes to the client as it is.

Pass the client's host on (\`proxy_set_header Host $host;\`), or write a \`proxy_redirect\` that maps the one to the other.`,
  about: ['proxy_redirect', 'proxy_pass', 'proxy_set_header'],
  looksAt: {
    outcome: ['proxy_pass'],
    // the default puts right what begins with the address of a pass that is written out
    when: ({ scope, directives }) =>
      // who is told the host of the client redirects to that
      !/^\$\{?(?:http_)?host\b\}?(?::(?:\d+|\$\{?server_port\}?))?$/.test(requestHeader(scope, 'Host')?.value(1) ?? '') &&
      (scope.value('proxy_redirect')?.value(0) === 'off' ||
        directives.some((d) => d.name === 'proxy_pass' && d.value(0).includes('$') && !scope.value('proxy_redirect'))),
  },
  needs: 'config',
  costly: true,
  messages: {
    inner:
      'A redirect of the application reaches the client as Location {to}: {why}. Pass the client’s host on (proxy_set_header Host $host), or write a proxy_redirect for it.',
  },
  check({ spot, report }) {
    const directive = spot.directives.findLast((d) => d.name === 'proxy_pass');
    if (!directive || spot.has('internal')) return;
    const plain = spot.ask({});
    const sent = plain.outcome.upstreamRequest;
    const host = sent?.headers.find(([n]) => n.toLowerCase() === 'host')?.[1];
    if (!sent || plain.outcome.kind !== 'proxy' || !host || !isInner(host) || (sent.protocol !== 'http' && sent.protocol !== 'https'))
      return;
    const asked = plain.request.headers.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? '';
    if (asked.replace(/:\d+$/, '') === host.replace(/:\d+$/, '')) return;
    const to = `${sent.protocol}://${host}/next`;
    const trace = spot.ask({}, { upstream: { status: 302, headers: [['Location', to]] } });
    if (locationHeader(trace) !== to) return;
    const line = spot.scope.value('proxy_redirect');
    const off = line?.value(0) === 'off';
    // the default rewrites what begins with the address of the pass, and what else an application may say there is a guess
    if ((line && !off) || (!off && !directive.value(0).includes('$'))) return;
    report('inner', {
      at: directive.args[0] ?? directive.statement,
      data: { to, why: off ? 'proxy_redirect is off' : 'with a variable in proxy_pass nothing rewrites it' },
      related: off ? [{ at: line.at(), message: 'switched off here' }] : [],
      witness: proofOf(trace),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `upstream backend { server 127.0.0.1:8000; }
server {
    location /shop/ {
        set $app backend;
        rewrite ^/shop/(.*)$ /$1 break;
        proxy_pass http://$app;
#                  ^^^^^^^^^^^ inner
    }
}`,
      good: `upstream backend { server 127.0.0.1:8000; }
server {
    location /shop/ {
        set $app backend;
        rewrite ^/shop/(.*)$ /$1 break;
        proxy_pass http://$app;
        proxy_set_header Host $host;
    }
    location /other/ {
        proxy_pass http://backend;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/shop/users',
        outcome: '302 http://backend/next',
        meant: 'a Location that the client can reach',
      },
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
#              ^^^^^^^^^^^^^^^^^^^^^ inner
    proxy_redirect off;
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_redirect off;
    proxy_set_header Host $http_host;
}`,
    },
  ],
});
