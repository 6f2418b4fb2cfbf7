/**
 * `--fix` over flawed configurations in every layout: with an include that finds nothing, written as a template, for a named version and for an
 * unknown one. The judges here do not share the prover's choice of versions and requests: validity is asked for other versions, traces for other
 * requests, and names and template marks are counted. `SEED` and `COUNT` choose more (`npm run fuzz -- fixes`).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileId } from '../../server/src/base/file-id.ts';
import { namesOf } from '../../server/src/config/names.ts';
import { serversOf } from '../../server/src/config/servers.ts';
import { NEWEST_NGINX, type Settings } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { FixChange } from '../../server/src/rules/rule.ts';
import { mask } from '../../server/src/syntax/template.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { RequestInput } from '../../server/src/trace/trace.ts';
import { Random } from '../harness/config-generator.ts';
import { deployments } from '../harness/noise.ts';
import { type ExampleTree, exampleSettings, exampleTree, fixAll, type Linted, lintTree } from '../harness/rules.ts';

const SEED = Number(process.env.SEED ?? 1);
const COUNT = Number(process.env.COUNT ?? 150);
const VERSIONS = ['1.18.0', '1.19.10', '1.20.2', '1.22.1', '1.24.0', '1.25.3', '1.26.3', '1.28.0', NEWEST_NGINX];

interface Case {
  readonly name: string;
  readonly tree: Pick<ExampleTree, 'root' | 'files'>;
  readonly settings: Settings;
}

/** What is put into a layout: each bad example of a rule that has fixes, and the deployed trees. */
const POOL: readonly Case[] = [
  ...RULES.filter((r) => r.fixable !== 'never').flatMap((rule) =>
    rule.examples.flatMap((example, i): Case[] =>
      example.bad === undefined
        ? []
        : [{ name: `${rule.id} ${i}`, tree: exampleTree(example, example.bad), settings: exampleSettings(example) }],
    ),
  ),
  ...deployments().map(
    ({ name, tree }): Case => ({
      name,
      tree: { root: [...tree.keys()].find((f) => f.endsWith('/nginx.conf'))!, files: tree },
      settings: exampleSettings({}),
    }),
  ),
];

const edit = (tree: Case['tree'], file: FileId, change: (text: string) => string): Case['tree'] => ({
  root: tree.root,
  files: new Map([...tree.files].map(([id, text]) => [id, id === file ? change(text) : text])),
});

/** Lines that are whole simple statements, by number. */
const simpleLines = (lines: readonly string[]): number[] =>
  lines.flatMap((line, i) => (/^\s*[a-z_]+ [^{};#'"]*;\s*$/.test(line) ? [i] : []));

/** One of the layouts in which a project may be seen. */
function laidOut(r: Random, { name, tree, settings }: Case): Case {
  const { root } = tree;
  const version = r.chance(0.5) ? undefined : r.pick(VERSIONS);
  const given: Settings = version ? withSettings(settings, { nginxVersion: version }) : { ...settings, versionFrom: 'default' };
  const lines = tree.files.get(root)!.split('\n');
  const at = simpleLines(lines);
  const kind = r.below(5);
  if (kind === 0 || !at.length) return { name: `${name}, as it is`, tree, settings: given };
  if (kind === 1) {
    const line = r.pick(at);
    const open = edit(tree, root, () => lines.toSpliced(line, 0, 'include /srv/elsewhere/*.conf;').join('\n'));
    return { name: `${name}, with an include that finds nothing`, tree: open, settings: given };
  }
  if (kind === 2) {
    const gone = [...tree.files.keys()].filter((f) => f !== root);
    const without = gone.length ? r.pick(gone) : null;
    return {
      name: `${name}, a file is missing`,
      tree: { root, files: new Map([...tree.files].filter(([f]) => f !== without)) },
      settings: given,
    };
  }
  const line = r.pick(at);
  const [before, after] = r.pick([
    ['{% if tls %}', '{% endif %}'],
    ['{% for item in items %}', '{% endfor %}'],
    ["{% if nginx_version is version('1.25.1', '>=') %}", '{% endif %}'],
    ['{% if a %}', '{% else %}\n# nothing\n{% endif %}'],
  ] as const);
  const templated = edit(tree, root, () => lines.toSpliced(line, 1, before, lines[line]!, after).join('\n'));
  return { name: `${name}, a line in ${before}`, tree: templated, settings: given };
}

const errorsOf = (linted: Linted): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const f of linted.findings) if (f.severity === 'error') counts.set(f.rule, (counts.get(f.rule) ?? 0) + 1);
  return counts;
};

/** Requests that the prover does not make up: other hosts, methods and paths. */
function requests(r: Random, linted: Linted): RequestInput[] {
  const names = serversOf(linted.config).flatMap((s) => s.names.map((n) => n.text));
  const words = [...linted.config.files.values()].flatMap((f) => f.text.match(/\/[\w/.-]*/g) ?? ['/']);
  return Array.from({ length: 24 }, (): RequestInput => {
    const secure = r.chance(0.3);
    return {
      method: r.pick(['GET', 'GET', 'HEAD', 'PUT', 'OPTIONS']),
      target: `${r.pick([...words, '/'])}${r.pick(['', '', 'x', '/y.php', '?q=1&r=%20'])}`,
      scheme: secure ? 'https' : 'http',
      headers: [
        ['Host', r.pick([...names.filter((n) => /^[\w.-]+$/.test(n)), 'other.example'])],
        ...(r.chance(0.3) ? [['Cookie', 'sessionid=1; a=b'] as const] : []),
      ],
      clientAddress: r.pick(['203.0.113.9', '10.1.2.3', '127.0.0.1']),
    };
  });
}

const withoutPlaces = (value: unknown): string => JSON.stringify(value, (key, inner: unknown) => (key === 'at' ? undefined : inner));

const violations: string[] = [];
const applied = new Map<string, number>();
/** how often a fix of a rule was left to a person, by the kind of reason */
const demoted = new Map<string, Map<string, number>>();

/** A reason without what differs from case to case. */
const kindOf = (because: string): string =>
  because
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/\d+(\.\d+)+/g, '…')
    .replace(/^\w+ https?:\/\/\S+/, 'a request')
    .replace(/(refuse it:).*/, '$1 …');

/** Every kind of reason for which a fix is left to a person, and why that is right: one that is not here has to be argued for first. */
const ARGUED: readonly (readonly [reason: RegExp, argument: string])[] = [
  [
    /^TLS may end in front of this nginx/,
    '$scheme is what the application believes: http over a terminator’s https makes loops, and no text here tells which it is',
  ],
  [
    /^the port that clients name in Host would be lost/,
    'on which port clients ask is a matter of what is in front, which no text of the project need show',
  ],
  [/^the list seems to be meant/, 'whoever publishes files wants them listed, and a mirror without its list is of no use'],
  [/security level 0 .*asks for old clients/, 'nobody writes level 0 but for clients that speak nothing newer'],
  [/is not among the files of the project/, 'nginx does not start when an include names no file'],
  [/depends on a version/, 'the branch is meant for another nginx than the one that is judged'],
  [
    /move lines into or out of a branch or loop|fills in to a place|which the template engine reads|reads the dollar signs/,
    'what is written out is not what was judged',
  ],
  [/upper and lower case/, 'names of templates and of file systems differ by it'],
  [/^it takes the|^it removes a line or block/, 'a file that is not seen may use it'],
  [/may know ".*" from a module or a version/, 'the nearest word need not be the meant one'],
  [/still goes by/, 'an older nginx that may run this reads the line'],
  [/would refuse it|not well formed/, 'an accepted text must stay one on every version that may run it'],
  [/^a request would get/, 'the rule does not say that its fix changes that'],
  [/no nginx configuration/, 'nothing proves what a line of another language does'],
];

async function violationsOf(r: Random, { name, tree, settings }: Case): Promise<void> {
  const say = (words: string): void => {
    violations.push(`${name} (nginx ${settings.versionFrom === 'default' ? 'unknown' : settings.target.nginx.text}): ${words}`);
  };
  const fixed = await fixAll(tree, settings, false).catch((error: unknown) => String(error));
  if (typeof fixed === 'string') {
    say(fixed);
    return;
  }
  for (const { rule, because } of fixed.demoted) {
    const reasons = demoted.get(rule) ?? new Map<string, number>();
    demoted.set(rule, reasons.set(kindOf(because), (reasons.get(kindOf(because)) ?? 0) + 1));
  }
  if (!fixed.rules.length) return;
  for (const rule of fixed.rules) applied.set(rule, (applied.get(rule) ?? 0) + 1);
  const rules = fixed.rules.join(', ');
  const after = { root: tree.root, files: fixed.files };
  const versions = settings.versionFrom === 'default' ? VERSIONS : [settings.target.nginx.text];
  const validity = RULES.filter((rule) => rule.group === 'validity');
  for (const version of r.some(versions, 3)) {
    const at = withSettings(settings, { nginxVersion: version });
    const [was, is] = [errorsOf(await lintTree(tree, validity, at)), errorsOf(await lintTree(after, validity, at))];
    // what a version refuses already may be said at more lines afterwards: a certificate that is missing, of each listen line
    for (const rule of is.keys()) if (!was.has(rule)) say(`${rules}: nginx ${version} refuses the fixed text (${rule})`);
  }
  const [was, is] = [await lintTree(tree, [], settings), await lintTree(after, [], settings)];
  for (const file of tree.files.keys()) {
    if (!was.config.files.has(file)) continue;
    for (const site of namesOf(was.config).inFile(file))
      if (site.role === 'defines' && !namesOf(is.config).definitions(site.kind, site.name, site.protocol).length)
        say(`${rules}: ${site.name} is gone`);
    const marks = (text: string): string => {
      const { marks: found } = mask('nginx.conf.j2', text);
      return found.map((m) => text.slice(m.start, m.end)).join(' ');
    };
    if (marks(tree.files.get(file)!) !== marks(fixed.files.get(file)!)) say(`${rules}: the marks of the template have changed`);
  }
  const declared = new Set<FixChange>(RULES.filter((rule) => fixed.rules.includes(rule.id)).flatMap((rule) => rule.fixChanges ?? []));
  const refused = errorsOf(await lintTree(tree, validity, settings)).size > 0;
  if (declared.has('answer') || refused) return;
  for (const request of requests(r, was)) {
    const [a, b] = [traceRequest(was.config, request).outcome, traceRequest(is.config, request).outcome];
    const what = (o: typeof a) => [o.kind, o.status, o.file, o.body, declared.has('request-line') || o.upstreamRequest?.uri];
    const headers = (o: typeof a) => [
      declared.has('response-headers') || o.responseHeaders,
      declared.has('request-headers') || [o.upstreamRequest?.headers, o.upstreamRequest?.params],
    ];
    if (withoutPlaces([what(a), headers(a)]) !== withoutPlaces([what(b), headers(b)]))
      say(`${rules}: ${request.method} ${request.scheme}://${request.headers![0]![1]}${request.target} gets something else`);
  }
}

test(`safe fixes in ${COUNT} layouts (seed ${SEED})`, async (t) => {
  const r = new Random(SEED);
  for (let i = 0; i < COUNT; i++) await violationsOf(r, laidOut(r, r.pick(POOL)));
  const total = [...applied.values()].reduce((a, b) => a + b, 0);
  if (process.env.COUNT)
    console.log(
      [...applied]
        .sort((a, b) => b[1] - a[1])
        .map(([rule, n]) => `${String(n).padStart(6)} ${rule}`)
        .join('\n'),
    );
  t.diagnostic(`${total} fixes applied, ${violations.length} violations; left to a person:`);
  for (const [rule, reasons] of [...demoted].sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const [reason, n] of reasons) {
      const argument = ARGUED.find(([known]) => known.test(reason))?.[1];
      t.diagnostic(`${n} of ${rule}: ${reason}, for ${argument ?? 'no reason that is argued for'}`);
      assert.ok(argument, `${rule} leaves fixes to a person because "${reason}": is that right?`);
    }
  assert.deepEqual(violations, []);
  assert.ok(total > COUNT / 10, `only ${total} fixes were applied`);
});
