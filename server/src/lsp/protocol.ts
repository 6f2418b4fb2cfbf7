/** Requests and notifications of ours beside LSP's, as plain types: the client imports this file, and nothing else of the server but the trace's types. */

import type { WorkspaceEdit } from 'vscode-languageserver';
import type { FoundDeployment } from '../deploy/found.ts';
import type { Line } from '../trace/stations.ts';
import type { Trace } from '../trace/trace.ts';

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
  /** all safe fixes of a file or of its whole configuration: FixAllParams → FixAllResult | null */
  fixAll: 'proxylens/fixAll',
  /** the path of one request: TraceParams → TraceResult */
  trace: 'proxylens/trace',
  /** the configuration as a picture: MapParams → MapResult */
  map: 'proxylens/map',
  /** every configuration of the workspace as a tree: null → OverviewResult */
  overview: 'proxylens/overview',
  /** the files of a configuration for `nginx -t`: TestPlanParams → TestPlanResult */
  testPlan: 'proxylens/testPlan',
  /** whether a text is nginx configuration: LooksLikeParams → LooksLikeResult */
  looksLike: 'proxylens/looksLike',
  /** what a person may type in the request line: SuggestParams → SuggestResult */
  suggest: 'proxylens/suggestRequests',
  /** request tests of a file: TestsParams → TestsResult */
  tests: 'proxylens/tests',
  /** the wizard: NewDeploymentParams → NewDeploymentResult */
  newDeployment: 'proxylens/newDeployment',
  /** what the wizard begins with: null → DeploymentDefaults */
  deploymentDefaults: 'proxylens/deploymentDefaults',
  /** waits until everything is loaded and published; for tests and for scripts */
  settled: 'proxylens/settled',
} as const;

/** Server to client, where the server has no disk of its own (browser). */
export const FileRequests = {
  read: 'proxylens/fs/read',
  list: 'proxylens/fs/list',
  stat: 'proxylens/fs/stat',
  /** the files below a folder as the editor's own search finds them, wherever the server's disk is: FileParams → FindResult | null */
  find: 'proxylens/fs/find',
} as const;

export const Notifications = {
  /** server to client: StatusParams, after each load and when roots change */
  status: 'proxylens/status',
  /** client to server: ChooseRootParams */
  chooseRoot: 'proxylens/chooseRoot',
} as const;

/** Commands of the client that the server's lenses name. */
export const Commands = {
  /** uri, position and a request: that request, else one that reaches the block there */
  previewRequestPath: 'proxylens.previewRequestPath',
  /** uri, position and LSP's locations */
  showReferences: 'proxylens.showReferences',
} as const;

export interface RootsParams {
  uri: string;
}
/** A main file; `service` is which of several that start it and differ, null where there is nothing to tell. */
export interface RootView {
  uri: string;
  label: string;
  service: string | null;
}
export interface RootsResult {
  /** main files that read the file; empty for a loose fragment */
  roots: RootView[];
  /** every main file of the workspace */
  all: RootView[];
  /** the services that start the file with something else around it each, the chosen one first; empty where none differ */
  services: string[];
  /** for a fragment: the context that it is read in */
  context: string | null;
  /** for a fragment within a main file that is in: what was assumed, such as "/etc/nginx/conf.d/default.conf of nginx:1.29" */
  readAs: string | null;
  /** the template engine that the file is read for; null for a plain file */
  template: string | null;
  nginxVersion: string;
  versionFrom: 'default' | 'setting' | 'found';
  /** whose nginx the text shows where nobody names it, such as "OpenResty, for it uses content_by_lua_block"; null where nothing is assumed */
  flavour: string | null;
  /** the relative of nginx that runs, by name; null for nginx itself */
  product: string | null;
  /** how far the facts go, such as "nginx up to 1.31.9 (18 Nov 2026)" */
  knows: string;
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
  /** default: file */
  scope?: 'file' | 'configuration';
}

export interface FixAllResult {
  edit: WorkspaceEdit;
  /** what is done, a line for each fix: its title, and the place of its finding */
  fixes: { title: string; uri: string; line: number }[];
}

export interface ChooseRootParams {
  uri: string | null;
  /** which of several services that start the same file */
  service?: string | null;
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
export interface FindResult {
  uris: string[];
  /** there are more than these */
  more: boolean;
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
  /** the client answers `proxylens/fs/find` */
  finds?: boolean;
  /** the client has the command that opens the preview, with a request as third argument */
  previews?: boolean;
}

/** A request line of the preview. */
export interface TraceParams {
  /** a file of the configuration that is meant */
  uri: string;
  request: { method: string; url: string; headers: [string, string][]; clientAddress: string; httpVersion?: string; client?: string };
  assume: Record<string, string>;
  /** what backends answer, by their names: a status, `refused`, `timeout`, `invalid`, and header lines */
  answers?: Record<string, { status: string; headers: [string, string][] }>;
  /** the answer in another form, beside the picture */
  as?: 'curl' | 'svg' | 'mermaid' | 'test' | 'text';
}

/** A finding that bites at a station. */
export interface StationFinding {
  rule: string;
  severity: 'error' | 'warning' | 'info' | 'hint';
  message: string;
  uri: string;
  range: WireRange;
  /** what the first fix does; null where there is none */
  fix: string | null;
}

/** What the application makes of the request, as far as its files say. */
export interface ApplicationSight {
  title: string;
  lines: {
    name: string;
    value: string;
    why: string;
    good: boolean | null;
    /** the same as one sentence for someone who knows the application, not nginx */
    says: string;
    /** the finding whose fix repairs it */
    finding: StationFinding | null;
  }[];
}

/** A header line of the answer as the client gets it. */
export interface AnswerHeader {
  name: string;
  value: string;
  /** who set it: a directive, `nginx`, `the application` */
  by: string;
  at: WirePlace | null;
}

/** A request that nobody listens for: where something does, and the line that makes the server of that name listen. */
export interface WayOutView {
  port: number;
  urls: string[];
  server: (WirePlace & { title: string }) | null;
  line: (WirePlace & { text: string }) | null;
}

export type TraceResult =
  | {
      ok: true;
      line: Line;
      trace: Trace;
      /** by the id of the station */
      findings: Record<string, StationFinding[]>;
      application: ApplicationSight | null;
      answer: AnswerHeader[];
      /** what can be done where nobody listens for the request; null elsewhere */
      wayOut: WayOutView | null;
      /** what of the configuration on the path was not read, as clauses */
      unseen: string[];
      config: string;
      /** of several services that start it with something else around it each, the one that the path is of; else null */
      service: string | null;
      /** the form that was asked for */
      text: string | null;
    }
  | { ok: false; message: string };

export interface SuggestParams {
  uri: string;
  /** the server or location at this position comes first */
  position?: WirePosition;
}
export interface SuggestResult {
  urls: string[];
}

export interface MapParams {
  uri: string;
}

export interface MapNode {
  id: string;
  kind: 'listener' | 'server' | 'location' | 'upstream' | 'application';
  label: string;
  detail: string;
  at: WirePlace | null;
  /** worst severity of the findings on it, and how many there are */
  findings: { count: number; worst: 'error' | 'warning' | 'info' | 'hint' | null };
  /** a URL that leads through it */
  url: string | null;
}
export interface MapResult {
  nodes: MapNode[];
  links: { from: string; to: string }[];
}

/** One line of the overview. */
export interface OverviewItem {
  kind: 'group' | 'server' | 'location' | 'upstream' | 'application' | 'file' | 'snippet' | 'limit' | 'assumed';
  label: string;
  detail: string;
  at: WirePlace | null;
  findings: MapNode['findings'];
  /** a URL that leads through it */
  url: string | null;
  children: OverviewItem[];
}
export interface OverviewResult {
  /** by main file */
  roots: (RootView & { nginxVersion: string; items: OverviewItem[] })[];
}

export interface TestPlanParams {
  /** the main file */
  uri: string;
  /** where the files will lie: absolute, without a slash at its end */
  folder: string;
}
export type TestPlanResult =
  | {
      ok: true;
      /** paths within the folder, with the file that each stands for */
      files: { path: string; text: string; uri: string }[];
      main: string;
      /** folders that must be there */
      folders: string[];
      /** for people: what something harmless stands in for */
      replaced: string[];
      /** includes that nobody saw */
      unseen: string[];
      /** `dummy.crt` and `dummy.key` are wanted in the folder */
      certificate: boolean;
      /** the configuration says where the process id goes */
      pid: boolean;
      /** the images that the project runs nginx in, by what names them; `built`: the project builds its own over this one */
      images: { name: string; program: string; from: string; built: boolean }[];
    }
  | { ok: false; message: string };

export interface LooksLikeParams {
  uri: string;
  text: string;
}
export interface LooksLikeResult {
  nginx: boolean;
}

export interface TestsParams {
  uri: string;
  text: string;
}
export interface TestsResult {
  tests: {
    name: string;
    line: number;
    ok: boolean;
    message: string;
    /** what it asks: headers are those that its client would not send by itself */
    request: { url: string; method: string; headers: [string, string][] };
  }[];
  /** the main file that it is about; null where that is not known */
  root: string | null;
  problems: { line: number; message: string }[];
}

/** The answers of the wizard; the server refuses what cannot be used and makes the files. */
export interface NewDeploymentParams {
  answers: {
    name: string;
    framework: string;
    server: string;
    domain: string;
    tls: string;
    module: string;
    folder: string;
    staticRoot: string;
    mediaRoot: string;
    upload: string;
    limitLogin: boolean;
    runs?: string;
    system?: string;
    port?: number;
    settings?: string;
    loginPaths?: string[];
    proxy?: string;
  };
}
export interface NewDeploymentResult {
  problems: { answer: string; message: string }[];
  files: { path: string; text: string; about: string }[];
  /** what is made, as a noun phrase */
  made: string;
  /** what is to be done then, in order */
  next: string[];
}

/** A choice of the wizard and its words. */
export interface DeploymentChoice {
  value: string;
  label: string;
}

/** What the wizard begins with, read from the workspace. */
export interface DeploymentDefaults {
  frameworks: DeploymentChoice[];
  /** by framework */
  servers: Record<string, DeploymentChoice[]>;
  /** by framework and server, with `{name}` for the project's name in Python */
  modules: Record<string, Record<string, string>>;
  runs: DeploymentChoice[];
  tls: DeploymentChoice[];
  systems: DeploymentChoice[];
  found: FoundDeployment;
}
