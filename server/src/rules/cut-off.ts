/** What the limits cut off a project, as findings at the beginning of each of its configurations: silence would pass for a clean rest. */
import type { Config } from '../config/config.ts';
import type { Finding, Rule } from './rule.ts';

/** Of level error: whoever asked for the whole project has not got it. `why`: what was cut off, in words for people. */
export function cutOff(
  { subject, files, settings }: Pick<Config, 'subject' | 'files' | 'settings'>,
  rules: readonly Rule[],
  why: readonly string[],
): Finding[] {
  const rule = why.length ? rules.find((r) => r.id === 'not-checked') : undefined;
  if (!rule || settings.rules[rule.id] === 'off') return [];
  const word = /\S+/.exec(files.get(subject)?.text ?? '');
  const start = word?.index ?? 0;
  return why.map((words) => ({
    rule: rule.id,
    group: rule.group,
    severity: 'error',
    at: { file: subject, span: { start, end: start + (word?.[0].length ?? 0) } },
    messageId: 'project',
    message: rule.messages.project!.replace('{why}', () => words),
    related: [],
    fixes: [],
    via: [],
  }));
}
