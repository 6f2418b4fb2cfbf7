/** Health checks of the container of nginx that nginx does not answer: on a port where it does not listen, or with an error of its own. */

import type { Config } from '../../config/config.ts';
import { serversOf } from '../../config/servers.ts';
import { isEveryAddress, isLoopback } from '../../deploy/address.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import { checksIn, type HealthCheck } from '../../deploy/health-check.ts';
import { isNginxImage, runsNginxImage } from '../../deploy/inside.ts';
import { POD_ADDRESS } from '../../deploy/kubernetes.ts';
import type { Trace } from '../../trace/trace.ts';
import { isScripted } from '../../witness/follow.ts';
import { locationHeader, outcomeText, proofOf, witnessesOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';
import { EDGE, EDGE_MAP, main, tree } from './_examples.ts';
import { type Runs, runsOf } from './_runs.ts';
import { unseenPorts } from './published-port-unheard.ts';

/** Nothing that the text does not show could change the answer. */
const isCertain = (trace: Trace): boolean =>
  !isScripted(trace) && !trace.assumptions.some((a) => a.id.startsWith('file:') || a.id.startsWith('include:'));

/** Whether a list of addresses decides: that of the node, from which a pod is asked, nobody knows. */
const hangsOnAddress = (trace: Trace): boolean => trace.steps.some((s) => s.handler === 'ngx_http_access_module' && s.at !== null);

/** Nginx itself refuses. */
const isRefused = ({ outcome }: Trace): boolean =>
  outcome.kind === 'closed' || (outcome.status >= 400 && (outcome.kind === 'error' || outcome.kind === 'return'));

/** The port of this container to which an answer of nginx's own sends who follows redirects; null where it sends nobody anywhere, or to another host. */
function sentOnTo({ host, follows }: HealthCheck, trace: Trace): { readonly location: string; readonly to: number } | null {
  const location = locationHeader(trace);
  const [, scheme, name, port] = /^(https?):\/\/(\[[^\]]*\]|[^/:?#]+)(?::(\d+))?(?![^/?#])/i.exec(location ?? '') ?? [];
  if (!follows || location === null || !scheme || name !== host || trace.outcome.kind !== 'redirect') return null;
  return { location: location.replace(POD_ADDRESS, '<address of the pod>'), to: port ? Number(port) : /^https$/i.test(scheme) ? 443 : 80 };
}

/** Whether a check asks the container itself: from within, or a pod from outside of it, as the kubelet does. */
const asksItself = (service: ComposeService | null, { host }: HealthCheck): boolean =>
  service?.pod === undefined ? isLoopback(host) || isEveryAddress(host) : host === POD_ADDRESS;

/** A service's own checks, else those of the image that it builds; Kubernetes asks no image. */
function checksOf({ service, stage }: Runs): readonly HealthCheck[] {
  const check = service?.checksItself || service?.pod !== undefined ? null : (stage?.healthCheck ?? null);
  return check ? checksIn(check.text, check.place()) : (service?.healthChecks ?? []);
}

/** BusyBox, of which Alpine's wget is, asks one address only, and \`localhost\` is ::1 first. */
const asksSixOnly = (image: string, { by, host }: HealthCheck): boolean => by === 'wget' && host === 'localhost' && /alpine/.test(image);

const ask = (config: Config, { port, path, sentHost, headers }: HealthCheck): Trace =>
  witnessesOf(config).ask({
    method: 'GET',
    target: path,
    scheme: 'http',
    localPort: port,
    clientAddress: '127.0.0.1',
    headers: [['Host', sentHost], ...headers],
  });

interface HttpListener {
  readonly port: number;
  readonly six: boolean;
  readonly address: string;
  readonly wildcard: boolean;
  /** it wants a line of the PROXY protocol before each request */
  readonly isTold: boolean;
}

/** Listeners of HTTP that take connections from the container itself; null where some address is not read. */
function listenersOfHttp(config: Config): readonly HttpListener[] | null {
  const servers = serversOf(config);
  const listens = servers.flatMap((s) => s.listens);
  const read = new Set(listens.map((l) => l.directive));
  if (servers.some((s) => s.scope.named('listen').some((d) => !read.has(d) || d.args[0]?.templated))) return null;
  return listens.flatMap((l) =>
    l.params.includes('quic')
      ? []
      : l.addresses.flatMap((a) => {
          const isTold = l.params.includes('proxy_protocol');
          return a.kind === 'unix' ? [] : [{ port: a.port, six: a.kind === 'inet6', address: a.address, wildcard: a.wildcard, isTold }];
        }),
  );
}

const COMPOSE = (test: string, image = 'nginx:1.28'): string =>
  `services:\n  nginx:\n    image: ${image}\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n    healthcheck:\n      test: ${test}\n`;

const IMAGE = (test: string): string => `FROM nginx:1.28\nCOPY nginx.conf /etc/nginx/nginx.conf\nHEALTHCHECK --interval=30s CMD ${test}\n`;

const SITE = main(`server {
    listen 80;
    server_name shop.example.com;
    location = /up {
        return 200;
    }
    location / {
        return 404;
    }
}`);

const SECURED = main(`server {
    listen 80;
    server_name shop.example.com;
    location = /up {
        return 204;
    }
    location / {
        return 301 https://$host$request_uri;
    }
}`);

/** nginx in a cluster, whose kubelet asks what `get` says. */
const PROBED = (get: string): string =>
  EDGE.replace('          volumeMounts', `          readinessProbe:\n           httpGet:\n            ${get}\n          volumeMounts`);

const TOLD = (more: string): string =>
  main(`server {
    listen 80 proxy_protocol;
    ${more}
    set_real_ip_from 10.0.0.0/8;
    real_ip_header proxy_protocol;
    location = /up {
        return 204;
    }
}`);

export default defineRule({
  id: 'health-check-unanswered',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['listen', 'location'],
  title: 'nginx does not answer its health check',
  why: `
The health check of a container (\`healthcheck\` of Compose, \`HEALTHCHECK\` of a Dockerfile) runs inside of it, with the host \`localhost\` and the port that nginx listens on there, which is not the one that is published. Where nobody listens, or where nginx answers with an error (a default server that refuses unknown names, a path that no location has), the container is \`unhealthy\`: what waits for it never starts, and an orchestrator replaces it again and again.

The probes of Kubernetes (\`httpGet\`) come from outside, to the address of the pod: a pod that is not ready gets no request, one that is not alive is started again. Like \`curl -L\` and wget they follow a redirect that stays on the host they asked: \`return 301 https://$host$request_uri\` sends them to port 443 of the container itself.

Give the check a location of its own, such as \`location = /up { return 204; }\` in the server that answers for unknown hosts.

On a \`listen … proxy_protocol\` nginx closes a connection that does not begin with the line of that protocol, and the check has none.

BusyBox's wget, which images of Alpine have, asks the first address of \`localhost\` alone, and that is \`::1\`: write \`127.0.0.1\` where nginx listens on IPv4 only.`,
  about: ['listen', 'location', 'server_name'],
  references: ['https://docs.docker.com/reference/compose-file/services/#healthcheck'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  messages: {
    port: 'The health check ({by}) asks port {port}, and nginx listens on {own} in this container: it is never healthy. Ask that port.',
    protocol:
      'The health check ({by}) speaks plain HTTP to port {port}, where nginx waits for the PROXY protocol: the connection is closed, and the container is never healthy. Add a listen without proxy_protocol for it, or ask with curl --haproxy-protocol.',
    refused:
      'The health check ({by}) of {path} is answered with {outcome}: the container is never healthy. Ask for a path that nginx answers, or add a location for it.',
    redirected:
      'The health check ({by}) of {path} is sent on to {location}, and nginx listens on {own} in this container: it is never healthy. Answer the path before the redirect.',
    six: 'In this image wget asks ::1 for localhost, and nginx listens on IPv4 only: the check is refused. Ask 127.0.0.1, or add "listen [::]:{port};".',
  },
  check({ config, deployment, report }) {
    for (const runs of runsOf(config, deployment)) {
      const { service, image } = runs;
      const isOfNginx = service ? runsNginxImage(deployment, service) : isNginxImage(image);
      const checks = checksOf(runs);
      if (!checks.length || (!service && !isOfNginx)) continue;
      const maybe = unseenPorts(config, isOfNginx, service);
      const listeners = maybe && listenersOfHttp(config);
      if (!maybe || !listeners?.length) continue;
      // containers of one pod share its ports
      const shares = service?.pod !== undefined && deployment.containers.some((c) => c !== service && c.pod === service.pod);
      const hears = (port: number): boolean => shares || maybe.includes(port) || listeners.some((l) => l.port === port);
      for (const check of checks) {
        if (!asksItself(service, check)) continue;
        const heard = listeners.filter((l) => l.port === check.port && (l.wildcard || (!service?.pod && isLoopback(l.address))));
        const own = [...new Set(listeners.map((l) => l.port))].join(' and ');
        const data = { by: check.by, port: check.port, path: check.path, own };
        if (!heard.length) {
          if (!hears(check.port)) report('port', { at: check.place, data });
          continue;
        }
        if (maybe.length) continue;
        if (heard.every((l) => l.isTold) !== (check.announces ?? false)) {
          if (!check.announces) report('protocol', { at: check.place, data });
          continue;
        }
        const trace = ask(config, check);
        if (!isCertain(trace) || (service?.pod !== undefined && hangsOnAddress(trace))) continue;
        const sent = sentOnTo(check, trace);
        if (sent && !hears(sent.to)) report('redirected', { at: check.place, data: { ...data, ...sent }, witness: proofOf(trace) });
        else if (isRefused(trace)) {
          report('refused', {
            at: check.place,
            data: { ...data, outcome: trace.outcome.kind === 'closed' ? 'nothing' : outcomeText(trace) },
            witness: proofOf(trace),
          });
        } else if (asksSixOnly(image, check) && !heard.some((l) => l.six)) report('six', { at: check.place, data, severity: 'info' });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE,
        'compose.yaml': COMPOSE('curl -f http://localhost:8080/up\n#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ port'),
      }),
      good: tree({ 'nginx.conf': SITE, 'compose.yaml': COMPOSE('curl -f http://localhost/up') }),
    },
    {
      bad: tree({
        'nginx.conf': SITE,
        'compose.yaml': COMPOSE('curl -f http://localhost/health\n#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ refused'),
      }),
      good: tree({ 'nginx.conf': SITE, 'compose.yaml': COMPOSE('curl -f http://localhost/up') }),
    },
    {
      bad: tree({
        'nginx.conf': SITE,
        'compose.yaml': COMPOSE('wget -q -O - http://localhost/up\n#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ six', 'nginx:1.28-alpine'),
      }),
      good: tree({ 'nginx.conf': SITE, 'compose.yaml': COMPOSE('wget -q -O - http://127.0.0.1/up', 'nginx:1.28-alpine') }),
    },
    // the check of an image
    {
      bad: tree({
        'nginx.conf': SITE,
        Dockerfile: IMAGE('curl -f http://localhost:8080/up\n#                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ port'),
      }),
      good: tree({ 'nginx.conf': SITE, Dockerfile: IMAGE('curl -f http://localhost/up') }),
    },
    // the probes of a pod
    {
      bad: tree({
        'nginx.conf': SITE,
        'k8s/all.yaml': PROBED('{ path: /health, port: 80 }\n#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^ refused'),
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
      good: tree({ 'nginx.conf': SITE, 'k8s/all.yaml': PROBED('{ path: /up, port: 80 }'), 'k8s/kustomization.yaml': EDGE_MAP }),
    },
    {
      bad: tree({
        'nginx.conf': SECURED,
        'k8s/all.yaml': PROBED('{ path: /, port: 80 }\n#           ^^^^^^^^^^^^^^^^^^^^^ redirected'),
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
      good: tree({ 'nginx.conf': SECURED, 'k8s/all.yaml': PROBED('{ path: /up, port: 80 }'), 'k8s/kustomization.yaml': EDGE_MAP }),
    },
    {
      bad: tree({
        'nginx.conf': TOLD(''),
        'compose.yaml': COMPOSE('curl -f http://localhost/up\n#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^ protocol'),
      }),
      good: tree({ 'nginx.conf': TOLD('listen 127.0.0.1:8080;'), 'compose.yaml': COMPOSE('curl -f http://127.0.0.1:8080/up') }),
    },
  ],
});
