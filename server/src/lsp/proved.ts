/** The engine's word on the fixes of findings, for handlers: proofs are made when someone asks for a fix, and kept for the revision. */
import type { FileEdit } from '../base/edit.ts';
import { PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Prove } from '../features/rename.ts';
import { proved } from '../fixes/apply.ts';
import type { Created } from '../fixes/edited.ts';
import { Proofs } from '../fixes/prove.ts';
import type { Finding, FixChange } from '../rules/rule.ts';
import type { Snapshot } from '../workspace/workspace.ts';
import type { Session } from './session.ts';

const proofs = new PerConfig(
  (config, { workspace, rules }: Session) =>
    new Proofs(
      config,
      (file, text) => workspace.parse(file, text),
      rules,
      () => workspace.snapshot().deploymentOf(config),
    ),
);

/** The findings with their fixes proved in every configuration that reads one of the files that they change: a fix is safe when it is safe in each. */
export function provedFindings(
  session: Session,
  snapshot: Snapshot,
  configs: readonly Config[],
  findings: readonly Finding[],
): readonly Finding[] {
  const files = new Set(findings.flatMap((f) => f.fixes.flatMap((fix) => fix.edits.map((e) => e.file))));
  const all = new Set([...configs, ...[...files].flatMap((file) => snapshot.configsOf(file))]);
  return proved(
    [...all].map((config) => proofs.of(config, session)),
    findings,
  );
}

/** What speaks against an edit that no finding proposes. */
export const against =
  (session: Session): Prove =>
  (config, edits, called, declared) =>
    proofs.of(config, session).against(edits, declared, called);

/** What speaks against a refactoring, beyond what it says it changes. */
export const againstRefactoring = (
  session: Session,
  config: Config,
  edits: readonly FileEdit[],
  changes: ReadonlySet<FixChange>,
  creates: readonly Created[],
): string | null => proofs.of(config, session).against(edits, changes, undefined, creates);
