/** The server as a node program: stdio, IPC or a socket as the client's arguments say; files from this machine's disk. */
import { createConnection, ProposedFeatures, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { visibleLines } from '../base/escape.ts';
import { NodeFiles } from '../host/node-files.ts';
import { loadParts } from '../host/parts.ts';
import { compileWhen } from '../host/patience.ts';
import { VERSION } from '../host/version.ts';
import { serve } from './server.ts';

/** Starts the server. Without a transport in the arguments (`--stdio`, `--node-ipc`, `--socket=N`) stdio is taken. */
export function start(): void {
  const named = process.argv.some((a) => /^--(node-ipc|socket)/.test(a));
  const connection = named ? createConnection(ProposedFeatures.all) : overStdio();
  const say = (text: string): void => {
    try {
      connection.console.error(text);
    } catch {
      // the client went away in the middle of an answer: there is nobody left to serve, nor to tell
      process.exit(1);
    }
  };
  process.on('uncaughtException', (error) => say(`uncaught: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (reason) => say(`unhandled: ${String(reason)}`));
  serve(connection, {
    files: new NodeFiles(),
    parts: () => loadParts(),
    now: () => performance.now(),
    version: VERSION,
    compileWhen: (mood) => {
      // a script that vm runs, as the bundle of the command line is, has no import() of its own
      const v8 = process.getBuiltinModule?.('node:v8');
      if (v8) compileWhen(mood, v8);
    },
  });
}

/** Standard input and output. What is no message ends the process: nothing after a broken header can be told from its body. */
function overStdio() {
  const reader = new StreamMessageReader(process.stdin);
  reader.onError((error) => {
    // to cancel the request without an id is nothing to do; what follows it is sound
    if (/\bid null\b/.test(error.message)) return;
    process.stderr.write(`proxylens: standard input is no language server protocol: ${visibleLines(error.message.split('\n')[0] ?? '')}\n`);
    process.exit(1);
  });
  return createConnection(ProposedFeatures.all, reader, new StreamMessageWriter(process.stdout));
}

if (process.argv[1] && /[\\/]server[\\/]node\.[cm]?js$/.test(process.argv[1])) start();
