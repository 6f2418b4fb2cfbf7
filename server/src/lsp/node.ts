/** The server as a node program: stdio, IPC or a socket as the client's arguments say; files from this machine's disk. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { NodeFiles } from '../host/node-files.ts';
import { loadParts } from '../host/parts.ts';
import { VERSION } from '../host/version.ts';
import { serve } from './server.ts';

/** Starts the server. Without a transport in the arguments (`--stdio`, `--node-ipc`, `--socket=N`) stdio is taken. */
export function start(): void {
  const named = process.argv.some((a) => /^--(stdio|node-ipc|socket)/.test(a));
  const connection = named ? createConnection(ProposedFeatures.all) : createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  process.on('uncaughtException', (error) => connection.console.error(`uncaught: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (reason) => connection.console.error(`unhandled: ${String(reason)}`));
  serve(connection, { files: new NodeFiles(), parts: () => loadParts(), now: () => performance.now(), version: VERSION });
}

if (process.argv[1] && /[\\/]server[\\/]node\.[cm]?js$/.test(process.argv[1])) start();
