/** `if`, `set`, `rewrite` and `return` run in the order of the text: a value that is set below is not there yet. */
import { hasUnknownInclude } from '../../answers/who-may-enter.ts';
import { fromBytes } from '../../base/bytes.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { type NameSite, namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { defineRule } from '../rule.ts';

const REWRITE = new Set(['if', 'set', 'return', 'rewrite']);

/** What is read after the rewriting, wherever it stands: here a variable is only missed when a location that holds this one sets it. */
const AFTERWARDS = [
  ...['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass', 'grpc_pass', 'root', 'alias'],
  ...['proxy_set_header', 'grpc_set_header', 'uwsgi_param', 'fastcgi_param', 'add_header', 'try_files'],
];

/** Whether a request may come to a server's own part of the rewriting a second time. */
const comesAgain = new PerPart((server: Scope): boolean => server.all.some((d) => d.name === 'error_page' || d.name === 'try_files'));

/** Whether a text may read a variable that is not one of nginx's own. */
const readsOwn = (text: string, catalog: Catalog): boolean =>
  text.includes('$') && [...text.matchAll(/\$\{?(\w+)/g)].some(([, name]) => !catalog.variable(name!, 'http'));

/** The server's part of the rewriting reads it, and only locations set it; an error page brings a request there a second time. */
function isLater(scope: Scope, definitions: readonly NameSite[]): boolean {
  const server = scope.context === 'server' ? scope : scope.context === 'if-in-server' ? scope.enclosing('server') : null;
  if (!server || comesAgain.of(server)) return false;
  return definitions.every((s) => s.directive.scope.enclosing('location') !== null);
}

/** Directives by which a request, with the variables that it has by then, comes from one location to another. */
const LEADS = new Set([
  'error_page',
  'try_files',
  'auth_request',
  'mirror',
  'add_before_body',
  'add_after_body',
  'ssi',
  'index',
  'recursive_error_pages',
  'js_content',
  'perl',
]);

const leadsOn = ({ name, values }: Directive): boolean =>
  LEADS.has(name) ||
  name.endsWith('_by_lua_block') ||
  name.endsWith('_by_lua_file') ||
  (name === 'rewrite' && values[2] !== 'break' && values[2] !== 'permanent' && values[2] !== 'redirect');

/** Whether a line of a server does: asked once for all that is in it. */
const leadsOnSomewhere = new PerPart((server: Scope): boolean => server.all.some(leadsOn));

/** What cannot do without its value: an address without a host is answered with 500. */
const NEEDED = /_pass$|^(?:root|alias)$/;

/** The rewrite with break above the only lines that set it: these never run for what it matches. */
function skippedBy(directive: Directive, definitions: readonly NameSite[]): Directive | null {
  const { scope } = directive;
  if (!NEEDED.test(directive.name) || definitions.some((s) => s.directive.scope !== scope)) return null;
  const order = scope.directives;
  const first = Math.min(...definitions.map((s) => order.indexOf(s.directive)));
  return order.find((d, i) => i < first && d.name === 'rewrite' && d.value(2) === 'break' && mayMatch(d)) ?? null;
}

/** What a pattern writes out behind its `^`, up to the first character that may be missing or another one. */
const startOf = (pattern: string): string => /^\^((?:[\w/-](?![*?{]))*)/.exec(pattern)?.[1] ?? '';

/** Whether a path that comes to the location of a rewrite may fit its pattern: `^/old/` fits none of `location /new/`, before another line changes the path. */
function mayMatch(rewrite: Directive): boolean {
  const location = locationOf(rewrite.scope);
  if (location?.kind !== 'prefix' && location?.kind !== 'exact') return true;
  const pattern = rewrite.value(0);
  if (pattern.includes('|') || rewrite.scope.named('rewrite')[0] !== rewrite || rewrite.scope.opener?.name !== 'location') return true;
  const [start, name] = [startOf(pattern), fromBytes(location.bytes)];
  return name.startsWith(start) || (location.kind === 'prefix' && start.startsWith(name));
}

const isWithin = (scope: Scope, outer: Scope): boolean => {
  for (let at = scope.parent; at; at = at.parent) if (at === outer) return true;
  return false;
};

/** A location reads it that lies inside those that set it. */
function isInsideOnly(scope: Scope, definitions: readonly NameSite[]): boolean {
  const location = scope.enclosing('location');
  return (
    location !== null &&
    definitions.every((s) => {
      const own = s.directive.scope.enclosing('location');
      return own !== null && isWithin(location, own);
    }) &&
    isElsewhere(scope, definitions)
  );
}

/** A location reads it that only other locations set, and nothing leads from one to the other. */
function isElsewhere(scope: Scope, definitions: readonly NameSite[]): boolean {
  const location = scope.enclosing('location');
  const server = scope.enclosing('server');
  if (!location || !server?.config.whole || location.has('internal') || hasUnknownInclude(location)) return false;
  if (location.opener?.values.some((v) => v.startsWith('@'))) return false;
  // of locations that hold this one only what they say themselves leads on from where they set it
  const setting = definitions.map((s) => s.directive.scope.enclosing('location'));
  const around = setting.every((own) => own && isWithin(location, own));
  if (around ? setting.some((own) => own!.directives.some(leadsOn)) : leadsOnSomewhere.of(server)) return false;
  // an application behind the setting location may send the request on by X-Accel-Redirect
  return definitions.every((s) => {
    const own = s.directive.scope.enclosing('location');
    if (!own || own === location || own.enclosing('server') !== server) return false;
    // a location that holds this one does not run for it: what is set there is no more inherited than any rewrite
    if (isWithin(location, own)) return true;
    if (own.all.some((d) => /_pass$/.test(d.name))) return false;
    for (let at: Scope | null = own; at; at = at.parent) if (at === location) return false;
    return true;
  });
}

export default defineRule({
  id: 'variable-before-set',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'Variable used before it is set',
  why: `
The directives of the rewrite module (\`if\`, \`set\`, \`rewrite\`, \`return\`) are run one after the other in file order. Read above its \`set\`, a variable is empty, and nginx writes "using uninitialized variable" into the log. A request runs those of its server and of its own location: what a location sets is not there in the locations inside it. Other directives run later and may be anywhere.

\`rewrite … break\` ends all this for the request that it matches: a \`set\` below it never runs. \`proxy_pass http://$backend:8000\` then has no host, and nginx answers 500.`,
  about: ['set', 'if', 'return'],
  looksAt: { directive: [...REWRITE, ...AFTERWARDS], where: ({ values }, { catalog }) => values.some((v) => readsOwn(v, catalog)) },
  needs: 'file',
  messages: {
    later:
      '${name} is set in a location only, and the server reads it before the location is chosen: it is empty here. Set it in the server, or use map.',
    elsewhere: '${name} is set in other locations only, so it is empty here. Set it in the server, or use map.',
    outer:
      '${name} is set in the location around this one, and set is not inherited: it is empty here. Set it in the server, or repeat the set here.',
    skipped:
      '${name} is set below "rewrite … break", which ends the rewriting: for each path that it matches ${name} is empty here. Move the set above the rewrite.',
    early: '${name} is set further down, so it is empty here. Move the set up.',
  },
  check({ directive, scope, config, report }) {
    for (const word of directive.args)
      for (const use of variablesIn(word).uses) {
        if (use.capture || (directive.name === 'set' && word === directive.args[0])) continue;
        if (config.catalog.variable(use.name, 'http')) continue;
        const definitions = namesOf(config).definitions('variable', use.name, 'http');
        if (!definitions.length || definitions.some((s) => s.capture || s.directive.name !== 'set')) continue;
        if (!REWRITE.has(directive.name)) {
          const skipping = skippedBy(directive, definitions);
          if (skipping)
            report('skipped', {
              at: use.span,
              data: { name: use.name },
              related: [
                { at: skipping.at(), message: 'ends the rewriting' },
                { at: definitions[0]!.directive.at(), message: 'never runs then' },
              ],
            });
          else if (isInsideOnly(scope, definitions))
            report('outer', {
              at: use.span,
              data: { name: use.name },
              related: [{ at: definitions[0]!.directive.at(), message: 'set here' }],
            });
          continue;
        }
        const later = isLater(scope, definitions);
        if (later || isElsewhere(scope, definitions)) {
          report(later ? 'later' : 'elsewhere', {
            at: use.span,
            data: { name: use.name },
            related: [{ at: definitions[0]!.directive.at(), message: 'set here' }],
          });
          continue;
        }
        if (definitions.some((s) => s.directive.scope !== scope)) continue;
        const order = scope.directives;
        const here = order.indexOf(directive);
        if (definitions.some((s) => order.indexOf(s.directive) <= here)) continue;
        report('early', {
          at: use.span,
          data: { name: use.name },
          related: [{ at: definitions[0]!.directive.at(), message: 'set here' }],
        });
      }
  },
  examples: [
    {
      inside: 'server',
      bad: `if ($maintenance) { return 503; }
#   ^^^^^^^^^^^^ early
set $maintenance 1;`,
      good: `set $maintenance 1;
if ($maintenance) { return 503; }`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    set $backend 127.0.0.1:8000;
    location /api/v2/ {
        proxy_pass http://$backend;
#                         ^^^^^^^^ outer
    }
}`,
      good: `set $backend 127.0.0.1:8000;
location /api/ {
    location /api/v2/ {
        proxy_pass http://$backend;
    }
}`,
    },
    { inside: 'server', good: 'add_header X-Stage $stage;\nset $stage live;' },
    {
      inside: 'server',
      bad: `location / { return 200 $kind; }
#                       ^^^^^ elsewhere
location /b/ { set $kind b; return 200 $kind; }`,
      good: `set $kind a;
location / { return 200 $kind; }
location /b/ { set $kind b; return 200 $kind; }`,
    },
    { inside: 'server', good: 'location /a { set $kind a; rewrite ^ /b last; }\nlocation /b { return 200 $kind; }' },
    {
      inside: 'server',
      bad: `location /api/ {
    rewrite ^/api/(.*)$ /$1 break;
    set $backend 127.0.0.1;
    proxy_pass http://$backend:8000;
#                     ^^^^^^^^ skipped
}`,
      good: `location /api/ {
    set $backend 127.0.0.1;
    rewrite ^/api/(.*)$ /$1 break;
    proxy_pass http://$backend:8000;
}`,
    },
  ],
});
