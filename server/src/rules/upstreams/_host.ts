/** The host that a proxied request names where no line says it. */
import { isForAssets, isForFiles, isForInterface } from '../../answers/what-a-place-is-for.ts';
import { asksByVariable, passedBy, requestHeader } from '../../answers/what-is-passed.ts';
import { isReplaced } from '../../answers/where-a-line-counts.ts';
import { listensForNeighbours } from '../../answers/who-speaks-tls.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf, locationsOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import type { PassTarget } from '../../config/upstreams.ts';
import type { Application } from '../../deploy/application.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import djangoFramework from '../../deploy/frameworks/django.ts';
import { frameworkSettings } from '../../deploy/frameworks/framework.ts';
import { certain } from '../../deploy/setting.ts';
import { headerOfVariable } from '../correctness/_header-names.ts';
import { areLost } from './_headers.ts';
import { isBesides, isNamedByTemplate, isToldElsewhere, isToPages, isToTool, needsNoClient } from './_receiver.ts';

/**
 * The host that an application gets instead of the requested one, and whether it is likely to look at it; null where it gets the client's,
 * and where the upstream's own name may be meant.
 */
export function otherHostAt(directive: Directive, deployment: Deployment): { readonly sent: string; readonly matters: boolean } | null {
  const sent = sentBy(directive);
  const { scope } = directive;
  const { targets } = passedBy(directive);
  if (sent === null || targets.every((t) => isToTool(t, deployment))) return null;
  // the files of pages are the same under every host, the answers of an interface nearly so, and few services beside the site's own program look at it
  const idle =
    areLost(scope, ['Host']) ||
    isForAssets(scope) ||
    // one page of files, whatever was asked for
    /\.html?$/.test(directive.value(0)) ||
    isForFiles(scope) ||
    (isForInterface(scope) && !isLackOfServer(scope)) ||
    isNamedByTemplate(directive) ||
    isToChannels(directive, deployment) ||
    isForPrograms(scope, deployment) ||
    targets.every((t) => isBesides(directive, t) || isToPages(t, deployment));
  return { sent, matters: !idle };
}

const passesHost = new PerPart((server: Scope): boolean =>
  server.all.some((d) => d.name === 'proxy_pass' && !!requestHeader(d.scope, 'Host')),
);

/**
 * Other programs ask here, by an address of the machine, or with certificates of their own where no application is seen and no place of the server
 * passes a host on: what they call it is no site's name.
 */
export function isForPrograms(scope: Scope, { applications }: Deployment): boolean {
  const server = serverOf(scope);
  const hasCertificates = !applications.length && scope.value('ssl_verify_client')?.value(0) === 'on';
  if (hasCertificates && !(server && passesHost.of(server.scope))) return true;
  return server !== null && listensForNeighbours(server) && server.names.every(({ text }) => /^(?:|_|localhost)$/.test(text));
}

/** Names of places for WebSockets. */
const OF_SOCKETS = /\/(?:wss?|(?:web)?sockets?|channels)(?:\/|$)/i;

/** The program is Django, by its settings, by the server that was made for it or by what its projects call their entry. */
const isDjango = ({ server, framework, target }: Application): boolean =>
  server.name === 'daphne' ||
  frameworkSettings(framework, djangoFramework) !== null ||
  /\.[aw]sgi(?::application)?$/.test(certain(target) ?? '');

/** Handshakes for Django's Channels, which judges them by Origin and its own list of hosts. Most others hold Origin against Host. */
export function isToChannels(directive: Directive, { applications }: Deployment): boolean {
  const { scope } = directive;
  if (!OF_SOCKETS.test(locationOf(scope)?.name ?? '') || !requestHeader(scope, 'Upgrade')) return false;
  const hosts = passedBy(directive).targets.flatMap((t) => t.upstream?.servers.map((s) => s.host) ?? t.host);
  if (hosts.length && hosts.every((host) => /daphne|channels/i.test(host))) return true;
  return applications.length ? applications.every(isDjango) : isLaidOutAsDjango(scope);
}

/** The names under which the guides of Django have nginx send what is collected and what is uploaded. */
const OF_DJANGO = [/^\/(?:django[-_]?)?static(?:files)?\/?$/, /^\/media(?:files)?\/?$/];

/** Nobody sees which program it is, and the site is laid out as the guides of Django have it. */
function isLaidOutAsDjango(scope: Scope): boolean {
  const server = scope.enclosing('server');
  const names = server ? [...locationsOf(server).prefix.keys()] : [];
  return OF_DJANGO.every((pattern) => names.some((name) => pattern.test(name)));
}

/** Pages of the same server lack all headers, too: that is one cause, and told for all of its places at once. */
function isLackOfServer(scope: Scope): boolean {
  const server = scope.enclosing('server');
  return server !== null && isBare(scope) && hasBarePages.of(server);
}

const hasBarePages = new PerPart((server: Scope): boolean =>
  server.all.some((d) => d.name === 'proxy_pass' && isBare(d.scope) && hasPages(d)),
);

const isBare = (scope: Scope): boolean => !scope.effective('proxy_set_header').directives.length;

const hasPages = (pass: Directive): boolean =>
  !isForInterface(pass.scope) && !isForAssets(pass.scope) && !passedBy(pass).targets.every((t) => isBesides(pass, t));

function sentBy(directive: Directive): string | null {
  if (requestHeader(directive.scope, 'Host') || isReplaced(directive)) return null;
  // a line that means it and calls it otherwise is told by its name
  if (directive.scope.effective('proxy_set_header').directives.some((d) => headerOfVariable(d.value(0)) === 'Host')) return null;
  const { targets, whole } = passedBy(directive);
  if (!whole || directive.fact?.module !== 'ngx_http_proxy_module') return null;
  // of several that a table chooses from none may be meant by its name
  const sent = targets.map((target) => sentTo(directive, target));
  return sent.includes(null) ? null : (sent[0] ?? null);
}

/** The name of a service of Kubernetes: no site is called so. */
const OF_A_CLUSTER = /\.svc(?:\.[\w.-]+)?$/i;

function sentTo(directive: Directive, target: PassTarget): string | null {
  const { scope } = directive;
  if (asksByVariable(directive) && isToldElsewhere(directive)) return null;
  // told by another header on purpose
  if (requestHeader(scope, 'X-Forwarded-Host') || requestHeader(scope, 'Forwarded')) return null;
  if (needsNoClient(scope, target)) return null;
  // another server's public name is the host that it wants
  if (target.kindOfHost === 'name' && !target.upstream && target.host.includes('.') && !OF_A_CLUSTER.test(target.host)) return null;
  return target.kindOfHost === 'unix' ? 'localhost' : target.host + portSent(target);
}

/** The port in the Host that nginx makes: the scheme's own is left out (ngx_http_proxy_set_vars). */
const portSent = ({ portText, scheme }: PassTarget): string =>
  portText && portText !== (scheme === 'https://' ? '443' : '80') ? `:${portText}` : '';
