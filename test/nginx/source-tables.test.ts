/**
 * Directives and variables of the catalog against the tables of nginx's source, as far as it lies unpacked in `out/`
 * (`node test/tools/other-nginx.mjs --sources bullseye bookworm trixie`). What is not here is named in the output.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { loadCatalog, type Target } from '../../server/src/catalog/catalog.ts';
import { ANY_MODULE } from '../../server/src/catalog/modules.ts';
import { overrides } from '../../server/src/catalog/overrides.ts';
import { version } from '../../server/src/catalog/version.ts';
import { compareCommands, compareVariables, readTree, readVersion, variablesBeyond } from '../../server/src/generate/catalog-source.ts';

const SUITES = ['bullseye', 'bookworm', 'trixie', 'sid'];
/** what Debian added to its package is not in the source that it started from */
const DEBIAN = new Set(overrides().map((o) => o.name));

for (const suite of SUITES) {
  const dir = path.resolve('out', `nginx-source-${suite}`, 'tree');
  if (!fs.existsSync(dir)) {
    console.log(`not compared: the source of nginx of Debian ${suite} (node test/tools/other-nginx.mjs --sources ${suite})`);
    continue;
  }
  const release = readVersion(fs.readFileSync(path.join(dir, 'src/core/nginx.h'), 'utf8'))!;
  const target: Target = { nginx: version(release), flavour: 'oss', openssl: version('3.5.9'), modules: ANY_MODULE };
  const { commands, variables } = readTree(dir);

  describe(`source of nginx ${release}`, () => {
    test(`its ${commands.length} commands`, () => {
      assert.ok(commands.length > 650);
      const found = compareCommands(loadCatalog(), target, commands).filter((d) => !(d.what === 'gone' && DEBIAN.has(d.name)));
      assert.deepEqual(
        found.map((d) => `${d.what} ${d.name}: ${d.text}`),
        [],
      );
    });

    test(`its ${variables.length} variables: all known, changeable where they are, none too many`, () => {
      assert.ok(variables.length > 150);
      const found = [...compareVariables(loadCatalog(), target, variables), ...variablesBeyond(loadCatalog(), target, variables)];
      assert.deepEqual(
        found.map((d) => `${d.what} ${d.name}: ${d.text}`),
        [],
      );
    });
  });
}
