/** php-fpm: its pools (`[www]` with `listen =`), and the params that FastCGI hands it. */
import type { FileId } from '../../base/file-id.ts';
import { type Address, tcpAddress } from '../address.ts';
import { phpSize } from '../php-sizes.ts';
import type { Environ } from '../seen.ts';
import { type Seen, seen, unseen } from '../seen.ts';
import { byDefault, certain, convert, placeOf, type Setting, unknownSetting, written } from '../setting.ts';
import { whole } from '../unread.ts';
import { headersOfParams, keyed } from './environ.ts';
import { declareServer, plain } from './server.ts';

export interface FpmSettings {
  readonly owner: Setting<string>;
  readonly group: Setting<string>;
  /** paths that may be run: others are 403 "Access denied." */
  readonly limitExtensions: Setting<string>;
  /** most requests at one time */
  readonly children: Setting<number>;
  /** the directives of the pool, as written */
  readonly pool: ReadonlyMap<string, Setting<string>>;
}

/** A port alone is every address; a path is a socket (fpm_sockets.c). */
const addressOf = (s: string): Address | undefined =>
  s.startsWith('/') ? { kind: 'unix', path: s } : tcpAddress(/^\d+$/.test(s) ? `:${s}` : s, { host: '' });

const seconds = (s: string): number | undefined => {
  const m = /^(\d+)([smhd]?)$/.exec(s);
  return m ? Number(m[1]) * { '': 1, s: 1, m: 60, h: 3600, d: 86400 }[m[2] as '' | 's' | 'm' | 'h' | 'd'] : undefined;
};

/** The pools of a file: `[name]` and lines `key = value`, comments behind a semicolon. */
function poolsOf(file: FileId, text: string): Map<string, Setting<string>>[] {
  const pools = new Map<string, Map<string, Setting<string>>>();
  let pool: Map<string, Setting<string>> | null = null;
  for (const m of whole(text, MAX_LENGTH).matchAll(
    /^[ \t]*(?:\[([^\]\n]+)\]|([a-z_.]+(?:\[[\w.]+\])?)[ \t]*=[ \t]*("[^"\n]*"|[^;\n]*))/gm,
  )) {
    if (m[1] !== undefined) {
      pool = m[1] === 'global' ? null : (pools.get(m[1]) ?? new Map());
      if (pool) pools.set(m[1], pool);
    } else if (pool) {
      const raw = m[3]!.trim();
      const start = m.index + m[0].length - m[3]!.length;
      pool.set(m[2]!, written(raw.replace(/^"|"$/g, ''), { file, span: { start, end: start + raw.length } }));
    }
  }
  return [...pools.values()];
}

const MAX_LENGTH = 256 * 1024;

export default declareServer<FpmSettings>({
  name: 'php-fpm',
  title: 'php-fpm',
  package: null,
  role: 'production',
  python: false,
  programs: [],
  files: /(^|\/)(php-fpm\.d|pool\.d|fpm)\/[\w.-]+\.conf$|(^|\/)(www|zz-docker|php-fpm)\.conf$/,
  activation: 'fd',
  socketMode: '660',
  timeoutName: 'request_terminate_timeout',
  // a child waits on its connection for the next request (main/fastcgi.c, fcgi_accept_request)
  connections: (_, { children }) => {
    const count = certain(children);
    return { name: 'pm.max_children', setting: children, count: count || undefined, beyond: 'waits' };
  },
  bodyLimits: ({ pool }, files, params) => [
    { name: 'post_max_size', bytes: phpSize('post_max_size', pool, files, params), beyond: 'dropped' },
    { name: 'upload_max_filesize', bytes: phpSize('upload_max_filesize', pool, files, params), beyond: 'files' },
  ],
  start: () =>
    plain(
      {
        owner: byDefault(''),
        group: byDefault(''),
        limitExtensions: byDefault('.php .phar'),
        children: byDefault(0),
        pool: new Map(),
      },
      [],
      'sync',
      {
        target: unknownSetting('PHP has no module'),
      },
    ),
  file(file, text) {
    if (!/^[ \t]*listen[ \t]*=/m.test(text)) return null;
    const pool = poolsOf(file, text).find((p) => p.has('listen'));
    const listen = pool?.get('listen');
    const place = listen && placeOf(listen);
    if (!pool || !listen || !place) return null;
    const get = <T>(name: string, read: (s: string) => T | undefined, standard: T): Setting<T> => {
      const found = pool.get(name);
      return found ? convert(found, read, 'not a value of this directive') : byDefault(standard);
    };
    const built = plain<FpmSettings>(
      {
        owner: get('listen.owner', (s) => s, ''),
        group: get('listen.group', (s) => s, ''),
        limitExtensions: get('security.limit_extensions', (s) => s, '.php .phar'),
        children: get('pm.max_children', (s) => (/^\d+$/.test(s) ? Number(s) : undefined), 0),
        pool,
      },
      [convert(listen, addressOf, 'not an address')],
      'sync',
      {
        target: unknownSetting('PHP has no module'),
        protocol: 'fastcgi',
        requestTimeout: get('request_terminate_timeout', seconds, 0),
        files: [file],
      },
    );
    const mode = get('listen.mode', (s): string | null => s.replace(/^0/, ''), null);
    return { place, built: { ...built, listeners: built.listeners.map((l) => ({ ...l, mode })) } };
  },
  /** the official image listens on port 9000 of every address (its zz-docker.conf) */
  image(image) {
    if (!/^(docker\.io\/|library\/)*php:[\w.]*-?(\w+-)*fpm/.test(image.text)) return null;
    return plain<FpmSettings>(
      {
        owner: byDefault('www-data'),
        group: byDefault('www-data'),
        limitExtensions: byDefault('.php .phar'),
        children: byDefault(5),
        pool: new Map(),
      },
      [byDefault<Address>({ kind: 'tcp', host: '', port: 9000 })],
      'sync',
      { target: unknownSetting('PHP has no module'), protocol: 'fastcgi' },
    );
  },
  environ(application, _, request): Environ {
    const params = new Map(request.params ?? []);
    const given = (name: string): Seen<string> =>
      params.has(name) ? seen(params.get(name)!, `the param ${name}`) : unseen(`fastcgi_param gives no ${name}`);
    const https = params.get('HTTPS');
    const on = https !== undefined && https !== '' && https.toLowerCase() !== 'off';
    return {
      server: application.server.title,
      interface: 'wsgi',
      refused: null,
      method: params.get('REQUEST_METHOD') ?? request.method ?? 'GET',
      scheme: seen(on ? 'https' : 'http', on ? 'the param HTTPS' : 'no param HTTPS'),
      remoteAddr: given('REMOTE_ADDR'),
      serverName: given('SERVER_NAME'),
      serverPort: given('SERVER_PORT'),
      scriptName: given('SCRIPT_NAME'),
      pathInfo: params.has('PATH_INFO') ? given('PATH_INFO') : seen('', 'fastcgi_param gives no PATH_INFO'),
      headers: keyed(headersOfParams(request.params ?? []), ','),
    };
  },
});
