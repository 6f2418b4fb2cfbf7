/** Paths with backslashes of which nginx makes line breaks and tabs: C:\new, C:\nginx\temp. */
import { table } from '../../base/table.ts';
import type { Word } from '../../syntax/word.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Directives whose words are paths of files, and nothing in which a line break may be meant. */
const WITH_PATHS =
  /^(?:root|alias|include|load_module|pid|lock_file|access_log|error_log|auth_basic_user_file|js_import|[a-z_]+_(?:certificate|certificate_key|crl|dhparam|password_file|temp_path|cache_path|store)|ssl_(?:certificate|dhparam)|[a-z_]+_by_lua_file)$/;

const NAMED: Readonly<Record<string, string>> = table({ '\n': '\\n', '\r': '\\r', '\t': '\\t' });

/** The first escape that is read as one; null where the line break was typed, or there is none. */
function escapeIn({ value, raw, templated }: Pick<Word, 'value' | 'raw' | 'templated'>): string | null {
  const read = NAMED[/[\n\r\t]/.exec(value)?.[0] ?? ''];
  return read && !templated && raw.includes(read) ? read : null;
}

const SAID: Readonly<Record<string, string>> = table({ '\\n': 'a line break', '\\r': 'a carriage return', '\\t': 'a tab' });

export default defineRule({
  id: 'backslash-in-path',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Backslash in a path that nginx reads as a line break or a tab',
  why: `
In a word of nginx, with quotes or without, \`\\n\`, \`\\r\` and \`\\t\` are a line break, a carriage return and a tab. \`root C:\\new\` names a folder of which the second character behind the colon is a line break: no such folder exists, every request is answered with 404, and the error log shows the path over two lines. \`C:\\sites\` works only because \`\\s\` means nothing.

Write slashes, which nginx takes on Windows, too: \`root C:/new;\`.`,
  about: ['root', 'alias', 'include', 'access_log'],
  references: ['https://nginx.org/en/docs/windows.html'],
  looksAt: { directive: '*', where: ({ name, values }) => WITH_PATHS.test(name) && values.some((v) => /[\n\r\t]/.test(v)) },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer'],
  messages: {
    escape: 'nginx reads {escape} in {path} as {what}, and no file has such a path. Write slashes: {use}.',
  },
  check({ directive, file, report }) {
    const word = directive.args.find((w) => escapeIn(w) !== null);
    if (!word) return;
    const read = escapeIn(word)!;
    const use = word.raw.replace(/\\{1,2}/g, '/');
    report('escape', {
      at: word,
      data: { escape: read, path: word.raw, what: SAID[read]!, use },
      fix: fixOf('Write slashes', 'suggestion', file, [replace(word, use)]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root C:\\new\\site;
#    ^^^^^^^^^^^ escape`,
      good: 'root C:/new/site;',
    },
    {
      inside: 'location',
      bad: `alias "C:\\data\\temp/";
#     ^^^^^^^^^^^^^^^ escape`,
      good: 'alias "C:\\sites\\data/";',
      fixed: 'alias "C:/data/temp/";',
    },
  ],
});
