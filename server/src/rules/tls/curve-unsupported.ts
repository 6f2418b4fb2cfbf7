// Group names that the target's OpenSSL does not take: nginx does not start with them.
import { isOpensslSaid } from '../../answers/which-build.ts';
import { acceptsGroups, type GroupProblem, knowsGroup } from '../../catalog/groups.ts';
import { mozillaProfile, profileCurves } from '../../catalog/mozilla.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isLoaded, opensslName, opensslOf, partOf, written } from '../tls.ts';

/** The commands of ssl_conf_command whose value is such a list. */
const COMMANDS = ['groups', 'curves'];

export default defineRule({
  id: 'curve-unsupported',
  group: 'tls',
  severity: 'warning',
  refuses: true,
  since: '0.1',
  equivalents: ['gixy:ssl_ecdh_curve'],
  title: 'Key exchange group unknown to OpenSSL',
  why: `\`ssl_ecdh_curve\` is handed to OpenSSL as it is. One name that the library does not have, and the whole list is refused: nginx stops with \`SSL_CTX_set1_curves_list() failed\` as soon as a server has a certificate. The post-quantum group X25519MLKEM768, which today's guides recommend, needs OpenSSL 3.5; Debian 12 and Ubuntu 24.04 have 3.0.

Names are case-sensitive before 3.5, 1.1.1 knows \`prime256v1\` but not \`secp256r1\`, and naming a group twice is an error before 3.5. Set the OpenSSL of the server that will run the configuration, or nothing can be said of it.

Groups below 112 bits are reported too: they are accepted, and not used at the default security level.`,
  about: ['ssl_ecdh_curve', 'ssl_conf_command'],
  references: ['https://docs.openssl.org/3.0/man3/SSL_CTX_set1_curves/'],
  looksAt: { directive: ['ssl_ecdh_curve', 'ssl_conf_command'] },
  needs: 'file',
  inForce: true,
  fixable: 'always',
  messages: {
    newer: '{library} does not know the group {name}, which came with {since}, and nginx does not start. Remove it.',
    unknown: '{library} does not know the group "{name}", and nginx does not start. Remove it.',
    spelling: '{library} does not know the group "{name}", and nginx does not start. Write {known}.',
    duplicate: '{library} refuses a list that names {name} twice, and nginx does not start. Remove one.',
    empty: '{library} refuses a list with an empty name, and nginx does not start. Remove the extra colon.',
    short: '{name} has only {bits} bits, and the security level keeps it from being used. Remove it.',
  },
  check({ config, directive, file, report }) {
    const word =
      directive.name === 'ssl_ecdh_curve'
        ? directive.args[0]
        : COMMANDS.includes(directive.value(0).toLowerCase())
          ? directive.args[1]
          : null;
    if (!word || word.templated) return;
    const target = opensslOf(config);
    const text = word.value;
    const list = acceptsGroups(text, target);
    const elements: { start: number; end: number; name: string }[] = [];
    let at = 0;
    for (const part of text.split(':')) {
      elements.push({ start: at, end: at + part.length, name: part.trim() });
      at += part.length + 1;
    }
    const spelling = (p: GroupProblem): string | null =>
      p.fault === 'unknown' && p.group ? ([p.group.name, ...p.group.aliases].find((n) => knowsGroup(n, target)) ?? null) : null;
    const short = list.groups.filter((g) => g.bits < 112);
    if (list.ok && !short.length) return;
    const kept = new Set<string>();
    const fixed = elements
      .map((e) => {
        const problem = list.problems.find((p) => p.start >= e.start && p.end <= e.end);
        return problem ? spelling(problem) : short.some((g) => [g.name, ...g.aliases].includes(e.name)) ? null : e.name;
      })
      .filter((n): n is string => !!n && !kept.has(n) && !!kept.add(n));
    const { target: versions } = config.settings;
    const value =
      acceptsGroups(fixed.join(':'), target).ok && fixed.length ? fixed : profileCurves(mozillaProfile('intermediate')!, versions);
    const fix = fixOf('Name the groups that it knows', 'suggestion', file, [replace(word, written(word, value.join(':')))]);
    const library = opensslName(config);
    for (const p of list.problems) {
      const known = spelling(p);
      const message = p.fault !== 'unknown' ? p.fault : known ? 'spelling' : p.group?.since ? 'newer' : 'unknown';
      report(message, {
        at: partOf(word, p.start, p.end),
        data: { library, name: p.name, known: known ?? '', since: p.group?.since ?? '' },
        // without a certificate nginx does not hand the list over
        // the OpenSSL that is assumed may not be the one that runs it
        severity: message === 'newer' && !isOpensslSaid(config) ? 'info' : isLoaded(directive) ? 'error' : 'warning',
        fix,
      });
    }
    for (const g of short) {
      const e = elements.find((x) => [g.name, ...g.aliases].includes(x.name));
      if (e) report('short', { at: partOf(word, e.start, e.end), data: { name: e.name, bits: g.bits }, fix, severity: 'info' });
    }
  },
  examples: [
    {
      inside: 'http',
      settings: { openssl: '3.0.20' },
      bad: `
ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;
#              ^^^^^^^^^^^^^^ newer`,
      good: `
ssl_ecdh_curve X25519:prime256v1:secp384r1;`,
    },
    {
      inside: 'http',
      settings: { openssl: '3.0.20' },
      bad: `
ssl_ecdh_curve X25519:p-384:X25519;
#                     ^^^^^ spelling
#                           ^^^^^^ duplicate`,
      good: `
ssl_ecdh_curve X25519:secp384r1;`,
    },
    {
      inside: 'http',
      bad: `
ssl_ecdh_curve X25519:Kyber768;
#                     ^^^^^^^^ unknown`,
      good: `
ssl_ecdh_curve X25519;`,
    },
    {
      inside: 'http',
      bad: `
ssl_ecdh_curve X25519:secp192r1;
#                     ^^^^^^^^^ short`,
      good: `
ssl_ecdh_curve X25519;`,
    },
    {
      inside: 'http',
      good: `
ssl_ecdh_curve auto;`,
    },
    {
      inside: 'http',
      good: `
ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;`,
      notOn122: 'needs OpenSSL 3.5',
    },
  ],
});
