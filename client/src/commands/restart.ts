import type { Command } from './command.ts';

/** Stops the server and starts another; open files are sent to it again. */
export const restart: Command = {
  id: 'restartServer',
  async run({ client }) {
    if (client.isRunning()) await client.stop();
    await client.start();
  },
};
