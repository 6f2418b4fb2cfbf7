/**
 * Templates against what becomes of them: templates are made by chance, written out by Jinja2, by ERB, by envsubst and as Go does with values by chance, and
 * judged by the real nginx. What Proxylens calls an error in the template must be refused in every rendering that has its lines; what is refused
 * in all ways of writing the template out must be reported. RENDERINGS in the environment asks for more than the short run.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import { lint } from '../../server/src/rules/run.ts';
import { judge, skipOrFail, withoutNginx } from '../harness/nginx.ts';
import { parts } from '../harness/rules.ts';
import { settingsFor } from './ours.ts';

const WANTED = Number(process.env.RENDERINGS ?? 60);
const SEED = Number(process.env.FC_SEED ?? 1);

function random(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
type Chance = ReturnType<typeof random>;
const pick = <T>(chance: Chance, of: readonly T[]): T => of[chance(of.length)]!;

/** What a template is given. */
interface Values {
  readonly a: boolean;
  readonly b: boolean;
  readonly env: string;
  readonly port: string;
  readonly size: string;
  readonly flag: string;
  readonly prefix: string;
  readonly hosts: readonly string[];
}

type Test = { readonly of: 'a' | 'b'; readonly not: boolean } | { readonly env: string };
type Node =
  | { readonly line: string }
  | { readonly open: string; readonly body: readonly Node[] }
  | { readonly tests: readonly Test[]; readonly alternatives: readonly (readonly Node[])[] }
  | { readonly loop: readonly Node[] };

/** `«name»` is a placeholder; the names are those of `Values`, and `h` in a loop. */
const IN_HTTP = [
  'map $uri $m { default 0; }',
  'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;',
  'limit_req_zone $binary_remote_addr zone=y:1m rate=1r/s;',
  'gzip on;',
  'gzip off;',
  'client_max_body_size «size»;',
  'server_tokens «flag»;',
  'upstream app { server 127.0.0.1:8000; }',
  'upstream other { server 127.0.0.1:8000; }',
  'log_format brief "$uri";',
  'gzip maybe;',
  'proxy_cache_path c-cache keys_zone=c:1m;',
];
const IN_SERVER = [
  'root /srv/a;',
  'root /srv/b;',
  'index index.html;',
  'client_max_body_size «size»;',
  'client_max_body_size 1m;',
  'gzip «flag»;',
  'gzip on;',
  'location /x { return 204; }',
  'location «prefix» { return 204; }',
  'location = /x { return 204; }',
  'location /x { return 404; }',
  'limit_req zone=z;',
  'limit_req zone=y burst=2;',
  'add_header X-M $m;',
  'access_log /dev/null brief;',
  'return 204;',
  'autoindex off;',
  'autoindex «flag»;',
  'keepalive_timeout 5s;',
  'server_tokens «flag»;',
  'proxy_pass http://app;',
  'lsten 80;',
  'autoindex perhaps;',
  'sendfile on off;',
  'listen «port»;',
  'listen 8082;',
  'if ($m) { return 403; }',
];
const IN_LOOP = ['allow «h»;', 'add_header X-H «h»;', 'set $h «h»;', 'server_name «h»;', 'deny all;'];
const IN_MAP = ['default 0;', '/a 1;', '/a 2;', '/b 1;', '~^/c 1;', 'hostnames;'];

function testsOf(chance: Chance, n: number): Test[] {
  if (chance(3) === 0) return ['x', 'y', 'z'].slice(0, n).map((env) => ({ env }));
  const first: Test = { of: pick(chance, ['a', 'b'] as const), not: chance(4) === 0 };
  return n === 1 ? [first] : [first, { of: first.of === 'a' ? 'b' : 'a', not: false }];
}

function some(chance: Chance, pool: readonly string[], most: number, depth: number, loops: boolean): Node[] {
  const out: Node[] = [];
  for (let n = 1 + chance(most); n > 0; n--) {
    const kind = chance(10);
    if (kind < 6 || depth > 2) out.push({ line: pick(chance, pool) });
    else if (kind < 9 || !loops) {
      const tests = testsOf(chance, 1 + chance(2));
      const others = chance(2);
      out.push({ tests, alternatives: Array.from({ length: tests.length + others }, () => some(chance, pool, 2, depth + 1, loops)) });
    } else out.push({ loop: [{ line: pick(chance, IN_LOOP) }] });
  }
  return out;
}

function template(chance: Chance): Node[] {
  const server = (): Node => ({ open: 'server {', body: [{ line: 'listen 8081;' }, ...some(chance, IN_SERVER, 5, 0, true)] });
  const map: Node[] = chance(3) === 0 ? [{ open: 'map $uri $mapped {', body: some(chance, IN_MAP, 3, 0, false) }] : [];
  const servers = Array.from({ length: 1 + chance(2) }, server);
  return [{ line: 'events { }' }, { open: 'http {', body: [...map, ...some(chance, IN_HTTP, 3, 0, false), ...servers] }];
}

/** How an engine writes what it is given. */
interface Engine {
  readonly file: string;
  readonly value: (name: string) => string;
  readonly open: (tests: readonly Test[], i: number) => string;
  readonly close: string;
  readonly loop: readonly [string, string];
  /** renders many at once; null where the program is not there */
  readonly render: (jobs: readonly { template: string; values: Values }[]) => string[] | null;
}

const run = (program: string, args: readonly string[], input: string): string | null => {
  const { status, stdout, error } = spawnSync(program, args, { input, encoding: 'utf8', timeout: 60_000, maxBuffer: 1 << 28 });
  return error || status !== 0 ? null : stdout;
};

const JINJA2 = `
import json, sys
from jinja2 import Environment
env = Environment(trim_blocks=True, keep_trailing_newline=True)
print(json.dumps([env.from_string(j["template"]).render(**j["values"]) for j in json.load(sys.stdin)]))
`;
const ERB = `
require "json"
require "erb"
class Given
  def initialize(values) values.each { |k, v| instance_variable_set("@" + k, v) } end
  def bound() binding end
end
puts JSON.generate(JSON.parse(STDIN.read).map { |j| ERB.new(j["template"], trim_mode: "-").result(Given.new(j["values"]).bound) })
`;
const parsed = (out: string | null): string[] | null => (out === null ? null : (JSON.parse(out) as string[]));

/** What text/template makes of the marks that these templates have: values, `if`, `else if`, `else`, `range`, `eq`, `not`, and marks that trim. */
function goTemplate(template: string, values: Values): string {
  const tokens = template.split(/(\{\{-?[^}]*\}\})/);
  const given = (name: string): unknown => values[name as keyof Values];
  const truth = (test: string): boolean => {
    const [first, name, text] = test.replaceAll('.', '').split(/\s+/);
    return first === 'eq' ? given(name!) === text!.slice(1, -1) : first === 'not' ? !given(name!) : given(first!) === true;
  };
  let out = '';
  /** writes, or passes over, up to the mark that ends or divides; returns the token after it and what the mark says */
  const run = (from: number, write: boolean, own: string | null): { at: number; mark: string } => {
    let at = from;
    for (; at < tokens.length; at++) {
      const token = tokens[at]!;
      if (!token.startsWith('{{')) {
        if (write) out += tokens[at - 1]?.endsWith('-}}') ? token.trimStart() : token;
        continue;
      }
      if (token.startsWith('{{-') && write) out = out.trimEnd();
      const mark = token.replace(/^\{\{-?\s*|\s*-?\}\}$/g, '');
      if (/^(else|end)\b/.test(mark)) return { at: at + 1, mark };
      if (mark.startsWith('if ')) {
        let test = mark.slice(3);
        let done = false;
        for (let body = at + 1; ; ) {
          const here: boolean = write && !done && (test === '' || truth(test));
          done ||= here;
          const next = run(body, here, own);
          body = next.at;
          if (next.mark === 'end') {
            at = body - 1;
            break;
          }
          test = next.mark.replace(/^else(\s+if\s+)?/, '');
        }
      } else if (mark.startsWith('range ')) {
        const items = write ? values.hosts : [];
        let end = run(at + 1, false, null);
        for (const item of items) end = run(at + 1, true, item);
        at = end.at - 1;
      } else if (write) out += mark === '.' ? own : String(given(mark.slice(1)));
    }
    return { at, mark: 'end' };
  };
  run(0, true, null);
  return out;
}

const ENGINES: readonly Engine[] = [
  {
    file: 'nginx.conf.tmpl',
    value: (n) => (n === 'h' ? '{{ . }}' : `{{ .${n} }}`),
    open: (tests, i) => {
      const t = tests[i];
      const words = !t ? '' : 'env' in t ? ` eq .env "${t.env}"` : ` ${t.not ? 'not ' : ''}.${t.of}`;
      return t ? `{{- ${i === 0 ? 'if' : 'else if'}${words} }}` : '{{- else }}';
    },
    close: '{{- end }}',
    loop: ['{{- range .hosts }}', '{{- end }}'],
    render: (jobs) => jobs.map((j) => goTemplate(j.template, j.values)),
  },
  {
    file: 'nginx.conf.j2',
    value: (n) => `{{ ${n} }}`,
    open: (tests, i) => {
      const t = tests[i];
      const words = !t ? '' : 'env' in t ? ` env == '${t.env}'` : ` ${t.not ? 'not ' : ''}${t.of}`;
      return t ? `{% ${i === 0 ? 'if' : 'elif'}${words} %}` : '{% else %}';
    },
    close: '{% endif %}',
    loop: ['{% for h in hosts %}', '{% endfor %}'],
    render: (jobs) => parsed(run('python3', ['-c', JINJA2], JSON.stringify(jobs))),
  },
  {
    file: 'nginx.conf.erb',
    value: (n) => (n === 'h' ? '<%= h %>' : `<%= @${n} %>`),
    open: (tests, i) => {
      const t = tests[i];
      const words = !t ? '' : 'env' in t ? ` @env == '${t.env}'` : ` ${t.not ? '!' : ''}@${t.of}`;
      return t ? `<% ${i === 0 ? 'if' : 'elsif'}${words} -%>` : '<% else -%>';
    },
    close: '<% end -%>',
    loop: ['<% @hosts.each do |h| -%>', '<% end -%>'],
    render: (jobs) => parsed(run('ruby', ['-e', ERB], JSON.stringify(jobs))),
  },
  {
    file: 'nginx.conf.template',
    value: (n) => `\${${n.toUpperCase()}}`,
    open: () => '',
    close: '',
    loop: ['', ''],
    render: (jobs) => {
      const out: string[] = [];
      for (const { template, values } of jobs) {
        const env = Object.fromEntries(Object.entries(values).map(([k, v]) => [k.toUpperCase(), String(v)]));
        const { status, stdout } = spawnSync(
          'envsubst',
          [
            Object.keys(env)
              .map((k) => `\${${k}}`)
              .join(' '),
          ],
          {
            input: template,
            encoding: 'utf8',
            env: { PATH: process.env.PATH, ...env },
          },
        );
        if (status !== 0) return null;
        out.push(stdout);
      }
      return out;
    },
  },
];

const holds = (t: Test | undefined, v: Values): boolean => (!t ? true : 'env' in t ? v.env === t.env : v[t.of] !== t.not);

/** The text of a template, and for given values the numbers (from 0) of the lines that are written. */
function write(nodes: readonly Node[], engine: Engine): { text: string; linesFor: (v: Values) => Set<number> } {
  const lines: string[] = [];
  const rules: ((v: Values) => boolean)[] = [];
  const plain = engine.close === '';
  const put = (line: string, when: (v: Values) => boolean): void => {
    lines.push(line.replace(/«(\w+)»/g, (_, n: string) => engine.value(n)));
    rules.push(when);
  };
  const visit = (list: readonly Node[], when: (v: Values) => boolean): void => {
    for (const node of list)
      if ('line' in node) put(node.line, when);
      else if ('open' in node) {
        put(node.open, when);
        visit(node.body, when);
        put('}', when);
      } else if (plain) visit('loop' in node ? [] : node.alternatives[0]!, when);
      else if ('loop' in node) {
        put(engine.loop[0], () => false);
        visit(node.loop, (v) => when(v) && v.hosts.length > 0);
        put(engine.loop[1], () => false);
      } else {
        node.alternatives.slice(0, node.tests.length + 1).forEach((body, i) => {
          put(engine.open(node.tests, i), () => false);
          visit(body, (v) => when(v) && !node.tests.slice(0, i).some((t) => holds(t, v)) && holds(node.tests[i], v));
        });
        put(engine.close, () => false);
      }
  };
  visit(nodes, () => true);
  return { text: `${lines.join('\n')}\n`, linesFor: (v) => new Set(rules.flatMap((r, i) => (r(v) ? [i] : []))) };
}

/** Every way in which the conditions can stand, with values by chance. */
const waysOf = (chance: Chance): Values[] =>
  [true, false].flatMap((a) =>
    [true, false].flatMap((b) =>
      ['x', 'y', 'z', 'none'].flatMap((env) => ({
        a,
        b,
        env,
        port: pick(chance, ['8083', '8084']),
        size: pick(chance, ['1m', '20k', '0']),
        flag: pick(chance, ['on', 'off']),
        prefix: pick(chance, ['/p', '/q']),
        hosts: pick(chance, [[], ['127.0.0.1'], ['127.0.0.1', '127.0.0.2']]),
      })),
    ),
  );

const skip = withoutNginx();

for (const engine of ENGINES)
  test(`${engine.file}: what is said of a template holds of what is written`, { skip, timeout: 1_200_000 }, async (t) => {
    if (engine.render([{ template: 'x', values: waysOf(random(1))[0]! }]) === null) {
      t.skip(skipOrFail('the engine is not on this machine'));
      return;
    }
    const { parser, engine: shared, rules } = await parts();
    const validity = rules.filter((r) => r.group === 'validity');
    const chance = random(SEED);
    const wrong: string[] = [];
    let renderings = 0;
    let agreed = 0;
    let asked = 0;
    while (renderings < WANTED) {
      const { text, linesFor } = write(template(chance), engine);
      const all = waysOf(chance);
      const ways = engine.close === '' ? all.slice(0, 3) : all;
      const written = engine.render(ways.map((values) => ({ template: text, values })));
      assert.ok(written, `the engine refuses its template:\n${text}`);
      const verdicts = await Promise.all(written.map((w) => judge(w)));
      renderings += written.length;

      const id = fileId(`file:///srv/${engine.file}`);
      const source = parser.open(id, text);
      const tree = { root: id, files: new Map([[id, source]]), includes: new Map(), disk: NO_DISK };
      const config = new Config(tree, shared, settingsFor({ 'nginx.conf': text }));
      const errors = lint(config, validity).filter((f) => f.severity === 'error');
      for (const error of errors) {
        const lines = [error.at, ...error.related.map((r) => r.at)].map((p) => source.lines.lineAt(p.span.start));
        for (const [i, values] of ways.entries()) {
          const there = linesFor(values);
          if (!lines.every((l) => there.has(l))) continue;
          asked++;
          if (!verdicts[i]!.ok) agreed++;
          else
            wrong.push(`said, and accepted: ${error.rule}: ${error.message} (line ${lines[0]! + 1})\n${text}\nwritten as\n${written[i]}`);
        }
      }
      asked++;
      if (errors.length || verdicts.some((v) => v.ok)) agreed++;
      else wrong.push(`always refused, and not said: ${verdicts[0]!.message}\n${text}`);
      source.dispose();
    }
    t.diagnostic(`${renderings} renderings, ${agreed} of ${asked} claims hold`);
    assert.ok(agreed / asked >= 0.995, `${agreed} of ${asked} claims hold\n${wrong.slice(0, 3).join('\n\n')}`);
  });
