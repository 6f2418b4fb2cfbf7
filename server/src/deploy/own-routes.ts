/**
 * The routes of a small application that decorates all of them itself: read from the text of its modules, and only where nothing in them may add a route,
 * put a prefix before one or change the path of a request. Of all others nobody says that a route is not there.
 */
import type { Place } from '../base/span.ts';
import type { Application } from './application.ts';
import type { Deployment } from './deployment.ts';
import { FRAMEWORKS } from './frameworks/all.ts';
import { modulesOf } from './modules.ts';

/** A route above a view, as it is written. */
export interface DecoratedRoute {
  /** the name that the decorator is of */
  readonly owner: string;
  readonly path: string;
  /** the owner is made by a framework here: no prefix is before the path */
  readonly own: boolean;
  /** where the path is, in the text */
  readonly start: number;
  readonly end: number;
}

const MAKERS = FRAMEWORKS.flatMap((f) => f.makes?.word ?? []).join('|');
const DECORATOR = /@(\w+)\.(?:get|post|put|patch|delete|route|api_route|websocket)\(\s*(["'])([^"'\n]*)\2/g;

/** The routes of a text, in its order. */
export function decoratedRoutes(text: string): DecoratedRoute[] {
  const owners = new Map<string, boolean>();
  return [...text.matchAll(DECORATOR)].map((m) => {
    const [whole, owner, , path] = m;
    if (!owners.has(owner!))
      owners.set(owner!, new RegExp(`^\\s*${owner}\\s*(?::[^=\\n]*)?=\\s*(?:\\w+\\.)*(${MAKERS})\\(`, 'm').test(text));
    const end = m.index + whole.length;
    return { owner: owner!, path: path!, own: owners.get(owner!)!, start: end - path!.length - 2, end };
  });
}

/** What adds routes, puts a prefix before them, answers what has none, or changes the path of a request. */
const MORE =
  /\b(?:Blueprint|register_blueprint|add_url_rule|add_resource|Resource|include_router|\w*Router|add_(?:api_)?(?:websocket_)?route|Mount|Route|WSGIMiddleware|DispatcherMiddleware|url_map|url_prefix|root_path|(?:SCRIPT|script)_(?:NAME|name)|PATH_INFO|APPLICATION_ROOT|import_module|SocketIO|Dash|before_request|register_\w+|(?:init|create|make|build)_(?:app|routes|api))\b|\.mount\(|\.middleware\(|\.add_middleware\((?!\s*(?:CORS|GZip|TrustedHost|ProxyHeaders|Session|HTTPSRedirect)Middleware)|\bwsgi_app\s*=(?!\s*ProxyFix)|(?:handler|exception_handler)\(\s*404|\.include\(|^\s*from\s+\.|\bimport\s+\*/m;

/** An import after the application is made: of modules that use it, and may add routes that are not read. */
const IMPORTS_AFTER = new RegExp(`=\\s*(?:\\w+\\.)*(?:${MAKERS})\\((?:[^\\n]*\\n)+?\\s*(?:from|import)\\s+\\w`);

/** The first part of a route that stands for any text. */
const ANY = /^\/?[<{]/;

/** A route of an application, and where its path is written. */
export interface OwnRoute {
  readonly path: string;
  readonly place: Place;
}

/** The routes of an application, with their places; null where there may be others. */
export function ownRoutes(deployment: Deployment, application: Application): readonly OwnRoute[] | null {
  const out: OwnRoute[] = [];
  for (const [file, text] of modulesOf(deployment, application)) {
    if (MORE.test(text) || IMPORTS_AFTER.test(text)) return null;
    for (const { path, own, start, end } of decoratedRoutes(text)) {
      if (!own || ANY.test(path)) return null;
      out.push({ path, place: { file, span: { start, end } } });
    }
  }
  return out.length ? out : null;
}
