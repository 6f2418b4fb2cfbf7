// What the panel and the extension say to each other. Plain data; both sides import this file.
import type { MapResult, TraceResult, WireRange } from '../../../../server/src/lsp/protocol.ts';

/** A request as it stands in the request line. */
export interface Asked {
  method: string;
  url: string;
  headers: [string, string][];
  clientAddress: string;
}

export interface Saved extends Asked {
  name: string;
  assume: Record<string, string>;
}

export type ToExtension =
  | { type: 'ready' }
  | { type: 'trace'; asked: Asked; assume: Record<string, string> }
  | { type: 'compare'; asked: Asked }
  | { type: 'map' }
  | { type: 'reveal'; uri: string; range: WireRange; focus: boolean }
  | { type: 'fix'; uri: string; range: WireRange; rule: string }
  | { type: 'export'; as: 'curl' | 'svg' | 'mermaid' | 'test'; asked: Asked; assume: Record<string, string> }
  | { type: 'save'; request: Saved }
  | { type: 'forget'; name: string };

export type ToPanel =
  | { type: 'state'; asked: Asked; assume: Record<string, string>; saved: Saved[]; urls: string[]; mode: 'path' | 'map' }
  | { type: 'traced'; result: TraceResult; forAsked: Asked; lane: 'main' | 'other' }
  | { type: 'map'; map: MapResult }
  | { type: 'saved'; saved: Saved[] };
