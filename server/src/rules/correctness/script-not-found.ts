/** A script that the program is told to run and cannot find: another folder than the site's, or a folder. Shown by a request and its params. */
import { shownFile } from '../../answers/which-build.ts';
import { toBytes } from '../../base/bytes.ts';
import type { Place } from '../../base/span.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { isStock } from '../../config/stock.ts';
import type { Trace } from '../../trace/trace.ts';
import { paramOf, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** The program runs on the same machine and sees the same files. */
const isLocal = (address: string): boolean => /^(?:unix:|127\.|localhost\b|\[::1\])/.test(address);

/** What the program is sent, as an outcome. */
const arrives = (script: string, { outcome }: Trace): string =>
  `SCRIPT_FILENAME: ${script} arrives at ${outcome.upstreamRequest!.upstream}`;

/** A value whose folder is written out, and which is neither the root nor around or below it. */
function isOtherFolder(value: string, root: string, server: Scope): boolean {
  const folder = /^(\/[^$]*?)\/*\$\{?(?:fastcgi_script_name|uri|document_uri)\b/.exec(value)?.[1];
  if (folder === undefined || root.includes('$') || !root.startsWith('/') || touch(folder, root)) return false;
  // the root of a pool that is locked into a folder (chroot) is that folder
  if (folder !== '' && root.replace(/\/+$/, '').endsWith(folder.replace(/\/+$/, ''))) return false;
  // a folder for programs is no folder of pages, and one that another line names is there
  return !/(?:^|\/)cgi-bin(?:\/|$)/.test(folder) && !foldersOf.of(server).some((named) => touch(folder, named));
}

/** Whether two folders are the same, or one is in the other. */
function touch(a: string, b: string): boolean {
  const [one, other] = [`${a.replace(/\/+$/, '')}/`, `${b.replace(/\/+$/, '')}/`];
  return one.startsWith(other) || other.startsWith(one);
}

/** The folders that the lines of a server name for files. */
const foldersOf = new PerPart((server: Scope): readonly string[] =>
  server.all.filter((d) => (d.name === 'root' || d.name === 'alias') && d.value(0).startsWith('/')).map((d) => d.value(0)),
);

export default defineRule({
  id: 'script-not-found',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'PHP is told to run a file that is not there',
  why: `
php-fpm runs the file that \`SCRIPT_FILENAME\` names, and answers "File not found." where there is none; nginx's log then says "Primary script unknown".

The usual value begins with \`$document_root\`, which is the root of the location that passes the request on. A \`root\` that stands in \`location /\` does not count in \`location ~ \\.php$\`: there it is the folder \`html\` of nginx's own. Write \`root\` on the server. A folder that is written out instead has to be the site's, and a path that ends in a slash needs \`fastcgi_index\`.`,
  about: ['fastcgi_param', 'root', 'fastcgi_index', '$document_root'],
  looksAt: { outcome: ['fastcgi_pass'] },
  needs: 'config',
  missing: ['root', 'alias', 'fastcgi_param', 'fastcgi_index'],
  messages: {
    rootless:
      'For {path} the program is told to run {script}: no root counts here, and that of "location {other}" is {root}. Write root in the server.',
    elsewhere:
      'For {path} the program is told to run {script}, and the files of this site are in {root}. Use $document_root$fastcgi_script_name.',
    otherRoot:
      'For {path} the program is told to run {script}: this location has a root of its own, {own}, and the files of this site are in {root}. Remove the root here, or write the same one.',
    folder: 'For {path} the program is told to run the folder {script}. Add "fastcgi_index index.php;".',
    aliased:
      'For {path} the program is told to run {script}, and "location {other}" has its files in {folder}: paths that end in .php are taken here, with another root. Put a location for .php with "fastcgi_param SCRIPT_FILENAME $request_filename" into "location {other}".',
  },
  check({ spot, report }) {
    const pass = spot.directives.find((d) => d.name === 'fastcgi_pass')!;
    const line = pass.scope.effective('fastcgi_param').directives.findLast((d) => d.value(0) === 'SCRIPT_FILENAME');
    const path = spot.takes('/index.php') ? '/index.php' : (spot.pathWhere((p) => p.endsWith('.php')) ?? spot.path);
    if (!line || path === undefined || pass.scope.effective('alias').directives.at(-1)?.name === 'alias') return;
    const value = line.value(1);
    const root = pass.scope.effective('root').directives.at(-1);
    const other = !root && /^\$\{?(?:document|realpath)_root\b/.test(value) ? siteOf(spot) : null;
    const isElsewhere = root !== undefined && isLocal(pass.value(0)) && isOtherFolder(value, root.value(0), spot.server.scope);
    if (spot.location?.kind === 'regex' && /^\$\{?(?:document|realpath)_root\b/.test(value))
      for (const site of takenFolders.of(spot.server.scope).get(spot.location.directive) ?? []) tellAliased(site);
    const hasHome = spot.takes('/');
    const site = /^\$\{?(?:document|realpath)_root\b/.test(value) && isLocal(pass.value(0)) ? apartFrom(spot, root) : null;
    if (site) {
      const trace = spot.ask({ path });
      const script = paramOf(trace, 'SCRIPT_FILENAME');
      if (script === null || !trace.outcome.upstreamRequest) return;
      return report('otherRoot', {
        at: root!.at(),
        data: { path, script: shownFile(spot.config, script), own: root!.value(0), root: site },
        witness: proofOf(trace, arrives(script, trace)),
      });
    }
    if (!other && !isElsewhere && !hasHome) return;
    const trace = spot.ask({ path });
    const script = paramOf(trace, 'SCRIPT_FILENAME');
    if (script === null || !trace.outcome.upstreamRequest) return;
    const tell = (message: 'rootless' | 'elsewhere' | 'folder', by: Trace, data: Record<string, string>): void => {
      const found = shownFile(spot.config, paramOf(by, 'SCRIPT_FILENAME')!);
      report(message, {
        // a line that comes with nginx cannot be shown
        at: !isStock(line.file.id) && (line.scope === spot.scope || message !== 'rootless') ? line.at(line.args[1]) : pass.nameAt,
        data: { path: by.request.target, script: found, ...data },
        witness: proofOf(by, arrives(found, by)),
      });
    };
    if (other) return tell('rootless', trace, { other: other.name, root: other.root });
    if (isElsewhere) return tell('elsewhere', trace, { root: root.value(0) });
    if (!hasHome) return;
    const home = spot.ask({ path: '/' });
    if (home.outcome.kind === 'fastcgi' && paramOf(home, 'SCRIPT_FILENAME')?.endsWith('/')) tell('folder', home, {});

    /** A folder with scripts of its own, whose paths come here and are looked up below the root that counts here. */
    function tellAliased({ name, path, folder, script, at }: OwnFolder): void {
      const trace = spot.ask({ path });
      if (trace.outcome.location?.pattern !== spot.location!.directive.values.join(' ')) return;
      const looked = trace.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith('.php'))?.id.slice('file:'.length);
      const sent = paramOf(trace, 'SCRIPT_FILENAME');
      const found = sent ?? looked;
      if (found === undefined || !found.startsWith('/') || found.replace(/\/{2,}/g, '/') === script) return;
      report('aliased', {
        at,
        data: { path: trace.request.target, script: found, other: name, folder },
        related: [{ at: pass.nameAt, message: 'takes it' }],
        witness: sent === null ? proofOf(trace) : proofOf(trace, arrives(sent, trace)),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    root /srv/blog;
    index index.php;
}
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
#                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ rootless
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `root /srv/blog;
location / {
    index index.php;
}
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
      witness: {
        request: 'GET http://www.example.test/index.php',
        outcome: 'SCRIPT_FILENAME: html/index.php arrives at 127.0.0.1:9000',
        meant: 'the path of the script',
      },
    },
    {
      inside: 'server',
      bad: `root /srv/blog;
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME /scripts$fastcgi_script_name;
#                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ elsewhere
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `root /srv/blog;
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME /srv/blog$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/blog;
location / {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
#                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ folder
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `root /srv/blog;
location / {
    fastcgi_index index.php;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/blog;
location /tools {
    alias /usr/share/tools;
#   ^^^^^^^^^^^^^^^^^^^^^^^ aliased
    index index.php;
}
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `root /srv/blog;
location /tools {
    alias /usr/share/tools;
    index index.php;
    location ~ \\.php$ {
        fastcgi_param SCRIPT_FILENAME $request_filename;
        fastcgi_pass 127.0.0.1:9000;
    }
}
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/blog;
location /tools/ {
    root /usr/share;
#   ^^^^^^^^^^^^^^^^ aliased
    index index.php;
}
location ~ \\.php$ {
    try_files $uri =404;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `root /srv/blog;
location ^~ /tools/ {
    root /usr/share;
    index index.php;
    location ~ \\.php$ {
        try_files $uri =404;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass 127.0.0.1:9000;
    }
}
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      // the folder is that of the site, named once more; the other has no scripts
      inside: 'server',
      good: `root /srv/blog;
location /tools/ {
    alias /srv/blog/tools/;
    index index.php;
}
location /pictures/ { alias /srv/pictures/; }
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      good: `root /srv/blog;
location /manual/ {
    alias /usr/share/doc/blog/html/;
    index index.html index.php;
}
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/blog;
location ~ \\.php$ {
    root html;
#   ^^^^^^^^^^ otherRoot
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `root /srv/blog;
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
  ],
});

/** A location with a folder of its own and an index, or a fallback, that is a script. */
interface OwnFolder {
  readonly name: string;
  readonly folder: string;
  /** the path by which its first script is asked for, and its file */
  readonly path: string;
  readonly script: string;
  readonly at: Place;
}

/** The prefixes of a server that have scripts in a folder of their own. */
function ownFolders(server: Scope): readonly OwnFolder[] {
  return server.named('location').flatMap(({ body, values }): OwnFolder[] => {
    const [name, more] = values;
    if (!body || more !== undefined || !name?.startsWith('/') || name === '/') return [];
    const line = body.first('alias') ?? body.first('root');
    const folder = line?.value(0);
    if (!folder?.startsWith('/') || folder.includes('$')) return [];
    // many copy a list with a script at its end to folders of plain pages
    const hasScripts = body.named('index').some((d) => d.value(0).endsWith('.php'));
    if (!hasScripts) return [];
    const below = line!.name === 'alias' ? folder : `${folder}${name}`;
    const script = `${below.replace(/\/$/, '')}/index.php`.replace(/\/{2,}/g, '/');
    return [{ name, folder, path: `${name.replace(/\/$/, '')}/index.php`, script, at: line!.at() }];
  });
}

/** Those of a server by the location that takes their scripts: a server may have many of both. */
const takenFolders = new PerPart((server: Scope): ReadonlyMap<Directive, readonly OwnFolder[]> => {
  const found = new Map<Directive, OwnFolder[]>();
  for (const own of ownFolders(server)) {
    const taker = matchLocation(server, toBytes(own.path)).location?.directive;
    const list = taker && found.get(taker);
    if (list) list.push(own);
    else if (taker) found.set(taker, [own]);
  }
  return found;
});

/** The root of the site, where the location has the sample's own (`root html`), which is nginx's folder; null where they may be meant to differ. */
function apartFrom({ server, scope }: Spot, own: Directive | undefined): string | null {
  if (!own || own.scope !== scope || !/^(?:html\/?|\/usr\/share\/nginx\/html\/?)$/.test(own.value(0))) return null;
  const roots = [
    server.scope,
    ...server.scope.named('location').flatMap((d) => (d.values.at(-1) === '/' && d.body ? [d.body] : [])),
  ].flatMap((s) => s.value('root')?.value(0) ?? []);
  const [root] = roots;
  // the folder that nginx was built with may be that one
  if (/\/nginx\/html\/?$/.test(root ?? '')) return null;
  return root?.startsWith('/') && !root.includes('$') && roots.every((r) => !touch(r, own.value(0)) && r === root) ? root : null;
}

/** The place of the server that has the site's files: a location for all paths, or for those that a script's path is one of, with a root. */
function siteOf({ server }: Spot): { readonly name: string; readonly root: string } | null {
  for (const d of server.scope.named('location')) {
    if (d.values.at(-1) !== '/') continue;
    const root = d.body?.value('root')?.value(0);
    if (root && !root.includes('$')) return { name: '/', root };
  }
  return null;
}
