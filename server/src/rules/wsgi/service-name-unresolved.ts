/** A service whose name nginx asks a resolver for that does not know it: the one of the internet, or that of the cluster without the rest of the name. */
import { asksPublicOnly } from '../../answers/who-resolves.ts';
import type { Directive } from '../../config/directive.ts';
import { hasVariables } from '../../config/upstreams.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { projectOf } from '../../deploy/reach.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { EDGE, EDGE_MAP, FORWARDED, main, tree } from './_examples.ts';
import { type Link, linksOf } from './_links.ts';

const SERVER = (resolver: string, pass = 'http://$app:8000', mark = ''): string =>
  main(`server {
    listen 80;
    ${resolver}
    set $app web;
    location / {
        proxy_pass ${pass};${mark && `\n#                  ${'^'.repeat(pass.length)} ${mark}`}
        ${FORWARDED}
    }
}`);
const COMPOSE = `services:
  web:
    build: ./app
    command: gunicorn -b 0.0.0.0:8000 shop.wsgi
  nginx:
    image: nginx:1.29
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
`;
const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  ports: [{ port: 8000 }]
---
${EDGE.replace('name: edge }', 'name: edge, namespace: shop }')}`;

/** Whether nginx asks for the name while it runs, and not once when it starts. */
const isAskedLater = ({ pass, target, member }: Link): boolean =>
  member ? member.resolve : target.upstream === null && hasVariables(pass.value(0));

/** The container beside nginx's that has the name. */
const besideBy = (deployment: Deployment, from: ComposeService, host: string): ComposeService | undefined =>
  deployment.containers.find((s) => s !== from && s.pod === undefined && s.hostNames.includes(host));

/** Names that no server of the internet knows; Docker's own on a desktop knows two of them. */
const OF_HOSTS = /^(?!(?:host|gateway)\.docker\.internal$)(?:[\w-]+|[\w.-]+\.(?:internal|local|lan|test|home|localdomain))$/i;

/** Whether a name is one of a container's extra_hosts, and nothing says that another server may know it. */
const isOnlyOfHosts = (from: ComposeService, host: string): boolean =>
  from.extraHosts.includes(host) && OF_HOSTS.test(host) && !from.externalLinks?.includes(host) && !from.asksOwnServers;

/** Whether nginx asks Docker's own server, or one of the internet, and nobody else. */
const asksDocker = (resolver: Directive): boolean => {
  const servers = resolver.values.filter((v) => !v.includes('='));
  return asksPublicOnly(resolver) || (servers.length > 0 && servers.every((v) => /^127\.0\.0\.11(?::53)?$/.test(v)));
};

/** Whether Compose starts a service only after another one, which it waits for directly or through others. */
function waitsFor(deployment: Deployment, service: ComposeService, other: ComposeService): boolean {
  const project = projectOf(deployment, service);
  if (!project || project.open !== null) return false;
  const seen = new Set<string>();
  const visit = (name: string): boolean => {
    if (name === other.name) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    return project.services.find((s) => s.name === name)?.dependsOn.some(visit) ?? false;
  };
  return service.dependsOn.some(visit);
}

/** The whole name of a Service of the cluster that is written without its end; null for every other name. */
function wholeName(deployment: Deployment, from: ComposeService, host: string): string | null {
  const [name = '', namespace, svc, ...more] = host.split('.');
  if (more.length || (svc !== undefined && svc !== 'svc')) return null;
  const own = from.pod?.split('/')[0];
  const service = deployment.cluster.services.find((s) => s.name === name && s.namespace === (namespace ?? own));
  if (!service) return null;
  // where no manifest says it, the one that they are applied in is meant
  return `${name}.${service.namespace === 'default' && namespace === undefined ? 'NAMESPACE' : service.namespace}.svc.cluster.local`;
}

export default defineRule({
  id: 'service-name-unresolved',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Service name that the resolver does not know',
  why: `
A name in a variable, or in a \`server … resolve\` line, is asked for while nginx runs, and \`resolver\` alone decides who is asked. Names of Compose's
services are known to Docker's own DNS server, 127.0.0.11, and to no other. In a cluster the name has to be written whole: the search domains of
\`/etc/resolv.conf\`, by which \`curl http://web\` works in the same container, are nothing that nginx reads.

The request waits for the resolver and ends as 502, "host not found".

A name that is written out is asked for once, when nginx starts, and Docker knows the names of containers that run. Where the application
\`depends_on\` nginx, Compose starts nginx first: it finds no such host and ends. The dependency belongs into nginx's service.`,
  about: ['resolver', 'proxy_pass', 'set', 'upstream'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    compose: '{servers} does not know "{host}", so requests end as 502: names of services are Docker’s. Use resolver 127.0.0.11.',
    hosts:
      '"{host}" is a name of extra_hosts, a line of /etc/hosts: nginx reads those when it starts, and {servers} does not know it, so requests end as 502. Write the name into proxy_pass itself, without a variable, or its address into the variable.',
    order:
      'nginx does not start: {service} waits for {from} (depends_on), so there is no host "{host}" yet when nginx asks for it: host not found in upstream. Let {from} depend on {service}.',
    cluster: 'nginx asks for "{host}" as it stands, without the search domains of the cluster, so requests end as 502. Write {whole}.',
  },
  check({ config, deployment, report }) {
    const seen = new Set<string>();
    for (const link of linksOf(config, deployment)) {
      const { from, address, pass } = link;
      if (!from || address.kind !== 'tcp') continue;
      if (!isAskedLater(link)) {
        tooEarly(link, from, address.host);
        continue;
      }
      const resolver = (link.member?.directive ?? pass).scope.value('resolver');
      const { host } = address;
      const directive = link.member?.directive ?? pass;
      const key = `${directive.file.id}#${directive.statement.start}`;
      if (!resolver || seen.has(key)) continue;
      const related = [{ at: resolver.nameAt, message: 'nginx asks here' }];
      if (from.pod !== undefined) {
        const whole = wholeName(deployment, from, host);
        if (whole === null) continue;
        seen.add(key);
        report('cluster', { at: directive.at(directive.args[0]), data: { host, whole }, related });
      } else if (isOnlyOfHosts(from, host) && asksDocker(resolver) && !besideBy(deployment, from, host)) {
        seen.add(key);
        const servers = resolver.values.filter((v) => !v.includes('=')).join(' ');
        report('hosts', { at: directive.at(directive.args[0]), data: { host, servers }, related });
      } else if (asksPublicOnly(resolver) && besideBy(deployment, from, host)) {
        seen.add(key);
        const [first, ...rest] = resolver.args.filter((w) => !w.value.includes('='));
        report('compose', {
          at: directive.at(directive.args[0]),
          data: { host, servers: [first, ...rest].map((w) => w!.value).join(' ') },
          related,
          fix: rest.length ? null : fixOf('Ask Docker’s own server', 'suggestion', resolver.file, [replace(first!, '127.0.0.11')]),
        });
      }
    }

    /** A name that is asked for at start, of a service that Compose starts after nginx. */
    function tooEarly({ member, pass }: Link, from: ComposeService, host: string): void {
      const service = besideBy(deployment, from, host);
      if (!service || from.comesAgain || from.extraHosts.includes(host) || !waitsFor(deployment, service, from)) return;
      const directive = member?.directive ?? pass;
      const key = `${directive.file.id}#${directive.statement.start}`;
      if (seen.has(key)) return;
      seen.add(key);
      report('order', {
        at: directive.at(directive.args[0]),
        data: { host, service: service.name, from: from.name },
        related: [{ at: service.place, message: `${service.name} is started after ${from.name}` }],
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SERVER('resolver 8.8.8.8;', undefined, 'compose'),
        'compose.yaml': COMPOSE,
      }),
      fixed: tree({ 'nginx.conf': SERVER('resolver 127.0.0.11;') }),
      good: tree({ 'nginx.conf': SERVER('resolver 127.0.0.11 valid=10s;'), 'compose.yaml': COMPOSE }),
    },
    {
      bad: tree({
        'nginx.conf': SERVER('resolver kube-dns.kube-system.svc.cluster.local;', undefined, 'cluster'),
        'k8s/edge.yaml': SERVICE,
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
      good: tree({
        'nginx.conf': SERVER('resolver kube-dns.kube-system.svc.cluster.local;', 'http://$app.shop.svc.cluster.local:8000'),
        'k8s/edge.yaml': SERVICE,
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
    },
    { good: tree({ 'nginx.conf': SERVER('resolver 8.8.8.8;', 'http://api.example.com'), 'compose.yaml': COMPOSE }) },
    {
      bad: tree({
        'nginx.conf': SERVER('', 'http://web:8000', 'order'),
        'compose.yaml': COMPOSE.replace('shop.wsgi\n', 'shop.wsgi\n    depends_on: [nginx]\n'),
      }),
      good: tree({
        'nginx.conf': SERVER('', 'http://web:8000'),
        'compose.yaml': `${COMPOSE}    depends_on: [web]\n`,
      }),
    },
    {
      // it is started again until the name is there
      good: tree({
        'nginx.conf': SERVER('', 'http://web:8000'),
        'compose.yaml': `${COMPOSE.replace('shop.wsgi\n', 'shop.wsgi\n    depends_on: [nginx]\n')}    restart: unless-stopped\n`,
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen 80;
    resolver 127.0.0.11;
    location / {
        set $old old.internal;
        proxy_pass http://$old:8000;
#                  ^^^^^^^^^^^^^^^^ hosts
        ${FORWARDED}
    }
}`),
        'compose.yaml':
          'services:\n  nginx:\n    image: nginx:1.29\n    extra_hosts: ["old.internal:10.1.2.3"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n',
      }),
      good: tree({
        'nginx.conf': main(`server {
    listen 80;
    location / {
        proxy_pass http://old.internal:8000;
        ${FORWARDED}
    }
}`),
        'compose.yaml':
          'services:\n  nginx:\n    image: nginx:1.29\n    extra_hosts: ["old.internal:10.1.2.3"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n',
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
