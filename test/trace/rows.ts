/**
 * Rows of the tables in rules/: what nginx does with a request, said by hand. The same rows are asked of the simulator (rules.test.ts) and of
 * the real nginx (test/nginx/trace-rules.test.ts), so that an expectation is neither the simulator's word nor only a person's.
 */
import type { EchoAnswer } from '../harness/echo.ts';

/** What is expected; only what is named is compared. Texts hold the ports as they are in the rows. */
export interface Expect {
  readonly status?: number;
  /** text of a `return`; null: none is told */
  readonly body?: string;
  /** null: there is none */
  readonly location?: string | null;
  /** the URI that the backend gets; null: no backend is asked */
  readonly up?: string | null;
  /** method and version towards the backend, `GET 1.0` */
  readonly line?: string;
  /** header lines that the backend gets, by name in lower case; null: not sent */
  readonly sent?: Readonly<Record<string, string | null | readonly string[]>>;
  /** all header lines that the backend gets, in order */
  readonly lines?: readonly string[];
  /** parameters that the backend gets; null: not sent */
  readonly params?: Readonly<Record<string, string | null | readonly string[]>>;
  /** all of them in order, `NAME=value` */
  readonly allParams?: readonly string[];
  /** header lines that the client gets, by name in lower case; null: none */
  readonly gets?: Readonly<Record<string, string | null | readonly string[]>>;
  /** the file that is sent, below the prefix */
  readonly file?: string;
  /** `uwsgi`, `fastcgi`, … */
  readonly protocol?: string;
  /** the answer is kept by a cache: the next request like it gets `X-Cache: HIT` */
  readonly stored?: boolean;
  // ---- said by the trace alone
  /** of the cache */
  readonly key?: string;
  /** seconds for which it is kept */
  readonly valid?: number | null;
  readonly kind?: string;
  readonly loc?: string | null;
  readonly server?: string;
  readonly by?: string;
}

export interface Given {
  /** what the application answers */
  readonly answer?: Partial<EchoAnswer>;
  readonly body?: string;
  readonly assume?: Readonly<Record<string, string>>;
  readonly now?: number;
  readonly clientAddress?: string;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly clientCertificate?: 'none' | 'valid' | 'invalid';
  readonly failure?: 'timeout' | 'refused' | 'invalid';
  /** `2`, `3`: not spoken by the test's own client */
  readonly http?: string;
  /** the real nginx is not asked: why */
  readonly only?: string;
}

/**
 * `GET /a`, with `HTTP/1.0` behind it where it is not 1.1, and header lines behind ` | `. Host is `a` unless a line names another; `-Host`
 * leaves it out. In front may stand the door: `8081`, `tls` (SNI `a`), `tls:name`, `tls:` (no SNI).
 */
export type Ask = readonly [send: string, expect: string | Expect, given?: Given];

export interface Row {
  readonly rule: string;
  /** text for a server on port 8080, or for the http block when it has a server of its own */
  readonly config: string;
  readonly asks: readonly Ask[];
  /** the first version for which it holds */
  readonly since?: string;
  /** the first version for which it does not */
  readonly until?: string;
  /** the real nginx is not asked: why */
  readonly only?: string;
}

export interface Chapter {
  readonly name: string;
  readonly rows: readonly Row[];
}

export const chapter = (name: string, ...rows: Row[]): Chapter => ({ name, rows });

/** A row for all versions. */
export const row = (rule: string, config: string, ...asks: Ask[]): Row => ({ rule, config, asks });
export const since = (version: string, r: Row): Row => ({ ...r, since: version });
export const until = (version: string, r: Row): Row => ({ ...r, until: version });
/** A row that only the trace is asked: the reason says what the real nginx of a test cannot show. */
export const only = (why: string, r: Row): Row => ({ ...r, only: why });

export const isWhole = (r: Row): boolean => /(?:^|[\s;}])server \{/.test(r.config);

/** The text of an http block for a row. */
export function httpText(r: Row): string {
  return isWhole(r) ? r.config : `server {\nlisten 127.0.0.1:8080;\nserver_name a;\n${r.config}\n}`;
}

export interface Sending {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: [name: string, value: string][];
  readonly port: number;
  /** undefined: plain */
  readonly sni?: string | null;
}

export function readSend(text: string): Sending {
  const [line = '', ...rest] = text.split(' | ');
  const m = /^(?:(\d{4}|tls(?::\S*)?) )?(\S+) (.*?)(?: HTTP\/([\d.]+))?$/.exec(line);
  if (!m) throw new Error(`not a request: ${text}`);
  const [, door, method = '', target = '', version = '1.1'] = m;
  const headers = rest
    .filter((l) => l !== '-Host')
    .map((l): [string, string] => {
      const colon = l.indexOf(':');
      return [l.slice(0, colon), l.slice(colon + 1).replace(/^ /, '')];
    });
  if (version !== '0.9' && !rest.includes('-Host') && !headers.some(([n]) => n.toLowerCase() === 'host')) headers.unshift(['Host', 'a']);
  const sent = { method, target, version, headers };
  if (!door) return { ...sent, port: 8080 };
  if (/^\d/.test(door)) return { ...sent, port: Number(door) };
  return { ...sent, port: 8443, sni: door === 'tls' ? 'a' : door === 'tls:' ? null : door.slice(4) };
}

/** `404`; `200 text`; `301 -> location`; `=> /uri` of the backend, status 200; `file name`; `closed`. */
export function readExpect(e: string | Expect): Expect {
  if (typeof e !== 'string') return e;
  if (e === 'closed') return { status: 444 };
  if (e.startsWith('=> ')) return { status: 200, up: e.slice(3) };
  if (e.startsWith('file ')) return { status: 200, file: e.slice(5) };
  const m = /^(\d{3})(?: -> (.*)| ([\s\S]*))?$/.exec(e);
  if (!m) throw new Error(`not an expectation: ${e}`);
  return {
    status: Number(m[1]),
    ...(m[2] === undefined ? {} : { location: m[2] }),
    ...(m[3] === undefined ? {} : { body: m[3] }),
  };
}

export interface Got {
  readonly status: number;
  readonly body: string | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly file: string | null;
  readonly upstream: {
    readonly protocol: string;
    readonly uri: string;
    readonly line: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly params: readonly (readonly [string, string])[] | null;
  } | null;
}

const named = (pairs: readonly (readonly [string, string])[], name: string): string[] =>
  pairs.filter(([n]) => n.toLowerCase() === name.toLowerCase()).map(([, v]) => v);

/** What does not come as expected, in words; empty when all does. */
export function differences(e: Expect, got: Got): string[] {
  const out: string[] = [];
  const differ = (what: string, expected: unknown, actual: unknown): void => {
    const [a, b] = [JSON.stringify(expected), JSON.stringify(actual)];
    if (a !== b) out.push(`${what}: expected ${a}, got ${b}`);
  };
  const pairs = (what: string, expected: NonNullable<Expect['sent']>, actual: readonly (readonly [string, string])[]): void => {
    for (const [name, value] of Object.entries(expected)) {
      const found = named(actual, name);
      differ(`${what} ${name}`, value, found.length === 0 ? null : typeof value === 'object' && value !== null ? found : found.join(' + '));
    }
  };
  if (e.status !== undefined) differ('status', e.status, got.status);
  if (e.body !== undefined) differ('body', e.body, got.body);
  if (e.location !== undefined) differ('Location', e.location, named(got.headers, 'location')[0] ?? null);
  if (e.file !== undefined) differ('file', e.file, got.file);
  if (e.gets) pairs('response', e.gets, got.headers);
  if (e.up !== undefined) differ('URI of the backend', e.up, got.upstream?.uri ?? null);
  if (e.protocol !== undefined) differ('protocol', e.protocol, got.upstream?.protocol ?? null);
  if (e.line !== undefined) differ('line', e.line, got.upstream?.line ?? null);
  if (e.sent) pairs('sent', e.sent, got.upstream?.headers ?? []);
  if (e.lines) differ('header lines', e.lines, got.upstream?.headers.map(([n, v]) => `${n}: ${v}`) ?? null);
  if (e.params) pairs('param', e.params, got.upstream?.params ?? []);
  if (e.allParams) differ('params', e.allParams, got.upstream?.params?.map(([n, v]) => `${n}=${v}`) ?? null);
  return out;
}

/** The files below the prefix in which rows look; each holds its own name and a line end. */
export const ROW_FILES: readonly string[] = [
  'www/index.html',
  'www/a.html',
  'www/b.txt',
  'www/dir/index.html',
  'www/dir/x.php',
  'www/dir/other.txt',
  'www/listing/one.txt',
  'www/pics/logo.png',
  'www/pics/index.htm',
  'www/app.js',
  'www/app.js.gz',
  'www/50x.html',
  'www/sp ace.txt',
  'www/100%.txt',
  'www/caf\u00e9.txt',
  'www/.hidden',
  'data/b.txt',
  'data/index.html',
  'data/dir/c.txt',
  'datab.txt',
];
