import type { Trace } from '../../trace/trace.ts';
import type { Spot } from '../../witness/spots.ts';

/** The places at which a subrequest of `auth_request` decides on who comes in, as rules about outcomes look at them. */
export const WHERE_ASKED = {
  outcome: ['auth_request', 'location'],
  somewhere: ['auth_request'],
  when: ({ scope }: Spot): boolean => (scope.value('auth_request')?.value(0) ?? 'off') !== 'off',
} as const;

/** Whether the subrequest lets the request in. */
export const isLetIn = (trace: Trace): boolean => trace.steps.some((s) => s.phase === 'access' && / answers 2\d\d, allowed$/.test(s.said));
