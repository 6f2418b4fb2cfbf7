/** PHP behind fastcgi_pass that is not told which file to run, or told another one than this line means. */

import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { isStock } from '../../config/stock.ts';
import { addToList, fixOf, outside, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { sharedList } from '../shared.ts';
import { USUAL_SCRIPT } from './_script.ts';

const TITLE = 'Send SCRIPT_FILENAME';
const LINES = ['fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;'];

/**
 * Sockets of the php-fpm that a release of Debian or Ubuntu packages: beside it runs an nginx whose own list lacks the script, theirs or nginx.org's. A version that
 * none of them has comes from an archive, also for the old releases whose list did name the script.
 */
const OF_DEBIAN = /^unix:\/(?:var\/)?run\/php\/php(?:7\.[0234]|8\.\d)-fpm\.sock/;

/** The folder alone, in which no file is named. */
const FOLDER = /^\$\{?(?:document|realpath)_root\}?\/?$/;

/** Whether the folder of a place may be a file: an alias has the whole name of one script, or takes it from the path. */
const isFile = ({ scope }: Directive): boolean => /\.\w+$|\$/.test(scope.value('alias')?.value(0) ?? '');

/** Whether a line names one file for all requests, with nothing of the path in its name, in a place that is not for that file alone. */
function isOneForAll(line: Directive): boolean {
  const file = /^(?:\$\{?(?:document|realpath)_root\}?)?\/(?:[^$]*\/)?([^$/]+\.php)$/.exec(line.value(1))?.[1];
  return file !== undefined && locationOf(line.scope)?.name.replaceAll('\\', '').includes(file) !== true;
}

export default defineRule({
  id: 'script-filename-missing',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['fastcgi_param'],
  title: 'SCRIPT_FILENAME names no script',
  why: `
php-fpm runs the file that the param \`SCRIPT_FILENAME\` names. nginx's \`fastcgi_params\` does not have it, only its \`fastcgi.conf\` has; without
it every page is "File not found." (tried with php-fpm 8.2), and nginx's log says "Primary script unknown".

A folder is no script: to \`$document_root\` alone php-fpm answers 403, "Access denied.". Of two lines on one level it takes the last.`,
  about: ['fastcgi_pass', 'fastcgi_param', 'include'],
  looksAt: { directive: ['fastcgi_pass'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    missing:
      'No SCRIPT_FILENAME is sent here, so php-fpm answers "File not found.". Add fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name.',
    listed:
      'nginx’s own list of parameters does not name SCRIPT_FILENAME, and no line here does: php-fpm then answers "File not found.". Add fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name, unless your image or package writes it there.',
    folder: 'This is a folder, and php-fpm answers 403 "Access denied." to each request. Write $document_root$fastcgi_script_name.',
    twice: 'php-fpm runs {last}, which a line below names, for all requests here: of two lines it takes the last. Keep one of them.',
  },
  check({ directive, scope, config, report }) {
    if (!directive.fact) return;
    // only what is plainly PHP: other FastCGI programs know their own script
    const location = locationOf(scope);
    if (!/php/i.test(`${directive.value(0)} ${location?.name ?? ''}`)) return;
    const { directives, shadowed } = scope.effective('fastcgi_param');
    const scripts = directives.filter((d) => d.value(0) === 'SCRIPT_FILENAME');
    const last = scripts.at(-1);
    if (last && FOLDER.test(last.value(1)) && !isFile(directive)) {
      const word = last.args[1]!;
      const line = replace(word, '$document_root$fastcgi_script_name');
      report('folder', { at: last.at(word), fix: fixOf('Name the script', 'suggestion', last.file, [line]) });
    }
    const usual = last && scripts.find((d) => d.file === last.file && USUAL_SCRIPT.test(d.value(1)));
    if (usual && isOneForAll(last))
      report('twice', { at: usual.at(), data: { last: last.value(1) }, related: [{ at: last.at(), message: 'the line that counts' }] });
    if (last) return;
    // what is above a fragment may have it, unless the list here hides it
    if (!config.whole && !directives.length) return;
    // images write more into nginx's own fastcgi_params: linuxserver's names the script there
    const unsure = directives.some((d) => isStock(d.file.id)) && !config.tree.standIn?.certain && !OF_DEBIAN.test(directive.value(0));
    // the machines that Laravel Forge sets up have a list of their own under that name, with the script
    if (directive.file.text.includes('forge-conf/') && directives.every((d) => isStock(d.file.id))) return;
    if (shadowed.length) return;
    const place = outside(directive);
    report(unsure ? 'listed' : 'missing', {
      at: directive.statement.name,
      ...(unsure ? { severity: 'info' } : {}),
      // nginx's own list contradicts nothing: it is known not to have it
      related:
        directives[0] && !isStock(directives[0].file.id) ? [{ at: directives[0].nameAt, message: 'the params in force begin here' }] : [],
      fix: fixOf(TITLE, 'suggestion', place.file, [addToList(place, 'fastcgi_param', LINES)]),
      shared: sharedList(scope, directive.file.id, 'fastcgi_param', [{ title: TITLE, safety: 'suggestion', lines: LINES }]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ \\.php$ {
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_pass unix:/run/php/php-fpm.sock;
#   ^^^^^^^^^^^^ missing
}`,
      good: `location ~ \\.php$ {
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    {
      inside: 'server',
      good: `location ~ \\.php$ {
    include fastcgi.conf;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    {
      inside: 'server',
      good: `location ~ \\.php$ {
    include snippets/fastcgi-php.conf;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/shop;
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root;
#                                 ^^^^^^^^^^^^^^ folder
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
      good: `root /srv/shop;
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/shop;
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ twice
    fastcgi_param SCRIPT_FILENAME $document_root/admin/index.php;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
      fixed: false,
      good: `root /srv/shop;
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}
location = /admin {
    fastcgi_param SCRIPT_FILENAME $document_root/admin/index.php;
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
  ],
});
