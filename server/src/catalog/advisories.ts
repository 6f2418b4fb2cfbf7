// nginx's security advisories: which versions each affects, and which configuration exposes it, as the id of a test that a rule carries
// out. Advisories whose exposure cannot be read from a configuration are here too, and are never triggered.
import { table } from '../base/table.ts';
import text from './data/advisories.json' with { type: 'text' };
import { compareVersions, parseVersion, type Version, version } from './version.ts';

/** What makes a configuration open to an advisory; `any`: every configuration; `windows`, `undecidable`, `*-32-bit`: no test can tell. */
export const TRIGGERS = [
  'any',
  'undecidable',
  'windows',
  'mp4-32-bit',
  'spdy-32-bit',
  'capture-then-regex-map',
  'capture-in-subrequest',
  'ssi-unbuffered',
  'quic',
  'http2',
  'spdy',
  'http2-upstream-large-headers',
  'http2-upstream-set-body',
  'recode-from-utf8',
  'rewrite-nested-captures',
  'rewrite-arguments-then-capture',
  'uwsgi-or-scgi-upstream',
  'tls-upstream',
  'proxy',
  'upstream',
  'client-ocsp',
  'stream-client-ocsp',
  'shared-socket-client-certificates',
  'shared-session-cache',
  'tls',
  'dav-copy-alias',
  'dav-copy',
  'mp4',
  'resolver',
  'cache-with-ranges',
  'mail-challenge-response',
  'smtp-resolver',
  'smtp-auth-none',
  'smtp-starttls',
  'mail',
  'quic-in-part',
  'try-files-computed-alias',
  'alias-after-rewrite',
  'capture-then-regex-map-in-path',
  'resolver-in-subrequest',
  'tls13-server',
  'stream-client-certificates-differ',
  'stream-dynamic-certificate-proxy-v2',
  'ssl-preread',
  'rotating-ticket-keys',
  'ssi-with-aio',
] as const;
export type Trigger = (typeof TRIGGERS)[number];

export interface Advisory {
  /** CVE-… or the older CORE-… */
  readonly id: string;
  readonly title: string;
  /** nginx's own word; null where it was not to be had */
  readonly severity: 'major' | 'medium' | 'minor' | 'low' | 'none' | null;
  /** day of the first fixed release, null when there is none */
  readonly date: string | null;
  /** closed ranges; an upper end of null: up to today */
  readonly vulnerable: readonly (readonly [string, string | null])[];
  /** first fixed version of each branch, newest first */
  readonly fixed: readonly string[];
  readonly trigger: Trigger;
  /** what exposes it, in words */
  readonly exposed: string;
  /** what to look for in the effective configuration, in words */
  readonly when: string;
  /** the directives that it is about */
  readonly about: readonly string[];
  /** `partly`: the test finds a necessary part of the condition */
  readonly decidable: 'yes' | 'partly' | 'no';
  /** what is unsure about `vulnerable` */
  readonly note?: string;
}

interface Data {
  readonly advisories: readonly Advisory[];
  readonly debian: Readonly<Record<string, { readonly base: string; readonly fixes: Readonly<Record<string, number>> }>>;
}

let parsed: Data | null = null;
const data = (): Data => (parsed ??= JSON.parse(text as unknown as string) as Data);

/** Every advisory, newest first. */
export const advisories = (): readonly Advisory[] => data().advisories;

/** The advisory of that id (case ignored), null when nginx's list has none. */
export const advisory = (id: string): Advisory | null => advisories().find((a) => a.id === id.toUpperCase()) ?? null;

/**
 * Whether an nginx of that version has the flaw, as far as the number tells: it is in a vulnerable range and is neither as new as the
 * newest fixed version nor on a branch (same major.minor) that was fixed at or before it.
 */
export function affects(a: Advisory, nginx: Version): boolean {
  const inside = a.vulnerable.some(
    ([from, to]) => compareVersions(nginx, version(from)) >= 0 && (to === null || compareVersions(nginx, version(to)) <= 0),
  );
  const fixed = a.fixed.map(version).some((f, i) => {
    const branch = i === 0 || (f.major === nginx.major && f.minor === nginx.minor);
    return branch && compareVersions(nginx, f) >= 0;
  });
  return inside && !fixed;
}

/** The fixed version to move to: that of the branch when it has one, else the newest; null when none is fixed. */
export function fixedIn(a: Advisory, nginx: Version): string | null {
  const sameBranch = a.fixed.find((f) => version(f).major === nginx.major && version(f).minor === nginx.minor);
  return sameBranch ?? a.fixed[0] ?? null;
}

/** Ubuntu's first packages with a fix, by series, as its page of the CVE has them; for flaws that are not here nothing is known. */
const UBUNTU: Readonly<Record<string, readonly string[]>> = table({
  'CVE-2026-27651': ['1.24.0-2ubuntu7.7', '1.18.0-6ubuntu14.10'],
});

const UBUNTU_PACKAGE = /^(\d+(?:\.\d+)+-\d+ubuntu\d+)(?:\.(\d+))?/;

/** The same for a package of Ubuntu ("1.24.0-2ubuntu7.7"); null for others. */
function ubuntuState(a: Advisory, packageVersion: string): 'patched' | 'open' | 'unknown' | null {
  const own = UBUNTU_PACKAGE.exec(packageVersion);
  if (!own) return null;
  const fix = UBUNTU[a.id]?.map((f) => UBUNTU_PACKAGE.exec(f)!).find((f) => f[1] === own[1]);
  if (!fix) return 'unknown';
  return Number(own[2] ?? 0) >= Number(fix[2] ?? 0) ? 'patched' : 'open';
}

/** Whether a version is that of a package whose distribution puts fixes into old versions, without our knowing which. */
export const isOfDistribution = (packageVersion: string): boolean => /ubuntu|\.el\d|\.fc\d|\.amzn|\.module_el/.test(packageVersion);

/**
 * What a distribution's package version says beyond the number: `patched` or `open` for a Debian package ("1.22.1-9+deb12u7") of a
 * release whose change log is known, `unknown` for everything else, a bare "1.22.1" included.
 */
export function packageState(a: Advisory, packageVersion: string): 'patched' | 'open' | 'unknown' {
  const ubuntu = ubuntuState(a, packageVersion.trim());
  if (ubuntu) return ubuntu;
  const m = /^(?:\d+:)?(.+?)\+deb(\d+)u(\d+)$/.exec(packageVersion.trim());
  const base = m?.[1] ?? packageVersion.trim();
  const release = Object.values(data().debian).find((d) => d.base === base);
  if (!release || !parseVersion(base)) return 'unknown';
  const fix = release.fixes[a.id];
  return fix !== undefined && Number(m?.[3] ?? 0) >= fix ? 'patched' : 'open';
}

/** The Debian releases (12, 13) whose nginx has that version number, with the first package that carries the fix, if one does. */
export function debianFixes(a: Advisory, nginx: Version): readonly { readonly release: string; readonly package: string | null }[] {
  return Object.entries(data().debian)
    .filter(([, d]) => parseVersion(d.base) && compareVersions(version(d.base), nginx) === 0)
    .map(([release, d]) => ({ release, package: d.fixes[a.id] === undefined ? null : `${d.base}+deb${release}u${d.fixes[a.id]}` }));
}
