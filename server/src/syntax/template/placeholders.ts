/**
 * Placeholders that a script, a build or a control panel replaces: a name between marks that nginx has no use for. There is no engine whose file
 * could be told by its name, so the marks alone tell, and each pattern is one that no configuration holds by itself.
 */
import type { Begins } from './engines.ts';

const NAME = '[A-Z][A-Z0-9_]*';
const LONG_NAME = '[A-Z][A-Z0-9_]+';
const PATH = String.raw`[A-Za-z_][\w.-]*`;

/** What may stand behind a number. */
const UNIT = String.raw`(?:ms|[smhdwkKMGg])\b`;

/** Elements of HTML, which a `return` or a `sub_filter` may hold without quotes. */
const TAGS =
  'a|b|br|body|center|div|em|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|li|link|main|meta|nav|ol|p|pre|script|span|strong|style|table|td|th|title|tr|ul';

/** Words that steer in templates of control panels and of Octopus, in Smarty, and in ISPConfig's and DirectAdmin's. */
const STEERING = 'if|unless|elseif|elsif|else|each|foreach|foreachelse|loop|section|literal|endif';

/** How nginx's own variables begin whose names are those of arguments, cookies and header lines: `${arg_user-id}` is one that nginx cannot read. */
export const OF_NGINX = '(?:(?:arg|cookie|sent_http|sent_trailer|upstream_(?:http|cookie|trailer))_|http_x[-_])';

/**
 * Each begins with a character of its own, as a look back in front of it would be taken at every character of a text; and each with the words of
 * which every match has one, as plain words are found faster than expressions.
 */
const PATTERNS: readonly (readonly [pattern: string, ...words: string[]])[] = [
  [`%%${NAME}%%`, '%%'],
  // Python's percent format
  [String.raw`%\([A-Za-z_][\w.-]*\)[sdr]`, '%('],
  // not Apache's variables, which nothing fills in
  [
    String.raw`%\{(?!(?:HTTP_(?:HOST|USER_AGENT|REFERER|COOKIE|ACCEPT)|HTTPS|REQUEST_(?:URI|FILENAME|METHOD|SCHEME)|QUERY_STRING|THE_REQUEST)\}|(?:ENV|HTTP|SSL):)[A-Za-z_][\w.:]*\}`,
    '%{',
  ],
  // Hestia leaves out lines that stand between `%<i6` and `i6>%`
  [String.raw`%<i[46]\b|\bi[46]>%`, '%<i', 'i4>%', 'i6>%'],
  // `%ip%` is no character of a URL, which two digits encode
  [String.raw`%(?:(?![\dA-Fa-f]{2})[A-Za-z]\w*|[A-Za-z][A-Za-z\d]*_\w+)%`, '%'],
  // autoconf, CMake and Meson have names of either case
  [`@${PATH}@`, '@'],
  [`__[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*__`, '__'],
  [String.raw`\({4}[A-Za-z_]\w*\){4}`, '(((('],
  // between single lines a word of its own, of a path or of an address
  [String.raw`_(?<=(?:^|[\s/:.;="])_)[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*_(?=[\s/:.;"-]|$)`, '_'],
  [String.raw`@\{${PATH}\}`, '@{'],
  [`<<${PATH}>>`, '<<'],
  [`<(?<![?P<']<)(?:[A-Z][A-Z0-9_-]{2,}|[A-Za-z]+(?:[_-][A-Za-z]+)+)>`, '<'],
  [String.raw`<(?<=[ \t/.]<)[A-Za-z][\w.-]*(?: [\w.-]+){1,7}>(?=[ \t;/.:])`, '<'],
  [String.raw`<(?<=[ \t/.:@=]<)(?!(?:${TAGS})>)[a-z][\w.]*>(?=[ \t;/.:)|{]|${UNIT})`, '<'],
  // `[server host]`: an argument outside of quotes that no pattern and no address could be. The look back has an end: a line may be one of brackets
  [String.raw`\[(?=[A-Za-z])(?<=\n[ \t]*[a-z_]+[ \t][^#"'\n]{0,500}\[)[A-Za-z][\w-]*(?: [\w-]+){1,7}\](?=[ \t;/.:\[])`, '['],
  [
    String.raw`\[(?=[A-Za-z])(?<=\n[ \t]*(?:listen|server|proxy_pass|root|alias)[ \t](?:[^#"'\n]{0,500}[ \t/:@\]])?\[)[A-Za-z][A-Za-z_-]{2,}\](?=[ \t;/.:\[])`,
    '[',
  ],
  // of one brace: names in capitals, and others where no block could end. A letter alone, or nginx's own word, is a word that lost its quotes
  [
    String.raw`\{(?<!(?:[$\\{#%@]|\\[pPxgkN])\{)(?:${LONG_NAME}\}(?!\}|\{(?![A-Z]))|(?!(?:.|on|off)\}[; \t])[A-Za-z_][\w.]*\}(?=[;:/.,"')$\w-]|\{[A-Za-z_]|[ \t]+[\w{/~-]))`,
    '{',
  ],
  // Smarty
  [String.raw`\{(?<![$\\{#%@]\{)(?:\$[A-Za-z_][^{};\n]*|\/?(?:${STEERING})\b[^{};\n]*|\*[^\n]*?\*)\}`, '{'],
  // ISPConfig: `{tmpl_if name='ssl'}`, `<tmpl_var name='ip'>`
  [String.raw`[{<]\/?tmpl_\w+[^{}<>\n]*[}>]`, 'tmpl_'],
  // Octopus Deploy; and `#{NAME}#` of .NET's pipelines
  [String.raw`#\{[/A-Za-z][^{};\n]*\}(?:#(?!\{))?`, '#{'],
  // Azure's pipelines
  [String.raw`\$\(${LONG_NAME}\)`, '$('],
  [String.raw`\$\$${NAME}\$\$`, '$$'],
  // Maven and Gradle; no variable of nginx has a dot, a hyphen or a colon in its name
  [String.raw`\$\{(?!${OF_NGINX})[A-Za-z_]\w*(?:[.:-]\w+)+\}`, '${'],
  // a shell's defaults; envsubst of GNU knows none
  [String.raw`\$\{(?!${OF_NGINX})[A-Za-z_]\w*:?[-=?+][^{}\n]*\}`, '${'],
  // Backstage and Nunjucks with its other marks
  [String.raw`\$\{\{[^{}\n]*\}\}`, '${{'],
  [`!!${NAME}!!`, '!!'],
  [`~${LONG_NAME}~`, '~'],
  // DirectAdmin; in a regular expression such a name has a bracket or a letter beside it
  [String.raw`\|(?<=[\s:/.="]\|)(?:${NAME}|[*?][^|\n]*)\|(?=[\s:;/.")]|${UNIT})`, '|'],
  // what a sample asks people to replace
  [
    String.raw`\b(?:REPLACE|CHANGE|INSERT|YOUR|ENTER|PLACEHOLDER|TO_?DO)(?<![$@{]\w*)_[A-Z0-9_]+`,
    'REPLACE_',
    'CHANGE_',
    'INSERT_',
    'YOUR_',
    'ENTER_',
    'PLACEHOLDER_',
    'DO_',
  ],
  [String.raw`\b(?:CHANGE|REPLACE)ME(?<![$@{]\w*)(?![A-Z0-9_])`, 'CHANGEME', 'REPLACEME'],
  [String.raw`\b[A-Z][A-Z0-9_]*_PLACEHOLDER(?<![$@{]\w*)(?![A-Z0-9_])`, '_PLACEHOLDER'],
];

/** One placeholder; global, so whoever tests with it begins anew. */
export const PLACEHOLDERS = new RegExp(PATTERNS.map(([pattern]) => pattern).join('|'), 'g');

const EACH = PATTERNS.map(([pattern, ...words]) => ({ test: new RegExp(pattern), words }));

/** Whether a text has a placeholder anywhere: what `PLACEHOLDERS` would find, told sooner. */
export const holdsPlaceholder = (text: string): boolean =>
  EACH.some(({ test, words }) => words.some((word) => text.includes(word)) && test.test(text));

const STEERS = new RegExp(String.raw`^(?:#\{|\{|<|\|\*)(\/?)(?:tmpl_)?(${STEERING})\b([\s\S]*?)[}>|]#?$`);

export type Steering =
  | { readonly role: 'open'; readonly begins: Begins; readonly test: string }
  | { readonly role: 'middle'; readonly test?: string }
  | { readonly role: 'close' };

/** What a placeholder steers; null for one that stands for a value. */
export function steering(mark: string): Steering | null {
  if (mark.startsWith('%<')) return { role: 'open', begins: 'condition', test: mark.slice(2) };
  if (mark.endsWith('>%')) return { role: 'close' };
  const m = STEERS.exec(mark);
  if (!m) return null;
  const [, slash, word, test = ''] = m;
  if (slash || word === 'endif') return { role: 'close' };
  if (/^else|^elsif|^foreachelse/.test(word!)) return /^else$|^foreachelse/.test(word!) ? { role: 'middle' } : { role: 'middle', test };
  return { role: 'open', begins: /^(if|unless)$/.test(word!) ? 'condition' : word === 'literal' ? 'plain' : 'loop', test };
}
