/** Declarations in, text out: prints one JSON object of paths and contents. test/tools/generate.mjs writes or compares them. */
import fs from 'node:fs';
import { loadCatalog } from '../catalog/catalog.ts';
import { rulePage } from '../features/explain.ts';
import { settingsSchema } from '../features/settings-schema.ts';
import { RULES } from '../rules/all.ts';
import { SNIPPETS } from '../snippets/index.ts';
import { editorSection } from './editor-section.ts';
import { rulesTable } from './rules-table.ts';
import { settingsPage } from './settings-page.ts';
import { snippetFile } from './snippet-file.ts';
import { testsSchema } from './tests-schema.ts';

const catalog = loadCatalog();
const files: Record<string, string> = {};
for (const rule of RULES) files[`server/docs/rules/${rule.id}.md`] = rulePage(rule, catalog);
files['server/docs/rules.md'] = rulesTable(RULES);
const schema = settingsSchema(RULES);
files['server/docs/proxylens.schema.json'] = JSON.stringify(schema, null, 2) + '\n';
files['server/docs/proxytest.schema.json'] = JSON.stringify(testsSchema(), null, 2) + '\n';
const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { contributes: Record<string, unknown> };
manifest.contributes.configuration = editorSection();
files['package.json'] = JSON.stringify(manifest, null, 2) + '\n';
files['server/docs/settings.md'] = settingsPage(editorSection());
const inMain = SNIPPETS.filter((s) => s.inside.includes('main'));
files['snippets/nginx.code-snippets'] = JSON.stringify(snippetFile(inMain), null, 2) + '\n';
// for editors that have no server: whatever needs nothing added elsewhere
const alone = SNIPPETS.filter((s) => !s.outer);
files['snippets/without-server.code-snippets'] = JSON.stringify(snippetFile(alone), null, 2) + '\n';
process.stdout.write(JSON.stringify(files));
