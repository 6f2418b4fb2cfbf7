/** Every rule, one line each. Made by `npm run generate` from the files in the folders beside it; do not edit. */
import accessLogOff from './compliance/access-log-off.ts';
import addressNotLimited from './compliance/address-not-limited.ts';
import clientLimitsMissing from './compliance/client-limits-missing.ts';
import clientTimeoutsLong from './compliance/client-timeouts-long.ts';
import defaultErrorPage from './compliance/default-error-page.ts';
import errorLogLevelTooHigh from './compliance/error-log-level-too-high.ts';
import headerBuffersLarge from './compliance/header-buffers-large.ts';
import hiddenFileServed from './compliance/hidden-file-served.ts';
import logFormatSparse from './compliance/log-format-sparse.ts';
import logKeptLocal from './compliance/log-kept-local.ts';
import methodNotLimited from './compliance/method-not-limited.ts';
import portUnexpected from './compliance/port-unexpected.ts';
import runtimeFileExposed from './compliance/runtime-file-exposed.ts';
import staplingOff from './compliance/stapling-off.ts';
import tlsSessionLong from './compliance/tls-session-long.ts';
import unknownHostAnswered from './compliance/unknown-host-answered.ts';
import upstreamHeadersShown from './compliance/upstream-headers-shown.ts';
import upstreamWithoutClientCertificate from './compliance/upstream-without-client-certificate.ts';
import acmeChallengeRefused from './correctness/acme-challenge-refused.ts';
import aliasWithoutCapture from './correctness/alias-without-capture.ts';
import answerReadEarly from './correctness/answer-read-early.ts';
import apacheSyntaxLeft from './correctness/apache-syntax-left.ts';
import assetAnsweredWithPage from './correctness/asset-answered-with-page.ts';
import assetsWithoutRoot from './correctness/assets-without-root.ts';
import backslashBeforeVariable from './correctness/backslash-before-variable.ts';
import backslashInPath from './correctness/backslash-in-path.ts';
import cacheControlContradicts from './correctness/cache-control-contradicts.ts';
import captureOverwritten from './correctness/capture-overwritten.ts';
import captureSentDecoded from './correctness/capture-sent-decoded.ts';
import commaInList from './correctness/comma-in-list.ts';
import comparisonConstant from './correctness/comparison-constant.ts';
import cookiePathElsewhere from './correctness/cookie-path-elsewhere.ts';
import corsPreflightFails from './correctness/cors-preflight-fails.ts';
import dashInVariable from './correctness/dash-in-variable.ts';
import deadDirectiveAfterReturn from './correctness/dead-directive-after-return.ts';
import endOfPathEscaped from './correctness/end-of-path-escaped.ts';
import envsubstEatsVariable from './correctness/envsubst-eats-variable.ts';
import envsubstLeavesPlaceholder from './correctness/envsubst-leaves-placeholder.ts';
import equalsSignAsValue from './correctness/equals-sign-as-value.ts';
import errorAnsweredAsSuccess from './correctness/error-answered-as-success.ts';
import errorLogOff from './correctness/error-log-off.ts';
import errorPageFailsToo from './correctness/error-page-fails-too.ts';
import errorPageIneffective from './correctness/error-page-ineffective.ts';
import folderClosedToWorkers from './correctness/folder-closed-to-workers.ts';
import globInRegex from './correctness/glob-in-regex.ts';
import gzipIneffective from './correctness/gzip-ineffective.ts';
import headerNameMisspelled from './correctness/header-name-misspelled.ts';
import homePageForbidden from './correctness/home-page-forbidden.ts';
import includeCycle from './correctness/include-cycle.ts';
import indexGoesElsewhere from './correctness/index-goes-elsewhere.ts';
import invalidCapture from './correctness/invalid-capture.ts';
import lineSwallowed from './correctness/line-swallowed.ts';
import listenAddressTaken from './correctness/listen-address-taken.ts';
import listenIpv6Missing from './correctness/listen-ipv6-missing.ts';
import listenOnSiteName from './correctness/listen-on-site-name.ts';
import locationVariableLiteral from './correctness/location-variable-literal.ts';
import locationWithoutSlashRedirect from './correctness/location-without-slash-redirect.ts';
import logFormatWordsJoined from './correctness/log-format-words-joined.ts';
import mapRowUnreachable from './correctness/map-row-unreachable.ts';
import mapWithoutDefault from './correctness/map-without-default.ts';
import mixedCaseVariable from './correctness/mixed-case-variable.ts';
import notChecked from './correctness/not-checked.ts';
import pageAnsweredAsError from './correctness/page-answered-as-error.ts';
import pageCachedLong from './correctness/page-cached-long.ts';
import passWithoutScheme from './correctness/pass-without-scheme.ts';
import pathPatternWithoutSlash from './correctness/path-pattern-without-slash.ts';
import precompressedWithoutEncoding from './correctness/precompressed-without-encoding.ts';
import prereadOff from './correctness/preread-off.ts';
import proxyPassDropsPath from './correctness/proxy-pass-drops-path.ts';
import proxyPassRewritesPath from './correctness/proxy-pass-rewrites-path.ts';
import proxyPassSlashMismatch from './correctness/proxy-pass-slash-mismatch.ts';
import proxyRedirectLost from './correctness/proxy-redirect-lost.ts';
import proxyToItself from './correctness/proxy-to-itself.ts';
import queryInPath from './correctness/query-in-path.ts';
import queryNeverMatches from './correctness/query-never-matches.ts';
import questionMarkTwice from './correctness/question-mark-twice.ts';
import redirectDropsPath from './correctness/redirect-drops-path.ts';
import redirectLoop from './correctness/redirect-loop.ts';
import redirectQueryTwice from './correctness/redirect-query-twice.ts';
import redirectSchemeOfProxy from './correctness/redirect-scheme-of-proxy.ts';
import redirectTargetMalformed from './correctness/redirect-target-malformed.ts';
import regexCouldBeExact from './correctness/regex-could-be-exact.ts';
import regexInPrefixLocation from './correctness/regex-in-prefix-location.ts';
import rewriteCycle from './correctness/rewrite-cycle.ts';
import rewriteMissesPass from './correctness/rewrite-misses-pass.ts';
import rewriteNeverRuns from './correctness/rewrite-never-runs.ts';
import rewriteToNothing from './correctness/rewrite-to-nothing.ts';
import rewriteWithoutSlash from './correctness/rewrite-without-slash.ts';
import rootRepeatsPrefix from './correctness/root-repeats-prefix.ts';
import schemePatternMisspelled from './correctness/scheme-pattern-misspelled.ts';
import scriptNotFound from './correctness/script-not-found.ts';
import serverNameWithPort from './correctness/server-name-with-port.ts';
import settingOfDefaultOnly from './correctness/setting-of-default-only.ts';
import shadowedServer from './correctness/shadowed-server.ts';
import sharedPrefixCookiePath from './correctness/shared-prefix-cookie-path.ts';
import staticTypeMissing from './correctness/static-type-missing.ts';
import strayQuote from './correctness/stray-quote.ts';
import subFilterFirstOnly from './correctness/sub-filter-first-only.ts';
import subFilterOnGzip from './correctness/sub-filter-on-gzip.ts';
import subFilterTypeMissing from './correctness/sub-filter-type-missing.ts';
import textSentAsDownload from './correctness/text-sent-as-download.ts';
import tildeInPath from './correctness/tilde-in-path.ts';
import tryFilesAndPass from './correctness/try-files-and-pass.ts';
import tryFilesCodeNotLast from './correctness/try-files-code-not-last.ts';
import tryFilesFallbackElsewhere from './correctness/try-files-fallback-elsewhere.ts';
import tryFilesFileAsUri from './correctness/try-files-file-as-uri.ts';
import tryFilesLostInIf from './correctness/try-files-lost-in-if.ts';
import tryFilesMissingFallback from './correctness/try-files-missing-fallback.ts';
import tryFilesNeverTried from './correctness/try-files-never-tried.ts';
import tryFilesQueryLost from './correctness/try-files-query-lost.ts';
import tryFilesQueryNotLast from './correctness/try-files-query-not-last.ts';
import typographicQuote from './correctness/typographic-quote.ts';
import unanchoredRegex from './correctness/unanchored-regex.ts';
import unixSocketUriWithoutColon from './correctness/unix-socket-uri-without-colon.ts';
import unknownNamedLocation from './correctness/unknown-named-location.ts';
import unlikelyUnit from './correctness/unlikely-unit.ts';
import unreachableLocation from './correctness/unreachable-location.ts';
import unsafeIf from './correctness/unsafe-if.ts';
import unusedCacheZone from './correctness/unused-cache-zone.ts';
import unusedLogFormat from './correctness/unused-log-format.ts';
import unusedNamedLocation from './correctness/unused-named-location.ts';
import unusedUpstream from './correctness/unused-upstream.ts';
import unusedVariable from './correctness/unused-variable.ts';
import unusedZone from './correctness/unused-zone.ts';
import variableBeforeSet from './correctness/variable-before-set.ts';
import variableWithoutDollar from './correctness/variable-without-dollar.ts';
import varyOriginMissing from './correctness/vary-origin-missing.ts';
import versionBeyondData from './correctness/version-beyond-data.ts';
import deprecatedDirective from './deprecation/deprecated-directive.ts';
import deprecatedParameter from './deprecation/deprecated-parameter.ts';
import deprecatedVariable from './deprecation/deprecated-variable.ts';
import listenHttp2 from './deprecation/listen-http2.ts';
import sslDirectiveDeprecated from './deprecation/ssl-directive-deprecated.ts';
import certificateUnusable from './environment/certificate-unusable.ts';
import missingFile from './environment/missing-file.ts';
import missingInclude from './environment/missing-include.ts';
import moduleNotLoaded from './environment/module-not-loaded.ts';
import unresolvableHost from './environment/unresolvable-host.ts';
import addressOfProxy from './limits/address-of-proxy.ts';
import buffersExhaustMemory from './limits/buffers-exhaust-memory.ts';
import burstDefeatsRate from './limits/burst-defeats-rate.ts';
import burstWithoutNodelay from './limits/burst-without-nodelay.ts';
import dryRunLeftOn from './limits/dry-run-left-on.ts';
import limitBehindProxy from './limits/limit-behind-proxy.ts';
import limitKeyConstant from './limits/limit-key-constant.ts';
import limitKeyForgeable from './limits/limit-key-forgeable.ts';
import limitNeverRuns from './limits/limit-never-runs.ts';
import limitSparesStrangers from './limits/limit-spares-strangers.ts';
import limitStatus503 from './limits/limit-status-503.ts';
import limitWithoutBurst from './limits/limit-without-burst.ts';
import limitWithoutZoneUse from './limits/limit-without-zone-use.ts';
import loginUnlimited from './limits/login-unlimited.ts';
import zoneTooSmall from './limits/zone-too-small.ts';
import accessLogUnbuffered from './performance/access-log-unbuffered.ts';
import errorLogMissing from './performance/error-log-missing.ts';
import gzipOff from './performance/gzip-off.ts';
import keepaliveRequestsLow from './performance/keepalive-requests-low.ts';
import openFileCacheMissing from './performance/open-file-cache-missing.ts';
import rlimitBelowConnections from './performance/rlimit-below-connections.ts';
import rootInLocation from './performance/root-in-location.ts';
import sendfileOnSharedFolder from './performance/sendfile-on-shared-folder.ts';
import sendfileTcpNopushUnpaired from './performance/sendfile-tcp-nopush-unpaired.ts';
import staticWithoutExpires from './performance/static-without-expires.ts';
import workerConnectionsLow from './performance/worker-connections-low.ts';
import workerProcessesMissing from './performance/worker-processes-missing.ts';
import type { Rule } from './rule.ts';
import accelRedirectFromOutside from './security/accel-redirect-from-outside.ts';
import accessByRawHost from './security/access-by-raw-host.ts';
import accessByRawPath from './security/access-by-raw-path.ts';
import accessListIneffective from './security/access-list-ineffective.ts';
import accessListOutranked from './security/access-list-outranked.ts';
import accessListPassedBySlashes from './security/access-list-passed-by-slashes.ts';
import accessRulesBypassed from './security/access-rules-bypassed.ts';
import adminToolExposed from './security/admin-tool-exposed.ts';
import aliasSlashMismatch from './security/alias-slash-mismatch.ts';
import aliasTraversal from './security/alias-traversal.ts';
import allowWithoutDeny from './security/allow-without-deny.ts';
import authBasicNotOff from './security/auth-basic-not-off.ts';
import authRequestFailsOpen from './security/auth-request-fails-open.ts';
import authRequestValueEarly from './security/auth-request-value-early.ts';
import authRequestValueUnset from './security/auth-request-value-unset.ts';
import basicAuthOverHttp from './security/basic-auth-over-http.ts';
import bodyLengthOverwritten from './security/body-length-overwritten.ts';
import clientPatternLoose from './security/client-pattern-loose.ts';
import clientTextInScript from './security/client-text-in-script.ts';
import codeFromWritableFolder from './security/code-from-writable-folder.ts';
import contentTypeByAddHeader from './security/content-type-by-add-header.ts';
import controlSocketExposed from './security/control-socket-exposed.ts';
import cookieFromClient from './security/cookie-from-client.ts';
import cookieWithoutFlags from './security/cookie-without-flags.ts';
import corsMisconfigured from './security/cors-misconfigured.ts';
import databaseExposed from './security/database-exposed.ts';
import davOpen from './security/dav-open.ts';
import defaultServerImplicit from './security/default-server-implicit.ts';
import directoryListing from './security/directory-listing.ts';
import exactPathRestrictedOnly from './security/exact-path-restricted-only.ts';
import externalResolver from './security/external-resolver.ts';
import filePathFromClient from './security/file-path-from-client.ts';
import filesystemRootExposed from './security/filesystem-root-exposed.ts';
import forwardedForTrusted from './security/forwarded-for-trusted.ts';
import guardForgeable from './security/guard-forgeable.ts';
import h2cUpgradePassed from './security/h2c-upgrade-passed.ts';
import headerInheritanceLost from './security/header-inheritance-lost.ts';
import headerWithoutAlways from './security/header-without-always.ts';
import hostSpoofing from './security/host-spoofing.ts';
import internalHeaderPassed from './security/internal-header-passed.ts';
import internalMissing from './security/internal-missing.ts';
import knownVulnerability from './security/known-vulnerability.ts';
import limitExceptInverted from './security/limit-except-inverted.ts';
import limitExceptNotInherited from './security/limit-except-not-inherited.ts';
import logValuesUnescaped from './security/log-values-unescaped.ts';
import mailLoginUnencrypted from './security/mail-login-unencrypted.ts';
import memcachedKeyFromClient from './security/memcached-key-from-client.ts';
import methodFromClient from './security/method-from-client.ts';
import misdirectedRequestAccepted from './security/misdirected-request-accepted.ts';
import multilineHeader from './security/multiline-header.ts';
import openRedirect from './security/open-redirect.ts';
import originCheckTooLoose from './security/origin-check-too-loose.ts';
import ownProxyAdmitted from './security/own-proxy-admitted.ts';
import passwordNeverAsked from './security/password-never-asked.ts';
import pathInPage from './security/path-in-page.ts';
import privateFileServed from './security/private-file-served.ts';
import programServedAsText from './security/program-served-as-text.ts';
import protectingHeaderHidden from './security/protecting-header-hidden.ts';
import realIpIneffective from './security/real-ip-ineffective.ts';
import refererNoneAllowed from './security/referer-none-allowed.ts';
import regexCatastrophic from './security/regex-catastrophic.ts';
import responseSplitting from './security/response-splitting.ts';
import secretInConfig from './security/secret-in-config.ts';
import secretLogged from './security/secret-logged.ts';
import secretSentToClient from './security/secret-sent-to-client.ts';
import secureLinkForgeable from './security/secure-link-forgeable.ts';
import sensitiveFilesServed from './security/sensitive-files-served.ts';
import serverSideRequestForgery from './security/server-side-request-forgery.ts';
import sessionSentOutside from './security/session-sent-outside.ts';
import ssiInUploads from './security/ssi-in-uploads.ts';
import statusPageExposed from './security/status-page-exposed.ts';
import unkeyedHeaderPassed from './security/unkeyed-header-passed.ts';
import unsafePhpPath from './security/unsafe-php-path.ts';
import uploadExecuted from './security/upload-executed.ts';
import verdictUnread from './security/verdict-unread.ts';
import versionDisclosed from './security/version-disclosed.ts';
import websocketOriginUnchecked from './security/websocket-origin-unchecked.ts';
import workersRunAsRoot from './security/workers-run-as-root.ts';
import belowMozillaProfile from './tls/below-mozilla-profile.ts';
import certificateFileMistaken from './tls/certificate-file-mistaken.ts';
import certificateWithoutTls from './tls/certificate-without-tls.ts';
import cipherHasNoEffect from './tls/cipher-has-no-effect.ts';
import cipherStringEmptyOrUnreadable from './tls/cipher-string-empty-or-unreadable.ts';
import curveUnsupported from './tls/curve-unsupported.ts';
import dheWithoutParameters from './tls/dhe-without-parameters.ts';
import earlyDataReplay from './tls/early-data-replay.ts';
import forwardSecrecyMissing from './tls/forward-secrecy-missing.ts';
import hstsMissing from './tls/hsts-missing.ts';
import hstsOverHttp from './tls/hsts-over-http.ts';
import hstsWeak from './tls/hsts-weak.ts';
import hstsWithoutAlways from './tls/hsts-without-always.ts';
import httpNotRedirected from './tls/http-not-redirected.ts';
import http3Unreachable from './tls/http3-unreachable.ts';
import httpsRedirectedToHttp from './tls/https-redirected-to-http.ts';
import nistGroupsMissing from './tls/nist-groups-missing.ts';
import opensslEngineGone from './tls/openssl-engine-gone.ts';
import plainOn443 from './tls/plain-on-443.ts';
import protocolsOfDefaultOnly from './tls/protocols-of-default-only.ts';
import quicNotAnnounced from './tls/quic-not-announced.ts';
import quicReuseportMissing from './tls/quic-reuseport-missing.ts';
import redirectToUnservedName from './tls/redirect-to-unserved-name.ts';
import securityHeaderWithoutEffect from './tls/security-header-without-effect.ts';
import securityHeadersMissing from './tls/security-headers-missing.ts';
import sessionCacheIneffective from './tls/session-cache-ineffective.ts';
import sessionTicketsNotRotated from './tls/session-tickets-not-rotated.ts';
import staplingDeadCa from './tls/stapling-dead-ca.ts';
import staplingWithoutResolver from './tls/stapling-without-resolver.ts';
import tlsOn80 from './tls/tls-on-80.ts';
import upstreamSniMissing from './tls/upstream-sni-missing.ts';
import upstreamTlsUnverified from './tls/upstream-tls-unverified.ts';
import weakCipher from './tls/weak-cipher.ts';
import weakProtocol from './tls/weak-protocol.ts';
import allServersDown from './upstreams/all-servers-down.ts';
import authRequestBodyAnnounced from './upstreams/auth-request-body-announced.ts';
import authRequestUnexpectedAnswer from './upstreams/auth-request-unexpected-answer.ts';
import backupWithHash from './upstreams/backup-with-hash.ts';
import bodyLimitAskedElsewhere from './upstreams/body-limit-asked-elsewhere.ts';
import bodyLimitOfRedirect from './upstreams/body-limit-of-redirect.ts';
import bodySizeDefault from './upstreams/body-size-default.ts';
import bufferingOff from './upstreams/buffering-off.ts';
import cacheInactiveBelowValid from './upstreams/cache-inactive-below-valid.ts';
import cacheKeyLeaks from './upstreams/cache-key-leaks.ts';
import cachePurgeOpen from './upstreams/cache-purge-open.ts';
import cacheSettingUnused from './upstreams/cache-setting-unused.ts';
import cacheStoresErrors from './upstreams/cache-stores-errors.ts';
import cacheStoresNothing from './upstreams/cache-stores-nothing.ts';
import cacheWithoutBuffering from './upstreams/cache-without-buffering.ts';
import cacheWithoutLock from './upstreams/cache-without-lock.ts';
import connectionHeaderKeepalive from './upstreams/connection-header-keepalive.ts';
import dnsResolvedOnce from './upstreams/dns-resolved-once.ts';
import encodedSlashDecoded from './upstreams/encoded-slash-decoded.ts';
import eventPathBuffered from './upstreams/event-path-buffered.ts';
import forwardedHeadersMissing from './upstreams/forwarded-headers-missing.ts';
import forwardedPrefixKept from './upstreams/forwarded-prefix-kept.ts';
import forwardedProtoWrong from './upstreams/forwarded-proto-wrong.ts';
import grpcWithoutHttp2 from './upstreams/grpc-without-http2.ts';
import headerSentTwice from './upstreams/header-sent-twice.ts';
import hostEmptyOverHttp3 from './upstreams/host-empty-over-http3.ts';
import http10Refused from './upstreams/http10-refused.ts';
import httpsParameterMissing from './upstreams/https-parameter-missing.ts';
import platformHostReplaced from './upstreams/platform-host-replaced.ts';
import portOfInnerListener from './upstreams/port-of-inner-listener.ts';
import proxyHostMissing from './upstreams/proxy-host-missing.ts';
import proxyProtocolMismatch from './upstreams/proxy-protocol-mismatch.ts';
import requestBufferingOff from './upstreams/request-buffering-off.ts';
import requestHeaderWrongValue from './upstreams/request-header-wrong-value.ts';
import resolverUnused from './upstreams/resolver-unused.ts';
import responseHeaderInRequest from './upstreams/response-header-in-request.ts';
import responseHeaderTwice from './upstreams/response-header-twice.ts';
import retryNotIdempotent from './upstreams/retry-not-idempotent.ts';
import settingLostOnRedirect from './upstreams/setting-lost-on-redirect.ts';
import settingOfAnotherModule from './upstreams/setting-of-another-module.ts';
import singleServerNeverMarkedDown from './upstreams/single-server-never-marked-down.ts';
import sliceIncomplete from './upstreams/slice-incomplete.ts';
import socketioWithoutAffinity from './upstreams/socketio-without-affinity.ts';
import timeoutsInverted from './upstreams/timeouts-inverted.ts';
import udpAnswerAwaited from './upstreams/udp-answer-awaited.ts';
import udpSettingOnTcp from './upstreams/udp-setting-on-tcp.ts';
import upstreamKeepaliveMissing from './upstreams/upstream-keepalive-missing.ts';
import upstreamSchemePort from './upstreams/upstream-scheme-port.ts';
import upstreamZoneMissing from './upstreams/upstream-zone-missing.ts';
import websocketClosedWhenIdle from './upstreams/websocket-closed-when-idle.ts';
import websocketUpgradeIncomplete from './upstreams/websocket-upgrade-incomplete.ts';
import websocketUpgradeWrong from './upstreams/websocket-upgrade-wrong.ts';
import bufferSizesMismatched from './validity/buffer-sizes-mismatched.ts';
import cacheWithoutKey from './validity/cache-without-key.ts';
import charsetConflict from './validity/charset-conflict.ts';
import conflictingServerName from './validity/conflicting-server-name.ts';
import duplicateDirective from './validity/duplicate-directive.ts';
import duplicateLocation from './validity/duplicate-location.ts';
import hashTooSmall from './validity/hash-too-small.ts';
import incompatibleDirectives from './validity/incompatible-directives.ts';
import incompleteConfiguration from './validity/incomplete-configuration.ts';
import incompleteTls from './validity/incomplete-tls.ts';
import invalidCondition from './validity/invalid-condition.ts';
import invalidEntry from './validity/invalid-entry.ts';
import invalidLog from './validity/invalid-log.ts';
import invalidOpensslCommand from './validity/invalid-openssl-command.ts';
import invalidRegex from './validity/invalid-regex.ts';
import invalidServerName from './validity/invalid-server-name.ts';
import invalidValue from './validity/invalid-value.ts';
import listenConflict from './validity/listen-conflict.ts';
import locationNesting from './validity/location-nesting.ts';
import misplacedDirective from './validity/misplaced-directive.ts';
import pathConflict from './validity/path-conflict.ts';
import proxyPassFormInvalid from './validity/proxy-pass-form-invalid.ts';
import reservedVariable from './validity/reserved-variable.ts';
import syntax from './validity/syntax.ts';
import unknownDirective from './validity/unknown-directive.ts';
import unknownVariable from './validity/unknown-variable.ts';
import unknownZone from './validity/unknown-zone.ts';
import upstreamConflict from './validity/upstream-conflict.ts';
import wrongArgumentCount from './validity/wrong-argument-count.ts';
import accelRedirectLost from './wsgi/accel-redirect-lost.ts';
import acmeChallengeElsewhere from './wsgi/acme-challenge-elsewhere.ts';
import adminUnprotected from './wsgi/admin-unprotected.ts';
import allowedHostsAny from './wsgi/allowed-hosts-any.ts';
import allowedHostsMismatch from './wsgi/allowed-hosts-mismatch.ts';
import applicationPublished from './wsgi/application-published.ts';
import applicationRedirectsForever from './wsgi/application-redirects-forever.ts';
import applicationUnread from './wsgi/application-unread.ts';
import asgiWebsocketWithoutUpgrade from './wsgi/asgi-websocket-without-upgrade.ts';
import basePathMismatch from './wsgi/base-path-mismatch.ts';
import bodyLimitMismatch from './wsgi/body-limit-mismatch.ts';
import buildBaseMismatch from './wsgi/build-base-mismatch.ts';
import clusterPortMismatch from './wsgi/cluster-port-mismatch.ts';
import connectionsAboveLimit from './wsgi/connections-above-limit.ts';
import containerEndsAtOnce from './wsgi/container-ends-at-once.ts';
import cookieNeverReturned from './wsgi/cookie-never-returned.ts';
import corsHeadersTwice from './wsgi/cors-headers-twice.ts';
import csrfTrustedOriginsMismatch from './wsgi/csrf-trusted-origins-mismatch.ts';
import debugStaticServed from './wsgi/debug-static-served.ts';
import developmentServer from './wsgi/development-server.ts';
import eventStreamBuffered from './wsgi/event-stream-buffered.ts';
import fileNotInContainer from './wsgi/file-not-in-container.ts';
import filePutElsewhere from './wsgi/file-put-elsewhere.ts';
import forwardedAllowIpsMismatch from './wsgi/forwarded-allow-ips-mismatch.ts';
import forwardedProtoFromClient from './wsgi/forwarded-proto-from-client.ts';
import frameOptionsTwice from './wsgi/frame-options-twice.ts';
import healthCheckRefused from './wsgi/health-check-refused.ts';
import healthCheckUnanswered from './wsgi/health-check-unanswered.ts';
import homeFolderClosed from './wsgi/home-folder-closed.ts';
import hstsTwice from './wsgi/hsts-twice.ts';
import imageDefaultKept from './wsgi/image-default-kept.ts';
import ingressMismatch from './wsgi/ingress-mismatch.ts';
import keepaliveFillsServer from './wsgi/keepalive-fills-server.ts';
import keepaliveOutlivesServer from './wsgi/keepalive-outlives-server.ts';
import mapMissesCharset from './wsgi/map-misses-charset.ts';
import mediaExecutable from './wsgi/media-executable.ts';
import passwordOverToken from './wsgi/password-over-token.ts';
import pathInfoLost from './wsgi/path-info-lost.ts';
import projectFolderServed from './wsgi/project-folder-served.ts';
import protocolMismatch from './wsgi/protocol-mismatch.ts';
import proxyFixCountWrong from './wsgi/proxy-fix-count-wrong.ts';
import publishedPortLost from './wsgi/published-port-lost.ts';
import publishedPortUnheard from './wsgi/published-port-unheard.ts';
import redirectPortUnpublished from './wsgi/redirect-port-unpublished.ts';
import scriptFilenameElsewhere from './wsgi/script-filename-elsewhere.ts';
import scriptFilenameMissing from './wsgi/script-filename-missing.ts';
import scriptFilenameUnderAlias from './wsgi/script-filename-under-alias.ts';
import scriptNamePrefixMissing from './wsgi/script-name-prefix-missing.ts';
import secretKeyGenerated from './wsgi/secret-key-generated.ts';
import secureProxyHeaderMismatch from './wsgi/secure-proxy-header-mismatch.ts';
import serverVersionLacks from './wsgi/server-version-lacks.ts';
import serviceAddressKept from './wsgi/service-address-kept.ts';
import serviceNameUnresolved from './wsgi/service-name-unresolved.ts';
import sessionCookieInsecure from './wsgi/session-cookie-insecure.ts';
import singlePageWithoutFallback from './wsgi/single-page-without-fallback.ts';
import slashRemovedAndAdded from './wsgi/slash-removed-and-added.ts';
import socketNotListened from './wsgi/socket-not-listened.ts';
import socketUnreachable from './wsgi/socket-unreachable.ts';
import socketioWorkersApart from './wsgi/socketio-workers-apart.ts';
import staticNeverCollected from './wsgi/static-never-collected.ts';
import staticNotMounted from './wsgi/static-not-mounted.ts';
import staticRootMismatch from './wsgi/static-root-mismatch.ts';
import staticThroughApplication from './wsgi/static-through-application.ts';
import syncWorkerUnbuffered from './wsgi/sync-worker-unbuffered.ts';
import timeoutMismatch from './wsgi/timeout-mismatch.ts';
import tlsProxySchemeLost from './wsgi/tls-proxy-scheme-lost.ts';
import underscoreHeaderDropped from './wsgi/underscore-header-dropped.ts';
import unwritablePath from './wsgi/unwritable-path.ts';
import useXForwardedHostMismatch from './wsgi/use-x-forwarded-host-mismatch.ts';
import uwsgiParamInheritanceLost from './wsgi/uwsgi-param-inheritance-lost.ts';
import uwsgiParamsMissing from './wsgi/uwsgi-params-missing.ts';
import websocketNotPassed from './wsgi/websocket-not-passed.ts';

export const RULES: readonly Rule[] = [
  accessLogOff,
  addressNotLimited,
  clientLimitsMissing,
  clientTimeoutsLong,
  defaultErrorPage,
  errorLogLevelTooHigh,
  headerBuffersLarge,
  hiddenFileServed,
  logFormatSparse,
  logKeptLocal,
  methodNotLimited,
  portUnexpected,
  runtimeFileExposed,
  staplingOff,
  tlsSessionLong,
  unknownHostAnswered,
  upstreamHeadersShown,
  upstreamWithoutClientCertificate,
  acmeChallengeRefused,
  aliasWithoutCapture,
  answerReadEarly,
  apacheSyntaxLeft,
  assetAnsweredWithPage,
  assetsWithoutRoot,
  backslashBeforeVariable,
  backslashInPath,
  cacheControlContradicts,
  captureOverwritten,
  captureSentDecoded,
  commaInList,
  comparisonConstant,
  cookiePathElsewhere,
  corsPreflightFails,
  dashInVariable,
  deadDirectiveAfterReturn,
  endOfPathEscaped,
  envsubstEatsVariable,
  envsubstLeavesPlaceholder,
  equalsSignAsValue,
  errorAnsweredAsSuccess,
  errorLogOff,
  errorPageFailsToo,
  errorPageIneffective,
  folderClosedToWorkers,
  globInRegex,
  gzipIneffective,
  headerNameMisspelled,
  homePageForbidden,
  includeCycle,
  indexGoesElsewhere,
  invalidCapture,
  lineSwallowed,
  listenAddressTaken,
  listenIpv6Missing,
  listenOnSiteName,
  locationVariableLiteral,
  locationWithoutSlashRedirect,
  logFormatWordsJoined,
  mapRowUnreachable,
  mapWithoutDefault,
  mixedCaseVariable,
  notChecked,
  pageAnsweredAsError,
  pageCachedLong,
  passWithoutScheme,
  pathPatternWithoutSlash,
  precompressedWithoutEncoding,
  prereadOff,
  proxyPassDropsPath,
  proxyPassRewritesPath,
  proxyPassSlashMismatch,
  proxyRedirectLost,
  proxyToItself,
  queryInPath,
  queryNeverMatches,
  questionMarkTwice,
  redirectDropsPath,
  redirectLoop,
  redirectQueryTwice,
  redirectSchemeOfProxy,
  redirectTargetMalformed,
  regexCouldBeExact,
  regexInPrefixLocation,
  rewriteCycle,
  rewriteMissesPass,
  rewriteNeverRuns,
  rewriteToNothing,
  rewriteWithoutSlash,
  rootRepeatsPrefix,
  schemePatternMisspelled,
  scriptNotFound,
  serverNameWithPort,
  settingOfDefaultOnly,
  shadowedServer,
  sharedPrefixCookiePath,
  staticTypeMissing,
  strayQuote,
  subFilterFirstOnly,
  subFilterOnGzip,
  subFilterTypeMissing,
  textSentAsDownload,
  tildeInPath,
  tryFilesAndPass,
  tryFilesCodeNotLast,
  tryFilesFallbackElsewhere,
  tryFilesFileAsUri,
  tryFilesLostInIf,
  tryFilesMissingFallback,
  tryFilesNeverTried,
  tryFilesQueryLost,
  tryFilesQueryNotLast,
  typographicQuote,
  unanchoredRegex,
  unixSocketUriWithoutColon,
  unknownNamedLocation,
  unlikelyUnit,
  unreachableLocation,
  unsafeIf,
  unusedCacheZone,
  unusedLogFormat,
  unusedNamedLocation,
  unusedUpstream,
  unusedVariable,
  unusedZone,
  variableBeforeSet,
  variableWithoutDollar,
  varyOriginMissing,
  versionBeyondData,
  deprecatedDirective,
  deprecatedParameter,
  deprecatedVariable,
  listenHttp2,
  sslDirectiveDeprecated,
  certificateUnusable,
  missingFile,
  missingInclude,
  moduleNotLoaded,
  unresolvableHost,
  addressOfProxy,
  buffersExhaustMemory,
  burstDefeatsRate,
  burstWithoutNodelay,
  dryRunLeftOn,
  limitBehindProxy,
  limitKeyConstant,
  limitKeyForgeable,
  limitNeverRuns,
  limitSparesStrangers,
  limitStatus503,
  limitWithoutBurst,
  limitWithoutZoneUse,
  loginUnlimited,
  zoneTooSmall,
  accessLogUnbuffered,
  errorLogMissing,
  gzipOff,
  keepaliveRequestsLow,
  openFileCacheMissing,
  rlimitBelowConnections,
  rootInLocation,
  sendfileOnSharedFolder,
  sendfileTcpNopushUnpaired,
  staticWithoutExpires,
  workerConnectionsLow,
  workerProcessesMissing,
  accelRedirectFromOutside,
  accessByRawHost,
  accessByRawPath,
  accessListIneffective,
  accessListOutranked,
  accessListPassedBySlashes,
  accessRulesBypassed,
  adminToolExposed,
  aliasSlashMismatch,
  aliasTraversal,
  allowWithoutDeny,
  authBasicNotOff,
  authRequestFailsOpen,
  authRequestValueEarly,
  authRequestValueUnset,
  basicAuthOverHttp,
  bodyLengthOverwritten,
  clientPatternLoose,
  clientTextInScript,
  codeFromWritableFolder,
  contentTypeByAddHeader,
  controlSocketExposed,
  cookieFromClient,
  cookieWithoutFlags,
  corsMisconfigured,
  databaseExposed,
  davOpen,
  defaultServerImplicit,
  directoryListing,
  exactPathRestrictedOnly,
  externalResolver,
  filePathFromClient,
  filesystemRootExposed,
  forwardedForTrusted,
  guardForgeable,
  h2cUpgradePassed,
  headerInheritanceLost,
  headerWithoutAlways,
  hostSpoofing,
  internalHeaderPassed,
  internalMissing,
  knownVulnerability,
  limitExceptInverted,
  limitExceptNotInherited,
  logValuesUnescaped,
  mailLoginUnencrypted,
  memcachedKeyFromClient,
  methodFromClient,
  misdirectedRequestAccepted,
  multilineHeader,
  openRedirect,
  originCheckTooLoose,
  ownProxyAdmitted,
  passwordNeverAsked,
  pathInPage,
  privateFileServed,
  programServedAsText,
  protectingHeaderHidden,
  realIpIneffective,
  refererNoneAllowed,
  regexCatastrophic,
  responseSplitting,
  secretInConfig,
  secretLogged,
  secretSentToClient,
  secureLinkForgeable,
  sensitiveFilesServed,
  serverSideRequestForgery,
  sessionSentOutside,
  ssiInUploads,
  statusPageExposed,
  unkeyedHeaderPassed,
  unsafePhpPath,
  uploadExecuted,
  verdictUnread,
  versionDisclosed,
  websocketOriginUnchecked,
  workersRunAsRoot,
  belowMozillaProfile,
  certificateFileMistaken,
  certificateWithoutTls,
  cipherHasNoEffect,
  cipherStringEmptyOrUnreadable,
  curveUnsupported,
  dheWithoutParameters,
  earlyDataReplay,
  forwardSecrecyMissing,
  hstsMissing,
  hstsOverHttp,
  hstsWeak,
  hstsWithoutAlways,
  httpNotRedirected,
  http3Unreachable,
  httpsRedirectedToHttp,
  nistGroupsMissing,
  opensslEngineGone,
  plainOn443,
  protocolsOfDefaultOnly,
  quicNotAnnounced,
  quicReuseportMissing,
  redirectToUnservedName,
  securityHeaderWithoutEffect,
  securityHeadersMissing,
  sessionCacheIneffective,
  sessionTicketsNotRotated,
  staplingDeadCa,
  staplingWithoutResolver,
  tlsOn80,
  upstreamSniMissing,
  upstreamTlsUnverified,
  weakCipher,
  weakProtocol,
  allServersDown,
  authRequestBodyAnnounced,
  authRequestUnexpectedAnswer,
  backupWithHash,
  bodyLimitAskedElsewhere,
  bodyLimitOfRedirect,
  bodySizeDefault,
  bufferingOff,
  cacheInactiveBelowValid,
  cacheKeyLeaks,
  cachePurgeOpen,
  cacheSettingUnused,
  cacheStoresErrors,
  cacheStoresNothing,
  cacheWithoutBuffering,
  cacheWithoutLock,
  connectionHeaderKeepalive,
  dnsResolvedOnce,
  encodedSlashDecoded,
  eventPathBuffered,
  forwardedHeadersMissing,
  forwardedPrefixKept,
  forwardedProtoWrong,
  grpcWithoutHttp2,
  headerSentTwice,
  hostEmptyOverHttp3,
  http10Refused,
  httpsParameterMissing,
  platformHostReplaced,
  portOfInnerListener,
  proxyHostMissing,
  proxyProtocolMismatch,
  requestBufferingOff,
  requestHeaderWrongValue,
  resolverUnused,
  responseHeaderInRequest,
  responseHeaderTwice,
  retryNotIdempotent,
  settingLostOnRedirect,
  settingOfAnotherModule,
  singleServerNeverMarkedDown,
  sliceIncomplete,
  socketioWithoutAffinity,
  timeoutsInverted,
  udpAnswerAwaited,
  udpSettingOnTcp,
  upstreamKeepaliveMissing,
  upstreamSchemePort,
  upstreamZoneMissing,
  websocketClosedWhenIdle,
  websocketUpgradeIncomplete,
  websocketUpgradeWrong,
  bufferSizesMismatched,
  cacheWithoutKey,
  charsetConflict,
  conflictingServerName,
  duplicateDirective,
  duplicateLocation,
  hashTooSmall,
  incompatibleDirectives,
  incompleteConfiguration,
  incompleteTls,
  invalidCondition,
  invalidEntry,
  invalidLog,
  invalidOpensslCommand,
  invalidRegex,
  invalidServerName,
  invalidValue,
  listenConflict,
  locationNesting,
  misplacedDirective,
  pathConflict,
  proxyPassFormInvalid,
  reservedVariable,
  syntax,
  unknownDirective,
  unknownVariable,
  unknownZone,
  upstreamConflict,
  wrongArgumentCount,
  accelRedirectLost,
  acmeChallengeElsewhere,
  adminUnprotected,
  allowedHostsAny,
  allowedHostsMismatch,
  applicationPublished,
  applicationRedirectsForever,
  applicationUnread,
  asgiWebsocketWithoutUpgrade,
  basePathMismatch,
  bodyLimitMismatch,
  buildBaseMismatch,
  clusterPortMismatch,
  connectionsAboveLimit,
  containerEndsAtOnce,
  cookieNeverReturned,
  corsHeadersTwice,
  csrfTrustedOriginsMismatch,
  debugStaticServed,
  developmentServer,
  eventStreamBuffered,
  fileNotInContainer,
  filePutElsewhere,
  forwardedAllowIpsMismatch,
  forwardedProtoFromClient,
  frameOptionsTwice,
  healthCheckRefused,
  healthCheckUnanswered,
  homeFolderClosed,
  hstsTwice,
  imageDefaultKept,
  ingressMismatch,
  keepaliveFillsServer,
  keepaliveOutlivesServer,
  mapMissesCharset,
  mediaExecutable,
  passwordOverToken,
  pathInfoLost,
  projectFolderServed,
  protocolMismatch,
  proxyFixCountWrong,
  publishedPortLost,
  publishedPortUnheard,
  redirectPortUnpublished,
  scriptFilenameElsewhere,
  scriptFilenameMissing,
  scriptFilenameUnderAlias,
  scriptNamePrefixMissing,
  secretKeyGenerated,
  secureProxyHeaderMismatch,
  serverVersionLacks,
  serviceAddressKept,
  serviceNameUnresolved,
  sessionCookieInsecure,
  singlePageWithoutFallback,
  slashRemovedAndAdded,
  socketNotListened,
  socketUnreachable,
  socketioWorkersApart,
  staticNeverCollected,
  staticNotMounted,
  staticRootMismatch,
  staticThroughApplication,
  syncWorkerUnbuffered,
  timeoutMismatch,
  tlsProxySchemeLost,
  underscoreHeaderDropped,
  unwritablePath,
  useXForwardedHostMismatch,
  uwsgiParamInheritanceLost,
  uwsgiParamsMissing,
  websocketNotPassed,
];
