/**
 * The main files that come with an image or a package, as facts: what a site file finds around itself when nobody has replaced them. Taken
 * from the packages: nginx.org's and the official images, Debian's and Ubuntu's, Alpine's, that of RHEL and its like, OpenResty's image, Angie's package.
 */
import type { Context } from '../catalog/context.ts';
import type { Build } from '../catalog/flavours.ts';
import type { Distribution } from './images.ts';

export interface MainFile {
  /** how people call where it comes from */
  readonly title: string;
  /** whose nginx it is for: the binary knows more paths */
  readonly build: Build;
  readonly path: string;
  readonly text: string;
  /** its includes that take files of others: the mask as written, the context that it is in, and whether it is where sites go */
  readonly takes: readonly { readonly mask: string; readonly context: Context }[];
}

const LOG_FORMAT = `log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                    '$status $body_bytes_sent "$http_referer" '
                    '"$http_user_agent" "$http_x_forwarded_for"';`;

/** The main file of nginx.org's packages and of Angie's, which are laid out alike. */
const packaged = (name: string, sites: string, connections: number, limits = ''): string => `user ${name};
worker_processes auto;
${limits}error_log /var/log/${name}/error.log notice;
pid /run/${name}.pid;

events {
    worker_connections ${connections};
}

http {
    include /etc/${name}/mime.types;
    default_type application/octet-stream;
    ${LOG_FORMAT}
    access_log /var/log/${name}/access.log main;
    sendfile on;
    keepalive_timeout 65;
    include /etc/${name}/${sites}/*.conf;
}
`;

const CONF_D = { mask: '/etc/nginx/conf.d/*.conf', context: 'http' } as const;

export const MAIN_FILES: Readonly<Record<Distribution, MainFile>> = {
  official: {
    title: 'nginx',
    build: 'official',
    path: '/etc/nginx/nginx.conf',
    takes: [CONF_D],
    text: packaged('nginx', 'conf.d', 1024),
  },
  unprivileged: {
    title: 'nginx-unprivileged',
    build: 'official',
    path: '/etc/nginx/nginx.conf',
    takes: [CONF_D],
    text: `worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /tmp/nginx.pid;

events {
    worker_connections 1024;
}

http {
    proxy_temp_path /tmp/proxy_temp;
    client_body_temp_path /tmp/client_temp;
    fastcgi_temp_path /tmp/fastcgi_temp;
    uwsgi_temp_path /tmp/uwsgi_temp;
    scgi_temp_path /tmp/scgi_temp;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    ${LOG_FORMAT}
    access_log /var/log/nginx/access.log main;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
`,
  },
  debian: {
    title: 'Debian’s nginx',
    build: 'debian',
    path: '/etc/nginx/nginx.conf',
    takes: [
      { mask: '/etc/nginx/sites-enabled/*', context: 'http' },
      CONF_D,
      { mask: '/etc/nginx/modules-enabled/*.conf', context: 'main' },
    ],
    text: `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
include /etc/nginx/modules-enabled/*.conf;

events {
    worker_connections 768;
}

http {
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log /var/log/nginx/access.log;
    gzip on;
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
`,
  },
  alpine: {
    title: 'Alpine’s nginx',
    build: 'alpine',
    path: '/etc/nginx/nginx.conf',
    takes: [
      { mask: '/etc/nginx/http.d/*.conf', context: 'http' },
      { mask: '/etc/nginx/conf.d/*.conf', context: 'main' },
      { mask: '/etc/nginx/modules/*.conf', context: 'main' },
    ],
    text: `user nginx;
worker_processes auto;
pcre_jit on;
error_log /var/log/nginx/error.log warn;
include /etc/nginx/modules/*.conf;
include /etc/nginx/conf.d/*.conf;

events {
    worker_connections 1024;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    server_tokens off;
    client_max_body_size 1m;
    sendfile on;
    tcp_nopush on;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    ssl_session_cache shared:SSL:2m;
    ssl_session_timeout 1h;
    ssl_session_tickets off;
    gzip_vary on;
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' close;
    }
    ${LOG_FORMAT}
    access_log /var/log/nginx/access.log main;
    include /etc/nginx/http.d/*.conf;
}
`,
  },
  rhel: {
    title: 'the nginx of RHEL and its kin',
    build: 'rhel',
    path: '/etc/nginx/nginx.conf',
    takes: [
      CONF_D,
      { mask: '/etc/nginx/default.d/*.conf', context: 'server' },
      { mask: '/usr/share/nginx/modules/*.conf', context: 'main' },
    ],
    text: `user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
include /usr/share/nginx/modules/*.conf;

events {
    worker_connections 1024;
}

http {
    ${LOG_FORMAT}
    access_log /var/log/nginx/access.log main;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 65;
    types_hash_max_size 4096;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    include /etc/nginx/conf.d/*.conf;

    server {
        listen 80;
        listen [::]:80;
        server_name _;
        root /usr/share/nginx/html;
        include /etc/nginx/default.d/*.conf;
        error_page 404 /404.html;
        location = /404.html {
        }
        error_page 500 502 503 504 /50x.html;
        location = /50x.html {
        }
    }
}
`,
  },
  angie: {
    title: 'Angie',
    build: 'angie',
    path: '/etc/angie/angie.conf',
    takes: [{ mask: '/etc/angie/http.d/*.conf', context: 'http' }],
    text: packaged('angie', 'http.d', 65536, 'worker_rlimit_nofile 65536;\n'),
  },
  openresty: {
    title: 'openresty',
    build: 'openresty',
    path: '/usr/local/openresty/nginx/conf/nginx.conf',
    takes: [CONF_D],
    text: `pcre_jit on;

events {
    worker_connections 1024;
}

http {
    include mime.types;
    default_type application/octet-stream;
    client_body_temp_path /var/run/openresty/nginx-client-body;
    proxy_temp_path /var/run/openresty/nginx-proxy;
    fastcgi_temp_path /var/run/openresty/nginx-fastcgi;
    uwsgi_temp_path /var/run/openresty/nginx-uwsgi;
    scgi_temp_path /var/run/openresty/nginx-scgi;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
`,
  },
};
