/** Names of shared memory: nginx refuses one that is declared for a different use or with another size. */
import type { Config } from '../config/config.ts';

/** The names that lines of any kind declare. */
function zonesTaken(config: Config): ReadonlySet<string> {
  const taken = new Set(config.main.all.flatMap((d) => d.values.flatMap((v) => /^(?:shared:|zone=|keys_zone=)(\w+)/.exec(v)?.[1] ?? [])));
  for (const d of config.main.all) if (d.name === 'zone') taken.add(d.value(0));
  return taken;
}

/** The first of some names that no line declares; `otherwise` where all are taken. */
export function freeZone(config: Config, names: readonly string[], otherwise: string): string {
  const taken = zonesTaken(config);
  return names.find((n) => !taken.has(n)) ?? otherwise;
}
