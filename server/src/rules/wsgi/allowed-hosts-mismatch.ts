/** Names that nginx serves and Django refuses, and names that Django allows and nginx never sends to it. */
import { unseenInForce } from '../../config/effective.ts';
import { serversOf } from '../../config/servers.ts';
import { frameworkTitle } from '../../deploy/application.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { djangoDomain } from '../../deploy/view-django.ts';
import { standsAt } from '../../trace/at.ts';
import { traceRequest } from '../../trace/request.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { addedItem, sendHeader, sharedHeader } from './_edits.ts';
import { django, FORWARDED, main, tree } from './_examples.ts';
import { distinct, djangoSides, orPlace, pathTo, portOf, probe, sidesOf } from './_links.ts';
import { isPlaceholder, isPublic, publicNamesOf } from './_names.ts';

export default defineRule({
  id: 'allowed-hosts-mismatch',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header'],
  title: 'server_name missing from ALLOWED_HOSTS',
  why: `
Django answers 400 to a request whose host is not in \`ALLOWED_HOSTS\`. A name in \`server_name\` that the list lacks is a site that never
works; a \`Host\` that nginx does not pass on is the upstream's name, which Django refuses too, whatever the list says, when it has an
underscore. Starlette and FastAPI do the same with \`TrustedHostMiddleware\`.`,
  about: ['server_name', 'proxy_set_header', '$host'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    refused: '{framework} answers 400 for {name}: {why}. Add it to {list}.',
    otherHost: '{framework} sees the host {host} here and answers 400: {why}. Pass the client’s host on with Host $host.',
    unserved: 'No server of nginx sends requests for {name} to this application.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const hosts = asked(side.application.framework, (d) => d.hosts);
      const { server } = side;
      if (!server || !hosts) continue;
      const { list, name: setting } = hosts;
      const framework = frameworkTitle(side.application.framework!);
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      const listPlace = orPlace(placeOf(list), side.application);
      for (const name of publicNamesOf(server)) {
        const probed = probe(side, config, { scheme, host: name.text });
        const { view } = probed ?? {};
        if (!view?.hostAllowed.known || view.hostAllowed.value || !view.host.known) continue;
        const own = djangoDomain(view.host.value) === name.text;
        if (own && isPlaceholder(name.text)) continue;
        // what passes the name on stands where the request is passed on, not beside server_name
        const missing = own && !unseenInForce(side.pass.scope, 'proxy_set_header').length ? [] : undefined;
        const word = name.directive!.args[name.argument]!;
        const at = own ? name.directive!.at(word) : side.pass.nameAt;
        const key = `${at.file}#${at.span.start}`;
        if (reported.has(key)) continue;
        reported.add(key);
        const related = [{ at: listPlace, message: list.from === 'default' ? `${setting} is not set` : setting }];
        if (own) {
          const edit = list.from === 'text' ? addedItem(deployment, list.place, `'${name.text}'`) : null;
          const fix: Fix | null =
            edit && list.from === 'text'
              ? { title: `Add ${name.text} to ${setting}`, safety: 'suggestion', edits: [{ file: list.place.file, edits: [edit] }] }
              : null;
          report('refused', { at, data: { framework, name: name.text, why: view.hostAllowed.why, list: setting }, related, fix, missing });
        } else
          report('otherHost', {
            at,
            data: { framework, host: view.host.value, why: view.hostAllowed.why },
            related,
            fix: sendHeader(side, 'Host', '$host', 'Pass the host on', 'suggestion'),
            shared: sharedHeader(side, 'Host', '$host', 'Pass the host on', 'suggestion'),
          });
      }
    }
    const sides = distinct(djangoSides(config, deployment));
    for (const [id, side] of new Map(sides.map((s) => [s.application.id, s]))) {
      for (const entry of certain(side.django.settings.allowedHosts) ?? []) {
        // the name that stands for the real one may be this
        if (!isPublic(entry.value) || (side.server && publicNamesOf(side.server).some((n) => isPlaceholder(n.text)))) continue;
        const own = sides.filter((s) => s.application.id === id);
        const targets = [...new Set(['/', ...own.flatMap((s) => pathTo(s) ?? [])])].slice(0, 8);
        const served = serversOf(config).some((server) =>
          (['http', 'https'] as const).some((scheme) =>
            targets.some((target) => {
              const port = portOf(server, scheme);
              if (port === null) return false;
              const { outcome } = traceRequest(
                config,
                { target, scheme, headers: [['Host', entry.value]], localPort: port },
                { files: { stat: () => null } },
              );
              const at = outcome.upstreamRequest?.at;
              return outcome.kind === 'redirect' || outcome.kind === 'unknown' || (at ? own.some((s) => standsAt(s.pass, at)) : false);
            }),
          ),
        );
        // a name that other applications or the outside serve is no mistake, only worth a hint
        if (!served)
          report('unserved', {
            at: entry.place,
            severity: 'hint',
            missing: ['server', 'listen', 'server_name'],
            data: { name: entry.value },
            related: [{ at: side.pass.nameAt, message: 'nginx’s way to the application' }],
          });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': main(`server {
    server_name shop.example.com www.shop.example.com;
#                                ^^^^^^^^^^^^^^^^^^^^ refused
    location / {
        proxy_pass http://unix:/run/shop.sock;
        ${FORWARDED}
    }
}`),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    server_name shop.example.com www.shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        ${FORWARDED}
    }
}`),
        ...django("ALLOWED_HOSTS = ['shop.example.com', 'www.shop.example.com']\n"),
      }),
    },
    {
      good: tree({
        'nginx.conf': main(`server {
    server_name your_domain.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        ${FORWARDED}
    }
}`),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`upstream shop_app {
    server unix:/run/shop.sock;
}
server {
    server_name shop.example.com;
    location / {
        proxy_pass http://shop_app;
#       ^^^^^^^^^^ otherHost
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\n"),
      }),
      good: tree({
        'nginx.conf': main(`upstream shop_app {
    server unix:/run/shop.sock;
}
server {
    server_name shop.example.com;
    location / {
        proxy_pass http://shop_app;
        proxy_set_header Host $host;
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen 80 default_server;
    return 444;
}
server {
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
    }
}`),
        ...django(`
ALLOWED_HOSTS = [
    'shop.example.com',
    'old.example.com',
#    ^^^^^^^^^^^^^^^ unserved
]
`),
      }),
      good: tree({
        'nginx.conf': main(
          'server {\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n        proxy_set_header Host $host;\n    }\n}',
        ),
        ...django("import os\nALLOWED_HOSTS = os.environ.get('HOSTS', 'a.example.com').split(',')\n"),
      }),
    },
  ],
});
