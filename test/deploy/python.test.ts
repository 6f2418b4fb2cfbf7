import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PythonProject } from '../../server/src/deploy/python.ts';
import type { PyValue } from '../../server/src/deploy/python-value.ts';
import { type Setting, written } from '../../server/src/deploy/setting.ts';
import { at, covered, loadedPython, tree } from './fixture.ts';

/** A value as short JSON: unknown ones with their variable and fallback. */
function plain(v: PyValue | undefined): unknown {
  if (!v) return undefined;
  switch (v.kind) {
    case 'string':
    case 'number':
    case 'bool':
      return v.value;
    case 'none':
      return null;
    case 'list':
      return [...v.items.map(plain), ...(v.open ? ['…'] : [])];
    case 'dict':
      return Object.fromEntries(v.entries.map((e) => [String(plain(e.key)), plain(e.value)]));
    case 'unknown':
      return { unknown: v.env ?? v.why, ...(v.fallback ? { fallback: plain(v.fallback) } : {}) };
    case 'either':
      return { either: v.options.map(plain), ...(v.likely ? { likely: plain(v.likely) } : {}) };
    case 'absent':
      return 'absent';
    default:
      return v.kind;
  }
}

async function names(text: string, environment: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const files = text.startsWith('#- ') ? tree(text) : new Map([[at('shop/settings.py'), text]]);
  const place = { file: at('env'), span: { start: 0, end: 0 } };
  const variables = new Map<string, Setting<string>>(Object.entries(environment).map(([k, v]) => [k, written(v, place)]));
  const project = new PythonProject(await loadedPython(), files, () => {}, variables);
  const module = project.module([...files.keys()][0]!);
  return Object.fromEntries([...module.names].map(([k, v]) => [k, plain(v)]));
}

const cases: readonly (readonly [name: string, text: string, expected: Record<string, unknown>, environment?: Record<string, string>])[] = [
  [
    'literals',
    "A = 'x' \"y\"\nB = [1, 'b', None, True,]\nC = (-3, 2 * 1024 ** 2)\nD = {'k': 1, **{'z': 2}}\nE = r'\\d' + '\\n'",
    { A: 'xy', B: [1, 'b', null, true], C: [-3, 2097152], D: { k: 1, z: 2 }, E: '\\d\n' },
  ],
  ['several targets', 'A, B = 1, 2\nC = D = 3', { A: 1, B: 2, C: 3, D: 3 }],
  [
    'f-strings and formats',
    "N = 'shop'\nA = f'/run/{N}.sock'\nB = '%s:%d' % ('h', 80)\nC = '{}/x'.format(N)\nD = f'{N!r}'",
    { A: '/run/shop.sock', B: 'h:80', C: 'shop/x' },
  ],
  [
    'changes to lists',
    "A = ['a']\nA += ['b']\nA.append('c')\nA.extend(['d'])\nA.insert(0, 'z')\nA.remove('b')",
    { A: ['z', 'a', 'c', 'd'] },
  ],
  ['changes to dicts', "D = {}\nD['a'] = {}\nD['a']['b'] = 1\nD.update(c=2)", { D: { a: { b: 1 }, c: 2 } }],
  [
    'the environment is unknown, with its default',
    "import os\nA = os.environ.get('A', 'x')\nB = os.environ['B']\nC = os.getenv('C') or 'y'\nD = os.getenv('D', '0') == '1'\nE = int(os.environ.get('E', 3)) * 2",
    {
      A: { unknown: 'A', fallback: 'x' },
      B: { unknown: 'B' },
      C: { unknown: 'C', fallback: 'y' },
      D: { unknown: 'D', fallback: false },
      E: { unknown: 'E', fallback: 6 },
    },
  ],
  [
    'a known environment decides',
    "import os\nA = os.environ.get('A', 'x').split(',')\nD = bool(int(os.getenv('D', '0')))",
    { A: ['p', 'q'], D: true },
    { A: 'p,q', D: '1' },
  ],
  [
    'a list of hosts from the environment',
    "import os\nH = [h.strip() for h in os.environ.get('HOSTS', 'a, b').split(',') if h]",
    { H: { unknown: 'HOSTS', fallback: ['a', 'b'] } },
  ],
  [
    'the same with the variable set',
    "import os\nH = [h.strip() for h in os.environ.get('HOSTS', '').split(',') if h]",
    { H: ['a', 'b'] },
    { HOSTS: 'a, b,' },
  ],
  [
    'django-environ',
    "import environ\nenv = environ.Env(DEBUG=(bool, False))\nA = env('DEBUG')\nB = env.list('HOSTS', default=['x'])\nC = env.bool('C', True)\nD = env('D')",
    {
      A: { unknown: 'DEBUG', fallback: false },
      B: { unknown: 'HOSTS', fallback: ['x'] },
      C: { unknown: 'C', fallback: true },
      D: { unknown: 'D' },
    },
  ],
  [
    'django-environ with values',
    "import environ\nenv = environ.Env(DEBUG=(bool, False))\nA = env('DEBUG')\nB = env.list('HOSTS', default=['x'])",
    { A: true, B: ['a', 'b'] },
    { DEBUG: 'on', HOSTS: 'a,b' },
  ],
  [
    'decouple',
    "from decouple import config, Csv\nA = config('DEBUG', default=False, cast=bool)\nB = config('HOSTS', default='a,b', cast=Csv())",
    {
      A: { unknown: 'DEBUG', fallback: false },
      B: { unknown: 'HOSTS', fallback: ['a', 'b'] },
    },
  ],
  [
    'paths',
    "from pathlib import Path\nimport os\nBASE = Path(__file__).resolve().parent.parent\nS = BASE / 'static'\nO = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'media')\nT = str(S)",
    {
      BASE: '/project',
      S: '/project/static',
      O: '/project/media',
      T: '/project/static',
    },
  ],
  ['a decided condition', 'DEBUG = False\nif DEBUG:\n    A = 1\nelif not DEBUG:\n    A = 2\nelse:\n    A = 3', { A: 2 }],
  [
    'an undecided condition',
    "import os\nDEBUG = os.getenv('D', '') == '1'\nif DEBUG:\n    A = ['*']\nelse:\n    A = ['x']",
    { A: { either: [['*'], ['x']], likely: ['x'] } },
  ],
  ['a name that only one branch sets', "import sys\nif 'test' in sys.argv:\n    A = 1", { A: { either: [1, 'absent'] } }],
  [
    'a branch that ends in an error is not gone through',
    "import os\nS = os.getenv('S')\nif not S:\n    S = 'dev'\n    raise ValueError\nA = 1",
    { A: 1 },
  ],
  [
    'a conditional expression',
    "A = 1 if True else 2\nimport os\nB = 'a' if os.getenv('X', '1') else 'b'",
    { A: 1, B: { either: ['a', 'b'], likely: 'a' } },
  ],
  [
    'a star import, relative',
    "#- shop/settings/prod.py\nfrom .base import *\nA += ['prod']\n#- shop/settings/base.py\nA = ['base']\n_B = 1\nfrom ..constants import X\n#- shop/constants.py\nX = 5\n",
    { A: ['base', 'prod'], X: 5 },
  ],
  [
    'an absolute import of a value',
    "#- shop/settings.py\nfrom shop.names import HOSTS as H\nimport shop.names as n\nA = n.HOSTS\n#- shop/names.py\nHOSTS = ['a']\n",
    { H: ['a'], A: ['a'] },
  ],
  ['an optional local file that is missing', 'try:\n    from .local import *\nexcept ImportError:\n    pass\nA = 1', { A: 1 }],
  ['imports in a circle end', '#- a.py\nfrom b import *\nA = 1\n#- b.py\nfrom a import *\nB = 2\n', { A: 1, B: 2 }],
  ['a loop makes what it sets unknown', 'A = 1\nfor x in range(3):\n    A = x', { A: { unknown: 'set in a loop' } }],
  ['broken text', 'A = 1\nB = = 2\nC = 3', { A: 1, C: 3 }],
  ['unpacking', "X = ['a']\nA = [*X, 'b']\nB = X + ['c']", { A: ['a', 'b'], B: ['a', 'c'] }],
  ['a class', 'class Base:\n    A = 1\nclass Prod(Base):\n    B = 2\nX = Prod.A', { X: 1 }],
];

for (const [name, text, expected, environment] of cases)
  test(`python: ${name}`, async () => {
    const found = await names(text, environment);
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(found[key], value, key);
  });

test('places are UTF-16 offsets, behind characters outside the BMP too', async () => {
  const text = "# 😀 é\nNAME = 'wörld'\n";
  const file = at('a.py');
  const module = new PythonProject(await loadedPython(), new Map([[file, text]])).module(file);
  const value = module.names.get('NAME');
  assert.ok(value?.kind === 'string');
  assert.equal(covered(text, value.inner!), 'wörld');
  assert.equal(covered(text, value.at), "'wörld'");
});

test('deep nesting and long files end in time', async () => {
  const file = at('a.py');
  const python = await loadedPython();
  for (const text of [
    `A = ${'('.repeat(3000)}1${')'.repeat(3000)}`,
    `A = ${'['.repeat(500)}${']'.repeat(500)}`,
    'A = []\n' + 'A += [1]\n'.repeat(20_000),
  ]) {
    // of the processor: on a loaded machine the clock says nothing of the reader, whose limits are steps and levels
    const from = process.cpuUsage();
    new PythonProject(python, new Map([[file, text]])).module(file);
    const { user, system } = process.cpuUsage(from);
    assert.ok(user + system < 5e6, `${(user + system) / 1000} ms`);
  }
});
