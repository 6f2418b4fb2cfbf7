/** Who gets a proxied request: programs that need neither the client's host nor its scheme and address. */
import { isForChallenge, isWatched } from '../../answers/what-a-place-is-for.ts';
import { asksByVariable, passTargetOf } from '../../answers/what-is-passed.ts';
import { isNeverChosen } from '../../answers/where-a-line-counts.ts';
import { isOfInternet } from '../../answers/who-is-foreign.ts';
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import { asked, PerPart } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { type Location, locationOf, locationsOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { listenersAt, serverOf } from '../../config/servers.ts';
import type { PassTarget } from '../../config/upstreams.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { isTool, isWebServer } from '../../deploy/inside.ts';

/** Directives whose subrequests nobody sees: their answer is a status, or nothing. */
const ASKING = ['auth_request', 'mirror'];

/** The lines of the server by which subrequests lead to the location of the scope. */
export function askedBy(scope: Scope): readonly Directive[] {
  const location = locationOf(scope);
  const server = scope.enclosing('server');
  if (!location || !server) return [];
  return asking.of(server).get(location) ?? [];
}

/** The lines of a server whose subrequests go to a path that is written there, by the location that takes it. */
const asking = new PerPart((server: Scope): ReadonlyMap<Location, readonly Directive[]> => {
  const byTaker = new Map<Location, Directive[]>();
  for (const d of server.all) {
    if (!ASKING.includes(d.name) || !d.value(0).startsWith('/') || d.value(0).includes('$')) continue;
    const { location } = matchLocation(server, toBytes(d.value(0)));
    if (!location) continue;
    const known = byTaker.get(location);
    if (known) known.push(d);
    else byTaker.set(location, [d]);
  }
  return byTaker;
});

/** The address is one of this nginx's own: its other server sets what the application needs. */
function isOwnListener(scope: Scope, { kindOfHost, host, portText, upstream }: PassTarget): boolean {
  const { config } = scope;
  if (upstream) return upstream.servers.length > 0 && upstream.servers.every((s) => isOwnPort(config, s.host, String(s.port)));
  if (kindOfHost === 'unix')
    return asked(config, `listens on socket ${host}`, (c) => listenersAt(c, null).some((l) => l.text.includes(host)));
  return isOwnPort(config, host, portText || '80');
}

const isOwnPort = (config: Config, host: string, port: string): boolean =>
  /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host) &&
  asked(config, `listens on port ${port}`, (c) => listenersAt(c, Number(port)).length > 0);

/**
 * A location for questions alone, which sends on no body: what asks there, a subrequest or nginx's own proxy for mail, sees nothing but the status
 * and the headers, wherever its `auth_request` or `auth_http` is written.
 */
const onlyAsks = (scope: Scope): boolean =>
  (scope.named('internal').length > 0 || isLocalOnly(scope)) &&
  scope.effective('proxy_pass_request_body').directives[0]?.value(0) === 'off';

/** Names that only a network of one's own has: of services, of machines, of examples. */
const OF_A_NETWORK =
  /\.(?:local|localdomain|localhost|internal|intranet|corp|lan|home|private|svc|consul|docker|test|example|invalid)\.?$/i;

/** Whether a name is one that only a network of one's own has. */
export const isOfOwnNetwork = (host: string): boolean => OF_A_NETWORK.test(host);

/** Someone else's site: it is asked over TLS, or by the public name that it is told as the host. */
export function isAnothersSite(scope: Scope, { tls, kindOfHost, host, portText, upstream }: PassTarget): boolean {
  if (tls) return true;
  const told = scope
    .effective('proxy_set_header')
    .directives.find((d) => d.value(0).toLowerCase() === 'host')
    ?.value(1);
  if (kindOfHost !== 'name' || upstream || !host.includes('.')) return false;
  // by its public name, on the port of the web: nginx sends just that name as the host
  if (told === undefined && (!portText || portText === '80') && !OF_A_NETWORK.test(host)) return true;
  // one of several sites of that machine, which is named whatever the client asked for
  if (told !== undefined && /^[\w-]+(?:\.[\w-]+)+$/.test(told) && !OF_A_NETWORK.test(host)) return true;
  return told?.toLowerCase() === host.toLowerCase();
}

/** Whether a template fills in the whole host, and nothing says a port: it may be a public name, which is the host that its server wants. */
export function isNamedByTemplate({ file, args: [word] }: Directive): boolean {
  const mark = word?.templated ? file.marks?.find((m) => m.start > word.start && m.end <= word.end) : undefined;
  if (!mark || !file.text.slice(word!.start, mark.start).endsWith('://')) return false;
  return /^(?:[/?]|$)/.test(file.text.slice(mark.end, word!.end));
}

/** Ports of stores and tools whose answers are the same whoever asks: CouchDB, Elasticsearch, Flower, InfluxDB, Kibana, the servers of Vite and LiveReload, Netdata, exporters of Prometheus. */
const OF_STORES: ReadonlySet<string> = new Set([
  '4173',
  '5173',
  '5555',
  '5601',
  '5984',
  '6333',
  '7700',
  '8086',
  '8983',
  '9100',
  '9115',
  '9200',
  '19999',
  '35729',
]);

/** The server passes to several places, and this is not the one that has its pages or its interface. */
export function isBesides({ scope }: Directive, target: PassTarget): boolean {
  const location = locationOf(scope);
  const server = scope.enclosing('server');
  if (!location || !server) return false;
  const { pages, others } = placesBehind.of(server);
  const place = placeOf(target);
  if (isCalledForPages(target) && ((others.size > 1 && isAtPortOfWeb(target)) || !isForInternet(server))) return true;
  // a site that sends everyone elsewhere has its pages there
  if (leadsElsewhere(server) && !pages.has(place)) return true;
  return others.size > 1 && pages.size > 0 && !pages.has(place);
}

/** The web server of the pages has a container of its own, which sends their files to whoever asks. */
export const isToPages = (target: PassTarget, deployment: Deployment): boolean => allHosts(target, (host) => isWebServer(deployment, host));

/** What people call the web server which sends the files that a build of their pages leaves behind. */
const OF_PAGES = /(?:^|[-_])(?:front(?:-?end)?|client|spa|web-?ui)(?:$|[-_])/i;

/** By its name it has the pages of a site: files of a build, or those of a program that puts them together and seldom asks for the host. */
function isCalledForPages({ kindOfHost, host, upstream, tls }: PassTarget): boolean {
  if (tls) return false;
  if (upstream) return upstream.servers.length > 0 && upstream.servers.every((s) => OF_PAGES.test(s.host));
  return kindOfHost === 'name' && OF_PAGES.test(host);
}

/** No program of their own answers there: those listen on a port of their own. */
const isAtPortOfWeb = ({ portText, upstream }: PassTarget): boolean =>
  upstream ? upstream.servers.every((s) => String(s.port) === '80') : !portText || portText === '80';

const isForInternet = (server: Scope): boolean => {
  const own = serverOf(server);
  return own !== null && isOfInternet(own);
};

/** The container is that of a tool which reads nothing of its client. */
export const isToTool = (target: PassTarget, deployment: Deployment): boolean => allHosts(target, (host) => isTool(deployment, host));

const allHosts = ({ host, upstream }: PassTarget, holds: (host: string) => boolean): boolean =>
  upstream ? upstream.servers.length > 0 && upstream.servers.every((s) => holds(s.host)) : holds(host);

const placeOf = ({ host, portText, kindOfHost }: PassTarget): string => `${kindOfHost} ${host.toLowerCase()} ${portText}`;

/** Names of what a site is without: its interface, its accounts. */
const OF_THE_SITE =
  /^\^?~?\s*\/?\(?\/?(?:api|rest|graphql|admin|app|backend|accounts?|auth|oauth2?|login|signin|users?|v\d+|ws|wss|websocket|socket\.io|cable)\b/i;

/** Where the passes of a server lead to: the places that have its pages or its interface, and all. */
const placesBehind = new PerPart((server: Scope): { readonly pages: ReadonlySet<string>; readonly others: ReadonlySet<string> } => {
  const pages = new Set<string>();
  const others = new Set<string>();
  for (const d of server.all) {
    if (!/_pass$/.test(d.name)) continue;
    const target = passTargetOf(d);
    const place = target ? placeOf(target) : d.value(0);
    others.add(place);
    const location = locationOf(d.scope);
    if (!location || location.name === '/' || location.kind === 'named' || OF_THE_SITE.test(location.name)) pages.add(place);
  }
  // the pages themselves may be files
  return { pages: pages.size || !ofFiles(server) ? pages : new Set(['files']), others };
});

const leadsElsewhere = (server: Scope): boolean =>
  /^30[1278]$/.test(locationsOf(server).prefix.get('/')?.scope.first('return')?.value(0) ?? '');

const ofFiles = (server: Scope): boolean => locationsOf(server).prefix.get('/')?.scope.has('proxy_pass') === false;

/** Names of programs that watch, queue and test, and whose pages are the same whoever asks and under whichever name. */
const TOOL =
  /^(?:rabbitmq(?:-(?:management|ui))?|haproxy|prometheus|alertmanager|pushgateway|cadvisor|node-exporter|loki|jaeger|zipkin|mail(?:hog|pit|dev|catcher)|netdata|glances)$/i;

/** The site, the path or the machine is called as such a program. */
function isCalledTool(scope: Scope, { host, upstream }: PassTarget): boolean {
  if (TOOL.test(upstream?.name ?? host)) return true;
  const path = /^\/([\w-]+)\/?$/.exec(locationOf(scope)?.name ?? '')?.[1];
  if (path !== undefined) return TOOL.test(path);
  const names =
    scope
      .enclosing('server')
      ?.named('server_name')
      .flatMap((d) => d.values) ?? [];
  return names.length > 0 && names.every((name) => TOOL.test(name.split('.')[0]!));
}

/** Whether what is behind the pass needs none of what an application has to know about its client, or no request gets there. */
export function needsNoClient(scope: Scope, target: PassTarget): boolean {
  if (isNeverChosen(scope)) return true;
  if (isWatched(scope) || isForChallenge(scope) || ofStore(target) || isCalledTool(scope, target)) return true;
  return isOwnListener(scope, target) || askedBy(scope).length > 0 || onlyAsks(scope);
}

/** Whether a store is behind the pass, by the port: of the address, or of all servers of the group. */
function ofStore({ portText, upstream }: PassTarget): boolean {
  if (!upstream) return OF_STORES.has(portText);
  return upstream.servers.length > 0 && upstream.servers.every((s) => OF_STORES.has(String(s.port)));
}

/** An address, by a name or a variable, and the client's own path: a URI put together in another way is an endpoint of some service. */
const WHOLE_APPLICATION =
  /^(\w+:\/\/)?(\$\{?\w+\}?|[^/$?]+)(:\d+|\$\{?\w+\}?)?(\/?\$\{?(request_uri|uri|document_uri|1)\}?(\$is_args\$args)?)?\/?$/i;

/** Another location of the server passes to the same place by the same variable, with headers of its own: this one needs none of them. */
export function isToldElsewhere({ scope, values: [to = ''] }: Directive): boolean {
  if (scope.effective('proxy_set_header').directives.length) return false;
  const server = scope.enclosing('server');
  return server !== null && toldPasses.of(server).has(to);
}

/** Where the passes of a server with headers of their own lead to. */
const toldPasses = new PerPart(
  (server: Scope): ReadonlySet<string> =>
    new Set(
      server.all.flatMap((d) =>
        d.name === 'proxy_pass' && d.scope.effective('proxy_set_header').directives.length > 0 ? [d.value(0)] : [],
      ),
    ),
);

/** Whether a pass directive leads to an application that wants to know its client; what a variable names may be a service beside it. */
export const isToApplication = (directive: Directive): boolean =>
  !asksByVariable(directive) || (WHOLE_APPLICATION.test(directive.value(0)) && !isToldElsewhere(directive));
