/**
 * One escaper for each kind of output that text of a configuration may reach. What people write in a file is never an instruction to a terminal,
 * to the log of a build, to a renderer of Markdown, or to a shell; nothing is lost, it is shown by another sign.
 */

/** C0 and C1 but for the line feed, DEL, the bidirectional controls, line and paragraph separators, invisible marks, lone surrogates. */
const UNSEEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** How logs of builds are spoken to anywhere in a line: GitHub's old form, Azure DevOps, TeamCity. */
const SPOKEN = /##(?=\[|vso\[|teamcity\[)/g;

const hex = (c: string): string => {
  const code = c.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\x1b', '\\e'],
]);

const sign = (c: string): string => SHORT.get(c) ?? hex(c);

/** Foreign text as one line for a terminal or a log: line feeds and all that is not seen become visible. */
export const visible = (text: string): string => text.replace(UNSEEN, sign).replaceAll('\n', '\\n').replace(SPOKEN, '#\\x23');

/** A line that the log of a build would take as a command is none any more: GitHub looks at its first word. */
const unspoken = (text: string): string => text.replace(SPOKEN, '#\\x23').replace(/^([^\S\n]*):(?=:)/gm, '$1\\x3a');

const shownLines = (text: string): string => text.replace(/\r\n/g, '\n').replace(UNSEEN, (c) => (c === '\t' ? c : sign(c)));

/** The same for text whose lines are its own. */
export const visibleLines = (text: string): string => unspoken(shownLines(text));

/** Colours of ours; every other sequence is someone else's. */
const COLOUR = /(\x1b\[[0-9;]*m)/;

/** The same for text that holds colours; foreign text in it must be escaped already. */
export const visibleColoured = (text: string): string =>
  unspoken(
    text
      .split(COLOUR)
      .map((part, i) => (i % 2 ? part : shownLines(part)))
      .join(''),
  );

/** Plain data with every string in it made visible; keys are ours. */
export function visibleData<T>(value: T): T {
  if (typeof value === 'string') return visible(value) as T;
  if (Array.isArray(value)) return value.map(visibleData) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, visibleData(v)])) as T;
}

/** JSON that may be shown in a log: the same data, with everything that is not seen, and what logs take for commands, as escapes. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent)
    .replace(
      /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    .replace(SPOKEN, '#\\u0023');

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

/** Text and attribute values of XML and HTML; what XML 1.0 cannot hold is shown by its code. */
export const xml = (text: string): string =>
  text
    .replace(UNSEEN, (c) => (c === '\t' || c === '\r' ? c : hex(c)))
    .replace(/[\ufffe\uffff]/g, hex)
    .replace(/[&<>"'\r\n\t]/g, (c) => ENTITIES.get(c) ?? `&#${c.charCodeAt(0)};`)
    .replace(SPOKEN, '#&#35;');

/** A label of a Mermaid chart, which reads `#name;` as an entity, Markdown between backticks, and HTML. */
export const mermaid = (text: string): string =>
  visible(text).replace(/[^\p{L}\p{N} .,:/=$@()+*?^~|%_-]/gu, (c) => `#${c.codePointAt(0)};`);

/** Code within a line of Markdown: the fence is longer than any run of backticks inside, and the text stays one line. */
export function mdCode(text: string): string {
  const line = visible(text);
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  if (longest === 0 && line.trim() !== '') return `\`${line}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${line} ${fence}`;
}

/** A block of code in Markdown, in a fence that nothing in it closes. */
export function mdFence(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${visibleLines(text)}\n${fence}`;
}

/** Foreign words within Markdown: no mark-up, no link, no image, no HTML comes of them. */
export const mdText = (text: string): string =>
  visible(text)
    .replace(/[\\`*_{}[\]()<>#+!|~&$^=-]/g, (c) => `\\${c}`)
    // an address is made a link by many renderers, without any mark-up
    .replace(/\b(https?|ftp|mailto|www)(?=[:.])/gi, (word) => `${word}\u2060`);

/** A word of a line for sh. */
export const shWord = (text: string): string =>
  /^[\w@%+:,./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
