/** Patterns that begin where no path does: rules that came from an .htaccess file, where the folder's slash is cut off, or with a whole URL. */
import { matchingRoot } from '../../witness/paths.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { mayLoseTheSlash } from './_slash.ts';

/** What stands in front of a text to see whether a pattern that is not tied to the beginning takes it there. */
const FRONTS = ['', '/', '/a/', '/a'];

/** A pattern without a choice that begins with a slash: of what it matches nothing needs to be tried. */
const WITH_SLASH = /^\^\/(?![?*{])[^|]*$/;

/** A scheme, or the beginning or end of a host's name. */
const WITH_HOST = /:\/\/|:\\\/\\\/|^\^\(*(?:\?:)?(?:www\\?\.|[\w-]+\\?\.(?:com|org|net|io|dev|app|example|test)\b)/i;

export default defineRule({
  id: 'path-pattern-without-slash',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Pattern that no path begins with',
  why: `
Locations and \`rewrite\` compare their pattern with the path alone, and every path begins with a slash. \`rewrite ^old/(.*)$ /new/$1;\` is right in an .htaccess file of Apache, where the slash is cut off, and never runs in nginx. Neither does a pattern that begins with \`^https?://\` or with the name of the host.

Write the slash, \`^/old/(.*)$\`. The host is chosen by \`server_name\`, or asked with \`$host\` in an \`if\` or a \`map\`.`,
  about: ['rewrite', 'location', 'server_name', '$uri'],
  looksAt: { directive: ['location', 'rewrite'], where: ({ values }) => values.some((v) => /^\(*\^/.test(v) && !WITH_SLASH.test(v)) },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    slashless: '"{pattern}" matches no path: every path begins with a slash. Write "{better}".',
    other: '"{pattern}" matches no path: every path begins with a slash, and this expects another character first.',
    host: '"{pattern}" matches no path: nginx compares the path alone here, without scheme and host. Choose the host by server_name, or ask $host.',
  },
  check({ config, directive, scope, file, report }) {
    const isRewrite = directive.name === 'rewrite';
    const word = directive.args[isRewrite ? 0 : 1];
    if (!word || word.templated || !scope.enclosing('server')) return;
    const modifier = isRewrite ? '~' : directive.value(0);
    if (modifier !== '~' && modifier !== '~*') return;
    const samples = samplesOf(config.regexes, word.value, {
      caseless: modifier === '~*',
      tries: 24,
      forms: (s) => FRONTS.map((front) => front + s),
    });
    // a path that is empty is nobody's aim: `^$` is a habit
    if (!samples.length || samples.some((s) => s === '' || s.startsWith('/')) || mayLoseTheSlash(matchingRoot(scope))) return;
    const pattern = word.value;
    if (WITH_HOST.test(pattern)) return report('host', { at: word, data: { pattern } });
    const better = pattern.replace('^', '^/');
    const again = samplesOf(config.regexes, better, { caseless: modifier === '~*', tries: 12 });
    if (!again.some((s) => s.startsWith('/'))) return report('other', { at: word, data: { pattern } });
    const at = word.raw.indexOf('^');
    report('slashless', {
      at: word,
      data: { pattern, better },
      fix:
        at < 0
          ? null
          : fixOf(`Write "${better}"`, 'suggestion', file, [replace({ start: word.start + at + 1, end: word.start + at + 1 }, '/')]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `rewrite ^old/(.*)$ /new/$1 permanent;
#       ^^^^^^^^^^ slashless
location / {
    return 404;
}`,
      good: `rewrite ^/old/(.*)$ /new/$1 permanent;
location / {
    return 404;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^private/ {
#          ^^^^^^^^^ slashless
    deny all;
}`,
      good: `location ~ ^/private/ {
    deny all;
}`,
    },
    {
      inside: 'server',
      bad: `rewrite ^https?://example\\.org/shop/(.*)$ /store/$1 last;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ host`,
      good: 'rewrite ^/shop/(.*)$ /store/$1 last;',
    },
    {
      inside: 'server',
      bad: `location ~ ^\\.git {
#          ^^^^^^ slashless
    return 404;
}`,
      good: `location ~ ^/\\.git {
    return 404;
}`,
    },
    { inside: 'server', good: 'rewrite ^(.*)$ /index.php last;\nlocation ~ \\.php$ {\n    return 404;\n}' },
  ],
});
