/** Tools for those who run a site that ask nobody who he is, passed on to everyone: what they show, and what they do. */
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { isForNeighbours } from '../../answers/who-comes-to-a-container.ts';
import { isInnerName, isOfInternet } from '../../answers/who-is-foreign.ts';
import { admitsStrangers, isPrivateAddress } from '../../answers/who-may-enter.ts';
import { locationOf } from '../../config/locations.ts';
import { serverOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES, type PassTarget, targetServers } from '../../config/upstreams.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { imagesCalled } from '../../deploy/inside.ts';
import { defineRule } from '../rule.ts';

interface Tool {
  readonly name: string;
  /** names under which it is reached: of a container, a server, a place */
  readonly called: RegExp;
  /** a port that no other program is known by */
  readonly port?: number;
  /** what whoever gets there can do */
  readonly harm: string;
  /** it has a login, or is often started with one */
  readonly login?: true;
}

/** Programs that, as they are delivered, ask for no password, and doors to databases. Grafana, Portainer and the like have accounts. */
const TOOLS: readonly Tool[] = [
  { name: 'Prometheus', called: /^prometheus$/, port: 9090, harm: 'read all metrics, targets and settings' },
  { name: 'Alertmanager', called: /^alert-?manager$/, port: 9093, harm: 'read alerts and switch them off' },
  { name: 'Flower', called: /^(?:celery-?)?flower$/, port: 5555, harm: 'read tasks with their arguments and stop workers', login: true },
  { name: 'cAdvisor', called: /^cadvisor$/, harm: 'read what runs on the machine' },
  { name: 'the Traefik dashboard', called: /^traefik(?:-dashboard)?$/, port: 8080, harm: 'read all routes' },
  { name: 'Redis Commander', called: /^redis-?commander$/, port: 8081, harm: 'read and change every key' },
  { name: 'Mongo Express', called: /^mongo-?express$/, port: 8081, harm: 'read and change every collection', login: true },
  { name: 'Netdata', called: /^netdata$/, port: 19999, harm: 'read what runs on the machine' },
  { name: 'Jaeger', called: /^jaeger(?:-(?:ui|query|all-in-one))?$/, port: 16686, harm: 'read the traces of all requests' },
  { name: 'Zipkin', called: /^zipkin$/, port: 9411, harm: 'read the traces of all requests' },
  { name: 'Consul', called: /^consul(?:-ui)?$/, port: 8500, harm: 'read and change every key and service' },
  { name: 'RabbitMQ’s management', called: /^rabbit-?mq(?:-management)?$/, port: 15672, harm: 'read and write every queue', login: true },
  {
    name: 'Mailpit',
    called: /^(?:mailpit|mailhog|mailcatcher|maildev)$/,
    port: 8025,
    harm: 'read all mail, links to reset passwords among it',
  },
  { name: 'Dozzle', called: /^dozzle$/, harm: 'read the logs of all containers' },
  { name: 'Kafka UI', called: /^kafka-?(?:ui|hq|drop)$|^akhq$|^kafdrop$/, harm: 'read and write all topics' },
  { name: 'Solr', called: /^solr$/, port: 8983, harm: 'read, change and delete all indexes' },
  { name: 'the profiler of Go', called: /^pprof$/, port: 6060, harm: 'read memory and stacks of the program and slow it down' },
  { name: 'the dashboard of RQ or Dramatiq', called: /^(?:rq|dramatiq)-?dashboard$/, port: 9181, harm: 'read and repeat jobs' },
  { name: 'phpMyAdmin', called: /^(?:php-?my-?admin|pma)$/, harm: 'log in to the database', login: true },
  { name: 'Adminer', called: /^adminer$/, harm: 'log in to the database', login: true },
  { name: 'pgAdmin', called: /^pg-?admin4?$/, harm: 'log in to the database', login: true },
  { name: 'Elasticsearch', called: /^es$|^elastic-?search$|^opensearch$/, port: 9200, harm: 'read and delete every index', login: true },
  { name: 'Ollama', called: /^ollama$/, port: 11434, harm: 'run, load and delete its models' },
  { name: 'ComfyUI', called: /^comfy-?ui$/, port: 8188, harm: 'run programs of his own as nodes' },
  { name: 'Selenium Grid', called: /^selenium(?:-(?:hub|grid|router))?$/, port: 4444, harm: 'start browsers in the inner network' },
  { name: 'Temporal’s pages', called: /^temporal-(?:ui|web)$/, port: 8233, harm: 'read and end every workflow' },
  { name: 'Kibana', called: /^kibana$|^opensearch-?dashboards$/, port: 5601, harm: 'read every index', login: true },
];

/** What every place is asked first: the name of any of them, and a port. */
const CALLED = new RegExp(TOOLS.map((t) => t.called.source).join('|'));
const PORTS = new Set(TOOLS.flatMap((t) => t.port ?? []));

/** Paths of pages that programs bring along for their developers. */
const PAGES: readonly {
  readonly path: RegExp;
  readonly name: string;
  readonly harm: string;
  readonly login?: true;
  /** it shows nothing but that the program is well, unless its settings say more */
  readonly shows?: true;
}[] = [
  {
    path: /^\^?(?:\/[\w-]+)?\/debug\/vars\/?\$?$/,
    name: 'the list of variables of Go',
    harm: 'read its command line and the state of its memory',
  },
  {
    path: /^\^?(?:\/[\w-]+)?\/(?:manager\/(?:html|text|jmxproxy)|host-manager)(?:\/|\$|$)/,
    name: 'Tomcat’s manager',
    harm: 'start programs on the server',
    login: true,
  },
  { path: /^\^?(?:\/[\w-]+)?\/adminer\\?\.php\$?$/, name: 'Adminer', harm: 'log in to the database', login: true },
  { path: /^\^?(?:\/[\w-]+)?\/php-?info\\?\.php\$?$/, name: 'the page of phpinfo', harm: 'read the environment, with the passwords in it' },
  {
    path: /^\^?(?:\/[\w-]+)?\/debug\/pprof(?:\/|$)/,
    name: 'the profiler of Go',
    harm: 'read memory and stacks of the program and slow it down',
  },
  {
    path: /^\^?(?:\/[\w-]+)?\/actuator(?:\/?\$?|\/\?\$|\((?:\?:)?(?:\/\|\$|\$\|\/)\))$/,
    name: 'Spring Actuator',
    harm: 'read its environment and memory with the passwords in it',
    shows: true,
  },
  {
    path: /^\^?(?:\/[\w-]+)?\/actuator\/(?:env|heapdump|loggers|shutdown|beans|threaddump|mappings|configprops|gateway)\b/,
    name: 'Spring Actuator',
    harm: 'read its environment and memory with the passwords in it',
  },
];

/** Names of one word, and names and addresses that lead nowhere outside of a network of one's own. */
const isInner = (name: string): boolean => /^[\w-]+$/.test(name) || isInnerName(name) || isPrivateAddress(name);

/** Paths at which tools say that they are well, and no more: that is for whoever watches them. */
const OF_HEALTH = /^\/(?:-\/(?:healthy|ready)|healthz?|ready|status|ping)\/?$/;

/** The tool that a pass leads to: by a host called after it, by the image of the container of that name, or by its usual port where the place or the site is called after it. */
function toolBehind(target: PassTarget, place: string, sites: readonly string[], deployment: Deployment): Tool | undefined {
  const servers = targetServers(target);
  const named = [target.upstream?.name ?? target.host, ...servers.map((s) => s.replace(/:\d+$/, ''))].map((h) => h.toLowerCase());
  // Traefik is a proxy first: its image says nothing of the dashboard
  const hosts = [...named, ...named.flatMap((host) => imagesCalled(deployment, host).filter((image) => image !== 'traefik'))];
  const ports = new Set(servers.map((s) => Number(/:(\d+)$/.exec(s)?.[1] ?? 0)).filter((port) => PORTS.has(port)));
  if (!ports.size && !hosts.some((h) => CALLED.test(h))) return undefined;
  const words = [place.split('/').find(Boolean) ?? '', ...sites.map((n) => n.split('.')[0]!)].map((w) =>
    w.toLowerCase().replace(/^\^/, ''),
  );
  return TOOLS.find(
    (t) => hosts.some((h) => t.called.test(h)) || (t.port !== undefined && ports.has(t.port) && words.some((w) => t.called.test(w))),
  );
}

export default defineRule({
  id: 'admin-tool-exposed',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['allow', 'auth_basic', 'auth_request', 'ssl_verify_client'],
  title: 'Tool without a login open to everyone',
  why: `
Prometheus, Redis Commander, Mailpit and others are made for a network of one's own: as they are delivered they ask for no password. Flower, Adminer and the like may ask for one, and robots guess it. The profiler of Go (\`/debug/pprof\`) and Spring's Actuator are pages that a program brings along for those who run it. Passed on by a public server without access rules, each is open to everyone, and robots look for their paths.

The finding is an info where the tool may ask for a password itself, and where nothing says that the server is one of the internet: no public name, no TLS.

Ask for a password (\`auth_basic\`, \`auth_request\`) or allow the addresses of those who need it.`,
  about: ['proxy_pass', 'auth_basic', 'auth_request', 'allow'],
  looksAt: { directive: PASS_DIRECTIVES },
  needs: 'config',
  messages: {
    shows:
      '{tool} at {place} is open to everybody, who can {harm} where the application shows more than its health. Add auth_basic, or allow lines with "deny all;".',
    login:
      '{tool} at {place} is open to everybody, who can {harm} where it asks for no password, and guess one where it does. Add auth_basic, or allow lines with "deny all;".',
    open: '{tool} asks for no password: everybody who reaches {place} can {harm}. Add auth_basic, auth_request, or allow lines with "deny all;".',
  },
  check({ directive, scope, deployment, report }) {
    const place = locationOf(scope);
    const target = passTargetOf(directive);
    if (!target || !place || place.kind === 'named') return;
    const server = scope.enclosing('server');
    const names =
      (server &&
        serverOf(server)
          ?.names.map((n) => n.text)
          .filter((n) => n !== '' && n !== '_')) ||
      [];
    const found = PAGES.find((p) => p.path.test(place.name)) ?? toolBehind(target, place.name, names, deployment);
    if (OF_HEALTH.test(target.uri || place.name)) return;
    if (!found || (names.length > 0 && names.every(isInner))) return;
    if (!admitsStrangers(scope) || scope.value('ssl_verify_client')?.value(0) === 'on') return;
    const own = serverOf(scope);
    if (own && isForNeighbours(scope.config, deployment, own)) return;
    const login = 'login' in found && found.login;
    // who counts requests has thought of robots
    if (login && scope.effective('limit_req').directives.length) return;
    const shows = 'shows' in found && found.shows;
    report(login ? 'login' : shows ? 'shows' : 'open', {
      // a server without a name of the internet may be that of a developer's machine
      ...(login || shows || !own || !isOfInternet(own) ? { severity: 'info' as const } : {}),
      at: directive.args[0]!,
      data: {
        tool: `${found.name[0]!.toUpperCase()}${found.name.slice(1)}`,
        place: place.name === '/' ? (names[0] ?? 'this server') : place.name,
        harm: found.harm,
      },
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /prometheus/ {
    proxy_pass http://127.0.0.1:9090;
#              ^^^^^^^^^^^^^^^^^^^^^ open
}`,
      good: `location /prometheus/ {
    auth_basic "staff";
    auth_basic_user_file staff;
    proxy_pass http://127.0.0.1:9090;
}`,
    },
    {
      inside: 'server',
      bad: `location /debug/pprof/ {
    proxy_pass http://127.0.0.1:8000;
#              ^^^^^^^^^^^^^^^^^^^^^ open
}`,
      good: `location /debug/pprof/ {
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /adminer/ {
    proxy_pass http://adminer:8080/;
#              ^^^^^^^^^^^^^^^^^^^^ login
}`,
      good: `location /adminer/ {
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://adminer:8080/;
}`,
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: `#- nginx.conf
events {}
http {
    server {
        listen 80;
        server_name tools.example.org;
        location /queue/ {
            proxy_pass http://queue:5000/;
#                      ^^^^^^^^^^^^^^^^^^ login
        }
    }
}
#- compose.yaml
services:
  web:
    image: nginx:1.28
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
  queue:
    image: mher/flower:2.0
`,
      good: `#- nginx.conf
events {}
http {
    server {
        listen 80;
        server_name tools.example.org;
        location /queue/ {
            allow 10.0.0.0/8;
            deny all;
            proxy_pass http://queue:5000/;
        }
    }
}
#- compose.yaml
services:
  web:
    image: nginx:1.28
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
  queue:
    image: mher/flower:2.0
`,
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      inside: 'server',
      bad: `location /actuator/ {
    proxy_pass http://127.0.0.1:8080;
#              ^^^^^^^^^^^^^^^^^^^^^ shows
}`,
      good: `location = /actuator/health {
    proxy_pass http://127.0.0.1:8080;
}`,
    },
    {
      inside: 'http',
      good: `server {
    listen 80;
    server_name prometheus.home.arpa;
    location / {
        proxy_pass http://127.0.0.1:9090;
    }
}`,
    },
  ],
});
