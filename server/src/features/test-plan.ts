/**
 * A configuration as files that the nginx of this machine can test (`nginx -t`): the project's own files under a folder of their own, each
 * include pointed at what the project maps it to, and what belongs to another machine (users, logs, certificates, host names, privileged
 * ports) replaced by something harmless. No line moves, so a complaint's line is the project's. What was replaced is said.
 */

import { applyEdits, type TextEdit } from '../base/edit.ts';
import { type FileId, pathOf } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import { upstreamsOf } from '../config/upstreams.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';

export interface TestPlan {
  /** paths within the folder, with the file that each stands for */
  readonly files: readonly { readonly path: string; readonly text: string; readonly file: FileId }[];
  readonly main: string;
  /** for people: what stands in for what */
  readonly replaced: readonly string[];
  /** includes that nobody saw */
  readonly unseen: readonly string[];
  /** whether `dummy.crt` and `dummy.key` are wanted in the folder */
  readonly certificate: boolean;
  /** whether the configuration says where the process id goes */
  readonly pid: boolean;
}

/** Folders that must be there before nginx tests the files. */
export const PLAN_FOLDERS = ['files', 'run', 'temp', 'cache'] as const;

/** Certificates and keys, and what holds several of them. */
const CERTIFICATES = /^(\w+_)?ssl_(client_|trusted_)?certificate$/;
const KEYS = /^(\w+_)?ssl_certificate_key$/;
/** Files that only add to what TLS does. */
const SECRETS = /^(\w+_)?ssl_(dhparam|password_file|session_ticket_key|stapling_file|crl|ech_file)$/;
const PASSES = /^(proxy|grpc|uwsgi|suwsgi|fastcgi|scgi|memcached)_pass$/;
const IP = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\]|localhost|[0-9a-f]*:[0-9a-f:.]*)$/i;
/** Ports below are the system's; a test by anyone else could not bind them. */
const PRIVILEGED = 1024;
const SHIFT = 20_000;

/** Null with words for people where a file is no configuration that nginx reads as it stands. `folder` is absolute, without a slash at its end. */
export function testPlan(config: Config, folder: string): TestPlan | { readonly problem: string } {
  const ids = [...config.files.keys()];
  const pathFor = (id: FileId): string =>
    `files/${ids.indexOf(id)}-${pathOf(id)
      .split('/')
      .at(-1)
      ?.replaceAll(/[^\w.-]/g, '_')}`;
  const replaced = new Set<string>();
  const unseen = new Set<string>();
  const groups = new Set([...upstreamsOf(config, 'http').keys(), ...upstreamsOf(config, 'stream').keys()].map((n) => n.toLowerCase()));
  const sockets = new Map<string, string>();
  const addresses = new Map<string, string>();
  let certificate = false;
  let pid = false;
  let turn = 0;
  const numbered = <K>(known: Map<K, string>, key: K, make: (n: number) => string): string => {
    const value = known.get(key) ?? make(known.size + 1);
    known.set(key, value);
    return value;
  };
  const own = `"${folder}/`;
  /** Host and port of a place that nginx connects to. */
  const withoutPort = (text: string): string => (text.startsWith('[') ? text.slice(0, text.indexOf(']') + 1) : text.replace(/:\d+$/, ''));
  const listened = (text: string): string => {
    if (text.startsWith('unix:'))
      return numbered(sockets, text, (n) => {
        replaced.add('sockets');
        return `unix:${folder}/run/${n}.sock`;
      });
    const port = /^\d+$/.test(text) ? text : (/:(\d+)$/.exec(text.replace(/^\[[^\]]*\]/, ''))?.[1] ?? '');
    const host = /^\d+$/.test(text) ? '' : withoutPort(text);
    const here = host === '' || host === '*' || host === '[::]' || host === '0.0.0.0' || host === '127.0.0.1' || host === '[::1]';
    const address = here
      ? host
      : numbered(addresses, host, (n) => {
          replaced.add('addresses of another machine');
          return host.startsWith('[') ? '[::1]' : `127.9.${n >> 8}.${n & 255}`;
        });
    const number = Number(port || 80);
    if (number < PRIVILEGED) replaced.add(`ports below ${PRIVILEGED}`);
    const shifted = number < PRIVILEGED ? number + SHIFT : number;
    return address ? `${address}:${shifted}` : String(shifted);
  };
  const editsFor = (file: SourceFile): TextEdit[] => {
    const out: TextEdit[] = [];
    const put = (s: Statement, n: number, newText: string): void => {
      const word = s.args[n];
      if (word) out.push({ span: { start: word.start, end: word.end }, newText });
    };
    /** The line stays, what is in it goes. */
    const drop = (s: Statement): void =>
      void out.push({ span: { start: s.start, end: s.end }, newText: file.text.slice(s.start, s.end).replaceAll(/[^\n]/g, ' ') });
    const visit = (s: Statement): void => {
      const name = s.name.value;
      const [first] = s.args;
      const value = first?.value ?? '';
      const fixed = !value.includes('$');
      if (name === 'include' && first) {
        const include = config.tree.includes.get(s);
        const files = include?.files.filter((f) => config.files.has(f)) ?? [];
        if (include && include.unseen !== null) unseen.add(include.path);
        if (!files.length) drop(s);
        else put(s, 0, files.map((f) => `${own}${pathFor(f)}"`).join('; include '));
      } else if (name === 'user') {
        replaced.add('the user');
        drop(s);
      } else if (name === 'pid' || name === 'lock_file') {
        pid ||= name === 'pid';
        put(s, 0, `${own}run/nginx.${name === 'pid' ? 'pid' : 'lock'}"`);
      } else if (/^(error|access)_log$/.test(name) && fixed && !/^(off|stderr)$/.test(value)) {
        replaced.add('logs');
        put(s, 0, '/dev/null');
      } else if (/_temp_path$/.test(name) && first) {
        replaced.add('temporary folders');
        put(s, 0, `${own}temp/${++turn}"`);
      } else if (/_cache_path$/.test(name) && fixed && value !== 'off') {
        replaced.add('cache folders');
        put(s, 0, `${own}cache/${++turn}"`);
      } else if ((CERTIFICATES.test(name) || KEYS.test(name)) && fixed && value && !/^(data|engine|store):/.test(value)) {
        certificate = true;
        replaced.add('certificates');
        put(s, 0, `${own}dummy.${KEYS.test(name) ? 'key' : 'crt'}"`);
      } else if (SECRETS.test(name)) {
        replaced.add('files of secrets');
        drop(s);
      } else if (name === 'listen' && first) put(s, 0, listened(value));
      else if (name === 'server' && !s.block && s.parent?.name.value === 'upstream' && fixed && !value.startsWith('unix:')) {
        const host = withoutPort(value);
        if (!IP.test(host)) {
          replaced.add('names of hosts');
          put(s, 0, `127.0.0.1${value.slice(host.length)}`);
        }
      } else if (PASSES.test(name) && fixed && first) {
        const m = /^([a-z]+:\/\/)?([^/]*)(.*)$/is.exec(value);
        const host = withoutPort(m?.[2] ?? '');
        if (m && host && !host.startsWith('unix') && !IP.test(host) && !groups.has((m[2] ?? '').toLowerCase())) {
          replaced.add('names of hosts');
          put(s, 0, `${m[1] ?? ''}127.0.0.1${(m[2] ?? '').slice(host.length)}${m[3] ?? ''}`);
        }
      } else if (name === 'resolver' || name === 'set_real_ip_from')
        s.args.forEach((a, n) => {
          const text = a.value.replace(/\/\d+$/, '');
          if (/=|^unix:|^(on|off)$|\$/.test(a.value) || IP.test(withoutPort(text)) || IP.test(text)) return;
          replaced.add('names of hosts');
          put(s, n, '127.0.0.1');
        });
      for (const inner of s.block ?? []) visit(inner);
    };
    for (const s of file.body) visit(s);
    return out;
  };
  const files: TestPlan['files'][number][] = [];
  for (const [id, file] of config.files) {
    if (file.template !== null) return { problem: `${pathOf(id)} is a template: nginx reads what it writes, not the template itself.` };
    files.push({ path: pathFor(id), text: applyEdits(file.text, editsFor(file)), file: id });
  }
  return { files, main: pathFor(config.root), replaced: [...replaced], unseen: [...unseen], certificate, pid };
}
