/** Headers that carry an identity to the application and that the client can set as well where nginx does not. */
import type { Directive } from '../../config/directive.ts';
import { walk } from '../../config/scope.ts';
import { passTarget } from '../../config/upstreams.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { addToList, fixOf, outside, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Headers by which applications believe who somebody is. */
const IDENTITY =
  /^(x-)?(remote-?user|forwarded-user|forwarded-email|forwarded-groups|auth-request-(user|email|groups)|authenticated-(user|email|userid)|webauth-user|ssl-client-(verify|cert|s-dn|dn)|client-(cert|dn|verify)|user-?id|original-user)$/i;

export default defineRule({
  id: 'internal-header-passed',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header'],
  title: 'The client can set a header that says who it is',
  why: `
Behind a login in nginx, applications take the user from a header such as X-Remote-User. nginx passes unknown headers on as they come, so wherever a location to the same application does not set that header, everybody can: one request to such a path is made in the name of the administrator.

Set the header in every location of the application, to the empty string where nobody is logged in; nginx then does not pass it.

With \`underscores_in_headers on\`, X_REMOTE_USER and X-Remote-User become the same variable in WSGI and CGI, and clearing the one leaves the other.`,
  about: ['proxy_set_header', 'auth_request_set', 'underscores_in_headers'],
  looksAt: [{ scope: ['server'] }, { directive: ['underscores_in_headers', 'proxy_set_header'] }],
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    unset: 'The client can set {header} here, which {other} sets to the user who logged in. Set it to "" in this location.',
    client: '{header} comes from the client here, who can write any user into it. Set it from the login, or to "".',
    underscores: 'Headers with underscores get past the ones that nginx sets: applications read X_User and X-User as one. Set it to off.',
  },
  check({ scope, directive, file, report }) {
    if (directive?.name === 'underscores_in_headers') {
      const on = directive.value(0).toLowerCase() === 'on';
      const inner = [...walk(scope)].filter((d) => d.name === 'proxy_set_header' && IDENTITY.test(d.value(0)));
      if (on && inner.length)
        report('underscores', {
          at: directive.args[0]!,
          related: [{ at: inner[0]!.at(), message: 'a header that others can forge then' }],
          fix: fixOf('Turn underscores off', 'suggestion', file, [replace(directive.args[0]!, 'off')]),
        });
      return;
    }
    if (directive?.name === 'proxy_set_header') {
      if (!IDENTITY.test(directive.value(0)) || /ssl|cert|dn/i.test(directive.value(0))) return;
      const use =
        directive.args[1] &&
        variablesIn(directive.args[1]).uses.find((u) =>
          /^(http_(x_)?(remote_user|forwarded_(user|email)|user_?id)|arg_|cookie_)/i.test(u.name),
        );
      if (use) report('client', { at: use.span, data: { header: directive.value(0) } });
      return;
    }
    const passes = [...walk(scope)].filter((d) => d.name === 'proxy_pass');
    const setters = new Map<string, Directive>();
    const key = (d: Directive): string | null => {
      const target = passTarget(d);
      return target ? target.scheme + target.host + target.portText : null;
    };
    for (const pass of passes)
      for (const line of pass.scope.effective('proxy_set_header').directives)
        if (IDENTITY.test(line.value(0)) && line.value(1).includes('$')) setters.set(`${key(pass)} ${line.value(0).toLowerCase()}`, line);
    for (const pass of passes) {
      const target = key(pass);
      const lines = pass.scope.effective('proxy_set_header').directives;
      if (target === null || pass.scope.has('internal')) continue;
      for (const [name, line] of setters) {
        if (!name.startsWith(`${target} `) || lines.some((l) => l.value(0).toLowerCase() === line.value(0).toLowerCase())) continue;
        const place = outside(pass);
        report('unset', {
          at: pass.nameAt,
          data: {
            header: line.value(0),
            other: line.scope.opener ? `"${[line.scope.opener.name, ...line.scope.opener.values].join(' ')}"` : 'another block',
          },
          related: [{ at: line.at(), message: 'set here' }],
          fix: fixOf(`Clear ${line.value(0)}`, 'suggestion', place.file, [
            addToList(place, 'proxy_set_header', [`proxy_set_header ${line.value(0)} "";`]),
          ]),
        });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/htpasswd;
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User $remote_user;
}
location /public/ {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ unset
}`,
      good: `location / {
    auth_basic "staff";
    auth_basic_user_file /etc/nginx/htpasswd;
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User $remote_user;
}
location /public/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Remote-User "";
}`,
    },
    {
      inside: 'server',
      good: 'location / {\n    proxy_pass http://127.0.0.1:8000;\n    proxy_set_header X-Real-IP $remote_addr;\n}\nlocation /b/ { proxy_pass http://127.0.0.1:8000; }',
    },
  ],
});
