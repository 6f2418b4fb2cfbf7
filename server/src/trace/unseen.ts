/**
 * What is on the levels that a request passes without being seen: an include that found nothing, and a template, may bring anything that its
 * level may hold. Each is an assumption at the station of its level; by default it brings nothing. Files that are built in are named, for they may differ on a server.
 */

import { basename, hostFileOf, pathOf } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { Config } from '../config/config.ts';
import { assumedFlavour } from '../config/flavour.ts';
import { writtenInto } from '../config/open.ts';
import type { Scope } from '../config/scope.ts';
import { Slot } from '../config/slot.ts';
import { isStock } from '../config/stock.ts';
import type { AssumptionInput } from './report.ts';
import type { Run } from './run.ts';
import type { Trace } from './trace.ts';

interface Level {
  readonly questions: readonly AssumptionInput[];
  /** paths of the built-in files that it includes, as written */
  readonly stock: readonly string[];
}

const NOTHING: Level = { questions: [], stock: [] };
const levels = new Slot<Scope, Level>();

/** What lines of a level may change, for people. */
const MAY_CHANGE: Readonly<Record<string, string>> = table({
  main: 'it may hold other blocks and modules',
  http: 'it may hold other servers, maps and upstreams, and settings for all servers',
  server: 'it may hold other locations, rewrites, access rules and headers of this server',
  upstream: 'it may hold other servers of the group and the way in which one is chosen',
  'stream-upstream': 'it may hold other servers of the group and the way in which one is chosen',
  location: 'it may hold headers, parameters, access rules and the handler of this location',
  stream: 'it may hold other servers, maps and upstreams, and settings for all servers',
  'stream-server': 'it may hold access rules and the handler of this server',
  'if-in-server': 'it may hold rewrites that run when the condition is true',
  'if-in-location': 'it may hold rewrites, headers and the handler that apply when the condition is true',
  limit_except: 'it may hold access rules for these methods',
  map: 'it may hold other values of the map',
  geo: 'it may hold other values of the block geo',
  split_clients: 'it may hold other shares',
  types: 'it may hold other types of files',
  'stream-map': 'it may hold other values of the map',
  'stream-geo': 'it may hold other values of the block geo',
  'stream-split_clients': 'it may hold other shares',
});

function levelOf(scope: Scope): Level {
  let level = levels.get(scope);
  if (!level) levels.set(scope, (level = read(scope)));
  return level;
}

/** What a template writes into a level, which is one question however many its marks are: named by the first. */
function linesOf(config: Config, written: readonly Place[], change: string): AssumptionInput {
  const at = written.map(
    ({ file, span }) => `${basename(hostFileOf(file))}:${config.files.get(file)!.lines.position(span.start).line + 1}`,
  );
  const more = at.length > 1 ? ` and at ${at.length - 1} more` : '';
  return {
    id: `lines:${at[0]!}`,
    what: `the lines that a template writes at ${at[0]!}${more}`,
    otherwise: 'nothing',
    why: `a template writes lines there${more}; ${change}`,
    choices: ['nothing'],
  };
}

function read(scope: Scope): Level {
  const { config } = scope;
  const questions: AssumptionInput[] = [];
  const stock: string[] = [];
  const change = MAY_CHANGE[scope.context] ?? 'it may hold any line of its level';
  if (!scope.opener && config.kind === 'fragment' && !config.tree.standIn)
    questions.push({
      id: 'main-file',
      what: 'the main file that includes this one',
      otherwise: 'nothing more',
      why: `it is not known; ${change}`,
      choices: ['nothing more'],
    });
  for (const d of scope.level) {
    if (d.name !== 'include') continue;
    const include = config.tree.includes.get(d.statement);
    const path = include?.path ?? d.value(0);
    if (include?.files.some(isStock)) stock.push(path);
    const unseen = include ? include.unseen : `the file "${path}" is not seen`;
    if (unseen === null) continue;
    // what a stand-in includes besides the file at hand has no place that people could be led to
    if (isStock(d.file.id)) {
      if (!questions.length)
        questions.push({
          id: 'main-file',
          what: 'what else the main file includes',
          otherwise: 'nothing more',
          why: `${unseen}; ${change}`,
          choices: ['nothing more'],
        });
    } else
      questions.push({
        id: `include:${path}`,
        what: `what include ${path} brings`,
        otherwise: 'nothing',
        why: `${unseen}; ${change}`,
        choices: ['nothing'],
        at: d,
      });
  }
  const written = writtenInto(scope);
  if (written.length) questions.push(linesOf(config, written, change));
  return questions.length || stock.length ? { questions, stock } : NOTHING;
}

/**
 * Asks what is not seen on a level and those around it, each once for a request; `within`: the level around is asked elsewhere. Returns the
 * id of the assumption that its station rests on.
 */
export function askUnseen(run: Run, scope: Scope, within: Scope | null = null): string | undefined {
  let first: string | undefined;
  for (let at: Scope | null = scope; at && at !== within; at = at.parent) {
    const level = levelOf(at);
    if (level === NOTHING) continue;
    for (const path of level.stock) run.report.builtIn.add(path);
    for (const question of level.questions) {
      run.report.assume(question);
      first ??= question.id;
    }
  }
  return first;
}

/** The same for the lines of one block alone: a table, an `if`. */
export function askWithin(run: Run, scope: Scope): void {
  askUnseen(run, scope, scope.parent);
}

/** Whether lines of a block are not seen. */
export const hasUnseen = (scope: Scope): boolean => levelOf(scope).questions.length > 0;

/** The same for the block of a protocol, for where no server of it is reached. */
export function askOuter(run: Run, main: Scope): string | undefined {
  let first: string | undefined;
  for (const scope of [main, ...main.level.flatMap((d) => (d.body && MAY_CHANGE[d.body.context] ? [d.body] : []))])
    first ??= askUnseen(run, scope);
  return first;
}

/** The id as the field of a station, where there is one. */
export const restsOn = (id: string | undefined): { readonly assumption?: string } => (id === undefined ? {} : { assumption: id });

/** As which file the configuration is read, where the project does not hold its main file, and as whose, where only its text shows it. */
export function readAs(config: Config): Trace['readAs'] {
  const { standIn } = config.tree;
  const flavour = assumedFlavour(config);
  return [
    ...(standIn ? [{ path: pathOf(hostFileOf(standIn.file)), as: standIn.readAs }] : []),
    ...(flavour ? [{ path: pathOf(hostFileOf(config.root)), as: flavour }] : []),
  ];
}
