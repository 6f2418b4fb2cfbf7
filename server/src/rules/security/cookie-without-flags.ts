/** Cookies that nginx itself sets, or strips of their flags. */
import { textsOf } from '../../answers/what-is-passed.ts';
import { reachOf } from '../../answers/which-socket.ts';
import { serverOf } from '../../config/servers.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** The flags that a cookie lacks; none for one that is taken away, and for one that the scripts of the page are to read. */
function missingIn(cookie: string): readonly string[] {
  if (!cookie.includes('=') || /max-age=0\b|expires=thu, 01[ -]jan[ -]1970/i.test(cookie)) return [];
  const flags = ['Secure', 'HttpOnly', 'SameSite'].filter((f) => !new RegExp(`;\\s*${f}\\b`, 'i').test(cookie));
  return flags.length === 1 && flags[0] === 'HttpOnly' ? [] : flags;
}

export default defineRule({
  id: 'cookie-without-flags',
  group: 'security',
  severity: 'info',
  since: '0.1',
  title: 'Cookie without Secure, HttpOnly or SameSite',
  why: `
Without \`HttpOnly\` a script that was injected into the page reads the cookie, without \`Secure\` it goes over plain HTTP too, and without \`SameSite\` other sites' forms send it along in older browsers. The rule looks at cookies that nginx sets with \`add_header\`, and at \`proxy_cookie_flags\` that takes flags away. What the application sets is not checked.`,
  about: ['proxy_cookie_flags', 'add_header', 'userid_flags'],
  looksAt: [
    { directive: ['add_header'], where: ({ values: [name = ''] }) => name.toLowerCase() === 'set-cookie' },
    { directive: ['proxy_cookie_flags'] },
    { directive: ['userid'], where: ({ values }) => /^(?:on|v1)$/i.test(values[0] ?? '') },
  ],
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    missing: 'This cookie lacks {flags}. Add what the scripts of the page and plain HTTP do not need.',
    stripped: '{flag} takes a protection of the application away. Remove it.',
  },
  check({ directive, scope, file, report }) {
    if (directive.name === 'proxy_cookie_flags') {
      for (const word of directive.args.slice(1))
        if (/^no(secure|httponly|samesite)$/i.test(word.value))
          report('stripped', { at: word, severity: 'warning', data: { flag: word.value } });
      return;
    }
    if (directive.name === 'userid') {
      const server = serverOf(scope);
      if (server && reachOf(server).tls && !scope.value('userid_flags'))
        report('missing', { at: directive.at(), missing: ['userid_flags'], data: { flags: 'Secure, HttpOnly, SameSite' } });
      return;
    }
    const value = directive.args[1];
    if (!value) return;
    const carried = /^\$\{?\w+\}?$/.test(value.value);
    const cookies = carried ? (textsOf(scope, value.value) ?? []) : [value.value];
    const flags = cookies.map(missingIn).find((list) => list.length > 0);
    if (!flags) return;
    // a variable's value is written where it is made
    if (carried) return report('missing', { at: value, data: { flags: flags.join(', ') } });
    const added = flags.map((f) => (f === 'SameSite' ? '; SameSite=Lax' : `; ${f}`)).join('');
    report('missing', {
      at: value,
      data: { flags: flags.join(', ') },
      fix: value.quote
        ? fixOf('Add the flags', 'suggestion', file, [replace({ start: value.end - 1, end: value.end - 1 }, added)])
        : fixOf('Add the flags', 'suggestion', file, [replace(value, `"${value.value}${added}"`)]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `add_header Set-Cookie "site=a; Path=/";
#                     ^^^^^^^^^^^^^^^^ missing`,
      good: 'add_header Set-Cookie "site=a; Path=/; Secure; HttpOnly; SameSite=Lax";',
    },
    {
      inside: 'http',
      bad: `map $host $side {
    default "side=a; Path=/";
}
server {
    add_header Set-Cookie $side;
#                         ^^^^^ missing
}`,
      good: `map $host $side {
    default "side=a; Path=/; Secure; HttpOnly; SameSite=Lax";
}
server {
    add_header Set-Cookie $side;
}`,
      fixed: false,
    },
    { inside: 'location', good: 'proxy_pass http://127.0.0.1:8000;\nproxy_cookie_flags ~ secure samesite=lax;' },
    {
      inside: 'server',
      bad: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
 userid on;
#^^^^^^^^^^ missing`,
      good: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
userid on;
userid_flags secure httponly samesite=lax;`,
      fixed: false,
    },
  ],
});
