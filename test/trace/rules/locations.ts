/** Section 4: which location, and what follows from it at once. */
import { chapter, row } from '../rows.ts';

const loc = (head: string, name: string, inside = ''): string => `location ${head} { ${inside || `return 200 "${name}";`} }\n`;

export const LOCATIONS = chapter(
  'Finding the location',
  row(
    'exact, longest prefix, ^~, regexes in order',
    loc('= /exact', 'exact') +
      loc('/', 'root') +
      loc('/exact', 'prefix') +
      loc('/img/', 'img') +
      loc('^~ /img/raw/', 'raw') +
      loc('~ \\.png$', 'png') +
      loc('~* \\.(png|jpg)$', 'caseless') +
      loc('~ ^/img/.*x', 'later'),
    ['GET /exact', { status: 200, body: 'exact', loc: '= /exact' }],
    ['GET /exactly', { body: 'prefix', loc: '/exact' }],
    ['GET /other', { body: 'root', loc: '/' }],
    ['GET /img/a', '200 img'],
    ['GET /img/a.png', { body: 'png', loc: '~ \\.png$' }],
    ['GET /img/a.PNG', '200 caseless'],
    ['GET /img/a.jpg', '200 caseless'],
    ['GET /img/x.png', '200 png'],
    ['GET /img/raw/x.png', { body: 'raw', loc: '^~ /img/raw/' }],
    ['GET /IMG/a', '200 root'],
    ['GET /%69mg/a', '200 img'],
  ),
  row(
    'a prefix is text, not a folder',
    loc('/pre', 'pre') + loc('/pref', 'pref'),
    ['GET /prefix', '200 pref'],
    ['GET /prx', '404'],
    ['GET /preX', '200 pre'],
  ),
  row(
    'no location: the server level',
    'default_type text/x; location /a { return 200 a; } root /srv/nginx/www;',
    ['GET /b.txt', { status: 200, file: 'www/b.txt', loc: null }],
    ['GET /none', '404'],
  ),
  row(
    'names are compared with the decoded path',
    loc('"/a b"', 'space') + loc('/%25', 'literal') + loc('= /%', 'percent'),
    ['GET /a%20bc', '200 space'],
    ['GET /%25', '200 percent'],
    ['GET /%2525', '200 literal'],
  ),
  row(
    'nested: exact and regex inside end the search, the inner regex goes before the outer ones',
    `location /a/ { return 200 outer; ${loc('= /a/x', 'exact')} ${loc('/a/b/', 'inner')} ${loc('~ y$', 'inner regex')} }\n${loc('~ (y|z)$', 'outer regex')}`,
    ['GET /a/x', '200 exact'],
    ['GET /a/q', '200 outer'],
    ['GET /a/b/q', '200 inner'],
    ['GET /a/by', '200 inner regex'],
    ['GET /a/b/y', '200 inner regex'],
    ['GET /a/z', '200 outer regex'],
    ['GET /a/b/z', '200 outer regex'],
  ),
  row(
    'a plain location in ^~ does not bring the server’s regexes back',
    `location ^~ /a/ { return 200 outer; ${loc('/a/b/', 'inner')} }\n${loc('~ z$', 'regex')}`,
    ['GET /a/z', '200 outer'],
    ['GET /a/b/z', '200 inner'],
    ['GET /z', '200 regex'],
  ),
  row(
    'a ^~ location in a plain one stops only the regexes of its level',
    `location /a/ { return 200 outer; ${loc('^~ /a/b/', 'inner')} ${loc('~ y$', 'inner regex')} }\n${loc('~ (y|z)$', 'regex')}`,
    ['GET /a/b/y', '200 regex'],
    ['GET /a/b/z', '200 regex'],
    ['GET /a/y', '200 inner regex'],
    ['GET /a/b/q', '200 inner'],
  ),
  row(
    'a regex location and what is nested in it',
    `location ~ ^/r/ { return 200 "outer $1"; ${loc('~ ^/r/(.)x', 'inner $1')} }\n`,
    ['GET /r/ax', '200 inner a'],
    ['GET /r/q', '200 outer '],
  ),
  row(
    'captures of the location can be used',
    'location ~ ^/u/(?<name>[^/]+)/(.*)$ { return 200 "$1|$2|$name"; } location ~* ^/(NONE)?(k) { return 200 "$1|$2"; }',
    ['GET /u/bob/x/y', '200 bob|x/y|bob'],
    ['GET /K', '200 |K'],
  ),
  row(
    'the slash form of a location that passes on',
    'location /app/ { proxy_pass http://127.0.0.1:9001; } location /uw/ { uwsgi_pass 127.0.0.1:9002; } location /st/ { root /srv/nginx/www; } location ~ /ap { return 200 regex; } location /both/ { proxy_pass http://127.0.0.1:9001; } location = /both { return 200 both; }',
    ['GET /app', '301 -> http://a:8080/app/'],
    ['GET /app?x=1', '301 -> http://a:8080/app/?x=1'],
    ['GET /uw', '301 -> http://a:8080/uw/'],
    ['GET /appx', '200 regex'],
    ['GET /st', '404'],
    ['GET /both', '200 both'],
  ),
  row(
    'inside a regular expression only regular expressions are looked for',
    `location ~ /in { location /in/ { return 200 prefix; } location = /in { return 200 exact; } location ^~ /in/y { return 200 own; }
       location ~ y$ { return 200 "inner"; } return 200 pattern; }
     location /a { location ~ /a/b { location /a/b/c { return 200 deep; } return 200 ab; } return 200 a; }`,
    ['GET /in', '200 pattern'],
    ['GET /in/', '200 pattern'],
    ['GET /in/y', '200 inner'],
    ['GET /in/yx', '200 pattern'],
    ['GET /a/b/c', '200 ab'],
  ),
  row(
    'names inside a regular expression may be there twice',
    'location ~ /in { location /in/ { return 200 a; } location /in/ { return 200 b; } return 200 pattern; }',
    ['GET /in/', '200 pattern'],
  ),
  row('the name of the slash form is escaped', 'location "/a b/" { proxy_pass http://127.0.0.1:9001; }', [
    'GET /a%20b',
    '301 -> http://a:8080/a%20b/',
  ]),
  row(
    'internal: 404 from outside, open for redirects and rewrites',
    'location /in/ { internal; return 200 in; } location /e { error_page 418 /in/x; return 418; } location /r { rewrite ^ /in/r; } location /in/n/ { return 200 nested; } rewrite ^/s$ /in/s;',
    ['GET /in/x', '404'],
    ['GET /e', { status: 418, body: 'in' }],
    ['GET /r', '200 in'],
    ['GET /s', '200 in'],
    ['GET /in/n/', '200 nested'],
  ),
  row('internal goes on to nested locations', 'location /in/ { internal; location /in/n/ { return 200 nested; } }', ['GET /in/n/', '404']),
  row(
    'limit_except: its block replaces the location for other methods, GET implies HEAD',
    'location / { limit_except GET { deny all; } proxy_pass http://127.0.0.1:9001; } location /h { limit_except HEAD { deny all; } root /srv/nginx/www; } location /two { limit_except GET POST { return 405; } return 200 ok; }'.replace(
      '{ return 405; }',
      '{ deny all; }',
    ),
    ['GET /', '=> /'],
    ['HEAD /', '=> /'],
    ['POST /', '403'],
    ['FOO /', '403'],
    ['GET /h', '403'],
    ['HEAD /h', '404'],
    ['POST /two', '200 ok'],
  ),
  row(
    'limit_except passes the request on as its location does',
    'location /a/ { limit_except GET { allow all; } proxy_pass http://127.0.0.1:9001/b/; } ',
    ['GET /a/x', '=> /b/x'],
    ['POST /a/x', '=> /b/x'],
  ),
);
