/** server/docs/settings.md: every setting, from its declaration and the section of the editor's manifest that is made of it. */
import { type Declared, declared, PROJECT_KEYS, type Shape } from '../config/declared.ts';
import { sentence } from '../features/settings-schema.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** What may be written, in few words. */
function kind(shape: Shape): string {
  switch (shape.is) {
    case 'truth':
      return 'true or false';
    case 'one':
      return Object.keys(shape.of)
        .map((word) => `\`${word}\``)
        .join(', ');
    case 'list':
      return shape.item.is === 'text' ? 'list of texts' : `list of ${kind(shape.item)}s`;
    case 'map':
    case 'record':
      return 'mapping';
    default:
      return shape.is;
  }
}

/** What of a property of the manifest is shown. */
interface Property {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly markdownDescription?: string;
}

const editorKind = ({ type, enum: words }: Property): string =>
  words
    ? words
        .filter((word) => word !== '')
        .map((word) => `\`${String(word)}\``)
        .join(', ')
    : String(type).replace('boolean', 'true or false').replace('string', 'text').replace('object', 'mapping').replace('array', 'list');

const option = ({ option: o }: Declared): string => (o ? `\`${o.flags}\`${o.of === 'check' ? ' of `check`' : ''}` : '');

const HEAD = `# Settings

A file \`.proxylens.yaml\` beside the configuration, or in a folder above it, holds for the command line, for every editor and for CI. The
nearest one counts; several are not merged. The editor's own settings override it, and the options of the command line override those.

\`\`\`yaml
# .proxylens.yaml
nginxVersion: 1.24.0
build: debian
pathMap: { /etc/nginx: ./deploy/nginx }
profile: wsgi
rules:
  version-disclosed: off
  security: error
ignore:
  - paths: [legacy/**]
    rules: [performance]
\`\`\`

Errors in the file are reported with their line: by \`proxylens check\` (exit code 2), and in the editor as findings of that file. Relative
paths are relative to the folder of the settings file. With the YAML extension installed, VS Code completes the keys from
[proxylens.schema.json](proxylens.schema.json), and those of request tests from [proxytest.schema.json](proxytest.schema.json).

## In \`.proxylens.yaml\`
`;

const TAIL = `## A single line, block or file

A comment \`# proxylens-ignore RULE: reason\` suppresses a rule for its line or the statement below it, \`proxylens-ignore-block\` for the
block below, \`proxylens-ignore-file\` for the file. One that suppresses nothing is reported.

## Settings of nginx-lint

Where no \`.proxylens.yaml\` is found, the nearest \`.nginx-lint.toml\` is read. Of it one thing counts: a table \`[rules.NAME]\` with
\`enabled = false\` switches off the rules of ours that answer to NAME. Which ones these are is in the last column of the
[table of rules](rules.md). Comments \`# nginx-lint:ignore NAME reason\` count in the same way.
`;

/** The page, from the value of `contributes.configuration`. */
export function settingsPage(section: readonly { readonly properties: Readonly<Record<string, Property>> }[]): string {
  const out = [HEAD, '| key | value | what | on the command line |', '|---|---|---|---|'];
  for (const key of PROJECT_KEYS) {
    const setting = declared(key);
    const what = [sentence(setting.is), setting.more ?? []].flat().join(' ');
    out.push(`| \`${key}\` | ${cell(kind(setting.shape))} | ${cell(what)} | ${cell(option(setting))} |`);
  }
  out.push('', '## In VS Code', '', '| setting | value | default | what |', '|---|---|---|---|');
  for (const { properties } of section)
    for (const [name, p] of Object.entries(properties)) {
      const unset = p.default === '' || (typeof p.default === 'object' && p.default !== null && !Object.keys(p.default).length);
      out.push(
        `| \`${name}\` | ${cell(editorKind(p))} | ${unset ? '' : `\`${JSON.stringify(p.default)}\``} | ${cell(p.markdownDescription ?? '')} |`,
      );
    }
  return [...out, '', TAIL].join('\n');
}
