/**
 * Starts the command line. Its bundle is large, and most of a short run would go into compiling it: the build leaves V8's compiled code beside
 * it. Another version of node takes no notice of that and compiles; nothing is ever written here but by the build. There are several of them,
 * since to read what is never called takes as long as to compile what is: `program.cache` holds what a project's check calls, `short.cache` what
 * that of a few lines does, `server.cache` what a session of the language server does.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import { compileWhen } from '../host/patience.ts';

const file = path.join(__dirname, 'program.cjs');

/** Bytes below which a configuration calls little of the bundle. */
const SHORT = 16_384;

/** Whether only files are to be checked, and short ones; a guess, for files may include others. */
function isShort([command, ...words]: readonly string[]): boolean {
  if (command !== 'check') return false;
  let bytes = 0;
  try {
    for (const word of words) {
      const stat = word.startsWith('-') ? undefined : fs.statSync(word, { throwIfNoEntry: false });
      if (stat && !stat.isFile()) return false;
      bytes += stat?.size ?? 0;
    }
  } catch {
    // a loop of links, a name that is too long, a folder that may not be entered: the command says so
    return false;
  }
  return bytes > 0 && bytes < SHORT;
}

const short = isShort(process.argv.slice(2));
const compiled = short ? 'short.cache' : process.argv[2] === 'lsp' ? 'server.cache' : 'program.cache';
const require_ = createRequire(file);

// Before the bundle: its compiled code is for these very flags. A short run compiles nothing for speed, and to load the module takes it as long
// as a tenth of node's own start.
if (!short) compileWhen(process.argv[2] === 'lsp' ? 'session' : 'check', require_('node:v8') as typeof import('node:v8'));

function cachedData(): Buffer | undefined {
  try {
    return fs.readFileSync(path.join(__dirname, compiled));
  } catch {
    return undefined;
  }
}

// the bundle is plain ASCII: read so, its text takes half the memory, and none of the heap. It is a function already, since to put words around
// it would copy it there.
const script = new vm.Script(fs.readFileSync(file, 'latin1'), { filename: file, cachedData: cachedData() });
const module_ = { exports: {} };
script.runInThisContext()(module_.exports, require_, module_, file, __dirname);

// the build runs a command with this set: what that has compiled is what the next one need not
const { PROXYLENS_BUILD_CACHE: target } = process.env;
if (target) process.once('exit', () => fs.writeFileSync(target, script.createCachedData()));
