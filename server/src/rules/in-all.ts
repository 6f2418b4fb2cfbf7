/**
 * What holds of a template: a finding counts when every rendering that has its places has it too. What only one way of writing the template
 * out shows, or what needs two places that are not known to stand together, is left out.
 */
import type { Place } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import type { RenderedConfig } from '../config/renderings.ts';
import type { Fix } from './fix.ts';
import type { Finding } from './rule.ts';

const keyOf = ({ rule, at }: Finding): string => `${rule} ${at.file} ${at.span.start} ${at.span.end}`;

/** The findings of `config` by those of its renderings. `find` lists what one rendering has. */
export function inAll(config: Config, renderings: readonly RenderedConfig[], find: (config: Config) => Finding[]): Finding[] {
  const runs = renderings.map((rendering) => ({ rendering, found: byKey(find(rendering.config)) }));
  const out: Finding[] = [];
  const done = new Set<string>();
  for (const run of runs)
    for (const [key, findings] of run.found) {
      if (done.has(key)) continue;
      done.add(key);
      const [first] = findings;
      const places = placesOf(first!).filter((p) => config.files.has(p.file));
      if (!places.every((p, i) => i === 0 || together(config, places[0]!, p))) continue;
      // an alternative that is odd by itself may be meant for the rare case: only what nginx refuses counts there, too
      const deciding = first!.severity === 'error' ? places : places.slice(0, 1);
      const having = runs.filter((r) => deciding.every((p) => r.rendering.has(p)));
      if (!having.length || !having.every((r) => r.found.has(key))) continue;
      const others = having.map((r) => r.found.get(key)!);
      for (const finding of findings)
        out.push({ ...finding, fixes: finding.fixes.filter((fix) => inEach(fix, others) && staysInBranch(config, finding, fix)) });
    }
  return out;
}

function byKey(findings: readonly Finding[]): Map<string, Finding[]> {
  const out = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    const known = out.get(key);
    if (known) known.push(finding);
    else out.set(key, [finding]);
  }
  return out;
}

const placesOf = (finding: Finding): Place[] => [finding.at, ...finding.related.map((r) => r.at)];

/** Whether the one place is never written without the other; in two files only the renderings tell. */
const together = (config: Config, a: Place, b: Place): boolean =>
  a.file !== b.file || (config.files.get(a.file)?.structure?.coexist(a.span, b.span) ?? 'yes') === 'yes';

/** A fix that one rendering would do in another way is none for the template. */
const inEach = (fix: Fix, others: readonly (readonly Finding[])[]): boolean => {
  const key = JSON.stringify(fix.edits);
  return others.every((findings) => findings.some((f) => f.fixes.some((x) => JSON.stringify(x.edits) === key)));
};

/** A fix that would change another branch than the one of the finding, or a mark, is none: it would hold for more, or for less, than was meant. */
const staysInBranch = (config: Config, { at }: Finding, fix: Fix): boolean =>
  fix.edits.every(({ file, edits }) => {
    const { structure, marks } = config.files.get(file) ?? {};
    if (!structure) return true;
    const own = file === at.file ? structure.around(at.span) : null;
    return edits.every(
      ({ span }) =>
        structure.around(span) === own && !marks?.some((m) => m.role && m.start < span.end && span.start < m.end && span.end > span.start),
    );
  });
