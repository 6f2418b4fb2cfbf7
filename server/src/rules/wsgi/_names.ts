/** Names of sites as the group's rules take them. */
import type { Server, ServerName } from '../../config/servers.ts';

/** A name that one would ask for from outside. */
export const isPublic = (name: string): boolean =>
  /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name) && !/(^|\.)(localhost|local|internal|test|svc)$/.test(name) && !/^[\d.]+$/.test(name);

/** A name that a guide left for its reader to replace: it says nothing of the hosts of this site. */
export const isPlaceholder = (name: string): boolean =>
  /^(www\.)?(example\.(com|org|net)|domain\.(com|tld|name)|(your|my)[-_]?(own[-_]?)?(domain|site|server|host|app|project)[-_]?(name)?(\.\w+)+)$/i.test(
    name,
  );

/** The exact names of a server that are written down and can be asked for from outside. */
export const publicNamesOf = (server: Server): readonly ServerName[] =>
  server.names.filter((n) => n.kind === 'exact' && n.directive && !n.hostname && isPublic(n.text));
