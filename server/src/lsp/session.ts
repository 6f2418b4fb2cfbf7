/** What all handlers of one connection share: the workspace, what the client can do, the editor's settings, the last findings. */
import type { Connection } from 'vscode-languageserver';
import type { FileId } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import type { EditorSettings } from '../config/declared.ts';
import type { Finding, Rule } from '../rules/rule.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Encoding } from './convert/encoding.ts';
import type { Publisher } from './publish.ts';
import type { Refreshable } from './refresh.ts';

export interface ClientAbilities {
  readonly encoding: Encoding;
  readonly pull: boolean;
  /** documents may be asked for by pattern after the start */
  readonly syncs: boolean;
  readonly watchFiles: boolean;
  readonly progress: boolean;
  readonly versionedEdits: boolean;
  /** asks before it makes an edit that says so */
  readonly confirmsEdits: boolean;
  /** takes edits that make files, with versions */
  readonly createFiles: boolean;
  /** asks for the edit of a code action when someone picks it */
  readonly resolvesActions: boolean;
  /** what it asks for again when told to */
  readonly refreshes: ReadonlySet<Refreshable>;
  readonly configuration: boolean;
  readonly snippets: boolean;
  /** takes one range for all items of a completion list */
  readonly completionDefaults: boolean;
  /** knows VS Code's command that opens the list of proposals again */
  readonly reopens: boolean;
  readonly workspaceFolders: boolean;
  /** has the command that opens the preview of a request */
  readonly previews: boolean;
}

/** The findings that the client shows of a configuration: of those that other services alone have, none. */
export const findingsOf = ({ findings }: Pick<Session, 'findings'>, { files, tree }: Config): Finding[] =>
  [...files.keys()].flatMap((file) => findings(file)).filter(({ services }) => !services || services.includes(tree.startedBy?.label ?? ''));

export interface Session {
  readonly connection: Connection;
  readonly workspace: Workspace;
  readonly rules: readonly Rule[];
  readonly encoding: Encoding;
  readonly client: ClientAbilities;
  readonly publisher: Publisher;
  readonly now: () => number;
  settings: EditorSettings;
  /** the findings that the client shows for a file, at the revision they belong to */
  findings(file: FileId): readonly Finding[];
  log(line: string): void;
}
