/**
 * The real nginx, as tests ask it: does it accept a configuration, and what does it answer. Everything happens in temporary folders and
 * on the test's own sockets; a server that runs on the machine is never signalled, reloaded or asked.
 *
 * It judges what it is given: the only changes to a text are those that `provide` names, and they never move a line.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface Nginx {
  readonly binary: string;
  /** `1.22.1` */
  readonly version: string;
  /** the OpenSSL that runs, `3.0.19` */
  readonly openssl: string | null;
  /** names of the dynamic modules that are in the modules folder, without `.so`, in an order in which they load */
  readonly modules: readonly string[];
  readonly modulesFolder: string | null;
  /** the words of `configure arguments`, which name what is built in */
  readonly configure: readonly string[];
}

let found: Nginx | null | undefined;

/**
 * The nginx of this machine, or null. Asked once. `NGINX` in the environment names another binary, `NGINX_MODULES` the folder of its modules:
 * so the tests can be run against a release that is not installed.
 */
export function available(): Nginx | null {
  if (found !== undefined) return found;
  found = null;
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/usr/local/sbin', '/usr/local/nginx/sbin');
  const binary = process.env.NGINX ?? folders.map((f) => path.join(f, 'nginx')).find((f) => fs.existsSync(f));
  if (!binary) return null;
  const run = spawnSync(binary, ['-V'], { encoding: 'utf8', timeout: 5000 });
  const text = run.stderr ?? '';
  const version = /nginx version: \S+?\/([\d.]+)/.exec(text)?.[1];
  if (!version) return null;
  const configure = (/configure arguments: (.*)/.exec(text)?.[1] ?? '').match(/--(?:[^\s']|'[^']*')+/g) ?? [];
  const modulesFolder = process.env.NGINX_MODULES ?? /--modules-path=(\S+)/.exec(text)?.[1] ?? null;
  found = {
    binary,
    version,
    openssl: (/running with OpenSSL ([\d.]+\w*)/.exec(text) ?? /built with OpenSSL ([\d.]+\w*)/.exec(text))?.[1] ?? null,
    modules: modulesFolder && fs.existsSync(modulesFolder) ? inLoadOrder(fs.readdirSync(modulesFolder)) : [],
    modulesFolder,
    configure,
  };
  return found;
}

/** Names of modules in which others find their symbols come first. */
const BASES = ['ndk_http_module', 'ngx_stream_module'];

const inLoadOrder = (files: readonly string[]): string[] => {
  const names = files.filter((f) => f.endsWith('.so')).map((f) => f.slice(0, -3));
  return [...BASES.filter((b) => names.includes(b)), ...names.filter((n) => !BASES.includes(n)).sort()];
};

/** For `{ skip: skipOrFail('…') }`: the reason, so that the test is skipped; with CI set it throws, since there a skip hides a failure. */
export function skipOrFail(reason: string): string {
  if (process.env.CI) throw new Error(`${reason}, and CI demands it`);
  return reason;
}

/** `false` where nginx is there, else the reason to skip. Use: `test('…', { skip: withoutNginx() }, …)`. */
export const withoutNginx = (): false | string => (available() ? false : skipOrFail('no nginx on this machine'));

export type Tree = Readonly<Record<string, string>>;

export interface JudgeOptions {
  /**
   * Which dynamic modules are loaded by `-g`: those whose directives or variables the text mentions (default; a few of Debian's take
   * 10 ms each to load), all, or the named ones. A text that has a `load_module` line of its own gets none.
   */
  modules?: 'needed' | 'all' | 'none' | readonly string[];
  /**
   * Makes the machine fit the configuration, so that only the text is judged: known absolute folders (`/etc/…`, `/var/…`, …) are moved
   * below the temporary prefix, missing files are made when nginx asks for them, unknown hosts and accounts get an entry in a private
   * hosts and passwd file. Off by default.
   */
  provide?: boolean;
}

export interface Message {
  readonly level: string;
  readonly text: string;
  /** as the test named it: relative to the prefix; null when nginx named none */
  readonly file: string | null;
  /** one-based */
  readonly line: number | null;
}

export interface Judgment {
  readonly ok: boolean;
  /** of the message that ended the test, null when it passed */
  readonly level: string | null;
  readonly message: string | null;
  readonly file: string | null;
  readonly line: number | null;
  /** all messages of level warn */
  readonly warnings: readonly Message[];
  /** everything that was printed at level warn or worse, in order */
  readonly messages: readonly Message[];
  /** true when the refusal is about this machine (a missing file, host, account or socket), not about the text */
  readonly environment: boolean;
}

/** Refusals that another machine might not utter; a fact of the text is never among them. */
const ENVIRONMENT: readonly RegExp[] = [
  /^open\(\) "/,
  /^host not found/,
  /could not be resolved/,
  /^getpwnam\(|^getgrnam\(/,
  /^bind\(\) to |^socket\(\) |^listen\(\) to |^setsockopt\(/,
  /^mkdir\(\) "|^chown\(|^stat\(\) "|^chmod\(|^unlink\(\)/,
  /^dlopen\(\) "|^module "[^"]*" (version|is not binary)/,
  /^cannot load (certificate|CRL|OCSP|DH)|^SSL_CTX_use_(certificate|PrivateKey)|^SSL_CTX_load_verify|^BIO_new_file|^PEM_read|^PEM_X509/,
  /^could not open error log|^SSL_load_client_CA|^X509_LOOKUP|^failed to load the 'resty/,
  /^GeoIP_open\(|^MMDB_open\(|^invalid GeoIP/,
  /^xmlParseFile|^xmlParseDTD|^xsltParse|^xmlCtxt/,
  /^failed to read|^glob\(\) "/,
  /^p?read\(\) "[^"]+" failed \(21/,
  /^ENGINE_by_id\(|^(?:munmap|mmap|malloc|posix_memalign)\(|^require_pv\("[^"]+"\) failed: "Can't locate|^SyntaxError: Cannot find module/,
];

export const isEnvironment = (message: string): boolean => ENVIRONMENT.some((e) => e.test(message));

/** What makes a dynamic module needed: words of a text that only it defines. Modules that are not listed are always loaded. */
const NEEDED: Readonly<Record<string, RegExp>> = {
  ndk_http_module: /lua|set_|encode|array_|\bndk_/,
  ngx_http_auth_pam_module: /auth_pam/,
  ngx_http_brotli_filter_module: /brotli/,
  ngx_http_brotli_static_module: /brotli/,
  ngx_http_cache_purge_module: /purge/,
  ngx_http_dav_ext_module: /dav_ext/,
  ngx_http_echo_module: /echo/,
  ngx_http_fancyindex_module: /fancyindex/,
  ngx_http_geoip2_module: /geoip2/,
  ngx_http_geoip_module: /geoip/,
  ngx_http_headers_more_filter_module: /more_/,
  ngx_http_image_filter_module: /image_filter/,
  ngx_http_js_module: /js_/,
  ngx_http_lua_module: /lua/,
  ngx_http_memc_module: /memc_/,
  ngx_http_modsecurity_module: /modsecurity/,
  ngx_http_perl_module: /perl/,
  ngx_http_set_misc_module: /set_/,
  ngx_http_srcache_filter_module: /srcache/,
  ngx_http_subs_filter_module: /subs_filter/,
  ngx_http_uploadprogress_module: /upload_?progress/,
  ngx_http_upstream_fair_module: /\bfair|upstream_fair/,
  ngx_http_xslt_filter_module: /xslt|xml_entities/,
  ngx_mail_module: /mail|imap|pop3|smtp/,
  ngx_nchan_module: /nchan|push_|\bpubsub/,
  ngx_rtmp_module: /rtmp/,
  ngx_stream_module: /stream/,
  ngx_stream_geoip2_module: /stream[\s\S]*geoip2/,
  ngx_stream_geoip_module: /stream[\s\S]*geoip/,
  ngx_stream_js_module: /stream[\s\S]*js_/,
};

function chosen(nginx: Nginx, text: string, wanted: NonNullable<JudgeOptions['modules']>): readonly string[] {
  if (wanted === 'none' || /(^|[\s;])load_module\s/.test(text)) return [];
  if (wanted === 'all') return nginx.modules;
  if (wanted === 'needed') return nginx.modules.filter((m) => NEEDED[m]?.test(text) ?? true);
  return nginx.modules.filter((m) => wanted.includes(m));
}

/** A `load_module` line for each of the names (default: all that are installed), to be at the top of a configuration. */
export function loadModules(names: readonly string[] = available()?.modules ?? []): string {
  const folder = available()?.modulesFolder ?? 'modules';
  return names.map((m) => `load_module ${folder}/${m}.so;\n`).join('');
}

const made: string[] = [];
process.on('exit', () => {
  for (const folder of made) fs.rmSync(folder, { recursive: true, force: true });
});

/** A new folder that is gone when the process ends. */
export function temporaryFolder(name = 'nginx'): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `proxylens-${name}-`)));
  made.push(folder);
  return folder;
}

let keys: { cert: string; key: string; dh: string } | undefined;

/** PEM texts made once per process: a self-signed certificate for example.com, its key, and DH parameters (RFC 7919's ffdhe2048). */
export function testKeys(): { cert: string; key: string; dh: string } {
  if (keys) return keys;
  const folder = temporaryFolder('keys');
  const at = (f: string): string => path.join(folder, f);
  const names = 'subjectAltName=DNS:example.com,DNS:*.example.com,DNS:localhost,IP:127.0.0.1';
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=example.com',
      '-addext',
      names,
      '-keyout',
      at('key.pem'),
      '-out',
      at('cert.pem'),
    ],
    { stdio: 'ignore', timeout: 20_000 },
  );
  execFileSync('openssl', ['genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048', '-out', at('dh.pem')], {
    stdio: 'ignore',
    timeout: 20_000,
  });
  const read = (f: string): string => fs.readFileSync(at(f), 'utf8');
  keys = { cert: read('cert.pem'), key: read('key.pem'), dh: read('dh.pem') };
  return keys;
}

/** The files that are in every prefix, by the names that configurations use. */
export function standardFiles(): Tree {
  const { cert, key, dh } = testKeys();
  const params = (p: string): string => `${p}_param QUERY_STRING $query_string;\n${p}_param REQUEST_METHOD $request_method;\n`;
  return {
    'cert.pem': cert,
    'key.pem': key,
    'ca.pem': cert,
    'dh.pem': dh,
    'ticket.key': '0123456789abcdef'.repeat(5),
    'host.key': '0123456789abcdef'.repeat(4),
    'pass.txt': 'secret\n',
    htpasswd: 'user:{PLAIN}secret\n',
    'mime.types': 'types {\n  text/html html htm;\n  text/css css;\n  application/javascript js;\n  image/png png;\n}\n',
    uwsgi_params: params('uwsgi'),
    fastcgi_params: params('fastcgi'),
    'fastcgi.conf': params('fastcgi'),
    scgi_params: params('scgi'),
    proxy_params: 'proxy_set_header Host $http_host;\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n',
    'html/index.html': '<!doctype html><title>index</title>\n',
    'html/50x.html': '<!doctype html><title>error</title>\n',
    'logs/.keep': '',
    'tmp/.keep': '',
  };
}

/** The smallest legacy GeoIP databases that libGeoIP opens: a record area of zeros, then the mark of its structure and its edition. */
const GEOIP_EDITIONS: Readonly<Record<string, readonly number[]>> = {
  'GeoIP.dat': [106],
  'GeoIPCity.dat': [111, 1, 0, 0],
  'GeoIPOrg.dat': [110, 1, 0, 0],
};

function writeDatabases(folder: string): void {
  for (const [name, edition] of Object.entries(GEOIP_EDITIONS))
    fs.writeFileSync(path.join(folder, name), Buffer.from([...new Array<number>(64).fill(0), 255, 255, 255, ...edition]));
}

interface Prefix {
  readonly folder: string;
  /** what lies there from the start */
  readonly own: ReadonlySet<string>;
  /** files of the last judgment, to be removed before the next */
  written: string[];
}

function newPrefix(name: string): Prefix {
  const folder = temporaryFolder(name);
  write(folder, standardFiles());
  writeDatabases(folder);
  const modules = available()?.modulesFolder;
  if (modules) fs.symlinkSync(modules, path.join(folder, 'modules'));
  fs.chmodSync(folder, 0o755);
  return { folder, own: new Set([...fs.readdirSync(folder), 'etc']), written: [] };
}

/** Where a file that a configuration calls `name` is below the prefix. */
const below = (folder: string, name: string): string => path.join(folder, name.replace(/^\/etc\/nginx\//, ''));

function write(folder: string, tree: Tree): string[] {
  const written: string[] = [];
  for (const [name, text] of Object.entries(tree)) {
    const file = below(folder, name);
    if (!file.startsWith(folder + '/')) throw new Error(`${name} would lie outside the test's folder`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    written.push(file);
  }
  return written;
}

/** At most two judgments at a time: the machine has other work. Each has a prefix of its own. */
const PARALLEL = 2;
const idle: Prefix[] = [];
let prefixes = 0;
const waiting: ((p: Prefix) => void)[] = [];

async function takePrefix(): Promise<Prefix> {
  const free = idle.pop();
  if (free) return free;
  if (prefixes < PARALLEL) {
    prefixes++;
    return newPrefix('judge');
  }
  return new Promise((done) => waiting.push(done));
}

function givePrefix(prefix: Prefix): void {
  const next = waiting.shift();
  if (next) next(prefix);
  else idle.push(prefix);
}

const LINE = /^(?:\d{4}\/\d\d\/\d\d [\d:]+ )?(?:nginx: )?\[(debug|info|notice|warn|error|crit|alert|emerg)\] (?:\d+#\d+: )?(?:\*\d+ )?/;
const LOUD = ['warn', 'error', 'crit', 'alert', 'emerg'];

/** The messages in what nginx wrote to stderr; a message may span lines, as the values that it quotes may. */
function messagesOf(stderr: string, folder: string): Message[] {
  const raw: { level: string; text: string }[] = [];
  for (const line of stderr.split('\n')) {
    const m = LINE.exec(line);
    if (m) raw.push({ level: m[1]!, text: line.slice(m[0].length) });
    else if (raw.length && !line.startsWith('nginx: ')) raw[raw.length - 1]!.text += '\n' + line;
  }
  return raw
    .filter(({ level }) => LOUD.includes(level))
    .map(({ level, text }) => {
      const trimmed = text.trimEnd();
      const m = /^([\s\S]*) in ([^\n]*):(\d+)$/.exec(trimmed);
      const own = (s: string): string =>
        s.replaceAll(folder + '/', s.includes(folder + '/var/') || s.includes(folder + '/etc/') ? '/' : '');
      return {
        level,
        text: own(m ? m[1]! : trimmed),
        file: m ? path.relative(folder, m[2]!) : null,
        line: m ? Number(m[3]) : null,
      };
    });
}

const MOVED = /(?<![^\s"'=:;{])\/(?:etc|var|run|srv|opt|home|data|usr\/share|usr\/local|app|code|static|tmp)(?=\/)/g;

/** Absolute folders of other machines, put below the prefix. The prefix itself stands for /etc/nginx. */
const moved = (text: string, folder: string): string =>
  text.replace(MOVED, (m, at: number) => (text.startsWith('/etc/nginx/', at) ? m.slice(0, 0) + folder + '/etc' : folder + m));

interface World {
  readonly hosts: Map<string, string>;
  readonly accounts: Set<string>;
}

const PATH_IN_MESSAGE = /"([^"]+)"/;

/** Tries to make what nginx missed; true when a second try may go further. */
function provideFor(message: string, folder: string, world: World): boolean {
  const host = /host not found in (?:upstream|resolver|"[^"]+" of the)?[^"]*"([^"]+?)(?::\d+)?"/.exec(message);
  if (host && /^host not found/.test(message)) {
    const name = host[1]!.replace(/\/.*$/, '').replace(/:\d+$/, '');
    if (world.hosts.has(name)) return false;
    world.hosts.set(name, `127.1.${world.hosts.size >> 8}.${(world.hosts.size & 255) + 1}`);
    return true;
  }
  const account = /^get(?:pw|gr)nam\("([^"]+)"\)/.exec(message);
  if (account) {
    if (world.accounts.has(account[1]!)) return false;
    world.accounts.add(account[1]!);
    return true;
  }
  const file = PATH_IN_MESSAGE.exec(message)?.[1];
  if (!file?.startsWith(folder + '/') || !/No such file|no such file/.test(message)) return false;
  if (fs.existsSync(file)) return false;
  const { cert, key, dh } = testKeys();
  const isKey = /certificate key|PrivateKey/.test(message);
  const text =
    /dh/i.test(path.basename(file)) && /BIO_new_file|PEM/.test(message)
      ? dh
      : isKey
        ? key
        : /certif|BIO|CA|X509|SSL/.test(message)
          ? cert
          : '';
  fs.mkdirSync(/^mkdir/.test(message) ? file : path.dirname(file), { recursive: true });
  if (!/^mkdir/.test(message)) fs.writeFileSync(file, text);
  return true;
}

function worldVariables(folder: string, world: World): Record<string, string> {
  if (!world.hosts.size && !world.accounts.size) return {};
  const at = (f: string): string => path.join(folder, f);
  fs.writeFileSync(at('.hosts'), [...world.hosts].map(([name, ip]) => `${ip} ${name}\n`).join(''));
  const extra = (line: (n: string, i: number) => string): string => [...world.accounts].map(line).join('');
  fs.writeFileSync(at('.passwd'), fs.readFileSync('/etc/passwd', 'utf8') + extra((n, i) => `${n}:x:${900 + i}:${900 + i}::/:/bin/false\n`));
  fs.writeFileSync(at('.group'), fs.readFileSync('/etc/group', 'utf8') + extra((n, i) => `${n}:x:${900 + i}:\n`));
  return {
    LD_PRELOAD: 'libnss_wrapper.so',
    NSS_WRAPPER_HOSTS: at('.hosts'),
    NSS_WRAPPER_PASSWD: at('.passwd'),
    NSS_WRAPPER_GROUP: at('.group'),
  };
}

/**
 * With root's rights nginx -t makes the folders of caches and temporary files and gives them to its worker's account. A text whose words
 * were shuffled by a test must not do that to a folder of the machine.
 */
const REACHES_OUT = /_(?:temp|cache)_path\s+(?:[^\s;]+\s+)*["']?(?:\/|\.\.)/;

export const reachesOutside = (text: string): boolean => REACHES_OUT.test(text);

interface Run {
  readonly code: number | null;
  readonly stderr: string;
}

function run(binary: string, args: readonly string[], variables: Record<string, string>, folder: string): Promise<Run> {
  return new Promise((done, fail) => {
    const child = spawn(binary, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 5000,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...variables },
      // paths that nginx takes as written (sockets, databases) hang from here
      cwd: folder,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (s: string) => (stderr += s));
    child.on('error', fail);
    child.on('close', (code) => done({ code, stderr }));
  });
}

/**
 * What `nginx -t` says of a configuration: a text, or files by name (relative to the prefix, which is both the configuration folder and
 * `-p`; `/etc/nginx/x` is `x`) of which `nginx.conf`, else the first, is the root. Two run at a time; one takes about 6 ms without
 * dynamic modules. Throws when there is no nginx or it needs more than 5 s.
 * Sockets are bound and an address in use is silent, as in every test run of nginx.
 */
export async function judge(config: string | Tree, options: JudgeOptions = {}): Promise<Judgment> {
  const nginx = available();
  if (!nginx) throw new Error('no nginx on this machine');
  const given: Tree = typeof config === 'string' ? { 'nginx.conf': config } : config;
  const root = 'nginx.conf' in given ? 'nginx.conf' : '/etc/nginx/nginx.conf' in given ? '/etc/nginx/nginx.conf' : Object.keys(given)[0];
  if (root === undefined) throw new Error('no file to judge');
  const whole = Object.values(given).join('\n');
  if (!options.provide && process.getuid?.() === 0 && reachesOutside(whole))
    throw new Error('a cache or temporary path outside the test folder');
  const modules = chosen(nginx, whole, options.modules ?? 'needed');
  const prefix = await takePrefix();
  try {
    const { folder } = prefix;
    for (const file of prefix.written) fs.rmSync(file, { force: true });
    const names = new Set(Object.keys(standardFiles()));
    const replaced = Object.keys(given).filter((n) => names.has(n));
    const tree = options.provide ? Object.fromEntries(Object.entries(given).map(([n, t]) => [n, moved(t, folder)])) : given;
    if (options.provide) linkSelf(folder);
    tidy(prefix);
    prefix.written = write(folder, tree);
    const args = ['-t', '-q', '-e', 'stderr', '-p', folder, '-c', below(folder, root)];
    if (modules.length) args.push('-g', modules.map((m) => `load_module ${nginx.modulesFolder}/${m}.so;`).join(' '));
    const world: World = { hosts: new Map(), accounts: new Set() };
    for (let tries = 0; ; tries++) {
      const { code, stderr } = await run(nginx.binary, args, worldVariables(folder, world), folder);
      if (code === null) throw new Error(`nginx -t was stopped after 5 s: ${stderr.slice(0, 500)}`);
      const all = messagesOf(stderr, '\0');
      const worst = all.filter((m) => m.level !== 'warn').at(-1);
      if (code !== 0 && options.provide && tries < 60 && worst && provideFor(worst.text, folder, world)) continue;
      const messages = messagesOf(stderr, folder);
      const last = code === 0 ? undefined : messages.filter((m) => m.level !== 'warn').at(-1);
      if (replaced.length) write(folder, Object.fromEntries(replaced.map((n) => [n, standardFiles()[n]!])));
      prefix.written = prefix.written.filter((f) => !replaced.some((n) => below(folder, n) === f));
      return {
        ok: code === 0,
        level: last?.level ?? (code === 0 ? null : 'unknown'),
        message: last?.text ?? (code === 0 ? null : stderr.trim()),
        file: last?.file ?? null,
        line: last?.line ?? null,
        warnings: messages.filter((m) => m.level === 'warn'),
        messages,
        environment: last !== undefined && isEnvironment(last.text),
      };
    }
  } finally {
    givePrefix(prefix);
  }
}

/** Takes away what earlier configurations made nginx create (logs and folders of any name), which a later one may happen to include. */
function tidy(prefix: Prefix): void {
  for (const name of fs.readdirSync(prefix.folder))
    if (!prefix.own.has(name)) fs.rmSync(path.join(prefix.folder, name), { recursive: true, force: true });
}

/** `/etc/nginx` of a moved text is the prefix itself. */
function linkSelf(folder: string): void {
  const etc = path.join(folder, 'etc');
  if (fs.existsSync(etc)) return;
  fs.mkdirSync(etc);
  fs.symlinkSync('..', path.join(etc, 'nginx'));
}

const FIRST_PORT = 10_000;
const PORTS_OF_A_PROCESS = 200;
const PROCESSES = 100;
const bound = (port: number): Promise<net.Server | undefined> =>
  new Promise((done) => {
    const server = net.createServer();
    server.once('error', () => done(undefined)).listen(port, '127.0.0.1', () => done(server));
  });

/** The first port of a range that this process has to itself: it is held open for as long as the process lives, the ports after it are handed out. */
async function ownRange(): Promise<number> {
  for (let i = 0; i < PROCESSES; i++) {
    const first = FIRST_PORT + ((process.pid + i) % PROCESSES) * PORTS_OF_A_PROCESS;
    const guard = await bound(first);
    if (!guard) continue;
    guard.unref();
    return first;
  }
  throw new Error(`${PROCESSES} processes use the ports from ${FIRST_PORT} on already`);
}
let range: Promise<number> | undefined;
let handedOut = 0;

/** `count` different TCP ports of 127.0.0.1 that were free a moment ago. They lie below those that a system gives to whoever asks for any port,
 * and in a range of this process, so that test files which run beside each other do not take them meanwhile. */
export async function freePorts(count: number): Promise<number[]> {
  const first = await (range ??= ownRange());
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > 2 * PORTS_OF_A_PROCESS) throw new Error(`no ${count} free ports from ${first} on`);
    const port = first + 1 + (handedOut++ % (PORTS_OF_A_PROCESS - 1));
    const server = await bound(port);
    if (!server) continue;
    await new Promise((done) => server.close(done));
    ports.push(port);
  }
  return ports;
}

export interface Running {
  /** the ports that were asked for, in order */
  readonly ports: readonly number[];
  readonly folder: string;
  /** what nginx has written to stderr so far */
  errors(): string;
  /** Ends it by its process id: TERM, after 2 s KILL. Safe to call twice. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  readonly files?: Tree;
  /** how many free ports the configuration wants (default 1); nginx counts as started once the first one answers */
  readonly ports?: number;
  readonly modules?: JudgeOptions['modules'];
  /** a master with a worker; without it (default) one process does everything */
  readonly master?: boolean;
}

/** Paths for the temporary files of an http block, below the prefix, so that no right on the machine's folders is needed. */
export const OWN_PATHS = `access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((p) => `${p}_temp_path tmp/${p};`).join('\n')}
`;

/** Starts a real nginx on 127.0.0.1 and waits (up to 5 s) until it answers. The text, or what the function makes of the ports, is the main file. */
export async function serve(config: string | ((ports: number[], folder: string) => string), options: ServeOptions = {}): Promise<Running> {
  const nginx = available();
  if (!nginx) throw new Error('no nginx on this machine');
  const { folder } = newPrefix('serve');
  const ports = await freePorts(options.ports ?? 1);
  const text = typeof config === 'string' ? config : config(ports, folder);
  write(folder, { ...options.files, 'nginx.conf': text });
  const globals = [`daemon off;`, `master_process ${options.master ? 'on' : 'off'};`];
  if (!/(^|[\s;])pid\s/.test(text)) globals.push(`pid ${folder}/nginx.pid;`);
  for (const m of chosen(nginx, text, options.modules ?? 'needed')) globals.push(`load_module ${nginx.modulesFolder}/${m}.so;`);
  const child = spawn(nginx.binary, ['-e', 'stderr', '-p', folder, '-c', path.join(folder, 'nginx.conf'), '-g', globals.join(' ')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (s: string) => (stderr = (stderr + s).slice(-100_000)));
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const stop = async (): Promise<void> => {
    await ended(child);
    process.removeListener('exit', onExit);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + 5000;
  while (!(await answers(ports[0]!))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`nginx did not start: ${stderr.trim()}`);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  return { ports, folder, errors: () => stderr, stop };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 500 });
    const settle = (answer: boolean) => (): void => {
      socket.destroy();
      done(answer);
    };
    socket.on('connect', settle(true)).on('error', settle(false)).on('timeout', settle(false));
  });

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise<void>((done) => child.once('close', () => done()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 2000);
  await over;
  clearTimeout(late);
}
