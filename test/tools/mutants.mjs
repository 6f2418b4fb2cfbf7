// Mutants of what is remembered between keystrokes: each is one way in which a cache goes wrong, and the tests of test/incremental must fail
// for every one of them. A mutant that survives says that the tests do not look.
// usage: node test/tools/mutants.mjs [word…]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** @type {{ name: string; file: string; from: string; to: string }[]} */
const MUTANTS = [
  {
    name: 'blocks never forget: no question is looked at again',
    file: 'server/src/config/asked.ts',
    from: 'return this.changed <= since;',
    to: 'return true;',
  },
  {
    name: 'always a hit: an answer counts as the same whatever it is',
    file: 'server/src/config/asked.ts',
    from: 'if (!same(now, this.last)) {',
    to: 'if (false) {',
  },
  {
    name: 'nothing is asked: questions are not recorded',
    file: 'server/src/config/asked.ts',
    from: 'recording.questions.add(question);\n  return question.answer',
    to: 'return question.answer',
  },
  {
    name: 'what a value for the whole was made of is not handed on',
    file: 'server/src/config/asked.ts',
    from: 'if (recording && entry.asked) for (const question of entry.asked) recording.questions.add(question);\n    return entry.value;\n  }\n}\n\n/** The outermost',
    to: 'return entry.value;\n  }\n}\n\n/** The outermost',
  },
  {
    name: 'findings never move with their block',
    file: 'server/src/rules/held.ts',
    from: 'const delta = this.home ? this.home.statement.start - this.start : 0;',
    to: 'const delta = 0;',
  },
  {
    name: 'parts in other blocks never move',
    file: 'server/src/rules/held.ts',
    from: 'return anchor ? present.startOf(anchor)! - anchor.start :',
    to: 'return anchor ? 0 :',
  },
  {
    name: 'faults around a block are not asked about',
    file: 'server/src/config/asked.ts',
    from: 'ofBlock.add(questions.of(config, block ?',
    to: 'void (questions.of(config, block ?',
  },
  {
    name: 'what an opening took for granted of a site is believed later, too',
    file: 'server/src/rules/remembered.ts',
    from: 'entry?.provisional && entry.since !== config.kept!.questions.revision',
    to: 'false',
  },
  {
    name: 'a block that moves within its line is the same',
    file: 'server/src/rules/remembered.ts',
    from: ' || entry.beside !== besideOf(block)',
    to: '',
  },
  {
    name: 'faults of a text outlive its statements',
    file: 'server/src/rules/validity/_structure.ts',
    from: ' && known.problems === file.problems',
    to: '',
  },
  {
    name: 'what a rule about the whole inherits is not asked about',
    file: 'server/src/config/asked.ts',
    from: 'recording !== null && recording.block === null;',
    to: 'false;',
  },
  {
    name: 'blocks are kept whatever they inherit',
    file: 'server/src/config/kept.ts',
    from: 'before.around.every((s, i) => s === around[i]);',
    to: 'true;',
  },
  {
    name: 'blocks are kept whatever their includes bring',
    file: 'server/src/config/kept.ts',
    from: 'u.brought === text && sameWay',
    to: 'sameWay',
  },
  {
    name: 'a line in order vouches for others without what it asked',
    file: 'server/src/rules/run.ts',
    from: 'for (const { rule, questions } of order) {',
    to: 'for (const { rule, questions } of [] as typeof order) {',
  },
  {
    name: 'a line in order is so for ever',
    file: 'server/src/rules/remembered.ts',
    from: 'if (entry.order.every(({ questions }) => questions.every((q) => q.stands(config, revision, entry.since)))) {',
    to: 'if (true) {',
  },
  {
    name: 'a line of an outer level is the same whatever is beside it',
    file: 'server/src/rules/remembered.ts',
    from: 'return `${indent}\\0${text.slice(from, start)}\\0${text.slice(end, to)}`;',
    to: "return '';",
  },
  {
    name: 'what is shown at once of an edited block does not move',
    file: 'server/src/rules/held.ts',
    from: 'return delta === 0 ? findings : findings.map((f) => moved(f, () => delta));',
    to: 'return findings;',
  },
  {
    name: 'an edited line is taken as it was',
    file: 'server/src/rules/remembered.ts',
    from: 'return this.judged.has(statement);',
    to: 'return true;',
  },
  {
    name: 'a question holds on to the scope that asked first',
    file: 'server/src/config/scope.ts',
    from: 'level`, (c) => c.levels(context)',
    to: 'level`, (c) => c.levels(this.context)',
  },
  {
    name: 'what is kept with a directive is right for ever',
    file: 'server/src/config/asked.ts',
    from: 'else entry = undefined;',
    to: '',
  },
  {
    name: 'what a value kept with a directive was made of is not handed on',
    file: 'server/src/config/asked.ts',
    from: 'if (recording && entry.asked) for (const question of entry.asked) recording.questions.add(question);\n    return entry.value;\n  }\n\n  private made',
    to: 'return entry.value;\n  }\n\n  private made',
  },
  {
    name: 'other application files change nothing',
    file: 'server/src/rules/remembered.ts',
    from: 'this.deployment === deployment &&',
    to: '',
  },
  {
    name: 'what a server comes to hangs on nothing else',
    file: 'server/src/rules/remembered.ts',
    from: 'verdict.questions.every((question) => question.stands(config, revision, verdict.since)) &&',
    to: '',
  },
  {
    name: 'what a server has taken from its equal stays when the equal goes',
    file: 'server/src/rules/remembered.ts',
    from: '[...verdict.alike].every((other) => this.stands(other, config))',
    to: 'true',
  },
  {
    name: 'a trace that was made for one server asks nothing for the next',
    file: 'server/src/witness/requests.ts',
    from: 'known.notes.use();',
    to: '',
  },
];

const words = process.argv.slice(2);
const chosen = MUTANTS.filter((m) => !words.length || words.some((w) => m.name.includes(w)));
let survived = 0;
if (spawnSync(process.execPath, ['test/tools/unit.mjs', 'incremental/'], { stdio: 'ignore' }).status !== 0) {
  console.error('test/incremental fails without a mutant.');
  process.exit(2);
}
for (const { name, file, from, to } of chosen) {
  const target = path.resolve(file);
  const before = fs.readFileSync(target, 'utf8');
  if (before.split(from).length !== 2) {
    console.error(`${name}: ${file} does not hold its place once. Correct the mutant.`);
    process.exit(2);
  }
  const env = { ...process.env, MUTANT: JSON.stringify({ file, from, to }) };
  const { status } = spawnSync(process.execPath, ['test/tools/unit.mjs', 'incremental/'], { stdio: 'ignore', env });
  const killed = status !== 0;
  console.log(`${killed ? 'killed  ' : 'SURVIVED'}  ${name}`);
  if (!killed) survived++;
}
console.log(`${chosen.length - survived} of ${chosen.length} killed`);
process.exit(survived ? 1 : 0);
