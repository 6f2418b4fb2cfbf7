/**
 * A configuration as a tree for people: servers with their locations, upstreams, applications, files, snippets, limits, and what was assumed because
 * nobody could see it. The parts and their links are those of the map.
 */
import { basename, type FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import { assumedFlavour } from '../config/flavour.ts';
import { gravestOf, type Severity } from '../config/settings.ts';
import type { Deployment } from '../deploy/deployment.ts';
import type { Finding } from '../rules/rule.ts';
import { type MapView, mapOf } from './preview.ts';

export type OverviewKind = 'group' | 'server' | 'location' | 'upstream' | 'application' | 'file' | 'snippet' | 'limit' | 'assumed';

export interface OverviewNode {
  readonly kind: OverviewKind;
  readonly label: string;
  readonly detail: string;
  readonly at: Place | null;
  readonly findings: { readonly count: number; readonly worst: Severity | null };
  /** a URL that leads through it */
  readonly url: string | null;
  readonly children: readonly OverviewNode[];
}

const NONE = { count: 0, worst: null } as const;
/** Directives that declare a limit or say where it applies. */
const LIMITS = /^(limit_req_zone|limit_conn_zone|limit_req|limit_conn|client_max_body_size)$/;

/** Contexts whose includes bring parts of the configuration itself, not pieces that are shared within it. */
const OUTER: ReadonlySet<string> = new Set(['main', 'http', 'stream', 'mail']);

const VERSION_FROM = {
  default: 'the newest known, for nothing says which',
  setting: 'by the settings',
  found: 'found in the project',
} as const;

const node = (kind: OverviewKind, label: string, more: Partial<OverviewNode> = {}): OverviewNode => ({
  kind,
  label,
  detail: '',
  at: null,
  findings: NONE,
  url: null,
  children: [],
  ...more,
});

/** What was taken for granted about a configuration: the version, the main file that is in, includes that were not seen. */
export function assumedOf(config: Config): OverviewNode[] {
  const { target, versionFrom } = config.settings;
  const { standIn } = config.tree;
  const flavour = assumedFlavour(config);
  return [
    node('assumed', `nginx ${target.nginx.text}`, { detail: VERSION_FROM[versionFrom] }),
    ...(flavour ? [node('assumed', flavour, { detail: 'read as, for nothing names whose nginx it is' })] : []),
    ...(standIn ? [node('assumed', standIn.readAs, { detail: 'read as, for no main file includes it' })] : []),
    ...[...config.tree.includes].flatMap(([statement, include]) => {
      if (include.unseen === null) return [];
      const word = statement.args[0] ?? statement.name;
      return node('assumed', `include ${include.path}`, {
        detail: include.detail || include.unseen,
        at: { file: include.file, span: { start: word.start, end: word.end } },
      });
    }),
  ];
}

/** Files that are read within servers, locations and upstreams, each with the places that read it. */
function snippetsOf(config: Config, found: (file: FileId) => OverviewNode['findings']): OverviewNode[] {
  const readers = new Map<FileId, Map<string, OverviewNode>>();
  for (const d of config.main.all) {
    if (d.name !== 'include' || OUTER.has(d.scope.context)) continue;
    const source = config.files.get(d.nameAt.file);
    if (!source) continue;
    const line = source.lines.lineAt(d.nameAt.span.start) + 1;
    const opener = d.scope.opener;
    const place = node('file', `${decodeURIComponent(basename(d.nameAt.file))}:${line}`, {
      detail: opener ? [opener.name, ...opener.values].join(' ') : '',
      at: d.nameAt,
    });
    for (const file of config.tree.includes.get(d.statement)?.files ?? []) {
      const places = readers.get(file) ?? new Map<string, OverviewNode>();
      readers.set(file, places.set(`${d.nameAt.file}#${line}`, place));
    }
  }
  return [...readers].map(([file, places]) =>
    node('snippet', decodeURIComponent(basename(file)), {
      detail: `read at ${places.size} ${places.size === 1 ? 'place' : 'places'}`,
      at: { file, span: { start: 0, end: 0 } },
      findings: found(file),
      children: [...places.values()],
    }),
  );
}

/** The tree of the activity bar for a configuration. */
export function overviewOf(config: Config, findings: readonly Finding[], deployment: Deployment): OverviewNode[] {
  const map = mapOf(config, findings, deployment);
  const byId = new Map(map.nodes.map((n) => [n.id, n]));
  const below = (id: string): MapView['nodes'][number][] => map.links.flatMap((l) => (l.from === id ? (byId.get(l.to) ?? []) : []));
  const of = (n: MapView['nodes'][number], children: readonly OverviewNode[] = []): OverviewNode =>
    node(n.kind === 'listener' ? 'server' : n.kind, n.label, { detail: n.detail, at: n.at, findings: n.findings, url: n.url, children });
  const all = (kind: string): MapView['nodes'][number][] => map.nodes.filter((n) => n.kind === kind);
  const locations = (id: string): OverviewNode[] =>
    below(id).map((l) => {
      const targets = below(l.id).map((u) => u.label);
      return { ...of(l), detail: targets.length ? `→ ${targets.join(', ')}` : l.detail };
    });
  const foundIn = (file: FileId): OverviewNode['findings'] => {
    const here = findings.filter((f) => f.at.file === file);
    return { count: here.length, worst: gravestOf(here.map((f) => f.severity)) };
  };
  const files = [...config.files.values()].map((file) => {
    return node('file', decodeURIComponent(basename(file.id)), {
      detail: file.id === config.root ? 'main file' : '',
      at: { file: file.id, span: { start: 0, end: 0 } },
      findings: foundIn(file.id),
    });
  });
  const limits = config.main.all
    .filter((d) => LIMITS.test(d.name))
    .map((d) => node('limit', d.name, { detail: d.values.join(' '), at: d.nameAt }));
  const group = (label: string, children: readonly OverviewNode[]): OverviewNode[] =>
    children.length ? [node('group', label, { detail: String(children.length), children })] : [];
  return [
    ...group(
      'Servers',
      all('server').map((s) => {
        // servers of one name are distinguished by where they listen
        const [first = s.label, ...others] = s.label === 'no name' ? [s.label] : s.label.split(' ');
        return {
          ...of(s, locations(s.id)),
          label: first,
          detail: [s.detail, others.length ? `also ${others.join(' ')}` : ''].filter(Boolean).join(' · '),
        };
      }),
    ),
    ...group(
      'Upstreams',
      all('upstream').map((u) =>
        of(
          u,
          below(u.id).map((a) => of(a)),
        ),
      ),
    ),
    ...group(
      'Applications',
      all('application').map((a) => of(a)),
    ),
    ...group('Files', files),
    ...group('Snippets', snippetsOf(config, foundIn)),
    ...group('Limits', limits),
    ...group('Assumed', assumedOf(config)),
  ];
}
