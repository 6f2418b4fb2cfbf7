/** A program of others below a path that nginx cuts off and the program expects, or the other way round. */
import { fromBytes } from '../../base/bytes.ts';
import { type BasePath, basePathOf } from '../../deploy/base-paths.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import { defineRule } from '../rule.ts';
import { keeps, strips } from './_edits.ts';
import { main, tree } from './_examples.ts';
import { containerBehind, type Link, linksOf, portOf, sendAlong } from './_links.ts';

const BELOW = (path: string, to: string, mark = ''): string =>
  main(`server {
    listen 80;
    server_name tools.example.org;
    location ${path} {
        proxy_set_header Host $http_host;
        proxy_pass http://${to};
${mark}    }
}`);

const COMPOSE = (name: string, image: string, lines: string): string =>
  `services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  ${name}:\n    image: ${image}\n${lines}`;

const FLOWER = (options: string): string =>
  COMPOSE('flower', 'example.com/shop:1', `    command: celery -A shop flower --port=5555${options}\n`);

/** The prefix of a location without the slash at its end; empty for the root, null for patterns and names. */
const prefixOf = ({ location }: Link): string | null =>
  location?.kind === 'prefix' ? fromBytes(location.bytes).replace(/\/+$/, '') : null;

/** More ways than these to one program are not compared. */
const MOST_WAYS = 64;

/** The port of the container that an address leads to; null where it has none. */
function portWithin({ address, from }: Link, service: ComposeService): number | null {
  if (address.kind !== 'tcp') return null;
  return from ? address.port : (service.ports.find((p) => p.published === address.port)?.target ?? address.port);
}

const isBelow = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`);

export default defineRule({
  id: 'base-path-mismatch',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['location', 'rewrite', 'proxy_set_header', 'proxy_redirect', 'sub_filter'],
  title: 'Path prefix unlike that of the program',
  why: `
A program below a path needs two things that fit: whether nginx cuts the path off, and what the program knows. Kibana with \`SERVER_REWRITEBASEPATH\`, Grafana with \`GF_SERVER_SERVE_FROM_SUB_PATH\`, Keycloak, Jenkins, Prometheus, Jupyter, SonarQube and Flower answer below the path that they were told, and nowhere else: nginx must pass it on. Gitea, Portainer and phpMyAdmin, and Grafana and Kibana without that switch, use it for their links only: nginx must cut it off.

Wrong in one way all is 404, or the browser is sent in a circle; wrong in the other the page is white, as its scripts are asked for at the root of the site.

The rule knows the program by the image of its container, and says nothing where a mounted file or a file with variables may set the path.`,
  about: ['proxy_pass', 'location', 'rewrite'],
  references: [
    'https://grafana.com/tutorials/run-grafana-behind-a-proxy/',
    'https://www.elastic.co/docs/reference/kibana/configuration-reference/general-settings',
  ],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    cut: '{program} answers below {path} only ({setting}), and nginx cuts that off: {from} arrives as {to}, which is not found or sent back in a circle. Pass the path unchanged: no path, not even a slash, after the address in proxy_pass.',
    kept: '{program} has no path that begins with {prefix}: {from} arrives as {to}, and is not found. Cut it off with a slash after the address in proxy_pass{or}.',
    atRoot:
      '{program} does not know that it is below {prefix}: its pages ask for their scripts at the root of the site, and are bare. Tell it the path ({setting}), and pass that on: no path, not even a slash, after the address in proxy_pass.',
    untold:
      '{program} does not know that it is below {prefix}: it sends browsers to {page} and asks for its scripts at the root of the site. Tell it the path: {setting}.',
  },
  check({ config, deployment, report }) {
    const known = new Map<ComposeService, BasePath | null>();
    const programOf = (service: ComposeService): BasePath | null => {
      let found = known.get(service);
      if (found === undefined) known.set(service, (found = basePathOf(deployment, service)));
      return found;
    };
    if (!deployment.containers.some(programOf)) return;
    const links = linksOf(config, deployment).flatMap((link) => {
      const service = link.server && link.target.kind === 'proxy' ? containerBehind(link, deployment) : undefined;
      const program = service && programOf(service);
      return program && portWithin(link, service) !== program.ownPort ? [{ link, service, program, prefix: prefixOf(link) }] : [];
    });
    /** The prefixes by which a server leads to a program: another way than the one below a path may be meant for its scripts. */
    const ways = new Map<string, Set<string | null>>();
    const wayOf = ({ link, service }: (typeof links)[number]): string => `${link.server!.index} ${service.file}#${service.name}`;
    for (const one of links) {
      const way = wayOf(one);
      if (!ways.has(way)) ways.set(way, new Set());
      ways.get(way)!.add(one.prefix);
    }
    /** Whether all ways to the program lead below a path, as far as they are compared. */
    const isOnlyBelow = (one: (typeof links)[number], path: string): boolean => {
      const all = ways.get(wayOf(one))!;
      return all.size <= MOST_WAYS && [...all].every((p) => p !== null && isBelow(p, path));
    };
    const reported = new Set<string>();
    for (const one of links) {
      const { link, program, prefix, service } = one;
      const at = link.pass.nameAt;
      const key = `${at.file}#${at.span.start}`;
      if (!prefix || reported.has(key)) continue;
      const rest = '/proxylens';
      const from = prefix + rest;
      const along = sendAlong(link, config, { scheme: portOf(link.server!, 'https') !== null ? 'https' : 'http', path: from });
      const to = along?.traced.uri.replace(/[?#].*$/, '').replace(/\/{2,}/g, '/');
      if (!along || to === undefined) continue;
      const { title, path, setting } = program;
      const data = { program: title, prefix, path, setting, from: `${prefix}/x`, to: `${to.slice(0, -rest.length)}/x` };
      const header = program.header?.toLowerCase();
      if (along.traced.headers.some(([name]) => name.toLowerCase() === header)) continue;
      const related = [{ at: program.place ?? service.place, message: `${title} runs in ${service.name}` }];
      if (program.below) {
        if (to !== rest || !isBelow(prefix, path)) continue;
        reported.add(key);
        report('cut', { at, data, related, fix: keeps(link) });
      } else if (to === from && (prefix === path || (program.called.test(prefix.slice(1)) && isOnlyBelow(one, prefix)))) {
        reported.add(key);
        const or = program.switch
          ? `, or set ${program.switch} to true${path === '' ? ` beside ${setting}` : ''}`
          : path === ''
            ? `, or tell it the path (${program.header ?? setting})`
            : '';
        report('kept', { at, data: { ...data, or }, related, fix: strips(link) });
      } else if (to === rest && path === '' && (program.sendsTo !== undefined || program.asksAtRoot)) {
        const rewritten = link.pass.scope.value('sub_filter') || link.pass.scope.value('proxy_redirect');
        if (rewritten || !isOnlyBelow(one, prefix)) continue;
        reported.add(key);
        const tell = program.header ? `proxy_set_header ${program.header} ${prefix}` : `${setting} with ${prefix} at its end`;
        if (program.sendsTo !== undefined) report('untold', { at, data: { ...data, page: program.sendsTo, setting: tell }, related });
        else report('atRoot', { at, data, related });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': BELOW('/kibana/', 'kibana:5601/', '#       ^^^^^^^^^^ cut\n'),
        'compose.yaml': COMPOSE(
          'kibana',
          'docker.elastic.co/kibana/kibana:8.13.0',
          '    environment:\n      SERVER_BASEPATH: /kibana\n      SERVER_REWRITEBASEPATH: "true"\n',
        ),
      }),
      fixed: tree({ 'nginx.conf': BELOW('/kibana/', 'kibana:5601') }),
      good: tree({
        'nginx.conf': BELOW('/kibana/', 'kibana:5601/'),
        'compose.yaml': COMPOSE(
          'kibana',
          'docker.elastic.co/kibana/kibana:8.13.0',
          '    environment:\n      SERVER_BASEPATH: /kibana\n      SERVER_REWRITEBASEPATH: "false"\n',
        ),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: tree({
        'nginx.conf': BELOW('/git/', 'gitea:3000', '#       ^^^^^^^^^^ kept\n'),
        'compose.yaml': COMPOSE(
          'gitea',
          'gitea/gitea:1.21',
          '    environment: ["GITEA__server__ROOT_URL=http://tools.example.org/git/"]\n',
        ),
      }),
      fixed: tree({ 'nginx.conf': BELOW('/git/', 'gitea:3000/') }),
      good: tree({
        'nginx.conf': BELOW('/', 'gitea:3000'),
        'compose.yaml': COMPOSE('gitea', 'gitea/gitea:1.21', '    environment: ["GITEA__server__ROOT_URL=http://tools.example.org/"]\n'),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: tree({
        'nginx.conf': BELOW('/grafana/', 'grafana:3000/', '#       ^^^^^^^^^^ untold\n'),
        'compose.yaml': COMPOSE('grafana', 'grafana/grafana:11.2.0', '    environment: { GF_USERS_ALLOW_SIGN_UP: "false" }\n'),
      }),
      good: tree({
        'nginx.conf': BELOW('/grafana/', 'grafana:3000/'),
        'compose.yaml': COMPOSE(
          'grafana',
          'grafana/grafana:11.2.0',
          '    environment: { GF_SERVER_ROOT_URL: "http://tools.example.org/grafana/" }\n',
        ),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: tree({
        'nginx.conf': BELOW('/flower/', 'flower:5555/', '#       ^^^^^^^^^^ atRoot\n'),
        'compose.yaml': FLOWER(''),
      }),
      good: tree({ 'nginx.conf': BELOW('/flower/', 'flower:5555'), 'compose.yaml': FLOWER(' --url-prefix=flower') }),
      notOn122: 'the name flower is that of a service',
    },
  ],
});
