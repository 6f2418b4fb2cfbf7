/**
 * Every rule's examples in other shapes: what is in a file of its own that the block includes, in one that a second server does not see, or
 * with Windows line ends means the same to nginx, so the verdict has to be the same.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FileId } from '../../server/src/base/file-id.ts';
import { fileId } from '../../server/src/base/file-id.ts';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example, Rule } from '../../server/src/rules/rule.ts';
import { type ExampleTree, exampleSettings, exampleTree, lintTree, readMarks } from '../harness/rules.ts';

const at = (path: string): FileId => fileId(`file:///etc/nginx/${path}`);

/** Blocks whose inside may be in an included file, with what is around it. */
const AROUND: Readonly<Record<string, (inner: string) => string>> = {
  http: (inner) => `events {\n}\nhttp {\n${inner}\n}\n`,
  server: (inner) => `events {\n}\nhttp {\nserver {\n${inner}\n}\n}\n`,
  location: (inner) => `events {\n}\nhttp {\nserver {\nlocation / {\n${inner}\n}\n}\n}\n`,
};

type Shape = (inside: string, text: string) => ExampleTree['files'];

const SHAPES: Readonly<Record<string, Shape>> = {
  'in an include': (inside, text) =>
    new Map([
      [at('nginx.conf'), AROUND[inside]!('include part.conf;')],
      [at('part.conf'), `${text}\n`],
    ]),
  'in an include of an include': (inside, text) =>
    new Map([
      [at('nginx.conf'), AROUND[inside]!('include parts/*.conf;')],
      [at('parts/a.conf'), 'include inner/part.inc;\n'],
      [at('inner/part.inc'), `${text}\n`],
    ]),
  'with a server of its own beside it': (inside, text) =>
    new Map([[at('nginx.conf'), AROUND[inside]!(text).replace(/\}\n$/, 'server {\nlisten 192.0.2.7:8080;\nreturn 404;\n}\n}\n')]]),
  'with Windows line ends': (inside, text) => new Map([[at('nginx.conf'), AROUND[inside]!(text).replace(/\n/g, '\r\n')]]),
};

/** Shapes for some of the texts: null where a text has not what is lifted. */
type PartialShape = (inside: string, text: string) => string | null;

const SOME: Readonly<Record<string, PartialShape>> = {
  'in a nested location': (inside, text) =>
    inside === 'location' && !/\blocation\b|\balias\b|\$uri|\$1/.test(text)
      ? `events {\n}\nhttp {\nserver {\nlocation / {\nlocation /nested/ {\n${text}\n}\n}\n}\n}\n`
      : null,
  'with the address in a variable': (inside, text) => {
    const m = /^(\s*)proxy_pass (http:\/\/127\.0\.0\.1:8000);$/m.exec(text);
    return m &&
      (inside === 'server' || inside === 'location') &&
      text.match(/proxy_pass/g)!.length === 1 &&
      !/\bif\b|rewrite|proxy_redirect|limit_except/.test(text)
      ? AROUND[inside]!(text.replace(m[0], `${m[1]}set $lifted ${m[2]};\n${m[1]}proxy_pass $lifted;`))
      : null;
  },
  'with its lines in http': (inside, text) => {
    if (inside === 'http' || /[{}]/.test(text.replace(/\$\{\w+\}/g, '')) || /"[^"]*\n/.test(text)) return null;
    const lines = text.split('\n');
    const stay = lines.filter((line) => OF_PLACES.test(line));
    const up = lines.filter((line) => !OF_PLACES.test(line)).join('\n');
    if (!up.trim() || !stay.some((line) => line.includes('_pass '))) return null;
    const within = inside === 'location' ? `location / {\n${stay.join('\n')}\n}` : stay.join('\n');
    return `events {\n}\nhttp {\n${up}\nserver {\n${within}\n}\n}\n`;
  },
  'over uwsgi': overParams('uwsgi'),
  'over fastcgi': overParams('fastcgi'),
  'over scgi': overParams('scgi'),
  'over grpc': (inside, text) => overSister(inside, text, 'grpc', (name) => `grpc_set_header ${name}`),
  'in stream': (inside, text) => {
    if (inside !== 'http' && inside !== 'server') return null;
    const plain = text.replace(/\bproxy_pass https?:\/\//g, 'proxy_pass ').replace(/#.*/g, '');
    const tls = /\bproxy_pass https:/.test(text) ? 'proxy_ssl on;\n' : '';
    const names = [...plain.matchAll(/(?<=^|[;{}])\s*([a-z_]\w*)\b(?=[^;{}]*[;{])/gm)].map((m) => m[1]!);
    if (!names.length || !names.every((name) => IN_STREAM(name)) || /\$(?:host|uri|http_|request|arg_|cookie_)/.test(plain)) return null;
    // what counts below http counts below stream in a server that passes on
    const served = (body: string): string =>
      `${/\blisten\b/.test(body) ? '' : '\nlisten 192.0.2.8:9000;'}${tls}${/\b(?:proxy_pass|return)\b/.test(body) ? '' : '\nproxy_pass 192.0.2.9:9001;'}\n`;
    if (inside === 'server') return `events {\n}\nstream {\nserver {\n${plain}${served(plain)}}\n}\n`;
    const servers = [...plain.matchAll(/\bserver\s*\{([^{}]*)\}/g)];
    if (!servers.length || servers.some(([whole]) => /server\s*\{\s*server\s/.test(whole))) return null;
    return `events {\n}\nstream {\n${plain.replace(/\bserver\s*\{([^{}]*)\}/g, (_, body: string) => `server {${body}${served(body)}}`)}\n}\n`;
  },
};

/** A text over the protocol of another module, where that has a sister of each directive; headers by the line that `header` begins. */
function overSister(inside: string, text: string, family: string, header: (name: string) => string): string | null {
  const used = [...text.matchAll(/\bproxy_\w+\b/g)].map(([name]) => name);
  const sisters = used.filter((name) => name !== 'proxy_set_header').map((name) => name.replace(/^proxy/, family));
  if (!used.includes('proxy_pass') || !sisters.every((name) => CATALOG.directives(name).some((f) => f.source === 'oss'))) return null;
  if (/proxy_pass (?!http:\/\/127\.0\.0\.1:800\d;)/.test(text)) return null;
  return AROUND[inside]!(
    text
      .replace(/proxy_pass http:\/\/(127\.0\.0\.1:\d+);/g, `${family}_pass $1;`)
      .replace(/proxy_set_header ([\w-]+)/gi, (_, name: string) => header(name))
      .replace(/\bproxy_(?=\w)/g, `${family}_`),
  );
}

/** Over a protocol that hands parameters on, in which a header is one of them. */
function overParams(family: string): PartialShape {
  return (inside, text) => overSister(inside, text, family, (name) => `${family}_param HTTP_${name.toUpperCase().replace(/-/g, '_')}`);
}

const CATALOG = loadCatalog();

/** Whether stream has a directive of that name. */
const IN_STREAM = (name: string): boolean =>
  CATALOG.directives(name).some(
    (f) => f.source === 'oss' && f.contexts.some((c) => c === 'stream' || c === 'stream-server' || c === 'stream-upstream'),
  );

/** Lines that are in a place of their own, or run there. */
const OF_PLACES = /_pass\b|\b(?:alias|return|rewrite|set|if|listen|server_name|try_files|internal|stub_status|break)\b/;

/** What differs where headers are parameters; tried with uWSGI, whose application printed its environ. */
const OVER_PARAMS: Readonly<Record<string, string>> = {
  'body-length-overwritten':
    'the body is framed by these protocols, and its length is the parameter CONTENT_LENGTH, which files of nginx fill',
  'cache-key-leaks':
    'there is no key by default: all pages are one entry, which cache-without-key says (uWSGI: /cached/2 was answered with /cached/1)',
  'encoded-slash-decoded': 'the three programs speak HTTP, and REQUEST_URI is what the client asked for',
  'forwarded-headers-missing': 'the address and the scheme are parameters of their own, in the file uwsgi_params and its like',
  'forwarded-prefix-kept': 'the path is the parameter PATH_INFO, which the lifted text does not send',
  'forwarded-proto-from-client':
    'wsgi.url_scheme comes of UWSGI_SCHEME or HTTPS, and the header of the client goes along with or without the line',
  'header-sent-twice': 'the parameter that comes last replaces the one before (uWSGI: HTTP_HOST was the second)',
  'origin-check-too-loose': 'these protocols upgrade nothing',
  'proxy-host-missing': 'the Host of the client goes along as HTTP_HOST, as do all its headers (uWSGI: it was there)',
  'proxy-pass-slash-mismatch': 'REQUEST_URI is what the client asked for, not the path that a rewrite made',
  'query-in-path': 'REQUEST_URI is what the client asked for, not the path that a rewrite made',
  'rewrite-misses-pass': 'REQUEST_URI is what the client asked for, not the path that a rewrite made',
  'websocket-upgrade-incomplete': 'these protocols upgrade nothing',
};

/** Rules for which the shape says something else, with the reason. */
const OTHERWISE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'in a nested location': {},
  'with the address in a variable': {},
  'with its lines in http': {
    'incompatible-directives': 'proxy_redirect default has to come after the proxy_pass of its own block, so nginx refuses it in http',
  },
  'over uwsgi': OVER_PARAMS,
  'over fastcgi': {
    ...OVER_PARAMS,
    'try-files-and-pass': 'PHP runs the script that try_files has found: the pair is the usual guard there',
  },
  'over scgi': OVER_PARAMS,
  'over grpc': {
    'body-length-overwritten': 'HTTP/2 frames the body: where it ends is in no header',
    'cors-misconfigured': 'no browser makes a gRPC call, so nothing asks for a preflight',
    'encoded-slash-decoded': 'the path of a gRPC call is the name of its method',
    'forwarded-headers-missing': 'a gRPC service makes no links, and is told of its client where it asks for that',
    'forwarded-prefix-kept': 'the path of a gRPC call is the name of its method, below no prefix',
    'method-not-limited': 'a gRPC call is a POST, and its service refuses other methods',
    'origin-check-too-loose': 'HTTP/2 has no upgrade',
    'proxy-pass-slash-mismatch': 'the path of a gRPC call is the name of its method, below no prefix',
    'proxy-host-missing': 'a gRPC service makes no links, and reads no :authority',
    'websocket-upgrade-incomplete': 'HTTP/2 has no upgrade',
  },
  'in stream': {
    'deprecated-parameter': 'listen in stream never had the old spelling: nginx refuses it',
    'hsts-missing': 'no headers are sent in stream',
    'listen-http2': 'listen in stream never had http2: nginx refuses it',
    'misdirected-request-accepted': 'no request is answered in stream',
    'plain-on-443': 'a stream server without ssl passes TLS on as it is, to whoever ends it',
    'real-ip-ineffective': 'there the rule is about the PROXY protocol, which is missing first of all',
    'redirect-drops-path': 'return takes one argument in stream, and sends it as text',
    'reserved-variable': 'stream has other variables',
    'unknown-variable': 'return takes one argument in stream: nginx refuses the line',
  },
};

/** Rules that are about files or letters themselves. */
const ABOUT_FILES = new Set([
  'secret-in-config',
  'syntax',
  'include-cycle',
  'include-unreadable',
  'missing-include',
  'multiline-header',
  'incomplete-configuration',
  'error-log-missing',
]);

async function speaks(rule: Rule, example: Example, files: ExampleTree['files']): Promise<boolean> {
  const base = exampleSettings(example);
  const all = new Map(files);
  for (const [path, body] of Object.entries(example.files ?? {})) all.set(at(path), body);
  const settings = { ...base, rules: { ...base.rules, [rule.id]: rule.severity } };
  const { findings } = await lintTree({ root: at('nginx.conf'), files: all }, [rule], settings);
  return findings.some((f) => f.rule === rule.id);
}

const isOneText = (example: Example, text: string | undefined): text is string =>
  text !== undefined && !/^#- /m.test(text) && (example.inside ?? 'server') in AROUND;

for (const [shape, lift] of Object.entries(SHAPES))
  describe(shape, () => {
    for (const rule of RULES) {
      if (ABOUT_FILES.has(rule.id)) continue;
      test(rule.id, async () => {
        const wrong: string[] = [];
        for (const example of rule.examples)
          for (const kind of ['bad', 'good'] as const) {
            const given = example[kind];
            if (!isOneText(example, given)) continue;
            const { text } = readMarks('nginx.conf', given);
            const inside = example.inside ?? 'server';
            const plain = await speaks(rule, example, exampleTree({ ...example, files: {} }, text).files);
            if ((await speaks(rule, example, lift(inside, text))) !== plain) wrong.push(`${plain ? 'missed' : 'accused'}:\n${text}`);
          }
        assert.deepEqual(wrong, []);
      });
    }
  });

for (const [shape, lift] of Object.entries(SOME))
  describe(shape, () => {
    for (const rule of RULES) {
      if (ABOUT_FILES.has(rule.id) || Object.hasOwn(OTHERWISE[shape] ?? {}, rule.id)) continue;
      test(rule.id, async () => {
        const wrong: string[] = [];
        for (const example of rule.examples)
          for (const kind of ['bad', 'good'] as const) {
            const given = example[kind];
            if (!isOneText(example, given)) continue;
            const { text } = readMarks('nginx.conf', given);
            const lifted = lift(example.inside ?? 'server', text);
            if (lifted === null) continue;
            const plain = await speaks(rule, example, exampleTree({ ...example, files: {} }, text).files);
            if ((await speaks(rule, example, new Map([[at('nginx.conf'), lifted]]))) !== plain)
              wrong.push(`${plain ? 'missed' : 'accused'}:\n${lifted}`);
          }
        assert.deepEqual(wrong, []);
      });
    }
  });

/** Rules about what a line does where it is in force. */
describe('in http, with the good line in the only server', () => {
  const names = (text: string): Set<string> => new Set([...text.matchAll(/^\s*([a-z_]\w+)\s/gm)].map((m) => m[1]!));
  for (const rule of RULES.filter((r) => r.inForce))
    test(rule.id, async () => {
      const wrong: string[] = [];
      for (const example of rule.examples) {
        if (!isOneText(example, example.bad) || !isOneText(example, example.good)) continue;
        const [bad, good] = [example.bad, example.good].map((text) => readMarks('nginx.conf', text).text);
        if (/[{}]/.test(bad! + good!) || ![...names(bad!)].every((name) => names(good!).has(name))) continue;
        const text = `events {\n}\nhttp {\n${bad}\nserver {\nlisten 80;\n${good}\n}\n}\n`;
        if (await speaks(rule, example, new Map([[at('nginx.conf'), text]]))) wrong.push(`accused:\n${text}`);
      }
      assert.deepEqual(wrong, []);
    });
});
