/**
 * Definitions of templates (Go's `define`, Jinja's macros, Handlebars' inline partials): what is in one is judged in the places that write it,
 * also where a definition writes another, and as a fragment where nobody writes it. Lines with a mark `!` at their end are wrong, all others right.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { fragmentContext } from '../../server/src/config/fragment.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import { lint } from '../../server/src/rules/run.ts';
import { parts } from '../harness/rules.ts';

const CASES: Record<string, readonly [file: string, text: string]> = {
  'Go, written in http': [
    'nginx.tmpl',
    'events {}\nhttp {\n  {{ template "it" . }}\n  server { listen 80; root /srv; }\n}\n{{ define "it" }}\nlocation /x { return 204; } !\ngzip on;\n{{ end }}\n',
  ],
  'Go, written in http and server': [
    'nginx.tmpl',
    'events {}\nhttp {\n  {{ template "it" . }}\n  server { listen 80; {{ template "it" . }} root /srv; }\n}\n{{ define "it" }}\ngzip on;\nlocation /x { return 204; }\nevents {} !\n{{ end }}\n',
  ],
  'Go, a definition within a definition, before another line': [
    'nginx.tmpl',
    'events {}\nhttp { server { listen 80; {{ template "outer" . }} root /srv; } }\n{{ define "outer" }}location / { {{ template "inner" . }} gzip on; }{{ end }}\n{{ define "inner" }}\nserver_name a; !\nautoindex off;\n{{ end }}\n',
  ],
  'Helm, a part with notes around its definitions': [
    '_site.tpl',
    'Parts of the site; see the values.\n{{- define "site" }}\nserver { listen 80; lsten 81; root /srv; } !\n{{- end }}\n{ not used }\n{{- define "headers" -}}\nserver { listen 82; root /srv; }\n{{- end -}}\n',
  ],
  'Go, a part of a line': [
    'nginx.tmpl',
    '{{ define "name" }}app{{ end }}\nevents {}\nhttp {\n  upstream {{ template "name" . }} { server 127.0.0.1; }\n  server { listen 80; root /srv; lsten 81; } !\n}\n',
  ],
  'Go, written nowhere': [
    'nginx.tmpl',
    'events {}\nhttp { server { listen 80; root /srv; } }\n{{ define "it" }}\nlocation /x { return 204; }\nbogus on; !\n{{ end }}\n',
  ],
  'Jinja, a macro in http': [
    'nginx.conf.j2',
    "{% macro site(name) %}\nserver { listen 80; server_name {{ name }}; {{ header('X') }} root /srv; }\n{% endmacro %}\n{% macro header(n) %}\nadd_header {{ n }} 1 always;\nserver_tokens perhaps; !\nlocation /x { return 204; }\nlisten 81;\nupstream a { server 127.0.0.1; } !\n{% endmacro %}\nevents {}\nhttp {\n  {% for s in sites %}{{ site(s) }}{% endfor %}\n}\n",
  ],
  'Handlebars, an inline partial': [
    'a.conf.hbs',
    '{{#*inline "it"}}\nlocation /x { return 204; }\nalow all; !\n{{/inline}}\nserver { listen 80; {{> it}} root /srv; }\n',
  ],
  'Go, where the file itself may stand anywhere': [
    'part.tmpl',
    '{{ template "it" . }}\ngzip on;\n{{ define "it" }}\nlocation /x { return 204; }\nlocation /y { retrun 204; } !\n{{ end }}\n',
  ],
};

for (const [what, [file, marked]] of Object.entries(CASES))
  test(`a definition, ${what}`, async () => {
    const { parser, engine, rules } = await parts();
    const text = marked.replace(/ !$/gm, '');
    const id = fileId(`file:///srv/templates/${file}`);
    const source = parser.open(id, text);
    const tree = { root: id, files: new Map([[id, source]]), includes: new Map(), disk: NO_DISK };
    const contexts = /^events/m.test(text) ? (['main'] as const) : fragmentContext(source, engine.catalog).contexts;
    const config = new Config(tree, engine, DEFAULT_SETTINGS, /^events/m.test(text) ? 'root' : 'fragment', contexts[0], contexts);
    const wrong = lint(config, rules).filter((f) => f.severity === 'error');
    assert.deepEqual(
      [...new Set(wrong.map((f) => source.lines.lineAt(f.at.span.start) + 1))],
      marked.split('\n').flatMap((line, i) => (line.endsWith(' !') ? [i + 1] : [])),
      wrong.map((f) => f.message).join('\n'),
    );
    source.dispose();
  });
