/** Regular expressions that PCRE2 does not compile, or that have not the groups that the directive needs. PCRE2 itself judges. */
import { compiled, patternsOf } from '../../config/patterns.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from './_sound.ts';
import { isTemplated, spanIn } from './_spans.ts';
import { isAftermath } from './_structure.ts';

/** What ngx_regex_compile puts behind the pattern: where PCRE2 stopped, unless that is the end. */
const restAt = (pattern: string, offset: number): string => (offset < pattern.length ? ` at "${pattern.slice(offset)}"` : '');

export default defineRule({
  id: 'invalid-regex',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid regular expression',
  why: `
nginx compiles every regular expression when it reads the configuration, with PCRE2. The message is PCRE2's own; the mark is where it
gave up. An expression with "{" or ";" in it must be quoted, or nginx ends the argument there.`,
  about: ['location', 'rewrite', 'if', 'map', 'server_name'],
  looksAt: { directive: '*' },
  contextFree: true,
  needs: 'file',
  messages: {
    invalid:
      'The regular expression is refused: {reason}. nginx says: pcre2_compile() failed: {reason} in "{pattern}"{rest} (judged by PCRE2 {version}).',
    substitution: 'You want to capture too many regex substrings, more than {count} in "{text}". Add a group to the pattern.',
    empty: 'Empty regex in "~": an expression must follow.',
    captures: 'Pattern "{pattern}" must have 2 captures: the script and the path info. It has {count}.',
  },
  check({ config, directive, report }) {
    const { context } = directive.scope;
    if (isTemplated(directive) || isAftermath(directive, 'name')) return;
    if (context !== 'map' && context !== 'stream-map' && !soundFact(directive)) return;
    for (const pattern of patternsOf(directive)) {
      if (pattern.text === '' && (directive.name === 'server_name' || directive.name === 'valid_referers')) {
        report('empty', { at: pattern.word });
        continue;
      }
      const first = compiled(directive, pattern);
      // PCRE2 took a lone \x for the character zero until 10.45: what else is wrong shows when it is written out
      const lone = !first.ok && /^digits missing after \\x/.test(first.message);
      const spelt = pattern.text.replace(/\\(?:x(?![\da-f{])|[\s\S])/gi, (m) => (m === '\\x' ? '\\x00' : m));
      const again = lone && spelt !== pattern.text ? config.regexes.compile(spelt, { caseless: pattern.caseless }) : null;
      const read = again?.ok === false ? again : first;
      if (read.ok) {
        const flags = directive.name === 'subs_filter' ? directive.values.slice(2).join('') : '';
        const most = Math.max(0, ...[...directive.value(1).matchAll(/\$([1-9])/g)].map((m) => Number(m[1])));
        if (/[ir]/.test(flags) && most > read.regex.groups)
          report('substitution', { at: directive.args[1]!, data: { text: directive.value(1), count: read.regex.groups } });
        if (directive.name === 'fastcgi_split_path_info' && read.regex.groups !== 2)
          report('captures', { at: pattern.word, data: { pattern: pattern.text, count: read.regex.groups } });
        continue;
      }
      const at = Math.min(read.offset, Math.max(0, pattern.text.length - 1));
      report('invalid', {
        at: pattern.text === '' ? pattern.word : spanIn(pattern.word, pattern.at + at, 1),
        data: {
          reason: read.message,
          pattern: pattern.text,
          rest: restAt(again?.ok === false ? spelt : pattern.text, read.offset),
          version: config.regexes.version,
        },
        severity: again?.ok ? 'warning' : 'error',
      });
    }
  },
  examples: [
    { inside: 'server', bad: '    location ~ "^/(a" { }\n#                  ^ invalid', good: '    location ~ "^/(a)" { }' },
    { inside: 'server', bad: '    rewrite ^/[ /x;\n#             ^ invalid', good: '    rewrite ^/\\[ /x;' },
    { inside: 'server', bad: '    server_name ~;\n#               ^ empty', good: '    server_name ~^www\\.;' },
    {
      inside: 'location',
      bad: '    fastcgi_split_path_info ^(.+)$;\n#                           ^^^^^^ captures',
      good: '    fastcgi_split_path_info ^(.+\\.php)(.*)$;',
    },
    { inside: 'http', bad: '    map $uri $a { "~(" 1; }\n#                   ^ invalid', good: '    map $uri $a { "~()" 1; }' },
  ],
});
