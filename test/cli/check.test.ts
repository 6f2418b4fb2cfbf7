/** `proxylens check` as programs and people call it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { CLEAN, CLI, ends, FLAWED, folder, report, rulesOf, run, SAMPLE, WELL } from './cli.ts';

/** A file with one finding that has a safe fix, and the same fixed. */
const FIXABLE = 'server {\n    listen 80;\n    server_tokens on;\n}\n';
const FIXED = FIXABLE.replace('on;', 'off;');

const tree = (site = FLAWED): string => folder({ 'nginx.conf': CLEAN, 'conf.d/site.conf': site });

describe('check: exit codes', () => {
  test('0 for a clean tree, 1 for a finding at the level, 2 for the call, 3 for the input', async () => {
    await ends(0, ['check', 'nginx.conf'], { cwd: tree(WELL) });
    await ends(1, ['check', 'nginx.conf'], { cwd: tree() });
    await ends(2, ['check', '--format', 'html', 'nginx.conf'], { cwd: tree(), says: /--format is one of stylish/ });
    await ends(3, ['check', 'gone.conf'], { says: /gone\.conf: no such file or folder/ });
  });

  for (const [args, words] of [
    [['chek'], /unknown command/],
    // the last line is what a person at a terminal sees
    [['check', '--nope'], /unknown option '--nope'\s+\(run "proxylens check --help" for how it is called\)\s*$/],
    [['check', '--rule', 'nope=off', 'nginx.conf'], /there is no rule or group "nope"\. "proxylens rules"/],
    [['check', '--rule', 'alias-travesal=off', 'nginx.conf'], /no rule or group "alias-travesal"\. Did you mean "alias-traversal"\?/],
    [['check', '--rule', 'alias-traversal=loud', 'nginx.conf'], /the level is one of/],
    [['check', '--only', 'nope', 'nginx.conf'], /no rule or group "nope"/],
    [['check', '--fail-on', 'never', 'nginx.conf'], /--fail-on is one of/],
    [['check', '--max-warnings', 'x', 'nginx.conf'], /not a number/],
    [['check', '--map', 'x', 'nginx.conf'], /FROM=TO/],
    [['check', '--nginx-version', 'new', 'nginx.conf'], /--nginx-version new: write a version such as 1\.27\.3/],
    [['check', '--openssl-version', '3', 'nginx.conf'], /--openssl-version 3: write a version such as 3\.0\.17/],
    [['check', '--fix=all', 'nginx.conf'], /--fix is one of safe, suggested, not "all"/],
    [['check', '--profile', 'none', 'nginx.conf'], /--profile is one of/],
    [['check', '--color', 'red', 'nginx.conf'], /--color is one of/],
    [['check', '--update-baseline', 'nginx.conf'], /needs --baseline/],
    [['check', '-', 'nginx.conf'], /cannot be mixed/],
  ] as const)
    test(`2: ${args.join(' ')}`, async () => {
      await ends(2, args, { cwd: tree(WELL), says: words });
    });

  test('--fail-on and --max-warnings decide, not the mere presence of findings', async () => {
    const cwd = tree(FLAWED);
    await ends(0, ['check', '--rule', 'alias-traversal=warning', 'nginx.conf'], { cwd });
    await ends(1, ['check', '--rule', 'alias-traversal=warning', '--fail-on', 'warning', 'nginx.conf'], { cwd });
    await ends(1, ['check', '--rule', 'alias-traversal=warning', '--max-warnings', '0', 'nginx.conf'], { cwd });
    await ends(0, ['check', '--rule', 'alias-traversal=warning', '--max-warnings', '5', 'nginx.conf'], { cwd });
    await ends(0, ['check', '--rule', 'alias-traversal=off', '--fail-on', 'warning', 'nginx.conf'], { cwd });
  });
});

describe('check: text for people', () => {
  test('what is said in the same words of several places is written once, with all of them', async () => {
    const odd = Array.from({ length: 15 }, (_, i) => `    location /${i} { gzipp on; }\n`).join('');
    const site = `server {\n    listen 80;\n${odd}    location / { gzippp on; }\n}\n`;
    const { out } = await run(['check', '--profile', 'validity', 'nginx.conf'], { cwd: tree(site) });
    const places = Array.from({ length: 15 }, (_, i) => `${i + 3}:${i < 10 ? 19 : 20}`);
    assert.deepEqual(
      out.split('\n').flatMap((line) => line.match(/\d+:\d+(?:, \d+:\d+)*,?$|^ +\d+:\d+ (?= error)/g)?.map((s) => s.trim()) ?? []),
      [places[0], `${places.slice(1, 13).join(', ')},`, places[13] + ', ' + places[14], '18:18'],
    );
    assert.match(out, /16 errors in/);
  });
});

describe('check: what is read', () => {
  test('a site that a link of sites-enabled leads to is one file, by whatever name it is asked for', async () => {
    const cwd = folder({
      'nginx.conf': 'events {}\nhttp {\n    limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;\n    include sites-enabled/*;\n}\n',
      'sites-available/shop': 'server {\n    listen 80;\n    gzipp on;\n    location / { limit_req zone=b; root /srv; }\n}\n',
      'sites-enabled/.keep': '',
    });
    fs.symlinkSync('../sites-available/shop', path.join(cwd, 'sites-enabled/shop'));
    const found = async (name: string): Promise<string[]> => {
      const { out } = await run(['check', '--format', 'json', name], { cwd });
      const { files } = JSON.parse(out) as { files: { path: string; diagnostics: { rule: string; severity: string }[] }[] };
      return files.flatMap((f) =>
        f.diagnostics.flatMap((d) => (d.severity === 'error' ? [`${path.basename(path.dirname(f.path))} ${d.rule}`] : [])),
      );
    };
    for (const link of ['../sites-available/shop', '/etc/nginx/sites-available/shop']) {
      fs.rmSync(path.join(cwd, 'sites-enabled/shop'));
      fs.symlinkSync(link, path.join(cwd, 'sites-enabled/shop'));
      for (const [name, as] of [
        ['.', 'enabled'],
        ['sites-available/shop', 'available'],
        ['sites-enabled/shop', 'enabled'],
        ['sites-available', 'available'],
        ['sites-enabled', 'enabled'],
      ] as const)
        assert.deepEqual((await found(name)).sort(), [`sites-${as} unknown-directive`, `sites-${as} unknown-zone`], `${link}: ${name}`);
    }
    fs.rmSync(path.join(cwd, 'nginx.conf'));
    assert.deepEqual(await found('.'), ['sites-enabled unknown-directive'], 'without a main file');
    assert.deepEqual(await found('sites-available'), ['sites-available unknown-directive'], 'without a main file');
  });

  test('the image of a folder says which nginx it is, and the command line and the settings know better', async () => {
    const conf = 'events {}\nhttp { server { listen 80; http2 on; } }\n';
    const cwd = folder({ 'nginx/nginx.conf': conf, Dockerfile: 'FROM nginx:1.18\nCOPY nginx/ /etc/nginx/\n' });
    assert.match(
      (await ends(1, ['check', '.'], { cwd })).out,
      /Unknown directive "http2": it needs nginx 1\.25\.1 or later, and this is 1\.18/,
    );
    await ends(0, ['check', '--nginx-version', '1.27.0', '.'], { cwd });
    const set = folder({ 'nginx.conf': conf, Dockerfile: 'FROM nginx:1.18\n', '.proxylens.yaml': 'nginxVersion: 1.27.0\n' });
    await ends(0, ['check', '.'], { cwd: set });
  });

  test('a folder: its main files are found, each included file has its entry, also a clean one', async () => {
    const cwd = folder({ 'deploy/nginx.conf': CLEAN, 'deploy/conf.d/a.conf': FLAWED, 'deploy/conf.d/b.conf': WELL.replace('80', '81') });
    const { files, summary, version } = report(await ends(1, ['check', '--format', 'json', '.'], { cwd }));
    assert.equal(version, 1);
    assert.deepEqual(
      files.map((f) => path.relative(cwd, f.path)),
      ['deploy/conf.d/a.conf', 'deploy/conf.d/b.conf', 'deploy/nginx.conf'],
    );
    assert.equal(summary.files, 3);
    assert.equal(summary.error, 1);
    const all = files.flatMap((f) => f.diagnostics);
    for (const level of ['error', 'warning', 'info', 'hint']) assert.equal(summary[level], all.filter((d) => d.severity === level).length);
    assert.equal(typeof summary.durationMs, 'number');
  });

  test('JSON has the shape of the contract, zero-based lines, UTF-16 characters', async () => {
    const cwd = tree(FLAWED.replace('    location', '    set $x "😀é"; location'));
    const { files } = report(await ends(1, ['check', '--format', 'json', 'nginx.conf'], { cwd }));
    const site = files.find((f) => f.path.endsWith('site.conf'))!;
    assert.ok(path.isAbsolute(site.path));
    const d = site.diagnostics.find((x) => x.rule === 'alias-traversal')!;
    // 4 spaces, `set $x "`, an emoji of two units, `é`, `"; location `
    const start = 4 + 8 + 2 + 1 + 3 + 9;
    assert.deepEqual(d.range, { start: { line: 2, character: start }, end: { line: 2, character: start + 4 } });
    assert.equal(d.group, 'security');
    assert.equal(d.severity, 'error');
    assert.ok(d.message.length > 10);
    assert.deepEqual(Object.keys(d).sort(), ['fixes', 'group', 'message', 'messageId', 'range', 'related', 'rule', 'severity']);
    const [fix] = d.fixes;
    // the answer to /img changes with it, so it is no safe one
    assert.equal(fix?.safety, 'suggestion');
    assert.deepEqual(fix.edits, [
      { path: site.path, range: { start: { line: 2, character: start + 4 }, end: { line: 2, character: start + 4 } }, newText: '/' },
    ]);
    for (const r of d.related) assert.deepEqual(Object.keys(r).sort(), ['message', 'path', 'range']);
  });

  test('CRLF and a byte order mark do not shift positions', async () => {
    const cwd = folder({ 'nginx.conf': CLEAN, 'conf.d/site.conf': FLAWED.replaceAll('\n', '\r\n') });
    const { files } = report(await ends(1, ['check', '--format', 'json', 'nginx.conf'], { cwd }));
    const d = files.flatMap((f) => f.diagnostics).find((x) => x.rule === 'alias-traversal')!;
    assert.deepEqual(d.range.start, { line: 2, character: 13 });
  });

  test('standard input under the name that --stdin-path gives', async () => {
    const { files } = report(
      await ends(1, ['check', '--format', 'json', '--stdin-path', 'conf.d/site.conf', '-'], { stdin: FLAWED, cwd: folder() }),
    );
    assert.deepEqual(
      files.map((f) => path.basename(f.path)),
      ['site.conf'],
    );
    await ends(0, ['check', '-'], { stdin: WELL });
  });

  test('standard input that holds configurations among other things, as its name says', async () => {
    const manifest = (site: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: edge}\ndata:\n  site.conf: |\n${site.trimEnd().replaceAll(/^(?=.)/gm, '    ')}\n`;
    const cwd = folder({ 'there.yaml': manifest(WELL) });
    for (const name of ['edge.yaml', 'there.yaml']) {
      const { files } = report(await ends(1, ['check', '--format', 'json', '--stdin-path', name, '-'], { stdin: manifest(FLAWED), cwd }));
      const [found] = files.flatMap((f) => f.diagnostics).filter((d) => d.rule === 'alias-traversal');
      assert.deepEqual(found?.range.start, { line: 7, character: 17 }, name);
      assert.ok(!files.some((f) => f.diagnostics.some((d) => d.rule === 'unknown-directive')));
      const fixed = await ends(0, ['check', '--fix', '--stdin-path', name, '-'], { stdin: manifest(FIXABLE), cwd });
      assert.equal(fixed.out, manifest(FIXED));
      const crooked = manifest(WELL.replace('listen', '  listen'));
      assert.notEqual(crooked, manifest(WELL));
      assert.equal((await ends(0, ['format', '--stdin-path', name, '-'], { stdin: crooked, cwd })).out, manifest(WELL));
    }
    // nginx's own text, whatever it is called
    assert.equal((await ends(0, ['format', '--stdin-path', 'site.yaml', '-'], { stdin: WELL, cwd })).out, WELL);
  });

  test('standard input in the place of a file of a tree (--root)', async () => {
    const cwd = tree(WELL);
    const { files } = report(
      await ends(1, ['check', '--format', 'json', '--root', 'nginx.conf', '--stdin-path', 'conf.d/site.conf', '-'], { stdin: FLAWED, cwd }),
    );
    assert.equal(files.length, 2);
    assert.equal(fs.readFileSync(path.join(cwd, 'conf.d/site.conf'), 'utf8'), WELL);
  });

  test('a dump of nginx -T keeps the names of its files, with messages of the test before it', async () => {
    const main = 'events {}\nhttp {\n    server_tokens off;\n    include /etc/nginx/conf.d/*.conf;\n}\n';
    const dump = `nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n# configuration file /etc/nginx/nginx.conf:\n${main}\n# configuration file /etc/nginx/conf.d/site.conf:\n${FLAWED}\n`;
    for (const text of [dump, dump.slice(dump.indexOf('#')), `2026/01/02 03:04:05 [notice] 1#1: modules\n${dump}`]) {
      const { files } = report(await ends(1, ['check', '--format', 'json', '-'], { stdin: text }));
      assert.deepEqual(
        files.map((f) => f.path),
        ['/etc/nginx/conf.d/site.conf', '/etc/nginx/nginx.conf'],
      );
      assert.deepEqual(files[0]!.diagnostics.find((d) => d.rule === 'alias-traversal')?.range.start, { line: 2, character: 13 });
    }
    // settings beside the caller hold for a dump too
    const cwd = folder({ '.proxylens.yaml': 'rules: { alias-traversal: off }\n', 'own.yaml': 'rules: { alias-traversal: hint }\n' });
    await ends(0, ['check', '-'], { stdin: dump, cwd });
    assert.equal(
      report(await ends(0, ['check', '--format', 'json', '--settings', 'own.yaml', '-'], { stdin: dump, cwd })).files[0]?.diagnostics.find(
        (d) => d.rule === 'alias-traversal',
      )?.severity,
      'hint',
    );
  });

  test('a file that holds a dump is the configuration that was printed, for a check and for a trace', async () => {
    const dump = `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n    include conf.d/*.conf;\n}\n\n# configuration file /etc/nginx/conf.d/site.conf:\n${FLAWED}\n`;
    const cwd = folder({ 'web-1.txt': dump, 'web-2.conf': dump, '.proxylens.yaml': 'rules: { version-disclosed: off }\n' });
    for (const name of ['web-1.txt', 'web-2.conf']) {
      const { files } = report(await ends(1, ['check', '--format', 'json', name], { cwd }));
      assert.deepEqual(
        files.map((f) => f.path),
        ['/etc/nginx/conf.d/site.conf', '/etc/nginx/nginx.conf'],
      );
      assert.ok(files[0]!.diagnostics.some((d) => d.rule === 'alias-traversal'));
      assert.ok(!files[1]!.diagnostics.some((d) => d.rule === 'version-disclosed'), 'settings beside it hold');
      const { out } = await ends(0, ['trace', name, 'http://a.test/img/x.css'], { cwd });
      assert.match(out, /\/etc\/nginx\/conf\.d\/site\.conf:3/);
      // what is fixed is printed: nobody reads the file again
      assert.match((await ends(1, ['check', '--fix', name], { cwd })).out, /^# configuration file \/etc\/nginx\/nginx\.conf:/);
      assert.equal(fs.readFileSync(path.join(cwd, name), 'utf8'), dump);
    }
    // in a folder it is none of its files
    await ends(3, ['check', '.'], { cwd });
  });

  test('a real dump is read file by file', { skip: spawnSync('nginx', ['-v']).status !== 0 && 'nginx is not installed' }, async () => {
    const cwd = tree(WELL);
    const dumped = spawnSync('nginx', ['-T', '-q', '-p', cwd, '-c', path.join(cwd, 'nginx.conf'), '-e', 'stderr', '-g', `pid ${cwd}/p;`], {
      encoding: 'utf8',
    });
    assert.match(dumped.stdout, /^# configuration file /m, dumped.stderr);
    const { files } = report(await ends(0, ['check', '--format', 'json', '-'], { stdin: dumped.stdout }));
    assert.deepEqual(files.map((f) => path.basename(f.path)).sort(), ['nginx.conf', 'site.conf']);
  });

  test('a fragment is judged within the main file of its project, or that which --root names', async () => {
    const cwd = folder({
      'nginx.conf': 'events {}\nhttp {\n    server {\n        listen 80;\n        include parts/app.inc;\n    }\n}\n',
      'parts/app.inc': 'upstream x { server 127.0.0.1:1; }\n',
      'other/main': 'events {}\nhttp {\n    include app.inc;\n}\n',
      'other/app.inc': 'upstream x { server 127.0.0.1:1; }\n',
    });
    const misplaced = await ends(1, ['check', '--only', 'validity', '--format', 'json', 'parts/app.inc'], { cwd });
    assert.deepEqual(
      report(misplaced).files.map((f) => path.basename(f.path)),
      ['app.inc'],
    );
    await ends(1, ['check', '--root', 'nginx.conf', 'parts/app.inc'], { cwd });
    await ends(0, ['check', '--only', 'validity', '--root', 'other/main', 'other/app.inc'], { cwd });
  });

  test('what a site is read as is said whether or not there are findings, and --root, --map and the settings change it', async () => {
    const cwd = folder({
      'deploy/site.conf': 'server {\n    location / {\n        try_files $uri =404;\n    }\n}\n',
      'deploy/broken.conf': 'server {\n    server_name b.example.com;\n    lissten 80;\n}\n',
      'main/nginx.conf': 'events {}\nhttp {\n    server_tokens off;\n    include /sites/*.conf;\n}\n',
    });
    const clean = await ends(0, ['check', 'deploy/site.conf'], { cwd });
    assert.match(clean.out, /read deploy\/site\.conf as \/etc\/nginx\/conf\.d\/site\.conf within the nginx\.conf of nginx \(assumed\)/);
    const found = await ends(1, ['check', 'deploy/broken.conf'], { cwd });
    assert.match(found.out, /read deploy\/broken\.conf as \/etc\/nginx\/conf\.d\/broken\.conf within .* \(assumed\)\n.*--root/);
    assert.match((await ends(1, ['check', 'deploy'], { cwd })).out, /\(assumed\), and 1 other file in the same way\n/);
    type Reported = { project: { readAs: { path: string; assumed: boolean; inside: string | null }[] } };
    const one = async (args: string[]): Promise<Reported['project']['readAs'][number]> => {
      const { out } = await ends(1, ['check', '--format', 'json', ...args, 'deploy/broken.conf'], { cwd });
      return (JSON.parse(out) as Reported).project.readAs.find((r) => r.path.endsWith('broken.conf'))!;
    };
    assert.equal((await one([])).assumed, true);
    const map = ['--map', '/sites=deploy'];
    const rooted = await one(['--root', 'main/nginx.conf', ...map]);
    assert.deepEqual([rooted.assumed, rooted.inside], [false, 'main/nginx.conf']);
    fs.writeFileSync(path.join(cwd, '.proxylens.yaml'), 'root: [main/nginx.conf]\npathMap: { /sites: deploy }\n');
    assert.deepEqual(await one([]), rooted);
    assert.doesNotMatch((await ends(1, ['check', 'deploy/broken.conf'], { cwd })).out, /assumed/);
  });

  test('two folders that are named together are still two projects', async () => {
    const site =
      'events {}\nhttp {\n    server {\n        location / {\n            proxy_pass http://127.0.0.1:8000;\n            proxy_read_timeout 30s;\n        }\n    }\n}\n';
    const both = folder({
      'here/nginx.conf': site,
      'here/Procfile': 'web: gunicorn app:app\n',
      'here/gunicorn.conf.py': 'bind = "127.0.0.1:8000"\ntimeout = 120\n',
      'there/nginx.conf': site,
      'elsewhere/readme': '',
    });
    const cwd = path.join(both, 'elsewhere');
    const { files } = report(await run(['check', '--format', 'json', '../here', '../there'], { cwd }));
    const saying = files.filter((f) => f.diagnostics.some((d) => d.rule === 'timeout-mismatch'));
    assert.deepEqual(
      saying.map((f) => path.basename(path.dirname(f.path))),
      ['here'],
    );
  });

  test('what a template writes is named among what was not seen', async () => {
    const root = folder({
      'nginx.conf.j2':
        'events {}\nhttp {\n    server {\n        listen 80;\n        {% include "extra.j2" %}\n        return 204;\n    }\n}\n',
    });
    const { out: stdout } = await ends(0, ['check', root]);
    assert.match(stdout, /^ {2}read .*nginx\.conf\.j2, a template \(jinja\)$/m);
    assert.match(stdout, /^not seen: what the template nginx\.conf\.j2 writes at 1 place$/m);
  });
  test('--prefix and --map say where paths lie', async () => {
    const http = 'events {}\nhttp { server_tokens off; include PATH; }\n';
    const cwd = folder({
      'a/nginx.conf': http.replace('PATH', 'sites/*.conf'),
      'b/sites/site.conf': FLAWED,
      'c/nginx.conf': http.replace('PATH', '/srv/x/site.conf'),
    });
    assert.ok(rulesOf(await ends(1, ['check', '--format', 'json', '--prefix', 'b', 'a/nginx.conf'], { cwd })).includes('alias-traversal'));
    assert.ok(
      rulesOf(await ends(1, ['check', '--format', 'json', '--map', '/srv/x=b/sites', 'c/nginx.conf'], { cwd })).includes('alias-traversal'),
    );
  });

  test('--nginx-version: a directive that came later is refused by the version before', async () => {
    const cwd = folder({
      'nginx.conf':
        'events {}\nhttp {\n    server_tokens off;\n    server { listen 443 ssl; http2 on; ssl_certificate a; ssl_certificate_key b; }\n}\n',
    });
    // http2 as a directive is of 1.25.1
    assert.deepEqual(
      rulesOf(await ends(1, ['check', '--format', 'json', '--only', 'validity', '--nginx-version', '1.25.0', 'nginx.conf'], { cwd }))
        .length,
      1,
    );
    await ends(0, ['check', '--only', 'validity', '--nginx-version', '1.25.1', 'nginx.conf'], { cwd });
  });
});

describe('check: rules and profiles', () => {
  test('--only a rule or a group, also one that is off by default', async () => {
    const cwd = folder({ 'nginx.conf': `events {}\nhttp { nope on; ${FLAWED} }\n` });
    assert.deepEqual(rulesOf(await ends(1, ['check', '--format', 'json', '--only', 'validity', 'nginx.conf'], { cwd })), [
      'unknown-directive',
    ]);
    assert.deepEqual(rulesOf(await ends(1, ['check', '--format', 'json', '--only', 'alias-traversal', 'nginx.conf'], { cwd })), [
      'alias-traversal',
    ]);
  });

  test('--profile validity only says what nginx refuses, strict says more than recommended', async () => {
    const cwd = tree();
    const count = async (profile: string): Promise<number> =>
      rulesOf(await ends(profile === 'validity' ? 0 : 1, ['check', '--format', 'json', '--profile', profile, 'nginx.conf'], { cwd }))
        .length;
    assert.equal(await count('validity'), 0);
    assert.ok((await count('strict')) > (await count('recommended')));
  });
});

test('--only asks the machine where a rule about it is named, and keeps the severities', async () => {
  const conf = 'events {}\nhttp { geoip_country /nowhere/GeoIP.dat; server { listen 80; } }\n';
  for (const name of ['environment', 'missing-file']) {
    const { files } = report(
      await run(['check', '--format', 'json', '--build', 'debian', '--only', name, 'nginx.conf'], { cwd: folder({ 'nginx.conf': conf }) }),
    );
    const found = files.flatMap((f) => f.diagnostics.map((d) => `${d.rule} ${d.severity}`));
    const all = ['missing-file error', 'module-not-loaded error'];
    assert.deepEqual(found.sort(), name === 'environment' ? all : all.slice(0, 1), name);
  }
});

describe('check: baseline', () => {
  test('holds back what was there, also when lines move, and not what is new', async () => {
    const cwd = tree();
    const site = path.join(cwd, 'conf.d/site.conf');
    await ends(0, ['check', '--baseline', 'base.json', '--update-baseline', 'nginx.conf'], { cwd });
    const { out } = await ends(0, ['check', '--baseline', 'base.json', 'nginx.conf'], { cwd });
    assert.match(out, /\n\d+ findings? not shown: in the baseline base\.json\n/);
    fs.writeFileSync(site, `# a line more\n\n${FLAWED}`);
    await ends(0, ['check', '--baseline', 'base.json', 'nginx.conf'], { cwd });
    fs.writeFileSync(site, FLAWED.replace('}\n}', '}\n    location /css { alias /data/css/; }\n}'));
    const left = report(await ends(1, ['check', '--format', 'json', '--baseline', 'base.json', 'nginx.conf'], { cwd }));
    assert.deepEqual(
      left.files.flatMap((f) => f.diagnostics.filter((d) => d.severity === 'error').map((d) => d.range.start.line)),
      [3],
    );
  });

  test('a missing or broken baseline is told', async () => {
    const cwd = folder({ 'nginx.conf': CLEAN, 'broken.json': '{' });
    await ends(3, ['check', '--baseline', 'gone.json', 'nginx.conf'], { cwd, says: /no such baseline/ });
    await ends(2, ['check', '--baseline', 'broken.json', 'nginx.conf'], { cwd, says: /not a baseline file/ });
    await ends(3, ['check', '--baseline', 'gone/x.json', '--update-baseline', 'nginx.conf'], { cwd, says: /cannot be written/ });
  });
});

describe('check: settings', () => {
  test('.proxylens.yaml is found upwards; the command line is laid over it', async () => {
    const cwd = folder({
      '.proxylens.yaml': 'rules: { alias-traversal: warning }\n',
      'a/b/nginx.conf': CLEAN,
      'a/b/conf.d/site.conf': FLAWED,
    });
    await ends(0, ['check', 'a/b/nginx.conf'], { cwd });
    await ends(1, ['check', '--rule', 'alias-traversal=error', 'a/b/nginx.conf'], { cwd });
  });

  test('every mistake with file and line, exit 2', async () => {
    const cwd = folder({
      '.proxylens.yaml':
        'nginxVersion: 1.27.3\nrules:\n  alias-traversal: loud\n  nope: off\nignore: 3\nenvironment: maybe\ncolour: red\ndirectives:\n  - min: 1\n',
      'nginx.conf': CLEAN,
    });
    const { err } = await ends(2, ['check', 'nginx.conf'], { cwd });
    for (const [line, words] of [
      [3, 'alias-traversal'],
      [4, 'nope'],
      [5, 'ignore is a list'],
      [6, 'environment is true or false'],
      [7, 'no setting "colour"'],
      [9, 'needs "name"'],
    ] as const)
      assert.match(err, new RegExp(`\\.proxylens\\.yaml:${line}: .*${words}`));
  });

  test('no YAML, no mapping, nothing at all', async () => {
    await ends(2, ['check', 'nginx.conf'], {
      cwd: folder({ '.proxylens.yaml': 'a: [\n', 'nginx.conf': CLEAN }),
      says: /\.proxylens\.yaml:\d+: /,
    });
    await ends(2, ['check', 'nginx.conf'], { cwd: folder({ '.proxylens.yaml': '- a\n', 'nginx.conf': CLEAN }), says: /must be a mapping/ });
    await ends(0, ['check', 'nginx.conf'], { cwd: folder({ '.proxylens.yaml': '# nothing yet\n', 'nginx.conf': CLEAN }) });
    await ends(3, ['check', '--settings', 'gone.yaml', 'nginx.conf'], { cwd: tree(WELL), says: /gone\.yaml: no such settings file/ });
  });

  test('settings that are wrong fail those whom they are about, not their neighbours', async () => {
    const cwd = folder({
      '.git/HEAD': 'ref: refs/heads/main\n',
      'a/nginx.conf': CLEAN,
      'b/nginx.conf': CLEAN,
      'b/.proxylens.yaml': 'colour: red\n',
    });
    for (const args of [
      ['check', 'a'],
      ['check', 'a/nginx.conf'],
      ['trace', 'a/nginx.conf', 'http://example.com/'],
    ])
      assert.doesNotMatch((await ends(0, args, { cwd })).err, /colour/);
    for (const args of [
      ['check', 'b'],
      ['check', 'b/nginx.conf'],
      ['check', '.'],
      ['trace', 'b/nginx.conf', 'http://example.com/'],
    ])
      await ends(2, args, { cwd, says: /no setting "colour"/ });
    // named on the command line it is everyone's
    await ends(2, ['check', '--settings', 'b/.proxylens.yaml', 'a'], { cwd, says: /no setting "colour"/ });
  });

  test('a version that YAML takes for a number is the version that is written', async () => {
    const cwd = folder({
      '.proxylens.yaml': 'nginxVersion: 1.30\n',
      'nginx.conf': 'events {}\nhttp { server_tokens off; server { listen 444; http2 on; } }\n',
    });
    // 1.3 would know neither quic nor http2
    await ends(0, ['check', '--only', 'validity', 'nginx.conf'], { cwd });
    await ends(1, ['check', '--only', 'validity', '--nginx-version', '1.3.0', 'nginx.conf'], { cwd });
  });

  test('path maps, main files and ignored paths hang from the folder of the settings', async () => {
    const cwd = folder({
      'x/.proxylens.yaml':
        'root: [conf/main.cfg]\npathMap: { /srv/sites: ./sites }\nignore: [{ paths: ["**/legacy/**"], rules: [security] }]\n',
      'x/conf/main.cfg': 'events {}\nhttp { server_tokens off; include /srv/sites/*.conf; include /srv/sites/legacy/*.conf; }\n',
      'x/other/nginx.conf': 'events {}\nhttp { nope on; }\n',
      'x/sites/a.conf': FLAWED,
      'x/sites/legacy/b.conf': FLAWED.replace('80', '81'),
    });
    const { files } = report(await ends(1, ['check', '--format', 'json', 'x'], { cwd }));
    const hits = files.flatMap((f) =>
      f.diagnostics.filter((d) => d.severity === 'error').map((d) => `${path.relative(cwd, f.path)} ${d.rule}`),
    );
    assert.deepEqual(hits, ['x/sites/a.conf alias-traversal']);
  });

  test('the template engine of a file is what the settings or an option say', async () => {
    const cwd = folder({
      'nginx.conf': 'events {}\nhttp { server_tokens off; client_max_body_size ${size}; include sites/*.x; }\n',
      'sites/a.x': 'server { listen ${port}; keepalive_timeout ${time}; gzip perhaps; root /srv; }\n',
    });
    const errors = async (...more: string[]): Promise<string[]> =>
      report(await ends(1, ['check', '--format', 'json', 'nginx.conf', ...more], { cwd })).files.flatMap((f) =>
        f.diagnostics.flatMap((d) => (d.severity === 'error' ? [/"([^"]*)"/.exec(d.message)![1]!] : [])),
      );
    assert.deepEqual((await errors()).sort(), ['${port}', '${size}', '${time}', 'perhaps']);
    assert.deepEqual(await errors('--template', '**/nginx.conf=terraform', '--template', '*.x=terraform'), ['perhaps']);
    assert.deepEqual(await errors('--template', '**/nginx.conf=terraform'), ['${port}', '${time}', 'perhaps']);
    fs.writeFileSync(path.join(cwd, '.proxylens.yaml'), 'templates: { "*.conf": terraform, "sites/*": terraform }\n');
    assert.deepEqual(await errors(), ['perhaps']);
    assert.deepEqual(await errors('--template', 'sites/*=none'), ['${port}', '${time}', 'perhaps']);
    assert.match((await ends(2, ['check', '--template', 'a=java'], { cwd })).err, /--template is one of jinja, .*, not "java"/);
    assert.match((await ends(2, ['check', '--template', 'java'], { cwd })).err, /write MASK=ENGINE/);
  });

  test("nginx-lint's switched-off rules are taken over where there is no file of ours", async () => {
    const files = {
      'nginx.conf': `events {}\nhttp {\n    ${FLAWED}\n}\n`,
      '.nginx-lint.toml':
        '[rules.server-tokens-enabled]\nenabled = false\n[rules.unknown-thing]\nenabled = false\n[rules.weak-ssl-ciphers]\nenabled = true\n',
    };
    assert.ok(
      rulesOf(await ends(1, ['check', '--format', 'json', 'nginx.conf'], { cwd: folder({ 'nginx.conf': files['nginx.conf'] }) })).includes(
        'version-disclosed',
      ),
    );
    assert.ok(!rulesOf(await ends(1, ['check', '--format', 'json', 'nginx.conf'], { cwd: folder(files) })).includes('version-disclosed'));
    assert.ok(
      rulesOf(
        await ends(1, ['check', '--format', 'json', 'nginx.conf'], {
          cwd: folder({ ...files, '.proxylens.yaml': 'profile: recommended\n' }),
        }),
      ).includes('version-disclosed'),
    );
    await ends(2, ['check', 'nginx.conf'], { cwd: folder({ ...files, '.nginx-lint.toml': '[rules\n' }), says: /\.nginx-lint\.toml:1: / });
  });
});

describe('check: fixes', () => {
  test('what a fix puts into a script or a Compose file is written so that nginx gets it', async () => {
    const lines = (host: string): string =>
      `server {\n    listen 80;\n    server_name ${host};\n    client_max_body_size 1m;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n`;
    const here = folder({
      'setup.sh': `#!/bin/sh\nDOMAIN=shop.example.com\ncat > /etc/nginx/conf.d/site.conf <<EOF\n${lines('$DOMAIN')}EOF\n`,
    });
    const fixed = (cwd: string): Promise<unknown> => ends(0, ['check', '--fix=suggested', '.'], { cwd, says: /fixed / });
    await fixed(here);
    // a shell's own word for what arrives
    const script = fs.readFileSync(path.join(here, 'setup.sh'), 'utf8').replace('/etc/nginx/conf.d/site.conf', 'written.conf');
    assert.equal(spawnSync('sh', ['-c', script], { cwd: here }).status, 0);
    const written = fs.readFileSync(path.join(here, 'written.conf'), 'utf8');
    assert.match(written, /proxy_set_header Host \$host;/);
    assert.match(written, /proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;/);
    assert.match(written, /server_name shop\.example\.com;/);
    // a shell in a Compose file is read by both
    const inner = `cat > /etc/nginx/conf.d/default.conf <<EOF\n${lines('shop.example.com')}EOF\nnginx -g "daemon off;"\n`;
    const command = inner.replaceAll(/^(?=.)/gm, '        ');
    const started = folder({
      'compose.yaml': `services:\n  nginx:\n    image: nginx:1.29\n    command:\n      - sh\n      - -c\n      - |\n${command}`,
    });
    await fixed(started);
    assert.match(fs.readFileSync(path.join(started, 'compose.yaml'), 'utf8'), /proxy_set_header Host \\\$\$host;/);
    // a document of Puppet's whose mark names no escape has no way to write one
    const document = (mark: string): string =>
      `file { '/etc/nginx/conf.d/site.conf':\n  content => @(${mark}),\n${lines('shop.example.com')}| END\n}\n`;
    const manifest = folder({ 'a/site.pp': document('"END"'), 'b/site.pp': document('"END"/$') });
    await ends(0, ['check', '--fix=suggested', '.'], { cwd: manifest });
    assert.ok(!fs.readFileSync(path.join(manifest, 'a/site.pp'), 'utf8').includes('$host'));
    assert.match(fs.readFileSync(path.join(manifest, 'b/site.pp'), 'utf8'), /Host \\\$host;/);
    // Compose takes two dollar signs for one, whether there are others in the text or not
    for (const host of ['shop.example.com', '${DOMAIN}']) {
      const content = lines(host).replaceAll(/^(?=.)/gm, '      ');
      const compose = `services:\n  nginx:\n    image: nginx:1.29\n    ports: ["80:80"]\n    configs:\n      - {source: site, target: /etc/nginx/conf.d/default.conf}\nconfigs:\n  site:\n    content: |\n${content}`;
      const beside = folder({ 'compose.yaml': compose });
      await fixed(beside);
      const after = fs.readFileSync(path.join(beside, 'compose.yaml'), 'utf8');
      assert.match(after, /proxy_set_header Host \$\$host;/);
      assert.match(after, /proxy_set_header X-Forwarded-Proto \$\$scheme;/);
      assert.ok(after.includes(`server_name ${host};`));
      assert.doesNotMatch(after, /(?<!\$)\$[a-z]/);
    }
  });

  test('--fix fixes, leaves other bytes alone, and writes only what changed', async () => {
    const latin = Buffer.from(`# caf\xe9\r\n${FIXABLE.replaceAll('\n', '\r\n')}`, 'latin1');
    const cwd = folder({ 'nginx.conf': CLEAN, 'conf.d/a.conf': latin, 'conf.d/b.conf': FIXED.replace('80', '81') });
    const before = fs.statSync(path.join(cwd, 'conf.d/b.conf')).mtimeMs;
    await ends(0, ['check', '--fix', '.'], { cwd, says: /^fixed conf\.d\/a\.conf \(1 fix\)$/m });
    assert.deepEqual(
      fs.readFileSync(path.join(cwd, 'conf.d/a.conf')),
      Buffer.from(`# caf\xe9\r\n${FIXED.replaceAll('\n', '\r\n')}`, 'latin1'),
    );
    assert.equal(fs.statSync(path.join(cwd, 'conf.d/b.conf')).mtimeMs, before);
  });

  test('--fix writes what was named, and says what it left alone', async () => {
    const cwd = tree(FIXABLE);
    const says = /^proxylens: conf\.d\/site\.conf: not written: outside of nginx\.conf$/m;
    await ends(0, ['check', '--fix', 'nginx.conf'], { cwd, says });
    assert.equal(fs.readFileSync(path.join(cwd, 'conf.d/site.conf'), 'utf8'), FIXABLE);
    fs.mkdirSync(path.join(cwd, 'elsewhere'));
    fs.renameSync(path.join(cwd, 'conf.d/site.conf'), path.join(cwd, 'elsewhere/site.conf'));
    fs.symlinkSync('../elsewhere/site.conf', path.join(cwd, 'conf.d/site.conf'));
    await ends(3, ['check', '--fix', 'nginx.conf', 'conf.d'], { cwd, says: /conf\.d\/site\.conf: not written: outside of / });
    assert.equal(fs.readFileSync(path.join(cwd, 'elsewhere/site.conf'), 'utf8'), FIXABLE);
  });

  test('--fix within other files, where what is put there is read by nginx alone', async () => {
    const site = (host: string): string =>
      [
        'server {',
        // in a cluster what ends TLS in front of a plain server writes these headers
        '    listen 443 ssl;',
        '    ssl_certificate /tls/tls.crt;',
        '    ssl_certificate_key /tls/tls.key;',
        '    location / {',
        '        proxy_pass http://app:8000;',
        `        proxy_set_header Host ${host};`,
        '    }',
        '}',
      ].join('\n');
    const indented = (text: string): string => text.replaceAll(/^/gm, '    ');
    const files = {
      'configmap.yaml': `kind: ConfigMap\nmetadata: { name: web }\ndata:\n  site.conf: |\n${indented(site('$host'))}\n`,
      'quoted.sh': `cat > /etc/nginx/conf.d/a.conf <<'EOF'\n${site('$host')}\nEOF\n`,
      // the shell, Compose and envsubst would take the name of a variable away
      'plain.sh': `cat > /etc/nginx/conf.d/b.conf <<EOF\n${site('\\$host')}\nEOF\n`,
      'docker-compose.yml': `configs:\n  site:\n    content: |\n${site('$$host').replaceAll(/^/gm, '      ')}\n`,
      'site.conf.template': site('app').replace('app:8000', '${APP}'),
    };
    const cwd = folder({ '.git/HEAD': '', ...files });
    await run(['check', '--fix', '.'], { cwd });
    for (const [name, text] of Object.entries(files)) {
      const after = fs.readFileSync(path.join(cwd, name), 'utf8');
      const line = /^ *proxy_set_header X-Forwarded-(?:For|Proto) \$\w+;$/m;
      if (!/^(configmap|quoted)/.test(name)) assert.equal(after, text, name);
      else assert.equal(after.replace(new RegExp(`${line.source}\\n`, 'gm'), ''), text, name);
    }
    assert.match(fs.readFileSync(path.join(cwd, 'configmap.yaml'), 'utf8'), /^ {12}proxy_set_header X-Forwarded-For/m);
  });

  test('--fix=suggested leaves out a fix with which nginx would refuse the text, says why, and applies the others', async () => {
    const site = `server {
    location ~ /shop {
        location /shop/keys { deny all; }
    }
    location ~ /media { root /srv/app; }
}
`;
    const cwd = tree(site);
    const { out } = await ends(0, ['check', '--fix=suggested', '--rule', 'unanchored-regex=warning', 'conf.d/site.conf'], { cwd });
    const after = fs.readFileSync(path.join(cwd, 'conf.d/site.conf'), 'utf8');
    assert.match(after, /location ~ \/shop \{/);
    assert.match(after, /location ~ \^\/media \{/);
    assert.match(out, /not applied: Anchor it: \^\/shop, because nginx \S+ would refuse it: Location "\/shop\/keys" is outside location/);
  });

  test('--fix=suggested leaves to a person what takes away something that may be meant, and says why', async () => {
    const site = `server {
    listen 80;
    root /srv/films;
    autoindex on;
    autoindex_exact_size off;
    location /shop/ {
        proxy_set_header Host $http_host;
        proxy_pass http://127.0.0.1:8000;
    }
    location /private/ {
        autoindex on;
    }
}
`;
    const cwd = tree(site);
    const { out } = await run(['check', '--fix=suggested', '--only', 'host-spoofing', '--only', 'directory-listing', 'conf.d/site.conf'], {
      cwd,
    });
    assert.equal(fs.readFileSync(path.join(cwd, 'conf.d/site.conf'), 'utf8'), site.replace(/autoindex on;(\n {4}\})/, 'autoindex off;$1'));
    assert.match(out, /not applied: Use \$host, because the port that clients name in Host would be lost/);
    assert.match(out, /not applied: Turn the listing off, because the list seems to be meant/);
  });

  test('a relative of nginx is named with the nginx that it is read as', async () => {
    const cwd = folder({ '.git/HEAD': '', 'angie/http.d/shop.conf': 'server { listen 80; root /srv; }\n' });
    assert.match((await run(['check', '.'], { cwd })).out, /^for Angie, read as nginx \S+ \(/m);
  });

  test('lines that are put into a block of one line are laid out as a block', async () => {
    const cwd = tree('server {\n    listen 80;\n    location / { proxy_pass http://127.0.0.1:8000; }\n}\n');
    await run(['check', '--fix=suggested', '--only', 'proxy-host-missing', 'conf.d/site.conf'], { cwd });
    assert.equal(
      fs.readFileSync(path.join(cwd, 'conf.d/site.conf'), 'utf8'),
      'server {\n    listen 80;\n    location / { proxy_pass http://127.0.0.1:8000;\n        proxy_set_header Host $host;\n    }\n}\n',
    );
  });
  test('--fix-dry-run prints a unified diff and writes nothing', async () => {
    const cwd = tree(FIXABLE);
    const { out } = await ends(0, ['check', '--fix-dry-run', '.'], { cwd });
    assert.match(out, /^--- .*site\.conf/m);
    assert.match(out, /^\+\+\+ .*site\.conf/m);
    assert.match(out, /^@@ -1,4 \+1,4 @@$/m);
    assert.match(out, /^- {4}server_tokens on;/m);
    assert.match(out, /^\+ {4}server_tokens off;/m);
    assert.equal(fs.readFileSync(path.join(cwd, 'conf.d/site.conf'), 'utf8'), FIXABLE);
    // patch(1) takes it
    const patched = spawnSync('patch', ['-p0', '--dry-run', path.join(cwd, 'conf.d/site.conf')], { input: out, encoding: 'utf8' });
    if (!patched.error) assert.equal(patched.status, 0, patched.stdout + patched.stderr);
  });

  test('standard input is fixed to standard output, findings beside it', async () => {
    const { out } = await ends(0, ['check', '--fix', '--stdin-path', 'conf.d/site.conf', '-'], { stdin: FIXABLE });
    assert.equal(out, FIXED);
    assert.equal((await ends(0, ['check', '--fix', '--stdin-path', 'conf.d/site.conf', '-'], { stdin: FIXED })).out, FIXED);
    const dump = (site: string): string =>
      `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {\n    server_tokens off;\n    include conf.d/*.conf;\n}\n\n# configuration file /etc/nginx/conf.d/site.conf:\n${site}\n`;
    assert.equal((await ends(0, ['check', '--fix', '-'], { stdin: dump(FIXABLE) })).out, dump(FIXED));
  });

  for (const which of ['--fix', '--fix=suggested'] as const)
    test(`${which} over the flawed sample converges and touches its files only`, async () => {
      const cwd = folder({ 'beside/nginx.txt': FLAWED });
      fs.cpSync(SAMPLE, path.join(cwd, 'sample'), { recursive: true });
      const before = rulesOf(await ends(1, ['check', '--format', 'json', 'sample'], { cwd }));
      // what is misspelt may be new to us: only a person renames it
      const ended = which === '--fix' ? 1 : 0;
      const left = report(await ends(ended, ['check', which, '--format', 'json', 'sample'], { cwd })).files.flatMap((f) => f.diagnostics);
      assert.deepEqual(
        left.filter((d) => d.severity === 'error' || (which !== '--fix' && d.fixes.length > 0)).map((d) => d.rule),
        which === '--fix' ? ['alias-traversal', 'unknown-zone', 'unknown-directive'] : [],
      );
      assert.ok(left.length < before.length, `${left.length} of ${before.length} are left`);
      for (const d of left) assert.ok(!d.fixes.some((f) => f.safety === 'safe' || which !== '--fix'), `${d.rule} could still be fixed`);
      const bytes = (): Map<string, string> =>
        new Map(
          (fs.readdirSync(cwd, { recursive: true }) as string[])
            .filter((f) => fs.statSync(path.join(cwd, f)).isFile())
            .map((f) => [f, fs.readFileSync(path.join(cwd, f), 'latin1')]),
        );
      const once = bytes();
      await ends(ended, ['check', which, 'sample'], { cwd });
      assert.deepEqual(bytes(), once, 'a second run changes nothing');
      assert.equal(once.get('beside/nginx.txt'), FLAWED);
      for (const [file, text] of once)
        if (file.startsWith('sample') && !/\.(conf|py)$/.test(file))
          assert.equal(text, fs.readFileSync(path.join(SAMPLE, '..', file), 'latin1'), file);
    });
});

describe('check: hostile input', () => {
  test('binary, huge, a folder of that name, link loops, include cycles, missing includes', async () => {
    const cwd = folder({
      'binary.conf': Buffer.from([0, 1, 2, 3]),
      'nginx.conf': 'events {}\nhttp { server_tokens off; include nginx.conf; include loop.conf; include none.conf; }\n',
    });
    fs.writeFileSync(path.join(cwd, 'huge.conf'), Buffer.alloc(9 * 1024 * 1024, '#'));
    fs.symlinkSync('loop.conf', path.join(cwd, 'loop.conf'));
    fs.mkdirSync(path.join(cwd, 'd/e'), { recursive: true });
    fs.symlinkSync('..', path.join(cwd, 'd/e/up'));
    await ends(3, ['check', 'binary.conf'], { cwd, says: /binary\.conf: this is a binary file/ });
    await ends(3, ['check', 'huge.conf'], { cwd, says: /huge\.conf: 9 MB is too large/ });
    await ends(3, ['check', 'loop.conf'], { cwd, says: /loop\.conf: / });
    await ends(3, ['check', 'd'], { cwd, says: /no nginx configuration found in d/ });
    assert.match((await ends(1, ['check', 'nginx.conf'], { cwd })).out, /leads back to a file that is being read/);
    const { files } = report(await ends(1, ['check', '--environment', '--format', 'json', 'nginx.conf'], { cwd }));
    assert.ok(files.flatMap((f) => f.diagnostics).some((d) => d.rule === 'missing-include'));
    await ends(1, ['check', '.'], { cwd });
    await ends(3, ['check', '-'], { stdin: '', says: /standard input is empty/ });
    await ends(1, ['check', '-'], { stdin: '}{{{;;"' });
  });

  test('a reader that goes away does not end in words', async () => {
    const child = spawn(process.execPath, [CLI, 'rules', '--format', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '';
    child.stderr.on('data', (s: Buffer) => {
      err += s.toString();
    });
    child.stdout.destroy();
    const code = await new Promise<number | null>((done) => child.on('close', done));
    assert.equal(err, '');
    assert.equal(code, 0);
  });
});
