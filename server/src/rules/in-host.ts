/** A finding in a configuration that is a part of another file, as a finding in that file. */
import type { TextEdit } from '../base/edit.ts';
import { type FileId, hostFileOf } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Finding } from './rule.ts';

const placed = (at: Place): Place => ({ file: hostFileOf(at.file), span: at.span });

/** The finding at its place in the file on the disk; fixes that would change more of that file than the configuration in it are left out. */
export function inHost(finding: Finding, keeps: (file: FileId, edits: readonly TextEdit[]) => boolean): Finding {
  const files = [finding.at, ...finding.related.map((r) => r.at)].map((p) => p.file);
  if (files.every((f) => hostFileOf(f) === f) && finding.fixes.every((x) => x.edits.every((e) => hostFileOf(e.file) === e.file)))
    return finding;
  return {
    ...finding,
    at: placed(finding.at),
    related: finding.related.map((r) => ({ ...r, at: placed(r.at) })),
    fixes: finding.fixes
      .filter((fix) => fix.edits.every((e) => keeps(e.file, e.edits)))
      .map((fix) => ({ ...fix, edits: fix.edits.map((e) => ({ file: hostFileOf(e.file), edits: e.edits })) })),
  };
}
