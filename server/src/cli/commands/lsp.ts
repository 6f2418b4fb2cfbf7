/** `proxylens lsp --stdio`: the language server, for any editor. */
import type { Command } from 'commander';

/** Adds `proxylens lsp` to the program. */
export function addLsp(program: Command): void {
  program
    .command('lsp')
    .description('run the language server')
    .option('--stdio', 'speak over standard input and output (the default)')
    .option('--node-ipc', "speak over node's channel to the parent process")
    .option('--socket <port>', 'connect to a port')
    .option('--clientProcessId <pid>', 'end when this process ends')
    .action(async () => {
      // its modules are loaded for nobody else
      const { start } = await import('../../lsp/node.ts');
      start();
    });
}
