/** `proxylens rules` and `proxylens explain`: what is checked, as a table and as pages. */
import type { Command } from 'commander';
import { loadCatalog } from '../../catalog/catalog.ts';
import { noSuchRule } from '../../config/settings-file.ts';
import { rulePage } from '../../features/explain.ts';
import { RULES } from '../../rules/all.ts';
import { ruleNames, ruleOf } from '../../rules/rule.ts';
import { EXIT, Failure } from '../failure.ts';
import { say, sayJson } from '../output.ts';

/** Adds `proxylens rules` and `proxylens explain` to the program. */
export function addRules(program: Command): void {
  program
    .command('rules')
    .description('list all rules')
    .option('--format <name>', 'text or json', 'text')
    .action(({ format }: { format: string }) => {
      if (format !== 'text' && format !== 'json') throw new Failure(EXIT.usage, `--format is text or json, not "${format}"`);
      if (format === 'json') {
        const rows = RULES.map((r) => ({
          id: r.id,
          ...(r.formerly ? { formerly: r.formerly } : {}),
          group: r.group,
          severity: r.severity,
          title: r.title,
          fixable: r.fixable,
          default: r.default,
          since: r.since,
          docs: `server/docs/rules/${r.id}.md`,
          equivalents: r.equivalents ?? [],
          ...(r.controls ? { controls: r.controls } : {}),
        }));
        void sayJson(rows, 2);
        return;
      }
      const wide = Math.max(...RULES.map((r) => r.id.length));
      let group = '';
      for (const r of [...RULES].sort((a, b) => (a.group === b.group ? (a.id < b.id ? -1 : 1) : a.group < b.group ? -1 : 1))) {
        if (r.group !== group) say(`${group ? '\n' : ''}${(group = r.group)}\n`);
        say(`  ${r.id.padEnd(wide)}  ${(r.default ? r.severity : 'off').padEnd(7)}  ${r.title}\n`);
      }
    });
  program
    .command('explain')
    .argument('<rule>', 'the id of a rule')
    .description("print a rule's page")
    .action((id: string) => {
      const rule = ruleOf(RULES, id) ?? RULES.find((r) => r.equivalents?.some((e) => e === id || e.endsWith(':' + id)));
      if (!rule) throw new Failure(EXIT.usage, noSuchRule(ruleNames(RULES), id, 'rule'));
      say(rulePage(rule, loadCatalog()));
    });
}
