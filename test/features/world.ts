/** A workspace over a fixture in memory: what the helpers of each feature begin with. */
import assert from 'node:assert/strict';
import { fromPath } from '../../server/src/base/file-id.ts';
import type { Config } from '../../server/src/config/config.ts';
import type { RawSettings } from '../../server/src/config/settings-file.ts';
import type { SourceFile } from '../../server/src/syntax/statement.ts';
import { type Snapshot, Workspace } from '../../server/src/workspace/workspace.ts';
import { type Fixture, fixture } from '../harness/fixture.ts';
import { parts } from '../harness/rules.ts';

export interface World {
  readonly fixture: Fixture;
  readonly workspace: Workspace;
  readonly snapshot: Snapshot;
  /** the file with the cursor, else the first */
  readonly file: SourceFile;
  readonly configs: readonly Config[];
  /** of the cursor; 0 when there is none */
  readonly offset: number;
}

/** Reads a fixture, opens all of its files and settles. */
export async function world(text: string, settings: RawSettings = {}): Promise<World> {
  const read = fixture(text);
  const { parser, engine } = await parts();
  const workspace = new Workspace(parser, engine, read.disk);
  workspace.apply({ kind: 'settings', settings });
  workspace.apply({ kind: 'folders', folders: [fromPath('/etc/nginx')] });
  for (const file of read.files) workspace.apply({ kind: 'open', file: file.id, text: file.text, version: 1 });
  await workspace.settle();
  const snapshot = workspace.snapshot();
  const id = read.cursor?.file ?? read.main.id;
  const file = snapshot.file(id);
  assert.ok(file);
  return { fixture: read, workspace, snapshot, file, configs: snapshot.configsOf(id), offset: read.cursor?.offset ?? 0 };
}

/** Puts a text into the blocks around a place of that kind: `location` gives http, server and location. */
export function inside(context: 'main' | 'http' | 'server' | 'location' | 'upstream' | 'stream' | 'stream-server', text: string): string {
  const wrap: Record<typeof context, [string, string]> = {
    main: ['', '\n'],
    http: ['events {}\nhttp {\n', '\n}\n'],
    server: ['events {}\nhttp {\nserver {\n', '\n}\n}\n'],
    location: ['events {}\nhttp {\nserver {\nlocation / {\n', '\n}\n}\n}\n'],
    upstream: ['events {}\nhttp {\nupstream app {\n', '\n}\n}\n'],
    stream: ['events {}\nstream {\n', '\n}\n'],
    'stream-server': ['events {}\nstream {\nserver {\n', '\n}\n}\n'],
  };
  return wrap[context][0] + text + wrap[context][1];
}
