/** A request as people write it: a method, a URL, header lines. */
import { type ClientName, clientLines } from './clients.ts';
import type { HeaderPair, RequestInput } from './trace.ts';

export interface UrlRequest {
  readonly method?: string;
  readonly url: string;
  readonly headers?: readonly HeaderPair[];
  readonly clientAddress?: string;
  readonly httpVersion?: string;
  /** who asks, with what such a client sends by itself where `headers` does not say otherwise. Default: nobody, nothing is added */
  readonly client?: ClientName;
}

const URL_FORM = /^(https?|tcp|udp):\/\/([^/?#]*)([^#]*)/i;

/**
 * The request that a client sends for a URL: the Host header is made of its authority unless one is given, the target is taken as it
 * stands (nothing is normalised or escaped, that is nginx's part). A text without a scheme is taken for http. Returns words for people
 * when it is no URL.
 */
export function requestFromUrl(request: UrlRequest): RequestInput | { problem: string } {
  const text = request.url.trim();
  const m = URL_FORM.exec(text) ?? URL_FORM.exec(`http://${text}`);
  if (!text || !m) return { problem: `"${text}" is no URL such as https://example.com/path` };
  const scheme = m[1]!.toLowerCase() as 'http' | 'https' | 'tcp' | 'udp';
  const authority = m[2]!.replace(/^[^@]*@/, '');
  const rest = m[3] ?? '';
  const target = rest === '' ? '/' : rest.startsWith('/') ? rest : `/${rest}`;
  const port = /:(\d{1,5})$/.exec(authority)?.[1];
  if (!authority) return { problem: `"${text}" names no host` };
  if (/\s/.test(target)) return { problem: 'A URL has no blanks: write %20.' };
  const method = request.client === 'post' && (request.method ?? 'GET') === 'GET' ? 'POST' : (request.method ?? 'GET');
  const own = request.headers ?? [];
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const old = request.httpVersion === undefined || request.httpVersion.startsWith('1.');
  const usual =
    request.client && scheme.startsWith('http')
      ? clientLines(request.client, method, scheme, authority).filter(
          ([name]) => !names.has(name.toLowerCase()) && (old || name !== 'Connection'),
        )
      : [];
  const headers = [...usual, ...own];
  const hasHost = headers.some(([name]) => name.toLowerCase() === 'host');
  return {
    method,
    target,
    scheme,
    headers: hasHost ? headers : [['Host', authority], ...headers],
    ...(port ? { localPort: Number(port) } : {}),
    ...(request.clientAddress ? { clientAddress: request.clientAddress } : {}),
    ...(request.httpVersion ? { httpVersion: request.httpVersion } : {}),
  };
}

/** A header line `Name: value` as a pair; null when it has no colon or no name. */
export function headerPair(line: string): HeaderPair | null {
  const m = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line);
  return m ? [m[1]!, m[2]!] : null;
}

/** The same request as a command for a terminal, quoted for a POSIX shell. */
export function asCurl(request: {
  readonly method: string;
  readonly target: string;
  readonly scheme: string;
  readonly headers: readonly HeaderPair[];
}): string {
  const quote = (s: string): string => (/^[\w@%+=:,./-]+$/.test(s) ? s : `'${s.replaceAll("'", "'\\''")}'`);
  const host = request.headers.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? 'localhost';
  const words = ['curl', '-i', '--path-as-is'];
  if (request.method === 'HEAD') words.push('-I');
  else if (request.method !== 'GET') words.push('-X', request.method);
  for (const [name, value] of request.headers) if (name.toLowerCase() !== 'host') words.push('-H', quote(`${name}: ${value}`));
  words.push(quote(`${request.scheme}://${host}${request.target}`));
  return words.join(' ');
}
