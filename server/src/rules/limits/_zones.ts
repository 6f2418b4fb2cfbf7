/** What the rules about limits ask of zones and of the places where limits apply. */
import { parseRate, parseSize } from '../../catalog/value-kind.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';

export type LimitKind = 'limit_req' | 'limit_conn';

export interface LimitZone {
  readonly kind: LimitKind;
  readonly name: string;
  /** the limit_req_zone or limit_conn_zone */
  readonly directive: Directive;
  /** bytes; null when it cannot be read */
  readonly size: number | null;
  /** requests per second; null for limit_conn and what cannot be read */
  readonly rate: number | null;
  /** the limit_req or limit_conn directives that name it */
  readonly uses: readonly Directive[];
}

const parameter = (directive: Directive, name: string): string | undefined =>
  directive.values.find((v) => v.startsWith(`${name}=`))?.slice(name.length + 1);

const zones = new PerConfig((config, protocol: 'http' | 'stream'): readonly LimitZone[] => {
  const names = namesOf(config);
  const out: LimitZone[] = [];
  for (const kind of ['limit_req', 'limit_conn'] as const)
    for (const sites of names.ofKind(kind === 'limit_req' ? 'limit-req-zone' : 'limit-conn-zone', protocol)) {
      const definition = sites.find((s) => s.role === 'defines');
      if (!definition) continue;
      const { directive, name } = definition;
      const size = parseSize((parameter(directive, 'zone') ?? '').split(':')[1] ?? '');
      const rate = parseRate(parameter(directive, 'rate') ?? '');
      out.push({
        kind,
        name,
        directive,
        size: size.ok ? size.value : null,
        rate: rate.ok ? rate.value : null,
        uses: sites.filter((s) => s.role === 'references').map((s) => s.directive),
      });
    }
  return out;
});

/** All zones of requests and connections of a protocol. */
export const limitZones = (config: Config, protocol: 'http' | 'stream' = 'http'): readonly LimitZone[] => zones.of(config, protocol);

/** The zone that a limit_req or limit_conn names; null when it is declared nowhere. */
export function zoneOf(limit: Directive): LimitZone | null {
  const name = limit.name === 'limit_req' ? parameter(limit, 'zone') : limit.value(0);
  return limitZones(limit.scope.config).find((z) => z.kind === limit.name && z.name === name) ?? null;
}

export { parameter };
