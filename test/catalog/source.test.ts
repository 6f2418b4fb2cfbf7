/** The comparison of the catalog with nginx's sources: tables in C as they are written, CHANGES, and the real binary's own answers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { loadCatalog, type Target } from '../../server/src/catalog/catalog.ts';
import { ANY_MODULE } from '../../server/src/catalog/modules.ts';
import { version } from '../../server/src/catalog/version.ts';
import {
  arityOfFlags,
  compareCommands,
  compareVariables,
  readChanges,
  readCommands,
  readProbe,
  readVariables,
} from '../../server/src/generate/catalog-source.ts';

const at = (nginx: string): Target => ({ nginx: version(nginx), flavour: 'oss', openssl: version('3.5.9'), modules: ANY_MODULE });

const TABLE = `
static ngx_command_t  ngx_http_gzip_filter_commands[] = {

    { ngx_string("gzip"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_HTTP_LIF_CONF
                        |NGX_CONF_FLAG,
      ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    /* { ngx_string("gzip_ghost"), NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG, x, 0, 0, NULL }, */
    { ngx_string("gzip_comp_level"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE12,
      ngx_conf_set_num_slot, 0, 0, NULL },

    { ngx_string("gzip_frobnicate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_1MORE,
      ngx_http_gzip_frobnicate, 0, 0, NULL },

      ngx_null_command
};

ngx_module_t  ngx_http_gzip_filter_module = {
    NGX_MODULE_V1,
    &ngx_http_gzip_filter_module_ctx,      /* module context */
    ngx_http_gzip_filter_commands,         /* module directives */
};`;

test('bits of a command are the short form of the data', () => {
  assert.equal(arityOfFlags(['NGX_CONF_TAKE13']), '1|3');
  assert.equal(arityOfFlags(['NGX_CONF_TAKE1234', 'NGX_CONF_BLOCK']), '1-4{');
  assert.equal(arityOfFlags(['NGX_CONF_NOARGS', 'NGX_CONF_TAKE1']), '0-1');
  assert.equal(arityOfFlags(['NGX_CONF_2MORE']), '2+');
  assert.equal(arityOfFlags(['NGX_HTTP_MAIN_CONF']), null);
});

test('a table is read with the module that names it; what is new, changed and gone is said, and new entries proposed', () => {
  const commands = readCommands(TABLE);
  assert.deepEqual(
    commands.map((c) => [c.name, c.module, c.args]),
    [
      ['gzip', 'ngx_http_gzip_filter_module', 'flag'],
      ['gzip_comp_level', 'ngx_http_gzip_filter_module', '1-2'],
      ['gzip_frobnicate', 'ngx_http_gzip_filter_module', '1+{'],
    ],
  );
  const said = compareCommands(loadCatalog(), at('1.31.9'), commands);
  const of = (name: string): string[] => said.filter((d) => d.name === name).map((d) => `${d.what} ${d.text}`);
  assert.deepEqual(of('gzip'), []);
  assert.deepEqual(of('gzip_comp_level'), [
    'changed contexts: http server; the catalog has http location server',
    'changed arguments: 1-2',
  ]);
  assert.deepEqual(of('gzip_min_length'), ['gone ngx_http_gzip_filter_module has it in the catalog']);
  assert.deepEqual(JSON.parse(said.find((d) => d.name === 'gzip_frobnicate')!.entry!), {
    name: 'gzip_frobnicate',
    in: 'http',
    args: '1+{',
    kind: 'custom',
    since: '1.31.9',
  });
});

test('variables that the catalog lacks', () => {
  const read = readVariables(`static ngx_http_variable_t  ngx_http_core_variables[] = {
    { ngx_string("http_host"), NULL, ngx_http_variable_header, offsetof(ngx_http_request_t, headers_in.host), 0, 0 },
    { ngx_string("frob_"), NULL, ngx_http_variable_frob, 0, NGX_HTTP_VAR_PREFIX|NGX_HTTP_VAR_CHANGEABLE, 0 },
      ngx_http_null_variable
};`);
  assert.deepEqual(
    compareVariables(loadCatalog(), at('1.31.9'), read).map((d) => [d.name, d.entry]),
    [['$frob_', '{"name":"frob_","prefix":true,"flags":"c","since":"1.31.9"}']],
  );
});

test('the entries of one release of CHANGES', () => {
  const text = `
Changes with nginx 9.9.2                                         02 Jan 2027

    *) Feature: the "frob" directive, which
       takes two lines.

    *) Bugfix: something.

Changes with nginx 9.9.1                                         01 Dec 2026

    *) Security: other.
`;
  assert.deepEqual(readChanges(text, '9.9.2'), {
    date: '02 Jan 2027',
    changes: [
      { kind: 'Feature', text: 'the "frob" directive, which takes two lines.' },
      { kind: 'Bugfix', text: 'something.' },
    ],
  });
  assert.equal(readChanges(text, '9.9.3'), null);
});

test('what nginx -t says of one line', () => {
  assert.equal(readProbe('nginx: [emerg] unknown directive "frob" in x:3', 'frob'), 'unknown');
  assert.equal(readProbe('nginx: [emerg] "frob" directive is not allowed here in x:3', 'frob'), 'misplaced');
  assert.equal(readProbe('nginx: [emerg] invalid number of arguments in "frob" directive in x:3', 'frob'), 'count');
  assert.equal(readProbe('nginx: the configuration file x syntax is ok', 'frob'), 'taken');
});

const nginx = spawnSync('nginx', ['-v'], { encoding: 'utf8' });

test('the installed nginx has what the catalog says of its version', { skip: nginx.status !== 0 && 'no nginx is installed' }, () => {
  const binary = spawnSync('sh', ['-c', 'command -v nginx'], { encoding: 'utf8' }).stdout.trim();
  const run = spawnSync(process.execPath, ['test/tools/catalog.mjs', '--binary', binary, '--only', 'client_b'], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /lines asked/);
  assert.doesNotMatch(run.stdout, /^(?:changed|gone)/m);
});
