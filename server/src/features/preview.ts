/** What the preview of the request path needs beside the trace: findings on stations, the application's sight, suggestions, the map. */

import { type FileId, fileId, hostFileOf } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { type Location, type LocationLevel, locationsOf } from '../config/locations.ts';
import { unseenAround } from '../config/open.ts';
import type { Scope } from '../config/scope.ts';
import { listenersOf, pairText, type Server, serversOf } from '../config/servers.ts';
import { gravestOf, type Severity } from '../config/settings.ts';
import { PASS_DIRECTIVES, passTarget, targetServers } from '../config/upstreams.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { nginxContainers } from '../deploy/reach.ts';
import type { Finding } from '../rules/rule.ts';
import { statementAt } from '../syntax/place.ts';
import type { Statement } from '../syntax/statement.ts';
import type { Line } from '../trace/stations.ts';
import type { At, Trace } from '../trace/trace.ts';
import { applicationsBehind, applicationTitle } from './application-view.ts';

/** The `server` directive itself: every server's scope has one. */
const directiveOf = (server: Server): Directive => server.scope.opener!;

const schemeOf = (server: Server): 'http' | 'https' => (server.listens.some((l) => l.params.includes('ssl')) ? 'https' : 'http');

/** What a template writes, or a script: no client asks for it. */
const PLACEHOLDER = /\{\{|\{%|<%|\$|@[\w-]+@|__\w+__/;

/** A name that a client could ask for. */
function sampleHostOf(server: Server): string {
  const name = server.names.find((n) => n.kind === 'exact' && n.text && n.text !== '_' && !PLACEHOLDER.test(n.text)) ?? server.names[0];
  if (name && PLACEHOLDER.test(name.text)) return 'example.com';
  if (!name?.text || name.text === '_' || name.kind === 'regex') return 'localhost';
  return name.text.replace(/^\*\./, 'www.').replace(/^\./, '').replace(/\.\*$/, '.com');
}

/** A path that a location is meant for. */
function pathOf(location: Location | null): string {
  if (!location) return '/';
  if (location.kind === 'exact' || location.kind === 'prefix') return location.name.startsWith('/') ? location.name : '/';
  if (location.kind !== 'regex') return '/';
  // the plain beginning of a pattern is a good guess; what follows is left to the person
  const plain = /^\^?((?:\/|\\?[\w.-])*)/.exec(location.name)?.[1]?.replaceAll('\\', '') ?? '';
  const extension = /\\\.\(?\??:?(\w+)/.exec(location.name)?.[1];
  return plain.startsWith('/') ? plain : extension ? `/index.${extension}` : '/';
}

const urlOf = (server: Server, location: Location | null): string => {
  const port = server.listens[0]?.addresses[0]?.port ?? 80;
  const scheme = schemeOf(server);
  const shown =
    (scheme === 'https' && (port === 443 || server.listens.some((l) => l.addresses.some((a) => a.port === 443)))) ||
    (scheme === 'http' && port === 80)
      ? ''
      : `:${port}`;
  return `${scheme}://${sampleHostOf(server)}${shown}${pathOf(location)}`;
};

function* locationsIn(level: LocationLevel): Generator<Location> {
  for (const location of level.all) {
    yield location;
    yield* locationsIn(locationsOf(location.scope));
  }
}

/** How much a location has to show: a page of an application over HTTPS most of all. */
function interest(server: Server, location: Location | null): number {
  const passes = location !== null && PASS_DIRECTIVES.some((name) => location.scope.named(name).length > 0);
  const named = server.names.some((n) => n.kind === 'exact' && n.text && n.text !== '_');
  return (
    (passes ? 8 : 0) +
    (schemeOf(server) === 'https' ? 4 : 0) +
    (named ? 1 : 0) +
    (location?.kind === 'prefix' && location.name === '/' ? 2 : location?.kind === 'prefix' || location?.kind === 'exact' ? 1 : 0)
  );
}

/** URLs that the configuration knows: one for each server and location, those around `near` first, then the most telling. At most 200. */
export function suggestions(config: Config, near: Directive | null): string[] {
  const out = new Set<string>();
  const around = (scope: Scope): boolean => {
    for (let at: Scope | null = near ? (near.body ?? near.scope) : null; at; at = at.parent) if (at === scope) return true;
    return false;
  };
  const all: { server: Server; location: Location | null; near: number; interest: number }[] = [];
  for (const server of serversOf(config)) {
    const here = around(server.scope) ? 1 : 0;
    for (const location of [null, ...[...locationsIn(locationsOf(server.scope))].filter((l) => l.kind !== 'named')])
      all.push({
        server,
        location,
        near: here + (location && around(location.scope) ? 1 : 0),
        interest: interest(server, location),
      });
    if (all.length > 2000) break;
  }
  for (const { server, location } of all.sort((a, b) => b.near - a.near || b.interest - a.interest)) out.add(urlOf(server, location));
  return [...out].slice(0, 200);
}

/** The rules whose fix repairs what an application sees wrongly, by the name of the line. */
const CAUSES: Readonly<Record<string, readonly string[]>> = table({
  scheme: [
    'secure-proxy-header-mismatch',
    'forwarded-headers-missing',
    'forwarded-proto-wrong',
    'forwarded-allow-ips-mismatch',
    'proxy-fix-count-wrong',
  ],
  secure: [
    'secure-proxy-header-mismatch',
    'forwarded-headers-missing',
    'forwarded-proto-wrong',
    'forwarded-allow-ips-mismatch',
    'proxy-fix-count-wrong',
  ],
  host: ['proxy-host-missing', 'use-x-forwarded-host-mismatch', 'published-port-lost', 'proxy-fix-count-wrong'],
  client: ['forwarded-headers-missing', 'forwarded-allow-ips-mismatch', 'proxy-fix-count-wrong'],
  'allowed host': ['allowed-hosts-mismatch', 'proxy-host-missing'],
  refused: ['allowed-hosts-mismatch', 'proxy-host-missing', 'protocol-mismatch'],
  SCRIPT_NAME: ['script-name-prefix-missing'],
  path: ['script-name-prefix-missing'],
  'static files': ['static-through-application', 'static-not-mounted', 'static-root-mismatch'],
});

/** What is at a place of a trace: a file of the configuration, which may be a part of the one that is named, and its statement there. */
function writtenAt(config: Config, at: At): { readonly file: FileId; readonly statement: Statement | null } {
  const host = fileId(at.uri);
  for (const source of config.files.values()) {
    const statement = hostFileOf(source.id) === host ? statementAt(source.body, source.lines.offset(at.range.start)) : null;
    if (statement) return { file: source.id, statement };
  }
  return { file: host, statement: null };
}

/** The finding whose fix repairs a line of what the application sees: at the location of the path, or in a list that it includes. */
export function causeOf(line: string, config: Config, trace: Trace, findings: (file: FileId) => readonly Finding[]): Finding | null {
  const rules = CAUSES[line];
  const { location } = trace.outcome;
  if (!rules || !location) return null;
  const { file: own, statement } = writtenAt(config, location.at);
  const here = [...config.files.keys()].flatMap((file) =>
    findings(file).filter(
      (f) =>
        rules.includes(f.rule) &&
        (f.at.file !== own || !statement || (f.at.span.start >= statement.start && f.at.span.end <= statement.end)),
    ),
  );
  const order = (f: Finding): number => (f.fixes.length ? 0 : 100) + (f.at.file === own ? 0 : 10) + rules.indexOf(f.rule);
  return here.sort((a, b) => order(a) - order(b))[0] ?? null;
}

/** What of the levels that the request passes was not read: clauses for people. */
export function unseenOnPath(config: Config, { outcome }: Trace): string[] {
  const { at } = outcome.location ?? outcome.server ?? { at: null };
  const { file, statement } = at ? writtenAt(config, at) : { file: null, statement: null };
  const scope = statement && file ? config.usesOf(statement, file)[0]?.body : config.main;
  return scope ? [...new Set(unseenAround(scope).map((u) => u.why))] : [];
}

/** The header lines of the answer as the client gets them, and who set each. */
export function answerHeaders({ outcome }: Trace, { up }: Line): AnswerHeader[] {
  const by = (name: string, value: string, otherwise: string): AnswerHeader => {
    const setters = up.flatMap((r) => r.changes.map((c) => ({ ...c, at: c.at ?? r.at })));
    const at = setters.find((c) => c.at !== null && c.what.toLowerCase() === name.toLowerCase() && c.to === value)?.at ?? null;
    return { name, value, by: at ? `${at.path.split('/').at(-1)}:${at.range.start.line + 1}` : otherwise, at };
  };
  return outcome.responseHeaders.map(([name, value], i) =>
    by(name, value, (outcome.headerOrigins[i]?.[1] ?? 'nginx') === 'nginx' ? 'nginx' : 'the application'),
  );
}

/** A header line of an answer: `by` names the place of the directive, nginx, or the application. */
export interface AnswerHeader {
  readonly name: string;
  readonly value: string;
  readonly by: string;
  readonly at: At | null;
}

export interface MapView {
  readonly nodes: readonly {
    readonly id: string;
    readonly kind: 'listener' | 'server' | 'location' | 'upstream' | 'application';
    readonly label: string;
    readonly detail: string;
    readonly at: Place | null;
    readonly findings: { readonly count: number; readonly worst: Severity | null };
    readonly url: string | null;
  }[];
  readonly links: readonly { readonly from: string; readonly to: string }[];
}

/** Listeners, servers, locations, upstreams and applications with their links, and the findings on each. */
export function mapOf(config: Config, findings: readonly Finding[], deployment: Deployment): MapView {
  const nginxes = nginxContainers(deployment, config);
  const nodes: MapView['nodes'][number][] = [];
  const links = new Map<string, { from: string; to: string }>();
  const known = new Set<string>();
  const within = (d: Directive, except: readonly Directive[] = []): { count: number; worst: Severity | null } => {
    const inside = findings.filter((f) => {
      const { statement, file } = d;
      const hit = (x: Directive): boolean =>
        f.at.file === x.file.id && f.at.span.start >= x.statement.start && f.at.span.end <= x.statement.end;
      return f.at.file === file.id && f.at.span.start >= statement.start && f.at.span.end <= statement.end && !except.some(hit);
    });
    return { count: inside.length, worst: gravestOf(inside.map((f) => f.severity)) };
  };
  const add = (node: MapView['nodes'][number]): void => {
    if (!known.has(node.id)) nodes.push(node);
    known.add(node.id);
  };
  const link = (from: string, to: string): void => void links.set(`${from}>${to}`, { from, to });
  const none = { count: 0, worst: null };
  for (const listener of listenersOf(config)) {
    const id = `listener ${pairText(listener)}`;
    add({ id, kind: 'listener', label: pairText(listener), detail: listener.ssl ? 'ssl' : '', at: null, findings: none, url: null });
    for (const server of listener.servers) link(id, `server ${directiveOf(server).file.id} ${directiveOf(server).statement.start}`);
  }
  const target = (from: string, scope: Scope): void => {
    for (const name of PASS_DIRECTIVES)
      for (const pass of scope.named(name)) {
        const t = passTarget(pass);
        if (!t) continue;
        const group = t.upstream;
        const label = group ? group.name : t.host + (t.portText ? `:${t.portText}` : '');
        const id = `upstream ${label}`;
        add({
          id,
          kind: 'upstream',
          label,
          detail: targetServers(t).join(', '),
          at: group ? group.directive.nameAt : pass.nameAt,
          findings: group ? within(group.directive) : none,
          url: null,
        });
        link(from, id);
        for (const a of applicationsBehind(targetServers(t), deployment, nginxes)) {
          const app = applicationTitle(a);
          add({ id: `application ${app}`, kind: 'application', label: app, detail: '', at: null, findings: none, url: null });
          link(id, `application ${app}`);
        }
      }
  };
  for (const server of serversOf(config)) {
    const id = `server ${directiveOf(server).file.id} ${directiveOf(server).statement.start}`;
    const locations = [...locationsIn(locationsOf(server.scope))];
    add({
      id,
      kind: 'server',
      label:
        server.names
          .map((n) => n.text)
          .filter(Boolean)
          .join(' ') || 'no name',
      detail: server.listens
        .map((l) => l.directive?.values.join(' ') ?? '')
        .filter(Boolean)
        .join(', '),
      at: directiveOf(server).nameAt,
      findings: within(
        directiveOf(server),
        locations.map((l) => l.directive),
      ),
      url: urlOf(server, null),
    });
    for (const location of locations) {
      const own = `location ${location.directive.file.id} ${location.directive.statement.start} ${id}`;
      add({
        id: own,
        kind: 'location',
        label: location.directive.values.join(' '),
        detail: '',
        at: location.directive.nameAt,
        findings: within(location.directive),
        url: location.kind === 'named' ? null : urlOf(server, location),
      });
      link(id, own);
      target(own, location.scope);
    }
  }
  return { nodes, links: [...links.values()].filter((l) => known.has(l.from) && known.has(l.to)) };
}
