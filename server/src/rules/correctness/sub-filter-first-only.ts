/** Texts that begin many links, replaced once in a page: `sub_filter_once` is on where nothing says otherwise. */
import { fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** The beginning of links, or the address that all of them have: what follows differs from one to the next. */
const MANY = [
  /^\s*(?:<(?:a|img|script|source|iframe)\s+)?(?:href|src|srcset|action|poster)\s*=\s*\\?["']?(?:https?:)?\/[^\s"'<>]{0,200}$/i,
  /^(?:url\()?\\?["'(](?:https?:)?\/[^\s"'<>]{0,200}$/i,
  /^url\(\//i,
  /^(?:https?:)?\\?\/\\?\/[\w.:-]+\\?\/?$/i,
];

/** Whether a page has many of a text: it ends with the slash of a folder, or is an address without a path. */
const isOfMany = (text: string): boolean =>
  MANY.some((m) => m.test(text)) && (text.endsWith('/') || /^(?:https?:)?\\?\/\\?\/[\w.:-]+$/i.test(text));

export default defineRule({
  id: 'sub-filter-first-only',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  missing: ['sub_filter_once'],
  inForce: true,
  title: 'sub_filter replaces the first link only',
  why: `
\`sub_filter\` looks for each of its texts once in a response: \`sub_filter_once\` is on by default. What all links of a page begin with, \`href="/\`, \`src="/static/\` or the address of the application, is replaced in the first of them, and all others stay as they are: the first style sheet loads, and the rest is 404.

Add \`sub_filter_once off;\`.`,
  about: ['sub_filter', 'sub_filter_once'],
  looksAt: { directive: ['sub_filter'], where: ({ values }) => isOfMany(values[0] ?? '') },
  needs: 'file',
  fixable: 'always',
  messages: {
    first:
      '{text} is replaced in the first link of a page only, and the others keep it: sub_filter_once is on by default. Add "sub_filter_once off;".',
  },
  check({ directive, scope, report }) {
    if (scope.value('sub_filter_once') || directive.args[0]?.templated) return;
    // one finding for the lines of a level
    if (scope.named('sub_filter').find((d) => isOfMany(d.value(0))) !== directive) return;
    report('first', {
      at: directive.args[0]!,
      data: { text: directive.value(0) },
      fix: fixOf('Add "sub_filter_once off;"', 'suggestion', directive.file, [
        insertAfter(directive.file, scope.named('sub_filter').findLast((d) => d.file === directive.file)!.statement, [
          'sub_filter_once off;',
        ]),
      ]),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_pass http://127.0.0.1:8000/;
proxy_set_header Accept-Encoding "";
sub_filter 'href="/' 'href="/shop/';
#          ^^^^^^^^^ first
sub_filter 'src="/' 'src="/shop/';`,
      good: `proxy_pass http://127.0.0.1:8000/;
proxy_set_header Accept-Encoding "";
sub_filter 'href="/' 'href="/shop/';
sub_filter 'src="/' 'src="/shop/';
sub_filter_once off;`,
    },
    {
      inside: 'location',
      good: `proxy_pass http://127.0.0.1:8000/;
proxy_set_header Accept-Encoding "";
sub_filter '</head>' '<script src="/banner.js"></script></head>';`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http {
    server {
        location / {
            proxy_pass http://127.0.0.1:8000/;
            proxy_set_header Accept-Encoding "";
            sub_filter 'href="/' 'href="/shop/';
#                      ^^^^^^^^^ first
            include links.inc;
        }
    }
}
#- links.inc
sub_filter 'src="/' 'src="/shop/';
`,
      good: `#- nginx.conf
events {}
http {
    server {
        location / {
            proxy_pass http://127.0.0.1:8000/;
            proxy_set_header Accept-Encoding "";
            sub_filter 'href="/' 'href="/shop/';
            sub_filter_once off;
            include links.inc;
        }
    }
}
#- links.inc
sub_filter 'src="/' 'src="/shop/';
`,
    },
  ],
});
