/** What a check did, besides its findings: what was read as what, for which nginx, what was not seen, what was not checked. */
import { type FileId, hostFileOf, relativePath } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { relativeName } from '../catalog/flavours.ts';
import type { Config } from '../config/config.ts';
import { assumedFlavour } from '../config/flavour.ts';
import { type Lives, livesAt } from '../project/deployed.ts';
import { waysNotSeen } from '../project/ways.ts';
import type { Finding } from '../rules/rule.ts';
import type { Asked } from './common.ts';

export interface ReadAs {
  readonly id: FileId;
  /** the path on the deployed system; null where nothing says it */
  readonly as: string | null;
  /** the main file around it, in words for people; null where it is read on its own or is the main file */
  readonly inside: string | null;
  /** which of several services that start nginx with the file, and differ; null where there is nothing to tell */
  readonly service: string | null;
  /** the template engine that the file is read for; null for a plain file */
  readonly template: string | null;
  readonly nginx: string;
  readonly versionFrom: 'default' | 'setting' | 'found';
  /** whose nginx it is taken for by its text, and why; null where that is named or plain */
  readonly flavour: string | null;
  /** the relative of nginx that runs, by name; null for nginx itself */
  readonly product: string | null;
  /** it is read within a main file that is not one of the project, or at a place that nothing names */
  readonly assumed: boolean;
  /** nothing that is seen enables it: it is read as if it were */
  readonly disabled: boolean;
  /** what says so; null where nothing does */
  readonly because: { readonly id: FileId; readonly span: Span } | null;
}

export interface Unseen {
  readonly id: FileId;
  readonly span: Span;
  readonly include: string;
  readonly why: string;
}

export interface ProjectReport {
  readonly root: FileId | null;
  readonly readAs: readonly ReadAs[];
  readonly unseen: readonly Unseen[];
  readonly notChecked: readonly { readonly id: FileId; readonly span: Span; readonly why: string }[];
  /** what the look through the project left out, in words for people */
  readonly notSeen: readonly string[];
}

/** The rules that say what was not looked at. */
const NOT_CHECKED: ReadonlySet<string> = new Set(['not-checked', 'application-unread']);

/** Puts the report together from what was asked for and found. */
export function reportOn(asked: readonly Asked[], findings: readonly Finding[], isShown: (file: FileId) => boolean): ProjectReport {
  const readAs = new Map<string, ReadAs>();
  const unseen = new Map<string, Unseen>();
  for (const { config, project, way } of asked) {
    for (const file of config.files.keys()) {
      const key = `${file}\n${config.tree.startedBy?.label ?? ''}`;
      if (isShown(hostFileOf(file)) && !readAs.has(key)) readAs.set(key, readAsOf(file, config, { project, way }));
    }
    for (const [statement, include] of config.tree.includes) {
      const host = hostFileOf(include.file);
      if (!isShown(host) || include.unseen === null) continue;
      const span = statement.args[0] ?? statement.name;
      unseen.set(`${host} ${span.start}`, {
        id: host,
        span: { start: span.start, end: span.end },
        include: include.path,
        why: include.detail || include.unseen,
      });
    }
  }
  const filled = new Map<FileId, string>();
  for (const { config, project } of asked)
    for (const file of config.files.values()) {
      const host = hostFileOf(file.id);
      const n = file.template === null ? 0 : (file.holes?.length ?? 0);
      if (n && isShown(host))
        filled.set(host, `what the template ${relativePath(host, project.boundary)} writes at ${n} ${n === 1 ? 'place' : 'places'}`);
    }
  const services = new Map<FileId, Set<string | null>>();
  for (const { id, service } of readAs.values()) services.set(id, (services.get(id) ?? new Set()).add(service));
  return {
    root: asked[0]?.project.boundary ?? null,
    readAs: [...readAs.values()]
      .map((r) => (services.get(r.id)!.size > 1 ? r : { ...r, service: null }))
      .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : (a.service ?? '') < (b.service ?? '') ? -1 : 1)),
    unseen: [...unseen.values()].sort((a, b) => (a.id === b.id ? a.span.start - b.span.start : a.id < b.id ? -1 : 1)),
    notChecked: findings
      .filter((f) => NOT_CHECKED.has(f.rule) && f.severity === 'error')
      .map((f) => ({ id: f.at.file, span: f.at.span, why: f.message })),
    notSeen: [
      ...new Set(
        asked
          .flatMap(({ config, project }) =>
            [...project.notSeen, config.tree.beside?.notSeen, waysNotSeen(project, config.subject)].filter(
              (why) => typeof why === 'string',
            ),
          )
          .concat([...filled.values()]),
      ),
    ],
  };
}

function readAsOf(file: FileId, config: Config, { project, way }: Pick<Asked, 'project' | 'way'>): ReadAs {
  const lives: Lives | null = livesAt(project, file, way.by);
  const { standIn } = config.tree;
  const { target, versionFrom } = config.settings;
  return {
    // a configuration within another text is shown as that text, with the place where it lives
    id: hostFileOf(file),
    as: standIn?.file === file ? standIn.path : (lives?.path ?? null),
    inside: standIn
      ? `the ${standIn.mainPath.split('/').at(-1)} of ${standIn.of}`
      : file === config.root
        ? null
        : relativePath(hostFileOf(config.root), project.boundary),
    service: config.tree.startedBy?.label ?? null,
    template: config.files.get(file)?.template ?? null,
    nginx: target.nginx.text,
    product: relativeName(target.flavour),
    versionFrom,
    flavour: assumedFlavour(config),
    assumed: standIn?.file === file && !standIn.certain,
    disabled: standIn?.file === file && standIn.disabled,
    because: lives ? { id: lives.by.at.file, span: lives.by.at.span } : null,
  };
}
