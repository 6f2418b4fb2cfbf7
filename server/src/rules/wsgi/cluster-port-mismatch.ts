/** Ports of Kubernetes that lead nowhere: one that a Service does not have, or one of a Service that its containers do not have. */

import { nearest } from '../../base/nearest.ts';
import { serversOf } from '../../config/servers.ts';
import { addressText } from '../../deploy/address.ts';
import { serverTitle } from '../../deploy/application.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { runsNginxImage } from '../../deploy/inside.ts';
import type { ClusterService, ServicePort } from '../../deploy/kubernetes.ts';
import { certain } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { EDGE, EDGE_MAP, main, tree } from './_examples.ts';
import { linksOf, nginxesOf } from './_links.ts';
import { unseenPorts } from './published-port-unheard.ts';

/** The Service that a name means in a namespace: `api`, `api.prod`, `api.prod.svc.cluster.local`. */
function serviceNamed(deployment: Deployment, host: string, namespace: string): ClusterService | null {
  const [name, own = namespace, ...rest] = host.toLowerCase().split('.');
  if (rest.length && !['svc', 'svc.cluster.local'].includes(rest.join('.'))) return null;
  return deployment.cluster.services.find((s) => s.name === name && s.namespace === own) ?? null;
}

const namespaceOf = (container: ComposeService): string => container.pod?.split('/')[0] ?? 'default';

const listed = (ports: readonly ServicePort[]): string => ports.map((p) => (p.name === null ? p.port : `${p.port} (${p.name})`)).join(', ');

/** What of its containers is known to listen, and is not where the port leads; null where something may. */
function elsewhere(
  deployment: Deployment,
  service: ClusterService,
  target: string,
): { readonly server: string; readonly own: string; readonly container: string } | null {
  const number = (container: ComposeService): number | null =>
    /^\d+$/.test(target) ? Number(target) : (container.portNames?.get(target) ?? null);
  let first: { server: string; own: string; container: string } | null = null;
  for (const container of service.containers) {
    const inside = deployment.applications.filter((a) => a.container === container);
    if (!inside.length) return null;
    for (const application of inside)
      for (const listener of application.listeners) {
        const address = certain(listener.address);
        if (!address || address.kind === 'fd') return null;
        if (address.kind === 'tcp' && address.port === number(container)) return null;
        first ??= { server: serverTitle(application), own: addressText(address), container: container.name };
      }
  }
  return first;
}

const MANIFEST = (port: string, target = 'http'): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  template:
    metadata: { labels: { app: api } }
    spec:
      containers:
        - name: api
          image: registry.example.com/api:1
          command: [uvicorn, main:app, --host, 0.0.0.0, --port, "8000"]
          ports: [{ name: http, containerPort: 8000 }]
---
apiVersion: v1
kind: Service
metadata: { name: api }
spec:
  selector: { app: api }
  ports: [{ port: ${port}, targetPort: ${target} }]
---
${EDGE}`;
const SITE = (address: string, mark = ''): string =>
  main(`server {
    location / {
        proxy_pass http://${address};${mark}
        proxy_set_header Host $host;
    }
}`);

export default defineRule({
  id: 'cluster-port-mismatch',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'A port of a Kubernetes Service leads nowhere',
  why: `
A Service has the ports that its manifest lists, and no others: its name with the port of the container behind it, as it would be right in Docker
Compose, reaches nothing. Each port leads to \`targetPort\` of the pods, which is the same number where it is left out; a name there must be the name
of a port of a container, or the Service has no endpoint for it. In both cases nginx waits and answers 502 or 504.

An Ingress names a Service of its own namespace and one of that Service's ports; ingress-nginx answers 503 where it finds none.`,
  about: ['proxy_pass', 'upstream', 'listen'],
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    noPort: 'The Service {name} has no port {port}, it has {ports}: nothing answers there. Use a port of the Service.',
    noTarget:
      'No container behind the Service {name} has a port named "{target}": port {port} leads nowhere. Name a port of a container, or use its number.',
    elsewhere: 'Port {port} of the Service {name} leads to port {target} of {container}, and {server} listens on {own}. Use that port.',
    unheard: 'Port {port} of the Service {name} leads to port {target} of nginx’s container, and nginx listens on {own}. Use that port.',
    ingress: 'The Ingress sends {path} to the Service {name}, which its namespace does not have. Did you mean {guess}?',
  },
  check({ config, deployment, report }) {
    const { services, ingresses } = deployment.cluster;
    if (!services.length) return;
    const nginxes = nginxesOf(config, deployment);
    const seen = new Set<string>();
    for (const link of linksOf(config, deployment)) {
      const { from } = link;
      if (from?.pod === undefined || link.address.kind !== 'tcp') continue;
      const { host, port } = link.address;
      const service = serviceNamed(deployment, host, namespaceOf(from));
      const directive = link.member?.directive ?? link.pass;
      const key = `${directive.file.id}#${directive.statement.start}`;
      if (!service?.ports.length || service.ports.some((p) => p.port === port) || seen.has(key)) continue;
      seen.add(key);
      report('noPort', {
        at: directive.at(directive.args[0] ?? directive.statement.name),
        data: { name: service.name, port, ports: listed(service.ports) },
        related: [{ at: service.place, message: `the Service ${service.name}` }],
      });
    }
    for (const service of services) {
      if (!service.containers.length) continue;
      for (const { port, target, place } of service.ports) {
        const data = { name: service.name, port, target };
        if (!/^\d+$/.test(target) && !service.containers.some((c) => c.portNames?.has(target))) {
          report('noTarget', { at: place, data });
          continue;
        }
        const other = elsewhere(deployment, service, target);
        if (other) report('elsewhere', { at: place, data: { ...data, ...other } });
        const from = nginxes.find((c) => c === service.containers[0]);
        const heard = !other && from && service.containers.length === 1 ? listensOf(from) : null;
        if (from && heard) {
          const number = /^\d+$/.test(target) ? Number(target) : from.portNames?.get(target);
          if (number !== undefined && !heard.includes(number))
            report('unheard', { at: place, data: { ...data, target: number, own: heard.join(', ') } });
        }
      }
    }
    for (const { namespace, paths } of ingresses)
      for (const { service: named, port, path, host } of paths) {
        const service = services.find((s) => s.namespace === namespace && s.name === named.text);
        if (!service) {
          const guess = nearest(
            named.text,
            services.filter((s) => s.namespace === namespace).map((s) => s.name),
          );
          if (guess !== null)
            report('ingress', { at: named.place(), data: { path: (host?.text ?? '') + (path?.text ?? '/'), name: named.text, guess } });
        } else if (port && service.ports.length && !service.ports.some((p) => String(p.port) === port.text || p.name === port.text))
          report('noPort', {
            at: port.place(),
            data: { name: service.name, port: port.text, ports: listed(service.ports) },
            related: [{ at: service.place, message: `the Service ${service.name}` }],
          });
      }

    /** The ports that this nginx listens on; null where something that is not seen may listen on others. */
    function listensOf(from: ComposeService): number[] | null {
      const listens = serversOf(config).flatMap((s) => s.listens);
      if (unseenPorts(config, runsNginxImage(deployment, from), from)?.length !== 0) return null;
      if (listens.some((l) => l.directive?.args[0]?.templated)) return null;
      if ([...config.files.values()].some((f) => f.template !== null)) return null;
      const ports = listens.flatMap((l) => l.addresses.flatMap((a) => (a.kind === 'unix' ? [] : [a.port])));
      return ports.length && !config.main.has('stream') && !config.main.has('mail') ? [...new Set(ports)] : null;
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE('api:8000', '\n#                  ^^^^^^^^^^^^^^^ noPort'),
        'k8s/all.yaml': MANIFEST('80'),
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
      good: tree({ 'nginx.conf': SITE('api:80'), 'k8s/all.yaml': MANIFEST('80'), 'k8s/kustomization.yaml': EDGE_MAP }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
