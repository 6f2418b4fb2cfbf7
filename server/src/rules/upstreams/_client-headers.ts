/** The headers that say who the client is, and where an application does not get them. */
import { isForAssets, isForFiles, isForParts, isForSockets } from '../../answers/what-a-place-is-for.ts';
import { passTargetOf, requestHeader } from '../../answers/what-is-passed.ts';
import { isReplaced } from '../../answers/where-a-line-counts.ts';
import { hasTlsServer, reachOf, serversUnder } from '../../answers/which-socket.ts';
import {
  isNameOfScheme,
  isOfBuildpack,
  isOfConfigMap,
  listensForNeighbours,
  listensForPlatform,
  logsClientOfProxy,
  readsForwardedFor,
  toldScheme,
} from '../../answers/who-speaks-tls.ts';
import type { Directive } from '../../config/directive.ts';
import { serverOf } from '../../config/servers.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { nginxContainers, reachedThroughAnother } from '../../deploy/reach.ts';
import { meantRequestHeader } from '../correctness/_header-names.ts';
import { areLost } from './_headers.ts';
import { isForPrograms, isToChannels } from './_host.ts';
import { isAnothersSite, isBesides, isNamedByTemplate, isToApplication, isToPages, isToTool, needsNoClient } from './_receiver.ts';

/** Header, the value to set, what goes wrong without it. Host has a rule of its own. */
export const NEEDED = [
  { header: 'X-Forwarded-For', value: '$proxy_add_x_forwarded_for', breaks: 'every client appears with the address of nginx' },
  { header: 'X-Forwarded-Proto', value: '$scheme', breaks: 'it treats HTTPS requests as HTTP (redirect loops, failed CSRF checks)' },
] as const;
export type ClientHeader = (typeof NEEDED)[number];

/** What the application behind a proxy_pass needs and does not get; nothing where that is not certain. */
export function missingAt(directive: Directive, deployment: Deployment): ClientHeader[] {
  const { scope } = directive;
  const lines = scope.effective('proxy_set_header').directives;
  const isWritten = ({ header }: ClientHeader): boolean => lines.some((d) => d.value(0).toLowerCase() === header.toLowerCase());
  // most places have them all: nobody has to know where those lead
  if (NEEDED.every(isWritten) || directive.fact?.module !== 'ngx_http_proxy_module' || !isToApplication(directive)) return [];
  if (isReplaced(directive)) return [];
  const target = passTargetOf(directive);
  // an object store, a metrics page or another site is no application of ours
  if (!target || isAnothersSite(scope, target) || needsNoClient(scope, target) || isToTool(target, deployment)) return [];
  // a misspelled name is said at its line
  const given = new Set(lines.map((d) => (meantRequestHeader(d.value(0)) ?? d.value(0)).toLowerCase()));
  if (given.has('forwarded')) return [];
  // what the proxy in front says goes through, unless a line of this nginx replaces it
  const told = toldScheme(scope) !== null;
  const missing = NEEDED.filter((n) => !given.has(n.header.toLowerCase()) && !(told && n.header === 'X-Forwarded-Proto'));
  if (given.has('x-real-ip') && missing.length === 1 && missing[0]!.header === 'X-Forwarded-For') return [];
  return missing.length && handsOn(directive, deployment) ? [] : missing;
}

/** What is in front of this nginx writes the headers, which pass through it as any other header of a request. */
function handsOn({ scope, file }: Directive, deployment: Deployment): boolean {
  const server = serverOf(scope);
  if (server && (listensForPlatform(server) || listensForNeighbours(server))) return true;
  if (readsForwardedFor(scope) || logsClientOfProxy(scope.config) || isOfBuildpack(scope, file.id)) return true;
  const containers = nginxContainers(deployment, scope.config);
  if (!containers.length && isOfConfigMap(file.id) && !hasTlsServer(scope.config)) return true;
  return containers.some(reachedThroughAnother);
}

const PROTO = NEEDED[1];

/** How much it matters that headers are missing at a pass. */
export interface Weight {
  /** those of which something breaks */
  readonly broken: readonly ClientHeader[];
  /** only what a client says himself gets through */
  readonly isClaimed: boolean;
  readonly isMinor: boolean;
}

/** Weighs what `missingAt` has found at a pass, without regard to the host. */
export function weighed(directive: Directive, deployment: Deployment, missing: readonly ClientHeader[]): Weight {
  const { scope } = directive;
  // without TLS here no request is HTTPS, or what ended TLS in front says so in a header that is passed on
  const encrypted = serversUnder(directive).some((s) => reachOf(s).tls);
  // X-Real-IP says who the client is, in a form that fewer applications read
  const known = requestHeader(scope, 'X-Real-IP') !== undefined;
  const broken = missing.filter((n) => (n === PROTO ? encrypted || missing.length === 1 : !known));
  const protoAlone = missing.every((n) => n === PROTO);
  const isClaimed = !encrypted && (known || protoAlone);
  // who tells the scheme by another name knows what reads it
  const otherwise =
    broken.every((n) => n === PROTO) &&
    scope.effective('proxy_set_header').directives.some((d) => isNameOfScheme(d.value(0)) && d.value(1) !== '');
  // whoever wrote down the host and the client's address did without the scheme, and which program this is nobody sees
  const chosen = protoAlone && requestHeader(scope, 'Host') !== undefined && !deployment.applications.length;
  // without TLS the client's address is all that is lost, and many programs never ask for it
  const addressAlone = !encrypted && !deployment.applications.length;
  const names = missing.map((n) => n.header);
  const target = passTargetOf(directive);
  // the files of pages are the same whoever asks for them, and few services beside the site's own program ask who does
  const isMinor =
    isClaimed ||
    otherwise ||
    addressAlone ||
    areLost(scope, names) ||
    ((!encrypted || broken.every((n) => n === PROTO) || !deployment.applications.length) && isForSockets(scope)) ||
    chosen ||
    isToChannels(directive, deployment) ||
    isForPrograms(scope, deployment) ||
    isForAssets(scope) ||
    isForParts(scope) ||
    (target !== null && (isBesides(directive, target) || isToPages(target, deployment))) ||
    (isNamedByTemplate(directive) && !requestHeader(scope, 'Host')) ||
    (!encrypted && isForFiles(scope));
  return { broken, isClaimed, isMinor };
}
