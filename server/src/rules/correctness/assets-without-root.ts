/** A location for files without a root, beside a proxied rest: nginx looks in the folder it was compiled with. Shown by a request and its file. */

import { requestHeader } from '../../answers/what-is-passed.ts';
import { shownFile } from '../../answers/which-build.ts';
import { toBytes } from '../../base/bytes.ts';
import { CONTENT_HANDLERS } from '../../config/handlers.ts';
import { type Location, locationsOf, matchLocation } from '../../config/locations.ts';
import { endsOf } from '../../config/regex-index.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES, passTarget } from '../../config/upstreams.ts';
import { isLoopback } from '../../deploy/address.ts';
import { admitted } from '../../witness/access.ts';
import { samplesIn } from '../../witness/regex-samples.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const PURGES = ['proxy_cache_purge', 'fastcgi_cache_purge', 'uwsgi_cache_purge', 'scgi_cache_purge'];

const hasRoot = (scope: Scope): boolean => scope.effective('root').directives.length > 0;

/** An expression that begins or ends where the path does: what is in the middle of one nobody writes for paths below another prefix. */
const isBound = ({ name }: Location): boolean => name.startsWith('^') || name.endsWith('$');

/** Whether what begins with these letters, in lower case, may lie below a prefix. */
function meets(start: string, prefix: Location): boolean {
  const name = `${prefix.name.toLowerCase().replace(/\/$/, '')}/`;
  return start.startsWith(name) || name.startsWith(start);
}

/** Prefixes of the level whose files lie elsewhere, or which pass requests on: the expression outranks them. */
function tookFrom(location: Location): readonly Location[] {
  if (!isBound(location)) return [];
  const { start } = endsOf(location.name);
  return [...locationsOf(location.directive.scope).prefix.values()].filter(
    (l) =>
      !l.noRegex &&
      l.name.length > 1 &&
      meets(start, l) &&
      !isOneFile(l) &&
      (l.scope.has('alias') || PASS_DIRECTIVES.some((p) => l.scope.has(p))),
  );
}

/** What a location passes requests on to; null where it does not, or variables decide. */
const applicationOf = (scope: Scope): string | null => {
  const pass = scope.first('proxy_pass');
  const target = pass && passTarget(pass);
  return target ? `${isLoopback(target.host) ? '127.0.0.1' : target.host}:${target.portText}` : null;
};

/** A pattern for endings of files alone. */
const OF_ENDINGS = /\\\.\(?[\w|?:]*\b(?:css|js|png|jpe?g|svg)\b/;

/** Where the application of the whole site gets its assets by an expression of their own, mostly to have them cached. */
function passesForMain({ location, scope, server }: Spot): boolean {
  if (location?.kind !== 'regex' || location.parent || !OF_ENDINGS.test(location.name)) return false;
  const rest = locationsOf(server.scope).prefix.get('/');
  const own = applicationOf(scope);
  return own !== null && rest !== undefined && applicationOf(rest.scope) === own;
}

/** A prefix of another application, which has pages: what is called an interface has no style sheets. */
const isApplication = ({ scope, name, noRegex }: Location, spot: Spot): boolean => {
  const theirs = applicationOf(scope);
  const hasPages = !NO_PAGES.test(name) && !requestHeader(scope, 'Upgrade');
  return !noRegex && theirs !== null && theirs !== applicationOf(spot.scope) && hasPages;
};

const NO_PAGES =
  /(?:^|[\W_])(?:api|backend|server|services?|upload|hub|signalr|stream|graphql|rest|rpc|v\d+|ws|websocket|socket\.io|sse|events|auth|oauth2?|health\w*|metrics|webhooks?)(?:$|[\W_])/i;

/** `location /favicon.ico { alias /srv/favicon.ico; }`: nothing is below a file. */
const isOneFile = ({ name, scope }: Location): boolean => {
  const ending = /\.\w+$/.exec(name)?.[0];
  return ending !== undefined && (scope.value('alias')?.value(0).endsWith(ending) ?? false);
};

/** The location of everything else, which has the files or passes requests on, where the one at hand has neither root nor locations of its own. */
function restOf(location: Location, server: Scope): Location | null {
  const rest = location.parent ?? locationsOf(server).prefix.get('/');
  if (!rest || !(PASS_DIRECTIVES.some((p) => rest.scope.has(p)) || rest.scope.has('root'))) return null;
  // `location /favicon.ico { log_not_found off; }`: there is no such file, and that is meant
  if (/\.\w+$/.test(location.name) && location.scope.value('log_not_found')?.value(0) === 'off') return null;
  // certificates are fetched through the compiled-in folder in many guides
  if (location.name.includes('well-known') || locationsOf(location.scope).all.length) return null;
  return hasRoot(location.scope) ? null : rest;
}

/** A word of try_files that a file of the client's choice is looked for under. */
const LOOKED_FOR = /^\$(?:\{?(?:document_)?uri\}?)(?:\.\w+|\/)?$/;

/** Files of the client's choice are looked for here, and nothing around says where they are. */
const isRootless = ({ location, scope }: Spot): boolean =>
  location !== null &&
  location.kind !== 'named' &&
  !location.name.includes('well-known') &&
  !scope.has('alias') &&
  (scope
    .first('try_files')
    ?.values.slice(0, -1)
    .some((v) => LOOKED_FOR.test(v)) ??
    false) &&
  !hasRoot(scope);

/** Whether what try_files falls back to is passed on: then there need not be any files. */
function fallsBackToPass(server: Scope, last: string): boolean {
  if (last.startsWith('@')) return true;
  const [path = ''] = last.split(/\?|\$\{?is_args\b/);
  if (!path.startsWith('/') || path.includes('$')) return false;
  const { location } = matchLocation(server, toBytes(path));
  return location !== null && PASS_DIRECTIVES.some((p) => location.scope.has(p));
}

/** A path below a prefix that the expression takes. */
function pathBelow(spot: Spot, prefix: Location): string | null {
  const { location, config } = spot;
  const name = prefix.name.endsWith('/') ? prefix.name : `${prefix.name}/`;
  const samples = samplesIn(config.regexes, location!.name, {
    caseless: location!.modifier === '~*',
    tries: 8,
    forms: (s) => [`${name}site${s}`, `${name}${s}`, `${name}x/${s}`],
  });
  for (const path of samples) {
    if (!path.startsWith(name) || !spot.takes(path)) continue;
    // a file is called something
    const named = path.replace(/\/(?=\.\w+$)/, '/app');
    return spot.takes(named) ? named : path;
  }
  return null;
}

const OF_LOGS = /^(?:access_log|error_log|log_not_found)$/;
const OF_SENDING = /^(?:rewrite|set|access_log|error_log|log_not_found)$/;

export default defineRule({
  id: 'assets-without-root',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Static files without a root',
  why: `
A location that neither passes the request on nor has a \`root\` serves files of the folder \`html\` that nginx was compiled with. Beside an application that has the files, a block such as \`location ~* \\.(css|js)$ { expires 7d; }\` takes its style sheets away: 404 for all of them. \`proxy_pass\` is not inherited into it.

Give the block the \`root\` where the files are, or a \`proxy_pass\` of its own; a caching time for the application's files can be set with a \`map\` on \`$sent_http_content_type\` and \`expires\`.`,
  about: ['root', 'proxy_pass', 'expires'],
  looksAt: {
    outcome: ['location'],
    when: (spot) => {
      if (isRootless(spot)) return true;
      const { location, scope, server } = spot;
      if (!location || (location.kind !== 'regex' && location.kind !== 'prefix') || location.name === '/') return false;
      if (passesForMain(spot) && tookFrom(location).some((l) => isApplication(l, spot))) return true;
      if (PASS_DIRECTIVES.some((p) => scope.has(p)) || scope.directives.some((d) => CONTENT_HANDLERS.has(d.name))) return false;
      // `location /favicon.ico { access_log off; }` wants no lines in a log, and no file
      if (scope.level.length > 0 && scope.level.every((d) => OF_LOGS.test(d.name))) return false;
      // `location /old { rewrite ^/old$ /new last; }` is there to send on, and has no files
      if (scope.level.some((d) => d.name === 'rewrite') && scope.level.every((d) => OF_SENDING.test(d.name) && d.value(2) !== 'break'))
        return false;
      if (location.kind === 'regex' && !location.parent && tookFrom(location).length) return true;
      return restOf(location, server.scope) !== null;
    },
  },
  needs: 'config',
  costly: true,
  messages: {
    rootless:
      'try_files looks for {from} as {file}, in the folder that nginx was compiled with: no root is set, here or around. Set root to the folder of the files.',
    inner:
      '{from} is looked up as {file}, in the folder that nginx was compiled with: the root stands inside "location /", and counts only there. Move it to the server.',
    taken:
      '{from} is looked up as {file}: this expression outranks "{place}", whose files lie in {alias}. Write "location ^~ {name}" there, or put the expression inside.',
    otherApplication:
      '{from} goes to {own}, and the rest of "{place}" to {theirs}: this expression outranks it. Write "location ^~ {name}" there.',
    unpassed:
      '{from} is looked up as {file} and not passed on: this expression outranks "{place}". Write "location ^~ {name}" there if the application has such files.',
    none: '{from} is looked up as {file}, in the folder that nginx was compiled with: this location has no root, and proxy_pass is not inherited. Give it the root of the files, or a proxy_pass.',
  },
  check({ spot, report }) {
    // the module that empties caches answers by itself
    if (spot.has('internal', 'alias', ...PURGES)) return;
    const { location, server } = spot;
    if (isRootless(spot)) {
      const line = spot.scope.first('try_files')!;
      const from = spot.pathWhere((p) => !p.endsWith('/'));
      const trace = from === undefined || spot.unsure ? null : spot.ask({ path: from });
      const id = trace?.assumptions.find((a) => a.id.startsWith('file:') && a.id.includes(from!))?.id;
      if (!trace || id === undefined) return;
      report('rootless', {
        at: line.at(),
        data: { from: from!, file: shownFile(spot.config, id.slice('file:'.length)) },
        // whoever falls back to an application may have no files
        severity: fallsBackToPass(server.scope, line.values.at(-1)!) ? 'info' : 'warning',
        witness: proofOf(trace),
        missing: ['root'],
      });
      return;
    }
    const { directive } = location!;
    const at = directive.at({ start: directive.statement.start, end: directive.args.at(-1)!.end });
    if (passesForMain(spot)) return tellOther();
    let outranked: (() => void) | null = null;
    for (const prefix of location!.kind === 'regex' && !location!.parent ? tookFrom(location!) : []) {
      const alias = prefix.scope.first('alias');
      // of those that pass requests on the first is told
      if (!alias && outranked) continue;
      const path = pathBelow(spot, prefix);
      const trace = path === null ? null : spot.ask({ path });
      if (trace?.outcome.kind !== 'static' || !trace.outcome.file) continue;
      const { file } = trace.outcome;
      if (alias && file.startsWith(alias.value(0))) continue;
      const tell = (): void =>
        report(alias ? 'taken' : 'unpassed', {
          at,
          data: {
            from: path!,
            file,
            place: `location ${prefix.directive.values.join(' ')}`,
            name: prefix.name,
            alias: alias?.value(0) ?? '',
          },
          // what only an application names need not have such files
          severity: alias && !prefix.scope.has('internal') ? 'warning' : 'info',
          related: [{ at: prefix.directive.nameAt, message: 'is outranked' }],
          witness: proofOf(trace, `${file}, 404 where it is not there`),
        });
      if (alias) return tell();
      outranked ??= tell;
    }
    // without a root nothing is found at all, which says more than that one prefix is outranked
    const rest = restOf(location!, server.scope);
    const path = rest && !spot.has('try_files') ? spot.pathWhere((p) => !p.endsWith('/')) : undefined;
    // whoever may enter finds nothing there either; a page of errors is looked up elsewhere
    const trace = path === undefined ? null : admitted(spot, path);
    if (!rest || !trace || trace.outcome.kind !== 'static' || !trace.outcome.file?.endsWith(path!)) return outranked?.();
    const file = shownFile(spot.config, trace.outcome.file);
    report(rest.scope.has('root') ? 'inner' : 'none', {
      at,
      data: { from: path!, file },
      related: [{ at: rest.directive.nameAt, message: rest.scope.has('root') ? 'has the root' : 'would pass it to the application' }],
      witness: proofOf(trace, `${file}, 404 where it is not there`),
    });

    /** The style sheets of another application, which go to that of the site. */
    function tellOther(): void {
      for (const prefix of tookFrom(location!).filter((l) => isApplication(l, spot))) {
        const path = pathBelow(spot, prefix);
        const trace = path === null ? null : spot.ask({ path });
        if (!trace?.outcome.upstreamRequest || trace.outcome.location?.pattern !== directive.values.join(' ')) continue;
        report('otherApplication', {
          at,
          data: {
            from: path!,
            own: applicationOf(spot.scope)!,
            theirs: applicationOf(prefix.scope)!,
            place: `location ${prefix.directive.values.join(' ')}`,
            name: prefix.name,
          },
          related: [{ at: prefix.directive.nameAt, message: 'is outranked' }],
          witness: proofOf(trace),
        });
        return;
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / { proxy_pass http://127.0.0.1:8000; }
location /wiki/ { proxy_pass http://127.0.0.1:3000; }
    location ~* \\.(css|js|png)$ {
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ otherApplication
        proxy_pass http://127.0.0.1:8000;
        expires 7d;
    }`,
      good: `location / { proxy_pass http://127.0.0.1:8000; }
location ^~ /wiki/ { proxy_pass http://127.0.0.1:3000; }
location ~* \\.(css|js|png)$ {
    proxy_pass http://127.0.0.1:8000;
    expires 7d;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    try_files $uri $uri/ /index.html;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ rootless
}`,
      good: `root /srv/site;
location / {
    try_files $uri $uri/ /index.html;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/www;
location /static/ {
    alias /srv/shop/static/;
}
    location ~* \\.(css|js)$ {
#   ^^^^^^^^^^^^^^^^^^^^^^^ taken
        expires 7d;
    }`,
      good: `root /srv/www;
location ^~ /static/ {
    alias /srv/shop/static/;
}
location ~* \\.(css|js)$ {
    expires 7d;
}`,
      witness: {
        request: 'GET http://www.example.test/static/app.js',
        outcome: '/srv/www/static/app.js, 404 where it is not there',
        meant: '`200 /srv/shop/static/app.js`',
      },
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
}
    location /admin/ {
#   ^^^^^^^^^^^^^^^^ none
        allow 127.0.0.0/8;
        deny all;
    }`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
}
location /admin/ {
    allow 127.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    root /srv/www;
}
    location ~* \\.(css|js)$ {
#   ^^^^^^^^^^^^^^^^^^^^^^^ inner
        expires 7d;
    }`,
      good: `root /srv/www;
location ~* \\.(css|js)$ {
    expires 7d;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/www;
location /grafana/ {
    proxy_pass http://127.0.0.1:8000;
}
    location ~* \\.(css|js)$ {
#   ^^^^^^^^^^^^^^^^^^^^^^^ unpassed
        expires 7d;
    }`,
      good: `root /srv/www;
location ^~ /grafana/ {
    proxy_pass http://127.0.0.1:8000;
}
location ~* \\.(css|js)$ {
    expires 7d;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
}
    location ~* \\.(css|js)$ {
#   ^^^^^^^^^^^^^^^^^^^^^^^ none
        expires 7d;
    }`,
      good: `root /srv/www;
location / {
    proxy_pass http://127.0.0.1:8000;
}
location ~* \\.(css|js)$ {
    expires 7d;
}`,
    },
    {
      inside: 'server',
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
}
location = /favicon.ico {
    access_log off;
}
location ~ /\\. {
    deny all;
}
location ~ /\\.well-known {
    allow all;
}`,
    },
    {
      inside: 'server',
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
}
location /old {
    rewrite ^/old$ /new last;
}`,
    },
  ],
});
