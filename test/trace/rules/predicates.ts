/** Locations that ask a variable: nginx 1.31.5 and later, and what earlier versions make of the same text. */
import { chapter, row, since, until } from '../rows.ts';

const says = (head: string, name: string, inside = ''): string => `location ${head} { ${inside} return 200 "${name}"; }\n`;

export const PREDICATES = chapter(
  'Predicate locations',
  since(
    '1.31.5',
    row(
      'a regex beats a variable, a variable beats a plain prefix, an exact name and ^~ beat the variable',
      says('$arg_t', 'asked') + says('/', 'root') + says('= /e', 'exact') + says('~ \\.x$', 'pattern') + says('^~ /own/', 'own'),
      ['GET /?t=1', { body: 'asked', loc: '$arg_t' }],
      ['GET /', { body: 'root', loc: '/' }],
      ['GET /e?t=1', '200 exact'],
      ['GET /a.x?t=1', '200 pattern'],
      ['GET /own/a.y?t=1', '200 own'],
    ),
  ),
  since(
    '1.31.5',
    row(
      'true is what is neither empty nor exactly 0',
      says('$arg_t', 'asked') + says('/', 'root'),
      ['GET /?t=0', '200 root'],
      ['GET /?t=', '200 root'],
      ['GET /?t=00', '200 asked'],
      ['GET /?t=off', '200 asked'],
    ),
  ),
  since(
    '1.31.5',
    row(
      'the first true one of the file wins, wherever it stands',
      says('/', 'root') + says('$arg_a', 'a') + says('/p', 'p') + says('$arg_b', 'b') + says('$arg_a', 'again'),
      ['GET /p?b=1&a=1', '200 a'],
      ['GET /p?b=1', '200 b'],
      ['GET /p', '200 p'],
    ),
  ),
  since(
    '1.31.5',
    row(
      'a match inside the longest prefix ends the search, and those inside ^~ are asked',
      `location /in/ { ${says('$arg_i', 'inner')} ${says('~ \\.x$', 'inner pattern')} return 200 "in"; }
       location ^~ /own/ { ${says('$arg_i', 'of own')} return 200 "own"; }
       ${says('$arg_o', 'outer')} ${says('~ \\.z$', 'outer pattern')}`,
      ['GET /in/?i=1&o=1', '200 inner'],
      ['GET /in/a.x?o=1', '200 inner pattern'],
      ['GET /in/a.z?i=1', '200 inner'],
      ['GET /in/?o=1', '200 outer'],
      ['GET /own/?i=1&o=1', '200 of own'],
      ['GET /own/?o=1', '200 own'],
    ),
  ),
  since(
    '1.31.5',
    row(
      'any prefix stands in a predicate location, searched as on every level',
      `location $arg_t { ${says('/api', 'api')} ${says('= /api/x', 'exact')} ${says('~ \\.x$', 'pattern')} return 200 "asked"; } ${says('/', 'root')}`,
      ['GET /api/y?t=1', '200 api'],
      ['GET /api/x?t=1', '200 exact'],
      ['GET /api/y.x?t=1', '200 pattern'],
      ['GET /z?t=1', '200 asked'],
      ['GET /api/y', '200 root'],
    ),
  ),
  since(
    '1.31.5',
    row(
      'a proxied name without its slash is redirected below a variable',
      `location $arg_t { location /app/ { proxy_pass http://127.0.0.1:9001; } } ${says('/', 'root')}`,
      ['GET /app?t=1', '301 -> http://a:8080/app/?t=1'],
      ['GET /app', '200 root'],
    ),
  ),
  since(
    '1.31.5',
    row(
      'a named location is entered past a true variable',
      `location / { try_files /none @named; } location @named { return 200 "named"; } ${says('$arg_t', 'asked')}`,
      ['GET /?t=1', '200 asked'],
      ['GET /', '200 named'],
    ),
  ),
  since(
    '1.31.5',
    row(
      'the variable is read at the look-up: after set of the server, before set of the location',
      `set $now ""; if ($arg_t) { set $now 1; } ${says('$now', 'asked')} location / { set $now 1; rewrite ^/again$ /there last; return 200 "root"; } location /there { return 200 "there"; }`,
      ['GET /a?t=1', '200 asked'],
      ['GET /a', '200 root'],
      ['GET /again', '200 asked'],
    ),
  ),
  since(
    '1.31.5',
    row('alias is the whole path', 'location $arg_t { alias /srv/nginx/www/b.txt; } location / { return 404; }', [
      'GET /anything?t=1',
      { status: 200, file: 'www/b.txt' },
    ]),
  ),
  until(
    '1.31.5',
    row(
      'a prefix that no URI begins with',
      says('$arg_t', 'asked') + says('/', 'root'),
      ['GET /?t=1', '200 root'],
      ['GET /$arg_t', '200 root'],
    ),
  ),
);
