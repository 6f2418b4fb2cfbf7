/** Manifests of Kubernetes around an nginx and an application: what leads nowhere, and what is in order. */
import { files, main, THREE } from '../projects.ts';
import type { Trial, Variant } from '../trial.ts';

interface Manifests {
  /** of the server */
  readonly names?: string;
  /** lines of the server */
  readonly server?: string;
  /** ports of the application's container and what it listens on */
  readonly ports?: string;
  readonly listens?: string;
  /** the ports of the two Services */
  readonly api?: string;
  readonly edge?: string;
  readonly more?: string;
  readonly annotations?: string;
  readonly path?: string;
  readonly backend?: string;
  readonly host?: string;
  readonly apiSpec?: string;
  /** what the Ingress calls its controller */
  readonly controller?: string;
}

const pod = (name: string, container: string, more = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec:\n  template:\n    metadata: { labels: { app: ${name} } }\n    spec:\n      containers:\n${container}\n${more}`;
const service = (name: string, ports: string, spec = ''): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec:\n  selector: { app: ${name} }\n  ports: [${ports}]\n${spec}`;

export const cluster = ({
  names = 'acme-shop.de www.acme-shop.de',
  server = `client_max_body_size 20m; location / { ${THREE} proxy_pass http://api; }`,
  ports = '{ name: http, containerPort: 8000 }',
  listens = '0.0.0.0:8000',
  api = '{ name: http, port: 80, targetPort: http }',
  edge = '{ port: 80, targetPort: 8080 }',
  more = '',
  annotations = 'nginx.ingress.kubernetes.io/proxy-body-size: 20m',
  path = '/',
  backend = 'name: edge, port: { number: 80 }',
  host = 'acme-shop.de',
  apiSpec = '',
  controller = 'nginx',
}: Manifests): Variant =>
  files({
    'nginx.conf': main(`server { listen 8080; server_name ${names};\n${server}\n}`),
    'k8s/kustomization.yaml': 'configMapGenerator: [{ name: edge, files: [../nginx.conf] }]',
    'k8s/all.yaml': [
      pod(
        'api',
        `        - name: api\n          image: registry.example.com/api:1\n          command: [gunicorn, -b, "${listens}", shop.wsgi]\n          ports: [${ports}]`,
      ),
      service('api', api, apiSpec),
      pod(
        'edge',
        '        - name: nginx\n          image: nginx:1.28\n          ports: [{ name: web, containerPort: 8080 }]\n          volumeMounts: [{ name: conf, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf }]',
        '      volumes: [{ name: conf, configMap: { name: edge } }]\n',
      ),
      service('edge', edge),
      `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: front\n  annotations: { ${annotations} }\nspec:\n  ingressClassName: ${controller}\n  rules:\n    - host: ${host}\n      http:\n        paths: [{ path: "${path}", pathType: Prefix, backend: { service: { ${backend} } } }]\n`,
      more,
    ]
      .filter(Boolean)
      .join('\n---\n'),
    'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
    'app/shop/settings.py': "SECRET_KEY='x'\nDEBUG=False\nROOT_URLCONF='shop.urls'\nALLOWED_HOSTS=['acme-shop.de', 'www.acme-shop.de']\n",
    'app/shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()',
  });

const PASS = (address: string): string => `client_max_body_size 20m; location / { ${THREE} proxy_pass http://${address}; }`;
const REWRITE = (target: string): string =>
  `nginx.ingress.kubernetes.io/proxy-body-size: 20m, nginx.ingress.kubernetes.io/rewrite-target: ${target}`;
const SIZE = (size: string): string => `client_max_body_size ${size}; location / { ${THREE} proxy_pass http://api; }`;

export const TRIALS: readonly Trial[] = [
  {
    rule: 'cluster-port-mismatch',
    bad: [
      cluster({ server: PASS('api:8000') }),
      cluster({ server: PASS('api.default.svc.cluster.local:8000') }),
      cluster({ api: '{ port: 80, targetPort: web }' }),
      cluster({ api: '{ port: 80, targetPort: 8001 }' }),
      cluster({ edge: '{ port: 80 }' }),
      cluster({ edge: '{ port: 80, targetPort: 8443 }' }),
      cluster({ backend: 'name: edge, port: { number: 8080 }' }),
      cluster({ backend: 'name: edgee, port: { number: 80 }' }),
      cluster({ backend: 'name: api, port: { name: web }' }),
      cluster({ listens: '0.0.0.0:9000' }),
    ],
    sane: [
      cluster({}),
      cluster({ server: PASS('api.default:80') }),
      cluster({ server: PASS('api:8000'), apiSpec: '  clusterIP: None\n' }),
      cluster({ api: '{ port: 80, targetPort: 8000 }' }),
      cluster({ edge: '{ port: 80, targetPort: web }' }),
      cluster({ api: '{ port: 80, targetPort: http }, { name: metrics, port: 9100 }', listens: '0.0.0.0:8000", "-b", "0.0.0.0:9100' }),
      cluster({ server: PASS('billing:8000') }),
      cluster({ server: PASS('api.other:8000') }),
      cluster({ backend: 'name: api, port: { name: http }' }),
      cluster({ backend: 'name: grafana, port: { number: 3000 }' }),
    ],
  },
  {
    rule: 'ingress-mismatch',
    bad: [
      cluster({ annotations: 'nginx.ingress.kubernetes.io/proxy-body-size: 8m' }),
      cluster({ annotations: '' }),
      cluster({ server: SIZE('0') }),
      cluster({ annotations: REWRITE('/$2'), path: '/shop' }),
      cluster({ annotations: REWRITE('/$2'), path: '/shop(/|$)' }),
      cluster({ annotations: REWRITE('/$1'), path: '/shop(?:/|$)' }),
      cluster({ annotations: REWRITE('/$2'), path: '/shop', backend: 'name: api, port: { number: 80 }' }),
      cluster({ host: 'shop.acme.example' }),
    ],
    sane: [
      cluster({}),
      cluster({ annotations: 'nginx.ingress.kubernetes.io/proxy-body-size: "0"' }),
      cluster({ annotations: '', server: SIZE('1m') }),
      cluster({ annotations: REWRITE('/$2'), path: '/shop(/|$)(.*)' }),
      cluster({ annotations: REWRITE('/$1'), path: '/shop(?:/|$)(.*)' }),
      cluster({ annotations: REWRITE('/$2'), path: '/shop(/|$)(.*)', backend: 'name: api, port: { number: 80 }' }),
      cluster({ annotations: REWRITE('/'), path: '/shop' }),
      cluster({ annotations: REWRITE('/$2'), path: '/shop', controller: 'traefik' }),
      cluster({ host: 'www.acme-shop.de' }),
      cluster({ host: '"*.acme-shop.de"' }),
      // nginx has the name as well: it is told beside its server_name, by another rule
      cluster({ names: 'acme-shop.de old.acme-shop.de', host: 'old.acme-shop.de' }),
      cluster({ annotations: 'nginx.ingress.kubernetes.io/proxy-body-size: 1m', backend: 'name: api, port: { number: 80 }' }),
    ],
  },
];
