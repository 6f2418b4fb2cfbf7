/**
 * The configuration in force at a place: limit_except, the content handler, and what a change of place does to a request
 * (ngx_http_update_location_config).
 */
import { fromBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import { CONTENT_HANDLERS, PASSES } from '../config/handlers.ts';
import type { Scope } from '../config/scope.ts';
import { Slot } from '../config/slot.ts';
import type { Reader } from './reader.ts';
import { knownMethod, type Run } from './run.ts';
import { askUnseen, restsOn } from './unseen.ts';

/** Read for every place that a request comes to, and for the names of files there. */
export const PLACES: Reader = {
  module: 'ngx_http_core_module',
  reads: ['limit_except', 'keepalive_timeout', 'keepalive_requests', 'keepalive_disable', 'root', 'alias'],
};

/** Makes a scope the configuration in force, limit_except included. */
export function enter(run: Run, scope: Scope): void {
  run.scope = scope;
  const limit = scope.context === 'location' || scope.context === 'if-in-location' ? limitExcept(scope) : null;
  if (limit && !limit.methods.has(knownMethod(run.methodName))) {
    run.scope = limit.scope;
    run.report.step({
      phase: 'find-config',
      handler: 'ngx_http_core_module',
      at: limit.directive,
      said: `limit_except applies to ${fromBytes(run.methodName)}`,
      ...restsOn(askUnseen(run, limit.scope, scope)),
    });
  }
  if (run.keepalive) limitKeepalive(run);
  run.contentHandler = contentIn(run.scope) ?? run.contentHandler;
}

function limitKeepalive(run: Run): void {
  if (run.seconds('keepalive_timeout', 75) === 0) run.keepalive = false;
  else if (run.text('keepalive_requests') === '0' || run.text('keepalive_requests') === '1') run.keepalive = false;
  else {
    const disabled = run.directive('keepalive_disable')?.values ?? ['msie6'];
    const agent = run.header('user-agent') ?? '';
    if (disabled.includes('safari') && /Safari\//.test(agent) && agent.includes('Mac OS X') && !/Chrome\/|Gecko\/|Opera/.test(agent))
      run.keepalive = false;
    else if (disabled.includes('msie6') && run.methodName === 'POST' && /MSIE [45]\.|MSIE 6\.(?!.*SV1)/.test(agent)) run.keepalive = false;
  }
}

interface LimitExcept {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly methods: ReadonlySet<string>;
}

const limits = new Slot<Scope, LimitExcept | null>();

/** The limit_except of a location; an `if` has none of its own and takes none over. */
function limitExcept(scope: Scope): LimitExcept | null {
  let found = limits.get(scope);
  if (found === undefined) {
    const directive = scope.first('limit_except');
    const methods = new Set(directive?.values.map((m) => m.toUpperCase()));
    if (methods.has('GET')) methods.add('HEAD');
    found = directive?.body ? { directive, scope: directive.body, methods } : null;
    limits.set(scope, found);
  }
  return found;
}

const contents = new Slot<Scope, string | null>();

/**
 * The directive that sets a scope's content handler: its own last one. A limit_except without one takes over its location's pass
 * directive; an `if` needs none, since the handler that the location set stays. Null: nothing is set.
 */
export function contentIn(scope: Scope): string | null {
  let found = contents.get(scope);
  if (found === undefined) {
    found = scope.directives.findLast((d) => CONTENT_HANDLERS.has(d.name))?.name ?? null;
    if (!found && scope.context === 'limit_except') found = PASSES.find((name) => passIn(scope, name)) ?? null;
    contents.set(scope, found);
  }
  return found;
}

/** The pass directive that a module finds in a scope when its handler runs there: its own, or the outer one that an `if` took over. */
export function passIn(scope: Scope, name: string): Directive | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const own = at.named(name).at(-1);
    if (own) return own;
    if (at.context !== 'if-in-location' && at.context !== 'limit_except') return null;
  }
  return null;
}
