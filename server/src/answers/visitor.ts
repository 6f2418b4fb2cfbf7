/**
 * A visitor whom nobody knows: an ordinary browser at a public address, without cookies, password or secret. What the rewrite module's
 * program of a level does to such a one is asked here, with the very program, tables and matching of the trace; a value that the text
 * does not decide makes the answer unknown.
 */
import { type ByteString, byteArray, toBytes } from '../base/bytes.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import type { Directive } from '../config/directive.ts';
import { locationOf } from '../config/locations.ts';
import { namesOf } from '../config/names.ts';
import type { Scope } from '../config/scope.ts';
import { serverOf } from '../config/servers.ts';
import { type Code, type Condition, programOf, readCondition } from '../trace/handlers/rewrite.ts';
import { compileValue, evaluate, type Scripting, type Value } from '../trace/script.ts';
import { geoValue, mapValue, splitValue, type TableAsker } from '../trace/tables.ts';
import { hasUnseen } from '../trace/unseen.ts';
import { type Behaviour, behaviourOf } from '../trace/version.ts';

/** An address of nobody in particular. */
export const STRANGER = '8.77.1.9';

/** Raised where a value hangs on what the text does not say. */
class Unknown extends Error {}

/** Values that a request brings along, by the variable's name in lower case, without the dollar sign. */
export type Brought = Readonly<Record<string, string>>;

export interface VisitorOptions {
  readonly scheme?: 'http' | 'https';
  readonly address?: string;
  readonly path?: string;
  readonly given?: Brought;
}

/** How the rewrite phase of a level ends for a visitor. */
export interface RewriteEnd {
  /** the return or rewrite that answers; null: none does */
  readonly by: Directive | null;
  readonly status: number;
  /** the address of a redirect, as far as it is known */
  readonly to: string;
  /** a condition on the way could not be told and guards something: the answer may be another */
  readonly unsure: boolean;
}

/** What is not known on the way through a level's program. */
interface Doubt {
  unsure: boolean;
  /** a condition that could not be told ends the program of the level, and answers nobody */
  mayHaveEnded: boolean;
}

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

/** A client that sends nothing but an address, a URL and chosen values: evaluates variables and conditions for it. */
export class Visitor implements Scripting, TableAsker {
  readonly connection: { readonly clientAddress: string };
  readonly behaviour: Behaviour;
  private readonly scheme: 'http' | 'https';
  private readonly path: string;
  private readonly given: ReadonlyMap<string, string>;
  private readonly assigned = new Map<string, ByteString>();
  private captures: readonly (ByteString | undefined)[] = [];
  private depth = 0;
  private moved = false;

  constructor(
    private readonly scope: Scope,
    options: VisitorOptions = {},
  ) {
    this.scheme = options.scheme ?? 'https';
    this.path = options.path ?? pathOf(scope);
    this.given = new Map(Object.entries(options.given ?? {}));
    this.connection = { clientAddress: options.address ?? STRANGER };
    this.behaviour = behaviourOf(scope.config.settings.target.nginx);
  }

  capture(group: number): ByteString {
    return this.captures[group] ?? '';
  }

  value(value: Value): ByteString {
    return evaluate(value, this);
  }

  headerLines(): readonly string[] {
    return [];
  }

  unseen(table: Directive): void {
    if (table.body && hasUnseen(table.body)) throw new Unknown();
  }

  match(regex: CompiledRegex | null, subject: ByteString): boolean {
    if (!regex) throw new Unknown();
    const m = regex.match(byteArray(subject));
    if (m === 'unknown') throw new Unknown();
    if (m === 'no') return false;
    this.captures = m.captures;
    for (const { name, group } of regex.names) this.assigned.set(name.toLowerCase(), m.captures[group] ?? '');
    return true;
  }

  variable(name: string): ByteString {
    const set = this.assigned.get(name);
    if (set !== undefined) return set;
    if (this.depth > 12) throw new Unknown();
    this.depth++;
    try {
      const sites = namesOf(this.scope.config).definitions('variable', name, 'http');
      const table = sites.find((s) => ['map', 'geo', 'split_clients'].includes(s.directive.name))?.directive;
      if (table) {
        return table.name === 'map' ? mapValue(this, table) : table.name === 'geo' ? geoValue(this, table) : splitValue(this, table);
      }
      const built = this.builtIn(name);
      if (built !== null) return toBytes(built);
      // a variable of `set` or of a group that has not run yet is empty
      if (sites.length && sites.every((s) => s.directive.name === 'set' || s.capture)) return '';
      throw new Unknown();
    } finally {
      this.depth--;
    }
  }

  private builtIn(name: string): string | null {
    const given = this.given.get(name);
    if (given !== undefined) return given;
    switch (name) {
      case 'remote_addr':
      case 'realip_remote_addr':
      case 'binary_remote_addr':
        return this.connection.clientAddress;
      case 'request_method':
        return 'GET';
      case 'http_user_agent':
        return BROWSER;
      case 'scheme':
      case 'http_x_forwarded_proto':
      case 'http_x_forwarded_scheme':
      case 'http_cloudfront_forwarded_proto':
        return this.scheme;
      case 'https':
      case 'http_x_forwarded_ssl':
        return this.scheme === 'https' ? 'on' : '';
      case 'host':
      case 'http_host':
      case 'server_name':
        return requestHostOf(this.scope);
      case 'uri':
      case 'document_uri':
      case 'request_uri':
        if (this.moved) return null;
        return this.path;
      case 'server_protocol':
        return 'HTTP/1.1';
      case 'ssl_client_verify':
        return 'NONE';
      case 'http_accept':
        return 'text/html,*/*;q=0.8';
      case 'invalid_referer':
        return this.scope.effective('valid_referers').directives.some((d) => d.values.includes('none')) ? '' : '1';
      case 'args':
      case 'query_string':
      case 'is_args':
      case 'remote_user':
      case 'content_type':
      case 'content_length':
      case 'ssl_client_s_dn':
      case 'ssl_client_cert':
      case 'ssl_client_fingerprint':
        return '';
    }
    if (/^http_(x_)?(forwarded|real|client|true|cf)_/.test(name)) return '';
    return /^(arg|cookie|http|sent_http|upstream_http)_/.test(name) ? '' : null;
  }

  /** Runs the program of the visitor's level, after the server's own where it is a location. */
  rewrites(): RewriteEnd {
    const state: Doubt = { unsure: false, mayHaveEnded: false };
    const { scope } = this;
    const own = scope.enclosing('location', 'server');
    const server = scope.enclosing('server');
    for (const level of new Set([server, own])) {
      if (!level) continue;
      const end = this.run(programOf(level), state);
      if (end === 'moved') return { by: null, status: 0, to: '', unsure: true };
      if (end) return { ...end, unsure: state.unsure || state.mayHaveEnded };
      state.mayHaveEnded = false;
    }
    return { by: null, status: 0, to: '', unsure: state.unsure };
  }

  private run(program: readonly Code[], state: Doubt): Omit<RewriteEnd, 'unsure'> | 'moved' | null {
    for (const code of program) {
      const end = this.step(code, state);
      if (end === 'break') return null;
      if (end !== null) return end;
    }
    return null;
  }

  private step(code: Code, state: Doubt): Omit<RewriteEnd, 'unsure'> | 'moved' | 'break' | null {
    switch (code.kind) {
      case 'set':
        this.assign(code.name, code.value);
        return null;
      case 'if': {
        const holds = code.condition ? this.holds(code.condition) : null;
        // `if (!-f $request_filename) { proxy_pass …; break; }` ends the program and answers nobody: what comes after it may be left out
        if (holds === null && code.body.length && code.body.every((inner) => inner.kind === 'break')) state.mayHaveEnded = true;
        else if (holds === null && code.body.length) {
          state.unsure = true;
          // what it would have set is not known any more
          for (const inner of code.body) if (inner.kind === 'set') this.assigned.delete(inner.name);
        }
        if (!holds) return null;
        for (const inner of code.body) {
          const end = this.step(inner, state);
          if (end !== null) return end;
        }
        return null;
      }
      case 'return':
        return { by: code.at, status: code.status, to: code.text ? this.shown(code.text) : '' };
      case 'break':
        return 'break';
      case 'rewrite': {
        if (!code.regex) return null;
        const m = code.regex.match(byteArray(toBytes(this.path)));
        if (m === 'no') return null;
        if (m === 'unknown') return 'moved';
        this.captures = m.captures;
        if (code.status) return { by: code.at, status: code.status, to: this.shown(code.replacement) };
        this.moved = true;
        return code.flag === 'break' ? 'break' : code.flag === 'last' ? 'moved' : null;
      }
    }
  }

  private assign(name: string, value: Value): void {
    try {
      this.assigned.set(name, this.value(value));
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      this.assigned.delete(name);
    }
  }

  private shown(value: Value): string {
    try {
      return this.value(value);
    } catch (error) {
      if (!(error instanceof Unknown)) throw error;
      return value.source;
    }
  }

  /** Whether a condition holds; null when that cannot be told. */
  private holds(condition: Condition): boolean | null {
    try {
      if (condition.kind === 'file') return null;
      const subject = this.variable(condition.name);
      switch (condition.kind) {
        case 'variable':
          return subject !== '' && subject !== '0';
        case 'equal':
          return subject === this.value(condition.value);
        case 'not-equal':
          return subject !== this.value(condition.value);
        case 'match': {
          const matches = this.match(condition.regex, subject);
          if (!matches) this.captures = [];
          return matches !== condition.negative;
        }
      }
    } catch (error) {
      if (error instanceof Unknown) return null;
      throw error;
    }
  }

  /** Whether the condition of an `if` holds after the program has run; null when that cannot be told. */
  fits(opener: Directive): boolean | null {
    this.rewrites();
    const condition = readCondition(opener);
    return condition ? this.holds(condition) : null;
  }

  /** The text that a value has for the visitor; null when it cannot be told. */
  known(source: string): string | null {
    try {
      return this.value(compileValue(source));
    } catch (error) {
      if (error instanceof Unknown) return null;
      throw error;
    }
  }
}

/** A host that the server of a scope is asked for by those who mean it. */
function requestHostOf(scope: Scope): string {
  const names = serverOf(scope)?.names ?? [];
  const plain = names.find((n) => n.kind === 'exact' && n.text !== '' && n.text !== '_') ?? names[0];
  if (!plain || plain.kind === 'regex' || plain.text === '' || plain.text === '_') return hostInConditions(scope) ?? 'www.example.test';
  return plain.text.replace(/^\*\.|^\./, 'www.').replace(/\.\*$/, '.test');
}

/** Where the server has no name, the one that its conditions let in: a visitor knows where he wants to go. */
function hostInConditions(scope: Scope): string | null {
  for (let at: Scope | null = scope; at; at = at.parent)
    for (const d of at.named('if')) {
      const m = /^\(?\s*\$(?:http_)?host\s+!=\s+"?([\w.-]+)/.exec(d.values.join(' '));
      if (m) return m[1]!;
    }
  return null;
}

/** A path that leads to the scope's location. */
function pathOf(scope: Scope): string {
  const location = locationOf(scope);
  if (!location) return '/';
  if (location.kind === 'exact') return location.name;
  if (location.kind === 'prefix') return location.name.endsWith('/') ? `${location.name}index.html` : location.name;
  return '/index.html';
}
