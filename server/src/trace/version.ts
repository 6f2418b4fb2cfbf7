/**
 * What changed between releases of nginx on the way of a request, as one record of switches. The numbers come from nginx's change log; what a fix
 * of a flaw changed is also so in a package that has the fix.
 */
import { advisory, packageState } from '../catalog/advisories.ts';
import { atLeast, type Version } from '../catalog/version.ts';

export interface Behaviour {
  /** 1.23.0: repeated header lines are one value for variables and for FastCGI, uwsgi and SCGI */
  readonly joinsHeaders: boolean;
  /** 1.29.4: hosts and ports checked as RFC 3986 has them */
  readonly strictHost: boolean;
  /** 1.29.4: the target of CONNECT is a host with a port */
  readonly connectsToAuthority: boolean;
  /** 1.29.8: at most 1000 header lines (`max_headers`) */
  readonly limitsHeaderCount: boolean;
  /** 1.29.7: HTTP/1.1 to backends, no `Connection: close` */
  readonly upstreamKeepsAlive: boolean;
  /** 1.31.0: Proxy-Connection of the client is not passed on */
  readonly dropsProxyConnection: boolean;
  /** 1.31.4: Host is sent to backends first, once, and even when configured empty */
  readonly insistsOnHost: boolean;
  /** 1.29.5: HTTP_HOST is always among the params */
  readonly paramsHost: boolean;
  /** 1.30.1 and 1.31.0: captures behind a rewrite with arguments are no longer escaped by accident */
  readonly resetsArgs: boolean;
  /** 1.23.0: X-Accel-Expires, Cache-Control and Expires are weighed together, before in the order in which they came */
  readonly weighsCacheHeaders: boolean;
  /** 1.23.4: ranges of files that gzip_static sends */
  readonly rangesOfGzipStatic: boolean;
  /** 1.17.9: two Host lines are refused */
  readonly refusesTwoHosts: boolean;
  /** 1.21.1: Content-Length beside Transfer-Encoding, controls in the request line, CONNECT are refused */
  readonly refusesOddFraming: boolean;
  /** 1.31.0: connection headers in HTTP/2 and HTTP/3 are refused */
  readonly refusesConnectionHeaders: boolean;
  /** 1.19.10: 1000, before 100 */
  readonly keepaliveRequests: number;
  /** 1.29.7 and 1.28.3: the Destination of COPY and MOVE lies below a location with an alias */
  readonly copiesWithinAlias: boolean;
  /** 1.31.0: COPY and MOVE onto themselves, into themselves or what is around them are refused */
  readonly refusesNestedCopies: boolean;
  /** 1.31.0: CONNECT is allowed where a tunnel_pass is */
  readonly tunnels: boolean;
  /** 1.25.5: stream chooses servers by name */
  readonly streamNames: boolean;
  /** 1.31.7 and 1.30.6: no path below an alias after a rewrite that goes on; before it was made of the wrong length */
  readonly losesAliasPath: boolean;
  /** 1.23.0: answers of backends with odd framing are refused, of lines that may stand once the first counts */
  readonly refusesOddAnswers: boolean;
  /** 1.29.6: a comma ends no cookie */
  readonly splitsCookiesAtCommas: boolean;
  /** 1.29.1: an HTTP/2 Host beside an equal :authority is fine */
  readonly allowsEqualHost: boolean;
  /** 1.25.1: HTTP/2 is a matter of the server, not only of the listener */
  readonly http2PerServer: boolean;
  /** 1.31.9: a header line without a colon is refused, before it is one with an empty value; null: nobody says it of the release */
  readonly refusesLineWithoutColon: boolean | null;
  /** 1.19.3: stale-if-error of a stored answer helps where no answer comes, no longer where one with 500, 404 and the like does */
  readonly staleIfErrorForStatuses: boolean;
  /** 1.21.2: mail's authentication server is told version and cipher of TLS */
  readonly mailTellsCipher: boolean;
  /** 1.29.7 and 1.28.3: the salt goes with APOP and CRAM-MD5 alone, before with EXTERNAL too where POP3 had greeted with it */
  readonly mailSaltsExternal: boolean;
  /** 1.27.3: a client's IPv6 address may be in brackets without a port */
  readonly readsBareBrackets: boolean;
  readonly text: string;
}

const made = new Map<string, Behaviour>();

/** How nginx of a version behaves where versions differ. */
export function behaviourOf(v: Version): Behaviour {
  const key = v.packaged ?? v.text;
  let b = made.get(key);
  if (!b) {
    const since = (text: string): boolean => atLeast(v, text);
    const fixed = (id: string): boolean => v.packaged !== undefined && packageState(advisory(id)!, v.packaged) === 'patched';
    b = {
      joinsHeaders: since('1.23.0'),
      strictHost: since('1.29.4'),
      connectsToAuthority: since('1.29.4'),
      limitsHeaderCount: since('1.29.8'),
      upstreamKeepsAlive: since('1.29.7'),
      dropsProxyConnection: since('1.31.0'),
      copiesWithinAlias: since('1.29.7') || (since('1.28.3') && v.minor === 28),
      refusesNestedCopies: since('1.31.0'),
      insistsOnHost: since('1.31.4'),
      paramsHost: since('1.29.5'),
      resetsArgs: since('1.31.0') || (since('1.30.1') && v.minor === 30) || fixed('CVE-2026-42945'),
      weighsCacheHeaders: since('1.23.0'),
      rangesOfGzipStatic: since('1.23.4'),
      refusesTwoHosts: since('1.17.9'),
      refusesOddFraming: since('1.21.1'),
      refusesConnectionHeaders: since('1.31.0'),
      keepaliveRequests: since('1.19.10') ? 1000 : 100,
      tunnels: since('1.31.0'),
      streamNames: since('1.25.5'),
      losesAliasPath: since('1.31.7') || (since('1.30.6') && v.minor === 30) || fixed('CVE-2026-15176'),
      refusesOddAnswers: since('1.23.0'),
      splitsCookiesAtCommas: !since('1.29.6'),
      allowsEqualHost: since('1.29.1'),
      http2PerServer: since('1.25.1'),
      refusesLineWithoutColon: since('1.31.9') || (since('1.30.7') && v.minor === 30 ? null : false),
      staleIfErrorForStatuses: !since('1.19.3'),
      mailTellsCipher: since('1.21.2'),
      mailSaltsExternal: !(since('1.29.7') || (since('1.28.3') && v.minor === 28) || fixed('CVE-2026-27651')),
      readsBareBrackets: since('1.27.3'),
      text: v.text,
    };
    made.set(key, b);
  }
  return b;
}
