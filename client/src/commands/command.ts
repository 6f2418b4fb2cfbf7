// The form of a command: one file each, listed in index.ts and in the manifest.
import type { App } from '../app.ts';

export interface Command {
  /** without the prefix `proxylens.` */
  readonly id: string;
  /** Arguments come from links, lenses and code actions; none when a person calls it. Errors are shown to the person. */
  run(app: App, ...args: unknown[]): unknown;
}
