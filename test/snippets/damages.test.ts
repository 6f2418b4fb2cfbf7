/** What someone breaks in a site that `new` wrote is found: each damage to each combination, in the wsgi profile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { version } from '../../server/src/catalog/version.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/config/settings.ts';
import { newDeployment } from '../../server/src/snippets/deployment.ts';
import { UWSGI_PARAMS } from '../deployment/real.ts';
import { deployments, whole } from '../harness/deployments.ts';
import { lintText } from '../harness/rules.ts';

const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  profile: 'strict',
  target: { ...DEFAULT_SETTINGS.target, nginx: version('1.22.1-9+deb12u99') },
};

/** By what was done; a text that stays the same does not have the place. */
const DAMAGES: Readonly<Record<string, (site: string) => string>> = {
  'Host is what the client sent': (s) => s.replaceAll('proxy_set_header Host $host;', 'proxy_set_header Host $http_host;'),
  'a semicolon is gone': (s) => s.replace('server_tokens off;', 'server_tokens off'),
  'a brace is gone': (s) => s.replace(/\}\s*$/, ''),
  'the upstream has another name': (s) => s.replace('upstream shop {', 'upstream shops {'),
  'the prefix of static files lost its slash': (s) => s.replace('location /static/ {', 'location /static {'),
  'the prefix of media files lost its slash': (s) => s.replace('location /media/ {', 'location /media {'),
  'TLS 1.0 is on': (s) => s.replace('ssl_protocols TLSv1.2', 'ssl_protocols TLSv1 TLSv1.2'),
  'weak ciphers': (s) => s.replace(/ssl_ciphers .*;/, 'ssl_ciphers ALL;'),
  'no certificate': (s) => s.replace(/^ *ssl_certificate .*\n/m, ''),
  'HSTS is gone': (s) => s.replaceAll(/^ *add_header Strict-Transport-Security.*\n/gm, ''),
  'a location loses the headers': (s) => s.replace(/( {4}location \/ \{\n)(?![\s\S]*location \/ \{)/, '$1        add_header X-Here 1;\n'),
  'the zone is not there': (s) => s.replace(/^limit_req_zone .*\n/m, ''),
  'a directive that nginx does not know': (s) => s.replace('server_tokens off;', 'server_token off;'),
  'a bad value': (s) => s.replace('client_max_body_size 10m;', 'client_max_body_size 10mb;'),
  'a location twice': (s) => s.replace(/\}\s*$/, '    location / {\n        return 404;\n    }\n}\n'),
  'a listing of uploads': (s) => s.replace('location /media/ {', 'location /media/ {\n        autoindex on;'),
  'the version is shown': (s) => s.replaceAll('server_tokens off;', 'server_tokens on;'),
  'a key is gone': (s) => s.replace(/^ *ssl_certificate_key .*\n/m, ''),
  'a quote is gone': (s) => s.replace('"max-age=63072000"', '"max-age=63072000'),
  'the port does not speak TLS': (s) => s.replace(/listen 443 ssl( http2)?;/, 'listen 443;'),
  'a port that is none': (s) => s.replace('listen 443 ssl', 'listen 44300000 ssl'),
  'the name has a scheme': (s) => s.replace('server_name shop.example.com;', 'server_name https://shop.example.com;'),
  'the name has a port': (s) => s.replace(/server_name shop\.example\.com;(?![\s\S]* server_name )/, 'server_name shop.example.com:443;'),
  'the alias lost its slash': (s) => s.replace('alias /srv/shop/static/;', 'alias /srv/shop/static;'),
  'the disk is served': (s) => s.replace('location /media/ {', 'location /pub/ {\n        alias /;\n    }\n    location /media/ {'),
  'HTTPS leads to HTTP': (s) =>
    s.replace('client_max_body_size 10m;', 'client_max_body_size 10m;\n    return 301 http://$host$request_uri;'),
  'redirects to where the client says': (s) =>
    s.replace('location /media/ {', 'location = /go {\n        return 302 $arg_next;\n    }\n    location /media/ {'),
  'a header holds what the client sent': (s) => s.replace('server_tokens off;', 'server_tokens off;\n    add_header X-Path $uri always;'),
  'the counters are open': (s) =>
    s.replace('location /media/ {', 'location = /nginx_status {\n        stub_status;\n    }\n    location /media/ {'),
  'a misspelled block': (s) => s.replace('location /static/ {', 'locaton /static/ {'),
  'a directive at the wrong place': (s) => s.replace('client_max_body_size 10m;', 'client_max_body_size 10m;\n    worker_connections 100;'),
  'a line twice': (s) => s.replace('client_max_body_size 10m;', 'client_max_body_size 10m;\n    client_max_body_size 20m;'),
  'a pattern without an end': (s) => s.replace('location /media/ {', 'location ~ ^/(x {\n    }\n    location /media/ {'),
  'an upload limit in a unit that is none': (s) => s.replace('client_max_body_size 10m;', 'client_max_body_size 10t;'),
  'the application gets one header twice': (s) =>
    s.replace(
      'client_max_body_size 10m;',
      'client_max_body_size 10m;\n    proxy_set_header Host $host;\n    proxy_set_header Host $host;\n    proxy_pass_header X;',
    ),
  'the page for bad times is gone': (s) => s.replace(/ *location = \/down\.html \{[^}]*\}[^}]*\}\n/, ''),
  'a cache for everybody': (s) =>
    `proxy_cache_path /var/cache/nginx/x keys_zone=x:1m max_size=1g;\n${s.replace(
      /(location \/ \{\n)(?![\s\S]*location \/ \{)/,
      '$1        proxy_cache x;\n        proxy_cache_valid any 10m;\n        proxy_ignore_headers Set-Cookie Cache-Control;\n',
    )}`,
  'anybody may run what was uploaded': (s) =>
    s.replace('location /media/ {', 'location ~ \\.php$ {\n        fastcgi_pass unix:/run/php.sock;\n    }\n    location /media/ {'),
  'a variable that nobody sets': (s) => s.replaceAll('$scheme', '$sheme'),
};

for (const answers of deployments().filter((a) => a.mediaRoot !== '' && a.tls === 'own'))
  test(`${answers.framework} under ${answers.server}`, async () => {
    // what nginx ships is at hand, so that nothing is unseen
    const site = newDeployment(answers)[0]!.text.replace('include uwsgi_params;', UWSGI_PARAMS.uwsgi_params.trim());
    const missed: string[] = [];
    let done = 0;
    for (const [name, damage] of Object.entries(DAMAGES)) {
      const text = damage(site);
      if (text === site) continue;
      done++;
      const { findings, sources } = await lintText(whole(text), undefined, SETTINGS);
      if (!findings.length && ![...sources.values()].some((s) => s.problems.length)) missed.push(name);
    }
    assert.deepEqual(missed, []);
    assert.ok(done >= 30, `${done} damages have their place`);
  });
