/** The times of editor features, for the table of `npm run bench`: right behind a keystroke, when nothing of the new text is known yet. */
import { pathToFileURL } from 'node:url';
import { fileId } from '../../server/src/base/file-id.ts';
import type { Config } from '../../server/src/config/config.ts';
import { actionsAt } from '../../server/src/features/actions.ts';
import { completion } from '../../server/src/features/completion.ts';
import { format } from '../../server/src/features/format.ts';
import { hover } from '../../server/src/features/hover.ts';
import { inlayHints } from '../../server/src/features/inlay.ts';
import { lenses } from '../../server/src/features/lens.ts';
import { references } from '../../server/src/features/navigation.ts';
import { outline } from '../../server/src/features/symbols.ts';
import { tokens } from '../../server/src/features/tokens.ts';
import { Proofs } from '../../server/src/fixes/prove.ts';
import { NodeFiles } from '../../server/src/host/node-files.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { lint } from '../../server/src/rules/run.ts';
import type { SourceFile } from '../../server/src/syntax/statement.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';

const RUNS = 15;

/** Adds a row for each feature: the median of runs on the 10,000-line file and on the tree that the main bench wrote into `dir`. */
export async function features(dir: string, rows: [string, string, string][]): Promise<void> {
  const parts = await loadParts();
  for (const [name, main] of [
    ['one', 'nginx.conf'],
    ['many', 'sites-enabled/site0500.conf'],
  ] as const) {
    const workspace = new Workspace(parts.parser, parts.engine, new NodeFiles());
    const folder = pathToFileURL(`${dir}/${name}`).href;
    workspace.apply({ kind: 'folders', folders: [fileId(folder)] });
    await workspace.settle();
    const id = fileId(`${folder}/${main}`);
    const text = workspace.snapshot().file(id)!.text;
    workspace.apply({ kind: 'open', file: id, text, version: 1 });
    await workspace.settle();
    const what = name === 'one' ? '10,000 lines' : '1,001 files';
    // in the middle of the file, where a proxy_pass stands
    const place = text.indexOf('proxy_pass http://', name === 'one' ? text.length / 2 : 0);
    let version = 1;
    const time = async (
      title: string,
      typed: string,
      work: (configs: readonly Config[], file: SourceFile, behind: number) => unknown,
      goal = '',
    ): Promise<void> => {
      const times: number[] = [];
      for (let i = 0; i < RUNS; i++) {
        const edit = (start: number, end: number, newText: string): void =>
          workspace.apply({ kind: 'edit', file: id, edits: [[{ span: { start, end }, newText }]], version: ++version });
        edit(place, place, typed);
        await workspace.settle();
        const snapshot = workspace.snapshot();
        const file = snapshot.file(id)!;
        const from = performance.now();
        work(snapshot.configsOf(id), file, place + typed.length);
        times.push(performance.now() - from);
        edit(place, place + typed.length, '');
      }
      rows.push([`${title}, ${what}`, `${times.sort((a, b) => a - b)[RUNS >> 1]!.toFixed(2)} ms`, goal]);
    };
    await time('completion of a directive', 'proxy_', (configs, file, at) => completion(configs, file, at), '< 10 ms');
    await time('completion of an upstream', 'proxy_pass http://', (configs, file, at) => completion(configs, file, at), '< 10 ms');
    await time('completion of a variable', 'set $a $', (configs, file, at) => completion(configs, file, at), '< 10 ms');
    await time('hover', '', (configs, file, at) => hover(configs, file, at + 2));
    await time('references', '', (configs, file, at) => references(configs, file, at + 20, true));
    await time('semantic tokens', '', ([config], file) => tokens(config!, file));
    await time('inlay hints of 60 lines', '', ([config], file, at) => inlayHints(config!, file, { start: at, end: at + 2000 }, () => true));
    await time('lenses', '', (configs, file) => lenses(configs, file, () => true));
    const findings = lint(workspace.snapshot().configsOf(id)[0]!, parts.rules).filter((f) => f.at.file === id);
    const fixable = findings.find((f) => f.fixes.some((fix) => fix.safety === 'safe'));
    if (fixable) {
      await time('light bulb', '', (_, file) => actionsAt(file, findings, fixable.at.span, (list) => list), '< 50 ms');
      await time('proof of a picked fix', '', ([config]) => {
        const proofs = new Proofs(config!, (f, t) => workspace.parse(f, t), parts.rules);
        proofs.each([{ finding: fixable, fix: fixable.fixes.find((fix) => fix.safety === 'safe')! }]);
      });
    }
    await time('outline', '', (_, file) => outline(file));
    await time('format', '', (_, file) => format(file, { indent: '    ' }));
  }
}
