/** A path that a rewrite leaves without its leading slash: it is glued to the root, and no location but an expression takes it. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** The first letters of a path that nobody means as a URL or a variable. */
const BARE = /^[\w.-]+(?:\/|\.|\?|$|\$)/;

/** Whether a redirect is relative, and its pattern one of pages in a folder: browsers look for it in that folder. */
const isRelative = (values: readonly string[]): boolean =>
  values.length === 3 &&
  /^(?:redirect|permanent)$/.test(values[2]!) &&
  BARE.test(values[1]!) &&
  !/^\w+:/.test(values[1]!) &&
  // where it may be meant beside the page, its name has no folder
  values[1]!.includes('/') &&
  FOLDER.test(values[0]!);

/** The folder that every path of a pattern begins with. */
const FOLDER = /^\^?(\/[\w-]+\/)/;

/** A name in capitals that a script replaces by a path, as installers have them in their stubs. */
const STANDS_FOR_A_PATH = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/;

/** Whether the words of a rewrite leave a path without its slash inside nginx. */
const isBare = (values: readonly string[]): boolean =>
  values.length > 1 &&
  BARE.test(values[1]!) &&
  !STANDS_FOR_A_PATH.test(values[1]!) &&
  !/^\w+:\/\//.test(values[1]!) &&
  !/^(?:redirect|permanent)$/.test(values[2] ?? '');

export default defineRule({
  id: 'rewrite-without-slash',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Rewrite to a path without its first slash',
  why: `
The second parameter of \`rewrite\` is the whole new path, not a name beside the old one. Without a slash at its beginning no prefix location takes it any more, and where a file is looked for, root and path are put together as they are: \`/srv/www\` and \`index.php\` make \`/srv/wwwindex.php\`, and the answer is 404.

In a redirect it is relative: for \`/old/a\` the Location \`new/a\` is \`/old/new/a\` to a browser.

Begin it with a slash, and with the folder: \`rewrite ^/shop/item/(.*)$ /shop/index.php?q=$1 last;\`.`,
  about: ['rewrite'],
  references: ['https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#rewrite'],
  looksAt: {
    directive: ['rewrite'],
    where: ({ values }) => isBare(values) || isRelative(values),
  },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['server', 'answer', 'request-line'],
  messages: {
    bare: 'The path becomes "{path}", without a slash at its beginning, and the file is looked for as {file}. Write "/{path}".',
    relative: 'Browsers take "{path}" for a page below {folder} and ask for {folder}{path}. Write "/{path}".',
    lost: 'The path becomes "{path}", without a slash at its beginning: no prefix location takes it any more. Write "/{path}".',
  },
  check({ directive, scope, file, report }) {
    const word = directive.args[1];
    if (!word || word.templated) return;
    if (isRelative(directive.values)) {
      const folder = FOLDER.exec(directive.value(0))![1]!;
      report('relative', {
        at: word,
        data: { path: word.value, folder },
        fix: fixOf('Begin the path with a slash', 'suggestion', file, [replace(word, word.raw.replace(/^(["']?)/, '$1/'))]),
      });
      return;
    }
    if (!isBare(directive.values)) return;
    const path = word.value.replace(/\?.*$/, '');
    const root = scope.value('root')?.args[0];
    const folder = root && !root.templated && !root.value.includes('$') ? root.value : null;
    report(folder === null ? 'lost' : 'bare', {
      at: word,
      data: folder === null ? { path } : { path, file: folder + path },
      fix: fixOf('Begin the path with a slash', 'suggestion', file, [replace(word, word.raw.replace(/^(["']?)/, '$1/'))]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/www;
location /shop/ {
    rewrite ^/shop/item/(.*)$ shop/index.php?q=$1 last;
#                             ^^^^^^^^^^^^^^^^^^^ bare
}`,
      good: `root /srv/www;
location /shop/ {
    rewrite ^/shop/item/(.*)$ /shop/index.php?q=$1 last;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `root /srv/www;
location /old/ {
    rewrite ^/old/page$ new.html break;
#                       ^^^^^^^^ bare
}`,
      good: `root /srv/www;
location /old/ {
    rewrite ^/old/page$ /new.html break;
}`,
    },
    {
      inside: 'server',
      bad: `location /old/ {
    rewrite ^/old/(.*)$ new/$1 last;
#                       ^^^^^^ lost
}`,
      good: `location /old/ {
    rewrite ^/old/(.*)$ /new/$1 last;
}`,
    },
    { inside: 'server', good: 'rewrite ^/a$ https://example.com/b permanent;\nrewrite ^/c(.*)$ $1 last;' },
    {
      inside: 'server',
      bad: `location /old/ {
    rewrite ^/old/(.*)$ new/$1 permanent;
#                       ^^^^^^ relative
}`,
      good: `location /old/ {
    rewrite ^/old/(.*)$ /new/$1 permanent;
}`,
    },
  ],
});
