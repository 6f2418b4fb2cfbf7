/** Somebody else's server whose X-Accel-Redirect nginx follows, into the places that are for its own application alone. */
import { isInternalForItsPath } from '../../answers/what-a-place-is-for.ts';
import { foreignHost } from '../../answers/who-is-foreign.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';
import { askedBy } from '../upstreams/_receiver.ts';

const HEADER = 'x-accel-redirect';

/** The place of a server that is for redirects of its own and gives something out: a folder, or another program. */
const keptPlace = new PerPart((server: Scope): Directive | null => {
  for (const d of server.all) {
    const place = d.name === 'location' && d.body?.has('internal') ? locationOf(d.body) : null;
    if (!place || place.kind === 'exact' || place.kind === 'named' || isInternalForItsPath(place) || askedBy(place.scope).length) continue;
    const { scope } = place;
    if (scope.has('alias') || scope.has('root') || PASS_DIRECTIVES.some((p) => scope.has(p))) return d;
  }
  return null;
});

/** Whether nginx passes over the header here. */
const isIgnored = (scope: Scope): boolean =>
  scope.effective('proxy_ignore_headers').directives.some((d) => d.values.some((v) => v.toLowerCase() === HEADER));

export default defineRule({
  id: 'accel-redirect-from-outside',
  group: 'security',
  severity: 'info',
  since: '0.2',
  missing: ['proxy_ignore_headers'],
  title: 'X-Accel-Redirect of a foreign server is followed',
  why: `
nginx follows \`X-Accel-Redirect\` in the answer of every server that it passes to, and \`internal\` keeps only clients out: the header leads into any location of the site. What is meant for your own application, which looks who may have a file, is obeyed from the server of another company, too. Who controls that server, or a page on it, reads your protected files.

Pass over the header where you pass to others: \`proxy_ignore_headers X-Accel-Redirect;\`.`,
  about: ['proxy_ignore_headers', 'internal', 'proxy_pass'],
  references: [
    'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_headers',
    'https://cwe.mitre.org/data/definitions/441.html',
  ],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'config',
  messages: {
    followed:
      '{host} belongs to others, and an X-Accel-Redirect of it leads into the internal {place}: it hands out what is kept there. Add "proxy_ignore_headers X-Accel-Redirect;".',
  },
  check({ directive, scope, report }) {
    const server = scope.enclosing('server');
    const kept = server && keptPlace.of(server);
    if (!kept || isIgnored(scope) || !admitsStrangers(scope) || askedBy(scope).length) return;
    const host = foreignHost(directive);
    if (host === null) return;
    report('followed', {
      at: directive.nameAt,
      data: { host, place: `"location ${kept.values.join(' ')}"` },
      related: [{ at: kept.nameAt, message: 'for the own application alone' }],
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `upstream widgets { server widgets.vendor.net:80; }
server {
    server_name shop.example.org;
    location / { proxy_pass http://127.0.0.1:8000; }
    location /invoices/ {
        internal;
        alias /srv/invoices/;
    }
    location /widgets/ {
        proxy_pass http://widgets/;
#       ^^^^^^^^^^ followed
    }
}`,
      good: `upstream widgets { server widgets.vendor.net:80; }
server {
    server_name shop.example.org;
    location / { proxy_pass http://127.0.0.1:8000; }
    location /invoices/ {
        internal;
        alias /srv/invoices/;
    }
    location /widgets/ {
        proxy_pass http://widgets/;
        proxy_ignore_headers X-Accel-Redirect;
    }
}`,
      fixed: false,
      notOn122: 'the name of the other server is resolved when nginx starts',
    },
  ],
});
