// Writes what is derived: the list of rules, their pages and table, the settings' schema. `--check` only says whether something is out of date.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const check = process.argv.includes('--check');
const stale = [];
/** Writes a file when its content differs. */
export function put(file, text) {
  const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
  if (before === text) return;
  stale.push(file);
  if (check) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** The index of a folder of data files that are bundled as text: an import for each that begins with `holds`, and what `body` makes of the names. */
function dataIndex(folder, head, holds, body) {
  const files = fs
    .readdirSync(folder)
    .filter((f) => f.endsWith('.json') && fs.readFileSync(`${folder}/${f}`, 'utf8').startsWith(holds))
    .map((f) => f.slice(0, -5))
    .sort();
  const id = (f) => f.replaceAll('-', '$');
  const imports = files.map((f) => `import ${id(f)} from './${f}.json' with { type: 'text' };`);
  put(`${folder}/index.ts`, `// ${head}\n${imports.join('\n')}\n\n${body(files, id)}\n`);
}
dataIndex(
  'server/src/catalog/data',
  'The data files of the catalog, as text: one JSON.parse of a string is faster at start than an object literal of the same size. Made by `npm run generate`.',
  '[\n  {"module"',
  (files, id) =>
    `/** The text of every data file, in the order of their names. Each is a JSON array of RawModule (catalog.ts). */\nexport const DATA_FILES: readonly string[] = [\n${files.map((f) => `  ${id(f)},`).join('\n')}\n] as unknown as string[];`,
);
dataIndex(
  'server/src/catalog/data/prose',
  'The hover texts of directives and variables, as text, by the name of the module or source. Made by `npm run generate`.',
  '{',
  (files, id) =>
    `/** Texts by the name of their file; each a JSON object from the name of a directive, or \`$\` and that of a variable, to prose. */\nexport const PROSE_FILES: Readonly<Record<string, string>> = {\n${files.map((f) => `  ${/^[A-Za-z_]\w*$/.test(f) ? f : `'${f}'`}: ${id(f)},`).join('\n')}\n} as unknown as Record<string, string>;`,
);

const dir = 'server/src/rules';
const ids = fs
  .readdirSync(dir, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .flatMap((e) =>
    fs
      .readdirSync(path.join(dir, e.name))
      .filter((f) => f.endsWith('.ts') && !f.startsWith('_'))
      .map((f) => `${e.name}/${f.slice(0, -3)}`),
  )
  .sort();
const name = (id) =>
  id
    .split('/')[1]
    .replace(/-(\w)/g, (_, c) => c.toUpperCase())
    .replace(/^(\d)/, '_$1');
/** As biome would write it, import order included, so that the check of both agrees. */
function tidy(file, text) {
  const run = spawnSync(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', `--stdin-file-path=${file}`], {
    input: text,
    encoding: 'utf8',
  });
  if (!run.stdout) throw new Error(run.stderr);
  return run.stdout;
}

put(
  path.join(dir, 'all.ts'),
  tidy(
    path.join(dir, 'all.ts'),
    `/** Every rule, one line each. Made by \`npm run generate\` from the files in the folders beside it; do not edit. */\n${ids
      .map((id) => `import ${name(id)} from './${id}.ts';`)
      .join(
        '\n',
      )}\nimport type { Rule } from './rule.ts';\n\nexport const RULES: readonly Rule[] = [\n${ids.map((id) => `  ${name(id)},`).join('\n')}\n];\n`,
  ),
);

/** The list of a folder of declarations: every file with a default export. */
function declarations(folder, list, type, head) {
  const files = fs
    .readdirSync(folder)
    .filter((f) => f.endsWith('.ts') && f !== 'all.ts' && /^export default /m.test(fs.readFileSync(`${folder}/${f}`, 'utf8')))
    .map((f) => f.slice(0, -3))
    .sort();
  const [typeName, typeFile] = type;
  put(
    `${folder}/all.ts`,
    tidy(
      `${folder}/all.ts`,
      `/** ${head} Made by \`npm run generate\` from the default exports of the files beside it; do not edit. */\n${files
        .map((f) => `import ${name(`/${f}`)} from './${f}.ts';`)
        .join(
          '\n',
        )}\nimport type { ${typeName} } from './${typeFile}.ts';\n\nexport const ${list} = [\n${files.map((f) => `  ${name(`/${f}`)},`).join('\n')}\n] as readonly ${typeName}[];\n`,
    ),
  );
}
declarations('server/src/deploy/servers', 'SERVERS', ['ServerDeclaration', 'server'], 'All application servers.');
declarations('server/src/deploy/frameworks', 'FRAMEWORKS', ['FrameworkDeclaration', 'framework'], 'All web frameworks.');

const out = path.resolve('out', `generate-${process.pid}.mjs`);
await build({
  entryPoints: ['server/src/generate/main.ts'],
  outfile: out,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const run = spawnSync(process.execPath, [out], { encoding: 'utf8', maxBuffer: 1 << 28 });
fs.rmSync(out);
if (run.status !== 0) {
  process.stderr.write(run.stderr);
  process.exit(1);
}
const files = JSON.parse(run.stdout);
for (const [file, text] of Object.entries(files)) put(file, text);
for (const old of fs.existsSync('server/docs/rules') ? fs.readdirSync('server/docs/rules') : []) {
  const file = `server/docs/rules/${old}`;
  if (!(file in files)) {
    stale.push(file);
    if (!check) fs.rmSync(file);
  }
}
if (check && stale.length) {
  console.error(`out of date, run "npm run generate":\n${stale.map((f) => '  ' + f).join('\n')}`);
  process.exit(1);
}
if (stale.length) console.log(`wrote ${stale.length} files`);
