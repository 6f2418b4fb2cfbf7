/**
 * Conditions that keep strangers out before the access phase: an `if` that answers 403 unless an address, a header, a cookie or an argument is
 * right. Each comes with what a request must bring along to get by. What merely sorts requests (methods, browsers, referers) is no guard.
 */
import { sourcesOf } from '../answers/where-a-value-comes-from.ts';
import { fromBytes } from '../base/bytes.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';
import { readCondition } from '../trace/handlers/rewrite.ts';
import type { Spot } from './spots.ts';
import { type Probe, patternOf, probeFor, type Wanted } from './values.ts';

export interface Guard {
  readonly directive: Directive;
  /** what the requests bring along whom it lets by */
  readonly key: Probe;
}

/** What only some clients have: an address, a cookie, an argument, a header that browsers do not send by themselves. */
const KEYS =
  /^(?:remote_addr|binary_remote_addr|remote_user|cookie_\w+|arg_\w+|ssl_client_\w+|http_(?!(?:user_agent|referer|host|origin|upgrade|connection|range|dnt|accept|if_|sec_|x_forwarded_|x_requested_with$|content_)).+)$/;

const TURNED_AWAY = new Set(['401', '403', '404', '444']);

/** What the variable must be for the condition not to hold; the first that a request can bring about counts. */
function keysOf(directive: Directive): { readonly name: string; readonly wanted: readonly Wanted[] } | null {
  const condition = readCondition(directive);
  if (!condition || condition.kind === 'file') return null;
  const { name } = condition;
  if (condition.kind === 'variable') return { name, wanted: [{ is: '0' }, { is: '' }] };
  if (condition.kind === 'match') {
    if (!condition.negative) return null;
    const pattern = patternOf(directive);
    return pattern && { name, wanted: [{ matches: pattern.pattern, caseless: pattern.caseless }] };
  }
  const { literal } = condition.value;
  if (literal === null) return null;
  const text = fromBytes(literal);
  if (condition.kind === 'not-equal') return { name, wanted: [{ is: text }] };
  return { name, wanted: text === '' || text === '0' ? ['something'] : [{ is: '0' }, { is: '' }] };
}

/** A page that `valid_referers` takes: of the first host that is written out, or of the server's own. */
function validReferer(scope: Scope): Probe | null {
  const words = scope.effective('valid_referers').directives.flatMap((d) => d.values);
  const own = scope.enclosing('server')?.named('server_name')[0]?.value(0) ?? '';
  for (const word of words) {
    const host = (word === 'server_names' ? own : word).replace(/^\*\./, 'www.').replace(/\.\*$/, '.com');
    if (/^[\w-]+(?:\.[\w-]+)+(?:\/|$)/.test(host)) return { headers: [['Referer', `https://${host.replace(/\/?$/, '/')}`]] };
  }
  return null;
}

/** Requests that do not meet one of the conditions of the levels, each by itself: what a client sends to get past them. */
export function* keysTo(config: Config, scopes: readonly Scope[]): Generator<Probe> {
  for (const scope of scopes)
    for (const d of scope.named('if')) {
      if (/^\(\$\{?invalid_referer\b/.test(d.values.join(' '))) {
        const probe = validReferer(scope);
        if (probe) yield probe;
        continue;
      }
      const keys = keysOf(d);
      for (const wanted of keys?.wanted ?? []) {
        const probe = probeFor(config, keys!.name, wanted);
        if (probe) yield probe;
      }
    }
}

/** The conditions of a place's own that turn away whoever lacks something. */
export function guardsOf(spot: Spot): readonly Guard[] {
  const { config, scope } = spot;
  return scope.named('if').flatMap((directive) => {
    const line = directive.body?.first('return');
    const keys = line && TURNED_AWAY.has(line.value(0)) ? keysOf(directive) : null;
    if (!keys || ![...sourcesOf(config, keys.name)].every((source) => KEYS.test(source))) return [];
    for (const wanted of keys.wanted) {
      const key = probeFor(config, keys.name, wanted);
      if (key && key.path === undefined) return [{ directive, key }];
    }
    return [];
  });
}
