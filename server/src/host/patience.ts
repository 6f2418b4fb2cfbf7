/**
 * When V8 compiles a function for speed, on another core: after how much of it has run. V8 reads that anew whenever it asks itself. A run is
 * mostly code that runs a few hundred times. The V8 of node 20 compiles such code at once, which takes a third of a check of 10,000 lines;
 * with sixteen times as much patience the longest checks take less, too, and a session, which lasts, is given half of that. Who has nothing to
 * do but to get ready for work has none.
 */
const BUDGETS = { check: 1_081_344, session: 540_672, eager: 33_792 } as const;

/**
 * By how much the space of young objects grows when it is found too small. What a run makes lives as long as the run: each time that the space is
 * emptied it is copied, and with the usual factor of two that happens twice as often until there is room. V8 reads this at each growth.
 */
const GROWTH = 16;

/** Sets both, by the functions of `node:v8`. Does nothing where V8 is not that of node 20: others have ways of their own. */
export function compileWhen(
  mood: keyof typeof BUDGETS,
  { setFlagsFromString }: Pick<typeof import('node:v8'), 'setFlagsFromString'>,
): void {
  if (!process.versions.v8.startsWith('11.')) return;
  setFlagsFromString(`--interrupt-budget=${BUDGETS[mood]}`);
  setFlagsFromString(`--semi-space-growth-factor=${GROWTH}`);
}
