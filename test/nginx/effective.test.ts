/**
 * What is said to be in force is what nginx does: drawn chains of http, server, location and a location or `if` within, with lines of all kinds
 * of inheritance at each level. One value that the nearest level gives (proxy_method, expires, default_type), lists that hide the outer ones
 * (add_header, proxy_set_header, proxy_hide_header, sub_filter, error_page, access_log, types), lists that grow within a level (index), the first
 * that fits (allow and deny, error_page), two names for one thing (root and alias), what is not handed on (proxy_pass), and lists that are merged
 * (add_header_inherit) where the nginx has them. `SEED` chooses other ones.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { atLeast, version } from '../../server/src/catalog/version.ts';
import type { Directive } from '../../server/src/config/directive.ts';
import { effective } from '../../server/src/config/effective.ts';
import { everywhere } from '../../server/src/config/pieces.ts';
import type { Scope } from '../../server/src/config/scope.ts';
import { Random } from '../harness/config-generator.ts';
import { available, OWN_PATHS, type Running, serve, withoutNginx } from '../harness/nginx.ts';
import { lintText } from '../harness/rules.ts';

const skip = withoutNginx();
const SEED = Number(process.env.SEED ?? 1);
const TREES = Number(process.env.PROXYLENS_TREES ?? 3);
const SERVERS = 30;
/** add_header_inherit came with 1.29.3; Debian's 1.22.1 lacks it, and test/config/effective.test.ts goes by the source then */
const MERGES = atLeast(version(available()?.version ?? '1.22.1'), '1.29.3');

const LEVELS = ['h', 's', 'l', 'n'] as const;
type Level = (typeof LEVELS)[number];
const TAGS = LEVELS.flatMap((l) => [`${l}0`, `${l}1`]);
/** a name of an HTTP method has letters and underscores only */
const method = (tag: string): string => `M${tag[0]!.toUpperCase()}${tag[1] === '1' ? '_' : ''}`;
const hours = (tag: string): number => TAGS.indexOf(tag) + 1;
/** of these the index file is there */
const PRESENT = ['h1', 's0', 'l1', 'n0'];

interface Kind {
  readonly name: string;
  /** how many lines a level may have */
  readonly most: 1 | 2;
  readonly line: (tag: string, level: Level, r: Random) => string;
  /** whether it may be in an `if` of a location */
  readonly inIf?: true;
}

const PROXIED: readonly Kind[] = [
  { name: 'add_header', most: 2, line: (tag) => `add_header X-A ${tag};`, inIf: true },
  { name: 'proxy_set_header', most: 2, line: (tag) => `proxy_set_header X-P-${tag} 1;` },
  { name: 'proxy_hide_header', most: 2, line: (tag) => `proxy_hide_header X-E-${tag};` },
  { name: 'proxy_method', most: 1, line: (tag) => `proxy_method ${method(tag)};` },
  { name: 'proxy_http_version', most: 1, line: (_, __, r) => `proxy_http_version 1.${r.below(2)};` },
  { name: 'sub_filter', most: 2, line: (tag) => `sub_filter tok-${tag}, rep-${tag},;` },
  { name: 'access_log', most: 2, line: (tag) => `access_log logs/${tag}.log only;`, inIf: true },
];
const ACCESS: readonly Kind[] = [
  {
    name: 'allow',
    most: 2,
    line: (_, __, r) => r.pick(['allow 127.0.0.1;', 'allow 10.0.0.0/8;', 'deny 127.0.0.0/8;', 'deny all;', 'allow all;']),
  },
];
const FILES: readonly Kind[] = [
  {
    name: 'root',
    most: 1,
    line: (tag, level, r) => ((level === 'l' || level === 'n') && r.chance(0.5) ? `alias ROOT/${tag}/;` : `root ROOT/${tag};`),
  },
  { name: 'default_type', most: 1, line: (tag) => `default_type text/${tag};` },
  { name: 'types', most: 1, line: (tag) => `types { text/type-${tag} bin; }` },
  { name: 'expires', most: 1, line: (tag) => `expires ${hours(tag)}h;` },
  { name: 'index', most: 2, line: (tag) => `index ${tag}.html;` },
  { name: 'error_page', most: 2, line: (tag, _, r) => `error_page ${r.pick(['404', '404', '403'])} =200 /err/${tag};` },
];

function linesAt(level: Level, kinds: readonly Kind[], r: Random, dense: number): string {
  return kinds
    .flatMap((kind) => {
      if (!r.chance(dense)) return [];
      const n = kind.most === 2 && r.chance(0.5) ? 2 : 1;
      return Array.from({ length: n }, (_, i) => kind.line(`${level}${i}`, level, r));
    })
    .concat(
      MERGES && kinds.some((k) => k.name === 'add_header') && r.chance(0.3)
        ? [`add_header_inherit ${r.pick(['on', 'off', 'merge'])};`]
        : [],
    )
    .join('\n');
}

type Flavour = 'proxied' | 'access' | 'files';

/** A server with its chain; the innermost scope is a nested location or, of what may be there, an `if`. */
function serverOf(index: number, flavour: Flavour, r: Random): string {
  const kinds = flavour === 'proxied' ? PROXIED : flavour === 'access' ? ACCESS : FILES;
  const inIf = flavour === 'proxied' && r.chance(0.4);
  const pass = 'proxy_pass http://127.0.0.1:ECHO;';
  const inner = inIf
    ? `if ($arg_q) {\n${linesAt(
        'n',
        kinds.filter((k) => k.inIf),
        r,
        0.5,
      )}\n}`
    : `location /a/b/ {\n${linesAt('n', kinds, r, 0.4)}\n${flavour === 'files' || r.chance(0.2) ? '' : pass}\n}`;
  return `server {\nlisten 127.0.0.1:PORT;\nserver_name n${index};\n${linesAt('s', kinds, r, 0.4)}
location /err/ { return 200 "E:$uri"; }
location /a/ {\n${linesAt('l', kinds, r, 0.4)}\n${flavour === 'files' ? '' : pass}\n${inner}\n}\n}`;
}

function textOf(flavour: Flavour, r: Random): string {
  const kinds = flavour === 'proxied' ? PROXIED : flavour === 'access' ? ACCESS : FILES;
  const servers = Array.from({ length: SERVERS }, (_, i) => serverOf(i, flavour, r));
  const seen = TAGS.map((t) => `${t}=$http_x_p_${t};`).join('');
  const tokens = TAGS.map((t) => `tok-${t},`).join('');
  return `events { }
http {
${OWN_PATHS.replace('access_log off;\n', '')}log_format only '$uri$is_args$args';
server_names_hash_bucket_size 128;
sub_filter_once off;
sub_filter_types *;
${flavour === 'files' ? '' : 'root ROOT/own;\n'}${linesAt('h', kinds, r, 0.5)}
server {
listen 127.0.0.1:ECHO;
access_log off;
sub_filter none none;
allow all;
${TAGS.map((t) => `add_header X-E-${t} 1;`).join('\n')}
return 200 "$request_method $server_protocol ${seen} ${tokens}";
}
${servers.join('\n')}
}`;
}

interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

const ask = (running: Running, host: string, url: string): Promise<Answer> =>
  new Promise((done, fail) => {
    const request = http.get({ host: '127.0.0.1', port: running.ports[0], path: url, headers: { Host: host } }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (s: string) => (body += s));
      response.on('end', () => {
        const raw = response.rawHeaders;
        const headers = raw.flatMap((name, i) => (i % 2 ? [] : [[name.toLowerCase(), raw[i + 1]!] as const]));
        done({ status: response.statusCode ?? 0, headers, body });
      });
    });
    request.on('error', fail);
    request.setTimeout(5000, () => request.destroy(new Error('no answer')));
  });

const inForce = (scope: Scope, name: string): readonly Directive[] => effective(scope, name).directives;
const words = (scope: Scope, name: string): string[] => inForce(scope, name).map((d) => d.value(0));
const of = ({ headers }: Answer, name: string): string[] => headers.filter(([n]) => n === name).map(([, v]) => v);

/** Innermost scopes in the order of the servers. */
function innermost(directives: readonly Directive[]): Scope[] {
  return directives
    .filter((d) => d.name === 'location' && d.value(0) === '/a/')
    .map((d) => {
      const own = d.body!.directives.find((x) => x.name === 'location' || x.name === 'if')!;
      return own.body!;
    });
}

for (const flavour of ['proxied', 'access', 'files'] as const)
  test(`what is in force: ${flavour}`, { skip }, async (t) => {
    const wrong: string[] = [];
    let compared = 0;
    const files = Object.fromEntries(
      [...TAGS, 'own'].flatMap((tag) =>
        ['', 'b/', 'a/b/'].flatMap((folder) => [
          [`roots/${tag}/${folder}x.bin`, `F:${tag}`],
          ...PRESENT.map((p) => [`roots/${tag}/${folder}${p}.html`, `I:${p}`]),
        ]),
      ),
    );
    for (let tree = 0; tree < TREES; tree++) {
      const r = new Random(SEED * 1000 + tree);
      const text = textOf(flavour, r);
      const { config } = await lintText(text.replaceAll('PORT', '8080').replaceAll('ECHO', '8081').replaceAll('ROOT', '/roots'), []);
      const scopes = innermost(everywhere(config, 'location'));
      assert.equal(scopes.length, SERVERS);
      const running = await serve(
        (ports, folder) =>
          text.replaceAll('PORT', String(ports[0])).replaceAll('ECHO', String(ports[1])).replaceAll('ROOT', `${folder}/roots`),
        { files: { ...files, 'logs/none': '' }, ports: 2 },
      );
      try {
        const compare = (index: number, what: string, told: unknown, seen: unknown): void => {
          compared++;
          try {
            assert.deepEqual(seen, told);
          } catch {
            wrong.push(`seed ${SEED}, tree ${tree}, server ${index}, ${what}: told ${JSON.stringify(told)}, nginx ${JSON.stringify(seen)}`);
          }
        };
        for (const [index, scope] of scopes.entries()) {
          if (flavour === 'files') {
            const [folder] = inForce(scope, 'root');
            const page = inForce(scope, 'error_page').find((d) => d.value(0) === '404');
            const file = await ask(running, `n${index}`, '/a/b/x.bin');
            // without a folder of its own nginx looks into html, and finds nothing
            if (folder || !page)
              compare(index, 'root', folder ? `F:${/\/(\w\d)/.exec(folder.value(0))![1]}` : 404, folder ? file.body : file.status);
            if (folder) {
              const [types] = inForce(scope, 'types');
              const type = types ? types.body!.directives[0]!.name : (words(scope, 'default_type')[0] ?? 'text/plain');
              compare(index, 'types', [type], of(file, 'content-type'));
              const age = words(scope, 'expires')[0];
              compare(index, 'expires', age ? [`max-age=${Number.parseInt(age, 10) * 3600}`] : [], of(file, 'cache-control'));
              const names = inForce(scope, 'index').flatMap((d) => d.values);
              const found = names.find((n) => PRESENT.includes(n.slice(0, 2)));
              const list = await ask(running, `n${index}`, '/a/b/');
              if (found) compare(index, 'index', `I:${found.slice(0, 2)}`, list.body);
            }
            const gone = await ask(running, `n${index}`, '/a/b/none');
            compare(index, 'error_page', page ? `E:${page.value(2)}` : 404, page ? gone.body : gone.status);
            continue;
          }
          const answer = await ask(running, `n${index}`, `/a/b/x.bin?q=1&s=${index}`);
          if (flavour === 'access') {
            const first = inForce(scope, 'allow').find((d) => /^(127\.0\.0\.|all)/.test(d.value(0)));
            compare(index, 'allow', first?.name === 'deny', answer.status === 403);
            continue;
          }
          const passed = inForce(scope, 'proxy_pass').length > 0;
          compare(index, 'proxy_pass', passed, answer.body.startsWith('F:') === false && answer.status === 200);
          compare(
            index,
            'add_header',
            answer.status === 200 ? words(scope, 'add_header').map((_, i) => inForce(scope, 'add_header')[i]!.value(1)) : [],
            of(answer, 'x-a'),
          );
          if (!passed) continue;
          const [method0, protocol, set, tokens] = answer.body.split(' ');
          compare(index, 'proxy_method', words(scope, 'proxy_method')[0] ?? 'GET', method0);
          compare(index, 'proxy_http_version', `HTTP/${words(scope, 'proxy_http_version')[0] ?? '1.0'}`, protocol);
          compare(
            index,
            'proxy_set_header',
            words(scope, 'proxy_set_header')
              .map((n) => n.slice(4))
              .sort(),
            TAGS.filter((x) => set!.includes(`${x}=1;`)).sort(),
          );
          compare(
            index,
            'proxy_hide_header',
            words(scope, 'proxy_hide_header')
              .map((n) => n.slice(4))
              .sort(),
            TAGS.filter((x) => !of(answer, `x-e-${x}`).length).sort(),
          );
          compare(
            index,
            'sub_filter',
            words(scope, 'sub_filter')
              .map((n) => n.slice(4, 6))
              .sort(),
            TAGS.filter((x) => tokens!.includes(`rep-${x},`)).sort(),
          );
        }
        if (flavour === 'proxied') {
          // a line is written when the answer has gone out
          await new Promise((done) => setTimeout(done, 100));
          const logs = new Map(
            TAGS.map((tag) => [
              tag,
              fs.existsSync(path.join(running.folder, `logs/${tag}.log`))
                ? fs.readFileSync(path.join(running.folder, `logs/${tag}.log`), 'utf8')
                : '',
            ]),
          );
          for (const [index, scope] of scopes.entries())
            compare(
              index,
              'access_log',
              words(scope, 'access_log')
                .map((f) => f.slice(5, 7))
                .sort(),
              TAGS.filter((tag) =>
                logs
                  .get(tag)!
                  .split('\n')
                  .some((l) => l.endsWith(`&s=${index}`)),
              ).sort(),
            );
        }
      } finally {
        await running.stop();
      }
    }
    t.diagnostic(`seed ${SEED}: ${compared} compared${MERGES ? '' : ', without add_header_inherit, which this nginx lacks'}`);
    assert.deepEqual(wrong, []);
  });
