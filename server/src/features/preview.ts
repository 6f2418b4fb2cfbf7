/** What the preview of the request path needs beside the trace: findings on stations, the application's sight, suggestions, the map. */

import type { Place } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { type Location, type LocationLevel, locationsOf } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { listenersOf, pairText, type Server, serversOf } from '../config/servers.ts';
import type { Severity } from '../config/settings.ts';
import { PASS_DIRECTIVES, passTarget, targetServers } from '../config/upstreams.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { nginxContainer } from '../deploy/reach.ts';
import type { Finding } from '../rules/rule.ts';
import { applicationsBehind, applicationTitle } from './sight.ts';

/** The `server` directive itself: every server's scope has one. */
const directiveOf = (server: Server): Directive => server.scope.opener!;

const schemeOf = (server: Server): 'http' | 'https' => (server.listens.some((l) => l.params.includes('ssl')) ? 'https' : 'http');

/** A name that a client could ask for. */
function hostOf(server: Server): string {
  const name = server.names.find((n) => n.kind === 'exact' && n.text && n.text !== '_') ?? server.names[0];
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
  return `${scheme}://${hostOf(server)}${shown}${pathOf(location)}`;
};

function* locationsIn(level: LocationLevel): Generator<Location> {
  for (const location of level.all) {
    yield location;
    yield* locationsIn(locationsOf(location.scope));
  }
}

/** URLs that the configuration knows: one for each server and location, those around `near` first. At most 200. */
export function suggestions(config: Config, near: Directive | null): string[] {
  const out = new Set<string>();
  const around = (scope: Scope): boolean => {
    for (let at: Scope | null = near ? (near.body ?? near.scope) : null; at; at = at.parent) if (at === scope) return true;
    return false;
  };
  const servers = [...serversOf(config)].sort((a, b) => Number(around(b.scope)) - Number(around(a.scope)));
  for (const server of servers) {
    const locations = [...locationsIn(locationsOf(server.scope))].filter((l) => l.kind !== 'named');
    for (const l of locations.sort((a, b) => Number(around(b.scope)) - Number(around(a.scope))))
      if (around(l.scope)) out.add(urlOf(server, l));
    out.add(urlOf(server, null));
    for (const l of locations) out.add(urlOf(server, l));
    if (out.size > 200) break;
  }
  return [...out].slice(0, 200);
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

const ORDER: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

/** Listeners, servers, locations, upstreams and applications with their links, and the findings on each. */
export function mapOf(config: Config, findings: readonly Finding[], deployment: Deployment): MapView {
  const container = nginxContainer(deployment, config.files.keys());
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
    return { count: inside.length, worst: ORDER.find((s) => inside.some((f) => f.severity === s)) ?? null };
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
        for (const a of applicationsBehind(targetServers(t), deployment, container)) {
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
