// Protocols and suites outside the Mozilla profile that the project goes by.
import { evaluateCipherList } from '../../catalog/ciphers.ts';
import { belowProfile, mozillaProfile, profileCiphers, profileProtocols } from '../../catalog/mozilla.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { cipherWord, isOpportunistic, opensslOf, protocolsOf, reachable, some, written } from '../tls.ts';

/** What other rules report, with more to say. */
const REPORTED_ELSEWHERE = ['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1'];

export default defineRule({
  id: 'below-mozilla-profile',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  title: "Below Mozilla's TLS profile",
  why: `Mozilla keeps three profiles for servers: \`modern\` (TLS 1.3 only), \`intermediate\` (TLS 1.2 with forward secrecy and authenticated encryption; the right one for nearly everyone) and \`old\` (for clients of long ago, dropped from version 6.0 of the guideline). The setting \`mozilla\` says which one the project uses.

The comparison is with what a client can really get: the suites that the string selects in the target's OpenSSL, less those that nginx or the security level never use. What any recent version of the guideline had in the profile is accepted, so a configuration from last year's generator is fine. Only what is written is judged, not nginx's defaults.

Broken suites, suites without forward secrecy and withdrawn protocols are reported by \`weak-cipher\`, \`forward-secrecy-missing\` and \`weak-protocol\`; where those speak, this rule does not.`,
  about: ['ssl_ciphers', 'ssl_protocols'],
  references: ['https://wiki.mozilla.org/Security/Server_Side_TLS', 'https://ssl-config.mozilla.org/'],
  looksAt: { directive: ['ssl_ciphers', 'ssl_conf_command', 'ssl_protocols'] },
  needs: 'config',
  inForce: true,
  fixable: 'always',
  messages: {
    ciphers: "Outside Mozilla's {profile} profile: {suites}. Use the profile's list.",
    protocols: "Outside Mozilla's {profile} profile: {protocols}. Remove it.",
    level: "@SECLEVEL=0 turns off OpenSSL's own minimum, which only Mozilla's old profile needs. Remove it.",
  },
  check({ config, directive, scope, file, report }) {
    const { mozillaProfile: name, target } = config.settings;
    const profile = mozillaProfile(name);
    const word = directive.name === 'ssl_protocols' ? directive.args[0] : cipherWord(directive);
    if (!profile || !word || directive.args.some((a) => a.templated) || isOpportunistic(directive)) return;
    if (directive.name === 'ssl_protocols') {
      const { protocols } = belowProfile({ protocols: directive.values, ciphers: [] }, name);
      const beyond = protocols.filter((p) => /^TLSv1\.[23]$/.test(p));
      if (!beyond.length) return;
      const last = directive.args.at(-1)!;
      report('protocols', {
        at: { start: word.start, end: last.end },
        data: { protocols: some(beyond), profile: name },
        fix: fixOf(`Write the ${name} profile`, 'suggestion', file, [
          replace({ start: word.start, end: last.end }, profileProtocols(profile, target).join(' ')),
        ]),
      });
      return;
    }
    const list = evaluateCipherList(word.value, opensslOf(config));
    const protocols = protocolsOf(scope).filter((p) => !REPORTED_ELSEWHERE.includes(p) || name === 'old');
    if (!list.ok || !protocols.some((p) => p !== 'TLSv1.3')) return;
    const usable = reachable(list.suites, list.securityLevel, protocols);
    const old = name === 'old';
    if (!old && usable.some((s) => !s.forwardSecrecy)) return;
    const wanted = profileCiphers(name === 'modern' ? mozillaProfile('intermediate')! : profile, target)!;
    const fix = fixOf(`Write the ${name === 'modern' ? 'intermediate' : name} profile's list`, 'suggestion', file, [
      replace(word, written(word, wanted)),
    ]);
    const { ciphers } = belowProfile({ protocols: [], ciphers: usable.map((s) => s.name) }, name === 'modern' ? 'intermediate' : name);
    if (ciphers.length) report('ciphers', { at: word, data: { suites: some(ciphers), profile: name }, fix });
    else if (!old && list.securityLevel === 0) report('level', { at: word, fix });
  },
  examples: [
    {
      inside: 'http',
      bad: `
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ciphers`,
      good: `
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;`,
    },
    {
      inside: 'http',
      settings: { mozillaProfile: 'modern' },
      bad: `
ssl_protocols TLSv1.2 TLSv1.3;
#             ^^^^^^^^^^^^^^^ protocols`,
      good: `
ssl_protocols TLSv1.3;`,
    },
    {
      inside: 'http',
      good: `
ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256;`,
    },
  ],
});
