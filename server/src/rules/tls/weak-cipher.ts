// Cipher strings that select suites without encryption or authentication, or with broken algorithms: decided by evaluating the string.
import { isOneOfAList } from '../../answers/which-branch.ts';
import { isVersionSaid } from '../../answers/which-build.ts';
import { table } from '../../base/table.ts';
import { evaluateCipherList, obsoleteWeakness, suiteNamed, type TermEffect, type Weakness } from '../../catalog/ciphers.ts';
import { type Fix, fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import {
  CIPHER_DIRECTIVES,
  cipherWord,
  isInPlainServer,
  isOpportunistic,
  onlyTls13,
  opensslName,
  opensslOf,
  partOf,
  reachable,
  some,
  strengthened,
  wantedByProfile,
  weakBy,
  weakTerms,
  written,
} from '../tls.ts';

const BROKEN: Partial<Record<Weakness, string>> = {
  null: 'no encryption',
  anonymous: 'no authentication',
  export: 'export-grade keys',
  des: 'DES',
  '3des': '3DES',
  rc4: 'RC4',
  idea: 'IDEA',
  seed: 'SEED',
  md5: 'MD5',
};
const CLASSES = Object.keys(BROKEN) as Weakness[];

/** Keywords of broken algorithms, which newer libraries do not know any more. */
const KEYWORDS: Readonly<Record<string, Weakness>> = table({
  RC4: 'rc4',
  RC2: 'export',
  '3DES': '3des',
  IDEA: 'idea',
  SEED: 'seed',
  MD5: 'md5',
  LOW: 'des',
});

const broken = (w: Weakness): boolean => BROKEN[w] !== undefined;

/** What a word that this OpenSSL does not know would select in one that does, when that is broken. */
const lostWeakness = (word: string): Weakness | null =>
  KEYWORDS[word] ?? obsoleteWeakness(word) ?? suiteNamed(word)?.weaknesses.find(broken) ?? null;

/** Words by which a string excludes a weakness. */
const EXCLUDES: Partial<Record<Weakness, readonly string[]>> = {
  export: ['EXP', 'EXPORT', 'LOW', 'RC2'],
  des: ['DES', 'LOW'],
  '3des': ['3DES', 'DES-CBC3'],
  rc4: ['RC4'],
  idea: ['IDEA'],
  seed: ['SEED'],
  md5: ['MD5'],
  null: ['NULL', 'eNULL'],
  anonymous: ['aNULL', 'ADH', 'AECDH'],
};

export default defineRule({
  id: 'weak-cipher',
  group: 'tls',
  severity: 'warning',
  since: '0.1',
  controls: { cis: ['4.1.5'] },
  equivalents: ['nginx-lint:weak-ssl-ciphers', 'gixy:weak_ssl_tls'],
  title: 'Weak cipher suites',
  why: `A cipher string is a small program: words add, remove and reorder suites. This rule runs it as the OpenSSL of the target does and looks at the suites that come out, so a list of sound suites is never called weak for a word in it, and \`ALL\` is for what it brings in.

The rule reports suites without encryption (NULL), without authentication (anonymous Diffie-Hellman, open to anybody in between), with export-grade keys, DES, 3DES (SWEET32), RC4, IDEA, SEED or MD5.

At OpenSSL's security level 1 and above, the default, anonymous and NULL suites of the list are never used; then the finding is informational. So is a broken suite that this OpenSSL no longer has, when its version was set: an older library would offer it.

With Mozilla's profile set to \`old\`, the suites of that profile are not reported. Where SMTP only offers STARTTLS, its clients would otherwise send in the clear: anonymous suites are in order there, and others informational.`,
  about: ['ssl_ciphers', 'ssl_conf_command'],
  references: ['https://wiki.mozilla.org/Security/Server_Side_TLS', 'https://www.rfc-editor.org/rfc/rfc7465', 'https://sweet32.info/'],
  looksAt: { directive: CIPHER_DIRECTIVES },
  needs: 'file',
  inForce: true,
  fixable: 'always',
  fixChanges: ['tls'],
  messages: {
    selects: '"{term}" selects {suites} ({classes}). Exclude them.',
    dead: '"{term}" selects {suites} ({classes}), which only the security level keeps from being used. Exclude them.',
    lost: '"{term}" asks for {classes}, which {library} no longer has but older libraries offer. Remove it.',
  },
  check({ config, directive, file, report }) {
    const word = cipherWord(directive);
    // TLS 1.3 takes nothing from the list
    if (!word || onlyTls13(directive) || isInPlainServer(directive)) return;
    const text = word.value;
    const wanted = wantedByProfile(config);
    const list = evaluateCipherList(text, opensslOf(config));
    if (!list.ok && list.reason === 'invalid-command') return;
    const excluded = new Set(list.terms.filter((t) => t.kind === 'kill' && t.words.length === 1).map((t) => t.words[0]!.text));
    const lost = (t: TermEffect): Weakness[] =>
      t.kind !== 'add' || t.added.length
        ? []
        : t.words.flatMap((w) => {
            const weakness = (w.known && !KEYWORDS[w.text]) || wanted.has(w.text) ? null : lostWeakness(w.text);
            return weakness && !EXCLUDES[weakness]?.some((e) => excluded.has(e)) && !excluded.has(w.text) ? weakness : [];
          });
    const found = list.ok ? weakTerms(list, weakBy(CLASSES, wanted)) : [];
    const gone = list.terms.filter((t) => lost(t).length > 0);
    if (!found.length && !gone.length) return;
    const fixed = strengthened(config, text, CLASSES, (t) => lost(t).length > 0);
    const excluding = fixOf('Exclude the broken suites', 'safe', file, [replace(word, written(word, fixed))]);
    const asked = list.ok && list.securityLevel === 0;
    const fix: Fix = asked ? { ...excluding, safety: 'suggestion', because: 'the security level 0 asks for old clients' } : excluding;
    const named = (weaknesses: readonly Weakness[]): string => some([...new Set(weaknesses.filter(broken).map((w) => BROKEN[w]!))], 4);
    // a relay has nobody to authenticate to, and old encryption is more than none
    const offered = isOpportunistic(directive);
    for (const { term, suites } of found) {
      if (offered && suites.every((x) => x.weaknesses.filter(broken).every((w) => w === 'anonymous'))) continue;
      const dead = list.ok && reachable(suites, list.securityLevel).length === 0;
      report(dead ? 'dead' : 'selects', {
        at: partOf(word, term.start, term.end),
        data: {
          term: text.slice(term.start, term.end),
          suites: some(suites.map((s) => s.name)),
          classes: named(suites.flatMap((s) => s.weaknesses)),
        },
        fix: offered ? null : fix,
        ...(dead || offered || isOneOfAList(directive) ? { severity: 'info' as const } : {}),
      });
    }
    // one string is one finding
    const [first, ...others] = gone;
    if (first)
      report('lost', {
        at: partOf(word, first.start, first.end),
        related: others.map((t) => ({ at: directive.at(partOf(word, t.start, t.end)), message: 'this word, too' })),
        data: {
          term: gone.map((t) => text.slice(t.start, t.end)).join(':'),
          classes: named(gone.flatMap(lost)),
          library: opensslName(config),
        },
        fix,
        ...(!isVersionSaid(config) && !isOneOfAList(directive) ? {} : { severity: 'info' as const }),
      });
  },
  examples: [
    {
      inside: 'mail',
      good: `
auth_http 127.0.0.1:9000/auth;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_ciphers HIGH:@SECLEVEL=0;
server {
    listen 25;
    protocol smtp;
    starttls on;
}`,
    },
    {
      inside: 'http',
      bad: `
ssl_ciphers HIGH:NULL-SHA256:!aNULL:@SECLEVEL=0;
#                ^^^^^^^^^^^ selects`,
      good: `
ssl_ciphers HIGH:!aNULL:@SECLEVEL=0;`,
    },
    {
      inside: 'http',
      bad: `
ssl_ciphers "HIGH:!MD5";
#            ^^^^ dead`,
      good: `
ssl_ciphers "HIGH:!MD5:!aNULL";`,
    },
    {
      inside: 'http',
      settings: { openssl: '1.1.1w' },
      bad: `
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:SEED-SHA:RC4-SHA:EXPORT;
#                                       ^^^^^^^^ selects
#                                                ^^^^^^^ lost`,
      good: `
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;`,
    },
    {
      inside: 'http',
      bad: `
ssl_ciphers RC4-MD5:DES-CBC3-SHA;
#           ^^^^^^^ lost`,
      fixed: `
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;`,
    },
    {
      inside: 'http',
      good: `
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256;`,
    },
    {
      inside: 'http',
      good: `
ssl_ciphers "EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH:!aNULL:!eNULL:!EXPORT:!DES:!MD5:!PSK:!RC4";`,
    },
    {
      inside: 'http',
      settings: { mozillaProfile: 'old' },
      good: `
ssl_ciphers "@SECLEVEL=0:ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA:DES-CBC3-SHA";`,
    },
  ],
});
