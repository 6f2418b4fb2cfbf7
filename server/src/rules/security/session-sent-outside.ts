/** Cookies and logins of a site's visitors that go along to a server of another company. */
import { passesHeaders, passesIn, requestHeader } from '../../answers/what-is-passed.ts';
import { foreignHost } from '../../answers/who-is-foreign.ts';
import { PerPart } from '../../config/asked.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';
import { platformOf } from '../upstreams/_platforms.ts';

/** Whether a server also passes to a program of its own, whose cookies browsers send wherever they ask on that name. */
const hasApplication = new PerPart((server: Scope): boolean =>
  passesIn(server).some((pass) => foreignHost(pass) === null && locationOf(pass.scope)?.kind !== 'named' && !pass.value(0).includes('$')),
);

export default defineRule({
  id: 'session-sent-outside',
  group: 'security',
  severity: 'info',
  since: '0.2',
  missing: ['proxy_set_header', 'proxy_pass_request_headers'],
  title: 'Cookies of visitors sent to a foreign server',
  why: `
Browsers send the cookies of a site with every request for its name, and nginx passes all headers on. Where one path of your site leads to another company (statistics, widgets, a chat), its server gets the session cookie and the Authorization header of everyone who is logged in to your application: whoever runs it, or reads its logs, can act in their name.

Leave them out there: \`proxy_set_header Cookie "";\` and \`proxy_set_header Authorization "";\`.`,
  about: ['proxy_set_header', 'proxy_pass', '$http_cookie'],
  references: ['https://cwe.mitre.org/data/definitions/201.html'],
  looksAt: { directive: ['proxy_pass'], where: ({ values }) => /[\w-]\.[a-z]{2,}|^https?:\/\/[\w-]+(?:\/|$)|\$/i.test(values[0] ?? '') },
  needs: 'config',
  messages: {
    sent: '{host} belongs to others, and gets the cookies by which visitors are logged in to the application of this site. Add "proxy_set_header Cookie "";", and the same for Authorization.',
  },
  check({ directive, scope, report }) {
    const server = scope.enclosing('server');
    const host = server && scope.context === 'location' ? foreignHost(directive) : null;
    if (!server || host === null || !passesHeaders(directive)) return;
    // on a platform it may be a part of one's own
    if (platformOf(host) !== null || requestHeader(scope, 'Cookie') || !hasApplication.of(server)) return;
    if (locationOf(scope)?.kind === 'named') return;
    report('sent', { at: directive.at(directive.args[0]!), data: { host } });
  },
  examples: [
    {
      inside: 'http',
      bad: `upstream widgets { server widgets.vendor.net:80; }
server {
    server_name shop.example.org;
    location / { proxy_pass http://127.0.0.1:8000; }
    location /widgets/ {
        proxy_pass http://widgets/;
#                  ^^^^^^^^^^^^^^^ sent
    }
}`,
      good: `upstream widgets { server widgets.vendor.net:80; }
server {
    server_name shop.example.org;
    location / { proxy_pass http://127.0.0.1:8000; }
    location /widgets/ {
        proxy_pass http://widgets/;
        proxy_set_header Cookie "";
        proxy_set_header Authorization "";
    }
}`,
      fixed: false,
      notOn122: 'the name of the other server is resolved when nginx starts',
    },
  ],
});
