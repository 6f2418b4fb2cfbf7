/** root keeps the location's path: `location /static/ { root /srv/static; }` looks in /srv/static/static/. Shown by the file of a request. */
import { locationsOf } from '../../config/locations.ts';
import { hasVariables, PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { Trace } from '../../trace/trace.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { type Spot, spotsOfServer } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** The folders that every path of a place begins with. */
function foldersOf(spot: Spot): readonly string[] {
  let shared: readonly { readonly name: string; readonly i: number }[] | null = null;
  for (const path of spot.eachPath()) {
    if (path.length === 1) continue;
    const names = path.split('/').slice(1);
    shared = shared ? shared.filter(({ name, i }) => names[i] === name) : names.slice(0, -1).map((name, i) => ({ name, i }));
    if (!shared.length) break;
  }
  return (shared ?? []).map(({ name }) => name);
}

/** An expression in which every letter stands for itself. */
const isLiteral = (pattern: string): boolean => !/\[|\\[a-z\d]|\(\?/i.test(pattern);

/** A request whose application sends nginx to a path of an internal place: nobody else gets there. Null where the server has no application. */
function sentBy({ config, server }: Spot, path: string): Trace | null {
  const application = spotsOfServer(config, server).find((at) => at.has(...PASS_DIRECTIVES) && !at.scope.has('internal'));
  return application?.ask({}, { upstream: { status: 200, headers: [['X-Accel-Redirect', path]] } }) ?? null;
}

/** Whether the paths of a place may begin with one of the folders, as far as the text of its expression tells. */
function mayBeginWith({ location }: Spot, folders: readonly string[]): boolean {
  if (location?.kind !== 'regex' || location.parent || !isLiteral(location.name)) return true;
  const text = location.name.replaceAll('\\', '').toLowerCase();
  return folders.some((folder) => text.includes(folder.toLowerCase()));
}

export default defineRule({
  id: 'root-repeats-prefix',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'root repeats the prefix of the location',
  why: `
nginx appends the whole path of the request to \`root\`, the location's name included. \`root /srv/app/static;\` in \`location /static/\` looks for \`/static/site.css\` in \`/srv/app/static/static/\`; every file is a 404.

Name the folder above it (\`root /srv/app;\`), or use \`alias /srv/app/static/;\`, which takes the place of the location's name.`,
  about: ['root', 'alias'],
  looksAt: {
    outcome: ['root'],
    when: (spot) =>
      spot.location !== null && spot.location.kind !== 'named' && spot.scope.named('root').some((d) => !hasVariables(d.value(0))),
  },
  needs: 'config',
  costly: true,
  messages: {
    file: '{from} is looked up as {file}: root is a folder, and the path of the request is put behind it. Write {above}, or alias {dir}.',
    twice: '{from} is looked up as {file}: root keeps the path of the location. Write {above}, or {alias}.',
    only: '{from} is looked up as {file}: root keeps the path of the location. Write {alias}.',
  },
  check({ spot, report }) {
    const word = spot.scope.named('root').at(-1)?.args[0];
    if (!word) return;
    const dir = word.value.replace(/\/+$/, '');
    const segments = dir.split('/').filter(Boolean);
    if (spot.has('alias', 'try_files', 'rewrite') || !mayBeginWith(spot, segments)) return;
    const { location } = spot;
    const own = location?.kind !== 'regex' ? location!.name.split('/').filter(Boolean) : foldersOf(spot);
    if (!own.length || !segments.length) return;
    const repeats = own.some((_, i) => segments.slice(-(i + 1)).join('/') === own.slice(0, i + 1).join('/'));
    if (!repeats) return;
    const path =
      spot.pathWhere((p) => !p.endsWith('/') && p.startsWith(`/${own.join('/')}/`)) ?? spot.pathWhere((p) => p.length > 1) ?? '/';
    const isInternal = spot.scope.has('internal');
    const trace = isInternal ? sentBy(spot, path) : spot.ask({ path });
    if (!trace) return;
    const { file } = trace.outcome;
    if (trace.outcome.kind !== 'static' || file === null || !(file.includes(`${dir}/${own[0]}/`) || file === `${dir}/${own[0]}`)) return;
    const above = dir.slice(0, dir.lastIndexOf(`/${own[0]}`));
    const isFile = location?.kind === 'exact' && /\.\w+$/.test(dir);
    // the root folder of the machine is nothing to serve
    if (isFile && !above) return;
    // the folder of the whole site may have one of its own name
    const rest = locationsOf(spot.server.scope).prefix.get('/')?.scope;
    const isPassed = rest !== undefined && PASS_DIRECTIVES.some((name) => rest.has(name));
    const isSite =
      !isPassed && [...(rest?.named('root') ?? []), ...spot.server.scope.named('root')].some((d) => d.value(0).replace(/\/+$/, '') === dir);
    report(isFile ? 'file' : above ? 'twice' : 'only', {
      at: word,
      // a slash behind a name without one would lead out of the folder
      data: { from: path, file, above: `root ${above}`, dir, alias: `alias ${dir}${location?.name.endsWith('/') ? '/' : ''}` },
      // a pattern names a place inside a tree more often than a folder of it
      severity: spot.location!.kind === 'regex' || (isSite && !isFile) ? 'info' : 'warning',
      witness: isInternal ? proofOf(trace, `X-Accel-Redirect: ${path}, ${outcomeText(trace)}`) : proofOf(trace),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location = /favicon.ico {
    root /srv/shop/favicon.ico;
#        ^^^^^^^^^^^^^^^^^^^^^ file
}`,
      good: `location = /favicon.ico {
    root /srv/shop;
}`,
      witness: {
        request: 'GET http://www.example.test/favicon.ico',
        outcome: '200 /srv/shop/favicon.ico/favicon.ico',
        meant: '`200 /srv/shop/favicon.ico`',
      },
    },
    {
      inside: 'server',
      bad: `location /static/ {
    root /srv/shop/static;
#        ^^^^^^^^^^^^^^^^ twice
}`,
      good: `location /static/ {
    root /srv/shop;
}
location /media/ {
    alias /srv/shop/media/;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/media/.*\\.png$ {
    root /srv/shop/media/;
#        ^^^^^^^^^^^^^^^^ twice
}`,
      good: `location ~ ^/media/.*\\.png$ {
    root /srv/shop;
}`,
    },
    {
      inside: 'server',
      bad: `location /media/ {
    root /media;
#        ^^^^^^ only
}`,
      good: `location /media/ {
    alias /media/;
}`,
    },
    {
      inside: 'server',
      bad: `location /protected/ {
    internal;
    root /srv/protected/;
#        ^^^^^^^^^^^^^^^ twice
}
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `location /protected/ {
    internal;
    root /srv;
}
location / { proxy_pass http://127.0.0.1:8000; }`,
    },
    { inside: 'server', good: 'location / { root /srv/www; }' },
    { inside: 'server', good: 'location /.well-known/acme-challenge/ { root /var/www/letsencrypt; }' },
  ],
});
