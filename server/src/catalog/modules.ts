// Which modules a build of nginx has. A linter that is told nothing assumes all of them, so that no directive is unknown for the
// lack of a module; told a build and its load_module lines, it knows which directives are missing and where to get them. Lists are
// those of `nginx -V` and of the packages; what could not be looked at is assumed to be there, so that nothing is reported on a guess.
import { table } from '../base/table.ts';
import type { DirectiveFact, VariableFact } from './fact.ts';
import type { Build } from './flavours.ts';

/** The modules of one nginx, by module name ("ngx_http_geoip2_module") or by the name of a third-party source ("njs"). */
export interface ModuleSet {
  has(moduleOrSource: string): boolean;
  /** whose build it is, where one was named: it decides which package helps */
  readonly build?: Build;
}

/** The set in which nothing is missing. */
export const ANY_MODULE: ModuleSet = { has: () => true };

/** Modules of nginx's own tree that ./configure leaves out, with the option that brings them. */
const OPTIONAL: Readonly<Record<string, string>> = table({
  ngx_http_ssl_module: '--with-http_ssl_module',
  ngx_http_v2_module: '--with-http_v2_module',
  ngx_http_v3_module: '--with-http_v3_module',
  ngx_quic_bpf_module: '--with-http_v3_module',
  ngx_http_realip_module: '--with-http_realip_module',
  ngx_http_addition_filter_module: '--with-http_addition_module',
  ngx_http_xslt_filter_module: '--with-http_xslt_module',
  ngx_http_image_filter_module: '--with-http_image_filter_module',
  ngx_http_geoip_module: '--with-http_geoip_module',
  ngx_http_sub_filter_module: '--with-http_sub_module',
  ngx_http_dav_module: '--with-http_dav_module',
  ngx_http_flv_module: '--with-http_flv_module',
  ngx_http_mp4_module: '--with-http_mp4_module',
  ngx_http_gunzip_filter_module: '--with-http_gunzip_module',
  ngx_http_gzip_static_module: '--with-http_gzip_static_module',
  ngx_http_auth_request_module: '--with-http_auth_request_module',
  ngx_http_random_index_module: '--with-http_random_index_module',
  ngx_http_secure_link_module: '--with-http_secure_link_module',
  ngx_http_degradation_module: '--with-http_degradation_module',
  ngx_http_slice_filter_module: '--with-http_slice_module',
  ngx_http_stub_status_module: '--with-http_stub_status_module',
  ngx_http_perl_module: '--with-http_perl_module',
  ngx_google_perftools_module: '--with-google_perftools_module',
  ngx_thread_pool_module: '--with-threads',
  // where epoll or kqueue is found
  ngx_select_module: '--with-select_module',
  ngx_poll_module: '--with-poll_module',
  // no module, but a word of `aio`
  ngx_file_aio: '--with-file-aio',
  ngx_mail_ssl_module: '--with-mail_ssl_module',
  ngx_stream_ssl_module: '--with-stream_ssl_module',
  ngx_stream_realip_module: '--with-stream_realip_module',
  ngx_stream_geoip_module: '--with-stream_geoip_module',
  ngx_stream_ssl_preread_module: '--with-stream_ssl_preread_module',
});

/** The option of ./configure that brings a module of nginx's own tree; null when it is there without one. */
export function configureOption(module: string): string | null {
  if (Object.hasOwn(OPTIONAL, module)) return OPTIONAL[module] ?? null;
  if (isForeign(module)) return null;
  if (module.startsWith('ngx_mail_')) return '--with-mail';
  return module.startsWith('ngx_stream_') ? '--with-stream' : null;
}

/** Modules of other systems than Linux: kqueue of the BSDs and macOS, the rest of Solaris and Windows. */
const ELSEWHERE = new Set(['ngx_kqueue_module', 'ngx_devpoll_module', 'ngx_eventport_module', 'ngx_iocp_module']);

/** What the usual packages build in, as options of ./configure. */
const COMMON = [
  ...['ssl', 'v2', 'v3', 'realip', 'addition', 'sub', 'dav', 'flv', 'mp4', 'gunzip', 'gzip_static', 'auth_request', 'random_index'],
  ...['secure_link', 'slice', 'stub_status'],
].map((m) => `--with-http_${m}_module`);
const STREAM = ['--with-stream', '--with-stream_ssl_module', '--with-stream_realip_module', '--with-stream_ssl_preread_module'];
const MAIL = ['--with-mail', '--with-mail_ssl_module'];

interface BuildFacts {
  readonly options: readonly string[];
  /** Third-party sources built in. */
  readonly sources: readonly string[];
}

const OPENRESTY = [
  'lua-nginx-module',
  'stream-lua-nginx-module',
  'echo-nginx-module',
  'set-misc-nginx-module',
  'headers-more-nginx-module',
  'array-var-nginx-module',
  'memc-nginx-module',
  'redis2-nginx-module',
  'rds-json-nginx-module',
  'srcache-nginx-module',
  'xss-nginx-module',
  'encrypted-session-nginx-module',
  'form-input-nginx-module',
];

/** Alpine's APKBUILD and the spec files of Fedora and RHEL: mail, stream, geoip, image filter, xslt and perl are packages of their own. */
const PARTED = {
  options: [
    ...COMMON,
    '--with-threads',
    '--with-file-aio',
    '--with-http_degradation_module',
    '--with-mail_ssl_module',
    ...STREAM.filter((o) => o !== '--with-stream'),
  ],
  sources: [],
};

const FACTS: Readonly<Record<Exclude<Build, 'any'>, BuildFacts>> = {
  plain: { options: [], sources: [] },
  // Debian: stream, mail, geoip, image-filter, xslt and perl are packages of their own
  debian: {
    options: [
      ...COMMON,
      '--with-threads',
      '--with-mail_ssl_module',
      '--with-stream_ssl_module',
      '--with-stream_ssl_preread_module',
      '--with-stream_realip_module',
    ],
    sources: [],
  },
  alpine: PARTED,
  rhel: PARTED,
  official: { options: [...COMMON, ...STREAM, ...MAIL, '--with-threads', '--with-file-aio'], sources: [] },
  openresty: { options: [...COMMON, ...STREAM, ...MAIL, '--with-threads', '--with-file-aio'], sources: OPENRESTY },
  angie: { options: [...COMMON, ...STREAM, ...MAIL, '--with-threads', '--with-file-aio'], sources: ['angie'] },
  plus: { options: [...COMMON, ...STREAM, ...MAIL, '--with-threads', '--with-file-aio'], sources: [] },
};

interface Library {
  /** What it registers besides the module of its own name: modules by a prefix, or a source as a whole. */
  readonly brings: readonly string[];
  /** Debian's package. */
  readonly debian?: string;
  /** Alpine's package; it also writes the line that loads the library, into /etc/nginx/modules */
  readonly alpine?: string;
  /** the package of RHEL and its like, or of EPEL; the line that loads it comes to /usr/share/nginx/modules */
  readonly rhel?: string;
  /** nginx.org's package; with `image` the official Docker image holds the library too. */
  readonly official?: string;
  readonly image?: boolean;
  /** Libraries that must be loaded before. */
  readonly after?: readonly string[];
}

/** Loadable modules by the name of the library without `.so`. */
const LIBRARIES: Readonly<Record<string, Library>> = table({
  ndk_http_module: { brings: [], alpine: 'nginx-mod-devel-kit', debian: 'libnginx-mod-http-ndk', official: 'nginx-module-ndk' },
  ngx_http_auth_pam_module: { brings: ['ngx_http_auth_pam_module'], debian: 'libnginx-mod-http-auth-pam' },
  ngx_http_brotli_filter_module: {
    brings: ['ngx_http_brotli_filter_module'],
    alpine: 'nginx-mod-http-brotli',
    debian: 'libnginx-mod-http-brotli-filter',
    official: 'nginx-module-brotli',
  },
  ngx_http_brotli_static_module: {
    brings: ['ngx_http_brotli_static_module'],
    alpine: 'nginx-mod-http-brotli',
    debian: 'libnginx-mod-http-brotli-static',
    official: 'nginx-module-brotli',
  },
  ngx_http_cache_purge_module: {
    brings: ['ngx_cache_purge'],
    alpine: 'nginx-mod-http-cache-purge',
    debian: 'libnginx-mod-http-cache-purge',
  },
  ngx_http_dav_ext_module: { brings: ['nginx-dav-ext-module'], alpine: 'nginx-mod-http-dav-ext', debian: 'libnginx-mod-http-dav-ext' },
  ngx_http_echo_module: { brings: ['echo-nginx-module'], alpine: 'nginx-mod-http-echo', debian: 'libnginx-mod-http-echo' },
  ngx_http_fancyindex_module: {
    brings: ['ngx-fancyindex'],
    alpine: 'nginx-mod-http-fancyindex',
    rhel: 'nginx-mod-fancyindex',
    debian: 'libnginx-mod-http-fancyindex',
  },
  ngx_http_geoip_module: {
    brings: ['ngx_http_geoip_module'],
    alpine: 'nginx-mod-http-geoip',
    debian: 'libnginx-mod-http-geoip',
    official: 'nginx-module-geoip',
    image: true,
  },
  ngx_http_geoip2_module: {
    brings: ['ngx_http_geoip2_module'],
    alpine: 'nginx-mod-http-geoip2',
    debian: 'libnginx-mod-http-geoip2',
    official: 'nginx-module-geoip2',
  },
  ngx_http_headers_more_filter_module: {
    brings: ['headers-more-nginx-module'],
    alpine: 'nginx-mod-http-headers-more',
    debian: 'libnginx-mod-http-headers-more-filter',
    official: 'nginx-module-headers-more',
  },
  ngx_http_image_filter_module: {
    brings: ['ngx_http_image_filter_module'],
    alpine: 'nginx-mod-http-image-filter',
    rhel: 'nginx-mod-http-image-filter',
    debian: 'libnginx-mod-http-image-filter',
    official: 'nginx-module-image-filter',
    image: true,
  },
  ngx_http_js_module: {
    brings: ['ngx_http_js_module', 'ngx_http_js_core_module'],
    alpine: 'nginx-mod-http-js',
    debian: 'libnginx-mod-http-js',
    official: 'nginx-module-njs',
    image: true,
  },
  ngx_http_lua_module: {
    brings: ['lua-nginx-module'],
    alpine: 'nginx-mod-http-lua',
    debian: 'libnginx-mod-http-lua',
    official: 'nginx-module-lua',
    after: ['ndk_http_module'],
  },
  ngx_http_memc_module: { brings: ['memc-nginx-module'], debian: 'libnginx-mod-http-memc' },
  ngx_http_modsecurity_module: { brings: ['ModSecurity-nginx'], rhel: 'nginx-mod-modsecurity', debian: 'libnginx-mod-http-modsecurity' },
  ngx_http_naxsi_module: { brings: ['naxsi'], alpine: 'nginx-mod-http-naxsi' },
  ngx_http_opentracing_module: { brings: ['nginx-opentracing'] },
  ngx_http_passenger_module: { brings: ['passenger'], debian: 'libnginx-mod-http-passenger' },
  ngx_http_perl_module: {
    brings: ['ngx_http_perl_module'],
    alpine: 'nginx-mod-http-perl',
    rhel: 'nginx-mod-http-perl',
    debian: 'libnginx-mod-http-perl',
    official: 'nginx-module-perl',
  },
  ngx_http_set_misc_module: {
    brings: ['set-misc-nginx-module'],
    alpine: 'nginx-mod-http-set-misc',
    debian: 'libnginx-mod-http-set-misc',
    official: 'nginx-module-set-misc',
    after: ['ndk_http_module'],
  },
  ngx_http_srcache_filter_module: { brings: ['srcache-nginx-module'], debian: 'libnginx-mod-http-srcache-filter' },
  ngx_http_subs_filter_module: {
    brings: ['ngx_http_substitutions_filter_module'],
    debian: 'libnginx-mod-http-subs-filter',
    official: 'nginx-module-subs-filter',
  },
  ngx_http_upload_module: { brings: ['nginx-upload-module'] },
  ngx_http_uploadprogress_module: {
    brings: ['nginx-upload-progress-module'],
    alpine: 'nginx-mod-http-upload-progress',
    debian: 'libnginx-mod-http-uploadprogress',
  },
  ngx_http_upstream_fair_module: { brings: ['nginx-upstream-fair'], debian: 'libnginx-mod-http-upstream-fair' },
  ngx_http_vhost_traffic_status_module: { brings: ['nginx-module-vts'], alpine: 'nginx-mod-http-vts', rhel: 'nginx-mod-vts' },
  ngx_http_vod_module: { brings: ['nginx-vod-module'] },
  ngx_http_xslt_filter_module: {
    brings: ['ngx_http_xslt_filter_module'],
    alpine: 'nginx-mod-http-xslt-filter',
    rhel: 'nginx-mod-http-xslt-filter',
    debian: 'libnginx-mod-http-xslt-filter',
    official: 'nginx-module-xslt',
    image: true,
  },
  ngx_http_zstd_filter_module: { brings: ['ngx_http_zstd_filter_module'], alpine: 'nginx-mod-http-zstd' },
  ngx_http_zstd_static_module: { brings: ['ngx_http_zstd_static_module'], alpine: 'nginx-mod-http-zstd' },
  ngx_http_acme_module: { brings: ['nginx-acme'], official: 'nginx-module-acme' },
  ngx_mail_module: { brings: ['ngx_mail_'], alpine: 'nginx-mod-mail', rhel: 'nginx-mod-mail', debian: 'libnginx-mod-mail' },
  ngx_nchan_module: { brings: ['nchan'], alpine: 'nginx-mod-http-nchan', debian: 'libnginx-mod-nchan' },
  ngx_otel_module: { brings: ['nginx-otel'], official: 'nginx-module-otel' },
  ngx_pagespeed: { brings: ['ngx_pagespeed'] },
  ngx_rtmp_module: { brings: ['nginx-rtmp-module'], alpine: 'nginx-mod-rtmp', debian: 'libnginx-mod-rtmp', official: 'nginx-module-rtmp' },
  ngx_stream_module: { brings: ['ngx_stream_'], alpine: 'nginx-mod-stream', rhel: 'nginx-mod-stream', debian: 'libnginx-mod-stream' },
  ngx_stream_geoip_module: {
    brings: ['ngx_stream_geoip_module'],
    alpine: 'nginx-mod-stream-geoip',
    debian: 'libnginx-mod-stream-geoip',
    official: 'nginx-module-geoip',
    image: true,
    after: ['ngx_stream_module'],
  },
  ngx_stream_geoip2_module: {
    brings: ['ngx_stream_geoip2_module'],
    alpine: 'nginx-mod-stream-geoip2',
    debian: 'libnginx-mod-stream-geoip2',
    official: 'nginx-module-geoip2',
    after: ['ngx_stream_module'],
  },
  ngx_stream_js_module: {
    brings: ['ngx_stream_js_module', 'ngx_stream_js_core_module'],
    alpine: 'nginx-mod-stream-js',
    debian: 'libnginx-mod-stream-js',
    official: 'nginx-module-njs',
    image: true,
    after: ['ngx_stream_module'],
  },
  ngx_stream_lua_module: { brings: ['stream-lua-nginx-module'], after: ['ngx_stream_module'] },
});

/** Modules that need a library of their own although their name begins like a family's. */
const APART = /^ngx_(?:stream|mail)_(?:geoip2?|js|js_core|lua|server_traffic_status|ssl_ct)_module$/;
/** Modules of Plus that open-source builds never have; statusOf says so before it asks for modules. */
const familyOf = (module: string): string | null =>
  APART.test(module) ? null : module.startsWith('ngx_stream_') ? 'ngx_stream_' : module.startsWith('ngx_mail_') ? 'ngx_mail_' : null;

/** `modules/ngx_http_geoip2_module.so` gives `ngx_http_geoip2_module`. */
const libraryName = (file: string): string => file.replace(/^.*[/\\]/, '').replace(/\.so$/, '');

/**
 * The modules of a build with the libraries that its `load_module` lines name (paths as written). A library that is not known
 * brings the module of its own name.
 */
export function moduleSet(build: Build, loaded: readonly string[] = []): ModuleSet {
  if (build === 'any') return ANY_MODULE;
  const { options, sources } = FACTS[build];
  const found = setOf(options, sources, [], loaded);
  // whoever builds for himself may do so on any system
  return build === 'plain'
    ? { build, has: (module) => /^ngx_(?:select|poll)_module$/.test(module) || found.has(module) }
    : { build, has: (module) => !ELSEWHERE.has(module) && found.has(module) };
}

/**
 * The modules of a binary, from the words behind "configure arguments:" of its `nginx -V`, and the libraries that are loaded.
 * An option with `=dynamic` builds a library, which counts only when it is loaded.
 */
export function moduleSetOf(configure: readonly string[], loaded: readonly string[] = []): ModuleSet {
  const sources = configure
    .filter((word) => word.startsWith('--add-module='))
    .map((word) => word.replace(/\/+$/, '').replace(/^.*[/=]/, ''))
    .flatMap((folder) => Object.keys(THIRD_PARTY).filter((s) => folder.toLowerCase().startsWith(s.toLowerCase())));
  const without = configure.map((word) => /^--without-(\w+)_module$/.exec(word)?.[1]).filter((name) => name !== undefined);
  return setOf(configure, sources, without, loaded);
}

/** A set with the libraries that a configuration loads besides. The parts of a family are taken to be in its library. */
export function loadedAlso(modules: ModuleSet, loaded: readonly string[]): ModuleSet {
  const brought = setOf([], [], [], loaded);
  const bare = setOf([], [], [], []);
  return { build: modules.build, has: (module) => modules.has(module) || (brought.has(module) && !bare.has(module)) };
}

function setOf(options: readonly string[], sources: readonly string[], without: readonly string[], loaded: readonly string[]): ModuleSet {
  const built = new Set(options);
  const left = new Set(without.flatMap((name) => [`ngx_${name}_module`, `ngx_${name}_filter_module`]));
  const brought = new Set<string>();
  const bring = (name: string): void => {
    brought.add(name);
    // a name may be that of a source and of one of its modules; then the module is meant
    if (!FOREIGN_MODULES.has(name)) for (const module of THIRD_PARTY[name] ?? []) brought.add(module);
  };
  sources.forEach(bring);
  for (const file of loaded) {
    const name = libraryName(file);
    bring(name);
    LIBRARIES[name]?.brings.forEach(bring);
  }
  // the parts of a family that need an option of their own are in its library when they are built
  const inFamily = (module: string, family: string): boolean =>
    brought.has(family) && (!Object.hasOwn(OPTIONAL, module) || built.size === 0 || built.has(OPTIONAL[module]!));
  return {
    has: (module) => {
      if (left.has(module)) return false;
      if (brought.has(module)) return true;
      const family = familyOf(module);
      if (family !== null && inFamily(module, family)) return true;
      const option = configureOption(module);
      return option === null
        ? !isForeign(module)
        : built.has(option) && (family === null || built.has(family === 'ngx_mail_' ? '--with-mail' : '--with-stream'));
    },
  };
}

/** Third-party sources and the modules that each holds. */
export const THIRD_PARTY: Readonly<Record<string, readonly string[]>> = table({
  angie: ['angie'],
  'ModSecurity-nginx': ['ngx_http_modsecurity_module'],
  'array-var-nginx-module': ['ngx_http_array_var_module'],
  'drizzle-nginx-module': ['ngx_http_drizzle_module'],
  'echo-nginx-module': ['ngx_http_echo_module', 'ngx_http_echo_var'],
  'encrypted-session-nginx-module': ['ngx_http_encrypted_session_module'],
  'form-input-nginx-module': ['ngx_http_form_input_module'],
  'headers-more-nginx-module': ['ngx_http_headers_more_filter_module'],
  'iconv-nginx-module': ['ngx_http_iconv_module'],
  'lua-nginx-module': ['ngx_http_lua_module'],
  'memc-nginx-module': ['ngx_http_memc_handler', 'ngx_http_memc_module'],
  naxsi: ['ngx_http_naxsi_module'],
  nchan: ['nchan_module'],
  'nginx-acme': ['ngx_http_acme_module'],
  'nginx-auth-ldap': ['ngx_http_auth_ldap_module'],
  'nginx-ct': ['ngx_http_ssl_ct_module', 'ngx_mail_ssl_ct_module', 'ngx_stream_ssl_ct_module'],
  'nginx-dav-ext-module': ['ngx_http_dav_ext_module'],
  'nginx-http-rdns': ['ngx_http_rdns_module'],
  'nginx-module-stream-sts': ['ngx_stream_server_traffic_status_module', 'ngx_stream_server_traffic_status_variables'],
  'nginx-module-sts': ['ngx_http_stream_server_traffic_status_module'],
  'nginx-module-vts': ['ngx_http_vhost_traffic_status_module', 'ngx_http_vhost_traffic_status_variables'],
  'nginx-opentracing': ['ngx_http_opentracing_module'],
  'nginx-otel': ['ngx_otel_module'],
  'nginx-push-stream-module': ['ngx_http_push_stream_module'],
  'nginx-rtmp-module': [
    'ngx_rtmp_access_module',
    'ngx_rtmp_auto_push_module',
    'ngx_rtmp_codec_module',
    'ngx_rtmp_control_module',
    'ngx_rtmp_core_module',
    'ngx_rtmp_dash_module',
    'ngx_rtmp_exec_module',
    'ngx_rtmp_hls_module',
    'ngx_rtmp_limit_module',
    'ngx_rtmp_live_module',
    'ngx_rtmp_log_module',
    'ngx_rtmp_module',
    'ngx_rtmp_netcall_module',
    'ngx_rtmp_notify_module',
    'ngx_rtmp_play_module',
    'ngx_rtmp_record_module',
    'ngx_rtmp_relay_module',
    'ngx_rtmp_stat_module',
  ],
  'nginx-upload-module': ['ngx_http_upload_module'],
  'nginx-upload-progress-module': ['ngx_http_uploadprogress_module'],
  'nginx-upstream-fair': ['ngx_http_upstream_fair_module'],
  'nginx-vod-module': ['ngx_http_vod_module'],
  nginx_cookie_flag_module: ['ngx_http_cookie_flag_filter_module'],
  nginx_upstream_check_module: ['ngx_http_upstream_check_module'],
  'ngx-fancyindex': ['ngx_http_fancyindex_module'],
  'ngx-http-auth-jwt-module': ['ngx_http_auth_jwt_module'],
  ngx_brotli: ['ngx_http_brotli_filter_module', 'ngx_http_brotli_static_module'],
  ngx_cache_purge: ['ngx_http_cache_purge_module'],
  ngx_http_auth_pam_module: ['ngx_http_auth_pam_module'],
  ngx_http_geoip2_module: ['ngx_http_geoip2_module', 'ngx_stream_geoip2_module'],
  ngx_http_proxy_connect_module: ['ngx_http_proxy_connect_module'],
  ngx_http_substitutions_filter_module: ['ngx_http_subs_filter_module'],
  ngx_pagespeed: ['ngx_pagespeed'],
  ngx_security_headers: ['ngx_http_security_headers_module'],
  njs: ['ngx_http_js_core_module', 'ngx_http_js_module', 'ngx_stream_js_core_module', 'ngx_stream_js_module'],
  passenger: ['ngx_http_passenger_module'],
  'rds-json-nginx-module': ['ngx_http_rds_json_filter_module'],
  'redis2-nginx-module': ['ngx_http_redis2_module'],
  'replace-filter-nginx-module': ['ngx_http_replace_filter_module'],
  'set-misc-nginx-module': ['ngx_http_set_misc_module'],
  'srcache-nginx-module': ['ngx_http_srcache_filter_module', 'ngx_http_srcache_var'],
  'stream-lua-nginx-module': ['ngx_stream_lua_module'],
  'testcookie-nginx-module': ['ngx_http_testcookie_access_module'],
  'xss-nginx-module': ['ngx_http_xss_filter_module'],
  'zstd-nginx-module': ['ngx_http_zstd_filter_module', 'ngx_http_zstd_static_module'],
});

const FOREIGN_MODULES = new Set([...Object.values(THIRD_PARTY).flat(), 'ndk_http_module']);
const FOREIGN = new Set([...Object.keys(THIRD_PARTY), ...FOREIGN_MODULES]);
/** Whether a name stands for something that nginx's own tree cannot have. */
const isForeign = (name: string): boolean => FOREIGN.has(name) || !name.startsWith('ngx_');

/** Where a module is to be had. */
export interface Provision {
  readonly module: string;
  /** `modules/….so` for a load_module line; null when no library of that module is known. */
  readonly library: string | null;
  /** Debian's package. */
  readonly debian: string | null;
  readonly alpine: string | null;
  readonly rhel: string | null;
  /** nginx.org's package. */
  readonly official: string | null;
  /** Whether the official Docker image holds the library, so that a load_module line is enough. */
  readonly image: boolean;
  /** Option of ./configure. */
  readonly configure: string | null;
  /** Libraries to load before, as `modules/….so`. */
  readonly after: readonly string[];
}

/** What must be installed or loaded for a directive or variable; null when every build has it. */
export function provisionOf(fact: DirectiveFact | VariableFact): Provision | null {
  if (fact.source === 'plus') return null;
  const { module } = fact;
  const configure = fact.source === 'oss' ? configureOption(module) : null;
  if (fact.source === 'oss' && configure === null) return null;
  const family = familyOf(module);
  const entry = Object.entries(LIBRARIES).find(
    ([name, l]) =>
      name === module || l.brings.includes(module) || l.brings.includes(fact.source) || (family !== null && l.brings.includes(family)),
  );
  const exact = Object.hasOwn(LIBRARIES, module) ? ([module, LIBRARIES[module]!] as const) : entry;
  const path = (name: string): string => `modules/${name}.so`;
  return {
    module,
    library: exact ? path(exact[0]) : null,
    debian: exact?.[1].debian ?? null,
    alpine: exact?.[1].alpine ?? null,
    rhel: exact?.[1].rhel ?? null,
    official: exact?.[1].official ?? null,
    image: exact?.[1].image ?? false,
    configure,
    after: exact?.[1].after?.map(path) ?? [],
  };
}

const PERL = 'modules/ngx_http_perl_module.so';

/** The same in words for a message, `slim` where the image holds no library: "Debian package libnginx-mod-http-geoip2"; null when there is nothing to name. */
export function neededPackage(fact: DirectiveFact | VariableFact, build: Build = 'any', slim = false): string | null {
  const p = provisionOf(fact);
  if (!p) return null;
  if ((build === 'official' || build === 'plus') && p.image && p.library && !slim) return `load_module ${p.library};`;
  if (build === 'official' && p.official) {
    const images = p.library === PERL ? 'ends in "-perl"' : p.image ? 'does not end in "-slim"' : null;
    return `package ${p.official} of nginx.org${images ? ` (it is in the images whose tag ${images})` : ''}`;
  }
  if (build === 'alpine' && p.alpine) return `Alpine package ${p.alpine}`;
  if (build === 'rhel' && p.rhel) return `package ${p.rhel}`;
  // the packages of one distribution do not fit the nginx of another, nor one that someone built
  if (p.debian && (build === 'any' || build === 'debian')) return `Debian package ${p.debian}`;
  if (p.official && build === 'any') return `package ${p.official} of nginx.org`;
  if (p.configure) return `configure option ${p.configure}`;
  return fact.source === 'oss' ? null : `third-party module ${fact.source}`;
}

/**
 * Modules of which the catalog knows no more than how their directives begin. Who writes one has the module in his nginx, which may well be built
 * with it: nothing says so in a configuration.
 */
const UNLISTED: readonly (readonly [RegExp, string])[] = [
  [/^mruby_/, 'ngx_mruby'],
  [/^set_from_accept_language$/, 'nginx_accept_language_module'],
  [/^(aws_(access_key|secret_key|signing_key|key_scope|sign|endpoint|s3_bucket|auth_\w+)|s3_bucket|s3_bucket_region)$/, 'ngx_aws_auth'],
  [/^auth_gss/, 'spnego-http-auth-nginx-module'],
  [/^shib_request/, 'nginx-http-shibboleth'],
  [/^upsync(_|$)/, 'nginx-upsync-module'],
  [/^dynamic_upstream/, 'ngx_dynamic_upstream'],
  [/^dyups_/, 'ngx_http_dyups_module'],
  [/^sla_/, 'nginx-sla'],
  [/^concat(_(max_files|unique|types|delimiter|ignore_file_error))?$/, 'nginx-http-concat'],
  [/^footer(_types)?$/, 'ngx_http_footer_filter'],
  [/^trim(_|$)/, 'ngx_http_trim_filter_module'],
  [/^slowfs_/, 'ngx_slowfs_cache'],
  [/^ajp_/, 'nginx_ajp_module'],
  [/^kafka(_|\.|$)/, 'ngx_kafka_module'],
  [/^postgres_/, 'ngx_postgres'],
  [/^redis_(pass|bind|connect_timeout|send_timeout|read_timeout|buffer_size|next_upstream|gzip_flag)$/, 'ngx_http_redis'],
  [/^(gridfs|mongo)(_|$)/, 'nginx-gridfs'],
  [/^small_light/, 'ngx_small_light'],
  [/^opentelemetry/, 'the OpenTelemetry module of its contributors'],
  [/^(datadog|instana)_/, 'a module for tracing'],
  [/^auth_digest/, 'nginx-http-auth-digest'],
  [/^auth_totp_/, 'ngx_http_auth_totp_module'],
  [/^(oidc|auth_oidc)_/, 'a module for OpenID Connect'],
  [/^ip2(location|proxy)_/, 'the module of IP2Location'],
  [/^sysguard/, 'nginx-http-sysguard'],
  [/^dynamic_limit_req/, 'ngx_dynamic_limit_req_module'],
  [/^limit_upload/, 'nginx_limit_upload'],
  [/^php_/, 'ngx_php'],
  [/^python_/, 'nginx-python-module'],
  [/^tnt_/, 'nginx_upstream_module of Tarantool'],
  [/^supervisord/, 'ngx_supervisord'],
  [/^(wurfl|51D)_/, 'a module for device detection'],
  [/^websockify_/, 'nginx-websockify-module'],
  [/^(secure_token|akamai_token)(_|$)/, 'nginx-secure-token-module'],
  [/^waf(_|$)/, 'ngx_waf'],
  [/^js_challenge/, 'a module for challenges'],
  [/^log_zmq_/, 'nginx-log-zmq'],
  [/^(statsd|graphite)_/, 'a module for metrics'],
  [/^req_status/, 'ngx_req_status'],
  [/^selective_cache_purge_/, 'nginx-selective-cache-purge-module'],
  [/^eval_|^eval$/, 'ngx_http_eval'],
  [/^accounting(_|$)/, 'ngx_http_accounting_module'],
  [/^lua$|^apisix_/, 'the module of APISIX for its own directives'],
  [/^ssl_echkeydir$/, 'a build with encrypted ClientHello of its own'],
  [/^lua_kong_/, 'lua-kong-nginx-module'],
  [/^lmdb_/, 'lua-resty-lmdb'],
  [/^(proxy_wasm|wasm)(_|$)/, 'ngx_wasm_module'],
  [/^session_sticky/, 'the session_sticky module of Tengine'],
  [/^app_protect_/, 'NGINX App Protect'],
  [/^coraza(_|$)/, 'coraza-nginx'],
  [/^hmac_secure_link|^secure_link_hmac/, 'ngx_http_hmac_secure_link_module'],
  [/^http_flv_/, 'nginx-http-flv-module'],
  [/^jvm_route(_|$)/, 'nginx-upstream-jvm-route'],
  [
    /^(footer_filter|expires_by_types|reqstat|user_agent|limit_upstream_(zone|conn|log_level)|dso|req_status|ingress_gateway|xquic|dubbo)(_|$)/,
    'Tengine',
  ],
  [/^secure_download/, 'ngx_http_secure_download'],
  [/^accesskey(_|$)/, 'nginx-accesskey'],
  [/^video_thumbextractor/, 'nginx-video-thumbextractor-module'],
  [/^sorted_querystring/, 'nginx-sorted-querystring-module'],
  [/^(lower|upper)_case$|^lower_upper_case/, 'lower_upper_case'],
  [/^chunkin(_|$)/, 'chunkin-nginx-module'],
  [/^dosdetector(_|$)/, 'a module against floods'],
  [/^pinba_/, 'ngx_http_pinba_module'],
  [/^mogilefs_/, 'nginx-mogilefs-module'],
  [/^(aws_(access_key|sign|signing_key|key_scope|endpoint|s3_bucket)|s3_bucket)$/, 'ngx_aws_auth'],
  [/^google(_|$)/, 'ngx_http_google_filter_module'],
  [/^length_hiding/, 'nginx-length-hiding-filter-module'],
  [/^(consistent_hash|upstream_consistent_hash)$|^upstream_hash(_|$)/, 'a module of hashes in upstreams'],
  [/^ustats(_|$)/, 'ngx_http_ustats_module'],
  [/^rate_limit(_|$)/, 'nginx-rate-limit'],
  [/^authnz_fcgi/, 'ngx-http-auth-fcgi'],
  [/^sphinx2_/, 'nginx-sphinx2-module'],
  [/^phantom_token/, 'nginx_phantom_token_module'],
  [/^server_redirect(_|$)/, 'ngx_http_server_redirect_module'],
  [/^let$/, 'let-nginx-module'],
  [
    /^(push_(store|message|max|min|queue|subscriber|publisher|channel|authorized|delete|buffer)|push_stream)(_|$)/,
    'nginx_http_push_module',
  ],
  [/^(zip|unzip)(_|$)/, 'a module for ZIP archives'],
  [/^jpeg_filter/, 'nginx-jpeg-filter'],
  [/^tcp$|^(check_shm_size|tcp_upstream)/, 'nginx_tcp_proxy_module'],
  [/^ssl_(ja3|fingerprint)/, 'a module for TLS fingerprints'],
  [/^ssl_dyn_rec_/, 'a patch for the sizes of TLS records'],
  [/^ssl_certificate_compression_/, 'a patch for compressed certificates'],
  [/^(zstd|unbrotli)(_|$)/, 'a module for compression'],
  [/^testcookie/, 'testcookie-nginx-module'],
];

/** The module that a name is known to be of although the catalog does not have it; null for all other names. */
export const unlistedModule = (name: string): string | null => UNLISTED.find(([mask]) => mask.test(name))?.[1] ?? null;

/** Whether the directives of a library (a path as in load_module) are known: it is listed, or is one of nginx's own modules. */
export const isKnownLibrary = (file: string): boolean => {
  const name = libraryName(file);
  return Object.hasOwn(LIBRARIES, name) || Object.hasOwn(OPTIONAL, name) || FOREIGN_MODULES.has(name);
};

/** Directives that nginx has by now, and that a module had before it in another form: the words that only the module's takes. */
const IN_ANOTHER_FORM: Readonly<Record<string, readonly [module: string, argument: RegExp]>> = table({
  sticky: ['nginx-sticky-module-ng', /^(?:(?:name|domain|path|expires|hash|hmac|hmac_key|text)=.*|no_fallback|secure|httponly)$/],
});

/** The module that takes such a line in a form that nginx's own directive of that name has not; null for all others. */
export function anotherForm(name: string, args: readonly string[]): string | null {
  if (!Object.hasOwn(IN_ANOTHER_FORM, name)) return null;
  const [module, own] = IN_ANOTHER_FORM[name]!;
  return args.every((a) => own.test(a)) ? module : null;
}
