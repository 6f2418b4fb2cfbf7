// The TextMate grammar, read by the very libraries with which VS Code reads it (they lie among the pinned tools).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { ensureServer } from '../tools/editor-tools.mjs';

interface Token {
  startIndex: number;
  endIndex: number;
  scopes: string[];
}
interface Grammar {
  tokenizeLine(line: string, state: unknown): { tokens: Token[]; ruleStack: unknown };
}

let grammar: Grammar;
let initial: unknown;

/** Each word of the text with its innermost scopes. */
function* tokens(text: string): Generator<{ word: string; scopes: string[]; line: number }> {
  let state = initial;
  for (const [line, content] of text.split('\n').entries()) {
    const { tokens, ruleStack } = grammar.tokenizeLine(content, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) yield { word: content.slice(startIndex, endIndex).trim(), scopes, line };
  }
}

/**
 * Checks what is written below a line: `#  ^^^^ scope` says that the text above the carets is one token with this scope (a prefix, among its scopes);
 * `-scope` that it has no such scope. Lines of marks are not part of the text.
 */
function checkScopes(marked: string): void {
  const text: string[] = [];
  const marks: { line: number; start: number; end: number; scope: string }[] = [];
  for (const line of marked.split('\n')) {
    const mark = /^#?(\s*)(\^+) (\S+)$/.exec(line);
    if (!mark) text.push(line);
    else {
      const start = line.indexOf('^');
      marks.push({ line: text.length - 1, start, end: start + (mark[2]?.length ?? 0), scope: mark[3] ?? '' });
    }
  }
  assert.ok(marks.length, 'nothing is marked');
  let state = initial;
  for (const [index, content] of text.entries()) {
    const { tokens, ruleStack } = grammar.tokenizeLine(content, state);
    state = ruleStack;
    for (const { start, end, scope } of marks.filter(({ line }) => line === index)) {
      const covering = tokens.filter((token) => token.startIndex < end && token.endIndex > start);
      const wanted = scope.replace(/^-/, '');
      for (const token of covering) {
        const has = token.scopes.some((one) => one === wanted || one.startsWith(`${wanted}.`));
        assert.equal(
          has,
          !scope.startsWith('-'),
          `"${content.slice(start, end)}" in "${content}" has ${token.scopes.join(' ')}, wanted ${scope}`,
        );
      }
    }
  }
}

describe('the TextMate grammar', () => {
  before(async () => {
    const code = path.resolve(path.dirname(await ensureServer(console.log)), '..');
    const require = createRequire(path.join(code, 'package.json'));
    const { Registry, INITIAL, parseRawGrammar } = require('vscode-textmate');
    const { loadWASM, OnigScanner, OnigString } = require('vscode-oniguruma');
    await loadWASM(fs.readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')));
    const { contributes } = JSON.parse(fs.readFileSync('package.json', 'utf8'));
    const files = new Map<string, string>([['source.lua', path.join(code, 'extensions/lua/syntaxes/lua.tmLanguage.json')]]);
    for (const one of contributes.grammars) files.set(one.scopeName, one.path);
    const registry = new Registry({
      onigLib: Promise.resolve({
        createOnigScanner: (patterns: string[]) => new OnigScanner(patterns),
        createOnigString: (text: string) => new OnigString(text),
      }),
      loadGrammar: async (scope: string) => {
        const file = files.get(scope);
        return file ? parseRawGrammar(fs.readFileSync(file, 'utf8'), file) : null;
      },
      getInjections: (scope: string) =>
        contributes.grammars.flatMap((one: { scopeName: string; injectTo?: string[] }) =>
          one.injectTo?.includes(scope) ? [one.scopeName] : [],
        ),
    });
    grammar = await registry.loadGrammar('source.nginx');
    initial = INITIAL;
  });

  test('directives, blocks, values', () =>
    checkScopes(`
worker_processes auto;
#^^^^^^^^^^^^^^ support.function.directive.nginx
#                ^^^^ constant.language.nginx
http {
^^^^ keyword.control.block.nginx
    proxy_read_timeout 1h30m;
#                      ^ constant.numeric.nginx
#                       ^^^^ keyword.other.unit.nginx
    upstream app { server 127.0.0.1:8000 weight=5; }
#   ^^^^^^^^ keyword.control.block.nginx
#                  ^^^^^^ support.function.directive.nginx
#                         ^^^^^^^^^^^^^^ constant.numeric.address.nginx
#                                        ^^^^^^ variable.parameter.nginx
    server {
#   ^^^^^^ keyword.control.block.nginx`));

  test('what follows a tag of a template keeps its colour, whichever engine it is', () =>
    checkScopes(`
<% if @ssl then -%>ssl_certificate a;<% end -%>gzip on;
#                  ^^^^^^^^^^^^^^^ support.function.directive.nginx
#                                              ^^^^ support.function.directive.nginx
listen {{ port }} default_server;
#                 ^^^^^^^^^^^^^^ constant.language.nginx
return 301 https://{{ name }}$request_uri;
#                             ^^^^^^^^^^^ variable.other.nginx
location /<%= path %>/ { gzip off; }
#         ^^^ punctuation.definition.template.begin.nginx
#                        ^^^^ support.function.directive.nginx
{{- if .Values.tls }}
#   ^^ keyword.control.template.nginx
gzip on;
^^^^ support.function.directive.nginx
{{ end }}`));

  test('a placeholder may be a statement of its own', () =>
    checkScopes(`
server { \${EXTRA}gzip on; \${more_of_it} }
#          ^^^^^ variable.other.template.nginx
#                ^^^^ support.function.directive.nginx
#                           ^^^^^^^^^^ variable.other.template.nginx`));

  test('a number sign begins a comment only where a word may begin', () =>
    checkScopes(`
server_name a.example; # a comment
#                      ^^^^^^^^^^^ comment.line
rewrite ^/a#b$ /c#d;
#         ^^ -comment.line
#               ^^^ -comment.line`));

  test('a regex ends with its word; its groups have names', () =>
    checkScopes(`
location ~* ^/(?<year>\\d{4})/x$ {
#        ^^ keyword.operator.matching.nginx
#           ^^ string.regexp.nginx
#                ^^^^ variable.other.capture.nginx
#                              ^ -string.regexp.nginx`));

  test('quoted regexes may hold braces and semicolons', () =>
    checkScopes(`
location ~ "^/\\d{4};" {
#                   ^ string.regexp.nginx
#                      ^ punctuation.section.block.begin.nginx`));

  test('the regex of a condition ends before its parenthesis', () =>
    checkScopes(`
if ($request_method !~ ^(GET|POST)$) { return 405; }
^^ keyword.control.nginx
#                   ^^ keyword.operator.matching.nginx
#                       ^^^^^^^^^^ string.regexp.nginx
#                                  ^ -string.regexp.nginx
#                                      ^^^^^^ keyword.control.nginx`));

  test('variables stand in strings too', () =>
    checkScopes(`
log_format main '$remote_addr \${host}';
#                ^^^^^^^^^^^^ -constant
#                 ^^^^^^^^^^^ variable.other.nginx
#                               ^^^^ variable.other.nginx`));

  test('entries of a map are no directives', () =>
    checkScopes(`
map $uri $new { default 0; ~^/old/(.*)$ /new/$1; text/html 1; }
#               ^^^^^^^ support.function.directive.nginx
#                          ^ keyword.operator.matching.nginx
#                                                ^^^^ -support.function.directive.nginx
server_tokens off;
^^^^^^^^^^^^^ support.function.directive.nginx`));

  test('a Lua body is Lua to its own closing brace', () =>
    checkScopes(`
content_by_lua_block {
    local t = { s = "}" } -- }
#   ^^^^^ meta.embedded.block.lua
#                         ^^^^ comment.line.double-dash.lua
    ngx.say(t.s)
#   ^^^ meta.embedded.block.lua
}
root /srv;
^^^^ support.function.directive.nginx
#    ^^^^ -meta.embedded.block.lua`));

  test('templates, also in strings and in the middle of a word', () =>
    checkScopes(`
proxy_pass http://{{ backend | default("app") }}:8000;
#                    ^^^^^^^ variable.other.template.nginx
#                              ^^^^^^^ support.function.filter.template.nginx
add_header X-Env "{{ env }}";
#                    ^^^ variable.other.template.nginx
{% if tls %}
#  ^^ keyword.control.template.nginx
listen 443 ssl;
#^^^^^ support.function.directive.nginx
{% endif %}
^^ punctuation.definition.template.begin.nginx`));

  test('ERB, EPP and EJS: what follows a tag keeps its colour', () =>
    checkScopes(`
<% if @ssl -%>
#  ^^ keyword.control.template.nginx
listen <%= @port %> ssl;
#^^^^^ support.function.directive.nginx
#      ^^^ punctuation.definition.template.begin.nginx
<% end -%>
#  ^^^ keyword.control.template.nginx
root /srv;
^^^^ support.function.directive.nginx
<%# a { comment; %>
#   ^ comment.block.template.nginx
index a.html;
^^^^^ support.function.directive.nginx`));

  test('a placeholder as a whole statement', () =>
    checkScopes(`
\${EXTRA}
# ^^^^^ variable.other.template.nginx
root /srv;
^^^^ support.function.directive.nginx`));

  test('a statement that is being typed does not colour the block behind it for good', () =>
    checkScopes(`
server {
    root
}
server_tokens off;
^^^^^^^^^^^^^ support.function.directive.nginx`));

  test('every word at the beginning of a statement of the sample is a directive or a block', () => {
    for (const file of ['nginx.conf', 'conf.d/shop.conf', 'conf.d/redirect.conf', 'snippets/tls.conf', 'snippets/proxy.conf']) {
      const text = fs.readFileSync(`test/sample/nginx/${file}`, 'utf8');
      const first = new Map<number, string[]>();
      for (const { word, scopes, line } of tokens(text)) if (word && !first.has(line)) first.set(line, scopes);
      for (const [line, content] of text.split('\n').entries())
        if (/^\s*[a-z_]+[ ;]/.test(content) && !/^\s*default /.test(content))
          assert.match(first.get(line)?.join(' ') ?? '', /directive|keyword\.control/, `${file}: ${content}`);
    }
  });
});
