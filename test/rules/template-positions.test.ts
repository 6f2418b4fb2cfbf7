/**
 * Marks of every engine in every position where people put them. None may invent an error or a warning about the text around them, and a
 * real mistake beside them is still found: the same template with two wrong lines more reports these two and nothing else.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { fragmentContext } from '../../server/src/config/fragment.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import { lint } from '../../server/src/rules/run.ts';
import type { FamilyName } from '../../server/src/syntax/template/engines.ts';
import { FILLER } from '../../server/src/syntax/template.ts';
import { parts } from '../harness/rules.ts';

interface Engine {
  readonly file: string;
  /** a value by its name */
  readonly value: (name: string) => string;
  readonly ifOpen?: string;
  readonly ifElse?: string;
  readonly ifClose?: string;
  readonly forOpen?: string;
  readonly forClose?: string;
  readonly comment?: string;
  /** a text around the configuration whose program reads it first: there a dollar sign that is to stay is escaped */
  readonly host?: FamilyName;
}

const ENGINES: Record<string, Engine> = {
  jinja: {
    file: 'site.conf.j2',
    value: (n) => `{{ ${n} }}`,
    ifOpen: '{% if tls %}',
    ifElse: '{% else %}',
    ifClose: '{% endif %}',
    forOpen: '{% for x in xs %}',
    forClose: '{% endfor %}',
    comment: '{# { not a brace; "nor a quote #}',
  },
  'jinja, with braces in quotes': {
    file: 'site.conf.j2',
    value: (n) => `{{ '{{' ~ ${n} ~ "}}" }}`,
    ifOpen: '{% if tls == "%}" %}',
    ifElse: "{% elif x == '{{' %}",
    ifClose: '{% endif %}',
  },
  'go, with braces in quotes': { file: 'site.conf.tmpl', value: (n) => `{{ .${n} }}{{ \`}}\` | trim "{{" }}` },
  'jinja, trimmed': {
    file: 'site.conf.jinja2',
    value: (n) => `{{- ${n} | default("a;b{") -}}`,
    ifOpen: '{%- if tls == "}" -%}',
    ifElse: '{%- elif other -%}',
    ifClose: '{%- endif -%}',
    forOpen: '{%- for x in xs if x -%}',
    forClose: '{%- endfor -%}',
    comment: '{#- a comment -#}',
  },
  erb: {
    file: 'vhost.conf.erb',
    value: (n) => `<%= @${n} %>`,
    ifOpen: '<% if @tls -%>',
    ifElse: '<% else -%>',
    ifClose: '<% end -%>',
    forOpen: '<% @xs.each do |x| -%>',
    forClose: '<% end -%>',
    comment: '<%# a comment; { %>',
  },
  epp: {
    file: 'vhost.conf.epp',
    value: (n) => `<%= $${n} %>`,
    ifOpen: '<% if $tls { -%>',
    ifElse: '<% } else { -%>',
    ifClose: '<% } -%>',
    forOpen: '<% $xs.each |$x| { -%>',
    forClose: '<% } -%>',
    comment: '<%# a comment; %>',
  },
  go: {
    file: 'app.conf.tmpl',
    value: (n) => `{{ .Values.${n} }}`,
    ifOpen: '{{ if .tls }}',
    ifElse: '{{ else if eq .a "}" }}',
    ifClose: '{{ end }}',
    forOpen: '{{ range $i, $x := .xs }}',
    forClose: '{{ end }}',
    comment: '{{/* a comment; { */}}',
  },
  'go, trimmed': {
    file: 'nginx.conf.gotmpl',
    value: (n) => `{{- .${n} | quote -}}`,
    ifOpen: '{{- if and .tls (not .b) }}',
    ifElse: '{{- else }}',
    ifClose: '{{- end }}',
    forOpen: '{{- range .xs }}',
    forClose: '{{- end }}',
    comment: '{{- /* a comment; */ -}}',
  },
  'consul-template': {
    file: 'up.ctmpl',
    value: (n) => `{{ key "${n}" }}`,
    ifOpen: '{{ if keyExists "tls" }}',
    ifElse: '{{ else }}',
    ifClose: '{{ end }}',
    forOpen: '{{ range service "web" }}',
    forClose: '{{ end }}',
  },
  ejs: {
    file: 'site.conf.ejs',
    value: (n) => `<%- s.${n} %>`,
    ifOpen: '<% if (tls) { %>',
    ifElse: '<% } else if (other) { %>',
    ifClose: '<% } %>',
    forOpen: '<% for (const x of xs) { %>',
    forClose: '<% } %>',
    comment: '<%# a comment; { %>',
  },
  liquid: {
    file: 'site.conf.liquid',
    value: (n) => `{{ site.${n} | default: "a" }}`,
    ifOpen: '{% unless plain %}',
    ifElse: '{% else %}',
    ifClose: '{% endunless %}',
    forOpen: '{% for x in xs %}',
    forClose: '{% endfor %}',
    comment: '{% comment %} server { ; {% endcomment %}',
  },
  handlebars: {
    file: 'site.conf.hbs',
    value: (n) => `{{{${n}}}}`,
    ifOpen: '{{#if tls}}',
    ifElse: '{{else}}',
    ifClose: '{{/if}}',
    forOpen: '{{#each xs}}',
    forClose: '{{/each}}',
    comment: '{{!-- a comment; { --}}',
  },
  mustache: {
    file: 'site.conf.mustache',
    value: (n) => `{{${n}}}`,
    forOpen: '{{#xs}}',
    forClose: '{{/xs}}',
    comment: '{{! a comment; { }}',
  },
  'mustache with other marks': {
    file: 'site.conf.mustache',
    value: (n) => `{{=<% %>=}}<%${n}%><%={{ }}=%>`,
    forOpen: '{{=[[ ]]=}}[[#xs]][[={{ }}=]]',
    forClose: '{{=[[ ]]=}}[[/xs]][[={{ }}=]]',
  },
  mako: { file: 'site.conf.mako', value: (n) => `\${${n}}` },
  // control lines of Mako are lines of their own
  'mako, with lines that steer': {
    file: 'site.conf.mako',
    value: (n) => `\${${n}}`,
    ifOpen: '\n    % if tls:\n',
    ifElse: '\n    % else:\n',
    ifClose: '\n    % endif\n',
    forOpen: '\n    % for x in xs:\n',
    forClose: '\n    % endfor\n',
    comment: '\n    ## a comment; {\n',
  },
  blade: {
    file: 'site.conf.blade.php',
    value: (n) => `{{ $${n} }}`,
    ifOpen: '\n    @if($tls)\n',
    ifElse: '\n    @elseif($other)\n',
    ifClose: '\n    @endif\n',
    forOpen: '\n    @foreach($xs as $x)\n',
    forClose: '\n    @endforeach\n',
    comment: '{{-- a comment; { --}}',
  },
  freemarker: {
    file: 'site.conf.ftl',
    value: (n) => `\${${n}}`,
    ifOpen: '<#if tls??>',
    ifElse: '<#else>',
    ifClose: '</#if>',
    forOpen: '<#list xs as x>',
    forClose: '</#list>',
    comment: '<#-- a comment; { -->',
  },
  'blade, not escaped': { file: 'site.conf.blade.php', value: (n) => `{!! $${n} !!}` },
  shell: { file: 'site.conf', value: (n) => `$MY_${n}`, host: 'shell' },
  'shell, with braces': { file: 'site.conf', value: (n) => `\${${n}:-8080}`, host: 'shell' },
  'shell, a command': { file: 'site.conf', value: (n) => `$(get ${n})`, host: 'shell' },
  compose: { file: 'site.conf', value: (n) => `\${${n.toUpperCase()}:-8080}`, host: 'compose' },
  'values of a workflow': { file: 'site.conf', value: (n) => `\${{ vars.${n} }}`, host: 'actions' },
  terraform: {
    file: 'site.conf.tftpl',
    value: (n) => `\${${n}}`,
    ifOpen: '%{ if tls ~}',
    ifElse: '%{ else ~}',
    ifClose: '%{ endif ~}',
    forOpen: '%{ for x in xs ~}',
    forClose: '%{ endfor ~}',
  },
  'percent signs': { file: 'site.conf', value: (n) => `%%${n.toUpperCase()}%%` },
  'at signs': { file: 'site.conf.in', value: (n) => `@${n.toUpperCase()}@` },
  underscores: { file: 'site.conf', value: (n) => `__MY_${n.toUpperCase()}__` },
  'angle brackets': { file: 'site.conf.example', value: (n) => `<YOUR_${n.toUpperCase()}>` },
  'envsubst, whatever the name': { file: 'site.conf', value: (n) => `\${MY_${n.toUpperCase()}}` },
  envsubst: { file: 'default.conf.template', value: (n) => `\${${n.toUpperCase()}}` },
  cookiecutter: {
    file: 'cookiecutter.conf',
    value: (n) => `{{ cookiecutter.${n} }}`,
    ifOpen: "{%- if cookiecutter.tls == 'y' %}",
    ifElse: '{%- else %}',
    ifClose: '{%- endif %}',
    forOpen: '{%- for x in cookiecutter.xs %}',
    forClose: '{%- endfor %}',
  },
};

const PROXIED =
  'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;';

type Position = (e: Engine) => string | null;

/** A server with these lines in it. */
const server = (lines: string): string => `server {\n    listen 8080;\n    server_name example.com;\n${lines}\n}\n`;

const POSITIONS: Record<string, Position> = {
  'an argument': (e) => server(`    client_max_body_size ${e.value('size')};`),
  'a part of an argument': (e) => server(`    client_max_body_size ${e.value('size')}m;\n    root /srv/${e.value('name')}/www;`),
  'two in one word': (e) => server(`    location / { proxy_pass http://${e.value('host')}:${e.value('port')}; ${PROXIED} }`),
  'in double quotes': (e) => server(`    add_header X-Name "${e.value('name')} and more" always;`),
  'in single quotes': (e) => server(`    add_header X-Name '${e.value('name')}' always;`),
  'in a comment': (e) => server(`    # made for ${e.value('name')}; do not edit {\n    gzip on;`),
  'the name of a directive': (e) => server(`    ${e.value('directive')} on;`),
  'a part of the name': (e) => server(`    proxy_${e.value('kind')}_timeout 60s;`),
  'a whole line with its semicolon': (e) => server(`    ${e.value('lines')};`),
  'a whole line without one': (e) => (e.ifOpen === undefined ? null : server(`    ${e.value('lines')}\n    gzip on;`)),
  listen: (e) =>
    `server {\n    listen ${e.value('port')};\n    listen [::]:${e.value('port')};\n    listen ${e.value('address')}:${e.value('port')} ssl ${e.value('options')};\n    ssl_certificate a.pem; ssl_certificate_key a.key;\n    server_name ${e.value('name')};\n}\n`,
  'server names': (e) =>
    `server {\n    listen 80;\n    server_name ${e.value('a')} *.${e.value('b')} ~^${e.value('c')}$ www.${e.value('d')};\n}\nserver {\n    listen 80;\n    server_name ${e.value('a')};\n}\n`,
  'include paths': (e) => server(`    include ${e.value('dir')}/*.conf;\n    include /etc/nginx/${e.value('file')};`),
  'map entries': (e) =>
    `map $http_host $${'backend'} {\n    default ${e.value('a')};\n    ${e.value('b')} 1;\n    ~^${e.value('c')}\\. ${e.value('d')};\n    "${e.value('e')}" "${e.value('f')}";\n}\nserver { listen 80; return 200 $backend; }\n`,
  'geo and upstream': (e) =>
    `geo $ours { default 0; ${e.value('net')} 1; }\nupstream app {\n    server ${e.value('host')}:${e.value('port')} weight=${e.value('w')};\n    keepalive ${e.value('n')};\n}\nserver { listen 80; location / { if ($ours) { return 403; } proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; ${PROXIED} } }\n`,
  'names of upstreams and zones': (e) =>
    `upstream ${e.value('name')}_app { server 10.0.0.1; }\nlimit_req_zone $binary_remote_addr zone=${e.value('name')}:10m rate=${e.value('rate')}r/s;\nserver { listen 80; limit_req zone=${e.value('name')} burst=${e.value('b')} nodelay; location / { proxy_pass http://${e.value('name')}_app; ${PROXIED} } }\n`,
  locations: (e) =>
    server(
      `    location ${e.value('path')} { return 204; }\n    location = /${e.value('a')} { return 204; }\n    location ~ ^/${e.value('b')}/(.*)$ { return 200 $1; }\n    location ${e.value('path')} { return 404; }`,
    ),
  'an if': (e) =>
    server(
      `    if ($host = ${e.value('a')}) { return 301 https://${e.value('b')}$request_uri; }\n    if ($request_uri ~ "^/${e.value('c')}") { return ${e.value('code')}; }`,
    ),
  'numbers, times, flags': (e) =>
    server(
      `    gzip ${e.value('flag')};\n    keepalive_timeout ${e.value('t')}s;\n    gzip_comp_level ${e.value('n')};\n    expires ${e.value('e')};\n    error_page ${e.value('codes')} /x.html;\n    return ${e.value('code')};`,
    ),
  TLS: (e) =>
    `server {\n    listen 443 ssl;\n    server_name example.com;\n    ssl_certificate /etc/ssl/${e.value('name')}.pem;\n    ssl_certificate_key ${e.value('key')};\n    ssl_protocols ${e.value('protocols')};\n    ssl_ciphers ${e.value('ciphers')};\n    ssl_session_cache shared:${e.value('name')}:10m;\n    add_header Strict-Transport-Security "max-age=${e.value('age')}" always;\n}\n`,
  'a condition around a directive': (e) => (e.ifOpen ? server(`    ${e.ifOpen}\n    gzip on;\n    ${e.ifClose}`) : null),
  'a condition within a line': (e) =>
    e.ifOpen
      ? server(`    gzip on${e.ifOpen} ${e.ifClose};\n    access_log /var/log/a.log${e.ifOpen} combined buffer=64k${e.ifClose};`)
      : null,
  alternatives: (e) => (e.ifElse ? server(`    ${e.ifOpen}\n    root /srv/a;\n    ${e.ifElse}\n    root /srv/b;\n    ${e.ifClose}`) : null),
  'alternatives of opening lines': (e) =>
    e.ifElse
      ? server(`    ${e.ifOpen}\n    location /a {\n    ${e.ifElse}\n    location /b {\n    ${e.ifClose}\n        return 204;\n    }`)
      : null,
  'a condition around the ends of a block': (e) =>
    e.ifOpen
      ? server(`    ${e.ifOpen}\n    location /a {\n    ${e.ifClose}\n        gzip on;\n    ${e.ifOpen}\n    }\n    ${e.ifClose}`)
      : null,
  'a loop around servers': (e) => (e.forOpen ? `${e.forOpen}\n${server(`    root /srv/${e.value('x')};`)}${e.forClose}\n` : null),
  'a loop of lines': (e) =>
    e.forOpen ? server(`    ${e.forOpen}\n    add_header ${e.value('k')} "${e.value('v')}" always;\n    ${e.forClose}`) : null,
  'a loop of arguments': (e) =>
    e.forOpen ? server(`    gzip_types text/css ${e.forOpen} ${e.value('x')} ${e.forClose};\n    allow 10.0.0.1; deny all;`) : null,
  'a loop of map entries and servers of an upstream': (e) =>
    e.forOpen
      ? `map $uri $to {\n    default "";\n    ${e.forOpen}\n    ${e.value('x')} ${e.value('y')};\n    ${e.forClose}\n}\nupstream app {\n    ${e.forOpen}\n    server ${e.value('x')};\n    ${e.forClose}\n}\nserver { listen 80; if ($to) { return 301 $to; } location / { proxy_pass http://app; ${PROXIED} } }\n`
      : null,
  'a loop in a loop in a condition': (e) =>
    e.forOpen && e.ifOpen
      ? `${e.forOpen}\nserver {\n    listen ${e.value('p')}${e.ifOpen} ssl${e.ifClose};\n    ${e.ifOpen}\n    ssl_certificate ${e.value('c')};\n    ssl_certificate_key ${e.value('k')};\n    ${e.ifClose}\n    server_name ${e.forOpen}${e.value('n')} ${e.forClose};\n    ${e.forOpen}\n    location ${e.value('l')} {\n        ${e.ifOpen}\n        return 204;\n        ${e.ifElse}\n        return 404;\n        ${e.ifClose}\n    }\n    ${e.forClose}\n}\n${e.forClose}\n`
      : null,
  'headers whose names are filled in': (e) =>
    server(
      `    location / {\n        proxy_set_header ${e.value('name')} ${e.value('value')};\n        proxy_pass http://127.0.0.1:8000;\n    }`,
    ),
  'lines that nobody sees beside a proxy': (e) =>
    e.ifOpen ? server(`    ${e.value('lines')}\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }`) : null,
  'an included file that nobody knows': (e) =>
    server(`    location / {\n        include ${e.value('proxy')};\n        proxy_pass http://127.0.0.1:8000;\n    }`),
  'alternatives within a map': (e) =>
    e.ifElse
      ? `map $http_upgrade $up {\n    default upgrade;\n    ${e.ifOpen}\n    '' '';\n    ${e.ifElse}\n    '' close;\n    ${e.ifClose}\n}\nserver { listen 80; location / { proxy_pass http://127.0.0.1:8000; ${PROXIED} proxy_set_header Connection $up; } }\n`
      : null,
  'alternatives within geo and types': (e) =>
    e.ifElse
      ? `geo $near {\n    default 0;\n    ${e.ifOpen}\n    10.0.0.0/8 1;\n    ${e.ifElse}\n    10.0.0.0/8 2;\n    ${e.ifClose}\n}\ntypes {\n    ${e.ifOpen}\n    application/x-javascript js;\n    ${e.ifElse}\n    text/javascript js;\n    ${e.ifClose}\n    text/css css;\n}\nserver { listen 80; return 200 $near; }\n`
      : null,
  'alternatives within split_clients': (e) =>
    e.ifElse
      ? `split_clients $remote_addr $variant {\n    ${e.ifOpen}\n    70% a;\n    ${e.ifElse}\n    60% b;\n    ${e.ifClose}\n    * c;\n}\nserver { listen 80; return 200 $variant; }\n`
      : null,
  'alternatives within an upstream': (e) =>
    e.ifElse
      ? `upstream app {\n    ${e.ifOpen}\n    ip_hash;\n    ${e.ifElse}\n    least_conn;\n    ${e.ifClose}\n    server 10.0.0.1:8000;\n    server 10.0.0.2:8000;\n}\nserver { listen 80; location / { proxy_pass http://app; ${PROXIED} } }\n`
      : null,
  'servers of which one is the default': (e) =>
    e.ifElse
      ? `${e.ifOpen}\nserver { listen 80 default_server; server_name a.example; return 204; }\n${e.ifElse}\nserver { listen 80 default_server; server_name a.example; return 404; }\n${e.ifClose}\n`
      : null,
  'parameters of a socket that nobody knows': (e) =>
    `server {\n    listen 443 ${e.value('options')};\n    listen [::]:8443 ssl${e.value('more')};\n    server_name a.example;\n    ssl_certificate a.pem; ssl_certificate_key a.key;\n    add_header Strict-Transport-Security "max-age=31536000" always;\n    auth_basic a;\n    auth_basic_user_file /etc/nginx/htpasswd;\n}\n`,
  'a parameter within a condition, without blanks': (e) =>
    e.ifOpen && !e.ifOpen.startsWith('{%-')
      ? `server {\n    listen 443 ${e.ifOpen}ssl${e.ifClose};\n    server_name a.example;\n    ssl_certificate a.pem; ssl_certificate_key a.key;\n    auth_basic a;\n    auth_basic_user_file /etc/nginx/htpasswd;\n}\n`
      : null,
  'a comment of the engine': (e) => (e.comment ? server(`    ${e.comment}\n    gzip on; ${e.comment}`) : null),
};

/** nginx's own variables behind the escape that the host takes away; each is in these texts so that it is told from what the host fills in. */
const kept = (text: string): string =>
  text.replace(
    /\$(?=(?:host|proxy_add_x_forwarded_for|scheme|http_\w+|backend|ours|binary_remote_addr|1|request_uri|uri|up|to|near|variant|remote_addr)\b)/g,
    `${FILLER}$`,
  );

/** Errors and warnings of a file by itself, or of a main file with it inside of its http block. */
async function findings(file: string, given: string, whole: boolean, host?: FamilyName): Promise<string[]> {
  const { parser, engine, rules } = await parts();
  const id = fileId(`file:///srv/templates/${file}`);
  const text = whole ? `events {}\nhttp {\n${given}}\n` : given;
  const source = host ? parser.embedded(id, text, { visible: kept(text), engine: { family: host, name: host } }) : parser.open(id, text);
  const tree = { root: id, files: new Map([[id, source]]), includes: new Map(), disk: NO_DISK };
  const { contexts } = fragmentContext(source, engine.catalog);
  const config = whole
    ? new Config(tree, engine, DEFAULT_SETTINGS, 'root')
    : new Config(tree, engine, DEFAULT_SETTINGS, 'fragment', contexts[0], contexts);
  const found = lint(config, rules, {
    onCrash: (rule, error) => {
      throw new Error(`${rule.id} threw`, { cause: error });
    },
  });
  return found.filter((f) => f.severity === 'error' || f.severity === 'warning').map((f) => `${f.rule}: ${f.message}`);
}

for (const [name, engine] of Object.entries(ENGINES))
  describe(name, () => {
    for (const [position, make] of Object.entries(POSITIONS)) {
      const text = make(engine);
      if (text === null) continue;
      test(`${position}: silent`, async () => {
        for (const whole of [false, true]) assert.deepEqual(await findings(engine.file, text, whole, engine.host), [], text);
      });
      test(`${position}: mistakes beside it are found`, async () => {
        const wrong = `server {\n    listen 8099;\n    server_name wrong.example.com;\n    lsten 80;\n    gzip_vary maybe;\n}\n`;
        for (const [both, whole] of [
          [`${text}${wrong}`, false],
          [`${wrong}${text}`, true],
        ] as const) {
          const rules = (await findings(engine.file, both, whole, engine.host)).map((f) => f.split(':')[0]);
          assert.deepEqual(rules, ['unknown-directive', 'invalid-value'], both);
        }
      });
    }
  });
