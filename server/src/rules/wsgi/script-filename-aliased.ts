/** An aliased location whose prefix is in SCRIPT_FILENAME twice. */
import type { Directive } from '../../config/directive.ts';
import { hasVariables } from '../../config/upstreams.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { cleanPath, usualScript } from './_script.ts';

/** The prefix location whose alias is in force; null with a root. */
function aliased(pass: Directive): { readonly alias: Directive; readonly prefix: string } | null {
  const alias = pass.scope.effective('alias').directives.at(-1);
  const opener = alias?.name === 'alias' ? alias.scope.opener : undefined;
  const prefix = opener?.name === 'location' ? opener.values.at(-1) : undefined;
  return alias && prefix?.startsWith('/') && prefix !== '/' && opener!.values.every((v) => v === prefix || v === '^~')
    ? { alias, prefix }
    : null;
}

export default defineRule({
  id: 'script-filename-aliased',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'SCRIPT_FILENAME repeats the prefix of an alias',
  why: `
php-fpm opens the file that \`SCRIPT_FILENAME\` names and answers "File not found." where there is none (tried with php-fpm 8.2; nginx's log says
"Primary script unknown"). With \`alias\` the variable \`$document_root\` is the aliased folder, and \`$fastcgi_script_name\` still has the prefix
of the location: together they name a file below the folder that the prefix is added to once more. \`$request_filename\` is the file that nginx means.`,
  about: ['fastcgi_param', 'alias', '$document_root', '$request_filename'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#alias'],
  looksAt: { directive: ['fastcgi_pass'] },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['request-headers'],
  messages: {
    aliased:
      'With alias, $document_root is {folder} and $fastcgi_script_name still begins with {prefix}: php-fpm looks for {path} and answers "File not found.". Send $request_filename.',
  },
  check({ directive, report }) {
    const line = usualScript(directive);
    const found = line ? aliased(directive) : null;
    if (!line || !found || hasVariables(found.alias.value(0))) return;
    const folder = cleanPath(found.alias.value(0));
    report('aliased', {
      at: line.at(line.args[1]),
      data: { folder, prefix: found.prefix, path: cleanPath(`${folder}/${found.prefix}/index.php`) },
      related: [{ at: found.alias.at(), message: 'the aliased folder' }],
      fix: fixOf('Send $request_filename', 'suggestion', line.file, [replace(line.args[1]!, '$request_filename')]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /blog/ {
    alias /srv/blog/;
    location ~ \\.php$ {
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
#                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ aliased
        fastcgi_pass unix:/run/php/php-fpm.sock;
    }
}`,
      fixed: `location /blog/ {
    alias /srv/blog/;
    location ~ \\.php$ {
        fastcgi_param SCRIPT_FILENAME $request_filename;
        fastcgi_pass unix:/run/php/php-fpm.sock;
    }
}`,
      good: `location /blog/ {
    root /srv;
    location ~ \\.php$ {
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass unix:/run/php/php-fpm.sock;
    }
}`,
    },
  ],
});
