// What the panel and the extension say to each other. Plain data; both sides import this file.
import type { MapResult, TraceParams, TraceResult, WireRange } from '../../../../server/src/lsp/protocol.ts';

/** Who asks, as the server's presets name them. */
export const CLIENTS = { browser: 'Browser', curl: 'curl', websocket: 'WebSocket', post: 'Form POST', api: 'API client' } as const;
export type ClientName = keyof typeof CLIENTS;

/** A request as it stands in the request line. */
export interface RequestForm {
  method: string;
  url: string;
  headers: [string, string][];
  clientAddress: string;
  client: ClientName;
}

/** What is taken for granted: values by the id of their assumption, and answers by the name of the backend. */
export interface Given {
  assume: Record<string, string>;
  answers: NonNullable<TraceParams['answers']>;
}

export interface Saved extends RequestForm, Partial<Given> {
  name: string;
}

export type ToExtension =
  | { type: 'ready' }
  | { type: 'trace'; asked: RequestForm; given: Given }
  /** the next request of a client that follows redirects; answered on the lane `next` */
  | { type: 'follow'; asked: RequestForm; given: Given }
  | { type: 'map' }
  | { type: 'reveal'; uri: string; range: WireRange; focus: boolean }
  | { type: 'fix'; uri: string; range: WireRange; rule: string }
  /** a line that the server proposed */
  | { type: 'insert'; uri: string; range: WireRange; text: string }
  /** asks for a request that reaches the block there, which is asked then */
  | { type: 'reach'; uri: string; range: WireRange }
  | { type: 'export'; as: 'curl' | 'svg' | 'mermaid' | 'test'; asked: RequestForm; given: Given }
  | { type: 'save'; request: Saved }
  | { type: 'forget'; name: string };

export type ToPanel =
  | { type: 'state'; asked: RequestForm; given: Given; saved: Saved[]; urls: string[]; mode: 'path' | 'map' }
  | { type: 'traced'; result: TraceResult; forAsked: RequestForm; lane: 'main' | 'next' }
  | { type: 'map'; map: MapResult }
  | { type: 'saved'; saved: Saved[] };
