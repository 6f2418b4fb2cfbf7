/**
 * The Debian packages that the tests against real programs need, in one place, so that one `apt-get install` readies a machine.
 * Nothing here installs anything.
 */

/** nginx and every dynamic module that Debian packages for it. */
export const NGINX_PACKAGES: readonly string[] = [
  'nginx',
  'libnginx-mod-http-auth-pam',
  'libnginx-mod-http-brotli-filter',
  'libnginx-mod-http-brotli-static',
  'libnginx-mod-http-cache-purge',
  'libnginx-mod-http-dav-ext',
  'libnginx-mod-http-echo',
  'libnginx-mod-http-fancyindex',
  'libnginx-mod-http-geoip',
  'libnginx-mod-http-geoip2',
  'libnginx-mod-http-headers-more-filter',
  'libnginx-mod-http-image-filter',
  'libnginx-mod-http-js',
  'libnginx-mod-http-lua',
  'libnginx-mod-http-memc',
  'libnginx-mod-http-modsecurity',
  'libnginx-mod-http-ndk',
  'libnginx-mod-http-perl',
  'libnginx-mod-http-set-misc',
  'libnginx-mod-http-srcache-filter',
  'libnginx-mod-http-subs-filter',
  'libnginx-mod-http-uploadprogress',
  'libnginx-mod-http-upstream-fair',
  'libnginx-mod-http-xslt-filter',
  'libnginx-mod-mail',
  'libnginx-mod-nchan',
  'libnginx-mod-rtmp',
  'libnginx-mod-stream',
  'libnginx-mod-stream-geoip',
  'libnginx-mod-stream-geoip2',
  'libnginx-mod-stream-js',
];

/** The application servers and frameworks that test/deployment starts behind nginx. */
export const PYTHON_PACKAGES: readonly string[] = [
  'python3-django',
  'python3-flask',
  'python3-starlette',
  'gunicorn',
  'uwsgi',
  'uwsgi-plugin-python3',
  'uvicorn',
  'daphne',
  'python3-hypercorn',
  'python3-fastapi',
  'python3-quart',
  'python3-pyramid',
  'python3-aiohttp',
  'php-fpm',
];

/** The template engines whose output the tests put before nginx. */
export const TEMPLATE_PACKAGES: readonly string[] = ['python3-jinja2', 'ruby', 'gettext-base'];

/** libnss-wrapper lets a test give nginx host names and accounts that the machine does not have; openssl makes the test certificates. */
export const APT_PACKAGES: readonly string[] = [...NGINX_PACKAGES, ...PYTHON_PACKAGES, ...TEMPLATE_PACKAGES, 'libnss-wrapper', 'openssl'];
