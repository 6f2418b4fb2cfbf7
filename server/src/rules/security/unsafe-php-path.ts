/** A path such as /upload/x.jpg/y.php that is handed to PHP, which may run x.jpg. */
import { toBytes } from '../../base/bytes.ts';
import { locationsOf } from '../../config/locations.ts';
import { pathsFor } from '../../witness/paths.ts';
import { type Fix, fixOf, insertFirst, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** A name within a path that is another program's than PHP's: what follows it is that program's to read. */
const OF_ANOTHER = /\.(?:pl|psgi|cgi|fcgi|py|rb)\//;

export default defineRule({
  id: 'unsafe-php-path',
  group: 'security',
  severity: 'info',
  since: '0.1',
  missing: ['try_files', 'location'],
  title: 'PHP runs scripts that do not exist',
  why: `
For \`/upload/photo.jpg/x.php\` the pattern \`\\.php$\` fits, although there is no such file. PHP with \`cgi.fix_pathinfo=1\`, its default, walks up until it finds one and runs \`photo.jpg\`. PHP-FPM's \`security.limit_extensions\` stops that for names that do not end in .php or .phar, unless it was emptied. That is its default, so this is a note: a second guard where visitors upload files, and the only one before php-cgi.

\`try_files $fastcgi_script_name =404\` (or \`$uri\`) asks for existing scripts only.`,
  about: ['fastcgi_pass', 'try_files', 'fastcgi_split_path_info'],
  looksAt: { directive: ['fastcgi_pass'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: { unchecked: '{path} is handed to PHP although no such script exists. Add "try_files $fastcgi_script_name =404;".' },
  check({ directive, scope, report }) {
    if (scope.context !== 'location' || !scope.parent) return;
    const location = locationsOf(scope.parent).all.find((l) => l.scope === scope);
    const opener = scope.opener;
    if (!opener || location?.kind !== 'regex' || !location.regex || scope.has('internal') || scope.has('try_files')) return;
    const tried = [
      '/x.jpg/y.php',
      '/up/x.jpg/y.php',
      // what fits the pattern, with a folder that is none put before its last name
      ...pathsFor(location, 12).map((p) => p.replace(/[^/]*\.php/, 'x.jpg/y.php')),
    ];
    // what is inside another location begins as that one does
    let outer = '';
    for (let at = location.parent; at; at = at.parent)
      if (at.kind === 'prefix') {
        outer = at.name.replace(/\/$/, '');
        break;
      }
    const path = tried
      .map((p) => (p.startsWith(`${outer}/`) ? p : outer + p))
      .find((p) => p.includes('.jpg/') && !OF_ANOTHER.test(p) && typeof location.regex!.match(toBytes(p)) === 'object');
    if (!path || scope.named('if').some((d) => d.values.some((v) => /^!-[fe]$/.test(v.replace(/^\(\s*/, ''))))) return;
    // a fixed script, or one that is looked up elsewhere, does not come from the path
    const script = scope
      .effective('fastcgi_param')
      .directives.filter((d) => d.value(0) === 'SCRIPT_FILENAME')
      .at(-1)
      ?.value(1);
    if (script !== undefined && !/\$(fastcgi_script_name|uri|request_filename|document_uri|[1-9])/.test(script)) return;
    if (
      scope.named('include').some((d) => !scope.config.tree.includes.get(d.statement)?.files.length) &&
      scope.named('include').some((d) => /php/.test(d.value(0)))
    )
      return;
    report('unchecked', {
      at: directive.statement.name,
      data: { path },
      fix: fix(),
    });

    /** try_files moves the request to the script, and what stood behind it is gone (nginx's ticket 321): it is kept in a variable before. */
    function fix(): Fix | null {
      const reads = scope.effective('fastcgi_param').directives.filter((d) => /\$\{?fastcgi_path_info\b/.test(d.value(1)));
      const line = 'try_files $fastcgi_script_name =404;';
      const file = opener!.file;
      if (!reads.length) return fixOf('Ask for existing scripts only', 'suggestion', file, [insertFirst(file, opener!.statement, [line])]);
      if (reads.some((d) => d.scope !== scope || d.file !== file || d.value(1) !== '$fastcgi_path_info')) return null;
      return fixOf('Ask for existing scripts only', 'suggestion', file, [
        insertFirst(file, opener!.statement, ['set $path_info $fastcgi_path_info;', line]),
        ...reads.map((d) => replace(d.args[1]!, '$path_info')),
      ]);
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ [^/]\\.php(/|$) {
    fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
    fastcgi_param PATH_INFO $fastcgi_path_info;
    fastcgi_pass unix:/run/php/php-fpm.sock;
#   ^^^^^^^^^^^^ unchecked
}`,
      good: `location ~ [^/]\\.php(/|$) {
    set $path_info $fastcgi_path_info;
    try_files $fastcgi_script_name =404;
    fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
    fastcgi_param PATH_INFO $path_info;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ \\.php$ {
    fastcgi_pass unix:/run/php/php-fpm.sock;
#   ^^^^^^^^^^^^ unchecked
}`,
      good: `location ~ \\.php$ {
    try_files $fastcgi_script_name =404;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    { inside: 'server', good: 'location ~ ^/index\\.php$ {\n    fastcgi_pass unix:/run/php/php-fpm.sock;\n}' },
    {
      inside: 'server',
      good: `location ~ ^(/.*\\.pl)(?:$|/) {
    fastcgi_split_path_info ^(.*\\.pl)(/.+)$;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass unix:/run/perl.sock;
}`,
    },
  ],
});
