/** Whether a finding that says "missing" rests on what nobody sees: then it is not said. */
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { asked, numberOf, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import { unseenInForce } from '../config/effective.ts';
import { unseenAround, unseenWithin } from '../config/open.ts';
import type { Scope } from '../config/scope.ts';
import { anyUnseen } from '../config/unseen-names.ts';
import { statementAt } from '../syntax/place.ts';
import type { Statement } from '../syntax/statement.ts';
import type { Rule } from './rule.ts';

/**
 * `missing` is what the rule says of itself: the directives whose absence it relies on, or true for anything. A list of its own decides
 * about a level, whatever may be around it; for a finding about a block, what may be within it counts too.
 */
export function restsOnUnseen(config: Config, at: Place, missing: NonNullable<Rule['missing']>): boolean {
  const file = config.files.get(at.file);
  // most configurations are wholly seen: nothing is asked of each place then
  if (!file || !anyUnseen(config)) return false;
  const key = `unseen ${missing === true ? '' : missing.join()}`;
  const statement = statementAt(file.body, at.span.start);
  const what = `${key} ${at.file}`;
  return statement ? isOpenAt(config, what, at.file, statement, missing) : isOpenIn(config, what, at.file, missing);
}

/** The same of a finding in a file of the application, which rests on all that nginx has. */
export const restsOnUnseenAnywhere = (config: Config, missing: readonly string[]): boolean =>
  asked(config, `unseen anywhere ${missing.join()}`, (c) => isOpen(c.main, missing) || isOpenWithin(c.main, missing));

const isOpenIn = (config: Config, what: string, file: FileId, missing: true | readonly string[]): boolean =>
  asked(config, what, (c) => c.scopesOf(file).some((scope) => isOpen(scope, missing)));

const isOpenAt = (config: Config, what: string, file: FileId, statement: Statement, missing: true | readonly string[]): boolean => {
  const key = `${what} ${numberOf(statement)}`;
  return asked(config, key, (c) => {
    // each place that includes a file finds the same line of it wanting
    const known = openAt.of(c);
    let open = known.get(key);
    if (open === undefined)
      known.set(
        key,
        (open = c
          .usesOf(statement, file)
          .some((d) => (d.body ? isOpen(d.body, missing) || isOpenWithin(d.body, missing) : isOpen(d.scope, missing)))),
      );
    return open;
  });
};

const openAt = new PerConfig(() => new Map<string, boolean>());

const isOpen = (scope: Scope, missing: true | readonly string[]): boolean =>
  missing === true ? unseenAround(scope).length > 0 : missing.some((name) => unseenInForce(scope, name).length > 0);

const isOpenWithin = (scope: Scope, missing: true | readonly string[]): boolean =>
  (missing === true ? [null] : missing).some((name) => unseenWithin(scope, name).length > 0);
