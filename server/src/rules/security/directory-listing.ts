/** Folders without an index show their files. */
import { isFolderOfParts, isFolderOfUploads, isForParts } from '../../answers/what-a-place-is-for.ts';
import { isApart, placesOf, sendsFiles } from '../../answers/where-a-line-counts.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import { PerPart } from '../../config/asked.ts';
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

/** Lines that say how a list looks: whoever writes them wants it seen. */
const LAID_OUT = /^(?:autoindex_(?:exact_size|format|localtime)|fancyindex_\w+|add_(?:before|after)_body|xslt_stylesheet)$/;

/** Names of what nobody publishes, however its list looks. */
const KEPT = /(?:^|[/_.-])(?:backups?|dumps?|private|secrets?|internal|admin|logs?|config|keys?|protected)(?:[/_.-]|$)/i;

/** Names of what is about people, and for those who know its address. */
const OF_PEOPLE = /(?:^|[/_.-])(?:customers?|clients?|invoices?|documents?|docs?[-_]private|recordings?|scans?)(?:[/_.-]|$)/i;

/** Folders in which a machine has its own things, and those of all who use it. */
const OF_MACHINE = /^\/(?:etc|home|root|var|opt|mnt|proc|sys|tmp|usr|boot)?\/?$/;

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

/** The folder whose files a level sends. */
const folderOf = (scope: Scope): string => (scope.value('alias') ?? scope.value('root'))?.value(0) ?? '';

/** The folders of a server in which programs have their scripts, and whether it passes anything on. */
const programsOf = new PerPart((server: Scope) => ({
  folders: new Set(server.all.filter((d) => d.name === 'fastcgi_pass').map((d) => folderOf(d.scope))),
  passes: server.all.some((d) => /_pass$/.test(d.name)),
}));

/** Programs whose scripts lie in the folder of the pages: the list is of them, and of all that they keep there. */
function isOfProgram(scope: Scope): boolean {
  const server = scope.enclosing('server');
  if (!server || (scope.context === 'location' && scope.has('alias'))) return false;
  return programsOf.of(server).folders.has(folderOf(scope));
}

/** The folder into which Django and its like put what people upload. */
function isMediaOfProgram(scope: Scope): boolean {
  const server = scope.enclosing('server');
  return server !== null && /^\/(?:[\w-]+\/)?media\/?$/.test(locationOf(scope)?.name ?? '') && programsOf.of(server).passes;
}

/**
 * Whether the list shows what nobody publishes: by the name of the place or the folder, because it is a folder of the machine, or because a program has its
 * scripts there. Whoever writes the line otherwise wants the list.
 */
function showsMore({ scope }: Directive): boolean {
  const location = locationOf(scope);
  const folder = folderOf(scope);
  const names = [location?.name ?? '', folder];
  if (names.some((n) => KEPT.test(n)) || OF_MACHINE.test(folder)) return true;
  return (
    !isLaidOut(scope) &&
    (names.some((n) => isFolderOfUploads(n) || OF_PEOPLE.test(n)) ||
      isMediaOfProgram(scope) ||
      (isOfProgram(scope) && !isForParts(scope) && !isFolderOfParts(folder)))
  );
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
With \`autoindex on\` a folder without an index file answers with the list of what is in it: backups, exports, other people's uploads that nobody was meant to find. It is a warning where the place or its folder is called so (\`/backup/\`, \`/uploads/\`), where the folder is one of the machine (\`/\`, \`/home\`), and where a program of PHP has its scripts, unless it is one of style sheets and scripts. Elsewhere whoever wrote the line wants the list, it is an info, and \`check --fix=suggested\` leaves it alone. Where strangers are turned away (a password, an address list, a condition on an address or a secret) and on servers that only this machine reaches it is silent by itself. A condition on the method or the browser turns no one away.`,
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
    const meant = !showsMore(directive) || isOption(directive);
    report('listed', {
      at: word,
      data: { line: directive.name },
      ...(meant ? { severity: 'info' as const } : {}),
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
    {
      inside: 'server',
      bad: `location /uploads/ {
    autoindex on;
#             ^^ listed
}`,
      good: `location /uploads/ {
    autoindex off;
}`,
    },
    { inside: 'server', good: 'root /srv/www;\nlocation / { autoindex on; try_files $uri /start.html; }' },
    { inside: 'server', good: 'location /pub/ { autoindex on; allow 10.0.0.0/8; deny all; }' },
  ],
});
