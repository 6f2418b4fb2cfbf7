// Lists of key exchange groups without one of NIST's: clients that have no others are turned away.
import { acceptsGroups } from '../../catalog/groups.ts';
import { defineRule } from '../rule.ts';
import { opensslOf } from '../tls.ts';

/** P-256, P-384 and P-521 by their numbers in the protocol. */
const NIST = new Set(['0x0017', '0x0018', '0x0019']);

export default defineRule({
  id: 'nist-groups-missing',
  group: 'tls',
  severity: 'info',
  since: '0.2',
  title: 'No NIST key exchange group',
  why: `Clients and servers must share a group. X25519 is in every browser, but not in every program: builds that follow FIPS 140, older Java, embedded devices and load balancers have only NIST's curves. A list of X25519 and post-quantum hybrids alone ends their handshakes with "no shared group".

Mozilla's profiles name \`X25519:prime256v1:secp384r1\`, with X25519MLKEM768 in front where OpenSSL has it.`,
  about: ['ssl_ecdh_curve'],
  references: ['https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_ecdh_curve'],
  looksAt: { directive: ['ssl_ecdh_curve'] },
  needs: 'file',
  inForce: true,
  messages: { missing: 'None of these groups is a NIST curve: clients without X25519 are rejected. Add prime256v1 and secp384r1.' },
  check({ config, directive, report }) {
    const word = directive.args[0];
    if (!word || word.templated || word.value.includes('$')) return;
    const { ok, groups } = acceptsGroups(word.value, opensslOf(config));
    if (!ok || !groups.length || groups.some((g) => NIST.has(g.id))) return;
    report('missing', { at: word });
  },
  examples: [
    {
      inside: 'server',
      bad: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_ecdh_curve X25519;
#              ^^^^^^ missing`,
      good: `
listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_ecdh_curve X25519:prime256v1:secp384r1;`,
    },
    { inside: 'server', good: 'ssl_ecdh_curve auto;' },
  ],
});
