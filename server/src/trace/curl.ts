/**
 * A command of curl as the request that it sends: its options, and what curl does by itself (dot segments, types, lengths, HTTP/2). Files that it
 * names are not read. No IO.
 */
import { toBytes } from '../base/bytes.ts';
import { table } from '../base/table.ts';
import { encodeBase64 } from './base64.ts';
import { CLIENT, headerPair, isAddress, requestFromUrl } from './from-url.ts';
import type { ReadRequest } from './read-requests.ts';
import { cmdWords, isForCmd, shellWords } from './shell-words.ts';
import type { HeaderPair, RequestInput } from './trace.ts';

/** Options that take a word and change no request (`curl --help all`, 7.88 and 8.10). */
const WITH_WORD: ReadonlySet<string> = new Set(
  `-o --output -m --max-time --connect-timeout --retry -w --write-out -c --cookie-jar --cacert --capath --cert-type --key
  --key-type --pass -D --dump-header --preproxy --ciphers --tls13-ciphers
  --curves --tls-max --retry-delay --retry-max-time --limit-rate --max-redirs --max-filesize -y --speed-time -Y --speed-limit --stderr
  --trace --trace-ascii --trace-config --alt-svc --create-file-mode --crlfile --delegation --dns-interface
  --dns-ipv4-addr --dns-ipv6-addr --dns-servers --doh-url --ech --egd-file --engine --etag-save --expect100-timeout
  --happy-eyeballs-timeout-ms --hsts --ip-tos --ipfs-gateway --keepalive-cnt --keepalive-time --libcurl
  --login-options --output-dir --parallel-max --pinnedpubkey --proto --proto-redir --proxy-cacert --proxy-capath
  --proxy-cert --proxy-cert-type --proxy-ciphers --proxy-crlfile --proxy-key --proxy-key-type --proxy-pass --proxy-pinnedpubkey
  --proxy-service-name --proxy-tls13-ciphers --proxy-tlsauthtype --proxy-tlspassword --proxy-tlsuser --random-file --rate --service-name
  --socks4 --socks4a --socks5 --socks5-gssapi-service --socks5-hostname -t --telnet-option -P --ftp-port -Q --quote --tlsauthtype
  --tlspassword --tlsuser --vlan-priority`.split(/\s+/),
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
const LETTERS: Readonly<Record<string, string>> = table({
  I: '--head',
  G: '--get',
  0: '--http1.0',
  g: '--globoff',
  n: '--netrc',
  p: '--proxytunnel',
});

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
  /** the connection, as far as options say something about it */
  where: Pick<RequestInput, 'localAddress' | 'clientAddress' | 'clientPort' | 'clientCertificate'>;
  /** values of --resolve and --connect-to, in order */
  readonly elsewhere: { readonly option: '--resolve' | '--connect-to'; readonly value: string }[];
  proxy: { url: string; login: string | null; readonly headers: HeaderPair[]; tunnel: boolean; not: string };
  /** what --haproxy-protocol tells of the client; '': its own address */
  haproxy: string | null;
  /** of a URL without one */
  scheme: string;
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
  const [, name = '', written = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const [, value = written, type] = (file && /^([^;"]*);type=([^;]*)$/s.exec(written)) ?? [];
  const line = type === undefined ? '' : `Content-Type: ${type}\r\n`;
  const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n${line}\r\n${value}\r\n`;
  curl.parts.push(file?.test(value) || (file && /;(?:type|filename|headers|encoder)=/.test(value)) ? null : part);
}

/** What is said of a command that needs a file: none is read. */
const fromFile = (what: string, name: string, remedy: string): string =>
  `takes ${what} from the file ${name.slice(0, 60)}, which is not read: ${remedy}`;

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
    const [, before = '', date = ''] = /^(-?)(.*)$/s.exec(value()) ?? [];
    const read = / GMT$/.test(date) ? Date.parse(date) : Date.parse(/^\d{8}$/.test(date) ? date.replace(/^(....)(..)/, '$1-$2-') : '');
    if (Number.isNaN(read)) c.fault = fromFile('a date', date, 'write one such as Tue, 02 Jan 2024 00:00:00 GMT');
    else setHeader(c, before ? 'If-Unmodified-Since' : 'If-Modified-Since', new Date(read).toUTCString());
  },
  '--oauth2-bearer': (c, value) => setHeader(c, 'Authorization', `Bearer ${value()}`),
  '--user-agent': (c, value) => setHeader(c, 'User-Agent', value()),
  '--referer': (c, value) => setHeader(c, 'Referer', value().replace(/;auto$/, '')),
  '--cookie': (c, value) => {
    const cookie = value();
    // without a sign of equality it is a file, and nothing only makes curl keep what it gets
    if (cookie.includes('=')) c.cookies.push(cookie);
    else if (cookie !== '') c.fault = fromFile('cookies', cookie, "write them as -b 'name=value'");
  },
  '--range': (c, value) => setHeader(c, 'Range', `bytes=${value()}`),
  '--continue-at': (c, value) => {
    const from = value();
    if (/^[1-9]\d*$/.test(from)) setHeader(c, 'Range', `bytes=${from}-`);
  },
  '--url': (c, value) => void c.urls.push(value()),
  '--upload-file': (c, value) => void (c.upload = value()),
  '--request-target': (c, value) => void (c.target = value()),
  '--unix-socket': (c, value) => void (c.where = { ...c.where, localAddress: `unix:${value()}` }),
  '--abstract-unix-socket': (c, value) =>
    void (c.fault = `connects to the abstract socket ${value()}, and nginx listens on none: name the file of its socket with --unix-socket`),
  '--connect-to': (c, value) => void c.elsewhere.push({ option: '--connect-to', value: value() }),
  '--resolve': (c, value) => void c.elsewhere.push({ option: '--resolve', value: value() }),
  '--interface': (c, value) => {
    const address = value().replace(/^(?:host|if)!/, '');
    if (isAddress(address)) c.where = { ...c.where, clientAddress: address };
  },
  '--local-port': (c, value) => {
    const port = Number(/^\d+/.exec(value())?.[0]);
    if (port > 0) c.where = { ...c.where, clientPort: port };
  },
  '--cert': (c, value) => {
    value();
    c.where = { ...c.where, clientCertificate: 'valid' };
  },
  '--proxy': (c, value) => void (c.proxy.url = value()),
  '--proxy1.0': (c, value) => void (c.proxy.url = value()),
  '--proxy-user': (c, value) => void (c.proxy.login = value()),
  '--proxy-header': (c, value) => {
    const pair = headerPair(value());
    if (pair) c.proxy.headers.push(pair);
  },
  '--proxytunnel': (c) => void (c.proxy.tunnel = true),
  '--noproxy': (c, value) => void (c.proxy.not = value()),
  '--haproxy-protocol': (c) => void (c.haproxy ??= ''),
  '--haproxy-clientip': (c, value) => {
    const address = value();
    if (isAddress(address)) c.haproxy = address;
    else c.fault = `has "${address}" for --haproxy-clientip, which is no address: write one such as 192.0.2.1`;
  },
  '--proto-default': (c, value) => void (c.scheme = value()),
  '--tr-encoding': (c) => void c.headers.push(['Connection', 'TE'], ['TE', 'gzip']),
  '--aws-sigv4': (c, value) => {
    value();
    c.fault = 'signs the request with --aws-sigv4, which is not followed: write its Authorization and X-Amz-Date lines with -H';
  },
  '--config': (c, value) => void (c.fault = fromFile('options', value(), 'write them out')),
  '--etag-compare': (c, value) => void (c.fault = fromFile('an ETag', value(), "write -H 'If-None-Match: …'")),
  '--netrc': (c) => void (c.fault = fromFile('the login', '.netrc', 'write it with -u')),
  '--netrc-file': (c, value) => void (c.fault = fromFile('the login', value(), 'write it with -u')),
  '--variable': (c, value) =>
    void (c.fault = `sets a variable, ${value().slice(0, 60)}, which is not followed: write its value where it is used`),
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
  '-x': '--proxy',
  '-U': '--proxy-user',
  '-E': '--cert',
  '-K': '--config',
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
    elsewhere: [],
    proxy: { url: '', login: null, headers: [], tunnel: false, not: '' },
    haproxy: null,
    scheme: 'http',
    fault: null,
  };
  for (let i = 0; i < words.length; i++) {
    let option = words[i]!;
    let glued: string | null = null;
    // what the shell keeps for itself: another command, and where input and output go
    if (/^(?:\||&&|\|\||;|&)$/.test(option)) break;
    const redirection = /^(?:[012&]?>>?|<)(.*)$/s.exec(option);
    if (redirection) {
      if (redirection[1] === '') i++;
      continue;
    }
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
    else if (name.startsWith('--expand-')) curl.fault = `has ${name}, whose variables are not followed: write the option with its value`;
  }
  return curl;
}

/** Host and port of a URL as curl connects to it, brackets removed. */
function placeOf(url: string): { readonly host: string; readonly port: string } {
  const m = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?/i.exec(url);
  return {
    host: (m?.[2] ?? '').replace(/[[\]]/g, '').toLowerCase(),
    port: m?.[3] ?? (/^(?:https|wss)$/i.test(m?.[1] ?? '') ? '443' : '80'),
  };
}

/** The parts between colons, those within brackets left whole and taken out of them. */
const colonParts = (text: string): string[] => text.split(/:(?![^[]*\])/).map((part) => part.replace(/[[\]]/g, ''));

/** Where the connection goes instead, by --connect-to and --resolve; the first one that fits counts. */
function elsewhereOf(curl: Curl, url: string): Pick<RequestInput, 'localPort' | 'localAddress'> | { readonly problem: string } {
  let { host, port } = placeOf(url);
  const named = port;
  for (const { option, value } of curl.elsewhere) {
    if (option !== '--connect-to') continue;
    const parts = colonParts(value);
    const [fromHost = '', fromPort = '', toHost = '', toPort = ''] = parts;
    if (parts.length !== 4 || /\D/.test(fromPort + toPort))
      return { problem: `has "${value.slice(0, 60)}" for --connect-to: write it as host:port:other-host:other-port` };
    if ((fromHost !== '' && fromHost.toLowerCase() !== host) || (fromPort !== '' && fromPort !== port)) continue;
    if (toHost !== '') host = toHost.toLowerCase();
    if (toPort !== '') port = toPort;
    break;
  }
  let address = host === placeOf(url).host ? '' : host;
  for (const { option, value } of curl.elsewhere) {
    if (option !== '--resolve' || value.startsWith('-')) continue;
    const [, to = '', at = '', list] = /^\+?(\[[^\]]*\]|[^:]*):(\d+):(.+)$/.exec(value) ?? [];
    if (list === undefined) return { problem: `has "${value.slice(0, 60)}" for --resolve: write it as host:port:address` };
    if ((to !== '*' && to.replace(/[[\]]/g, '').toLowerCase() !== host) || at !== port) continue;
    address = list.split(',')[0]!.replace(/[[\]]/g, '');
    if (!isAddress(address)) return { problem: `has "${address}" for --resolve, which is no address: write one such as 192.0.2.1` };
  }
  return {
    ...(port === named ? {} : { localPort: Number(port) }),
    ...(address !== '' && isAddress(address) ? { localAddress: address } : {}),
  };
}

/** Whether --noproxy keeps that host from the proxy. */
const passesBy = (list: string, host: string): boolean =>
  list
    .split(/[\s,]+/)
    .some((one) => one === '*' || (one !== '' && (host === one.replace(/^\./, '') || host.endsWith(`.${one.replace(/^\./, '')}`))));

/**
 * The request as a proxy for HTTP gets it: its target is the whole URL, and it comes to the proxy's port. Null: there is none, or one that
 * passes on bytes (SOCKS), behind which the request is what it is.
 */
function viaProxy(
  curl: Curl,
  url: string,
): { readonly input: Partial<RequestInput>; readonly lines: readonly HeaderPair[] } | { readonly problem: string } | null {
  const { proxy } = curl;
  const m = /^(?:([a-z][a-z0-9]*):\/\/)?(?:([^/@]*)@)?(.*?)\/*$/i.exec(proxy.url);
  const scheme = (m?.[1] ?? 'http').toLowerCase();
  const place = placeOf(url);
  if (proxy.url === '' || scheme.startsWith('socks') || passesBy(proxy.not.toLowerCase(), place.host)) return null;
  if (scheme !== 'http' && scheme !== 'https')
    return { problem: `has ${proxy.url.slice(0, 60)} for a proxy: write http://, https:// or socks5:// before it` };
  if (proxy.tunnel || /^(?:https|wss):/i.test(url))
    return {
      problem: `goes through the proxy ${m![3]} by CONNECT: behind it comes the command without -x, and the proxy itself gets CONNECT ${place.host}:${place.port}. Write the one that is meant`,
    };
  const login = proxy.login ?? (m![2] === undefined ? null : decodeURIComponent(m![2]));
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
  const [, start = '', path = ''] = /^([^/?#]*:\/\/[^/?#]*)([^#]*)/.exec(full) ?? [];
  return {
    input: {
      target: start.replace(/\/\/[^/@]*@/, '//') + (path.startsWith('/') ? path : `/${path}`),
      scheme,
      localPort: Number(/:(\d+)$/.exec(m![3]!)?.[1] ?? 1080),
      ...(scheme === 'https' ? { sni: placeOf(proxy.url).host } : {}),
    },
    lines: [
      ...(login === null ? [] : [['Proxy-Authorization', `Basic ${encodeBase64(toBytes(login))}`] as const]),
      ['Proxy-Connection', 'Keep-Alive'],
      ...proxy.headers,
    ],
  };
}

/** What curl refuses to send together; null: nothing of it is here. */
function conflict({ data, parts, upload, asQuery, head }: Curl): string | null {
  const posts = data.length > 0 && !asQuery;
  if (data.length && parts.length) return 'sends data and a form, which curl refuses: leave out -d or -F';
  if (upload !== null && (posts || parts.length)) return 'sends data and a file with -T, which curl refuses: leave out one of the two';
  if ((posts || parts.length) && head) return 'asks with HEAD and sends data, which curl refuses: write -G or leave out one of the two';
  return null;
}

/** A curl command: its method, URL, header lines, data and login, with what curl sends by itself. Files that it names are not read. */
export function requestFromCurl(text: string, origin: string | null = null): ReadRequest {
  const wrong = (problem: string): ReadRequest => ({ id: null, problem });
  const words = isForCmd(text) ? cmdWords(text) : shellWords(text);
  if (!words) return wrong('leaves a quote open');
  const curl = read(words.slice(1));
  const { data, headers, without, json, parts, asQuery } = curl;
  const form = parts.length > 0;
  const fault = curl.fault ?? conflict(curl);
  if (fault !== null) return wrong(fault);
  let url = curl.urls[0];
  if (url === undefined) return wrong('names no URL');
  if (curl.urls.length > 1) return wrong(`names ${curl.urls.length} URLs: write a command for each`);
  if (!curl.plain && isPattern(url)) return wrong(`names several URLs by a pattern, ${url.slice(0, 60)}: write a command for each, or -g`);
  if (!curl.asIs) url = withoutDots(url);
  if (curl.scheme !== 'http' && !/^[a-z][a-z0-9+.-]*:\/\/|^\//i.test(url)) url = `${curl.scheme}://${url}`;
  if (curl.file && asQuery) return wrong('puts the content of a file into the query, which is not read: write it out');
  const file = curl.file || parts.includes(null);
  const body = form ? `${parts.join('')}--${BOUNDARY}--\r\n` : data.join(json ? '' : '&');
  const sends = (data.length > 0 && !asQuery) || form;
  const query = [...curl.query, ...(data.length && asQuery ? [data.join(json ? '' : '&')] : [])].join('&');
  if (query !== '') url = url.replace(/#.*$/s, '') + (url.includes('?') ? '&' : '?') + query;
  const { upload } = curl;
  if (upload !== null && /^(?:[a-z]+:\/\/)?[^/?#]+(?=$|[?#])/i.test(url)) url = url.replace(/(?=$|[?#])/, '/');
  if (upload !== null && /\/(?:$|[?#])/.test(url)) url = url.replace(/\/(?=$|[?#])/, `/${upload.split('/').at(-1)!}`);
  if (curl.login !== null && !curl.asked) headers.push(['Authorization', `Basic ${encodeBase64(toBytes(curl.login))}`]);
  const named = (name: string): boolean => headers.some(([n]) => n.toLowerCase() === name) || without.has(name);
  const sized = named('content-length') || named('transfer-encoding');
  if (sends && !sized && !file) headers.push(['Content-Length', String(toBytes(body).length)]);
  if (upload === '-' && !sized) headers.push(['Transfer-Encoding', 'chunked']);
  if ((sends || json) && !named('content-type')) {
    const type = form ? `multipart/form-data; boundary=${BOUNDARY}` : json ? 'application/json' : 'application/x-www-form-urlencoded';
    headers.push(['Content-Type', type]);
  }
  // a Cookie line of one's own takes the place of others
  if (curl.cookies.length && !named('cookie')) headers.push(['Cookie', curl.cookies.join('; ')]);
  if (upload !== null && !named('expect')) headers.push(['Expect', '100-continue']);
  if (json && !named('accept')) headers.push(['Accept', 'application/json']);
  const upgrades = curl.version === 'upgrade' && !/^https:/i.test(url);
  if (upgrades) headers.push(['Connection', 'Upgrade, HTTP2-Settings'], ['Upgrade', 'h2c'], ['HTTP2-Settings', 'AAMAAABkAAQCAAAAAAIAAAAA']);
  const elsewhere = elsewhereOf(curl, url);
  if ('problem' in elsewhere) return wrong(elsewhere.problem);
  const proxied = viaProxy(curl, url);
  if (proxied && 'problem' in proxied) return wrong(proxied.problem);
  if (proxied) headers.push(...proxied.lines.filter(([n]) => !named(n.toLowerCase())));
  const version = curl.version === 'upgrade' ? (upgrades ? '1.1' : '2') : curl.version;
  const made = requestFromUrl({
    method: curl.method ?? (curl.head ? 'HEAD' : upload === null ? (sends ? 'POST' : 'GET') : 'PUT'),
    url,
    client: 'curl',
    headers,
    origin,
    ...(version === null ? {} : { httpVersion: version }),
  });
  if ('problem' in made) return wrong(made.problem);
  const sent: RequestInput = {
    ...made,
    ...elsewhere,
    ...proxied?.input,
    ...(curl.target === null ? {} : { target: curl.target }),
    ...curl.where,
    ...(curl.haproxy === null
      ? {}
      : { proxyProtocol: { clientAddress: curl.haproxy || (curl.where.clientAddress ?? CLIENT), sent: true } }),
    headers: (made.headers ?? []).filter(([n]) => !without.has(n.toLowerCase())),
  };
  // what curl takes out of a file is not known, nor how long it is
  if ((file || (upload !== null && upload !== '-')) && !sized) return { input: { ...sent, openLength: true } };
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
