/** error_page lines that never show: the application's own errors without interception, and pages that are sent as if nothing was wrong. */
import { toBytes } from '../../base/bytes.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { isOpen, matchLocation } from '../../config/locations.ts';
import { type Scope, walk } from '../../config/scope.ts';
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

/** Codes that nginx answers with by a line of the text itself, where a pass directive stands. */
const ownCodes = new PerPart((scope: Scope): ReadonlySet<string> => {
  const found = new Set<string>();
  for (let at: Scope | null = scope; at && at.context !== 'http'; at = at.parent)
    for (const d of at === scope ? walk(at) : at.directives.flatMap((x) => (x.name === 'if' && x.body ? [x, ...x.body.directives] : [x]))) {
      if (d.name === 'return') found.add(d.value(0));
      if (d.name === 'try_files') found.add(d.values.at(-1)!.replace(/^=/, ''));
      const status = /_status$/.test(d.name) ? d.value(0) : '';
      if (status) found.add(status);
    }
  return found;
});

/** Whether a scope serves files, whose 404 is nginx's own. */
const servesFiles = (scope: Scope): boolean =>
  !scope.directives.some((d) => d.name.endsWith('_pass') || d.name === 'return' || d.name === 'internal') &&
  !(scope.opener?.values.some((v) => v.startsWith('@')) ?? false);

const PASS_NAMES: ReadonlySet<string> = new Set(PASSES.map((k) => `${k}_pass`));

/** The pass directives of the locations at and below a scope, by the error_page lines that are in force there. */
const passesByPage = new PerPart((scope: Scope): ReadonlyMap<Directive, readonly Directive[]> => {
  const byPage = new Map<Directive, Directive[]>();
  for (const d of walk(scope)) {
    if (!PASS_NAMES.has(d.name) || d.scope.context !== 'location') continue;
    for (const page of d.scope.effective('error_page').directives) {
      const known = byPage.get(page);
      if (known) known.push(d);
      else byPage.set(page, [d]);
    }
  }
  return byPage;
});

/** Whether nothing but applications and the error pages themselves is served below an outer level. */
const onlyPassesOn = new PerPart((scope: Scope): boolean => {
  const all = walk(scope);
  const pages = new Set(all.filter((d) => d.name === 'error_page').map((d) => d.values.at(-1)!));
  if (all.some((d) => d.name === 'location' && d.body && servesFiles(d.body) && !isPage(d, pages))) return false;
  const servers = scope.context === 'server' ? [scope] : scope.scopes.filter((s) => s.context === 'server');
  return servers.every(takesAll);
});

/** Whether a program within nginx runs before the application is asked: it may end a request with any code. */
function mayEndInCode(scope: Scope): boolean {
  for (let at: Scope | null = scope; at; at = at.parent)
    if (
      at.directives.some((d) =>
        /^(?:server_rewrite|rewrite|access|balancer)_by_lua|^js_access$|^modsecurity|^vhost_traffic_status_limit/.test(d.name),
      )
    )
      return true;
  return false;
}

/** Whether the page is the front of the application whose errors it is for, and no page of an error: it would be asked again for each of its own. */
function isAnsweredBy(pass: Directive, page: string): boolean {
  if (!/^\/(?:index\.\w+)?(?:\?|$)/.test(page)) return false;
  const root = matchingRoot(pass.scope);
  if (root.context !== 'server') return false;
  const { location } = matchLocation(root, toBytes(page.replace(/\?.*$/s, '')));
  return location?.scope.named(pass.name).some((d) => d.value(0) === pass.value(0)) ?? false;
}

/** The pass directive whose errors a page is meant for and does not see, with the codes that only the application gives there. */
function unseenBy(directive: Directive, codes: readonly string[]): { pass: Directive; codes: readonly string[] } | null {
  const { scope } = directive;
  const meant = codes.filter((c) => APPLICATION.has(c));
  if (!meant.length) return null;
  const passes = passesByPage.of(scope).get(directive) ?? [];
  const own = passes.find((d) => d.scope === scope);
  if (scope.context === 'location' && (!own || scope.has('try_files'))) return null;
  // on an outer level the page may be for files
  if (scope.context !== 'location' && (!passes.length || !onlyPassesOn.of(scope))) return null;
  for (const pass of own ? [own] : passes) {
    if (isOn(pass.scope, `${pass.name.replace('_pass', '')}_intercept_errors`) || mayEndInCode(pass.scope)) continue;
    if (isAnsweredBy(pass, directive.values.at(-1)!)) continue;
    const given = ownCodes.of(pass.scope);
    const left = meant.filter((c) => !given.has(c));
    if (left.length) return { pass, codes: left };
  }
  return null;
}

/**
 * The line of the server by which a code comes before a location is found, where this page of a location is for it and nothing in there answers with it: the
 * server's own error_page counts then. Null where a location may come by the code itself, or the server has a page for it.
 */
function beforeTheLocation(directive: Directive, codes: readonly string[]): { readonly at: Directive; readonly code: string } | null {
  const { scope } = directive;
  const server = scope.parent;
  const [code] = codes;
  if (scope.context !== 'location' || server?.context !== 'server' || codes.length !== 1 || !code) return null;
  const at = returnsOf.of(server).get(code);
  if (!at || code !== '503' || pagedCodes.of(server).has(code) || answersItself.of(scope)) return null;
  if (PASSES.some((kind) => isOn(scope, `${kind}_intercept_errors`)) || mayEndInCode(scope)) return null;
  return ['limit_req', 'limit_conn', 'auth_request'].some((name) => scope.effective(name).directives.length > 0) ? null : { at, code };
}

/** Whether something of a location may refuse by itself, or hands an error of the application on. */
const answersItself = new PerPart((scope: Scope): boolean =>
  walk(scope).some((d) => /^(?:include|if|return|try_files)$|_status$|_intercept_errors$|limit_|_by_lua|^(?:js_|perl)/.test(d.name)),
);

/** The codes that a scope has pages for. */
const pagedCodes = new PerPart(
  (scope: Scope): ReadonlySet<string> => new Set(scope.effective('error_page').directives.flatMap((d) => d.values.slice(0, -1))),
);

/** What a server answers with before it looks for a location, by the code; under a condition, too. */
const returnsOf = new PerPart((server: Scope): ReadonlyMap<string, Directive> => {
  const found = new Map<string, Directive>();
  for (const d of server.directives)
    for (const line of d.name === 'if' && d.body ? d.body.directives : [d])
      if (line.name === 'return' && line.args.length === 1 && !found.has(line.value(0))) found.set(line.value(0), line);
  return found;
});

/** A location for the pages themselves. */
const isPage = (location: Directive, pages: ReadonlySet<string>): boolean => {
  const name = location.values.at(-1)!;
  return [...pages].some((p) => p === name || (name !== '/' && p.startsWith(name))) || location.body!.has('internal');
};

/** Whether every path of a server that has a location of its own goes to an application or gets an answer. */
const takesAll = (server: Scope): boolean => {
  const { location } = matchLocation(server, toBytes('/no-such-page'));
  return !!location && !servesFiles(location.scope);
};

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
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    passed: '{codes} of the application is passed on unchanged. Set {switch} on for this page to be shown.',
    outside:
      'This page is never shown for {code}: the server answers so before it looks for a location, and only an error_page of the server counts then. Move the line there.',
    soft: '"=" sends {path} with its own status, 200 for a file: nobody notices the error. Drop the "=" to keep status {codes}.',
  },
  check({ directive, scope, report }) {
    const codes = directive.values.filter((v) => /^\d{3}$/.test(v));
    const lost = unseenBy(directive, codes);
    if (lost) {
      const { pass, codes: these } = lost;
      const name = `${pass.name.replace('_pass', '')}_intercept_errors`;
      report('passed', {
        at: directive.statement,
        data: { codes: these.join(', '), switch: name },
        // on an outer level it may be a page for other servers' sake
        severity: pass.scope === scope ? 'warning' : 'info',
        related: pass.scope === scope ? [] : [{ at: pass.at(), message: 'the application answers here' }],
        fix: fixAcross(`Set ${name} on`, 'suggestion', [setLine(directive, name, 'on')]),
      });
      return;
    }
    const before = beforeTheLocation(directive, codes);
    if (before) {
      report('outside', {
        at: directive.statement,
        data: { code: before.code },
        related: [{ at: before.at.at(), message: 'answers before' }],
      });
      return;
    }
    if (scope.context === 'location' && PASSES.some((k) => scope.has(`${k}_pass`)) && codes.every((c) => APPLICATION.has(c))) return;
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
    { inside: 'server', good: 'error_page 404 = /404.html;\nlocation / { proxy_pass http://127.0.0.1:8000; proxy_intercept_errors on; }' },
    { inside: 'server', good: 'error_page 500 502 503 504 /50x.html;\nlocation / { root /var/www/html; }' },
    {
      inside: 'server',
      bad: `if (-f /srv/closed/on) {
    return 503;
}
location @closed {
    root /srv/closed;
    rewrite ^ /index.html break;
}
location / {
    error_page 503 @closed;
#   ^^^^^^^^^^^^^^^^^^^^^^^ outside
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `error_page 503 @closed;
if (-f /srv/closed/on) {
    return 503;
}
location @closed {
    root /srv/closed;
    rewrite ^ /index.html break;
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
