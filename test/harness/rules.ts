/** Runs rules over texts as their examples are written: wrapped into the blocks they are in, marks read off, findings compared. */
import { applyEdits } from '../../server/src/base/edit.ts';
import { dirname, type FileId, fileId, pathOf, relativePath } from '../../server/src/base/file-id.ts';
import { Lines } from '../../server/src/base/lines.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { Config } from '../../server/src/config/config.ts';
import { loadTree, type Sources } from '../../server/src/config/load.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { type Deployment, NO_DEPLOYMENT, readDeployment } from '../../server/src/deploy/deployment.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { applyFixes, combined, type Found, fixesToApply, proved } from '../../server/src/fixes/apply.ts';
import { Proofs } from '../../server/src/fixes/prove.ts';
import { loadParts, type Parts } from '../../server/src/host/parts.ts';
import { loneProject, type Project } from '../../server/src/project/deployed.ts';
import { imageDefaultOf } from '../../server/src/project/image-default.ts';
import { misplacedIn } from '../../server/src/project/misplaced.ts';
import { instancesOf, saysWhere } from '../../server/src/project/mounts.ts';
import type { Example, Finding, Rule } from '../../server/src/rules/rule.ts';
import { lint } from '../../server/src/rules/run.ts';
import type { SourceFile } from '../../server/src/syntax/statement.ts';

let loading: Promise<Parts> | undefined;
export const parts = (): Promise<Parts> => (loading ??= loadParts());

const WRAPS: Record<string, [string, string]> = {
  main: ['', ''],
  events: ['events {\n', '\n}\nhttp {\n}\n'],
  http: ['events {\n}\nhttp {\n', '\n}\n'],
  server: ['events {\n}\nhttp {\nserver {\n', '\n}\n}\n'],
  location: ['events {\n}\nhttp {\nserver {\nlocation / {\n', '\n}\n}\n}\n'],
  'if-in-location': ['events {\n}\nhttp {\nserver {\nlocation / {\nif ($uri) {\n', '\n}\n}\n}\n}\n'],
  upstream: ['events {\n}\nhttp {\nupstream backend {\n', '\n}\n}\n'],
  stream: ['events {\n}\nstream {\n', '\n}\n'],
  'stream-server': ['events {\n}\nstream {\nserver {\nlisten 127.0.0.1:9000;\n', '\n}\n}\n'],
  'stream-upstream': ['events {\n}\nstream {\nupstream backend {\n', '\n}\n}\n'],
  mail: ['events {\n}\nmail {\n', '\n}\n'],
};

export interface Mark {
  path: string;
  line: number;
  from: number;
  to: number;
  message: string;
}

export interface ExampleTree {
  root: FileId;
  files: Map<FileId, string>;
  marks: Mark[];
}

const at = (path: string): FileId => fileId(path.startsWith('/') ? `file://${path}` : `file:///etc/nginx/${path}`);

/** Takes mark lines (`# ^^^^ id`) out of a text and gives them back with the line above them. */
export function readMarks(path: string, text: string): { text: string; marks: Mark[] } {
  const kept: string[] = [];
  const marks: Mark[] = [];
  for (const line of text.split('\n')) {
    const m = /^(\s*#\s*)(\^+)\s+([\w-]+)\s*$/.exec(line);
    if (m) marks.push({ path, line: kept.length - 1, from: m[1]!.length, to: m[1]!.length + m[2]!.length, message: m[3]! });
    else kept.push(line);
  }
  return { text: kept.join('\n'), marks };
}

/** The files of an example's text: sections `#- path` make a tree, anything else is wrapped into the block that it is in. */
export function exampleTree(example: Example, text: string): ExampleTree {
  const sections = [...text.matchAll(/^#- (.+)$/gm)];
  const files = new Map<FileId, string>();
  const marks: Mark[] = [];
  if (sections.length) {
    sections.forEach((m, i) => {
      const body = text.slice(m.index + m[0].length + 1, sections[i + 1]?.index ?? text.length);
      const read = readMarks(m[1]!.trim(), body);
      files.set(at(m[1]!.trim()), read.text);
      marks.push(...read.marks);
    });
  } else {
    const wrap = WRAPS[example.inside ?? 'server'];
    if (!wrap) throw new Error(`examples cannot stand inside ${example.inside}`);
    const read = readMarks('nginx.conf', wrap[0] + text + wrap[1]);
    files.set(at('nginx.conf'), read.text);
    marks.push(...read.marks);
  }
  const root = [...files.keys()][0]!;
  for (const [path, body] of Object.entries(example.files ?? {})) files.set(at(path), body);
  return { root, files, marks };
}

export function exampleSettings(example: Example): Settings {
  const s = example.settings ?? {};
  return withSettings(DEFAULT_SETTINGS, {
    environment: s.environment ?? true,
    ...(s.nginx ? { nginxVersion: s.nginx } : {}),
    ...(s.openssl ? { opensslVersion: s.openssl } : {}),
    ...(s.flavour ? { flavour: s.flavour } : {}),
    ...(s.mozillaProfile ? { mozilla: s.mozillaProfile } : {}),
    ...(s.modules ? { modules: [...s.modules], build: 'plain' } : {}),
  });
}

/** The time at which examples are looked at: certificates in them are dated around it. */
export const EXAMPLE_TIME = Date.UTC(2026, 0, 1);

export interface Linted {
  config: Config;
  findings: Finding[];
  sources: Map<FileId, SourceFile>;
  deployment?: Deployment;
  /** the application's files too */
  sides: Map<FileId, Pick<SourceFile, 'text' | 'lines'>>;
}

/** What compose files and Dockerfiles of a tree say of its main file. */
function projectOf({ root, files }: Pick<ExampleTree, 'root' | 'files'>): Project {
  const boundary = dirname(root);
  const texts = new Map([...files].filter(([file]) => saysWhere(relativePath(file, boundary))));
  const instances = instancesOf(texts, { boundary, files: new Set(files.keys()) });
  return {
    ...loneProject(boundary, false),
    roots: [root],
    configs: [root, ...[...files.keys()].filter((f) => f.endsWith('.conf'))],
    instances,
  };
}

/** Loads a tree of texts and runs rules over it; a rule that throws fails the test. */
export async function lintTree(tree: Pick<ExampleTree, 'root' | 'files'>, rules: readonly Rule[], settings: Settings): Promise<Linted> {
  const { parser, engine } = await parts();
  const files = new MemoryFiles(tree.files);
  const sources = new Map<FileId, SourceFile>();
  const from: Sources = {
    list: (f) => files.list(f),
    stat: (f) => files.stat(f),
    read: (f) => files.read(f),
    source: async (f) => {
      const known = sources.get(f);
      if (known) return known;
      const text = files.text(f);
      if (text === undefined) return (await files.stat(f))?.kind === 'folder' ? 'this is a folder' : null;
      const source = parser.open(f, text);
      // the statements stay: trees are kept by nobody, and thousands of them fill the memory of the parser
      source.dispose();
      sources.set(f, source);
      return source;
    },
  };
  const loaded = await loadTree(tree.root, from, {
    pathMap: settings.pathMap,
    prefix: settings.prefix,
    environment: settings.environment ? { now: EXAMPLE_TIME } : null,
    misplaced: await misplacedIn(projectOf(tree), tree.root, from),
    imageDefault: imageDefaultOf(projectOf(tree), tree.root),
  });
  if ('problem' in loaded) throw new Error(loaded.problem);
  const config = new Config(loaded, engine, settings);
  const sides: Linted['sides'] = new Map(sources);
  const application = new Map([...tree.files].filter(([file]) => !config.files.has(file) && wanted(relativePath(file, config.confDir))));
  const deployment = application.size ? readDeployment(application, await (await parts()).python()) : null;
  for (const [file, text] of application) sides.set(file, { text, lines: new Lines(text) });
  const findings = lint(config, rules, {
    deployment,
    onCrash: (rule, error) => {
      throw new Error(`${rule.id} threw`, { cause: error });
    },
  });
  return { config, findings, sources, sides, ...(deployment ? { deployment } : {}) };
}

/** Lints one text as a main file (or inside a block), or a tree with `#- path` sections. */
export async function lintText(
  text: string,
  rules?: readonly Rule[],
  settings: Settings = DEFAULT_SETTINGS,
  inside: Example['inside'] = 'main',
): Promise<Linted> {
  return lintTree(exampleTree({ inside }, text), rules ?? (await parts()).rules, settings);
}

/** Applies the first fix of each finding of the rule until nothing is left to apply. */
export async function fixTree(tree: ExampleTree, rule: Rule, settings: Settings): Promise<{ files: Map<FileId, string>; passes: number }> {
  const files = new Map(tree.files);
  for (let passes = 0; passes < 6; passes++) {
    const { findings } = await lintTree({ root: tree.root, files }, [rule], settings);
    const edits = combined(findings.flatMap((f) => f.fixes[0] ?? []));
    if (!edits.length) return { files, passes };
    for (const { file, edits: list } of edits) files.set(file, applyEdits(files.get(file) ?? '', list));
  }
  throw new Error(`${rule.id}: the fixes do not come to an end`);
}

export interface Fixed {
  readonly files: Map<FileId, string>;
  /** how often findings were asked for and fixes applied */
  readonly passes: number;
  /** of the findings that had an applied fix, in the order in which they were met */
  readonly rules: readonly string[];
  /** fixes that their rules propose as safe and that the engine left to a person, with its reasons */
  readonly demoted: readonly { readonly rule: string; readonly because: string }[];
}

/** What `check --fix` makes of a tree (`suggested`: `--fix=suggested`): the passes of the product, each fix proved before it is applied. */
export async function fixAll(tree: Pick<ExampleTree, 'root' | 'files'>, settings: Settings, suggested: boolean): Promise<Fixed> {
  const { rules, parser } = await parts();
  const files = new Map(tree.files);
  const fixed = new Set<string>();
  let passes = -1;
  const find = async (): Promise<Found[]> => {
    passes++;
    const { config, findings, deployment } = await lintTree({ root: tree.root, files }, rules, settings);
    return [{ config, findings, ...(deployment ? { deployment } : {}) }];
  };
  const { found } = await applyFixes(
    {
      open: (file, text) => parser.open(file, text),
      rules,
      text: (file) => files.get(file) ?? null,
      put: (file, text) => files.set(file, text),
      find,
      applied: (finding) => fixed.add(finding.rule),
    },
    await find(),
    suggested,
  );
  const proofs = found.map(
    (f) =>
      new Proofs(
        f.config,
        (file, text) => parser.open(file, text),
        rules,
        () => f.deployment ?? NO_DEPLOYMENT,
      ),
  );
  const left = found.flatMap((f) => proved(proofs, f.findings));
  if (combined(fixesToApply(left, suggested)).length) throw new Error(`the fixes do not come to an end: ${[...fixed].join(', ')}`);
  const demoted = left.flatMap((f) => f.fixes.flatMap(({ because }) => (because === undefined ? [] : { rule: f.rule, because })));
  return { files, passes, rules: [...fixed], demoted };
}

/** Findings as marks, to be compared with those of the example. */
export const asMarks = (linted: Linted, rule: Rule): Mark[] =>
  linted.findings
    .filter((f) => f.rule === rule.id)
    .map((f) => {
      const source = linted.sides.get(f.at.file)!;
      const from = source.lines.position(f.at.span.start);
      const to = source.lines.position(f.at.span.end);
      return {
        path: pathOf(f.at.file).replace('/etc/nginx/', ''),
        line: from.line,
        from: from.character,
        to: to.line === from.line ? to.character : source.lines.endOf(from.line) - source.lines.startOf(from.line),
        message: f.messageId,
      };
    });
