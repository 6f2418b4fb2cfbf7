/** A proxy of the same host ends TLS in front of nginx's container, as its labels or environment say, and nginx tells the application http. */
import { toldScheme } from '../../answers/who-speaks-tls.ts';
import type { Place } from '../../base/span.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { reachedThroughAnother } from '../../deploy/reach.ts';
import { certain } from '../../deploy/setting.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, site, tree } from './_examples.ts';
import { linksOf, portOf, sendAlong, sentLine } from './_links.ts';

/** What ends TLS in front of a container, with the line that says so; null where no line does. */
function tlsInFront({ environment, labels = new Map() }: ComposeService): { readonly name: string; readonly place: Place } | null {
  const lets = environment.get('LETSENCRYPT_HOST');
  if (environment.has('VIRTUAL_HOST') && lets) return placed('nginx-proxy', lets);
  for (const [key, value] of labels) {
    const text = certain(value) ?? '';
    const router = /^traefik\.http\.routers\.[^.]+\.(.+)$/i.exec(key)?.[1]?.toLowerCase();
    const isTls =
      router === 'tls'
        ? text === 'true'
        : router === 'tls.certresolver' || (router === 'entrypoints' && /^(?:web-?secure|https)$/i.test(text));
    if (isTls && !sharesPlain(labels, key)) return placed('Traefik', value);
    // a site without a scheme is served over HTTPS
    if (/^caddy(?:_\d+)?$/i.test(key) && /^[\w-]+(?:\.[\w-]+)+$/.test(text)) return placed('Caddy', value);
  }
  return null;
}

type Label = NonNullable<ReturnType<ComposeService['environment']['get']>>;

function placed(name: string, setting: Label): { readonly name: string; readonly place: Place } | null {
  return setting.from === 'text' ? { name, place: setting.place } : null;
}

/** Whether another router leads to the container without TLS and does not send browsers to HTTPS, so that both schemes come. */
function sharesPlain(labels: ReadonlyMap<string, Label>, tls: string): boolean {
  const own = tls.split('.')[3];
  return [...labels.keys()].some((key) => {
    const [, , kind, name, option] = key.split('.');
    if (kind !== 'routers' || name === own || option?.toLowerCase() !== 'rule') return false;
    const of = (rest: string) =>
      [...labels].some(([k]) => k.toLowerCase().startsWith(`traefik.http.routers.${name}.${rest}`.toLowerCase()));
    return !of('tls') && !of('middlewares');
  });
}

/** Whether a program is among the containers that looks at X-Forwarded-Proto itself, as the images of WordPress do. */
const readsHeader = (deployment: Deployment): boolean =>
  deployment.containers.some((c) => /(?:^|[/_-])(?:wordpress|nextcloud|matomo|drupal)(?:[:@/_-]|$)/i.test(c.imageName ?? ''));

const COMPOSE = `services:
  traefik:
    image: traefik:v3.1
    ports: ["80:80", "443:443"]
  nginx:
    image: nginx:1.28
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    labels:
      traefik.http.routers.shop.rule: Host(\`shop.example.com\`)
      traefik.http.routers.shop.tls.certresolver: le
  app:
    image: registry.example.com/shop:4
`;

export default defineRule({
  id: 'tls-proxy-scheme-lost',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['proxy_set_header', 'grpc_set_header', 'uwsgi_param', 'fastcgi_param', 'scgi_param'],
  title: 'Scheme of the client lost behind a TLS proxy',
  why: `
Traefik, Caddy or nginx-proxy takes HTTPS from the client, and asks nginx in its container over plain HTTP; the client's scheme is in \`X-Forwarded-Proto\`. \`proxy_set_header X-Forwarded-Proto $scheme\` overwrites it with the scheme of the inner connection, which is http for everyone: the application builds http links, which browsers block on a page of HTTPS (mixed content), its CSRF check fails, and what insists on HTTPS redirects forever.

Pass on what came: \`proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto\`. Nobody reaches this nginx but by the proxy, since its container publishes no port.`,
  about: ['proxy_set_header', '$scheme'],
  references: ['https://doc.traefik.io/traefik/getting-started/faq/#what-are-the-forwarded-headers-when-proxying-http-requests'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  fixChanges: ['request-headers'],
  messages: {
    unsaid:
      '{front} ends TLS in front of this container, so HTTPS is empty for everyone: a program that does not read X-Forwarded-Proto itself takes HTTPS for plain HTTP and redirects forever. Send fastcgi_param HTTPS on.',
    overwritten:
      '{front} ends TLS in front of this container, so {value} is http for everyone: the application takes HTTPS for plain HTTP (mixed content, failed CSRF checks, redirect loops). Pass on $http_x_forwarded_proto.',
  },
  check({ config, deployment, report }) {
    const told = new Set<string>();
    for (const link of linksOf(config, deployment)) {
      const { from, server, pass } = link;
      const front = from && reachedThroughAnother(from) ? tlsInFront(from) : null;
      // where the configuration itself reads what the proxy says, another rule holds it to that
      if (!front || !server || portOf(server, 'https') !== null || toldScheme(pass.scope)) continue;
      if (link.target.kind === 'fastcgi') {
        const { directives } = pass.scope.effective('fastcgi_param');
        const says = directives.some((d) => /^(?:HTTPS|HTTP_X_FORWARDED_PROTO)$/.test(d.value(0)) && !/^\$\{?https\}?$/.test(d.value(1)));
        if (!directives.length || says || told.has(front.name) || readsHeader(deployment)) continue;
        told.add(front.name);
        const related = [{ at: front.place, message: `${front.name} serves it over HTTPS` }];
        report('unsaid', { at: pass.nameAt, severity: 'info', data: { front: front.name }, related });
        continue;
      }
      const line = sentLine(link, 'X-Forwarded-Proto');
      const value = line?.args[1];
      const key = `${line?.file.id}#${line?.statement.start}`;
      if (!line || !value || told.has(key)) continue;
      const along = sendAlong(link, config, { headers: [['X-Forwarded-Proto', 'https']] });
      const sent = along?.traced.headers.findLast(([n]) => n.toLowerCase() === 'x-forwarded-proto')?.[1];
      if (sent !== 'http') continue;
      told.add(key);
      report('overwritten', {
        at: line.at(value),
        data: { front: front.name, value: value.value },
        related: [{ at: front.place, message: `${front.name} serves it over HTTPS` }],
        fix: /^\$\{?scheme\}?$/.test(value.value)
          ? fixOf('Pass on what the proxy in front said', 'suggestion', line.file, [replace(value, '$http_x_forwarded_proto')])
          : null,
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
#                                          ^^^^^^^ overwritten
        proxy_pass http://app:8000;`),
        'compose.yaml': COMPOSE,
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://app:8000;`),
        'compose.yaml': COMPOSE,
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: tree({
        'nginx.conf': site(`
        fastcgi_param SCRIPT_FILENAME /srv/www/index.php;
        fastcgi_pass app:9000;
#       ^^^^^^^^^^^^ unsaid`),
        'compose.yaml': COMPOSE,
      }),
      good: tree({
        'nginx.conf': site(`
        fastcgi_param SCRIPT_FILENAME /srv/www/index.php;
        fastcgi_param HTTPS on;
        fastcgi_pass app:9000;`),
        'compose.yaml': COMPOSE,
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      // it has a port of its own, by which clients come without the proxy
      good: tree({
        'nginx.conf': main(`server {
    location / {
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_pass http://app:8000;
    }
}`),
        'compose.yaml': COMPOSE.replace('nginx:1.28\n', 'nginx:1.28\n    ports: ["8080:80"]\n'),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
