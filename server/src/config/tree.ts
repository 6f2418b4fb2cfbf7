/** The files of one configuration and how its includes were answered: the result of all IO, before any meaning is read into it. */

import type { FileId } from '../base/file-id.ts';
import type { Stat } from '../base/file-system.ts';
import type { Place } from '../base/span.ts';
import type { PathBase } from '../catalog/shape.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import type { NameBeside } from './names-beside.ts';
import type { ScopeContext } from './scope.ts';
import type { Script } from './scripts.ts';

/** `unnamed`: the file has a name that nothing but nginx can open. */
export type IncludeProblem = 'missing' | 'cycle' | 'unreadable' | 'unnamed' | 'folder' | 'too-many' | 'too-large';

export interface Include {
  /** the file in which the directive stands */
  readonly file: FileId;
  /** the argument as nginx sees it */
  readonly path: string;
  /** a mask may match nothing without being an error */
  readonly mask: boolean;
  /** in the order in which nginx reads them */
  readonly files: readonly FileId[];
  /** those that are being read already: the include leads back to them */
  readonly back?: readonly FileId[];
  readonly problem: IncludeProblem | null;
  /** more words on the problem, for people */
  readonly detail: string;
  /** why more may be here than is seen; null when all that the include brings is seen */
  readonly unseen: string | null;
}

/** What no package's main file holds either, though people put it beside sites, for all of them: where a file is known to be put, its absence counts. */
export const SET_BESIDE_SITES: readonly string[] = ['ssl_certificate', 'ssl_certificate_key', 'ssl_reject_handshake'];

/**
 * What sites set and no package's main file holds for all of them: their folder, what is passed on and how, what of it is cached, and who is
 * let in. A file without its main file inherits none of it, unless another file of its project may bring it.
 */
export const SET_BY_SITES: readonly string[] = [
  'proxy_set_header',
  'grpc_set_header',
  'uwsgi_param',
  'fastcgi_param',
  'scgi_param',
  'proxy_pass_request_body',
  'root',
  'fastcgi_index',
  'allow',
  'deny',
  'auth_basic',
  'auth_basic_user_file',
  'auth_request',
  'satisfy',
  'proxy_intercept_errors',
  'fastcgi_intercept_errors',
  'uwsgi_intercept_errors',
  'scgi_intercept_errors',
  'grpc_intercept_errors',
  'proxy_ssl_server_name',
  'grpc_ssl_server_name',
  'uwsgi_ssl_server_name',
  'proxy_ssl_verify',
  'grpc_ssl_verify',
  'uwsgi_ssl_verify',
  'proxy_buffering',
  'uwsgi_buffering',
  'uwsgi_read_timeout',
  'fastcgi_read_timeout',
  'proxy_read_timeout',
  'ssl_verify_client',
  'http2',
  'proxy_cookie_domain',
  'proxy_cookie_path',
  'uwsgi_modifier1',
  ...['proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc'].map((p) => `${p}_hide_header`),
  ...['proxy', 'fastcgi', 'uwsgi', 'scgi'].flatMap((p) => [`${p}_cache_key`, `${p}_no_cache`, `${p}_cache_bypass`]),
];

/** The main file that stands in for the one that will include a file, and what was assumed with it. */
export interface StandIn {
  readonly main: SourceFile;
  /** the absolute path of the main file on the server */
  readonly mainPath: string;
  /** what relative paths of files hang from there: the folder that the package was built with */
  readonly prefix: string | null;
  /** the file that is judged in it */
  readonly file: FileId;
  /** the contexts that the file may be in; it is read in the first */
  readonly contexts: readonly ScopeContext[];
  /** the project says where the file goes; otherwise its folder and its directives were asked */
  readonly certain: boolean;
  /** the include of the main file that brings the file, and all that it brings */
  readonly takes: { readonly mask: string; readonly files: readonly FileId[] };
  /** why the includes of the main file may bring more than is seen; null when all is seen */
  readonly beside: string | null;
  /** those of `SET_BY_SITES` and `SET_BESIDE_SITES` that other files of the project hold outside of any block: they may be beside the file */
  readonly lists: ReadonlySet<string>;
  /** what those files declare for all of http or stream */
  readonly names: readonly NameBeside[];
  /** the folders of the project that stand for nginx's configuration folder, the likeliest first */
  readonly folders: readonly FileId[];
  /** the configuration folder on the server, where the project says where the file goes */
  readonly inside: string | null;
  /** the path that the file has on the server */
  readonly path: string;
  /** the image or package whose main file it is */
  readonly of: string;
  /** it is of a folder such as `sites-available`, and nothing that is seen links to it: it is judged as if it were enabled */
  readonly disabled: boolean;
  /** what was assumed, for people: "/etc/nginx/conf.d/default.conf of nginx:1.29" */
  readonly readAs: string;
}

/** Where the project puts the file that a configuration begins with, if the nginx that is started there does not read it as such a file. */
export interface Misplaced {
  /** on the deployed system */
  readonly path: string;
  /**
   * `main`: it is the main file there; `taken`: the main file of the image includes it within http; `unread`: nothing includes it; `passed`: the
   * project's own main file includes its folder, by masks that its name does not fit
   */
  readonly as: 'main' | 'taken' | 'unread' | 'passed';
  /** the image's script writes it there, from a template */
  readonly rendered: boolean;
  /** the image, for people; of no file that is `passed` */
  readonly of: string;
  /** the main file there, and what it includes of sites */
  readonly main: string;
  readonly masks: readonly string[];
  /** what puts it there */
  readonly at: Place;
}

/** The site that an image of nginx brings, which is beside the one that a configuration begins with. */
export interface ImageDefault {
  readonly path: string;
  /** the image, for people */
  readonly of: string;
  /** the port on which it listens, as `localhost` */
  readonly port: number;
  /** where the project's own site is */
  readonly file: string;
  /** it is read before that */
  readonly first: boolean;
  /** what puts the project's site there */
  readonly at: Place;
}

/** Who starts nginx with the files of a configuration. */
export interface StartedBy {
  /** for people, such as the name of a service */
  readonly label: string;
  /** where services that differ start nginx with the same text, the places that say so of this one; else empty */
  readonly services: readonly Place[];
}

/** What the disk says of the paths that a configuration names, by the path as written and what a relative one hangs from. */
export interface DiskFacts {
  /** when the disk was asked, in milliseconds since 1970; null when it was not */
  readonly now: number | null;
  /** undefined: nobody asked, or the path is not of this machine; null: nothing there */
  stat(path: string, base?: PathBase): Stat | null | undefined;
  /** the text of a small file that a rule reads (a certificate); undefined when it was not read */
  text(path: string, base?: PathBase): string | undefined;
}

export const NO_DISK: DiskFacts = { now: null, stat: () => undefined, text: () => undefined };

/** Names of which files that a configuration does not read may make use. */
export interface NamesBeside {
  /** whether one of them holds the word, in lower case; true for every word where not all of them were read */
  has(word: string): boolean;
  /** what was not read, for people; null where all was */
  readonly notSeen: string | null;
}

export interface Tree {
  readonly root: FileId;
  readonly files: ReadonlyMap<FileId, SourceFile>;
  readonly includes: ReadonlyMap<Statement, Include>;
  readonly disk: DiskFacts;
  /** the names that the project's files of nginx which this tree does not read may use when they are put beside it */
  readonly beside?: NamesBeside;
  /** the file is a definition of a template, and all places that write it are seen: it is in one of the contexts that the configuration has */
  readonly written?: boolean;
  /** set when the main file is not one of the project */
  readonly standIn?: StandIn;
  /** set where the file that it begins with is put to where nginx does not read it as what it is */
  readonly misplaced?: Misplaced;
  /** set where the image's own site is read beside that of the project */
  readonly imageDefault?: ImageDefault;
  /** the service that starts nginx with these files; several may, with other files around the same text */
  readonly startedBy?: StartedBy;
  /** the files of njs that are imported, by their paths as written; null: not there, or nobody may read it */
  readonly scripts?: ReadonlyMap<string, Script | null>;
  /** the files behind links, and the files themselves, with the names under which they are read; of stock files nothing */
  readonly reals?: ReadonlyMap<FileId, FileId>;
}
