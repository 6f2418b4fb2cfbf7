// What of other people is in `dist/`: a text with all their licences, and a bill of materials (CycloneDX) for whoever reviews what they install.
// Both are read off what esbuild really bundled, so nothing can be forgotten.
import fs from 'node:fs';
import path from 'node:path';
import cyclonedx from '@cyclonedx/cyclonedx-library';

const { Enums, Models, Serialize, Spec, Contrib } = cyclonedx;

/** @typedef {{ name: string, version: string, license: string, url: string, text: string, npm: boolean }} Material */

/** Files that hold a licence's text, best first. */
const LICENCE_FILES = /^(licen[cs]e|copying|notice)([-.].*)?$/i;

/** @param {string} url as package.json writes it */
const plainUrl = (url) =>
  url
    .replace(/^git\+/, '')
    .replace(/^git:\/\//, 'https://')
    .replace(/^(git@github\.com|github):/, 'https://github.com/')
    .replace(/\.git$/, '')
    .replace(/^([\w-]+)\/([\w.-]+)$/, 'https://github.com/$1/$2');

/**
 * One package of node_modules.
 * @param {string} folder
 * @returns {Material}
 */
function packageAt(folder) {
  const data = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const texts = fs
    .readdirSync(folder)
    .filter((name) => LICENCE_FILES.test(name))
    .sort()
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8').trim());
  if (!texts.length)
    throw new Error(`${data.name} ships without the text of its licence (${data.license}): name it in test/tools/materials.mjs`);
  const repository = typeof data.repository === 'string' ? data.repository : (data.repository?.url ?? '');
  return {
    name: data.name,
    version: data.version,
    license: data.license,
    url: plainUrl(repository || data.homepage || ''),
    text: texts.join('\n\n'),
    npm: true,
  };
}

/**
 * The folder of the package that a file of node_modules belongs to; null for files of our own.
 * @param {string} file
 */
function packageFolder(file) {
  const normal = file.replaceAll('\\', '/');
  const at = normal.lastIndexOf('node_modules/');
  if (at < 0) return null;
  const [first = '', second = ''] = normal.slice(at + 'node_modules/'.length).split('/');
  return normal.slice(0, at) + path.posix.join('node_modules', first.startsWith('@') ? `${first}/${second}` : first);
}

/**
 * @param {string} root folder of this repository
 * @param {Iterable<string>} files what went into the bundles, and what was copied beside them
 * @returns {Material[]} in the order of their names
 */
export function materials(root, files) {
  /** @type {Map<string, Material>} */
  const found = new Map();
  for (const file of files) {
    const folder = packageFolder(file);
    if (!folder) continue;
    const material = packageAt(path.resolve(root, folder));
    found.set(`${material.name}@${material.version}`, material);
  }
  const script = fs.readFileSync(path.join(root, 'server/pcre2/build.sh'), 'utf8');
  found.set('pcre2', {
    name: 'pcre2',
    version: /^version=(.+)$/m.exec(script)?.[1] ?? '',
    license: 'BSD-3-Clause WITH PCRE2-exception',
    url: 'https://github.com/PCRE2Project/pcre2',
    text: fs.readFileSync(path.join(root, 'server/pcre2/LICENCE.md'), 'utf8').trim(),
    npm: false,
  });
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** @param {readonly Material[]} list */
export const notices = (list) =>
  [
    'Proxylens contains the work of others. Their names and licences:',
    list.map(({ name, version, license, url }) => `- ${name} ${version} (${license})${url ? `, ${url}` : ''}`).join('\n'),
    ...list.map(({ name, version, text }) => `${'='.repeat(78)}\n${name} ${version}\n${'='.repeat(78)}\n\n${text.replace(/\r\n/g, '\n')}`),
  ].join('\n\n') + '\n';

/**
 * The bill of materials as CycloneDX 1.6 JSON. It has no date and no serial number: the same sources give the same file.
 * @param {{ name: string, version: string, license: string }} product
 * @param {readonly Material[]} list
 */
export function bill(product, list) {
  const licences = new Contrib.License.Factories.LicenseFactory();
  /** @param {{ name: string, version: string, license: string }} of @param {cyclonedx.Enums.ComponentType} type @param {string} [purl] */
  const component = (of, type, purl) =>
    new Models.Component(type, of.name, {
      version: of.version,
      bomRef: purl ?? `${of.name}@${of.version}`,
      licenses: new Models.LicenseRepository([licences.makeFromString(of.license)]),
      ...(purl && { purl }),
    });
  const bom = new Models.Bom();
  const root = component(product, Enums.ComponentType.Application);
  bom.metadata.component = root;
  for (const each of list) {
    const made = component(
      each,
      Enums.ComponentType.Library,
      each.npm ? `pkg:npm/${each.name.replace('@', '%40')}@${each.version}` : `pkg:generic/${each.name}@${each.version}`,
    );
    if (each.url) made.externalReferences.add(new Models.ExternalReference(each.url, Enums.ExternalReferenceType.VCS));
    bom.components.add(made);
    root.dependencies.add(made.bomRef);
  }
  return new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)).serialize(bom, { sortLists: true, space: 1 });
}
