/** Asks the client to ask again: what it shows of a file may depend on other files and on settings, of which it does not know. */
import {
  CodeLensRefreshRequest,
  type Connection,
  DiagnosticRefreshRequest,
  InlayHintRefreshRequest,
  SemanticTokensRefreshRequest,
} from 'vscode-languageserver';

export type Refreshable = 'diagnostics' | 'codeLens' | 'inlayHint' | 'semanticTokens';

const REQUESTS = {
  diagnostics: DiagnosticRefreshRequest.type,
  codeLens: CodeLensRefreshRequest.type,
  inlayHint: InlayHintRefreshRequest.type,
  semanticTokens: SemanticTokensRefreshRequest.type,
} as const;

/** Sends the refresh of each kind that the client knows; a client that refuses is not reported. */
export function refresh(connection: Connection, kinds: ReadonlySet<Refreshable>, log: (line: string) => void): void {
  for (const kind of kinds)
    connection
      .sendRequest(REQUESTS[kind])
      .catch((error: unknown) => log(`refresh of ${kind}: ${error instanceof Error ? error.message : String(error)}`));
}
