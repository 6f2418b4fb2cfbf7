/**
 * Configurations inside of other texts: scalars of YAML (ConfigMaps, Helm templates of them, compose, cloud-init, Ansible, workflows), annotations of
 * ingress controllers, here-documents of shells and Dockerfiles, strings of NixOS's modules, fences of Markdown. They are found by content, and read at their true places: a
 * configuration is shown as the host's text with all else blanked. Pure; bounded; what cannot be read is left out.
 */

import { type Document, isMap, isPair, isScalar, isSeq, type ParsedNode, parseAllDocuments, type Scalar, visit } from 'yaml';
import type { TextEdit } from '../base/edit.ts';
import { applyEdits } from '../base/edit.ts';
import { basename, type FileId, within } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { Context } from '../catalog/context.ts';
import { type Engine, engineOfName, isForTerraform, nested } from '../syntax/template/engines.ts';
import { FILLER, JOINT, type Window } from '../syntax/template.ts';
import { NginxQuotes } from './nginx-quotes.ts';
import { nixStrings } from './nix-text.ts';
import { type ShellWord, writtenBy } from './shell-words.ts';

export interface Embedded {
  /** a name below that of the host: those of one ConfigMap are in one folder, and may include each other */
  readonly id: FileId;
  readonly host: FileId;
  /** the key, the path or the fence that names it */
  readonly name: string;
  /** what the host says of where it will stand; null where the text itself tells */
  readonly contexts: readonly Context[] | null;
  /** the embedded text in the host, without indicators, quotes and marks */
  readonly span: Span;
  /** white space that every line of it begins with in the host */
  readonly indent: string;
  readonly window: Window;
  readonly quoting: Quoting;
  /** of a text in several words: the words, between their quotes */
  readonly words: readonly Span[] | null;
  /** the path of the file that it becomes, as it is written, by a script also without its folder; null where the host does not say one */
  readonly target: string | null;
}

/**
 * How the host writes a configuration: in lines of its own, in lines that it makes one of (`>` of YAML), between quotes, or as it is on one
 * line; `words` are those of a shell, each between quotes of its own.
 */
export type Quoting = 'lines' | 'folded' | 'double' | 'single' | 'plain' | 'words';

/** Texts of more characters are not looked into. */
const MAX_LENGTH = 1024 * 1024;
const MAX_FOUND = 200;
const MAX_NODES = 50_000;
/** levels of lists and maps */
const MAX_WAY = 40;

type Form = 'yaml' | 'shell' | 'markdown' | 'hcl' | 'puppet' | 'nix';

/** Endings of hosts that are themselves written by a template engine. */
const WRITTEN = ['j2', 'jinja', 'jinja2', 'tmpl', 'tpl', 'gotmpl', 'erb', 'liquid', 'tftpl', 'blade.php'];
const WRITTEN_ENDING = new RegExp(`\\.(${WRITTEN.join('|')})$`, 'i');

/** What a host is written in, by the ending of its name. Salt's states are YAML, Nomad's jobs and Terraform's modules HCL. */
const FORMS: readonly (readonly [Form, endings: readonly string[]])[] = [
  ['yaml', ['yaml', 'yml', 'sls']],
  ['shell', ['sh', 'bash', 'ash', 'zsh', 'blade.sh', 'dockerfile', 'containerfile']],
  ['markdown', ['md', 'markdown', 'mdx']],
  ['hcl', ['hcl', 'nomad', 'tf']],
  ['puppet', ['pp']],
  ['nix', ['nix']],
];
const FORM_OF = new Map(FORMS.flatMap(([form, endings]) => endings.map((e) => [e.slice(e.lastIndexOf('.') + 1), form] as const)));

function formOf(path: string, text: string | null = null): Form | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^(Dockerfile|Containerfile)\b/i.test(name) || HOLDERS.test(name)) return 'shell';
  if (/^(user-data|cloud-config)$/i.test(name)) return 'yaml';
  // Elastic Beanstalk's files are YAML
  if (/(^|\/)\.ebextensions\/[^/]+\.config$/.test(path)) return 'yaml';
  const ending = /\.([^.]+)$/.exec(name.replace(WRITTEN_ENDING, ''))?.[1]?.toLowerCase();
  const named = (ending && FORM_OF.get(ending)) || null;
  // `configmap.tpl` may be anything: its first line tells
  return named ?? (text !== null && WRITTEN_ENDING.test(name) ? formOfText(text) : null);
}

const SHELL_LINE = /^#![^\n]*\b(?:ba|da|a|z)?sh\b/;
/** A key at the margin, or the first item of a list, with nothing but comments, marks and the beginning of a document before it. */
const YAML_LINE =
  /^\uFEFF?(?:[ \t]*(?:#[^\n]*|\{[{%#][^\n]*[}%#]\}|---)?[ \t]*\r?\n)*(?:- +)?["']?[A-Za-z_][\w./-]*["']?:(?:[ \t]+[^\n;]*|[ \t]*)\r?\n/;

/** What the first lines of a text show it to be written in; null where they may be nginx's. */
export const formOfText = (text: string): 'shell' | 'yaml' | null =>
  SHELL_LINE.test(text) ? 'shell' : YAML_LINE.test(text) ? 'yaml' : null;

/** The same files as patterns for an editor. */
export const HOST_GLOBS: readonly string[] = [
  ...FORMS.map(([, endings]) => `**/*.{${endings.join(',')}}`),
  ...FORMS.map(([, endings]) => `**/*.{${endings.join(',')}}.{${WRITTEN.join(',')}}`),
  '**/{user-data,cloud-config}',
  '**/.ebextensions/*.config',
  '**/{Dockerfile,Containerfile}{,.*}',
  '**/{Vagrantfile,Jenkinsfile}',
  '**/*.{dockerfile,containerfile}',
  '**/*.{md,markdown,mdx}',
];

/** Whether a file of that path may hold configurations of nginx without being one; with its text, whether its form is that of one that may. */
export const mayHost = (path: string, text: string | null = null): boolean => formOf(path, text) !== null;

/** Whether only the text of a file tells what it is: `configmap.tpl`, `bootstrap.tftpl`. */
export const mayBeAnything = (path: string): boolean => WRITTEN_ENDING.test(path) && formOf(path) === null;

/** Documents within documents within documents: nobody writes more. */
const MAX_NESTED = 4;

/** What writes a here-document before anyone reads it. */
type Reader = 'shell' | 'terraform';

/** How here-documents begin: `word` ends them, `quoted` is there where nothing in them is written by the host. */
const OPENERS = table({
  shell: String.raw`<<[-~]?[ \t]*(?:(?<quoted>["']|\\(?=[\w.-]))?(?<word>[\w.-]+)["']?)`,
  hcl: String.raw`=[ \t]*<<[-~]?(?<word>[A-Za-z_]\w*)(?<quoted>(?!))?(?=[ \t]*\r?$)`,
  puppet: String.raw`@\([ \t]*(?:(?=")"|(?<quoted>))(?<word>\w+)"?[^)\n]*\)`,
} as const satisfies Record<Exclude<Form, 'yaml' | 'markdown' | 'nix'>, string>);

/** A line that ends a here-document. A script that is itself between quotes (`bash -c "…"`) may end with the mark. */
const endMark = (form: Form, mark: string, flags: string): RegExp =>
  new RegExp(
    form === 'puppet' ? `^[ \\t]*(?:\\|[ \\t]*)?-?[ \\t]*(${mark})[ \\t]*$` : `^[ \\t]*(${mark})(?=[ \\t]*\\r?$|["'])`,
    `m${flags}`,
  );

/** The last line of a text that may end a here-document, by the mark. */
const endsOf = (form: Form, text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(endMark(form, form === 'puppet' ? '\\w+' : '[\\w.-]+', 'g'))].map((m) => [m[1]!, m.index]));

/** Where a line of a shell or of a Dockerfile writes to: a word with its quotes. */
const SHELL_TARGET = (() => {
  const word = String.raw`((?:"[^"\n]*"|'[^'\n]*'|[^\s"'<>|;&])+)`;
  return new RegExp(String.raw`>{1,2}\s*${word}|\btee\s+(?:-a\s+)?${word}|^\s*(?:COPY|ADD)\s.*<<\S+\s+(\S+)`);
})();

/** The file that a here-document becomes, by what is around it; null where nothing says it. */
function targetOf(form: Form, text: string, at: number, start: number, end: number): string | null {
  const line = text.slice(text.lastIndexOf('\n', at) + 1, start);
  if (form === 'shell') {
    const name = SHELL_TARGET.exec(line);
    return (name?.[1] ?? name?.[2] ?? name?.[3])?.replace(/["']/g, '') || null;
  }
  // within the block: `destination = "local/site.conf"`, `file { '/etc/nginx/conf.d/site.conf': content => …`
  const before = text.slice(Math.max(0, at - 400), at);
  const behind = /^[^\n]*\n([\s\S]{0,400}?)(?:^[ \t]*\}|(?![\s\S]))/m.exec(text.slice(end, end + 600))?.[1] ?? '';
  const place =
    form === 'hcl' ? /\b(?:destination|filename|path)\s*=\s*"([^"\n]+)"/g : /(?:path\s*=>\s*|\bfile\s*\{\s*)["']([^"'\n]+)["']/g;
  const block = before.slice(Math.max(0, before.lastIndexOf(form === 'hcl' ? '\n\n' : '}\n')));
  return (
    [...behind.matchAll(place)][0]?.[1] ??
    [...block.matchAll(place)].at(-1)?.[1] ??
    /(\w+)\s*=>?\s*$/.exec(line.slice(0, line.indexOf('<<')))?.[1] ??
    null
  );
}

const WORDS =
  'listen|server_name|root|alias|index|return|rewrite|try_files|include|error_page|access_log|error_log|add_header|expires|allow|deny|resolver|keepalive_timeout|client_[a-z_]+|proxy_[a-z_]+|fastcgi_[a-z_]+|uwsgi_[a-z_]+|grpc_[a-z_]+|ssl_[a-z_]+|gzip[a-z_]*|limit_[a-z_]+|auth_[a-z_]+|more_set_headers|worker_[a-z_]+|log_format|sendfile|tcp_[a-z]+|real_ip_[a-z_]+|set_real_ip_from|sub_filter|charset|default_type|server_tokens|large_client_header_buffers|set';
const LINE = new RegExp(String.raw`(?:^|[\n;{}])[ \t]*(?:${WORDS})[ \t]+[^\n;{}][^\n]*;`);
/** A line of it whose end is missing. */
const UNENDED = new RegExp(String.raw`^\s*(?:${WORDS})[ \t]+\S`);
const BLOCK =
  /(?:^|[\n;{}])[ \t]*(?:server|http|events|stream|upstream[ \t]+\S+|location[ \t]+[^\n{]+|map[ \t]+\S+[ \t]+\$\w+|geo[ \t]+\$\w+)[ \t]*\{/;
const NAMED = /nginx|\.conf(\.|$)|vhost|default$|sites-/i;

/** A text without one of these words holds no configuration: most files of a repository are put aside by this alone. */
const HINT =
  /\b(?:server|location|upstream|events|http|proxy_pass|listen|server_name|add_header|more_set_headers|return|rewrite|snippet|nginx)\b/;

/** What every configuration within another text has somewhere: a line or a block of nginx's, also behind a quote or an escaped line end. */
const TRACE = new RegExp(
  String.raw`snippet|(?:^|[\n;{}"']|\\n)[ \t]*(?:(?:${WORDS})[ \t]+[^\n{}]*;|(?:server|http|events|stream|upstream[ \t]+\S+|location[ \t]+[^\n{]+|map[ \t]+\S+[ \t]+\$\w+|geo[ \t]+\$\w+)[ \t]*\{)`,
);

/** Whether a text is nginx's, by its form; with a name that speaks for it one line is enough. */
function isNginx(text: string, name: string): boolean {
  const plain = text.replace(/(^|[\s;{}])#[^\n]*/g, '$1').replace(/\{\{[^\n]*?\}\}|\{%[^\n]*?%\}/g, 'x');
  return LINE.test(plain) ? BLOCK.test(plain) || NAMED.test(name) : /(?:^|\n)[ \t]*events[ \t]*\{[ \t]*\}/.test(plain) && BLOCK.test(plain);
}

/** Snippets that ingress controllers put into a block of their own making, by the last part of the key. */
const SNIPPETS: Readonly<Record<string, readonly Context[]>> = table({
  'configuration-snippet': ['location'],
  'server-snippet': ['server'],
  'server-snippets': ['server'],
  'location-snippet': ['location'],
  'location-snippets': ['location'],
  'auth-snippet': ['location'],
  'http-snippet': ['http'],
  'http-snippets': ['http'],
  'main-snippet': ['main'],
  'main-snippets': ['main'],
  'stream-snippet': ['stream'],
  'stream-snippets': ['stream'],
});

function snippetOf(key: string): readonly Context[] | null {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return Object.hasOwn(SNIPPETS, name) ? SNIPPETS[name]! : null;
}

/**
 * The configurations in a text, in order. `host` is the file's own name. Never throws. `cut` hears why some may be missing: the text holds
 * something of nginx and goes beyond the limits.
 */
export function embeddedIn(host: FileId, path: string, text: string, cut: (why: string) => void = () => {}): Embedded[] {
  const form = formOf(path, text);
  if (!form || !HINT.test(text) || !(form === 'markdown' || TRACE.test(text))) return [];
  if (text.length > MAX_LENGTH) {
    cut(`it holds more than ${MAX_LENGTH / 1024} K characters`);
    return [];
  }
  const finder = new Finder(host, text, cut);
  try {
    if (form === 'yaml') finder.yaml();
    else if (form === 'markdown') finder.markdown();
    else if (form === 'nix') finder.nix();
    else finder.documents(form, { start: 0, end: text.length }, '');
  } catch {
    // a host that cannot be read holds nothing that can be shown
  }
  if (finder.found.length > MAX_FOUND) cut(`it holds more than ${MAX_FOUND} configurations`);
  return finder.found.sort((a, b) => a.span.start - b.span.start).slice(0, MAX_FOUND);
}

/** Options of NixOS's module whose text is put into a block of its making, by the last part of their path. */
const OPTIONS: Readonly<Record<string, readonly Context[]>> = table({
  appendHttpConfig: ['http'],
  commonHttpConfig: ['http'],
  httpConfig: ['http'],
  appendConfig: ['main'],
  prependConfig: ['main'],
  eventsConfig: ['events'],
  streamConfig: ['stream'],
});

/** The blocks around a text of `services.nginx`; null where it is not one, or a whole file. */
function optionOf(path: readonly string[]): readonly Context[] | null {
  const own = path.slice(path.indexOf('nginx') + 1);
  if (own.length === path.length) return null;
  const last = own.at(-1) ?? '';
  if (Object.hasOwn(OPTIONS, last)) return OPTIONS[last]!;
  if (last !== 'extraConfig') return null;
  return own.includes('locations')
    ? ['location']
    : own.includes('virtualHosts')
      ? ['server']
      : own.includes('upstreams')
        ? ['upstream']
        : null;
}

const NIX: Engine = { family: 'nix', name: 'nix' };

/** What is seen between two words of a command: nothing, or the value between two parts of one word. */
function betweenWords(source: string, { shown, joined, within }: ShellWord): string {
  if (joined && source.includes('$')) return source.replace(/["'](?=\$)/g, JOINT).replace(/["']/g, FILLER);
  // fillers alone would be a word of their own
  const quotes = source.replace(/[^\r\n]/g, within ? FILLER : ' ');
  return within && shown.startsWith('$') && source.endsWith('"') ? quotes.slice(0, -1) + JOINT : quotes;
}

/** Whether a text begins a here-document on a line of a shell's, or writes words to a file. */
const holdsScript = (text: string): boolean =>
  /^[ \t]*(?:[$#][ \t]+)?(?:sudo[ \t]+)?(?:cat|tee)\b[^\n;]*<<[-~]?[ \t]*\\?["']?[A-Za-z_]/m.test(text) || writesWords(text);

/** Whether a script writes words to a file: most have none. */
const writesWords = (script: string): boolean => /\b(?:echo|printf)\b/.test(script) && writtenBy(script).length > 0;
/** Files of Ruby and Groovy that hold scripts of a shell. */
const HOLDERS = /^(?:Vagrantfile|Jenkinsfile)/;
const TERRAFORM: Engine = { family: 'terraform', name: 'terraform' };
/** A key of YAML whose value Terraform fills in: then it fills in all of the file, whatever the file is called. */
const FILLED_KEY = /^[ \t]*(?:- +)?[\w-]+:[ \t]*[^\n#]*\$\{[a-z_][\w.]*\}/m;
/** Whether a text is what cloud-init is given, which Terraform and its kin hand to a machine; its commands are those of a shell. */
export const isCloudConfig = (text: string): boolean => /^\uFEFF?(?:## template:\s*jinja\s*\n)?#cloud-config\b/.test(text);
const AT_MARGIN = /^\$\{[^}\n]*\}(?=[ \t]*\r?$)/gm;

class Finder {
  readonly found: Embedded[] = [];
  private readonly ids = new Set<string>();
  private nodes = 0;
  /** Compose reads the dollar signs of all values of its files: `$$` is one, `${NAME}` a value */
  private compose = false;
  /** what writes the YAML that is being read, where that is a document itself */
  private reader: Reader | null = null;
  /** what writes the host itself, by its name */
  private readonly writer: Engine | null;

  constructor(
    private readonly host: FileId,
    private readonly text: string,
    private readonly cut: (why: string) => void,
  ) {
    const name = host.slice(host.lastIndexOf('/') + 1);
    const isWritten = WRITTEN_ENDING.test(name);
    // cloud-init fills in nothing itself, but for Jinja
    const isFilled = (isWritten || isCloudConfig(text)) && !text.includes('{{') && (FILLED_KEY.test(text) || isForTerraform(text));
    this.writer = isFilled ? TERRAFORM : isWritten ? engineOfName(name) : null;
  }

  private add(
    folder: string,
    name: string,
    span: Span,
    more: Partial<Pick<Embedded, 'contexts' | 'quoting' | 'words' | 'target'>> & { readonly window?: Window },
  ): void {
    const { text } = this;
    const base = name.replace(/[/\\]+$/, '').replace(/^.*[/\\]/, '') || 'nginx.conf';
    // folders by whose name people of a distribution are known
    const own = /(?:^|\/)((?:sites-(?:available|enabled)|http\.d|default\.d)\/)[^/]+$/.exec(name)?.[1] ?? '';
    let id = `${folder}/${own}${base}`;
    for (let n = 2; this.ids.has(id); n++) id = `${folder}.${n}/${own}${base}`;
    this.ids.add(id);
    const seen: Window = more.window ?? { visible: only(text, span, text.slice(span.start, span.end)), engine: null };
    const { visible, engine } = seen;
    // `.tpl` is what every engine's files are called: there the marks tell, as everywhere
    const writer = this.writer && (this.writer.family === 'terraform' || this.writer.family === 'erb') ? this.writer : null;
    const outer = nested(writer, text.includes('${{') && visible.includes('${{') ? { family: 'actions', name: 'actions' } : null);
    const window: Window = { ...seen, engine: nested(outer, engine) };
    this.found.push({
      id: within(this.host, id.replace(/[^\w./-]/g, '_')),
      host: this.host,
      name: base,
      contexts: more.contexts ?? null,
      span,
      indent: indentOf(text, span),
      window,
      quoting: more.quoting ?? 'lines',
      words: more.words ?? null,
      target: more.target ?? (name.startsWith('/') ? name : null),
    });
  }

  // YAML.

  yaml(own = this.text, reader: Reader | null = null): void {
    // a value at the margin would end the block that it is in
    let readable = withoutMarks(this.writer?.family === 'terraform' ? own.replace(AT_MARGIN, (m) => ' '.repeat(m.length)) : own);
    let documents = documentsOf(readable);
    for (let turn = 0; turn < MOST_TURNS && readable.length <= MOST_AGAIN && documents; turn++) {
      const joined = withWholeQuotes(readable, documents);
      if (joined === readable) break;
      readable = joined;
      documents = documentsOf(readable);
    }
    if (!documents) return;
    documents.forEach((document: Document.Parsed<ParsedNode>, i) => {
      this.compose = isMap(document.contents) && document.contents.has('services') && !document.contents.has('kind');
      this.reader = reader;
      if (document.contents) this.node(document.contents, readable, [String(i)], '');
      this.reader = null;
    });
  }

  private node(node: unknown, readable: string, way: readonly string[], key: string): void {
    if (++this.nodes > MAX_NODES || way.length > MAX_WAY || this.found.length > MAX_FOUND) {
      this.cut(
        way.length > MAX_WAY
          ? `it is nested more than ${MAX_WAY} levels deep`
          : `it holds more than ${MAX_NODES} values or ${MAX_FOUND} configurations`,
      );
      return;
    }
    if (isMap(node)) {
      const place = ['path', 'dest', 'destination', 'target', 'filename'].map((k) => node.get(k)).find((v) => typeof v === 'string');
      const type = node.get('kind') === 'Secret' ? 'Secret' : '';
      for (const pair of node.items) {
        if (!isPair(pair) || !isScalar(pair.key)) continue;
        const own = this.written(pair.key) ?? String(pair.key.value);
        // the values of a Secret are encoded
        if (type && own === 'data') continue;
        const name = own === 'content' || own === 'block' || own === 'inline' ? ((place as string | undefined) ?? way.at(-1) ?? own) : own;
        this.node(pair.value, readable, [...way, own], name);
      }
    } else if (isSeq(node)) for (const [i, item] of node.items.entries()) this.node(item, readable, [...way, String(i)], key);
    else if (isScalar(node) && typeof node.value === 'string' && node.range) this.scalar(node, node.value, readable, way, key);
  }

  /** A key with the marks of the template that it was read without; null for one without any. */
  private written({ range }: Scalar): string | null {
    const source = range ? this.text.slice(range[0], range[1]) : '';
    if (!ANYWHERE.test(source)) return null;
    ANYWHERE.lastIndex = 0;
    return source.replace(/^["']|["']$/g, '').replace(ANYWHERE, (m) => /\w+(?=\W*$)/.exec(m)?.[0] ?? '');
  }

  private scalar(node: Scalar, value: string, readable: string, way: readonly string[], key: string): void {
    const { text } = this;
    const [from, to] = [node.range![0], node.range![1]];
    const source = text.slice(from, to);
    const folder = way.slice(0, -1).join('.') || '0';
    const contexts = snippetOf(key);
    const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    if (!contexts && !value.includes('{') && !(block && LINE.test(value) && NAMED.test(key))) return;
    if (isCut(node, readable)) return;
    const isScript = !contexts && (/<<-?\s*\\?["']?\w/.test(value) || writesWords(value));
    if (isScript && block) {
      const head = from + source.indexOf('\n') + 1;
      this.documents('shell', { start: head, end: to }, folder, this.reader);
      return;
    }
    // on one line a command is read where YAML itself writes nothing of it otherwise
    if (isScript && writesWords(value)) {
      const inner = source.slice(1, -1);
      const plain = source === value ? { start: from, end: to } : inner === value ? { start: from + 1, end: to - 1 } : null;
      if (plain) this.commands(plain, text.slice(plain.start, plain.end), folder, this.reader);
      return;
    }
    if (contexts ? !/[;{]/.test(value) && !UNENDED.test(value) : !isNginx(value, key)) return;
    if (block) {
      const head = source.indexOf('\n');
      if (head < 0) return;
      const span = { start: from + head + 1, end: to };
      const inner = text.slice(span.start, span.end);
      // lines of a folded scalar are one line, which only a comment tells
      const shown = node.type === 'BLOCK_FOLDED' && /(^|\s)#/.test(inner) ? unfolded(inner) : inner;
      this.add(folder, key, span, {
        contexts,
        window: this.windowOf(span, shown),
        quoting: node.type === 'BLOCK_LITERAL' ? 'lines' : 'folded',
      });
      return;
    }
    const quote = source[0];
    const span = quote === '"' || quote === "'" ? { start: from + 1, end: to - 1 } : { start: from, end: to };
    const inner = text.slice(span.start, span.end);
    const shown = quote === '"' || quote === "'" ? unquoted(inner, quote) : inner;
    const quoting = quote === '"' ? 'double' : quote === "'" ? 'single' : 'plain';
    if (shown !== null) this.add(folder, key, span, { contexts, window: this.windowOf(span, shown), quoting });
  }

  /** What is seen through a scalar, with the dollar signs that its host reads. */
  private windowOf(span: Span, shown: string): Window {
    if (this.reader) return this.readBy(this.reader, span, shown);
    if (!this.compose) return { visible: only(this.text, span, shown), engine: null };
    if (!shown.includes('$')) return { visible: only(this.text, span, shown), engine: null, escapes: 'compose' };
    const visible = only(this.text, span, shown.replaceAll('$$', `${FILLER}$`));
    return { visible, engine: { family: 'compose', name: 'compose' }, escapes: 'compose' };
  }

  // Shells, Dockerfiles, HCL, Puppet.

  /**
   * Here-documents; `folder` keeps those of different places apart. One that holds others is a script, or a file of another form: what is inside
   * is looked for there, and `outer` writes it first.
   */
  documents(form: Exclude<Form, 'yaml' | 'markdown' | 'nix'>, within: Span, folder: string, outer: Reader | null = null, depth = 0): void {
    const text = this.text.slice(within.start, within.end);
    const opener = new RegExp(OPENERS[form], 'gm');
    /** the script with its documents blanked */
    let code = '';
    const codeTo = (end: number): void => {
      code += text.slice(code.length, end);
    };
    let ends: ReadonlyMap<string, number> | null = null;
    for (let m = opener.exec(text); m && this.found.length <= MAX_FOUND; m = opener.exec(text)) {
      const { word, quoted } = m.groups!;
      const start = text.indexOf('\n', m.index + m[0].length) + 1;
      if (start === 0) return;
      // nobody looks through the rest for the end of each that has none
      ends ??= endsOf(form, text);
      if ((ends.get(word!) ?? -1) < start) continue;
      const close = endMark(form, word!.replace(/[.-]/g, '\\$&'), '').exec(text.slice(start));
      if (!close) continue;
      const end = start + close.index;
      const inner = text.slice(start, end);
      opener.lastIndex = end;
      codeTo(start);
      code += inner.replace(/[^\r\n]/g, ' ');
      const span = { start: within.start + start, end: within.start + end };
      // Ruby leaves the dollar signs of its documents alone
      const holder = depth === 0 && basename(this.host).startsWith('Vagrantfile') ? outer : 'shell';
      const reader = form === 'hcl' ? 'terraform' : quoted === undefined ? holder : outer;
      const at = `${folder || 'here'}.${this.found.length}`;
      if (/<<[-~]?[ \t]*\\?["']?[A-Za-z_]/.test(inner) || writesWords(inner)) {
        if (depth < MAX_NESTED) this.documents('shell', span, at, reader, depth + 1);
        else this.cut(`it holds documents nested more than ${MAX_NESTED} deep`);
        continue;
      }
      if (/^\s*#cloud-config\b/.test(inner)) {
        if (depth < MAX_NESTED) this.yaml(only(this.text, span, inner), reader);
        else this.cut(`it holds documents nested more than ${MAX_NESTED} deep`);
        continue;
      }
      const target = targetOf(form, text, m.index, start, end);
      const name = target ?? 'nginx.conf';
      if (!isNginx(reader === 'shell' ? inner.replaceAll('\\$', '$') : inner, name)) continue;
      const seen = this.readBy(reader, span, inner);
      // a document of Puppet's knows no escapes but those that its mark names
      const window: Window =
        form === 'puppet' && seen.escapes && !/\/(?:[^)]*\$|[ \t]*\))/.test(m[0]) ? { ...seen, escapes: 'puppet' } : seen;
      this.add(at, name, span, { window, ...(form === 'shell' ? { target } : {}) });
    }
    codeTo(text.length);
    if (form === 'shell') this.commands(within, code, folder, outer);
  }

  /** What `echo` and `printf` of a script write, as one text with all between its words blanked. */
  private commands(within: Span, code: string, folder: string, outer: Reader | null): void {
    for (const { target, words, filled } of writtenBy(code)) {
      if (this.found.length > MAX_FOUND) return;
      const first = words[0]!.start;
      const last = words.at(-1)!.end;
      let shown = '';
      for (const word of words) shown += betweenWords(code.slice(first + shown.length, word.start), word) + word.shown;
      // a comment of one word would go on over those behind it on its line
      if (
        words.length > 1 &&
        words
          .slice(0, -1)
          .some((w, i) => w.shown.includes('#') && !words[i + 1]!.joined && !code.slice(w.end, words[i + 1]!.start).includes('\n'))
      )
        continue;
      if (!isNginx(shown.replaceAll(FILLER, '').replaceAll(JOINT, ''), target)) continue;
      const span = { start: within.start + first, end: within.start + last };
      const engine: Engine | null =
        filled || outer === 'shell' ? { family: 'shell', name: 'shell' } : outer === 'terraform' ? TERRAFORM : null;
      const literal =
        outer === 'shell' ? [] : words.filter((w) => w.literal).map((w) => ({ start: within.start + w.start, end: within.start + w.end }));
      const own = engine
        ? { visible: only(this.text, span, shown), engine, ...(literal.length ? { literal } : {}) }
        : this.windowOf(span, shown);
      this.add(`${folder || 'words'}.${this.found.length}`, target, span, {
        window: own,
        target,
        quoting: 'words',
        words: words.map((w) => ({ start: within.start + w.start, end: within.start + w.end })),
      });
    }
  }

  /** What is seen through the program that writes a text first. */
  private readBy(reader: Reader | null, span: Span, inner: string): Window {
    if (reader === null) return this.windowOf(span, inner);
    if (reader === 'terraform') return { visible: only(this.text, span, inner), engine: TERRAFORM, escapes: 'terraform' };
    const own = this.compose ? inner.replace(/\\\$\$/g, `${FILLER}${FILLER}$`) : inner;
    const shown = own.replace(/\\([$`\\])/g, `${FILLER}$1`).replace(/\\\n/g, '  \n'.slice(1));
    return {
      visible: only(this.text, span, shown),
      engine: { family: 'shell', name: 'shell' },
      escapes: this.compose ? 'composed-shell' : 'shell',
    };
  }

  // Modules of NixOS.

  nix(): void {
    for (const { span, path, file } of nixStrings(this.text)) {
      if (this.found.length > MAX_FOUND) return;
      const inner = this.text.slice(span.start, span.end);
      const contexts = optionOf(path);
      const key = path.at(-1) ?? '';
      if (contexts ? !/[;{]/.test(inner) : !isNginx(inner, file ?? key)) continue;
      // what escapes a line's end is no character of the text's own
      if (inner.includes("''\\")) continue;
      const shown = inner
        .replaceAll("''$", `${FILLER}${FILLER}$`)
        .replace(/'{3}/g, (_, at: number) => (/^[\s;{}]?$/.test(inner[at - 1] ?? '') ? " ''" : `${FILLER}''`));
      const target = path.at(-2) === 'nginx' && /^config(?:File)?$/.test(key) ? '/etc/nginx/nginx.conf' : null;
      const name = target ?? file ?? `${key || 'nginx'}.conf`;
      this.add(`nix.${this.found.length}`, name, span, {
        contexts,
        window: { visible: only(this.text, span, shown), engine: NIX },
        target,
      });
    }
  }

  // Markdown.

  markdown(): void {
    const { text } = this;
    const fence = /^([ \t>]*)(?:(`{3,}|~{3,})[ \t]*([^\n`]*)|\{%-?[ \t]*highlight[ \t]+([\w+.-]+)[^%\n]*%\}[ \t]*\r?)\n/gm;
    for (let m = fence.exec(text); m && this.found.length <= MAX_FOUND; m = fence.exec(text)) {
      const start = m.index + m[0].length;
      const closing = m[2] ? `^[ \\t>]*${m[2][0]}{${m[2].length},}[ \\t]*$` : '^[ \\t>]*\\{%-?[ \\t]*endhighlight\\b';
      const close = new RegExp(closing, 'm').exec(text.slice(start));
      const end = close ? start + close.index : text.length;
      fence.lastIndex = end + (close?.[0].length ?? 0);
      const language = /^[\w+.-]*/.exec((m[3] ?? m[4]!).replace(/^\{\.?/, ''))![0].toLowerCase();
      const inner = text.slice(start, end);
      if (m[1]!.includes('>')) continue;
      const span = { start, end };
      const folder = `fence.${this.found.length}`;
      const isUnsaid = /^(conf|config|text|txt|)$/.test(language);
      // what a fence without a language shows may be typed into a shell
      if (/^(sh|bash|shell|console|zsh|dockerfile)$/.test(language) || (isUnsaid && holdsScript(inner)))
        this.documents('shell', span, folder);
      else if (/^(hcl|terraform|nomad)$/.test(language)) this.documents('hcl', span, folder);
      // a language that is named is believed; dots stand for what a reader fills in
      else if (language === 'nginx' ? !/^\s*(\.\.\.|…)/m.test(inner) : isUnsaid && isNginx(inner, ''))
        this.add(folder, 'nginx.conf', span, {});
    }
  }
}

/** The documents of a YAML text; null where there are none. */
function documentsOf(text: string): readonly Document.Parsed<ParsedNode>[] | null {
  const documents = parseAllDocuments(text, { strict: false, uniqueKeys: false, logLevel: 'silent' });
  return Array.isArray(documents) ? documents : null;
}

/** A YAML text of so many characters is read again so often for texts between quotes that end too early. */
const MOST_AGAIN = 128 * 1024;
const MOST_TURNS = 8;

/**
 * Lines of a text between quotes may go back to the margin for all who read YAML in earnest (libyaml, go-yaml); the parser ends it
 * there. Such a text becomes one line of the same length, as it is one to them.
 */
function withWholeQuotes(text: string, documents: readonly Document.Parsed<ParsedNode>[]): string {
  const parts: string[] = [];
  let last = 0;
  for (const document of documents) {
    // one that is cut after an escaped quote lacks none for the parser
    if (!document.errors.length) continue;
    visit(document, {
      Scalar: (_, node) => {
        const from = node.range?.[0] ?? 0;
        if (from < last || !isCut(node, text)) return;
        const whole = wholeAt(text, from);
        if (whole === null) return;
        parts.push(text.slice(last, from), whole.replace(/[\r\n]/g, ' '));
        last = from + whole.length;
      },
    });
  }
  return parts.length ? parts.join('') + text.slice(last) : text;
}

const WHOLE_DOUBLE = /"(?:[^"\\]|\\[\s\S])*"/y;
const WHOLE_SINGLE = /'(?:[^']|'')*'/y;

/** What is between the quotes that begin at a place, with them; null where none end it. */
function wholeAt(text: string, at: number): string | null {
  const mask = text[at] === '"' ? WHOLE_DOUBLE : WHOLE_SINGLE;
  mask.lastIndex = at;
  return mask.exec(text)?.[0] ?? null;
}

/** Whether a scalar of a text begins with a quote and ends before the one that ends it. */
const isCut = ({ type, range }: Scalar, text: string): boolean =>
  (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') && range != null && wholeAt(text, range[0])?.length !== range[1] - range[0];

/** The last host with everything blanked: of one host many parts are shown, one after the other. */
let blanked = { text: '', blank: '' };

function blankOf(text: string): string {
  if (blanked.text !== text) blanked = { text, blank: text.replace(/[^\r\n]/g, ' ') };
  return blanked.blank;
}

/** The text with all but a part of it blanked, which is shown in another way of the same length. */
function only(text: string, { start, end }: Span, shown: string): string {
  const blank = blankOf(text);
  return blank.slice(0, start) + shown + blank.slice(end);
}

/** The white space that all lines with something in them begin with. */
function indentOf(text: string, { start, end }: Span): string {
  let indent: string | null = null;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  if (/\S/.test(text.slice(lineStart, start))) return '';
  for (const line of text.slice(lineStart, end).split('\n')) {
    if (!line.trim()) continue;
    const own = /^[ \t]*/.exec(line)![0];
    if (indent === null) indent = own;
    else while (!own.startsWith(indent)) indent = indent.slice(0, -1);
  }
  return indent ?? '';
}

const MARK = String.raw`\{\{(?:(?!\}\})[\s\S])*\}\}|\{%(?:(?!%\})[\s\S])*%\}|<%(?:(?!%>)[\s\S])*%>|(?<![\w$])%\{[^}\n]*\}`;
const ALONE = new RegExp(String.raw`^[ \t]*(?:${MARK})[ \t]*$`, 'gm');
const ANYWHERE = new RegExp(MARK, 'g');

/** Marks of templates that YAML would stumble over: on lines of their own they vanish, elsewhere they become a word. */
export const withoutMarks = (text: string): string =>
  text.includes('{{') || text.includes('{%') || text.includes('<%') || text.includes('%{')
    ? text.replace(ALONE, (m) => m.replace(/[^\r\n]/g, ' ')).replace(ANYWHERE, (m) => m.replace(/[^\r\n]/g, 'x'))
    : text;

/** A folded scalar: line ends within a paragraph are spaces. */
const unfolded = (inner: string): string => inner.replace(/\n(?=[ \t]*\S)/g, (_, at: number) => (inner[at - 1] === '\n' ? '\n' : ' '));

/**
 * A scalar between quotes with its escapes written out; null when one of them is a character that cannot be shown in place. Its lines are one
 * for YAML: a line end is a space, and one after a backslash between double quotes is nothing.
 */
function unquoted(inner: string, quote: string): string | null {
  const out: string[] = [];
  const quotes = new NginxQuotes();
  let length = 0;
  const put = (shown: string): void => {
    out.push(shown);
    length += shown.length;
  };
  // only a comment tells a space from a line end
  const fold = inner.includes('#') ? ' ' : '\n';
  for (let at = 0; at < inner.length; at++) {
    const c = inner[at]!;
    if (c === '\n' || c === '\r') {
      const line = lineEndAt(inner, at);
      // an empty line is a line end
      const end = /[\r\n]/.test(inner[at + line] ?? '') ? '\n' : fold;
      put(quotes.put(quotes.isOpen ? ' ' + FILLER.repeat(line - 1) : end + ' '.repeat(line - 1)));
      at += line - 1;
    } else if (c === quote) {
      put(quotes.pair(c));
      at++;
    } else if (c !== '\\' || quote !== '"') put(quotes.put(c));
    else {
      const next = inner[++at];
      if (next === 'n') put(quotes.put(' \n'));
      else if (next === 't' || next === 'r') put(quotes.put('  '));
      else if (next === ' ') put(quotes.put(quotes.isOpen ? `${FILLER} ` : '  '));
      else if (next === '"' || next === '\\' || next === '/') put(quotes.pair(next));
      else if (next === '\n' || next === '\r') {
        const line = lineEndAt(inner, at);
        // a word goes on after it, unless white space is written at either side
        const goesOn = quotes.isOpen || (!quotes.isApart && !/^(?:\\[ ntr]|[;{}]|$)/.test(inner.slice(at + line, at + line + 2)));
        put(quotes.put((goesOn ? FILLER : ' ').repeat(line + 1)));
        at += line - 1;
      } else return null;
    }
  }
  return length === inner.length ? out.join('') : null;
}

/** How long a line end is with the white space that the next line begins with, which belongs to it. */
const lineEndAt = (text: string, at: number): number => /^\r?\n?[ \t]*/.exec(text.slice(at, at + MOST_INDENT))![0].length;

/** Characters of white space before a line of a scalar that are looked at. */
const MOST_INDENT = 400;

/**
 * Whether edits change nothing of a host but the embedded text: they are within it, and the host still says the same apart from it. For YAML it
 * is read before and after.
 */
export function keepsHost(embedded: Embedded, path: string, text: string, edits: readonly TextEdit[]): boolean {
  const { span, indent, quoting, words, window } = embedded;
  if (!edits.every((e) => e.span.start >= span.start && e.span.end <= span.end)) return false;
  if (window.escapes === 'puppet' && edits.some((e) => e.newText.includes('$'))) return false;
  // a word of a shell stays one: nothing new in it means anything between any quotes
  if (quoting === 'words')
    return edits.every((e) => words?.some((w) => e.span.start >= w.start && e.span.end <= w.end) && !/["'\\$`%!\r\n]/.test(e.newText));
  // within quotes or a plain scalar a line end, a quote or a backslash would mean something to the host
  if (
    formOf(path, text) === 'yaml' &&
    !/[\n\r]/.test(text[span.start - 1] ?? '\n') &&
    // white space has its escapes between double quotes
    edits.some((e) => /[\n\r"'\\]|: | #/.test(quoting === 'double' ? e.newText.replace(/^(?: |\\[nt])+$/, '') : e.newText))
  )
    return false;
  const after = applyEdits(text, edits);
  const end = span.end + after.length - text.length;
  const inner = after.slice(span.start, end);
  // lines of a block stay within its indentation
  if (indent && inner.split('\n').some((line) => line.trim() && !line.startsWith(indent))) return false;
  const form = formOf(path, text);
  // an edit may hold what means something to Nix only where it stood before
  const ofNix = (s: string): string => (s.match(/''[$'\\]?|\$\{/g) ?? []).join(' ');
  if (form === 'nix' && edits.some((e) => ofNix(e.newText)) && ofNix(text.slice(span.start, span.end)) !== ofNix(inner)) return false;
  if (form === 'markdown' && (inner.match(/^[ \t]*(`{3,}|~{3,})/gm)?.length ?? 0) > 0) return false;
  if (form !== 'yaml') return true;
  const [before, now] = [shape(text, span), shape(after, { start: span.start, end })];
  return before !== null && before === now;
}

/** The tree of a YAML text as text, without the scalar that holds a span; null when it does not parse. */
function shape(text: string, span: Span): string | null {
  try {
    const documents = parseAllDocuments(withoutMarks(text), { strict: false, uniqueKeys: false, logLevel: 'silent' });
    if (!Array.isArray(documents)) return null;
    const write = (node: unknown, depth: number): unknown => {
      if (depth > 60) return '…';
      if (isMap(node)) return { map: node.items.map((p) => (isPair(p) ? [write(p.key, depth + 1), write(p.value, depth + 1)] : null)) };
      if (isSeq(node)) return node.items.map((i) => write(i, depth + 1));
      if (!isScalar(node)) return null;
      const [from, , to] = node.range ?? [0, 0, 0];
      return from <= span.start && span.end <= to + 1 && to > from ? '(the configuration)' : [node.type, node.value];
    };
    return JSON.stringify(documents.map((d) => [d.errors.length, write(d.contents, 0)]));
  } catch {
    return null;
  }
}
