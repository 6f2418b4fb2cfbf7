/**
 * Fixes before the real nginx: what it takes before `--fix` it takes after it, with safe fixes and with suggestions, over the flawed sample, over
 * every bad example of every rule, and over the samples of the corpus and their mutants (fixes-deployed.test.ts: over deployed sites). `SEED` and `COUNT` in the environment choose other
 * mutants; the report goes to out/fixes-report.md.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type FileId, fromPath, pathOf } from '../../server/src/base/file-id.ts';
import type { Settings } from '../../server/src/config/settings.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example } from '../../server/src/rules/rule.ts';
import { ends, folder, report, SAMPLE } from '../cli/cli.ts';
import { ConfigGenerator, Random } from '../harness/config-generator.ts';
import { available, judge, standardFiles, type Tree, withoutNginx } from '../harness/nginx.ts';
import { exampleSettings, exampleTree, fixAll, readMarks } from '../harness/rules.ts';
import { corpus } from './corpus.ts';
import { mutants } from './mutants.ts';
import { settingsFor } from './ours.ts';

const skip = withoutNginx();
const SEED = Number(process.env.SEED ?? 1);
const COUNT = Number(process.env.COUNT ?? 600);

const at = (name: string): FileId => fromPath(`/etc/nginx/${name}`);
const nameOf = (file: FileId): string => pathOf(file).replace('/etc/nginx/', '');

interface Case {
  readonly name: string;
  readonly root: FileId;
  readonly files: ReadonlyMap<FileId, string>;
  readonly settings: Settings;
  /** rules that the case is about */
  readonly provide: boolean;
}

interface Outcome {
  readonly name: string;
  readonly which: '--fix' | '--fix=suggested';
  readonly rules: readonly string[];
  /** what is wrong with the repaired files; null when nothing is */
  readonly wrong: string | null;
}

/** The files that nginx is given; the main one is `nginx.conf`. */
const treeOf = (root: FileId, files: ReadonlyMap<FileId, string>): Tree =>
  Object.fromEntries([...files].map(([file, text]) => [file === root ? 'nginx.conf' : nameOf(file), text]));

const COMMENT = /(?:^|\s)#[^\n]*[a-z][^\n]*$/gm;
const commentsOf = (text: string): string[] => [...text.matchAll(COMMENT)].map((m) => m[0].trim());

/** Comments of a person that safe fixes took away: a suggestion may remove a block with what is in it. Those of Proxylens may go, they are a fix of their own. */
function lostComments(before: ReadonlyMap<FileId, string>, after: ReadonlyMap<FileId, string>): string[] {
  return [...before].flatMap(([file, text]) => {
    const left = commentsOf(after.get(file) ?? '');
    return commentsOf(text).filter((c) => {
      const found = left.indexOf(c);
      if (found >= 0) left.splice(found, 1);
      return found < 0 && !/proxylens/.test(c);
    });
  });
}

/** Both runs over a case that nginx takes as it is; none where it does not. */
async function fixed({ name, root, files, settings, provide }: Case): Promise<Outcome[]> {
  const options = { provide };
  // nginx walks an include cycle until it is stopped
  const before = await judge(treeOf(root, files), options).catch(() => null);
  if (!before?.ok) return [];
  const beside = provide ? files : new Map([...Object.entries(standardFiles()).map(([n, t]) => [at(n), t] as const), ...files]);
  const out: Outcome[] = [];
  for (const which of ['--fix', '--fix=suggested'] as const) {
    let wrong: string | null = null;
    let rules: readonly string[] = [];
    try {
      const made = await fixAll({ root, files: new Map(beside) }, settings, which === '--fix=suggested');
      rules = made.rules;
      const own = new Map([...made.files].filter(([file, text]) => files.has(file) || text !== beside.get(file)));
      const verdict = await judge(treeOf(root, own), options);
      const lost = which === '--fix' ? lostComments(beside, made.files) : [];
      if (!verdict.ok) wrong = `${verdict.message} (${verdict.file}:${verdict.line})\n${own.get(at(verdict.file ?? '')) ?? own.get(root)}`;
      else if (lost.length) wrong = `lost comments: ${lost.join(' | ')}`;
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
    }
    out.push({ name, which, rules, wrong });
  }
  return out;
}

async function all(cases: readonly Case[]): Promise<Outcome[]> {
  const out: Outcome[] = [];
  for (let i = 0; i < cases.length; i += 32) out.push(...(await Promise.all(cases.slice(i, i + 32).map(fixed))).flat());
  return out;
}

const wrongOnes = (outcomes: readonly Outcome[]): string[] =>
  outcomes.flatMap((o) => (o.wrong === null ? [] : [`${o.name} ${o.which} [${o.rules.join(', ')}]: ${o.wrong}`]));

/** What a run over many configurations says of itself. */
function reportOf(title: string, outcomes: readonly Outcome[]): string[] {
  const counts = new Map<string, number>();
  for (const o of outcomes) for (const r of o.rules) counts.set(r, (counts.get(r) ?? 0) + 1);
  const wrong = wrongOnes(outcomes);
  return [
    `## ${title}`,
    '',
    `${outcomes.length / 2} configurations that nginx takes, each fixed twice; ${wrong.length} are wrong then.`,
    '',
    '| rule | runs in which its fixes were applied |',
    '|---|---|',
    ...[...counts].sort((a, b) => b[1] - a[1]).map(([rule, n]) => `| ${rule} | ${n} |`),
    '',
    ...wrong.map((w) => `- ${w}\n`),
  ];
}

const sections: string[] = [];
function wrongIn(title: string, outcomes: readonly Outcome[]): string[] {
  sections.push(...reportOf(title, outcomes));
  const head = ['# Fixes before nginx', '', `nginx ${available()!.version}; seed ${SEED}, ${COUNT} mutants.`, ''];
  fs.mkdirSync('out', { recursive: true });
  fs.writeFileSync('out/fixes-report.md', [...head, ...sections].join('\n'));
  return wrongOnes(outcomes).slice(0, 20);
}

/** Examples that say that they are for another nginx than the one at hand. */
const elsewhere = (e: Example): boolean =>
  e.notOn122 !== undefined ||
  e.settings?.flavour !== undefined ||
  e.settings?.modules !== undefined ||
  (e.settings?.openssl !== undefined && !/^3\.0/.test(e.settings.openssl));

/** As the machine's nginx, with every rule on. */
const strict = (settings: Settings): Settings => ({ ...settings, profile: 'strict', environment: false, rules: {} });

test('the flawed sample: all fixes leave no finding that has one, and nginx takes the tree', { skip, timeout: 60_000 }, async () => {
  const cwd = folder();
  fs.cpSync(SAMPLE, path.join(cwd, 'sample'), { recursive: true });
  await ends(0, ['check', '--fix=suggested', 'sample'], { cwd });
  const left = report(await ends(0, ['check', '--format', 'json', 'sample'], { cwd }));
  assert.deepEqual(
    left.files.flatMap((f) => f.diagnostics.filter((d) => d.fixes.length > 0).map((d) => d.rule)),
    [],
  );
  const read = (dir: string): Tree =>
    Object.fromEntries(
      (fs.readdirSync(path.join(dir, 'nginx'), { recursive: true }) as string[])
        .filter((f) => fs.statSync(path.join(dir, 'nginx', f)).isFile())
        .map((f) => [f, fs.readFileSync(path.join(dir, 'nginx', f), 'utf8')]),
    );
  const flawed = await judge(read(SAMPLE), { provide: true });
  assert.equal(flawed.ok, false, 'the sample is one that nginx refuses');
  assert.equal(flawed.environment, false);
  const verdict = await judge(read(path.join(cwd, 'sample')), { provide: true });
  assert.deepEqual([verdict.message, verdict.warnings], [null, []]);
});

test('safe fixes leave nothing of the flawed sample for nginx to refuse but what is misspelt', { skip, timeout: 60_000 }, async () => {
  const cwd = folder();
  fs.cpSync(path.join(SAMPLE, 'nginx'), path.join(cwd, 'nginx'), { recursive: true });
  await ends(1, ['check', '--fix', 'nginx'], { cwd });
  const spelt = (text: string): string => text.replace('proxy_read_timout', 'proxy_read_timeout').replace('zone=logins', 'zone=login');
  const tree = Object.fromEntries(
    (fs.readdirSync(path.join(cwd, 'nginx'), { recursive: true }) as string[])
      .filter((f) => fs.statSync(path.join(cwd, 'nginx', f)).isFile())
      .map((f) => [f, spelt(fs.readFileSync(path.join(cwd, 'nginx', f), 'utf8'))]),
  );
  assert.equal((await judge(tree, { provide: true })).message, null);
});

test('bad examples that nginx takes are taken when they are fixed', { skip, timeout: 600_000 }, async () => {
  const cases = RULES.flatMap((rule) =>
    rule.examples.flatMap((e, i): Case[] => {
      if (e.bad === undefined || elsewhere(e)) return [];
      const { root, files } = exampleTree(e, e.bad);
      const whole = new Map(files);
      // trees whose first file is no main file want its events block
      if (!/^\s*events\b/m.test(files.get(root) ?? '')) whole.set(root, `events {}\n${files.get(root)}`);
      const settings = { ...exampleSettings(e), target: settingsFor(treeOf(root, whole)).target };
      const active = { ...strict(settings), rules: { [rule.id]: rule.severity } };
      return [{ name: `${rule.id} ${i + 1}`, root, files: whole, settings: active, provide: true }];
    }),
  );
  const outcomes = await all(cases);
  assert.ok(outcomes.length > 300, `${outcomes.length} runs`);
  assert.deepEqual(wrongOnes(outcomes), []);
});

test('samples of the corpus and mutants that nginx takes are taken when they are fixed', { skip, timeout: 1_800_000 }, async () => {
  const samples = corpus((f) => f.endsWith('.conf'));
  const made = [
    ...samples.map((s) => ({ name: s.name, files: s.files })),
    ...mutants(samples, COUNT, SEED).map((m, i) => ({ name: `mutant ${i + 1} (${m.kind} of ${m.sample})`, files: m.files })),
  ];
  const outcomes = await all(
    made.map(({ name, files }) => ({
      name,
      root: at('nginx.conf'),
      files: new Map(Object.entries(files).map(([n, text]) => [at(n.replace(/^\/etc\/nginx\//, '')), text])),
      settings: strict(settingsFor(files)),
      provide: false,
    })),
  );
  assert.ok(outcomes.length > COUNT / 4, `${outcomes.length} runs`);
  assert.deepEqual(wrongIn('The corpus and its mutants', outcomes), []);
});

test('generated sites that nginx takes are taken when they are fixed', { skip, timeout: 1_800_000 }, async () => {
  const cases = Array.from({ length: Math.ceil(COUNT / 30) }, (_, i): Case => {
    const seed = SEED * 100_000 + i;
    const { text } = new ConfigGenerator(seed, {
      ports: [9401, 9402, 9403],
      echo: { http: 9411, uwsgi: 9412, fastcgi: 9413, scgi: 9414 },
    }).generate();
    const files = new Map([[at('nginx.conf'), text]]);
    return { name: `site ${seed}`, root: at('nginx.conf'), files, settings: strict(settingsFor({ 'nginx.conf': text })), provide: false };
  });
  const outcomes = await all(cases);
  assert.ok(outcomes.length > cases.length, `${outcomes.length} runs`);
  assert.deepEqual(wrongIn('Generated sites', outcomes), []);
});

test('flaws of several rules at once are fixed together', { skip, timeout: 1_800_000 }, async () => {
  const random = new Random(SEED);
  const flaws = RULES.flatMap((rule) =>
    rule.examples.flatMap((e, i) =>
      e.bad === undefined || elsewhere(e) || e.inside !== 'server' || Object.keys(e.files ?? {}).length
        ? []
        : [{ name: `${rule.id} ${i + 1}`, text: readMarks('', e.bad).text }],
    ),
  );
  const cases = Array.from({ length: Math.ceil(COUNT / 3) }, (_, i): Case => {
    const chosen = random.some(flaws, 2 + random.below(3));
    const text = `events {\n}\nhttp {\nserver {\n${chosen.map((c) => c.text).join('\n')}\n}\n}\n`;
    const files = new Map([[at('nginx.conf'), text]]);
    const name = `mix ${i + 1} (${chosen.map((c) => c.name).join(', ')})`;
    return { name, root: at('nginx.conf'), files, settings: strict(settingsFor({ 'nginx.conf': text })), provide: true };
  });
  const outcomes = await all(cases);
  assert.ok(outcomes.length > COUNT / 20, `${outcomes.length} runs`);
  assert.deepEqual(wrongIn('Flaws of several rules', outcomes), []);
});
