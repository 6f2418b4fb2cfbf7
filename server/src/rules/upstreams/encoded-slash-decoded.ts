/** Programs whose paths have names with slashes, asked through a `proxy_pass` that decodes them. Shown by what is sent. */
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { fromBytes } from '../../base/bytes.ts';
import type { PassTarget } from '../../config/upstreams.ts';
import { parsePath } from '../../trace/uri.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

interface Receiver {
  readonly name: string;
  /** what it is called in the names of hosts, groups, sites and paths */
  readonly called: RegExp;
  readonly ports: readonly string[];
  /** a path of it that has `%2F` in a name */
  readonly path: string;
  /** what is not found without it */
  readonly loses: string;
  /** the setting by which it lives below a path, so that the path need not be cut off */
  readonly prefix: string;
}

/**
 * Their own guides say that a proxy must not decode the path: RabbitMQ's default virtual host is `/`, GitLab's API takes `group%2Fproject` for
 * an id, and Jenkins has branches with slashes in its pages and checks the proxy by such an address.
 */
const RECEIVERS: readonly Receiver[] = [
  {
    name: 'RabbitMQ',
    called: /(?:^|[-._/])rabbit-?mq(?:$|[-._/])/i,
    ports: ['15672', '15671'],
    path: 'api/queues/%2F/tasks',
    loses: 'whatever belongs to the virtual host "/"',
    prefix: 'management.path_prefix',
  },
  {
    name: 'GitLab',
    called: /(?:^|[-._/])gitlab(?:$|[-._/])/i,
    ports: [],
    path: 'api/v4/projects/group%2Fproject',
    loses: 'a project asked for by its path',
    prefix: 'external_url',
  },
  {
    name: 'Jenkins',
    called: /(?:^|[-._/])jenkins(?:$|[-._/])/i,
    ports: [],
    path: 'blue/organizations/jenkins/app/detail/feature%2Flogin/1/pipeline',
    loses: 'the page of a branch with a slash in its name',
    prefix: '--prefix',
  },
];

/** The program that a pass leads to, by the port, the host, the group, or the site that is its own. */
function receiverOf(spot: Spot, { host, portText, upstream }: PassTarget): Receiver | null {
  const ports = upstream ? upstream.servers.map((s) => String(s.port)) : [portText];
  const name = spot.location?.name ?? '';
  const sites = name === '/' ? spot.server.names.map((n) => n.text.split('.')[0]!) : [name.split('/')[1] ?? ''];
  const named = [host, ...(upstream?.servers.map((s) => s.host) ?? []), ...sites];
  return (
    RECEIVERS.find((r) => (ports.length > 0 && ports.every((p) => r.ports.includes(p))) || named.some((n) => r.called.test(n))) ?? null
  );
}

export default defineRule({
  id: 'encoded-slash-decoded',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Encoded slash decoded for a program that needs it',
  why: `
With a path in \`proxy_pass\`, even a single slash, and after a \`rewrite\`, nginx sends the decoded path in a new encoding: \`%2F\` becomes \`/\`, and two slashes become one. RabbitMQ, GitLab and Jenkins have names with slashes in their paths and tell \`group%2Fproject\` from \`group/project\`; they answer 404 or 405.

Without a path in \`proxy_pass\` the request goes out as it came. A program that lives below a path is best told so by its own setting, so that nothing has to be cut off.`,
  about: ['proxy_pass', 'rewrite'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass'],
  looksAt: { outcome: ['proxy_pass'], when: (spot) => spot.location?.kind === 'prefix' },
  needs: 'config',
  fixable: 'sometimes',
  fixChanges: ['request-line'],
  messages: {
    path: '{from} arrives at {receiver} as {to}: with the path "{uri}" in proxy_pass nginx decodes %2F, and {loses} is not found. Leave the path out.',
    mapped:
      '{from} arrives at {receiver} as {to}: nginx decodes %2F in a path that it changes, and {loses} is not found. Pass the path unchanged, and set {prefix} in {receiver}.',
  },
  check({ spot, file, report }) {
    const passes = spot.directives.filter((d) => d.name === 'proxy_pass');
    const pass = passes[0];
    const target = passes.length === 1 && pass ? passTargetOf(pass) : null;
    const receiver = target && receiverOf(spot, target);
    if (!pass || !target || !receiver) return;
    const path = `${spot.location!.name.replace(/\/$/, '')}/${receiver.path}`;
    const read = parsePath(path, true);
    if (!read || !spot.takes(fromBytes(read.uri))) return;
    const trace = spot.ask({ path });
    const request = trace.outcome.upstreamRequest;
    if (trace.outcome.kind !== 'proxy' || !request || /%2f/i.test(request.uri)) return;
    const word = pass.args[0]!;
    const same = target.uri === spot.location!.name && word.value.endsWith(target.uri) && !spot.has('rewrite');
    report(same ? 'path' : 'mapped', {
      at: pass.at(word),
      data: { from: path, to: request.uri, uri: target.uri, receiver: receiver.name, loses: receiver.loses, prefix: receiver.prefix },
      fix: same
        ? fixOf('Leave the path out', 'suggestion', file, [replace(word, word.value.slice(0, word.value.length - target.uri.length))])
        : null,
      witness: proofOf(trace),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `server_name rabbitmq.example.com;
location / {
    proxy_pass http://127.0.0.1:8000/;
#              ^^^^^^^^^^^^^^^^^^^^^^ path
}`,
      good: `server_name rabbitmq.example.com;
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: {
        request: 'GET http://rabbitmq.example.com/api/queues/%2F/tasks',
        outcome: 'GET /api/queues/tasks at 127.0.0.1:8000',
        meant: '`GET /api/queues/%2F/tasks at 127.0.0.1:8000`',
      },
    },
    {
      inside: 'http',
      bad: `upstream gitlab-workhorse {
    server 127.0.0.1:8000;
}
server {
    listen 80;
    location /git/ {
        proxy_pass http://gitlab-workhorse/;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^ mapped
    }
}`,
      good: `upstream gitlab-workhorse {
    server 127.0.0.1:8000;
}
server {
    listen 80;
    location /git/ {
        proxy_pass http://gitlab-workhorse;
    }
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location /jenkins {
    rewrite ^/jenkins/(.*)$ /$1 break;
    proxy_pass http://127.0.0.1:8000;
#              ^^^^^^^^^^^^^^^^^^^^^ mapped
}`,
      good: `location /jenkins {
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    { inside: 'server', good: 'location /api/ {\n    proxy_pass http://127.0.0.1:8000/;\n}' },
  ],
});
