/** What the name of a container image says of the nginx in it: product, version, build, and whose main file it brings. One table for all who ask. */
import { resolveVersion } from '../catalog/changes.ts';
import { type Build, coreOf, type Flavour } from '../catalog/flavours.ts';
import { parseVersion, type Version, version } from '../catalog/version.ts';

/** Whose nginx it is: each has a main file of its own. */
export type Distribution = 'official' | 'unprivileged' | 'debian' | 'alpine' | 'rhel' | 'openresty' | 'angie';

export interface Image {
  /** as written, without a digest */
  readonly name: string;
  readonly flavour: Flavour;
  readonly build: Build;
  /** null where the name does not say */
  readonly version: Version | null;
  /** the tag moves on: what is meant is the newest that is known */
  readonly floating: boolean;
  readonly distribution: Distribution | null;
  /** it holds none of the libraries of modules that the others bring along: those are built over it (docker-nginx, `alpine/Dockerfile`) */
  readonly slim?: boolean;
}

interface Product {
  readonly name: RegExp;
  readonly flavour: Image['flavour'];
  readonly build: Build;
  readonly distribution: Distribution | null;
  /** the version of nginx for a tag; without it the tag is nginx's version */
  readonly version?: (tag: string) => Version | null;
}

/** OpenResty's four-part versions begin with nginx's, those of other relatives are their own (`coreOf`). */
const openresty = (tag: string): Version | null => {
  const m = /^v?(\d+\.\d+\.\d+)(?:\.\d+)?/.exec(tag);
  return m ? parseVersion(m[1]!) : null;
};

const PRODUCTS: readonly Product[] = [
  { name: /(^|\/)nginx-unprivileged$/, flavour: 'oss', build: 'official', distribution: 'unprivileged' },
  {
    name: /(^|\/)openresty\/openresty$|^openresty$/,
    flavour: 'openresty',
    build: 'openresty',
    distribution: 'openresty',
    version: openresty,
  },
  {
    name: /(^|\/)angie(-unprivileged)?$/,
    flavour: 'angie',
    build: 'angie',
    distribution: 'angie',
    version: (tag) => coreOf('angie', tag),
  },
  { name: /(^|\/)freenginx$/, flavour: 'freenginx', build: 'any', distribution: null, version: (tag) => coreOf('freenginx', tag) },
  { name: /(^|\/)tengine$/, flavour: 'tengine', build: 'any', distribution: null, version: (tag) => coreOf('tengine', tag) },
  {
    name: /(^|\/)nginx-plus(\/|$)|private-registry\.nginx\.com\//,
    flavour: 'plus',
    build: 'plus',
    distribution: null,
    version: (tag) => coreOf('plus', tag),
  },
  { name: /(^|\/)bitnami(legacy)?\/nginx$/, flavour: 'oss', build: 'any', distribution: null },
  { name: /(^|\/)(jwilder|nginxproxy)\/nginx-proxy$/, flavour: 'oss', build: 'official', distribution: null, version: () => null },
  { name: /^ubuntu\/nginx$/, flavour: 'oss', build: 'debian', distribution: 'debian' },
  { name: /(^|\/)linuxserver\/(nginx|swag)$/, flavour: 'oss', build: 'any', distribution: null, version: () => null },
  {
    name: /^(?:[\w.-]+(?::\d+)?\/)*(?:library|nginx|nginxinc)\/nginx$|^nginx$/,
    flavour: 'oss',
    build: 'official',
    distribution: 'official',
  },
  // someone's own image: its tag may be its own version, its modules may be more
  {
    name: /(^|\/)nginx$/,
    flavour: 'oss',
    build: 'any',
    distribution: 'official',
    version: (tag) => (/^v?1\.[1-9]\d\./.test(tag) ? resolveVersion(tag) : null),
  },
];

/** Distributions whose packages are pinned to one nginx for the life of a release: the version of the package nginx (packages.debian.org, Launchpad, pkgs.alpinelinux.org). */
const BASES: readonly {
  readonly name: RegExp;
  readonly distribution: 'debian' | 'alpine' | 'rhel';
  readonly releases: readonly (readonly [RegExp, string])[];
}[] = [
  {
    name: /(^|\/)debian$/,
    distribution: 'debian',
    releases: [
      [/^(13|trixie)/, '1.26.3'],
      [/^(12|bookworm)/, '1.22.1'],
      [/^(11|bullseye)/, '1.18.0'],
      [/^(10|buster)/, '1.14.2'],
      [/^(9|stretch)/, '1.10.3'],
    ],
  },
  {
    name: /(^|\/)ubuntu$/,
    distribution: 'debian',
    releases: [
      [/^(24\.04|noble)/, '1.24.0'],
      [/^(22\.04|jammy)/, '1.18.0'],
      [/^(20\.04|focal)/, '1.18.0'],
      [/^(18\.04|bionic)/, '1.14.0'],
    ],
  },
  {
    name: /(^|\/)alpine$/,
    distribution: 'alpine',
    releases: [
      [/^3\.22/, '1.28.0'],
      [/^3\.21/, '1.26.3'],
      [/^3\.20/, '1.26.3'],
      [/^3\.19/, '1.24.0'],
      [/^3\.18/, '1.24.0'],
      [/^3\.17/, '1.22.1'],
      [/^3\.16/, '1.22.1'],
      [/^3\.15/, '1.20.2'],
      [/^3\.14/, '1.20.2'],
    ],
  },
  {
    name: /(^|\/)(centos|rockylinux|almalinux|fedora|amazonlinux|oraclelinux|redhat\/ubi\d|ubi\d?(-minimal)?)(\/|$)/,
    distribution: 'rhel',
    releases: [],
  },
];

/** Releases of Debian and Ubuntu before their nginx had loadable modules: all of them were built in. */
const BUILT_IN = /^([78]|wheezy|jessie|1[0-6]\.\d\d|trusty|xenial)\b/;

/** Suffixes of Debian's names in the tags of images built on it, such as `python:3.12-slim-bookworm`. */
const CODENAME = /(?:^|[-.])(trixie|bookworm|bullseye|buster|stretch|noble|jammy|focal|bionic)\b/;
const ALPINE = /(?:^|-)alpine(\d+\.\d+)?/;

/** Takes `docker.io/library/nginx:1.27-alpine@sha256:…` apart. A registry's port is no tag. */
function parts(reference: string): { name: string; tag: string } {
  const plain = reference.trim().replace(/@sha256:.*$/, '');
  const m = /^(.*?)(?::([\w][\w.-]*))?$/.exec(plain)!;
  return {
    name: (m[1] ?? '').replace(/^(docker\.io|registry-1\.docker\.io|public\.ecr\.aws\/docker|mirror\.gcr\.io)\//, ''),
    tag: m[2] ?? '',
  };
}

/** The nginx that comes with an image; null when the image is none of nginx. Placeholders (`${TAG}`) leave the version open. */
export function imageOf(reference: string): Image | null {
  const open = /\$/.test(reference);
  const { name, tag } = parts(reference.replace(/:[^/]*\$.*$/, '').replace(/\$\{?\w+\}?\/?/g, ''));
  const product = PRODUCTS.find((p) => p.name.test(name));
  if (!product) return null;
  const { flavour, build, distribution } = product;
  // without a tag Docker takes `latest`; a tag of letters alone that is no channel says nothing
  const found = open ? null : (product.version ?? resolveVersion)(tag || 'latest');
  const floating = !/\d+\.\d+\.\d+/.test(tag);
  const slim = build === 'official' && /(^|-)slim(-|$)/.test(tag);
  return {
    name: reference.trim().replace(/@sha256:.*$/, ''),
    flavour,
    build,
    version: found,
    floating,
    distribution,
    ...(slim ? { slim } : {}),
  };
}

/** Where packages of nginx come from that are none of the distribution's. */
const NGINX_ORG = /\bnginx\.org\/(packages|keys)\b/;
const OTHER_SOURCE =
  /\badd-apt-repository\b|\bppa:|\/etc\/(apt\/sources\.list|yum\.repos\.d)\b|\byum-config-manager\b|\bconfig-manager\b.*--add-repo/;

/**
 * The nginx that a Dockerfile installs on top of a base image with its package manager. `commands` are what is run before: a package from
 * elsewhere is not the distribution's, whatever it is called.
 */
export function installedOn(reference: string, commands = ''): Image | null {
  const found = packagedOn(reference);
  if (!found) return null;
  if (NGINX_ORG.test(commands)) return { ...found, build: 'official', version: null, distribution: 'official' };
  return OTHER_SOURCE.test(commands) ? { ...found, build: 'any', version: null } : found;
}

function packagedOn(reference: string): Image | null {
  const { name, tag } = parts(reference);
  const base = BASES.find((b) => b.name.test(name));
  const made = (distribution: 'debian' | 'alpine' | 'rhel', found: string | undefined): Image => ({
    name: `nginx of ${reference}`,
    flavour: 'oss',
    build: distribution === 'debian' && BUILT_IN.test(tag) ? 'any' : distribution,
    version: found === undefined ? null : version(found),
    floating: false,
    distribution,
  });
  if (base) return made(base.distribution, base.releases.find(([mask]) => mask.test(tag))?.[1]);
  const alpine = ALPINE.exec(tag);
  if (alpine) return made('alpine', BASES[2]!.releases.find(([mask]) => alpine[1] && mask.test(alpine[1]))?.[1]);
  const code = CODENAME.exec(tag)?.[1];
  if (code) {
    const known = BASES.slice(0, 2)
      .flatMap((b) => b.releases)
      .find(([mask]) => mask.test(code));
    return made('debian', known?.[1]);
  }
  // images of languages are Debian's where their tag says nothing else
  return /(^|\/)(python|node|php|ruby|golang|buildpack-deps|openjdk|perl)$/.test(name) ? made('debian', undefined) : null;
}
