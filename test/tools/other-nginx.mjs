// `node test/tools/other-nginx.mjs trixie sid`: unpacks Debian's nginx of other releases beside the system's, with the libraries that it
// needs, and prints the path of a script that runs each. With `--sources` it is their source, without Debian's changes, for `npm run catalog` and
// test/nginx/source-tables. Nothing is installed; what cannot be had is said, and is no failure.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const PACKAGES = ['nginx', 'libc6', 'libpcre2-8-0', 'zlib1g', 'libcrypt1', 'libzstd1'];
/** Before Debian 12 the binary lay in a package of its own, and PCRE had its old name. */
const BEFORE_12 = ['nginx-core', 'libpcre3'];
/** its name changed with the 64-bit times of Debian 13 */
const OPENSSL = ['libssl3t64', 'libssl3', 'libssl1.1'];

/** apt for one suite alone, with folders of its own below `root`. `kind`: of the list, deb or deb-src. Or why there is none. */
function aptOf(suite, root, kind) {
  if (!fs.existsSync(KEYRING)) return { missing: `${suite}: this is no Debian with the keys of its archive` };
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs']) fs.mkdirSync(path.join(root, folder), { recursive: true });
  const list = path.join(root, 'sources.list');
  fs.writeFileSync(list, `${kind} [signed-by=${KEYRING}] http://deb.debian.org/debian ${suite} main\n`);
  const set = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${root}/lists`,
    `Dir::Cache=${root}/cache`,
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
  ].flatMap((o) => ['-o', o]);
  const apt = (args, timeout) => spawnSync('apt-get', [...set, ...args], { cwd: path.join(root, 'debs'), encoding: 'utf8', timeout });
  const updated = apt(['update'], 120_000);
  return updated.status === 0 ? { apt } : { missing: `${suite}: its list of packages cannot be had: ${last(updated)}` };
}

/** The last line of what a program said. */
const last = (run) => (run.stderr || run.stdout || String(run.error ?? '')).trim().split('\n').at(-1);

/** Unpacks the source of a suite's nginx; the folder with src/, or why there is none. */
export function sourceOf(suite) {
  const root = path.resolve('out', `nginx-source-${suite}`);
  const tree = path.join(root, 'tree');
  if (fs.existsSync(tree)) return { tree };
  const { apt, missing } = aptOf(suite, root, 'deb-src');
  if (missing) return { missing };
  const got = apt(['source', '--download-only', `nginx/${suite}`], 180_000);
  // what Debian changes is a file of its own, which need not be there
  const packed = fs.readdirSync(path.join(root, 'debs')).find((f) => /^nginx_[\d.]+\.orig\.tar\.gz$/.test(f));
  if (!packed) return { missing: `${suite}: ${last(got)}` };
  fs.mkdirSync(tree);
  const run = spawnSync('tar', ['-xzf', path.join(root, 'debs', packed), '-C', tree, '--strip-components=1'], { encoding: 'utf8' });
  if (run.status === 0) return { tree };
  fs.rmSync(tree, { recursive: true });
  return { missing: `${suite}: ${packed} cannot be unpacked: ${last(run)}` };
}

/** Unpacks the nginx of a suite; the script that runs it, or why there is none. */
export function otherNginx(suite) {
  const root = path.resolve('out', `nginx-${suite}`);
  const script = path.join(root, 'nginx');
  if (fs.existsSync(script)) return { script };
  const { apt, missing } = aptOf(suite, root, 'deb');
  if (missing) return { missing };
  for (const name of PACKAGES) {
    const got = apt(['download', `${name}/${suite}`], 180_000);
    // a library that the release has not is not needed there either
    if (got.status !== 0 && name === 'nginx') return { missing: `${suite}: ${last(got)}` };
  }
  if (!OPENSSL.some((name) => apt(['download', `${name}/${suite}`], 60_000).status === 0))
    return { missing: `${suite}: it has no OpenSSL` };
  if (suite === 'bullseye') for (const name of BEFORE_12) apt(['download', `${name}/${suite}`], 180_000);
  const tree = path.join(root, 'tree');
  for (const file of fs.readdirSync(path.join(root, 'debs'))) {
    const run = spawnSync('dpkg-deb', ['-x', path.join(root, 'debs', file), tree], { encoding: 'utf8' });
    if (run.status !== 0) return { missing: `${suite}: ${file} cannot be unpacked: ${last(run)}` };
  }
  const libraries = ['usr/lib', 'lib'].flatMap((at) => {
    const folder = path.join(tree, at);
    const inner = fs.existsSync(folder) ? fs.readdirSync(folder).filter((f) => f.endsWith('-linux-gnu')) : [];
    return inner.map((f) => path.join(folder, f));
  });
  const loader = libraries
    .flatMap((folder) => fs.readdirSync(folder).map((f) => path.join(folder, f)))
    .find((f) => /\/ld-linux[\w-]*\.so\.\d$/.test(f));
  if (!loader) return { missing: `${suite}: its libc has no loader` };
  const words = [loader, '--library-path', libraries.join(':'), path.join(tree, 'usr/sbin/nginx')];
  fs.writeFileSync(script, `#!/bin/sh\nexec ${words.map((w) => `'${w}'`).join(' ')} "$@"\n`, { mode: 0o755 });
  const said = spawnSync(script, ['-v'], { encoding: 'utf8', timeout: 10_000 });
  if (said.status === 0) return { script };
  fs.rmSync(script);
  return { missing: `${suite}: it does not run here: ${last(said)}` };
}

if (process.argv[1] && path.resolve(process.argv[1]) === path.resolve('test/tools/other-nginx.mjs'))
  for (const suite of process.argv.slice(2).filter((w) => w !== '--sources')) {
    if (process.argv.includes('--sources')) {
      const { tree, missing } = sourceOf(suite);
      console.log(tree ?? `not to be had: ${missing}`);
      continue;
    }
    const { script, missing } = otherNginx(suite);
    console.log(script ? `${script}: ${spawnSync(script, ['-v'], { encoding: 'utf8' }).stderr.trim()}` : `not to be had: ${missing}`);
  }
