/**
 * Whether a fix is safe is decided here, not by its rule: the rule proposes, this file puts the fixed text to the engine. Safe means that every
 * nginx on which the project may run accepts the fixed text where it accepted the present one, that no derived request is treated in another way
 * than the rule declares, that nothing is taken away that an unseen file might use, and that the edits stay within their branch of a template.
 */
import { EditSet, type FileEdit } from '../base/edit.ts';
import type { FileId } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import type { Settings } from '../config/settings.ts';
import { type Deployment, NO_DEPLOYMENT } from '../deploy/deployment.ts';
import type { Fix } from '../rules/fix.ts';
import type { Finding, FixChange, Rule } from '../rules/rule.ts';
import { lint } from '../rules/run.ts';
import { type Created, edited, type OpenText } from './edited.ts';
import { changesCase, crossesTemplate, takesAway } from './place.ts';
import { type Called, changesOfTraces, Treatment } from './traces.ts';
import { endsOf, versionsToTry } from './versions.ts';

/** A fix with the finding that proposes it. */
export interface Proposal {
  readonly finding: Finding;
  readonly fix: Fix;
}

/** Why a fix is a suggestion, in words that follow "because"; null: it is safe. */
export type Because = string | null;

/** The findings of level error of one text for one version, as keys that outlive a change of lines, with their number. */
type Errors = ReadonlyMap<string, { readonly count: number; readonly message: string }>;

const NO_ERRORS: Errors = new Map();

/** The first error that occurs more often than before. */
function newError(before: Errors, after: Errors): string | null {
  for (const [key, { count, message }] of after) if ((before.get(key)?.count ?? 0) < count) return message;
  return null;
}

const without = (all: Errors, base: Errors): Errors => new Map([...all].filter(([key, { count }]) => (base.get(key)?.count ?? 0) < count));

const keyOf = ({ finding, fix }: Proposal): string => `${finding.rule} ${JSON.stringify(fix.edits)}`;

/** The proofs of one configuration at one revision. */
export class Proofs {
  private readonly errors = new Map<string, Errors>();
  private readonly validity: readonly Rule[];
  private versions: readonly Settings[] | undefined;
  private readonly treatment: Treatment;
  /** what was proved already, by rule and edits: a light bulb opens again and again at one revision */
  private readonly answers = new Map<string, Because>();

  constructor(
    private readonly config: Config,
    private readonly open: OpenText,
    private readonly rules: readonly Rule[],
    private readonly deployment: () => Deployment = () => NO_DEPLOYMENT,
  ) {
    this.validity = rules.filter((r) => r.group === 'validity' && r.severity === 'error');
    this.treatment = new Treatment(config);
  }

  /** Whether the configuration reads a file that the fix changes. */
  reads = (fix: Fix): boolean => fix.edits.some((e) => this.config.files.has(e.file));

  /** What speaks against each proposal by itself. A fix may change files that this configuration does not read: those are others' to judge. */
  each(proposals: readonly Proposal[]): Map<Fix, Because> {
    const out = new Map<Fix, Because>();
    const left: Proposal[] = [];
    for (const proposal of proposals) {
      const because = this.atAGlance(proposal) ?? this.answers.get(keyOf(proposal));
      if (because !== undefined) out.set(proposal.fix, because);
      else left.push(proposal);
    }
    this.divide(left, out);
    for (const proposal of left) this.answers.set(keyOf(proposal), out.get(proposal.fix) ?? null);
    return out;
  }

  /**
   * Proves many at once: what holds for all of them together is shown in one run, and only where it does not hold they are halved. Edits of
   * one run do not overlap.
   */
  private divide(proposals: readonly Proposal[], out: Map<Fix, Because>): void {
    const round: Proposal[] = [];
    const later: Proposal[] = [];
    const taken = new Map<FileId, [number, number][]>();
    for (const proposal of proposals) {
      const meets = proposal.fix.edits.some((e) =>
        e.edits.some(({ span }) => taken.get(e.file)?.some(([from, to]) => span.start <= to && from <= span.end)),
      );
      if (meets) {
        later.push(proposal);
        continue;
      }
      round.push(proposal);
      for (const { file, edits } of proposal.fix.edits)
        taken.set(file, [...(taken.get(file) ?? []), ...edits.map(({ span }): [number, number] => [span.start, span.end])]);
    }
    this.halve(round, out);
    if (later.length) this.divide(later, out);
  }

  private halve(proposals: readonly Proposal[], out: Map<Fix, Because>): void {
    if (!proposals.length) return;
    const because = this.together(proposals);
    if (because === null || proposals.length === 1) {
      for (const { fix } of proposals) out.set(fix, because);
      return;
    }
    const middle = proposals.length >> 1;
    this.halve(proposals.slice(0, middle), out);
    this.halve(proposals.slice(middle), out);
  }

  /** What the place of the edits says, without a run. */
  atAGlance({ finding, fix }: Proposal): Because {
    for (const { file, edits } of fix.edits) {
      const source = this.config.files.get(file);
      if (!source) continue;
      const template = crossesTemplate(source, edits, finding.at.file === file ? finding.at.span : null, this.deployment());
      if (template !== null) return template;
      if (changesCase(source, edits)) return 'it changes only upper and lower case, which may be intended';
    }
    return null;
  }

  /**
   * What speaks against an edit that no finding proposes (a rename, a refactoring): nginx would refuse the text, or a request would be treated in
   * another way. `called` takes a new name for the old one, where a trace tells names.
   */
  against(
    edits: readonly FileEdit[],
    declared: ReadonlySet<FixChange> = new Set(),
    called?: Called,
    creates: readonly Created[] = [],
  ): Because {
    const after = edited(this.config, edits, this.open, creates);
    if (!after.files.length) return null;
    if (after.unresolved.length) return `"${after.unresolved[0]}" is not among the files of the project`;
    if (after.files.some(({ before, after: now }) => now.problems.length > before.problems.length))
      return 'the text would not be well formed';
    const refused = this.refusal(after.config);
    if (refused !== null) return refused;
    return changesOfTraces(this.treatment, after.config, declared, called);
  }

  /**
   * Why nginx would refuse the text with some of the fixes, by fix; the others can be applied together. Their edits do not overlap, and fixes of
   * files that this configuration does not read are others' to judge.
   */
  refused(fixes: readonly Fix[]): ReadonlyMap<Fix, string> {
    const out = new Map<Fix, string>();
    const take = (taken: readonly Fix[], more: readonly Fix[]): readonly Fix[] => {
      const all = [...taken, ...more];
      const after = more.length ? edited(this.config, merged(all.map((f) => f.edits)), this.open) : null;
      const because = after?.files.length ? this.refusal(after.config) : null;
      if (because === null) return all;
      if (more.length === 1) {
        out.set(more[0]!, because);
        return taken;
      }
      const middle = more.length >> 1;
      return take(take(taken, more.slice(0, middle)), more.slice(middle));
    };
    take([], fixes.filter(this.reads));
    return out;
  }

  /** What the engine says of the fixed text. */
  private together(proposals: readonly Proposal[]): Because {
    const edits = merged(proposals.map((p) => p.fix.edits));
    const after = edited(this.config, edits, this.open);
    if (!after.files.length) return null;
    if (after.unresolved.length) return `"${after.unresolved[0]}" is not among the files of the project`;
    for (const { before, after: fixed } of after.files)
      if (fixed.problems.length > 0 && fixed.problems.length >= before.problems.length && before.text !== fixed.text)
        if (before.problems.length === 0 || fixed.problems.length > before.problems.length) return 'the fixed text is not well formed';
    const gone = takesAway(this.config, after.config, after.files);
    if (gone !== null) return gone;
    const refused = this.refusal(after.config);
    if (refused !== null) return refused;
    // a text that nginx refuses treats no request in any way yet
    if (proposals.every(({ finding }) => finding.group === 'validity' && finding.severity === 'error')) return null;
    const declared = new Set(proposals.flatMap((p) => this.rules.find((r) => r.id === p.finding.rule)?.fixChanges ?? []));
    return changesOfTraces(this.treatment, after.config, declared);
  }

  /** What the versions on which the project may run have against the fixed text and not against the present one. */
  private refusal(after: Config): string | null {
    const errorsAfter = new Map<string, Errors>();
    const errors = (settings: Settings): Errors => {
      const key = settings.target.nginx.text;
      let found = errorsAfter.get(key);
      if (!found) errorsAfter.set(key, (found = errorsOf(at(after, settings), this.validity)));
      return found;
    };
    // most texts are accepted by all: then the present one need not be asked about
    if (!this.versions && endsOf(this.config.settings).every((settings) => !errors(settings).size)) return null;
    for (const settings of this.versionsToTry()) {
      const error = errors(settings).size ? newError(this.errorsAt(settings), errors(settings)) : null;
      if (error !== null) return `nginx ${settings.target.nginx.text} would refuse it: ${error}`;
    }
    return null;
  }

  private versionsToTry(): readonly Settings[] {
    if (this.versions) return this.versions;
    return (this.versions = versionsToTry(this.config.settings, (s) => {
      const errors = this.errorsAt(s);
      return !errors.size || without(errors, this.errorsAt(this.config.settings)).size === 0;
    }));
  }

  private errorsAt(settings: Settings): Errors {
    const key = settings.target.nginx.text;
    let known = this.errors.get(key);
    if (!known) this.errors.set(key, (known = errorsOf(at(this.config, settings), this.validity)));
    return known;
  }
}

/** A configuration for another version; for its own it is itself, with all that is known of it. */
const at = (config: Config, settings: Settings): Config =>
  config.settings.target.nginx.text === settings.target.nginx.text ? config : config.with({ settings });

function errorsOf(config: Config, rules: readonly Rule[]): Errors {
  const out = new Map<string, { count: number; message: string }>();
  for (const f of lint(config, rules)) {
    if (f.severity !== 'error') continue;
    // versions that a message names are those of the run, not of the flaw
    const key = `${f.rule} ${f.at.file} ${f.message.replaceAll(/\d+\.\d+(\.\d+)?/g, '')}`;
    const known = out.get(key);
    if (known) known.count++;
    else out.set(key, { count: 1, message: f.message });
  }
  return out.size ? out : NO_ERRORS;
}

/** The edits of several fixes by file, the same one once. */
function merged(all: readonly (readonly FileEdit[])[]): FileEdit[] {
  const byFile = new Map<FileId, EditSet>();
  for (const { file, edits } of all.flat()) {
    const known = byFile.get(file) ?? new EditSet();
    byFile.set(file, known);
    known.add(edits);
  }
  return [...byFile].map(([file, { edits }]) => ({ file, edits }));
}
