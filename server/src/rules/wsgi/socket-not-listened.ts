/** nginx connects to an address that no application of the workspace listens on, while one application is reached by nobody. */

import { asksByVariable } from '../../answers/what-is-passed.ts';
import { basename, dirname } from '../../base/file-id.ts';
import { nearest } from '../../base/nearest.ts';
import { nameBeside } from '../../config/names-beside.ts';
import { listenersOf, type ServerProtocol } from '../../config/servers.ts';
import { type Address, addressText, isLoopback } from '../../deploy/address.ts';
import { type Application, type Listener, serverTitle } from '../../deploy/application.ts';
import { type ComposePort, type ComposeService, isQuadlet, shareNetwork } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { runsNginxAlone } from '../../deploy/inside.ts';
import { nameKnown, serviceApart, surelyApart } from '../../deploy/reach.ts';
import { unknown } from '../../deploy/servers/unknown.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { matchesHostPattern } from '../../deploy/view-django.ts';
import { type Fix, fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, site, tree } from './_examples.ts';
import { type Link, linksOf, orPlace } from './_links.ts';

/** What no nginx answers, whichever of its files is not seen. */
const NOT_OF_NGINX: ReadonlySet<string> = new Set(['fastcgi', 'uwsgi', 'scgi']);

const shown = (link: Link): string =>
  link.address.kind === 'unix' ? `unix:${link.address.path}` : `${link.address.host}:${link.address.port}`;

/** Writes another address into the line that names it. */
function readdressed(link: Link, address: string, title: string): Fix | null {
  const directive = link.member?.directive ?? link.pass;
  const word = directive.args[0];
  if (!word || word.value.includes('$')) return null;
  const { target } = link;
  const value = link.member ? address : target.scheme + address + (address.startsWith('unix:') && target.uri ? ':' : '') + target.uri;
  return fixOf(title, 'suggestion', directive.file, [replace(word, value)]);
}

/** How the listener is addressed from nginx on the same machine. */
const fromHere = (listener: Listener): string | null => {
  const address = certain(listener.address);
  if (!address || address.kind === 'fd') return null;
  return address.kind === 'tcp' && ['', '0.0.0.0', '::'].includes(address.host) ? `127.0.0.1:${address.port}` : addressText(address);
};

const listed = (networks: readonly string[] | null): string => (networks?.length ? `the network ${networks.join(', ')}` : 'no network');

/**
 * The mapping by which the machine publishes a container on the port that another container asks it for, where nothing says that it has this port inside, too:
 * `8000:5000` is 5000 for all containers.
 */
function publishedOnly({ address, from, reached }: Link, deployment: Deployment): { service: ComposeService; mapping: ComposePort } | null {
  if (reached.kind !== 'unknown' || address.kind !== 'tcp' || !from || isLoopback(address.host)) return null;
  const services = deployment.containers.filter((s) => s !== from && s.hostNames.includes(address.host) && shareNetwork(s, from));
  const service = services.length === 1 ? services[0]! : null;
  if (!service || service.forwards || service.pod !== undefined || service.networks === null) return null;
  const mapping = service.ports.find((p) => p.published === address.port && p.protocol === 'tcp');
  const port = new RegExp(String.raw`(?<!\d)${address.port}(?!\d)`);
  const texts = [
    ...service.expose.map((e) => e.port),
    ...[service.command, service.entrypoint].flatMap((c) =>
      c === null ? [] : c.form === 'shell' ? c.text.text : c.words.map((w) => w.text),
    ),
    ...[...service.environment.values()].map((v) => certain(v) ?? ''),
    ...service.healthChecks.map((c) => String(c.port)),
    service.recipe ?? (service.dockerfile && deployment.files.get(service.dockerfile)) ?? '',
  ];
  return mapping && !service.ports.some((p) => p.target === address.port) && !texts.some((t) => port.test(t)) ? { service, mapping } : null;
}

/** The service whose name a container asks for that is in no network of Docker's: the machine's own resolver does not know it. */
function nameWithoutNetwork({ address, from }: Link, deployment: Deployment): ComposeService | undefined {
  if (from?.networkMode !== 'host' || from.pod !== undefined || address.kind !== 'tcp' || !/^[a-z][\w-]*$/i.test(address.host))
    return undefined;
  if (isLoopback(address.host) || from.extraHosts.includes(address.host)) return undefined;
  return deployment.containers.find((s) => s !== from && s.pod === undefined && s.name === address.host);
}

const PYTHON = /django|gunicorn|uwsgi|wsgi|asgi|uvicorn|daphne|hypercorn|flask|fastapi|starlette|python/i;
const SHARED_FOLDERS = new Set(['/run', '/var/run', '/tmp', '/run/sockets']);

/**
 * Whether the line is meant for this application: a proxy of a Grafana beside a Python project is none of its business. The protocol, a name, a folder of the
 * socket, or a host that Django is told to serve must say so.
 */
function meant(link: Link, orphan: Application): boolean {
  // a machine has many pools, of which a project may bring one
  if (link.target.kind === 'fastcgi') return orphan.listeners.some((l) => differInVersion(link, certain(l.address)));
  if (link.target.kind === 'uwsgi') return true;
  const { framework } = orphan;
  const list = asked(framework, (d) => d.hosts)?.list;
  const hosts = ((list && certain(list)) ?? []).filter((e) => e.value !== '*');
  const names = link.server?.names.filter((n) => n.directive && n.text.includes('.')) ?? [];
  if (names.some((n) => hosts.some((h) => matchesHostPattern(n.text, h.value)))) return true;
  const target = certain(orphan.target) ?? '';
  const project = target.replace(/[.:].*$/, '');
  const words = `${link.target.upstream?.name ?? ''} ${link.address.kind === 'unix' ? link.address.path : ''}`;
  const unit = orphan.unit?.name.replace(/\.service$/, '') ?? '';
  const named = (name: string): boolean => name.length > 2 && words.toLowerCase().includes(name.toLowerCase());
  if (PYTHON.test(words) || named(project) || named(unit)) return true;
  if (link.address.kind !== 'unix') return false;
  const [folder, name] = [link.address.path.replace(/\/[^/]*$/, ''), link.address.path.replace(/^.*\//, '')];
  return orphan.listeners.some((l) => {
    const own = certain(l.address);
    if (own?.kind !== 'unix') return false;
    return own.path.endsWith(`/${name}`) || (own.path.startsWith(`${folder}/`) && !SHARED_FOLDERS.has(folder));
  });
}

/**
 * Two sockets whose names differ in the version, or in the folder alone: `php7.4-fpm.sock` and `php8.2-fpm.sock`. One without a version may be a link
 * to the other, as Debian's `/run/php/php-fpm.sock` is.
 */
function differInVersion({ address }: Link, own: Address | undefined): boolean {
  const name = (path: string): string => path.replace(/^.*\//, '').replace(/\d+(?:\.\d+)*/g, '0');
  return address.kind === 'unix' && own?.kind === 'unix' && name(address.path) === name(own.path);
}

/** What comes of a name that does not resolve: written out it is looked up at start, in a variable at each request. */
const endsOf = ({ pass, member }: Link): string =>
  !member && asksByVariable(pass) ? 'nginx cannot resolve the name and answers 502' : 'nginx does not start: host not found in upstream';

/** Two programs of one machine that bind the same port: their units lie in one folder, and they run different applications there. */
function bindsToo({ applications }: Deployment, application: Application): Application | undefined {
  const own = portBound(application);
  const target = certain(application.target);
  if (own === null || target === undefined) return undefined;
  return applications.find((other) => {
    if (other === application || dirname(other.place.file) !== dirname(application.place.file)) return false;
    const theirs = portBound(other);
    const what = certain(other.target);
    if (theirs?.port !== own.port || what === undefined || what === target || other.workingDirectory === application.workingDirectory)
      return false;
    return theirs.host === own.host || EVERYWHERE.has(theirs.host) || EVERYWHERE.has(own.host);
  });
}

const EVERYWHERE: ReadonlySet<string> = new Set(['', '0.0.0.0']);

/** The only port that a program started by systemd or supervisor binds itself on the machine; null where there is none, or more than one. */
function portBound({
  container,
  activation,
  unit,
  source,
  listeners,
}: Application): { readonly host: string; readonly port: number } | null {
  if (container || activation || (source !== 'systemd' && source !== 'supervisor') || unit?.name.includes('@')) return null;
  const address = listeners.length === 1 ? certain(listeners[0]!.address) : undefined;
  return address?.kind === 'tcp' ? { host: address.host.replace('localhost', '127.0.0.1'), port: address.port } : null;
}

const UNIT = (name: string, port: number): string =>
  `[Service]\nUser=www-data\nWorkingDirectory=/srv/${name}\nExecStart=/srv/${name}/venv/bin/gunicorn -b 127.0.0.1:${port} ${name}.wsgi\n`;

const PAIR =
  'services:\n  nginx:\n    image: nginx:1.30\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  api:\n    image: example.com/api:2\n    ports: ["8000:5000"]\n';

/** nginx in the network of the machine, beside a service that is published there. */
const OF_MACHINE = PAIR.replace('    volumes:', '    network_mode: host\n    volumes:');

export default defineRule({
  id: 'socket-not-listened',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  title: 'No application listens on the upstream address',
  why: `
The address in \`proxy_pass\`, \`uwsgi_pass\` or an upstream's \`server\` must be the one that the application server binds: the same socket
path, or the same port. Where they differ every request ends in 502.

In containers the addresses are those of the network: \`127.0.0.1\` is nginx's own container, a service is reached by its name and by the
port inside, not by the one that the machine publishes it on, and a server that binds \`127.0.0.1\` in its container cannot be reached from outside it. Podman calls the container of a unit
\`systemd-…\` where \`ContainerName\` says nothing else, and its default network resolves no names. The rule speaks only where the files know all
applications and exactly one of them is left without a proxy.`,
  about: ['proxy_pass', 'uwsgi_pass', 'upstream'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    elsewhere: 'Nothing listens on {address}: {server} ({name}) listens on {own}. Use the same address on both sides.',
    ownContainer: '{address} is the container of nginx itself, and {server} runs in the service {name}. Use the name of the service.',
    alone:
      'Nothing listens on {address}: it is the container of nginx itself, and nothing but nginx runs there. Use the name of the service that is meant.',
    wrongPort: 'No application of the {name} listens on port {port}: {server} listens on {own}.',
    noService: 'No service of the compose file is called {host}, so {ends}. Did you mean {guess}?',
    notShared:
      'The container of nginx has no {address}: {server} creates the socket in the container {name}, and the two share no volume for it. Mount one volume at the folder of the socket in both services.',
    unitName:
      'Podman calls the container of {host}.container "{guess}", as it sets no ContainerName, so {ends}. Use that name, or set ContainerName={host}.',
    noNames:
      'The unit of {from} names no network, and the default network of Podman does not resolve names of containers, so {ends} ({host}). Set Network= to one network in both units.',
    otherNetwork: '{host} shares no network with {from}, which runs nginx, so {ends}. Give both services one network.',
    nobody: 'No service, alias or container of {file} is called {host}, so {ends}. Use the name of a service.',
    taken:
      'Both {name} and {other} bind port {port}: the one that starts second ends with "Address already in use", and its site shows the other one. Give each a port of its own.',
    hostNetwork:
      'Names of services are known in Docker’s networks, and {from} is in none (network_mode: host), so {ends} ({host}). {remedy}.',
    published:
      'Port {port} is that of this machine, on which {name} is published: containers reach {name} on {inside}, the port inside, and {port} refuses the connection. Connect to {name}:{inside}.',
    loopback: '{server} of the service {name} listens on {own}, which only its own container reaches. Bind 0.0.0.0.',
  },
  check({ config, deployment, report }) {
    const links = linksOf(config, deployment);
    const reached = new Set(links.flatMap((l) => (l.reached.kind === 'listener' ? [l.reached.application] : [])));
    const orphans = deployment.applications.filter((a) => !reached.has(a) && a.server !== unknown && a.listeners.length > 0);
    const own = new Set(
      ['http', 'stream', 'mail'].flatMap((p) => listenersOf(config, p as ServerProtocol).flatMap((l) => (l.kind === 'unix' ? [] : l.port))),
    );
    const isOwn = ({ address }: Link): boolean => address.kind === 'tcp' && isLoopback(address.host) && own.has(address.port);
    const lost = links.filter(
      (l) => l.reached.kind === 'nothing' && ['proxy', 'uwsgi', 'scgi', 'fastcgi'].includes(l.target.kind) && !isOwn(l),
    );
    const seen = new Set<string>();
    const once = (link: Link): boolean => {
      const directive = link.member?.directive ?? link.pass;
      const key = `${directive.file.id}#${directive.statement.start}`;
      return !seen.has(key) && Boolean(seen.add(key));
    };
    const wordOf = (link: Link) => {
      const directive = link.member?.directive ?? link.pass;
      return directive.at(directive.args[0] ?? directive.statement.name);
    };
    const about = (a: Application, listener: Listener) => ({
      server: serverTitle(a),
      name: a.name,
      own: certain(listener.address) ? addressText(certain(listener.address)!) : 'an address that is not known',
    });
    const orphan = orphans.length === 1 && new Set(lost.map(shown)).size === 1 ? orphans[0]! : null;
    for (const link of lost) {
      const { from } = link;
      const listener = orphan?.listeners.find((l) => certain(l.address) !== undefined);
      // a container of nginx runs nothing else: its loopback is always a mistake
      const apart = orphan !== null && from !== null && orphan.container !== null && orphan.container !== from;
      if (!orphan || !listener || !(apart || meant(link, orphan)) || !once(link)) continue;
      const related = [{ at: orPlace(placeOf(listener.address), orphan), message: `${serverTitle(orphan)} listens here` }];
      const data = { ...about(orphan, listener), address: shown(link) };
      const inside = certain(listener.address);
      if (apart && orphan.container) {
        const name = orphan.container.name;
        const fix = inside?.kind === 'tcp' ? readdressed(link, `${name}:${inside.port}`, `Connect to ${name}:${inside.port}`) : null;
        report('ownContainer', { at: wordOf(link), data: { ...data, name }, related, fix });
      } else if (!from && orphan.container === null) {
        const here = fromHere(listener);
        report('elsewhere', { at: wordOf(link), data, related, fix: here ? readdressed(link, here, `Connect to ${here}`) : null });
      }
    }
    for (const link of links) {
      const { from, address, reached: end } = link;
      if (end.kind !== 'nothing' || address.kind !== 'tcp' || !from || !isLoopback(address.host) || isOwn(link)) continue;
      // a site that is not seen may listen there, and speaks HTTP
      if (!(config.whole || NOT_OF_NGINX.has(link.target.kind)) || !runsNginxAlone(deployment, from) || !once(link)) continue;
      report('alone', {
        at: wordOf(link),
        data: { address: shown(link) },
        related: [{ at: from.place, message: `the service ${from.name} runs nginx` }],
        // that this is a container is one mistake, however many addresses are written by it
        shared: { at: from.place, users: 0, said: '', fixes: [], cause: 'alone' },
      });
    }
    for (const link of links) {
      const { from } = link;
      if (link.reached.kind !== 'unknown' || link.address.kind !== 'unix' || !from) continue;
      const { path } = link.address;
      const file = path.replace(/^.*\//, '');
      for (const application of deployment.applications) {
        const { container } = application;
        const listener = application.listeners.find((l) => {
          const own = certain(l.address);
          return own?.kind === 'unix' && own.path.endsWith(`/${file}`);
        });
        const own = listener && certain(listener.address);
        if (!container || own?.kind !== 'unix' || !surelyApart(from, path, container, own.path) || !once(link)) continue;
        report('notShared', {
          at: wordOf(link),
          data: { address: shown(link), server: serverTitle(application), name: container.name },
          related: [{ at: orPlace(placeOf(listener!.address), application), message: `${serverTitle(application)} listens here` }],
        });
      }
    }
    for (const link of links) {
      const found = publishedOnly(link, deployment);
      if (!found || link.address.kind !== 'tcp' || !once(link)) continue;
      const { host, port } = link.address;
      const inside = found.mapping.target;
      report('published', {
        at: wordOf(link),
        data: { port, name: host, inside },
        related: [{ at: found.mapping.place, message: `published as ${port}:${inside}` }],
        fix: readdressed(link, `${host}:${inside}`, `Connect to ${host}:${inside}`),
      });
    }
    /** Another file of the project declares the upstream, and who reads this one is not known. */
    const isDeclaredBeside = (name: string): boolean =>
      (['http', 'stream'] as const).some((protocol) => nameBeside(config, { kind: 'upstream', name, protocol }));
    for (const link of links) {
      const service = nameWithoutNetwork(link, deployment);
      if (!service || isDeclaredBeside(service.name) || !once(link)) continue;
      const { host, port } = link.address as Extract<Link['address'], { kind: 'tcp' }>;
      const here = service.networkMode === 'host' ? port : service.ports.find((p) => p.target === port && p.protocol === 'tcp')?.published;
      const to = here ? `127.0.0.1:${here}` : null;
      report('hostNetwork', {
        at: wordOf(link),
        data: {
          host,
          from: link.from!.name,
          ends: endsOf(link),
          remedy: to ? `Connect to ${to}` : `Publish port ${port} of ${service.name} on 127.0.0.1, and connect to that`,
        },
        related: [
          { at: link.from!.place, message: `the service ${link.from!.name} runs nginx` },
          { at: service.place, message: `the service ${service.name}` },
        ],
        fix: to ? readdressed(link, to, `Connect to ${to}`) : null,
      });
    }
    // a name that no service has; where the compose files do not say all, only one that is nearly that of a service beside nginx
    const nobodys = new Set<string>();
    const besides = new Map<ComposeService, string[]>();
    const besideOf = (from: ComposeService): string[] => {
      let names = besides.get(from);
      if (!names)
        besides.set(from, (names = deployment.containers.filter((s) => s !== from && shareNetwork(s, from)).flatMap((s) => s.hostNames)));
      return names;
    };
    for (const link of links) {
      if (link.reached.kind !== 'unknown' || link.address.kind !== 'tcp' || !/^[a-z][\w-]*$/i.test(link.address.host)) continue;
      const { host, port } = link.address;
      const { from } = link;
      if (!from || isLoopback(host)) continue;
      if (isDeclaredBeside(host)) continue;
      const beside = besideOf(from);
      if (beside.includes(host)) continue;
      const apart = serviceApart(deployment, from, host);
      if (apart) {
        if (once(link))
          report('otherNetwork', {
            at: wordOf(link),
            data: { host, from: from.name, ends: endsOf(link) },
            related: [
              { at: apart.place, message: `${apart.name} is in ${listed(apart.networks)}` },
              { at: from.place, message: `${from.name} is in ${listed(from.networks)}` },
            ],
          });
        continue;
      }
      if (isQuadlet(basename(from.file)) && from.networks?.length === 0 && !from.extraHosts.includes(host)) {
        if (once(link))
          report('noNames', {
            at: wordOf(link),
            data: { host, from: from.name, ends: endsOf(link) },
            related: [{ at: from.place, message: `the container ${from.name} runs nginx` }],
          });
        continue;
      }
      const unit = deployment.containers.find((s) => basename(s.file) === `${host}.container` && s.name === host);
      const [called] = unit && beside.includes(unit.hostNames[0]!) ? unit.hostNames : [];
      if (unit && called !== undefined) {
        if (once(link))
          report('unitName', {
            at: wordOf(link),
            data: { host, guess: called, ends: endsOf(link) },
            related: [{ at: unit.place, message: `the container ${called}` }],
            fix: readdressed(link, `${called}:${port}`, `Connect to ${called}:${port}`),
          });
        continue;
      }
      const known = nameKnown(deployment, from, host);
      const guess = known === true ? null : nearest(host, beside);
      // the name is one, however many lines have it
      if ((guess === null && known !== false) || (guess === null && nobodys.has(host)) || !once(link)) continue;
      if (guess === null) nobodys.add(host);
      const service = deployment.containers.find((s) => s.hostNames.includes(guess ?? ''));
      if (guess !== null && service)
        report('noService', {
          at: wordOf(link),
          data: { host, guess, ends: endsOf(link) },
          related: [{ at: service.place, message: `the service ${service.name}` }],
          fix: readdressed(link, `${guess}:${port}`, `Connect to ${guess}:${port}`),
        });
      else {
        // the one service with an application that nothing leads to is what was meant
        const free = orphans.length === 1 && orphans[0]!.container ? orphans[0]! : null;
        const own = free?.listeners.map((l) => certain(l.address)).find((a) => a?.kind === 'tcp');
        const to = free && own?.kind === 'tcp' ? `${free.container!.name}:${own.port}` : null;
        report('nobody', {
          at: wordOf(link),
          data: { host, file: basename(from.file), ends: endsOf(link) },
          related: [{ at: from.place, message: `the service ${from.name} runs nginx` }],
          fix: to ? readdressed(link, to, `Connect to ${to}`) : null,
        });
      }
    }
    for (const link of links) {
      if (link.reached.kind !== 'listener') continue;
      const { application } = link.reached;
      const other = bindsToo(deployment, application);
      if (!other || !once(link)) continue;
      report('taken', {
        at: wordOf(link),
        data: { name: application.name, other: other.name, port: portBound(application)!.port },
        related: [application, other].map((a) => ({
          at: orPlace(placeOf(a.listeners[0]!.address), a),
          message: `${a.name} binds it here`,
        })),
      });
    }
    for (const link of links) {
      // a port of a Service is not one of the container: that is the business of cluster-port-mismatch
      const forwarded =
        link.reached.kind === 'container' &&
        link.reached.service.forwards !== undefined &&
        !isLoopback(link.address.kind === 'tcp' ? link.address.host : '');
      if (link.reached.kind !== 'container' || forwarded || link.address.kind !== 'tcp' || !once(link)) continue;
      const { service, applications, onLoopback } = link.reached;
      const application = applications[0]!;
      const listener = onLoopback ?? application.listeners[0]!;
      const related = [{ at: orPlace(placeOf(listener.address), application), message: `${serverTitle(application)} listens here` }];
      const data = { ...about(application, listener), name: service.name, port: link.address.port };
      if (onLoopback) report('loopback', { at: wordOf(link), data, related });
      else {
        const tcp = application.listeners.map((l) => certain(l.address)).find((a) => a?.kind === 'tcp');
        const fix = tcp?.kind === 'tcp' ? readdressed(link, `${link.address.host}:${tcp.port}`, `Connect to port ${tcp.port}`) : null;
        const name = `${service.pod === undefined ? 'service' : 'container'} ${service.name}`;
        report('wrongPort', { at: wordOf(link), data: { ...data, name }, related, fix });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://api:8000;
#                  ^^^^^^^^^^^^^^^ published`),
        'compose.yaml': PAIR,
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://api:5000;`),
        'compose.yaml': PAIR,
      }),
      notOn122: 'the name api is that of a service',
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen 80;
    location ~ \\.php$ {
        fastcgi_pass 127.0.0.1:9000;
#                    ^^^^^^^^^^^^^^ alone
    }
}`),
        'compose.yaml':
          'services:\n  nginx:\n    image: nginx:1.30\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  php:\n    build: ./php\n',
      }),
      good: tree({
        'nginx.conf': main(`server {
    listen 80;
    location ~ \\.php$ {
        fastcgi_pass php:9000;
    }
}`),
        'compose.yaml':
          'services:\n  nginx:\n    image: nginx:1.30\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  php:\n    build: ./php\n',
      }),
      notOn122: 'the name php is that of a service',
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://wbe:8000;
#                  ^^^^^^^^^^^^^^^ noService`),
        'docker-compose.yml':
          'services:\n  web:\n    command: gunicorn shop.wsgi --bind 0.0.0.0:8000\n  nginx:\n    image: nginx:1.27\n    volumes:\n      - ./:/etc/nginx:ro\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://web:8000;`),
        'docker-compose.yml':
          'services:\n  web:\n    command: gunicorn shop.wsgi --bind 0.0.0.0:8000\n  nginx:\n    image: nginx:1.27\n    volumes:\n      - ./:/etc/nginx:ro\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://web:8000;
#                  ^^^^^^^^^^^^^^^ noNames`),
        'nginx.container': '[Container]\nImage=nginx:1.27\nVolume=./nginx.conf:/etc/nginx/nginx.conf:ro\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://web:8000;`),
        'nginx.container': '[Container]\nImage=nginx:1.27\nVolume=./nginx.conf:/etc/nginx/nginx.conf:ro\nNetwork=shop.network\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://web:8000;
#                  ^^^^^^^^^^^^^^^ unitName`),
        'web.container': '[Container]\nImage=localhost/shop\nExec=gunicorn shop.wsgi --bind 0.0.0.0:8000\nNetwork=shop.network\n',
        'nginx.container': '[Container]\nImage=nginx:1.27\nVolume=./nginx.conf:/etc/nginx/nginx.conf:ro\nNetwork=shop.network\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://systemd-web:8000;`),
        'web.container': '[Container]\nImage=localhost/shop\nExec=gunicorn shop.wsgi --bind 0.0.0.0:8000\nNetwork=shop.network\n',
        'nginx.container': '[Container]\nImage=nginx:1.27\nVolume=./nginx.conf:/etc/nginx/nginx.conf:ro\nNetwork=shop.network\n',
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': site(`
        proxy_pass http://unix:/run/app/app.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ notShared`),
        'compose.yaml':
          'services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b unix:/run/app/app.sock\n    volumes: ["sockets:/run/app"]\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n',
      }),
      good: tree({
        'nginx/nginx.conf': site(`
        proxy_pass http://unix:/var/sockets/app.sock;`),
        'compose.yaml':
          'services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b unix:/run/app/app.sock\n    volumes: ["sockets:/run/app"]\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx", "sockets:/var/sockets"]\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://backend:8000;
#                  ^^^^^^^^^^^^^^^^^^^ nobody`),
        'docker-compose.yml':
          'services:\n  web:\n    command: gunicorn shop.wsgi --bind 0.0.0.0:8000\n  nginx:\n    image: nginx:1.27\n    volumes:\n      - ./:/etc/nginx:ro\n',
      }),
      fixed: tree({
        'nginx.conf': site(`
        proxy_pass http://web:8000;`),
      }),
      // someone else may be on a network that is made elsewhere
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://backend:8000;`),
        'docker-compose.yml':
          'services:\n  web:\n    command: gunicorn shop.wsgi --bind 0.0.0.0:8000\n  nginx:\n    image: nginx:1.27\n    networks: [proxy]\n    volumes:\n      - ./:/etc/nginx:ro\nnetworks:\n  proxy: { external: true }\n',
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop/gunicorn.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ elsewhere`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/gunicorn.sock'\n",
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/gunicorn.sock;`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/gunicorn.sock'\n",
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': main(`upstream gunicorn {
    server 127.0.0.1:8000;
#          ^^^^^^^^^^^^^^ ownContainer
}
server {
    location / {
        proxy_pass http://gunicorn;
    }
}`),
        'compose.yaml': `services:
  web:
    image: shop
    command: gunicorn --bind 0.0.0.0:8000 shop.wsgi
  nginx:
    image: nginx:1.28
    volumes:
      - ./nginx:/etc/nginx
`,
      }),
      good: tree({
        'nginx/nginx.conf': main(`upstream gunicorn {
    server web:8000;
}
server {
    location / {
        proxy_pass http://gunicorn;
    }
}`),
        'compose.yaml': `services:
  web:
    image: shop
    command: gunicorn --bind 0.0.0.0:8000 shop.wsgi
  nginx:
    image: nginx:1.28
    volumes:
      - ./nginx:/etc/nginx
`,
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': main(`server {
    location / {
        proxy_pass http://web:8000;
#                  ^^^^^^^^^^^^^^^ loopback
    }
    location /api/ {
        proxy_pass http://api:80;
#                  ^^^^^^^^^^^^^ wrongPort
    }
}`),
        'compose.yaml': `services:
  web:
    image: shop
    command: gunicorn shop.wsgi
  api:
    image: api
    command: uvicorn --host 0.0.0.0 --port 8001 api:app
  nginx:
    image: nginx:1.28
    volumes: ["./nginx:/etc/nginx"]
`,
      }),
      fixed: tree({
        'nginx/nginx.conf': main(`server {
    location / {
        proxy_pass http://web:8000;
    }
    location /api/ {
        proxy_pass http://api:8001;
    }
}`),
      }),
      good: tree({
        'nginx/nginx.conf': main('server {\n    location / {\n        proxy_pass http://other:8000;\n    }\n}'),
        'compose.yaml': 'services:\n  web:\n    image: shop\n    command: gunicorn -b :8000 shop.wsgi\n',
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: tree({
        'nginx/nginx.conf': main(`server {
    location / {
        proxy_pass http://web:8000;
#                  ^^^^^^^^^^^^^^^ otherNetwork
    }
}`),
        'compose.yaml':
          'services:\n  web:\n    image: shop\n    command: gunicorn -b :8000 shop.wsgi\n    networks: [back]\n  nginx:\n    image: nginx:1.28\n    networks: [front]\n    volumes: ["./nginx:/etc/nginx"]\nnetworks:\n  front:\n  back:\n',
      }),
      good: tree({
        'nginx/nginx.conf': main('server {\n    location / {\n        proxy_pass http://web:8000;\n    }\n}'),
        'compose.yaml':
          'services:\n  web:\n    image: shop\n    command: gunicorn -b :8000 shop.wsgi\n    networks: [back]\n  nginx:\n    image: nginx:1.28\n    networks: [front, back]\n    volumes: ["./nginx:/etc/nginx"]\nnetworks:\n  front:\n  back:\n',
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ taken`),
        'units/shop.service': UNIT('shop', 8000),
        'units/blog.service': UNIT('blog', 8000),
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;`),
        'units/shop.service': UNIT('shop', 8000),
        'units/blog.service': UNIT('blog', 8001),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location ~ \\.php$ {
        fastcgi_pass unix:/run/php/php7.4-fpm.sock;
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ elsewhere
    }
}`),
        'php/pool.d/www.conf': '[www]\nuser = www-data\nlisten = /run/php/php8.2-fpm.sock\n',
      }),
      good: tree({
        'nginx.conf': main(`server {
    location ~ \\.php$ {
        fastcgi_pass unix:/run/php/php8.2-fpm.sock;
    }
}`),
        'php/pool.d/www.conf': '[www]\nuser = www-data\nlisten = /run/php/php8.2-fpm.sock\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://api:5000;
#                  ^^^^^^^^^^^^^^^ hostNetwork`),
        'compose.yaml': OF_MACHINE,
      }),
      fixed: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;`),
      }),
      notOn122: 'the name api is that of a service',
    },
  ],
});
