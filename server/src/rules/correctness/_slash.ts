/** The slash that every path begins with, and the few ways in which nginx is sent to one without it. */
import type { Scope } from '../../config/scope.ts';

/** Directives that send a request to another path, and which of their arguments is one. */
const SENDERS: readonly (readonly [string, (values: readonly string[]) => readonly (string | undefined)[]])[] = [
  ['try_files', (v) => v],
  ['rewrite', (v) => [v[1]]],
  ['error_page', (v) => [v.at(-1)]],
  ['auth_request', (v) => [v[0]]],
  ['mirror', (v) => [v[0]]],
  ['post_action', (v) => [v[0]]],
];

/** What a path begins with that is none of nginx's own making: a slash, a named location, an answer, the request's own path, another site. */
const WITH_SLASH = /^(\/|@|=|https?:|off$|\$\{?(uri|document_uri|request_uri|request_filename|scheme)\b)/i;

/** Whether nginx may be sent to a path without a slash at its beginning: `try_files $uri index.html`, `rewrite ^/(.*)$ $1`. */
export const mayLoseTheSlash = (root: Scope): boolean =>
  SENDERS.some(([name, paths]) =>
    root.all.some((d) => d.name === name && paths(d.values).some((v) => v !== undefined && !WITH_SLASH.test(v))),
  );
