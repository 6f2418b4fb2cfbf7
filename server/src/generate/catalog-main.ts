/**
 * `npm run catalog -- --source DIR --binary PATH [--only WORD]`: what a source tree or a binary has that the catalog has not. The binary is
 * asked with `nginx -V` and `nginx -t` on configurations of one line; it is run only because someone named it.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { acceptsCount } from '../catalog/arity.ts';
import { argsOf, contextsOf, loadCatalog, statusOf, type Target } from '../catalog/catalog.ts';
import { knownUpTo } from '../catalog/changes.ts';
import { ANY_MODULE, moduleSetOf } from '../catalog/modules.ts';
import { parseVersion, version } from '../catalog/version.ts';
import {
  compareCommands,
  compareVariables,
  type Difference,
  PROBES,
  readChanges,
  readProbe,
  readTree,
  readVersion,
  variablesBeyond,
} from './catalog-source.ts';

const options = new Map<string, string>();
for (let i = 2; i < process.argv.length; i += 2) options.set(process.argv[i]!.replace(/^--/, ''), process.argv[i + 1] ?? '');
const fail = (text: string): never => {
  process.stderr.write(`catalog: ${text}\n`);
  process.exit(2);
};
for (const key of options.keys()) if (!['source', 'binary', 'only'].includes(key)) fail(`there is no option --${key}`);
const { source, binary, only } = Object.fromEntries(options) as { source?: string; binary?: string; only?: string };
if (!source && !binary) fail('name a source tree with --source DIR, a binary with --binary PATH, or both');

const catalog = loadCatalog();
const targetFor = (text: string, modules = ANY_MODULE): Target => ({
  nginx: parseVersion(text) ?? fail(`"${text}" is no version of nginx`),
  flavour: 'oss',
  openssl: version('3.5.9'),
  modules,
});
const wanted = (d: { readonly name: string }): boolean => only === undefined || d.name.includes(only);
const show = (differences: readonly Difference[]): void => {
  for (const d of differences.filter(wanted))
    console.log(`${d.what.padEnd(8)} ${d.name}: ${d.text}${d.entry ? `\n         ${d.entry}` : ''}`);
};

console.log(`the catalog knows ${knownUpTo()}`);
if (source) fromSource(source);
if (binary) fromBinary(binary);

function fromSource(dir: string): void {
  const header = path.join(dir, 'src/core/nginx.h');
  if (!fs.existsSync(header)) fail(`${dir} is no source tree of nginx: src/core/nginx.h is missing`);
  const release = readVersion(fs.readFileSync(header, 'utf8')) ?? fail(`${header} names no version`);
  const { commands, variables } = readTree(dir);
  console.log(`\nsource of nginx ${release}`);
  show(compareCommands(catalog, targetFor(release), commands));
  show(compareVariables(catalog, targetFor(release), variables));
  show(variablesBeyond(catalog, targetFor(release), variables));
  for (const name of ['CHANGES', 'docs/xml/nginx/changes.xml', 'docs/text/CHANGES']) {
    const file = path.join(dir, name);
    const read = fs.existsSync(file) ? readChanges(fs.readFileSync(file, 'utf8'), release) : null;
    if (!read) continue;
    console.log(`\nCHANGES of ${release}, ${read.date}`);
    for (const c of read.changes) console.log(`  ${c.kind}: ${c.text}`);
    return;
  }
  console.log('\nno CHANGES of that release was found in the tree');
}

function fromBinary(file: string): void {
  const asked = spawnSync(file, ['-V'], { encoding: 'utf8', timeout: 10_000 });
  const words = `${asked.stderr ?? ''}${asked.stdout ?? ''}`;
  const release = /nginx version: nginx\/(\S+)/.exec(words)?.[1] ?? fail(`${file} -V does not say which nginx it is`);
  const configure = [...(/configure arguments: (.*)/.exec(words)?.[1] ?? '').matchAll(/--\S+?=(?:'[^']*'|\S*)|--\S+/g)].map((m) => m[0]);
  const target = targetFor(release, moduleSetOf(configure));
  console.log(`\nbinary nginx ${release}`);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-catalog-'));
  const conf = path.join(dir, 'nginx.conf');
  const ask = (text: string): string => {
    fs.writeFileSync(conf, `pid ${dir}/pid;\nerror_log stderr;\n${text}\n`);
    const run = spawnSync(file, ['-t', '-p', dir, '-c', conf], { encoding: 'utf8', timeout: 10_000 });
    return `${run.stderr ?? ''}`;
  };
  let probed = 0;
  try {
    for (const name of catalog.names()) {
      if (!wanted({ name })) continue;
      const facts = catalog.directives(name).filter((f) => f.source === 'oss' && f.kind !== 'body-entry');
      if (!facts.length || ['pid', 'error_log', 'events', 'http', 'stream', 'mail', 'include', 'load_module', 'daemon'].includes(name))
        continue;
      const here = facts.filter((f) => statusOf(f, target).known);
      for (const [context, place] of PROBES) {
        const fact = here.find((f) => contextsOf(f, target.nginx).includes(context));
        const block = (fact ?? facts[0]!).args.block ? '{}' : ';';
        const words = ask(place.replace('@', `${name} ${block}`));
        const said = readProbe(words, name);
        probed++;
        // the binary lacks the protocol
        if (/unknown directive "(?:stream|mail)"/.test(words)) continue;
        if (said === 'unknown') {
          if (fact) console.log(`gone     ${name}: the binary does not know it in ${context}`);
          continue;
        }
        if ((said !== 'misplaced') !== (fact !== undefined))
          console.log(`changed  ${name}: the binary ${said === 'misplaced' ? 'refuses' : 'takes'} it in ${context}`);
        if (!fact || said === 'misplaced') continue;
        const arity = argsOf(fact, target.nginx);
        for (let count = 0; count <= 5; count++) {
          const took = readProbe(ask(place.replace('@', `${name} ${'x '.repeat(count)}${block}`)), name) !== 'count';
          probed++;
          if (took !== acceptsCount(arity, count))
            console.log(`changed  ${name}: the binary ${took ? 'takes' : 'refuses'} ${count} arguments in ${context}`);
        }
        break;
      }
    }
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
  console.log(`${probed} lines asked`);
}
