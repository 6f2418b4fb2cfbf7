import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RawSettings } from '../../server/src/config/settings-file.ts';
import { hover } from '../../server/src/features/hover.ts';
import { inside, world } from './world.ts';

type Needle = string | RegExp;

/** The one caller of hover(): every text must occur; `not` must not; `over` is the text that the hover marks. */
async function checkHover(
  text: string,
  expected: Needle | readonly Needle[] | null,
  options: { not?: readonly Needle[]; over?: string; settings?: RawSettings } = {},
): Promise<void> {
  const w = await world(text, options.settings);
  const rules = [{ id: 'alias-traversal', title: 'A title', why: 'A reason.' }];
  const found = hover(w.configs, w.file, w.offset, { rules });
  if (expected === null) {
    assert.equal(found, null);
    return;
  }
  assert.ok(found, 'no hover');
  const holds = (n: Needle): boolean => (typeof n === 'string' ? found.markdown.includes(n) : n.test(found.markdown));
  for (const needle of [expected].flat()) assert.ok(holds(needle as Needle), `${needle} is missing in:\n${found.markdown}`);
  for (const needle of options.not ?? []) assert.ok(!holds(needle), `${needle} should not be in:\n${found.markdown}`);
  if (options.over !== undefined) assert.equal(w.file.text.slice(found.span.start, found.span.end), options.over);
}

const http = (text: string): string => `events {}\nhttp {\n${text}\n}\n`;

describe('directives', () => {
  test('syntax, places, default, module and manual', () =>
    checkHover(
      inside('location', 'gz<|>ip on;'),
      [
        'gzip on | off;',
        'Where: http, server, location, if in location',
        'Default: `off`',
        'ngx_http_gzip_filter_module',
        'https://nginx.org/en/docs/http/ngx_http_gzip_module.html#gzip',
      ],
      { over: 'gzip' },
    ));
  test('value inherited from http', () =>
    checkHover(
      '#- nginx.conf\nhttp { gzip on; include site.conf; }\n#- site.conf\nserver { location / { gz<|>ip; } }',
      'In force here: `gzip on` (http, nginx.conf:1)',
    ));
  test('the default of the target', () =>
    checkHover(http('server { keepalive_requests<|>; }'), '`keepalive_requests 100` (the default)', {
      settings: { nginxVersion: '1.18.0' },
    }));
  test('what it replaces, with its file and line', () =>
    checkHover(
      '#- nginx.conf\nevents {}\nhttp {\n  gzip on;\n  include site.conf;\n}\n#- site.conf\nserver {\n  location / { gz<|>ip off; }\n}',
      ['It replaces', '`gzip on` (http, nginx.conf:3)'],
    ));
  test('a list hides the outer lines', () =>
    checkHover(http('add_header A 1;\nadd_header B 2;\nserver { location / { add_<|>header C 3; } }'), [
      'It hides',
      '`add_header A 1` (http, nginx.conf:3)',
      '`add_header B 2` (http, nginx.conf:4)',
    ]));
  test('merged headers hide nothing', () =>
    checkHover(
      http('add_header A 1;\nserver { add_header_inherit merge; location / { add_<|>header C 3; } }'),
      ['In force here, 2 lines', '`add_header A 1`'],
      { not: ['It hides'] },
    ));
  test('where a line may stand that is not seen, what is in force rests on it, and says so', async () => {
    const why = /unless a line that is not seen says otherwise: the file .*hidden\.conf.* is not seen/;
    await checkHover(http('server { include hidden.conf; location / { keepalive_requests<|>; } }'), ['(the default)', why]);
    await checkHover(http('gzip on;\nserver { include hidden.conf; location / { gz<|>ip; } }'), ['`gzip on` (http, nginx.conf:3)', why]);
    await checkHover(http('gzip on;\nserver { gzip off; location / { gz<|>ip; } location /b/ { include hidden.conf; } }'), '`gzip off`', {
      not: [/not seen/],
    });
  });
  test('allow hides an outer deny', () => checkHover(http('deny all;\nserver { all<|>ow 10.0.0.0/8; }'), ['It hides', '`deny all`']));
  test('all lines of the level', () =>
    checkHover(http('server {\nproxy_set_header A 1;\nproxy_set_<|>header B 2;\n}'), [
      'In force here, 2 lines',
      '`proxy_set_header A 1` (server, nginx.conf:4)',
    ]));
  test('a file included from two servers has two values', () =>
    checkHover(
      '#- nginx.conf\nevents {}\nhttp {\n  server { server_name a; gzip on; location / { include x.conf; } }\n  server { server_name b; gzip off; location / { include x.conf; } }\n}\n#- x.conf\ngz<|>ip;\n',
      ['**In location /** (by nginx.conf:3)', '`gzip on` (server a, nginx.conf:3)', '`gzip off` (server b, nginx.conf:4)'],
    ));
  test('two servers with one value say it once', () =>
    checkHover(
      '#- nginx.conf\nevents {}\nhttp {\n gzip on;\n server { include x.conf; }\n server { include x.conf; }\n}\n#- x.conf\ngz<|>ip;\n',
      'In force here: `gzip on` (http, nginx.conf:3)',
      { not: ['**In'] },
    ));
  test('proxy_pass is not inherited', () =>
    checkHover(inside('location', 'proxy_<|>pass http://a;'), 'Inner levels do not inherit it', { not: ['In force'] }));
  test('the server of an upstream is not the server of http', () => checkHover(inside('upstream', 'ser<|>ver a:1;'), /Where: upstream/));
  test('stream has its own prose and place', () => checkHover(inside('stream-server', 'list<|>en 1;'), 'Where: server (stream)'));
  test('deprecated', () => checkHover(http('http2_max_field_si<|>ze 4k;'), 'large_client_header_buffers'));
  test('removed', () => checkHover(inside('server', 's<|>sl on;'), ['Removed in 1.25.1', 'listen']));
  test('younger than the target', () =>
    checkHover(inside('server', 'http<|>2 on;'), 'Comes with nginx 1.25.1', { settings: { nginxVersion: '1.24.0' } }));
  test('a module that the build lacks', () =>
    checkHover(inside('server', 'bro<|>tli on;'), 'this build lacks', { settings: { build: 'plain' } }));
  test('an argument that says it all gets the directive', () =>
    checkHover(inside('location', 'gzip o<|>n;'), 'Default: `off`', { over: 'on' }));
  test('unknown directives say nothing', () => checkHover(inside('location', 'fro<|>bnicate on;'), null));
  test('white space says nothing', () => checkHover(inside('location', 'gzip on; <|> gzip_vary on;'), null));
});

describe('locations', () => {
  test('a prefix', () => checkHover(inside('server', 'loca<|>tion /a { }'), 'begin with `/a`'));
  test('an exact one', () => checkHover(inside('server', 'loca<|>tion = /a { }'), 'the path `/a` and no other'));
  test('before expressions', () => checkHover(inside('server', 'loca<|>tion ^~ /a { }'), 'not tried'));
  test('what it inherits', () =>
    checkHover(http('client_max_body_size 5m;\nserver {\nroot /srv;\nloca<|>tion / { }\n}'), [
      'Inherited:',
      '`client_max_body_size 5m` (http, nginx.conf:3)',
      '`root /srv` (server, nginx.conf:5)',
    ]));
  test('what it sets itself is not inherited', () =>
    checkHover(http('server {\nroot /srv;\nloca<|>tion / { root /x; }\n}'), 'begin with', { not: ['Inherited'] }));
});

describe('variables', () => {
  test('nginx’s own', () =>
    checkHover(inside('location', 'return 200 $remo<|>te_addr;'), ['For example', 'var_remote_addr'], { over: '$remote_addr' }));
  test('in quotes and braces', () => checkHover(inside('location', 'return 200 "a ${ho<|>st} b";'), '$host', { over: '${host}' }));
  test('a member of a family', () =>
    checkHover(
      inside('location', 'return 200 $http_x_<|>token;'),
      ['$http_x_token', 'The request header `X-Token`.', 'Family: `$http_…`'],
      {
        not: ['For example'],
      },
    ));
  test('each family names its member', async () => {
    await checkHover(inside('location', 'return 200 $http_upg<|>rade;'), 'The request header `Upgrade`.');
    await checkHover(inside('location', 'return 200 $arg_pa<|>ge;'), 'The query argument `page`.');
    await checkHover(inside('location', 'return 200 $cookie_session<|>id;'), 'The request’s cookie `sessionid`.');
    await checkHover(inside('location', 'return 200 $upstream_http_x_<|>frame_options;'), '`X-Frame-Options`');
  });
  test('a default of several lines is several lines', () =>
    checkHover(
      inside('location', 'proxy_set_<|>header'),
      'In force here: `proxy_set_header Host $proxy_host` and `proxy_set_header Connection close` (the default)',
      { settings: { nginxVersion: '1.22.1' } },
    ));
  test('a map that makes a variable is shown without the indentation around it', () =>
    checkHover(
      'events {}\nhttp {\n    map $http_upgrade $mine {\n        default x;\n    }\n    server { return 200 $mi<|>ne; }\n}\n',
      'map $http_upgrade $mine {\n    default x;\n}\n',
    ));
  test('made by set', () =>
    checkHover(http('server {\nset $a 1;\nreturn 200 $<|>a;\n}'), ['`set $a 1` (server, nginx.conf:4)', 'Used once']));
  test('made by a map, which is shown', () =>
    checkHover(http('map $uri $kind { /a one; default two; }\nserver { return 200 $ki<|>nd; }'), ['`map $uri $kind`', '/a one;']));
  test('captured by name', () =>
    checkHover(http('server { location ~ ^/(?<id>\\d+)$ { return 200 $i<|>d; } }'), ['captured by', 'location ~ ^/(?<id>\\d+)$']));
  test('captured by number', () => checkHover(http('server { location ~ ^/(a+)/(\\d+)$ { return 200 $<|>2; } }'), ['Group 2', '`(\\d+)`']));
  test('a group that is not there', () => checkHover(http('server { location ~ ^/(a+)$ { return 200 $<|>2; } }'), 'has no group 2'));
  test('a number without an expression', () => checkHover(http('server { return 200 $<|>1; }'), 'is empty here'));
  test('the group of a rewrite', () => checkHover(inside('server', 'rewrite ^/old/(.*)$ /new/$<|>1 last;'), ['Group 1', '`(.*)`']));
  test('nobody makes it', () => checkHover(inside('server', 'return 200 $nobo<|>dy;'), 'Nothing defines `$nobody`'));
  test('given a value by set, yet nginx’s own', () =>
    checkHover(inside('server', 'set $arg<|>s a=1;'), ['Given a value here', 'var_args']));
  test('in a value of a map', () => checkHover(http('map $uri $a { default $ho<|>st; }'), 'var_host'));
  test('in an if', () => checkHover(inside('server', 'if ($request_met<|>hod = POST) { return 405; }'), 'var_request_method'));
});

describe('names', () => {
  const APP =
    'upstream app {\n  least_conn;\n  server 10.0.0.1:8000 weight=3;\n  server 10.0.0.2;\n  server 10.0.0.3:8000 backup;\n  keepalive 16;\n}\n';
  test('an upstream with its servers and strategy', () =>
    checkHover(
      http(`${APP}server { location / { proxy_pass http://a<|>pp; } }`),
      ['fewest open connections', '`10.0.0.1:8000`: weight 3', '`10.0.0.2:80`', '`10.0.0.3:8000`: backup', 'up to 16 idle', 'Used once'],
      { over: 'app' },
    ));
  test('at its declaration', () => checkHover(http(APP.replace('app', 'a<|>pp')), ['fewest open connections', 'Used nowhere']));
  test('one server', () =>
    checkHover(http('upstream a { server x:1 max_fails=5; }\nserver { location / { proxy_pass http://<|>a; } }'), [
      'One server takes all',
      'have no effect',
    ]));
  test('a hash', () =>
    checkHover(
      http('upstream a { hash $uri consistent; server x:1; server y:1; }\nserver { location / { proxy_pass http://<|>a; } }'),
      'by a hash of `$uri`, consistent',
    ));
  test('a zone of requests with its room and rate', () =>
    checkHover(http('limit_req_zone $binary_remote_addr zone=one:10m rate=30r/m;\nserver { limit_req zone=o<|>ne; }'), [
      'about 81,000 addresses',
      '10,485,760 bytes (10 MiB)',
      '30 per minute: one request every 2 seconds',
    ]));
  test('a zone of connections holds twice as many', () =>
    checkHover(http('limit_conn_zone $binary_remote_addr zone=two:10m;\nserver { limit_conn t<|>wo 5; }'), 'about 160,000 addresses'));
  test('a cache', () =>
    checkHover(http('proxy_cache_path /c keys_zone=st:10m max_size=1g inactive=1h;\nserver { proxy_cache s<|>t; }'), [
      'about 81,000 keys',
      'at most 1g',
      'in 1h',
    ]));
  test('a log format', () =>
    checkHover(http("log_format long '$uri $status';\nserver { access_log /a lo<|>ng; }"), "log_format long '$uri $status'"));
  test('a named location', () =>
    checkHover(inside('server', 'location @app { proxy_pass http://x; }\nlocation / { try_files $uri @a<|>pp; }'), [
      'named location @app',
      'proxy_pass http://x;',
    ]));
  test('a name that nobody declares falls back', () => checkHover(inside('server', 'limit_conn no<|>ne 5;'), 'limit_conn'));
});

describe('regular expressions', () => {
  test('groups, names and a sample', () =>
    checkHover(inside('server', 'location ~ "^/(?<y>\\d{4})/(\\w+)\\.ht<|>ml$" { }'), [
      'It matches, for example, `/1111/a.html`',
      '`$y`, `$1`: `(?<y>\\d{4})`, there `1111`',
      '`$2`: `(\\w+)`, there `a`',
    ]));
  test('an ending', () =>
    checkHover(inside('server', 'location ~* \\.(jpg|png)<|>$ { }'), ['whatever the case', '`/file.jpg`', 'matches anywhere in the path']));
  test('what PCRE2 refuses', () =>
    checkHover(inside('server', 'location ~ ^/(a<|> { }'), ['PCRE2 refuses', 'missing closing parenthesis']));
  test('look-ahead: the sample is only shown when it holds', () =>
    checkHover(inside('server', 'rewrite ^/(?!adm<|>in)(.*)$ /x;'), 'It matches, for example, `/x`'));
  test('none where it would need thought', () =>
    checkHover(inside('server', 'location ~ ^/(?=b)a<|>$ { }'), 'Regular expression', { not: ['for example'] }));
  test('in a map', () => checkHover(http('map $uri $a { ~*^/sta<|>tic/ 1; }'), ['whatever the case', '`/static/`']));
  test('in server_name', () => checkHover(inside('server', 'server_name ~^(www\\.)?exa<|>mple\\.com$;'), '`www.example.com`'));
  test('in if', () => checkHover(inside('server', 'if ($uri ~ "^/a{2,<|>3}") { return 404; }'), '`/aa`'));
});

describe('values', () => {
  test('times', () => checkHover(inside('location', 'proxy_read_timeout 1h<|>30m;'), '1 hour 30 minutes (5,400 s)'));
  test('a time without a unit counts seconds', () => checkHover(inside('location', 'proxy_read_timeout 9<|>0;'), '1 minute 30 seconds'));
  test('milliseconds', () => checkHover(inside('location', 'proxy_connect_timeout 500<|>ms;'), '500 milliseconds'));
  test('sizes', () => checkHover(inside('location', 'client_max_body_size 1<|>0m;'), '10,485,760 bytes (10 MiB)'));
  test('buffers', () =>
    checkHover(inside('location', 'proxy_buffers 8 16<|>k;'), ['16,384 bytes (16 KiB) each', '131,072 bytes (128 KiB) for 8']));
  test('rates', () =>
    checkHover(inside('http', 'limit_req_zone $uri zone=a:10m rate=10r<|>/s;'), '10 per second: one request every 100 milliseconds'));
  test('parameters', () => checkHover(inside('upstream', 'server a:1 fail_time<|>out=1m;'), ['failures count', '1 minute']));
  test('a deprecated parameter', () => checkHover(inside('server', 'listen 443 ssl htt<|>p2;'), ['Deprecated since 1.25.1', 'http2 on;']));
  test('status codes', () => checkHover(inside('location', 'return 4<|>29;'), '**429** Too many requests'));
  test('the code of nginx alone', () => checkHover(inside('location', 'return 4<|>44;'), 'close the connection'));
  test('ciphers', () =>
    checkHover(inside('server', 'ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:AES128<|>-SHA:NOPE;'), [
      'selects 2 suites',
      '`ECDHE-RSA-AES128-GCM-SHA256`\n',
      '`AES128-SHA`: no-forward-secrecy, cbc',
      '`NOPE`',
      '`TLS_AES_256_GCM_SHA384`',
    ]));
  test('ciphers that select nothing', () => checkHover(inside('server', 'ssl_ciphers NO<|>PE;'), 'selects nothing'));
  test('listen', () => checkHover(inside('server', 'listen 80<|>80;'), 'every IPv4 address of the machine, TCP port 8080'));
  test('listen on IPv6', () => checkHover(inside('server', 'listen [::]:4<|>43 quic;'), 'every IPv6 address of the machine, UDP port 443'));
  test('listen on a socket', () => checkHover(inside('server', 'listen unix:/run/a.s<|>ock;'), 'socket `/run/a.sock`'));
});

describe('where things go', () => {
  test('an include with its files', () =>
    checkHover(
      '#- nginx.conf\nevents {}\nhttp { include c/*.co<|>nf; }\n#- c/b.conf\n\n#- c/a.conf\n\n',
      /Reads 2 files, in this order:\n\n- `c\/a\.conf`\n- `c\/b\.conf`/,
    ));
  test('a mask that matches nothing', () => checkHover(http('include x/*.co<|>nf;'), 'No file matches'));
  test('a missing file', () => checkHover(http('include x/a.co<|>nf;'), 'no such file'));
  test('proxy_pass that replaces the prefix', () =>
    checkHover(inside('server', 'location /api/ { proxy_pass http://127.0.0.1:80<|>00/v2/; }'), [
      '`127.0.0.1:8000`',
      '`/api/path` is asked for as `/v2/path`',
    ]));
  test('the slash that shifts', () =>
    checkHover(inside('server', 'location /a { proxy_pass http://127.0.0.1:80<|>00/; }'), '`/a/path` is asked for as `//path`'));
  test('proxy_pass that keeps the URI', () =>
    checkHover(inside('server', 'location /api/ { proxy_pass https://127.0.0.1:80<|>00; }'), ['over TLS', 'sent on as it came']));
  test('an exact location', () =>
    checkHover(inside('server', 'location = /a { proxy_pass http://127.0.0.1:80<|>00/b; }'), '`/a` is asked for as `/b`'));
});

describe('comments', () => {
  test('a silenced rule', () =>
    checkHover(
      inside('server', '# proxylens-ignore alias-tra<|>versal: on purpose\nlocation /a { alias /b/; }'),
      ['is suppressed', 'Reason: on purpose', 'A title.', 'A reason.'],
      { over: 'alias-traversal' },
    ));
  test('an ordinary comment', () => checkHover(inside('server', '# gz<|>ip'), null));
});

describe('sentences that were wrong once', () => {
  test('a named location is reached by the backend and by scripts too', () =>
    checkHover(inside('server', 'loca<|>tion @a { }'), ['`X-Accel-Redirect: @name`'], { not: ['only from'] }));
  test('$invalid_referer needs no valid_referers', () =>
    checkHover(inside('server', 'if ($invalid_<|>referer) { return 403; }'), ['Empty, too, where no valid_referers is in force'], {
      not: ['unknown'],
    }));
  test('a proxy_pass with variables needs no resolver for a group', () =>
    checkHover(inside('location', 'proxy_<|>pass http://$a;'), ['for every name that is no upstream']));
  test('http2 is spoken on sockets without TLS too', () =>
    checkHover(inside('server', 'ht<|>tp2 on;'), ['on all sockets of this server', 'without TLS to clients that begin with it']));
  test('a group whose name a variable carries is used', () =>
    checkHover(
      http('upstream st<|>able { server a:1; }\nmap $uri $pool { default stable; }\nserver { location / { proxy_pass http://$pool; } }'),
      ['Used once.'],
      { not: ['Used nowhere'] },
    ));
  test('a variable that an old nginx has', () =>
    checkHover(inside('server', 'if ($ancient_<|>browser) { return 403; }'), ['0.4.3'], {
      settings: { nginxVersion: '1.12.2' },
      not: ['1.13.4'],
    }));
});

describe('defaults in nginx’s own spelling', () => {
  test('of several lines', () =>
    checkHover(inside('server', 'proxy_set_<|>header A b;'), ['Default: `Host $proxy_host`, `Connection close`']));
  test('of a number that the source names', () => checkHover(inside('server', 'max_ra<|>nges 1;'), ['Default: `2147483647`']));
});

describe('where a directive may not stand', () => {
  test('its hover says where it may', () =>
    checkHover(inside('server', 'if ($uri) {\n  proxy_set_<|>header A b;\n}'), [
      /nginx takes no `proxy_set_header` in/,
      /It may stand in .*location/,
    ]));
  test('the entry of a map is no directive', () => checkHover(inside('http', 'map $uri $a { ro<|>ot 1; }'), null));
});
