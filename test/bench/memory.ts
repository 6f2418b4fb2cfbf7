/** What 20,000 edits leave in memory, next to what 1,000 leave: the text is the same again each time. */
import v8 from 'node:v8';
import vm from 'node:vm';
import { fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { ended } from '../../server/src/lsp/publish.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { bigFile, random } from '../harness/generate-config.ts';
import { publisherOf } from '../harness/publisher.ts';

const TYPED = ['x', '\n    gzip on;', '{', '}', '"', ';', '# y', '\nupstream typed { server 127.0.0.1:1; }\n'];

/** Bytes in use, on the heap and in buffers such as the parser's memory, once all that is garbage is gone. */
function inUse(): number {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes in use after `few` edits and after `many`. */
export async function memory(few = 1000, many = 20_000, lines = 400): Promise<{ few: number; many: number }> {
  const { parser, engine, rules } = await loadParts();
  const file = fileId('file:///memory/nginx.conf');
  const text = bigFile(lines);
  const workspace = new Workspace(parser, engine, new MemoryFiles([[file, text]]));
  const publisher = publisherOf({ workspace, rules });
  workspace.apply({ kind: 'folders', folders: [fileId('file:///memory')] });
  workspace.apply({ kind: 'open', file, text, version: 1 });
  await workspace.settle();
  const next = random(3);
  let version = 1;
  const edit = async (start: number, end: number, newText: string): Promise<void> => {
    workspace.apply({ kind: 'edit', file, edits: [[{ span: { start, end }, newText }]], version: ++version });
    await workspace.settle();
    publisher.fresh(workspace.snapshot(), file);
    // the typing rests now and then
    if (version % 100 === 0) ended(publisher.steps(workspace.snapshot(), false));
  };
  const result = { few: 0, many: 0 };
  for (let i = 0; i < many; i += 2) {
    const at = Math.floor(next() * (text.length + 1));
    const newText = TYPED[Math.floor(next() * TYPED.length)]!;
    await edit(at, at, newText);
    await edit(at, at + newText.length, '');
    if (i + 2 === few) result.few = inUse();
  }
  result.many = inUse();
  return result;
}
