/** The command line. Each command is a file in commands/; this one turns failures into words and exit codes. */
import { Command, CommanderError } from 'commander';
import { knowledge, knownAt } from '../catalog/changes.ts';
import { VERSION } from '../host/version.ts';
import { addCheck } from './commands/check.ts';
import { addFormat } from './commands/format.ts';
import { addLsp } from './commands/lsp.ts';
import { addNew } from './commands/new.ts';
import { addRules } from './commands/rules.ts';
import { addTest } from './commands/test.ts';
import { addTrace } from './commands/trace.ts';
import { EXIT, Failure } from './failure.ts';
import { sayFormatted, tell, watchOutput } from './output.ts';

const program = new Command('proxylens')
  .description('nginx configuration as nginx sees it')
  .version(`${VERSION}\nknows ${knownAt(Date.now())}\n${knowledge().gaps}`)
  .exitOverride()
  .showHelpAfterError('(run "proxylens --help" for a list of commands)');
for (const add of [addCheck, addRules, addLsp, addTrace, addTest, addFormat, addNew]) add(program);
// the whole help of a command would push the error out of sight
for (const command of program.commands)
  command.exitOverride().showHelpAfterError(`(run "proxylens ${command.name()} --help" for how it is called)`);
for (const command of [program, ...program.commands])
  command.configureOutput({ writeOut: sayFormatted, writeErr: (text) => tell(text.replace(/\n$/, '')) });

watchOutput();

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.clean : EXIT.usage;
    return;
  }
  if (error instanceof Failure) {
    tell(`proxylens: ${error.message}`);
    process.exitCode = error.exitCode;
    return;
  }
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tell(`proxylens: internal error. Please report it with the configuration that shows it.\n${words}`);
  process.exitCode = EXIT.bug;
});
