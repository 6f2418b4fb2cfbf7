/**
 * Rows that are asked for by a word of someone's text. A plain object has rows that nobody wrote (`constructor`, `toString`, `__proto__`):
 * a configuration may hold those words too. A table has only what was put into it; test/abuse finds plain ones.
 */
export const table = <T extends object>(rows: T): T => Object.assign(Object.create(null), rows) as T;
