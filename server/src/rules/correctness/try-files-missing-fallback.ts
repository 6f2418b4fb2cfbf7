/** The last argument of try_files is no file to test but where to go: `$uri/` there sends the request round in a circle. */
import { toBytes } from '../../base/bytes.ts';
import { locationOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { matchingRoot, pathsFor } from '../../witness/paths.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Whether the path with that ending is taken by the same location again, and again, until nginx gives up. */
function comesBack(scope: Scope, ending: string): boolean {
  const location = locationOf(scope);
  const root = matchingRoot(scope);
  // what the server says of files counts for paths that no location takes
  if (!location) return scope.context !== 'server' || !matchLocation(scope, toBytes('/')).location;
  if (root.context !== 'server') return true;
  const paths = pathsFor(location, 12);
  return (
    paths.length === 0 || paths.some((path) => matchLocation(root, toBytes(path.replace(/\/$/, '') + ending)).location?.scope === scope)
  );
}

/** What the path of a file begins with where the files of a location are in a folder of its own: with `alias` its name is not in them. */
function prefixOf(scope: Scope): string {
  const kind = locationOf(scope)?.kind;
  if ((kind !== 'prefix' && kind !== 'exact') || scope.effective('alias').directives.at(-1)?.scope !== scope) return '';
  return (scope.opener?.args.at(-1)?.raw ?? '').replace(/\/+$/, '');
}

export default defineRule({
  id: 'try-files-missing-fallback',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'try_files without a fallback',
  why: `
nginx tests all arguments of \`try_files\` but the last: that one is the path, the named location or the \`=code\` to go on with when nothing was found. With \`$uri/\` at the end a missing file makes nginx start over with the same path until it gives up with 500.`,
  about: ['try_files'],
  looksAt: { directive: ['try_files'] },
  needs: 'file',
  fixable: 'always',
  messages: {
    last: '{last} is where nginx goes when nothing is found, so a missing file ends in 500. Add =404, or the location that should answer.',
    bare: '"{last}" is appended to the root without a slash in between, and is never found. Write {better}.',
    code: '"{last}" is taken for a path. Write ={last}.',
  },
  check({ directive, scope, file, report }) {
    const word = directive.args.at(-1);
    if (!word || word.templated) return;
    const last = word.value;
    // a code that a space parts from its sign is what another rule says
    if (/^[45]\d\d$/.test(last) && directive.args.at(-2)?.value !== '=') {
      report('code', { at: word, data: { last }, fix: fixOf(`Write =${last}`, 'suggestion', file, [replace(word, `=${last}`)]) });
      return;
    }
    if (/^[\w-]+(?:\/[\w-]+)*(?:\.\w+|\/[\w-]+)(?:\?.*)?$/.test(last)) {
      const better = `${prefixOf(scope)}/${last}`;
      report('bare', { at: word, data: { last, better }, fix: fixOf(`Write ${better}`, 'suggestion', file, [replace(word, better)]) });
      return;
    }
    const m = /^\$\{?(?:uri|document_uri|request_filename)\}?(\/[\w-]+\.\w+|\/|\.\w+|\$\{?is_args\}?\$\{?args\}?)?$/.exec(last);
    if (!m || !comesBack(scope, m[1]?.startsWith('$') ? '' : (m[1] ?? ''))) return;
    // a program sends there, or another line, for a file that it knows of
    const isSentTo = scope.enclosing('location')?.has('internal') ?? false;
    report('last', {
      at: word,
      data: { last },
      ...(isSentTo && { severity: 'info' as const }),
      fix: fixOf('End with =404', 'suggestion', file, [replace({ start: word.end, end: word.end }, ' =404')]),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `try_files $uri $uri/;
#              ^^^^^ last`,
      good: 'try_files $uri $uri/ =404;',
    },
    { inside: 'location', good: 'try_files $uri /index.php?$args;' },
    {
      inside: 'server',
      bad: `location /shop {
    alias /srv/shop/public;
    try_files $uri index.html;
#                  ^^^^^^^^^^ bare
}`,
      good: `location /shop {
    alias /srv/shop/public;
    try_files $uri /shop/index.html;
}`,
    },
    {
      // a location inherits no try_files, and this one takes every path
      inside: 'server',
      good: `root /srv/shop;
try_files $uri.html $uri;
location / {
    expires 1h;
}`,
    },
  ],
});
