/**
 * Programs of supervisord (`[program:x]` sections, and `[fcgi-program:x]`, whose socket supervisord opens and hands on as descriptor 0): command, environment,
 * directory. `%(ENV_X)s` takes the environment's value where it is known.
 */
import type { FileId } from '../base/file-id.ts';
import { type Address, tcpAddress } from './address.ts';
import { type ServerCommand, serverCommands } from './command.ts';
import type { MappedText } from './mapped-text.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import { type SocketUnit, unitEntries } from './systemd.ts';

export interface SupervisorProgram {
  readonly name: string;
  readonly command: MappedText | null;
  readonly commands: readonly ServerCommand[];
  readonly environment: ReadonlyMap<string, Setting<string>>;
  readonly directory: MappedText | null;
  /** the socket of an `fcgi-program` */
  readonly socket: SocketUnit | null;
}

interface Lines {
  command: MappedText | null;
  environment: MappedText | null;
  directory: MappedText | null;
  socket: MappedText | null;
  mode: MappedText | null;
  owner: MappedText | null;
}

/** The programs of a supervisord configuration. */
export function readSupervisor(file: FileId, text: string): SupervisorProgram[] {
  const programs = new Map<string, Lines>();
  for (const { section, key, value } of unitEntries(file, text)) {
    const name = /^(?:fcgi-)?program:(.+)$/.exec(section)?.[1];
    if (!name) continue;
    const program = programs.get(name) ?? { command: null, environment: null, directory: null, socket: null, mode: null, owner: null };
    programs.set(name, program);
    const plain = value.slice(0, /\s;/.exec(value.text)?.index ?? value.text.length);
    if (key === 'command') program.command = plain;
    else if (key === 'environment') program.environment = plain;
    else if (key === 'directory') program.directory = plain;
    else if (key === 'socket' && section.startsWith('fcgi-')) program.socket = plain;
    else if (key === 'socket_mode') program.mode = plain;
    else if (key === 'socket_owner') program.owner = plain;
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
      socket: program.socket && socketOf(file, name, program.socket, program),
    };
  });
}

const named = (command: MappedText, name: string): MappedText =>
  command.text.includes('%(')
    ? command.rewritten(command.text.replaceAll('%(program_name)s', name).replace(/%\((?:ENV_)?(\w+)\)\d*[sd]/g, '${$1}'))
    : command;

/** `tcp://localhost:8000`, `unix:///run/x.sock`; the mode is 700 where nobody sets one, the owner `user` or `user:group` (supervisord, "[fcgi-program:x]"). */
function socketOf(file: FileId, name: string, socket: MappedText, { mode, owner }: Lines): SocketUnit {
  const place = socket.place();
  const path = /^unix:\/\/(\/[^%]*)$/.exec(socket.text)?.[1];
  const address = path === undefined ? tcpAddress(/^tcp:\/\/([^%]+)$/.exec(socket.text)?.[1] ?? '', { host: '' }) : undefined;
  const known: Address | undefined = path === undefined ? address : { kind: 'unix', path };
  const colon = owner ? owner.text.indexOf(':') : -1;
  return {
    file,
    service: name,
    listens: [{ address: known ? written<Address>(known, place) : unknownSetting<Address>('not an address', place), place }],
    mode: mode ?? socket.rewritten('0700'),
    user: owner && (colon < 0 ? owner : owner.slice(0, colon)),
    group: owner && colon >= 0 ? owner.slice(colon + 1) : null,
  };
}
