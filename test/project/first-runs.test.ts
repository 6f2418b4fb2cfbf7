/**
 * What a first run of `check` says of projects as people have them: roles, cookbooks, charts and modules, sites without a main file. Each row
 * shows one kind of thing that was told wrongly once; of a row's folder all errors and warnings are named, with the files they are in.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostFileOf, relativePath } from '../../server/src/base/file-id.ts';
import { Lines } from '../../server/src/base/lines.ts';
import { checked, HOME, inMemory } from './world.ts';

const SITE = 'server {\n    listen 80;\n    server_name shop.example;\n    root /srv/shop;\n}\n';

const TLS = 'server {\n    listen 443 ssl;\n    server_name shop.example;\n    root /srv/shop;\n}\n';
const TASK = '- template: src=shop.j2 dest=/etc/nginx/sites-enabled/shop\n';

/** A main file with two sites that declare one upstream, of which a file in a folder for Compose files mounts the first; `key` is over its services. */
const ONE_SITE_OF_TWO = (key: string): Record<string, string> => ({
  'compose/prod.yaml': `${key}:\n  web:\n    image: shop:1\n    command: gunicorn -b 0.0.0.0:8000 shop.wsgi\n  nginx:\n    image: nginx:1.29\n    ports: ["80:80"]\n    volumes: ["../nginx/nginx.conf:/etc/nginx/nginx.conf:ro", "../nginx/conf.d/prod.conf:/etc/nginx/conf.d/default.conf:ro"]\n`,
  'compose/prometheus.yml': 'scrape_configs:\n  - job_name: nginx\n',
  'nginx/nginx.conf':
    'events {}\nhttp {\n    server_tokens off;\n    include /etc/nginx/mime.types;\n    include /etc/nginx/conf.d/*.conf;\n}\n',
  'nginx/conf.d/prod.conf':
    'upstream app { server web:8000; }\nserver {\n    listen 80;\n    server_name shop.example.com;\n    location / {\n        proxy_pass http://app;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
  'nginx/conf.d/dev.conf':
    'upstream app { server web:8000; }\nserver {\n    listen 80;\n    server_name shop.example.com;\n    location / {\n        proxy_pass http://app;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
});

/** A pod of nginx with a key of a ConfigMap at a path, and a Service that leads to its port 80. */
const FIGURES = (namespace: string, path: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: figures, namespace: ${namespace} }\ndata:\n  figures.conf: |\n    server {\n      listen 8081;\n      return 204;\n    }\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: edge, namespace: ${namespace} }\nspec:\n  template:\n    metadata: { labels: { app: edge } }\n    spec:\n      containers:\n        - name: nginx\n          image: nginx:1.31\n          volumeMounts: [{ name: conf, mountPath: ${path}, subPath: figures.conf }]\n      volumes: [{ name: conf, configMap: { name: figures } }]\n---\napiVersion: v1\nkind: Service\nmetadata: { name: edge, namespace: ${namespace} }\nspec:\n  selector: { app: edge }\n  ports: [{ port: 80, targetPort: 80 }]\n`;

for (const [what, files, expected] of [
  [
    'a template for a script, whose dollar signs a shell frees, and one that nginx’s image writes out itself',
    {
      'site.tpl':
        'server {\n    listen 80;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n        proxy_set_header Host \\$host;\n        proxy_set_header X-Forwarded-For \\$proxy_add_x_forwarded_for;\n    }\n}\n',
      'nginx/templates/default.conf.template':
        'server {\n    listen ${PORT};\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n        proxy_set_header Host \\$host;\n    }\n}\n',
    },
    ['nginx/templates/default.conf.template:5 warning request-header-wrong-value'],
  ],
  [
    'a choice between two passes beside a file that is not seen, and one beside files',
    {
      'choice.conf':
        'split_clients $remote_addr $half {\n    50% new;\n    * old;\n}\nserver {\n    listen 80;\n    location / {\n        if ($half = new) {\n            proxy_pass http://127.0.0.1:8001;\n        }\n        proxy_pass http://127.0.0.1:8002;\n        include parts/headers.conf;\n    }\n    location /files/ {\n        if ($half = new) {\n            proxy_pass http://127.0.0.1:8001;\n        }\n        include parts/files.conf;\n        root /srv;\n    }\n}\n',
    },
    ['choice.conf:16 warning unsafe-if'],
  ],
  [
    'a pass that another one replaces, one to a server of scripts and pictures alone, and one that pages fall back to as well',
    {
      'shop.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    root /srv/shop;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n        include uwsgi_params;\n        uwsgi_pass 127.0.0.1:9000;\n    }\n    location ~ ^/static {\n        try_files $uri @built;\n    }\n    location @built {\n        proxy_pass http://127.0.0.1:3031;\n    }\n}\n',
      'blog.conf':
        'server {\n    listen 80;\n    server_name blog.example;\n    root /srv/blog;\n    location ~ ^/static {\n        try_files $uri @all;\n    }\n    location / {\n        try_files $uri @all;\n    }\n    location @all {\n        proxy_pass http://127.0.0.1:3031;\n    }\n}\n',
    },
    ['blog.conf:12 warning proxy-host-missing', 'shop.conf:6 warning setting-of-another-module'],
  ],
  [
    'the part of Heroku’s buildpack, beside another file that is a whole configuration by its look',
    {
      'heroku.conf.php':
        'http {\n    include mime.types;\n    server {\n        listen <?=getenv("PORT")?>;\n        root /app/public;\n    }\n}\n',
      'other.conf': 'http {\n    include mime.types;\n    server {\n        listen 8080;\n        root /app/public;\n    }\n}\n',
    },
    ['other.conf:1 warning incomplete-configuration'],
  ],
  [
    'a tag of FreeMarker with a call within a call',
    {
      'shop.conf.ftl':
        '<#assign shop = Settings.read(Files.first(0, "a)b"))>\n<#if shop.open(shop.day("mon"))>\nserver {\n    listen 80;\n    server_name ${shop.name};\n    root /srv/shop;\n}\n</#if>\n',
    },
    [],
  ],
  [
    'places for WebSockets behind TLS, of which one is for pages, too',
    {
      'chat.conf':
        'server {\n    listen 443 ssl;\n    server_name chat.example;\n    ssl_certificate c.pem;\n    ssl_certificate_key k.pem;\n    proxy_http_version 1.1;\n    proxy_set_header Host $host;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection upgrade;\n    location /chat-websocket {\n        proxy_pass http://127.0.0.1:5280;\n    }\n    location /rooms/ws {\n        proxy_pass http://127.0.0.1:5280;\n    }\n    location /news {\n        proxy_pass http://127.0.0.1:5281;\n    }\n}\n',
    },
    ['chat.conf:17 warning forwarded-headers-missing'],
  ],
  [
    'conditions of one location that look for the names of different sites, and for names of which one is within the other',
    {
      'apart.conf':
        'server {\n    listen 80;\n    proxy_set_header Host $host;\n    location / {\n        if ($host ~ "shop.example.com") {\n            proxy_pass http://127.0.0.1:8001;\n        }\n        if ($host ~ ^blog\\.example\\.com$) {\n            proxy_pass http://127.0.0.1:8002;\n        }\n        root /srv/www;\n    }\n}\n',
      'within.conf':
        'server {\n    listen 81;\n    proxy_set_header Host $host;\n    location / {\n        if ($host ~ example.com) {\n            proxy_pass http://127.0.0.1:8001;\n        }\n        if ($host ~ blog.example.com) {\n            proxy_pass http://127.0.0.1:8002;\n        }\n        root /srv/www;\n    }\n}\n',
    },
    ['within.conf:6 warning unsafe-if', 'within.conf:9 warning unsafe-if'],
  ],
  [
    'a part that is called like a file of nginx means that one, and not itself',
    { 'templates/php/fastcgi.conf': 'try_files $uri =404;\ninclude fastcgi.conf;\nfastcgi_intercept_errors on;\n' },
    [],
  ],
  [
    'a site that is mounted under another name is read once, under that name; under its own where nothing takes the other one',
    {
      'taken/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n      - ./sites/shop.conf:/etc/nginx/sites/shop.site:ro\n',
      'taken/nginx.conf': 'events {}\nhttp {\n    include sites/*.conf;\n    include sites/shop.site;\n}\n',
      'taken/sites/shop.conf': 'server {\n    listen 80 default_server;\n    server_name shop.example;\n    return 403;\n}\n',
      'twice/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n      - ./sites:/etc/nginx/sites:ro\n      - ./sites/shop.conf:/etc/nginx/sites/shop.site:ro\n',
      'twice/nginx.conf': 'events {}\nhttp {\n    include sites/*.conf;\n    include sites/shop.site;\n}\n',
      'twice/sites/shop.conf': 'server {\n    listen 80 default_server;\n    server_name shop.example;\n    return 403;\n}\n',
    },
    ['twice/sites/shop.conf:2 error listen-conflict', 'twice/sites/shop.conf:3 warning conflicting-server-name'],
  ],
  [
    'an upstream that a file of the project declares which nothing includes this one into, and a name that nobody declares',
    {
      'compose.yaml':
        'services:\n  app:\n    image: shop/app\n    container_name: shop-app\n  web:\n    image: nginx:1.31\n    volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n      - ./more:/etc/nginx/more:ro\n',
      'nginx.conf':
        'events {}\nhttp {\n    upstream shop_app {\n        server app:8000;\n    }\n    server {\n        listen 80;\n        location / {\n            proxy_pass http://shop_app;\n            proxy_set_header Host $host;\n            proxy_set_header X-Forwarded-For $remote_addr;\n            proxy_set_header X-Forwarded-Proto $scheme;\n        }\n    }\n}\n',
      'more/admin.conf':
        'server {\n    listen 81;\n    location / {\n        proxy_pass http://shop_app;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n    location /old {\n        proxy_pass http://shopp-app;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
    },
    ['more/admin.conf:10 warning socket-not-listened'],
  ],
  [
    'a query behind the question mark that nginx writes itself, in a name that is not the last one',
    {
      'shop.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    root /srv/shop;\n    location / {\n        try_files $uri /index.php$is_args$args =404;\n    }\n    location /old {\n        try_files /pages/$args =404;\n    }\n}\n',
    },
    ['shop.conf:6 warning try-files-query-not-last', 'shop.conf:9 error file-path-from-client'],
  ],
  [
    'a root in which nothing can be',
    {
      'shop.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    root /dev/null;\n}\nserver {\n    listen 80;\n    server_name disks.example;\n    root /dev;\n}\n',
    },
    ['shop.conf:9 error filesystem-root-exposed'],
  ],
  [
    'names that Terraform fills in for cloud-init, and the same where nobody does',
    {
      'cloud/machine.yaml':
        '#cloud-config\nwrite_files:\n  - path: /etc/nginx/conf.d/shop.conf\n    content: |\n      upstream shop {\n        server ${shop_address}:8080;\n      }\n      server {\n        listen 80;\n        server_name shop.example;\n        location / {\n          proxy_pass http://shop;\n          proxy_set_header Host $host;\n          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        }\n      }\n',
      'plain.conf': 'upstream plain {\n    server ${shop_address}:8080;\n}\n',
    },
    ['plain.conf:2 error invalid-value'],
  ],
  [
    'the page of a tool that says no more than that it is well, however the tool is passed to',
    {
      'watch.conf':
        'upstream prometheus {\n    server 10.0.0.5:9090;\n}\nserver {\n    listen 443 ssl;\n    server_name watch.example.com;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    location = /-/healthy {\n        proxy_pass http://prometheus;\n    }\n    location /graph {\n        proxy_pass http://prometheus;\n    }\n}\n',
    },
    ['watch.conf:13 warning admin-tool-exposed'],
  ],
  [
    'a condition that chooses between two programs where the location does nothing but pass on, beside one that takes away what it looks for',
    {
      'nginx.conf':
        'events {}\nhttp {\n    include conf.d/*.upstream.conf;\n    server {\n        listen 80;\n        location = /metrics {\n            if ($arg_of = jobs) {\n                proxy_pass http://10.0.0.2:9000;\n            }\n            if ($arg_of = mails) {\n                proxy_pass http://10.0.0.3:9000;\n            }\n            proxy_pass http://10.0.0.1:9000;\n            proxy_set_header Host $host;\n        }\n        location / {\n            root /srv/shop;\n            if ($arg_of = jobs) {\n                proxy_pass http://10.0.0.2:9000;\n            }\n            proxy_set_header Host $host;\n            try_files $uri =404;\n        }\n    }\n}\n',
    },
    ['nginx.conf:19 warning unsafe-if'],
  ],
  [
    'TLS at an address that a template fills in, and none',
    {
      'a.conf.j2':
        'server {\n    listen {{ ip }}:{{ port }};\n    listen {{ ip }}:{{ tls_port }} ssl;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    server_name a.shop.example;\n    if ($scheme != "https") {\n        return 301 https://$host$request_uri;\n    }\n    location / {\n        root /srv/a;\n        try_files $uri =404;\n    }\n}\n',
      'b.conf.j2':
        'server {\n    listen {{ ip }}:{{ port }};\n    server_name b.shop.example;\n    if ($scheme != "https") {\n        return 301 https://$host$request_uri;\n    }\n    location / {\n        root /srv/b;\n        try_files $uri =404;\n    }\n}\n',
    },
    ['b.conf.j2:4 warning comparison-constant'],
  ],
  [
    'CORS that conditions write for each method, asked for a file and not for the index of a folder',
    {
      'nginx.conf':
        "events {}\nhttp {\n    server {\n        listen 80;\n        root /srv/films;\n        location ~ ^/films/(new|old)/ {\n            if ($request_method = OPTIONS) {\n                add_header Access-Control-Allow-Origin '*';\n                return 204;\n            }\n            if ($request_method = GET) {\n                add_header Access-Control-Allow-Origin '*';\n                access_log off;\n            }\n        }\n        location ~ ^/songs/(new|old)/ {\n            if ($request_method = OPTIONS) {\n                add_header Access-Control-Allow-Origin '*';\n                return 204;\n            }\n        }\n    }\n}\n",
    },
    ['nginx.conf:18 warning cors-preflight-fails'],
  ],
  [
    'a program that others of the machine ask at an address, and one behind a name',
    {
      'nginx.conf':
        'events {}\nhttp {\n    server {\n        listen 127.0.0.1:8080;\n        location / {\n            proxy_pass http://accounts:5000;\n        }\n    }\n    server {\n        listen 127.0.0.1:8081;\n        server_name mail.example.com;\n        location / {\n            proxy_pass http://accounts:5000;\n        }\n    }\n}\n',
    },
    ['nginx.conf:13 warning proxy-host-missing'],
  ],
  [
    'what the gateway of Tengine reads, which no other build has',
    { 'gateway.conf': 'ingress_gateway_hash_num shop 500;\nserver {\n    listen 80;\n    root /srv/shop;\n}\n' },
    [],
  ],
  [
    'an application that is told the scheme and the client by other names',
    {
      'a.conf':
        'server {\n    listen 443 ssl;\n    server_name a.shop.example;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    location / {\n        proxy_pass http://door:4180;\n        proxy_set_header Host $host;\n        proxy_set_header X-Real-IP $remote_addr;\n        proxy_set_header X-Scheme $scheme;\n    }\n}\n',
    },
    [],
  ],
  [
    'files of cloud-init beside a site of Debian are of its package, whose main file does not say how long connections are kept',
    {
      'machine/init.yaml':
        '#cloud-config\nwrite_files:\n  - path: /etc/nginx/sites-available/shop\n    content: |\n      server {\n        listen 80;\n        root /srv/shop;\n      }\n  - path: /etc/nginx/conf.d/limits.conf\n    content: |\n      keepalive_timeout 30s;\n      server_tokens off;\n',
      'other/init.yaml':
        '#cloud-config\nwrite_files:\n  - path: /etc/nginx/conf.d/limits.conf\n    content: |\n      keepalive_timeout 30s;\n      server_tokens off;\n',
    },
    ['other/init.yaml:5 error duplicate-directive'],
  ],
  [
    'a template that is called one twice, and a file that a program left',
    {
      'roles/web/templates/site.tmp.j2': 'server {\n    listen {{ port }};\n    root /srv/{{ name }};\n    nonsense on;\n}\n',
      'roles/web/files/site.tmp': 'server {\n    listen 80;\n    nonsense on;\n}\n',
    },
    ['roles/web/templates/site.tmp.j2:4 error unknown-directive'],
  ],
  [
    'a place that empties the cache, which no script gives to anybody, beside pages that one does',
    {
      'blog.conf':
        'server {\n    listen 80;\n    server_name blog.example;\n    root /srv/blog;\n    location ~ \\.php$ {\n        try_files $uri =404;\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        fastcgi_pass unix:/run/php.sock;\n    }\n    location ~ /purge(/.*) {\n        allow 127.0.0.1;\n        deny all;\n        fastcgi_cache_purge pages "$host$1";\n    }\n    location ~ /staff(/.*) {\n        allow 127.0.0.1;\n        deny all;\n    }\n}\n',
    },
    ['blog.conf:16 warning access-list-outranked'],
  ],
  [
    'a part that includes itself where the project says where it lies',
    {
      'fastcgi.conf': 'include fastcgi.conf;\nfastcgi_intercept_errors on;\n',
      'nginx.conf': 'events {}\nhttp {\n    include mime.types;\n    include fastcgi.conf;\n}\n',
    },
    ['fastcgi.conf:1 error include-cycle'],
  ],
  [
    'a template without a mark of its engine, of which a shell fills in the names',
    {
      'config/nginx.conf.erb': `worker_processes $WORKERS;\nevents {\n    worker_connections $CONNECTIONS;\n}\nhttp {\n    server {\n        listen $PORT;\n        server_name $SITE;\n        root /app/public;\n    }\n}\n`,
    },
    [],
  ],
  [
    'of two that are to be the default of a socket one is refused, and nothing else is wrong with it',
    {
      'sites-available/catch-all': `server {\n    listen 80 default_server;\n    server_name *.shop.example;\n    return 301 https://$host$request_uri;\n}\nserver {\n    listen 80 default_server;\n    server_name _;\n    return 444;\n}\n`,
    },
    ['sites-available/catch-all:7 error listen-conflict'],
  ],
  [
    'the default server of a socket that a site which is not seen may make one of TLS',
    {
      'nginx.conf':
        'events {}\nhttp {\n    ssl_certificate /ssl/a.pem;\n    ssl_certificate_key /ssl/a.key;\n    server {\n        listen 443 default_server;\n        server_name _;\n        return 404;\n    }\n    include /etc/nginx/sites-enabled/*;\n}\n',
    },
    [],
  ],
  [
    'headers that an answer without a body does not have',
    {
      'site.conf': `server {\n    listen 80;\n    server_name api.shop.example;\n    add_header X-Frame-Options DENY always;\n    location / {\n        set $asked $request_method;\n        if ($asked = OPTIONS) {\n            add_header Access-Control-Allow-Methods "GET, PUT";\n            return 204;\n        }\n        root /srv/api;\n    }\n}\n`,
    },
    [],
  ],
  [
    'a text of NixOS that has no block and no server in it',
    {
      'layers/nginx.nix':
        "{ ... }:\n{\n  services.nginx = {\n    enable = true;\n    appendHttpConfig = ''\n      keepalive_timeout 65;\n      types_hash_max_size big;\n    '';\n  };\n}\n",
    },
    ['layers/nginx.nix:7 error invalid-value'],
  ],
  ['TLS without a certificate where nobody knows what is around it', { 'sites-available/shop': TLS }, []],
  [
    'TLS without a certificate where a task puts it into the folder of a package',
    { 'roles/web/tasks/main.yml': TASK, 'roles/web/templates/shop.j2': TLS },
    ['roles/web/templates/shop.j2:2 warning incomplete-tls'],
  ],
  [
    'the same beside a file that has one for all servers',
    {
      'roles/web/tasks/main.yml': `${TASK}- copy: src=tls.conf dest=/etc/nginx/conf.d/tls.conf\n`,
      'roles/web/templates/shop.j2': TLS,
      'roles/web/files/tls.conf': 'ssl_certificate /a.pem;\nssl_certificate_key /a.key;\n',
    },
    [],
  ],
  [
    'TLS without a certificate in an image, of which all is seen',
    { 'shop.conf': TLS, Dockerfile: 'FROM nginx:1.30\nCOPY shop.conf /etc/nginx/conf.d/default.conf\n' },
    ['shop.conf:2 error incomplete-tls'],
  ],
  ['a site by itself', { 'site.conf': SITE }, []],
  [
    'documents of another folder, which no script below the root is one of, and some below it',
    {
      'shop.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location /doc/ {\n        alias /usr/share/doc/;\n        allow 127.0.0.1;\n        deny all;\n    }\n    location /staff/ {\n        allow 127.0.0.1;\n        deny all;\n    }\n    location ~ \\.php$ {\n        try_files $uri =404;\n        fastcgi_pass unix:/run/php/php.sock;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        include fastcgi_params;\n    }\n}\n',
    },
    ['shop.conf:9 warning access-list-outranked'],
  ],
  [
    'names of version control behind the endings of pages, which they have not, and a folder that has them',
    {
      'shop.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location ~* \\.(css|js|png|txt|pdf)$ {\n        expires 7d;\n    }\n    location ~ /(\\.ht|\\.git|\\.svn) {\n        deny all;\n    }\n    location ~ ^/drafts/ {\n        deny all;\n    }\n}\n',
    },
    ['shop.conf:10 warning access-list-outranked'],
  ],
  [
    'pages that a module of its own makes beside files, and files that nobody has',
    {
      'nginx.conf':
        'load_module modules/ngx_rtmp_module.so;\nevents {\n}\nhttp {\n    server {\n        listen 80;\n        location / {\n            root /srv/www;\n        }\n        location /stat {\n            rtmp_stat all;\n            allow 127.0.0.1;\n            deny all;\n        }\n        location /pictures {\n            expires 7d;\n        }\n    }\n}\n',
    },
    ['nginx.conf:15 warning assets-without-root'],
  ],
  [
    'a page of who watches nginx, and one of the site, with two types of content',
    {
      'shop.conf':
        'server {\n    listen 80;\n    location = /nginx-health {\n        return 200 "ok";\n        add_header Content-Type text/plain;\n    }\n    location = /offers {\n        return 200 "$arg_list";\n        add_header Content-Type application/json;\n    }\n}\n',
    },
    ['shop.conf:9 warning content-type-by-add-header'],
  ],
  [
    'the scheme, which a place for WebSockets asks less for than the pages beside it',
    {
      'shop.conf':
        'server {\n    listen 443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    location /ws {\n        proxy_pass http://relay:10086;\n        proxy_http_version 1.1;\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection upgrade;\n        proxy_set_header Host $host;\n        proxy_set_header X-Real-IP $remote_addr;\n    }\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Real-IP $remote_addr;\n    }\n}\n',
    },
    ['shop.conf:14 warning forwarded-headers-missing'],
  ],
  [
    'words in square brackets that somebody is to fill in',
    {
      'site.conf':
        'server {\n    listen [port];\n    server_name [host of the shop];\n    root [folder of the shop]/public;\n    location / {\n        proxy_pass http://[host of the app]:[port];\n        proxy_set_header Host $host;\n    }\n}\n',
    },
    [],
  ],
  [
    'an address in square brackets, and arguments without any',
    { 'site.conf': 'server {\n    listen [::1::2]:80;\n    root the folder of the shop;\n}\n' },
    ['site.conf:2 error invalid-value', 'site.conf:3 error wrong-argument-count'],
  ],
  [
    'a Compose file of the first form, of which all is seen',
    {
      'docker-compose.yml':
        'web:\n  image: nginx:1.31.9\n  ports: ["443:443"]\n  volumes:\n    - ./shop.conf:/etc/nginx/conf.d/default.conf\n',
      'shop.conf': TLS,
    },
    ['shop.conf:2 error incomplete-tls'],
  ],
  [
    'a file of that name whose keys are no services',
    {
      'docker-compose.yml': 'x-web:\n  image: nginx:1.29\n  volumes:\n    - ./shop.conf:/etc/nginx/conf.d/default.conf\nversion: "3"\n',
      'shop.conf': TLS,
    },
    [],
  ],
  [
    'a place of NixOS in a host whose name is filled in',
    {
      'hosts/web.nix':
        "{ config, lib, ... }:\n{\n  services.nginx.virtualHosts = {\n    ${config.shop.host} = {\n      locations.\"/\".extraConfig = lib.mkIf config.shop.enable ''\n        proxy_pass http://127.0.0.1:3000;\n        proxy_buffering perhaps;\n      '';\n      extraConfig = ''\n        listen 8080;\n      '';\n    };\n  };\n}\n",
    },
    ['hosts/web.nix:7 error invalid-value'],
  ],
  [
    'a site of a chart, whose other files are written by the chart, too',
    {
      'Chart.yaml': 'apiVersion: v2\nname: shop\n',
      'templates/site.yaml': `kind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  default.conf: |\n    server {\n      listen 80;\n      location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n      }\n    }\n`,
      'templates/tls.yaml': `kind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-tls\ndata:\n  default.conf: |\n    server {\n      listen 443 ssl;\n      ssl_certificate /ssl/a.pem;\n      ssl_certificate_key /ssl/a.key;\n      location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n      }\n    }\n`,
    },
    ['templates/tls.yaml:11 warning forwarded-headers-missing'],
  ],
  [
    'everyone is trusted where the router of a platform is the only way in, and appends the address',
    {
      'config/nginx.conf.erb': `events {\n}\nhttp {\n    set_real_ip_from 0.0.0.0/0;\n    real_ip_header X-Forwarded-For;\n    server {\n        listen <%= ENV['PORT'] %>;\n        root /app/public;\n    }\n}\n`,
    },
    [],
  ],
  [
    'the same where nginx takes the first address of the list, which the client writes',
    {
      'config/nginx.conf.erb': `events {\n}\nhttp {\n    set_real_ip_from 0.0.0.0/0;\n    real_ip_header X-Forwarded-For;\n    real_ip_recursive on;\n    server {\n        listen <%= ENV['PORT'] %>;\n        root /app/public;\n    }\n}\n`,
    },
    ['config/nginx.conf.erb:4 warning forwarded-for-trusted'],
  ],
  [
    'a tool that asks nothing about its client, beside an application that does',
    {
      'docker-compose.yml':
        'services:\n  web:\n    image: nginx:1.29\n    ports: ["80:80"]\n    volumes: ["./shop.conf:/etc/nginx/conf.d/default.conf"]\n  chrome:\n    image: browserless/chrome:latest\n  app:\n    image: shop/app:1\n',
      'shop.conf':
        'server {\n    listen 80;\n    location /print/ {\n        proxy_pass http://chrome:3000/;\n    }\n    location / {\n        proxy_pass http://app:3000;\n    }\n}\n',
    },
    ['shop.conf:7 warning proxy-host-missing'],
  ],
  [
    'a group that leads to another server of the same nginx, by the name of that server',
    {
      'shop.conf':
        'upstream inner {\n    server 127.0.0.1:81;\n}\nupstream app {\n    server 127.0.0.1:3000;\n}\nserver {\n    listen 80;\n    server_name shop.example;\n    location /api/ {\n        proxy_pass http://inner;\n    }\n    location / {\n        proxy_pass http://app;\n    }\n}\nserver {\n    listen 81;\n    server_name inner;\n    root /srv/api;\n}\n',
    },
    ['shop.conf:14 warning proxy-host-missing'],
  ],
  [
    'files that two places turn away, of which the first takes all',
    {
      'shop.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location ~ /\\. {\n        deny all;\n    }\n    location ~ /\\.ht {\n        deny all;\n    }\n    location ~ \\.php$ {\n        deny all;\n    }\n    location ~ ^/admin/.*\\.php$ {\n        root /srv/admin;\n    }\n}\n',
    },
    ['shop.conf:13 warning unreachable-location'],
  ],
  [
    'a slash too many behind a place for WebSockets, which opens just that path, and behind a place for pages',
    {
      'shop.conf':
        'server {\n    listen 80;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection upgrade;\n    proxy_http_version 1.1;\n    location /ws {\n        proxy_pass http://127.0.0.1:3000/;\n    }\n    location /shop {\n        proxy_pass http://127.0.0.1:4000/;\n    }\n}\n',
    },
    ['shop.conf:13 warning proxy-pass-slash-mismatch'],
  ],
  [
    'a redirect to the host of a header, and one to a name that is not there',
    {
      'shop.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    return 301 https://$http_x_forwarded_host$request_uri;\n}\nserver {\n    listen 81;\n    return 301 https://$server_name$request_uri;\n}\n',
    },
    ['shop.conf:8 warning redirect-target-malformed'],
  ],
  [
    'a port that a pattern names one by one, and one that it leaves to the client',
    {
      'shop.conf':
        'server {\n    listen 80;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location ~ ^/copy/(300[0-9]|5200)$ {\n        proxy_pass http://127.0.0.1:$1;\n    }\n    location ~ ^/any/([0-9]+)$ {\n        proxy_pass http://127.0.0.1:$1;\n    }\n}\n',
    },
    ['shop.conf:10 error server-side-request-forgery'],
  ],
  [
    'names of another release of a module, of one that is not listed, and one that is a slip',
    {
      'shop.conf':
        'server {\n    listen 80;\n    location / {\n        passenger_set_cgi_param HTTP_X_A b;\n        aws_secret_key k;\n        passenger_enabld on;\n    }\n}\n',
    },
    ['shop.conf:6 error unknown-directive'],
  ],
  [
    'templates that a mounted folder brings, from which the image writes its sites, and a file that nothing reads',
    {
      'nginx/templates/shop.conf.template': 'server {\n    listen 80;\n    server_name ${SHOP};\n    root /srv/shop;\n}\n',
      'nginx/other/till.conf': 'server {\n    listen 80;\n    server_name till.example;\n    root /srv/till;\n}\n',
      'compose.yaml':
        'services:\n  web:\n    image: nginx:1.27\n    environment:\n      SHOP: shop.example\n    volumes:\n      - ./nginx/templates:/etc/nginx/templates\n      - ./nginx/other:/etc/nginx/other\n',
    },
    ['nginx/other/till.conf:1 warning file-put-elsewhere'],
  ],
  [
    'a folder of certificates before the programs by a pattern, and one of pages',
    {
      'shop.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location ~* ^/.well-known/ {\n        allow all;\n    }\n    location ~ ^/pages/ {\n        expires 1h;\n    }\n    location ~ \\.php$ {\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        fastcgi_pass 127.0.0.1:9000;\n    }\n}\n',
    },
    ['shop.conf:7 warning program-served-as-text'],
  ],
  [
    'a name with underscores for hyphens, which makes the same variable, and one with a slip',
    {
      'shop.conf':
        'server {\n    listen 80;\n    location / {\n        proxy_pass http://127.0.0.1:3000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        proxy_set_header X_Forwarded_Proto $scheme;\n        proxy_set_header X-Forwarded-Hots $host;\n    }\n}\n',
    },
    ['shop.conf:8 warning header-name-misspelled'],
  ],
  [
    'a list of headers that one line drops, told once, and a place that never had one',
    {
      'shop.conf':
        'server {\n    listen 80;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass http://127.0.0.1:3000;\n        proxy_set_header X-Tenant shop;\n    }\n}\nserver {\n    listen 81;\n    location / {\n        proxy_pass http://127.0.0.1:3000;\n        proxy_set_header X-Tenant shop;\n    }\n}\n',
    },
    ['shop.conf:14 warning proxy-host-missing', 'shop.conf:8 warning header-inheritance-lost'],
  ],
  [
    'headers of one certificate that a line drops, told in one finding',
    {
      'shop.conf':
        'server {\n    listen 443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_client_certificate ca.pem;\n    ssl_verify_client on;\n    proxy_set_header X-SSL-Client-Verify $ssl_client_verify;\n    proxy_set_header X-SSL-Client-DN $ssl_client_s_dn;\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n    }\n    location /ws/ {\n        proxy_pass http://unix:/run/shop.sock;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
    },
    ['shop.conf:10 warning proxy-host-missing', 'shop.conf:13 warning internal-header-passed'],
  ],
  [
    'hidden files that a pattern leaves over for the next, and those that it takes whole',
    {
      'shop.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location ~ /\\.(?!well-known).* {\n        deny all;\n    }\n    location ~ /\\. {\n        expires 1h;\n    }\n    location ~ /\\.git {\n        expires 1h;\n    }\n}\n',
    },
    ['shop.conf:10 warning unreachable-location'],
  ],
  [
    'a pattern that takes every path, told at the first place that loses by it',
    {
      'shop.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location / {\n        expires 1h;\n    }\n    location /media/ {\n        expires 2h;\n    }\n    location /files/ {\n        expires 3h;\n    }\n    location ~ /\\.? {\n        deny all;\n    }\n}\nserver {\n    listen 81;\n    root /srv/shop;\n    location / {\n        expires 1h;\n    }\n    location /media/ {\n        expires 2h;\n    }\n    location ~ ^/media {\n        deny all;\n    }\n}\n',
    },
    ['shop.conf:23 warning unreachable-location', 'shop.conf:4 warning unreachable-location'],
  ],
  [
    'a folder of builds that holds what is deployed',
    { 'dist/shop.conf': SITE.replace('80;', '80 fast;'), 'dist/assets/other.conf': SITE.replace('80;', '80 fast;') },
    ['dist/shop.conf:2 error invalid-value'],
  ],
  [
    'a template that a program of the image reads',
    {
      'site.tmpl':
        '{{ range $name := .Names }}\nserver {\n    listen 80;\n    server_name {{ $name }};\n    root /srv/{{ $name }};\n}\n{{ end }}\n',
      Dockerfile: 'FROM nginx:1.30\nCOPY site.tmpl /opt/writer/\n',
    },
    [],
  ],
  [
    'a site that an image puts beside its program',
    { 'site.conf': SITE, Dockerfile: 'FROM nginx:1.30\nCOPY site.conf /opt/writer/\n' },
    ['site.conf:1 warning file-put-elsewhere'],
  ],
  [
    'a stub whose names in capitals an installer replaces',
    {
      'stubs/site.conf':
        'server {\n    listen 80;\n    server_name SHOP_NAME;\n    return 301 https://$hostSHOP_PORT$request_uri;\n}\nserver {\n    listen 81;\n    server_name SHOP_NAME;\n    root /;\n    location / {\n        rewrite ^ SHOP_START_FILE last;\n    }\n}\n',
    },
    [],
  ],
  [
    'a rewrite that takes a version out, and goes round where there is none',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    root /srv/shop;\n    location ~ ^/files/release {\n        rewrite ^/files/(release\\d*/)?(.*)$ /files/$2 last;\n    }\n}\n',
    },
    [],
  ],
  [
    'one list of headers that a line drops, told once',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location /live/ {\n        proxy_set_header X-Shop live;\n        proxy_pass http://127.0.0.1:5000;\n    }\n}\n',
    },
    ['site.conf:8 warning header-inheritance-lost'],
  ],
  [
    'who is told the host and the client may do without the scheme',
    {
      'site.conf':
        'server {\n    listen 443 ssl;\n    server_name shop.example;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    location / {\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_pass http://127.0.0.1:5000;\n    }\n    location /admin/ {\n        proxy_set_header Host $host;\n        proxy_pass http://127.0.0.1:5000;\n    }\n}\n',
    },
    ['site.conf:13 warning forwarded-headers-missing'],
  ],
  [
    'the file for robots, and a folder, before the programs',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    root /srv/shop;\n    location ~ ^/robots.txt { expires 1d; }\n    location ~ ^/orders/ { expires 1d; }\n    location ~ \\.php$ {\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        try_files $uri =404;\n        fastcgi_pass 127.0.0.1:9000;\n    }\n}\n',
    },
    ['site.conf:6 warning program-served-as-text'],
  ],
  [
    'a target by its name, where a file of that name has to be there, and where none has',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    root /srv/shop;\n    location ~ ^/pools/(.*) {\n        try_files $uri =404;\n        fastcgi_pass $1;\n    }\n    location ~ ^/all/(.*) {\n        fastcgi_pass $1;\n    }\n}\n',
    },
    ['site.conf:10 error server-side-request-forgery'],
  ],
  [
    'a service that is not there, in two lines',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    location /a/ {\n        uwsgi_pass nowhere:1;\n        include uwsgi_params;\n    }\n    location /b/ {\n        uwsgi_pass nowhere:1;\n        include uwsgi_params;\n    }\n}\n',
      'compose.yaml':
        'services:\n  web:\n    image: nginx:1.30\n    ports: ["80:80"]\n    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]\n',
    },
    ['site.conf:5 warning socket-not-listened'],
  ],
  [
    'a target that begins as the groups of the site do, with and without somebody who looks names up',
    {
      'site.conf':
        'upstream pool-a { server 10.0.0.1; }\nserver {\n    listen 80;\n    server_name shop.example;\n    location ~ ^/a/([^/\\s]+) { proxy_pass http://pool-$1; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; }\n    location ~ ^/b/([^/\\s]+) { resolver 127.0.0.53; proxy_pass http://pool-$1; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; }\n}\n',
    },
    ['site.conf:6 error server-side-request-forgery'],
  ],
  [
    'a header that is written twice, of which the empty line is not sent',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    proxy_http_version 1.1;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection "upgrade";\n    proxy_set_header Connection "";\n    location / { proxy_pass http://127.0.0.1:5000; }\n}\n',
    },
    [],
  ],
  [
    'a header that is empty, and is not sent',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    proxy_http_version 1.1;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection "";\n    location / { proxy_pass http://127.0.0.1:5000; }\n}\n',
    },
    ['site.conf:9 warning websocket-upgrade-incomplete'],
  ],
  [
    'policies of TLS to choose from, and one that is in force',
    {
      'templates/shop.j2':
        'server {\n    listen 443 ssl;\n    server_name {{ name }};\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    {% if tls == "new" %}\n    ssl_protocols TLSv1.3;\n    {% elif tls == "old" %}\n    ssl_protocols TLSv1 TLSv1.2;\n    {% else %}\n    ssl_protocols TLSv1.1 TLSv1.2;\n    {% endif %}\n    return 204;\n}\n',
    },
    ['templates/shop.j2:11 warning weak-protocol'],
  ],
  [
    'directives of NGINX Plus under a condition, and without one',
    {
      'templates/shop.j2':
        '{% if plus %}\nkeyval_zone zone=a:32k;\n{% endif %}\nkeyval_zone zone=b:32k;\nserver {\n    listen 80;\n    server_name {{ name }};\n    return 204;\n}\n',
    },
    ['templates/shop.j2:4 warning unknown-directive'],
  ],
  [
    'a part of the server that a platform’s buildpack writes: the router in front tells who the client is',
    { 'nginx.conf.erb': 'location / {\n    proxy_pass http://unix:/run/shop.sock;\n    proxy_set_header Host $http_host;\n}\n' },
    [],
  ],
  [
    'a template of that name which is a server of its own',
    {
      'nginx.conf.erb':
        'server {\n    listen <%= node["listen"] %>;\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n    }\n}\n',
    },
    ['nginx.conf.erb:4 warning proxy-host-missing'],
  ],
  [
    'a line beside a whole server that nothing there may be, in a file of which nobody says where it lies',
    { 'shop.conf': `${SITE}set $pool blue;\nproxy_buffering on;\n` },
    ['shop.conf:6 error misplaced-directive'],
  ],
  [
    'a group that lies beside http is misplaced, and what passes to its name needs no resolver',
    {
      'nginx.conf':
        'events {}\nupstream shop {\n    server 127.0.0.1:8000;\n}\nhttp {\n    server {\n        listen 80;\n        location / {\n            proxy_set_header Host $host;\n            proxy_set_header X-Forwarded-For $remote_addr;\n            proxy_set_header X-Forwarded-Proto $scheme;\n            proxy_pass http://shop/v1$is_args$args;\n        }\n    }\n}\n',
    },
    ['nginx.conf:2 error misplaced-directive'],
  ],
  [
    'pieces for several places, one after the other, are no file of a server',
    { 'docs/pieces.conf': 'upstream shop {\n    server 10.0.0.1:8000;\n}\nlocation /shop/ {\n    return 204;\n}\nset $pool blue;\n' },
    [],
  ],
  [
    'a chart’s site whose pages come from the service that it passes to',
    {
      'templates/configmap.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  default.conf: |\n    server {\n      listen 8080;\n      location /static/ {\n        proxy_pass http://{{ .Release.Name }}:8000;\n      }\n      location / {\n        try_files $uri /static/index.html;\n      }\n    }\n',
    },
    [],
  ],
  [
    'parts that Jinja hands on to another engine, whose marks begin in one of them and end in the next',
    {
      'templates/pool.conf.tmpl.j2':
        'upstream shop {\n{% raw %}{{ range service "{% endraw %}{{ shop_service }}{% raw %}" "passing" }}\n    server {{ .Address }}:{{ .Port }};{{ end }}\n    server 127.0.0.1:8081 backup;\n}\n{% endraw %}\n',
    },
    [],
  ],
  [
    'a part of a project that has a main file of Angie’s and none of nginx’s',
    {
      'run/angie.conf': 'events {}\nhttp {\n    include /etc/angie/http.d/*.conf;\n}\n',
      'expected/shop.conf': `server {\n    listen 80;\n    server_name shop.example;\n    status_zone shop;\n    root /srv/shop;\n}\n`,
    },
    [],
  ],
  [
    'a list that lines lay out is meant, but for backups',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/films;\n    autoindex_exact_size off;\n    location / {\n        index start.html;\n        autoindex on;\n    }\n    location /reels/ {\n        autoindex on;\n    }\n    location /backups/ {\n        autoindex on;\n    }\n}\n',
    },
    ['site.conf:13 warning directory-listing'],
  ],
  [
    'headers that protect a page are lost on what a build leaves behind, and on pages',
    {
      'site.conf':
        'server {\n    listen 443 ssl;\n    ssl_certificate /ssl/a.pem;\n    ssl_certificate_key /ssl/a.key;\n    root /srv/shop;\n    add_header Strict-Transport-Security "max-age=31536000" always;\n    add_header X-Content-Type-Options nosniff always;\n    location /_nuxt/ {\n        add_header Cache-Control "public, immutable";\n    }\n    location ~ ^/_next/static/ {\n        add_header Cache-Control "public, immutable";\n    }\n    location /icons/ {\n        add_header Cache-Control public;\n    }\n    location /help/ {\n        add_header Cache-Control no-cache;\n    }\n}\n',
    },
    ['site.conf:18 warning header-inheritance-lost'],
  ],
  [
    'plain HTTP on 443 where what is in front ends TLS, where everyone is turned away, and where neither is so',
    {
      'balanced.conf':
        'server {\n    listen 443;\n    server_name a.example;\n    set_real_ip_from 10.0.0.0/8;\n    real_ip_header X-Forwarded-For;\n    root /srv/a;\n}\n',
      'told.conf':
        'server {\n    listen 10.0.0.4:443;\n    server_name b.example;\n    location / {\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME /srv/b/index.php;\n        fastcgi_param HTTPS on;\n        fastcgi_pass 127.0.0.1:9000;\n    }\n}\n',
      'refused.conf': 'server {\n    listen 10.0.0.5:443;\n    return 444;\n}\n',
      'meant.conf': 'server {\n    listen 10.0.0.6:443;\n    server_name d.example;\n    root /srv/d;\n}\n',
    },
    ['meant.conf:2 warning plain-on-443'],
  ],
  [
    'stapling that works without a resolver until the responder moves',
    {
      'site.conf':
        'server {\n    listen 443 ssl;\n    server_name a.example;\n    ssl_certificate /ssl/a.pem;\n    ssl_certificate_key /ssl/a.key;\n    ssl_stapling on;\n    root /srv/a;\n}\n',
    },
    [],
  ],
  [
    'a place that only WebSockets are for needs none of the headers, without TLS',
    {
      'site.conf':
        'server {\n    listen 80;\n    location /ws/ {\n        proxy_pass http://127.0.0.1:1234/;\n        proxy_http_version 1.1;\n        proxy_set_header Host $host;\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection upgrade;\n    }\n}\n',
    },
    [],
  ],
  [
    'a type that is sent twice as the same, and one that is not',
    {
      'site.conf':
        'server {\n    listen 80;\n    location = /same {\n        default_type text/plain;\n        add_header Content-Type text/plain;\n        return 200 ok;\n    }\n    location = /other {\n        default_type text/plain;\n        add_header Content-Type text/html;\n        return 200 $arg_text;\n    }\n}\n',
    },
    ['site.conf:10 warning content-type-by-add-header'],
  ],
  [
    'a block for http alone may be a part of a main file that is not seen, if it is not called after nginx',
    { 'balancer.conf': `http {\n${SITE}}\n` },
    ['balancer.conf:1 warning incomplete-configuration'],
  ],
  [
    'a list that lets everyone in where the server lets few in, and one where it does not',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/a;\n    allow 192.0.2.0/24;\n    deny all;\n    location /public/ {\n        allow 0.0.0.0/0;\n        deny all;\n    }\n}\nserver {\n    listen 81;\n    root /srv/b;\n    location /staff/ {\n        allow 0.0.0.0/0;\n        deny all;\n    }\n}\n',
    },
    ['site.conf:16 warning access-list-ineffective'],
  ],
  [
    'a template of FreeMarker, with tags between the arguments of a line',
    {
      'templates/nginx.ftl':
        'server {\n    listen ${port?c}<#if secure> ssl</#if>;\n    <#if secure>\n    ssl_certificate ${cert};\n    ssl_certificate_key ${key};\n    </#if>\n    <#list pages as page>\n    location = /${page} { root /srv/pages; }\n    </#list>\n    location / {\n        proxy_pass <#if inner == "tls">https<#else>http</#if>://127.0.0.1:${inside?c};\n        lsten 81;\n    }\n}\n',
    },
    ['templates/nginx.ftl:12 error unknown-directive'],
  ],
  [
    'a folder that is mounted over the one of the main file, which is then not the image’s',
    {
      'nginx/shop.template': SITE,
      'compose.yaml': 'services:\n  web:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx:/etc/nginx"]\n',
    },
    [],
  ],
  [
    'a pass that no request gets to, since the server answers before a location is looked for',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    location / {\n        proxy_pass http://app:8000;\n    }\n    return 404;\n}\nserver {\n    listen 80;\n    server_name b.example;\n    if ($http_x_inside) { return 403; }\n    location / {\n        proxy_pass http://app:8000;\n    }\n}\n',
    },
    ['site.conf:14 warning proxy-host-missing'],
  ],
  [
    'programs in a folder of their own, and a folder that another line names',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location ~ \\.cgi$ {\n        fastcgi_param SCRIPT_FILENAME /usr/lib/cgi-bin$fastcgi_script_name;\n        fastcgi_pass unix:/run/fcgiwrap.socket;\n    }\n    location /tools/ { alias /opt/tools/; }\n    location ~ \\.php$ {\n        fastcgi_param SCRIPT_FILENAME /opt/tools$fastcgi_script_name;\n        fastcgi_pass 127.0.0.1:9000;\n    }\n    location ~ \\.php5$ {\n        fastcgi_param SCRIPT_FILENAME /scripts$fastcgi_script_name;\n        fastcgi_pass 127.0.0.1:9001;\n    }\n}\n',
    },
    ['site.conf:14 warning script-not-found'],
  ],
  [
    'a certificate whose name says that it is no secret, and one that is named as the key',
    {
      'site.conf':
        'server {\n    listen 443 ssl;\n    ssl_certificate /ssl/shop.chained.public.key;\n    ssl_certificate_key /ssl/shop.private.key;\n    root /srv/shop;\n}\nserver {\n    listen 444 ssl;\n    ssl_certificate /ssl/b.key;\n    ssl_certificate_key /ssl/b.pem;\n    root /srv/b;\n}\n',
    },
    ['site.conf:9 warning certificate-file-mistaken'],
  ],
  [
    'no header at all is one thing that is missing, and only the host another',
    {
      'site.conf':
        'server {\n    listen 80;\n    location / {\n        proxy_pass http://app:8000;\n    }\n}\nserver {\n    listen 443 ssl;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n    }\n}\n',
    },
    ['site.conf:12 warning forwarded-headers-missing', 'site.conf:4 warning proxy-host-missing'],
  ],
  [
    'a path that is lost with the groups that a rewrite clears is told at the group',
    {
      'site.conf':
        'server {\n    listen 80;\n    location ~ ^/inner/(\\d+)$ {\n        rewrite .* /asked break;\n        proxy_pass http://127.0.0.1:8000/asked/$1$is_args$args;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
    },
    ['site.conf:5 warning invalid-capture'],
  ],
  [
    'a backslash before a dollar sign, which a shell takes away where the mark of its here-document is plain',
    {
      'plain.sh': `cat > /etc/nginx/conf.d/a.conf <<EOF\nserver {\n    listen 80;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header X-Forwarded-For \\$remote_addr;\n        proxy_set_header X-Forwarded-Proto \\$scheme;\n        proxy_set_header Host \\$host;\n    }\n}\nEOF\n`,
      'quoted.sh': `cat > /etc/nginx/conf.d/b.conf <<'EOF'\nserver {\n    listen 81;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n        proxy_set_header Host \\$host;\n    }\n}\nEOF\n`,
    },
    ['quoted.sh:8 warning request-header-wrong-value'],
  ],
  [
    'the query of a page behind the port of an address, which its question mark ends',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location / {\n        try_files $uri @shop;\n    }\n    location @shop {\n        set $rest "";\n        if ($uri = /start.php) {\n            set $rest ?$query_string;\n        }\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n        proxy_pass http://shop:8000$rest;\n    }\n}\n',
    },
    [],
  ],
  [
    'a name of either case in the place of lines, in a file for envsubst',
    {
      'site.conf.template':
        'server {\n    listen 80;\n    ${Second_Listen}\n    server_name ${SHOP};\n    root /srv/shop;\n    ${more_lines}\n}\n',
      'plain.conf':
        'events {}\nhttp {\n    include mime.types;\n    server {\n        listen 81;\n        ${Second_Listen}\n        root /srv/shop;\n    }\n}\n',
    },
    [],
  ],
  [
    'a word in capitals in the place of lines, beside one in the place of a port',
    {
      'balancer.conf':
        'events {}\nstream {\n    upstream names {\n        NAME_SERVERS\n    }\n    server {\n        listen NAME_PORT udp;\n        proxy_pass names;\n    }\n}\n',
    },
    [],
  ],
  [
    'files that the server looks for, where a location takes every path',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    try_files $uri.html $uri;\n    location / {\n        expires 1h;\n    }\n}\nserver {\n    listen 81;\n    root /srv/shop;\n    try_files $uri.html $uri;\n    location /a/ {\n        expires 1h;\n    }\n}\n',
    },
    ['site.conf:12 warning try-files-missing-fallback', 'site.conf:4 warning try-files-never-tried'],
  ],
  [
    'a page of php-fpm itself, below whose name no script is',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location ~ \\.php$ {\n        try_files $uri =404;\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        fastcgi_pass php:9000;\n    }\n    location /fpm-status {\n        allow 127.0.0.1;\n        deny all;\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        fastcgi_pass php:9000;\n    }\n}\n',
    },
    [],
  ],
  [
    'a host by the name of its variable in a program, which is one mistake, and one that is not passed on at all',
    {
      'a.conf':
        'server {\n    listen 80;\n    server_name a.example.com;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n        proxy_set_header HTTP_HOST $host;\n    }\n}\n',
      'b.conf':
        'server {\n    listen 81;\n    server_name b.example.com;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n',
    },
    ['a.conf:6 warning header-name-misspelled', 'b.conf:5 warning proxy-host-missing'],
  ],
  [
    'a container of nginx that passes to a port of its own, and to one at which nothing of it listens',
    {
      'compose.yaml':
        'services:\n  web:\n    image: nginx:1.29\n    ports: ["80:80"]\n    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf"]\n  app:\n    build: .\n    command: gunicorn shop.wsgi -b 0.0.0.0:8000\n',
      'site.conf':
        'server {\n    listen 80;\n    location / {\n        proxy_pass http://127.0.0.1:8081;\n        proxy_set_header Host $host;\n    }\n    location /pages/ {\n        proxy_pass http://127.0.0.1:8082;\n        proxy_set_header Host $host;\n    }\n}\nserver {\n    listen 127.0.0.1:8081;\n    root /srv/shop;\n}\n',
    },
    ['site.conf:8 warning socket-not-listened'],
  ],
  [
    'a service of Kubernetes by its whole name, which is no name of a site, and the site of somebody else',
    {
      'a.conf':
        'server {\n    listen 443 ssl;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    server_name a.example.com;\n    location / {\n        proxy_pass http://shop.default.svc.cluster.local:8000;\n    }\n}\n',
      'b.conf':
        'server {\n    listen 444 ssl;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    server_name b.example.com;\n    location / {\n        proxy_pass http://pages.example.org;\n    }\n}\n',
    },
    ['a.conf:7 warning proxy-host-missing'],
  ],
  [
    'a line for a socket that nginx refuses for a word, beside another for its port',
    {
      'site.conf':
        'server {\n    listen 443 http3;\n    listen 443 ssl;\n    ssl_certificate /ssl/a.pem;\n    ssl_certificate_key /ssl/a.key;\n    root /srv/shop;\n}\n',
    },
    ['site.conf:2 error invalid-value'],
  ],
  [
    'a directive of a module for the languages of browsers',
    {
      'nginx.conf':
        'events {}\nhttp {\n    include mime.types;\n    server {\n        listen 80;\n        set_from_accept_language $tongue en fr;\n        root /srv/$tongue;\n    }\n}\n',
    },
    [],
  ],
  [
    'a preflight that loses the origin is told once, at the line that drops it',
    {
      'site.conf':
        'server {\n    listen 80;\n    location /api/ {\n        add_header Access-Control-Allow-Origin https://shop.example always;\n        if ($request_method = OPTIONS) {\n            add_header Access-Control-Max-Age 600;\n            return 204;\n        }\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n        proxy_pass http://shop:8000;\n    }\n}\n',
    },
    ['site.conf:6 warning header-inheritance-lost'],
  ],
  [
    'the page of an error that is the same for all who are turned away',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    error_page 404 403 = /errors/none.php;\n    location / {\n        try_files $uri =404;\n    }\n    location /orders/ {\n        deny all;\n    }\n    location ~ ^/(start|errors/none)\\.php$ {\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        fastcgi_pass php:9000;\n    }\n}\n',
    },
    [],
  ],
  [
    'several directives that begin alike are of a module, and two are misspelt',
    {
      'nginx.conf':
        'events {}\nhttp {\n    include mime.types;\n    server {\n        listen 80;\n        frobnicate on;\n        frobnicate_path /srv/frob;\n        frobnicate_size 10m;\n        frobnicate_age 1h;\n        quuxify on;\n        quuxify_size 10m;\n        root /srv/shop;\n    }\n}\n',
    },
    ['nginx.conf:10 error unknown-directive', 'nginx.conf:11 error unknown-directive'],
  ],
  [
    'a name of the environment where nginx knows no variables, in a template whose other names have braces',
    {
      'nginx.conf.tmpl':
        'worker_processes auto;\nerror_log /var/log/nginx/error.log $LOG_LEVEL;\nevents {\n}\nmail {\n    server_name ${MAIL_NAME};\n    auth_http 127.0.0.1:8080${AUTH_URL};\n    server {\n        listen 25;\n        protocol smtp;\n        smtp_auth none;\n    }\n}\n',
    },
    [],
  ],
  [
    'names between lines',
    {
      'conf/nginx.tpl':
        'events {}\nhttp {\n    include mime.types;\n    server {\n        listen _SHOP_IP_:_SHOP_PORT_;\n        server_name _SHOP_NAME_;\n        root _HOME_/www;\n    }\n}\n',
      'conf/odd.conf': 'server {\n    listen 127.0.0.1:_port_;\n    root /srv/shop;\n}\n',
    },
    ['conf/odd.conf:2 error invalid-value'],
  ],
  [
    'what two programs fill in, one after the other',
    {
      'deploy/site.conf':
        'server {\n{% if tls %}\n    listen 443 ssl;\n{% else %}\n    listen 80;\n{% endif %}\n    server_name %(server_name)s;\n    root /srv/shop;\n}\n',
    },
    [],
  ],
  [
    'a name that stands for itself, which a script fills in, and one that nobody asks for',
    {
      'site.conf': 'server {\n    listen 80;\n    server_name ${server_name};\n    root /srv/shop;\n}\n',
      'other.conf': 'server {\n    listen 80;\n    server_name ${host};\n    root /srv/shop;\n}\n',
    },
    ['other.conf:3 warning invalid-server-name'],
  ],
  [
    'a mask that no server can have is told once',
    { 'site.conf': 'server {\n    listen 80;\n    server_name *.shop.*;\n    rewrite ^(.*) https://$host$1 permanent;\n}\n' },
    ['site.conf:3 warning invalid-server-name'],
  ],
  [
    'who may play a stream is everyone on purpose, and who may publish one by mistake',
    {
      'nginx.conf':
        'load_module modules/ngx_rtmp_module.so;\nevents {}\nrtmp {\n    server {\n        listen 1935;\n        application shop {\n            live on;\n            allow play all;\n        }\n        application studio {\n            live on;\n            allow publish 10.0.0.0/8;\n        }\n    }\n}\n',
    },
    ['nginx.conf:12 warning allow-without-deny'],
  ],
  [
    'a refusal that the mail proxy reads from a header, and one for browsers',
    {
      'site.conf':
        "server {\n    listen 127.0.0.1:8080;\n    location = /verify {\n        internal;\n        proxy_pass_request_body off;\n        proxy_set_header Content-Length '';\n        proxy_pass http://accounts:9000;\n    }\n    location = /mail {\n        auth_request /verify;\n        error_page 401 =200 /refused;\n        try_files /none /granted;\n    }\n    location = /page {\n        auth_request /verify;\n        error_page 401 =200 /sorry;\n        try_files /none /granted;\n    }\n    location = /refused {\n        add_header Auth-Status 'Invalid login';\n        return 200;\n    }\n    location = /sorry {\n        return 200 no;\n    }\n    location = /granted {\n        return 200 yes;\n    }\n}\n",
    },
    ['site.conf:16 warning error-answered-as-success'],
  ],
  [
    'films that a module packs for the player, and files that are sent as they are',
    {
      'nginx.conf':
        "events {}\nhttp {\n    include mime.types;\n    server {\n        listen 80;\n        root /srv;\n        vod_mode local;\n        location /films/ {\n            vod hls;\n            add_header Access-Control-Allow-Headers '*';\n            add_header Access-Control-Allow-Origin '*';\n        }\n        location /data/ {\n            add_header Access-Control-Allow-Headers '*';\n            add_header Access-Control-Allow-Origin '*';\n        }\n    }\n}\n",
    },
    ['nginx.conf:15 warning cors-preflight-fails'],
  ],
  [
    'a path that a shell fills in asks no variable, and an expression has no place for a URI',
    {
      'start.sh':
        '#!/bin/sh\ncat > /etc/nginx/conf.d/app.conf <<EOF\nserver {\n    listen 8888;\n    proxy_set_header Host \\$host;\n    proxy_set_header X-Forwarded-For \\$remote_addr;\n    proxy_set_header X-Forwarded-Proto \\$scheme;\n    location $PREFIX {\n        proxy_pass http://127.0.0.1:8080/;\n    }\n    location ~ ^/api/ {\n        proxy_pass http://127.0.0.1:8080/;\n    }\n}\nEOF\n',
    },
    ['start.sh:12 error proxy-pass-form-invalid'],
  ],
  [
    'lines that Terraform writes, one below the other',
    {
      'main.tf': 'locals {\n  site = templatefile("site.conf.tpl", { headers = var.headers, target = var.target })\n}\n',
      'site.conf.tpl':
        'server {\n    listen 80;\n    location / {\n        client_max_body_size 0;\n\n        ${headers}\n        ${target}\n    }\n}\n',
    },
    [],
  ],
  [
    'words in capitals for an address and for a path, and an address without a scheme',
    {
      'nginx/app.conf.tpl':
        'server {\n    listen 80;\n    server_name APP_NAME;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass APP_ADDRESS;\n    }\n    location RPC {\n        proxy_pass http://127.0.0.1:RPC_PORT;\n    }\n}\n',
      'nginx/other.conf':
        'server {\n    listen 81;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass app_address;\n    }\n}\n',
    },
    ['nginx/other.conf:7 error proxy-pass-form-invalid'],
  ],
  [
    'templates of PHP by what they hold, and programs called after nginx',
    {
      'src/Templates/nginxSite.php':
        'server {\n    listen 80;\n    server_name <?= $domain ?>;\n    root /srv/<?= $domain ?>;\n    lsten 81;\n}\n',
      'config/vhost.tpl.php':
        'server {\n    listen *:<?php print $port; ?>;\n    server_name <?php print $name; ?>;\n    root /srv;\n    lsten 81;\n}\n',
      'src/NginxWriter.php':
        '<?php\n\nclass NginxWriter\n{\n    public function write(): string\n    {\n        return "server { listen 80; }";\n    }\n}\n',
    },
    ['config/vhost.tpl.php:5 error unknown-directive', 'src/Templates/nginxSite.php:5 error unknown-directive'],
  ],
  [
    'lines that several commands write to one file',
    {
      Dockerfile:
        "FROM nginx:1.29\nRUN { \\\n      echo 'proxy_read_timeout 600;'; \\\n      echo 'client_max_body_size 50q;'; \\\n    } > /etc/nginx/conf.d/limits.conf\n",
    },
    ['Dockerfile:4 error invalid-value'],
  ],
  [
    'pictures and letters in front of hidden files are no way to them, and a program is',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location ~* \\.(?:svgz?|ttf|ttc|heic|mp3)$ {\n        expires 7d;\n    }\n    location ~ /\\.(?!well-known) {\n        deny all;\n    }\n}\n',
      'other.conf':
        'server {\n    listen 81;\n    root /srv/other;\n    location ~* \\.(?:json|ya?ml)$ {\n        expires 7d;\n    }\n    location ~ /\\.(?!well-known) {\n        deny all;\n    }\n}\n',
    },
    ['other.conf:7 warning access-list-outranked'],
  ],
  [
    'errors that lead to the front of the same application, and that Lua may raise',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location = /index.php {\n        error_page 404 /index.php;\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        fastcgi_pass php:9000;\n    }\n    location /page {\n        error_page 404 /404.html;\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root/page.php;\n        fastcgi_pass php:9000;\n    }\n    location /lua {\n        error_page 404 /404.html;\n        access_by_lua_block { check() }\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root/page.php;\n        fastcgi_pass php:9000;\n    }\n}\n',
    },
    ['site.conf:11 warning error-page-ineffective'],
  ],
  [
    'the page of a tool that says that it is well, and the tool',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example.org;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location /metrics-are-well {\n        proxy_pass http://prometheus:9090/-/healthy;\n    }\n    location /prometheus/ {\n        proxy_pass http://prometheus:9090;\n    }\n}\n',
    },
    ['site.conf:11 warning admin-tool-exposed'],
  ],
  [
    'templates with the endings of other files, by their names and by what they hold',
    {
      'skel/nginx/default.conf.mo': 'server {\n    server_name www.{{SITE}};\n    root /srv/shop;\n    lsten 80;\n}\n',
      'config/deploy/nginx_conf.rb':
        'upstream <%= app %> {\n    server unix:/run/<%= app %>.sock;\n}\nserver {\n    listen 80;\n    server_name <%= host %>;\n    root /srv/shop;\n    lsten 80;\n}\n',
      'recipes/nginx.rb': "package 'nginx'\n\ntemplate '/etc/nginx/nginx.conf' do\n  source 'nginx.conf.erb'\n  variables(port: 80)\nend\n",
    },
    ['config/deploy/nginx_conf.rb:8 error unknown-directive', 'skel/nginx/default.conf.mo:4 error unknown-directive'],
  ],
  [
    'a name beside a variable, which a pass without one has looked up when nginx started',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example.org;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass http://app:8000;\n    }\n    location /a/ {\n        proxy_pass http://APP:8000$request_uri;\n    }\n    location /b/ {\n        set $to http://app:8000;\n        proxy_pass $to;\n    }\n    location /c/ {\n        proxy_pass http://app:8001$request_uri;\n    }\n}\n',
    },
    ['site.conf:18 warning dns-resolved-once'],
  ],
  [
    'a name of stream, which a pass without a variable has looked up there, and one that only http has',
    {
      'nginx.conf':
        'events {}\nhttp {\n    server {\n        listen 127.0.0.1:80;\n        location /a { memcached_pass db:5433; set $memcached_key a; }\n    }\n}\nstream {\n    map $remote_addr $one { default DB:5432; }\n    map $remote_addr $other { default db:5433; }\n    server { listen 127.0.0.1:5432; proxy_pass db:5432; }\n    server { listen 127.0.0.1:5433; proxy_pass $one; }\n    server { listen 127.0.0.1:5434; proxy_pass $other; }\n}\n',
    },
    ['nginx.conf:13 warning dns-resolved-once'],
  ],
  [
    'two lines of Connection, of which one names the upgrade',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example.org;\n    proxy_http_version 1.1;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection Upgrade;\n    proxy_set_header Connection keep-alive;\n    location / {\n        proxy_pass http://app:8000;\n    }\n}\n',
    },
    [],
  ],
  [
    'a redirect to a group of a name that a template writes, and to one that is empty for some',
    {
      'a.conf.j2':
        'server {\n    listen 80;\n    server_name ~^{{ service }}\\.(?<zone>.+)$;\n    root /srv/shop;\n    location /up {\n        return 302 http://$zone/;\n    }\n}\n',
      'b.conf':
        'server {\n    listen 81;\n    server_name ~^shop\\.(?<zone>.*)$;\n    root /srv/shop;\n    location /up {\n        return 302 http://$zone/;\n    }\n}\n',
    },
    [],
  ],
  [
    'servers whose listen lines are in parts that are not seen',
    {
      'site.conf':
        'server {\n    include snippets/port-80.conf;\n    server_name shop.example.org;\n    return 301 https://shop.example.org$request_uri;\n}\nserver {\n    include snippets/port-443.conf;\n    server_name shop.example.org;\n    root /srv/shop;\n}\n',
    },
    [],
  ],
  [
    'what a template writes for an nginx that has it, and what it writes for all',
    {
      'site.conf.tmpl':
        'server {\n    listen 443 ssl;\n    ssl_certificate /ssl/{{ .Name }}.pem;\n    ssl_certificate_key /ssl/{{ .Name }}.key;\n    server_name {{ .Name }};\n    root /srv/shop;\n    {{ if eq .Http2PushSupported "true" }}http2_push_preload on;{{ end }}\n    {{ if .NginxVersionIsOld }}http2_max_concurrent_pushes 5;{{ end }}\n    {{ if .Fast }}http2_max_requests 5;{{ end }}\n}\n',
    },
    ['site.conf.tmpl:9 warning deprecated-directive'],
  ],
  [
    'conditions of a template that speak of support and versions, none of which is nginx’s',
    {
      'site.conf.j2':
        "server {\n    listen 443 ssl;\n    ssl_certificate /ssl/a.pem;\n    ssl_certificate_key /ssl/a.key;\n    server_name {{ name }};\n    root /srv/shop;\n    {% if support_email %}\n    http2_max_requests 5;\n    {% endif %}\n    {% if php_version == '8.3' %}\n    http2_idle_timeout 5s;\n    {% endif %}\n    {% if tls_version == 1.2 %}\n    http2_recv_timeout 5s;\n    {% endif %}\n    {% if http2_supported %}\n    http2_max_field_size 4k;\n    {% endif %}\n    {% if build.version is version('1.26', '<') %}\n    http2_max_header_size 4k;\n    {% endif %}\n}\n",
    },
    [11, 14, 8].map((line) => `site.conf.j2:${line} warning deprecated-directive`),
  ],
  [
    'a server that may listen elsewhere, before one with its name',
    {
      'site.conf':
        'server {\n    include snippets/port-8080.conf;\n    server_name shop.example.org;\n    root /srv/shop;\n}\nserver {\n    server_name shop.example.org;\n    root /srv/shop;\n}\n',
    },
    [],
  ],
  [
    'servers without listen beside a part of http that is not seen',
    {
      'site.conf':
        'include /etc/nginx/unseen/*.conf;\nserver {\n    server_name shop.example.org;\n    root /srv/shop;\n}\nserver {\n    server_name shop.example.org;\n    root /srv/shop;\n}\n',
    },
    ['site.conf:7 warning conflicting-server-name'],
  ],
  [
    'directives of a patch, and a part of conditions alone',
    {
      'nginx/snippets/tls.conf': 'ssl_protocols TLSv1.3;\nssl_dyn_rec_enable on;\nssl_dyn_rec_size_lo 1369;\n',
      'config/skip.tpl':
        'set $skip 0;\nif ($request_method = POST) {\n    set $skip 1;\n}\nif ($query_string ~ "(a") {\n    set $skip 1;\n}\n',
    },
    ['config/skip.tpl:5 error invalid-regex'],
  ],
  [
    'a site of the second compose file, in a project that the nginx of the first one has mounted for its pages',
    {
      'compose.yaml':
        'services:\n  old:\n    image: nginx:1.31\n    ports: ["80:80"]\n    volumes:\n      - .:/srv/shop:ro\n      - ./nginx/old.conf:/etc/nginx/conf.d/default.conf:ro\n',
      'compose.new.yaml':
        'services:\n  app:\n    build: .\n    volumes: ["files:/app/files"]\n  pages:\n    image: nginx:1.31\n    ports: ["127.0.0.1:8092:80"]\n    volumes:\n      - ./nginx/new.conf:/etc/nginx/conf.d/default.conf:ro\n      - files:/srv/files:ro\nvolumes:\n  files:\n',
      'nginx/old.conf': SITE,
      'nginx/new.conf':
        'server {\n    listen 80;\n    server_name _;\n    location /static/ {\n        alias /srv/files/;\n    }\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
    },
    [],
  ],
  [
    'the same where the command of the first one reads a site of the pages’ folder',
    {
      'compose.yaml':
        'services:\n  old:\n    image: nginx:1.31\n    ports: ["80:80"]\n    command: sh -c "cp /srv/shop/nginx/new.conf /etc/nginx/conf.d/ && nginx -g \'daemon off;\'"\n    volumes:\n      - .:/srv/shop:ro\n      - ./nginx/old.conf:/etc/nginx/conf.d/default.conf:ro\n',
      'nginx/old.conf': SITE,
      'nginx/new.conf':
        'server {\n    listen 80;\n    server_name new.shop.example;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
    },
    ['nginx/new.conf:5 warning socket-not-listened'],
  ],
  [
    'folders of which the missing files are the front page of the program, one of them restricted',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example.org;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass http://pages:3000;\n    }\n    location /maps/ {\n        alias /srv/maps/;\n        try_files $uri $uri/ /index.html;\n    }\n    location /maps/drafts/ {\n        auth_request /may-i;\n        alias /srv/maps/drafts/;\n        try_files $uri $uri/ /index.html;\n    }\n    location = /may-i {\n        internal;\n        proxy_pass http://pages:3000;\n        proxy_pass_request_body off;\n        proxy_set_header Content-Length "";\n    }\n}\n',
    },
    ['site.conf:12 warning try-files-fallback-elsewhere'],
  ],
  [
    'lines for requests from elsewhere, around the one program of a server without files',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example.org;\n    add_header Access-Control-Allow-Origin https://pages.example.org;\n    add_header Access-Control-Allow-Headers "Authorization";\n    location /notes {\n        proxy_pass http://notes:8888;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
    },
    [],
  ],
  [
    'the web server of the built pages, which is called so and has the port of the web, and a program that is called so',
    {
      'a.conf':
        'server {\n    listen 80;\n    server_name shop.example.org;\n    location /api/ {\n        proxy_pass http://backend:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n    location / {\n        proxy_pass http://frontend:80;\n    }\n}\n',
      'b.conf':
        'server {\n    listen 81;\n    server_name shop.example.org;\n    location /api/ {\n        proxy_pass http://backend:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n    location / {\n        proxy_pass http://frontend:3000;\n    }\n}\n',
      'c.conf':
        'server {\n    listen 82;\n    server_name shop.example.org;\n    location / {\n        proxy_pass http://frontend;\n    }\n}\n',
    },
    ['b.conf:11 warning proxy-host-missing', 'c.conf:5 warning proxy-host-missing'],
  ],
  [
    'a text of a few words, which nobody frames, and a page of its own',
    {
      'site.conf':
        'server {\n    listen 80;\n    server_name shop.example.org;\n    add_header X-Frame-Options DENY always;\n    location = /about {\n        default_type text/plain;\n        add_header X-Made-By nginx;\n        return 200 "A shop.\\n";\n    }\n    location = /hello {\n        default_type text/html;\n        add_header X-Made-By nginx;\n        return 200 "<h1>A shop</h1>";\n    }\n    location / {\n        root /srv/shop;\n    }\n}\n',
    },
    ['site.conf:12 warning header-inheritance-lost'],
  ],
  [
    'two zones of which neither limits anything are one warning',
    {
      'nginx.conf':
        'events {}\nhttp {\n    limit_req_zone $binary_remote_addr zone=pages:10m rate=30r/s;\n    limit_req_zone $binary_remote_addr zone=api:10m rate=10r/s;\n    server {\n        listen 80;\n        server_name shop.example.org;\n        root /srv/shop;\n    }\n}\n',
    },
    ['nginx.conf:3 warning limit-without-zone-use'],
  ],
  [
    'redirects to the port of the web, which something in front may have, and to one that another service has',
    {
      'a/compose.yaml': `services:\n  web:\n    image: nginx:1.31\n    ports: ["8080:80"]\n    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]\n`,
      'a/site.conf':
        'server {\n    listen 80;\n    server_name shop.example;\n    location = /old {\n        return 301 /new/;\n    }\n    root /srv/shop;\n}\n',
      'b/compose.yaml': `services:\n  web:\n    image: nginx:1.31\n    ports: ["80:8080"]\n    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]\n  tables:\n    image: adminer\n    ports: ["8080:8080"]\n`,
      'b/site.conf':
        'server {\n    listen 8080;\n    server_name shop.example;\n    location = /old {\n        return 301 /new/;\n    }\n    root /srv/shop;\n}\n',
    },
    ['b/site.conf:2 warning redirect-port-unpublished'],
  ],
  [
    'an example with a container of its own says nothing of the sites beside it',
    {
      'examples/cart/compose.yml':
        'services:\n  web:\n    image: nginx:latest\n    ports: ["443:443"]\n    volumes:\n      - ./cart.conf:/etc/nginx/conf.d/default.conf\n',
      'examples/cart/cart.conf':
        'server {\n    listen 443 ssl http2;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    more_clear_headers Server;\n    root /srv/cart;\n}\n',
      'sites/shop.conf':
        'server {\n    listen 443 ssl http2;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    more_clear_headers Server;\n    root /srv/shop;\n}\n',
    },
    ['examples/cart/cart.conf:2 warning listen-http2', 'examples/cart/cart.conf:5 error module-not-loaded'],
  ],
  [
    'a container that is described beside the files which it reads elsewhere is that of the whole project',
    {
      'deploy/compose.yml':
        'services:\n  web:\n    image: nginx:latest\n    volumes:\n      - ../conf/shop.conf:/etc/nginx/conf.d/shop.conf\n',
      'conf/shop.conf': SITE,
      'sites/news.conf':
        'server {\n    listen 443 ssl http2;\n    server_name news.example;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    root /srv/news;\n}\n',
    },
    ['sites/news.conf:2 warning listen-http2'],
  ],
  [
    'a host in a template that nothing in it declares',
    {
      'infra/nginx.config.tpl':
        'events {}\nhttp {\n    server {\n        listen 80;\n        location / {\n            proxy_pass http://${app_ip}:8080;\n            proxy_set_header Host $host;\n        }\n    }\n}\n',
    },
    [],
  ],
  [
    'notes of what to type, with a site among the commands',
    {
      'nginx.notes':
        '# How a site is added:\n\nsudo rm /etc/nginx/sites-enabled/default\nsudo nano /etc/nginx/sites-available/shop\n\nserver {\n    listen 80;\n    server_name shop.example;\n    proxy_intercept_errors on;\n    root /srv/shop;\n}\n\nsudo nginx -t\n',
      'sudo.conf': 'server {\n    listen 80;\n    server_name sudo.example;\n    root /srv/sudo;\n    nosuch on;\n}\n',
    },
    ['sudo.conf:5 error unknown-directive'],
  ],
  [
    'one pattern above several places, addresses of one container, and one list that several places drop are one cause each',
    {
      'compose.yml':
        'services:\n  web:\n    image: nginx:1.31\n    volumes:\n      - ./site.conf:/etc/nginx/conf.d/default.conf\n  app:\n    image: node:22\n',
      'site.conf':
        'upstream cart {\n    server 127.0.0.1:3001;\n}\nupstream stock {\n    server 127.0.0.1:3002;\n}\nserver {\n    listen 80;\n    add_header X-Content-Type-Options nosniff always;\n    add_header Referrer-Policy no-referrer always;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    location ~ ^/api/ {\n        return 404;\n    }\n    location /api/cart {\n        proxy_pass http://cart;\n    }\n    location /api/stock {\n        proxy_pass http://stock;\n    }\n    location /a/ {\n        root /srv;\n        add_header Referrer-Policy origin always;\n    }\n    location /b/ {\n        root /srv;\n        add_header Cache-Control no-store;\n    }\n}\n',
    },
    [
      'site.conf:16 warning unreachable-location',
      'site.conf:2 warning socket-not-listened',
      'site.conf:24 warning header-inheritance-lost',
    ],
  ],
  [
    'a place that is never reached, where who takes its requests does the same with them',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location ~ /\\.git { internal; }\n    location ~ /\\.gitignore { internal; }\n    location ~ ^/old { return 410; }\n    location ~ ^/older { return 404; }\n}\n',
    },
    ['site.conf:7 warning unreachable-location'],
  ],
  [
    'a preflight of files beside an interface that answers its own',
    {
      'site.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    add_header Access-Control-Allow-Origin https://app.example always;\n    add_header Access-Control-Allow-Headers Authorization always;\n    location /api/ {\n        if ($request_method = OPTIONS) {\n            add_header Access-Control-Allow-Origin https://app.example;\n            add_header Access-Control-Allow-Headers Authorization;\n            return 204;\n        }\n        proxy_set_header Host $host;\n        proxy_pass http://app:8000;\n    }\n}\n',
      'other.conf':
        'server {\n    listen 81;\n    root /srv/api;\n    add_header Access-Control-Allow-Origin https://app.example always;\n    add_header Access-Control-Allow-Headers Authorization always;\n}\n',
    },
    ['other.conf:4 warning cors-preflight-fails'],
  ],
  [
    'a type that add_header sends twice is one thing, and the list that it drops comes back without it',
    {
      'site.conf':
        'server {\n    listen 80;\n    add_header X-Content-Type-Options nosniff always;\n    location /status {\n        add_header Content-Type text/plain;\n        return 200 "up $arg_since";\n    }\n    location /motd {\n        default_type text/html;\n        add_header X-A b;\n        return 200 "<p>hello</p>";\n    }\n}\n',
    },
    ['site.conf:10 warning header-inheritance-lost', 'site.conf:5 warning content-type-by-add-header'],
  ],
  [
    'TLS to a machine of the own network, and to one of the world',
    {
      'site.conf':
        'server {\n    listen 80;\n    location / {\n        proxy_set_header Host $host;\n        proxy_pass https://nas.lan:5001;\n    }\n    location /api/ {\n        proxy_set_header Host api.example.org;\n        proxy_pass https://api.example.org;\n    }\n}\n',
    },
    ['site.conf:9 warning upstream-sni-missing', 'site.conf:9 warning upstream-tls-unverified'],
  ],
  [
    'the listing of a folder, and of one that is called after what nobody publishes',
    {
      'files.conf':
        'server {\n    listen 80;\n    root /srv/www/files;\n    location / {\n        autoindex on;\n    }\n    location /upload {\n        proxy_set_header Host $host;\n        proxy_pass http://127.0.0.1:9000;\n    }\n}\n',
      'root.conf':
        'server {\n    listen 81;\n    root /srv/www/backup;\n    location / {\n        autoindex on;\n    }\n    location /upload {\n        proxy_set_header Host $host;\n        proxy_pass http://127.0.0.1:9000;\n    }\n}\n',
    },
    ['root.conf:5 warning directory-listing'],
  ],
  [
    'what a template writes for the nginx that its condition asks for',
    {
      'templates/shop.conf.j2':
        "server {\n    listen 443 ssl{% if nginx_version is version('1.25.1', '<') %} http2{% endif %};\n    {% if nginx_version is version('1.25.1', '<') %}\n    ssl on;\n    {% endif %}\n    server_name shop.example;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    root /srv/shop;\n    {% if shop_tls %}\n    ssl on;\n    {% endif %}\n}\n",
    },
    ['templates/shop.conf.j2:11 warning ssl-directive-deprecated'],
  ],
  [
    'sites that come to a container by a script, a folder that a command copies, or the templates of its environment; and not where pages are copied',
    {
      'a/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    entrypoint: /srv/start.sh\n    volumes:\n      - ./gzip.conf:/etc/nginx/snippets/gzip.conf:ro\n      - .:/srv:ro\n',
      'a/gzip.conf': 'gzip on;\n',
      'a/sites/shop.conf':
        'server {\n    listen 80;\n    server_name new.shop.example;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
      'a/start.sh': 'ln -s /srv/sites/shop.conf /etc/nginx/conf.d/shop.conf\nexec nginx -g "daemon off;"\n',
      'b/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    command: sh -c "mv /sites/shop.conf /etc/nginx/conf.d/default.conf && nginx"\n    volumes:\n      - ./gzip.conf:/etc/nginx/snippets/gzip.conf:ro\n      - ./sites:/sites:ro\n',
      'b/gzip.conf': 'gzip on;\n',
      'b/sites/shop.conf':
        'server {\n    listen 80;\n    server_name new.shop.example;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
      'c/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    command: [sh, -c, cp -r /sites/. /etc/nginx/conf.d/ && nginx]\n    volumes:\n      - ./gzip.conf:/etc/nginx/snippets/gzip.conf:ro\n      - ./sites:/sites:ro\n',
      'c/gzip.conf': 'gzip on;\n',
      'c/sites/shop.conf':
        'server {\n    listen 80;\n    server_name new.shop.example;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
      'd/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    command: [sh, -c, cp /sites/*.conf /etc/nginx/conf.d/ && nginx]\n    volumes:\n      - ./gzip.conf:/etc/nginx/snippets/gzip.conf:ro\n      - ./sites:/sites:ro\n',
      'd/gzip.conf': 'gzip on;\n',
      'd/sites/shop.conf':
        'server {\n    listen 80;\n    server_name new.shop.example;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
      'e/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    volumes:\n      - ./gzip.conf:/etc/nginx/snippets/gzip.conf:ro\n      - ./sites:/sites:ro\n      - ./10-sites.sh:/docker-entrypoint.d/10-sites.sh:ro\n',
      'e/gzip.conf': 'gzip on;\n',
      'e/sites/shop.conf':
        'server {\n    listen 80;\n    server_name new.shop.example;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
      'e/10-sites.sh': 'cp /sites/*.conf /etc/nginx/conf.d/\n',
      'f/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    environment:\n      NGINX_ENVSUBST_TEMPLATE_DIR: /sites\n    volumes:\n      - ./gzip.conf:/etc/nginx/snippets/gzip.conf:ro\n      - ./sites:/sites:ro\n',
      'f/gzip.conf': 'gzip on;\n',
      'f/sites/shop.conf.template':
        'server {\n    listen 80;\n    server_name new.shop.example;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
      'g/compose.yaml':
        'services:\n  web:\n    image: nginx:1.31\n    command: [sh, -c, cp -r /srv/pages/* /usr/share/nginx/html/ && nginx]\n    volumes:\n      - ./gzip.conf:/etc/nginx/snippets/gzip.conf:ro\n      - .:/srv:ro\n',
      'g/gzip.conf': 'gzip on;\n',
      'g/sites/shop.conf':
        'server {\n    listen 80;\n    server_name new.shop.example;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n    }\n}\n',
      'g/pages/index.html': '',
    },
    [
      'a/sites/shop.conf:5 warning socket-not-listened',
      'b/compose.yaml:4 warning container-ends-at-once',
      'b/sites/shop.conf:5 warning socket-not-listened',
      'c/compose.yaml:4 warning container-ends-at-once',
      'c/sites/shop.conf:5 warning socket-not-listened',
      'd/compose.yaml:4 warning container-ends-at-once',
      'd/sites/shop.conf:5 warning socket-not-listened',
      'e/sites/shop.conf:5 warning socket-not-listened',
      'f/sites/shop.conf.template:5 warning socket-not-listened',
      'g/compose.yaml:4 warning container-ends-at-once',
    ],
  ],
  [
    'a site that a build, a command of an image or one of a service fills in and writes to its place',
    {
      'a/Dockerfile':
        "FROM nginx:1.31\nARG HOST\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY shop.conf.template /opt/shop.conf.template\nRUN mkdir -p /etc/nginx/shops \\\n  && envsubst '${HOST}' < /opt/shop.conf.template > /etc/nginx/shops/shop.conf\n",
      'a/nginx.conf':
        'events {}\nhttp {\n    upstream shop {\n        server 10.0.0.5:8000;\n    }\n    include /etc/nginx/shops/*.conf;\n}\n',
      'a/shop.conf.template':
        'server {\n    listen 80;\n    server_name ${HOST};\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass http://shop:8000;\n    }\n}\n',
      'b/Dockerfile':
        'FROM nginx:1.31\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY shop.tmpl /etc/shop/shop.tmpl\nCMD ["sh", "-c", "cp /etc/shop/shop.tmpl /etc/nginx/shops/shop.conf && nginx -g \'daemon off;\'"]\n',
      'b/nginx.conf':
        'events {}\nhttp {\n    upstream shop {\n        server 10.0.0.5:8000;\n    }\n    include /etc/nginx/shops/*.conf;\n}\n',
      'b/shop.tmpl':
        'server {\n    listen 80;\n    server_name shop.example;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass http://shop:8000;\n    }\n}\n',
      'c/compose.yaml':
        "services:\n  web:\n    image: nginx:1.31\n    command: sh -c \"envsubst '$$HOST' < /etc/shop/shop.tmpl > /etc/nginx/shops/shop.conf && nginx -g 'daemon off;'\"\n    environment: [HOST=shop.example]\n    volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n      - ./shop.tmpl:/etc/shop/shop.tmpl:ro\n",
      'c/nginx.conf':
        'events {}\nhttp {\n    upstream shop {\n        server 10.0.0.5:8000;\n    }\n    include /etc/nginx/shops/*.conf;\n}\n',
      'c/shop.tmpl':
        'server {\n    listen 80;\n    server_name $HOST;\n    proxy_set_header Host $host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n    proxy_set_header X-Forwarded-Proto $scheme;\n    location / {\n        proxy_pass http://shop:8000;\n    }\n}\n',
    },
    ['a/shop.conf.template:8', 'b/shop.tmpl:8', 'c/shop.tmpl:8'].map((at) => `${at} error proxy-pass-form-invalid`),
  ],
  [
    'headers of the client that a proxy in front writes, by whose word nginx knows the client',
    {
      'site.conf':
        'server {\n    listen 443 ssl;\n    ssl_certificate /ssl/a.pem;\n    ssl_certificate_key /ssl/a.key;\n    server_name shop.example.org;\n    set_real_ip_from 10.0.0.0/8;\n    real_ip_header X-Forwarded-For;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n    }\n}\n',
      'other.conf':
        'server {\n    listen 444 ssl;\n    ssl_certificate /ssl/a.pem;\n    ssl_certificate_key /ssl/a.key;\n    server_name shop.example.org;\n    set_real_ip_from 10.0.0.0/8;\n    real_ip_header X-Real-IP;\n    location / {\n        proxy_pass http://app:8000;\n        proxy_set_header Host $host;\n    }\n}\n',
    },
    ['other.conf:9 warning forwarded-headers-missing'],
  ],
  [
    'files of nobody before a script, whose query is written in two ways, and of one list that several passes lack',
    {
      'a.conf':
        'server {\n    listen 80;\n    location / {\n        try_files $uri /index.php$is_args$args;\n    }\n    location ~ ^/index\\.php(/|$) {\n        fastcgi_pass app:9000;\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME /srv/app$fastcgi_script_name;\n    }\n}\n',
      'b.conf': 'server {\n    listen 81;\n    location / {\n        try_files $uri /start.html;\n    }\n}\n',
      'c.conf':
        'server {\n    listen 82;\n    location / {\n        proxy_pass http://shop:8000;\n    }\n    location /api/ {\n        proxy_pass http://api:8000;\n    }\n}\n',
    },
    ['b.conf:4 warning assets-without-root', 'c.conf:4 warning proxy-host-missing'],
  ],
  [
    'a key of the cache that a template fills in, which may hold anything, and one that is written',
    {
      'a.conf.in':
        'proxy_cache_path /var/cache/nginx/a keys_zone=a:10m;\nserver {\n    listen 81;\n    server_name @SITE@;\n    location / {\n        proxy_pass http://pages:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n        proxy_cache a;\n        proxy_cache_methods GET HEAD POST;\n        proxy_cache_key "@CACHE_KEY@";\n    }\n}\n',
      'b.conf.in':
        'proxy_cache_path /var/cache/nginx/b keys_zone=b:10m;\nserver {\n    listen 82;\n    server_name @SITE@;\n    location / {\n        proxy_pass http://pages:8000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto $scheme;\n        proxy_cache b;\n        proxy_cache_methods GET HEAD POST;\n        proxy_cache_key $host$request_uri;\n    }\n}\n',
    },
    ['b.conf.in:11 warning cache-key-leaks'],
  ],
  [
    'a host that a template fills in whole, which may be a public name, and one with the port of a program',
    {
      'a.conf.j2':
        'server {\n    listen 81;\n    server_name a.example.com;\n    location / {\n        proxy_pass http://{{ origin }}/pages/;\n        proxy_set_header Range $http_range;\n    }\n}\n',
      'b.conf.j2':
        'server {\n    listen 82;\n    server_name b.example.com;\n    location / {\n        proxy_pass http://{{ origin }}:8000;\n        proxy_set_header Range $http_range;\n    }\n}\n',
    },
    ['b.conf.j2:5 warning proxy-host-missing'],
  ],
  [
    'what watches over a program and what documents it, below a path that a template fills in, and pages there',
    {
      'site.conf.template':
        'upstream pages {\n    server pages:8000;\n}\nserver {\n    listen 443 ssl;\n    server_name shop.example.com;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    location ${BASE_PATH}/health {\n        proxy_pass http://pages/health;\n        proxy_set_header Host $host;\n    }\n    location ${BASE_PATH}/docs {\n        proxy_pass http://pages/docs;\n        proxy_set_header Host $host;\n    }\n    location ${BASE_PATH}/basket {\n        proxy_pass http://pages/basket;\n        proxy_set_header Host $host;\n    }\n}\n',
    },
    ['site.conf.template:18 warning forwarded-headers-missing'],
  ],
  [
    'WebSockets of Django, which holds their origin against its own list of hosts, and of a program that may hold it against the host',
    {
      'a/docker-compose.yml':
        'services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi:application --bind 0.0.0.0:8000\n  nginx:\n    image: nginx:1.30\n    ports: ["443:443"]\n    volumes: ["./nginx:/etc/nginx/conf.d"]\n',
      'a/nginx/shop.conf':
        'server {\n    listen 443 ssl;\n    server_name shop.example.com;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    location /ws/ {\n        proxy_pass http://web:8000;\n        proxy_http_version 1.1;\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection upgrade;\n    }\n}\n',
      'b/chat.conf':
        'upstream live {\n    server daphne:8080;\n}\nserver {\n    listen 80;\n    server_name chat.example.com;\n    location /ws/ {\n        proxy_pass http://live;\n        proxy_http_version 1.1;\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection upgrade;\n    }\n}\n',
      'c/board.conf':
        'server {\n    listen 80;\n    server_name board.example.com;\n    location /ws/ {\n        proxy_pass http://board:8080;\n        proxy_http_version 1.1;\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection upgrade;\n    }\n}\n',
    },
    ['c/board.conf:5 warning proxy-host-missing'],
  ],
  [
    'headers of a handshake by a table of the main file, which is not seen, and by a word that is none',
    {
      'shop.conf':
        'server {\n    listen 80;\n    server_name shop.example.com;\n    location /socket.io/ {\n        proxy_pass http://127.0.0.1:8000;\n        proxy_http_version 1.1;\n        proxy_set_header Host $host;\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection $connection_upgrade;\n    }\n    location /live/ {\n        proxy_pass http://127.0.0.1:8000;\n        proxy_http_version 1.1;\n        proxy_set_header Host $host;\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection $http_connection_word;\n    }\n}\n',
    },
    ['shop.conf:16 warning websocket-upgrade-wrong'],
  ],
  [
    'lists of the parts of pages, and of what people brought',
    {
      'shop.conf':
        'server {\n    listen 80;\n    server_name shop.example.com;\n    location /static/ {\n        autoindex on;\n        alias /srv/shop/static/;\n    }\n    location /django_static {\n        autoindex on;\n        root /srv/shop;\n    }\n    location /media/ {\n        autoindex on;\n        alias /srv/shop/media/;\n    }\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n        proxy_set_header Host $host;\n    }\n}\n',
      'parts.conf':
        'server {\n    listen 81;\n    server_name parts.example.com;\n    root /srv/shop/assets;\n    index index.html;\n    location / {\n        autoindex on;\n    }\n}\n',
    },
    ['shop.conf:13 warning directory-listing'],
  ],
  [
    'a folder of files whose missing ones fall back to the pages of the site, and a program of its own that does',
    {
      'shop.conf':
        'server {\n    listen 80;\n    server_name shop.example.com;\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n        proxy_set_header Host $host;\n    }\n    location /data/ {\n        alias /srv/data/;\n        try_files $uri /index.html;\n    }\n    location /media/ {\n        alias /srv/shop/media/;\n        try_files $uri /index.html;\n    }\n    location /board/ {\n        alias /srv/board/dist/;\n        try_files $uri /index.html;\n    }\n}\n',
    },
    ['shop.conf:18 warning try-files-fallback-elsewhere'],
  ],
  [
    'a folder of /etc that someone made for the tokens of a certificate, another of his own, and one of the system; a line for who fetches a token; a header that no client can send',
    {
      'shop.conf':
        'server {\n    listen 80;\n    server_name shop.example.com;\n    add_header X-Content-Type-Options nosniff always;\n    set_real_ip_from 0.0.0.0/0;\n    real_ip_header CLIENT_ADDRESS;\n    root /srv/shop;\n    location /.well-known/pki-validation/ {\n        alias /etc/pki-validation/;\n        add_header Access-Control-Allow-Origin *;\n    }\n    location /terms/ {\n        alias /etc/shop/terms/;\n    }\n    location /keys/ {\n        alias /etc/ssl/shop/;\n    }\n}\n',
    },
    ['shop.conf:16 error filesystem-root-exposed'],
  ],
  [
    'headers that are lost where only parts of pages are, and HSTS where the page of the host says it still, and what people brought',
    {
      'shop.conf':
        'server {\n    listen 443 ssl;\n    server_name shop.example.com;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    add_header Strict-Transport-Security "max-age=63072000" always;\n    add_header X-Content-Type-Options nosniff always;\n    location /static/ {\n        alias /srv/shop/static/;\n        add_header Cache-Control public;\n    }\n    location /media/ {\n        alias /srv/shop/media/;\n        add_header Cache-Control public;\n    }\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n        include proxy_params;\n    }\n}\n',
      'tiles.conf':
        'server {\n    listen 444 ssl;\n    server_name tiles.example.com;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    add_header Strict-Transport-Security "max-age=63072000" always;\n    root /srv/tiles;\n    location /tiles/ {\n        add_header Cache-Control public;\n    }\n    location / {\n        index index.html;\n    }\n}\n',
      'only.conf':
        'server {\n    listen 445 ssl;\n    server_name only.example.com;\n    ssl_certificate /a.pem;\n    ssl_certificate_key /a.key;\n    add_header Strict-Transport-Security "max-age=63072000" always;\n    root /srv/only;\n    location / {\n        add_header Cache-Control no-cache;\n    }\n}\n',
    },
    ['only.conf:9 warning header-inheritance-lost', 'shop.conf:14 warning header-inheritance-lost'],
  ],
  [
    'headers that are lost on what a build left behind, by its endings, and on pictures in SVG that may be of anyone',
    {
      'pages.conf':
        'server {\n    listen 80;\n    server_name pages.example.com;\n    add_header X-Frame-Options DENY always;\n    add_header X-Content-Type-Options nosniff always;\n    location / {\n        root /srv/pages/dist;\n        try_files $uri $uri/ /index.html;\n        location ~* \\.(js|css|png|svg|woff2)$ {\n            add_header Cache-Control public;\n        }\n    }\n}\n',
      'shop.conf':
        'server {\n    listen 81;\n    server_name shop.example.com;\n    root /srv/shop;\n    add_header X-Frame-Options DENY always;\n    location ~* \\.(js|css|png)$ {\n        add_header Cache-Control public;\n    }\n    location ~* \\.svg$ {\n        add_header Cache-Control public;\n    }\n    location / {\n        index index.html;\n    }\n}\n',
    },
    ['shop.conf:10 warning header-inheritance-lost'],
  ],
  [
    'what a site of its own says, lists and shows at a port of a container, and what would be told of one of the internet',
    {
      'a/inner.conf':
        'server {\n    listen 80;\n    add_header X-Content-Type-Options nosniff always;\n    add_header X-Frame-Options DENY always;\n    root /srv/pages;\n    location / {\n        try_files $uri /index.html;\n    }\n    location ~* \\.(js|css|png|svg|woff2)$ {\n        expires 1y;\n        add_header Cache-Control "public, immutable";\n    }\n    location ^~ /archive {\n        alias /srv/old;\n        autoindex on;\n    }\n    location /api/ {\n        proxy_pass http://app:8000;\n    }\n    location /actuator/ {\n        proxy_set_header Host $host;\n        proxy_pass http://app:8000;\n    }\n    location /mail/ {\n        proxy_set_header Host $host;\n        proxy_pass http://mailpit:8025/;\n    }\n    location = /about {\n        add_header Content-Type application/json;\n        return 200 \'{"name":"shop"}\';\n    }\n    location ^~ /staff/ {\n        auth_basic staff;\n        auth_basic_user_file /etc/nginx/staff;\n    }\n}\nserver {\n    listen 9113;\n    location /nginx_status {\n        stub_status;\n    }\n}\n',
      'b/nginx.conf':
        'events {}\nhttp {\nserver {\n    listen 81;\n    server_name shop.example.com;\n    root /srv/pages;\n    location /mail/ {\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_pass http://mailpit:8025/;\n    }\n    location /staff/ {\n        auth_basic staff;\n        auth_basic_user_file /etc/nginx/staff;\n    }\n    location /nginx_status {\n        stub_status;\n    }\n}\n}\n',
    },
    [
      'b/nginx.conf:10 warning admin-tool-exposed',
      'b/nginx.conf:13 warning basic-auth-over-http',
      'b/nginx.conf:17 warning status-page-exposed',
    ],
  ],
  [
    'a program that is called after the pages of a site, whatever its port, and the one program that a site has',
    {
      'a/pages.conf':
        'upstream client {\n    server client:3000;\n}\nserver {\n    listen 80;\n    location / {\n        proxy_pass http://client;\n    }\n    location /sockjs-node {\n        proxy_pass http://client;\n        proxy_http_version 1.1;\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection Upgrade;\n    }\n    location /api {\n        rewrite /api/(.*) /$1 break;\n        proxy_pass http://api:5000;\n    }\n}\n',
      'b/pages.conf':
        'server {\n    listen 80;\n    server_name shop-frontend-service;\n    location / {\n        proxy_pass http://shop-frontend:8080;\n    }\n}\n',
      'c/shop.conf': 'server {\n    listen 80;\n    location / {\n        proxy_pass http://shop:8080;\n    }\n}\n',
    },
    ['c/shop.conf:4 warning proxy-host-missing'],
  ],
  [
    'a word in the place of lines, in a template whose only other mark stands in a comment',
    {
      'lb.conf.tpl':
        'stream {\n    upstream api {\nBACKENDS\n    }\n    server {\n        listen 6443;\n        proxy_pass api;\n    }\n}\n# docker inspect -f "{{ .NetworkSettings.IPAddress }}" lb\n',
      'other.conf.tpl':
        'stream {\n    upstream api {\n        server {{ .Host }}:6443;\nBACKENDS\n    }\n    server {\n        listen 6444;\n        proxy_pass api;\n    }\n}\n',
    },
    ['other.conf.tpl:4 error syntax'],
  ],
  [
    'parts that are mounted into conf.d under names that its mask does not take, beside one that it takes',
    {
      'compose.yaml':
        'services:\n  web:\n    image: nginx:1.31.9\n    volumes:\n      - ./web/site.conf:/etc/nginx/templates/default.conf.template\n      - ./web/places:/etc/nginx/conf.d/places\n      - ./web/limits:/etc/nginx/templates/limits.template\n      - ./web/stray:/etc/nginx/conf.d/stray.conf\n',
      'web/site.conf':
        'include /etc/nginx/conf.d/limits;\nserver {\n    listen 80;\n    server_name shop.example;\n    include /etc/nginx/conf.d/places;\n}\n',
      'web/limits': 'client_max_body_size 8m;\nlimit_req_zone $binary_remote_addr zone=one:1m rate=5r/s;\n',
      'web/places':
        'sendfile on;\nkeepalive_timeout 30;\nroot /srv/shop;\nlocation /login {\n    limit_req zone=one burst=5 nodelay;\n    try_files $uri =404;\n}\n',
      'web/stray': 'location /stray {\n    return 404;\n}\n',
    },
    ['web/stray:1 error misplaced-directive'],
  ],
  [
    'names without braces in the place of lines and of numbers, in templates that the environment completes',
    {
      'web/main.template.conf':
        'worker_processes ${WORKERS};\nevents {}\nhttp {\n    include mime.types;\n    server_names_hash_bucket_size $BUCKET;\n    client_max_body_size ${LIMIT_MiB}m;\n    include /etc/nginx/conf.d/*.conf;\n}\n',
      'web/site.template.conf':
        'server {\n    listen 80;\n    $LISTEN_SIX\n    server_name $SHOP;\n    root /srv/shop;\n\n    # what the administrator adds\n    $ADDED\n\n    error_page 404 /404.html;\n}\n',
      'web/other.template.conf': 'server {\n    listen ${PORT};\n    root /srv/other;\n    $uri;\n}\n',
    },
    ['web/other.template.conf:4 error unknown-directive'],
  ],
  [
    'a template whose variables of nginx have the backslash that a shell takes away, and a file without names for a shell',
    {
      'parts/shop.conf':
        'location ${SHOP_PATH} {\n    proxy_pass http://${SHOP_ADDRESS};\n    proxy_set_header Host \\$host;\n    proxy_set_header X-Forwarded-For \\$proxy_add_x_forwarded_for;\n    proxy_set_header X-Forwarded-Proto \\$scheme;\n}\n',
      'other/shop.conf':
        'server {\n    listen 80;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n        proxy_set_header Host \\$host;\n    }\n}\n',
      'third/shop.conf':
        'location ${SHOP_PATH} {\n    proxy_pass http://127.0.0.1:8000;\n    proxy_set_header Host \\$host;\n    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n}\n',
    },
    ['other/shop.conf:5 warning request-header-wrong-value', 'third/shop.conf:3 warning request-header-wrong-value'],
  ],
  [
    'a pass to every address of the machine, which is the machine itself, and one to a port where nobody listens',
    {
      'a/site.conf':
        'server {\n    listen 80;\n    location / {\n        include uwsgi_params;\n        uwsgi_pass 0.0.0.0:9000;\n    }\n}\n',
      'a/uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi\nsocket = 127.0.0.1:9000\n',
      'b/site.conf':
        'server {\n    listen 80;\n    location / {\n        include uwsgi_params;\n        uwsgi_pass 0.0.0.0:9001;\n    }\n}\n',
    },
    ['b/site.conf:5 warning socket-not-listened'],
  ],
  [
    'conditions that ask for other texts of one header, and such that have one in common or take a part of it',
    {
      'a.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location /files/ {\n        if ($http_x_from ~ "^https://(north|south)\\.shop\\.example$") {\n            add_header X-Shared yes;\n        }\n        if ($http_x_from ~ ^https?://www\\.other\\.example$) {\n            add_header X-Shared yes;\n        }\n        if ($http_x_from = https://third.example) {\n            add_header X-Shared yes;\n        }\n    }\n}\n',
      'b.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location /files/ {\n        if ($http_x_from ~ "^https://(north|south)\\.shop\\.example$") {\n            add_header X-Shared yes;\n        }\n        if ($http_x_from ~* ^https://South\\.shop\\.example$) {\n            add_header X-Shared yes;\n        }\n    }\n}\n',
      'c.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location /files/ {\n        if ($http_x_from ~ ^https://north\\.) {\n            add_header X-Shared yes;\n        }\n        if ($http_x_from ~ ^https://www\\.other\\.example$) {\n            add_header X-Shared yes;\n        }\n    }\n}\n',
      'd.conf':
        'server {\n    listen 80;\n    root /srv/shop;\n    location /files/ {\n        if ($http_x_from ~ ^a|b$) {\n            add_header X-Shared yes;\n        }\n        if ($http_x_from ~ ^(c|d)$) {\n            add_header X-Shared yes;\n        }\n    }\n}\n',
    },
    [
      'b.conf:6 warning unsafe-if',
      'b.conf:9 warning unsafe-if',
      'c.conf:6 warning unsafe-if',
      'c.conf:9 warning unsafe-if',
      'd.conf:6 warning unsafe-if',
      'd.conf:9 warning unsafe-if',
    ],
  ],
  [
    'a placeholder for the dollar sign of a variable, and a variable of nginx that is called so',
    {
      'web/site.conf.template':
        'server {\n    listen 80;\n    server_name ${SHOP};\n    location / {\n        proxy_set_header Host ${DOLLAR}host;\n        proxy_set_header X-Forwarded-For ${DOLLAR}proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Proto ${DOLLAR}scheme;\n        proxy_pass http://${SHOP_ADDRESS};\n    }\n}\n',
      'web/wrong.conf.template':
        'events {}\nhttp {\n    server {\n        listen 80;\n        server_name ${SHOP};\n        location / {\n            proxy_set_header Host ${dollar}host;\n            proxy_set_header X-Shop ${dollar}shop_name;\n            proxy_pass http://${SHOP_ADDRESS};\n        }\n    }\n}\n',
      'web/prices.conf': 'geo $dollar {\n    default "$";\n}\nserver {\n    listen 80;\n    return 200 "${dollar}5";\n}\n',
    },
    ['web/wrong.conf.template:8 error unknown-variable'],
  ],
  [
    'a value of a template of Yeoman’s that is the port of an address, and two words that no template writes',
    {
      'nginx/_nginx.conf':
        'events {}\nhttp {\n    upstream shop {\n        server localhost:<%= serverPort %>;\n        #server localhost:8081;\n    }\n}\n',
      'other/nginx.conf': 'events {}\nhttp {\n    upstream shop {\n        server localhost:8080<% 10;\n    }\n}\n',
    },
    ['other/nginx.conf:4 error invalid-value', 'other/nginx.conf:4 error invalid-value'],
  ],
  [
    'what Kong says to its store, and a word that nobody knows',
    { 'nginx.conf': 'lmdb_environment_path dbless.lmdb;\nlmdb_map_size 128m;\nlmbd_map_size 128m;\nevents {}\n' },
    ['nginx.conf:3 error unknown-directive'],
  ],
  [
    'a manifest whose name says nothing, with a ConfigMap over the folder of sites',
    {
      'cluster/edge.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: sites }\ndata:\n  shop.conf: |\n    server {\n      listen 8080;\n      root /usr/share/nginx/html;\n    }\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: edge }\nspec:\n  template:\n    metadata: { labels: { app: edge } }\n    spec:\n      containers:\n        - name: nginx\n          image: nginx:1.31\n          readinessProbe: { httpGet: { path: /, port: 8081 } }\n          volumeMounts: [{ name: sites, mountPath: /etc/nginx/conf.d }]\n      volumes: [{ name: sites, configMap: { name: sites } }]\n---\napiVersion: v1\nkind: Service\nmetadata: { name: edge }\nspec:\n  selector: { app: edge }\n  ports: [{ port: 80, targetPort: 80 }]\n`,
    },
    ['cluster/edge.yaml:21 warning health-check-unanswered', 'cluster/edge.yaml:30 warning cluster-port-mismatch'],
  ],
  [
    'a page of figures that a pod has beside the site of the image, or in its place',
    {
      'a/edge.yaml': FIGURES('a', '/etc/nginx/conf.d/figures.conf'),
      'b/edge.yaml': FIGURES('b', '/etc/nginx/conf.d/default.conf'),
    },
    ['b/edge.yaml:29 warning cluster-port-mismatch'],
  ],
  ['a Compose file in a folder that is called for such files mounts one site of two', ONE_SITE_OF_TWO('services'), []],
  [
    'what lies in such a folder and starts nothing mounts nothing',
    ONE_SITE_OF_TWO('charts'),
    ['nginx/conf.d/prod.conf:1 error upstream-conflict', 'nginx/conf.d/prod.conf:4 warning conflicting-server-name'],
  ],
] as const)
  test(what, async () => {
    const memory = inMemory({ '.git/HEAD': '', ...files });
    const { findings } = await checked(memory, ['.']);
    const grave = findings.filter((f) => f.severity === 'error' || f.severity === 'warning');
    assert.deepEqual(
      grave
        .map((f) => {
          const file = hostFileOf(f.at.file);
          const line = new Lines(memory.text(file)!).lineAt(f.at.span.start) + 1;
          return `${relativePath(file, HOME)}:${line} ${f.severity} ${f.rule}`;
        })
        .sort(),
      expected,
      grave.map((f) => f.message).join('\n'),
    );
  });

test('a key that a template completes is shown as it is written', async () => {
  const files = {
    'site.conf.j2':
      'limit_req_zone $cookie_{{ session_cookie }} zone=pages:10m rate=5r/s;\nserver {\n    listen 80;\n    server_name shop.example;\n    limit_req zone=pages;\n    root /srv/shop;\n}\n',
  };
  const { findings } = await checked(inMemory({ '.git/HEAD': '', ...files }), ['.']);
  const [found] = findings.filter((f) => f.rule === 'limit-key-forgeable');
  assert.match(found?.message ?? '', /^The key holds \$cookie_\{\{ session_cookie \}\},/);
});

test('of a site with TLS and no certificate it is said, unless its lines stand in a file that is not there or a template completes them', async () => {
  const files = {
    'a.conf': 'server {\n    listen 443 ssl;\n    server_name a.example.com;\n    root /srv/a;\n}\n',
    'b.conf': 'server {\n    listen 444 ssl;\n    server_name b.example.com;\n    include snippets/tls.conf;\n    root /srv/b;\n}\n',
    'c.conf': 'include /etc/nginx/tls.conf;\nserver {\n    listen 445 ssl;\n    server_name c.example.com;\n    root /srv/c;\n}\n',
    'd.conf.j2':
      'server {\n    listen 446 ssl;\n    server_name d.example.com;\n{% if certificate %}\n    ssl_certificate {{ certificate }};\n    ssl_certificate_key {{ key }};\n{% endif %}\n    root /srv/d;\n}\n',
  };
  const { findings } = await checked(inMemory({ '.git/HEAD': '', ...files }), ['.']);
  const told = findings.filter((f) => f.rule === 'incomplete-tls').map((f) => `${relativePath(hostFileOf(f.at.file), HOME)} ${f.severity}`);
  assert.deepEqual(told, ['a.conf info']);
});

test('a word that a template chooses within its line is the choice of whoever fills it in', async () => {
  const files = {
    'a.conf.tmpl': 'server_tokens {{ if .ShowVersion }}on{{ else }}off{{ end }};\nserver {\n    listen {{ .Port }};\n    root /srv/a;\n}\n',
    'b.conf.tmpl': 'server_tokens on;\nserver {\n    listen {{ .Port }};\n    server_name {{ .Name }};\n    root /srv/b;\n}\n',
  };
  const { findings } = await checked(inMemory({ '.git/HEAD': '', ...files }), ['.']);
  const told = findings.filter((f) => f.rule === 'version-disclosed').map((f) => relativePath(hostFileOf(f.at.file), HOME));
  assert.deepEqual(told, ['b.conf.tmpl']);
});
