/** Declarations in, text out: prints one JSON object of paths and contents. test/tools/generate.mjs writes or compares them. */
import { loadCatalog } from '../catalog/catalog.ts';
import { rulePage } from '../features/explain.ts';
import { RULES } from '../rules/all.ts';
import { rulesTable } from './rules-table.ts';
import { settingsSchema } from './settings-schema.ts';

const catalog = loadCatalog();
const files: Record<string, string> = {};
for (const rule of RULES) files[`server/docs/rules/${rule.id}.md`] = rulePage(rule, catalog);
files['server/docs/rules.md'] = rulesTable(RULES);
files['server/docs/proxylens.schema.json'] = JSON.stringify(settingsSchema(RULES), null, 2) + '\n';
process.stdout.write(JSON.stringify(files));
