/** The page of a rule: cut from its declaration, the same in the terminal, in the editor and in server/docs/rules. */
import { mdCode } from '../base/escape.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { BENCHMARKS } from '../config/declared.ts';
import type { Benchmark } from '../config/settings.ts';
import type { FixChange, Rule } from '../rules/rule.ts';

const FIX = {
  always: 'Always: a quick fix comes with every finding.',
  sometimes: 'Sometimes: where the remedy is clear.',
  never: 'None: the remedy is your decision.',
} as const;

/** What a fix may change of a request's way, in words. */
const CHANGES: Readonly<Record<FixChange, string>> = {
  answer: 'the answer (status, body, file or Location)',
  server: 'the block that takes a request',
  'response-headers': 'response headers',
  'request-headers': 'headers or params that the application gets',
  'request-line': 'the request line or the protocol towards the application',
  limits: 'limits',
  cache: 'what the cache does',
  tls: 'TLS protocols, ciphers and certificates',
  timing: 'buffers, timeouts, kept connections and compression',
};

/** Takes the marks of expected findings out of an example. */
const shown = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*#\s*\^+/.test(line))
    .join('\n')
    .replace(/^\n+|\s+$/g, '');

/** Code within a table, whose columns bars part. */
const cell = (text: string): string => mdCode(text).replaceAll('|', '\\|');

/** Markdown of one rule, with fixed headings. */
export function rulePage(rule: Rule, catalog: Catalog): string {
  const facts = [
    `Group **${rule.group}**`,
    `severity **${rule.severity}**`,
    rule.default ? 'on by default' : 'off by default',
    `since ${rule.since}`,
  ];
  const out: string[] = [
    `# ${rule.id}`,
    '',
    `${rule.title}.`,
    '',
    facts.join(' · '),
    '',
    '## Why',
    '',
    rule.why.trim(),
    '',
    '## Examples',
    '',
  ];
  for (const example of rule.examples.filter((e) => e.bad && e.good).slice(0, 3))
    out.push('Reported:', '', '```nginx', shown(example.bad!), '```', '', 'Not reported:', '', '```nginx', shown(example.good!), '```', '');
  const shows = rule.examples.find((e) => e.witness)?.witness;
  if (shows) {
    out.push('## Witness', '', 'The request that shows it, for the first example:', '');
    out.push(
      '| request | nginx answers | meant was |',
      '|---|---|---|',
      `| ${cell(shows.request)} | ${cell(shows.outcome)} | ${shows.meant} |`,
      '',
    );
  }
  out.push('## Fix', '', FIX[rule.fixable], '');
  if (rule.fixChanges?.length)
    out.push(
      `On purpose it changes ${rule.fixChanges.map((c) => CHANGES[c]).join('; ')}. A fix that would change more is a suggestion, and says why.`,
      '',
    );
  out.push('## How to suppress it', '');
  out.push(
    `\`# proxylens-ignore ${rule.id}: reason\` on the line or above it, or \`${rule.id}: off\` below \`rules:\` in \`.proxylens.yaml\`.`,
    '',
  );
  const links = (rule.about ?? []).flatMap((name) => {
    const fact = name.startsWith('$') ? catalog.variable(name.slice(1), 'http') : catalog.directives(name)[0];
    return fact?.docs ? [`- [${name}](${fact.docs})`] : [];
  });
  links.push(...(rule.references ?? []).map((url) => `- <${url}>`));
  if (links.length) out.push('## References', '', ...links, '');
  const controls = (Object.keys(BENCHMARKS) as Benchmark[]).flatMap((b) => {
    const items = rule.controls?.[b];
    return items ? [`- ${BENCHMARKS[b]} (profile \`${b}\`): ${items.join(', ')}`] : [];
  });
  if (controls.length) out.push('## Benchmarks', '', ...controls, '');
  if (rule.formerly)
    out.push(
      '## Former names',
      '',
      `${rule.formerly.map((id) => mdCode(id)).join(', ')}: still understood in settings, comments and baselines.`,
      '',
    );
  if (rule.equivalents?.length) out.push('## Other tools', '', `Answers to ${rule.equivalents.map((e) => `\`${e}\``).join(', ')}.`, '');
  return out.join('\n');
}
