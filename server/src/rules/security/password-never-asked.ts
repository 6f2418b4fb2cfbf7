/** A file of passwords that nobody is asked for: only auth_basic does so. Shown by a request without credentials. */
import { PerPart } from '../../config/asked.ts';
import type { Scope } from '../../config/scope.ts';
import { isAsked, isGivenOut, keepsOut } from '../../witness/access.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

/** The file is named further inside than `auth_basic off`: someone wants a password here. */
const isForgotten = (scope: Scope): boolean =>
  scope.value('auth_basic')?.value(0) === 'off' && scope.has('auth_basic_user_file') && !scope.has('auth_basic');

/** A password is asked for by name, and no file says which are right: then nginx asks for none (ngx_http_auth_basic_handler). */
const isFileless = (scope: Scope): boolean => {
  const line = scope.value('auth_basic');
  return !!line && line.value(0) !== 'off' && !line.value(0).includes('$') && !scope.value('auth_basic_user_file');
};

/** A location of its own file, in which nothing asks for a password, nor in one below it. */
const namesFileInVain = (scope: Scope): boolean =>
  scope.context === 'location' && scope.has('auth_basic_user_file') && !scope.all.some((d) => d.name === 'auth_basic');

/** Whether any line of a server asks for a password. */
const asksSomewhere = new PerPart((server: Scope): boolean => server.all.some((d) => d.name === 'auth_basic' && d.value(0) !== 'off'));

export default defineRule({
  id: 'password-never-asked',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['auth_basic', 'auth_basic_user_file'],
  title: 'auth_basic and auth_basic_user_file without each other',
  why: `
\`auth_basic_user_file\` only names the file. Without \`auth_basic "realm"\` in force nothing is asked and everybody is let in. With \`satisfy any\` the password that was meant as another way in does not exist: the address list decides alone.

The other way round it is the same: \`auth_basic\` without a file lets everybody in.

Add \`auth_basic\` with the text that the browser shows, or remove the file where no password is wanted.`,
  about: ['auth_basic', 'auth_basic_user_file', 'satisfy'],
  looksAt: {
    outcome: ['location', 'server'],
    somewhere: ['auth_basic', 'auth_basic_user_file'],
    when: ({ scope, server }) =>
      isFileless(scope) ||
      (!!scope.value('auth_basic_user_file') &&
        (!scope.value('auth_basic') || isForgotten(scope)) &&
        // where it is asked for elsewhere, here it is meant to be free, unless the file is named for this very place
        (!asksSomewhere.of(server.scope) || namesFileInVain(scope))),
  },
  needs: 'config',
  messages: {
    fileless: 'Nobody is asked for a password: auth_basic does nothing without auth_basic_user_file. Name the file of passwords.',
    never: 'Nobody is asked for a password: auth_basic_user_file does nothing without auth_basic. Add auth_basic with a realm.',
  },
  check({ spot, report }) {
    if (spot.unsure) return;
    const fileless = isFileless(spot.scope);
    const line = spot.scope.value(fileless ? 'auth_basic' : 'auth_basic_user_file')!;
    const trace = spot.ask({});
    // what no location takes: each of them is a spot of its own
    if (
      fileless &&
      spot.location === null &&
      (trace.outcome.location !== null || spot.scope.all.some((d) => d.name === 'auth_basic_user_file'))
    )
      return;
    const any = spot.scope.value('satisfy')?.value(0) === 'any';
    if (!isGivenOut(trace) && !(any && isAsked(trace) && keepsOut(trace))) return;
    report(fileless ? 'fileless' : 'never', { at: line.at(), witness: proofOf(trace, outcomeText(trace)) });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
location /private/ {
    auth_basic "staff";
#   ^^^^^^^^^^^^^^^^^^^ fileless
}`,
      good: `root /srv/site;
location /private/ {
    auth_basic "staff";
    auth_basic_user_file staff;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
auth_basic off;
location /private/ {
    auth_basic_user_file staff;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ never
}`,
      good: `root /srv/site;
auth_basic off;
location /private/ {
    auth_basic "staff";
    auth_basic_user_file staff;
}`,
      witness: { request: 'GET http://www.example.test/private/users', outcome: '200 /srv/site/private/users', meant: '`401`' },
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /private/ {
    auth_basic_user_file staff;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ never
}`,
      good: `root /srv/site;
location /private/ {
    auth_basic "staff";
    auth_basic_user_file staff;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /private/ {
    auth_basic "staff";
    auth_basic_user_file staff;
}
location /archive/ {
    auth_basic_user_file staff;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ never
}`,
      good: `root /srv/site;
location /private/ {
    auth_basic "staff";
    auth_basic_user_file staff;
}
location /archive/ {
    auth_basic "staff";
    auth_basic_user_file staff;
}`,
    },
    {
      inside: 'server',
      good: `auth_basic_user_file staff;
location /private/ { auth_basic "staff"; root /srv/site; }
location / { root /srv/site; }`,
    },
  ],
});
