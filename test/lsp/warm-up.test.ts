/** A server that waits warms up: it asks its rules about a text of its own, and nobody sees or waits for it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { warmUp } from '../../server/src/lsp/warm-up.ts';
import { TestClient } from '../harness/lsp.ts';
import { parts } from '../harness/rules.ts';

after(() => TestClient.stopAll());

/** Warms up, and counts how often rules are asked; `idle` and `now` are told how often so far. */
async function warmed({ idle, now }: { idle: (asked: number) => boolean; now: (asked: number) => number }) {
  const { parser, engine, rules } = await parts();
  const byRule = new Set<string>();
  const logged: string[] = [];
  let asked = 0;
  const counted = rules.map((rule) => ({
    ...rule,
    check: (input: Parameters<typeof rule.check>[0]) => {
      asked++;
      byRule.add(rule.id);
      rule.check(input);
    },
  }));
  const log = (line: string): number => logged.push(line);
  await warmUp({ parser, engine, rules: counted, encoding: 'utf-16', now: () => now(asked), idle: () => idle(asked), log });
  return { asked, rules: byRule.size, logged };
}

test('warming up asks most rules, and ends where there is something to do or its time is over', async () => {
  const whole = await warmed({ idle: () => true, now: () => 0 });
  assert.deepEqual(whole.logged, []);
  assert.ok(whole.rules > 100, `${whole.rules} rules are asked`);
  const disturbed = await warmed({ idle: (asked) => asked === 0, now: () => 0 });
  assert.ok(disturbed.asked < whole.asked, `${disturbed.asked} of ${whole.asked}`);
  const late = await warmed({ idle: () => true, now: (asked) => (asked === 0 ? 0 : 10_000) });
  assert.ok(late.asked < whole.asked, `${late.asked} of ${whole.asked}`);
});

test('nothing of it is shown, and what is opened then is judged as ever', async () => {
  const text = 'events {}\nhttp {\n    server {\n        location /img { alias /data/img/; }\n    }\n}\n';
  const uri = 'file:///warm/nginx.conf';
  const shown: unknown[] = [];
  for (const rest of [0, 400]) {
    const client = await TestClient.start();
    await client.settled();
    await new Promise((done) => setTimeout(done, rest));
    assert.equal(client.published.length, 0);
    client.open(uri, text);
    await client.settled();
    assert.deepEqual([...new Set(client.published.map((p) => p.uri))], [uri]);
    assert.deepEqual(client.logs, []);
    shown.push(client.shown(uri));
    await client.stop();
  }
  assert.deepEqual(shown[1], shown[0]);
});
