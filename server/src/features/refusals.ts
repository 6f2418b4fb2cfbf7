/** What nginx refuses of a configuration, in the form that a trace carries: findings of level error by the rules that tell refusals. */
import { pathOf } from '../base/file-id.ts';
import { PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Finding, Rule } from '../rules/rule.ts';
import { lint } from '../rules/run.ts';
import type { Refusal } from '../trace/trace.ts';

/** Whether the errors of a rule are refusals of the configuration itself, and not of the machine that it is read on. */
const tellsRefusals = ({ group, refuses }: Rule): boolean => group === 'validity' || (refuses === true && group !== 'environment');

/** The refusals among findings of a configuration that the rules have told. */
export function refusalsAmong(config: Config, findings: readonly Finding[], rules: readonly Rule[]): Refusal[] {
  const telling = new Set(rules.filter(tellsRefusals).map((r) => r.id));
  return findings.flatMap((f) => {
    if (f.severity !== 'error' || !telling.has(f.rule)) return [];
    const lines = config.files.get(f.at.file)?.lines;
    const range = lines
      ? { start: lines.position(f.at.span.start), end: lines.position(f.at.span.end) }
      : { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    return [{ rule: f.rule, path: pathOf(f.at.file), uri: f.at.file, range, message: f.message }];
  });
}

const known = new PerConfig((config, rules: readonly Rule[]) => refusalsAmong(config, lint(config, rules.filter(tellsRefusals)), rules));

/** The same, found by running those rules; once for a configuration. A person's word on their levels counts. */
export const refusalsOf = (config: Config, rules: readonly Rule[]): readonly Refusal[] => known.of(config, rules);
