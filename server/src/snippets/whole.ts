/** Whole nginx.conf files: a small VPS, Docker, behind a load balancer. */
import { downPage, dropServer, forwarded, intermediate, mediaFiles, staticFiles } from './parts.ts';
import { lines, type Snippet } from './snippet.ts';

const HEAD = (log: string): string => `worker_processes auto;
worker_rlimit_nofile 8192;
${log}

events {
  worker_connections 2048;
}
`;

const HTTP = `include mime.types;
  default_type application/octet-stream;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 65s;
  client_max_body_size 10m;

  gzip on;
  gzip_vary on;
  gzip_proxied any;
  gzip_types text/plain text/css text/javascript application/javascript application/json application/xml image/svg+xml;

  limit_req_zone \\$binary_remote_addr zone=general:10m rate=20r/s;
  # what is sent counts, not the page that shows the form
  map \\$request_method \\$login_attempt {
    default '';
    POST \\$binary_remote_addr;
  }
  limit_req_zone \\$login_attempt zone=login:10m rate=10r/m;
  limit_req_status 429;`;

export const WHOLE: readonly Snippet[] = [
  {
    id: 'nginx-conf-vps',
    prefixes: ['nginx.conf', 'vps', 'nginxconf'],
    title: 'Whole nginx.conf for a small server (Django, Gunicorn, HTTPS)',
    about: 'Everything in one file: TLS, static and media files, limits, compression, an application on a unix socket.',
    inside: ['main'],
    since: '1.19.4',
    body: lines`
user \${8|www-data,nginx|};
${HEAD('error_log /var/log/nginx/error.log warn;')}
http {
  ${HTTP}

  access_log /var/log/nginx/access.log combined buffer=32k flush=5s;

  upstream application {
    server unix:/run/\${2:app}/\${2:app}.sock fail_timeout=0;
  }

  # names that are not yours
  ${dropServer('  ')}

  server {
    listen 80;
    listen [::]:80;
    server_name \${1:example.com};

    location /.well-known/acme-challenge/ {
      alias /var/www/letsencrypt/.well-known/acme-challenge/;
    }

    location / {
      return 301 https://\${1:example.com}\\$request_uri;
    }
  }

  server {
    listen 443 ssl;
    listen [::]:443 ssl;
    http2 on;
    server_name \${1:example.com};

    ssl_certificate /etc/letsencrypt/live/\${1:example.com}/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/\${1:example.com}/privkey.pem;
    ${intermediate('    ')}
    add_header Strict-Transport-Security "max-age=63072000" always;

    ${staticFiles('    ')}

    ${mediaFiles('    ')}

    location = /admin/login/ {
      limit_req zone=login burst=5 nodelay;
      proxy_pass http://application;
      ${forwarded('      ')}
    }

    location / {
      limit_req zone=general burst=40 nodelay;
      proxy_pass http://application;
      ${forwarded('      ')}
    }

    ${downPage('    ')}
  }
}
$0`,
  },
  {
    id: 'nginx-conf-docker',
    prefixes: ['nginx.conf-docker', 'docker-conf'],
    title: 'Whole nginx.conf for a container (docker compose)',
    about:
      'Logs to the streams that Docker reads, the application by its service name, files by a shared volume. TLS ends before this container.',
    inside: ['main'],
    body: lines`
${HEAD('error_log stderr warn;')}
http {
  ${HTTP}

  access_log /dev/stdout combined;

  # containers move: their names are asked again
  resolver 127.0.0.11 valid=10s;

  # the proxy before this one says who the client is
  set_real_ip_from \${1:172.16.0.0/12};
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;

  geo \\$realip_remote_addr \\$from_proxy {
    default 0;
    \${1:172.16.0.0/12} 1;
  }
  map \\$from_proxy:\\$http_x_forwarded_proto \\$client_scheme {
    default \\$scheme;
    1:https https;
  }

  # names that are not yours
  server {
    listen 80 default_server;
    server_name _;

    # the health check of the container, which knows no name
    location = /healthz {
      access_log off;
      return 204;
    }

    location / {
      return 444;
    }
  }

  server {
    listen 80;
    server_name \${2:example.com};

    ${staticFiles('    ')}

    location / {
      limit_req zone=general burst=40 nodelay;
      set \\$application \${4:web};
      proxy_pass http://\\$application:\${5:8000};
      ${forwarded('      ', { scheme: '\\$client_scheme' })}
    }

    location = /admin/login/ {
      limit_req zone=login burst=5 nodelay;
      set \\$application \${4:web};
      proxy_pass http://\\$application:\${5:8000};
      ${forwarded('      ', { scheme: '\\$client_scheme' })}
    }
  }
}
$0`,
  },
  {
    id: 'nginx-conf-balanced',
    prefixes: ['nginx.conf-lb', 'behind-lb'],
    title: 'Whole nginx.conf behind a load balancer',
    about: 'The balancer ends TLS and says who the client is and which scheme it used. Only its networks are believed.',
    inside: ['main'],
    body: lines`
${HEAD('error_log /var/log/nginx/error.log warn;')}
http {
  ${HTTP}

  access_log /var/log/nginx/access.log combined buffer=32k flush=5s;

  # the networks of the balancer, and nobody else
  set_real_ip_from \${1:10.0.0.0/8};
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;

  geo \\$realip_remote_addr \\$from_balancer {
    default 0;
    \${1:10.0.0.0/8} 1;
  }
  map \\$from_balancer:\\$http_x_forwarded_proto \\$client_scheme {
    default http;
    1:https https;
  }

  upstream application {
    zone application 64k;
    server 127.0.0.1:8000 fail_timeout=0;
  }

  # names that are not yours
  server {
    listen 80 default_server;
    server_name _;

    # the balancer's health check, which knows no name
    location = /healthz {
      access_log off;
      return 204;
    }

    location / {
      return 444;
    }
  }

  server {
    listen 80;
    server_name \${2:example.com};

    ${staticFiles('    ')}

    location = /admin/login/ {
      limit_req zone=login burst=5 nodelay;
      proxy_pass http://application;
      ${forwarded('      ', { scheme: '\\$client_scheme' })}
    }

    location / {
      limit_req zone=general burst=40 nodelay;
      proxy_pass http://application;
      ${forwarded('      ', { scheme: '\\$client_scheme' })}
    }
  }
}
$0`,
  },
];
