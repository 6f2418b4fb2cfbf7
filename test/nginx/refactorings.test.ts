/**
 * Every refactoring that is offered anywhere in the deployed configurations, at each statement and at each selection of neighbours: what it
 * makes is a tree that nginx still takes, and a request that is sent through both gets the same answer.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { type FileId, pathOf } from '../../server/src/base/file-id.ts';
import type { Config } from '../../server/src/config/config.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { suggestions } from '../../server/src/features/preview.ts';
import { type Refactoring, refactorings } from '../../server/src/features/refactor/index.ts';
import type { Statement } from '../../server/src/syntax/statement.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair } from '../../server/src/trace/trace.ts';
import { judge, withoutNginx } from '../harness/nginx.ts';
import { deploymentsHere, forInstalled } from '../harness/noise.ts';
import { lintTree } from '../harness/rules.ts';

/** of each kind in each tree: what differs between them is the place, not the code that makes them */
const EACH = Number(process.env.REFACTORINGS ?? 2);

function* spots(list: readonly Statement[]): Generator<{ start: number; end: number }> {
  for (const [i, s] of list.entries()) {
    yield { start: s.name.start, end: s.name.start };
    for (const word of s.args) yield { start: word.start, end: word.start };
    for (let n = 0; n < 3 && i + n < list.length; n++) yield { start: s.start, end: list[i + n]!.end };
    if (s.block) yield* spots(s.block);
  }
}

const named = (id: FileId): string => pathOf(id).replace(/^\/etc\/nginx\//, '');

function applied(tree: ReadonlyMap<FileId, string>, { edits, creates }: Refactoring): Map<FileId, string> {
  const after = new Map(tree);
  for (const { file, text } of creates ?? []) after.set(file, text);
  for (const { file, edits: list } of edits) after.set(file, applyEdits(after.get(file) ?? '', list));
  return after;
}

/** What a client and the application see of the requests that the configuration itself suggests. */
function answers(config: Config, urls: readonly string[]): string[] {
  const pairs = (list: readonly HeaderPair[]): string[] => list.map(([name, value]) => `${name}: ${value}`).sort();
  return urls.map((text) => {
    const url = new URL(text);
    const { outcome, limits, cache } = traceRequest(config, {
      target: url.pathname + url.search,
      scheme: url.protocol === 'https:' ? 'https' : 'http',
      headers: [['Host', url.host]],
      ...(url.port && { localPort: Number(url.port) }),
    });
    const { kind, status, responseHeaders, body, file, upstreamRequest: up } = outcome;
    const sent = up && [up.method, up.uri, up.httpVersion, pairs(up.headers), up.params && pairs(up.params)];
    return JSON.stringify([text, kind, status, pairs(responseHeaders), body, file, sent, limits.length, cache === null]);
  });
}

describe('refactorings over deployed configurations', () => {
  for (const { name, tree, version, flavour } of deploymentsHere())
    test(name, { skip: withoutNginx() }, async () => {
      const settings = withSettings(DEFAULT_SETTINGS, { ...(version && { nginxVersion: version }), ...(flavour && { flavour }) });
      const root = [...tree.keys()].find((f) => f.endsWith('/nginx.conf'))!;
      const { config } = await lintTree({ root, files: tree }, [], settings);
      const urls = suggestions(config, null).slice(0, 12);
      const before = answers(config, urls);
      const seen = new Map<string, number>();
      const done = new Set<string>();
      const refused: string[] = [];
      for (const file of config.files.values())
        for (const range of spots(file.body))
          for (const offered of refactorings(config, file, range)) {
            const key = JSON.stringify([offered.title, offered.edits]);
            if (done.has(key)) continue;
            done.add(key);
            const kind = offered.title.replace(/[\d]+|[^ ]*[./][^ ]*/g, '…');
            seen.set(kind, (seen.get(kind) ?? 0) + 1);
            if (seen.get(kind)! > EACH) continue;
            const after = applied(tree, offered);
            const verdict = await judge(forInstalled([...after].map(([id, text]) => [named(id), text] as const)), { provide: true });
            if (!verdict.ok && !verdict.environment)
              refused.push(
                `${offered.title} at ${named(file.id)}:${file.lines.lineAt(range.start) + 1}: ${verdict.message} at ${verdict.file}:${verdict.line}`,
              );
            const changed = answers((await lintTree({ root, files: after }, [], settings)).config, urls).find((a, i) => a !== before[i]);
            if (changed)
              refused.push(
                `${offered.title} at ${named(file.id)}:${file.lines.lineAt(range.start) + 1}: ${changed}, not ${before.find((b) => b.startsWith(changed.slice(0, changed.indexOf(','))))}`,
              );
          }
      assert.deepEqual(refused, []);
    });
});
