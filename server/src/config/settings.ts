/** What a person can set, as the core reads it: from `.proxylens.yaml`, from the editor's settings, from the command line. No defaults live elsewhere. */
import type { Target } from '../catalog/catalog.ts';
import { newestRelease } from '../catalog/changes.ts';
import { ANY_MODULE } from '../catalog/modules.ts';
import { version } from '../catalog/version.ts';
import type { BENCHMARKS, LEVELS, MOZILLA, PROFILES } from './declared.ts';

export type Level = keyof typeof LEVELS;
export type Severity = Exclude<Level, 'off'>;
export type Profile = keyof typeof PROFILES;
export type Benchmark = keyof typeof BENCHMARKS;
export type MozillaProfile = keyof typeof MOZILLA;

/** The severities, the gravest first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info', 'hint'];
/** For sorting the gravest first: less than 0 where the first is the graver one. */
export const byGravity = (a: Severity, b: Severity): number => SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
/** The gravest of some; null of none. */
export const gravestOf = (some: readonly Severity[]): Severity | null => SEVERITIES.find((s) => some.includes(s)) ?? null;

/** Paths that begin with `from` (as nginx will see them) are looked up below `to` (an absolute path or URI of this machine). */
export interface PathMap {
  readonly from: string;
  readonly to: string;
}

/** A directive of a module that the catalog does not know. */
export interface OwnDirective {
  readonly name: string;
  readonly contexts: readonly string[];
  /** number of arguments, both inclusive; `max` null means any number */
  readonly min: number;
  readonly max: number | null;
  readonly block: boolean;
}

/** Rules that stay silent in the files that a mask matches. */
export interface Ignore {
  readonly paths: readonly string[];
  /** rule ids or groups; empty means all */
  readonly rules: readonly string[];
}

/** A template engine for the files that a mask matches. */
export interface ChosenEngine {
  readonly mask: string;
  readonly engine: string;
}

export interface Settings {
  readonly target: Target;
  /** where the version comes from: messages say so */
  readonly versionFrom: 'default' | 'setting' | 'found';
  /** who says whose nginx it is: where nobody does, the text may show it */
  readonly flavourFrom: 'default' | 'setting' | 'found';
  /** whether someone named the OpenSSL: what a newer one takes is not refused else */
  readonly opensslFrom: 'default' | 'setting';
  /** directives that the command line of nginx gives (`-g "daemon off;"`), where the project tells of it, without their semicolons */
  readonly given: readonly string[];
  /** the folder that this command line names (`-p /srv`), where the project tells of it; empty: it names one, and not which; null: none */
  readonly startPrefix: string | null;
  /** the image holds none of the libraries that those of nginx.org bring along (`nginx:alpine-slim`), where the project names it */
  readonly slim: boolean;
  /** what relative paths hang from (nginx -p); null means the folder of the main file */
  readonly prefix: string | null;
  readonly pathMap: readonly PathMap[];
  readonly profile: Profile;
  /** by rule id or group */
  readonly rules: Readonly<Record<string, Level>>;
  readonly mozillaProfile: MozillaProfile;
  readonly ownDirectives: readonly OwnDirective[];
  /** names of variables (without the dollar sign) that own modules define */
  readonly ownVariables: readonly string[];
  readonly ignore: readonly Ignore[];
  /** the last one that fits a file counts */
  readonly engines: readonly ChosenEngine[];
  /** machine-dependent findings: missing files, certificates, host names. Off in a checkout unless paths are mapped */
  readonly environment: boolean;
}

/** The newest release that the catalog knows. */
export const NEWEST_NGINX = newestRelease().text;
/** The OpenSSL that is assumed when nobody names one: the branch with long support, which the official images have. */
export const DEFAULT_OPENSSL = '3.5.9';

export const DEFAULT_SETTINGS: Settings = {
  target: { nginx: version(NEWEST_NGINX), flavour: 'oss', openssl: version(DEFAULT_OPENSSL), modules: ANY_MODULE },
  versionFrom: 'default',
  flavourFrom: 'default',
  opensslFrom: 'default',
  given: [],
  startPrefix: null,
  slim: false,
  prefix: null,
  pathMap: [],
  profile: 'recommended',
  rules: {},
  mozillaProfile: 'intermediate',
  ownDirectives: [],
  ownVariables: [],
  ignore: [],
  engines: [],
  environment: false,
};

/** Somebody says whose nginx it is, or which: the settings, an image or a package. Else it may be built with any module. */
export const isNginxSaid = ({ versionFrom, flavourFrom, target }: Settings): boolean =>
  versionFrom !== 'default' || flavourFrom !== 'default' || target.modules.build !== undefined;

/** The libraries that directives of a command line load. */
export const loadedBy = (given: readonly string[]): readonly string[] =>
  given.flatMap((statement) => /^load_module\s+(\S+)$/.exec(statement)?.[1] ?? []);
