/** nginx sends who asked and how, and the application server does not believe it. */

import { isLoopback } from '../../deploy/address.ts';
import { serverTitle } from '../../deploy/application.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { trusts } from '../../deploy/servers/asked.ts';
import { placeOf, type Setting } from '../../deploy/setting.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { appended } from './_edits.ts';
import { django, FORWARDED, httpsSite, main, site, tree } from './_examples.ts';
import { distinct, orPlace, portOf, type Side, sentLine, sidesOf } from './_links.ts';

const listOf = (side: Side): Setting<unknown> | null => side.application.server.trust?.list(side.application.settings) ?? null;

/** What the application loses: only where something behind the server reads what the server would have made of it. */
function loses(side: Side): string | null {
  const { framework, server } = side.application;
  const line = sentLine(side, 'X-Forwarded-Proto');
  // a site that is plain HTTP says what the application takes for granted
  const plain = line?.value(1) === '$scheme' && side.server !== null && portOf(side.server, 'https') === null;
  // over TLS the connection says https
  const proto = line !== undefined && !plain && !side.target.tls;
  const chain = sentLine(side, 'X-Forwarded-For') !== undefined;
  // where the headers get through all the same, ProxyFix and the like take scheme and address from them
  const reads = asked(framework, (d) => d.readsScheme) === true;
  const { application } = side;
  const through = server.trust?.passes?.(application, application.settings);
  if (reads && through) return null;
  if (server.trust?.address(application.settings))
    return proto
      ? `the scheme stays http${chain ? ', and the client’s address is lost' : ''}`
      : chain
        ? 'the client’s address is lost'
        : null;
  if (!proto || !framework) return null;
  // Django with its own header setting, and ProxyFix, read the headers by themselves
  if (reads) return null;
  return 'the scheme stays http';
}

function trustedToo(side: Side, deployment: Deployment, value: string): Fix | null {
  const { application } = side;
  const title = `Trust ${value === '*' ? 'every proxy' : value} in ${serverTitle(application)}`;
  const list = listOf(side);
  if (list?.from === 'unknown') return null;
  const { line, option } = application.server.trust ?? {};
  if (line) {
    const config = application.files.find((f) => /gunicorn[^/]*\.py$/.test(f) && deployment.files.has(f));
    if (list?.from !== 'default' || !config) return null;
    return {
      title,
      safety: 'suggestion',
      edits: [{ file: config, edits: [appended(deployment, config, line(value))] }],
    };
  }
  if (!option || list?.from !== 'default' || !['systemd', 'procfile', 'script', 'supervisor'].includes(application.source)) return null;
  const { file, span } = application.place;
  return {
    title,
    safety: 'suggestion',
    edits: [{ file, edits: [{ span: { start: span.end, end: span.end }, newText: ` ${option(value)}` }] }],
  };
}

export default defineRule({
  id: 'forwarded-allow-ips-mismatch',
  formerly: ['forwarded-allow-ips'],
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  title: 'Application server does not trust nginx',
  why: `
gunicorn and uvicorn take scheme and client address from forwarded headers only when they come from a proxy of \`forwarded_allow_ips\`. By
default that is this machine: gunicorn also trusts unix sockets, uvicorn does not, and neither trusts the address that nginx has in another
container. Headers from elsewhere are silently ignored.

Name nginx's address. \`*\` is right where nothing but nginx can reach the server: on a unix socket, or in a network of its own.`,
  about: ['proxy_pass', 'proxy_set_header'],
  references: ['https://docs.gunicorn.org/en/stable/settings.html#forwarded-allow-ips', 'https://www.uvicorn.org/settings/'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    untrusted: '{server} ignores the forwarded headers that nginx sends here: {loss} ({why}). Add nginx to {setting}.',
  },
  check({ config, deployment, report }) {
    for (const side of distinct(sidesOf(config, deployment))) {
      const { application, address } = side;
      const list = listOf(side);
      if (!list || side.target.kind !== 'proxy') continue;
      const loss = loses(side);
      if (!loss) continue;
      const unix = address.kind === 'unix';
      const here = !unix && isLoopback(address.host);
      const trusted = trusts(application, unix ? '' : here ? '127.0.0.1' : undefined);
      if (!trusted) continue;
      // what a file that is not here may set is taken as not set, and that is said
      const assumed = !trusted.known && trusted.likely === false && application.unreadEnvironment.length > 0;
      if ((!trusted.known && !assumed) || (trusted.known && trusted.value)) continue;
      report('untrusted', {
        at: side.pass.nameAt,
        severity: assumed ? 'info' : undefined,
        data: {
          server: serverTitle(application),
          loss,
          why: assumed
            ? `unless ${application.unreadEnvironment[0]!.path}, which is not in the workspace, sets FORWARDED_ALLOW_IPS`
            : trusted.why,
          setting: application.server.trust?.name ?? '',
        },
        related: [
          {
            at: orPlace(placeOf(list), application),
            message: list.from === 'default' ? 'trusts its own machine only, by default' : 'the proxies that are trusted',
          },
        ],
        // on an address of the network others reach it as well, and which of them is nginx is not known
        fix: unix || here || application.container ? trustedToo(side, deployment, '*') : null,
      });
    }
  },
  examples: [
    {
      good: tree({
        'nginx/nginx.conf': httpsSite(`
        proxy_pass https://web:8443;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;`),
        'compose.yaml':
          'services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n',
        ...django("ALLOWED_HOSTS = ['*']\n", "bind = ':8443'\ncertfile = 'cert.pem'\nkeyfile = 'key.pem'\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/api.sock;
#       ^^^^^^^^^^ untrusted
        ${FORWARDED}`),
        'app/Procfile': 'web: uvicorn --uds /run/api.sock api:app\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/api.sock;
        ${FORWARDED}`),
        'app/Procfile': "web: uvicorn --uds /run/api.sock api:app --forwarded-allow-ips='*'\n",
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': httpsSite(`
        proxy_pass http://web:8000;
#       ^^^^^^^^^^ untrusted
        ${FORWARDED}`),
        'compose.yaml':
          'services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n',
        ...django("ALLOWED_HOSTS = ['*']\n", "bind = ':8000'\n"),
      }),
      good: tree({
        'nginx/nginx.conf': httpsSite(`
        proxy_pass http://web:8000;
        ${FORWARDED}`),
        'compose.yaml':
          'services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n',
        ...django("ALLOWED_HOSTS = ['*']\n", "bind = ':8000'\nforwarded_allow_ips = '*'\n"),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      // plain HTTP: the scheme that is not believed is the one that gunicorn takes for granted
      good: tree({
        'nginx/nginx.conf': site(`
        proxy_pass http://web:8000;
        ${FORWARDED}`),
        'compose.yaml':
          'services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n',
        ...django("ALLOWED_HOSTS = ['*']\n", "bind = ':8000'\n"),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      good: tree({
        'nginx.conf': main(`server {\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n        ${FORWARDED}\n    }\n}`),
        ...django("ALLOWED_HOSTS = ['*']\n"),
      }),
    },
    {
      // no connection to an address of the network comes from the loopback
      bad: tree({
        'nginx.conf': httpsSite(`
        proxy_pass http://10.0.0.7:8000;
#       ^^^^^^^^^^ untrusted
        ${FORWARDED}`),
        ...django("ALLOWED_HOSTS = ['*']\n", "bind = '10.0.0.7:8000'\n"),
      }),
      good: tree({
        'nginx.conf': httpsSite(`
        proxy_pass http://10.0.0.7:8000;
        ${FORWARDED}`),
        ...django("ALLOWED_HOSTS = ['*']\n", "bind = '10.0.0.7:8000'\nforwarded_allow_ips = '10.0.0.5'\n"),
      }),
    },
  ],
});
