/** A list of `allow` lines that ends without `deny all` restricts nothing: who is on no line is let in. */
import { listVerdict } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { inNet, readNet } from '../../trace/networks.ts';
import { fixOf, insertAfter, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const isAskedFor = (scope: Scope): boolean =>
  ['auth_basic', 'auth_request', 'auth_jwt'].some((name) => {
    const line = scope.value(name);
    return !!line && line.value(0) !== 'off';
  });

/** Whether two lines are about some address together, so that their order says something. */
function overlap(a: Directive, b: Directive): boolean {
  const [one, other] = [readNet(a.value(0)), readNet(b.value(0))];
  if (!one || !other) return true;
  return inNet(one.bytes, other) || inNet(other.bytes, one);
}

/** Lines that deny a few addresses, none of which is let in by an allow line before it: the allow lines change nothing. */
function deniesOthers(scope: Scope): readonly Directive[] | null {
  const allows = scope.named('allow');
  const denies = scope.named('deny');
  if (denies.some((d) => d.value(0) === 'all') || listVerdict(scope.effective('allow').directives) !== 'declined') return null;
  return allows.some((allow) => denies.some((deny) => overlap(allow, deny))) ? null : denies;
}

/** The line that denies each address of the old kind where the server takes both kinds, and no line says a word about the new one. */
function deniesOldOnly(scope: Scope): Directive | null {
  const old = scope.named('deny').find((d) => d.value(0) === '0.0.0.0/0');
  if (!old || [...scope.named('deny'), ...scope.named('allow')].some((d) => d.value(0) === 'all' || d.value(0).includes(':'))) return null;
  const server = scope.enclosing('server') ?? scope.enclosing('stream-server');
  return server?.named('listen').some((d) => /^\[(?!::1\])/.test(d.value(0))) ? old : null;
}

/** A limit_except that names everybody: no list further out is undone, and nobody is asked for a password. */
const isForAllMethods = (scope: Scope): boolean =>
  scope.context === 'limit_except' &&
  scope.named('allow').some((d) => d.value(0) === 'all' || d.value(0) === '0.0.0.0/0') &&
  !scope.has('deny') &&
  !scope.has('include') &&
  !isAskedFor(scope) &&
  !scope.parent?.effective('allow').directives.length;

export default defineRule({
  id: 'allow-without-deny',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['deny', 'allow'],
  equivalents: ['gixy:allow_without_deny'],
  title: 'Allow list without deny all',
  why: `
nginx goes through \`allow\` and \`deny\` in order and stops at the first that matches. A client that matches none is let in, so a list of \`allow\` lines alone changes nothing. It needs a \`deny all\` at its end.

A level with lines of its own does not inherit those of the outer level: a \`deny all\` in the server is gone in a location with a single \`allow\`.`,
  about: ['allow', 'deny', 'satisfy'],
  looksAt: { directive: ['allow', 'deny'] },
  needs: 'file',
  fixable: 'always',
  messages: {
    family: 'Everybody with an IPv6 address gets in: 0.0.0.0/0 is IPv4 only, and this server listens on both. Write "deny all;".',
    methods: 'No method is kept from anyone: limit_except lets every address use all of them. Write "deny all;", or name who may.',
    asked:
      'The allow lines keep nobody out: an address on none of them is asked for its login like the others. End the list with "deny all;", or say "satisfy any".',
    open: 'Nobody is kept out: an address on no allow line is let in. End the list with "deny all;".',
    few: 'Only {denied} is kept out: an address on no line is let in, so the allow lines change nothing. End the list with "deny all;".',
  },
  check({ directive, scope, file, report }) {
    if (directive.name === 'deny') {
      if (directive.value(0) === '0.0.0.0/0' && deniesOldOnly(scope) === directive && scope.value('satisfy')?.value(0) !== 'any')
        report('family', {
          at: directive.statement,
          missing: [],
          fix: fixOf('Deny everybody', 'suggestion', file, [replace(directive.args[0]!, 'all')]),
        });
      return;
    }
    const lines = scope.named('allow');
    if (lines[0] !== directive || deniesOldOnly(scope)) return;
    if (isForAllMethods(scope)) {
      const fix = fixOf('Deny everybody else', 'suggestion', file, [replace(directive.statement.name, 'deny')]);
      report('methods', { at: directive.statement, missing: [], fix });
      return;
    }
    const denied = scope.has('deny') ? deniesOthers(scope) : [];
    if (!denied) return;
    // "allow all" undoes an outer list on purpose; for streams of RTMP a word before it says for what
    if (lines.some((d) => d.values.at(-1) === 'all' || d.value(0) === '0.0.0.0/0')) return;
    // with satisfy any who fits no line is asked for the password
    if (scope.value('satisfy')?.value(0) === 'any' && isAskedFor(scope)) return;
    // an include whose file is not here may bring the deny
    if (scope.named('include').some((d) => (scope.config.tree.includes.get(d.statement)?.files.length ?? 0) === 0)) return;
    const last = [...lines, ...denied]
      .filter((d) => d.file.id === file.id && d.statement.parent === directive.statement.parent)
      .reduce((a, b) => (b.statement.start > a.statement.start ? b : a));
    // who fits no line is asked for all the same
    const asked = !denied.length && isAskedFor(scope);
    report(asked ? 'asked' : denied.length ? 'few' : 'open', {
      at: directive.statement,
      data: { denied: denied.map((d) => d.value(0)).join(', ') },
      fix: fixOf('Deny everybody else', 'suggestion', file, [insertAfter(file, last.statement, ['deny all;'])]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /admin/ {
    allow 10.0.0.0/8;
#   ^^^^^^^^^^^^^^^^^ open
    allow 192.168.1.10;
}`,
      good: `location /admin/ {
    allow 10.0.0.0/8;
    allow 192.168.1.10;
    deny all;
}`,
    },
    {
      inside: 'server',
      bad: `deny all;
location /api/ {
    allow 10.0.0.0/8;
#   ^^^^^^^^^^^^^^^^^ open
}`,
      good: `deny all;
location /api/ {
    allow 10.0.0.0/8;
    deny all;
}`,
    },
    {
      inside: 'server',
      bad: `location /office/ {
    allow 10.0.0.0/8;
#   ^^^^^^^^^^^^^^^^^ few
    deny 192.0.2.1;
}`,
      good: `location /office/ {
    allow 10.0.0.0/8;
    deny 192.0.2.1;
    deny all;
}`,
    },
    { inside: 'location', good: 'allow 10.1.0.7;\ndeny 10.1.0.0/16;' },
    { inside: 'server', good: 'deny all;\nlocation /public/ { allow all; }' },
    {
      inside: 'server',
      good: `satisfy any;
allow 10.0.0.0/8;
auth_basic "staff";
auth_basic_user_file staff;`,
    },
    {
      inside: 'server',
      bad: `location /data/ {
    limit_except GET {
        allow all;
#       ^^^^^^^^^^ methods
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /data/ {
    limit_except GET {
        deny all;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `listen 80;
listen [::]:80;
location /office/ {
    allow 10.0.0.0/8;
    deny 0.0.0.0/0;
#   ^^^^^^^^^^^^^^^ family
}`,
      good: `listen 80;
listen [::]:80;
location /office/ {
    allow 10.0.0.0/8;
    deny all;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    allow 10.0.0.0/8;
#   ^^^^^^^^^^^^^^^^^ asked
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/users;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    allow 10.0.0.0/8;
    deny all;
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/users;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
