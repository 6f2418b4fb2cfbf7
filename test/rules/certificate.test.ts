/** The rule about certificates, asked about some that openssl makes here: dates, names, keys, chains. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { pemBlocks, publicHalf, readCertificate } from '../../server/src/base/x509.ts';
import { Config } from '../../server/src/config/config.ts';
import { loadTree } from '../../server/src/config/load.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import certificate from '../../server/src/rules/environment/certificate-unusable.ts';
import { lint } from '../../server/src/rules/run.ts';
import { skipOrFail, temporaryFolder } from '../harness/nginx.ts';
import { parts } from '../harness/rules.ts';

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const folder = temporaryFolder('certificates');
const at = (name: string): string => path.join(folder, name);
const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore', timeout: 20_000 });
const text = (name: string): string => fs.readFileSync(at(name), 'utf8');
const DAY = 24 * 3600 * 1000;

/** A key and a certificate for `www.example.com` and `*.example.org`, signed by itself or by `ca`. */
function make(name: string, key: string[], days: number, ca?: string): void {
  openssl('genpkey', ...key, '-out', `${name}.key`);
  openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}.example.com`, '-out', `${name}.csr`);
  fs.writeFileSync(at('ext'), 'subjectAltName=DNS:www.example.com,DNS:*.example.org,IP:192.0.2.1\n');
  const signer = ca ? ['-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial'] : ['-signkey', `${name}.key`];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-days', String(days), '-extfile', 'ext', '-out', `${name}.pem`);
}

const EC = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const RSA = (bits: number): string[] => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`];

/** The ids of the messages about a server with these files, at a time relative to now. */
async function judge(names: string, pem: string, key: string, later = 0): Promise<string[]> {
  const { parser, engine } = await parts();
  const root = fileId('file:///etc/nginx/nginx.conf');
  const conf = `events {}
http {
    server {
        listen 443 ssl;
        server_name ${names};
        ssl_certificate /etc/nginx/certs/site.pem;
        ssl_certificate_key certs/site.key;
    }
}`;
  const files = new MemoryFiles([
    [root, conf],
    [fileId('file:///etc/nginx/certs/site.pem'), pem],
    [fileId('file:///etc/nginx/certs/site.key'), key],
  ]);
  const settings = { ...DEFAULT_SETTINGS, environment: true };
  const tree = await loadTree(
    root,
    {
      source: async (f) => (files.text(f) === undefined ? null : parser.open(f, files.text(f)!)),
      list: (f) => files.list(f),
      stat: (f) => files.stat(f),
      read: (f) => files.read(f),
    },
    { pathMap: [], prefix: null, environment: { now: Date.now() + later } },
  );
  assert.ok(!('problem' in tree));
  return lint(new Config(tree, engine, settings), [certificate])
    .map((f) => f.messageId)
    .sort();
}

describe('certificates', { skip: hasOpenssl ? false : skipOrFail('no openssl on this machine') }, () => {
  before(() => {
    make('ec', EC, 90);
    make('rsa', RSA(2048), 90);
    make('weak', RSA(1024), 90);
    make('leaf', EC, 90, 'rsa');
  });

  test('a good one is silent, with either kind of key', async () => {
    assert.deepEqual(await judge('www.example.com api.example.org', text('ec.pem'), text('ec.key')), []);
    assert.deepEqual(await judge('*.example.org', text('rsa.pem'), text('rsa.key')), []);
  });

  test('dates count from the time that the host gives', async () => {
    assert.deepEqual(await judge('www.example.com', text('ec.pem'), text('ec.key'), 80 * DAY), ['soon']);
    assert.deepEqual(await judge('www.example.com', text('ec.pem'), text('ec.key'), 91 * DAY), ['expired']);
    assert.deepEqual(await judge('www.example.com', text('ec.pem'), text('ec.key'), -2 * DAY), ['future']);
  });

  test('a mask covers one label', async () => {
    assert.deepEqual(await judge('example.org', text('ec.pem'), text('ec.key')), ['name']);
    assert.deepEqual(await judge('a.b.example.org', text('ec.pem'), text('ec.key')), ['name']);
    assert.deepEqual(await judge('localhost _ ~^x', text('ec.pem'), text('ec.key')), []);
  });

  test('a key of another certificate, in every form that tells its public half', async () => {
    make('other', EC, 90);
    make('otherRsa', RSA(2048), 90);
    openssl('ec', '-in', 'other.key', '-out', 'other.sec1.key');
    openssl('rsa', '-in', 'otherRsa.key', '-traditional', '-out', 'otherRsa.pkcs1.key');
    assert.deepEqual(await judge('www.example.com', text('ec.pem'), text('other.key')), ['key']);
    assert.deepEqual(await judge('www.example.com', text('ec.pem'), text('other.sec1.key')), ['key']);
    assert.deepEqual(await judge('www.example.com', text('rsa.pem'), text('otherRsa.key')), ['key']);
    assert.deepEqual(await judge('www.example.com', text('rsa.pem'), text('otherRsa.pkcs1.key')), ['key']);
    assert.deepEqual(await judge('www.example.com', text('other.pem'), text('other.sec1.key')), []);
  });

  test('an encrypted key is not judged', async () => {
    openssl('pkcs8', '-topk8', '-in', 'ec.key', '-passout', 'pass:secret', '-out', 'locked.key');
    assert.deepEqual(await judge('www.example.com', text('rsa.pem'), text('locked.key')), []);
  });

  test('chains: missing, complete, in the wrong order', async () => {
    assert.deepEqual(await judge('www.example.com', text('leaf.pem'), text('leaf.key')), ['chain']);

    assert.deepEqual(await judge('www.example.com', text('leaf.pem') + text('rsa.pem'), text('leaf.key')), []);
    assert.deepEqual(await judge('www.example.com', text('leaf.pem') + text('ec.pem'), text('leaf.key')), ['order']);
  });

  test('a short key', async () => {
    assert.deepEqual(await judge('www.example.com', text('weak.pem'), text('weak.key')), ['weak']);
  });

  test('broken bytes give null and never throw', () => {
    const [block] = pemBlocks(text('rsa.pem'));
    assert.ok(block && readCertificate(block.der));
    for (let i = 0; i < block.der.length; i += 3) {
      const cut = block.der.slice(0, i);
      assert.doesNotThrow(() => readCertificate(cut));
      const bent = block.der.slice();
      bent[i] = bent[i]! ^ 0xff;
      assert.doesNotThrow(() => readCertificate(bent));
      assert.doesNotThrow(() => publicHalf({ label: 'PRIVATE KEY', der: bent }));
    }
  });
});
