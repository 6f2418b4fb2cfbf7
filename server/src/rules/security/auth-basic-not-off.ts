/** Values of auth_basic that were meant to switch it off: only the word `off` does. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Nobody calls a realm so. */
const MEANT_OFF = /^(?:|off|none|no|false|disabled?|0)$/i;

export default defineRule({
  id: 'auth-basic-not-off',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'auth_basic that was meant to be off asks for a password',
  why: `
The value of \`auth_basic\` is the realm that browsers show. The one word that ends the question is \`off\`, in lower case. With an empty value, \`Off\` or \`none\` nginx goes on asking, in a realm of that name (ngx_http_auth_basic_handler).

Write \`auth_basic off;\`, or a realm where the password is wanted.`,
  about: ['auth_basic', 'auth_basic_user_file'],
  looksAt: { directive: ['auth_basic'] },
  needs: 'file',
  inForce: true,
  fixable: 'always',
  fixChanges: ['answer', 'request-headers', 'response-headers'],
  messages: {
    asks: 'auth_basic {value} does not switch the password off: nginx asks for it in the realm {value}. Write "off" to end it, or name the realm.',
  },
  check({ directive, scope, file, report }) {
    const [word] = directive.args;
    if (!word || word.value === 'off' || !MEANT_OFF.test(word.value)) return;
    // without a file nobody is asked, whatever the realm
    if (!scope.effective('auth_basic_user_file').directives.length) return;
    report('asks', {
      at: word,
      data: { value: word.value === '' ? '""' : word.value },
      fix: fixOf('Switch the password off', 'suggestion', file, [replace(word, 'off')]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `auth_basic "staff";
auth_basic_user_file users;
location / { proxy_pass http://127.0.0.1:8000; }
location /open/ {
    auth_basic "";
#              ^^ asks
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `auth_basic "staff";
auth_basic_user_file users;
location / { proxy_pass http://127.0.0.1:8000; }
location /open/ {
    auth_basic off;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    { inside: 'server', good: 'auth_basic "";\nlocation / { proxy_pass http://127.0.0.1:8000; }' },
  ],
});
