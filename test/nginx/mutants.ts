/** The mutants of the differential test: the same for the same seed, spread evenly over kinds of faults and over the samples. */
import { reachesOutside, type Tree } from '../harness/nginx.ts';
import type { Sample } from './corpus.ts';
import { directivesOf, KINDS, mutate, Random } from './mutate.ts';

export interface Mutant {
  readonly kind: string;
  readonly sample: string;
  readonly files: Tree;
  /** the file that was broken */
  readonly file: string;
}

/** Files of a sample that are nginx configuration. */
const isConfiguration = (name: string): boolean => !/\.(js|dtd|xslt|lua|pem|key)$/.test(name);

/**
 * `count` mutants of the samples. Single lines (`.rows`) are short and would repeat themselves: they get one mutant in five.
 * `KINDS` in the environment (names with commas between) makes them of these kinds only. A mutant whose cache or temporary paths leave the test's folder is not made (harness/nginx.ts says why).
 */
export function mutants(samples: readonly Sample[], count: number, seed: number): Mutant[] {
  const random = new Random(seed);
  const rows = samples.filter((s) => /\/\d+$/.test(s.name));
  const whole = samples.filter((s) => !/\/\d+$/.test(s.name));
  const out: Mutant[] = [];
  const seen = new Set<string>();
  const others = [...new Set(whole.flatMap((s) => directivesOf(s.files['nginx.conf'] ?? '')))];
  const only = process.env.KINDS?.split(',');
  const kinds = only ? KINDS.filter((k) => only.includes(k)) : KINDS;
  for (let i = 0, tries = 0; out.length < count && tries < count * 20; tries++) {
    const kind = kinds[i % kinds.length]!;
    const sample = random.pick(rows.length && random.below(5) === 0 ? rows : whole);
    if (!sample) break;
    const file = random.pick(Object.keys(sample.files).filter(isConfiguration))!;
    const text = mutate(sample.files[file]!, kind, random, others);
    if (text === null || reachesOutside(text) || seen.has(text)) continue;
    seen.add(text);
    out.push({ kind, sample: sample.name, files: { ...sample.files, [file]: text }, file });
    i++;
  }
  return out;
}
