/**
 * Template engines: how each marks what it fills in and what it steers with, and by what a file of it is known. One row an engine; nothing is
 * evaluated.
 */

import type { Span } from '../../base/span.ts';
import { table } from '../../base/table.ts';
import type { Notation } from './condition.ts';
import { holdsPlaceholder, OF_NGINX, PLACEHOLDERS, steering } from './placeholders.ts';

/** What an opening mark begins. The text of `definition` is written elsewhere, that of `dropped` nowhere. */
export type Begins = 'condition' | 'case' | 'loop' | 'definition' | 'dropped' | 'plain';

export interface Sort {
  /** `value` fills in text, `control` steers or does nothing that is seen, `note` is a comment */
  readonly kind: 'value' | 'control' | 'note';
  readonly role?: 'open' | 'middle' | 'close';
  readonly begins?: Begins;
  /** the text of the condition, of a `case` and of its alternatives, of what a loop goes over; absent for the last alternative */
  readonly test?: string;
  /** the condition is turned round (`unless`) */
  readonly inverse?: boolean;
  /** names that stand for another value within what it begins; `.` for Go's and Handlebars' own */
  readonly locals?: readonly string[];
  /** of a definition */
  readonly name?: string;
  /** no mark counts up to the next closing one */
  readonly raw?: boolean;
  /** writes text of another file or definition, whole lines as a rule */
  readonly hole?: boolean;
  /** white space behind it, up to and with the line's end, is not written */
  readonly trims?: boolean;
}

export interface Mark extends Span {
  readonly sort: Sort;
  readonly text: string;
}

interface Family {
  /** one whole mark; global. A mark that is not closed on its line is taken to the line's end: it is being typed */
  readonly marks: RegExp;
  readonly notation: Notation;
  sort(mark: string): Sort;
}

const VALUE: Sort = { kind: 'value' };
const CONTROL: Sort = { kind: 'control' };
const NOTE: Sort = { kind: 'note' };
const open = (begins: Begins, more: Partial<Sort> = {}): Sort => ({ kind: 'control', role: 'open', begins, ...more });
const middle = (test?: string, more: Partial<Sort> = {}): Sort => ({
  kind: 'control',
  role: 'middle',
  ...(test === undefined ? {} : { test }),
  ...more,
});
const CLOSE: Sort = { kind: 'control', role: 'close' };

type Row = readonly [RegExp, (m: RegExpExecArray) => Sort];

/** Sorts by the first row whose expression fits what is within the mark. */
function byRows(rows: readonly Row[], other: Sort, head: RegExp, tail: RegExp, trims: RegExp): (mark: string) => Sort {
  return (mark) => {
    const inner = mark.replace(head, '').replace(tail, '').trim();
    for (const [test, make] of rows) {
      const m = test.exec(inner);
      if (m) return trims.test(mark) ? { ...make(m), trims: true } : make(m);
    }
    return trims.test(mark) ? { ...other, trims: true } : other;
  };
}

const names = (list: string): string[] => list.match(/[$@]?[A-Za-z_]\w*/g) ?? [];

// Jinja2, Ansible, Liquid, Twig, Django: `{% if x %}`.
const JINJA_ROWS: readonly Row[] = [
  [/^if\b([\s\S]*)$/, (m) => open('condition', { test: m[1]! })],
  [/^unless\b([\s\S]*)$/, (m) => open('condition', { test: m[1]!, inverse: true })],
  [/^case\b([\s\S]*)$/, (m) => open('case', { test: m[1]! })],
  [/^when\b([\s\S]*)$/, (m) => middle(m[1]!)],
  [/^for\b([\s\S]*?)\bin\b([\s\S]*)$/, (m) => open('loop', { test: m[2]!, locals: [...names(m[1]!), 'loop', 'forloop'] })],
  [/^(for|tablerow)\b([\s\S]*)$/, (m) => open('loop', { test: m[2]! })],
  [/^macro\s+(\w+)/, (m) => open('definition', { name: m[1]! })],
  [/^capture\s+(\w+)/, (m) => open('definition', { name: m[1]! })],
  [/^set\s+(\w+)\s*(\|[^=]*)?$/, (m) => open('definition', { name: m[1]! })],
  [/^comment\b/, () => open('dropped')],
  [/^(raw|verbatim)\b/, () => open('plain', { raw: true })],
  [/^(block|filter|call|with|autoescape|trans)\b/, () => open('plain')],
  [/^(?:elif|elsif|elseif)\b([\s\S]*)$/, (m) => middle(m[1]!)],
  [/^else\b/, () => middle()],
  [/^end/, () => CLOSE],
  [/^(include|extends|render|import)\b/, () => ({ kind: 'control', hole: true })],
];
const jinjaControl = byRows(JINJA_ROWS, CONTROL, /^\{%[-+~]?/, /[-+~]?%\}$/, /(?<!\+)%\}$/);

// Ruby's words, Puppet's braces.
const ERB_ROWS: readonly Row[] = [
  // Mason writes a value so, where Ruby and Puppet would do nothing
  [/^\$\w+$/, () => VALUE],
  [/^\}\s*els(?:if|e\s+if)\s+([\s\S]*?)\{$/, (m) => middle(m[1]!)],
  [/^\}[\s\S]*\{(\s*\|[^|]*\|)?$/, () => middle()],
  [/^elsif\b([\s\S]*?)(\bthen)?$/, (m) => middle(m[1]!)],
  [/^(?:when|in)\b([\s\S]*?)(\bthen)?$/, (m) => middle(m[1]!)],
  [/^(else|rescue|ensure)\b/, () => middle()],
  [/^(?:if|unless)\b[\s\S]*\bend$/, () => CONTROL],
  [/^if\b([\s\S]*?)(\bthen|\{)?$/, (m) => open('condition', { test: m[1]! })],
  [/^unless\b([\s\S]*?)(\bthen|\{)?$/, (m) => open('condition', { test: m[1]!, inverse: true })],
  [/^case\b([\s\S]*?)\{?$/, (m) => open('case', { test: m[1]! })],
  [/^([\s\S]*?)(?:\bdo|\{)\s*\|([^|]*)\|\s*\{?$/, (m) => open('loop', { test: m[1]!, locals: names(m[2]!) })],
  [/^for\b([\s\S]*?)\bin\b([\s\S]*?)(\bdo)?$/, (m) => open('loop', { test: m[2]!, locals: names(m[1]!) })],
  [/^(while|until)\b([\s\S]*)$/, (m) => open('loop', { test: m[2]! })],
  [/^([\s\S]*?)(\bdo|\{)$/, (m) => open('loop', { test: m[1]! })],
  [/^begin\b/, () => open('plain')],
  [/^(end\b|\})/, () => CLOSE],
];
const erbControl = byRows(ERB_ROWS, CONTROL, /^<%-?/, /[-+]?%>$/, /-%>$/);

const EJS_ROWS: readonly Row[] = [
  [/^include\b/, () => ({ kind: 'value', hole: true })],
  [/^\}\s*else\s+if\s*([\s\S]*?)\{$/, (m) => middle(m[1]!)],
  [/^\}\s*else\s*\{$/, () => middle()],
  [/^\}[\s\S]*\{$/, () => middle()],
  [/^if\s*([\s\S]*?)\{$/, (m) => open('condition', { test: m[1]! })],
  [
    /^for\s*\(\s*(?:const|let|var)?\s*([\w$,\s[\]{}]+?)\s+(?:of|in)\s+([\s\S]*)\)\s*\{$/,
    (m) => open('loop', { test: m[2]!, locals: names(m[1]!) }),
  ],
  [
    /^([\s\S]*?)\.(?:forEach|map|each)\(\s*(?:function\s*)?\(?([\w\s,{}[\]$]*)\)?\s*(?:=>)?\s*\{$/,
    (m) => open('loop', { test: m[1]!, locals: names(m[2]!) }),
  ],
  [/^(?:for|while)\s*([\s\S]*?)\{$/, (m) => open('loop', { test: m[1]!, locals: ['i', 'j'] })],
  [/\{$/, () => open('plain')],
  [/^\}/, () => CLOSE],
];
const ejsControl = byRows(EJS_ROWS, CONTROL, /^<%_?/, /[-_]?%>$/, /[-_]%>$/);

const GO_ROWS: readonly Row[] = [
  [/^(\/\*|!)/, () => NOTE],
  [/^if\b([\s\S]*)$/, (m) => open('condition', { test: m[1]!.replace(/^\s*\$\w+\s*:=/, '') })],
  [/^with\b([\s\S]*)$/, (m) => open('condition', { test: m[1]!.replace(/^\s*\$\w+\s*:=/, ''), locals: ['.'] })],
  [/^range\b([\s\S]*?)(?::=|$)([\s\S]*)$/, (m) => open('loop', { test: m[2] || m[1]!, locals: ['.', ...(m[2] ? names(m[1]!) : [])] })],
  [/^define\s+["`]([^"`]*)["`]/, (m) => open('definition', { name: m[1]! })],
  [/^block\b/, () => open('plain', { locals: ['.'] })],
  [/^#if\b([\s\S]*)$/, (m) => open('condition', { test: m[1]! })],
  [/^#unless\b([\s\S]*)$/, (m) => open('condition', { test: m[1]!, inverse: true })],
  [/^#each\b([\s\S]*)$/, (m) => open('loop', { test: m[1]!, locals: ['this', '.', '@'] })],
  [/^#\*inline\s+"([^"]*)"/, (m) => open('definition', { name: m[1]! })],
  // a section of Mustache is there once, several times or not at all
  [/^#>?\s*([\s\S]*)$/, (m) => open('loop', { test: m[1]!, locals: ['this', '.', '@'] })],
  [/^\^\s*(\S[\s\S]*)$/, (m) => open('condition', { test: m[1]!, inverse: true })],
  [/^else\s+(?:if|with)\b([\s\S]*)$/, (m) => middle(m[1]!)],
  [/^(else\b|\^$)/, () => middle()],
  [/^(\/|end\b)/, () => CLOSE],
  [/^(template|include|tpl|partial|>)/, () => ({ kind: 'value', hole: true })],
  [/^(\$\w+\s*(:=|=)|(break|continue)\b)/, () => CONTROL],
];

const MAKO_ROWS: readonly Row[] = [
  [/^(##|<%doc>)/, () => NOTE],
  [/^%\s*if\b([\s\S]*?):?$/, (m) => open('condition', { test: m[1]! })],
  [/^%\s*elif\b([\s\S]*?):?$/, (m) => middle(m[1]!)],
  [/^%\s*(else|except\b|finally\b)/, () => middle()],
  [/^%\s*for\b([\s\S]*?)\bin\b([\s\S]*?):?$/, (m) => open('loop', { test: m[2]!, locals: [...names(m[1]!), 'loop'] })],
  [/^%\s*(while|with|try)\b([\s\S]*?):?$/, (m) => open('loop', { test: m[2]! })],
  [/^%\s*end/, () => CLOSE],
  [/^<%def\s+name="(\w+)/, (m) => open('definition', { name: m[1]! })],
  [/^<%(block|call|\w+:\w+)\b[^>]*(?<!\/)>$/, () => open('plain')],
  [/^<\/%/, () => CLOSE],
  [/^<%(include|inherit|namespace)\b/, () => ({ kind: 'control', hole: true })],
  [/^<%/, () => CONTROL],
];

// FreeMarker: tags that steer, `${…}` in words.
const FREEMARKER_ROWS: readonly Row[] = [
  [/^#--/, () => NOTE],
  [/^\/[#@]/, () => CLOSE],
  [/^#if\b([\s\S]*)$/, (m) => open('condition', { test: m[1]! })],
  [/^#elseif\b([\s\S]*)$/, (m) => middle(m[1]!)],
  [/^#(?:else|default|recover)\b/, () => middle()],
  [/^#list\b([\s\S]*?)\bas\b([\s\S]*)$/, (m) => open('loop', { test: m[1]!, locals: names(m[2]!) })],
  [/^#list\b([\s\S]*)$/, (m) => open('loop', { test: m[1]! })],
  [/^#items\s+as\b([\s\S]*)$/, (m) => open('plain', { locals: names(m[1]!) })],
  [/^#switch\b([\s\S]*)$/, (m) => open('case', { test: m[1]! })],
  [/^#case\b([\s\S]*)$/, (m) => middle(m[1]!)],
  [/^#(?:macro|function)\s+(\w+)/, (m) => open('definition', { name: m[1]! })],
  [/^#(?:assign|local|global)\s+(\w+)$/, (m) => open('definition', { name: m[1]! })],
  [/^#noparse\b/, () => open('plain', { raw: true })],
  [/^#(?:compress|escape|noescape|autoesc|noautoesc|outputformat|attempt)\b/, () => open('plain')],
  [/^#include\b|^@[\s\S]*\/$/, () => ({ kind: 'control', hole: true })],
  [/^@/, () => open('plain')],
];
const freemarkerControl = byRows(FREEMARKER_ROWS, CONTROL, /^</, />$/, /^(?!)/);

const TERRAFORM_ROWS: readonly Row[] = [
  [/^if\b([\s\S]*)$/, (m) => open('condition', { test: m[1]! })],
  [/^for\b([\s\S]*?)\bin\b([\s\S]*)$/, (m) => open('loop', { test: m[2]!, locals: names(m[1]!) })],
  [/^else\b/, () => middle()],
  [/^end/, () => CLOSE],
];
const terraformControl = byRows(TERRAFORM_ROWS, CONTROL, /^%\{~?/, /~?\}$/, /~\}$/);

// Laravel's Blade: `@if (…)` on lines, `{{ $x }}` and `{!! $x !!}` in words.
const BLADE_ROWS: readonly Row[] = [
  [/^\{\{--/, () => NOTE],
  [/^@(?:if|isset|auth|can|env)\b\s*\(([\s\S]*)\)$/, (m) => open('condition', { test: m[1]! })],
  [/^@(?:unless|empty|guest|production)\b\s*\(?([\s\S]*?)\)?$/, (m) => open('condition', { test: m[1]!, inverse: true })],
  [/^@switch\b\s*\(([\s\S]*)\)$/, (m) => open('case', { test: m[1]! })],
  [/^@case\b\s*\(([\s\S]*)\)$/, (m) => middle(m[1]!)],
  [/^@(?:foreach|forelse)\b\s*\(([\s\S]*?)\bas\b([\s\S]*)\)$/, (m) => open('loop', { test: m[1]!, locals: [...names(m[2]!), '$loop'] })],
  [/^@(?:for|while)\b\s*\(([\s\S]*)\)$/, (m) => open('loop', { test: m[1]! })],
  [/^@elseif\b\s*\(([\s\S]*)\)$/, (m) => middle(m[1]!)],
  [/^@(else|default)\b/, () => middle()],
  [/^@(include|extends|yield|each|stack)/, () => ({ kind: 'control', hole: true })],
  [/^@php$/, () => open('dropped')],
  [/^@verbatim\b/, () => open('plain', { raw: true })],
  [/^@(section|push|once)\b/, () => open('plain')],
  [/^@(end|show)/, () => CLOSE],
];

// PHP: with braces or with colons, which is what templates have.
const PHP_ROWS: readonly Row[] = [
  [/^(?:echo|print)\b/, () => VALUE],
  [/^(?:include|require)(?:_once)?\b/, () => ({ kind: 'value', hole: true })],
  [/^\}?\s*else\s*if\b([\s\S]*?)[:{]$/, (m) => middle(m[1]!)],
  [/^\}?\s*else\s*[:{]$/, () => middle()],
  [/^if\b([\s\S]*?)[:{]$/, (m) => open('condition', { test: m[1]! })],
  [/^foreach\s*\(([\s\S]*?)\bas\b([\s\S]*)\)\s*[:{]$/, (m) => open('loop', { test: m[1]!, locals: names(m[2]!) })],
  [/^(?:for|while)\b([\s\S]*?)[:{]$/, (m) => open('loop', { test: m[1]!, locals: ['$i', '$j'] })],
  [/^(?:end(?:if|foreach|for|while)\b|\})/, () => CLOSE],
  [/\{$/, () => open('plain')],
];

const PENLIGHT_ROWS: readonly Row[] = [
  [/^--/, () => NOTE],
  [/^if\b([\s\S]*?)(?:\bthen)?$/, (m) => open('condition', { test: m[1]! })],
  [/^elseif\b([\s\S]*?)(?:\bthen)?$/, (m) => middle(m[1]!)],
  [/^else\b/, () => middle()],
  [/^for\b([\s\S]*?)(?:\bin\b|=)([\s\S]*?)(?:\bdo)?$/, (m) => open('loop', { test: m[2]!, locals: names(m[1]!) })],
  [/^while\b([\s\S]*?)(?:\bdo)?$/, (m) => open('loop', { test: m[1]! })],
  [/^end\b/, () => CLOSE],
];

// Perl's Template Toolkit: `[% IF tls %]`.
const TOOLKIT_ROWS: readonly Row[] = [
  [/^#/, () => NOTE],
  [/^IF\b([\s\S]*)$/, (m) => open('condition', { test: m[1]! })],
  [/^UNLESS\b([\s\S]*)$/, (m) => open('condition', { test: m[1]!, inverse: true })],
  [/^(?:SWITCH)\b([\s\S]*)$/, (m) => open('case', { test: m[1]! })],
  [/^CASE\b([\s\S]*)$/, (m) => middle(m[1]!)],
  [/^(?:FOREACH|FOR)\b([\s\S]*?)(?:\bIN\b|=)([\s\S]*)$/, (m) => open('loop', { test: m[2]!, locals: [...names(m[1]!), 'loop'] })],
  [/^(?:FOREACH|FOR|WHILE)\b([\s\S]*)$/, (m) => open('loop', { test: m[1]! })],
  [/^(?:BLOCK|MACRO)\s+(\w+)/, (m) => open('definition', { name: m[1]! })],
  [/^(?:FILTER|WRAPPER|TRY)\b/, () => open('plain')],
  [/^ELSIF\b([\s\S]*)$/, (m) => middle(m[1]!)],
  [/^(?:ELSE|CATCH|FINAL)\b/, () => middle()],
  [/^END\b/, () => CLOSE],
  [/^(?:INCLUDE|PROCESS|INSERT)\b/, () => ({ kind: 'value', hole: true })],
  [/^(?:SET|DEFAULT|USE|CALL|NEXT|LAST|META)\b|^[\w.]+\s*=(?!=)/, () => CONTROL],
];

// Velocity: lines that steer behind a `#`, which would be comments of nginx.
const VELOCITY_ROWS: readonly Row[] = [
  [/^if\s*\(([\s\S]*)\)$/, (m) => open('condition', { test: m[1]! })],
  [/^elseif\s*\(([\s\S]*)\)$/, (m) => middle(m[1]!)],
  [/^else\b/, () => middle()],
  [/^foreach\s*\(\s*(\$!?\{?\w+\}?)\s+in\b([\s\S]*)\)$/, (m) => open('loop', { test: m[2]!, locals: [...names(m[1]!), '$foreach'] })],
  [/^macro\s*\(\s*(\w+)/, (m) => open('definition', { name: m[1]! })],
  [/^end\b/, () => CLOSE],
  [/^(?:parse|include)\b/, () => ({ kind: 'control', hole: true })],
];

const FAMILIES = {
  jinja: {
    // what is in quotes ends no mark: `{{ '{{' }}`. Each character is read in one way only, so that no text takes long
    marks:
      /\{#[\s\S]*?#\}|\{%(?:"[^"\n]*"|'[^'\n]*'|"(?![^"\n]*")|'(?![^'\n]*')|(?!\{%)[^"'])*?%\}|\{\{(?:"[^"\n]*"|'[^'\n]*'|"(?![^"\n]*")|'(?![^'\n]*')|(?!\{\{|\{%)[^"'])*?\}\}|\{\*(?:[^*\n{]|\*(?!\})|\{(?!\*))*\*\}|\{[{%][^\n]*/g,
    notation: 'infix',
    sort: (mark) =>
      mark.startsWith('{{') || mark.startsWith('{%=') || mark.startsWith('{*')
        ? mark.endsWith('-}}')
          ? { ...VALUE, trims: true }
          : VALUE
        : mark.startsWith('{#')
          ? NOTE
          : jinjaControl(mark),
  },
  erb: {
    marks: /<%[\s\S]*?%>|<%[^\n]*/g,
    notation: 'infix',
    sort: (mark) =>
      mark.startsWith('<%=')
        ? mark.endsWith('-%>')
          ? { ...VALUE, trims: true }
          : VALUE
        : mark.startsWith('<%#')
          ? NOTE
          : erbControl(mark),
  },
  ejs: {
    marks: /<%[\s\S]*?%>|<%[^\n]*/g,
    notation: 'infix',
    sort: (mark) =>
      /^<%[=-]/.test(mark) ? (/[-_]%>$/.test(mark) ? { ...VALUE, trims: true } : VALUE) : mark.startsWith('<%#') ? NOTE : ejsControl(mark),
  },
  go: {
    marks:
      /\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}|\{\{!--[\s\S]*?--\}\}|\{\{\{[^{}\n]*\}\}\}|\{\{(?:"(?:[^"\\\n]|\\.)*"|`[^`\n]*`|"(?!(?:[^"\\\n]|\\.)*")|`(?![^`\n]*`)|(?!\{\{)[^"`])*?\}\}|\{\{[^\n]*/g,
    notation: 'prefix',
    sort: byRows(GO_ROWS, VALUE, /^\{\{[-~]?/, /[-~]?\}\}$/, /[-~]\}\}$/),
  },
  mako: {
    marks: /^[ \t]*(?:%(?!%)|##)[^\n]*|\$\{[^}\n]*\}|<%doc>[\s\S]*?<\/%doc>|<%!?\s[\s\S]*?%>|<\/?%\w[^>]*>/gm,
    notation: 'infix',
    sort: (mark) => (mark.startsWith('$') ? VALUE : byRows(MAKO_ROWS, CONTROL, /^[ \t]*/, /$/, /^[ \t]*%/)(mark)),
  },
  blade: {
    marks:
      /\{\{--[\s\S]*?--\}\}|\{\{[^{}\n]*\}\}|\{!![^\n]*?!!\}|^[ \t]*@(?:(?:if|isset|auth|can|env|unless|empty|guest|production|switch|case|foreach|forelse|for|while|elseif|include\w*|extends|yield|each|stack|section|push)\b[ \t]*\([^\n]*\)|(?:else|default|break|continue|php|verbatim|once|show|end[a-z]+)\b)(?=[ \t]*$)/gm,
    notation: 'infix',
    sort: (mark) => byRows(BLADE_ROWS, /^\s*@/.test(mark) ? CONTROL : VALUE, /^\s+/, /$/, /^\s*@/)(mark),
  },
  php: {
    marks: /<\?(?:php\b|=)[\s\S]*?(?:\?>|$(?![\s\S]))/g,
    notation: 'infix',
    sort: (mark) => (mark.startsWith('<?=') ? VALUE : byRows(PHP_ROWS, CONTROL, /^<\?php/, /\s*;?\s*(?:\?>)?$/, /^(?!)/)(mark)),
  },
  // Levant and consul-template where a job's own marks are taken
  brackets: {
    marks: /\[\[-?(?=[ \t.$])[^[\]\n]*\]\]/g,
    notation: 'prefix',
    sort: byRows(GO_ROWS, VALUE, /^\[\[-?/, /-?\]\]$/, /-\]\]$/),
  },
  // Go with round brackets for braces, which a program may choose where its configuration is full of braces
  rounds: {
    marks:
      /\{\{[^{}\n]*\}\}|\((?=(?:range|if|else|end|with|template|define|block|\$\w+[ \t]*:?=|\.[A-Z]\w*|\$\w+(?:\.\w+)*|[a-z]\w*[ \t]+[.$]\w[^()\n]*)(?:[ \t)]))[^()\n]*\)/g,
    notation: 'prefix',
    sort: byRows(GO_ROWS, VALUE, /^(?:\{\{|\()[-~]?/, /[-~]?(?:\}\}|\))$/, /-(?:\}\}|\))$/),
  },
  toolkit: {
    marks: /\[%[-+~=]?(?=[\s#])(?:[^%[]|%(?!\])|\[(?!%))*%\]/g,
    notation: 'infix',
    sort: byRows(TOOLKIT_ROWS, VALUE, /^\[%[-+~=]?/, /[-+~=]?%\]$/, /[-~=]%\]$/),
  },
  // names without a dot are known by the lines that give them a value (`givenIn`)
  velocity: {
    marks:
      /^[ \t]*#(?:(?:foreach|if|elseif|set|macro|parse|include)[ \t]*\([^\n]*\)|else|end)(?=[ \t]*\r?$)|\$!?\{?[A-Za-z_]\w*(?:\.\w+(?:\([^()\n]*\))?)+\}?/gm,
    notation: 'infix',
    sort: (mark) => (/^\s*#/.test(mark) ? byRows(VELOCITY_ROWS, CONTROL, /^[ \t]*#/, /$/, /^(?!)/)(mark) : VALUE),
  },
  // Penlight's lines of Lua behind a `>`, as Kong has them
  penlight: {
    marks: /^>[^\n]*|\$\{\{[^{}\n]*\}\}|\$\((?:[^()\n]|\([^()\n]*\))*\)/gm,
    notation: 'infix',
    sort: (mark) => (mark.startsWith('$') ? VALUE : byRows(PENLIGHT_ROWS, CONTROL, /^>[ \t]*/, /$/, /^(?!)/)(mark)),
  },
  // macros are plain words: those in capitals are taken for them
  m4: {
    marks:
      /\bdnl\b[^\n]*|\b(?:m4_)?(?:define|undefine|ifdef|ifelse|s?include|divert|changequote|changecom|pushdef|popdef)\((?:[^()]|\([^()]*\))*\)|\b[A-Z][A-Z0-9_]+\b/g,
    notation: 'infix',
    sort: (mark) =>
      /^(?:dnl|(?:m4_)?(?:define|undefine|divert|change|push|pop))/.test(mark)
        ? CONTROL
        : /\($|^[A-Z]/.test(mark)
          ? VALUE
          : { kind: 'value', hole: true },
  },
  // GitHub's expressions in workflows, OpenShift's parameters: another program writes them before anyone reads the text
  actions: { marks: /\$\{\{[^\n]*?\}\}/g, notation: 'infix', sort: () => VALUE },
  envsubst: { marks: /\$\{[A-Z_][A-Z0-9_]*(?::?[-=?+][^{}\n]*)?\}|\$[A-Z][A-Z0-9_]*/g, notation: 'infix', sort: () => VALUE },
  // what a script or a control panel replaces
  placeholders: {
    marks: PLACEHOLDERS,
    notation: 'infix',
    sort: (mark) => {
      const how = steering(mark);
      if (!how) return VALUE;
      return how.role === 'open' ? open(how.begins, { test: how.test }) : how.role === 'middle' ? middle(how.test) : CLOSE;
    },
  },
  // lines that a script puts in the place of a word
  words: { marks: /^(?<=[{};]\s*)[ \t]*[A-Z][A-Z0-9_]{2,}(?=[ \t]*$)/gm, notation: 'infix', sort: () => ({ kind: 'value', hole: true }) },
  // Python's str.format: doubled braces are single ones of the text
  format: {
    marks: /(?<![$\\{}])\{[A-Za-z_][\w.]*(?:\[[^\][{}\n]*\])*(?:![rsa])?(?::[^{}\n]*)?\}(?!\})/g,
    notation: 'infix',
    sort: () => VALUE,
  },
  // what a shell fills in where the mark of a here-document is not quoted; a dollar sign with a backslash is behind a filler
  shell: {
    marks: /(?<![\\\uE000])\$(?:\{[^}\n]*\}|[A-Za-z_]\w*|\([^()\n]*\)|[0-9@*#?])|`[^`\n]*`/g,
    notation: 'infix',
    sort: () => VALUE,
  },
  // what Compose fills in, everywhere in its files; a doubled dollar sign is behind a filler
  compose: {
    marks: /(?<!\uE000)\$(?:\{[^}\n]*\}|[A-Za-z_]\w*)/g,
    notation: 'infix',
    sort: () => VALUE,
  },
  // what Nix fills in between two single quotes, sets and strings within its braces among it; an escaped one is behind a filler
  nix: {
    marks: /(?<![$\uE000])\$\{(?:[^{}"]|"(?:[^"\\]|\\.)*"|\{[^{}]*\})*\}/g,
    notation: 'infix',
    sort: () => VALUE,
  },
  freemarker: {
    marks: /<#--[\s\S]*?-->|<\/?[#@][A-Za-z](?:"[^"\n]*"|'[^'\n]*'|\((?:[^()\n]|\([^()\n]*\))*\)|[^>"'(\n])*>|\$\{[^}\n]*\}/g,
    notation: 'infix',
    sort: (mark) => (mark.startsWith('$') ? VALUE : freemarkerControl(mark)),
  },
  terraform: {
    marks: /(?<!%)%\{[^}\n]*\}|(?<![$\uE000])\$\{[^}\n]*\}/g,
    notation: 'infix',
    sort: (mark) => (mark.startsWith('$') ? VALUE : terraformControl(mark)),
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;

/** The engine that a file is written for. */
export interface Engine {
  readonly family: FamilyName;
  /** as people call it */
  readonly name: string;
  /** of envsubst, where the text alone tells: the names that it has */
  readonly only?: readonly string[];
  /** another that reads what this one writes, or writes what this one reads: a chart whose configuration envsubst fills in */
  readonly also?: Engine;
}

const BY_NAME: readonly (readonly [RegExp, FamilyName, engine: string])[] = [
  [/\.(j2|jinja2?)$/i, 'jinja', 'jinja'],
  [/\.(liquid)$/i, 'jinja', 'liquid'],
  [/\.(twig)$/i, 'jinja', 'twig'],
  [/\.erb$/i, 'erb', 'erb'],
  [/\.epp$/i, 'erb', 'epp'],
  [/\.ejs$/i, 'ejs', 'ejs'],
  [/\.ctmpl$/i, 'go', 'consul-template'],
  [/\.(tmpl|gotmpl|gtpl|tpl|sigil)$/i, 'go', 'go'],
  [/\.(hbs|handlebars)$/i, 'go', 'handlebars'],
  [/\.mustache$/i, 'go', 'mustache'],
  [/\.mako$/i, 'mako', 'mako'],
  [/\.tftpl$/i, 'terraform', 'terraform'],
  [/\.ftlh?$/i, 'freemarker', 'freemarker'],
  [/\.blade(\.\w+)?$/i, 'blade', 'blade'],
  [/\.(template|envsubst)$/i, 'envsubst', 'envsubst'],
  [/\.tera$/i, 'jinja', 'tera'],
  [/\.tt2?$/i, 'toolkit', 'template-toolkit'],
  [/\.vm$/i, 'velocity', 'velocity'],
  [/\.m4$/i, 'm4', 'm4'],
  [/\.php$/i, 'php', 'php'],
];

/** The endings of files that are written out to a file without them, as part of an expression. */
export const TEMPLATE_ENDINGS =
  'j2|jinja2?|liquid|twig|erb|epp|ejs|ctmpl|tmpl|gotmpl|gtpl|tpl|sigil|hbs|handlebars|mustache|mako|ftlh?|tftpl|stpl|blade(?:\\.php)?|tera|tt2?|vm|m4|php|smarty|template|envsubst|in|dist|sample|example';

/** The ending of a file that is written out to one without it. */
export const TEMPLATE_ENDING: RegExp = new RegExp(String.raw`\.(${TEMPLATE_ENDINGS})$`);

/** Names by which a person may set the engine: `# proxylens: template jinja` in the file. */
const BY_WORD: Readonly<Record<string, FamilyName>> = table({
  jinja: 'jinja',
  jinja2: 'jinja',
  ansible: 'jinja',
  liquid: 'jinja',
  cookiecutter: 'jinja',
  twig: 'jinja',
  erb: 'erb',
  epp: 'erb',
  ejs: 'ejs',
  go: 'go',
  helm: 'go',
  confd: 'go',
  'consul-template': 'go',
  handlebars: 'go',
  mustache: 'go',
  mako: 'mako',
  freemarker: 'freemarker',
  terraform: 'terraform',
  blade: 'blade',
  php: 'php',
  m4: 'm4',
  penlight: 'penlight',
  'template-toolkit': 'toolkit',
  velocity: 'velocity',
  kong: 'penlight',
  levant: 'brackets',
  envsubst: 'envsubst',
  placeholders: 'placeholders',
  'python-format': 'format',
});

/** The names of engines that a person may set; `none` is for a file that only looks like a template. */
export const ENGINE_NAMES: readonly string[] = [...Object.keys(BY_WORD), 'none'];

/**
 * Whether a text has a beginning and, anywhere behind it, an end: as an expression with all between them has it, but without a look to the end of
 * the text from each of thousands of beginnings.
 */
const between = (head: RegExp, end: string): Pick<RegExp, 'test'> => ({
  test: (text) => {
    const first = head.exec(text);
    return first !== null && text.includes(end, first.index + first[0].length);
  },
});

/** What the marks themselves say of the engine. */
const BY_CONTENT: readonly (readonly [Pick<RegExp, 'test'>, FamilyName, engine: string])[] = [
  [/^(?:[^"'#\n]|"[^"\n]*"|'[^'\n]*')*?<\?(?:php\b|=)[\s\S]*?\?>/m, 'php', 'php'],
  [between(/<#(?:if|list|assign|macro|switch)\b[^\n]*?>/, '</#'), 'freemarker', 'freemarker'],
  [/(?:^|[\s;:/."@])\[\[-?(?=[ \t.$])[ \t]*[\w.$"`(/-][^[\]\n]*\]\]/, 'brackets', 'levant'],
  // each of the two is looked for once, from the beginning of the text
  [/(?<![\s\S])(?=[\s\S]*?^[ \t]*\(end\)[ \t]*\r?$)(?=[\s\S]*?^[ \t]*\((?:range|if|with)\b[^()\n]*\)[ \t]*\r?$)/m, 'rounds', 'go'],
  [/(?<![\s\S])(?=[\s\S]*?^>[ \t]*end\b)(?=[\s\S]*?^>[ \t]*(?:if\b[^\n]*\bthen|for\b[^\n]*\bdo)[ \t]*\r?$)/m, 'penlight', 'penlight'],
  [/\[%[-+~=]?\s[^\n%[\]]*\s?[-+~=]?%\]/, 'toolkit', 'template-toolkit'],
  // a condition of nginx that is switched off by a comment ends in a brace
  [/(?<![\s\S])(?=[\s\S]*?^[ \t]*#end[ \t]*\r?$)(?=[\s\S]*?^[ \t]*#(?:foreach|if|set)[ \t]*\([^\n]*\)[ \t]*\r?$)/m, 'velocity', 'velocity'],
  [/^[ \t]*@end(?:if|foreach|for|forelse|unless|isset|switch)[ \t]*$/m, 'blade', 'blade'],
  [/\{\{-?\s*cookiecutter\./, 'jinja', 'cookiecutter'],
  [between(/\{%-?\s*(unless|elsif|capture|assign)\b/, '%}'), 'jinja', 'liquid'],
  [between(/\{%/, '%}'), 'jinja', 'jinja'],
  [between(/\{#/, '#}'), 'jinja', 'jinja'],
  [/<%-?\s*\|[\s\S]*?\|\s*-?%>|<%-?\s*(if|unless)\s+\$\w/, 'erb', 'epp'],
  [/<%_|_%>|<%\s*(\}|(for|if)\s*\(|(const|let|var)\s|[\w.]+\.forEach\()/, 'ejs', 'ejs'],
  [
    /<%-(?!\s*(if|unless|else|elsif|end|for|case|when|while|begin|[@$]?[\w.]+\s*=|\|)\b)(?![^%]*(\bdo\b|\{)[^%]*%>)[^%]*[^-%]%>/,
    'ejs',
    'ejs',
  ],
  [between(/<%/, '%>'), 'erb', 'erb'],
  [/\{\{-?\s*(\.Values\.|include\s+")/, 'go', 'helm'],
  [/\{\{-?\s*(getv|getvs|gets|ls|lsdir)\b/, 'go', 'confd'],
  [/\{\{-?\s*(range\s+)?(service|key|keyOrDefault|secret)\s+"/, 'go', 'consul-template'],
  [/\{\{[#^](?!\})[^}]*\}\}[\s\S]*\{\{\/[^}]*\}\}/, 'go', 'handlebars'],
  [/\{\{-|-\}\}|\{\{\s*(\.|\$|\/\*|end\s*\}|range\b|if\b|with\b|define\b|template\b)/, 'go', 'go'],
  [/^[ \t]*%\s*(if|for)\b[^\n]*:\s*$[\s\S]*^[ \t]*%\s*end(if|for)\b/m, 'mako', 'mako'],
  [between(/\{\{/, '}}'), 'jinja', 'jinja'],
];

/** Engines whose marks are found where they stand outside of quotes only, or nowhere else at all. */
const TELLING: ReadonlySet<FamilyName> = new Set([
  'mako',
  'blade',
  'php',
  'brackets',
  'freemarker',
  'rounds',
  'penlight',
  'toolkit',
  'velocity',
]);

/** Engines that a file's name suggests, and that the marks found may overrule: every engine has files called `.tmpl` and `.template`. */
const OVERRULED: Readonly<Record<string, readonly FamilyName[]>> = table({
  envsubst: ['jinja', 'erb', 'ejs', 'go', 'mako', 'blade', 'brackets', 'php', 'freemarker', 'rounds', 'penlight', 'toolkit', 'velocity'],
  go: ['jinja', 'erb', 'ejs', 'blade', 'brackets', 'php', 'freemarker', 'rounds', 'penlight', 'toolkit', 'velocity'],
});

// a text is looked through for this at every keystroke, and nearly always in vain: plain words are found faster than expressions
const mayHoldMarks = (text: string): boolean =>
  text.includes('{{') ||
  text.includes('{%') ||
  text.includes('{#') ||
  text.includes('<%') ||
  text.includes('<?') ||
  text.includes('</#') ||
  text.includes('[[') ||
  text.includes('@end') ||
  text.includes('(end)') ||
  text.includes('\n> end') ||
  text.includes('[%') ||
  text.includes('#end') ||
  ((text.includes('endif') || text.includes('endfor')) && /^[ \t]*%\s*end(if|for)\b/m.test(text));

/**
 * Whether a text has nothing that any engine could have written for: what most files are. What is looked for stands on one line, the ends of the
 * lines around it included, so of a text that had nothing the lines that an edit touched tell, and no keystroke reads a whole file for it.
 */
export const holdsNoMark = (text: string): boolean =>
  !mayHoldMarks(text) &&
  !text.includes('endif') &&
  !text.includes('endfor') &&
  !text.includes('proxylens: template') &&
  !mayBeFilledIn(text);

const SET_BY_COMMENT = /^[^\S\n]*(?:#|\{#|<%#|\{\{\/\*)[^\S\n]*proxylens: template ([\w-]+)/m;

/**
 * The engine that a file is written for, by what a comment in it sets, by what a person chose for it in the settings, by its name and by its
 * marks; null for a plain file. `outside` tells
 * whether marks stand where no configuration can have such characters: in a plain file quoted strings, comments and Lua may hold anything.
 */
export function engineOf(name: string, text: string, outside: (text: string) => boolean, chosen: string | null = null): Engine | null {
  const written = writerOf(name, text, outside, chosen);
  // a script fills its own values into what the engine has written
  const engine =
    written && !written.also && BESIDE_ENVSUBST.has(written.family) && text.includes('%(') && PERCENT_FORMAT.test(withoutComments(text))
      ? { ...written, also: REPLACED }
      : written;
  if (!engine || !BESIDE_ENVSUBST.has(engine.family) || !(text.includes('${') || BARE_NAME_HERE.test(text))) return engine;
  // a chart or a role may write a template that a container fills in when it starts
  const later = substituted(text);
  return later?.family === 'envsubst' ? { ...engine, also: nested(engine.also ?? null, later)! } : engine;
}

/** Python's percent format, which means nothing to any engine and to nginx. */
const PERCENT_FORMAT = /%\([A-Za-z_]\w*\)[sdr]/;

/** Engines to which a dollar sign means nothing. */
const BESIDE_ENVSUBST: ReadonlySet<FamilyName> = new Set(['jinja', 'erb', 'ejs', 'go', 'blade']);

/** The engine of a text within another one, whose program reads it first; names of the engines stay those that people look for. */
export function nested(host: Engine | null, inner: Engine | null): Engine | null {
  if (!host || !inner) return inner ?? host;
  if (inner.family === 'envsubst' || inner.family === 'placeholders') return { ...host, also: nested(host.also ?? null, inner)! };
  return { ...inner, also: nested(host, inner.also ?? null)! };
}

/** Whether one of the programs that a text goes through is of a family. */
export const usesFamily = (engine: Engine | null, family: FamilyName): boolean =>
  engine !== null && (engine.family === family || usesFamily(engine.also ?? null, family));

/** The engine that the name of a file speaks for; null where its name says nothing. */
export function engineOfName(name: string): Engine | null {
  const row = BY_NAME.find(([test]) => test.test(name));
  return row ? { family: row[1], name: row[2] } : null;
}

function writerOf(name: string, text: string, outside: (text: string) => boolean, chosen: string | null): Engine | null {
  const set = (text.includes('proxylens: template') ? SET_BY_COMMENT.exec(text)?.[1] : undefined) ?? chosen;
  if (set === 'none') return null;
  if (set && Object.hasOwn(BY_WORD, set)) return { family: BY_WORD[set]!, name: set };
  if (doublesBraces(text)) return { family: 'format', name: 'python-format' };
  const named = BY_NAME.find(([test]) => test.test(name));
  const marked = mayHoldMarks(text);
  const found = marked ? BY_CONTENT.filter(([test]) => test.test(text)) : [];
  if (!named) {
    // most files hold no mark at all: their text is not read for one at every keystroke
    const first = found[0] && (TELLING.has(found[0][1]) || outside(text)) ? found[0] : undefined;
    return first ? { family: first[1], name: first[2] } : substituted(text);
  }
  const [, family, engine] = named;
  // a mark in a comment alone may be of a command that is written there
  const marksInCode = (): boolean => found.length > 0 && found.some(([test]) => test.test(withoutComments(text)));
  // braces alone do not tell Jinja from Go, so there the name decides, unless every engine's files are called so and all marks are names
  const other = found.find(
    (f) =>
      OVERRULED[engine]?.includes(f[1]) && (family === 'envsubst' || f !== BY_CONTENT.at(-1) || (LOOSE.test(name) && holdsNamesOnly(text))),
  );
  if (other) return { family: other[1], name: other[2] };
  // people call files after the engine that they know, and fill braces in themselves
  const [first] = found;
  if (first && (family === 'erb' || family === 'ejs') && !text.includes('<%') && outside(text)) return { family: first[1], name: first[2] };
  // a buildpack's `.erb` is filled in by a shell when it has no mark of Ruby
  if (family !== 'go' && BESIDE_ENVSUBST.has(family) && !found.length) {
    const plain = substituted(text);
    if (plain) return plain;
  }
  // `.tmpl` and `.tpl` are names that every engine is given
  if (family === 'go' && !(LOOSE.test(name) ? marksInCode() : found.length)) {
    // no variable of nginx has such a name: Terraform fills it in
    if (OF_TERRAFORM.test(text)) return { family: 'terraform', name: 'terraform' };
    const plain = substituted(text);
    if (plain) return plain;
    const code = withoutComments(text);
    if (NO_VARIABLE_HERE.test(code) || namesForeignHost(code)) return { family: 'terraform', name: 'terraform' };
    if (BARE_WORD.test(code)) return { family: 'words', name: 'placeholders' };
  }
  // envsubst fills in what the environment has, in either case
  if (family === 'envsubst') {
    const code = withoutComments(text);
    const lower = [...[...code.matchAll(new RegExp(NO_VARIABLE_HERE, 'gm'))].map((m) => m[1]!), ...holesIn(code)];
    const also = holdsPlaceholders(text) ? { also: REPLACED } : {};
    if (lower.length) return { family, name: engine, only: [...new Set([...namesIn(text), ...lower])], ...also };
    return { family, name: engine, ...also };
  }
  const finer = engine === family ? found.find((f) => f[1] === family) : undefined;
  return { family, name: finer?.[2] ?? engine };
}

/** Names that no variable of nginx has, and what Terraform steers with. */
const OF_TERRAFORM = new RegExp(
  String.raw`\$\{(?!${OF_NGINX})[A-Za-z_]\w*(?:-\w+)+\}|\$\{(?!${OF_NGINX})[A-Za-z_][\w-]*(?:\.\w|\[|\()[^}\n]*\}|%\{[ \t~]*(?:if|for)\b`,
);

/** Directives whose words are read when nginx starts: in those there are no variables. */
const WITHOUT_VARIABLES =
  'listen|server|server_name|upstream|user|pid|resolver|allow|deny|keepalive|set_real_ip_from|error_log|worker_\\w+|load_module|client_\\w+|\\w+_timeout|\\w+_hash_\\w+_size|gzip_\\w+';

/** A name in small letters where nginx knows no variables: whoever writes the file from the template fills it in. */
const NO_VARIABLE_HERE = new RegExp(String.raw`^[ \t]*(?:${WITHOUT_VARIABLES})[ \t]+[^;{}\n]*?\$\{([a-z_]\w*)\}`, 'm');

/** Names in braces, of whatever case, and such in capitals, alone on a line where a directive would begin: no directive is called by a variable. */
const holesIn = (code: string): string[] =>
  [...code.matchAll(/(?<=[;{}]\s*\n[ \t]*)\$(?:\{([A-Za-z_]\w*)\}|([A-Z][A-Z0-9_]+))(?=[ \t]*;?[ \t]*\r?$)/gm)].map((m) => (m[1] ?? m[2])!);

/** Whether a text names, in small letters and braces, what no nginx could read there and Terraform fills in. */
export const isForTerraform = (text: string): boolean => {
  const code = withoutComments(text);
  return OF_TERRAFORM.test(code) || NO_VARIABLE_HERE.test(code) || namesForeignHost(code);
};

/** A name in capitals without braces where nginx knows no variables. */
const BARE_NAME_HERE = new RegExp(String.raw`^[ \t]*(?:${WITHOUT_VARIABLES})[ \t]+[^;{}\n#]*?\$[A-Z][A-Z0-9_]*\b`, 'm');

/** A word in capitals where a directive would begin, alone on its line and without an end: a script puts lines in its place. */
const BARE_WORD = /^(?<=[{};]\s*)[ \t]*[A-Z][A-Z0-9_]{2,}[ \t]*$/m;

/** A word in capitals as the port of an address, which has no name, or as a whole URL, which has a scheme: a script puts something in its place. */
const BARE_PORT =
  /^[ \t]*(?:(?:server|listen|proxy_pass|grpc_pass|uwsgi_pass|fastcgi_pass)[ \t]+[^;{}\n#]*:[A-Z][A-Z0-9_]+(?=[\s;/])|(?:listen|proxy_pass)[ \t]+[A-Z][A-Z0-9]*_[A-Z0-9_]*(?=[ \t;]))/m;

/** A word in capitals for the path of a location, which begins with a slash: beside others that a script replaces it is one of them. */
const BARE_PATH = /(?<=^[ \t]*location[ \t]+(?:(?:=|\^~)[ \t]+)?)[A-Z][A-Z0-9_]{2,}(?=[ \t]*\{)/gm;

/** A name in small letters and braces for the host of a pass. */
const BRACED_HOST = new RegExp(String.raw`^[ \t]*\w+_pass[ \t]+"?(?:\w+:\/\/)?\$\{(?!${OF_NGINX})([a-z_]\w*)\}`, 'gm');

/** Whether a host is named by what nothing in the text declares and nginx does not have: in a file that is called a template its writer fills it in. */
const namesForeignHost = (code: string): boolean =>
  [...code.matchAll(BRACED_HOST)].some(
    ([, name]) => !NGINX_VARIABLE.test(name!) && !new RegExp(String.raw`\$${name}\b|\?P?<${name}>`).test(code),
  );

/** The names that envsubst may fill in, as the text has them. */
const namesIn = (text: string): string[] => (text.match(FAMILIES.envsubst.marks) ?? []).map((m) => m.replace(/^\$\{?|\}$/g, ''));

/**
 * Variables of nginx itself, in lower case: where no other name in capitals shows that a file is for envsubst, `${HOST}` may be meant for
 * nginx, which does not tell the cases apart. Either way it is accepted.
 */
const NGINX_VARIABLE =
  /^(host|hostname|uri|args|is_args|query_string|scheme|https|status|request|request_(uri|method|body|id|time|length|filename)|server_(name|addr|port|protocol)|remote_(addr|port|user)|document_(root|uri)|http_(host|user_agent|referer|cookie|upgrade|x_\w+)|pid|msec|time_(local|iso8601)|nginx_version)$/;

/** Blocks whose braces are doubled, as Python's str.format wants those that it is to leave. */
export const doublesBraces = (text: string): boolean =>
  text.includes('{{') &&
  !text.includes('{%') &&
  /(?:^|[\s;}])(?:server|location|http|upstream|events|map)\b[^\n{}]*\{\{[ \t]*\r?$/m.test(text) &&
  /^[ \t]*\}\}[ \t]*\r?$/m.test(text);

/** Endings that files of every engine have. */
const LOOSE = /\.(tpl|tmpl)$/i;

/** Whether each mark in double braces is the name of a value, perhaps with filters: Go has a dot, a dollar sign or a function before an argument. */
function holdsNamesOnly(text: string): boolean {
  const marks = [...text.matchAll(/\{\{([^{}\n]*)\}\}/g)];
  return marks.length > 0 && marks.every(([, inner]) => /^-?\s*[A-Za-z_]\w*(?:\.\w+|\[[^\]]*\])*\s*(?:\|[^|][\s\S]*)?-?$/.test(inner!));
}

const withoutComments = (text: string): string => text.replace(/(^|[\s;{}])#(?!\{[/A-Za-z][^{};\n]*\})[^\n]*/g, '$1');

const hasBarePort = (text: string): boolean => /:[A-Z][A-Z0-9_]|(?:listen|proxy_pass)[ \t]+[A-Z]/.test(text) && BARE_PORT.test(text);

/** Whether a text has anything by which `substituted` could tell an engine. */
const mayBeFilledIn = (text: string): boolean =>
  (text.includes('${') && BRACED_HOLE.test(text)) || hasBareName(text) || hasBarePort(text) || holdsPlaceholder(text);

const hasBareName = (text: string): boolean => /\$[A-Z]/.test(text) && (BARE_NAME_HERE.test(text) || BARE_HOLE.test(text));

/** A name in capitals without braces, alone on its line. */
const BARE_HOLE = /^[ \t]*\$[A-Z][A-Z0-9_]+[ \t]*;?[ \t]*\r?$/m;

/** A name in braces that is in capitals, or where a directive would begin. */
const BRACED_HOLE = /\$\{[A-Z]|^[ \t]*\$\{/m;

/** Engines without marks of their own kind: names in capitals that nothing in the file defines, and placeholders that a script replaces. */
function substituted(text: string): Engine | null {
  if (!mayBeFilledIn(text)) return null;
  const bare = hasBareName(text);
  const ports = hasBarePort(text);
  const code = withoutComments(text);
  if (code.includes('${') || bare) {
    // beside capitals there may be others: `MAX_SIZE_MiB`
    const names = BARE_NAME_HERE.test(code) ? /\$\{?([A-Z](?:[A-Z0-9_]\w*)?)\b/g : /\$\{([A-Z](?:[A-Z0-9_]\w*)?)\}/g;
    const holes = holesIn(code);
    const all = new Set([...[...code.matchAll(names)].map((m) => m[1]!), ...holes]);
    const free = [...all].filter(
      (n) =>
        !new RegExp(
          `(?:^|[\\s;{}])(?:(?:[a-z_]*set|js_\\w+)\\s+\\$${n}\\b|(?:map|geo|split_clients)\\s[^;{]*\\$${n}\\s*\\{)|(?:^|[;{])[ \\t]*\\$${n}[ \\t]+[^;\\s][^;]*;`,
          'm',
        ).test(code) && !new RegExp(`\\(\\?P?<${n}>`).test(code),
    );
    if (free.length && isForShell(code)) return SHELL;
    if (holes.length || free.some((n) => !NGINX_VARIABLE.test(n.toLowerCase())))
      return { family: 'envsubst', name: 'envsubst', only: free, ...(holdsPlaceholders(text, code) ? { also: REPLACED } : {}) };
  }
  if (ports) {
    const only = [...code.matchAll(new RegExp(BARE_PORT, 'gm'))].flatMap(
      (m) => m[0].slice(m[0].search(/\s\S/)).match(/(?<![\w$.-])[A-Z][A-Z0-9_]+(?![\w.-])/g) ?? [],
    );
    if (only.length)
      only.push(...[BARE_WORD, BARE_PATH].flatMap((mask) => [...code.matchAll(new RegExp(mask, 'gm'))].map((m) => m[0].trim())));
    if (only.length)
      return {
        family: 'words',
        name: 'placeholders',
        only: [...new Set(only)],
        ...(holdsPlaceholders(text, code) ? { also: REPLACED } : {}),
      };
  }
  return holdsPlaceholders(text, code) ? REPLACED : null;
}

/** Whether every variable of nginx has a backslash in front of it, as a shell wants it that fills in the names beside them. */
const isForShell = (code: string): boolean => /\\\$\{?[a-z]/.test(code) && !/(?<!\\)\$\{?[a-z]/.test(code);

const SHELL: Engine = { family: 'shell', name: 'shell' };

const REPLACED: Engine = { family: 'placeholders', name: 'placeholders' };

/** Whether placeholders stand where they tell: outside of comments and quotes. */
function holdsPlaceholders(text: string, code = withoutComments(text)): boolean {
  const { marks } = FAMILIES.placeholders;
  const plain = outsideQuotes(code);
  // a name in braces may be a table of Lua
  const isLua = text.includes('_by_lua');
  marks.lastIndex = 0;
  return [...plain.matchAll(marks)].some(([mark]) => !isLua || !mark.startsWith('{'));
}

/** Placeholders in angle brackets look like HTML and like named groups: only those outside of quotes tell what a file is. */
const outsideQuotes = (text: string): string =>
  /[<{~|!@]/.test(text) ? text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, (q) => (/[<>{~|!@]/.test(q) ? '' : q)) : text;

/** The marks of a text in order, with what each does. */
export function marksOf(engine: Engine, text: string): Mark[] {
  const own = handedOn(marksOfOne(engine, text), text);
  if (!engine.also) return own;
  return merged([...own, ...marksOf(engine.also, text)]);
}

/** A mark that writes one of the next engine: `{{ '{{' }}`. */
const WRITES_BRACES = /^\{\{[-~]?\s*(["'`])(\{\{|\}\})[-~]?\1\s*[-~]?\}\}$/;

/** The same with each mark of Go that this template writes in pieces as one, which the next engine reads: `{{ '{{' }} .Port {{ '}}' }}`. */
function handedOn(marks: Mark[], text: string): Mark[] {
  if (!/\{\{[-~]?\s*["'`]\{\{/.test(text)) return marks;
  const out: Mark[] = [];
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!;
    let last = marks.length;
    if (WRITES_BRACES.exec(mark.text)?.[2] === '{{')
      for (last = i + 1; last < marks.length && !WRITES_BRACES.test(marks[last]!.text); ) last++;
    const close = marks[last];
    if (!close || WRITES_BRACES.exec(close.text)![2] === '{{') {
      out.push(mark);
      continue;
    }
    const written = `{{${text.slice(mark.end, close.start)}}}`;
    out.push({ start: mark.start, end: close.end, text: written, sort: FAMILIES.go.sort(written) });
    i = last;
  }
  return out;
}

/** Marks of two engines in order: one within a mark of the other is a part of it. */
function merged(marks: Mark[]): Mark[] {
  const out: Mark[] = [];
  for (const mark of marks.sort((a, b) => a.start - b.start || b.end - a.end)) if (mark.start >= (out.at(-1)?.end ?? 0)) out.push(mark);
  return out;
}

function marksOfOne(engine: Engine, text: string): Mark[] {
  const family: Family = FAMILIES[engine.family];
  const marks = engine.only
    ? new RegExp(
        engine.family === 'words'
          ? `\\b(?<![$.-])(?:${engine.only.join('|')})\\b(?![.-])`
          : engine.only.flatMap((n) => [`\\$\\{${n}(?::?[-=?+][^{}\\n]*)?\\}`, `\\$${n}(?!\\w)`]).join('|'),
        'g',
      )
    : family.marks;
  const out: Mark[] = [];
  let raw = false;
  if (engine.family === 'go' && DELIMITERS.test(text)) return marksBetween(text);
  if (engine.family === 'jinja' && !engine.only && RAW.test(text)) return marksAroundRaw(text);
  const given = engine.family === 'velocity' ? givenIn(text) : null;
  for (const m of text.matchAll(given ? new RegExp(`${marks.source}|${NAME_OF_VELOCITY.source}`, marks.flags) : marks)) {
    if (given && m[1] !== undefined && !given.has(m[1])) continue;
    const sort = engine.only ? VALUE : family.sort(m[0]);
    if (raw && sort.role !== 'close') continue;
    raw = sort.raw ?? false;
    out.push({ start: m.index, end: m.index + m[0].length, sort, text: m[0] });
  }
  return out;
}

/** The names that lines of Velocity give a value. */
const givenIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^[ \t]*#(?:set|foreach)[ \t]*\([ \t]*\$!?\{?(\w+)/gm)].map((m) => m[1]!));

/** Any name of Velocity's. */
const NAME_OF_VELOCITY = /\$!?\{?([A-Za-z_]\w*)\}?/;

const RAW = /\{%[-+~]?\s*(raw|verbatim)\s*[-+~]?%\}([\s\S]*?)(?=\{%[-+~]?\s*end\1\s*[-+~]?%\}|$)/;

/**
 * The marks of a text with parts that Jinja hands on as they are. What is within them is for another engine, which reads what the first one leaves
 * (consul-template's and confd's files that Ansible writes): its marks may begin in one part and end in the next.
 */
function marksAroundRaw(text: string): Mark[] {
  const parts = [...text.matchAll(new RegExp(RAW, 'g'))].map((m) => ({
    start: m.index + m[0].length - m[2]!.length,
    end: m.index + m[0].length,
  }));
  const blanked = (t: string): string => t.replace(/[^\n]/g, ' ');
  let at = 0;
  let [outside, inside] = ['', ''];
  for (const { start, end } of [...parts, { start: text.length, end: text.length }]) {
    outside += text.slice(at, start) + blanked(text.slice(start, end));
    inside += blanked(text.slice(at, start)) + text.slice(start, end);
    at = end;
  }
  const marksIn = (shown: string, sorted: (mark: string) => Sort): Mark[] =>
    [...shown.matchAll(FAMILIES.jinja.marks)].map((m) => ({ start: m.index, end: m.index + m[0].length, sort: sorted(m[0]), text: m[0] }));
  const own = marksIn(outside, (mark) => FAMILIES.jinja.sort(mark));
  return merged([...own, ...marksIn(inside, (mark) => FAMILIES[mark.startsWith('{{') ? 'go' : 'jinja'].sort(mark))]);
}

/** Mustache can be told to use other marks from there on: `{{=<% %>=}}`. */
const DELIMITERS = /\{\{=\s*(\S{1,10})\s+(\S{1,10}?)\s*=\}\}/;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** The marks of a text that changes what they look like; their texts are those that they would have in braces. */
function marksBetween(text: string): Mark[] {
  const out: Mark[] = [];
  let [open, close] = ['{{', '}}'];
  for (let at = 0; at < text.length; ) {
    const next = new RegExp(`${escaped(open)}([\\s\\S]*?)${escaped(close)}(\\}?)`, 'g');
    next.lastIndex = at;
    const m = next.exec(text);
    if (!m) break;
    const change = /^=\s*(\S{1,10})\s+(\S{1,10}?)\s*=$/.exec(m[1]!.trim());
    const braces = m[1]!.startsWith('{') ? m[2]! : '';
    const end = m.index + m[0].length - m[2]!.length + braces.length;
    const written = `{{${m[1]!}${braces}}}`;
    out.push({ start: m.index, end, text: written, sort: change ? CONTROL : FAMILIES.go.sort(written) });
    if (change) [open, close] = [change[1]!, change[2]!];
    at = end;
  }
  return out;
}

/** The name of what a mark writes, where that may be a definition of the template: `{{ template "tls" . }}`, `{{ proxy(app) }}`; else null. */
export function definitionUsed({ text, sort }: Mark): string | null {
  if (sort.kind !== 'value' && !sort.hole) return null;
  const inner = text.replace(/^(\{\{\{?[-~]?|<%[=-]?|\$\{)|([-~]?\}?\}\}|[-_]?%>|\})$/g, '').trim();
  return (
    (/^(?:template|include|partial)\s+["`]([^"`]+)["`]/.exec(inner) ??
      /^>\s*["']?([\w./-]+)/.exec(inner) ??
      /^([A-Za-z_]\w*)\b(?!\.)/.exec(inner))?.[1] ?? null
  );
}

/** How an engine writes its conditions. */
export const notationOf = (engine: Engine): Notation => FAMILIES[engine.family].notation;

/** What a placeholder is called, in its own case: the name, or the expression without its filters; null for what fills in no value. */
export function placeholderName(mark: Mark): string | null {
  if (mark.sort.kind !== 'value' || mark.sort.hole) return null;
  const inner = mark.text
    .replace(
      /^(\$\{\{|\{!!|\{\{\{?[-~]?|\{\*|\[%[-+~=]?|<%[=-]?|\$\{?|%%?|@|__|<)|([-~]?\}?\}\}|!!\}|\*\}|[-+~=]?%\]|[-_]?%>|\}|%%?|@|__|>)$/g,
      '',
    )
    .trim()
    .split(/\s*\|(?!\|)/)[0]!
    .replace(mark.text.startsWith('${') ? SHELL_DEFAULT : /(?!)/, '$1');
  return inner.length > 0 && inner.length < 80 ? inner : null;
}

/** A shell's `NAME:-value`. */
const SHELL_DEFAULT = /^([A-Za-z_]\w*):?[-=](.*)$/;

/** What a mark writes where nobody fills in its value, as the mark itself says: `${PORT:-80}`, `{{ port | default("80") }}`; null where it says nothing. */
export function defaultOf({ text, sort }: Mark): string | null {
  if (sort.kind !== 'value') return null;
  const shell = text.startsWith('${') ? SHELL_DEFAULT.exec(text.slice(2, -1))?.[2] : undefined;
  if (shell !== undefined) return ONE_WORD.test(shell) ? shell : null;
  const [, , quoted, plain] = /\|\s*default(?:_value)?\b[\s(:]*(?:(["'])(.*?)\1|([\w.-]+))/.exec(text) ?? [];
  const given = quoted ?? plain ?? '';
  return ONE_WORD.test(given) ? given : null;
}

/** A text that nginx reads as a part of the word it is written into. */
const ONE_WORD = /^[^\s;{}"'$]+$/;

/** What is written for a placeholder of which nobody knows more than its name; null for an expression, which stays. */
export const neutralValue = (name: string): string | null => (/^[@$.]*[A-Za-z_][\w.-]*$/.test(name) ? name.replace(/^[@$.]+/, '') : null);
