/**
 * Where nginx itself gives up on a text whose braces or quotes do not pair: it pairs them strictly, from the first to the last, while the
 * findings are at the cause. Used to say which line nginx names; nothing is judged here.
 */
import type { Span } from '../../base/span.ts';
import { argsOf } from '../../catalog/catalog.ts';
import { bodyOf, childContext, openingsOf } from '../../catalog/context.ts';
import type { Config } from '../../config/config.ts';
import { readLocationWords } from '../../config/locations.ts';
import type { ScopeContext } from '../../config/scope.ts';
import type { SourceFile, Statement } from '../../syntax/statement.ts';
import { factsOf, isOwn, placesOf } from './_known.ts';

interface Event {
  readonly at: number;
  /** null: a closing brace */
  readonly statement: Statement | null;
}

function eventsOf(file: SourceFile): Event[] {
  const events: Event[] = [];
  const add = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      const end = s.open ?? s.close;
      if (end) events.push({ at: end.start, statement: s });
      if (s.open && s.close) events.push({ at: s.close.start, statement: null });
      if (s.block) add(s.block);
    }
  };
  add(file.body);
  for (const p of file.problems) if (p.fault === 'unexpected-closing-brace') events.push({ at: p.span.start, statement: null });
  const seen = new Set<number>();
  return events.sort((a, b) => a.at - b.at).filter((e) => e.statement !== null || (!seen.has(e.at) && seen.add(e.at)));
}

interface Level {
  readonly context: ScopeContext;
  readonly location: { readonly name: string; readonly fixed: boolean } | null;
}

/** The character at which nginx stops, when it pairs braces as they come; null when it reads to the end without a complaint about places. */
export function stopOfBraces(config: Config, file: SourceFile, from: number): Span | null {
  const base = config.scopesOf(file.id)[0]?.context ?? 'main';
  const stack: Level[] = [{ context: base, location: null }];
  for (const { at, statement } of eventsOf(file)) {
    const here = { start: at, end: at + 1 };
    const top = stack.at(-1)!;
    if (!statement) {
      stack.pop();
      if (!stack.length) return here;
      continue;
    }
    const name = statement.name.value;
    const { context } = top;
    const directives = context !== 'unknown' && bodyOf(context) === 'directives';
    const read =
      name === 'location'
        ? readLocationWords(
            statement.args.map((a) => a.value),
            config.settings.target.nginx,
          )
        : null;
    if (at >= from) {
      if (context !== 'unknown' && bodyOf(context) === 'entries' && statement.open) return here;
      if (directives) {
        const places = placesOf(config, name);
        if (places.length ? !places.includes(context) : !factsOf(config, name).length && !isOwn(config, name)) return here;
        const fact = config.catalog.directive(name, context, config.settings.target);
        if (fact && factsOf(config, name).length && argsOf(fact, config.settings.target.nginx).block !== (statement.open !== null))
          return here;
        if (read && top.location && (top.location.fixed || read.modifier === '@')) return here;
        if (read && top.location && !/^[~$]/.test(read.modifier) && !read.name.startsWith(top.location.name)) return here;
      }
    }
    if (!statement.open) continue;
    const child: ScopeContext = directives ? (childContext(context, name) ?? openingsOf(name)[0]?.child ?? 'unknown') : 'unknown';
    stack.push({
      context: child,
      location: read ? { name: read.modifier === '$' ? '' : read.name, fixed: read.modifier === '=' || read.modifier === '@' } : null,
    });
  }
  return stack.length > 1 ? { start: file.text.length, end: file.text.length } : null;
}

/** The character at which ngx_conf_read_token stops when a quote is taken to its next fellow, wherever that is; the end of the text otherwise. */
export function stopOfQuote(text: string, quote: number): Span {
  const end = { start: text.length, end: text.length };
  let i = quote;
  while (i < text.length) {
    const c = text[i]!;
    if (/[\s;{}]/.test(c)) i++;
    else if (c === '#') {
      while (i < text.length && text[i] !== '\n') i++;
    } else if (c === '"' || c === "'") {
      i++;
      while (i < text.length && text[i] !== c) i += text[i] === '\\' ? 2 : 1;
      if (++i > text.length) return end;
      const next = text[i];
      if (next !== undefined && !/[\s;{)]/.test(next)) return { start: i, end: i + 1 };
    } else while (i < text.length && !/[\s;]/.test(text[i]!) && !(text[i] === '{' && text[i - 1] !== '$')) i += text[i] === '\\' ? 2 : 1;
  }
  return end;
}
