// OCSP stapling whose responder is looked up once at start, for want of a resolver.

import { reachOf, serversUnder } from '../../answers/which-socket.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';
import { LETS_ENCRYPT } from '../tls.ts';

/** The responder is an address: nothing is looked up. */
const isFixed = (scope: Scope): boolean =>
  /^https?:\/\/(\d+\.\d+\.\d+\.\d+|\[)/.test(scope.value('ssl_stapling_responder')?.value(0) ?? '');

/** A certificate that signed itself has no authority to ask: nginx says so when it starts, and staples nothing. */
const OF_NOBODY = /(?:^|[/_.-])(?:self[-_]?signed|snakeoil|localhost|dummy|fake|default)(?:[/_.-]|$)/i;

/** An authority without responders: what stapling-dead-ca says. */
const isDead = (scope: Scope): boolean => {
  const certificates = scope.effective('ssl_certificate').directives;
  return (
    !scope.value('ssl_stapling_responder') &&
    certificates.length > 0 &&
    certificates.every((d) => LETS_ENCRYPT.test(d.value(0)) || OF_NOBODY.test(d.value(0)))
  );
};

export default defineRule({
  id: 'stapling-without-resolver',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  missing: ['resolver'],
  equivalents: ['gixy:ssl_stapling_without_resolver'],
  title: 'OCSP stapling without a resolver',
  why: `To staple an OCSP response nginx asks the certificate authority's responder while it serves. Without a \`resolver\` it knows the address from its start only and writes a warning to the log each time; once the responder moves, as those behind CDNs do, stapling stops unnoticed. Clients get their answer without the stapled response then, so this is an info.

There is no fix: a resolver that does not answer is worse than none, since nginx then gives up instead of asking the address that it knows from its start.

A \`ssl_stapling_file\` needs no responder, one under an address no resolver.`,
  about: ['ssl_stapling', 'resolver', 'ssl_stapling_file'],
  looksAt: { directive: ['ssl_stapling'] },
  needs: 'file',
  messages: {
    missing: 'Stapling has no resolver for the host name of the OCSP responder. Set resolver to your DNS server.',
  },
  check({ directive, scope, report }) {
    if (directive.value(0).toLowerCase() !== 'on' || scope.value('resolver')) return;
    // an address needs no look-up
    if (/^https?:\/\/(?:\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\])(?=[:/]|$)/i.test(scope.value('ssl_stapling_responder')?.value(0) ?? '')) return;
    // set for all: the servers may each have a resolver of their own
    const concerned = serversUnder(directive).flatMap((s) => (s.scope === scope || reachOf(s).tls ? [s.scope] : []));
    const lacking = concerned.filter(
      (s) => s.value('ssl_stapling') === directive && !s.value('resolver') && !s.value('ssl_stapling_file') && !isFixed(s) && !isDead(s),
    );
    if (!lacking.length) return;
    report('missing', { at: directive.statement });
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_stapling on;
#   ^^^^^^^^^^^^^^^^ missing
}`,
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_stapling on;
    resolver 127.0.0.1 valid=300s;
}`,
    },
    {
      inside: 'http',
      good: `
resolver 127.0.0.53;
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_stapling on;
}`,
    },
    {
      inside: 'http',
      good: `
ssl_stapling on;
server {
    listen 443 ssl;
    resolver 127.0.0.53;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
    },
  ],
});
