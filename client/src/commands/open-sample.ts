import { openSample as open } from '../sample.ts';
import type { Command } from './command.ts';

export const openSample: Command = {
  id: 'openSample',
  run: ({ context }) => open(context),
};
