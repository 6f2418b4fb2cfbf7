/** Every snippet, with every choice, at every place where it is offered, before the real nginx. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { atLeast, version } from '../../server/src/catalog/version.ts';
import { type DeploymentAnswers, newDeployment } from '../../server/src/snippets/deployment.ts';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { deployments, whole } from '../harness/deployments.ts';
import { available, judge, skipOrFail } from '../harness/nginx.ts';
import { allPairs, drawn, joined, nameOf } from '../harness/pairs.ts';
import { placed } from '../harness/snippets.ts';

const nginx = available();

describe('snippets and the real nginx', () => {
  if (!nginx) {
    skipOrFail('nginx is not installed');
    return;
  }
  for (const snippet of SNIPPETS) {
    if (!atLeast(version(nginx.version), snippet.since)) continue;
    // nginx opens the database of countries
    if (snippet.id === 'country') continue;
    if (snippet.module && !nginx.modules.includes(snippet.module)) continue;
    if (snippet.openssl && !(nginx.openssl && atLeast(version(nginx.openssl), snippet.openssl))) continue;
    for (const place of placed(snippet, version('1.22.1')))
      test(place.name, async () => {
        const verdict = await judge(place.text, { provide: true });
        assert.ok(verdict.ok, `${verdict.message} in\n${place.text}`);
      });
  }
});

test('pairs of snippets and the real nginx', { skip: !nginx }, async () => {
  const here = version(nginx!.version);
  const known = allPairs().filter((p) => [p.first, p.second].every((s) => atLeast(here, s.since) && !s.openssl && !s.module));
  const { PAIRS = '25', PAIRS_SEED = String(Math.floor(Date.now() / 86_400_000)) } = process.env;
  for (const pair of drawn(known, PAIRS === 'all' ? known.length : Number(PAIRS), Number(PAIRS_SEED))) {
    const { text } = await joined(pair, here);
    if (text === null) continue;
    const verdict = await judge(text, { provide: true });
    assert.ok(verdict.ok, `${nameOf(pair)}: ${verdict.message}`);
  }
});

/** All of nginx's files of a deployment, as one configuration holds them. */
const site = (answers: DeploymentAnswers): string =>
  newDeployment(answers)
    .filter((f) => f.path.endsWith('.conf') && f.path.startsWith('deploy/nginx/'))
    .map((f) => f.text)
    .join('\n');

describe('new deployments and the real nginx', () => {
  if (!nginx) return;
  for (const answers of deployments())
    test(`${answers.framework} under ${answers.server}, tls ${answers.tls}${answers.mediaRoot ? ', media' : ''}`, async () => {
      const verdict = await judge(whole(site(answers)), { provide: true });
      assert.ok(verdict.ok, verdict.message ?? '');
    });
});
