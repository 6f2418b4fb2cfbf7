/** Django answers to every name, and nginx passes every name on to it. */

import { surely } from '../../deploy/seen.ts';
import { certain } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { django, main, tree } from './_examples.ts';
import { distinct, djangoSides, isDevelopment, portOf, probe } from './_links.ts';

/** A name that nobody can own (RFC 6761). */
const FOREIGN = 'foreign.invalid';

const site = (more: string): string =>
  main(`${more}server {
    listen 80;
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
    }
}`);

export default defineRule({
  id: 'allowed-hosts-any',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  missing: ['server'],
  title: 'Every host name reaches Django, and Django believes it',
  why: `
\`ALLOWED_HOSTS = ['*']\` switches off the check of the Host header: links in password mails, absolute redirects and cache keys carry whatever
name a client sends. It does no harm behind an nginx that passes on its own names alone. Here the server is the first of its port or the default
one, so that requests for any name go through to the application.

Name the hosts in \`ALLOWED_HOSTS\`, or give nginx a default server that ends other names: \`listen 80 default_server; return 444;\`.`,
  about: ['server_name', 'listen', '$host'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    any: 'ALLOWED_HOSTS has *, and nginx passes requests for any name on: links and mails carry the name that a client sends. Name the hosts.',
  },
  check({ config, deployment, report }) {
    const seen = new Set<string>();
    for (const side of distinct(djangoSides(config, deployment))) {
      const { application, server } = side;
      const { settings } = side.django;
      const list = settings.allowedHosts;
      const star = certain(list)?.find((e) => e.value === '*');
      if (!star || !server || seen.has(application.id) || isDevelopment(application) || certain(settings.debug) === true) continue;
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      const host = probe(side, config, { scheme, host: FOREIGN })?.view.host;
      if (!host || surely(host)?.replace(/:\d+$/, '') !== FOREIGN) continue;
      seen.add(application.id);
      const names = server.names.filter((n) => n.kind === 'exact' && n.directive && n.text.includes('.')).map((n) => n.text);
      report('any', {
        at: star.place,
        related: [{ at: side.pass.nameAt, message: 'nginx passes every name on here' }],
        fix:
          names.length && list.from === 'text' && certain(list)!.length === 1
            ? {
                title: `Allow ${names.join(', ')} alone`,
                safety: 'suggestion',
                edits: [
                  { file: list.place.file, edits: [{ span: list.place.span, newText: `[${names.map((n) => `'${n}'`).join(', ')}]` }] },
                ],
              }
            : null,
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(''),
        ...django("ALLOWED_HOSTS = ['*']\n#                 ^ any\n"),
      }),
      fixed: tree({ 'app/shop/settings.py': "ALLOWED_HOSTS = ['shop.example.com']\n" }),
      good: tree({
        'nginx.conf': site('server {\n    listen 80 default_server;\n    return 444;\n}\n'),
        ...django("ALLOWED_HOSTS = ['*']\n"),
      }),
    },
  ],
});
