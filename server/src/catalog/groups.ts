// The key exchange groups (curves) of OpenSSL and the list that ssl_ecdh_curve takes: which names a version knows, since one that it
// does not know keeps nginx from starting. It follows tls1_set_groups_list; distributions that remove curves are not known here.
import type { OpensslTarget } from './ciphers.ts';
import { type GroupRow, tlsData } from './tls-data.ts';
import { atLeast, type Version, version } from './version.ts';

export interface Group {
  /** the name under which OpenSSL's own lists have it */
  readonly name: string;
  /** the two bytes of the protocol, `0x001D` */
  readonly id: string;
  /** security bits: a group with fewer than the security level asks is accepted and then not used */
  readonly bits: number;
  readonly aliases: readonly string[];
  /** when it works with one side of TLS 1.3 only */
  readonly only: '1.2' | '1.3' | null;
  /** first OpenSSL version with it, when that is later than 1.1.1 */
  readonly since: string | null;
  /** true for hybrids with a post-quantum part */
  readonly postQuantum: boolean;
}

const group = (r: GroupRow): Group => ({
  name: r.name,
  id: r.id,
  bits: r.bits,
  aliases: r.aliases ?? [],
  only: r.only ?? null,
  since: r.since ?? null,
  postQuantum: r.name.includes('MLKEM'),
});

const targetVersion = (t: OpensslTarget): Version => (typeof t.openssl === 'string' ? version(t.openssl) : t.openssl);

/** The row for a spelling in that version; before 3.5 names are case-sensitive. */
function rowOf(name: string, v: Version): GroupRow | undefined {
  const same = atLeast(v, '3.5') ? (a: string) => a.toLowerCase() === name.toLowerCase() : (a: string) => a === name;
  return tlsData().groups.find(
    (r) =>
      atLeast(v, r.since) && [r.name, ...(r.aliases ?? [])].some((a) => same(a) && (atLeast(v, '3.0') || !r['notIn1.1.1']?.includes(a))),
  );
}

/** The group of that spelling (case ignored) in any known version, null when there is none. */
export function groupNamed(name: string): Group | null {
  const lower = name.toLowerCase();
  const row = tlsData().groups.find((r) => [r.name, ...(r.aliases ?? [])].some((a) => a.toLowerCase() === lower));
  return row ? group(row) : null;
}

/** Whether that OpenSSL knows a group under exactly this spelling. */
export const knowsGroup = (name: string, target: OpensslTarget): boolean => rowOf(name, targetVersion(target)) !== undefined;

/** The groups that the version has, with their first spelling that it takes in front. */
export const groupsOf = (target: OpensslTarget): readonly Group[] =>
  tlsData()
    .groups.filter((r) => atLeast(targetVersion(target), r.since))
    .map(group);

/** The built-in list of that version: what `ssl_ecdh_curve auto` means. */
export function defaultGroups(target: OpensslTarget): readonly string[] {
  const v = targetVersion(target);
  const era = ['3.5', '3.0'].find((from) => atLeast(v, from)) ?? '1.1.1';
  return tlsData().groupDefaults[era] ?? [];
}

export type GroupFault = 'unknown' | 'duplicate' | 'empty';

export interface GroupProblem {
  readonly fault: GroupFault;
  readonly name: string;
  /** UTF-16 offsets in the string */
  readonly start: number;
  readonly end: number;
  /** the group that has the name in another version or spelling, null when nobody has it */
  readonly group: Group | null;
}

export interface GroupList {
  readonly ok: boolean;
  /** the groups that remain, in order, under OpenSSL's own names; [] for `auto` */
  readonly groups: readonly Group[];
  readonly problems: readonly GroupProblem[];
}

/**
 * Whether nginx with that OpenSSL starts with `ssl_ecdh_curve text` (SSL_CTX_set1_curves_list), and on which names it stumbles.
 * `auto` alone leaves OpenSSL's list alone. From 3.3 `?name` may be unknown, from 3.5 `-name`, `*name`, `/` and DEFAULT are read.
 */
export function acceptsGroups(text: string, target: OpensslTarget): GroupList {
  const v = targetVersion(target);
  if (text === 'auto') return { ok: true, groups: [], problems: [] };
  const tuples = atLeast(v, '3.5');
  const groups: Group[] = [];
  const problems: GroupProblem[] = [];
  let start = 0;
  for (const part of text.split(tuples ? /[:/]/ : ':')) {
    const element = part.trim();
    const from = start + (element ? part.indexOf(element) : 0);
    start += part.length + 1;
    const marks = tuples ? /^[?*-]*/ : atLeast(v, '3.3') ? /^\??/ : /^/;
    const mark = marks.exec(element)?.[0] ?? '';
    const name = element.slice(mark.length);
    if (tuples && name.toLowerCase() === 'default') {
      for (const d of defaultGroups(target)) pushNew(groups, rowOf(d, v));
      continue;
    }
    const row = rowOf(name, v);
    const problem = (fault: GroupFault) =>
      problems.push({ fault, name, start: from, end: from + element.length, group: name ? groupNamed(name) : null });
    if (!element) problem('empty');
    else if (!row) mark.includes('?') || problem('unknown');
    else if (mark.includes('-')) remove(groups, row);
    else if (!pushNew(groups, row) && !tuples) problem('duplicate');
  }
  return { ok: problems.length === 0, groups, problems };
}

function pushNew(groups: Group[], row: GroupRow | undefined): boolean {
  if (!row || groups.some((g) => g.name === row.name)) return false;
  groups.push(group(row));
  return true;
}

function remove(groups: Group[], row: GroupRow): void {
  const at = groups.findIndex((g) => g.name === row.name);
  if (at >= 0) groups.splice(at, 1);
}
