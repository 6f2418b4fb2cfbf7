/** SCRIPT_FILENAME put together from $document_root under an alias: the prefix comes twice, and no script is found. Shown by what PHP is told. */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { isStock } from '../../config/stock.ts';
import { proofOf } from '../../witness/requests.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const filenameOf = (scope: Scope): Directive | undefined =>
  scope.effective('fastcgi_param').directives.findLast((d) => d.value(0) === 'SCRIPT_FILENAME');

export default defineRule({
  id: 'script-filename-under-alias',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'SCRIPT_FILENAME wrong under an alias',
  why: `
Under \`alias\` the path of a file is the alias and the part of the URI after the location's name. \`$document_root$fastcgi_script_name\` puts the whole URI after the alias instead: for \`/blog/index.php\` below \`alias /srv/blog/\` that is \`/srv/blog//blog/index.php\`. php-fpm answers "File not found." (tried with 8.2; its log says "Primary script unknown").

\`$request_filename\` is the path that nginx has worked out itself, under \`root\` and \`alias\` alike.`,
  about: ['alias', 'fastcgi_param', '$document_root', '$request_filename'],
  looksAt: {
    outcome: ['fastcgi_pass'],
    somewhere: ['alias'],
    when: ({ scope }) => {
      const line = scope.value('alias')?.name === 'alias' ? filenameOf(scope) : undefined;
      // what nginx itself looks for is right whatever the prefix
      return line !== undefined && !/^\$\{?request_filename\}?$/.test(line.value(1));
    },
  },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    whole:
      'PHP is asked for {told} when {from} is requested, and answers "File not found.": the alias is {file} already, and $fastcgi_script_name comes behind it. Send fastcgi_param SCRIPT_FILENAME $request_filename.',
    twice:
      'PHP is asked for {told} when {from} is requested, and answers "File not found.": the alias replaces {prefix}, and $fastcgi_script_name still begins with it. Use $request_filename.',
  },
  check({ spot, report }) {
    const line = filenameOf(spot.scope);
    const word = line?.args[1];
    const prefix = spot.scope.value('alias')?.scope.opener?.values.at(-1) ?? '';
    if (!line || !word || prefix === '' || prefix === '/') return;
    const alias = spot.scope.value('alias')!;
    for (const path of spot.eachPath()) {
      if (path.includes('/.')) continue;
      const trace = spot.ask({ path });
      const told = trace.outcome.upstreamRequest?.params?.findLast(([n]) => n === 'SCRIPT_FILENAME')?.[1];
      if (trace.outcome.kind !== 'fastcgi' || told === undefined) continue;
      // an alias with captures names the file itself
      const file = spot.location?.kind === 'regex' && told.endsWith(path) ? told.slice(0, -path.length) : '';
      const whole = alias.value(0).includes('$') && /[^/]\.php$/.test(file) && file.endsWith(path.slice(path.lastIndexOf('/')));
      const rest = path.slice(prefix.replace(/\/$/, '').length);
      const twice =
        !alias.value(0).includes('$') &&
        path.startsWith(prefix) &&
        rest !== path &&
        told.replace(/\/+/g, '/') === `${alias.value(0)}/${path}`.replace(/\/+/g, '/');
      if (!whole && !twice) continue;
      // a line of nginx's own fastcgi.conf is included here
      const pass = isStock(line.file.id) ? spot.directives.find((d) => d.name === 'fastcgi_pass') : undefined;
      report(whole ? 'whole' : 'twice', {
        at: pass ? pass.nameAt : line.at(word),
        related: [{ at: alias.at(), message: whole ? 'the aliased file' : 'the aliased folder' }],
        data: whole ? { from: path, told, file } : { from: path, told, prefix },
        fix:
          line.scope === spot.scope && !pass
            ? fixOf('Use $request_filename', 'suggestion', line.file, [replace(word, '$request_filename')])
            : null,
        witness: proofOf(trace, `SCRIPT_FILENAME: ${told} arrives at ${trace.outcome.upstreamRequest!.upstream}`),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /blog/ {
    alias /srv/blog/;
    location ~ \\.php$ {
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
#                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ twice
        fastcgi_pass 127.0.0.1:9000;
    }
}`,
      good: `location /blog/ {
    alias /srv/blog/;
    location ~ \\.php$ {
        fastcgi_param SCRIPT_FILENAME $request_filename;
        fastcgi_pass 127.0.0.1:9000;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/blog/x.php',
        outcome: 'SCRIPT_FILENAME: /srv/blog//blog/x.php arrives at 127.0.0.1:9000',
        meant: '`SCRIPT_FILENAME: /srv/blog/x.php`',
      },
    },
    {
      inside: 'server',
      bad: `location ~ ^/dav/(.+\\.php)$ {
    alias /srv/dav/html/$1;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
#                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ whole
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `location ~ ^/dav/(.+\\.php)$ {
    alias /srv/dav/html/$1;
    fastcgi_param SCRIPT_FILENAME $request_filename;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      good: `root /srv/www;
location ~ \\.php$ {
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
  ],
});
