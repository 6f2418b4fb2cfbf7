/** Every combination of answers gives a site that parses, is laid out by our formatter, and in which the strict profile finds nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import { version } from '../../server/src/catalog/version.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/config/settings.ts';
import { format } from '../../server/src/features/format.ts';
import { newDeployment, problemsWith } from '../../server/src/snippets/deployment.ts';
import { parser } from '../harness/assets.ts';
import { deployments, whole } from '../harness/deployments.ts';
import { lintText } from '../harness/rules.ts';

const STRICT: Settings = { ...DEFAULT_SETTINGS, profile: 'strict' };

const nginx = await parser();

for (const answers of deployments())
  test(`${answers.framework} under ${answers.server}, tls ${answers.tls}${answers.mediaRoot ? ', media' : ''}`, async () => {
    assert.deepEqual(problemsWith(answers), []);
    const [site, ...others] = newDeployment(answers);
    const nginxVersion = parseDocument(others.find((f) => f.path === '.proxylens.yaml')!.text).toJS() as { nginxVersion: string };
    const settings: Settings = {
      ...STRICT,
      target: { ...STRICT.target, nginx: version(nginxVersion.nginxVersion) },
    };
    const { findings, sources } = await lintText(whole(site!.text), undefined, settings);
    for (const source of sources.values()) assert.deepEqual(source.problems, []);
    assert.deepEqual(
      findings.map((f) => `${f.rule}: ${f.message}`),
      [],
    );
    const doc = nginx.open(fromPath(`/etc/nginx/${site!.path}`), site!.text);
    const formatted = format(doc, { indent: '    ' });
    doc.dispose();
    assert.ok('edits' in formatted);
    assert.equal(applyEdits(site!.text, formatted.edits), site!.text);
    assert.ok(others.some((f) => f.path.endsWith('.service')));
    for (const f of [site!, ...others])
      assert.ok(f.text.endsWith('\n') && !f.text.includes('undefined') && !f.text.includes('\\$'), f.path);
  });

test('what cannot be used is refused with the answer that is wrong', () => {
  const good = deployments()[0]!;
  const wrong = (change: object): string[] => problemsWith({ ...good, ...change }).map((p) => p.answer);
  assert.deepEqual(wrong({ name: 'My Shop' }), ['name']);
  assert.deepEqual(wrong({ domain: 'a b; }' }), ['domain']);
  assert.deepEqual(wrong({ framework: 'fastapi', server: 'gunicorn' }), ['server']);
  assert.match(problemsWith({ ...good, framework: 'fastapi', server: 'gunicorn' })[0]!.message, /not offered/);
  assert.deepEqual(wrong({ tls: 'acme' }), ['tls']);
  assert.deepEqual(wrong({ tls: 'acme', nginx: '1.29.0' }), []);
  assert.deepEqual(wrong({ port: 70_000 }), ['port']);
  assert.deepEqual(wrong({ loginPaths: ['/login; }'] }), ['loginPaths']);
  assert.deepEqual(wrong({ settings: 'shop settings' }), ['settings']);
  assert.deepEqual(wrong({ email: 'a b' }), ['email']);
  assert.deepEqual(wrong({ tls: 'own', proxy: '10.0.0.5' }), ['proxy']);
  for (const proxy of ['10.0.0.5', '10.0.0.0/24', '2001:db8::/32']) assert.deepEqual(wrong({ tls: 'none', proxy }), []);
  for (const proxy of ['balancer', '10.0.0.0/33', '300.1.1.1', '10.0.0.5; }']) assert.deepEqual(wrong({ tls: 'none', proxy }), ['proxy']);
  assert.deepEqual(wrong({ staticRoot: '/srv/x; }' }), ['staticRoot']);
  assert.deepEqual(wrong({ upload: '10 megabytes' }), ['upload']);
});
