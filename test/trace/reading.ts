/**
 * Which directives the code of the trace reads, and for whom: seen while it follows the requests of all tables, those of the areas and one line
 * of each directive in every kind of location.
 */
import { Directive } from '../../server/src/config/directive.ts';
import { Scope } from '../../server/src/config/scope.ts';
import type { Reader } from '../../server/src/trace/reader.ts';

interface Working extends Reader {
  run(run: never): unknown;
}

/** Names by the reader that was at work; null: none of those that are watched. */
export type Readings = Map<Reader | null, Set<string>>;

/** Watches what is read while `work` is done. The innermost of the readers counts. */
export function watch(readers: readonly Reader[], work: () => void): Readings {
  const seen: Readings = new Map([[null, new Set()]]);
  const stack: (Reader | null)[] = [null];
  const note = (name: string): void => {
    const at = stack.at(-1)!;
    let names = seen.get(at);
    if (!names) seen.set(at, (names = new Set()));
    names.add(name);
  };
  const undo: (() => void)[] = [];
  const patch = <T extends object, K extends keyof T>(of: T, key: K, make: (old: T[K]) => T[K]): void => {
    const old = Object.getOwnPropertyDescriptor(of, key)!;
    Object.defineProperty(of, key, { ...old, value: make(old.value as T[K]) });
    undo.push(() => Object.defineProperty(of, key, old));
  };
  const asked = <F extends (this: Scope, name: string) => unknown>(old: F): F =>
    function (this: Scope, name: string) {
      note(name);
      return old.call(this, name);
    } as F;
  patch(Scope.prototype, 'named', asked);
  patch(Scope.prototype, 'effective', asked);
  patch(
    Directive.prototype,
    'value',
    (old) =>
      function (this: Directive, i: number) {
        note(this.name);
        return old.call(this, i);
      },
  );
  for (const key of ['values'] as const) {
    const old = Object.getOwnPropertyDescriptor(Directive.prototype, key)!;
    Object.defineProperty(Directive.prototype, key, {
      ...old,
      get(this: Directive) {
        note(this.name);
        return old.get!.call(this) as unknown;
      },
    });
    undo.push(() => Object.defineProperty(Directive.prototype, key, old));
  }
  for (const reader of readers as readonly Working[])
    if ('run' in reader)
      patch(
        reader,
        'run',
        (old) =>
          function (this: Working, run: never) {
            stack.push(reader);
            try {
              return old.call(this, run);
            } finally {
              stack.pop();
            }
          },
      );
  try {
    work();
  } finally {
    for (const back of undo.reverse()) back();
  }
  return seen;
}
