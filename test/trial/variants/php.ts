/** Rules about what php-fpm is told, on trial. */
import { files, main } from '../projects.ts';
import { type Trial, tree, type Variant } from '../trial.ts';

const FPM = 'fastcgi_pass unix:/run/php/php8.2-fpm.sock;';
const SCRIPT = 'fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;';

/** nginx and php-fpm in containers: the root of nginx, its param, and the mounts of both. */
const php = (root: string, script: string, mounts: { nginx: string; php: string }): Variant =>
  files({
    'nginx/nginx.conf': main(
      `server { root ${root}; location ~ \\.php$ { fastcgi_pass php:9000; fastcgi_param SCRIPT_FILENAME ${script}; } }`,
    ),
    'compose.yaml': `services:\n  php:\n    image: php:8.2-fpm-alpine\n    volumes: [${mounts.php}]\n  web:\n    image: nginx:1.28-alpine\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf", ${mounts.nginx}]\nvolumes:\n  code:\n`,
  });

export const TRIALS: readonly Trial[] = [
  {
    rule: 'path-info-lost',
    bad: [
      `location ~ \\.php(/|$) { fastcgi_split_path_info ^(.+\\.php)(/.+)$; try_files $document_root$fastcgi_script_name =404; fastcgi_param PATH_INFO $fastcgi_path_info; ${SCRIPT} ${FPM} }`,
      `fastcgi_param PATH_INFO $fastcgi_path_info; location ~ ^(.+\\.php)(.*)$ { fastcgi_split_path_info ^(.+\\.php)(.*)$; try_files $fastcgi_script_name =404; ${FPM} }`,
      `location /x/ { location ~ [^/]\\.php(/|$) { try_files $fastcgi_script_name =404; fastcgi_split_path_info ^(.+?\\.php)(/.*)$; fastcgi_param PATH_INFO $fastcgi_path_info; ${FPM} } }`.replace(
        '[^/]\\.php',
        '/index\\.php',
      ),
      `location ~ ^/app/.+\\.php(/|$) { fastcgi_split_path_info ^(.+?\\.php)(/.*)$; try_files $fastcgi_script_name =404; fastcgi_param PATH_INFO $fastcgi_path_info; fastcgi_param HTTPS on; ${SCRIPT} ${FPM} }`,
      `root /srv; location ~ \\.php(/|$) { fastcgi_split_path_info ^(.+\\.php)(/.+)$; fastcgi_param PATH_INFO $fastcgi_path_info; try_files $fastcgi_script_name =404; fastcgi_pass 127.0.0.1:9000; }`,
      tree(
        `#- nginx.conf\nevents { }\nhttp { server { location ~ \\.php(/|$) { fastcgi_split_path_info ^(.+\\.php)(/.+)$; try_files $fastcgi_script_name =404; include php.inc; ${FPM} } } }\n#- php.inc\nfastcgi_param PATH_INFO $fastcgi_path_info;\n`,
      ),
    ],
    sane: [
      `location ~ \\.php$ { try_files $fastcgi_script_name =404; ${SCRIPT} ${FPM} }`,
      `location ~ \\.php(/|$) { fastcgi_split_path_info ^(.+\\.php)(/.+)$; fastcgi_param PATH_INFO $fastcgi_path_info; ${SCRIPT} ${FPM} }`,
      `location ~ \\.php(/|$) { fastcgi_split_path_info ^(.+\\.php)(/.+)$; try_files $fastcgi_script_name =404; fastcgi_param PATH_INFO $document_uri; ${SCRIPT} ${FPM} }`,
      `location ~ [^/]\\.php(/|$) { fastcgi_split_path_info ^(.+?\\.php)(/.*)$; set $info $fastcgi_path_info; try_files $fastcgi_script_name =404; fastcgi_param PATH_INFO $info; ${FPM} }`,
      `location ~ ^/index\\.php(/|$) { fastcgi_split_path_info ^(.+\\.php)(/.*)$; fastcgi_param PATH_INFO $fastcgi_path_info; ${FPM} }`,
      `location ~ \\.php$ { try_files $uri =404; fastcgi_split_path_info ^(.+\\.php)(/.+)$; fastcgi_param PATH_INFO $fastcgi_path_info; ${FPM} }`,
    ],
  },
  {
    rule: 'script-filename-under-alias',
    bad: [
      `location ^~ /wiki/ { alias /srv/mediawiki/; location ~ \\.php$ { ${SCRIPT} ${FPM} } }`,
      `location /wiki { alias /srv/mediawiki; index index.php; location ~ \\.php$ { ${FPM} fastcgi_param SCRIPT_FILENAME \${document_root}\${fastcgi_script_name}; } }`,
    ],
    sane: [
      `location /wiki/ { alias /srv/mediawiki/; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $request_filename; ${FPM} } }`,
      `location /wiki/ { alias /srv/mediawiki/; } location ~ \\.php$ { root /srv/site; ${SCRIPT} ${FPM} }`,
      `location ~ ^/wiki/(.+\\.php)$ { alias /srv/mediawiki/$1; fastcgi_param SCRIPT_FILENAME $request_filename; ${FPM} }`,
      `location /wiki/ { alias /srv/mediawiki/; location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /srv/mediawiki/index.php; ${FPM} } }`,
    ],
  },
  {
    rule: 'script-filename-elsewhere',
    bad: [
      php('/var/www', '$document_root$fastcgi_script_name', { nginx: '"./src:/var/www"', php: '"./src:/srv/app"' }),
      php('/var/www', '$realpath_root$fastcgi_script_name', { nginx: '"./src:/var/www"', php: '"./src:/srv/app"' }),
      php('/web/public', '$document_root$fastcgi_script_name', { nginx: '"code:/web"', php: '"code:/code"' }),
      php('/web', '$document_root$fastcgi_script_name', { nginx: '"./a/b:/web"', php: '"./a/b:/var/www/html:ro"' }),
      php('/usr/share/nginx/html', '$document_root$fastcgi_script_name', {
        nginx: '"code:/usr/share/nginx/html"',
        php: '"code:/var/www/html"',
      }),
      php('/site/public', '$document_root$fastcgi_script_name', { nginx: '"./src:/site:ro"', php: '"./src:/app"' }),
    ],
    sane: [
      php('/web', '/code$fastcgi_script_name', { nginx: '"code:/web"', php: '"code:/code"' }),
      php('/srv/app', '$document_root$fastcgi_script_name', { nginx: '"./src:/srv/app"', php: '"./src:/srv/app"' }),
      php('/var/www/html', '$document_root$fastcgi_script_name', { nginx: '"code:/var/www/html:ro"', php: '"code:/var/www/html"' }),
      php('/site/public', '/app/public$fastcgi_script_name', { nginx: '"./src:/site:ro"', php: '"./src:/app"' }),
      php('/site', '$document_root$fastcgi_script_name', { nginx: '"./src:/site:ro"', php: '"./src:/app", "./src:/site"' }),
      php('/site', '$document_root$fastcgi_script_name', { nginx: '"./assets:/site:ro"', php: '"./src:/app"' }),
    ],
  },
];
