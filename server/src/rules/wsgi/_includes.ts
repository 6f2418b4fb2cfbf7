/**
 * Includes whose file is not in the workspace. nginx's own and Debian's are known by name, so that a checkout without /etc/nginx can still be
 * judged; anything else may hold any line, and silences the rules that would have to know it.
 */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';

/** Files of nginx's package that hold no line about what is sent to an application. */
const HARMLESS =
  /(^|\/)(mime\.types|koi-(utf|win)|win-utf|fastcgi_params|fastcgi\.conf|scgi_params|ssl-params\.conf|options-ssl-nginx\.conf)$/;
const KNOWN = /(^|\/)(proxy_params|uwsgi_params)$/;

const missingIn = (scope: Scope): Directive[] =>
  scope.named('include').filter((d) => !scope.config.tree.includes.get(d.statement)?.files.length);

function* chain(scope: Scope): Generator<Scope> {
  for (let at: Scope | null = scope; at; at = at.parent) yield at;
}

/** A missing include, at the scope or around it, that may decide what the application gets. Masks that match nothing bring nothing to a level of servers. */
export function unknownInclude(scope: Scope): Directive | undefined {
  for (const at of chain(scope)) {
    const mask = (d: Directive): boolean => /[*?[]/.test(d.value(0));
    const found = missingIn(at).find(
      (d) => !HARMLESS.test(d.value(0)) && !KNOWN.test(d.value(0)) && !(mask(d) && at.context !== 'location'),
    );
    if (found) return found;
  }
  return undefined;
}

/** Whether the known file is included, and missing, on the level whose lines of `directive` are in force. */
export function includesKnown(scope: Scope, file: 'proxy_params' | 'uwsgi_params', directive: string): boolean {
  for (const at of chain(scope)) {
    if (missingIn(at).some((d) => d.value(0) === file || d.value(0).endsWith(`/${file}`))) return true;
    if (at.has(directive)) return false;
  }
  return false;
}

/** The params of nginx's uwsgi_params, in its order, with the variable or the value of each. */
export const UWSGI_PARAMS: readonly (readonly [name: string, value: string])[] = [
  ['QUERY_STRING', '$query_string'],
  ['REQUEST_METHOD', '$request_method'],
  ['CONTENT_TYPE', '$content_type'],
  ['CONTENT_LENGTH', '$content_length'],
  ['REQUEST_URI', '$request_uri'],
  ['PATH_INFO', '$document_uri'],
  ['DOCUMENT_ROOT', '$document_root'],
  ['SERVER_PROTOCOL', '$server_protocol'],
  ['REQUEST_SCHEME', '$scheme'],
  ['HTTPS', '$https'],
  ['REMOTE_ADDR', '$remote_addr'],
  ['REMOTE_PORT', '$remote_port'],
  ['SERVER_PORT', '$server_port'],
  ['SERVER_NAME', '$server_name'],
];

/** All includes at the scope and around it whose file is not in the workspace. */
export const unseenIncludes = (scope: Scope): Directive[] => [...chain(scope)].flatMap(missingIn);
