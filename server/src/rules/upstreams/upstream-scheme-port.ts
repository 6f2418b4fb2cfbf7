/** TLS spoken to the port of plain HTTP, and plain HTTP to that of TLS. */
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Ports at which only one of the two is ever spoken. */
const PORT = { 'http://': 443, 'https://': 80, 'grpc://': 443, 'grpcs://': 80 } as const;
/** Ports of services that speak no HTTP. */
const FOREIGN: ReadonlyMap<number, string> = new Map([
  [3306, 'MySQL'],
  [5432, 'PostgreSQL'],
  [5672, 'RabbitMQ'],
  [6379, 'Redis'],
  [11211, 'memcached'],
  [27017, 'MongoDB'],
]);
/** The port that the guides and examples of gRPC use, whatever the language. */
const GRPC = 50051;
const OTHER = { 'http://': 'https://', 'https://': 'http://', 'grpc://': 'grpcs://', 'grpcs://': 'grpc://' } as const;

export default defineRule({
  id: 'upstream-scheme-port',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  covers: ['upstream-tls-unverified'],
  title: 'Scheme of proxy_pass does not fit the port',
  why: `
The scheme in \`proxy_pass\` decides whether nginx speaks TLS to the upstream; the port of a \`server\` line does not. Databases and queues speak protocols of their own. Plain HTTP on port 443 gets "400 The plain HTTP request was sent to HTTPS port", and TLS on port 80 ends in a 502 with "SSL routines: wrong version number" in nginx's log.`,
  about: ['proxy_pass', 'grpc_pass', 'upstream'],
  looksAt: { directive: ['proxy_pass', 'grpc_pass'] },
  needs: 'config',
  fixable: 'sometimes',
  fixChanges: ['request-line', 'request-headers', 'tls'],
  messages: {
    plain: 'nginx speaks plain HTTP to {address}, the port of HTTPS, and gets a 400. Write {scheme} in {name}.',
    grpc: '{address} is the usual port of gRPC, which is HTTP/2 and does not answer HTTP/1: nginx logs "no valid HTTP/1.0 header", and clients get a 502. Write grpc_pass grpc://{address}, unless something else listens there.',
    foreign: 'nginx speaks HTTP to {address}, the port of {service}, which does not. Pass such connections on in stream.',
    tls: 'nginx speaks TLS to {address}, the port of plain HTTP, and answers 502. Write {scheme} in {name}, or the port of HTTPS.',
  },
  check({ directive, file, report }) {
    const word = directive.args[0];
    if (!word || !directive.fact) return;
    const scheme = /^(?:https?|grpcs?):\/\//i.exec(word.value)?.[0].toLowerCase() as keyof typeof PORT | undefined;
    const target = scheme && passTargetOf(directive);
    if (!target || target.kindOfHost === 'unix') return;
    const servers = target.upstream?.servers.filter((s) => !s.down);
    const wrong = PORT[scheme];
    const ports = servers ? servers.map((s) => s.port) : [target.port];
    const service = ports.every((p) => p === ports[0]) ? FOREIGN.get(ports[0] ?? 0) : undefined;
    if (service !== undefined)
      return report('foreign', {
        at: word,
        data: { address: servers?.[0] ? `${servers[0].host}:${ports[0]}` : `${target.host}:${ports[0]}`, service },
      });
    const isOver2 = directive.scope.value('proxy_http_version')?.value(0) === '2';
    if (scheme === 'http://' && !isOver2 && ports.length && ports.every((p) => p === GRPC))
      return report('grpc', {
        at: word,
        severity: 'info',
        data: { address: servers?.[0] ? `${servers[0].host}:${GRPC}` : `${target.host}:${GRPC}` },
      });
    // a server without a port is at the port of the scheme that the group is asked by: 80
    if (servers ? !servers.length || servers.some((s) => s.port !== wrong) : target.portText !== String(wrong)) return;
    const first = servers?.[0];
    report(wrong === 443 ? 'plain' : 'tls', {
      at: word,
      data: { address: first ? `${first.host}:${wrong}` : `${target.host}:${wrong}`, scheme: OTHER[scheme], name: directive.name },
      related: first ? [{ at: first.directive.at(), message: `port ${wrong}` }] : [],
      fix: word.value.startsWith(scheme)
        ? fixOf(`Write ${OTHER[scheme]}`, 'suggestion', file, [replace(word, OTHER[scheme] + word.value.slice(scheme.length))])
        : null,
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `upstream api {
    server 10.0.0.5:443;
    server 10.0.0.6:443;
}
server {
    location / {
        proxy_pass http://api;
#                  ^^^^^^^^^^ plain
    }
}`,
      good: `upstream api {
    server 10.0.0.5:443;
    server 10.0.0.6:443;
}
server {
    location / {
        proxy_pass https://api;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass https://10.0.0.5:80;
#              ^^^^^^^^^^^^^^^^^^^ tls
}`,
      good: `location / {
    proxy_pass http://10.0.0.5:80;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://10.0.0.5:5432;
#              ^^^^^^^^^^^^^^^^^^^^ foreign
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://10.0.0.5:50051;
#              ^^^^^^^^^^^^^^^^^^^^^ grpc
}`,
      good: `location / {
    grpc_pass grpc://10.0.0.5:50051;
}`,
    },
    {
      inside: 'http',
      good: `upstream mixed {
    server 10.0.0.5:443;
    server 10.0.0.6:8443;
}
server {
    location / {
        proxy_pass http://mixed;
    }
    location /api {
        proxy_pass https://10.0.0.5;
    }
}`,
    },
  ],
});
