/** How long a request's path takes, for the table of `npm run bench`. */

import { fileId } from '../../server/src/base/file-id.ts';
import type { Config } from '../../server/src/config/config.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NodeFiles } from '../../server/src/host/node-files.ts';
import { loadParts, type Parts } from '../../server/src/host/parts.ts';
import { lint } from '../../server/src/rules/run.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { witnessesOf } from '../../server/src/witness/requests.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { deployments } from '../harness/noise.ts';
import { lintTree } from '../harness/rules.ts';

/** Adds the rows of one trace and of a batch of 10,000 on the 10,000-line configuration at `folder` (a URI). */
export async function traces(folder: string, rows: [string, string, string][]): Promise<void> {
  const parts = await loadParts();
  const config = await loaded(folder, parts);
  const ask = (n: number): number => {
    const request = requestFromUrl({
      url: `https://www.site${n % 100}.example.com/part${n % 8}/a%20b/${n}?x=${n}`,
      headers: [['User-Agent', 'bench']],
    });
    if ('problem' in request) throw new Error(request.problem);
    const from = performance.now();
    traceRequest(config, request);
    return performance.now() - from;
  };
  const first = ask(0);
  for (let n = 0; n < 200; n++) ask(n);
  const times = Array.from({ length: 500 }, (_, n) => ask(n)).sort((a, b) => a - b);
  rows.push(['first trace after loading, 10,000 lines', `${first.toFixed(2)} ms`, '< 40 ms']);
  rows.push(['one trace, median', `${times[250]!.toFixed(3)} ms`, '< 0.15 ms']);
  const from = performance.now();
  for (let n = 0; n < 10_000; n++) ask(n);
  rows.push(['batch of 10,000 requests', `${(performance.now() - from).toFixed(0)} ms`, '< 700 ms']);
  // what the rules that judge by requests ask, on their own
  const judges = parts.rules.filter((r) => r.looksAt.some((at) => 'outcome' in at));
  const begun = performance.now();
  lint(config, judges);
  const judged = performance.now() - begun;
  rows.push([
    `witness requests of ${judges.length} rules on 10,000 lines`,
    `${witnessesOf(config).asked.toLocaleString('en')} in ${judged.toFixed(0)} ms`,
    '',
  ]);
  const whole = await shareOf([{ name: folder, load: () => loaded(folder, parts) }]);
  const small = await shareOf(
    deployments().map(({ name, tree }) => ({
      name,
      load: async () => (await lintTree({ root: fileId('file:///etc/nginx/nginx.conf'), files: tree }, [], DEFAULT_SETTINGS)).config,
    })),
  );
  rows.push(['a whole lint of 10,000 lines, with witness rules and without', `${(100 * whole).toFixed(0)} % of it are theirs`, '< 25 %']);
  rows.push(['the same, summed over the small deployments', `${(100 * small).toFixed(0)} % of it are theirs`, '< 25 %']);
}

/** The first configuration of a folder (a URI), read anew. */
async function loaded(folder: string, { parser, engine }: Parts): Promise<Config> {
  const workspace = new Workspace(parser, engine, new NodeFiles());
  workspace.apply({ kind: 'folders', folders: [fileId(folder)] });
  await workspace.settle();
  return workspace.snapshot().configs[0]!;
}

/** Milliseconds of processor time that this process has used: what else the machine does does not count. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A configuration by name, and how it is read anew: what was asked of one is remembered, so that each lint that is timed needs its own. */
interface Measured {
  readonly name: string;
  load(): Promise<Config>;
}

/** Rounds until no more of the code is compiled anew: fewer show the judges, of which each runs seldom, slower than they stay. */
const WARM = 20;

/**
 * The part (0 to 1) of the lints' time that the rules about outcomes take when the code is warm: of each configuration they are asked after all
 * others, in what these have made already, and the fastest counts of those behind WARM rounds.
 */
async function shareOf(all: readonly Measured[]): Promise<number> {
  const { rules } = await loadParts();
  const judges = rules.filter((r) => r.looksAt.some((at) => 'outcome' in at));
  const others = rules.filter((r) => !judges.includes(r));
  const fastest = new Map<string, { judges: number; others: number }>();
  for (let round = 0; round < 2 * WARM; round++)
    for (const { name, load } of all) {
      const config = await load();
      const time = (asked: typeof rules): number => {
        const begun = processorTime();
        lint(config, asked);
        return processorTime() - begun;
      };
      const took = { others: time(others), judges: time(judges) };
      const known = fastest.get(name);
      if (round >= WARM)
        fastest.set(name, known ? { others: Math.min(took.others, known.others), judges: Math.min(took.judges, known.judges) } : took);
    }
  const sum = (of: 'judges' | 'others'): number => [...fastest.values()].reduce((all, one) => all + one[of], 0);
  return sum('judges') / (sum('judges') + sum('others'));
}
