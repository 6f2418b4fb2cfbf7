/** An id that a rule had before keeps its meaning wherever a person wrote it down. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { RULES } from '../../server/src/rules/all.ts';
import { ends, folder, rulesOf, run } from './cli.ts';

const CONF = `events {}
http {
    ssl_session_cache builtin:1000;
    server {
        listen 443 ssl;
        ssl_certificate a.pem;
        ssl_certificate_key a.key;
        return 204;
    }
}
`;
const NOW = 'session-cache-ineffective';
const BEFORE = 'session-cache';
const only = ['check', '--format', 'json', '--only'];
const at = (text = CONF, more: Record<string, string> = {}) => ({ cwd: folder({ 'nginx.conf': text, ...more }) });
const found = async (args: readonly string[], where: { cwd: string }) => rulesOf(await run(args, where));

describe('ids that a rule had before', () => {
  test('no two rules share an id, now or before', () => {
    const all = RULES.flatMap((r) => [r.id, ...(r.formerly ?? [])]);
    assert.deepEqual(
      all.filter((id, i) => all.indexOf(id) !== i),
      [],
    );
    assert.ok(RULES.some((r) => r.formerly));
  });

  test('--only and --rule take both, and the finding has the id of today', async () => {
    assert.deepEqual(await found([...only, BEFORE, 'nginx.conf'], at()), [NOW]);
    assert.deepEqual(await found([...only, NOW, 'nginx.conf'], at()), [NOW]);
    assert.deepEqual(await found([...only, NOW, '--rule', `${BEFORE}=off`, 'nginx.conf'], at()), []);
  });

  test('settings: the level, and what is ignored', async () => {
    assert.ok((await found(['check', '--format', 'json', 'nginx.conf'], at())).includes(NOW));
    for (const settings of [`rules:\n  ${BEFORE}: off\n`, `ignore:\n  - paths: ["*.conf"]\n    rules: [${BEFORE}]\n`]) {
      const ids = await found(['check', '--format', 'json', 'nginx.conf'], at(CONF, { '.proxylens.yaml': settings }));
      assert.ok(!ids.includes(NOW), settings);
    }
  });

  test('a comment suppresses by it, and is not called unknown or idle', async () => {
    const text = CONF.replace('    ssl_session_cache', `    # proxylens-ignore ${BEFORE}: one worker\n    ssl_session_cache`);
    const ids = await found(['check', '--format', 'json', 'nginx.conf'], at(text));
    assert.ok(!ids.includes(NOW) && !ids.includes('unused-suppression'), ids.join());
  });

  test('a baseline that was written with it holds', async () => {
    const where = at();
    await ends(0, ['check', '--only', NOW, '--baseline', 'base.json', '--update-baseline', 'nginx.conf'], where);
    const file = path.join(where.cwd, 'base.json');
    const written = fs.readFileSync(file, 'utf8');
    assert.match(written, new RegExp(`"${NOW}"`));
    fs.writeFileSync(file, written.replaceAll(NOW, BEFORE));
    assert.deepEqual(await found([...only, NOW, '--baseline', 'base.json', 'nginx.conf'], where), []);
  });

  test('its page is found, and names it; SARIF carries it', async () => {
    const page = await ends(0, ['explain', BEFORE]);
    assert.match(page.out, new RegExp(`^# ${NOW}$`, 'm'));
    assert.match(page.out, /^`session-cache`: still understood/m);
    const sarif = JSON.parse((await run(['check', '--format', 'sarif', '--only', NOW, 'nginx.conf'], at())).out) as {
      runs: { tool: { driver: { rules: { id: string; deprecatedIds?: string[] }[] } } }[];
    };
    assert.deepEqual(sarif.runs[0]!.tool.driver.rules.find((r) => r.id === NOW)?.deprecatedIds, [BEFORE]);
  });
});
