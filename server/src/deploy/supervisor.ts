/** Programs of supervisord (`[program:x]` sections): command, environment, directory. `%(ENV_X)s` takes the environment's value where it is known. */
import type { FileId } from '../base/file-id.ts';
import { type ServerCommand, serverCommands } from './command.ts';
import type { MappedText } from './mapped-text.ts';
import { type Setting, written } from './setting.ts';
import { unitEntries } from './systemd.ts';

export interface SupervisorProgram {
  readonly name: string;
  readonly command: MappedText | null;
  readonly commands: readonly ServerCommand[];
  readonly environment: ReadonlyMap<string, Setting<string>>;
  readonly directory: MappedText | null;
}

export function readSupervisor(file: FileId, text: string): SupervisorProgram[] {
  const programs = new Map<string, { command: MappedText | null; environment: MappedText | null; directory: MappedText | null }>();
  for (const { section, key, value } of unitEntries(file, text)) {
    const name = /^program:(.+)$/.exec(section)?.[1];
    if (!name) continue;
    const program = programs.get(name) ?? { command: null, environment: null, directory: null };
    programs.set(name, program);
    const plain = value.slice(0, /\s;/.exec(value.text)?.index ?? value.text.length);
    if (key === 'command') program.command = plain;
    else if (key === 'environment') program.environment = plain;
    else if (key === 'directory') program.directory = plain;
  }
  return [...programs].map(([name, program]) => {
    const environment = new Map<string, Setting<string>>();
    for (const m of program.environment?.text.matchAll(/([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^,]*))/g) ?? []) {
      const value = m[2] ?? m[3] ?? m[4] ?? '';
      environment.set(m[1]!, written(value, program.environment!.place(m.index, m.index + m[0].length)));
    }
    const command = program.command && named(program.command, name);
    return {
      name,
      command,
      commands: command ? serverCommands(command, environment) : [],
      environment,
      directory: program.directory,
    };
  });
}

const named = (command: MappedText, name: string): MappedText =>
  command.text.includes('%(')
    ? command.rewritten(command.text.replaceAll('%(program_name)s', name).replace(/%\(ENV_(\w+)\)s/g, '$$$1'))
    : command;
