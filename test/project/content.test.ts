/** What is nginx's is decided by the text: files of other programs are left as it is, also in a folder called nginx. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import { isForeign } from '../../server/src/cli/common.ts';
import { isPlausible, verdictOn } from '../../server/src/project/content.ts';

const catalog = loadCatalog();
const SITE = 'server {\n    listen 80;\n    location / {\n        proxy_pass http://app;\n    }\n}\n';

/** Files of other programs, from their manuals, shortened. */
const FOREIGN: Readonly<Record<string, string>> = {
  'logstash/pipeline.conf': 'input {\n  beats { port => 5044 }\n}\nfilter { grok { match => { "message" => "%{X}" } } }\n',
  'src/application.conf': 'akka {\n  http {\n    server {\n      idle-timeout = 60 s\n    }\n  }\n}\n',
  'nginx/dovecot.conf': 'protocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 143\n  }\n}\n',
  'php/www.conf': '[www]\nuser = www-data\nlisten = /run/php.sock\n;listen.mode = 0660\npm = dynamic\n',
  'nginx/php-fpm.conf': '[global]\nerror_log = /proc/self/fd/2;\n[www]\nlisten = 9000;\n',
  'redis.conf': 'bind 127.0.0.1\nport 6379\nsave 900 1\n',
  'supervisord.conf': '[program:nginx]\ncommand=nginx -g "daemon off;"\n',
  'apache/vhost.conf': '<VirtualHost *:80>\n    ServerName a.example.com\n    ProxyPass / http://app/\n</VirtualHost>\n',
  'haproxy.cfg': 'frontend web\n    bind *:80\n    default_backend app\nbackend app\n    server a 10.0.0.1:80 check\n',
  'named.conf':
    'options {\n    directory "/var/cache/bind";\n    listen-on { any; };\n};\nzone "example.com" {\n    type master;\n    file "db.example";\n};\n',
  'syslog-ng.conf': 'source s_net { udp(ip(0.0.0.0)); };\nlog { source(s_net); destination(d_file); };\n',
  'dhcpd.conf': 'subnet 10.0.0.0 netmask 255.0.0.0 {\n    range 10.0.0.5 10.0.0.9;\n    option routers 10.0.0.1;\n}\n',
  'keepalived.conf': 'vrrp_instance VI_1 {\n    state MASTER\n    interface eth0\n    virtual_ipaddress {\n        10.0.0.9\n    }\n}\n',
  Caddyfile: 'example.com {\n    reverse_proxy app:8000\n}\n',
  'default.vcl': 'vcl 4.0;\nbackend default { .host = "app"; .port = "80"; }\nsub vcl_recv { if (req.url ~ "x") { return (pass); } }\n',
  'lighttpd.conf': 'server.port = 80\n$HTTP["host"] == "a" { server.document-root = "/srv" }\n',
  'worker.conf': 'worker "normal" {\n    bind_socket = "localhost:11333";\n    count = 2;\n}\n',
  'logrotate/nginx': '/var/log/nginx/*.log {\n    daily\n    missingok\n    postrotate\n        kill -USR1 1\n    endscript\n}\n',
  'fluentd.conf': '<source>\n  @type http\n  port 9880\n</source>\n',
  'prometheus.rules': 'groups:\n- name: a\n  rules:\n',
  'bird.conf': 'router id 10.0.0.1;\nprotocol bgp a {\n    local as 65000;\n    neighbor 10.0.0.2 as 65001;\n}\n',
  'nftables.conf': 'table inet filter {\n    chain input {\n        type filter hook input priority 0;\n        policy drop;\n    }\n}\n',
  entrypoint: '#!/bin/sh\ncat > /etc/nginx/conf.d/a.conf <<EOF\nserver { listen 80; }\nEOF\n',
  'chart/values.tpl': '# defaults\nserver:\n  listen: 80;\n  location: {}\n',
  'my.cnf': '[mysqld]\nuser = mysql\n',
  'consul.conf': 'server = true\nports { http = 8500 }\n',
  'freeradius/default': 'server default {\n    listen {\n        type = auth\n        ipaddr = *\n    }\n}\n',
  // a language with blocks and names like nginx's own, distinguished by what a block takes
  'httpd/site':
    'server "example.com" {\n    listen on * port 80\n    location "/api/*" {\n        fastcgi socket "/run/a.sock"\n    }\n}\n',
  'nginx/ircd.conf':
    'include "modules.conf";\nme {\n    name "irc.example.com";\n    info "x";\n    sid "001";\n}\nlisten {\n    ip *;\n    port 6697;\n}\noper a {\n    mask *;\n    class b;\n    operclass c;\n}\n',
  'nginx/router.conf':
    'system {\n    host-name r1;\n    services {\n        ssh;\n        web {\n            http {\n                interface e0;\n            }\n        }\n    }\n    login {\n        message a;\n    }\n}\n',
  'bind/all.conf': 'include "/etc/bind/a.conf";\ninclude "/etc/bind/b.conf";\n',
  'dhcp/pools': 'allow bootp;\ndeny unknown-clients;\nserver-name "x";\n',
  'src/one.conf': 'return x;\n',
  'rspamd/proxy.inc': 'timeout = 120s;\nupstream "local" {\n  default = yes;\n}\n',
  'irssi/config': 'servers = ( { address = "irc.example.com"; port = 6697; } );\n',
  'relayd.conf':
    'http protocol "https" {\n    match request header append "X" value "$REMOTE_ADDR"\n}\nrelay "www" {\n    listen on 0.0.0.0 port 80\n    forward to <web> port 8080\n}\n',
  words: 'The server is up; the location is known.\n',
  'rules/defaults.conf': 'set width 1;\nif {$width == 1} { set height 2; }\nset $name 3;\n',
  'docs/site.md': SITE,
  'nginx/sites-available/README.md': SITE,
};

test('texts of other programs are no nginx configuration', () => {
  const taken = Object.entries(FOREIGN).filter(([path, text]) => verdictOn(text, path, catalog) === 'nginx');
  assert.deepEqual(taken, []);
});

test('sites are found under any name, with any template engine', () => {
  const texts: Record<string, string> = {
    'deploy/myapp.conf': SITE,
    'deploy/default': SITE,
    'site.conf.tmpl': SITE.replace('app', '{{ .Host }}'),
    'vhost.j2': `{# ours #}\n{% for s in sites %}\n${SITE.replace('app', '{{ s.host }}')}{% endfor %}\n`,
    'site.mako': `<%!\n  import os\n%>\n<%def name="header(n)">\nproxy_set_header \${n} $http_x;\n</%def>\n## a comment {\n% for s in sites:\n${SITE.replace('app', "${s['name'] | h}")}% endfor\n`,
    'x.erb': `<%- @sites.each do |s| -%>\n${SITE.replace('app', '<%= s %>')}<%- end -%>\n`,
    'default.conf.template': SITE.replace('app', '${APP}'),
    'map.conf': 'map $http_upgrade $connection_upgrade {\n    default upgrade;\n    "" close;\n}\n',
    'snippets/ssl.conf': 'ssl_protocols TLSv1.2 TLSv1.3;\nssl_prefer_server_ciphers off;\n',
    'nginx/allow.conf': 'allow 10.0.0.0/8;\ndeny all;\n',
    proxy_headers: 'proxy_set_header Host $host;\nproxy_set_header X-Real-IP $remote_addr;\n',
    'conf.d/off.conf': SITE.replace(/^/gm, '# '),
    // a few lines that only nginx means so
    'deploy/old-paths': 'rewrite ^/old$ /new permanent;\nrewrite ^/a/(.*)$ /b/$1 last;\n',
    'deploy/offices': 'allow 10.0.0.0/8;\ndeny all;\n',
    'dns.conf': 'resolver 127.0.0.11 valid=30s;\n',
    'closed.conf': 'return 503;\n',
    'deploy/defaults': 'set $skip 0;\n',
    'deploy/skip': 'set $skip 0;\nif ($request_method = POST) {\n    set skip 1;\n}\n',
    // a domain of Moldova
    'nginx/sites-available/shop.md': SITE,
    'one-line': 'server{listen 80;location /{proxy_pass http://app:8000;}}',
    'windows.inc': SITE.replaceAll('\n', '\r\n'),
    'mark.site': `\uFEFF${SITE}`,
    'params.in': SITE.replace('80', '@PORT@'),
    'braces.conf': SITE.replace('80', '{PORT}').replace('app', '{APP_HOST}'),
    'percent.conf': SITE.replace('80', '%(port)s'),
    'formatted.template': SITE.replace(/\{$/gm, '{{').replace(/\}$/gm, '}}').replace('app', '{app}'),
    // a mistake of a person does not make it anyone else's
    'deploy/broken.conf': SITE.replace('listen 80;', 'listen 80').replace('proxy_pass', 'proxy_pas'),
    'up/streams': 'upstream db {\n    server 10.0.0.1:5432;\n}\nserver {\n    listen 5432;\n    proxy_pass db;\n}\n',
  };
  for (const [path, text] of Object.entries(texts)) assert.equal(verdictOn(text, path, catalog), 'nginx', path);
});

test('a text that goes on behind what was read is judged by its beginning', () => {
  const long = `${'# a comment\n'.repeat(200)}${SITE}`;
  assert.equal(verdictOn(long.slice(0, long.length - 12), 'a.conf', catalog, false), 'nginx');
});

test('files whose names say what they are are not opened', () => {
  for (const path of ['src/app.ts', 'README.md', 'a.png', 'x/LICENSE', 'k8s/a.yaml', 'Makefile', 'requirements.txt', '.bashrc'])
    assert.equal(isPlausible(path), false, path);
  for (const path of [
    'deploy/site',
    'a.conf',
    'example.com',
    'x.conf.j2',
    'nginx.conf.txt',
    'site.vhost.erb',
    'etc/haproxy.cfg',
    'site.conf.liquid',
    'nginx.hbs',
    'site.mako',
  ])
    assert.equal(isPlausible(path), true, path);
});

test('files of other programs are left alone below a folder called nginx, also when they are named', () => {
  const others: Readonly<Record<string, string>> = {
    'logstash.conf': FOREIGN['logstash/pipeline.conf']!,
    'application.conf': FOREIGN['src/application.conf']!,
    'reference.conf': 'play {\n  server {\n    http {\n      port = 9000\n      address = "0.0.0.0"\n    }\n  }\n}\n',
    'dovecot.conf': FOREIGN['nginx/dovecot.conf']!,
    'www.conf': FOREIGN['php/www.conf']!,
    'redis.conf': FOREIGN['redis.conf']!,
    'supervisord.conf': FOREIGN['supervisord.conf']!,
    'apache.conf': FOREIGN['apache/vhost.conf']!,
    'httpd.conf': 'ServerRoot "/etc/httpd"\nListen 80\nLoadModule rewrite_module modules/mod_rewrite.so\n',
    'haproxy.conf': FOREIGN['haproxy.cfg']!,
    'settings.conf': '# of the panel\nname = value\nother = 1\n',
  };
  for (const [name, text] of Object.entries(others)) {
    assert.notEqual(verdictOn(text, `nginx/${name}`, catalog), 'nginx', name);
    assert.ok(isForeign(text, `nginx/${name}`, catalog), name);
  }
  // what is being typed, and what is called after nginx, is nginx's
  for (const [name, text] of [
    ['nginx/conf.d/site.conf', 'listen 80\n'],
    ['nginx/conf.d/site.conf', 'servre {\n    listen 80;\n}\n'],
    ['nginx/nginx.conf', 'worker processes auto\n'],
    ['nginx/nginx.conf', 'events = {}\nhttp = {}\n'],
  ] as const)
    assert.ok(!isForeign(text, name, catalog), text);
});
