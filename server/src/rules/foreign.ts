/**
 * Files that are included and hold nothing of nginx: a list of secrets, a key, the settings of another program. A word of theirs must not
 * reach a build's log by way of a message, so what is reported there quotes nothing and offers no fix. The file that someone named is theirs
 * to read, also while its first word is being typed.
 */
import type { Config } from '../config/config.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import type { Finding } from './rule.ts';

const WORD = /^[a-z][a-z0-9_]*$/;

/** No line of it is a directive that anyone knows, and its first words are not even shaped like one, or no line is ended as nginx ends lines. */
function isForeign(config: Config, file: SourceFile): boolean {
  if (file.id === config.root || file.id === config.subject || file.template !== null || !file.body.length) return false;
  if (file.body.some((s) => config.catalog.directives(s.name.value).length)) return false;
  const ended = (s: Statement): boolean => s.closed || s.block !== null;
  return !file.body.some(ended) || !file.body.some((s) => WORD.test(s.name.value));
}

const unquoted = (message: string, text: string): string =>
  message.replace(/"([^"]+)"/g, (all, word: string) => (word.length > 1 && text.includes(word) ? '"…"' : all));

/** The findings, without the words of foreign files. */
export function withoutForeignText(config: Config, findings: readonly Finding[]): Finding[] {
  const known = new Map<SourceFile, boolean>();
  return findings.map((finding) => {
    const file = config.files.get(finding.at.file);
    if (!file || finding.at.file === config.root) return finding;
    let foreign = known.get(file);
    if (foreign === undefined) known.set(file, (foreign = isForeign(config, file)));
    if (!foreign) return finding;
    return {
      ...finding,
      message: unquoted(finding.message, file.text),
      related: finding.related.map((r) => (r.at.file === file.id ? { ...r, message: unquoted(r.message, file.text) } : r)),
      fixes: [],
    };
  });
}
