// Parts of a cipher string that do nothing: names that OpenSSL does not know, TLS 1.3 names, rules that add what is there already.
import { cipherWords, evaluateCipherList, isTls13Name, obsoleteWeakness, suiteNamed, type TermEffect } from '../../catalog/ciphers.ts';
import type { Config } from '../../config/config.ts';
import { fixOf, remove, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { CIPHER_DIRECTIVES, cipherWord, isLoaded, onlyTls13, opensslName, opensslOf, partOf, written } from '../tls.ts';

/** Words of other libraries and of OpenSSL before 1.1.0: known to someone, so no slip of the pen. */
const FOREIGN =
  /^(k?EDH|k?KRB5|[ak]?(ECDH|DH)[redE]?|SSLv2|RC[24]|IDEA|SEED|3DES|TLSv1\.[13]|SHA512|LOW|FORTEZZA|SRP|DSA|PROFILE=.*|COMPLEMENTOF.*|EXP(ORT)?(40|56|1024)?|k?RSA_?EXP.*|K?GOST.*|k?FZA|a?FZA|e?NULL|a?NULL|ADH|AECDH|MEDIUM|CAMELLIA(128|256)?|ARIA(128|256)?|k?PSK|k?SRP|DES|RC4|MD5|DSS|aDSS)$/;

/** The known word that differs in its letters' case only. */
function inOtherCase(config: Config, word: string): string | null {
  const { keywords, suites } = cipherWords(opensslOf(config));
  const lower = word.toLowerCase();
  if (FOREIGN.test(word)) return null;
  return [...keywords, ...suites.map((s) => s.name)].find((k) => k !== word && k.toLowerCase() === lower) ?? null;
}

export default defineRule({
  id: 'cipher-has-no-effect',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  title: 'Part of a cipher string without effect',
  why: `OpenSSL skips a rule with a word that it does not know and says nothing, so a typo changes what a server offers without a trace: \`!anull\` excludes nothing, since words are case-sensitive.

Names of TLS 1.3 suites are such words here. Those suites are always offered when TLS 1.3 is on; \`ssl_conf_command Ciphersuites\` changes their list. And where \`ssl_protocols\` has TLSv1.3 only, the whole \`ssl_ciphers\` is without effect.

A word that no library ever knew excludes nothing either: before OpenSSL 3.0 there is no \`CBC\`, and \`!CBC\` leaves every CBC suite in the list.

Exclusions of suites that are not there (\`!RC4\`, \`!EXPORT\`) are not reported: they are a precaution and cost nothing.`,
  about: ['ssl_ciphers', 'ssl_conf_command', 'ssl_protocols'],
  references: ['https://docs.openssl.org/3.0/man1/openssl-ciphers/'],
  looksAt: { directive: CIPHER_DIRECTIVES },
  needs: 'file',
  inForce: true,
  fixable: 'always',
  messages: {
    tls13: '{word} is a TLS 1.3 suite, which {directive} cannot select. Remove it; ssl_conf_command Ciphersuites sets that list.',
    unknown: '{library} does not know "{word}" and skips the rule. Correct it or remove it.',
    case: '{library} does not know "{word}" and skips the rule. Write "{known}".',
    twice: '"{term}" adds nothing: its suites are already in the list or excluded. Remove it.',
    protocol: 'ssl_ciphers does nothing while TLSv1.3 is the only protocol. Remove it.',
  },
  check({ config, directive, file, report }) {
    const word = cipherWord(directive);
    if (!word) return;
    const text = word.value;
    if (directive.name === 'ssl_ciphers' && onlyTls13(directive) && isLoaded(directive)) {
      report('protocol', {
        at: directive.statement.name,
        tag: 'unnecessary',
        fix: fixOf('Remove ssl_ciphers', 'suggestion', file, [remove(file, directive.statement)]),
      });
      return;
    }
    const list = evaluateCipherList(text, opensslOf(config));
    if (!list.ok) return;
    const without = (term: TermEffect) => {
      const i = list.terms.indexOf(term);
      const next = list.terms[i + 1];
      const start = next || i === 0 ? term.start : list.terms[i - 1]!.end;
      const fixed = text.slice(0, start) + text.slice(next ? next.start : text.length);
      return fixOf(`Remove "${text.slice(term.start, term.end)}"`, 'suggestion', file, [replace(word, written(word, fixed))]);
    };
    for (const term of list.terms) {
      const unknown = term.words.find((w) => !w.known);
      if (unknown) {
        const known = inOtherCase(config, unknown.text);
        const at = partOf(word, unknown.start, unknown.end);
        const data = { word: unknown.text, library: opensslName(config), directive: directive.name, known: known ?? '' };
        if (isTls13Name(unknown.text)) {
          if (term.kind === 'add') report('tls13', { at, data, fix: without(term) });
        } else if (known) {
          const fixed = text.slice(0, unknown.start) + known + text.slice(unknown.end);
          const fix = fixOf(`Write "${known}"`, 'suggestion', file, [replace(word, written(word, fixed))]);
          report('case', { at, data, fix, severity: 'warning' });
        } else if (!suiteNamed(unknown.text) && !obsoleteWeakness(unknown.text) && !FOREIGN.test(unknown.text))
          report('unknown', { at, data, fix: without(term) });
      } else if (term.kind === 'add' && term.known && term.added.length === 0 && list.terms.length > 1 && !emptyAnyway(term))
        report('twice', {
          at: partOf(word, term.start, term.end),
          data: { term: text.slice(term.start, term.end) },
          severity: 'hint',
          tag: 'unnecessary',
          fix: without(term),
        });
    }

    /** Words whose suites this build lacks altogether (3DES, LOW, MD5): another rule's business, or none's. */
    function emptyAnyway(term: TermEffect): boolean {
      const alone = evaluateCipherList(text.slice(term.start, term.end), opensslOf(config));
      return !alone.ok;
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `
ssl_ciphers TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256;
#           ^^^^^^^^^^^^^^^^^^^^^^ tls13`,
      good: `
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;`,
    },
    {
      inside: 'http',
      bad: `
ssl_ciphers HIGH:!anull;
#                 ^^^^^ case`,
      good: `
ssl_ciphers HIGH:!aNULL;`,
    },
    {
      inside: 'http',
      bad: `
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES999-GCM-SHA256;
#                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown`,
      good: `
ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;`,
    },
    {
      inside: 'http',
      bad: `
ssl_ciphers "EECDH+AESGCM:ECDHE-RSA-AES128-GCM-SHA256:!aNULL";
#                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^ twice`,
      good: `
ssl_ciphers "EECDH+AESGCM:!aNULL";`,
    },
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_protocols TLSv1.3;
    ssl_ciphers HIGH:!aNULL;
#   ^^^^^^^^^^^ protocol
}`,
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_protocols TLSv1.3;
}`,
    },
    {
      inside: 'http',
      good: `
ssl_ciphers HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!kECDHe;`,
    },
  ],
});
