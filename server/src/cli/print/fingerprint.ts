/** What a finding is known again by in the next run: its rule, its file and the text of its line. The number of the line is no part of it, as lines move. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Finding } from '../../rules/rule.ts';
import type { Result } from '../commands/check.ts';

/** Gives the findings of one run their fingerprints, in order; findings of lines that are alike are counted. */
export function fingerprints(text: Result['text']): (finding: Finding, file: string) => string {
  const seen = new Map<string, number>();
  return ({ rule, at }, file) => {
    const source = text(at.file);
    const number = source?.lines.lineAt(at.span.start) ?? 0;
    const line = source ? source.text.slice(source.lines.startOf(number), source.lines.endOf(number)).trim() : '';
    const hash = bytesToHex(sha256(utf8ToBytes(`${rule}\n${file}\n${line}`))).slice(0, 32);
    const nth = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, nth);
    return `${hash}:${nth}`;
  };
}
