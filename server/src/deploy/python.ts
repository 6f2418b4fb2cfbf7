/**
 * Evaluates the part of Python that configuration is written in: literals, lists, joins, paths, conditions, reads of the environment, imports of other files
 * of the project. Nothing runs; what the text does not decide is unknown, with the reason. Steps, depth and number of files are bounded.
 */

import { basename, dirname, type FileId, normalPath, pathOf, resolve } from '../base/file-id.ts';
import type { Place, Span } from '../base/span.ts';
import { table } from '../base/table.ts';
import { readEnvFile } from './env-file.ts';
import { type Argument, type Expr, MAX_LENGTH, type Python, type PythonModule, type Stmt } from './python-tree.ts';
import { eitherOf, lift, type PyArgument, type PyValue, sameValue, truth, unknownValue } from './python-value.ts';
import { certain } from './setting.ts';
import { type Environment, NO_ENVIRONMENT } from './shell.ts';
import { TooMuch } from './unread.ts';

/** A call somewhere in a file, function bodies included. */
export interface PyCall {
  /** The dotted name of what is called (`werkzeug.middleware.proxy_fix.ProxyFix`), or of the object's class and the method (`flask.Flask().run`). */
  readonly callee: string;
  readonly args: readonly PyArgument[];
  readonly at: Place;
  readonly spans: readonly Span[];
}

/** An assignment to an attribute or an item: `app.config['X'] = …` has the path `flask.Flask().config[X]`. */
export interface PyStore {
  readonly path: string;
  readonly value: PyValue;
  readonly at: Place;
}

export interface ModuleValues {
  readonly file: FileId;
  readonly text: string;
  readonly tree: PythonModule;
  readonly names: ReadonlyMap<string, PyValue>;
  /** Why there may be names, or other values, that this text does not show; null when there are none. */
  readonly open: string | null;
  readonly calls: readonly PyCall[];
  readonly stores: readonly PyStore[];
  /** Files that were read to know this one's names. */
  readonly imported: readonly FileId[];
}

const MAX_STEPS = 60_000;
/** Files that one project evaluates, and how far imports are followed into each other. */
const MAX_MODULES = 200;
const MAX_DEPTH = 12;
const MAX_ITEMS = 2000;

interface Scope {
  readonly names: Map<string, PyValue>;
  open: string | null;
}

interface Running {
  readonly file: FileId;
  readonly calls: PyCall[];
  readonly stores: PyStore[];
  readonly imported: FileId[];
  readonly functions: { stmt: Extract<Stmt, { kind: 'function' }>; scope: Scope }[];
}

/** All Python files of a project, evaluated when they are asked for. `environment` is that of the process whose configuration is read. */
export class PythonProject {
  private readonly done = new Map<FileId, ModuleValues>();
  private readonly trees = new Map<FileId, PythonModule>();
  private readonly busy = new Set<FileId>();
  private readonly located = new Map<string, FileId | null>();
  private readonly dotenvs = new Map<FileId, Environment>();
  private dotenvRead: boolean | null = null;
  /** Python files by the last part of their module's name. */
  private readonly byName: ReadonlyMap<string, readonly { readonly file: FileId; readonly own: string }[]>;
  private steps = 0;

  constructor(
    private readonly python: Python,
    private readonly files: ReadonlyMap<FileId, string>,
    /** told of a module that could not be read completely */
    private readonly unread: (file: FileId, error: unknown) => void = () => {},
    private readonly environment: Environment = NO_ENVIRONMENT,
    byName?: PythonProject['byName'],
  ) {
    this.byName = byName ?? namesOf(files);
  }

  /** The same files for a process with other variables; parsed trees are shared. */
  withEnvironment(environment: Environment): PythonProject {
    const other = new PythonProject(this.python, this.files, this.unread, environment, this.byName);
    for (const [file, tree] of this.trees) other.trees.set(file, tree);
    return other;
  }

  tree(file: FileId): PythonModule {
    let tree = this.trees.get(file);
    if (!tree) {
      try {
        tree = this.python.parse(this.files.get(file) ?? '');
      } catch (error) {
        this.unread(file, error);
        tree = this.python.parse('');
      }
      this.trees.set(file, tree);
    }
    return tree;
  }

  /** The file of a module, `a.b.c`: the one that lies nearest to `near` among those whose path ends so. */
  moduleFile(dotted: string, near: FileId): FileId | null {
    if (!/^[A-Za-z_][\w.]*$/.test(dotted)) return null;
    const key = `${dotted} ${dirname(near)}`;
    const known = this.located.get(key);
    if (known !== undefined) return known;
    const path = dotted.replaceAll('.', '/');
    const last = path.slice(path.lastIndexOf('/') + 1);
    let best: FileId | null = null;
    let bestScore = -1;
    for (const { file, own } of this.byName.get(last) ?? []) {
      if (!own.endsWith(`/${path}.py`) && !own.endsWith(`/${path}/__init__.py`)) continue;
      const score = commonPrefix(own, pathOf(near)) * 1000 - own.length;
      if (best === null || score > bestScore) {
        best = file;
        bestScore = score;
      }
    }
    this.located.set(key, best);
    return best;
  }

  /** The names and calls of a file; an empty module when it is not among the files. */
  module(file: FileId): ModuleValues {
    const known = this.done.get(file);
    if (known) return known;
    const text = this.files.get(file) ?? '';
    const tree = this.tree(file);
    const running: Running = { file, calls: [], stores: [], imported: [], functions: [] };
    const scope: Scope = { names: new Map(), open: null };
    const values: ModuleValues = {
      file,
      text,
      tree,
      names: scope.names,
      get open() {
        return scope.open;
      },
      calls: running.calls,
      stores: running.stores,
      imported: running.imported,
    };
    if (text.length > MAX_LENGTH) {
      this.unread(file, new TooMuch(`it holds more than ${MAX_LENGTH / 1024} K characters`));
      return { ...values, open: 'the module is too long to be read' };
    }
    if (this.busy.size === 0) this.steps = 0;
    if (this.busy.has(file) || this.busy.size >= MAX_DEPTH || this.done.size >= MAX_MODULES)
      return { ...values, open: 'imports go round in a circle or are too many' };
    this.busy.add(file);
    try {
      this.run(tree.body, scope, running);
      for (let i = 0; i < running.functions.length && i < 200; i++) {
        const { stmt, scope: outer } = running.functions[i]!;
        this.run(stmt.body, { names: new Map(outer.names), open: outer.open }, running);
      }
    } catch (error) {
      scope.open = 'the module could not be read completely';
      this.unread(file, error);
    } finally {
      this.busy.delete(file);
    }
    this.done.set(file, values);
    return values;
  }

  private place(running: Running, span: Span): Place {
    return { file: running.file, span };
  }

  private run(body: readonly Stmt[], scope: Scope, running: Running): void {
    for (const stmt of body) {
      if (++this.steps > MAX_STEPS) {
        scope.open = 'the configuration is too large to follow';
        return;
      }
      this.statement(stmt, scope, running);
    }
  }

  private statement(stmt: Stmt, scope: Scope, running: Running): void {
    switch (stmt.kind) {
      case 'assign': {
        const value = this.evaluate(stmt.value, scope, running);
        for (const target of stmt.targets) this.assign(target, value, scope, running);
        return;
      }
      case 'augment': {
        const old = this.evaluate(stmt.target, scope, running);
        const value = this.evaluate(stmt.value, scope, running);
        const at = this.place(running, stmt.span);
        this.assign(
          stmt.target,
          lift(at, [old, value], ([a, b]) => binary(at, stmt.op, a!, b!)),
          scope,
          running,
        );
        return;
      }
      case 'expression':
        this.mutation(stmt.value, scope, running) || this.evaluate(stmt.value, scope, running);
        return;
      case 'import':
        for (const { module, as } of stmt.names) {
          const name = as ? module : module.split('.')[0]!;
          scope.names.set(as ?? name, { kind: 'symbol', name, at: this.place(running, stmt.span) });
        }
        return;
      case 'from':
        this.importFrom(stmt, scope, running);
        return;
      case 'if':
        this.conditional(stmt, scope, running);
        return;
      case 'try': {
        const before = copyOf(scope);
        this.run(stmt.body, scope, running);
        const ends = stmt.handlers.map((handler) => {
          const other = copyOf(before);
          this.run(handler, other, running);
          return { scope: other, raises: raises(handler) };
        });
        const going = ends.filter((e) => !e.raises).map((e) => e.scope);
        if (going.length) merge(scope, [copyOf(scope), ...going], this.place(running, stmt.span), 'depends on what is installed', 0);
        this.run(stmt.after, scope, running);
        return;
      }
      case 'block': {
        if (stmt.certain) this.run(stmt.body, scope, running);
        else {
          const other = copyOf(scope);
          this.run(stmt.body, other, running);
          for (const [name, value] of other.names) {
            const old = scope.names.get(name);
            if (!old || !sameValue(old, value)) scope.names.set(name, unknownValue(value.at, 'set in a loop'));
          }
        }
        return;
      }
      case 'function':
        for (const decorator of stmt.decorators) this.evaluate(decorator, scope, running);
        scope.names.set(stmt.name, { kind: 'symbol', name: `${stmt.name}()`, at: this.place(running, stmt.span) });
        running.functions.push({ stmt, scope });
        return;
      case 'class': {
        const inner: Scope = { names: new Map(scope.names), open: scope.open };
        const members = new Map<string, PyValue>();
        let settings = false;
        for (const base of stmt.bases) {
          const value = this.evaluate(base, scope, running);
          if (value.kind === 'class') {
            for (const [k, v] of value.members) members.set(k, v);
            settings ||= value.settings === true;
          } else settings ||= value.kind === 'symbol' && /^pydantic(_settings|\.v1)?\.(main\.)?BaseSettings$/.test(value.name);
        }
        this.run(stmt.body, inner, running);
        for (const [k, v] of inner.names) if (scope.names.get(k) !== v) members.set(k, v);
        const made: PyValue = { kind: 'class', name: stmt.name, members, at: this.place(running, stmt.span) };
        scope.names.set(stmt.name, settings ? { ...made, settings: true, members: this.fromEnvironment(members) } : made);
        return;
      }
      case 'return':
        if (stmt.value) this.evaluate(stmt.value, scope, running);
        return;
      case 'raise':
      case 'other':
        return;
    }
  }

  private importFrom(stmt: Extract<Stmt, { kind: 'from' }>, scope: Scope, running: Running): void {
    const at = this.place(running, stmt.span);
    const file = this.importedFile(stmt.module, stmt.level, running.file);
    if (stmt.names === '*') {
      if (!file) {
        scope.open = `imports everything from ${'.'.repeat(stmt.level)}${stmt.module}, which is not among the files`;
        return;
      }
      const values = this.module(file);
      running.imported.push(file, ...values.imported);
      for (const [name, value] of values.names) if (!name.startsWith('_')) scope.names.set(name, value);
      scope.open ??= values.open;
      return;
    }
    if (file) running.imported.push(file);
    for (const { name, as } of stmt.names) {
      // `from . import routing`: the name is a module of the package
      const submodule =
        stmt.level > 0 || file ? this.importedFile([stmt.module, name].filter(Boolean).join('.'), stmt.level, running.file) : null;
      if (submodule && submodule !== file) running.imported.push(submodule);
      const symbol: PyValue = {
        kind: 'symbol',
        name: [stmt.module, name].filter(Boolean).join('.'),
        at,
        ...(file ? { source: { file, name } } : {}),
      };
      // settings are asked for by name from outside; anything else is looked up when the text uses it
      scope.names.set(as, /^[A-Z][A-Z0-9_]*$/.test(as) ? this.found(symbol) : symbol);
    }
  }

  /** What an imported name stands for, when its file is one of the project's. */
  private found(value: PyValue): PyValue {
    if (value.kind !== 'symbol' || !value.source) return value;
    const own = this.module(value.source.file).names.get(value.source.name);
    if (!own || own === value) return { kind: 'symbol', name: value.name, at: value.at };
    return own.kind === 'symbol' && own.source && this.busy.size < MAX_DEPTH ? this.found(own) : own;
  }

  private importedFile(module: string, level: number, from: FileId): FileId | null {
    if (level === 0) return this.moduleFile(module, from);
    let folder = dirname(from);
    for (let i = 1; i < level; i++) folder = dirname(folder);
    const base = resolve(folder, module ? module.replaceAll('.', '/') : '.').replace(/\/$/, '');
    for (const file of [`${base}.py`, `${base}/__init__.py`] as FileId[]) if (this.files.has(file)) return file;
    return null;
  }

  private conditional(stmt: Extract<Stmt, { kind: 'if' }>, scope: Scope, running: Running): void {
    const open: { test: PyValue; scope: Scope }[] = [];
    const before = copyOf(scope);
    let certainEnd: Scope | null = null;
    for (const { test, body } of stmt.branches) {
      if (isMainGuard(test)) {
        const aside = copyOf(before);
        this.run(body, aside, running);
        continue;
      }
      const value = this.evaluate(test, before, running);
      const holds = truth(value);
      if (holds === false || raises(body)) continue;
      const branch = copyOf(before);
      this.run(body, branch, running);
      if (holds === true) {
        certainEnd = branch;
        break;
      }
      open.push({ test: value, scope: branch });
    }
    if (!certainEnd) {
      certainEnd = copyOf(before);
      this.run(stmt.otherwise, certainEnd, running);
    }
    if (!open.length) {
      replace(scope, certainEnd);
      return;
    }
    const ends = [...open.map((o) => o.scope), certainEnd];
    const likely = open.findIndex((o) => likelyTruth(o.test) === true);
    const allSay = open.every((o) => likelyTruth(o.test) !== undefined);
    const first = open[0]!.test;
    const why = first.kind === 'unknown' || first.kind === 'either' ? first.why : 'depends on a condition';
    merge(scope, ends, this.place(running, stmt.span), why, likely >= 0 ? likely : allSay ? ends.length - 1 : null);
  }

  private assign(target: Expr, value: PyValue, scope: Scope, running: Running): void {
    if (target.kind === 'name') {
      scope.names.set(target.name, value);
    } else if (target.kind === 'tuple' || target.kind === 'list') {
      target.items.forEach((item, i) => {
        const part = value.kind === 'list' && !value.open && !item.unpacked ? value.items[i] : undefined;
        this.assign(item.value, part ?? unknownValue(value.at, 'part of a value that is not decided here'), scope, running);
      });
    } else if (target.kind === 'subscript') {
      const holder = this.evaluate(target.object, scope, running);
      const key = this.evaluate(target.index, scope, running);
      const at = this.place(running, target.span);
      this.stored(`${pathText(holder)}[${key.kind === 'string' ? key.value : '?'}]`, value, target.span, running);
      if (holder.kind === 'dict') {
        const entries = [...holder.entries.filter((e) => !sameValue(e.key, key)), { key, value }];
        this.assign(target.object, { ...holder, entries }, scope, running);
      } else if (holder.kind === 'list') this.assign(target.object, unknownValue(at, 'changed by index'), scope, running);
    } else if (target.kind === 'attribute') {
      const holder = this.evaluate(target.object, scope, running);
      this.stored(`${pathText(holder)}.${target.name}`, value, target.span, running);
    }
  }

  private stored(path: string, value: PyValue, span: Span, running: Running): void {
    running.stores.push({ path, value, at: this.place(running, span) });
  }

  /** `X.append(…)` and its like on a name; true when it was one. */
  private mutation(expr: Expr, scope: Scope, running: Running): boolean {
    if (expr.kind !== 'call' || expr.callee.kind !== 'attribute') return false;
    const { object, name } = expr.callee;
    const form = MUTATIONS[name];
    if (!form || (object.kind !== 'name' && object.kind !== 'subscript')) return false;
    const old = this.evaluate(object, scope, running);
    const args = this.arguments(expr.args, scope, running);
    const at = this.place(running, expr.span);
    if (old.kind !== 'list' && old.kind !== 'dict' && old.kind !== 'unknown' && old.kind !== 'either') return false;
    const keywords = args.filter((a) => a.name !== null);
    const plain = args.filter((a) => a.name === null).map((a) => a.value);
    const addition: PyValue | null = keywords.length
      ? { kind: 'dict', at, open: null, entries: keywords.map((k) => ({ key: { kind: 'string', value: k.name!, at }, value: k.value })) }
      : null;
    const changed = lift(at, [old], ([v]) => form(at, v!, addition ? [...plain, addition] : plain));
    this.assign(object, changed, scope, running);
    return true;
  }

  private arguments(args: readonly Argument[], scope: Scope, running: Running): PyArgument[] {
    return args.map((a) => ({ name: a.name, value: this.evaluate(a.value, scope, running) }));
  }

  private evaluate(expr: Expr, scope: Scope, running: Running): PyValue {
    const at = this.place(running, expr.span);
    if (++this.steps > MAX_STEPS) return unknownValue(at, 'the configuration is too large to follow');
    const sub = (e: Expr): PyValue => this.evaluate(e, scope, running);
    switch (expr.kind) {
      case 'string':
        return { kind: 'string', value: expr.value, at, inner: this.place(running, expr.inner) };
      case 'number':
        return { kind: 'number', value: expr.value, at };
      case 'constant':
        return expr.value === null ? { kind: 'none', at } : { kind: 'bool', value: expr.value, at };
      case 'fstring': {
        const parts = expr.parts.map((p): PyValue => (typeof p === 'string' ? { kind: 'string', value: p, at } : sub(p)));
        return lift(at, parts, (known) => {
          const texts = known.map(textOf);
          return texts.every((t) => t !== undefined)
            ? { kind: 'string', value: texts.join(''), at, anchored: known[0]?.kind === 'string' && known[0].anchored }
            : unknownValue(at, 'computed when the application starts');
        });
      }
      case 'name':
        return this.name(expr.name, at, scope, running);
      case 'attribute':
        return this.attribute(sub(expr.object), expr.name, at, running);
      case 'subscript':
        return lift(at, [sub(expr.object), sub(expr.index)], ([object, index]) => this.item(object!, index!, at));
      case 'call':
        return this.call(expr, at, scope, running);
      case 'list':
      case 'tuple':
      case 'set': {
        const items: PyValue[] = [];
        let open: string | null = null;
        if (expr.items.length > MAX_ITEMS) open = `it holds more than ${MAX_ITEMS} items`;
        for (const item of expr.items.slice(0, MAX_ITEMS)) {
          const value = sub(item.value);
          if (!item.unpacked) items.push(value);
          else if (value.kind === 'list') {
            items.push(...value.items);
            open ??= value.open;
          } else {
            open = whyOf(value);
            if (value.kind === 'unknown' && value.fallback?.kind === 'list') items.push(...value.fallback.items);
          }
        }
        return { kind: 'list', items, open, at };
      }
      case 'dict': {
        const entries: { key: PyValue; value: PyValue }[] = [];
        let open: string | null = null;
        if (expr.entries.length > MAX_ITEMS) open = `it holds more than ${MAX_ITEMS} items`;
        for (const { key, value } of expr.entries.slice(0, MAX_ITEMS)) {
          if (key) entries.push({ key: sub(key), value: sub(value) });
          else {
            const other = sub(value);
            if (other.kind === 'dict') {
              entries.push(...other.entries);
              open ??= other.open;
            } else open = whyOf(other);
          }
        }
        return { kind: 'dict', entries, open, at };
      }
      case 'binary':
        return lift(at, [sub(expr.left), sub(expr.right)], ([a, b]) => binary(at, expr.op, a!, b!));
      case 'logical': {
        const left = sub(expr.left);
        const right = sub(expr.right);
        return lift(at, [left], ([l]) => {
          const t = truth(l!);
          if (t === undefined) return expr.op === 'or' && l!.kind === 'object' ? l! : unknownValue(at, whyOf(l!));
          return t === (expr.op === 'or') ? l! : right;
        });
      }
      case 'not':
        return lift(at, [sub(expr.operand)], ([v]) => {
          const t = truth(v!);
          return t === undefined ? unknownValue(at, whyOf(v!)) : { kind: 'bool', value: !t, at };
        });
      case 'negative':
        return lift(at, [sub(expr.operand)], ([v]) =>
          v!.kind === 'number' ? { kind: 'number', value: -v!.value, at } : unknownValue(at, 'computed when the application starts'),
        );
      case 'compare':
        return lift(at, expr.operands.map(sub), (values) => compare(at, expr.ops, values));
      case 'conditional': {
        const test = sub(expr.test);
        const holds = truth(test);
        if (holds !== undefined) return sub(holds ? expr.then : expr.otherwise);
        const options = [sub(expr.then), sub(expr.otherwise)];
        const likely = likelyTruth(test);
        return eitherOf(at, whyOf(test), options, likely === undefined ? null : likely ? options[0]! : options[1]!);
      }
      case 'comprehension':
        return this.comprehension(expr, at, scope, running);
      case 'other':
        return unknownValue(at, 'computed when the application starts');
    }
  }

  private name(name: string, at: Place, scope: Scope, running: Running): PyValue {
    const value = scope.names.get(name);
    if (value?.kind === 'absent') return unknownValue(at, 'may not be set');
    if (value?.kind === 'symbol' && value.source) {
      const own = this.found(value);
      scope.names.set(name, own);
      return own;
    }
    if (value) return value;
    if (name === '__file__') return { kind: 'string', value: pathOf(running.file), at, anchored: true };
    if (name === '__name__') return { kind: 'string', value: basename(running.file).replace(/\.py$/, ''), at };
    if (scope.open) return unknownValue(at, scope.open);
    return { kind: 'symbol', name, at };
  }

  /**
   * The fields of pydantic's settings: a variable of the field's name, in any case and behind `env_prefix`, wins over the default (pydantic-settings, "Environment
   * variable names").
   */
  private fromEnvironment(members: ReadonlyMap<string, PyValue>): ReadonlyMap<string, PyValue> {
    const config = members.get('model_config') ?? members.get('Config');
    const given =
      config?.kind === 'object'
        ? config.args.find((a) => a.name === 'env_prefix')?.value
        : config?.kind === 'class'
          ? config.members.get('env_prefix')
          : config?.kind === 'dict'
            ? config.entries.find((e) => e.key.kind === 'string' && e.key.value === 'env_prefix')?.value
            : undefined;
    const prefix = given?.kind === 'string' ? given.value : '';
    const names = new Map([...this.environment.keys()].map((n) => [n.toLowerCase(), n]));
    return new Map(
      [...members].map(([field, standard]) => {
        if (field === 'model_config' || field === 'Config' || standard.kind === 'symbol' || standard.kind === 'object')
          return [field, standard];
        const name = prefix + field;
        return [
          field,
          this.variable(names.get(name.toLowerCase()) ?? name.toUpperCase(), standard, standard.at, (v) => asField(v, standard)),
        ];
      }),
    );
  }

  private attribute(object: PyValue, name: string, at: Place, running: Running): PyValue {
    if (object.kind === 'symbol') {
      const file = this.moduleFile(object.name, running.file);
      const own = file && file !== running.file ? this.module(file).names.get(name) : undefined;
      return own ?? { kind: 'symbol', name: `${object.name}.${name}`, at };
    }
    if (object.kind === 'class') return object.members.get(name) ?? unknownValue(at, 'not set in this class');
    if (object.kind === 'object') return { kind: 'symbol', name: `${object.callee}().${name}`, at };
    return lift(at, [object], ([v]) => {
      if (v!.kind === 'string' && v!.path) {
        if (name === 'parent') return { ...v!, value: parentOf(v!.value), at };
        if (name === 'parents') return { kind: 'list', at, open: null, items: ancestors(v!.value).map((value) => ({ ...v!, value, at })) };
        if (name === 'name') return { kind: 'string', value: v!.value.slice(v!.value.lastIndexOf('/') + 1), at };
      }
      return unknownValue(at, 'computed when the application starts');
    });
  }

  private item(object: PyValue, index: PyValue, at: Place): PyValue {
    if (object.kind === 'symbol' && object.name === 'os.environ' && index.kind === 'string') return this.variable(index.value, null, at);
    if (object.kind === 'dict') {
      const entry = object.entries.findLast((e) => sameValue(e.key, index));
      if (entry) return entry.value;
      return unknownValue(at, object.open ?? 'no such key');
    }
    if (object.kind === 'list' && index.kind === 'number' && !object.open) {
      return object.items.at(index.value) ?? unknownValue(at, 'no such item');
    }
    return unknownValue(at, whyOf(object));
  }

  /** A read of the environment: the value of the process when it is known, else unknown with the name and the default of the text. */
  private variable(name: string, fallback: PyValue | null, at: Place, read: (text: PyValue) => PyValue = (v) => v): PyValue {
    const set = this.environment.get(name);
    const value = set ? certain(set) : undefined;
    if (set?.from === 'text' && value !== undefined) return read({ kind: 'string', value, at: set.place, inner: set.place });
    if (set?.from === 'unknown') {
      const text = set.fallback;
      const place = set.place ?? at;
      return unknownValue(at, set.why, {
        env: name,
        fallback: text === undefined ? undefined : read({ kind: 'string', value: text, at: place, inner: place }),
      });
    }
    const file = this.dotenv(at.file)?.get(name);
    const own = file && certain(file);
    if (file?.from === 'text' && own !== undefined) {
      const value = read({ kind: 'string', value: own, at: file.place, inner: file.place });
      // where all variables of the process are known, none overrules the file
      if (this.environment.closed) return value;
      return unknownValue(at, `${name} is set in ${basename(file.place.file)}, which the environment may overrule`, {
        env: name,
        fallback: value,
      });
    }
    if (this.environment.closed && !file && fallback && fallback.kind !== 'none') return fallback;
    return unknownValue(at, `depends on the environment variable ${name}`, { env: name, fallback: fallback ?? undefined });
  }

  /** The nearest `.env` at or above a module, where some module reads such files: django-environ, decouple, python-dotenv, environs. */
  private dotenv(near: FileId): Environment | null {
    if (!this.readsDotenv()) return null;
    for (let folder = dirname(near), steps = 0; steps < 6; folder = dirname(folder), steps++) {
      const file = resolve(folder, './.env');
      const text = this.files.get(file);
      if (text !== undefined) {
        let read = this.dotenvs.get(file);
        if (!read) this.dotenvs.set(file, (read = readEnvFile(file, text)));
        return read;
      }
    }
    return null;
  }

  private readsDotenv(): boolean {
    this.dotenvRead ??= [...this.files].some(([f, t]) => f.endsWith('.py') && DOTENV_READERS.test(t));
    return this.dotenvRead;
  }

  private comprehension(expr: Extract<Expr, { kind: 'comprehension' }>, at: Place, scope: Scope, running: Running): PyValue {
    const { target } = expr;
    if (target.kind !== 'name') return unknownValue(at, 'computed when the application starts');
    return lift(at, [this.evaluate(expr.iterable, scope, running)], ([list]) => {
      if (list!.kind !== 'list') return unknownValue(at, 'computed when the application starts');
      const items: PyValue[] = [];
      let open = list!.open;
      for (const item of list!.items.slice(0, 200)) {
        const inner: Scope = { names: new Map(scope.names), open: scope.open };
        inner.names.set(target.name, item);
        const keeps = expr.conditions.map((c) => truth(this.evaluate(c, inner, running)));
        if (keeps.includes(false)) continue;
        if (keeps.includes(undefined)) open ??= 'filtered by a condition';
        else items.push(this.evaluate(expr.element, inner, running));
      }
      return { kind: 'list', items, open, at };
    });
  }

  private call(expr: Extract<Expr, { kind: 'call' }>, at: Place, scope: Scope, running: Running): PyValue {
    const args = this.arguments(expr.args, scope, running);
    if (expr.callee.kind === 'attribute') {
      const object = this.evaluate(expr.callee.object, scope, running);
      const method = METHODS[expr.callee.name];
      if (
        method &&
        (object.kind === 'string' ||
          object.kind === 'unknown' ||
          object.kind === 'either' ||
          object.kind === 'list' ||
          object.kind === 'dict')
      ) {
        const plain = args.filter((a) => a.name === null).map((a) => a.value);
        return lift(at, [object, ...plain], ([self, ...rest]) => method(at, self!, rest));
      }
      if (object.kind === 'object' && ENV_READERS.test(object.callee)) return this.reader(expr.callee.name, object, args, at);
    }
    const callee = this.evaluate(expr.callee, scope, running);
    if (callee.kind === 'object' && ENV_READERS.test(callee.callee)) return this.reader('str', callee, args, at);
    const name = callee.kind === 'symbol' ? callee.name : callee.kind === 'class' ? callee.name : '?';
    running.calls.push({ callee: name, args, at, spans: expr.args.map((a) => a.span) });
    if (callee.kind === 'unknown' || callee.kind === 'either') return unknownValue(at, callee.why);
    // what is passed wins over the environment: such settings are nobody's guess
    if (callee.kind === 'class' && callee.settings && !args.length) return callee;
    const known = this.knownCall(name, args, at);
    return known ?? { kind: 'object', callee: name, args, at };
  }

  private knownCall(name: string, args: readonly PyArgument[], at: Place): PyValue | null {
    const positional = args.filter((a) => a.name === null).map((a) => a.value);
    const keyword = (key: string): PyValue | undefined => args.find((a) => a.name === key)?.value;
    const first = positional[0];
    if (
      name === 'os.getenv' ||
      name === 'os.environ.get' ||
      name === 'getenv' ||
      name === 'environ.get' ||
      name === 'os.environ.setdefault'
    ) {
      if (first?.kind !== 'string') return unknownValue(at, 'depends on the environment');
      return this.variable(first.value, positional[1] ?? keyword('default') ?? { kind: 'none', at }, at);
    }
    if (name === 'decouple.config' || name === 'decouple.AutoConfig' || name === 'prettyconf.config') {
      return first?.kind === 'string'
        ? this.reading(first.value, castName(keyword('cast')), keyword('default') ?? positional[1], at)
        : null;
    }
    const builtin = BUILTINS[name];
    if (builtin && !args.some((a) => a.name === '*' || a.name === '**')) return lift(at, positional, (values) => builtin(at, values));
    return null;
  }

  /** `env.bool('X', default=…)` of django-environ and environs, `config('X', cast=…)` of Starlette and decouple. */
  private reader(method: string, reader: Extract<PyValue, { kind: 'object' }>, args: readonly PyArgument[], at: Place): PyValue {
    const first = args[0]?.value;
    if (args[0]?.name !== null || first?.kind !== 'string') return unknownValue(at, 'depends on the environment');
    const positional = args.filter((a) => a.name === null).map((a) => a.value);
    const keyword = (key: string): PyValue | undefined => args.find((a) => a.name === key)?.value;
    const scheme = reader.args.find((a) => a.name === first.value)?.value;
    const declared = scheme?.kind === 'list' ? { cast: castName(scheme.items[0]), fallback: scheme.items[1] } : null;
    const cast = method === 'str' || method === '__call__' ? (castName(keyword('cast')) ?? declared?.cast ?? 'str') : method;
    const second = positional[1];
    const fallback = keyword('default') ?? (second && second.kind !== 'symbol' ? second : undefined) ?? declared?.fallback;
    return this.reading(first.value, cast, fallback, at);
  }

  private reading(name: string, cast: string | null, fallback: PyValue | undefined, at: Place): PyValue {
    const read = (value: PyValue): PyValue => (value.kind === 'string' ? (CASTS[cast ?? 'str'] ?? CASTS.other)!(value) : value);
    return this.variable(name, fallback ? read(fallback) : null, at, read);
  }
}

function namesOf(files: ReadonlyMap<FileId, string>): Map<string, { file: FileId; own: string }[]> {
  const out = new Map<string, { file: FileId; own: string }[]>();
  for (const file of files.keys()) {
    const own = pathOf(file);
    const name = /\/([^/]+)\/__init__\.py$/.exec(own)?.[1] ?? /\/([^/]+)\.py$/.exec(own)?.[1];
    if (name === undefined) continue;
    const list = out.get(name);
    if (list) list.push({ file, own });
    else out.set(name, [{ file, own }]);
  }
  return out;
}

const DOTENV_READERS = /\bload_dotenv\b|\bread_env\b|\bdecouple\b|\bdotenv_values\b|\benv_file\s*=|\bprettyconf\b/;

const ENV_READERS = /^(environ|environs|starlette\.config|decouple)\.(Env|FileAwareEnv|EnvMeta|Config|AutoConfig)$/;

const castName = (value: PyValue | undefined): string | null =>
  !value
    ? null
    : value.kind === 'symbol'
      ? value.name.replace(/^.*\./, '')
      : value.kind === 'object'
        ? value.callee.replace(/^.*\./, '')
        : value.kind === 'class'
          ? value.name
          : null;

const split = (v: Extract<PyValue, { kind: 'string' }>): PyValue => ({
  kind: 'list',
  at: v.at,
  open: null,
  items: v.value
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean)
    .map((value) => ({ kind: 'string', value, at: v.at })),
});

const CASTS: Readonly<Record<string, (v: Extract<PyValue, { kind: 'string' }>) => PyValue>> = table({
  str: (v) => v,
  bool: (v) => ({ kind: 'bool', value: /^(true|on|ok|y|yes|t|1)$/i.test(v.value), at: v.at }),
  int: (v) => (/^[-+]?\d+$/.test(v.value) ? { kind: 'number', value: Number(v.value), at: v.at } : unknownValue(v.at, 'not a number')),
  list: split,
  tuple: split,
  set: split,
  Csv: split,
  CommaSeparatedStrings: split,
  strtobool: (v) => CASTS.bool!(v),
  path: (v) => ({ ...v, path: true }),
  Path: (v) => ({ ...v, path: true }),
  other: (v) => unknownValue(v.at, 'converted when the application starts'),
});

/** A variable's text as the type of a field, which its default shows. Lists are JSON, which is left as it is. */
function asField(text: PyValue, standard: PyValue): PyValue {
  if (text.kind !== 'string' || standard.kind === 'string' || standard.kind === 'none') return text;
  if (standard.kind === 'bool') return CASTS.bool!(text);
  if (standard.kind === 'number') return CASTS.int!(text);
  return unknownValue(text.at, 'converted when the application starts');
}

const textOf = (v: PyValue): string | undefined =>
  v.kind === 'string'
    ? v.value
    : v.kind === 'number'
      ? String(v.value)
      : v.kind === 'bool'
        ? v.value
          ? 'True'
          : 'False'
        : v.kind === 'none'
          ? 'None'
          : undefined;

const whyOf = (v: PyValue): string => (v.kind === 'unknown' || v.kind === 'either' ? v.why : 'computed when the application starts');

const pathText = (v: PyValue): string =>
  v.kind === 'symbol' ? v.name : v.kind === 'object' ? `${v.callee}()` : v.kind === 'class' ? v.name : '?';

const isMainGuard = (test: Expr): boolean =>
  test.kind === 'compare' && test.operands.some((o) => o.kind === 'name' && o.name === '__name__');

/** The truth of the fallback, where the value itself is not decided. */
const likelyTruth = (v: PyValue): boolean | undefined =>
  v.kind === 'unknown' && v.fallback
    ? (truth(v.fallback) ?? likelyTruth(v.fallback))
    : v.kind === 'either' && v.likely
      ? truth(v.likely)
      : undefined;

function commonPrefix(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  let n = 0;
  while (n < left.length - 1 && n < right.length - 1 && left[n] === right[n]) n++;
  return n;
}

/** Whether a block ends in an error: a configuration that starts does not go through it. */
const raises = (body: readonly Stmt[]): boolean =>
  body.some(
    (s) =>
      s.kind === 'raise' ||
      (s.kind === 'expression' && s.value.kind === 'call' && s.value.callee.kind === 'attribute' && s.value.callee.name === 'exit'),
  );

const copyOf = (scope: Scope): Scope => ({ names: new Map(scope.names), open: scope.open });

function replace(scope: Scope, by: Scope): void {
  scope.names.clear();
  for (const [name, value] of by.names) scope.names.set(name, value);
  scope.open = by.open;
}

/** Lays the ends of several branches over each other. `likely` is the index of the branch that the text's defaults choose. */
function merge(scope: Scope, ends: readonly Scope[], at: Place, why: string, likely: number | null): void {
  const names = new Set(ends.flatMap((e) => [...e.names.keys()]));
  const merged = new Map<string, PyValue>();
  for (const name of names) {
    const values = ends.map((e): PyValue => e.names.get(name) ?? { kind: 'absent', at });
    if (values.every((v) => v === values[0])) merged.set(name, values[0]!);
    else merged.set(name, eitherOf(values.find((v) => v.kind !== 'absent')!.at, why, values, likely === null ? null : values[likely]!));
  }
  scope.names.clear();
  for (const [name, value] of merged) scope.names.set(name, value);
  scope.open = ends.find((e) => e.open)?.open ?? null;
}

const parentOf = (path: string): string => path.replace(/\/+[^/]*\/*$/, '') || (path.startsWith('/') ? '/' : '.');
const ancestors = (path: string): string[] => {
  const out: string[] = [];
  for (let p = path; out.length < 32; ) {
    const next = parentOf(p);
    if (next === p) break;
    out.push(next);
    p = next;
  }
  return out;
};
const joined = (base: string, ...parts: string[]): string =>
  parts.reduce(
    (left, right) => (right.startsWith('/') ? right : left === '' || left.endsWith('/') ? left + right : `${left}/${right}`),
    base,
  );

function binary(at: Place, op: string, a: PyValue, b: PyValue): PyValue {
  if (op === '/' && a.kind === 'string' && a.path && b.kind === 'string')
    return { ...a, value: joined(a.value, b.value), at, inner: undefined };
  if (op === '+' || op === '|') {
    if (a.kind === 'string' && b.kind === 'string') return { kind: 'string', value: a.value + b.value, at, anchored: a.anchored };
    if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', items: [...a.items, ...b.items], open: a.open ?? b.open, at };
    if (a.kind === 'dict' && b.kind === 'dict') return { kind: 'dict', entries: [...a.entries, ...b.entries], open: a.open ?? b.open, at };
  }
  if (op === '%' && a.kind === 'string') {
    const values = b.kind === 'list' && !b.open ? b.items : [b];
    let i = 0;
    let whole = true;
    const value = a.value.replace(/%[sd%]/g, (m) => {
      if (m === '%%') return '%';
      const text = values[i] ? textOf(values[i++]!) : undefined;
      whole &&= text !== undefined;
      return text ?? '';
    });
    if (whole && i === values.length) return { kind: 'string', value, at, anchored: a.anchored };
  }
  if (a.kind === 'number' && b.kind === 'number') {
    const compute = ARITHMETIC[op];
    if (compute) return { kind: 'number', value: compute(a.value, b.value), at };
  }
  return unknownValue(at, 'computed when the application starts');
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = table({
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '**': (a, b) => a ** b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => ((a % b) + b) % b,
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
});

function compare(at: Place, ops: readonly string[], values: readonly PyValue[]): PyValue {
  const [a, b] = values;
  const op = ops[0];
  const no = unknownValue(at, 'compared when the application starts');
  if (values.length !== 2 || !a || !b || a.kind === 'object' || a.kind === 'symbol' || b.kind === 'object' || b.kind === 'symbol')
    return no;
  const result = (value: boolean): PyValue => ({ kind: 'bool', value, at });
  if (op === '==' || op === 'is') return result(sameValue(a, b));
  if (op === '!=' || op === 'is not') return result(!sameValue(a, b));
  if (op === 'in' || op === 'not in') {
    const found =
      b.kind === 'list'
        ? b.items.some((i) => sameValue(i, a))
        : b.kind === 'string' && a.kind === 'string'
          ? b.value.includes(a.value)
          : undefined;
    if (found === undefined || (!found && b.kind === 'list' && b.open)) return no;
    return result(found === (op === 'in'));
  }
  if (a.kind === 'number' && b.kind === 'number') {
    if (op === '<') return result(a.value < b.value);
    if (op === '>') return result(a.value > b.value);
    if (op === '<=') return result(a.value <= b.value);
    if (op === '>=') return result(a.value >= b.value);
  }
  return no;
}

type Computation = (at: Place, args: readonly PyValue[]) => PyValue;
type Method = (at: Place, self: PyValue, args: readonly PyValue[]) => PyValue;

const text = (at: Place, value: string | undefined, like?: PyValue): PyValue =>
  value === undefined
    ? unknownValue(at, 'computed when the application starts')
    : { kind: 'string', value, at, anchored: like?.kind === 'string' ? like.anchored : undefined };

const pathFrom: Computation = (at, args) => {
  const parts = args.map((a) => (a.kind === 'string' ? a.value : undefined));
  const first = args[0];
  return parts.every((p) => p !== undefined)
    ? {
        kind: 'string',
        path: true,
        value: parts.length ? joined(parts[0]!, ...parts.slice(1)) : '.',
        at,
        anchored: first?.kind === 'string' ? first.anchored : undefined,
      }
    : unknownValue(at, 'computed when the application starts');
};

const samePath: Computation = (at, args) => {
  const v = args[0];
  return v?.kind === 'string' ? { ...v, at, inner: undefined } : unknownValue(at, 'computed when the application starts');
};

const onPath =
  (f: (path: string) => string): Computation =>
  (at, args) => {
    const v = args[0];
    return v?.kind === 'string'
      ? { ...v, value: f(v.value), at, inner: undefined }
      : unknownValue(at, 'computed when the application starts');
  };

const asList: Computation = (at, args) => {
  const v = args[0];
  if (!v) return { kind: 'list', items: [], open: null, at };
  return v.kind === 'list' ? { ...v, at } : unknownValue(at, 'computed when the application starts');
};

const BUILTINS: Readonly<Record<string, Computation>> = table({
  'pathlib.Path': pathFrom,
  Path: pathFrom,
  'pathlib.PurePosixPath': pathFrom,
  'os.path.join': (at, args) => {
    const v = pathFrom(at, args);
    return v.kind === 'string' ? { ...v, path: false } : v;
  },
  'os.path.dirname': onPath(parentOf),
  'os.path.abspath': samePath,
  'os.path.realpath': samePath,
  'os.path.normpath': onPath((p) => (p.startsWith('/') ? normalPath(p) : p)),
  'os.path.basename': onPath((p) => p.slice(p.lastIndexOf('/') + 1)),
  str: (at, args) => (args[0] ? (args[0].kind === 'string' ? { ...args[0], path: false } : text(at, textOf(args[0]))) : text(at, '')),
  bool: (at, args) => {
    const t = args[0] ? truth(args[0]) : false;
    return t === undefined ? unknownValue(at, 'computed when the application starts') : { kind: 'bool', value: t, at };
  },
  int: (at, args) => {
    const v = args[0];
    if (v?.kind === 'number') return { kind: 'number', value: Math.trunc(v.value), at };
    if (v?.kind === 'bool') return { kind: 'number', value: Number(v.value), at };
    return v?.kind === 'string' && /^\s*[-+]?\d+\s*$/.test(v.value)
      ? { kind: 'number', value: Number(v.value), at: v.inner ?? at }
      : unknownValue(at, 'computed when the application starts');
  },
  float: (at, args) => (args[0]?.kind === 'number' ? args[0] : unknownValue(at, 'computed when the application starts')),
  list: asList,
  tuple: asList,
  set: asList,
  'distutils.util.strtobool': (at, args) => (args[0]?.kind === 'string' ? CASTS.bool!(args[0]) : (args[0] ?? unknownValue(at, 'no value'))),
  strtobool: (at, args) => (args[0]?.kind === 'string' ? CASTS.bool!(args[0]) : (args[0] ?? unknownValue(at, 'no value'))),
  'os.path.exists': (at) => unknownValue(at, 'depends on the files of the machine'),
  'multiprocessing.cpu_count': (at) => unknownValue(at, 'depends on the number of processors'),
  cpu_count: (at) => unknownValue(at, 'depends on the number of processors'),
  'os.cpu_count': (at) => unknownValue(at, 'depends on the number of processors'),
  'socket.gethostname': (at) => unknownValue(at, 'depends on the name of the machine'),
});

const onText =
  (f: (s: string, args: readonly PyValue[]) => string | undefined): Method =>
  (at, self, args) =>
    self.kind === 'string' ? text(at, f(self.value, args), self) : unknownValue(at, 'computed when the application starts');

const METHODS: Readonly<Record<string, Method>> = table({
  strip: onText((s) => s.trim()),
  lower: onText((s) => s.toLowerCase()),
  upper: onText((s) => s.toUpperCase()),
  casefold: onText((s) => s.toLowerCase()),
  rstrip: onText((s, [c]) => (c?.kind === 'string' ? trimmed(s, c.value, false) : s.trimEnd())),
  lstrip: onText((s, [c]) => (c?.kind === 'string' ? trimmed(s, c.value, true) : s.trimStart())),
  replace: onText((s, [a, b]) => (a?.kind === 'string' && b?.kind === 'string' ? s.replaceAll(a.value, b.value) : undefined)),
  format: (at, self, args) => {
    if (self.kind !== 'string' || !/^(?:[^{}]|\{\})*$/.test(self.value)) return unknownValue(at, 'computed when the application starts');
    let i = 0;
    const parts = self.value.replace(/\{\}/g, () => (args[i] ? (textOf(args[i++]!) ?? '\0') : '\0'));
    return parts.includes('\0') ? unknownValue(at, 'computed when the application starts') : text(at, parts);
  },
  split: (at, self, [separator]) => {
    if (self.kind !== 'string') return unknownValue(at, 'computed when the application starts');
    const parts = separator?.kind === 'string' ? self.value.split(separator.value) : self.value.split(/\s+/).filter(Boolean);
    return { kind: 'list', at, open: null, items: parts.map((value) => ({ kind: 'string', value, at: self.inner ?? self.at })) };
  },
  join: (at, self, [list]) => {
    const texts = list?.kind === 'list' && !list.open ? list.items.map(textOf) : [undefined];
    return self.kind === 'string' && texts.every((t) => t !== undefined)
      ? text(at, texts.join(self.value))
      : unknownValue(at, 'computed when the application starts');
  },
  startswith: (at, self, [p]) =>
    self.kind === 'string' && p?.kind === 'string'
      ? { kind: 'bool', value: self.value.startsWith(p.value), at }
      : unknownValue(at, 'computed when the application starts'),
  endswith: (at, self, [p]) =>
    self.kind === 'string' && p?.kind === 'string'
      ? { kind: 'bool', value: self.value.endsWith(p.value), at }
      : unknownValue(at, 'computed when the application starts'),
  get: (at, self, [key, standard]) => {
    if (self.kind !== 'dict' || !key) return unknownValue(at, 'computed when the application starts');
    return (
      self.entries.findLast((e) => sameValue(e.key, key))?.value ??
      (self.open ? unknownValue(at, self.open) : (standard ?? { kind: 'none', at }))
    );
  },
  copy: (_, self) => self,
  resolve: (at, self) => (self.kind === 'string' ? { ...self, at } : self),
  absolute: (at, self) => (self.kind === 'string' ? { ...self, at } : self),
  as_posix: (at, self) => (self.kind === 'string' ? { ...self, path: false, at } : self),
  joinpath: (at, self, args) => pathFrom(at, [self, ...args]),
});

const trimmed = (s: string, characters: string, left: boolean): string => {
  let [start, end] = [0, s.length];
  if (left) while (start < end && characters.includes(s[start]!)) start++;
  else while (end > start && characters.includes(s[end - 1]!)) end--;
  return s.slice(start, end);
};

const MUTATIONS: Readonly<Record<string, Method>> = table({
  append: (at, self, [v]) => (self.kind === 'list' && v ? { ...self, items: [...self.items, v] } : unknownValue(at, whyOf(self))),
  add: (at, self, [v]) => (self.kind === 'list' && v ? { ...self, items: [...self.items, v] } : unknownValue(at, whyOf(self))),
  extend: (at, self, [v]) =>
    self.kind === 'list' && v?.kind === 'list'
      ? { ...self, items: [...self.items, ...v.items], open: self.open ?? v.open }
      : self.kind === 'list' && v?.kind === 'unknown' && v.fallback?.kind === 'list'
        ? { ...self, items: [...self.items, ...v.fallback.items], open: v.why }
        : self.kind === 'list'
          ? { ...self, open: v ? whyOf(v) : null }
          : unknownValue(at, whyOf(self)),
  insert: (at, self, [i, v]) => {
    if (self.kind !== 'list' || !v) return unknownValue(at, whyOf(self));
    const index = i?.kind === 'number' ? i.value : self.items.length;
    return { ...self, items: [...self.items.slice(0, index), v, ...self.items.slice(index)] };
  },
  remove: (at, self, [v]) =>
    self.kind === 'list' && v ? { ...self, items: self.items.filter((i) => !sameValue(i, v)) } : unknownValue(at, whyOf(self)),
  update: (at, self, [v]) =>
    self.kind === 'dict' && v?.kind === 'dict'
      ? { ...self, entries: [...self.entries, ...v.entries], open: self.open ?? v.open }
      : self.kind === 'dict'
        ? { ...self, open: v ? whyOf(v) : null }
        : unknownValue(at, whyOf(self)),
});
