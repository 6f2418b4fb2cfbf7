/** What a variable is made of: the built-in variables at the end of the ways through set, map, geo and split_clients. */
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { namesOf } from '../config/names.ts';
import type { Scope } from '../config/scope.ts';
import { variablesIn } from '../trace/script.ts';
import { textsOf } from './what-is-passed.ts';

const TABLES = new Set(['map', 'geo', 'split_clients']);

/** The texts of which a definition makes its value. */
function textsIn(d: Directive): readonly string[] {
  if (d.name === 'set') return [d.value(1)];
  if (d.name === 'geo') return [d.values.length > 1 ? d.value(0) : '$remote_addr'];
  if (d.name === 'map' || d.name === 'split_clients')
    return [d.value(0), ...(d.body?.directives.filter((e) => e.args.length > 0).map((e) => e.args.at(-1)!.value) ?? [])];
  return [];
}

/** The built-in variables that a variable's value is made of, lower case; the name itself where nothing of the text defines it. */
export function sourcesOf(config: Config, name: string, protocol: 'http' | 'stream' = 'http', depth = 0): ReadonlySet<string> {
  const sites =
    depth > 5
      ? []
      : namesOf(config)
          .definitions('variable', name, protocol)
          .filter((s) => !s.capture);
  const known = sites.map((s) => s.directive).filter((d) => d.name === 'set' || TABLES.has(d.name));
  if (!known.length) return new Set([name]);
  const out = new Set<string>();
  for (const d of known)
    for (const text of textsIn(d))
      for (const inner of variablesIn(text))
        if (inner !== name) for (const source of sourcesOf(config, inner, protocol, depth + 1)) out.add(source);
  return out;
}

/** The directives that give variables their values (`set`, the rows of tables) on the way to a text, the text's own variables first. */
export function definitionsFor(config: Config, source: string, depth = 0): readonly Directive[] {
  if (depth > 5) return [];
  return variablesIn(source).flatMap((name) =>
    namesOf(config)
      .definitions('variable', name, 'http')
      .filter((s) => !s.capture)
      .flatMap(({ directive }) => {
        const makers = directive.name === 'set' ? [directive] : TABLES.has(directive.name) ? (directive.body?.directives ?? []) : [];
        return makers.flatMap((m) => [m, ...definitionsFor(config, m.args.at(-1)?.value ?? '', depth + 1)]);
      }),
  );
}

/** Variables of nginx's own that bring no question mark of a request for a plain path. */
const NO_QUERY = /^(?:\d|uri|document_uri|document_root|host|scheme|hostname|server_(?:name|port|addr)|remote_addr|request_method)$/;

/** Whether a variable may bring a question mark, with what a client asked behind it: one of the client's, or one that is written into it. */
export function mayHoldQuery(at: Scope, name: string): boolean {
  const texts = textsOf(at, `$${name}`);
  if (texts) return texts.some((t) => t.includes('?'));
  return (
    [...sourcesOf(at.config, name)].some((source) => !NO_QUERY.test(source)) ||
    definitionsFor(at.config, `$${name}`).some((d) => d.values.some((v) => v.includes('?')))
  );
}
