/**
 * Starts the command line. Its bundle is large, and most of a short run would go into compiling it: the build leaves V8's compiled code beside
 * it (`program.cache`). Another version of node takes no notice of that and compiles; nothing is ever written here but by the build.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';

// A run is mostly code that runs a few hundred times. The V8 of node 20 compiles such code for speed at once, which takes a third of a check of
// 10,000 lines; four times as much patience costs the longest runs nothing. Before the bundle: its compiled code is for these very flags.
if (process.versions.v8.startsWith('11.')) v8.setFlagsFromString('--interrupt-budget=540672');

const file = path.join(__dirname, 'program.cjs');
const cache = path.join(__dirname, 'program.cache');

function cachedData(): Buffer | undefined {
  try {
    return fs.readFileSync(cache);
  } catch {
    return undefined;
  }
}

// the bundle is plain ASCII: read so, its text takes half the memory
const source = `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(file, 'latin1')}\n})`;
const script = new vm.Script(source, { filename: file, cachedData: cachedData() });
const module_ = { exports: {} };
script.runInThisContext()(module_.exports, createRequire(file), module_, file, __dirname);

// the build runs a command with this set: what that has compiled is what the next one need not
const { PROXYLENS_BUILD_CACHE: target } = process.env;
if (target) process.once('exit', () => fs.writeFileSync(target, script.createCachedData()));
