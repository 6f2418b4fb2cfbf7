/** The headers that say who the client is, and where an application does not get them. */
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { hasTlsServer } from '../../answers/which-socket.ts';
import {
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
import { isAnothersSite, isToApplication, isToTool, needsNoClient } from './_receiver.ts';

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
