import { type FileId, fileId } from '../../base/file-id.ts';
import { combinedFixes, fixesToApply } from '../../fixes/apply.ts';
import type { Finding } from '../../rules/rule.ts';
import { toWorkspaceEdit } from '../convert/to.ts';
import { reads } from '../handler.ts';
import { type FixAllParams, type FixAllResult, Requests } from '../protocol.ts';
import { provedFindings } from '../proved.ts';

/** The safe fixes of a file, or of every file of the configurations that read it, proved; null when there are none. */
export const fixAll = reads<FixAllParams, FixAllResult | null>({
  method: Requests.fixAll,
  run({ snapshot, session, encoding }, { uri, scope }) {
    const file = fileId(uri);
    const configs = snapshot.configsOf(file);
    const files = new Set<FileId>(scope === 'configuration' ? configs.flatMap((c) => [...c.files.keys()]) : [file]);
    const findings: Finding[] = [];
    for (const id of files)
      findings.push(...provedFindings(session, snapshot, snapshot.configsOf(id), session.publisher.fresh(snapshot, id)));
    const { edits, applied } = combinedFixes(fixesToApply(findings, false));
    if (!edits.length) return null;
    const done = new Set(applied);
    return {
      edit: toWorkspaceEdit(
        edits,
        (id) => snapshot.text(id),
        encoding,
        (id) => snapshot.version(id),
        session.client.versionedEdits,
      ),
      fixes: findings.flatMap((f) =>
        f.fixes
          .filter((fix) => done.has(fix))
          .map((fix) => ({ title: fix.title, uri: f.at.file, line: snapshot.text(f.at.file)?.lines.lineAt(f.at.span.start) ?? 0 })),
      ),
    };
  },
});
