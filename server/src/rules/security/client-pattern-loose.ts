/** Patterns on the address or the certificate of a client that fit others as well: decided by trying such clients against PCRE2. */
import { afterSet } from '../../answers/where-a-value-comes-from.ts';
import { isNginx } from '../../answers/which-build.ts';
import type { Span } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { readPlainIp } from '../../trace/networks.ts';
import { patternOf } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

const ADDRESS = /^\(?\s*\$\{?(?:remote_addr|realip_remote_addr|proxy_protocol_addr)\}?$/;
const NAME = /^\(?\s*\$\{?ssl_client_s_dn\}?$/;

/** The alternatives of a pattern, without anchors and a group around all of them; null where it is more than a list of texts. */
function textsIn(pattern: string): readonly string[] | null {
  let body = pattern.replace(/^\^/, '').replace(/(^|[^\\])\$$/, '$1');
  if (/^\((?:\?:)?[^()]*\)$/.test(body)) body = body.replace(/^\((?:\?:)?/, '').slice(0, -1);
  const texts = body.split('|').map((part) =>
    part
      .replace(/^\^/, '')
      .replace(/(^|[^\\])\$$/, '$1')
      .replace(/\\\./g, '.'),
  );
  return texts.every((t) => /^[\d.]+$/.test(t)) ? texts : null;
}

/** A whole address, or the first numbers of one, as people write them: `10.0.0.1`, `192.168.1.`, `192.168`. */
const isAddressText = (text: string): boolean => /^\d{1,3}(?:\.\d{1,3}){1,3}$|^(?:\d{1,3}\.){1,3}$/.test(text);

/** Whether a list of such texts means an address. */
const means = (texts: readonly string[], address: string): boolean =>
  texts.some((t) => address === t || address.startsWith(t.endsWith('.') ? t : `${t}.`));

/** Addresses that differ from a text by what a missing anchor or a bare dot lets through; those of the internet come first. */
function* neighbours(text: string): Generator<string> {
  const numbers = text.replace(/\.$/, '').split('.');
  const fill = (list: readonly string[]): string => [...list, '7', '7', '7'].slice(0, 4).join('.');
  for (const digit of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) {
    yield fill([`${digit}${numbers[0]}`, ...numbers.slice(1)]);
    if (numbers.length < 4) yield fill([`5${digit}`, ...numbers]);
  }
  for (const digits of ['0', '1', '2', '5', '9', '10']) yield fill([...numbers.slice(0, -1), `${numbers.at(-1)}${digits}`]);
}

/** A client that the pattern takes and whom nobody meant; null where none is found. */
function stranger(config: Config, pattern: string, caseless: boolean): string | null {
  const texts = textsIn(pattern);
  if (!texts?.every(isAddressText)) return null;
  const compiled = config.regexes.compile(pattern, { caseless });
  if (!compiled.ok) return null;
  for (const text of texts)
    for (const address of neighbours(text))
      if (readPlainIp(address) && !means(texts, address) && typeof compiled.regex.match(address) === 'object') return address;
  return null;
}

/** A subject that the pattern takes because nothing ends the name in it; null where the pattern says where the name ends. */
function namesake(config: Config, pattern: string, caseless: boolean): { readonly own: string; readonly other: string } | null {
  const [, name] = /\bCN=((?:[\w -]|\\[.@-]|[.@])+)$/.exec(pattern) ?? [];
  if (!name) return null;
  const own = name.replace(/\\/g, '');
  const compiled = config.regexes.compile(pattern, { caseless });
  const takes = (dn: string): boolean => compiled.ok && typeof compiled.regex.match(dn) === 'object';
  const other = `${own}2`;
  for (const rest of ['', ',O=Example']) if (takes(`CN=${own}${rest}`) && takes(`CN=${other}${rest}`)) return { own, other };
  return null;
}

/** Pattern of an `if`, or those of the rows of a map, with the words that hold them. */
function* patternsOf(directive: Directive): Generator<{ at: Directive; span: Span; pattern: string; caseless: boolean; denied: boolean }> {
  if (directive.name === 'if') {
    const read = patternOf(directive);
    const word = directive.args.find((a) => read && a.value.startsWith(read.pattern));
    if (read && word && !word.templated) yield { at: directive, span: word, ...read, denied: false };
    return;
  }
  for (const row of directive.body?.directives ?? []) {
    const m = /^~(\*?)(.+)$/s.exec(row.name);
    if (m) yield { at: row, span: row.statement.name, pattern: m[2]!, caseless: m[1] === '*', denied: false };
  }
}

export default defineRule({
  id: 'client-pattern-loose',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Pattern of a client that fits others as well',
  why: `
\`$remote_addr ~ 10.0.0.1\` asks whether the text is somewhere in the address: \`110.0.0.1\` and \`10.0.0.15\` hold it too, and a bare dot is any character. Where the pattern opens a place, whoever has such an address gets in.

Lists of addresses belong into \`allow\` and \`deny\` or into \`geo\`, which compare numbers. A pattern needs both anchors and escaped dots: \`^10\\.0\\.0\\.1$\`.

The same holds for the name in a client's certificate: \`CN=office\` is also in \`CN=office2\`. nginx writes the subject as RFC 2253 has it since 1.11.6, with commas (\`CN=office,O=Example\`): a pattern with \`/CN=\` fits no certificate any more.`,
  about: ['if', 'map', 'geo', 'allow', '$remote_addr', '$ssl_client_s_dn'],
  looksAt: [
    {
      directive: ['if'],
      where: ({ values }) => /^\(?\s*\$/.test(values[0] ?? '') && /^!?~/.test(values[1] ?? ''),
    },
    { directive: ['map'], where: ({ values }) => ADDRESS.test(values[0] ?? '') || NAME.test(values[0] ?? '') },
  ],
  needs: 'config',
  messages: {
    address:
      'The client {other} fits "{pattern}" as well. Use allow, deny or geo, or write both anchors and escaped dots, as in "{strict}".',
    name: 'A certificate for CN={other} fits "{pattern}" as well. End the name: "CN={own}(,|$)".',
    legacy:
      'No certificate fits "{pattern}": since nginx 1.11.6 the subject is written with commas (CN=office,O=Example). Leave the slash out.',
  },
  check({ directive, config, report }) {
    const subject = directive.name === 'if' ? afterSet(config, directive.value(0)) : directive.value(0);
    const named = NAME.test(subject);
    if (!named && !ADDRESS.test(subject)) return;
    for (const { at, span, pattern, caseless } of patternsOf(directive)) {
      const place = at.at(span);
      if (!named) {
        const other = stranger(config, pattern, caseless);
        const first = textsIn(pattern)?.[0] ?? '';
        if (other)
          report('address', {
            at: place,
            data: {
              other,
              pattern,
              strict: `^${first.replaceAll('.', '\\.')}${/^\d+(?:\.\d+){3}$/.test(first) ? '$' : first.endsWith('.') ? '' : '\\.'}`,
            },
          });
      } else if (/^\^?\/(?:C|CN|O|OU|ST|L)=/.test(pattern)) {
        if (isNginx(config, '1.11.6')) report('legacy', { at: place, data: { pattern } });
      } else {
        const found = namesake(config, pattern, caseless);
        if (found) report('name', { at: place, data: { ...found, pattern } });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($remote_addr !~ 10.0.0.1) { return 403; }
#                       ^^^^^^^^^ address
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    if ($remote_addr !~ "^10\\.0\\.0\\.1$") { return 403; }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'http',
      bad: `map $remote_addr $office {
    default 0;
    ~^192.168.1 1;
#   ^^^^^^^^^^^ address
}
server {
    location /admin/ {
        if ($office = 0) { return 403; }
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `geo $office {
    default 0;
    192.168.1.0/24 1;
}
server {
    location /admin/ {
        if ($office = 0) { return 403; }
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($ssl_client_s_dn !~ "CN=office") { return 403; }
#                           ^^^^^^^^^^^ name
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    if ($ssl_client_s_dn !~ "CN=office(,|$)") { return 403; }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($ssl_client_s_dn !~ "/CN=office") { return 403; }
#                           ^^^^^^^^^^^^ legacy
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
