/** The engine's word on the fixes of findings, for handlers: proofs are made when somebody asks for a fix, and kept for the revision. */
import type { Config } from '../config/config.ts';
import { proved } from '../fixes/apply.ts';
import { Proofs } from '../fixes/prove.ts';
import type { Finding } from '../rules/rule.ts';
import type { Session } from './session.ts';

const kept = new WeakMap<Config, Proofs>();

/** The findings with their fixes proved in every configuration that reads their file: a fix is safe when it is safe in each. */
export function provedFindings(
  { workspace, rules }: Session,
  configs: readonly Config[],
  findings: readonly Finding[],
): readonly Finding[] {
  return configs.reduce((known, config) => {
    let proofs = kept.get(config);
    if (!proofs) kept.set(config, (proofs = new Proofs(config, (file, text) => workspace.parse(file, text), rules)));
    return proved(proofs, known);
  }, findings);
}
