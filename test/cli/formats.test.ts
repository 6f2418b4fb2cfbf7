/**
 * The outputs that other programs read. SARIF is held against the schema of the standard (OASIS SARIF 2.1.0, as Microsoft's package carries it),
 * and against what the schema cannot say: rules, levels and regions that fit each other.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import Ajv from 'ajv';
import Ajv4 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { parse as parseYaml } from 'yaml';
import { CLEAN, ends, FLAWED, folder, report, run, SAMPLE } from './cli.ts';

interface SarifRegion {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}
interface SarifLocation {
  physicalLocation: { artifactLocation: { uri: string }; region: SarifRegion };
}
interface SarifLog {
  runs: {
    tool: { driver: { rules: { id: string }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      partialFingerprints: Record<string, string>;
      locations: SarifLocation[];
      relatedLocations?: SarifLocation[];
      fixes?: { artifactChanges: { replacements: { deletedRegion: SarifRegion }[] }[] }[];
    }[];
  }[];
}

// one pattern of the schema is none for the u flag
const draft4 = new Ajv4({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(draft4);
const validSarif = draft4.compile(
  JSON.parse(
    fs.readFileSync(createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  ) as object,
);

/** The one run of a valid log whose results point at rules that are there, and at regions that do not end before they begin. */
function sarifOf(out: string): SarifLog['runs'][number] {
  const log = JSON.parse(out) as SarifLog;
  assert.ok(validSarif(log), JSON.stringify(validSarif.errors?.slice(0, 3)));
  assert.equal(log.runs.length, 1);
  const run = log.runs[0]!;
  for (const r of run.results) {
    assert.equal(run.tool.driver.rules[r.ruleIndex]?.id, r.ruleId);
    const regions = [
      ...[...r.locations, ...(r.relatedLocations ?? [])].map((l) => l.physicalLocation.region),
      ...(r.fixes ?? []).flatMap((f) => f.artifactChanges.flatMap((c) => c.replacements.map((x) => x.deletedRegion))),
    ];
    for (const { startLine, startColumn, endLine, endColumn } of regions)
      assert.ok(startLine < endLine || (startLine === endLine && startColumn <= endColumn), r.ruleId);
  }
  return run;
}

const DUMP = `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n    include conf.d/*.conf;\n}\n\n# configuration file /etc/nginx/conf.d/site.conf:\n${FLAWED}\n`;

describe('SARIF', () => {
  test('is valid, each result names its rule, fingerprints differ and stay when lines move', async () => {
    const cwd = folder();
    fs.cpSync(SAMPLE, path.join(cwd, 'a b'), { recursive: true });
    const run = async (): Promise<SarifLog['runs'][number]> => sarifOf((await ends(1, ['check', '--format', 'sarif', 'a b'], { cwd })).out);
    const first = await run();
    assert.ok(first.results.length > 5);
    assert.ok(first.results.some((r) => r.fixes?.length) && first.results.some((r) => r.relatedLocations?.length));
    const prints = (r: SarifLog['runs'][number]): string[] => r.results.map((x) => x.partialFingerprints['proxylens/v1']!);
    assert.equal(new Set(prints(first)).size, first.results.length);
    const site = path.join(cwd, 'a b/nginx/conf.d/shop.conf');
    fs.writeFileSync(site, `# moved\n\n${fs.readFileSync(site, 'utf8')}`);
    const second = await run();
    assert.deepEqual(prints(second).sort(), prints(first).sort());
    // one-based
    const one = sarifOf(
      (await ends(1, ['check', '--format', 'sarif', '--only', 'alias-traversal', '--stdin-path', 's.conf', '-'], { stdin: FLAWED, cwd }))
        .out,
    );
    const at = one.results[0]!.locations[0]!.physicalLocation;
    assert.deepEqual(at.region, { startLine: 3, startColumn: 14, endLine: 3, endColumn: 18 });
    assert.equal(at.artifactLocation.uri, 's.conf');
  });

  test('the schema refuses what the standard refuses', () => {
    const result = { message: { text: 'x' } };
    const log = (results: object[]): object => ({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results }] });
    assert.equal(validSarif(log([result])), true);
    assert.equal(validSarif({ version: '2.1.0' }), false);
    assert.equal(validSarif({ version: '2.0.0', runs: [] }), false);
    assert.equal(validSarif(log([{ ...result, level: 'fatal' }])), false);
    assert.equal(validSarif(log([{ ...result, colour: 'red' }])), false);
    const region = (startLine: number): object => ({
      locations: [{ physicalLocation: { artifactLocation: { uri: 'a' }, region: { startLine } } }],
    });
    assert.deepEqual([validSarif(log([{ ...result, ...region(1) }])), validSarif(log([{ ...result, ...region(0) }]))], [true, false]);
  });

  test('a run without findings is valid too', async () => {
    const cwd = folder({ 'nginx.conf': CLEAN });
    const { results } = sarifOf((await ends(0, ['check', '--format', 'sarif', '--only', 'alias-traversal', 'nginx.conf'], { cwd })).out);
    assert.deepEqual(results, []);
  });

  for (const which of ['--fix', '--fix=suggested'])
    test(`what ${which} leaves is valid`, async () => {
      const cwd = folder();
      fs.cpSync(SAMPLE, path.join(cwd, 'sample'), { recursive: true });
      const { results } = sarifOf((await ends(which === '--fix' ? 1 : 0, ['check', which, '--format', 'sarif', 'sample'], { cwd })).out);
      assert.equal(
        results.some((r) => r.ruleId === 'unknown-zone'),
        which === '--fix',
      );
    });

  test('a dump is valid and keeps the names of its files', async () => {
    const { results } = sarifOf((await ends(1, ['check', '--format', 'sarif', '-'], { stdin: DUMP })).out);
    const climbs = results.find((r) => r.ruleId === 'alias-traversal');
    assert.equal(climbs?.locations[0]?.physicalLocation.artifactLocation.uri, 'file:///etc/nginx/conf.d/site.conf');
    assert.equal(climbs.locations[0].physicalLocation.region.startLine, 3);
    // the repaired dump is on standard output, the log beside it
    const fixed = await ends(0, ['check', '--fix=suggested', '--format', 'sarif', '-'], { stdin: DUMP });
    assert.match(fixed.out, /location \/img\/ /);
    sarifOf(fixed.err);
  });

  test('broken texts with all rules on are valid', async () => {
    const broken = 'events {}\nhttp {\n  server {\n    listen 80\n    location / { root "\u{1f600};\n';
    const cwd = folder({ 'nginx.conf': broken, 'b/nginx.conf': '\ufeffhttp {\r\n  serverr {}\r\n}\r\n' });
    for (const file of ['nginx.conf', 'b/nginx.conf'])
      assert.ok(sarifOf((await ends(1, ['check', '--profile', 'strict', '--format', 'sarif', file], { cwd })).out).results.length > 0);
  });
});

/** The elements of a well-formed document, flat, with decoded attributes; throws at whatever is not XML. */
function elements(xml: string): { name: string; attributes: Record<string, string> }[] {
  const out: { name: string; attributes: Record<string, string> }[] = [];
  const open: string[] = [];
  let at = 0;
  const token = /\s*(?:<\?xml version="1\.0" encoding="utf-8"\?>|<(\/)?([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/)?>)/y;
  while (xml.slice(at).trim()) {
    token.lastIndex = at;
    const m = token.exec(xml);
    assert.ok(m, `no XML at ${JSON.stringify(xml.slice(at, at + 80))}`);
    at = token.lastIndex;
    const [, closes, name, attributes = '', empty] = m;
    if (!name) continue;
    if (closes) {
      assert.equal(open.pop(), name);
      continue;
    }
    assert.doesNotMatch(attributes, /&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/);
    const decoded = [...attributes.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, k, v]) => [
      k!,
      v!.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&'),
    ]);
    out.push({ name, attributes: Object.fromEntries(decoded) as Record<string, string> });
    if (!empty) open.push(name);
  }
  assert.deepEqual(open, []);
  return out;
}

// a directive whose name needs escaping in every format
const ODD = 'events {}\nhttp { "a<b>&\'%,:" 1; }\n';

describe('checkstyle and GitHub annotations', () => {
  test('checkstyle is well-formed, also with markup in the configuration', async () => {
    const cwd = folder({ 'a&b/nginx.conf': ODD });
    const all = elements((await ends(1, ['check', '--format', 'checkstyle', '--only', 'validity', 'a&b/nginx.conf'], { cwd })).out);
    assert.deepEqual(
      all.map((e) => e.name),
      ['checkstyle', 'file', 'error'],
    );
    assert.equal(all[1]!.attributes.name, path.join(cwd, 'a&b/nginx.conf'));
    const { message, ...rest } = all[2]!.attributes;
    assert.deepEqual(rest, { line: '2', column: '8', severity: 'error', source: 'proxylens.unknown-directive' });
    assert.ok(message!.includes("a<b>&'%,:"));
  });

  test('annotations keep to one line, with % and separators escaped', async () => {
    const cwd = folder({ 'a,b:c/nginx.conf': ODD });
    const { out } = await ends(1, ['check', '--format', 'github', '--only', 'validity', 'a,b:c/nginx.conf'], { cwd });
    assert.match(
      out,
      /^::error file=a%2Cb%3Ac\/nginx\.conf,line=2,endLine=2,col=8,endColumn=\d+,title=proxylens unknown-directive::[^\n]*a<b>&'%25,:[^\n]*\n$/,
    );
  });
});

describe('code quality of GitLab', () => {
  const gitlabOf = async (cwd: string, ...more: string[]) =>
    JSON.parse((await ends(1, ['check', '--format', 'gitlab', '--only', 'validity', ...more, 'site'], { cwd })).out) as {
      description: string;
      check_name: string;
      fingerprint: string;
      severity: string;
      location: { path: string; lines: { begin: number } };
    }[];
  const twice = 'events {}\nhttp {\n    gzipp on;\n    server { gzipp on; }\n    server {\n        listen 81; gzipp on;\n    }\n}\n';

  test('each finding has its rule, its line below the folder of the call, and a fingerprint of its own', async () => {
    const issues = await gitlabOf(folder({ 'site/nginx.conf': twice }));
    assert.deepEqual(
      issues.map(({ check_name, severity, location }) => ({ check_name, severity, location })),
      [3, 4, 6].map((begin) => ({
        check_name: 'unknown-directive',
        severity: 'critical',
        location: { path: 'site/nginx.conf', lines: { begin } },
      })),
    );
    assert.ok(issues.every((i) => i.description.includes('gzipp')));
    assert.equal(new Set(issues.map((i) => i.fingerprint)).size, 3);
  });

  test('fingerprints outlive lines that come before, and the place of the checkout', async () => {
    const of = async (text: string): Promise<string[]> => (await gitlabOf(folder({ 'site/nginx.conf': text }))).map((i) => i.fingerprint);
    assert.deepEqual(await of(`# a note\n\n${twice}`), await of(twice));
  });

  test('a folder whose name begins with dots is in the repository, and a backslash in a name is no slash', async () => {
    const name = path.sep === '/' ? 'a\\b.conf' : 'b.conf';
    const cwd = folder({ [`..site/${name}`]: twice });
    const { out } = await ends(1, ['check', '--format', 'gitlab', '--only', 'validity', `..site/${name}`], { cwd });
    const paths = (JSON.parse(out) as { location: { path: string } }[]).map((i) => i.location.path);
    assert.deepEqual([...new Set(paths)], [`..site/${name}`]);
    const github = await ends(1, ['check', '--format', 'github', '--only', 'validity', `..site/${name}`], { cwd });
    assert.ok(github.out.includes(`file=${path.join('..site', name)},`));
  });

  test('nothing found is an empty list', async () => {
    const cwd = folder({ 'nginx.conf': 'events {}\nhttp {}\n' });
    const { out } = await ends(0, ['check', '--format', 'gitlab', '--only', 'validity', 'nginx.conf'], { cwd });
    assert.deepEqual(JSON.parse(out), []);
  });
});

describe('what is generated and contributed', () => {
  test('generated files are up to date', () => {
    const ran = spawnSync(process.execPath, ['test/tools/generate.mjs', '--check'], { encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  });

  test('the schemas that the manifest names take good files and refuse bad ones', () => {
    const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
      contributes: { yamlValidation: { fileMatch: string[]; url: string }[] };
    };
    const schema = (name: string) => {
      const { url } = manifest.contributes.yamlValidation.find((v) => v.fileMatch.some((m) => name.endsWith(m.replace('*', ''))))!;
      return new Ajv({ strict: false }).compile(JSON.parse(fs.readFileSync(url, 'utf8')) as object);
    };
    const settings = schema('.proxylens.yaml');
    const example = /```yaml\n([\s\S]*?)```/.exec(fs.readFileSync('server/docs/settings.md', 'utf8'))![1]!;
    assert.ok(settings(parseYaml(example)), JSON.stringify(settings.errors));
    assert.ok(settings({ nginxVersion: 1.3, root: ['a'], directives: [{ name: 'x', max: null }] }));
    for (const bad of [{ colour: 1 }, { rules: { nope: 'off' } }, { rules: { security: 'loud' } }, { ignore: [{}] }])
      assert.equal(settings(bad), false);
    const tests = schema('x.proxytest.yaml');
    assert.ok(
      tests({
        config: 'nginx.conf',
        map: { '/etc/nginx': '.' },
        requests: [
          {
            request: 'GET http://a/',
            headers: { 'User-Agent': 'curl' },
            expect: { status: 301, location: null, upstreamHeaders: { Host: 'a' } },
          },
        ],
      }),
      JSON.stringify(tests.errors),
    );
    for (const bad of [
      {},
      { requests: [{ request: 'GET http://a/', expect: {} }] },
      { requests: [{ request: 'x', expect: { colour: 1 } }] },
    ])
      assert.equal(tests(bad), false);
  });

  /** In need of an indentation, and with a fault. */
  const UNTIDY = FLAWED.replaceAll('    ', ' ');
  const READ = {
    'deploy/vhost.j2': UNTIDY,
    'sites/shop.cfg': UNTIDY,
    'k8s/map.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: site }\ndata:\n  site.conf: |\n${UNTIDY.replace(/^(?=.)/gm, '    ')}`,
  };
  /** Has directives that nginx has too, or is no configuration at all. */
  const LEFT = {
    'redis.conf': 'maxmemory 100mb\nsave 900 1\n',
    'supervisor.conf': '[program:app]\ncommand=gunicorn app\n',
    'other.conf': 'node { port 1; }\n',
    'app.py': 'import os\nx = {"a": 1}\n',
    'values.yaml': 'a: 1\n',
    NOTES: 'hello;\n',
  };

  test('the hooks of pre-commit take nginx files by their content', async () => {
    const hooks = parseYaml(fs.readFileSync('.pre-commit-hooks.yaml', 'utf8')) as {
      id: string;
      name: string;
      entry: string;
      language: string;
    }[];
    assert.deepEqual(
      hooks.map((h) => h.id),
      ['proxylens', 'proxylens-format', 'proxylens-test'],
    );
    const all = Object.keys({ ...READ, ...LEFT });
    for (const h of hooks) {
      assert.equal(h.language, 'node');
      const [program, ...words] = h.entry.split(' ');
      assert.equal(program, 'proxylens');
      await ends(0, [words[0]!, '--help']);
      // the names of files only choose among what is nginx's
      assert.ok(!('files' in h), h.id);
    }
    const [check, format] = hooks.map((h) => h.entry.split(' ').slice(1));
    const cwd = folder({ ...READ, ...LEFT });
    const read = report(await run([...check!, '--format', 'json', ...all], { cwd })).files.filter((f) => f.diagnostics.length);
    assert.deepEqual(read.map((f) => path.relative(cwd, f.path)).sort(), Object.keys(READ).sort());
    const before = new Map(all.map((name) => [name, fs.readFileSync(path.join(cwd, name), 'utf8')]));
    await ends(0, [...format!, ...all], { cwd });
    const changed = all.filter((name) => fs.readFileSync(path.join(cwd, name), 'utf8') !== before.get(name));
    assert.deepEqual(changed.sort(), Object.keys(READ).sort());
    // a commit without nginx is no failure
    for (const words of [check!, format!]) await ends(0, [...words, ...Object.keys(LEFT)], { cwd: folder(LEFT) });
  });
});
