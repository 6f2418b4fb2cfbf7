/**
 * The findings of several configurations, each told once. Services that start nginx with one text and differ around it have most of them in common;
 * one that not all have says whose it is.
 */
import type { FileId } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import { byGravity } from '../config/settings.ts';
import type { Finding } from './rule.ts';
import { Told } from './told.ts';

type Reader = Pick<Config, 'files' | 'tree'>;
const labelOf = ({ tree }: Reader): string | null => tree.startedBy?.label ?? null;

/** Takes up the findings of one configuration after another. */
export class Merged {
  private readonly told = new Told<{ finding: Finding; readonly by: Set<string | null> }>();
  private readonly readers = new Set<Reader>();

  add(config: Reader, findings: readonly Finding[]): void {
    const label = labelOf(config);
    this.readers.add(config);
    for (const finding of findings) {
      const known = this.told.of(finding);
      if (known) {
        known.by.add(label);
        if (byGravity(finding.severity, known.finding.severity) < 0) known.finding = finding;
      } else this.told.add({ finding, by: new Set([label]) });
    }
  }

  /** All that was taken up, in the order in which it came. */
  get findings(): readonly Finding[] {
    const { entries } = this.told;
    if ([...this.readers].every((r) => labelOf(r) === null)) return entries.map((e) => e.finding);
    const services = new Map<FileId, ReadonlySet<string | null>>();
    const around = (file: FileId): ReadonlySet<string | null> => {
      let known = services.get(file);
      if (!known) {
        const reading = [...this.readers].filter((r) => r.files.has(file));
        // what is no file of nginx belongs to all of them
        services.set(file, (known = new Set((reading.length ? reading : [...this.readers]).map(labelOf))));
      }
      return known;
    };
    return entries.map(({ finding, by }) =>
      by.has(null) || by.size === around(finding.at.file).size ? finding : { ...finding, services: [...by] as string[] },
    );
  }
}

/** The message with the services that it is about, where others have the same text and do not have the finding. */
export const messageOf = ({ message, services }: Pick<Finding, 'message' | 'services'>): string =>
  services ? `${message} (Only for ${services.join(' and ')}.)` : message;
