/**
 * Which nginx and which OpenSSL a configuration is judged for: the release and who says it, who built and packaged it, what that build has,
 * and which fixes a distribution carried back. What nobody says is unknown, never "plain nginx".
 */
import { type Advisory, affects, debianFixes, isOfDistribution, packageState } from '../catalog/advisories.ts';
import { statusOf } from '../catalog/catalog.ts';
import type { Context } from '../catalog/context.ts';
import type { Build } from '../catalog/flavours.ts';
import { findParameter, parameterStatus, parametersOf } from '../catalog/parameters.ts';
import { atLeast } from '../catalog/version.ts';
import type { Config } from '../config/config.ts';
import { targetOf } from '../config/flavour.ts';

/** Whoever packages nginx with an OpenSSL of his own making, as far as it matters here: Ubuntu counts as Debian, Fedora and Amazon as RHEL. */
export type Distribution = 'debian' | 'rhel' | 'alpine';

/** The nginx that is judged for is that release or a later one. */
export const isNginx = (config: Config, since: string): boolean => atLeast(config.settings.target.nginx, since);

/** The same of its OpenSSL. */
export const isOpenssl = (config: Config, since: string): boolean => atLeast(config.settings.target.openssl, since);

/** Somebody says which release it is: the settings, or the image or package that the project names. Else the newest known one is taken. */
export const isVersionSaid = (config: Config): boolean => config.settings.versionFrom !== 'default';

/** Somebody says which OpenSSL it is. */
export const isOpensslSaid = (config: Config): boolean => config.settings.opensslFrom !== 'default';

/** Whose build it is; null where nobody says it. */
export const buildOf = (config: Config): Build | null => config.settings.target.modules.build ?? null;

/** The version as its package has it, `1.22.1-9+deb12u7`; empty where the number stands alone. */
export const packageOf = (config: Config): string => config.settings.target.nginx.packaged ?? '';

/** What a package's version says of who made it: `-9+deb12u7`, `-2ubuntu7.7`, `-16.el9`, `-4.fc41`, `-r3`. */
const MADE_BY: readonly (readonly [RegExp, Distribution])[] = [
  [/\+deb\d|ubuntu/, 'debian'],
  [/\.el\d|\.fc\d|\.amzn|\.module_el/, 'rhel'],
  [/-r\d+$/, 'alpine'],
];

/**
 * The distribution whose package it is; null where nobody says it. Packages and images of nginx.org, OpenResty, Angie and Plus run on any
 * distribution and with its OpenSSL, so they say nothing.
 */
export function distributionOf(config: Config): Distribution | null {
  const build = buildOf(config);
  if (build === 'debian' || build === 'rhel' || build === 'alpine') return build;
  return MADE_BY.find(([mark]) => mark.test(packageOf(config)))?.[1] ?? null;
}

/**
 * Whether its OpenSSL knows `PROFILE=SYSTEM`, a patch of Fedora's that RHEL and its like have; null where nobody says whose OpenSSL it is.
 * Debian's and Alpine's take it for a suite that they do not have.
 */
export function knowsSystemPolicy(config: Config): boolean | null {
  const by = distributionOf(config);
  return by === null ? null : by === 'rhel';
}

/** Whether it was configured --with-debug: Debian's packages are, nginx.org's and a build without options are not; null where it is not known. */
export function isWithDebug(config: Config): boolean | null {
  const build = buildOf(config);
  return build === 'debian' ? true : build === 'official' || build === 'plain' ? false : null;
}

/** Whether a directive of that place takes a parameter there, by the release and the flavour. */
export function takesParameter(config: Config, directive: string, context: Context, parameter: string): boolean {
  const target = targetOf(config);
  const fact = config.catalog.directive(directive, context, target);
  const found = fact && statusOf(fact, target).known ? findParameter(parametersOf(fact), parameter) : null;
  return found !== null && parameterStatus(found.parameter, target).known;
}

/** Whether the servers of an upstream may follow a name: `server name resolve`, open source since 1.27.3, in Plus and Angie before. */
export const canResolveServers = (config: Config): boolean => takesParameter(config, 'server', 'upstream', 'resolve');

/** What is known of a flaw in the nginx that is judged for. */
export interface Exposure {
  /** the release has it, and no package is known to carry the fix */
  readonly affected: boolean;
  /** the package is known not to have the fix, whatever other packages have */
  readonly open: boolean;
}

/** Whether an advisory is about the nginx that is judged for, by its number and by what its package carried back. */
export function exposureTo(config: Config, advisory: Advisory): Exposure {
  const { nginx } = config.settings.target;
  const state = packageState(advisory, packageOf(config));
  return { affected: affects(advisory, nginx) && state !== 'patched', open: state === 'open' };
}

/** The package comes from a distribution that carries fixes back without our knowing which. */
export const mayBePatched = (config: Config): boolean => isOfDistribution(packageOf(config));

/** The first packages with the fix, of the Debian releases whose nginx has the same number. */
export const packagesWithFix = (config: Config, advisory: Advisory): readonly string[] =>
  debianFixes(advisory, config.settings.target.nginx).flatMap((f) => f.package ?? []);

/** A file as people know it: one below nginx's own folder without that folder, where nothing says which it is. */
export function shownFile({ prefixThere }: Config, file: string): string {
  const folder = prefixThere.path.endsWith('/') ? prefixThere.path : `${prefixThere.path}/`;
  return !prefixThere.known && file.startsWith(folder) ? file.slice(folder.length) : file;
}
