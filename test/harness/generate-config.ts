/** Large, sane configurations for benchmarks and stress tests: seeded, so that two runs measure the same text. */

/** A small generator of pseudo-random numbers (mulberry32): the same seed gives the same run. */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One server of about 100 lines, as a deployment guide would have it. */
export function site(n: number): string {
  const name = `site${n}.example.com`;
  const locations = Array.from(
    { length: 8 },
    (_, i) => `    location /part${i}/ {
        limit_req zone=general burst=20 nodelay;
        proxy_pass http://app${n};
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout ${30 + i}s;
    }
`,
  ).join('\n');
  return `upstream app${n} {
    server 127.0.0.1:${8000 + (n % 1000)} max_fails=3 fail_timeout=10s;
    keepalive 16;
}

server {
    listen 443 ssl;
    server_name ${name} www.${name};

    ssl_certificate /etc/ssl/${name}.pem;
    ssl_certificate_key /etc/ssl/${name}.key;
    add_header Strict-Transport-Security "max-age=63072000" always;
    client_max_body_size 10m;
    access_log /var/log/nginx/${name}.log main;

    location /static/ {
        alias /srv/${name}/static/;
        expires 30d;
    }

    location ~ ^/media/(?<file>[\\w./-]+)$ {
        root /srv/${name};
    }

${locations}
    error_page 502 503 504 /down.html;
    location = /down.html {
        root /srv/${name};
        internal;
    }
}

`;
}

const HEAD = `worker_processes auto;
events {
    worker_connections 1024;
}
http {
    server_tokens off;
    log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent';
    limit_req_zone $binary_remote_addr zone=general:10m rate=10r/s;
    limit_req_status 429;
    ssl_protocols TLSv1.2 TLSv1.3;
    gzip on;
`;

/** One file of at least that many lines. */
export function bigFile(lines: number): string {
  const parts = [HEAD];
  let count = HEAD.split('\n').length;
  for (let n = 0; count < lines; n++) {
    const s = site(n);
    parts.push(s);
    count += s.split('\n').length - 1;
  }
  return `${parts.join('')}}\n`;
}

/** A main file and `sites` files of about 100 lines each, by path. */
export function bigTree(sites: number): Record<string, string> {
  const files: Record<string, string> = { 'nginx.conf': `${HEAD}    include sites-enabled/*.conf;\n}\n` };
  for (let n = 0; n < sites; n++) files[`sites-enabled/site${String(n).padStart(4, '0')}.conf`] = site(n);
  return files;
}
