/** `return` runs in the rewrite phase, before allow, deny and the password are looked at. */
import { fixOf, insertAfter, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'access-rules-bypassed',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:return_bypasses_allow_deny'],
  title: 'return answers before the access rules are asked',
  why: `
nginx works in phases: rewrite first, access later. A \`return\` beside \`allow\`, \`deny\` or \`auth_basic\` answers in the rewrite phase, so those lines are never asked and everybody gets the answer.

Answer from the content phase instead: \`try_files /nothing @answer\` with the return in the named location asks the access rules first. An answer that turns people away (4xx) is no loss and stays silent.`,
  about: ['return', 'allow', 'deny', 'auth_basic', 'auth_request'],
  looksAt: { directive: ['return'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    bypassed:
      'return answers before {rules} of this block, so everybody gets the answer. Put it into a named location that try_files leads to.',
  },
  check({ directive, scope, file, report }) {
    if (scope.context !== 'location' && scope.context !== 'server') return;
    if (scope.first('return') !== directive) return;
    const code = directive.value(0);
    if (/^[45]\d\d$/.test(code) && directive.args.length === 1) return;
    if (/^4\d\d$/.test(code)) return;
    // at the server level the rules may be meant for the locations, which are dead all the same; another rule says so
    const rules = ['allow', 'deny', 'auth_basic', 'auth_request', 'auth_jwt'].filter((name) =>
      scope.named(name).some((d) => d.value(0) !== 'off' && !(name === 'allow' && d.value(0) === 'all' && !scope.has('deny'))),
    );
    if (!rules.length) return;
    const opener = scope.opener;
    const inServer = opener?.name === 'location' && opener.scope.context === 'server' && opener.file.id === file.id;
    const named = `@${(opener?.values.at(-1) ?? '').replace(/\W+/g, '_').replace(/^_+|_+$/g, '') || 'answer'}`;
    report('bypassed', {
      at: directive.statement,
      data: { rules: rules.join(' and ') },
      related: rules.map((name) => ({ at: scope.first(name)!.nameAt, message: 'not asked' })),
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
    { inside: 'server', good: 'location ~ /\\.ht { deny all; return 404; }' },
    { inside: 'server', good: 'allow 10.0.0.0/8;\ndeny all;\nif ($request_method = TRACE) { return 405; }' },
  ],
});
