/** The path that a certificate authority asks for, behind a password or a list. Shown by its request. */
import { isRefused } from '../../witness/access.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Authorities come to port 80; a place for all of /.well-known at another one, which no router leads there, is for other files. */
const mayBeAsked = ({ location, doors }: Spot): boolean =>
  doors.some((d) => d.scheme === 'http' && (d.port === 80 || /acme-challenge/.test(location?.name ?? '')));

export default defineRule({
  id: 'acme-challenge-refused',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'ACME challenge is refused',
  why: `
Let's Encrypt and other authorities fetch \`/.well-known/acme-challenge/\` from addresses that they do not tell, without a password. A location for it inherits \`auth_basic\`, \`auth_request\`, \`allow\` and \`deny\` of the server, and the certificate is not renewed.`,
  about: ['auth_basic', 'auth_request', 'allow', 'deny', 'location'],
  references: ['https://letsencrypt.org/docs/challenge-types/#http-01-challenge'],
  looksAt: {
    outcome: ['location'],
    when: (spot) => spot.location !== null && /\.well-known\/acme-challenge|\.well-known\/?$/.test(spot.location.name) && mayBeAsked(spot),
  },
  needs: 'config',
  missing: ['satisfy', 'allow', 'auth_basic'],
  messages: {
    refused:
      'The certificate authority gets a {status} for the challenge, so the certificate is not renewed: {name} counts here, too. Write "{remedy}" in this location.',
  },
  check({ spot, report }) {
    const door = spot.doors.find((d) => d.scheme === 'http')!;
    const usual = '/.well-known/acme-challenge/token';
    const path = spot.takes(usual) ? usual : spot.pathWhere((p) => spot.takes(p));
    if (path === undefined || spot.scope.has('deny') || spot.scope.has('allow')) return;
    const authority = spot.scope.value('auth_request');
    const isAsked = authority && authority.value(0) !== 'off';
    const trace = spot.ask({ path }, isAsked ? { assume: { auth_request: '401' } } : {}, door);
    const { status } = trace.outcome;
    if (status < 400 || !isRefused(trace)) return;
    const password = spot.scope.value('auth_basic');
    const list = spot.scope.effective('allow').directives[0];
    const cause = isAsked ? authority : password && password.value(0) !== 'off' ? password : list;
    if (!cause) return;
    report('refused', {
      at: spot.location!.directive.at(spot.location!.directive.args.at(-1)),
      data: {
        status,
        name: cause.name,
        remedy: cause === list ? 'allow all;' : `${cause.name} off;`,
      },
      related: [{ at: cause.at(), message: 'inherited from here' }],
      witness: proofOf(trace, String(status)),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `auth_basic "Intern";
auth_basic_user_file users;
location /.well-known/acme-challenge/ {
#        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ refused
    root /srv/acme;
}`,
      good: `auth_basic "Intern";
auth_basic_user_file users;
location /.well-known/acme-challenge/ {
    auth_basic off;
    root /srv/acme;
}`,
      witness: {
        request: 'GET http://www.example.test/.well-known/acme-challenge/token',
        outcome: '401',
        meant: '200 with the token, no password asked',
      },
    },
    {
      inside: 'server',
      bad: `allow 10.0.0.0/8;
deny all;
location ^~ /.well-known/acme-challenge/ {
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ refused
    root /srv/acme;
}`,
      good: `allow 10.0.0.0/8;
deny all;
location ^~ /.well-known/acme-challenge/ {
    allow all;
    root /srv/acme;
}`,
    },
  ],
});
