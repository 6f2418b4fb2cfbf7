/** A request that nginx passes to itself, where the same location takes it again, until no connection is left. Shown by following it. */
import type { Trace } from '../../trace/trace.ts';
import { addressOf, arriving, mayReturn } from '../../witness/inwards.ts';
import { proofOf, witnessesOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const MOST_HOPS = 4;

/** Whether the trace, which follows what comes back by an address of this machine, has it come back again and again. */
const isLoop = ({ exchanges }: Trace): boolean => exchanges.some(({ attempts }) => attempts.some(({ said }) => said === 'loop'));

export default defineRule({
  id: 'proxy-to-itself',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Request passed to nginx itself',
  why: `
The address in \`proxy_pass\` is one that this nginx listens on, and the server that answers there passes the request on to the same address: each round takes two connections more, until none is left. The client waits for a 500, and the log says "worker_connections are not enough".

The application needs a port of its own. Where another server of this nginx is meant, the Host that is sent has to be that server's name.`,
  about: ['proxy_pass', 'listen', 'proxy_set_header'],
  looksAt: { outcome: ['proxy_pass'], when: mayReturn },
  needs: 'config',
  messages: {
    itself:
      '{path} is passed to {address}, where this nginx listens and passes it on again, until no connection is left. Name the port of the application.',
    named:
      '{path} is passed to {address}, the name of this server: unless the name leads to another machine from here, nginx asks itself until no connection is left. Name the address of the application.',
  },
  check({ spot, report }) {
    const pass = spot.directives.find((d) => d.name === 'proxy_pass')!;
    const first = spot.ask({});
    const seen = new Set<string>();
    let trace = first;
    let byName = false;
    for (let hop = 0; hop < MOST_HOPS; hop++) {
      if (isLoop(trace)) break;
      const next = arriving(spot, trace);
      if (!next) return;
      byName ||= next.named;
      const state = `${next.input.localPort} ${next.input.target} ${next.input.headers?.find(([n]) => n === 'Host')?.[1] ?? ''}`;
      if (seen.has(state)) break;
      seen.add(state);
      trace = witnessesOf(spot.config).ask(next.input);
      if (trace.outcome.kind !== 'proxy') return;
    }
    const { host, port } = addressOf(first)!;
    report(byName ? 'named' : 'itself', {
      at: pass.at(pass.args[0]),
      ...(byName ? { severity: 'info' as const } : {}),
      data: { path: first.request.target, address: `${host}:${port}` },
      witness: proofOf(first, '500 when no connection is left'),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:80;
#                  ^^^^^^^^^^^^^^^^^^^ itself
    }
}`,
      good: `server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: '500 when no connection is left',
        meant: '`GET /users at 127.0.0.1:8000`',
      },
    },
    {
      // another server answers there, by its name or by its port
      inside: 'http',
      good: `server {
    listen 80 default_server;
    location / {
        proxy_set_header Host pages.example.com;
        proxy_pass http://127.0.0.1;
    }
    location /data/ {
        proxy_pass http://127.0.0.1:81;
    }
}
server {
    listen 80;
    server_name pages.example.com;
    root /srv/www;
}
server {
    listen 81;
    root /srv/data;
}`,
    },
  ],
});
