/** Folders without an index show their files. */
import { isFolderOfParts, isForParts } from '../../answers/what-a-place-is-for.ts';
import { isApart, placesOf, sendsFiles } from '../../answers/where-a-line-counts.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { byHand, fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/**
 * Whether a request for a folder gets past try_files: only an argument that ends in a slash finds one, any other passes it over
 * (ngx_http_try_files_handler), and the last one leads elsewhere.
 */
const findsFolders = (scope: Scope): boolean =>
  scope.named('try_files').every((d) => d.args.some((a) => a.templated || a.value.endsWith('/')));

/** Names of what is published to be looked through. */
const PUBLISHED =
  /^\/(?:[\w-]+\/)*(?:pub|public|files?|downloads?|dl|share[ds]?|mirrors?|repo(?:s|sitory)?|packages?|dist|releases?|archives?|iso|ftp|browse|listing|index|autoindex|wheels?|simple|artifacts?|builds?|nightly|snapshots?|apt|deb|debian|ubuntu|rpms?|yum|alpine|pypi|charts)(?:\/[\w-]*)*\/?$/i;

/** Folders of what is published so; a web root is called `public` by many frameworks. */
const PUBLISHED_ROOT = /\/(?:pub|files?|downloads?|dl|share[ds]?|mirrors?|packages?|archives?|iso|ftp|artifacts?)\/?$/i;

/** Lines that say how a list looks: whoever writes them wants it seen. */
const LAID_OUT = /^(?:autoindex_(?:exact_size|format|localtime)|fancyindex_\w+|add_(?:before|after)_body|xslt_stylesheet)$/;

/** Names of what nobody publishes, however its list looks. */
const KEPT = /(?:^|[/_.-])(?:backups?|dumps?|private|secrets?|internal|admin|logs?|config|keys?|protected)(?:[/_.-]|$)/i;

/** Lines by which a server does more than give out its files; a page for what went wrong is no page of a site. */
const HAS_PAGES = /_pass$|^(?:index|try_files|return|rewrite)$/;

/** A template writes the line where its user asks for it: it is an option, and off for everyone else. */
function isOption({ file, scope, statement }: Directive): boolean {
  const branch = file.structure?.around(statement) ?? null;
  return branch !== null && branch.kind === 'condition' && branch.index === 0 && branch.start > (scope.opener?.statement.start ?? -1);
}

/** Whether a line at the level or around it, up to the server, says how the list looks. */
function isLaidOut(scope: Scope): boolean {
  for (let at: Scope | null = scope; at && (at.context === 'location' || at.context === 'server'); at = at.parent)
    if (at.directives.some((d) => LAID_OUT.test(d.name))) return true;
  return false;
}

/** Whether the listing is what the place is for: by its name, by lines that lay it out, or as all that the server does is to give out the files of a folder. */
function isMeant({ scope }: Directive): boolean {
  const location = locationOf(scope);
  if (isLaidOut(scope) && !KEPT.test(location?.name ?? '')) return true;
  if (location && location.name !== '/') return location.kind !== 'regex' && PUBLISHED.test(location.name);
  const root = scope.value('root')?.value(0) ?? '';
  if (PUBLISHED_ROOT.test(root) && !KEPT.test(root) && !scope.has('try_files')) return true;
  const server = scope.enclosing('server');
  return server !== null && !server.all.some((d) => HAS_PAGES.test(d.name));
}

/** Whether the folder has the parts of pages alone, by the name of the place, or of the folder where the whole site is it. */
function isOfPages({ scope }: Directive): boolean {
  const location = locationOf(scope);
  if (location && location.name !== '/') return isForParts(scope);
  return isFolderOfParts(scope.value('root')?.value(0) ?? '');
}

export default defineRule({
  id: 'directory-listing',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  controls: { cis: ['2.1.4'] },
  missing: ['allow', 'auth_basic', 'auth_request'],
  equivalents: ['nginx-lint:autoindex-enabled'],
  title: 'Directory listing open to everyone',
  why: `
With \`autoindex on\` a folder without an index file answers with the list of what is in it: backups, exports, other people's uploads that nobody was meant to find. For a public mirror that is the purpose: under a name such as \`/download/\`, of a folder with such a name, where lines such as \`autoindex_exact_size\` say how the list looks, and on a server that only gives out files, it is an info, and \`check --fix=suggested\` leaves it alone. Of a folder of style sheets and scripts, such as \`/static/\`, it is an info too: whoever opens a page gets them. Where strangers are turned away (a password, an address list, a condition on an address or a secret) and on servers that only this machine reaches it is silent by itself. A condition on the method or the browser turns no one away.`,
  about: ['autoindex'],
  looksAt: { directive: ['autoindex', 'fancyindex'] },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer', 'response-headers'],
  messages: { listed: '{line} on lists the files of every folder without an index. Set it to off, or restrict access.' },
  check({ directive, file, report }) {
    const word = directive.args[0];
    if (word?.value.toLowerCase() !== 'on') return;
    if (!isApart(directive) && !placesOf(directive).some((at) => sendsFiles(at) && findsFolders(at) && admitsStrangers(at))) return;
    const fix = fixOf('Turn the listing off', 'suggestion', file, [replace(word, 'off')]);
    const meant = isMeant(directive) || isOption(directive);
    report('listed', {
      at: word,
      data: { line: directive.name },
      ...(meant || isOfPages(directive) ? { severity: 'info' as const } : {}),
      fix: meant ? byHand(fix, 'the list seems to be meant') : fix,
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `autoindex on;
#         ^^ listed`,
      good: 'autoindex off;',
    },
    { inside: 'server', good: 'root /srv/www;\nlocation / { autoindex on; try_files $uri /start.html; }' },
    { inside: 'server', good: 'location /pub/ { autoindex on; allow 10.0.0.0/8; deny all; }' },
  ],
});
