/** Databases and brokers that nginx's stream passes on to whoever connects. */
import { passedBy } from '../../answers/what-is-passed.ts';
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { isPublished } from '../../answers/who-comes-to-a-container.ts';
import { entryOf, isLocalServer } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { serversOf } from '../../config/servers.ts';
import { targetServers } from '../../config/upstreams.ts';
import { variablesIn } from '../../trace/script.ts';
import { defineRule } from '../rule.ts';

interface Program {
  readonly name: string;
  readonly port: number;
  /** names of containers and machines */
  readonly called: RegExp;
  /** what whoever gets in can do */
  readonly harm: string;
  /** it asks for no password unless it is told to, or cannot ask for one */
  readonly open?: true;
}

const PROGRAMS: readonly Program[] = [
  { name: 'Redis', port: 6379, called: /^(?:redis|valkey|keydb)\b/, harm: 'read and change every key and write files', open: true },
  { name: 'memcached', port: 11211, called: /^memcached?\b/, harm: 'read and change every key', open: true },
  { name: 'MongoDB', port: 27017, called: /^mongo(?:db)?\b/, harm: 'read and delete every collection' },
  { name: 'Elasticsearch', port: 9200, called: /^(?:elastic-?search|opensearch)\b/, harm: 'read and delete every index' },
  { name: 'etcd', port: 2379, called: /^etcd\b/, harm: 'read and change every key' },
  { name: 'MySQL', port: 3306, called: /^(?:mysql|mariadb|galera)\b/, harm: 'read and change every table' },
  { name: 'PostgreSQL', port: 5432, called: /^(?:postgres(?:ql)?|pgsql|pgbouncer)\b/, harm: 'read and change every table' },
  { name: 'Kafka', port: 9092, called: /^kafka\b/, harm: 'read and write every topic', open: true },
  { name: 'ZooKeeper', port: 2181, called: /^zoo-?keeper\b/, harm: 'read and change every node', open: true },
  { name: 'NATS', port: 4222, called: /^nats\b/, harm: 'read and write every subject', open: true },
  { name: 'Cassandra', port: 9042, called: /^(?:cassandra|scylla)\b/, harm: 'read and change every table', open: true },
  { name: 'NFS', port: 2049, called: /^nfs\b/, harm: 'read and change the files', open: true },
  { name: 'A file share', port: 445, called: /^(?:samba|smb)\b/, harm: 'read and change the files' },
  { name: 'A screen (VNC)', port: 5900, called: /^vnc\b/, harm: 'see and use it' },
  { name: 'RabbitMQ', port: 5672, called: /^(?:rabbit-?mq|amqp)\b/, harm: 'read and write every queue' },
];

/** How programs call their sockets. */
const SOCKETS: readonly (readonly [RegExp, string])[] = [
  [/\/\.s\.PGSQL\.\d+$/, 'PostgreSQL'],
  [/\/mysqld?\.sock$/, 'MySQL'],
  [/\/(?:redis|valkey)(?:-server)?\.sock$/, 'Redis'],
  [/\/memcached\.sock$/, 'memcached'],
];

/** Ports of pages: a gateway that speaks HTTP may bear the name of what is behind it. */
const OF_PAGES = new Set([80, 443, 3000, 5000, 8000, 8080, 8081, 8443]);

/** Names of programs that are for another program, and are not it. */
const BESIDE =
  /^[^.]*[-_](?:ui|web|www|pages?|api|app|rest|gateway|gw|exporter|metrics|admin|manager|console|dashboard|commander|connect|docs?)\b/;

/** The program behind an address: by its usual port, or by the name of its container where there is another port. */
function programAt(address: string): Program | undefined {
  const socket = address.startsWith('unix:') ? SOCKETS.find(([path]) => path.test(address)) : undefined;
  if (socket) return PROGRAMS.find((p) => p.name === socket[1]);
  const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 0);
  const host = address.replace(/:\d+$/, '').toLowerCase();
  return (
    PROGRAMS.find((p) => p.port === port) ??
    (OF_PAGES.has(port) || BESIDE.test(host) ? undefined : PROGRAMS.find((p) => p.called.test(host)))
  );
}

/** Variables by which a table tells who asks, or what he asks for by TLS: not everybody gets to each of its targets, and not without a certificate perhaps. */
const CHOOSES = /^(?:(?:binary_|realip_)?remote_addr|proxy_protocol_addr|ssl_preread_\w+|ssl_client_\w+|ssl_server_name)$/;

const isChosen = (pass: Directive): boolean =>
  variablesIn(pass.value(0)).some((name) => [...sourcesOf(pass.scope.config, name, 'stream')].some((source) => CHOOSES.test(source)));

export default defineRule({
  id: 'database-exposed',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['allow', 'deny', 'ssl_verify_client'],
  title: 'Database passed on to everyone',
  why: `
A \`server\` of \`stream\` passes on whoever connects. Redis and memcached ask for no password unless they are told to, and the protection that Redis has without one, to answer this machine alone, ends at a proxy on this machine: every connection comes from it. MySQL and PostgreSQL may trust it as well. Others ask for a password, which robots guess from all over the world.

Name the machines that may connect (\`allow 10.0.0.0/8; deny all;\`), listen on an inner address (\`listen 10.0.0.1:5432\`), or ask for a certificate (\`listen … ssl\` with \`ssl_verify_client on\`).`,
  about: ['proxy_pass', 'listen', 'allow', 'deny'],
  references: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/',
    'https://cwe.mitre.org/data/definitions/306.html',
  ],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    open: '{program} asks for no password unless it is told to: everybody who reaches port {port} can {harm}. Name who may connect (allow, "deny all;"), or listen on an inner address.',
    login:
      '{program} is open to everybody who reaches port {port}, to guess its passwords or, where it has none, to {harm}. Name who may connect (allow, "deny all;"), or listen on an inner address.',
  },
  check({ config, deployment, report }) {
    for (const server of serversOf(config, 'stream')) {
      const { scope, listens } = server;
      const pass = scope.first('proxy_pass');
      const program = pass && !isChosen(pass) && passedBy(pass).targets.flatMap(targetServers).map(programAt).find(Boolean);
      if (!pass || !program || isLocalServer(server) || entryOf(scope) !== 'everybody') continue;
      if (scope.value('ssl_verify_client')?.value(0) === 'on' || !isPublished(config, deployment, listens)) continue;
      report(program.open ? 'open' : 'login', {
        at: pass.at(pass.args[0]!),
        data: { program: program.name, harm: program.harm, port: listens[0]?.addresses[0]?.port ?? program.port },
        severity: program.open ? undefined : 'info',
      });
    }
  },
  examples: [
    {
      inside: 'stream',
      bad: `server {
    listen 6379;
    proxy_pass 127.0.0.1:6380;
}
upstream keys { server 10.0.0.5:6379; }
server {
    listen 7000;
    proxy_pass keys;
#              ^^^^ open
}`,
      good: `upstream keys { server 10.0.0.5:6379; }
server {
    listen 7000;
    allow 10.0.0.0/8;
    deny all;
    proxy_pass keys;
}`,
    },
    {
      inside: 'stream',
      bad: `server {
    listen 5432;
    proxy_pass 10.0.0.5:5432;
#              ^^^^^^^^^^^^^ login
}`,
      good: `server {
    listen 10.0.0.1:5432;
    proxy_pass 10.0.0.5:5432;
}`,
      notOn122: 'the inner address is no address of this machine',
    },
    {
      inside: 'stream',
      good: `server {
    listen 443;
    proxy_pass 10.0.0.5:8443;
}`,
    },
  ],
});
