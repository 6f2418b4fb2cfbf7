/**
 * A command of curl as the request that it sends: its options, and what curl does by itself (dot segments, types, lengths, HTTP/2). Files that it
 * names are not read. No IO.
 */
import { toBytes } from '../base/bytes.ts';
import { table } from '../base/table.ts';
import { encodeBase64 } from './base64.ts';
import { headerPair, requestFromUrl } from './from-url.ts';
import type { ReadRequest } from './read-requests.ts';
import { cmdWords, isForCmd, shellWords } from './shell-words.ts';
import type { HeaderPair, RequestInput } from './trace.ts';

/** Options that take a word and change no request (`curl --help all`, 7.88 and 8.10). */
const WITH_WORD: ReadonlySet<string> = new Set(
  `-o --output -m --max-time --connect-timeout --retry -w --write-out --resolve -c --cookie-jar --cacert --capath -E --cert --cert-type --key
  --key-type --pass -D --dump-header -x --proxy --preproxy --proxy1.0 -U --proxy-user --proxy-header --noproxy --interface --ciphers --tls13-ciphers
  --curves --tls-max --retry-delay --retry-max-time --limit-rate --max-redirs --max-filesize -K --config -y --speed-time -Y --speed-limit --stderr
  --trace --trace-ascii --trace-config --abstract-unix-socket --alt-svc --aws-sigv4 --create-file-mode --crlfile --delegation --dns-interface
  --dns-ipv4-addr --dns-ipv6-addr --dns-servers --doh-url --ech --egd-file --engine --etag-compare --etag-save --expect100-timeout
  --happy-eyeballs-timeout-ms --haproxy-clientip --hsts --ip-tos --ipfs-gateway --keepalive-cnt --keepalive-time --libcurl --local-port
  --login-options --netrc-file --output-dir --parallel-max --pinnedpubkey --proto --proto-default --proto-redir --proxy-cacert --proxy-capath
  --proxy-cert --proxy-cert-type --proxy-ciphers --proxy-crlfile --proxy-key --proxy-key-type --proxy-pass --proxy-pinnedpubkey
  --proxy-service-name --proxy-tls13-ciphers --proxy-tlsauthtype --proxy-tlspassword --proxy-tlsuser --random-file --rate --service-name
  --socks4 --socks4a --socks5 --socks5-gssapi-service --socks5-hostname -t --telnet-option -P --ftp-port -Q --quote --tlsauthtype
  --tlspassword --tlsuser --variable --vlan-priority`.split(/\s+/),
);
const DATA: ReadonlySet<string> = new Set([
  '-d',
  '--data',
  '--data-raw',
  '--data-binary',
  '--data-ascii',
  '--data-urlencode',
  '--json',
  '--url-query',
]);
/** Short options that take a word, which may stand right behind them. */
const SHORT = 'XHdAebuFToxmwEDKcyYrCzUtPQ';
/** Short options without a word that change the request, as their long names. */
const LETTERS: Readonly<Record<string, string>> = table({ I: '--head', G: '--get', 0: '--http1.0', g: '--globoff', k: '--insecure' });

type Curl = {
  readonly urls: string[];
  readonly data: string[];
  readonly query: string[];
  readonly headers: HeaderPair[];
  /** header lines that curl is told not to send */
  readonly without: Set<string>;
  method: string | null;
  version: string | null;
  json: boolean;
  /** parts of a form, as they are sent; null: one is in a file */
  parts: (string | null)[];
  cookies: string[];
  login: string | null;
  /** the login waits until the server asks for it */
  asked: boolean;
  asQuery: boolean;
  head: boolean;
  /** dot segments stay */
  asIs: boolean;
  /** braces and brackets are no patterns */
  plain: boolean;
  /** some of the body is in a file */
  file: boolean;
  target: string | null;
  upload: string | null;
  where: Pick<RequestInput, 'localPort' | 'localAddress'>;
  fault: string | null;
};

/** `curl_easy_escape`, with the plus that data has for a blank. */
const urlencode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');

/** What `--data-urlencode` and `--url-query` make of `content`, `=content` and `name=content`; null for what is in a file. */
function encodedPart(text: string): string | null {
  const m = /^([^=@]*)([=@]?)(.*)$/s.exec(text)!;
  if (m[2] === '@') return null;
  if (m[2] === '') return urlencode(text);
  return `${m[1]}${m[1] === '' ? '' : '='}${urlencode(m[3]!)}`;
}

function headerOption(curl: Curl, line: string): void {
  if (line.startsWith('@')) {
    curl.fault = `takes header lines from the file ${line.slice(1, 61)}, which is not read: write them out`;
    return;
  }
  const pair = headerPair(line);
  if (pair && pair[1] === '') curl.without.add(pair[0].toLowerCase());
  else if (pair) curl.headers.push(pair);
  else if (/^[^\s:;]+;$/.test(line)) curl.headers.push([line.slice(0, -1), '']);
  else curl.fault = `has a header line that is none: "${line.slice(0, 60)}"`;
}

function dataOption(curl: Curl, option: string, part: string): void {
  if (option === '--json') curl.json = true;
  if (option === '--url-query') {
    const query = part.startsWith('+') ? part.slice(1) : encodedPart(part);
    if (query === null) curl.fault = `takes its query from a file, which is not read: write it out`;
    else curl.query.push(query);
    return;
  }
  const text = option === '--data-urlencode' ? encodedPart(part) : option !== '--data-raw' && part.startsWith('@') ? null : part;
  if (text === null) curl.file = true;
  curl.data.push(text ?? part);
}

/** What stands between the parts of a form; curl makes up 16 digits. */
const BOUNDARY = `${'-'.repeat(24)}0123456789abcdef`;

function formOption(curl: Curl, text: string, file: RegExp | null): void {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  curl.parts.push(file?.test(value) || (file && /;(?:type|filename|headers|encoder)=/.test(value)) ? null : part);
}

const setHeader = (curl: Curl, name: string, value: string): unknown =>
  value === '' ? curl.without.add(name.toLowerCase()) : curl.headers.push([name, value]);

const OPTIONS: Readonly<Record<string, (curl: Curl, value: () => string) => void>> = table({
  '--request': (c, value) => void (c.method = value()),
  '--header': (c, value) => headerOption(c, value()),
  '--form': (c, value) => formOption(c, value(), /^[@<]/),
  '--form-string': (c, value) => formOption(c, value(), null),
  '--user': (c, value) => void (c.login = value()),
  '--digest': (c) => void (c.asked = true),
  '--ntlm': (c) => void (c.asked = true),
  '--negotiate': (c) => void (c.asked = true),
  '--anyauth': (c) => void (c.asked = true),
  '--time-cond': (c, value) => {
    const [, before, date] = /^(-?)(.* GMT)$/.exec(value()) ?? [];
    if (date !== undefined) setHeader(c, before ? 'If-Unmodified-Since' : 'If-Modified-Since', date);
  },
  '--oauth2-bearer': (c, value) => setHeader(c, 'Authorization', `Bearer ${value()}`),
  '--user-agent': (c, value) => setHeader(c, 'User-Agent', value()),
  '--referer': (c, value) => setHeader(c, 'Referer', value().replace(/;auto$/, '')),
  '--cookie': (c, value) => {
    const cookie = value();
    // anything else is a file
    if (cookie.includes('=')) c.cookies.push(cookie);
  },
  '--range': (c, value) => setHeader(c, 'Range', `bytes=${value()}`),
  '--continue-at': (c, value) => {
    const from = value();
    if (/^[1-9]\d*$/.test(from)) setHeader(c, 'Range', `bytes=${from}-`);
  },
  '--url': (c, value) => void c.urls.push(value()),
  '--upload-file': (c, value) => void (c.upload = value()),
  '--request-target': (c, value) => void (c.target = value()),
  '--unix-socket': (c, value) => void (c.where = { localAddress: `unix:${value()}` }),
  '--connect-to': (c, value) => {
    const port = /:(\d{1,5})$/.exec(value())?.[1];
    if (port !== undefined) c.where = { localPort: Number(port) };
  },
  '--next': (c) => void (c.fault = 'makes several requests with --next: write a command for each'),
  '--head': (c) => void (c.head = true),
  '--get': (c) => void (c.asQuery = true),
  '--path-as-is': (c) => void (c.asIs = true),
  '--globoff': (c) => void (c.plain = true),
  '--compressed': (c) => setHeader(c, 'Accept-Encoding', 'deflate, gzip, br, zstd'),
  '--http1.0': (c) => void (c.version = '1.0'),
  '--http1.1': (c) => void (c.version = '1.1'),
  '--http2': (c) => void (c.version = 'upgrade'),
  '--http2-prior-knowledge': (c) => void (c.version = '2'),
  '--http3': (c) => void (c.version = '3'),
  '--http3-only': (c) => void (c.version = '3'),
});

const LONG: Readonly<Record<string, string>> = table({
  '-X': '--request',
  '-H': '--header',
  '-F': '--form',
  '-u': '--user',
  '-A': '--user-agent',
  '-e': '--referer',
  '-b': '--cookie',
  '-r': '--range',
  '-C': '--continue-at',
  '-T': '--upload-file',
  '-z': '--time-cond',
  '-:': '--next',
});

/** RFC 3986, remove_dot_segments, as curl does for paths unless --path-as-is is given. */
function withoutDots(url: string): string {
  const m = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*|[^/?#]*)(\/[^?#]*)(.*)$/is.exec(url);
  if (!m || !/\/\.{1,2}(?:\/|$)/.test(m[2]!)) return url;
  const out: string[] = [];
  const parts = m[2]!.split('/').slice(1);
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (part === '..') out.pop();
    if (part !== '.' && part !== '..') out.push(part);
    else if (last) out.push('');
  }
  return `${m[1]}/${out.join('/')}${m[3]}`;
}

/** Whether a URL stands for several (curl's globbing); brackets round an address do not. */
const isPattern = (url: string): boolean => /\{[^{}]*\}|\[[^\]:]*-[^\]]*\]/.test(url);

function read(words: readonly string[]): Curl {
  const curl: Curl = {
    urls: [],
    data: [],
    query: [],
    headers: [],
    without: new Set(),
    method: null,
    version: null,
    json: false,
    parts: [],
    cookies: [],
    login: null,
    asked: false,
    asQuery: false,
    head: false,
    asIs: false,
    plain: false,
    file: false,
    target: null,
    upload: null,
    where: {},
    fault: null,
  };
  for (let i = 0; i < words.length; i++) {
    let option = words[i]!;
    let glued: string | null = null;
    if (!option.startsWith('-') || option === '-') {
      curl.urls.push(option);
      continue;
    }
    const value = (): string => glued ?? words[++i] ?? '';
    if (!option.startsWith('--') && option !== '-:') {
      // -sSLX POST: single letters in one word, the first that takes a word ends them
      const at = [...option].findIndex((c, k) => k > 0 && SHORT.includes(c));
      for (const c of option.slice(1, at < 0 ? undefined : at)) OPTIONS[LETTERS[c] ?? '']?.(curl, value);
      if (at < 0) continue;
      if (at < option.length - 1) glued = option.slice(at + 1);
      option = `-${option[at]!}`;
    }
    const name = LONG[option] ?? option;
    if (DATA.has(name)) dataOption(curl, name, value());
    else if (Object.hasOwn(OPTIONS, name)) OPTIONS[name]!(curl, value);
    else if (WITH_WORD.has(name)) value();
  }
  return curl;
}

/** A curl command: its method, URL, header lines, data and login, with what curl sends by itself. Files that it names are not read. */
export function requestFromCurl(text: string, origin: string | null = null): ReadRequest {
  const wrong = (problem: string): ReadRequest => ({ id: null, problem });
  const words = isForCmd(text) ? cmdWords(text) : shellWords(text);
  if (!words) return wrong('leaves a quote open');
  const curl = read(words.slice(1));
  const { data, headers, without, json, parts, asQuery } = curl;
  const form = parts.length > 0;
  if (curl.fault !== null) return wrong(curl.fault);
  let url = curl.urls[0];
  if (url === undefined) return wrong('names no URL');
  if (curl.urls.length > 1) return wrong(`names ${curl.urls.length} URLs: write a command for each`);
  if (!curl.plain && isPattern(url)) return wrong(`names several URLs by a pattern, ${url.slice(0, 60)}: write a command for each, or -g`);
  if (!curl.asIs) url = withoutDots(url);
  const file = curl.file || parts.includes(null);
  const body = form ? `${parts.join('')}--${BOUNDARY}--\r\n` : data.join(json ? '' : '&');
  const sends = (data.length > 0 && !asQuery) || form;
  if (sends && curl.head) return wrong('asks with HEAD and sends data, which curl refuses: write -G or leave out one of the two');
  const query = [...curl.query, ...(data.length && asQuery ? [body] : [])].join('&');
  if (query !== '') url = url.replace(/#.*$/s, '') + (url.includes('?') ? '&' : '?') + query;
  if (curl.upload !== null && /\/(?:$|[?#])/.test(url)) url = url.replace(/\/(?=$|[?#])/, `/${curl.upload.split('/').at(-1)!}`);
  if (curl.login !== null && !curl.asked) headers.push(['Authorization', `Basic ${encodeBase64(toBytes(curl.login))}`]);
  const named = (name: string): boolean => headers.some(([n]) => n.toLowerCase() === name) || without.has(name);
  if (sends) {
    const type = form ? `multipart/form-data; boundary=${BOUNDARY}` : json ? 'application/json' : 'application/x-www-form-urlencoded';
    if (!named('content-length') && !named('transfer-encoding') && !file) headers.push(['Content-Length', String(toBytes(body).length)]);
    if (!named('content-type')) headers.push(['Content-Type', type]);
  }
  // a Cookie line of one's own takes the place of others
  if (curl.cookies.length && !named('cookie')) headers.push(['Cookie', curl.cookies.join('; ')]);
  if (curl.upload !== null && !named('expect')) headers.push(['Expect', '100-continue']);
  if (json && !named('accept')) headers.push(['Accept', 'application/json']);
  const upgrades = curl.version === 'upgrade' && !/^https:/i.test(url);
  if (upgrades) headers.push(['Connection', 'Upgrade, HTTP2-Settings'], ['Upgrade', 'h2c'], ['HTTP2-Settings', 'AAMAAABkAAQCAAAAAAIAAAAA']);
  const version = curl.version === 'upgrade' ? (upgrades ? '1.1' : '2') : curl.version;
  const made = requestFromUrl({
    method: curl.method ?? (curl.head ? 'HEAD' : curl.upload === null ? (sends ? 'POST' : 'GET') : 'PUT'),
    url,
    client: 'curl',
    headers,
    origin,
    ...(version === null ? {} : { httpVersion: version }),
  });
  if ('problem' in made) return wrong(made.problem);
  const sent: RequestInput = {
    ...made,
    ...(curl.target === null ? {} : { target: curl.target }),
    ...curl.where,
    headers: (made.headers ?? []).filter(([n]) => !without.has(n.toLowerCase())),
  };
  // what curl takes out of a file is not known
  return { input: sends && !file ? { ...sent, body, bodyLength: toBytes(body).length } : sent };
}

/** Whether a command goes on in the next line: behind a backslash or a caret, or within quotes. */
export function goesOn(text: string): boolean {
  const end = /([\\^]+)\r?$/.exec(text)?.[1] ?? '';
  if (end.length % 2 === 1) return true;
  return (isForCmd(text) ? cmdWords(text) : shellWords(text)) === null;
}

/** A command without what binds it to the next one. */
export const oneCommand = (text: string): string => text.trim().replace(/\s*[;&]+$/, '');

/** Whether a line begins a command of curl. */
export const isCurl = (line: string): boolean => /^\s*curl(?:\.exe)?\s/.test(line);
