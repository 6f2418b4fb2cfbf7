/**
 * Renames and refactorings over generated configurations: the requests of the engine are traced before and after, and none is treated in another
 * way than the offer says. A part chosen by a seed runs in each run; PROXYLENS_TREES says how many trees.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { namesOf } from '../../server/src/config/names.ts';
import { refactorings } from '../../server/src/features/refactor/index.ts';
import { rename } from '../../server/src/features/rename.ts';
import { Proofs } from '../../server/src/fixes/prove.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { ConfigGenerator } from '../harness/config-generator.ts';
import { world } from './world.ts';

const TREES = Number(process.env.PROXYLENS_TREES) || 1;
const SEED = Number(process.env.PROXYLENS_SEED) || 1;
const AROUND = { ports: [8081, 8082, 8443], echo: { http: 9001, uwsgi: 9002, fastcgi: 9003, scgi: 9004 } } as const;

test('renames change no request, or say which', async (t) => {
  let renames = 0;
  let refused = 0;
  for (let i = 0; i < TREES; i++) {
    const w = await world(new ConfigGenerator(SEED + i, AROUND as never).generate().text);
    const [config] = w.configs;
    assert.ok(config);
    const prove = new Proofs(config, (file, text) => w.workspace.parse(file, text), RULES);
    const seen = new Set<string>();
    for (const site of namesOf(config).inFile(w.file.id)) {
      if (seen.has(`${site.kind} ${site.name} ${site.protocol}`)) continue;
      seen.add(`${site.kind} ${site.name} ${site.protocol}`);
      const answer = rename(
        w.configs,
        w.file,
        site.span.start,
        `${site.kind === 'named-location' ? '@' : ''}renamed_by_test`,
        (_, edits, called, declared) => prove.against(edits, declared, called),
      );
      if ('refused' in answer) {
        // what nginx brings itself cannot be renamed; nothing else is in the way of a name that nobody has, but a text that decides nothing
        const open = site.kind === 'upstream' && namesOf(config).openUses(site.name, site.protocol).length > 0;
        // $server_name is the pattern itself: what writes it out (server_name_in_redirect) sends the name of a group along
        const inPattern = site.kind === 'variable' && new RegExp(`server_name[^;]*\\(\\?P?<${site.name}>`).test(w.file.text);
        assert.match(
          answer.refused,
          open || inPattern ? /would get|nginx's own/ : /nginx's own|not declared/,
          `seed ${SEED + i}: ${site.kind} ${site.name}`,
        );
        refused++;
        continue;
      }
      renames++;
      const [own] = answer.edits;
      const after = w.workspace.parse(w.file.id, applyEdits(w.file.text, own!.edits));
      assert.deepEqual(after.problems, []);
    }
  }
  t.diagnostic(`seed ${SEED}, ${renames} renames, ${refused} refused`);
});

test('refactorings change no request unannounced', async (t) => {
  const counts = new Map<string, number>();
  const changed: string[] = [];
  for (let i = 0; i < TREES; i++) {
    const w = await world(new ConfigGenerator(SEED + i, AROUND as never).generate().text);
    const [config] = w.configs;
    assert.ok(config);
    const prove = new Proofs(config, (file, text) => w.workspace.parse(file, text), RULES);
    const seen = new Set<string>();
    const starts = [...w.file.text.matchAll(/^\s*(?=\S)/gm)].map((m) => m.index + m[0].length);
    for (const start of starts)
      for (const { title, edits, creates, changes } of refactorings(config, w.file, { start, end: start })) {
        const key = `${title} ${JSON.stringify(edits)}`;
        if (seen.has(key)) continue;
        seen.add(key);
        // a campaign takes all of them
        if (TREES === 1 && (counts.get(title.split(' ')[0]!) ?? 0) >= 12) continue;
        counts.set(title.split(' ')[0]!, (counts.get(title.split(' ')[0]!) ?? 0) + 1);
        const because = prove.against(edits, new Set(changes), undefined, creates);
        if (because !== null) changed.push(`seed ${SEED + i}, ${title}: ${because}`);
      }
  }
  t.diagnostic(`seed ${SEED}: ${[...counts].map(([k, n]) => `${k} ${n}`).join(', ')}`);
  assert.deepEqual(changed, []);
});
