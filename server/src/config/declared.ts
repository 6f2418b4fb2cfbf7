/**
 * Every setting, declared once: its key, its shape, its words, where it is set. The type of the settings file and its reader
 * (settings-file.ts), its schema (features/settings-schema.ts), the editor's section of package.json (generate/editor-section.ts), what the
 * server reads of it (lsp/wire-settings.ts), the options of the command line (cli/setting-options.ts) and the page of settings follow.
 */
import { table } from '../base/table.ts';
import { BUILDS, FLAVOURS } from '../catalog/flavours.ts';
import { ENGINE_NAMES } from '../syntax/template/engines.ts';

/** Words that may be there, with what each means. */
export type Choices = Readonly<Record<string, string>>;

/** What may be at a place of the settings file. */
export type Shape =
  | { readonly is: 'text' | 'version' | 'truth' | 'count' | 'limit' }
  | { readonly is: 'one'; readonly of: Choices }
  | { readonly is: 'list'; readonly item: Shape }
  | { readonly is: 'map'; readonly value: Shape; readonly rules?: boolean }
  | { readonly is: 'record'; readonly fields: Readonly<Record<string, Shape>>; readonly required?: string };

/** The value of a shape, as JSON has it. */
export type ValueOf<S extends Shape> = S extends { is: 'text' | 'version' }
  ? string
  : S extends { is: 'truth' }
    ? boolean
    : S extends { is: 'count' }
      ? number
      : S extends { is: 'limit' }
        ? number | null
        : S extends { is: 'one'; of: infer C }
          ? keyof C & string
          : S extends { is: 'list'; item: infer I extends Shape }
            ? ValueOf<I>[]
            : S extends { is: 'map'; value: infer V extends Shape }
              ? Record<string, ValueOf<V>>
              : S extends { is: 'record'; fields: infer F extends Readonly<Record<string, Shape>> }
                ? { -readonly [K in keyof F]?: ValueOf<F[K]> }
                : never;

/** The headings of the editor's settings, in their order. */
export const GROUPS = table({ nginx: 'nginx', project: 'Files of the Project', checks: 'Checks', editor: 'Editor' } as const);
type Group = keyof typeof GROUPS;

export interface Declared {
  readonly shape: Shape;
  /** what it is: a clause without capital letter and full stop */
  readonly is: string;
  /** Markdown sentences that follow where there is room: in the editor and on the page of settings */
  readonly more?: string;
  /** what the editor's settings call it, below `proxylens.`; absent: it is set in the file only */
  readonly editor?: { readonly key: string; readonly group: Group };
  /** the option of the command line, as commander writes it, and which commands have it */
  readonly option?: { readonly flags: string; readonly of: 'every' | 'check'; readonly is?: string };
}

/** A setting that editors alone have. */
export interface EditorDeclared {
  readonly shape: { readonly is: 'text' | 'truth' } | { readonly is: 'one'; readonly of: Choices; readonly labels?: Choices };
  readonly default: string | boolean;
  readonly group: Group;
  /** a sentence, Markdown */
  readonly is: string;
  /** `machine`: a workspace cannot set it. Default `resource` */
  readonly scope?: 'machine' | 'window';
}

export const LEVELS = table({
  error: 'Fails a check.',
  warning: 'A fault, or a risk.',
  info: 'Worth knowing.',
  hint: 'A matter of style.',
  off: 'Not reported.',
} as const);
export const PROFILES = table({
  recommended: 'What almost every user wants to know.',
  strict: 'All rules, matters of style included.',
  wsgi: 'With the rules for Python applications behind nginx.',
  validity: 'Only what nginx itself refuses.',
  cis: 'The recommended ones, and the items of the CIS NGINX Benchmark v2.1.0 that a configuration shows. Not among them: 2.3.1 and 2.3.2 (owner and access rights of files) and 3.4 (rotation of logs), which lie outside of it.',
  stig: 'The recommended ones, and the items of the DISA STIG for F5 NGINX V1R1 that a configuration shows.',
  owasp: 'The recommended ones, and the items of OWASP ASVS 4.0.3 that a configuration shows.',
} as const);
/** Profiles that stand for a benchmark, with what its items are called. */
export const BENCHMARKS = table({
  cis: 'CIS NGINX Benchmark v2.1.0',
  stig: 'DISA F5 NGINX STIG V1R1',
  owasp: 'OWASP ASVS 4.0.3',
} as const);
export const MOZILLA = table({ modern: 'TLS 1.3 only.', intermediate: 'TLS 1.2 and 1.3.', old: 'Very old clients too.' } as const);

/** Template engines by the names that people have for them. */
const ENGINES: Choices = table(
  Object.fromEntries(ENGINE_NAMES.map((name) => [name, name === 'none' ? 'No template.' : `A template of ${name}.`])),
);

const TEXT = { is: 'text' } as const;
const TEXTS = { is: 'list', item: TEXT } as const;
const PROJECT_TOO =
  '`.proxylens.yaml` of the project has the same setting for everyone who works on it; what is set here takes precedence.';

/** The keys of `.proxylens.yaml`. */
export const PROJECT_SETTINGS = table({
  nginxVersion: {
    shape: { is: 'version' },
    is: 'the nginx that will run the configuration, such as 1.27.3, or the version of its package, such as 1.22.1-9+deb12u7',
    more: `Empty means what is found in the project (a Dockerfile, a compose file), else the newest. ${PROJECT_TOO}`,
    editor: { key: 'nginx.version', group: 'nginx' },
    option: {
      flags: '--nginx-version <X.Y.Z>',
      of: 'every',
      is: 'the nginx that will run it (default: that of the image that a checked folder names, else the newest known)',
    },
  },
  opensslVersion: {
    shape: { is: 'version' },
    is: 'the OpenSSL that nginx is linked with, such as 3.0.17',
    more: 'It decides which ciphers and TLS versions exist.',
    editor: { key: 'openssl.version', group: 'nginx' },
    option: { flags: '--openssl-version <X.Y.Z>', of: 'every' },
  },
  flavour: {
    shape: { is: 'one', of: FLAVOURS },
    is: 'which server reads the files: nginx or a derivative',
    more: `Each has directives of its own. ${PROJECT_TOO}`,
    editor: { key: 'flavour', group: 'nginx' },
    option: { flags: '--flavour <name>', of: 'every' },
  },
  build: {
    shape: { is: 'one', of: BUILDS },
    is: 'how nginx was built, which decides what modules it has',
    more: 'Modules of your own are added to it.',
    editor: { key: 'build', group: 'nginx' },
    option: { flags: '--build <name>', of: 'every' },
  },
  modules: {
    shape: TEXTS,
    is: 'modules that are there besides those of the build, by file or name, such as `ngx_brotli`',
    editor: { key: 'modules', group: 'nginx' },
  },
  root: {
    shape: TEXTS,
    is: 'the main files (`nginx.conf`), relative to the folder',
    more: 'Empty means they are found.',
    editor: { key: 'root', group: 'project' },
    option: { flags: '--root <config>', of: 'every', is: 'the main file that a fragment belongs to' },
  },
  prefix: {
    shape: TEXT,
    is: 'the base directory of relative paths (`nginx -p`)',
    more: 'Empty means the folder of the main file.',
    editor: { key: 'prefix', group: 'project' },
    option: { flags: '--prefix <dir>', of: 'every' },
  },
  pathMap: {
    shape: { is: 'map', value: TEXT },
    is: 'where paths of the server lie, such as `{ "/etc/nginx": "./deploy/nginx" }`',
    editor: { key: 'pathMap', group: 'project' },
    option: { flags: '--map <from=to>', of: 'every', is: 'where paths of the server lie on this machine' },
  },
  templates: {
    shape: { is: 'map', value: { is: 'one', of: ENGINES } },
    is: 'which template engine files are written for, by masks, such as `{ "deploy/*.conf.in": "placeholders" }`',
    more: 'For files of which name and marks do not tell. `none` is for one that only looks like a template. A comment `# proxylens: template jinja` in the file says the same.',
    editor: { key: 'template.engines', group: 'project' },
    option: { flags: '--template <mask=engine>', of: 'every', is: 'which template engine files are written for' },
  },
  profile: {
    shape: { is: 'one', of: PROFILES },
    is: 'which rules run',
    more: `Single ones are set by \`rules\`. ${PROJECT_TOO}`,
    editor: { key: 'profile', group: 'checks' },
    option: { flags: '--profile <name>', of: 'check' },
  },
  mozilla: {
    shape: { is: 'one', of: MOZILLA },
    is: "which of Mozilla's TLS profiles the TLS rules hold to",
    editor: { key: 'mozilla', group: 'checks' },
  },
  rules: {
    shape: { is: 'map', value: { is: 'one', of: LEVELS }, rules: true },
    is: 'the severity of single rules or groups, such as `{ "version-disclosed": "off", "security": "error" }`',
    editor: { key: 'rules', group: 'checks' },
  },
  ignore: {
    shape: { is: 'list', item: { is: 'record', fields: { paths: TEXTS, rules: TEXTS }, required: 'paths' } },
    is: 'rules that are not reported in some files, such as `{ "paths": ["legacy/**"], "rules": ["security"] }`',
    more: 'No rules means all.',
    editor: { key: 'ignore', group: 'project' },
  },
  directives: {
    shape: {
      is: 'list',
      item: {
        is: 'record',
        fields: { name: TEXT, contexts: TEXTS, min: { is: 'count' }, max: { is: 'limit' }, block: { is: 'truth' } },
        required: 'name',
      },
    },
    is: 'directives of modules that Proxylens does not know, such as `{ "name": "my_gate", "contexts": ["location"], "min": 1 }`',
    more: 'No contexts means everywhere, no `max` any number of arguments.',
    editor: { key: 'directives', group: 'nginx' },
  },
  variables: {
    shape: TEXTS,
    is: 'variables that modules of your own define, without the dollar sign',
    editor: { key: 'variables', group: 'nginx' },
  },
  environment: {
    shape: { is: 'truth' },
    is: 'whether to check files, certificates and host names on this machine',
    editor: { key: 'environment', group: 'checks' },
    option: { flags: '--environment', of: 'check', is: 'also check files, certificates and host names on this machine' },
  },
} as const satisfies Readonly<Record<string, Declared>>);

export type ProjectKey = keyof typeof PROJECT_SETTINGS;
export const PROJECT_KEYS = Object.keys(PROJECT_SETTINGS) as ProjectKey[];
/** The same without the types of each, for whoever walks over all of them. */
export const declared = (key: ProjectKey): Declared => PROJECT_SETTINGS[key];

/** What a person set, of the settings file, the editor or the command line; every key may be absent. */
export type RawSettings = { [K in ProjectKey]?: ValueOf<(typeof PROJECT_SETTINGS)[K]['shape']> };

const TRUTH = { is: 'truth' } as const;
const shown = (is: string) => ({ shape: TRUTH, default: true, group: 'editor', is }) as const;

/** What only editors have, by its key below `proxylens.`. */
export const EDITOR_SETTINGS = table({
  'nginx.path': {
    shape: TEXT,
    default: 'nginx',
    group: 'nginx',
    is: 'The program that *Test the Configuration with nginx -t* runs.',
    scope: 'machine',
  },
  'nginx.container': {
    shape: TEXT,
    default: '',
    group: 'nginx',
    is: 'The container in which *Test the Configuration with nginx -t* runs nginx (`docker exec`). Empty means on this machine.',
    scope: 'machine',
  },
  'nginx.engine': {
    shape: TEXT,
    default: '',
    group: 'nginx',
    is: 'The container engine in which *Test the Configuration with nginx -t* can run the image that the project runs nginx in, such as `podman`. Empty means `docker`, or `podman` where there is no `docker`.',
    scope: 'machine',
  },
  'nginx.testOnSave': {
    shape: TRUTH,
    default: false,
    group: 'nginx',
    is: 'Run `nginx -t` after each save and mark what it says. Only in trusted workspaces. `#proxylens.nginx.path#` names the program; an image that you had it run in is taken again until the window is closed.',
    scope: 'machine',
  },
  'lint.run': {
    shape: {
      is: 'one',
      of: table({
        onType: 'All rules while typing.',
        onSave: 'Whether nginx takes the file at all while typing; everything else when it is saved.',
      }),
    },
    default: 'onType',
    group: 'checks',
    is: 'When the rules run.',
  },
  'lint.files': {
    shape: {
      is: 'one',
      of: table({
        project: 'All files of the folder that are nginx configuration, as `proxylens check` finds them.',
        open: 'Open files only.',
      }),
    },
    default: 'project',
    group: 'checks',
    is: 'Of which files the findings are shown.',
  },
  'inlayHints.inheritedHeaders': shown('Headers that a location no longer inherits.'),
  'inlayHints.proxiedPath': shown('The path that `proxy_pass` sends on.'),
  'inlayHints.includes': shown('How many files an include reads.'),
  'inlayHints.defaultPort': shown('The port where none is written.'),
  'inlayHints.units': shown('Seconds and bytes after values such as `1h30m`.'),
  'codeLens.preview': {
    shape: {
      is: 'one',
      of: table({
        server: 'One lens above each server.',
        location: 'A lens above each server and each location.',
        off: "No lens; the command and the editor's title remain.",
      }),
      labels: table({ server: 'Servers', location: 'Servers and locations', off: 'None' }),
    },
    default: 'server',
    group: 'editor',
    is: 'Where the lens *Preview* stands that opens the path of a request.',
  },
  'codeLens.references': shown('How often an upstream is used.'),
  'codeLens.includedFrom': shown('Which files include this one.'),
  'format.align': { shape: TRUTH, default: false, group: 'editor', is: 'Align the values of neighbouring directives when formatting.' },
  'trace.server': {
    shape: {
      is: 'one',
      of: table({ off: 'Nothing.', messages: 'The names of messages.', verbose: 'Messages with what is in them.' }),
    },
    default: 'off',
    group: 'editor',
    is: 'What the output channel shows of the talk between the editor and the language server.',
    scope: 'window',
  },
} as const satisfies Readonly<Record<string, EditorDeclared>>);

export type EditorKey = keyof typeof EDITOR_SETTINGS;
type EditorValue<D extends EditorDeclared> = D['shape'] extends { is: 'one'; of: infer C }
  ? keyof C & string
  : D['shape'] extends { is: 'truth' }
    ? boolean
    : string;
export type EditorSettings = { readonly [K in EditorKey]: EditorValue<(typeof EDITOR_SETTINGS)[K]> };
