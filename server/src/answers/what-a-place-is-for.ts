/**
 * What a location is there for, as far as its name and its lines tell: files that belong to pages, pictures, a page that only watchers ask
 * for. What matters for a page and its application matters less there, and a finding says so by its severity.
 */
import { PerPart } from '../config/asked.ts';
import { type Location, locationOf } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { requestHeader } from './what-is-passed.ts';

const PICTURE =
  /^(?:ico|cur|png|apng|jpg|jpeg|jpe|gif|webp|avif|heic|bmp|tif|tiff|woff|woff2|ttf|ttc|otf|eot|midi?|mp3|m4a|aac|mp4|m4v|mov|mpe?g|avi|wmv|flv|webm|ogg|ogv|wav|flac)$/i;
/** Whether files of that ending are pictures, fonts, sound or films. */
export const isPicture = (ending: string): boolean => PICTURE.test(ending);

const ASSET = /^(?:css|js|mjs|cjs|map|svg|svgz|wasm|webmanifest)$/i;

/** The endings of the files that a location takes, such as `css` and `js`; null where it takes others as well. */
export function endingsOf(scope: Scope): readonly string[] | null {
  const location = locationOf(scope);
  if (!location || location.kind === 'named') return null;
  const { name } = location;
  if (location.kind !== 'regex') {
    const ending = /\.(\w+)$/.exec(name)?.[1];
    return ending === undefined ? null : [ending];
  }
  const [, several, one] = /\\\.\((?:\?:)?([\w?|]+)\)\$$|\\\.([\w?]+)\$$/.exec(name) ?? [];
  // `jpe?g` is two endings
  return (several ?? one)?.split('|').flatMap((e) => (e.includes('?') ? [e.replaceAll('?', ''), e.replace(/.\?/g, '')] : [e])) ?? null;
}

/** Whether a location takes nothing but pictures, fonts, sound and films: no browser runs or frames them. */
export const isForPictures = (scope: Scope): boolean => endingsOf(scope)?.every((e) => PICTURE.test(e)) ?? false;

/** What a location says of how long its answers may be kept: a day or more is for files that are the same for everyone. */
function isKeptLong(scope: Scope): boolean {
  const expires = scope.named('expires').at(-1)?.value(0) ?? '';
  if (/^(?:max|\d+[dwMy])/.test(expires)) return true;
  return scope
    .named('add_header')
    .some((d) => d.value(0).toLowerCase() === 'cache-control' && /\bimmutable\b|\bpublic\b[^"]*max-age=\d{5}/.test(d.value(1)));
}

/** Folders into which the builders of pages put their files. */
const BUILT = /^\/(?:[\w-]+\/)?(?:_next\/(?:static|image)|_nuxt|_astro|_app\/immutable|static\/(?:js|css|media)|assets|build|dist)(?:\/|$)/;

/** Folders of nothing but icons and fonts. */
const OF_ICONS = /^\/(?:[\w-]+\/){0,2}(?:icons?|fonts?|webfonts|favicons?|emojis?|flags)(?:\/|$)/;

/**
 * Whether a location is for what a build leaves behind, scripts, styles and pictures under names of its own, or for icons and fonts: no page of
 * anyone's is there, and the type of each file is known by its ending.
 */
export function isForBundles(scope: Scope): boolean {
  const location = locationOf(scope);
  if (!location || location.kind === 'named') return false;
  const name = plainName(location);
  return BUILT.test(name) || OF_ICONS.test(name);
}

/** Folders of what pages are made of, and of nothing that people brought: whoever opens a page gets it. */
const PAGE_PARTS =
  /\/(?:[\w-]+[-_])?(?:static(?:[-_]?files)?|assets|css|js|scripts|styles|stylesheets|fonts|webfonts|icons)(?:\/(?:admin|css|js|img|images|fonts|lib|libs|vendor|dist|build))*\/?$/i;

/** Whether a folder has style sheets, scripts and other parts of pages, by its name. */
export const isFolderOfParts = (path: string): boolean => PAGE_PARTS.test(path);

/** Folders of what people bring along, which is for those who know its address. */
const BROUGHT = /(?:^|[/^_(|.-])(?:uploads?|uploaded|attachments?|avatars?|user[-_]?(?:files|data|content)|drop-?box|inbox)(?:[/_)|.-]|$)/i;

/** Whether a folder, or a place, has what people bring along, by its name. */
export const isFolderOfUploads = (path: string): boolean => BROUGHT.test(path);

/** The folders that a location is for, by its name: of an expression those with which its paths begin, `^/(static|media)/`. */
export function foldersAt(scope: Scope): readonly string[] {
  const location = locationOf(scope);
  if (!location || location.kind === 'named') return [];
  const name = nameIn(location);
  if (location.kind !== 'regex') return [name];
  const [, several, one] = /^\^\/?(?:\((?:\?:)?([\w./|-]+)\)|([\w/-]*[\w-]))(?:\/|\$|\(|$)/.exec(name) ?? [];
  return (several ?? one)?.split('|').map((folder) => `/${folder.replace(/^\//, '')}`) ?? [];
}

/** Folders of pictures, sounds and texts in many languages, which are the site's own where they are named beside its styles and scripts. */
const BESIDE_PARTS = /\/(?:img|images?|pics|pictures|favicons?|sounds?|libs?|lang|locales?|\.well-known)\/?$/i;

/** Whether a location is for folders of parts of pages, by its name. */
export function isForParts(scope: Scope): boolean {
  const folders = foldersAt(scope);
  return folders.some(isFolderOfParts) && folders.every((f) => isFolderOfParts(f) || BESIDE_PARTS.test(f));
}

/** Whatever was asked for, one page is fetched: that of an application which runs in the browser. */
const asksForPage = (scope: Scope): boolean =>
  scope
    .named('rewrite')
    .some(
      (d) =>
        /^(?:\^|\^?\/?\.\*\$?|\^\(\.\*\)\$)$/.test(d.value(0)) &&
        /^\/(?:[\w-]+\/)*[\w-]+\.html?$/.test(d.value(1)) &&
        d.value(2) === 'break',
    );

/** Pages about an interface, which frameworks make of its code, and files that programs read: keys, who is in charge, where not to look. */
const DOCUMENTATION =
  /^\/(?:[\w-]+\/){0,2}(?:docs|redoc|swagger(?:-ui)?(?:\.html)?|api-?docs?|(?:openapi|swagger|api-docs)\.(?:json|ya?ml)|schema)(?:\/|$)|^\/\.well-known\/(?:jwks\.json|security\.txt|assetlinks\.json|apple-app-site-association)$|^\/robots\.txt$/;

/**
 * The name of a location with any word for what a template fills in, and without a base path that it fills in at the beginning: the rest says
 * what the place is for.
 */
function nameIn({ name, directive: { args, file } }: Location): string {
  const word = args.at(-1);
  if (!word?.templated) return name;
  const marks = (file.marks ?? []).filter((m) => m.start >= word.start && m.end <= word.end);
  const read = marks.reduce((text, m) => text.replace(file.text.slice(m.start, m.end), m.start === word.start ? '/' : 'x'), name);
  return read.replace(/^\/{2}/, '/');
}

/** A name as people read it: of an expression that begins where the path does, the path. */
const plainName = (location: Location): string =>
  nameIn(location)
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/\\(?=[./-])/g, '');

/**
 * Whether a location is for the files of pages, not for the pages: scripts, style sheets, pictures, what documents an interface. They are
 * the same whoever asks.
 */
export function isForAssets(scope: Scope): boolean {
  const location = locationOf(scope);
  if (!location || location.name === '/') return false;
  if (location.kind === 'named' && (asksForPage(scope) || isFallbackOfFiles(scope, location.name))) return true;
  if (endingsOf(scope)?.every((e) => PICTURE.test(e) || ASSET.test(e))) return true;
  return isKeptLong(scope) || (location.kind !== 'regex' && BUILT.test(nameIn(location))) || DOCUMENTATION.test(plainName(location));
}

/** Folders of files that an application keeps for its pages and people. */
const FILES = /^\/(?:[\w-]+\/){0,2}(?:static|media|uploads?|images?|img|public)(?:\/|$)/;

/** Whether all that fall back to a named location are for files of pages: `location ^~ /static { try_files $uri @devserver; }`. */
function isFallbackOfFiles(scope: Scope, name: string): boolean {
  const server = scope.enclosing('server');
  const falling = (server && fallingIn.of(server).get(name)) ?? [];
  return falling.length > 0 && falling.every((from) => from !== scope && isOfFiles(from));
}

/** The places of a server whose `try_files` end at a named location, by its name. */
const fallingIn = new PerPart((server: Scope): ReadonlyMap<string, readonly Scope[]> => {
  const found = new Map<string, Scope[]>();
  for (const d of server.all) {
    const last = d.name === 'try_files' ? d.values.at(-1) : undefined;
    if (!last?.startsWith('@')) continue;
    const there = found.get(last);
    if (there) there.push(d.scope);
    else found.set(last, [d.scope]);
  }
  return found;
});

/** Whether a location is for files of pages, whether its name is an expression or not. */
function isOfFiles(scope: Scope): boolean {
  const location = locationOf(scope);
  return location !== null && location.kind !== 'named' && (FILES.test(plainName(location)) || isForAssets(scope));
}

/** Whether a location is for files that an application keeps, by its name. */
export function isForFiles(scope: Scope): boolean {
  const location = locationOf(scope);
  return location !== null && location.kind !== 'regex' && FILES.test(nameIn(location));
}

/** Names of an interface for programs: `/api`, `/shop-api/v2`, `/fetchApi`. */
const INTERFACE =
  /^\/(?:[\w-]+\/){0,3}(?:[\w-]*[-_])?(?:api|apis|rest|graphql|j?son-?rpc|rpc|trpc|v\d+)(?:[-_][\w-]*)?(?:[/|)]|$)|^\/(?:[\w-]+\/)?[a-z]+Api(?:\/|$)/;

/** Whether a location is for an interface of programs, by its name: its answers are data, with few links and redirects in them. */
export function isForInterface(scope: Scope): boolean {
  const location = locationOf(scope);
  return location !== null && location.kind !== 'named' && INTERFACE.test(plainName(location).replace(/\((?:\?:)?/g, ''));
}

/** What watches over a program asks for these: the answer is the same whoever asks. */
const WATCHED =
  /^\/(?:[\w-]+\/){0,2}(?:_?health[sz]?|health[-_]?check|live(?:z|ness)|ready(?:z|ness)?|ping|heartbeat|metrics|actuator(?:\/(?:health|info|prometheus))?|(?:nginx|server|stub)[-_]status|(?:nginx|lb|proxy|app|server)[-_]health(?:[-_]?check)?)\/?$/i;

/** The health of one program of several, or one of its states. */
const WATCHED_PART = /^\/(?:[\w-]+\/){0,2}(?:_?health[sz]?|health[-_]?check)\/[\w-]+\/?$/i;
const STATE = /\/(?:live|liveness|ready|readiness|startup|started|db|ping|status)\/?$/i;

/** Whether a location is asked by what watches over a program, by its name; of a name that may be another subject's by its log as well. */
export function isWatched(scope: Scope): boolean {
  const location = locationOf(scope);
  if (location === null || location.kind === 'regex') return false;
  const name = nameIn(location);
  if (WATCHED.test(name)) return true;
  return WATCHED_PART.test(name) && (STATE.test(name) || scope.named('access_log').some((d) => d.value(0) === 'off'));
}

/** A name of what takes WebSockets: clients open just that path. */
const OF_SOCKETS = /\/(?:[\w.-]+[-_.])?(?:wss?|(?:web)?sockets?|cable|hmr)\/?$/i;

/** Whether a location is for WebSockets alone, by its name and by what it passes on. */
export function isForSockets(scope: Scope): boolean {
  const location = locationOf(scope);
  return (
    location !== null && location.kind !== 'regex' && OF_SOCKETS.test(nameIn(location)) && requestHeader(scope, 'Upgrade') !== undefined
  );
}

/** Whether a location is for what programs ask a host about itself (RFC 8615): lists and keys, and no page. */
export function isForDiscovery(scope: Scope): boolean {
  const location = locationOf(scope);
  return location !== null && location.kind !== 'named' && /^\/\.well-known\//.test(plainName(location));
}

/** Certificate authorities ask for a token by its path. */
const CHALLENGE = /^\/\.well-known\/(?:acme-challenge|pki-validation)/;

/** Whether certificate authorities ask here for the token that proves a domain: whoever answers needs nothing else, and nobody looks at it. */
export function isForChallenge(scope: Scope): boolean {
  for (let at = locationOf(scope); at; at = at.parent) if (CHALLENGE.test(at.name.replace(/^\^|\\/g, ''))) return true;
  return false;
}

/** The pages that a server sends instead of an answer that failed: targets of error_page for statuses of 500 and above alone. */
const pagesOf = new PerPart((server: Scope): ReadonlySet<string> => {
  const lines = server.all.filter((d) => d.name === 'error_page');
  const grave = (codes: readonly string[]): boolean => codes.every((c) => !/^\d{3}$/.test(c) || c >= '500');
  const [failed, others] = [lines.filter((d) => grave(d.values)), lines.filter((d) => !grave(d.values))];
  const kept = new Set(others.map((d) => d.values.at(-1)));
  return new Set(failed.flatMap((d) => d.values.at(-1) ?? []).filter((page) => !kept.has(page)));
});

/** Pages in place of an answer, parts of pages, and the uploads of a network of WordPress. */
const FOR_ITS_PATH = /err|[45]\d\d|[45]xx|maint|sorry|page|static|assets|status|blogs\.dir/i;

/** Whether an internal place is internal for the sake of its path alone, by its name: what it sends anyone may see. */
export const isInternalForItsPath = ({ name }: Pick<Location, 'name'>): boolean => FOR_ITS_PATH.test(name);

/**
 * How requests get into the internal place that a scope is within: by redirects alone, whose path the application or the configuration wrote, or also beside
 * each request to another place (`auth_request`, `mirror`), with what its client has sent; null where no such place is around it.
 */
export function waysInto(scope: Scope): 'redirects' | 'beside others' | null {
  let ways: 'beside others' | null = null;
  for (let at = scope.enclosing('location'); at; at = at.parent?.enclosing('location') ?? null)
    if (at.has('internal')) {
      if (!isAskedAlong(at)) return 'redirects';
      ways = 'beside others';
    }
  return ways;
}

/** Whether an internal location is asked for each request to another one. */
function isAskedAlong(location: Scope): boolean {
  const name = location.opener?.values.at(-1) ?? '';
  return location.enclosing('server')?.all.some((d) => (d.name === 'mirror' || d.name === 'auth_request') && d.value(0) === name) ?? false;
}

/** Whether a location is for the page that says the application is down, and for nothing else. */
export function isForFailures(scope: Scope): boolean {
  const location = locationOf(scope);
  const server = scope.enclosing('server');
  return location?.kind === 'exact' && server !== null && pagesOf.of(server).has(location.name);
}

/** What the guides call `pm.status_path` and `ping.path`. */
const POOL = /^\^?\/(?:\((?:(?:fpm-)?status\|(?:fpm-)?ping|(?:fpm-)?ping\|(?:fpm-)?status)\)|(?:php-?)?fpm[-_]status|status|fpm-ping)\$?$/;

/** Whether a place of that name is for a page which php-fpm itself answers at one path: of its state, or that it is alive. */
export function isForPool(scope: Scope, name: string): boolean {
  if (!POOL.test(name) || !scope.has('fastcgi_pass') || scope.has('rewrite') || scope.has('try_files')) return false;
  // a script of one's own answers there, whatever the path
  const script = scope.effective('fastcgi_param').directives.findLast((d) => d.value(0) === 'SCRIPT_FILENAME');
  return !/\.php$/.test(script?.value(1) ?? '');
}
