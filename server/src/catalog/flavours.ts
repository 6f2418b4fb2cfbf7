/** The relatives of nginx and the ways it is built, once: types, settings, options and what editors show come from here. */
import { table } from '../base/table.ts';
import { atLeast, parseVersion, type Version, version } from './version.ts';

/** Which server reads the files, with what people call it. */
export const FLAVOURS = table({
  oss: 'nginx, open source',
  plus: 'NGINX Plus',
  openresty: 'OpenResty',
  angie: 'Angie',
  freenginx: 'freenginx',
  tengine: 'Tengine',
} as const);
export type Flavour = keyof typeof FLAVOURS;

/** What a relative is called; null for nginx itself. */
export const relativeName = (flavour: Flavour): string | null => (flavour === 'oss' ? null : FLAVOURS[flavour]);

/** Relatives that go their own way after the nginx that they were made from: what is newer in nginx, and what nginx has not, may be in them. */
export const GOES_ITS_OWN_WAY: ReadonlySet<Flavour> = new Set<Flavour>(['freenginx', 'tengine']);

/**
 * Directives of nginx that a relative left out, with what it has instead; null: nothing. Angie's documentation, "Unsupported nginx directives":
 * two are omitted for their design, one is called otherwise.
 */
const LEFT_OUT: { readonly [f in Flavour]?: Readonly<Record<string, string | null>> } = table({
  angie: table({ add_header_inherit: null, add_trailer_inherit: null, keepalive_min_timeout: 'lingering_timeout' }),
});

/** What a relative has in place of a directive that it left out: null for nothing, undefined where it has the directive. */
export const leftOut = (flavour: Flavour, name: string): string | null | undefined => LEFT_OUT[flavour]?.[name];

/**
 * The nginx that releases of relatives were made from. Read: NGINX Plus 37.1 (second hand), R32 and R33; Angie's documentation of 1.11, and its
 * makers on 1.2. The other rows are what release notes are remembered to say and were not looked up again. What is not here is not known, and
 * nothing is said by it.
 */
const CORES: { readonly [f in Flavour]?: readonly (readonly [RegExp, string])[] } = table({
  plus: [
    [/^37\.1\b/, '1.31.3'],
    ...Object.entries({
      36: '1.29.3',
      35: '1.29.0',
      34: '1.27.4',
      33: '1.27.2',
      32: '1.25.5',
      31: '1.25.3',
      30: '1.25.1',
      29: '1.23.4',
      28: '1.23.2',
      27: '1.21.6',
      26: '1.21.5',
      25: '1.21.3',
      24: '1.19.10',
      23: '1.19.5',
      22: '1.19.0',
    }).map(([release, core]) => [new RegExp(`^R?${release}(?![\\d.])`, 'i'), core] as const),
  ],
  angie: [
    [/^1\.11(?!\d)/, '1.29.3'],
    [/^1\.2(?!\d)/, '1.25.0'],
  ],
  tengine: [
    [/^3\.[01](?!\d)/, '1.24.0'],
    [/^2\.3\.3(?!\d)/, '1.18.0'],
    [/^2\.3\.2(?!\d)/, '1.17.3'],
  ],
});

/** Numbers that are a relative's own and not those of an nginx. */
const OWN_NUMBERS: { readonly [f in Flavour]?: RegExp } = table({
  plus: /^(R\d|\d\d(\.|$|-))/i,
  angie: /^1\.(\d|1\d)(\.|$|-)/,
  tengine: /^[23]\./,
});

/** The release after which freenginx took nothing over as it is (the fork of February 2024). */
const FREENGINX_FORKED = '1.25.4';

/** Whether a text names a release: `1.27.3`, `R34`. */
export const isRelease = (text: string): boolean => /^R\d{2}(-p\d+)?$/i.test(text.trim()) || parseVersion(text) !== null;

/** The version of nginx that a release of a flavour stands for, be it said by nginx's number or by its own; null where it is not known. */
export function coreOf(flavour: Flavour, release: string): Version | null {
  const text = release.trim().replace(/^v(?=\d)/, '');
  if (OWN_NUMBERS[flavour]?.test(text)) {
    const core = CORES[flavour]?.find(([mask]) => mask.test(text))?.[1];
    return core === undefined ? null : version(core);
  }
  const own = parseVersion(text);
  return flavour === 'freenginx' && own && atLeast(own, FREENGINX_FORKED) ? version(FREENGINX_FORKED) : own;
}

/** Who made the binary, with what that means for its modules. */
export const BUILDS = table({
  any: 'Every known module is taken to be there.',
  plain: 'Built from source without options.',
  debian: 'As Debian and Ubuntu package it.',
  alpine: 'As Alpine packages it.',
  rhel: 'As RHEL, Fedora and their kin package it.',
  official: 'The packages and images of nginx.org.',
  openresty: 'OpenResty.',
  angie: 'Angie.',
  plus: 'NGINX Plus.',
} as const);
export type Build = keyof typeof BUILDS;

/**
 * The `--prefix` that a build has (`nginx -V`): the folder that relative paths of root, alias and logs hang from. Null where the name of
 * the build does not say it. Sources: the packages' build files; Debian's was looked at.
 */
export const PREFIXES: Readonly<Record<Build, string | null>> = table({
  any: null,
  plain: '/usr/local/nginx',
  debian: '/usr/share/nginx',
  alpine: '/var/lib/nginx',
  rhel: '/usr/share/nginx',
  official: '/etc/nginx',
  openresty: '/usr/local/openresty/nginx',
  angie: '/etc/angie',
  plus: '/etc/nginx',
});
