/**
 * Proposals in files as people have them: at words of the deployed configurations the word is taken out, the first five proposals are accepted one
 * by one, and what comes of it is judged by our rules of validity, and in a part by the real nginx. `PROXYLENS_ACCEPT` says how many positions,
 * `PROXYLENS_SEED` which.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { type FileId, pathOf } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { completion } from '../../server/src/features/completion.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { expand } from '../../server/src/snippets/snippet.ts';
import type { SourceFile, Statement } from '../../server/src/syntax/statement.ts';
import { Random } from '../harness/config-generator.ts';
import { available, judge, withoutNginx } from '../harness/nginx.ts';
import { deploymentsHere, forInstalled } from '../harness/noise.ts';
import { lintTree, parts } from '../harness/rules.ts';

const POSITIONS = Number(process.env.PROXYLENS_ACCEPT) || 12;
const SEED = Number(process.env.PROXYLENS_SEED) || 1;
/** of so many accepted proposals one is put to nginx */
const JUDGED = 8;

const VALIDITY = RULES.filter((r) => r.group === 'validity' && r.severity === 'error');

interface Place {
  readonly file: SourceFile;
  readonly from: number;
  readonly to: number;
}

/** The words that may be taken out: arguments that stand bare on their line. */
function* places(file: SourceFile, statements: readonly Statement[] = file.body): Generator<Place> {
  for (const s of statements) {
    if (s.closed)
      for (const word of s.args)
        if (!word.raw.includes('\n'))
          yield { file, from: word.start + (word.raw.startsWith('(') ? 1 : 0), to: word.end - (word.raw.endsWith(')') ? 1 : 0) };
    if (s.block) yield* places(file, s.block);
  }
}

describe('proposals in deployed configurations', () => {
  for (const { name, tree, version, flavour } of deploymentsHere())
    test(name, { skip: withoutNginx() }, async (t) => {
      const settings = withSettings(DEFAULT_SETTINGS, { nginxVersion: version ?? available()!.version, ...(flavour && { flavour }) });
      const root = [...tree.keys()].find((f) => f.endsWith('/nginx.conf'))!;
      const files = new Map<FileId, string>(Object.entries(forInstalled(tree)) as [FileId, string][]);
      const { config } = await lintTree({ root, files }, [], settings);
      const { parser } = await parts();
      const errors = async (texts: ReadonlyMap<FileId, string>): Promise<string[]> =>
        (await lintTree({ root, files: texts as Map<FileId, string> }, VALIDITY, settings)).findings
          .filter((f) => f.severity === 'error')
          .map((f) => f.rule);
      const before = await errors(files);
      const r = new Random(SEED);
      const all = [...config.files.values()].filter((f) => files.has(f.id)).flatMap((f) => [...places(f)]);
      const broken: string[] = [];
      let accepted = 0;
      let judged = 0;
      for (const { file, from, to } of r.some(all, Math.min(POSITIONS, all.length))) {
        const cut = file.text.slice(0, from) + file.text.slice(to);
        const typed = await lintTree({ root, files: new Map([...files, [file.id, cut]]) }, [], settings);
        const opened = typed.config.files.get(file.id);
        if (!opened) continue;
        // a name that is taken out where it is declared is missed elsewhere
        const missed = await errors(new Map([...files, [file.id, cut]]));
        const found = completion([typed.config], opened, from);
        for (const item of found?.items.slice(0, 5) ?? []) {
          const insert = item.snippet ? expand(item.insert!).text : (item.insert ?? item.label);
          // the beginning of a value, with which one goes on
          if (item.again || item.kind === 'parameter' || /[=:/]$/.test(insert)) continue;
          const text = applyEdits(cut, [{ span: found!.span, newText: insert }, ...(item.more ?? [])]);
          accepted++;
          const line = text
            .slice(text.lastIndexOf('\n', from - 1) + 1)
            .split('\n')[0]!
            .trim();
          const where = `${pathOf(file.id).replace('/etc/nginx/', '')}: ${line} [${item.label}]`;
          if (parser.open(file.id, text).problems.length > file.problems.length) {
            broken.push(`${where}: it does not parse`);
            continue;
          }
          const after = new Map([...files, [file.id, text]]);
          const fresh = (await errors(after)).find((rule) => !before.includes(rule) && !missed.includes(rule) && !OF_OTHERS.has(rule));
          if (fresh) broken.push(`${where}: ${fresh}`);
          else if (accepted % JUDGED === 0) {
            judged++;
            const verdict = await judge(
              Object.fromEntries([...after].map(([id, body]) => [pathOf(id).replace(/^\/etc\/nginx\//, ''), body])),
              { provide: true },
            );
            if (!verdict.ok && !verdict.environment && !/ssl_certificate/.test(verdict.message ?? '') && !(await errors(after)).length)
              broken.push(`${where}: ${verdict.message}`);
          }
        }
      }
      t.diagnostic(`seed ${SEED}: ${accepted} accepted, ${judged} of them put to nginx`);
      assert.deepEqual(broken, []);
    });
});

/** What another name or number in a place of its own may rightly bring: the line's partner stands elsewhere. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  'listen-conflict',
  'duplicate-location',
  'duplicate-directive',
  'upstream-conflict',
  'path-conflict',
  'incompatible-directives',
  'unknown-zone',
  'incomplete-tls',
  'cache-without-key',
  'buffer-sizes-mismatched',
  'proxy-pass-form-invalid',
]);
