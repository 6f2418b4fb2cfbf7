import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import type { Document } from '../../server/src/syntax/document.ts';
import type { Statement } from '../../server/src/syntax/statement.ts';
import { holdsPlaceholder, PLACEHOLDERS } from '../../server/src/syntax/template/placeholders.ts';
import { parser } from '../harness/assets.ts';
import { anyText, change, editsOf } from './generate.ts';
import { plainFile, statementsOf } from './show.ts';

// the same cases in every run; FC_SEED asks for others
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

const open = async (name: string, text: string): Promise<Document> => (await parser()).open(fromPath(`/etc/nginx/${name}`), text);

/** Words that a template fills in are shown in brackets. */
const words = (body: readonly Statement[]): string =>
  body
    .map((s) => {
      const all = [s.name, ...s.args].map((w) => (w.templated ? `[${w.raw}]` : w.raw)).join(' ');
      return s.rawBody ? `${all} {…}` : s.block ? `${all} {${words(s.block)}}` : `${all};`;
    })
    .join(' ');

async function check(name: string, engine: string | null, text: string, expected: string): Promise<void> {
  const doc = await open(name, text);
  assert.equal(doc.template, engine);
  assert.equal(words(doc.body), expected);
  assert.deepEqual(
    doc.problems.map((p) => p.fault),
    [],
  );
  doc.dispose();
}

test('Ansible: values, conditions around directives, loops, comments', () =>
  check(
    'site.conf.j2',
    'jinja',
    `# {{ ansible_managed }}
{# a note with ; { } and it's quote #}
{% set port = 80 %}
upstream {{ app.name }} {
{% for host in groups['web'] %}
    server {{ hostvars[host]['ansible_host'] }}:{{ port }};
{% endfor %}
}
server {
    {% if tls %}
    listen 443 ssl;
    ssl_certificate /etc/ssl/{{ domain }}.pem;
    {% else %}
    listen 80;
    {% endif %}
    server_name {{ domain }}{% for a in aliases %} {{ a }}{% endfor %};
    add_header X-Env "{{ env | default('it{"s') }}";
    {{ extra_config }}
    {{ lookup('file', 'x.conf') | indent(4) }}
    location / { proxy_pass http://{{ app.name }}; }
}
`,
    "upstream [{{ app.name }}] {server [{{ hostvars[host]['ansible_host'] }}:{{ port }}];} server {listen 443 ssl; ssl_certificate [/etc/ssl/{{ domain }}.pem]; listen 80; server_name [{{ domain }}] [{{ a }}]; add_header X-Env [\"{{ env | default('it{\"s') }}\"]; location / {proxy_pass [http://{{ app.name }}];}}",
  ));

test('Ansible: a condition between arguments', () =>
  check(
    'a.j2',
    'jinja',
    'listen 80{% if ssl %} ssl{% endif %}{% if http2 %} http2{% endif %};\ngzip {% if z %} on {% else %} off {% endif %};',
    'listen [80] [ssl] [http2]; gzip [on] [off];',
  ));

test('Ansible: alternatives that each open the same block', () =>
  check(
    'a.conf.j2',
    'jinja',
    `{% if exact %}
location = /a {
{% elif prefix %}
location ^~ /a {
{% else %}
location /a {
{% endif %}
    return 200;
}
`,
    'location = /a {return 200;}',
  ));

test('Ansible: a condition that opens a block and one that closes it', () =>
  check(
    'a.conf.j2',
    'jinja',
    '{% if x %}\nlocation /a {\n{% endif %}\nroot /srv;\n{% if x %}\n}\n{% endif %}\n',
    'location /a {root /srv;}',
  ));

test('Ansible: a semicolon within a condition', () =>
  check('a.conf.j2', 'jinja', 'listen 80{% if a %} ssl;{% else %};{% endif %}\nroot /srv;\n', 'listen [80] [ssl]; root /srv;'));

test('a plain name with marks of Jinja is found out', () =>
  check(
    'nginx.conf',
    'jinja',
    'server {\n  listen {{ port }};\n  {% if x %}\n  root /srv;\n  {% endif %}\n}\n',
    'server {listen [{{ port }}]; root /srv;}',
  ));

test('a name of EJS or ERB on a file whose only marks are braces', async () => {
  await check('site.conf.ejs', 'jinja', 'listen *:{{port}};\n', 'listen [*:{{port}}];');
  await check('site.conf.erb', 'go', 'listen {{ .Port }};\n', 'listen [{{ .Port }}];');
  await check('site.conf.ejs', 'ejs', 'listen <%= port %>;\nroot "/srv/{{x}}";\n', 'listen [<%= port %>]; root "/srv/{{x}}";');
});
test('cookiecutter', () =>
  check('nginx.conf', 'cookiecutter', 'server_name {{ cookiecutter.domain_name }};\n', 'server_name [{{ cookiecutter.domain_name }}];'));

test('ERB: values, conditions, loops', () =>
  check(
    'vhost.conf.erb',
    'erb',
    `<%# a note; %>
server {
  listen <%= @ip %>:<%= @port %><% if @ssl %> ssl<% end %>;
<% @names.each do |name| -%>
  server_name <%= name %>;
<% end -%>
<%- if @root -%>
  root <%= @root %>;
<%- else -%>
  return 404;
<%- end -%>
<%= scope.function_template(['x']) %>
}
`,
    'server {listen [<%= @ip %>:<%= @port %>] [ssl]; server_name [<%= name %>]; root [<%= @root %>]; return 404;}',
  ));

test('EPP: Puppet', () =>
  check(
    'vhost.epp',
    'epp',
    `<%- | String $name, Boolean $ssl | -%>
server {
  server_name <%= $name %>;
<% if $ssl { -%>
  listen 443 ssl;
<% } else { -%>
  listen 80;
<% } -%>
<% $list.each |$l| { -%>
  allow <%= $l %>;
<% } -%>
}
`,
    'server {server_name [<%= $name %>]; listen 443 ssl; listen 80; allow [<%= $l %>];}',
  ));

test('consul-template', () =>
  check(
    'upstream.ctmpl',
    'consul-template',
    `upstream app {
{{- range service "app" }}
  server {{ .Address }}:{{ .Port }} max_fails=3;
{{- else }}
  server 127.0.0.1:65535;
{{- end }}
}
{{/* a note; with } brace */}}
{{ $x := key "a" }}
`,
    'upstream app {server [{{ .Address }}:{{ .Port }}] max_fails=3; server 127.0.0.1:65535;}',
  ));

test('confd', () => check('n.conf.tmpl', 'confd', 'server_name {{getv "/name"}};\n', 'server_name [{{getv "/name"}}];'));

test('Go', () =>
  check(
    'n.tmpl',
    'go',
    '{{ if .TLS }}listen 443 ssl;{{ end }}\n{{ range $i, $s := .Servers -}}\nserver_name {{ $s }};\n{{ end }}\n{{ template "x" . }}\n',
    'listen 443 ssl; server_name [{{ $s }}];',
  ));

test('Helm, in a file of any name', () =>
  check(
    'nginx.conf',
    'helm',
    'server {\n  listen {{ .Values.port }};\n  {{- include "chart.extra" . | nindent 2 }}\n  {{- if .Values.root }}\n  root {{ .Values.root | quote }};\n  {{- end }}\n}\n',
    'server {listen [{{ .Values.port }}]; root [{{ .Values.root | quote }}];}',
  ));

test("envsubst: the image's templates", () =>
  check(
    'default.conf.template',
    'envsubst',
    'server {\n  listen ${NGINX_PORT};\n  server_name $NGINX_HOST www.${NGINX_HOST};\n  ${EXTRA}\n  location / { proxy_set_header Host $host; return 200 "${host} $ARG"; }\n}\n',
    'server {listen [${NGINX_PORT}]; server_name [$NGINX_HOST] [www.${NGINX_HOST}]; location / {proxy_set_header Host $host; return 200 ["${host} $ARG"];}}',
  ));

test('a placeholder as a whole statement, last in its block, whatever engine the name stands for', () =>
  check(
    'site.conf.tmpl',
    'envsubst',
    'server {\n  listen 80;\n  server_name ${HOST};\n  ${EXTRA}\n}\n',
    'server {listen 80; server_name [${HOST}];}',
  ));

test('a *.template of another engine', () =>
  check('a.conf.template', 'jinja', '{% if a %}\nroot {{ x }};\n{% endif %}\n', 'root [{{ x }}];'));

test('Terraform', () =>
  check(
    'n.tftpl',
    'terraform',
    '%{ for s in servers ~}\nserver ${s.host}:${s.port};\n%{ endfor ~}\nroot $${document_root};\n',
    'server [${s.host}:${s.port}]; root $${document_root};',
  ));

for (const [what, name, engine, text, expected] of [
  [
    'a hyphen in the name of an argument, which nginx cannot read and nobody fills in',
    'pages.conf.tmpl',
    'go',
    'return 200 "${arg_user-id} ${cookie_a.b}";\n',
    'return 200 "${arg_user-id} ${cookie_a.b}";',
  ],
  [
    'the same beside a name that is filled in',
    'pages.conf.tmpl',
    'terraform',
    'root /srv/${site-name};\nreturn 200 "${arg_user-id}";\n',
    'root [/srv/${site-name}]; return 200 ["${arg_user-id}"];',
  ],
  [
    'small letters where nginx knows no variables',
    'balancer.tpl',
    'terraform',
    'upstream api {\n  server ${first_ip}:6443;\n}\nserver_tokens off;\n',
    'upstream api {server [${first_ip}:6443];} server_tokens off;',
  ],
  [
    'a host that nothing in the text declares',
    'proxy.tpl',
    'terraform',
    'proxy_pass http://${app_ip}:8080;\n',
    'proxy_pass [http://${app_ip}:8080];',
  ],
  [
    'a host that a line in the text declares',
    'proxy.tpl',
    'go',
    'set $app_ip 10.0.0.1;\nproxy_pass http://${app_ip}:8080;\n',
    'set $app_ip 10.0.0.1; proxy_pass http://${app_ip}:8080;',
  ],
  [
    'a host that is a variable of nginx',
    'proxy.tpl',
    'go',
    'proxy_pass http://${server_addr}:8080;\n',
    'proxy_pass http://${server_addr}:8080;',
  ],
  [
    'the same in a file for envsubst, beside a variable of nginx',
    'a.conf.template',
    'envsubst',
    'server {\n  listen ${port};\n  return 301 https://${host}$uri;\n}\n',
    'server {listen [${port}]; return 301 https://${host}$uri;}',
  ],
  [
    'a name in capitals without braces where nginx knows no variables',
    'nginx.conf',
    'envsubst',
    'server {\n  server_name $SITE_NAME;\n  ssl_certificate /srv/$SITE_NAME/c.pem;\n  return 301 https://$host$uri;\n}\n',
    'server {server_name [$SITE_NAME]; ssl_certificate [/srv/$SITE_NAME/c.pem]; return 301 https://$host$uri;}',
  ],
  ['a word in place of lines that a script writes', 'balancer.conf.tpl', 'placeholders', 'upstream api {\nMEMBERS\n}\n', 'upstream api {}'],
  [
    'a name of either case in the place of lines',
    'site.conf',
    'envsubst',
    'server {\n  listen 80;\n  ${More_Lines}\n  return 301 https://${host}$uri;\n}\n',
    'server {listen 80; return 301 https://${host}$uri;}',
  ],
  [
    'a word in capitals as the port of an address, and its neighbours',
    'site.conf.tmpl',
    'placeholders',
    'upstream a {\n  server MAIN_NODE:MAIN_PORT;\n}\nserver {\n  return 200 "MAIN_NODE-1 $MAIN_PORT";\n}\n',
    'upstream a {server [MAIN_NODE:MAIN_PORT];} server {return 200 "MAIN_NODE-1 $MAIN_PORT";}',
  ],
  [
    'names in braces',
    'site.conf',
    'placeholders',
    'server_name {DOMAIN} www.{DOMAIN};\nroot /srv/{APP_NAME}/static;\n',
    'server_name [{DOMAIN}] [www.{DOMAIN}]; root [/srv/{APP_NAME}/static];',
  ],
  [
    'names of a percent format',
    'site.conf',
    'placeholders',
    'server_name %(domain)s;\nproxy_pass http://127.0.0.1:%(port)s;\n',
    'server_name [%(domain)s]; proxy_pass [http://127.0.0.1:%(port)s];',
  ],
  [
    'a file of Python’s str.format',
    'site.conf',
    'python-format',
    'server {{\n  listen {port};\n  location / {{\n    return 204;\n  }}\n}}\n',
    'server {listen [{port}]; location / {return 204;}}',
  ],
  [
    'Jinja in a *.tpl',
    'site.tpl',
    'jinja',
    'listen {{ port }};\nserver_name {{ site.name | default("x") }};\n',
    'listen [{{ port }}]; server_name [{{ site.name | default("x") }}];',
  ],
  ['Jinja with blocks in a *.tpl', 'site.tpl', 'jinja', '{% if tls %}\nlisten 443 ssl;\n{% endif %}\n', 'listen 443 ssl;'],
  ['Go in a *.tpl', 'site.tpl', 'go', 'listen {{ .Port }};\nserver_name {{ name }};\n', 'listen [{{ .Port }}]; server_name [{{ name }}];'],
  [
    'marks of Go that a template of Ansible writes in pieces',
    'pages.conf.j2',
    'jinja',
    'upstream pages {\n  {{ "{{" }} range service "pages" {{ "}}" }}\n  server {{ "{{" }} .Address {{ "}}" }}:{{ page_port }};\n  {{ "{{" }} end {{ "}}" }}\n}\n',
    'upstream pages {server [{{ "{{" }} .Address {{ "}}" }}:{{ page_port }}];}',
  ],
  [
    'the same of a chart, with a value of its own within',
    'pages.conf.tmpl',
    'helm',
    'upstream pages {\n  {{"{{"}} range service {{ .Values.pages }} {{"}}"}}\n  server {{"{{"}} .Address {{"}}"}};\n  {{"{{"}} end {{"}}"}}\n}\nlisten {{ .Values.port }};\n',
    'upstream pages {server [{{"{{"}} .Address {{"}}"}}];} listen [{{ .Values.port }}];',
  ],
  [
    'braces that are written and never closed',
    'a.conf.j2',
    'jinja',
    'return 200 {{ "{{" }};\nroot {{ pages }};\n',
    'return 200 [{{ "{{" }}]; root [{{ pages }}];',
  ],
  ['Go’s functions in a *.tmpl', 'site.tmpl', 'go', 'listen {{ env "PORT" }};\n', 'listen [{{ env "PORT" }}];'],
] as const)
  test(what, () => check(name, engine, text, expected));

test('a template without a mark is one by its name', () => check('a.conf.j2', 'jinja', 'root /srv;\n', 'root /srv;'));

for (const [what, text, expected] of [
  ['a quoted string', `return 200 '{{ not a mark }}';`, `return 200 '{{ not a mark }}';`],
  ['a JSON log format', `log_format j '{{"a": "$host"}, "{% x %}"}';`, `log_format j '{{"a": "$host"}, "{% x %}"}';`],
  ['a quoted regex', 'location ~ "^/\\d{2}/{{2}}" { }', 'location ~ "^/\\d{2}/{{2}}" {}'],
  ['a comment', '# {{ old }} {% mark %} <% x %>\nroot /srv;', 'root /srv;'],
  ['a Lua body', 'content_by_lua_block {\n local t = {{1, 2}, {3}}\n -- {% x %}\n}', 'content_by_lua_block {…}'],
  ['a Lua body at once', 'content_by_lua_block {{ 1 }}', 'content_by_lua_block {…}'],
  ['a quoted text with a name', 'return 200 "{OK} {NAME}";', 'return 200 "{OK} {NAME}";'],
  ['a class of characters', 'location ~ "\\p{LU}" { }', 'location ~ "\\p{LU}" {}'],
  ['a table of Lua', 'content_by_lua_block { local t = {NAME} }', 'content_by_lua_block {…}'],
  ['a variable', 'return 200 ${{x};', 'return 200 ${{x};'],
  ['blocks that close at once', 'http{server{listen 80;}}', 'http {server {listen 80;}}'],
] as const)
  test(`no template: braces in ${what}`, () => check('nginx.conf', null, text, expected));

test('no template: a letter, or a word of nginx, that lost its quotes around braces, and brackets around a brace', async () => {
  for (const text of ['return 200 {x};', 'set $a {b} ;', 'scgi_cache_use_stale {off};', 'location / { content_by_lua_block [[ } ]] }']) {
    const doc = await open('nginx.conf', text);
    assert.equal(doc.template, null, text);
    assert.ok(doc.problems.length, text);
  }
});

test('a mark that is being typed stays in its line', async () => {
  const doc = await open('a.conf.j2', 'server {\n  listen {{ po\n  root /srv;\n}\n');
  assert.equal(doc.body.length, 1);
  assert.equal(doc.body[0]!.closed, true);
  assert.equal(doc.body[0]!.block![0]!.name.raw, 'listen');
});

test('a missing brace in a template is still told', async () => {
  const doc = await open('a.conf.j2', 'server {\n  listen {{ port }};\n');
  assert.deepEqual(
    doc.problems.map((p) => p.fault),
    ['missing-closing-brace'],
  );
});

/** `a` and `b` name the statements by their last word. */
async function coexist(name: string, text: string, a: string, b: string): Promise<string> {
  const doc = await open(name, text);
  const all = [...statementsOf(doc.body)];
  const find = (word: string): Statement => all.find((s) => [s.name, ...s.args].at(-1)!.raw === word)!;
  try {
    return doc.structure!.coexist(find(a), find(b));
  } finally {
    doc.dispose();
  }
}

const IF_ELSE = '{% if a %}\nroot /a;\nindex x;\n{% else %}\nroot /b;\n{% endif %}\nroot /c;\n';
for (const [what, name, text, a, b, expected] of [
  ['two alternatives', 'a.j2', IF_ELSE, '/a', '/b', 'no'],
  ['one alternative', 'a.j2', IF_ELSE, '/a', 'x', 'yes'],
  ['an alternative and what is always there', 'a.j2', IF_ELSE, '/a', '/c', 'yes'],
  ['two conditions', 'a.j2', '{% if a %}root /a;{% endif %}{% if b %}root /b;{% endif %}', '/a', '/b', 'unknown'],
  ['the same condition twice', 'a.j2', '{% if a and b %}root /a;{% endif %}{% if a  and b %}root /b;{% endif %}', '/a', '/b', 'yes'],
  ['a condition and its opposite', 'a.j2', '{% if a | bool %}root /a;{% endif %}{% if not a %}root /b;{% endif %}', '/a', '/b', 'no'],
  ['one that implies the other', 'a.j2', '{% if a and b %}root /a;{% endif %}{% if b %}root /b;{% endif %}', '/a', '/b', 'yes'],
  [
    'a later alternative and the first condition',
    'a.j2',
    '{% if a %}{% elif b %}root /a;{% endif %}{% if a %}root /b;{% endif %}',
    '/a',
    '/b',
    'no',
  ],
  ['two values of one thing', 'a.j2', "{% if env == 'x' %}root /a;{% endif %}{% if env == 'y' %}root /b;{% endif %}", '/a', '/b', 'no'],
  [
    'versions that exclude each other',
    'a.j2',
    "{% if nginx_version is version('1.25.1', '>=') %}root /a;{% endif %}{% if nginx_version is version('1.9', '<') %}root /b;{% endif %}",
    '/a',
    '/b',
    'no',
  ],
  [
    'alternatives in the turns of a loop',
    'a.j2',
    '{% for x in xs %}{% if x.a %}root /a;{% else %}root /b;{% endif %}{% endfor %}',
    '/a',
    '/b',
    'unknown',
  ],
  [
    'the same words in two loops',
    'a.j2',
    '{% for x in xs %}{% if x.a %}root /a;{% endif %}{% endfor %}{% for x in ys %}{% if not x.a %}root /b;{% endif %}{% endfor %}',
    '/a',
    '/b',
    'unknown',
  ],
  ['two loops over the same', 'a.j2', '{% for x in xs %}root /a;{% endfor %}{% for y in xs %}root /b;{% endfor %}', '/a', '/b', 'yes'],
  ['unless', 'a.erb', '<% if @a %>root /a;<% end %><% unless @a %>root /b;<% end %>', '/a', '/b', 'no'],
  ['case', 'a.erb', "<% case @a %><% when 'x' %>root /a;<% when 'y', 'z' %>root /b;<% end %>", '/a', '/b', 'no'],
  ['Puppet', 'a.epp', '<% if $a { -%>root /a;<% } elsif $b { -%>root /b;<% } -%>', '/a', '/b', 'no'],
  ['EJS', 'a.ejs', '<% if (a) { %>root /a;<% } else { %>root /b;<% } %>', '/a', '/b', 'no'],
  ['EJS, the opposite', 'a.ejs', '<% if (a && b) { %>root /a;<% } %><% if (!b) { %>root /b;<% } %>', '/a', '/b', 'no'],
  ['Go', 'a.tmpl', '{{ if and .a (eq .b "x") }}root /a;{{ end }}{{ if ne .b "x" }}root /b;{{ end }}', '/a', '/b', 'no'],
  [
    'Go, the dot of a range',
    'a.tmpl',
    '{{ if .a }}root /a;{{ end }}{{ range .xs }}{{ if not .a }}root /b;{{ end }}{{ end }}',
    '/a',
    '/b',
    'unknown',
  ],
  [
    'Helm, versions',
    'a.tmpl',
    '{{ if semverCompare ">=1.25.1-0" .Values.image.tag }}root /a;{{ else }}root /b;{{ end }}',
    '/a',
    '/b',
    'no',
  ],
  ['Handlebars', 'a.hbs', '{{#if a}}root /a;{{/if}}{{#unless a}}root /b;{{/unless}}', '/a', '/b', 'no'],
  ['Liquid', 'a.liquid', '{% unless a %}root /a;{% endunless %}{% if a %}root /b;{% endif %}', '/a', '/b', 'no'],
  ['Mako', 'a.mako', '% if a:\nroot /a;\n% else:\nroot /b;\n% endif\n', '/a', '/b', 'no'],
  ['Terraform', 'a.tftpl', '%{ if a }root /a;%{ else }root /b;%{ endif }', '/a', '/b', 'no'],
] as const)
  test(`written together? ${what}: ${expected}`, async () => assert.equal(await coexist(name, text, a, b), expected));

const mark = fc.constantFrom(
  '{{ x }}',
  '{% if a %}',
  '{% else %}',
  '{% endif %}',
  '{# n #}',
  '{{',
  '}}',
  '{%',
  '<%= a %>',
  '<% end %>',
  '${VAR}',
  '{{ .x }}',
  '{{- end }}',
);

test('in templates the incremental mirror equals one from scratch, too', async () => {
  const nginx = await parser();
  const text = fc.array(fc.oneof(mark, anyText), { maxLength: 6 }).map((parts) => parts.join(' '));
  const names = fc.constantFrom('a.j2', 'a.erb', 'a.tmpl', 'a.conf.template', 'nginx.conf');
  // as the settings may say, and stop to say
  const chosen = fc.array(fc.constantFrom(null, null, 'erb', 'terraform', 'none'), { minLength: 1, maxLength: 2 });
  const recipe = fc.tuple(change, mark, fc.boolean()).map(([list, m, use]) => list.map((r, i) => (use && i === 0 ? { ...r, text: m } : r)));
  fc.assert(
    fc.property(names, chosen, text, fc.array(recipe, { minLength: 1, maxLength: 4 }), (name, engines, start, recipes) => {
      const id = fromPath(`/${name}`);
      const doc = nginx.open(id, start);
      let engine: string | null = null;
      try {
        for (const [i, r] of recipes.entries()) {
          doc.writtenFor((engine = engines[i % engines.length]!));
          const edits = editsOf(doc.text, r);
          const expected = applyEdits(doc.text, edits);
          doc.update(edits);
          const fresh = nginx.open(id, expected);
          try {
            fresh.writtenFor(engine);
            assert.deepEqual(plainFile(doc), plainFile(fresh));
          } finally {
            fresh.dispose();
          }
        }
      } finally {
        doc.dispose();
      }
    }),
    { numRuns: Number(process.env.SYNTAX_RUNS ?? 800), interruptAfterTimeLimit: 30_000, markInterruptAsFailure: false },
  );
});

test('an edit in a template keeps the statements that it does not touch', async () => {
  const doc = await open('a.j2', '{% if a %}\nroot /a;\n{% endif %}\nindex x;\nlisten {{ port }};\n');
  const before = [...statementsOf(doc.body)];
  const at = doc.text.indexOf('x;');
  doc.update([{ span: { start: at, end: at + 1 }, newText: 'yy' }]);
  const after = [...statementsOf(doc.body)];
  assert.equal(after[0], before[0]);
  assert.notEqual(after[1], before[1]);
  assert.equal(after[2], before[2]);
  assert.equal(doc.text.slice(after[2]!.start, after[2]!.end), 'listen {{ port }};');
});

/** Texts whose engine is told by their marks alone, and a few in which nothing is one. */
const MARKED = [
  '    server_name {{ name }};',
  '    listen ${PORT};',
  '    listen $PORT;',
  '${SITES}',
  '    proxy_pass http://app:APP_PORT;',
  '    proxy_pass APP_URL;',
  '    root %%ROOT%%;',
  '    root @ROOT_DIR@;',
  '    proxy_pass http://[app host]/;',
  '    root {ROOT_DIR};',
  '    # proxylens: template jinja',
  '    listen [port number]:80;',
  '    set $a "${host}b";',
  '    return 200 "{";',
  '<% if x %>',
  '#end',
  '@endif',
  '> end',
  '% endif',
];

test('a mark that is typed letter by letter, broken over lines and taken away: at each step the text is read as one that was just opened', async () => {
  const around = ['server {\n    listen 80;\n', '\n    root /srv/site;\n}\n'] as const;
  const start = around.join('');
  for (const mark of MARKED) {
    const doc = await open('nginx.conf', start);
    const step = async (from: number, to: number, newText: string): Promise<void> => {
      doc.update([{ span: { start: from, end: to }, newText }]);
      const fresh = await open('nginx.conf', doc.text);
      assert.equal(doc.template, fresh.template, doc.text);
      assert.deepEqual(plainFile(doc), plainFile(fresh), doc.text);
      fresh.dispose();
    };
    const at = around[0].length;
    for (let i = 0; i < mark.length; i++) await step(at + i, at + i, mark[i]!);
    // a line end in the middle of the mark, and away again; then the line end behind it, and back
    const middle = at + Math.ceil(mark.length / 2);
    await step(middle, middle, '\n');
    await step(middle, middle + 1, '');
    await step(at + mark.length, at + mark.length + 1, ' ');
    await step(at + mark.length, at + mark.length + 1, '\n');
    // the line end in front of it, where marks of a line's beginning lose theirs
    await step(at - 1, at, ' ');
    await step(at - 1, at, '\n');
    for (let i = mark.length; i > 0; i--) await step(at + i - 1, at + i, '');
    assert.equal(doc.text, start);
    // two edits at once, of which the later one makes the mark
    doc.update([
      { span: { start: 0, end: 0 }, newText: '# two\n' },
      { span: { start: at, end: at }, newText: mark },
    ]);
    const fresh = await open('nginx.conf', doc.text);
    assert.equal(doc.template, fresh.template, doc.text);
    fresh.dispose();
    doc.dispose();
  }
});

test('whether a text has a placeholder is told sooner, and no otherwise, than by looking for the first one', () => {
  const pieces =
    '%% %( %{ %<i i6>% % @ @{ __ (((( )))) _ << >> < > [ ] { } {{ tmpl_ #{ $( ) $$ ${ ${{ !! ~ | * ? CHANGEME REPLACE_ME YOUR_KEY A_PLACEHOLDER NAME name a-b a.b :- listen root ; : / " if else'.split(
      ' ',
    );
  const text = fc.array(fc.constantFrom(...pieces, ' ', '\n', ' ', 'PORT', 'x'), { maxLength: 24 }).map((all) => all.join(''));
  let held = 0;
  fc.assert(
    fc.property(text, (one) => {
      PLACEHOLDERS.lastIndex = 0;
      const expected = PLACEHOLDERS.test(one);
      PLACEHOLDERS.lastIndex = 0;
      if (expected) held++;
      assert.equal(holdsPlaceholder(one), expected, one);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(held > 2000 && held < 18_000, `${held} of 20,000 texts hold a placeholder`);
});
