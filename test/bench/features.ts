/** The times of editor features, for the table of `npm run bench`. */
import { pathToFileURL } from 'node:url';
import { fileId } from '../../server/src/base/file-id.ts';
import { references } from '../../server/src/features/navigation.ts';
import { outline } from '../../server/src/features/symbols.ts';
import { NodeFiles } from '../../server/src/host/node-files.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';

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
    const what = name === 'one' ? '10,000 lines' : '1,001 files';
    const time = (title: string, work: () => unknown, goal = ''): void => {
      const times: number[] = [];
      for (let i = 0; i < 9; i++) {
        const from = performance.now();
        work();
        times.push(performance.now() - from);
      }
      rows.push([`${title}, ${what}`, `${times.sort((a, b) => a - b)[4]!.toFixed(2)} ms`, goal]);
    };
    const snapshot = workspace.snapshot();
    const file = snapshot.file(id)!;
    const configs = snapshot.configsOf(id);
    const at = file.text.indexOf('proxy_pass http://app') + 20;
    time('references', () => references(configs, file, at, true));
    time('outline', () => outline(file));
  }
}
