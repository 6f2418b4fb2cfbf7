/** A quote at the end of a path or a name that none at its beginning belongs to: nginx takes it for a letter. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Directives whose words are paths, addresses or names, none of which ends in a quote. */
const WITH_PATHS = [
  'access_log',
  'alias',
  'auth_basic_user_file',
  'error_log',
  'fastcgi_pass',
  'grpc_pass',
  'include',
  'index',
  'load_module',
  'pid',
  'proxy_pass',
  'proxy_ssl_trusted_certificate',
  'root',
  'server_name',
  'ssl_certificate',
  'ssl_certificate_key',
  'ssl_client_certificate',
  'ssl_dhparam',
  'ssl_trusted_certificate',
  'try_files',
  'uwsgi_pass',
];

/** A word that ends in the only quote of its kind. A name of a server that is a pattern may have any letter. */
const STRAY = /^[^~"'][^"']*["']$/;

export default defineRule({
  id: 'stray-quote',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Quote at the end of a path',
  why: `
nginx takes a quote for one at the beginning of a word only. At the end of a word that began without one it is a letter like any other: \`root /var/www/site";\` names a folder whose last letter is a quote, and every page is 404. \`nginx -t\` has nothing against it.

Remove the quote, or put the whole word into quotes.`,
  about: ['root', 'alias', 'proxy_pass', 'server_name'],
  looksAt: { directive: WITH_PATHS, where: ({ values }) => values.some((v) => STRAY.test(v)) },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer', 'server', 'request-line', 'tls'],
  messages: {
    end: 'The quote at the end of {word} is a part of {what} to nginx, as none is at its beginning. Remove it.',
  },
  check({ directive, file, report }) {
    for (const word of directive.args) {
      if (word.templated || word.raw !== word.value || !STRAY.test(word.value)) continue;
      const what = directive.name === 'server_name' ? 'the name' : /_pass$/.test(directive.name) ? 'the address' : 'the path';
      report('end', {
        at: { start: word.end - 1, end: word.end },
        data: { word: word.raw, what },
        fix: fixOf('Remove the quote', 'suggestion', file, [replace(word, word.value.slice(0, -1))]),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: '    root /var/www/site/public";\n#                            ^ end',
      good: '    root "/var/www/site/public";',
      fixed: '    root /var/www/site/public;',
    },
    {
      inside: 'server',
      bad: `    server_name shop.example.com';
#                               ^ end`,
      good: '    server_name shop.example.com;',
    },
    { inside: 'server', good: "server_name ~^d'art[a-z]+'$;" },
  ],
});
