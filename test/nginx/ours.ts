/** Proxylens's own verdict on a sample, as the differential test compares it: all validity findings, in the order in which nginx would meet them. */
import { type FileId, fromPath, pathOf } from '../../server/src/base/file-id.ts';
import { moduleSetOf } from '../../server/src/catalog/modules.ts';
import type { Config } from '../../server/src/config/config.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import type { SourceFile } from '../../server/src/syntax/statement.ts';
import { available, standardFiles, type Tree } from '../harness/nginx.ts';
import { lintTree, parts } from '../harness/rules.ts';

export interface Candidate {
  readonly rule: string;
  readonly message: string;
  /** relative to the configuration folder */
  readonly file: string;
  /** one-based; the lines that a reader is sent to: where it starts, where its statement ends, and what `related` names as nginx's */
  readonly lines: readonly number[];
  /** the first of them */
  readonly line: number;
  /** what `related` names as nginx's in other files: `file:line` */
  readonly elsewhere: readonly string[];
}

export interface Verdict {
  readonly ok: boolean;
  /** errors, the one that nginx would meet first in front */
  readonly errors: readonly Candidate[];
  readonly ms: number;
}

/** The machine's nginx as the settings say it: version, OpenSSL, what it was built with, and the modules that its judge loads. */
export function settingsFor(files: Tree): Settings {
  const nginx = available();
  const base = withSettings(DEFAULT_SETTINGS, {
    nginxVersion: nginx?.version ?? '1.22.1',
    opensslVersion: nginx?.openssl ?? '3.0.19',
    flavour: 'oss',
    profile: 'validity',
    rules: { 'module-not-loaded': 'error' },
  });
  const named = Object.values(files).flatMap((text) => [...text.matchAll(/(?:^|[\s;])load_module\s+(\S+?);/g)].map((m) => m[1]!));
  const built = moduleSetOf(nginx?.configure ?? [], named.length ? named : (nginx?.modules ?? []));
  // what ./configure finds on other systems only; its words do not say on which one it ran
  const modules = {
    has: (name: string) => !(process.platform === 'linux' && /^ngx_(kqueue|devpoll|eventport|iocp)_module$/.test(name)) && built.has(name),
  };
  return { ...base, target: { ...base.target, modules } };
}

/** Checks that nginx makes when a protocol block ends, in the order of ngx_http_block, and those at the very end. Others speak while reading. */
const AT_CLOSE: Readonly<Record<string, number>> = {
  'buffer-sizes-mismatched': 1,
  'duplicate-location': 2,
  'incomplete-tls': 3,
  'cipher-string-empty-or-unreadable': 3,
  'curve-unsupported': 3,
  'unknown-variable': 4,
};
const AT_CLOSE_MESSAGES =
  /zone "[^"]*" is unknown|^"secure_link_secret"|^Invalid server name or wildcard|between the charsets|^Conflicting parameter "[^"]*": the server|^No port in upstream|No servers in upstream|could not build|^Unknown mail protocol|^No "auth_http"|^No handler for server|^The name is empty/i;
const AT_END = /^No "events" section|worker_connections are not enough|is not declared|^Unknown thread pool/;

/** Findings of other groups that are refusals of nginx too. */
const COUNTED = ['module-not-loaded', 'cipher-string-empty-or-unreadable', 'curve-unsupported'];
const relative = (file: FileId): string => pathOf(file).replace('/etc/nginx/', '');

/** Faults of the tokenizer: nginx stops at the very character. */
const UNNAMED: Readonly<Record<string, true>> = { syntax: true };

/** Offsets at which the statements of a file are reached, includes read in between. */
function readingOrder(config: Config): (file: string, offset: number) => number {
  const position = new Map<string, { from: number; at: number }[]>();
  let clock = 0;
  const visit = (file: SourceFile, chain: readonly string[]): void => {
    const list = position.get(file.id) ?? [];
    position.set(file.id, list);
    let last = 0;
    list.push({ from: 0, at: clock });
    for (const [statement, include] of config.tree.includes) {
      const owner = ownerOf(config, statement.start, file, statement);
      if (!owner) continue;
      clock += statement.end - last;
      last = statement.end;
      for (const id of include.files) {
        const inner = config.files.get(id);
        if (inner && !chain.includes(id)) visit(inner, [...chain, id]);
      }
      list.push({ from: statement.end, at: clock });
    }
    clock += file.text.length - last;
  };
  visit(config.files.get(config.root)!, [config.root]);
  return (file, offset) => {
    const spot = position.get(file)?.findLast((p) => p.from <= offset);
    return spot ? spot.at + offset - spot.from : Number.MAX_SAFE_INTEGER;
  };
}

function ownerOf(_config: Config, offset: number, file: SourceFile, statement: unknown): boolean {
  const find = (list: SourceFile['body']): boolean =>
    list.some((s) => s === statement || (s.block !== null && s.start <= offset && offset < s.end && find(s.block)));
  return find(file.body);
}

/** The line on which nginx is when it has read the statement that holds the offset: that of its semicolon or opening brace. */
function endLine(file: SourceFile, offset: number): number {
  let line = file.lines.lineAt(offset);
  const look = (list: SourceFile['body']): void => {
    for (const s of list) {
      if (s.start > offset || offset > s.end) continue;
      const end = s.open ?? s.close;
      if (end && offset <= end.end) line = file.lines.lineAt(end.start);
      if (s.block) look(s.block);
    }
  };
  look(file.body);
  return line + 1;
}

/** Lints the files as the machine's nginx would read them; the folder also holds what the harness puts there. */
export async function verdictOf(files: Tree, chosen: Settings = settingsFor(files)): Promise<Verdict> {
  const { rules } = await parts();
  const at = (name: string) => fromPath(`/etc/nginx/${name.replace(/^\/etc\/nginx\//, '')}`);
  const tree = new Map(Object.entries({ ...standardFiles(), ...files }).map(([name, text]) => [at(name), text]));
  const from = performance.now();
  const { config, findings, sources } = await lintTree({ root: at('nginx.conf'), files: tree }, rules, chosen);
  const ms = performance.now() - from;
  const order = readingOrder(config);
  const errors = findings.filter((f) => f.severity === 'error' && (f.group === 'validity' || COUNTED.includes(f.rule)));
  /** Where nginx is when it finds this, in reading order. */
  const rank = (f: Finding): number => {
    const source = sources.get(f.at.file)!;
    if (AT_END.test(f.message)) return 1e15;
    // a text that cannot be read is refused where it stands, unless the finding says otherwise
    const unread = f.rule === 'unknown-variable' && /^Invalid variable name|^The closing bracket/.test(f.message);
    const late = (unread ? 0 : AT_CLOSE[f.rule]) ?? (AT_CLOSE_MESSAGES.test(f.message) ? 2 : 0);
    const blocks = [...config.main.directives].filter((d) => ['http', 'stream', 'mail'].includes(d.name) && d.statement.block);
    if (late) {
      const at = order(f.at.file, f.at.span.start);
      const block = blocks.find((d) => order(d.file.id, d.statement.start) <= at && at <= order(d.file.id, d.statement.end));
      // a block that is never closed is never judged as a whole
      if (block && !block.statement.close) return 1e14;
      return block ? order(block.file.id, block.statement.close!.start) + late / 10 : at;
    }
    const named = f.related.find((r) => /nginx -t reports/.test(r.message));
    if (named) return order(named.at.file, named.at.span.start);
    const unnamed = UNNAMED[f.rule];
    return unnamed === undefined ? order(f.at.file, endOffset(source, f.at.span.start)) : order(f.at.file, f.at.span.start);
  };
  errors.sort((a, b) => rank(a) - rank(b) || order(a.at.file, a.at.span.start) - order(b.at.file, b.at.span.start));
  return {
    ok: errors.length === 0,
    ms,
    errors: errors.map((f) => {
      const source = sources.get(f.at.file)!;
      const line = source.lines.lineAt(f.at.span.start) + 1;
      const named = f.related.filter((r) => /nginx -t reports/.test(r.message));
      const related = named.filter((r) => r.at.file === f.at.file).map((r) => source.lines.lineAt(r.at.span.start) + 1);
      return {
        rule: f.rule,
        message: f.message,
        file: relative(f.at.file),
        line,
        elsewhere: named.flatMap((r) => {
          const other = r.at.file === f.at.file ? undefined : sources.get(r.at.file);
          return other ? [`${relative(r.at.file)}:${other.lines.lineAt(r.at.span.start) + 1}`] : [];
        }),
        lines: [...new Set([line, ...related, endLine(source, f.at.span.start)])],
      };
    }),
  };
}

function endOffset(file: SourceFile, offset: number): number {
  let end = offset;
  const look = (list: SourceFile['body']): void => {
    for (const s of list) {
      if (s.start > offset || offset > s.end) continue;
      const stop = s.open ?? s.close;
      if (stop && offset <= stop.end) end = stop.start;
      if (s.block) look(s.block);
    }
  };
  look(file.body);
  return end;
}
