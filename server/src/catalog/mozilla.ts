// Mozilla's server side TLS profiles, and how each is written for a given nginx and OpenSSL: the yardstick for rules that compare, the
// text for fixes and snippets that set TLS up. It does not choose a profile.
import text from './data/mozilla.json' with { type: 'text' };
import { atLeast, compareVersions, type Version, version } from './version.ts';

export type ProfileName = 'modern' | 'intermediate' | 'old';

export const PROFILE_NAMES: readonly ProfileName[] = ['modern', 'intermediate', 'old'];

export interface MozillaProfile {
  /** version of the guideline that has it */
  readonly guideline: string;
  readonly name: ProfileName;
  /** as ssl_protocols spells them */
  readonly protocols: readonly string[];
  /** suites up to TLS 1.2; empty when the profile is TLS 1.3 only */
  readonly ciphers: readonly string[];
  readonly ciphersuites: readonly string[];
  readonly curves: readonly string[];
  readonly serverPreference: boolean;
  /** bits of ssl_dhparam, null when none is wanted */
  readonly dhParamBits: number | null;
  /** seconds */
  readonly hstsMinAge: number;
  readonly oldestClients: readonly string[];
}

let parsed: readonly MozillaProfile[] | null = null;

/** Every profile of every known guideline, newest guideline first. */
export const mozillaProfiles = (): readonly MozillaProfile[] =>
  (parsed ??= (JSON.parse(text as unknown as string) as { profiles: MozillaProfile[] }).profiles);

/** The newest profile of that name, or that of one guideline version; null when that guideline has none. */
export const mozillaProfile = (name: ProfileName, guideline?: string): MozillaProfile | null =>
  mozillaProfiles().find((p) => p.name === name && (guideline === undefined || p.guideline === guideline)) ?? null;

/** A directive as text: its name and everything between the name and the semicolon. */
export interface WrittenDirective {
  readonly name: string;
  readonly value: string;
}

export interface ServerVersions {
  readonly nginx: Version;
  readonly openssl: Version;
}

/** The protocols of the profile that those versions have. */
export const profileProtocols = (p: MozillaProfile, v: ServerVersions): readonly string[] =>
  p.protocols.filter((name) => name !== 'TLSv1.3' || (atLeast(v.nginx, '1.13.0') && atLeast(v.openssl, '1.1.1')));

/** The curves of the profile that such an OpenSSL knows: with one that it does not know nginx would not start. */
export const profileCurves = (p: MozillaProfile, v: ServerVersions): readonly string[] =>
  p.curves.filter((name) => name !== 'X25519MLKEM768' || atLeast(v.openssl, '3.5'));

/**
 * The argument of ssl_ciphers, null where the profile needs none. From OpenSSL 3.0 on TLS 1.0 and 1.1 work at security level 0 only,
 * so the level leads the list of a profile that wants them.
 */
export const profileCiphers = (p: MozillaProfile, v: ServerVersions): string | null => {
  if (!p.ciphers.length) return null;
  const level = p.protocols.includes('TLSv1') && atLeast(v.openssl, '3.0') ? '@SECLEVEL=0:' : '';
  return level + p.ciphers.join(':');
};

/** Tickets were keyed once per process start until nginx 1.23.2, which rotates the keys of a shared cache. */
const ticketsKeptOff = (nginx: Version): boolean => atLeast(nginx, '1.5.9') && compareVersions(nginx, version('1.23.2')) < 0;

/**
 * The directives that set nginx up for the profile, in the order in which Mozilla's generator has them. `sessionZone` is the name of the
 * shared session cache. Certificates, HSTS, stapling and the DH file belong to the site and are not here.
 */
export function profileDirectives(p: MozillaProfile, v: ServerVersions, sessionZone = 'MozSSL'): readonly WrittenDirective[] {
  const protocols = profileProtocols(p, v);
  const ciphers = profileCiphers(p, v);
  const sessions: WrittenDirective[] = protocols.some((name) => name !== 'TLSv1.3')
    ? [
        { name: 'ssl_session_timeout', value: '1d' },
        { name: 'ssl_session_cache', value: `shared:${sessionZone}:10m` },
      ]
    : [];
  return [
    { name: 'ssl_protocols', value: protocols.join(' ') },
    ...(ciphers ? [{ name: 'ssl_ciphers', value: ciphers }] : []),
    ...(atLeast(v.nginx, '1.11.0') ? [{ name: 'ssl_ecdh_curve', value: profileCurves(p, v).join(':') }] : []),
    { name: 'ssl_prefer_server_ciphers', value: p.serverPreference ? 'on' : 'off' },
    ...sessions,
    ...(ticketsKeptOff(v.nginx) && sessions.length ? [{ name: 'ssl_session_tickets', value: 'off' }] : []),
  ];
}

/** What a server really offers, to be compared with a profile. */
export interface OfferedTls {
  readonly protocols: readonly string[];
  /** OpenSSL names of the usable suites up to TLS 1.2 */
  readonly ciphers: readonly string[];
}

export interface BelowProfile {
  /** protocols that no guideline's version of the profile has */
  readonly protocols: readonly string[];
  /** suites that no guideline's version of the profile has */
  readonly ciphers: readonly string[];
  /** protocols of the profile that are missing: stricter, but some of its clients cannot connect */
  readonly missing: readonly string[];
}

/**
 * What of `offered` lies outside the profile. All guidelines with a profile of that name count together: a configuration written from an
 * older guideline is not below it for the suites that have been dropped since.
 */
export function belowProfile(offered: OfferedTls, name: ProfileName): BelowProfile {
  const versions = mozillaProfiles().filter((p) => p.name === name);
  const protocols = new Set(versions.flatMap((p) => p.protocols));
  const ciphers = new Set(versions.flatMap((p) => p.ciphers));
  return {
    protocols: offered.protocols.filter((p) => !protocols.has(p)),
    ciphers: offered.ciphers.filter((c) => !ciphers.has(c)),
    missing: [...protocols].filter((p) => !offered.protocols.includes(p)),
  };
}
