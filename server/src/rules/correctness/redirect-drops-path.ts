/** Redirects of a whole site to HTTPS or to its other name that lose the path: every link leads to the home page. Shown by a request. */
import { isRedirect } from '../../witness/redirects.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** A redirect to a site's home page, written out. */
const HOME = /^https?:\/\/[^/?#]+\/?$/;

/** Whether two hosts are one site: the same, or one of them with www in front. */
const isOneSite = (a: string, b: string): boolean => a.replace(/^www\./, '') === b.replace(/^www\./, '');

export default defineRule({
  id: 'redirect-drops-path',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Redirect that loses the path',
  why: `
\`return 301 https://example.org;\` sends every request of the server to the home page, whatever was asked for. Links, bookmarks and search results lead there, an API gets a page, and a 301 stays in the browser.

\`$request_uri\` behind the host keeps path and query: \`return 301 https://example.org$request_uri;\`.`,
  about: ['return', 'rewrite', '$request_uri'],
  looksAt: {
    outcome: ['return', 'rewrite'],
    when: ({ location, directives }) =>
      (location === null || (location.kind === 'prefix' && location.name === '/')) &&
      directives.some((d) => isRedirect(d) && d.values.some((v) => HOME.test(v) && !v.includes('$request_uri'))),
  },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    home: 'Every page of {host} leads to the home page: {path} is redirected to {to}. Append $request_uri.',
  },
  check({ spot, report }) {
    const lines = spot.scope.directives.filter((d) => isRedirect(d) && d.values.some((v) => HOME.test(v)));
    const door = spot.doors.find((d) => d.name?.kind === 'exact' && d.name.text !== '');
    // a pattern that is for some pages only says so
    const line = lines.find((d) => d.name === 'return' || /^\^?(?:\/?\(?\.\*\)?)?\$?$/.test(d.value(0)));
    const path = spot.pathWhere((p) => p.length > 2);
    if (!door || !line || path === undefined || spot.unsure) return;
    const trace = spot.ask({ path }, {}, door);
    const to = locationHeader(trace);
    const host = /^https?:\/\/([^/?#:]+)(?::\d+)?\/?$/.exec(to ?? '')?.[1]?.toLowerCase();
    if (host === undefined || !isOneSite(host, door.host) || to!.startsWith(`${door.scheme}://${door.host}`)) return;
    const word = line.args.find((a) => HOME.test(a.value))!;
    report('home', {
      at: line.at(word),
      data: { host: door.host, path, to: to! },
      severity: trace.outcome.status === 302 || trace.outcome.status === 303 ? 'info' : undefined,
      fix:
        line.name === 'return' && !word.templated && word.raw === word.value
          ? fixOf('Keep the path', 'suggestion', line.file, [replace(word, `${word.value.replace(/\/$/, '')}$request_uri`)])
          : null,
      witness: proofOf(trace),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
    return 301 https://shop.example.org;
#              ^^^^^^^^^^^^^^^^^^^^^^^^ home
}`,
      good: `server {
    listen 80;
    server_name shop.example.org;
    return 301 https://shop.example.org$request_uri;
}`,
      witness: {
        request: 'GET http://shop.example.org/users',
        outcome: '301 https://shop.example.org',
        meant: '`301 https://shop.example.org/users`',
      },
    },
    {
      // unknown names may well be sent to the front door
      inside: 'http',
      good: 'server {\n    listen 80 default_server;\n    return 301 https://shop.example.org/;\n}',
    },
  ],
});
