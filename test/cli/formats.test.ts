/**
 * The outputs that other programs read. SARIF is held against a schema written here by hand from the standard's text (OASIS SARIF 2.1.0): the
 * parts that we emit, with the properties it requires and the words it allows; nothing else may occur. `@types/sarif` checks the same in the code.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import Ajv from 'ajv';
import { parse as parseYaml } from 'yaml';
import { CLEAN, ends, FLAWED, folder, SAMPLE } from './cli.ts';

const closed = (properties: object, required: string[] = []): object => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const text = { type: 'string' };
const list = (items: object): object => ({ type: 'array', items });
const level = { enum: ['none', 'note', 'warning', 'error'] };
const message = closed({ text, markdown: text, id: text, arguments: list(text) }, ['text']);
const line = { type: 'integer', minimum: 1 };
const artifactLocation = closed({
  uri: { type: 'string', pattern: '^[^\\\\ ]*$' },
  uriBaseId: text,
  index: { type: 'integer', minimum: -1 },
});
const region = closed({ startLine: line, startColumn: line, endLine: line, endColumn: line }, ['startLine']);
const location = closed({
  id: { type: 'integer', minimum: -1 },
  physicalLocation: closed({ artifactLocation, region }, ['artifactLocation']),
  message,
});
const SARIF = closed(
  {
    $schema: { type: 'string', format: undefined },
    version: { const: '2.1.0' },
    runs: list(
      closed(
        {
          tool: closed(
            {
              driver: closed(
                {
                  name: text,
                  version: text,
                  semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
                  informationUri: text,
                  rules: {
                    ...list(
                      closed(
                        {
                          id: text,
                          name: text,
                          shortDescription: message,
                          fullDescription: message,
                          help: message,
                          helpUri: text,
                          defaultConfiguration: closed({ level, enabled: { type: 'boolean' } }),
                          properties: {
                            type: 'object',
                            properties: { tags: { ...list(text), uniqueItems: true }, 'security-severity': text },
                          },
                        },
                        ['id'],
                      ),
                    ),
                    uniqueItems: true,
                  },
                },
                ['name'],
              ),
            },
            ['driver'],
          ),
          originalUriBaseIds: { type: 'object', additionalProperties: closed({ uri: { type: 'string', pattern: '/$' } }) },
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          results: list(
            closed(
              {
                ruleId: text,
                ruleIndex: { type: 'integer', minimum: 0 },
                level,
                message,
                locations: list(location),
                relatedLocations: { ...list(location), uniqueItems: true },
                partialFingerprints: { type: 'object', additionalProperties: text },
                fixes: {
                  ...list(
                    closed(
                      {
                        description: message,
                        artifactChanges: {
                          ...list(
                            closed(
                              {
                                artifactLocation,
                                replacements: {
                                  ...list(closed({ deletedRegion: region, insertedContent: closed({ text }) }, ['deletedRegion'])),
                                  minItems: 1,
                                },
                              },
                              ['artifactLocation', 'replacements'],
                            ),
                          ),
                          minItems: 1,
                        },
                      },
                      ['artifactChanges'],
                    ),
                  ),
                  uniqueItems: true,
                },
              },
              ['message'],
            ),
          ),
        },
        ['tool'],
      ),
    ),
  },
  ['version', 'runs'],
);

interface SarifLog {
  runs: {
    tool: { driver: { rules: { id: string }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      partialFingerprints: Record<string, string>;
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: object } }[];
    }[];
  }[];
}

const ajv = new Ajv({ strict: false });
const validSarif = ajv.compile(SARIF);

describe('SARIF', () => {
  test('is valid, each result names its rule, fingerprints differ and stay when lines move', async () => {
    const cwd = folder();
    fs.cpSync(SAMPLE, path.join(cwd, 'a b'), { recursive: true });
    const run = async (): Promise<SarifLog['runs'][number]> => {
      const log = JSON.parse((await ends(1, ['check', '--format', 'sarif', 'a b'], { cwd })).out) as SarifLog;
      assert.ok(validSarif(log), JSON.stringify(validSarif.errors?.slice(0, 3)));
      return log.runs[0]!;
    };
    const first = await run();
    assert.ok(first.results.length > 5);
    for (const r of first.results) assert.equal(first.tool.driver.rules[r.ruleIndex]?.id, r.ruleId);
    const prints = (r: SarifLog['runs'][number]): string[] => r.results.map((x) => x.partialFingerprints['proxylens/v1']!);
    assert.equal(new Set(prints(first)).size, first.results.length);
    const site = path.join(cwd, 'a b/nginx/conf.d/shop.conf');
    fs.writeFileSync(site, `# moved\n\n${fs.readFileSync(site, 'utf8')}`);
    const second = await run();
    assert.deepEqual(prints(second).sort(), prints(first).sort());
    // one-based
    const one = JSON.parse(
      (await ends(1, ['check', '--format', 'sarif', '--only', 'alias-traversal', '--stdin-path', 's.conf', '-'], { stdin: FLAWED, cwd }))
        .out,
    ) as SarifLog;
    const at = one.runs[0]!.results[0]!.locations[0]!.physicalLocation;
    assert.deepEqual(at.region, { startLine: 3, startColumn: 14, endLine: 3, endColumn: 18 });
    assert.equal(at.artifactLocation.uri, 's.conf');
  });

  test('the schema itself refuses what the standard refuses', () => {
    assert.equal(validSarif({ version: '2.1.0' }), false);
    assert.equal(validSarif({ version: '2.0.0', runs: [] }), false);
    assert.equal(
      validSarif({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ message: { text: 'x' }, level: 'fatal' }] }] }),
      false,
    );
  });

  test('a run without findings is valid too', async () => {
    const log: unknown = JSON.parse(
      (await ends(0, ['check', '--format', 'sarif', '--only', 'alias-traversal', 'nginx.conf'], { cwd: folder({ 'nginx.conf': CLEAN }) }))
        .out,
    );
    assert.ok(validSarif(log));
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

  test('the hooks of pre-commit run commands that there are', async () => {
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
    for (const h of hooks) {
      assert.equal(h.language, 'node');
      await ends(0, [h.entry.split(' ')[1]!, '--help']);
    }
  });
});
