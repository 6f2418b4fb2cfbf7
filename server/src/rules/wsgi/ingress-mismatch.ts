/** An Ingress of ingress-nginx in front of this nginx that hands on less than nginx and the application take, or something else. */
import { parseOffset } from '../../catalog/value-kind.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { frameworkTitle } from '../../deploy/application.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import type { Ingress } from '../../deploy/kubernetes.ts';
import { defineRule } from '../rule.ts';
import { EDGE, EDGE_MAP, main, tree } from './_examples.ts';
import { distinct, nginxesOf, portOf, probe, sidesOf } from './_links.ts';

const MEGABYTE = 1024 * 1024;

/** The groups that a path of an Ingress captures, which are the variables of rewrite-target. */
const groupsIn = (path: string): number =>
  [...path.matchAll(/\\.|\[(?:\\.|[^\]])*\]|\((?!\?(?!P?<\w))/g)].filter((m) => m[0] === '(').length;

/** The line of client_max_body_size that takes the largest bodies; null where none is written. */
function largest(config: Config): { readonly line: Directive; readonly bytes: number } | null {
  let most: { line: Directive; bytes: number } | null = null;
  for (const line of config.main.all) {
    if (line.name !== 'client_max_body_size' || !line.args[0] || line.args[0].templated) continue;
    const read = parseOffset(line.value(0));
    if (!read.ok) continue;
    const bytes = read.value === 0 ? Number.POSITIVE_INFINITY : read.value;
    if (!most || bytes > most.bytes) most = { line, bytes };
  }
  return most;
}

const SITE = main(`server {
    listen 80;
    client_max_body_size 20m;
    location / {
        root /usr/share/nginx/html;
    }
}`);

const MANIFEST = (annotations: string, path: string): string => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: edge
  annotations: { ${annotations} }
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example.com
      http:
        paths: [{ path: "${path}", pathType: ImplementationSpecific, backend: { service: { name: edge, port: { number: 80 } } } }]
---
apiVersion: v1
kind: Service
metadata: { name: edge }
spec: { selector: { app: edge }, ports: [{ port: 80 }] }
---
${EDGE}`;

const ANNOTATIONS = 'nginx.ingress.kubernetes.io/proxy-body-size: 20m, nginx.ingress.kubernetes.io/rewrite-target: /$2';

export default defineRule({
  id: 'ingress-mismatch',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'The Ingress in front does not fit nginx and the application',
  why: `
An Ingress of ingress-nginx is an nginx of its own, before the one of this configuration. It refuses bodies above 1 MB with 413, unless the annotation
\`proxy-body-size\` or its ConfigMap says otherwise, whatever \`client_max_body_size\` is behind it. With \`rewrite-target: /$2\` each path of the
Ingress has to capture two groups: one that does not is rewritten to \`/\`, whatever was asked for. And the hosts that it takes must be hosts that
the application answers to.`,
  about: ['client_max_body_size', 'server_name'],
  references: ['https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    body: 'The Ingress {name} refuses bodies above {limit}{standard} with 413, and nginx behind it takes {own}. Set proxy-body-size to {own}.',
    group:
      'rewrite-target "{target}" takes group {group} of the path, and "{path}" has {count}: all that it takes is rewritten to "{result}". Capture the rest, as in "{example}".',
    host: '{framework} answers 400 for {host}, which the Ingress {name} takes: {why}. Allow the host.',
  },
  check({ config, deployment, report }) {
    const { services, ingresses } = deployment.cluster;
    // what an Ingress rewrites hangs on nothing that is behind it
    for (const ingress of ingresses) rewrites(ingress);
    const pods = nginxesOf(config, deployment).filter((from) => from.pod !== undefined);
    if (!pods.length) return;
    const behind = new Set(services.filter((s) => pods.some((from) => s.containers.includes(from))).map((s) => `${s.namespace}/${s.name}`));
    for (const ingress of ingresses) {
      const own = ingress.paths.filter((p) => behind.has(`${ingress.namespace}/${p.service.text}`));
      if (!own.length) continue;
      bodies(ingress);
      hosts(ingress, own);
    }

    function bodies({ name, annotations, paths }: Ingress): void {
      const most = largest(config);
      if (!annotations || !most) return;
      const given = annotations.get('proxy-body-size');
      const read = given ? parseOffset(given.text) : null;
      if (read && !read.ok) return;
      const limit = read ? read.value : MEGABYTE;
      if (limit === 0 || limit >= most.bytes) return;
      report('body', {
        at: given?.place() ?? paths[0]!.service.place(),
        severity: given ? undefined : 'hint',
        data: {
          name,
          limit: given?.text ?? '1m',
          standard: given ? '' : ', its default,',
          own: most.bytes === Number.POSITIVE_INFINITY ? 'any size' : most.line.value(0),
        },
        related: [{ at: most.line.at(), message: 'nginx takes bodies of this size' }],
      });
    }

    function rewrites({ annotations, paths }: Ingress): void {
      const target = annotations?.get('rewrite-target');
      const group = Math.max(0, ...[...(target?.text ?? '').matchAll(/\$(\d)/g)].map((m) => Number(m[1])));
      if (!target || !group) return;
      for (const { path } of paths) {
        const count = path ? groupsIn(path.text) : 0;
        if (!path || count >= group) continue;
        report('group', {
          at: path.place(),
          severity: 'warning',
          data: {
            target: target.text,
            group,
            path: path.text,
            count: count === 0 ? 'none' : count,
            result: target.text.replace(/\$\d/g, ''),
            example: group === 1 ? `${path.text.replace(/\/+$/, '')}/(.*)` : `${path.text.replace(/\/+$/, '')}(/|$)(.*)`,
          },
          related: [{ at: target.place(), message: 'rewrite-target' }],
        });
      }
    }

    function hosts({ name }: Ingress, own: Ingress['paths']): void {
      const seen = new Set<string>();
      for (const { host } of own) {
        if (!host || host.text.includes('*') || seen.has(host.text)) continue;
        seen.add(host.text);
        for (const side of distinct(sidesOf(config, deployment))) {
          const { framework } = side.application;
          if (!framework || !side.server || !asked(framework, (d) => d.hosts)) continue;
          // a name that nginx has as well is told there, by allowed-hosts-mismatch
          if (side.server.names.some((n) => n.kind === 'exact' && n.text === host.text.toLowerCase())) continue;
          const scheme = portOf(side.server, 'http') === null ? 'https' : 'http';
          const view = probe(side, config, { scheme, host: host.text })?.view;
          if (!view?.hostAllowed.known || view.hostAllowed.value || !view.host.known || view.host.value.replace(/:\d+$/, '') !== host.text)
            continue;
          report('host', {
            at: host.place(),
            severity: 'warning',
            data: { framework: frameworkTitle(framework), host: host.text, name, why: view.hostAllowed.why },
            related: [{ at: side.pass.nameAt, message: 'nginx passes the request on here' }],
          });
          break;
        }
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE,
        'k8s/all.yaml': MANIFEST('nginx.ingress.kubernetes.io/proxy-body-size: 8m', '/').replace(
          'annotations: { nginx.ingress.kubernetes.io/proxy-body-size: 8m }',
          'annotations:\n    nginx.ingress.kubernetes.io/proxy-body-size: 8m\n#                                                ^^ body',
        ),
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
      good: tree({
        'nginx.conf': SITE,
        'k8s/all.yaml': MANIFEST('nginx.ingress.kubernetes.io/proxy-body-size: 20m', '/'),
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
    },
    {
      bad: tree({
        'nginx.conf': SITE,
        'k8s/all.yaml': MANIFEST(ANNOTATIONS, '/shop').replace(
          'paths: [{ path: "/shop"',
          'paths: [{ path: "/shop"\n#                        ^^^^^ group\n                ',
        ),
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
      good: tree({ 'nginx.conf': SITE, 'k8s/all.yaml': MANIFEST(ANNOTATIONS, '/shop(/|$)(.*)'), 'k8s/kustomization.yaml': EDGE_MAP }),
    },
  ],
});
