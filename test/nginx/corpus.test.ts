import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import { atLeast, version } from '../../server/src/catalog/version.ts';
import { available, judge, withoutNginx } from '../harness/nginx.ts';
import { corpus } from './corpus.ts';

const skip = withoutNginx();

test('nginx accepts every sample that is not written to be refused', { skip }, async () => {
  const samples = corpus((f) => f.endsWith('.conf'));
  const said = await Promise.all(samples.map(async (s) => ({ s, verdict: await judge(s.files) })));
  const wrong = said
    .filter(({ verdict }) => !verdict.ok)
    .map(({ s, verdict }) => `${s.name}: ${verdict.message} (${verdict.file}:${verdict.line})`);
  assert.deepEqual(wrong, []);
});

test('there are at least 400 samples, and their names are their own', () => {
  const samples = corpus();
  assert.ok(samples.length >= 400, `${samples.length}`);
  assert.equal(new Set(samples.map((s) => s.name)).size, samples.length);
});

test('loading only the modules that a text mentions changes no verdict', { skip }, async () => {
  const samples = corpus((f) => f === 'debian.conf' || f === 'modules.conf');
  const said = await Promise.all(samples.map(async (s) => [s.name, (await judge(s.files, { modules: 'all' })).message]));
  assert.deepEqual(
    said.filter(([, message]) => message !== null),
    [],
  );
});

test('accepted samples use every directive of the open-source modules that this nginx has', { skip }, async () => {
  const catalog = loadCatalog();
  const here = version(available()!.version);
  const used = new Set(
    corpus((f) => f.endsWith('.conf')).flatMap((s) => Object.values(s.files).flatMap((text) => text.match(/[a-z_0-9]+/g) ?? [])),
  );
  const unused = catalog
    .names()
    .filter((name) => !used.has(name))
    .flatMap((name) =>
      catalog
        .directives(name)
        .filter((f) => f.source === 'oss' && f.kind !== 'body-entry')
        .slice(0, 1),
    )
    .filter((f) => atLeast(here, f.since) && !(f.removed !== undefined && atLeast(here, f.removed)));
  const said = await Promise.all(
    unused.map(async (f) => ({ f, message: (await judge(`${f.name} x;\nevents { }\n`, { modules: 'all' })).message ?? '' })),
  );
  const missed = said.filter(({ message }) => !message.startsWith('unknown directive')).map(({ f }) => `${f.module} ${f.name}`);
  assert.deepEqual(missed, []);
});
