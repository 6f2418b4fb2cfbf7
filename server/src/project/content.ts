/**
 * Whether a text is nginx configuration. The text decides: directives and blocks that the catalog knows, in nginx's own form (words ended by `;`
 * or `{`). Names of files and folders only say how much of that is needed. Nothing is parsed whole: the first block of a file is enough.
 */
import { pathOf } from '../base/file-id.ts';
import { acceptsCount } from '../catalog/arity.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { checkValues } from '../catalog/value-check.ts';
import { DEFAULT_SETTINGS } from '../config/settings.ts';
import { doublesBraces, TEMPLATE_ENDINGS } from '../syntax/template/engines.ts';
import { PLACEHOLDERS, steering } from '../syntax/template/placeholders.ts';
import { type Embedded, formOfText } from './embedded.ts';

/** What `nginx -T` prints, from its beginning: messages of the test, and the name of the first file. */
const DUMP = /^\uFEFF?(?:[ \t]*\r?\n|(?:nginx: |\d{4}\/\d\d\/\d\d )[^\n]*\n)*# configuration file ([^\n]+):\r?\n/;

/** Whether a text is a dump of `nginx -T`: several files of nginx, each behind a line with its name. Its beginning is enough. */
export const isDump = (text: string): boolean => DUMP.test(text);

/** `foreign`: it has the form of something else; `unsure`: too little to say. */
export type Verdict = 'nginx' | 'foreign' | 'unsure';

/** Characters of a file that are looked at. */
export const HEAD = 16 * 1024;

const TEMPLATE_ENDING = String.raw`(\.(${TEMPLATE_ENDINGS}))*`;
const NGINX_NAME = new RegExp(
  String.raw`(^|/)[^/]*nginx[^/]*\.conf${TEMPLATE_ENDING}$|(^|/)nginx\.conf[^/]*$|\.(nginx|vhost|ngx)${TEMPLATE_ENDING}$`,
  'i',
);
const LAST_ENDING = new RegExp(String.raw`\.(${TEMPLATE_ENDINGS}|bak|orig|old|disabled)$`, 'i');
const OF_ENGINE = new RegExp(String.raw`\.(${TEMPLATE_ENDINGS})$`, 'i');
const CONF_NAME = new RegExp(String.raw`\.conf${TEMPLATE_ENDING}$`, 'i');
const NGINX_FOLDER = /(^|\/)(nginx|angie|openresty|sites-(available|enabled)|conf\.d|http\.d|vhosts?(\.d)?|snippets)(\/|$)/i;
const SITES = /(^|\/)sites-(available|enabled)\/[^/]+$/;

/** True when a file is called after nginx: then nothing but its errors can be said of it. */
export const isCalledNginx = (path: string): boolean => NGINX_NAME.test(path);

/** True when the path alone speaks for nginx: then a single directive of nginx is enough, and a text with no directive at all is no witness against it. */
export const looksLikeNginx = (path: string): boolean =>
  NGINX_NAME.test(path) || (NGINX_FOLDER.test(path.replace(/\/[^/]*$/, '')) && (CONF_NAME.test(path) || SITES.test(path)));

/** True when a file is called like a configuration, of whatever program. */
export const isCalledConf = (path: string): boolean => CONF_NAME.test(path);

/** Endings of files that are something else, whatever they hold: not even opened. */
const OTHER =
  /\.(m?[jt]sx?|c[jt]s|mts|vue|svelte|py[iwcod]?|ipynb|rb|php\d?|phtml|phar|java|kt|kts|scala|groovy|gradle|go|rs|c|cc|cpp|cxx|h|hh|hpp|m|mm|swift|dart|lua|pl|pm|r|jl|ex|exs|erl|hrl|hs|clj|cljs|edn|fs|fsx|cs|vb|csproj|sln|xaml|razor|cshtml|sql|sqlite3?|db|s?css|sass|less|styl|x?html?|xml|xsd|xslt?|svg|md|mdx|rst|adoc|tex|bib|pdf|docx?|xlsx?|pptx?|odt|csv|tsv|json[5cl]?|ya?ml|toml|lock|log|map|snap|png|jpe?g|gif|ico|webp|avif|bmp|tiff?|psd|ai|eps|mp[34]|m4[av]|mov|avi|webm|og[gv]|wav|flac|ttf|otf|woff2?|eot|zip|gz|tgz|bz2|xz|zst|7z|rar|jar|war|ear|whl|egg|deb|rpm|dmg|iso|exe|dll|so|dylib|a|o|obj|class|wasm|bin|dat|pem|crt|cer|key|csr|pub|asc|gpg|sig|p12|pfx|jks|po|mo|pot|ts|proto|graphqls?|thrift|avsc|tf|tfvars|nomad|sls|tfstate|hcl|nix|pp|bat|cmd|ps1|psm1|fish|zsh|bash|sh|awk|sed|vim|el|diff|patch|rej|swp|tmp|pid|sock|service|socket|timer|mount|target|desktop|plist|strings|storyboard|xib|pbxproj|npmrc|editorconfig|gitignore|gitattributes|gitmodules|dockerignore|eslintrc|prettierrc|babelrc|pylintrc|flake8|coveragerc|env|makefile|mk|cmake|bazel|bzl|haml|slim|pug|jade|hbs|liquid|jsp|asp|aspx|raml|feature|http|rest|ini|properties|repo|list|sources)$/i;
const OTHER_NAMES =
  /^(readme|licen[cs]e|copying|changelog|changes|authors|contributors|notice|install|todo|news|makefile|dockerfile|containerfile|procfile|gemfile|rakefile|vagrantfile|jenkinsfile|brewfile|podfile|pipfile|cartfile|codeowners|version|manifest|robots\.txt|requirements[^/]*\.txt|cmakelists\.txt|\.[^/]*)([._-][^/]*)?$/i;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** True when a file is worth a look: its name does not say that it is something else. */
export function isPlausible(path: string): boolean {
  const name = nameOf(path);
  if (looksLikeNginx(path)) return true;
  // `news.conf` and `install.conf` are sites as well
  const other = OTHER_NAMES.test(name) && (name.startsWith('.') || !CONF_NAME.test(name));
  if (other || (/(?<!\.blade)\.php$/i.test(name) && !/\.(?:conf|vhost|nginx|blade|tpl)\.php$|nginx|vhost/i.test(name))) return false;
  // Mustache for a shell, and what Capistrano's tasks write out
  if (/\.conf\.mo$|nginx[\w.-]*\.rb$/i.test(name)) return true;
  const bare = name.replace(LAST_ENDING, '');
  // `index.liquid` is a page of a shop, `nginx.liquid` is not
  const plain = bare.includes('.') || /nginx/i.test(bare) ? bare : name.replace(/\.(bak|orig|old|disabled)$/i, '');
  // `site.tmp.j2` is a template that is called one twice
  const own = OF_ENGINE.test(name) ? plain.replace(/\.tmp$/i, '') : plain;
  return !OTHER.test(own) && !/\.txt$/i.test(own);
}

/**
 * Main-level blocks make a file a main file, whatever its name: comments and strings aside, that is all that nginx asks for. A block for
 * streams or mail alone is as often a part, which a main file includes or a script appends to one: there the name decides.
 */
export const holdsMainBlocks = (text: string, path: string): boolean =>
  /^[ \t]*(events|http)\s*\{/m.test(text) || (/^[ \t]*(stream|mail)\s*\{/m.test(text) && MAIN_NAME.test(path));

/** The same of a configuration within another text: of its own part, for a host may hold hundreds. */
export const isMainWithin = ({ id, span, window }: Pick<Embedded, 'id' | 'span' | 'window'>): boolean =>
  holdsMainBlocks(window.visible.slice(span.start, span.end), pathOf(id));

const MAIN_NAME = new RegExp(`(?:^|/)nginx\\.conf(?:\\.(?:${TEMPLATE_ENDINGS}))*$`, 'i');

interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

interface Written {
  readonly words: readonly Word[];
  readonly end: ';' | '{' | '}' | 'end';
  readonly depth: number;
  /** the name of the block around it; '' on the top level */
  readonly parent: string;
  /** the names of all blocks around it, outermost first */
  readonly around: readonly string[];
}

/** Marks of template languages: what writes a value becomes a word, what is a command or a comment vanishes. */
const withoutTemplates = (text: string): string => {
  const named = (
    doublesBraces(text)
      ? text
          .replaceAll('{{', '{ ')
          .replaceAll('}}', ' }')
          .replace(/(?<![$\\])\{[A-Za-z_][\w.]*\}/g, 'x')
      : text
  )
    // what begins a line may be a tag of XML
    .replace(PLACEHOLDERS, (mark, at: number, all: string) =>
      /^<(?!\/?tmpl_)/.test(mark) && !/\S/.test(all.slice(all.lastIndexOf('\n', at) + 1, at)) ? mark : steering(mark) ? ' ' : 'x',
    );
  return MARKS.reduce(
    (rest, [signs, pattern, value]) => (signs.some((sign) => rest.includes(sign)) ? rest.replace(pattern, value) : rest),
    named,
  );
};

/** Marks of template languages by what none of them is without, and what each leaves. */
const MARKS: readonly (readonly [signs: readonly string[], pattern: RegExp, value: string])[] = [
  [['{!!', '<?', '[['], /\{!![^\n]*?!!\}|<\?(?:=|php\s+echo\b)[\s\S]*?\?>|(?<!^[ \t]*)\[\[-?(?=[ \t.$])[^[\]\n]*\]\]/gm, 'x'],
  [['<?php', '[['], /<\?php\b[\s\S]*?\?>|\[\[-?(?=[ \t.$])[^[\]\n]*\]\]/g, ' '],
  [['(end)'], /^[ \t]*\((?:range|if|else|with|template|end)\b[^()\n]*\)[ \t]*\r?$/gm, ' '],
  [['\n> end'], /^>[^\n]*$/gm, ' '],
  [['[%'], /\[%[-+~=]?\s*(?:IF|UNLESS|ELSIF|ELSE|END|FOR|FOREACH|WHILE|SWITCH|CASE|BLOCK|SET|USE|#)\b(?:[^%[]|%(?!\])|\[(?!%))*%\]/g, ' '],
  [['[%'], /\[%(?=[-+~=]?\s)(?:[^%[]|%(?!\])|\[(?!%))*%\]/g, 'x'],
  [['{*'], /\{\*(?:[^*\n{]|\*(?!\})|\{(?!\*))*\*\}/g, 'x'],
  [['{#', '{%', '<%#', '{{'], /\{#[\s\S]*?#\}|\{%[\s\S]*?%\}|<%#[\s\S]*?%>|\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g, ' '],
  [['<%='], /<%=[\s\S]*?%>/g, 'x'],
  [
    ['%'],
    /<%doc>[\s\S]*?<\/%doc>|<\/%\w+>|<%(?:def|page|block|include|inherit|namespace|call|text)\b[^<>\n]*>|^[ \t]*%(?![%{])[^\n]*$/gm,
    ' ',
  ],
  [['<%'], /<%[\s\S]*?%>/g, ' '],
  [['%{'], /%\{[^}\n]*\}/g, ' '],
  [['{{'], /\{\{-?\s*(?:if|else|end|range|with|define|block|template|include|#|\/|\^|!)[\s\S]*?\}\}/g, ' '],
  [['{{'], /\{\{\{?[\s\S]*?\}?\}\}/g, 'x'],
  [['${'], /\$\{[^}\n;]*\}/g, 'x'],
];

const QUOTED_NAME = /^["']/;
/** Blocks whose lines are no directives. */
const RAW = /^(map|geo|types|split_clients|charset_map|match|.*_by_lua_block|js_preload_object)$/;
const MAX_STATEMENTS = 400;
/** Mistakes that a person may make in a small file of nginx. */
const SLIPS = 2;
/** So many statements of nginx, without one of anything else before or between them, are nginx's whatever follows. */
const BEYOND_DOUBT = 32;

/** The statements of a text in nginx's form, without a tree: words up to `;`, `{` or `}`. */
function* statements(text: string): Generator<Written> {
  let around: readonly string[] = [];
  let words: Word[] = [];
  let count = 0;
  let raw = -1;
  const token = /#[^\n]*|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[;{}]|(?:\\[\s\S]|\$\{|[^\s;{}"'\\#]|(?<=\S)[#"'])+|\\/g;
  const ended = (end: Written['end']): Written => ({ words, end, depth: around.length, parent: around.at(-1) ?? '', around });
  for (let m = token.exec(text); m; m = token.exec(text)) {
    const t = m[0];
    if (t.startsWith('#')) continue;
    if (t === ';' || t === '{' || t === '}') {
      if (raw < 0 && (words.length || t === ';')) yield ended(t);
      if (t === '{') {
        const name = words[0]?.text ?? '';
        if (raw < 0 && RAW.test(name)) raw = around.length;
        around = [...around, name];
      } else if (t === '}') {
        around = around.slice(0, -1);
        if (raw >= around.length) raw = -1;
      }
      words = [];
      if (++count > MAX_STATEMENTS) return;
    } else words.push({ text: t, quoted: QUOTED_NAME.test(t) });
  }
  if (words.length && raw < 0) yield ended('end');
}

/** Blocks that hardly any other language has in this form. */
const TELLING = /^(server|location|upstream|http|events|stream|mail|map|geo|limit_except|split_clients|types)$/;

/** Directives that other programs have in the same form: of these alone nobody can tell. */
const COMMON = /^(include|user|group|root|pid|port|daemon|set|return|break|internal|listen|server|allow|deny|keepalive)$/;
/** Below a folder of nginx a text may hold this many statements that nobody knows for each that nginx has. */
const UNKNOWN_FOR_ONE = 4;

/** A network after `allow`, `all` after `deny`, a status, or a variable and its value in a file of its own: what only nginx means so. */
const telltale = ([name, first, ...more]: readonly Word[]): boolean =>
  (/^(allow|deny)$/.test(name!.text) && !more.length && /^(all|[\d.]+\/\d+|[\da-f:]+\/\d+)$/i.test(first?.text ?? '')) ||
  (name!.text === 'return' && /^[2-5]\d\d$/.test(first?.text ?? '')) ||
  (name!.text === 'set' && /^\$[A-Za-z_]\w*$/.test(first?.text ?? '') && more.length === 1 && !/^[-+*/.|&]?=/.test(more[0]!.text));

const written = ({ text, quoted }: Word): string => (quoted ? text.slice(1, -1) : text);

/** Whether nginx of today takes a whole statement: its arguments are what the directive wants. */
function isSound({ words }: Written, catalog: Catalog): boolean {
  const args = words.slice(1).map(written);
  const { target } = DEFAULT_SETTINGS;
  return catalog
    .directives(words[0]!.text)
    .some((fact) => acceptsCount(fact.args, args.length) && !checkValues(fact, args, target).some((f) => f.severity === 'error'));
}

/**
 * What the beginning of a text says. `path` is the file's, with forward slashes; `whole` is false where the text goes on. Never throws.
 */
export function verdictOn(text: string, path: string, catalog: Catalog, whole = true): Verdict {
  // a document holds examples, which its fences mark; a site may be called after a domain of Moldova
  if (/\.(?:md|markdown|mdx)$/i.test(path) && (!SITES.test(path) || OTHER_NAMES.test(nameOf(path)))) return 'foreign';
  const named = looksLikeNginx(path);
  const called = NGINX_NAME.test(path);
  const plain = withoutTemplates(text.slice(0, HEAD).replace(/^\uFEFF/, ''));
  if (/^\s*(#!|<\?(?!(?:php|=)[\s\S]*?\?>[\s\S]*\S)|<!|<[A-Z])/.test(text) || formOfText(text) !== null || isDump(text)) return 'foreign';
  let good = 0;
  let telling = 0;
  let unknown = 0;
  let foreign = 0;
  /** signs of a certain other form, which a mistake in nginx's own text does not make */
  let marks = 0;
  /** statements that nginx takes as they stand, with a word in them that tells */
  let sound = 0;
  /** how much more often `set` names no variable than one: another language's more than not, once a slip */
  let otherSets = 0;
  /** a directive of nginx begins a statement that nothing ends: it is being typed */
  let spoken = false;
  const templated = plain.length !== Math.min(text.length, HEAD);
  for (const statement of statements(plain)) {
    const { words, end, depth, parent, around } = statement;
    const name = words[0]?.text ?? '';
    const second = words[1]?.text ?? '';
    if (end === 'end' && !whole) break;
    // notes of what to type, with a site among the commands
    if (!called && words.some((w) => !w.quoted && w.text === 'sudo')) return 'foreign';
    if (!words.length) {
      // `};` of BIND, syslog-ng and C: nginx refuses a lone semicolon
      foreign++;
      continue;
    }
    if (/^\[/.test(name) || /^<\/?[A-Za-z]/.test(name) || words.some((w) => w.text === '=>')) marks++;
    else if (/^(=|:=|\+=|==)/.test(second) && !['if', 'location', 'set'].includes(name)) marks++;
    else if (/[=:]$/.test(name) || (!words[0]!.quoted && /^[\w.-]+[=:].+/.test(name) && end !== ';')) foreign++;
    else {
      const facts = catalog.directives(name);
      // what a template writes may be several words
      const known = facts.some((f) => f.args.block === (end === '{') && (templated || acceptsCount(f.args, words.length - 1)));
      // a block that nobody knows has words of its own: `http` and `server` of another program among them
      const within = templated || around.every((block) => RAW.test(block) || catalog.directives(block).some((f) => f.args.block));
      if (known && !within) continue;
      if (known && (end === ';' || end === '{')) {
        good++;
        if (name === 'set') otherSets += second.startsWith('$') ? -1 : 1;
        if (end === '{' ? TELLING.test(name) && (depth === 0 || catalog.directives(parent).length > 0) : /_/.test(name)) telling++;
        // `server {` alone may be anyone's; `proxy_pass http://app;` is not
        if (good >= BEYOND_DOUBT && telling > 1 && !unknown && !foreign && !marks) return 'nginx';
        if (end === ';' && depth === 0 && (!COMMON.test(name) || telltale(words)) && isSound(statement, catalog)) sound++;
      } else if (end === ';' || end === '{') unknown++;
      // nginx ends a statement before it closes a block: a lone mistake in nginx's text, the rule in many other languages
      else {
        foreign++;
        spoken ||= facts.length > 0;
      }
    }
  }
  foreign += 2 * marks;
  const against = unknown + 2 * foreign;
  // a site that is switched off by comments is nginx's all the same
  const off = named && !good && !against && !marks ? plain.replace(/^[ \t]*#[ \t]?/gm, '') : plain;
  if (off !== plain) return verdictOn(off, path, catalog, whole);
  const bounded = called || unknown <= UNKNOWN_FOR_ONE * good + SLIPS;
  if (good > 0 && (named ? foreign <= good && bounded : telling > 0 && against <= good + (marks ? 0 : SLIPS))) return 'nginx';
  if (sound > 0 && against === 0 && marks === 0 && otherSets <= 0) return 'nginx';
  // neither a line that ends as nginx's do nor a word of nginx's: a file of another program, whatever folder it is in
  if (whole && !good && !unknown && foreign > 0 && !spoken) return 'foreign';
  return marks > good / 2 ? 'foreign' : 'unsure';
}
