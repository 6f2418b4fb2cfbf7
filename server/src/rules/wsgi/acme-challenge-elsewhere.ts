/** certbot in one container writes the challenge where nginx in another one does not look. */
import { type ByteString, toBytes } from '../../base/bytes.ts';
import { isOpen, matchLocation } from '../../config/locations.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { nameMatches, type Server, serversOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { commandWords } from '../../deploy/dockerfile.ts';
import { imageOf } from '../../deploy/inside.ts';
import { projectOf, surelyApart } from '../../deploy/reach.ts';
import { defineRule } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { nginxesOf, portOf } from './_links.ts';

const CHALLENGE = '/.well-known/acme-challenge';

/** What may answer a request for a file, or send it elsewhere, before the disk is asked. */
const DECIDES = /^(?:return|rewrite|if|try_files|.*_by_lua.*|js_content|perl|acme_.*)$/;

/** What a container of certbot is told. */
interface Told {
  /** the folders that it writes to */
  readonly webroots: readonly string[];
  /** the names that it wants a certificate for */
  readonly domains: ReadonlySet<ByteString>;
}

/** What a container of certbot is told; null where it writes nothing, is told otherwise, or by what is not seen. */
function toldTo(deployment: Deployment, service: ComposeService): Told | null {
  if (service.builds || service.mountsOpen || !/(?:^|\/)certbot\/certbot$/.test(imageOf(deployment, service) ?? '')) return null;
  const words = [...commandWords(service.entrypoint), ...commandWords(service.command)].flatMap((w) => w.split(/\s+/));
  if (!words.includes('--webroot') || words.some((w) => w.includes('$'))) return null;
  const webroots = words.flatMap((w, i) => {
    const joined = /^--webroot-path=(\/.+)$/.exec(w)?.[1];
    const path = joined ?? (/^(?:-w|--webroot-path)$/.test(w) ? words[i + 1] : undefined);
    return path?.startsWith('/') ? path.replace(/\/+$/, '') : [];
  });
  const domains = words.flatMap((w, i) => {
    const names = /^(?:--domains?=|-d=?)(?=[^=])(.+)$/.exec(w)?.[1] ?? (/^(?:-d|--domains?)$/.test(w) ? words[i + 1] : undefined);
    return names?.split(',').map((name) => toBytes(name.toLowerCase())) ?? [];
  });
  return webroots.length ? { webroots, domains: new Set(domains) } : null;
}

/** Whether a server has one of the names that the certificate is for. */
const isFor = (server: Server, domains: ReadonlySet<ByteString>): boolean =>
  server.names.some((n) => (n.kind === 'exact' ? domains.has(toBytes(n.text)) : [...domains].some((d) => nameMatches(n, d))));

/** Whether a server takes every name, and says itself where the challenge is. */
const isForAll = (server: Server): boolean =>
  server.names.every((n) => n.text === '' || n.text === '_') &&
  server.scope.directives.some((d) => d.name === 'location' && d.values.some((v) => v.startsWith('/.well-known')));

/** The folder that has the challenges for a server, and the line that says so; null where something else answers, or may. */
function folderOf(server: Scope): { readonly line: NonNullable<ReturnType<Scope['value']>>; readonly folder: string } | null {
  const { location, how } = matchLocation(server, toBytes(`${CHALLENGE}/token`));
  if (isOpen(how)) return null;
  const scope = location?.scope ?? server;
  const around = scope === server ? [server] : [scope, server];
  if (around.some((s) => unseenOf(s, 'root').length || s.directives.some((d) => DECIDES.test(d.name)))) return null;
  if (PASS_DIRECTIVES.some((name) => scope.has(name))) return null;
  if (scope.effective('error_page').directives.some((d) => d.values.includes('404'))) return null;
  // root and alias are one setting: the nearer counts
  const line = scope.value('root');
  const value = line?.value(0);
  if (!line || !value?.startsWith('/') || value.includes('$')) return null;
  if (line.name === 'root') return { line, folder: value.replace(/\/+$/, '') + CHALLENGE };
  const name = location?.kind === 'prefix' ? location.name : null;
  return name === null ? null : { line, folder: (value + `${CHALLENGE}/`.slice(name.length)).replace(/\/+$/, '') };
}

const SITE = (root: string, mark = ''): string =>
  main(`server {
    listen 80;
    location ${CHALLENGE}/ {
        root ${root};
${mark}    }
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`);

const COMPOSE = (command: string): string =>
  `services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro", "./www:/var/www/certbot:ro"]\n  certbot:\n    image: certbot/certbot\n    volumes: ["./www:/var/www/certbot", "./keys:/etc/letsencrypt"]\n    command: ${command}\n`;

export default defineRule({
  id: 'acme-challenge-elsewhere',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['root', 'alias', 'location', 'return', 'rewrite'],
  title: 'Challenge written where nginx does not look',
  why: `
\`certbot --webroot -w FOLDER\` writes the file of the challenge below FOLDER of its own container, and the authority asks nginx for it. Both must have the same folder of the machine, or the same volume, and each is to name it as its own container does. Written elsewhere the answer is 404, and no certificate comes: "Invalid response from http://…/.well-known/acme-challenge/…: 404".`,
  about: ['root', 'alias'],
  references: ['https://eff-certbot.readthedocs.io/en/stable/using.html#webroot'],
  looksAt: { config: true },
  needs: 'deployment',
  messages: {
    apart:
      'certbot writes the challenge to {written} of its container (-w {webroot}), and nginx looks for it in {folder}, which is another folder: the authority gets 404. Mount the same folder into both, and name it as each has it.',
  },
  check({ config, deployment, report }) {
    const clients = deployment.containers.flatMap((service) => {
      const told = toldTo(deployment, service);
      return told ? [{ service, ...told }] : [];
    });
    if (clients.length !== 1) return;
    const [{ service, webroots, domains }] = clients as [(typeof clients)[number]];
    // of several containers with one configuration each may have the folder for the others
    const [from, ...more] = nginxesOf(config, deployment);
    if (from && !more.length && !from.mountsOpen && projectOf(deployment, from) === projectOf(deployment, service)) {
      const plain = serversOf(config).filter((server) => portOf(server, 'http') !== null);
      const named = plain.filter((server) => isFor(server, domains));
      const asked = named.length ? named : plain.filter(isForAll);
      const reported = new Set<string>();
      for (const server of asked) {
        const found = folderOf(server.scope);
        if (!found) continue;
        const { line, folder } = found;
        const key = `${line.file.id}#${line.statement.start}`;
        if (reported.has(key) || !webroots.every((w) => surelyApart(from, folder, service, w + CHALLENGE))) continue;
        reported.add(key);
        report('apart', {
          at: line.at(line.args[0]),
          data: { folder, webroot: webroots[0]!, written: webroots[0]! + CHALLENGE },
          related: [{ at: service.place, message: 'certbot runs here' }],
        });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE('/var/www/certbot', '#            ^^^^^^^^^^^^^^^^ apart\n'),
        'compose.yaml': COMPOSE('certonly --webroot -w /var/www/html -d shop.example.com'),
      }),
      good: tree({
        'nginx.conf': SITE('/var/www/certbot'),
        'compose.yaml': COMPOSE('certonly --webroot -w /var/www/certbot -d shop.example.com'),
      }),
    },
  ],
});
