/** Procfiles of Heroku, honcho and foreman: `name: command` per line. */

import type { FileId } from '../base/file-id.ts';
import { type ServerCommand, serverCommands } from './command.ts';
import { MappedText } from './mapped-text.ts';
import type { Environment } from './shell.ts';
import { counter } from './unread.ts';

export interface ProcfileProcess {
  readonly name: string;
  readonly commands: readonly ServerCommand[];
}

const MAX_PROCESSES = 500;

/** The processes of a Procfile, with the commands that they run. */
export function readProcfile(file: FileId, text: string, environment: Environment): ProcfileProcess[] {
  const processes: ProcfileProcess[] = [];
  const count = counter(MAX_PROCESSES, 'processes');
  for (const m of text.matchAll(/^([A-Za-z0-9_-]+):[ \t]*(.*)$/gm)) {
    count();
    const start = m.index + m[0].length - m[2]!.length;
    const command = MappedText.verbatim(file, text, { start, end: m.index + m[0].length }).trim();
    processes.push({ name: m[1]!, commands: serverCommands(command, environment) });
  }
  return processes;
}
