/**
 * The rewrite module: if, set, rewrite, return, break of one level as one program (ngx_http_rewrite_handler, ngx_http_script.c). Escaping of
 * captures follows the engine's own flags, accidents included.
 */
import { type ByteString, fromBytes } from '../../base/bytes.ts';
import type { CompiledRegex } from '../../base/regexes.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { Slot } from '../../config/slot.ts';
import { escapeUri, unescapeRedirect } from '../escape.ts';
import { Failed } from '../failed.ts';
import { sendHeader } from '../filters.ts';
import { enter } from '../location-config.ts';
import { setContentType } from '../mime.ts';
import type { Handler } from '../phases.ts';
import { changes, type Run, type Verdict } from '../run.ts';
import { compileValue, mayGrow, type Part, type Value } from '../script.ts';
import type { FileKind, PhaseId } from '../trace.ts';
import { askWithin } from '../unseen.ts';

export type Condition =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'equal' | 'not-equal'; readonly name: string; readonly value: Value }
  | { readonly kind: 'match'; readonly name: string; readonly regex: CompiledRegex | null; readonly negative: boolean }
  | { readonly kind: 'file'; readonly test: 'f' | 'd' | 'e' | 'x'; readonly negative: boolean; readonly value: Value };

export type Code =
  | { readonly kind: 'set'; readonly at: Directive; readonly name: string; readonly value: Value }
  | {
      readonly kind: 'if';
      readonly at: Directive;
      readonly condition: Condition | null;
      readonly text: string;
      readonly body: readonly Code[];
      readonly scope: Scope | null;
    }
  | {
      readonly kind: 'rewrite';
      readonly at: Directive;
      readonly regex: CompiledRegex | null;
      readonly replacement: Value;
      /** the replacement has arguments of its own */
      readonly args: boolean;
      /** the old arguments are kept behind */
      readonly addArgs: boolean;
      readonly status: number;
      readonly flag: string;
      readonly last: boolean;
    }
  | { readonly kind: 'return'; readonly at: Directive; readonly status: number; readonly text: Value | null }
  | { readonly kind: 'break'; readonly at: Directive };

const programs = new Slot<Scope, readonly Code[]>();

/** The program of a server or location scope; empty when it has none of these directives. */
export function programOf(scope: Scope): readonly Code[] {
  let program = programs.get(scope);
  if (!program) programs.set(scope, (program = compile(scope, scope.context === 'location')));
  return program;
}

function compile(scope: Scope, inLocation: boolean): Code[] {
  const codes: Code[] = [];
  for (const at of scope.directives) {
    switch (at.name) {
      case 'set':
        codes.push({ kind: 'set', at, name: at.value(0).slice(1).toLowerCase(), value: compileValue(at.value(1)) });
        break;
      case 'if': {
        const { body } = at;
        if (!body) break;
        codes.push({
          kind: 'if',
          at,
          condition: readCondition(at),
          text: at.values.join(' '),
          body: compile(body, inLocation),
          scope: inLocation ? body : null,
        });
        break;
      }
      case 'rewrite':
        codes.push(readRewrite(at));
        break;
      case 'return': {
        const code = readReturn(at);
        if (code) codes.push(code);
        break;
      }
      case 'break':
        codes.push({ kind: 'break', at });
        break;
    }
  }
  return codes;
}

const regexOf = (at: Directive, pattern: string, caseless = false): CompiledRegex | null => {
  const compiled = at.scope.config.regexes.compile(pattern, { caseless });
  return compiled.ok ? compiled.regex : null;
};

/** The condition of an `if`; null for what nginx refuses (ngx_http_rewrite_if_condition). */
export function readCondition(at: Directive): Condition | null {
  const words = [...at.values];
  const first = words[0];
  if (!first?.startsWith('(')) return null;
  if (first === '(') words.shift();
  else words[0] = first.slice(1);
  const last = words.at(-1);
  if (!last?.endsWith(')')) return null;
  if (last === ')') words.pop();
  else words[words.length - 1] = last.slice(0, -1);
  const [subject = '', operator, operand = ''] = words;
  if (subject.startsWith('$') && subject.length > 1) {
    const name = subject.slice(1).toLowerCase();
    if (words.length === 1) return { kind: 'variable', name };
    if (words.length !== 3) return null;
    if (operator === '=') return { kind: 'equal', name, value: compileValue(operand) };
    if (operator === '!=') return { kind: 'not-equal', name, value: compileValue(operand) };
    const m = /^(!?)~(\*?)$/.exec(operator ?? '');
    return m && { kind: 'match', name, regex: regexOf(at, operand, m[2] === '*'), negative: m[1] === '!' };
  }
  const file = /^(!?)-([fdex])$/.exec(subject);
  if (!file || words.length !== 2) return null;
  return { kind: 'file', test: file[2] as 'f', negative: file[1] === '!', value: compileValue(operator ?? '') };
}

function readRewrite(at: Directive): Code {
  const [pattern = '', written = '', flag = ''] = at.values;
  const dropsArgs = written.endsWith('?');
  const text = dropsArgs ? written.slice(0, -1) : written;
  const absolute = /^(?:http:\/\/|https:\/\/|\$scheme)/.test(text);
  const status = flag === 'permanent' ? 301 : absolute || flag === 'redirect' ? 302 : 0;
  const replacement = compileValue(text, status === 0);
  return {
    kind: 'rewrite',
    at,
    regex: regexOf(at, pattern),
    replacement,
    args: replacement.parts.some((p) => p.kind === 'args' || (p.kind === 'text' && p.text.includes('?'))),
    addArgs: !dropsArgs,
    status,
    flag,
    last: status !== 0 || flag === 'last' || flag === 'break',
  };
}

function readReturn(at: Directive): Extract<Code, { kind: 'return' }> | null {
  const [first = '', second] = at.values;
  if (/^\d+$/.test(first)) return { kind: 'return', at, status: Number(first), text: second === undefined ? null : compileValue(second) };
  if (second !== undefined || !/^(?:http:\/\/|https:\/\/|\$scheme)/.test(first)) return null;
  return { kind: 'return', at, status: 302, text: compileValue(first) };
}

/** ngx_http_script_engine_t: the flags that decide how captures are written. */
interface Engine {
  readonly run: Run;
  readonly phase: PhaseId;
  /** captures are escaped: true at the start, then as the last rewrite that matched left it */
  quote: boolean;
  /** a rewrite's arguments have begun; forgotten only by the versions that were repaired */
  isArgs: boolean;
  status: number | 'declined' | 'answered';
}

type Flow = 'on' | 'stop';

/** The directives of the rewrite module, in the server or in a location. */
export function rewriteHandler(phase: 'server-rewrite' | 'rewrite'): Handler {
  return {
    module: 'ngx_http_rewrite_module',
    reads: ['if', 'set', 'rewrite', 'return', 'break'],
    run(run): Verdict {
      // no second run of the server's program where no location was found
      if (phase === 'rewrite' && run.scope === run.server.scope) return 'declined';
      if (run.scope.context === 'limit_except') return 'declined';
      const program = programOf(run.scope);
      if (!program.length) return 'declined';
      const engine: Engine = { run, phase, quote: true, isArgs: false, status: 'declined' };
      execute(program, engine);
      return engine.status;
    },
  };
}

function execute(program: readonly Code[], engine: Engine): Flow {
  for (const code of program) if (step(code, engine) === 'stop') return 'stop';
  return 'on';
}

const MODULE = 'ngx_http_rewrite_module';

function step(code: Code, engine: Engine): Flow {
  const { run, phase } = engine;
  switch (code.kind) {
    case 'set': {
      const before = code.name === 'args' ? run.args : null;
      const value = writeValue(code.value, engine);
      assign(run, code.name, value);
      run.report.step({
        phase,
        handler: MODULE,
        at: code.at,
        said: `$${code.name} set`,
        changed: [{ what: `$${code.name}`, from: before === null ? null : fromBytes(before), to: fromBytes(value) }],
      });
      return 'on';
    }
    case 'if': {
      const holds = code.condition ? test(code.condition, code.at, engine) : false;
      if (!holds) {
        run.report.step({ phase, handler: MODULE, at: code.at, said: `if ${code.text}: no` });
        return 'on';
      }
      run.report.step({ phase, handler: MODULE, at: code.at, said: `if ${code.text}: yes` });
      if (code.at.body) askWithin(run, code.at.body);
      if (code.scope) enter(run, code.scope);
      return execute(code.body, engine);
    }
    case 'break':
      if (run.uriChanged) {
        run.validLocation = false;
        run.uriChanged = false;
      }
      run.report.step({ phase, handler: MODULE, at: code.at, said: 'break' });
      return 'stop';
    case 'return':
      return doReturn(code, engine);
    case 'rewrite':
      return doRewrite(code, engine);
  }
}

/** Gives a variable its value; $args and $limit_rate have setters (ngx_http_variable_set_args, ngx_http_variable_set_limit_rate). */
export function assign(run: Run, name: string, value: ByteString): void {
  if (name === 'args') {
    run.args = value;
    run.validUnparsedUri = false;
    return;
  }
  if (name === 'limit_rate') {
    const m = /^(\d+)([kKmM]?)$/.exec(value);
    if (m) run.reply.limitRate = Number(m[1]) * (m[2] === '' ? 1 : /k/i.test(m[2]!) ? 1024 : 1_048_576);
    return;
  }
  run.assign(name, value);
}

const escapes = (run: Run): boolean => run.quotedUri || run.plusInUri;

function partText(part: Part, run: Run, escaped: boolean): ByteString {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'variable':
      return run.variable(part.name) ?? '';
    case 'capture': {
      const text = run.capture(part.group);
      return escaped && escapes(run) ? escapeUri(text, 'args') : text;
    }
    case 'args':
      return '';
  }
}

const lengthOf = (value: Value, run: Run, escaped: boolean): number =>
  value.parts.reduce((n, part) => n + partText(part, run, escaped).length, 0);

/** A value of set or if (ngx_http_script_complex_value_code). */
function writeValue(value: Value, engine: Engine): ByteString {
  const { run } = engine;
  if (value.literal !== null) return value.literal;
  const grows = mayGrow(value, run);
  const reserved = grows ? lengthOf(value, run, engine.quote) : 0;
  const length = lengthOf(value, run, engine.quote);
  if (grows && length > reserved) run.overflow(value.source);
  const text = value.parts.map((part) => partText(part, run, engine.quote || engine.isArgs)).join('');
  // the length was counted without the escapes that the flag left behind adds
  return run.bounded(text.slice(0, length));
}

function test(condition: Condition, at: Directive, engine: Engine): boolean {
  const { run } = engine;
  switch (condition.kind) {
    case 'variable': {
      const value = run.variable(condition.name) ?? '';
      return value !== '' && value !== '0';
    }
    case 'equal':
      return (run.variable(condition.name) ?? '') === writeValue(condition.value, engine);
    case 'not-equal':
      return (run.variable(condition.name) ?? '') !== writeValue(condition.value, engine);
    case 'match': {
      const matches = run.match(condition.regex, run.variable(condition.name) ?? '', at);
      if (!matches) run.captures = [];
      return matches !== condition.negative;
    }
    case 'file': {
      const path = writeValue(condition.value, engine);
      const found = run.stat(path, null, 'the disk decides', at);
      const holds: Record<typeof condition.test, boolean> = {
        f: found === 'file' || found === 'executable',
        d: found === 'folder',
        e: found !== null && found !== 'forbidden',
        x: isExecutable(found),
      };
      return holds[condition.test] !== condition.negative;
    }
  }
}

const isExecutable = (kind: FileKind | null): boolean => kind === 'executable' || kind === 'folder';

function doReturn(code: Extract<Code, { kind: 'return' }>, engine: Engine): Flow {
  const { run, phase } = engine;
  const { status, text } = code;
  const { reply } = run;
  run.reply.returned = true;
  const hasText = text !== null && text.source !== '';
  if (status >= 400 && !hasText) {
    run.report.step({
      phase,
      handler: MODULE,
      at: code.at,
      said: status === 444 ? 'return 444: the connection is closed' : `return ${status}`,
    });
    engine.status = status;
    return 'stop';
  }
  // ngx_http_send_response
  run.discardBody();
  reply.status = status;
  const value = text ? run.value(text) : '';
  if (status === 301 || status === 302 || status === 303 || status === 307 || status === 308) {
    reply.setLocation(value, code.at);
    run.report.step({ phase, handler: MODULE, at: code.at, said: `return ${status} ${fromBytes(value)}` });
    engine.status = status;
    return 'stop';
  }
  run.report.step({ phase, handler: MODULE, at: code.at, said: hasText ? `return ${status} with a text` : `return ${status}` });
  reply.contentLength = value.length;
  setContentType(run);
  reply.body = run.isHead ? '' : value;
  run.reply.kind = 'return';
  engine.status = sendHeader(run);
  return 'stop';
}

function doRewrite(code: Extract<Code, { kind: 'rewrite' }>, engine: Engine): Flow {
  const { run, phase } = engine;
  const beforeUri = run.uri;
  const beforeArgs = run.args;
  if (!run.match(code.regex, run.uri, code.at)) {
    run.captures = [];
    run.report.step({ phase, handler: MODULE, at: code.at, said: `${code.at.value(0)} does not match ${fromBytes(run.uri)}` });
    return 'on';
  }
  const redirect = code.status !== 0;
  // the replacement is computed with the request marked as changed already
  run.internal = true;
  run.validUnparsedUri = false;
  if (code.flag === 'break' && !redirect) {
    run.validLocation = false;
    run.uriChanged = false;
  } else run.uriChanged = true;
  engine.quote = redirect;
  if (mayGrow(code.replacement, run)) {
    const reserved = lengthOf(code.replacement, run, redirect);
    if (lengthOf(code.replacement, run, redirect) > reserved) run.overflow(code.replacement.source);
  }
  let path = '';
  let args: ByteString | null = null;
  for (const part of code.replacement.parts) {
    if (part.kind === 'args') {
      engine.isArgs = true;
      args = '';
      continue;
    }
    const text = partText(part, run, engine.isArgs || engine.quote);
    if (args === null) path += text;
    else args += text;
  }
  engine.quote = false;
  if (run.behaviour.resetsArgs) engine.isArgs = false;
  if (redirect) {
    let target = unescapeRedirect(path);
    if (code.addArgs && run.args !== '') target += (code.args ? '&' : '?') + run.args;
    run.reply.setLocation(target, code.at);
    run.uriChanged = true;
    engine.status = code.status;
    run.report.step({ phase, handler: MODULE, at: code.at, said: `redirect ${code.status} to ${fromBytes(target)}` });
    return 'stop';
  }
  if (args !== null) {
    if (code.addArgs && run.args !== '') args += `&${run.args}`;
    run.args = args;
  } else if (!code.addArgs) run.args = '';
  if (path === '') {
    const said = `${code.at.value(0)} matches, and the rewritten URI has a zero length: 500`;
    run.report.step({ phase, handler: MODULE, at: code.at, said });
    throw new Failed(500);
  }
  run.setUri(path);
  run.report.step({
    phase,
    handler: MODULE,
    at: code.at,
    said: `${fromBytes(beforeUri)} becomes ${fromBytes(path)}${code.flag ? `, ${code.flag}` : ''}`,
    changed: changes({ $uri: [beforeUri, path], $args: [beforeArgs, run.args] }),
  });
  return code.last ? 'stop' : 'on';
}
