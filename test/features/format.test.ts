import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import { depthAt, type FormatOptions, format, formatOnType } from '../../server/src/features/format.ts';
import type { SourceFile, Statement } from '../../server/src/syntax/statement.ts';
import { parser } from '../harness/assets.ts';
import { validText } from '../syntax/generate.ts';

// the same cases in every run; FC_SEED asks for others
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

const OPTIONS: FormatOptions = { indent: '    ' };
const nginx = await parser();
const open = (text: string, name = 'nginx.conf') => nginx.open(fromPath(`/etc/nginx/${name}`), text);

function formatted(text: string, options: FormatOptions = OPTIONS, name = 'nginx.conf'): string {
  const doc = open(text, name);
  try {
    const result = format(doc, options);
    assert.ok('edits' in result, 'refused' in result ? result.refused : '');
    return applyEdits(text, result.edits);
  } finally {
    doc.dispose();
  }
}

/** All that nginx reads, and the comments. */
function meaning(file: SourceFile): unknown {
  const words = (list: readonly Statement[]): unknown[] =>
    list.map((s) => [
      [s.name, ...s.args].map((w) => w.raw),
      s.block && words(s.block),
      s.rawBody && file.text.slice(s.rawBody.start, s.rawBody.end),
    ]);
  return { body: words(file.body), comments: file.comments.map((c) => c.text.trimEnd()), problems: file.problems.map((p) => p.fault) };
}

/** Formatting keeps the meaning, and a second time changes nothing. */
function holds(text: string, options: FormatOptions = OPTIONS, name = 'nginx.conf'): string {
  const once = formatted(text, options, name);
  const [before, after] = [open(text, name), open(once, name)];
  assert.deepEqual(meaning(after), meaning(before));
  assert.equal(once.replace(/[ \t\r\n]+/g, ''), text.replace(/[ \t\r\n]+/g, ''), 'nothing but white space');
  before.dispose();
  after.dispose();
  assert.equal(formatted(once, options, name), once, 'idempotent');
  return once;
}

const check = (what: string, text: string, expected: string, options: Partial<FormatOptions> = {}, name = 'nginx.conf'): void => {
  test(what, () => assert.equal(holds(text.replace(/^\n/, ''), { ...OPTIONS, ...options }, name), expected.replace(/^\n/, '')));
};

check(
  'blocks, directives, blank lines, the end of the file',
  `

user   www-data ;
events{worker_connections 1024;
}


http {

  server{ listen 80;listen   443 ssl ; location / {
root /srv;}
    }
}


`,
  `
user www-data;
events {
    worker_connections 1024;
}

http {
    server {
        listen 80;
        listen 443 ssl;
        location / {
            root /srv;
        }
    }
}
`,
);

check(
  'comments: own lines, behind code, behind braces',
  `
# top
server { # web
# inside
      listen 80;   # plain
  location / { } # all
  #last
} # server
# end`,
  `
# top
server { # web
    # inside
    listen 80;  # plain
    location / {} # all
    #last
} # server
# end
`,
);

check(
  'comments in one column stay in one',
  `
server {
  listen 80;             # plain
  server_name a.example; # the name
  root  /srv;            # files

  charset utf-8;   # first
}
`,
  `
server {
    listen 80;             # plain
    server_name a.example; # the name
    root /srv;             # files

    charset utf-8;  # first
}
`,
);

check(
  'blocks on one line stay there, if simple and short',
  `
location = /favicon.ico { access_log off;  log_not_found off; }
if ($host){return 444;}
server { location / { return 200; } }
events {}
types {
}
`,
  `
location = /favicon.ico { access_log off; log_not_found off; }
if ($host) { return 444; }
server {
    location / { return 200; }
}
events {}
types {
}
`,
);

check(
  'a block that is too wide for its line',
  'location / { proxy_pass http://backend; proxy_set_header Host $host; }\n',
  'location / {\n    proxy_pass http://backend;\n    proxy_set_header Host $host;\n}\n',
  { maxWidth: 60 },
);

check(
  'continuation lines move together',
  `
http {
  log_format main '$remote_addr - $remote_user [$time_local] '
                  '"$request" $status '
                    '"$http_referer"';
  log_format json escape=json
    '{'
      '"time": "$time_iso8601",'
      '"status": $status'
    '}';
  server_name
     a.example.com
     b.example.com # the second
     c.example.com
     ;
  ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:\\
ECDHE-RSA-AES256-GCM-SHA384;
}
`,
  `
http {
    log_format main '$remote_addr - $remote_user [$time_local] '
                    '"$request" $status '
                      '"$http_referer"';
    log_format json escape=json
        '{'
          '"time": "$time_iso8601",'
          '"status": $status'
        '}';
    server_name
        a.example.com
        b.example.com # the second
        c.example.com
        ;
    ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:\\
ECDHE-RSA-AES256-GCM-SHA384;
}
`,
);

check(
  'values in columns stay in columns',
  `
location / {
  proxy_set_header Host              $host;
  proxy_set_header X-Real-IP         $remote_addr;
  proxy_set_header X-Forwarded-For   $proxy_add_x_forwarded_for;
  proxy_pass   http://app;
}
types {
    text/html                             html htm shtml;
    text/css                              css;
    application/x-javascript-of-long-name js;
}
`,
  `
location / {
    proxy_set_header Host              $host;
    proxy_set_header X-Real-IP         $remote_addr;
    proxy_set_header X-Forwarded-For   $proxy_add_x_forwarded_for;
    proxy_pass http://app;
}
types {
    text/html                             html htm shtml;
    text/css                              css;
    application/x-javascript-of-long-name js;
}
`,
);

check(
  'columns go on over empty lines and comments, from the first line of the file',
  `uwsgi_param  QUERY_STRING    $query_string;
uwsgi_param  REQUEST_METHOD  $request_method;

# the address
uwsgi_param  REMOTE_ADDR     $remote_addr;
include a.conf;
`,
  `uwsgi_param  QUERY_STRING    $query_string;
uwsgi_param  REQUEST_METHOD  $request_method;

# the address
uwsgi_param  REMOTE_ADDR     $remote_addr;
include a.conf;
`,
);

check(
  'columns go on over lines of a template',
  `map $host $x {
    default          0;
    a.example        1;
    {{ range .Hosts }}
    {{ . }}          2;
    {{ end }}
    longer.example   3;
}
`,
  `map $host $x {
    default          0;
    a.example        1;
    {{ range .Hosts }}
    {{ . }}          2;
    {{ end }}
    longer.example   3;
}
`,
  {},
  'map.conf.tmpl',
);

check(
  'values lined up when asked',
  `
server {
  listen 80;
  server_name a b;
  root /srv;

  proxy_set_header Host $host;
  proxy_set_header X-Real-IP $remote_addr;
  add_header X-A "b";
}
`,
  `
server {
    listen      80;
    server_name a b;
    root        /srv;

    proxy_set_header Host      $host;
    proxy_set_header X-Real-IP $remote_addr;
    add_header       X-A "b";
}
`,
  { align: true },
);

check(
  'values not lined up when not asked',
  'uwsgi_param  QUERY_STRING       $query_string;\nuwsgi_param  REQUEST_METHOD     $request_method;\n',
  'uwsgi_param QUERY_STRING $query_string;\nuwsgi_param REQUEST_METHOD $request_method;\n',
  { align: false },
);

check('tabs', 'server {\n    listen 80;\n  location / { }\n}\n', 'server {\n\tlisten 80;\n\tlocation / {}\n}\n', { indent: '\t' });
check('two blank lines, if asked', 'a;\n\n\n\nb;\n', 'a;\n\n\nb;\n', { maxBlankLines: 2 });
check(
  'line ends stay those of the file',
  'server {\r\n listen 80;\r\n\r\n\r\n # note  \r\n}',
  'server {\r\n    listen 80;\r\n\r\n    # note\r\n}\r\n',
);
check('a parenthesis behind a quote', 'if ( $a = "b") { return 200; }\n', 'if ( $a = "b") { return 200; }\n');
check('an empty file', '', '');
check('only comments', '#a\n\n\n  # b', '#a\n\n# b\n');
check('a byte order mark', '\ufeffuser  x;\n', '\ufeffuser x;\n');
check(
  'Lua bodies are left alone',
  'location / {\ncontent_by_lua_block {\n  if a then\n   ngx.say("}")  \n  end\n }\n  }\n',
  'location / {\n    content_by_lua_block {\n  if a then\n   ngx.say("}")  \n  end\n }\n}\n',
);
check('strings over lines are left alone', 'a {\nreturn 200 "x\n   y\n";\n}\n', 'a {\n    return 200 "x\n   y\n";\n}\n');

/** What other formatters have broken. */
for (const [what, text] of [
  ['a JSON log format', `log_format j escape=json '{"a": "$host", "b": {"c": 1}; }';`],
  ['a quantifier', 'location ~ "^/\\d{3}/(\\w{2,4})$" { }'],
  ['an unquoted quantifier', 'rewrite ^/(\\d+)/\\w+$ /$1;'],
  ['braces and semicolons in a string', 'return 200 "a;b{c}";'],
  ['a variable in braces', 'proxy_pass http://${server_name}:8000;'],
  ['an escaped semicolon', 'env A=\\;b;'],
  ['a parenthesis in a comment', '# a (note; with { braces }\nroot /srv;'],
  ['a quote within a word', "add_header X it's;"],
  ['a number sign within a word', 'error_page 404 /a#b;'],
  ['map entries', 'map $http_upgrade $connection_upgrade {\n    default upgrade;\n    "" close;\n    "~^\\d{2}" x;\n}'],
  ['limit_except with an include', 'limit_except GET {\n    include deny.conf;\n}'],
  ['an if with a regex', 'if ($http_user_agent ~* "(bot|spider)\\s{1,3}") {\n    return 403;\n}'],
  ['a comment behind a closing brace', 'server {\n    listen 80;\n} # comment'],
  ['placeholders of an environment', 'listen ${PORT};'],
] as const)
  test(`kept: ${what}`, () => assert.equal(holds(`${text}\n`), `${text}\n`.replace('{ }\n', '{}\n')));

check(
  'Jinja: marks at the margin and at the depth of the block',
  `
server {
{% if tls %}
  listen 443 ssl;
{% else %}
  listen 80;
{% endif %}
  {% for n in names %}
  server_name {{ n }};
  {% endfor %}
  {{ extra }}
  location {{ path }} { proxy_pass http://{{ app }}{% if p %}:{{ p }}{% endif %}; }
}
`,
  `
server {
{% if tls %}
    listen 443 ssl;
{% else %}
    listen 80;
{% endif %}
    {% for n in names %}
    server_name {{ n }};
    {% endfor %}
    {{ extra }}
    location {{ path }} { proxy_pass http://{{ app }}{% if p %}:{{ p }}{% endif %}; }
}
`,
  {},
  'a.conf.j2',
);

check(
  'Jinja: an author who indents within conditions',
  `
server {
  {% if tls %}
    listen 443 ssl;
    {% if http2 %}
      http2 on;
    {% endif %}
  {% else %}
    listen 80;
  {% endif %}
  root /srv;
}
`,
  `
server {
    {% if tls %}
        listen 443 ssl;
        {% if http2 %}
            http2 on;
        {% endif %}
    {% else %}
        listen 80;
    {% endif %}
    root /srv;
}
`,
  {},
  'a.conf.j2',
);

check(
  'Jinja: comments over lines and marks between arguments are left alone',
  '{# a\n     note;  with {  #}\nserver_name a {%  if b  %}  {{ b }}  {% endif %};\n',
  '{# a\n     note;  with {  #}\nserver_name a {%  if b  %}  {{ b }}  {% endif %};\n',
  {},
  'a.conf.j2',
);

check(
  'Go',
  'upstream a {\n{{- range service "app" }}\n server {{ .Address }}:{{ .Port }};\n{{- end }}\n}\n',
  'upstream a {\n{{- range service "app" }}\n    server {{ .Address }}:{{ .Port }};\n{{- end }}\n}\n',
  {},
  'a.ctmpl',
);

for (const [text, reason] of [
  ['server {\n listen 80\n}\n', 'The file is not formatted: in line 2 a ";" is missing. Fix that first.'],
  ['server {\n listen 80;\n', 'The file is not formatted: in line 1 a "}" is missing. Fix that first.'],
  ['a "b;\n', 'The file is not formatted: in line 1 a quote is not closed. Fix that first.'],
] as const)
  test(`refused: ${JSON.stringify(text)}`, () => {
    const doc = open(text);
    const result = format(doc, OPTIONS);
    assert.equal('refused' in result && result.refused, reason);
    doc.dispose();
  });

for (const [name, text, reason] of [
  ['vhost_header.conf.erb', 'server {\n  listen <%= @port %>;\n', 'in line 1 begins a block whose braces the template does not show'],
  ['vhost_footer.conf.erb', '  root <%= @root %>;\n}\n', 'in line 2 ends a block that begins in another file or by a mark of the template'],
] as const)
  test(`half of a block is not laid out: ${name}`, () => {
    const doc = open(text, name);
    const result = format(doc, OPTIONS);
    assert.equal('refused' in result && result.refused, `The file is not formatted: ${reason}. Fix that first.`);
    doc.dispose();
  });

test('a range: its lines only, also where another part of the file is broken', () => {
  const text = 'server {\n listen  80;\n root   /srv;\n index a;\n}\nbroken "x;\n';
  const doc = open(text);
  const at = text.indexOf('root');
  const result = format(doc, { ...OPTIONS, range: { start: at, end: at + 1 } });
  assert.ok('edits' in result);
  assert.equal(applyEdits(text, result.edits), 'server {\n listen  80;\n    root /srv;\n index a;\n}\nbroken "x;\n');
  assert.ok('refused' in format(doc, { ...OPTIONS, range: { start: text.indexOf('broken'), end: text.length } }));
  doc.dispose();
});

test('edits are small: what is right is not touched', () => {
  const text = 'server {\n    listen 80;\n  root  /srv;\n}\n';
  const doc = open(text);
  const result = format(doc, OPTIONS);
  assert.ok('edits' in result);
  assert.deepEqual(
    result.edits.map((e) => [text.slice(e.span.start, e.span.end), e.newText]),
    [
      ['', '  '],
      [' ', ''],
    ],
  );
  doc.dispose();
});

/** `|` is the cursor behind the typed character. */
function typing(source: string, typed: string): string {
  const offset = source.indexOf('|');
  const text = source.replace('|', '');
  const doc = open(text);
  const out = applyEdits(text, formatOnType(doc, offset, typed, OPTIONS));
  doc.dispose();
  return out;
}

test('typing a semicolon lays out the directive', () =>
  assert.equal(typing('server {\n  listen   80  ;|\n  root  x;\n}\n', ';'), 'server {\n    listen 80;\n  root  x;\n}\n'));
test('typing a closing brace lays out the block', () =>
  assert.equal(
    typing('server {\n  location /  {\n root  x;\n    }|\n}\n', '}'),
    'server {\n    location / {\n        root x;\n    }\n}\n',
  ));
test('typing a line feed indents the new line', () => {
  assert.equal(typing('server {\n|\n}\n', '\n'), 'server {\n    \n}\n');
  assert.equal(typing('server {\n    location / {\n|}\n}\n', '\n'), 'server {\n    location / {\n    }\n}\n');
  assert.equal(typing('a "x\n|y";\n', '\n'), 'a "x\ny";\n');
  assert.equal(typing('server_name a\n|b;\n', '\n'), 'server_name a\n    b;\n');
});
test('typing in a block that is not closed yet', () =>
  assert.equal(typing('http {\n    server {\n|', '\n'), 'http {\n    server {\n        '));
test('typing a semicolon in a broken directive does nothing', () => assert.equal(typing('a  "b"c;|\n', ';'), 'a  "b"c;\n'));

test('depth at a place', () => {
  const text = 'http { server { listen 80; } }';
  const doc = open(text);
  assert.deepEqual(
    [0, text.indexOf('server'), text.indexOf('listen'), text.length].map((at) => depthAt(doc, at)),
    [0, 1, 2, 0],
  );
  doc.dispose();
});

const variants: readonly FormatOptions[] = [
  OPTIONS,
  { indent: '\t', align: true },
  { indent: '  ', align: false, maxBlankLines: 0, maxWidth: 40 },
];

test('every configuration of the tests keeps its words and settles at once', () => {
  let seen = 0;
  for (const folder of ['test/nginx/corpus', 'test/sample', 'test/editor'])
    for (const file of fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true }).map(String) : []) {
      if (!/\.(conf|j2|erb|tmpl|template)$/.test(file)) continue;
      const text = fs.readFileSync(path.join(folder, file), 'utf8');
      // a corpus file holds several configurations, each behind a line of its own
      for (const body of text.split(/^#- .*\n/m)) {
        const doc = open(body, path.basename(file));
        const broken = doc.problems.length > 0;
        doc.dispose();
        if (broken) continue;
        seen++;
        for (const options of variants) holds(body, options, path.basename(file));
      }
    }
  assert.ok(seen > 5, `${seen} configurations`);
});

const numRuns = Number(process.env.FORMAT_RUNS ?? 700);
test(`${numRuns} generated configurations keep their words and settle at once`, () => {
  fc.assert(
    fc.property(validText, fc.constantFrom(...variants), (text, options) => {
      holds(text, options);
    }),
    { numRuns },
  );
});

test('generated templates keep their words and settle at once', () => {
  const steering = fc.constantFrom(
    '{% if a %}',
    '{% else %}',
    '{% endif %}',
    '  {% for x in y %}',
    '{% endfor %}',
    '\t{{ extra }}',
    '{# a\n   note #}',
    '{{ a }}: {{ b }};',
  );
  const inner = fc.constantFrom(
    'listen {{ port }};',
    'server {',
    '}',
    '  root {{ a }}/b{% if c %}/d{% endif %};',
    'a {% if b %} c {% endif %} d;',
    '# {{ note }}',
    'b { {{ c }} }',
    'map  a   b;',
    '',
  );
  const text = fc.array(fc.oneof(steering, inner, validText), { maxLength: 14 }).map((lines) => lines.join('\n'));
  let seen = 0;
  fc.assert(
    fc.property(text, fc.constantFrom(...variants), (source, options) => {
      const doc = open(source, 'a.conf.j2');
      const broken = 'refused' in format(doc, options);
      doc.dispose();
      if (broken) return;
      seen++;
      holds(source, options, 'a.conf.j2');
    }),
    { numRuns },
  );
  assert.ok(seen > numRuns / 10, `${seen} without problems`);
});
