/** Whom a site asks that is not its own: hosts of another domain, by the names that are written in the configuration. */
import { PerPart } from '../config/asked.ts';
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';
import { type Server, type ServerName, serverOf } from '../config/servers.ts';
import { targetServers } from '../config/upstreams.ts';
import { passedBy } from './what-is-passed.ts';
import { reachOf } from './which-socket.ts';
import { isPrivateAddress } from './who-may-enter.ts';

/** A name of the internet: no socket, no address, no name of a container. */
const NAME = /^(?:[a-z\d_-]+\.)+[a-z]{2,}$/i;

/** Names that lead nowhere outside of a network of one's own. */
const INNER = /\.(?:local|localhost|localdomain|lan|internal|intranet|home|arpa|corp|svc|consul|docker|test|example|invalid|sock|socket)$/i;

/** Second levels below which registries give names away: `example.co.uk`. */
const REGISTRY = /\.(?:co|com|org|net|gov|ac|edu|or|ne|gob|nom)\.[a-z]{2}$/;

/** The part of a name that someone has registered: two labels, or three below a registry's own second level. */
function domainOf(name: string): string {
  const labels = name.toLowerCase().split('.');
  return labels.slice(REGISTRY.test(`.${name.toLowerCase()}`) ? -3 : -2).join('.');
}

/** Whether a name leads nowhere outside of a network of one's own, by its end. */
export const isInnerName = (name: string): boolean => INNER.test(name);

const isPublicName = (name: string): boolean => NAME.test(name) && !isInnerName(name);

/** An address at which everybody in the world asks the same machine. */
const isPublicAddress = (text: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(text) && !isPrivateAddress(text);

/** A pattern of names, by what it ends with. */
const isPublicPattern = (text: string): boolean => {
  const end = /\\(\.[a-z]{2,})\)?\$?$/.exec(text)?.[1];
  return end !== undefined && !isInnerName(end);
};

/**
 * Whether a server is one of the internet: by a name that someone has registered or that a template fills in, by its address, or because it speaks TLS. Of any
 * other nobody knows who gets there: the port of a container may be one of a developer's machine.
 */
export const isOfInternet = (server: Server): boolean => reachOf(server).tls || isPublicServer.of(server.scope);

const isPublicServer = new PerPart((scope: Scope): boolean => {
  const { names = [], listens = [] } = serverOf(scope) ?? {};
  return (
    names.some((n) =>
      n.kind === 'regex' ? isPublicPattern(n.text) : isPublicName(n.text.replace(/^\*?\./, '')) || isPublicAddress(n.text) || isFilledIn(n),
    ) || listens.some((l) => l.addresses.some((a) => a.kind !== 'unix' && isPublicAddress(a.address)))
  );
});

/** All names of a server are of a network of one's own. */
export const isOfInnerNetwork = ({ names }: Server): boolean => names.length > 0 && names.every((n) => isInnerName(n.text));

/** A template fills in the end of the name, or all of it: what is written behind its mark without a dot is the name of a service. */
function isFilledIn({ directive, argument }: ServerName): boolean {
  const word = directive?.args[argument];
  return word?.templated === true && !/[^\w.-][-_][\w-]+$/.test(directive!.file.text.slice(word.start, word.end));
}

/** The domains of a pass's own site. */
const ownDomains = (pass: Directive): readonly string[] =>
  (serverOf(pass.scope)?.names ?? [])
    .filter((n) => n.kind !== 'regex' && isPublicName(n.text.replace(/^\*?\./, '')))
    .map((n) => domainOf(n.text.replace(/^\*?\./, '')));

/** Whether a pass leads to a host of the domain of its own site. */
export const staysInDomain = (pass: Directive): boolean =>
  passedBy(pass).targets.some((t) => isPublicName(t.host) && ownDomains(pass).includes(domainOf(t.host)));

const foreign = new PerPart((pass: Directive): string | null => {
  const { targets, whole } = passedBy(pass);
  if (!whole || !targets.length) return null;
  const hosts = targets.flatMap((t) => (t.upstream ? targetServers(t).map((s) => s.replace(/:\d+$/, '')) : [t.host]));
  // most lead to a machine of one's own: whose names the server has is asked after that
  if (!hosts.length || !hosts.every(isPublicName)) return null;
  const own = ownDomains(pass);
  return own.length > 0 && !hosts.some((host) => own.includes(domainOf(host))) ? hosts[0]!.toLowerCase() : null;
});

/** The host of another domain than the site's own to which a pass directive leads; null where none is, or where that cannot be told. */
export const foreignHost = (pass: Directive): string | null => foreign.of(pass);
