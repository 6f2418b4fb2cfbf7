/** What nginx refuses of a configuration, in the form that a trace carries: findings of group validity and level error. */
import { pathOf } from '../base/file-id.ts';
import { PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Finding, Rule } from '../rules/rule.ts';
import { lint } from '../rules/run.ts';
import type { Refusal } from '../trace/trace.ts';

/** The refusals among findings of a configuration. */
export function refusalsAmong(config: Config, findings: readonly Finding[]): Refusal[] {
  return findings.flatMap((f) => {
    if (f.group !== 'validity' || f.severity !== 'error') return [];
    const lines = config.files.get(f.at.file)?.lines;
    const range = lines
      ? { start: lines.position(f.at.span.start), end: lines.position(f.at.span.end) }
      : { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    return [{ rule: f.rule, path: pathOf(f.at.file), uri: f.at.file, range, message: f.message }];
  });
}

const known = new PerConfig((config, rules: readonly Rule[]) =>
  refusalsAmong(
    config,
    lint(
      config,
      rules.filter((r) => r.group === 'validity'),
    ),
  ),
);

/** The same, found by running the rules of that group; once for a configuration. A person's word on their levels counts. */
export const refusalsOf = (config: Config, rules: readonly Rule[]): readonly Refusal[] => known.of(config, rules);
