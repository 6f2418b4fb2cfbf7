/** `location = /admin` keeps away from one path; with a slash behind it, or a page below, the request is somewhere else. */
import { answeredFirst } from '../../answers/where-a-line-counts.ts';
import { restrictionsOf, speaksOfAccess } from '../../answers/who-may-enter.ts';
import { BLOCKS, PerConfig } from '../../config/asked.ts';
import type { Location } from '../../config/locations.ts';
import type { Server } from '../../config/servers.ts';
import { isBackend, isGivenOut, keepsOut } from '../../witness/access.ts';
import { outcomeText, paramOf, proofOf } from '../../witness/requests.ts';
import { type Spot, spotsOfServer } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Names of single documents, and of what nginx and monitors ask under this one path. */
const SINGLE = /\.\w+$|metrics|status|health|ping|robots|favicon|xmlrpc|cron|version|info$/i;

/** Pages of nginx's own: there is none below them, and the application has none of that name. */
const OWN_PAGES = ['stub_status', 'prometheus', 'vhost_traffic_status_display', 'check_status', 'sts_display', 'empty_gif'];

/** Folders of version control and of keys: whoever names one has it there, with files of known names. */
const FOLDERS = /\/\.(?:git|svn|hg|bzr|ssh|aws)$/;

/** Programs that get what is behind their own name as path information. */
const SCRIPT = /\.php$/;

/** The one path that a location takes; null where it takes others too. */
export const exactly = ({ kind, name }: Location): string | null =>
  kind === 'exact'
    ? name
    : kind === 'regex'
      ? (/^\^?(\/(?:[\w/~-]|\\[.\-/])*?)(?:\/\?)?\$$/.exec(name)?.[1]?.replaceAll('\\', '') ?? null)
      : null;

/** The locations of a server by their words, the first of each. */
const byPattern = new PerConfig((config, server: Server): ReadonlyMap<string, Spot> => {
  const all = new Map<string, Spot>();
  for (const spot of spotsOfServer(config, server)) {
    const words = spot.location?.directive.values.join(' ');
    if (words !== undefined && !all.has(words)) all.set(words, spot);
  }
  return all;
}, BLOCKS);

export default defineRule({
  id: 'exact-path-restricted-only',
  group: 'security',
  severity: 'info',
  since: '0.2',
  title: 'Only the exact path is restricted',
  why: `
\`location = /admin\` takes requests for \`/admin\` and nothing else. \`/admin/\` and \`/admin/users\` are taken by another location, here by one that passes everything to the application, which answers them as before.

Of a program, \`location = /login.php\`, the same is so where another location splits the path: \`/login.php/x.php\` ends in \`.php\`, \`fastcgi_split_path_info\` takes \`/x.php\` off again, and what runs is \`login.php\`. \`location ^~ /login.php\` takes both.

Write \`location ^~ /admin\` (which takes \`/administration\`, too) or the exact path and \`location ^~ /admin/\` together.`,
  about: ['location', 'deny', 'allow', 'auth_basic'],
  looksAt: {
    outcome: ['deny', 'auth_basic', 'auth_request', 'auth_jwt', 'return'],
    when: ({ location, scope }) =>
      !!location &&
      (exactly(location)?.length ?? 0) > 1 &&
      (!SINGLE.test(exactly(location)!) || FOLDERS.test(exactly(location)!) || SCRIPT.test(exactly(location)!)) &&
      !OWN_PAGES.some((page) => scope.has(page)) &&
      (restrictionsOf(scope).length > 0 || [403, 404].includes(answeredFirst(scope) ?? 0)),
  },
  needs: 'config',
  messages: {
    folder: 'Only the name of the folder is refused, and the files in it are sent: {path} ({outcome}). Restrict "^~ {name}/".',
    script:
      '{path} runs {script} as {name} does, and nobody is asked: "location {place}" takes it, and what is behind the name is path information there. Write "location ^~ {name}" instead.',
    below: 'Only the exact path {name} is restricted: {path} is answered by the application ({outcome}). Restrict "^~ {name}/" as well.',
  },
  check({ spot, report }) {
    const { location, server, config } = spot;
    if (!location) return;
    const plain = spot.ask({});
    if (!keepsOut(plain) && !(plain.outcome.kind === 'return' && plain.outcome.status >= 400)) return;
    const exact = exactly(location)!;
    const name = exact.replace(/\/$/, '');
    const isFolder = FOLDERS.test(name);
    if (SCRIPT.test(name)) {
      for (const path of [`${name}/x.php`, `${name}/x`]) {
        const first = spot.ask({ path });
        // whoever restricts the program has it
        const file = first.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith(name) && a.assumed !== 'file');
        const trace = file ? spot.ask({ path }, { assume: { [file.id]: 'file' } }) : first;
        const pattern = trace.outcome.location?.pattern;
        const taker = pattern && byPattern.of(config, server).get(pattern);
        const script = paramOf(trace, 'SCRIPT_FILENAME');
        if (!taker || taker.unsure || taker.location!.kind !== 'regex' || keepsOut(trace) || !script?.endsWith(name)) continue;
        report('script', {
          at: location.directive.at(location.directive.args.at(-1)!),
          data: { name, path, script, place: pattern },
          related: [{ at: taker.location!.directive.nameAt, message: `takes ${path}` }],
          witness: proofOf(trace, `SCRIPT_FILENAME: ${script} arrives at ${trace.outcome.upstreamRequest!.upstream}`),
          severity: spot.has('fastcgi_pass') ? 'warning' : undefined,
        });
        return;
      }
      return;
    }
    for (const path of isFolder ? [`${name}/config`] : [`${name}/`, `${name}/users`]) {
      if (path === exact) continue;
      const trace = spot.ask({ path });
      const pattern = trace.outcome.location?.pattern;
      const taker = pattern && byPattern.of(config, server).get(pattern);
      // a location that is written for these paths means what it does
      // of a folder the server's own files are asked for where no location is
      if (!taker && !(isFolder && pattern === undefined && !spot.unsure)) continue;
      if (
        taker &&
        (taker.unsure ||
          !(taker.location!.kind === 'prefix' || /^\^?\/?(\.\*)?\$?$/.test(taker.location!.name)) ||
          taker.location!.name.startsWith(name) ||
          speaksOfAccess(taker.scope))
      )
        continue;
      if (keepsOut(trace) || !isGivenOut(trace) || !(isFolder || isBackend(trace))) continue;
      const { directive } = location;
      return report(isFolder ? 'folder' : 'below', {
        at: directive.at(directive.args.at(-1)!),
        data: { name, path, outcome: outcomeText(trace) },
        related: taker ? [{ at: taker.location!.directive.nameAt, message: `takes ${path}` }] : [],
        witness: proofOf(trace),
        severity: isFolder ? 'warning' : undefined,
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/staff$ {
#          ^^^^^^^^ below
    deny all;
}
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `location ~ ^/staff(/|$) {
    deny all;
}
location / { proxy_pass http://127.0.0.1:8000; }`,
      witness: { request: 'GET http://www.example.test/staff/', outcome: 'GET /staff/ at 127.0.0.1:8000', meant: '`403`' },
    },
    {
      inside: 'server',
      bad: `location = /admin {
#          ^^^^^^ below
    deny all;
}
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `location = /admin {
    deny all;
}
location ^~ /admin/ {
    deny all;
}
location / { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/app;
location = /.git { deny all; }
#          ^^^^^ folder`,
      good: `root /srv/app;
location ^~ /.git { deny all; }`,
    },
    { inside: 'server', good: 'location = /xmlrpc.php { deny all; }\nlocation / { proxy_pass http://127.0.0.1:8000; }' },
    { inside: 'server', good: 'location = /admin { deny all; }\nlocation / { root /srv/site; }' },
    {
      inside: 'server',
      bad: `root /srv/site;
location = /staff.php {
#          ^^^^^^^^^^ script
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/staff;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}
location ~ \\.php$ {
    fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `root /srv/site;
location ^~ /staff.php {
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/staff;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}
location ~ \\.php$ {
    fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
  ],
});
