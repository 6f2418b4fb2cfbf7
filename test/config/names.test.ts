import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOf } from '../../server/src/config/names.ts';
import { lintText } from '../harness/rules.ts';

const places = async (text: string, kind: Parameters<ReturnType<typeof namesOf>['sites']>[0], name: string) => {
  const { config, sources } = await lintText(text, []);
  return namesOf(config)
    .sites(kind, name, 'http')
    .map((s) => {
      const { line, character } = sources.get(s.directive.file.id)!.lines.position(s.span.start);
      return `${s.role} ${line + 1}:${character + 1} ${sources.get(s.directive.file.id)!.text.slice(s.span.start, s.span.end)}`;
    });
};

test('an upstream is found in proxy_pass, with the scheme and path left out', async () => {
  const text = 'events {}\nhttp {\n upstream app { server 127.0.0.1:1; }\n server { location / { proxy_pass http://app/x; } }\n}\n';
  assert.deepEqual(await places(text, 'upstream', 'app'), ['defines 3:11 app', 'references 4:42 app']);
});

test('a variable is defined by map and named groups, and used in braces, in quotes and in if', async () => {
  const text = `events {}
http {
  map $uri $kind { ~^/(?<part>a) $part; default b; }
  server {
    location / { return 200 "x\\"\${kind}"; }
    if ($kind = a) { return 404; }
  }
}
`;
  assert.deepEqual(await places(text, 'variable', 'kind'), ['defines 3:13 kind', 'references 5:35 kind', 'references 6:10 kind']);
  assert.deepEqual(await places(text, 'variable', 'part'), ['defines 3:26 part', 'references 3:35 part']);
});

test('a zone is found through includes, and a dollar sign in a regex is no variable', async () => {
  const text = `#- nginx.conf
events {}
http {
  limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;
  include site.conf;
}
#- site.conf
server { location ~ \\.php$ { limit_req zone=login burst=2; } }
`;
  assert.deepEqual(await places(text, 'limit-req-zone', 'login'), ['defines 3:43 login', 'references 1:45 login']);
  assert.deepEqual(await places(text, 'variable', ''), []);
});
