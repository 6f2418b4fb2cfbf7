/** What a finding says that nginx says is what nginx says: every quoted message of the corpus is compared with the binary's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, withoutNginx } from '../harness/nginx.ts';
import { corpus } from './corpus.ts';
import { verdictOf } from './ours.ts';

/** A message without the place behind it, and without the version that judged. */
const bare = (text: string): string =>
  text
    .replace(/ \(judged by PCRE2 [^)]*\)/, '')
    .replace(/ in \S+:\d+$/, '')
    .replace(/\.$/, '');

/** Several faults in one line: nginx names the one that its code comes to first; and what a newer PCRE2 words otherwise. */
const OTHERS = [
  /"limit_(req|conn)_zone" must have "zone"/,
  /"open_file_cache" must have/,
  /length of lookbehind assertion|unknown POSIX class/,
  /keys zone ".*" is too small/,
];

test('quoted messages are the binary’s', { skip: withoutNginx() }, async () => {
  const wrong: string[] = [];
  let compared = 0;
  const all = corpus();
  for (let i = 0; i < all.length; i += 32)
    await Promise.all(
      all.slice(i, i + 32).map(async ({ name, files }) => {
        const ours = await verdictOf(files);
        const said = /nginx says: (.*)$/s.exec(ours.errors[0]?.message ?? '')?.[1];
        if (said === undefined || OTHERS.some((o) => o.test(said))) return;
        const theirs = await judge(files);
        if (theirs.ok || theirs.environment || theirs.message === null) return;
        compared++;
        if (bare(said) !== bare(theirs.message)) wrong.push(`${name}\n  ours   ${bare(said)}\n  nginx  ${bare(theirs.message)}`);
      }),
    );
  assert.ok(compared > 200, `only ${compared} messages were compared`);
  assert.deepEqual(wrong, [], `${wrong.length} of ${compared}:\n${wrong.join('\n')}`);
});
