/** What a Flask application does about the proxy in front of it: ProxyFix and the configuration values that concern names, paths and sizes. */
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { ModuleValues, PythonProject } from './python.ts';
import { asNumberOrNull, asTextOrNull, type PyArgument, type PyValue, type Reader, settingOf } from './python-value.ts';
import { type Setting, unknownSetting } from './setting.ts';

export interface ProxyFix {
  readonly place: Place;
  readonly xFor: Setting<number>;
  readonly xProto: Setting<number>;
  readonly xHost: Setting<number>;
  readonly xPort: Setting<number>;
  readonly xPrefix: Setting<number>;
}

export interface FlaskSettings {
  readonly file: FileId;
  /** The call that makes the application. */
  readonly place: Place;
  readonly proxyFix: ProxyFix | null;
  readonly serverName: Setting<string | null>;
  readonly applicationRoot: Setting<string | null>;
  readonly maxContentLength: Setting<number | null>;
}

const COUNTS: readonly (readonly [keyof Omit<ProxyFix, 'place'>, string, number])[] = [
  ['xFor', 'x_for', 1],
  ['xProto', 'x_proto', 1],
  ['xHost', 'x_host', 0],
  ['xPort', 'x_port', 0],
  ['xPrefix', 'x_prefix', 0],
];

const asCount: Reader<number> = (v) => (v.kind === 'number' ? v.value : v.kind === 'bool' ? Number(v.value) : undefined);

function proxyFixOf(args: readonly PyArgument[], place: Place): ProxyFix {
  const positional = args.filter((a) => a.name === null);
  const open = args.find((a) => a.name === '*' || a.name === '**');
  const counts = COUNTS.map(([field, name, standard], i) => {
    const value = args.find((a) => a.name === name)?.value ?? positional[i + 1]?.value;
    return [field, !value && open ? unknownSetting<number>('more arguments', open.value.at) : settingOf(value, asCount, standard)] as const;
  });
  return { place, ...(Object.fromEntries(counts) as Omit<ProxyFix, 'place'>) };
}

/** Reads the modules that together make the application: the one that the server loads and what it imports. Null when none of them makes a Flask. */
export function readFlask(modules: readonly ModuleValues[], project: PythonProject): FlaskSettings | null {
  const made = modules.flatMap((m) => m.calls).find((c) => c.callee === 'flask.Flask' || /(^|\.)Flask$/.test(c.callee));
  if (!made) return null;
  const fix = modules.flatMap((m) => m.calls).find((c) => /(^|\.)ProxyFix$/.test(c.callee));
  const config = configuration(modules, project);
  const get = <T>(name: string, read: Reader<T>, standard: T): Setting<T> => {
    const value = config.values.get(name);
    if (!value && config.open) return unknownSetting(config.open);
    return settingOf(value, read, standard);
  };
  return {
    file: made.at.file,
    place: made.at,
    proxyFix: fix ? proxyFixOf(fix.args, fix.at) : null,
    serverName: get('SERVER_NAME', asTextOrNull, null),
    applicationRoot: get('APPLICATION_ROOT', asTextOrNull, '/'),
    maxContentLength: get('MAX_CONTENT_LENGTH', asNumberOrNull, null),
  };
}

/** `app.config[…] = …`, `.update(…)`, `.from_mapping(…)`, `.from_object(…)`: what is certain, and whether more may come from elsewhere. */
function configuration(modules: readonly ModuleValues[], project: PythonProject): { values: Map<string, PyValue>; open: string | null } {
  const values = new Map<string, PyValue>();
  let open: string | null = null;
  for (const module of modules) {
    for (const call of module.calls) {
      const method = /\.config\.(from_\w+|update)$/.exec(call.callee)?.[1];
      if (!method) continue;
      const first = call.args[0]?.value;
      if (method === 'update' || method === 'from_mapping') {
        for (const a of call.args) {
          if (a.name && a.name !== '**') values.set(a.name, a.value);
          else if (a.value.kind === 'dict') for (const e of a.value.entries) if (e.key.kind === 'string') values.set(e.key.value, e.value);
        }
      } else if (method === 'from_object' && first?.kind === 'class') {
        for (const [k, v] of first.members) values.set(k, v);
      } else if (method === 'from_object' && first?.kind === 'string') {
        const members = objectNamed(first.value, module, project);
        if (members) for (const [k, v] of members) values.set(k, v);
        else open ??= `set in ${first.value} perhaps`;
      } else open ??= 'set by a configuration that the text does not show';
    }
    for (const store of module.stores) {
      const name = /\.config\[([A-Z_]+)\]$/.exec(store.path)?.[1];
      if (name) values.set(name, store.value);
    }
  }
  return { values, open };
}

function objectNamed(dotted: string, module: ModuleValues, project: PythonProject): ReadonlyMap<string, PyValue> | null {
  const file = project.moduleFile(dotted, module.file);
  if (file) return project.module(file).names;
  const cut = dotted.lastIndexOf('.');
  const holder = cut > 0 ? project.moduleFile(dotted.slice(0, cut), module.file) : null;
  const member = holder ? project.module(holder).names.get(dotted.slice(cut + 1)) : undefined;
  return member?.kind === 'class' ? member.members : null;
}
