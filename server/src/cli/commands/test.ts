/** `proxylens test`: request tests beside the configuration; exit 1 when an expectation does not hold. */
import path from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { visible } from '../../base/escape.ts';
import { arriving, fillsFor, likelyAnswers, withRequest } from '../../features/application-view.ts';
import { refusalsOf } from '../../features/refusals.ts';
import { NodeFiles } from '../../host/node-files.ts';
import { fileOfPath } from '../../host/paths.ts';
import { filesBelow } from '../../project/walk.ts';
import { lineOfKey, readTests, runTest } from '../../trace/expect.ts';
import { originOf } from '../../trace/origin.ts';
import { traceText } from '../../trace/print/text.ts';
import { type CommonOptions, Loader, shownPath, withCommonOptions } from '../common.ts';
import { EXIT, Failure } from '../failure.ts';
import { say, sayJson, tell } from '../output.ts';
import { nearPath, paintFor } from './trace.ts';

interface TestOptions extends CommonOptions {
  format: string;
  allowRefused?: boolean;
}

/** Adds `proxylens test` to the program. */
export function addTest(program: Command): void {
  withCommonOptions(program.command('test').argument('[file...]', 'test files or folders; default: all *.proxytest.yaml below this folder'))
    .description('check request tests (*.proxytest.yaml) against their configurations')
    .option('--format <name>', 'text or json', 'text')
    .option('--allow-refused', 'tests may hold although nginx refuses the configuration')
    .action(async (files: string[], options: TestOptions) => {
      process.exitCode = await test(files, options);
    });
}

const isTest = (name: string): boolean => /\.proxytest\.ya?ml$/.test(name);

async function testFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const disk = new NodeFiles({ blocks: true });
  for (const given of paths.length ? paths : ['.']) {
    const stat = await disk.stat(fileOfPath(path.resolve(given)));
    if (!stat) throw new Failure(EXIT.unreadable, `${given}: no such file or folder`);
    if (stat.kind !== 'folder') found.push(path.resolve(given));
    else for await (const id of filesBelow([fileOfPath(path.resolve(given))], disk)) if (isTest(id)) found.push(shownPath(id));
  }
  return found.sort();
}

/** Runs the command; returns the exit code. Throws failures with the contract's codes. */
export async function test(paths: readonly string[], options: TestOptions): Promise<number> {
  if (options.format !== 'text' && options.format !== 'json')
    throw new Failure(EXIT.usage, `--format is text or json, not "${options.format}"`);
  const files = await testFiles(paths);
  if (!files.length) throw new Failure(EXIT.unreadable, 'no *.proxytest.yaml found. Name a file or a folder.');
  const color = options.color === 'always' || (options.color !== 'never' && process.stdout.isTTY === true && !process.env.NO_COLOR);
  const c = pc.createColors(color);
  const paint = paintFor(options.color);
  const results: { file: string; name: string; line: number; ok: boolean; differences: readonly unknown[] }[] = [];
  let text = '';
  /** what of the files cannot be run; the rest goes on */
  const problems: string[] = [];
  let worst: number = EXIT.clean;
  const report = (exitCode: number, message: string): void => {
    worst = Math.max(worst, exitCode);
    problems.push(message);
    tell(`proxylens: ${message}`);
  };
  const runFile = async (file: string): Promise<void> => {
    const read = await new NodeFiles().read(fileOfPath(file));
    if (!read || read.problem) throw new Failure(EXIT.unreadable, `${file}: ${read?.problem ?? 'no such file'}`);
    const written = read.text;
    // whose a bare path is, its configuration says
    let suite = readTests(written, 'http://localhost');
    for (const p of suite.problems) report(EXIT.usage, `${file}:${p.line + 1}: ${p.message}`);
    const bad = new Set(suite.problems.map((p) => p.line));
    if (bad.size && (!suite.usable || suite.tests.every((t) => bad.has(t.line)))) return;
    const folder = path.dirname(file);
    const maps = Object.entries(suite.map).map(([from, to]) => `${from}=${path.resolve(folder, to)}`);
    const loader = await Loader.create({
      ...options,
      map: [...(options.map ?? []), ...maps],
      ...(suite.nginx && !options.nginxVersion ? { nginxVersion: suite.nginx } : {}),
      ...(suite.service !== null && options.service === undefined ? { service: suite.service } : {}),
    });
    const named = options.service === undefined && suite.service !== null ? `${file}:${lineOfKey(written, 'service') + 1}: service` : null;
    const asked = await loader.one(path.resolve(folder, suite.config), {
      named,
      hint: 'Name one with "service" in the file, or with --service.',
    });
    if (!asked) throw new Failure(EXIT.unreadable, `${file}: ${suite.config} is no configuration`);
    const { config } = asked;
    suite = readTests(written, originOf(config) ?? 'http://localhost');
    const deployment = await loader.deployment(asked);
    text += `${c.underline(nearPath(file))}\n`;
    const refusedBy = refusalsOf(config, loader.parts.rules);
    const allowRefused = suite.allowRefused || options.allowRefused === true;
    const fills = fillsFor(config, deployment);
    for (const one of suite.tests) {
      if (bad.has(one.line)) continue;
      const request = arriving(one.request, config, deployment);
      const likely = likelyAnswers(one.request, config, deployment);
      const asked = { ...one, request, options: { ...one.options, likely, fills: withRequest(config, fills, request) } };
      const { traced, differences } = runTest(config, { allowRefused }, asked, refusedBy);
      results.push({ file, name: one.name, line: one.line, ok: differences.length === 0, differences });
      text += `  ${differences.length ? c.red('✕') : c.green('✓')} ${visible(one.name)}\n`;
      if (!differences.length) continue;
      for (const d of differences)
        text += `      ${visible(d.what)}: expected ${c.green(visible(d.expected))}, got ${c.red(visible(d.got))}\n`;
      text += traceText(traced, paint, nearPath).replace(/^(?=.)/gm, '      ');
    }
  };
  for (const file of files)
    try {
      await runFile(file);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      report(error.exitCode, error.message);
    }
  const failed = results.filter((r) => !r.ok).length;
  if (options.format === 'json') await sayJson({ version: 1, results, problems, summary: { passed: results.length - failed, failed } }, 2);
  else if (results.length || !problems.length) say(`${text}\n${results.length - failed} passed, ${failed} failed\n`, color);
  return problems.length ? worst : failed ? EXIT.findings : EXIT.clean;
}
