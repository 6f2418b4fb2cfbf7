/** Requests and notifications of ours beside LSP's, as plain types: the client imports this file, and nothing else of the server but the trace's types. */

export interface WirePosition {
  line: number;
  character: number;
}
export interface WireRange {
  start: WirePosition;
  end: WirePosition;
}
export interface WirePlace {
  uri: string;
  range: WireRange;
}

/** Client to server. */
export const Requests = {
  /** which main files read this file: RootsParams → RootsResult */
  roots: 'proxylens/roots',
  /** the page of a rule: ExplainParams → ExplainResult */
  explain: 'proxylens/explain',
  /** all safe fixes of a file: FixAllParams → WorkspaceEdit | null */
  fixAll: 'proxylens/fixAll',
  /** the path of one request: TraceParams → TraceResult */
  trace: 'proxylens/trace',
  /** the configuration as a picture: MapParams → MapResult */
  map: 'proxylens/map',
  /** what a person may type in the request line: SuggestParams → SuggestResult */
  suggest: 'proxylens/suggestRequests',
  /** request tests of a file: TestsParams → TestsResult */
  tests: 'proxylens/tests',
  /** the wizard: NewDeploymentParams → NewDeploymentResult */
  newDeployment: 'proxylens/newDeployment',
  /** waits until everything is loaded and published; for tests and for scripts */
  settled: 'proxylens/settled',
} as const;

/** Server to client, where the server has no disk of its own (browser). */
export const FileRequests = {
  read: 'proxylens/fs/read',
  list: 'proxylens/fs/list',
  stat: 'proxylens/fs/stat',
} as const;

export const Notifications = {
  /** server to client: StatusParams, after each load and when roots change */
  status: 'proxylens/status',
  /** client to server: ChooseRootParams */
  chooseRoot: 'proxylens/chooseRoot',
} as const;

export interface RootsParams {
  uri: string;
}
export interface RootsResult {
  /** main files that read the file; empty for a loose fragment */
  roots: { uri: string; label: string }[];
  /** every main file of the workspace */
  all: { uri: string; label: string }[];
  /** for a fragment: the context that it is read in */
  context: string | null;
  nginxVersion: string;
  versionFrom: 'default' | 'setting' | 'found';
}

export interface ExplainParams {
  rule: string;
}
export interface ExplainResult {
  title: string;
  markdown: string;
}

export interface FixAllParams {
  uri: string;
}

export interface ChooseRootParams {
  uri: string | null;
}

export interface StatusParams {
  state: 'loading' | 'ready';
  files: number;
  message: string;
}

export interface FileParams {
  uri: string;
}
export interface ReadResult {
  text: string;
  problem?: string;
}
export interface ListResult {
  entries: { name: string; kind: 'file' | 'folder' | 'other' }[];
}
export interface StatResult {
  stat: { kind: 'file' | 'folder' | 'other'; size: number } | null;
}

/** What the client tells the server when it starts. */
export interface InitializationOptions {
  /** base64 of the wasm files, for the worker in a browser; on node the server finds them itself */
  wasm?: { runtime: string; grammar: string; pcre2: string; python: string };
  /** `pull`: diagnostics are asked for; default is push */
  diagnostics?: 'push' | 'pull';
  /** an address that a rule's id is put behind, so that clicking the code in the problem list opens its page */
  docs?: string;
  settings?: unknown;
}
