/**
 * Many requests in one text: a JSON object or `GET https://…` a line, commands of curl, raw requests, a HAR recording or a list in JSON. What is no
 * request becomes words that say so, and the rest goes on. No IO.
 */
import { goesOn, isCurl, oneCommand, requestFromCurl } from './curl.ts';
import { type Destination, isHar, looksRaw, type ReadRequest, requestFromJson, requestFromRaw, requestsFromHar } from './read-requests.ts';

/** A request with the line where it begins, from 1; null: the text is read as a whole. */
export interface BatchRequest {
  readonly read: ReadRequest;
  readonly line: number | null;
}

/** A recording, or a list of requests, is one JSON value over many lines, or in a line of its own. */
function isRecording(first: string): boolean {
  const text = first.trim();
  return text === '{' || /^(?:\{\s*"log"\s*:|\[)/.test(text);
}

function fromWhole(text: string, to: Destination): ReadRequest[] {
  // requests in one file are kept apart as in those of REST clients
  if (looksRaw(text.trimStart()))
    return text
      .split(/^###.*(?:\n|$)/m)
      .filter((t) => t.trim() !== '')
      .map((t) => requestFromRaw(t, to));
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.map((v: unknown) => requestFromJson(v, to.origin, to.client));
    return isHar(value) ? requestsFromHar(value) : [requestFromJson(value, to.origin, to.client)];
  } catch {
    return [{ id: null, problem: 'the file is no JSON' }];
  }
}

function fromLine(text: string, { origin, client }: Destination): ReadRequest {
  if (/^\s*(?:[A-Z_-]+|(?:get|head|post|put|patch|delete|options))\s+\S+\s*$/.test(text))
    return requestFromJson({ request: text.trim() }, origin, client);
  // a URL alone, as in a list of pages
  if (/^\s*[a-z][a-z0-9+.-]*:\/\/\S+\s*$/i.test(text)) return requestFromJson({ request: `GET ${text.trim()}` }, origin, client);
  try {
    return requestFromJson(JSON.parse(text), origin, client);
  } catch {
    return { id: null, problem: 'is no JSON, nor a line such as GET https://example.com/, nor a command of curl' };
  }
}

/** Lines that one command may have; where it has more, a quote was left open. */
const MOST_LINES = 500;

/** Takes the lines of a text one by one and gives the requests that are whole. */
export class RequestLines {
  private line = 0;
  private blank = true;
  /** the text so far, where it is not one request a line */
  private whole: string[] | null = null;
  /** the lines of a command that goes on */
  private command: string[] = [];
  /** how many characters are kept */
  held = 0;

  constructor(private readonly to: Destination) {}

  push(given: string): BatchRequest[] {
    this.line++;
    const text = this.line === 1 ? given.replace(/^\uFEFF/, '') : given;
    if (this.blank && text.trim()) {
      this.blank = false;
      if (looksRaw(text) || isRecording(text)) this.whole = [];
    }
    if (this.whole) {
      this.held += text.length;
      this.whole.push(text);
      return [];
    }
    if (!this.command.length && !isCurl(text)) return this.lone(text, this.line);
    const out = isCurl(text) ? this.broken() : [];
    this.command.push(text);
    const command = this.command.join('\n');
    this.held = command.length;
    if (goesOn(command)) return this.command.length < MOST_LINES ? out : [...out, ...this.broken()];
    out.push({ read: requestFromCurl(oneCommand(command), this.to.origin), line: this.line - this.command.length + 1 });
    this.command = [];
    this.held = 0;
    return out;
  }

  end(): BatchRequest[] {
    if (this.whole) return fromWhole(this.whole.join('\n'), this.to).map((read) => ({ read, line: null }));
    this.line++;
    return this.broken();
  }

  private lone(text: string, line: number): BatchRequest[] {
    return text.trim() ? [{ read: fromLine(text, this.to), line }] : [];
  }

  /** Of a command that never ends the first line is a bad one, and the others stand for themselves. */
  private broken(): BatchRequest[] {
    const lines = this.command;
    const first = this.line - lines.length;
    this.command = [];
    this.held = 0;
    return lines.flatMap((text, i) =>
      i === 0 ? [{ read: requestFromCurl(oneCommand(text), this.to.origin), line: first }] : this.lone(text, first + i),
    );
  }
}
