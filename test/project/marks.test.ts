/**
 * One site in the marks of every template language, and of every way in which scripts, builds and panels replace names: it is found, and no
 * error and no warning is said that some filling would not deserve.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relativePath } from '../../server/src/base/file-id.ts';
import { checked, HOME, inMemory, shown } from './world.ts';

/** Names where they stand in earnest: alone, in numbers, beside units, ports, paths, patterns, quotes and each other. */
const site = (m: (name: string) => string): string => `upstream ${m('app_name')} {
    server ${m('app_host')}:${m('app_port')};
    server ${m('spare_host')} weight=${m('spare_weight')};
    keepalive ${m('kept')};
}
limit_req_zone $binary_remote_addr zone=each:${m('zone_size')} rate=${m('rate')}r/s;
server {
    listen ${m('http_port')};
    listen [::]:${m('http_port')} default_server;
    server_name ${m('domain')} www.${m('domain')};
    client_max_body_size ${m('max_body')}m;
    keepalive_timeout ${m('kept_for')};
    gzip ${m('gzip')};
    root ${m('root')}/public;
    access_log /var/log/nginx/${m('app_name')}.access.log;
    location ${m('prefix')}/static/ {
        alias ${m('static_root')}/;
        expires ${m('expires')};
    }
    location ~ ^/${m('api_path')}/(.*)$ {
        proxy_pass http://${m('app_name')}/$1;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout ${m('timeout')}s;
        proxy_buffers ${m('count')} ${m('size')}k;
    }
    location / {
        proxy_pass ${m('scheme')}://${m('app_host')}:${m('app_port')}${m('prefix')};
        proxy_set_header Host "${m('host_header')}";
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        auth_basic "${m('realm')}";
        auth_basic_user_file ${m('users')};
    }
    error_page ${m('status')} /${m('status')}.html;
}
server {
    listen ${m('https_port')} ssl;
    server_name ${m('domain')};
    ssl_certificate ${m('ssl_dir')}/${m('domain')}.crt;
    ssl_certificate_key ${m('ssl_dir')}/${m('domain')}.key;
    ssl_protocols ${m('protocols')};
    ssl_ciphers ${m('ciphers')};
    resolver ${m('resolver')} valid=${m('valid')}s;
    set $backend ${m('backend_name')};
    if ($host != ${m('domain')}) { return 301 https://${m('domain')}$request_uri; }
    location / {
        proxy_pass http://$backend;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_http_version 1.1;
    }
}
`;

const big = (name: string): string => name.toUpperCase();

const KINDS: readonly (readonly [what: string, path: string, mark: (name: string) => string])[] = [
  ['Jinja', 'site.conf.j2', (n) => `{{ ${n} }}`],
  ['Jinja with filters and quotes', 'site.conf.j2', (n) => `{{ ${n} | default('a b;') | lower }}`],
  ['Jinja in a file without its ending', 'site.conf', (n) => `{{ app.${n} }}`],
  ['cookiecutter, in names of files, too', '{{ cookiecutter.slug }}/nginx/{{ cookiecutter.slug }}.conf', (n) => `{{ cookiecutter.${n} }}`],
  ['Nunjucks of Backstage', 'skeleton/site.conf', (n) => `\${{ values.${n} }}`],
  ['Tera', 'site.conf.tera', (n) => `{{ ${n} }}`],
  ['Twig', 'site.conf.twig', (n) => `{{ ${n}|raw }}`],
  ['Liquid', 'site.conf.liquid', (n) => `{{ site.${n} }}`],
  ['Template Toolkit', 'site.conf', (n) => `[% ${n} %]`],
  ['lua-resty-template', 'site.conf.tpl', (n) => `{* ${n} *}`],
  ['ERB', 'site.conf.erb', (n) => `<%= @${n} %>`],
  ['Chef', 'site.conf.erb', (n) => `<%= node['nginx']['${n}'] -%>`],
  ['EPP', 'site.conf.epp', (n) => `<%= $${n} %>`],
  ['Mason', 'site.conf', (n) => `<% $${n} %>`],
  ['EJS', 'site.conf.ejs', (n) => `<%- ${n} %>`],
  ['Underscore', 'site.conf.tmpl', (n) => `{%= ${n} %}`],
  ['Go', 'site.tmpl', (n) => `{{ .Env.${big(n)} }}`],
  ['gomplate', 'site.conf.gotmpl', (n) => `{{ env.Getenv "${big(n)}" "1" }}`],
  ['consul-template', 'site.ctmpl', (n) => `{{ key "${n}" }}`],
  ['confd', 'site.conf.tmpl', (n) => `{{getv "/${n}"}}`],
  ['Levant', 'site.conf.tpl', (n) => `[[ .${n} ]]`],
  ['other brackets', 'site.conf', (n) => `[[ ${n} ]]`],
  ['Handlebars', 'site.conf.hbs', (n) => `{{${n}}}`],
  ['Mustache', 'site.mustache', (n) => `{{{${n}}}}`],
  ['Mako', 'site.conf.mako', (n) => `\${${n}}`],
  ['FreeMarker', 'site.conf.ftl', (n) => `\${${n}?c}`],
  ['Blade', 'site.conf.blade.php', (n) => `{!! $${n} !!}`],
  ['PHP', 'site.conf.php', (n) => `<?php echo $${n}; ?>`],
  ['PHP, short', 'site.conf', (n) => `<?= $${n} ?>`],
  ['Smarty', 'site.conf.tpl', (n) => `{$${n}|escape}`],
  ['Terraform', 'site.conf.tftpl', (n) => `\${${n}}`],
  ['Terraform with a module', 'site.conf.tpl', (n) => `\${var.${n}}`],
  ['envsubst', 'templates/default.conf.template', (n) => `\${${big(n)}}`],
  ['a shell’s defaults', 'site.conf', (n) => `\${${big(n)}:-1}`],
  ['names in capitals', 'site.conf', (n) => `\${${big(n)}}`],
  ['Maven', 'site.conf', (n) => `\${proxy.${n}}`],
  ['a source of values', 'site.conf', (n) => `\${env:${n}}`],
  ['Azure', 'site.conf', (n) => `$(${big(n)})`],
  ['doubled dollars', 'site.conf', (n) => `$$${big(n)}$$`],
  ['doubled percents', 'site.conf', (n) => `%%${big(n)}%%`],
  ['percents', 'site.conf', (n) => `%${n}%`],
  ['percents with braces', 'site.conf', (n) => `%{${n}}`],
  ['Python’s percents', 'site.conf', (n) => `%(${n})s`],
  ['autoconf', 'site.conf.in', (n) => `@${big(n)}@`],
  ['CMake', 'site.conf.in', (n) => `@${n}@`],
  ['at with braces', 'site.conf', (n) => `@{${n}}`],
  ['underscores', 'site.conf', (n) => `__${big(n)}__`],
  ['angles', 'site.conf', (n) => `<${big(n)}>`],
  ['angles around small letters', 'site.conf', (n) => `<${n}>`],
  ['angles around what to write', 'site.conf', (n) => `<your-${n.replace(/_/g, '-')}>`],
  ['doubled angles', 'site.conf', (n) => `<<${n}>>`],
  ['braces', 'site.conf', (n) => `{${big(n)}}`],
  ['braces around small letters', 'site.conf', (n) => `{${n}}`],
  ['Octopus', 'site.conf', (n) => `#{${n}}`],
  ['.NET’s pipelines', 'site.conf', (n) => `#{${big(n)}}#`],
  ['DirectAdmin', 'site.conf', (n) => `|${big(n)}|`],
  ['tildes', 'site.conf', (n) => `~${big(n)}~`],
  ['exclamation marks', 'site.conf', (n) => `!!${big(n)}!!`],
  ['ISPConfig', 'site.conf.master', (n) => `{tmpl_var name='${n}'}`],
  ['brackets upon brackets', 'site.conf', (n) => `((((${n}))))`],
  ['words that ask to be replaced', 'site.conf', (n) => `REPLACE_${big(n)}`],
  ['words that say what they are', 'site.conf', (n) => `${big(n)}_PLACEHOLDER`],
];

for (const [what, path, mark] of KINDS)
  test(`marks of ${what}`, async () => {
    const { findings, files } = await checked(inMemory({ [path]: site(mark), 'README.md': '# a project\n' }), ['.']);
    assert.deepEqual(
      [...files].map((f) => relativePath(f, HOME)).filter((f) => !f.startsWith('/')),
      [path],
    );
    assert.deepEqual(
      findings.filter((f) => f.severity === 'error' || f.severity === 'warning').map((f) => `${shown(f)}: ${f.message}`),
      [],
    );
  });

/** A site for one hoster with TLS, where one alternative is written or the other. */
const CHOICES: readonly (readonly [
  what: string,
  path: string,
  marks: { if: string; else: string; end: string; each: string; done: string },
])[] = [
  ['Jinja', 'a.conf.j2', { if: '{% if tls %}', else: '{% else %}', end: '{% endif %}', each: '{% for n in nets %}', done: '{% endfor %}' }],
  [
    'PHP',
    'a.conf.php',
    {
      if: '<?php if ($tls): ?>',
      else: '<?php else: ?>',
      end: '<?php endif; ?>',
      each: '<?php foreach ($nets as $n): ?>',
      done: '<?php endforeach ?>',
    },
  ],
  [
    'PHP in braces',
    'a.conf.php',
    {
      if: '<?php if ($tls) { ?>',
      else: '<?php } else { ?>',
      end: '<?php } ?>',
      each: '<?php foreach ($nets as $n) { ?>',
      done: '<?php } ?>',
    },
  ],
  ['Levant', 'a.conf.tpl', { if: '[[ if .tls ]]', else: '[[ else ]]', end: '[[ end ]]', each: '[[ range .nets ]]', done: '[[ end ]]' }],
  ['Smarty', 'a.conf', { if: '{if $tls}', else: '{else}', end: '{/if}', each: '{foreach $nets as $n}', done: '{/foreach}' }],
  ['Octopus', 'a.conf', { if: '#{if tls}', else: '#{else}', end: '#{/if}', each: '#{each n in nets}', done: '#{/each}' }],
  [
    'ISPConfig',
    'a.conf.master',
    { if: "<tmpl_if name='tls'>", else: '<tmpl_else>', end: '</tmpl_if>', each: "<tmpl_loop name='nets'>", done: '</tmpl_loop>' },
  ],
  ['Go in round brackets', 'a.conf.tpl', { if: '(if .Tls)', else: '(else)', end: '(end)', each: '(range .Nets)', done: '(end)' }],
  [
    'Template Toolkit',
    'a.conf',
    { if: '[% IF tls %]', else: '[% ELSE %]', end: '[% END %]', each: '[% FOREACH n IN nets %]', done: '[% END %]' },
  ],
  ['Velocity', 'a.conf', { if: '#if( $tls )', else: '#else', end: '#end', each: '#foreach( $n in $nets )', done: '#end' }],
  ['Penlight', 'a.conf', { if: '> if tls then', else: '> else', end: '> end', each: '> for _, n in ipairs(nets) do', done: '> end' }],
  ['DirectAdmin', 'a.conf', { if: '|*if TLS="1"|', else: '|*else|', end: '|*endif|', each: '', done: '' }],
];

for (const [what, path, m] of CHOICES)
  test(`alternatives of ${what}`, async () => {
    const text = `server {
${m.if}
    listen 443 ssl;
    ssl_certificate /etc/ssl/a.pem;
    ssl_certificate_key /etc/ssl/a.key;
    root /srv/secure;
${m.else}
    listen 80;
    root /srv/plain;
${m.end}
    server_name a.example.com;
    location /internal/ {
${m.each}
        allow 10.0.0.0/8;
${m.done}
        deny all;
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
    }
}
`;
    const { findings, files } = await checked(inMemory({ [path]: text, 'README.md': '# a project\n' }), ['.']);
    assert.deepEqual(
      [...files].map((f) => relativePath(f, HOME)).filter((f) => !f.startsWith('/')),
      [path],
    );
    assert.deepEqual(
      findings.filter((f) => f.severity === 'error' || f.severity === 'warning').map((f) => `${shown(f)}: ${f.message}`),
      [],
    );
  });

/** What has the looks of a mark and is nginx's own text. */
for (const [what, text] of [
  ['a list of methods', 'server { if ($request_method !~ ^(GET|POST|PUT|HEAD)$ ) { return 405; } lsten 80; }'],
  ['a list of ciphers', 'server { ssl_ciphers HIGH:!aNULL:!MD5:!RC4:@SECLEVEL=1; lsten 80; }'],
  ['HTML without quotes', 'server { location / { return 200 <h1>here</h1>; } lsten 80; }'],
  ['a filter for HTML', 'server { sub_filter </head> </head><x>; sub_filter <body> "<body><p>hello"; lsten 80; }'],
  ['a block on one line', 'server { location /a {internal;} lsten 80; }'],
  ['a class of characters', 'server { location ~ ^/[[:alnum:]]+$ { return 204; } lsten 80; }'],
  ['an address of mail', 'server { add_header X-Contact "a@b.example, c@d.example"; lsten 80; }'],
  ['a condition that is switched off', 'server {\n  #if ($host = a) {\n  #  return 204;\n  #}\n  #end\n  lsten 80;\n}'],
  ['a percent in a class', 'server { location ~ [%a-f]+[0-9%] { return 204; } lsten 80; }'],
  ['a commented block', 'server {\n  #location / {\n  #  return 204;\n  #}\n  lsten 80;\n}'],
  ['brackets of an expression', 'server { location ~ ^/((end)|(if))$ { return 204; } location ~ (((a))) { return 204; } lsten 80; }'],
  ['a name with lines around it', 'server { server_name _; root /srv/_OLD_shop; location /_new_/ { return 204; } lsten 80; }'],
  ['a named group', 'server { location ~ ^/(?<name>[a-z]+)/(?P<PART_TWO>.*)$ { return 200 $name; } lsten 80; }'],
] as const)
  test(`no marks: ${what}`, async () => {
    const { findings, asked } = await checked(inMemory({ 'nginx/site.conf': `${text}\n` }), ['.']);
    assert.ok(
      findings.some((f) => f.rule === 'unknown-directive' && f.message.includes('lsten') && f.severity === 'error'),
      findings.map(shown).join('\n'),
    );
    for (const { config } of asked)
      for (const file of config.files.values()) if (file.id.endsWith('site.conf')) assert.equal(file.template, null);
  });
