import type { Command } from './command.ts';

export const showOutput: Command = { id: 'showOutput', run: ({ log }) => log.show(true) };
