/** The table of all rules in server/docs/rules.md. */
import { RULE_GROUPS, type Rule } from '../rules/rule.ts';

const TITLES: Record<string, string> = {
  validity: 'Validity: what `nginx -t` refuses or warns of',
  environment: 'Environment: true on some machines only',
  security: 'Security',
  tls: 'TLS',
  correctness: 'Correctness: it loads, and does something else than was meant',
  limits: 'Rate limits and zones',
  upstreams: 'Upstreams and proxying',
  wsgi: 'nginx and the application, held side by side',
  performance: 'Performance and operations',
  deprecation: 'Deprecation',
  compliance: 'Benchmarks: items that only the profiles `cis`, `stig` and `owasp` report',
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Markdown with one table for each group, rules in the order of their ids. */
export function rulesTable(rules: readonly Rule[]): string {
  const out = [
    '# Rules',
    '',
    `${rules.length} rules. The level is what the profile \`recommended\` gives; \`off\` rules are on in \`strict\`, those of a benchmark in the profile of its name.`,
    '',
  ];
  for (const group of RULE_GROUPS) {
    const own = rules.filter((r) => r.group === group).sort((a, b) => (a.id < b.id ? -1 : 1));
    if (!own.length) continue;
    out.push(`## ${TITLES[group] ?? group}`, '', '| rule | level | fix | what | other tools |', '|---|---|---|---|---|');
    for (const r of own)
      out.push(
        `| [${r.id}](rules/${r.id}.md) | ${r.default ? r.severity : `off (${r.severity})`} | ${r.fixable} | ${cell(r.title)} | ${(r.equivalents ?? []).map((e) => `\`${e}\``).join(' ')} |`,
      );
    out.push('');
  }
  return out.join('\n');
}
