/** Answers of the rewrite phase, which runs before allow, deny and the password are looked at: the lines of the block and inherited ones. */
import { accessOf, authenticationIn } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import { fixOf, insertAfter, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Pages that are meant for everyone: those of monitors, crawlers and certificate authorities. */
const FOR_ALL = /health|alive|live|ready|ping|status|up$|check|robots|favicon|well-known|error|maintenance|50x|40\d/i;
const FINE = /^\W*(?:ok|pong|healthy|up|alive)\W*$/i;

const RULES = ['allow', 'deny', 'auth_basic', 'auth_request', 'auth_jwt'];

/** The lines of a block's own that keep someone out, one of each name. */
const ownRules = (scope: Scope): readonly Directive[] =>
  RULES.flatMap((name) => {
    const line = scope.named(name).find((d) => d.value(0) !== 'off' && !(name === 'allow' && d.value(0) === 'all' && !scope.has('deny')));
    return line ? [line] : [];
  });

/** The lines in force that keep strangers out, wherever they are. */
const rulesInForce = (scope: Scope): readonly Directive[] =>
  accessOf(scope) === 'everybody'
    ? []
    : [
        ...scope
          .effective('allow')
          .directives.filter((d) => d.name === 'deny')
          .slice(0, 1),
        // a certificate is asked for before any phase (ngx_http_process_request)
        ...authenticationIn(scope).filter((d) => d.name !== 'ssl_verify_client'),
      ];

/** An answer that tells nobody anything: no text, a word for monitors, or a redirect within the same site, whose rules are asked next. */
function isHarmless(line: Directive): boolean {
  const [first = '', second = ''] = line.values;
  // an address alone is a redirect, too
  const isAddress = !/^\d{3}$/.test(first);
  const to = isAddress ? first : second;
  if (!isAddress && !/^30[12378]$/.test(first)) return to === '' || FINE.test(to);
  const host = /^(?:https?|\$scheme):\/\/([^/]*?)(?::(?:\d+|\$server_port))?(?:\/|\$request_uri|\$uri|$)/i.exec(to)?.[1]?.toLowerCase();
  if (host === undefined) return /^\/(?!\/)/.test(to);
  return /^\$\{?(?:host|server_name)\}?$/.test(host) || (serverOf(line.scope)?.names.some((n) => n.text === host) ?? false);
}

/** The host of an absolute redirect that a rewrite makes, null for one that makes none or does not say its host. */
function redirectHostOf(rewrite: Directive): string | null {
  const to = /^https?:\/\/([^/:?#$]+)/i.exec(rewrite.value(1));
  return to ? to[1]!.toLowerCase() : null;
}

export default defineRule({
  id: 'access-rules-bypassed',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:return_bypasses_allow_deny'],
  title: 'return bypasses the access rules',
  why: `
nginx works in phases: rewrite first, access later. A \`return\` answers in the rewrite phase, and so does a \`rewrite\` with \`redirect\` or \`permanent\`, or one whose replacement begins with \`http://\`. The \`allow\`, \`deny\` and \`auth_basic\` lines of the same block, or those that it inherits from its server, are never consulted: everyone gets the answer, and with it a text that was meant to stay inside or the name of an internal host.

Answer from the content phase instead: \`try_files /nothing @answer\` with the answer in the named location asks the access rules first. An answer that turns people away (4xx, 5xx) is no loss and stays silent; under inherited rules so do redirects to the same site and pages for monitors.`,
  about: ['return', 'rewrite', 'allow', 'deny', 'auth_basic', 'auth_request'],
  looksAt: { directive: ['return', 'rewrite'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    bypassed:
      'return answers before {rules} of this block are applied, so everybody gets the response. Move it into a named location that try_files leads to.',
    inherited:
      'return answers before {rules} is asked, so access is bypassed: everybody gets the text. Put it into a named location that try_files leads to.',
    redirect:
      'This rewrite answers before {rules} is asked, so access is bypassed: everybody is sent to {host}. Redirect from a named location that try_files leads to.',
  },
  check({ directive, scope, file, report }) {
    const block = scope.opener?.name === 'if' ? scope.parent : scope;
    if (!block || (block.context !== 'location' && block.context !== 'server')) return;
    const conditional = block !== scope;
    const own = ownRules(block);
    const opener = block.opener;
    const named = `@${(opener?.values.at(-1) ?? '').replace(/\W+/g, '_').replace(/^_+|_+$/g, '') || 'answer'}`;
    const words = (rules: readonly Directive[]): string => [...new Set(rules.map((d) => d.name))].join(' and ');
    const related = (rules: readonly Directive[]) => rules.map((d) => ({ at: d.nameAt, message: 'not asked' }));
    if (directive.name === 'rewrite') {
      const rules = own.length ? own : rulesInForce(block);
      const host = redirectHostOf(directive);
      // to the same site, whose rules are asked next; at the server level the name is what everyone is to be sent to
      if (!rules.length || host === null || block.context === 'server') return;
      if (serverOf(scope)?.names.some((n) => n.text === host)) return;
      return report('redirect', { at: directive.statement, data: { rules: words(rules), host }, related: related(rules) });
    }
    if (scope.first('return') !== directive || /^[45]\d\d$/.test(directive.value(0))) return;
    if (own.length && !conditional) {
      const inServer = opener?.name === 'location' && opener.scope.context === 'server' && opener.file.id === file.id;
      return report('bypassed', {
        at: directive.statement,
        data: { rules: words(own) },
        related: related(own),
        ...(isHarmless(directive) ? { severity: 'info' } : {}),
        fix:
          inServer && opener && directive.file.id === file.id && directive.statement.parent === opener.statement
            ? fixOf('Answer from a named location', 'suggestion', file, [
                insertAfter(file, directive.statement, [`try_files /.none ${named};`]),
                remove(file, directive.statement),
                insertAfter(file, opener.statement, [
                  `location ${named} {`,
                  `    ${file.text.slice(directive.statement.start, directive.statement.end)}`,
                  '}',
                ]),
              ])
            : null,
      });
    }
    // a text for everyone, under rules that are around it
    const text = directive.args.length === 2 && /^2\d\d$/.test(directive.value(0)) ? directive.value(1) : '';
    if (!text.trim() || FINE.test(text) || opener?.values.some((v) => v.startsWith('@') || FOR_ALL.test(v))) return;
    const rules = own.length ? own : rulesInForce(block);
    if (rules.length)
      report('inherited', { at: directive.statement, data: { rules: words(rules) }, related: related(rules), severity: 'info' });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /hello {
    allow 10.0.0.0/8;
    deny all;
    return 200 "hello";
#   ^^^^^^^^^^^^^^^^^^^ bypassed
}`,
      fixed: false,
      good: `location /hello {
    allow 10.0.0.0/8;
    deny all;
    try_files /.none @hello;
}
location @hello {
    return 200 "hello";
}`,
    },
    {
      inside: 'server',
      bad: `location /old/ {
    allow 10.0.0.0/8;
    deny all;
    rewrite ^/old/(.*)$ https://wiki.inside.example.com/$1 redirect;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ redirect
}`,
      good: `location /old/ {
    allow 10.0.0.0/8;
    deny all;
    try_files /.none @old;
}
location @old {
    rewrite ^/old/(.*)$ https://wiki.inside.example.com/$1 redirect;
}`,
    },
    {
      inside: 'server',
      bad: `allow 10.0.0.0/8;
deny all;
location /key {
    return 200 "the key of the door";
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ inherited
}`,
      good: `allow 10.0.0.0/8;
deny all;
location /key {
    try_files /.none @key;
}
location @key {
    return 200 "the key of the door";
}`,
    },
    { inside: 'server', good: 'deny all;\nlocation = /healthz { return 200 "ok"; }\nlocation /gone/ { return 410; }' },
    { inside: 'server', good: 'deny all;\nlocation / { return 301 https://$host$request_uri; }' },
    { inside: 'server', good: 'location ~ /\\.ht { deny all; return 404; }' },
    { inside: 'server', good: 'allow 10.0.0.0/8;\ndeny all;\nif ($request_method = TRACE) { return 405; }' },
    {
      inside: 'server',
      good: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_client_certificate clients.pem;
ssl_verify_client on;
location /name {
    return 200 "$ssl_client_s_dn";
}`,
    },
  ],
});
