// Cipher strings that keep plain RSA key exchange: a key that leaks later opens what was recorded before.
import { evaluateCipherList } from '../../catalog/ciphers.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import {
  CIPHER_DIRECTIVES,
  cipherWord,
  isInPlainServer,
  isOpportunistic,
  onlyTls13,
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

export default defineRule({
  id: 'forward-secrecy-missing',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  controls: { cis: ['4.1.14'] },
  title: 'Cipher suites without forward secrecy',
  why: `With RSA key exchange the client encrypts the session's secret with the certificate's key. Whoever records the traffic and gets hold of that key years later can read it all, and implementations keep falling to padding attacks (ROBOT). Suites with ECDHE or DHE make a fresh key for each session.

\`HIGH:!aNULL:!MD5\`, which is nginx's own default, still has such suites; every browser of the last ten years can do without. The rule evaluates the string as OpenSSL does and names what is left.`,
  about: ['ssl_ciphers'],
  references: ['https://www.rfc-editor.org/rfc/rfc9325#section-4.1', 'https://robotattack.org/'],
  looksAt: { directive: CIPHER_DIRECTIVES },
  needs: 'file',
  inForce: true,
  fixable: 'always',
  messages: {
    keeps: '"{term}" selects {suites}, without forward secrecy. Exclude them with !kRSA.',
  },
  check({ config, directive, file, report }) {
    const word = cipherWord(directive);
    // TLS 1.3 takes nothing from the list
    if (!word || onlyTls13(directive) || isOpportunistic(directive) || isInPlainServer(directive)) return;
    const text = word.value;
    const list = evaluateCipherList(text, opensslOf(config));
    if (!list.ok) return;
    const usable = new Set(reachable(list.suites, list.securityLevel));
    const weak = weakBy(['no-forward-secrecy'], wantedByProfile(config));
    const found = weakTerms(list, (s) => usable.has(s) && weak(s));
    if (!found.length) return;
    const fix = fixOf('Exclude suites without forward secrecy', 'suggestion', file, [
      replace(word, written(word, strengthened(config, text, ['no-forward-secrecy']))),
    ]);
    for (const { term, suites } of found)
      report('keeps', {
        at: partOf(word, term.start, term.end),
        data: { term: text.slice(term.start, term.end), suites: some(suites.map((s) => s.name)) },
        fix,
      });
  },
  examples: [
    {
      inside: 'http',
      bad: `
ssl_ciphers HIGH:!aNULL:!MD5;
#           ^^^^ keeps`,
      good: `
ssl_ciphers HIGH:!aNULL:!MD5:!kRSA;`,
    },
    {
      inside: 'http',
      bad: `
ssl_ciphers "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA:AES256-SHA";
#                                        ^^^^^^^^^^ keeps
#                                                   ^^^^^^^^^^ keeps`,
      good: `
ssl_ciphers "ECDHE-RSA-AES128-GCM-SHA256";`,
    },
  ],
});
