/** server/docs/settings.md: every setting, from the schema of the settings file and the editor's manifest. */

interface Property {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Property;
  readonly default?: unknown;
  readonly description?: string;
  readonly markdownDescription?: string;
}

export interface Manifest {
  readonly contributes: {
    readonly configuration: readonly { readonly title: string; readonly properties: Readonly<Record<string, Property>> }[];
  };
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const kind = (p: Property): string =>
  String(p.type) === 'string,number'
    ? 'version'
    : p.enum
      ? p.enum
          .filter((v) => v !== null)
          .map((v) => `\`${String(v)}\``)
          .join(', ')
      : p.items?.type === 'string'
        ? 'list of texts'
        : [p.type ?? []]
            .flat()
            .filter((t) => t !== 'null')
            .join(' or ')
            .replace('boolean', 'true or false')
            .replace('string', 'text')
            .replace('object', 'mapping')
            .replace('array', 'list');

const HEAD = `# Settings

A file \`.proxylens.yaml\` beside the configuration, or in a folder above it, holds for the command line, for every editor and for CI. The
nearest one counts; there is no merging of several. Over it lie the editor's own settings, and over those the options of the command line.

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

What is wrong in the file is said with its line: by \`proxylens check\` (exit code 2), and in the editor as findings of that file. Relative
paths hang from the folder of the settings file. With the YAML extension installed, VS Code completes the keys from
[proxylens.schema.json](proxylens.schema.json), and those of request tests from [proxytest.schema.json](proxytest.schema.json).

## In \`.proxylens.yaml\`
`;

const TAIL = `## A single line, block or file

A comment \`# proxylens-ignore RULE: reason\` silences a rule for its line or the statement below it, \`proxylens-ignore-block\` for the
block below, \`proxylens-ignore-file\` for the file. One that silences nothing is reported.

## Settings of nginx-lint

Where no \`.proxylens.yaml\` is found, the nearest \`.nginx-lint.toml\` is read. Of it one thing counts: a table \`[rules.NAME]\` with
\`enabled = false\` switches off the rules of ours that answer to NAME. Which ones these are is in the last column of the
[table of rules](rules.md). Comments \`# nginx-lint:ignore NAME reason\` count in the same way.
`;

export function settingsPage(schema: { readonly properties: Readonly<Record<string, Property>> }, manifest: Manifest): string {
  const out = [HEAD, '| key | value | what |', '|---|---|---|'];
  for (const [name, p] of Object.entries(schema.properties)) out.push(`| \`${name}\` | ${cell(kind(p))} | ${cell(p.description ?? '')} |`);
  out.push('', '## In VS Code', '', '| setting | value | default | what |', '|---|---|---|---|');
  for (const { properties } of manifest.contributes.configuration)
    for (const [name, p] of Object.entries(properties)) {
      const unset =
        p.default === null ||
        p.default === undefined ||
        p.default === '' ||
        (typeof p.default === 'object' && !Object.keys(p.default).length);
      out.push(
        `| \`${name}\` | ${cell(kind(p))} | ${unset ? '' : `\`${JSON.stringify(p.default)}\``} | ${cell(p.markdownDescription ?? p.description ?? '')} |`,
      );
    }
  return [...out, '', TAIL].join('\n');
}
