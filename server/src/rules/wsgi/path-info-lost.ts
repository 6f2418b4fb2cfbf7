/** PATH_INFO that is sent empty, because try_files has moved the request to the script before the param is made. */
import { toBytes } from '../../base/bytes.ts';
import { type Location, locationsOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { fixOf, insertFirst, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** `$fastcgi_script_name`, which is found where the path behind it is not. */
const TRIES_SCRIPT = /^(\$document_root)?\$\{?fastcgi_script_name\}?$/;

/** The expression matches a path that goes on behind a script. */
function takesMore({ regex, name, modifier }: Location, { config }: Scope): boolean {
  const forms = (s: string): string[] => [`${s}/more`, s.replace(/\/?$/, '/more'), `/index${s}/more`, `/x${s}/more`];
  const samples = samplesOf(config.regexes, name, { caseless: modifier === '~*', tries: 8, forms });
  return ['/index.php/more', ...samples].some((s) => s.endsWith('.php/more') && typeof regex?.match(toBytes(s)) === 'object');
}

export default defineRule({
  id: 'path-info-lost',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'PATH_INFO is sent empty',
  why: `
\`$fastcgi_path_info\` is what \`fastcgi_split_path_info\` finds after the script in the path of the request. \`try_files $fastcgi_script_name =404\`
changes that path to the script alone, and the params are made after it: for \`/index.php/news/7\` the program gets an empty PATH_INFO, and shows its
home page (tried with nginx 1.22 and php-fpm 8.2; nginx's ticket 321).

A variable that is set before keeps the value: \`set\` runs in the rewrite phase, \`try_files\` after it.`,
  about: ['fastcgi_split_path_info', '$fastcgi_path_info', 'try_files', 'fastcgi_param'],
  references: ['https://trac.nginx.org/nginx/ticket/321'],
  looksAt: { directive: ['fastcgi_split_path_info'] },
  needs: 'file',
  fixable: 'sometimes',
  fixChanges: ['request-headers'],
  messages: {
    emptied:
      'PATH_INFO is always empty here: {line} leaves only the script in the path before the param is made. Keep $fastcgi_path_info in a variable with set.',
  },
  check({ scope, report }) {
    const opener = scope.opener;
    if (scope.context !== 'location' || !scope.parent || !opener) return;
    const location = locationsOf(scope.parent).all.find((l) => l.scope === scope);
    // a path behind the script must come here at all
    if (location?.kind !== 'regex' || !takesMore(location, scope)) return;
    const tries = scope.named('try_files').at(-1);
    if (!tries?.values.slice(0, -1).some((v) => TRIES_SCRIPT.test(v))) return;
    const param = scope.effective('fastcgi_param').directives.findLast((d) => d.value(0) === 'PATH_INFO');
    if (param?.value(1) !== '$fastcgi_path_info') return;
    report('emptied', {
      at: param.at(param.args[1]),
      data: { line: `${tries.name} ${tries.values.join(' ')}` },
      related: [{ at: tries.nameAt, message: 'the path becomes the script alone' }],
      fix:
        param.scope === scope && param.file === opener.file
          ? fixOf('Keep the path in a variable', 'suggestion', opener.file, [
              insertFirst(opener.file, opener.statement, ['set $path_info $fastcgi_path_info;']),
              replace(param.args[1]!, '$path_info'),
            ])
          : null,
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ [^/]\\.php(/|$) {
    fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
    try_files $fastcgi_script_name =404;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_param PATH_INFO $fastcgi_path_info;
#                           ^^^^^^^^^^^^^^^^^^ emptied
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
      fixed: `location ~ [^/]\\.php(/|$) {
    set $path_info $fastcgi_path_info;
    fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
    try_files $fastcgi_script_name =404;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_param PATH_INFO $path_info;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    {
      // no path comes behind the script: nothing is lost
      inside: 'server',
      good: `location ~ \\.php$ {
    fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
    try_files $fastcgi_script_name =404;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_param PATH_INFO $fastcgi_path_info;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    {
      inside: 'server',
      good: `location ~ [^/]\\.php(/|$) {
    fastcgi_split_path_info ^(.+?\\.php)(/.*)$;
    if (!-f $document_root$fastcgi_script_name) { return 404; }
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_param PATH_INFO $fastcgi_path_info;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
  ],
});
