/**
 * Each "since" of the catalog has a source: the data name one for all and the exceptions. Held against CHANGES as far as a Debian package brings it
 * here: the system's, and the newest that `node test/tools/other-nginx.mjs` unpacked.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import { atLeast, compareVersions, version } from '../../server/src/catalog/version.ts';
import { exceptionOf, exceptions, names, readAllChanges, sinceValues, sourceOf } from '../../server/src/generate/since-source.ts';

const all = sinceValues(loadCatalog());

test('every since has a source', () => {
  const without = all.filter((v) => sourceOf(v, null) === null);
  assert.deepEqual(
    without.map((v) => `${v.what}: ${v.release}`),
    [],
  );
  assert.ok(all.length > 1400, `${all.length} values`);
});

test('every exception is needed for a value of its release and module', () => {
  const unused = exceptions().filter(
    ([release, module]) => !all.some((v) => v.project === 'oss' && v.release === release && (module === '*' || v.module === module)),
  );
  assert.deepEqual(unused, []);
});

test('a part of a directive is not older than the directive', () => {
  const older = all.filter(
    (v) => v.project === 'oss' && v.whole !== undefined && compareVersions(version(v.release), version(v.whole)) < 0,
  );
  assert.deepEqual(
    older.map((v) => `${v.what}: ${v.release}, the directive ${v.whole}`),
    [],
  );
});

const PACKAGED = [
  'out/nginx-sid/tree/usr/share/doc/nginx/changelog.gz',
  'out/nginx-trixie/tree/usr/share/doc/nginx/changelog.gz',
  '/usr/share/doc/nginx/changelog.gz',
].find((f) => fs.existsSync(f));

test('CHANGES says what is said of it', () => {
  if (!PACKAGED) {
    console.log('not compared: CHANGES, which no installed package brings');
    return;
  }
  const changes = readAllChanges(gunzipSync(fs.readFileSync(PACKAGED)).toString());
  const newest = [...changes.keys()][0]!;
  const wrong: string[] = [];
  const newer = new Set<string>();
  const compared = { entry: 0, quoted: 0, tables: 0, branch: 0 };
  for (const value of all.filter((v) => v.project === 'oss')) {
    const entries = changes.get(value.release);
    const exception = exceptionOf(value);
    if (!entries && atLeast(version(value.release), newest)) {
      newer.add(value.release);
      continue;
    }
    const source = sourceOf(value, entries !== undefined && names(entries, value.word))!;
    const said = `${value.what}: ${value.release}`;
    if (source.kind === 'tables') compared.tables++;
    else if (source.kind === 'branch') {
      compared.branch++;
      const [major, minor] = value.release.split('.');
      if (entries || source.file !== `CHANGES-${major}.${minor}`) wrong.push(`${said}: the main line has that release`);
    } else if (source.kind === 'entry' && source.quoted !== null) {
      compared.quoted++;
      if (!entries?.some((e) => e.includes(source.quoted!))) wrong.push(`${said}: its entry does not say "${source.quoted}"`);
    } else {
      compared.entry++;
      if (!entries || !names(entries, value.word))
        wrong.push(`${said}: its entry in CHANGES does not name ${value.word}, and there is no exception (${exception})`);
    }
  }
  assert.deepEqual(wrong, []);
  console.log(`by CHANGES up to ${newest}: ${JSON.stringify(compared)}; not compared: ${[...newer].join(', ') || 'none'}`);
  assert.ok(compared.entry > 450, `${compared.entry} compared`);
});
