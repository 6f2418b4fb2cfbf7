/** What modules of others bring, in configurations that their nginx takes: no error, and nothing of what answers, reads or names is passed over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintText } from '../harness/rules.ts';

const told = async (server: string, only?: string): Promise<string[]> => {
  const { findings } = await lintText(
    `events { }\nhttp {\ninclude mime.types;\nserver_tokens off;\nserver {\nlisten 8080;\n${server}\n}\n}`,
  );
  return findings
    .filter((f) => (only ? f.rule === only : f.severity === 'error' || f.severity === 'warning'))
    .map((f) => `${f.rule}: ${f.message}`);
};

test('switches and lists of set-misc are no variables', async () => {
  assert.deepEqual(
    await told(`set_base32_padding off;
set_base32_alphabet "0123456789abcdefghijklmnopqrstuv";
upstream_list shards left right;
location = /code { set $from plain; set_encode_base32 $to $from; return 200 $to; }`),
    [],
  );
  assert.match((await told('set_base32_padding maybe;')).join(), /invalid-value/);
});

test('what memcached is told stands in variables that the module has', async () => {
  const { findings } = await lintText(
    `load_module modules/ndk_http_module.so;
load_module modules/ngx_http_memc_module.so;
events { }
http { server { listen 8080; location = /put { return 200 $memc_flags$memc_flag; } } }`,
  );
  assert.deepEqual(
    findings.filter((f) => f.severity === 'error').map((f) => f.message),
    ['Unknown "memc_flag" variable. Did you mean "$memc_flags"?'],
  );
  const store =
    'location /store { allow 127.0.0.1; deny all; set $memc_key $uri; add_header X-Flags $memc_flags; memc_pass 127.0.0.1:11211; }';
  assert.deepEqual(await told(store), []);
});

test('every part of an echo answers, what stands around an answer does not', async () => {
  const page = (line: string): string => `location / { root /srv/site; }\nlocation /parts { ${line} }`;
  for (const line of [
    'echo_location /a;',
    'echo_subrequest GET /a;',
    "echo_foreach_split ',' $arg_names; echo_location $echo_it; echo_end;",
    'echo_sleep 1; echo_exec /a;',
    'echo_read_request_body; echo_request_body;',
    'echo_duplicate 3 "*";',
  ])
    assert.deepEqual(await told(page(line), 'assets-without-root'), [], line);
  assert.equal((await told(page('echo_before_body hello;'), 'assets-without-root')).length, 1);
});

test('echo_exec names the location that it leads to', async () => {
  assert.deepEqual(await told('location /in { echo_exec @part; }\nlocation @part { echo here; }', 'unused-named-location'), []);
});
