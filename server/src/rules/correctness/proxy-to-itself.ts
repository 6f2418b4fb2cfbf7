/** A request that nginx passes to itself, where the same location takes it again, until no connection is left. Shown by following it. */
import { passedBy } from '../../answers/what-is-passed.ts';
import { listenersOf } from '../../config/servers.ts';
import type { PassTarget } from '../../config/upstreams.ts';
import type { RequestInput, Trace } from '../../trace/trace.ts';
import { proofOf, witnessesOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const MOST_HOPS = 4;

/** Where a request to a backend goes: host and port of the server that is asked first. */
function addressOf(trace: Trace): { readonly host: string; readonly port: number } | null {
  const server = trace.exchanges.findLast((e) => e.for === 'answer')?.attempts[0]?.server;
  const m = /^(.+):(\d+)$/.exec(server ?? '');
  return m ? { host: m[1]!.toLowerCase(), port: Number(m[2]) } : null;
}

const isLoopback = (host: string): boolean => host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '[::1]';

/** The request that comes back in at a listener of this configuration; null where it goes elsewhere. `named`: by the server's own name. */
function arriving(spot: Spot, trace: Trace): { readonly input: RequestInput; readonly named: boolean } | null {
  const to = addressOf(trace);
  const request = trace.outcome.upstreamRequest;
  if (!to || request?.protocol !== 'http') return null;
  const named = spot.server.names.some((n) => n.kind === 'exact' && n.text.toLowerCase() === to.host);
  if (!named && !isLoopback(to.host)) return null;
  const https = spot.directives.some((d) => d.name === 'proxy_pass' && /^https:/i.test(d.value(0)));
  const door = listenersOf(spot.config).find(
    (l) => l.port === to.port && !l.udp && l.kind !== 'unix' && l.ssl === https && (named || isReached(l.text, to.host)),
  );
  if (!door) return null;
  return {
    named,
    input: {
      method: request.method ?? 'GET',
      target: request.uri,
      scheme: https ? 'https' : 'http',
      httpVersion: '1.1',
      headers: request.headers,
      clientAddress: '127.0.0.1',
      localPort: to.port,
      ...(named ? {} : { localAddress: '127.0.0.1' }),
    },
  };
}

/** A listener at every address, or at the loopback address that is asked. */
const isReached = (text: string, host: string): boolean =>
  /^(?:\*|0\.0\.0\.0):/.test(text) || text.startsWith(`${host === 'localhost' ? '127.0.0.1' : host}:`);

/** A look at the text: some server that the pass names is this machine, or has a name of this configuration, at a port that is listened on. */
function mayReturn(spot: Spot): boolean {
  const pass = spot.directives.find((d) => d.name === 'proxy_pass');
  if (!pass) return false;
  const { targets, whole } = passedBy(pass);
  // the request decides
  if (!whole) return pass.value(0).includes('$');
  const asked = targets.flatMap((target): readonly Pick<PassTarget, 'host' | 'port'>[] => target.upstream?.servers ?? [target]);
  return asked.some(
    ({ host, port }) =>
      (isLoopback(host) || spot.server.names.some((n) => n.text === host)) &&
      listenersOf(spot.config).some((l) => l.kind !== 'unix' && l.port === port),
  );
}

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
