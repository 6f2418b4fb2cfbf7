/** error_page lines that never show: the application's own errors without interception, and pages that are sent as if nothing was wrong. */
import { toBytes } from '../../base/bytes.ts';
import { isOpen, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { matchingRoot } from '../../witness/paths.ts';
import { fixAcross, fixOf, removeArgument, setLine } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isOn } from '../tls.ts';

const PASSES = ['proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc'] as const;

/** Answers that an upstream gives and nginx, in a location that only passes on, does not. */
const APPLICATION = new Set(['400', '402', '404', '405', '406', '409', '410', '422', '451', '501']);

/** A page that is called after an error; anything else may be meant as the answer itself, as the start page of an application in the browser is. */
const isErrorPage = (path: string): boolean => /\/(?:[\w-]*(?:error|not-?found)[\w-]*|[45](?:\d\d|\dx|xx))\.html?$/i.test(path);

/** Whether the path is taken by a location that serves files. */
function isFile(scope: Scope, path: string): boolean {
  const root = matchingRoot(scope);
  if (root.context !== 'server') return false;
  const { location, how } = matchLocation(root, toBytes(path));
  if (isOpen(how) || how === 'slash-redirect') return false;
  const inner = location?.scope ?? root;
  return !PASSES.some((k) => inner.has(`${k}_pass`)) && !['return', 'rewrite', 'if', 'try_files'].some((d) => inner.has(d));
}

export default defineRule({
  id: 'error-page-ineffective',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_intercept_errors', 'fastcgi_intercept_errors', 'uwsgi_intercept_errors', 'error_page'],
  title: 'Error page that is never shown',
  why: `
nginx passes an upstream's error on as it is, with the upstream's page. \`error_page\` sees it only with \`proxy_intercept_errors on\` (\`uwsgi_intercept_errors\`, \`fastcgi_intercept_errors\` …).

With a lone \`=\` the answer has the status of the page: a file that is there is sent with 200, and neither crawlers nor monitoring notice an
error.`,
  about: ['error_page', 'proxy_intercept_errors'],
  looksAt: { directive: ['error_page'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    passed: '{codes} of the application is passed on unchanged. Set {switch} on for this page to be shown.',
    soft: '"=" sends {path} with its own status, 200 for a file: nobody notices the error. Drop the "=" to keep status {codes}.',
  },
  check({ directive, scope, report }) {
    const codes = directive.values.filter((v) => /^\d{3}$/.test(v));
    const kind = PASSES.find((k) => scope.has(`${k}_pass`));
    if (scope.context === 'location' && kind && codes.length && codes.every((c) => APPLICATION.has(c)) && !scope.has('try_files')) {
      const name = `${kind}_intercept_errors`;
      if (!isOn(scope, name))
        report('passed', {
          at: directive.statement,
          data: { codes: codes.join(', '), switch: name },
          fix: fixAcross(`Set ${name} on`, 'suggestion', [setLine(directive, name, 'on')]),
        });
      return;
    }
    const target = directive.args.at(-1)!;
    const equals = directive.args.find((a) => a.value === '=');
    if (equals && isErrorPage(target.value) && isFile(scope, target.value))
      report('soft', {
        at: equals,
        data: { path: target.value, codes: codes.join(', ') },
        severity: 'info',
        fix: fixOf('Keep the status', 'suggestion', directive.file, [removeArgument(directive.file, directive.statement, equals)]),
      });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
    error_page 404 /404.html;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ passed
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    error_page 404 /404.html;
    proxy_intercept_errors on;
}`,
    },
    {
      inside: 'server',
      bad: `error_page 404 = /404.html;
#              ^ soft
location / { root /var/www/html; }`,
      good: `error_page 404 /404.html;
location / { root /var/www/html; }`,
    },
    { inside: 'server', good: 'error_page 404 = /index.html;\nlocation / { root /var/www/app; }' },
    { inside: 'server', good: 'error_page 404 = /404.html;\nlocation / { proxy_pass http://127.0.0.1:8000; }' },
    { inside: 'server', good: 'error_page 500 502 503 504 /50x.html;\nlocation / { root /var/www/html; }' },
  ],
});
