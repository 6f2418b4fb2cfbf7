/** What is said about the work of others in the package: complete, by the standard, and under licences that may be passed on. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import type * as CycloneDx from '@cyclonedx/cyclonedx-library';

const { Spec, Validation } = createRequire(path.resolve('package.json'))('@cyclonedx/cyclonedx-library') as typeof CycloneDx;
const bill = (): { components: { name: string; version: string; licenses: { license?: { id?: string; name?: string } }[] }[] } =>
  JSON.parse(fs.readFileSync('dist/sbom.cdx.json', 'utf8'));

test('the bill of materials is CycloneDX by the standard’s own schema', async () => {
  const wrong = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(fs.readFileSync('dist/sbom.cdx.json', 'utf8'));
  assert.equal(wrong, null, JSON.stringify(wrong));
});

test('every declared dependency that is bundled is in it, and everything in it has its licence in the notices', () => {
  const notices = fs.readFileSync('dist/THIRD-PARTY-NOTICES.txt', 'utf8');
  const components = bill().components;
  const names = new Set(components.map(({ name }) => name));
  const { dependencies } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  for (const name of [...Object.keys(dependencies), 'tree-sitter-python', 'pcre2']) assert.ok(names.has(name), name);
  for (const { name, version } of components) {
    const text = notices.split(`${'='.repeat(78)}\n${name} ${version}\n${'='.repeat(78)}\n`)[1]?.split(/\n={78}\n/)[0] ?? '';
    assert.match(text, /copyright|Creative Commons|Blue Oak/i, `${name} ${version}`);
  }
});

test('no licence that asks more than naming the author', () => {
  const allowed = new Set([
    'MIT',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'ISC',
    'BlueOak-1.0.0',
    'CC-BY-4.0',
    'BSD-3-Clause WITH PCRE2-exception',
  ]);
  for (const { name, licenses } of bill().components)
    for (const { license } of licenses) assert.ok(allowed.has(license?.id ?? license?.name ?? ''), `${name}: ${JSON.stringify(license)}`);
});
