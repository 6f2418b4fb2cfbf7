/** `proxylens check`: lints configurations and prints what it found, or fixes it. */
import path from 'node:path';
import type { Command } from 'commander';
import { visible } from '../../base/escape.ts';
import { type FileId, hostFileOf } from '../../base/file-id.ts';
import type { MemoryFiles } from '../../base/memory-files.ts';
import { type Level, SEVERITIES, type Severity } from '../../config/settings.ts';
import { noSuchRule } from '../../config/settings-file.ts';
import { isStock } from '../../config/stock.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { type Applied, applyFixes, type Found, proved } from '../../fixes/apply.ts';
import type { OpenText } from '../../fixes/edited.ts';
import { Proofs } from '../../fixes/prove.ts';
import { partsAsNeeded } from '../../host/parts.ts';
import { fileOfPath, isPathBelow, machinePath } from '../../host/paths.ts';
import { writeFiles } from '../../host/write-files.ts';
import { cutFrom } from '../../project/deployed.ts';
import { cutOff } from '../../rules/cut-off.ts';
import { inHost } from '../../rules/in-host.ts';
import { Merged } from '../../rules/merged.ts';
import { type Finding, idsOf, means, type Rule, ruleNames, ruleOf } from '../../rules/rule.ts';
import { lint } from '../../rules/run.ts';
import { Told } from '../../rules/told.ts';
import { applyBaseline, readBaseline, writeBaseline } from '../baseline.ts';
import {
  type Asked,
  type CommonOptions,
  dumpFiles,
  dumpNamed,
  dumpOf,
  Loader,
  readStdin,
  shownPath,
  stdinFile,
  withCommonOptions,
} from '../common.ts';
import { EXIT, Failure } from '../failure.ts';
import { say, sayExactly, sayFormatted, tell, tellLines } from '../output.ts';
import { unifiedDiff } from '../print/diff.ts';
import { FORMATS, type FormatName } from '../print/index.ts';
import { progressLine } from '../progress.ts';
import { type ProjectReport, reportOn } from '../report.ts';
import { notOneOf, settingOptions } from '../setting-options.ts';
import { nearPath } from './trace.ts';

interface CheckOptions extends CommonOptions {
  format: string;
  fix?: boolean | string;
  fixDryRun?: boolean;
  rule?: string[];
  only?: string[];
  byContent?: boolean;
  baseline?: string;
  updateBaseline?: boolean;
  failOn: string;
  maxWarnings?: string;
  stdinPath?: string;
  timings?: boolean;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** What a run found, as the printers want it. */
export interface Result {
  readonly files: readonly { readonly path: string; readonly id: FileId; readonly findings: readonly Finding[] }[];
  readonly text: (id: FileId) => { text: string; lines: import('../../base/lines.ts').Lines } | null;
  readonly rules: readonly Rule[];
  readonly project: ProjectReport;
  /** fixes were applied: the findings are those that are left, with the engine's word on their fixes */
  readonly fixed: boolean;
  /** the baseline, as it was named, and how many findings are not shown because it lists them; null without one */
  readonly baseline: { readonly file: string; readonly held: number } | null;
  readonly durationMs: number;
  readonly color: boolean;
}

/** Adds `proxylens check` to the program. */
export function addCheck(program: Command): void {
  settingOptions(
    withCommonOptions(program.command('check').argument('[path...]', 'files, folders, what nginx -T printed, or - for standard input')),
    'check',
  )
    .description('lint configurations; folders are searched for their main files')
    .option('--format <name>', 'stylish, json, sarif, github, gitlab or checkstyle', 'stylish')
    .option('--fix [which]', 'apply safe fixes; --fix=suggested applies suggestions too, but for those with which nginx would not start')
    .option('--fix-dry-run', 'print what --fix would change as a unified diff')
    .option('--rule <id=level>', 'the level of a rule or group: off, hint, info, warning or error', collect)
    .option('--only <name>', 'only this rule or group (repeatable)', collect)
    .option('--baseline <file>', 'leave out the findings that this file lists')
    .option('--update-baseline', 'write the present findings to the baseline file')
    .option('--fail-on <level>', 'the lowest level that makes the exit code 1', 'error')
    .option('--max-warnings <n>', 'exit 1 with more warnings than this')
    .option('--by-content', 'of the files named take those that hold nginx configuration, as a search of their folder does')
    .option('--stdin-path <name>', 'the name of the file that comes from standard input')
    .option('--timings', 'print the time of each rule on standard error')
    .action(async (paths: string[], options: CheckOptions) => {
      process.exitCode = await check(paths, options);
    });
}

/** Runs the command; returns the exit code. Throws failures with the contract's codes. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const started = performance.now();
  const format = FORMATS[options.format as FormatName];
  if (!format) throw new Failure(EXIT.usage, `--format is one of ${Object.keys(FORMATS).join(', ')}, not "${options.format}"`);
  const failOn = SEVERITIES.indexOf(options.failOn as Severity);
  if (failOn < 0) throw new Failure(EXIT.usage, `--fail-on is one of ${SEVERITIES.join(', ')}, not "${options.failOn}"`);
  if (options.updateBaseline && !options.baseline) throw new Failure(EXIT.usage, '--update-baseline needs --baseline FILE');
  const maxWarnings = options.maxWarnings === undefined ? null : Number(options.maxWarnings);
  if (maxWarnings !== null && !(maxWarnings >= 0)) throw new Failure(EXIT.usage, `--max-warnings ${options.maxWarnings}: not a number`);
  if (options.fix === 'safe') options.fix = true;
  if (options.fix !== undefined && options.fix !== true && options.fix !== 'suggested') {
    if (process.argv.includes(`--fix=${options.fix}`)) throw notOneOf('fix', String(options.fix), ['safe', 'suggested']);
    // commander takes the next path for the option's value: give it back
    paths = [String(options.fix), ...paths];
    options.fix = true;
  }
  // what a person names is on, and the machine is asked for it
  const parts = partsAsNeeded();
  if (options.only?.some((name) => name === 'environment' || ruleOf(parts.rules, name)?.group === 'environment'))
    options = { ...options, environment: true };
  const proves = options.fix !== undefined || options.format === 'json' || options.format === 'sarif';
  // texts are edited for it
  if (proves || options.fixDryRun) await parts.parser.start();
  const progress = progressLine();
  const stdin = paths.includes('-');
  if (stdin && paths.length > 1) throw new Failure(EXIT.usage, 'standard input (-) cannot be mixed with paths');
  let loader: Loader;
  let configs: Asked[];
  let dumped: MemoryFiles | null = null;
  const stdinName = stdinFile(options.stdinPath);
  const text = stdin ? await readStdin() : null;
  const dump = text !== null ? dumpFiles(text) : paths.length === 1 ? await dumpNamed(paths[0]!) : null;
  /** nothing on the disk is changed then */
  const piped = stdin || dump !== null;
  if (dump) {
    dumped = dump.files;
    const { loader: own, asked } = await Loader.ofDump(
      options,
      dump,
      stdin ? (options.stdinPath ?? 'dump') : paths[0]!,
      progress.say,
      parts,
    );
    loader = own;
    configs = [asked];
  } else if (text !== null) {
    // a pipe from an nginx -T that failed must not pass for a clean configuration
    const refusal = /^nginx: \[emerg\] .*|^nginx: configuration file .* test failed$/m.exec(text)?.[0];
    if (refusal) throw new Failure(EXIT.unreadable, `standard input holds no configuration, only what nginx says: ${refusal}`);
    if (text.trim() === '' && options.stdinPath === undefined)
      throw new Failure(
        EXIT.unreadable,
        'standard input is empty. nginx -T needs the rights of nginx, and prints nothing when its test fails.',
      );
    loader = await Loader.ofText(options, stdinName, text, progress.say, parts);
    configs = await loader.configs([shownPath(stdinName)]);
  } else {
    loader = await Loader.create(options, undefined, progress.say, null, parts);
    loader.byContent = options.byContent === true;
    configs = await loader.configs(paths.length || options.root ? paths : ['.']);
    for (const name of loader.foreign) tell(`proxylens: ${visible(name)}: this is no nginx configuration, it is left alone`);
    if (!configs.length && !loader.foreign.length && !loader.byContent)
      throw new Failure(
        EXIT.unreadable,
        [
          `no nginx configuration found in ${paths.map(folderName).join(', ') || 'this folder'}: name a file, or the main file with --root`,
          ...loader.notSeen.map((why) => `not seen: ${why}`),
        ].join('\n'),
      );
  }
  const overrides = ruleLevels(options, loader.parts.rules);
  /** the folders of which all was asked for, not files by their names */
  const asked = paths.length || options.root ? paths.map((name) => fileOfPath(path.resolve(name))) : [fileOfPath(process.cwd())];
  const stats = await Promise.all(asked.map((id) => loader.files.stat(id)));
  const wide = piped ? [] : asked.filter((_, i) => stats[i]?.kind === 'folder');
  const timings = options.timings ? { now: () => performance.now(), byRule: new Map<string, number>() } : undefined;
  const crashes: string[] = [];
  const run = async (): Promise<Checked[]> => {
    const out: Checked[] = [];
    for (const { config, project, way, shown } of configs) {
      const tuned = config.with({ settings: { ...config.settings, rules: { ...config.settings.rules, ...overrides.rules } } });
      const deployment = await loader.deployment({ config, project, way });
      const findings = lint(tuned, overrides.active, {
        deployment,
        onCrash: (rule, error) => crashes.push(`${rule.id}: ${crashWords(error)}`),
        ...(timings ? { timings } : {}),
      });
      // who asked for the whole project and did not get it must not take silence for an answer
      const cut = cutFrom(project, wide);
      out.push({
        config: tuned,
        deployment,
        findings: [...findings.filter((f) => shown === null || shown(f.at.file)), ...cutOff(tuned, overrides.active, cut)],
        shown,
      });
      progress.say(`${config.files.size} file${config.files.size === 1 ? '' : 's'} checked`);
    }
    return out;
  };
  let found = await run();
  const { rules } = loader.parts;
  const open: OpenText = (file, text) => {
    const document = loader.opened(file, text);
    document.dispose(); // of the tree alone; the statements stay
    return document;
  };
  /** where a person reads it: a configuration may be a part of another file */
  const placed = (finding: Finding): Finding => inHost(finding, (file, edits) => loader.files.keeps(file, edits));
  let unwritten = false;
  if (options.fix !== undefined || options.fixDryRun) {
    const named = (paths.length ? paths : ['.']).map((name) => path.resolve(name));
    /** files that a fix would change and that nobody named */
    const outside = new Set<FileId>();
    const applied = await applyFixes(
      {
        open,
        rules,
        text(file) {
          if (piped || isNamed(machinePath(file), named)) return loader.text(file)?.text ?? null;
          outside.add(file);
          return null;
        },
        put: (file, text) => loader.replace(file, text),
        placed,
        async find() {
          configs = await Promise.all(configs.map((c) => loader.again(c)));
          return (found = await run());
        },
      },
      found,
      options.fix === 'suggested',
    );
    // with what speaks against the fixes that were left out
    found = found.map((f, i) => ({ ...f, findings: applied.found[i]?.findings ?? f.findings }));
    progress.done();
    if (options.fixDryRun) {
      for (const { file, before, after } of applied.groups.flat()) sayExactly(unifiedDiff(shownPath(file), before, after));
      return EXIT.clean;
    }
    if (dumped) sayExactly(dumpOf(dumped, (file) => loader.text(file)?.text ?? dumped!.text(file) ?? ''));
    else if (stdin) sayExactly(loader.text(stdinName)?.text ?? '');
    else {
      unwritten = await write(applied, named);
      for (const file of outside)
        tell(`proxylens: ${nearPath(shownPath(file))}: not written: outside of ${visible(named.map(nearPath).join(', '))}`);
    }
  }
  // whoever fixed is told why the rest was not; those who only look wait for no proof
  if (proves) {
    // what the rules have made of a configuration is of no use to the proofs, and is as large as the configuration
    found = found.map((f) => ({ ...f, config: f.config.with({}) }));
    const all = found.map((f) => new Proofs(f.config, open, rules, () => f.deployment));
    found = found.map((f) => ({ ...f, findings: proved(all, f.findings) }));
  }
  const byFile = byFileOf(found, placed);
  const findings = [...byFile.values()].flat();
  if (options.updateBaseline) await writeBaseline(options.baseline!, findings, (id) => loader.text(id));
  const baseline = options.baseline && !options.updateBaseline ? await readBaseline(options.baseline) : null;
  const left = options.updateBaseline
    ? new Set<Finding>()
    : baseline
      ? applyBaseline(baseline, findings, options.baseline!, loader.parts.rules, (id) => loader.text(id))
      : new Set(findings);
  progress.done();
  const result: Result = {
    files: [...byFile]
      .map(([id, list]) => ({ id, path: shownPath(id), findings: inOrder(list.filter((f) => left.has(f))) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    text: (id) => loader.text(id),
    rules: loader.parts.rules,
    project: reportOn(configs, findings, (file) => byFile.has(file)),
    fixed: options.fix !== undefined,
    baseline: options.baseline ? { file: options.baseline, held: findings.length - left.size } : null,
    durationMs: Math.round((performance.now() - started) * 10) / 10,
    color: options.color === 'always' || (options.color !== 'never' && process.stdout.isTTY === true && !process.env.NO_COLOR),
  };
  // the fixed text of standard input went to standard output: what is left to say goes beside it
  const printed = format(result);
  const pieces = typeof printed === 'string' ? [printed] : printed;
  if (piped && options.fix !== undefined) tellLines([...pieces].join(''), result.color);
  else
    for (const piece of pieces)
      if (options.format === 'stylish') say(piece, result.color);
      else sayFormatted(piece);
  for (const crash of crashes) tell(`proxylens: a rule failed and its findings are missing; please report it: ${crash}`);
  if (timings) {
    const slowest = [...timings.byRule].sort((a, b) => b[1] - a[1]).slice(0, 15);
    for (const [id, ms] of slowest) tell(`${ms.toFixed(1).padStart(9)} ms  ${id}`);
  }
  const all = result.files.flatMap((f) => f.findings);
  const warnings = all.filter((f) => f.severity === 'warning').length;
  const bad = all.some((f) => SEVERITIES.indexOf(f.severity) <= failOn) || (maxWarnings !== null && warnings > maxWarnings);
  return crashes.length ? EXIT.bug : unwritten ? EXIT.unreadable : bad ? EXIT.findings : EXIT.clean;
}

/** Several configurations of one file, as the file has them. */
/** What failed and where, in one line. */
const crashWords = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message} (${
        (error.stack ?? '')
          .split('\n')
          .find((line) => /^\s+at /.test(line))
          ?.trim() ?? 'no place is known'
      })`
    : String(error);

const inOrder = (findings: Finding[]): Finding[] => findings.sort((a, b) => a.at.span.start - b.at.span.start);

/** A folder as people call it. */
const folderName = (given: string): string => (path.resolve(given) === process.cwd() ? 'this folder' : given);

function ruleLevels(options: CheckOptions, rules: readonly Rule[]): { rules: Record<string, Level>; active: readonly Rule[] } {
  const names = ruleNames(rules);
  const known = names.has;
  const levels: Record<string, Level> = {};
  for (const pair of options.rule ?? []) {
    const [id = '', level = ''] = pair.split('=');
    if (!known(id)) throw new Failure(EXIT.usage, `--rule ${pair}: ${noSuchRule(names, id)}`);
    if (!['off', ...SEVERITIES].includes(level))
      throw new Failure(EXIT.usage, `--rule ${pair}: the level is one of off, hint, info, warning, error`);
    levels[ruleOf(rules, id)?.id ?? id] = level as Level;
  }
  if (!options.only?.length) return { rules: levels, active: rules };
  for (const name of options.only) if (!known(name)) throw new Failure(EXIT.usage, `--only ${name}: ${noSuchRule(names, name)}`);
  const active = rules.filter((r) => options.only!.some((name) => means(name, r)));
  // what a person names is on, also when it is off by default
  for (const rule of active) if (idsOf(rule).some((id) => options.only!.includes(id))) levels[rule.id] ??= rule.severity;
  return { rules: { 'unused-suppression': 'off', ...levels }, active };
}

/** What a run found in one configuration. */
interface Checked extends Found {
  readonly deployment: Deployment;
  /** which files were asked about; null: all */
  readonly shown: Asked['shown'];
}

/** The findings by file, each once, with an empty list for a file that was read and has none. */
function byFileOf(found: readonly Checked[], placed: (finding: Finding) => Finding): Map<FileId, Finding[]> {
  const byFile = new Map<FileId, Finding[]>();
  const merged = new Merged();
  const listOf = (file: FileId): Finding[] => {
    const list = byFile.get(file) ?? [];
    byFile.set(file, list);
    return list;
  };
  for (const { config, findings, shown } of found) {
    for (const file of config.files.keys()) if (!isStock(file) && (shown === null || shown(file))) listOf(hostFileOf(file));
    merged.add(config, findings);
  }
  const seen = new Told<{ finding: Finding }>();
  for (const finding of merged.findings.map(placed)) {
    if (seen.of(finding)) continue;
    seen.add({ finding });
    listOf(finding.at.file).push(finding);
  }
  return byFile;
}

/** Whether a path is one of the named ones or is below it, by its name alone: links are the writer's matter. */
const isNamed = (file: string | null, named: readonly string[]): boolean => file !== null && named.some((name) => isPathBelow(file, name));

/** Writes the fixed texts over their files and says so on standard error; true when something had to be left as it is. */
async function write({ groups }: Applied, named: readonly string[]): Promise<boolean> {
  const { written, refused } = await writeFiles(
    groups.map((group) => group.map(({ file, before, after }) => ({ path: machinePath(file)!, text: after, from: before }))),
    named,
  );
  const fixes = new Map(groups.flat().map((c) => [machinePath(c.file), c.fixes]));
  for (const file of written) {
    const count = fixes.get(file) ?? 0;
    tell(`fixed ${nearPath(file)} (${count} ${count === 1 ? 'fix' : 'fixes'})`);
  }
  for (const { path: file, why } of refused) tell(`proxylens: ${nearPath(file)}: not written: ${visible(why)}`);
  return refused.length > 0;
}
