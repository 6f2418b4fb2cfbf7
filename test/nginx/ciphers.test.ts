// The evaluator of cipher strings against the real thing: `openssl ciphers` for the list and its order, `nginx -t` for acceptance.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { evaluateCipherList, evaluateCiphersuites, type OpensslTarget, usableSuites } from '../../server/src/catalog/ciphers.ts';
import { acceptsGroups } from '../../server/src/catalog/groups.ts';
import { mozillaProfiles, profileDirectives } from '../../server/src/catalog/mozilla.ts';
import { version } from '../../server/src/catalog/version.ts';
import { cipherStrings, random } from './cipher-strings.ts';

const SEED = Number(process.env.PROXYLENS_SEED ?? 20261120);
const COUNT = Number(process.env.PROXYLENS_CASES ?? 3000);
const openssl = process.env.PROXYLENS_OPENSSL ?? 'openssl';

let dir = '';
let target: OpensslTarget;
/** nginx's libssl need not be that of the openssl command */
let nginxTarget: OpensslTarget;
let nginxVersion = '';

before(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-ciphers-'));
  const line = spawnSync(openssl, ['version'], { encoding: 'utf8' }).stdout;
  const found = /^OpenSSL (\S+)/.exec(line)?.[1];
  assert.ok(found, `this test needs the openssl command, its version said: ${line}`);
  const build = fs.existsSync('/etc/debian_version') ? 'debian' : 'upstream';
  target = { openssl: found, build };
  const about = spawnSync('nginx', ['-V'], { encoding: 'utf8' }).stderr;
  const linked = /running with OpenSSL ([\d.]+\w?)/.exec(about)?.[1] ?? /built with OpenSSL ([\d.]+\w?)/.exec(about)?.[1];
  assert.ok(linked, `this test needs an nginx with OpenSSL, it said: ${about}`);
  nginxTarget = { openssl: linked, build };
  nginxVersion = /nginx\/([\d.]+)/.exec(about)?.[1] ?? '';
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

/** What `openssl ciphers OPTIONS STRING` prints for each string, TLS 1.3 names first; null where it fails. */
function opensslLists(strings: readonly string[], options = ''): (string[] | null)[] {
  const script = `while IFS= read -r -d '' s; do ${openssl} ciphers ${options} -- "$s" 2>/dev/null || echo '!'; done`;
  const run = spawnSync('nice', ['bash', '-c', script], {
    input: strings.map((s) => s + '\0').join(''),
    encoding: 'utf8',
    maxBuffer: 256 << 20,
    timeout: 1_200_000,
  });
  const lines = run.stdout.split('\n').slice(0, -1);
  assert.equal(lines.length, strings.length, run.stderr);
  return lines.map((l) => (l === '!' ? null : l.split(':')));
}

/** A self-signed certificate and its key, made once. */
function makeKey(): void {
  if (fs.existsSync(`${dir}/c.pem`)) return;
  const run = spawnSync(
    openssl,
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=a.test', '-days', '30']
      .concat('-keyout', `${dir}/k.pem`)
      .concat('-out', `${dir}/c.pem`),
    { encoding: 'utf8' },
  );
  assert.equal(run.status, 0, run.stderr);
}

/** The error lines of `nginx -t` for a server with these directives, or null when it accepts them. */
function nginxRefuses(directives: string): string | null {
  makeKey();
  const conf = path.join(dir, 'nginx.conf');
  fs.writeFileSync(
    conf,
    `pid ${dir}/pid; error_log stderr; events {} http { access_log off; server { listen unix:${dir}/s ssl;
ssl_certificate ${dir}/c.pem; ssl_certificate_key ${dir}/k.pem; ${directives} } }`,
  );
  const run = spawnSync('nginx', ['-t', '-q', '-c', conf, '-p', dir], { encoding: 'utf8', timeout: 20_000 });
  return run.status === 0 ? null : run.stderr;
}

const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`;

test('the suites of random strings and their order are those of openssl', () => {
  const strings = cipherStrings(SEED, COUNT);
  const real = opensslLists(strings);
  const differ: string[] = [];
  let refused = 0;
  strings.forEach((text, i) => {
    const own = evaluateCipherList(text, target);
    const list = own.ok ? [...own.tls13, ...own.suites].map((s) => s.name).join(':') : null;
    if (!real[i]) refused++;
    if (list !== (real[i]?.join(':') ?? null)) differ.push(`${JSON.stringify(text)} gives ${list}, openssl ${real[i]?.join(':')}`);
  });
  console.log(`cipher strings: ${strings.length - differ.length} of ${strings.length} agree, openssl refused ${refused}`);
  assert.deepEqual(differ.slice(0, 5), [], `seed ${SEED}`);
  // a generator that only makes refused strings would prove nothing
  assert.ok(refused < strings.length / 2 && refused > strings.length / 20);
});

test('the security level keeps the suites that openssl keeps', () => {
  const texts = [0, 1, 2, 3, 4, 5].flatMap((n) => [
    `ALL:COMPLEMENTOFALL:@SECLEVEL=${n}`,
    `DEFAULT:@SECLEVEL=${n}`,
    `HIGH:aNULL:@SECLEVEL=${n}`,
  ]);
  const real = opensslLists(texts, '-s -tls1_2');
  texts.forEach((text, i) => {
    const own = evaluateCipherList(text, target);
    assert.ok(own.ok);
    const usable = usableSuites(own.suites, {
      protocols: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
      keys: ['RSA', 'ECDSA', 'DSS'],
      dhparam: true,
      securityLevel: own.securityLevel,
    });
    assert.deepEqual(usable.map((s) => s.name).join(':'), real[i]?.filter((n) => !/PSK|SRP|^TLS_/.test(n)).join(':') ?? '', text);
  });
});

test('nginx accepts exactly the cipher strings, TLS 1.3 lists and groups that are said to be accepted', () => {
  const next = random(SEED);
  const few = Math.max(20, Math.round(COUNT / 15));
  // a variable sign is nothing special to ssl_ciphers, but a level above 2 refuses the key before the list is looked at
  const strings = cipherStrings(SEED + 1, few).filter((s) => !/@SECLEVEL=[3-5]/.test(s));
  for (const text of strings) {
    const error = nginxRefuses(`ssl_ciphers ${quoted(text)};`);
    const own = evaluateCipherList(text, nginxTarget);
    if (own.ok) assert.equal(error, null, text);
    else assert.match(error ?? 'accepted', own.reason === 'no-cipher-match' ? /no cipher match/ : /invalid command/, JSON.stringify(text));
  }
  const tls13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_CCM_SHA256', 'TLS_NONE'];
  tls13.push('ECDHE-RSA-AES128-GCM-SHA256', 'TLS_RSA_WITH_AES_128_CBC_SHA', '', ' TLS_AES_256_GCM_SHA384 ', 'TLS_SHA256_SHA256');
  for (let i = 0; i < few / 8; i++) {
    const text = Array.from({ length: 1 + Math.floor(next() * 3) }, () => tls13[Math.floor(next() * tls13.length)]!).join(':');
    const own = evaluateCiphersuites(text, nginxTarget);
    assert.equal(nginxRefuses(`ssl_conf_command Ciphersuites ${quoted(text)};`) === null, own.ok, JSON.stringify(text));
  }
  const groups = ['X25519', 'x25519', 'prime256v1', 'P-256', 'p-256', 'secp256r1', 'secp384r1', 'P-521', 'X448', 'ffdhe2048', 'auto'];
  groups.push('X25519MLKEM768', 'brainpoolP256r1', 'secp256k1', 'sect571r1', 'B-571', 'X25519Kyber768', ' secp384r1', '', 'secp160r1');
  for (const name of groups)
    assert.equal(
      nginxRefuses(`ssl_ecdh_curve ${quoted(name)};`) === null,
      acceptsGroups(name, nginxTarget).ok,
      `group ${JSON.stringify(name)}`,
    );
  for (let i = 0; i < few / 4; i++) {
    const text = Array.from({ length: 2 + Math.floor(next() * 3) }, () => groups[Math.floor(next() * groups.length)]!).join(
      next() < 0.9 ? ':' : ',',
    );
    assert.equal(
      nginxRefuses(`ssl_ecdh_curve ${quoted(text)};`) === null,
      acceptsGroups(text, nginxTarget).ok,
      `groups ${JSON.stringify(text)}`,
    );
  }
});

test("nginx accepts Mozilla's profiles as they are written for it", () => {
  const versions = { nginx: version(nginxVersion), openssl: version(String(nginxTarget.openssl)) };
  for (const profile of mozillaProfiles()) {
    const text = profileDirectives(profile, versions)
      .map((d) => `${d.name} ${d.value};`)
      .join('\n');
    assert.equal(nginxRefuses(text), null, `${profile.guideline} ${profile.name}`);
  }
});
