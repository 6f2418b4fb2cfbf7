/**
 * Readers of the application's side before texts that are built to take long: each is done within few steps, or says what is too much, and
 * the rest is read all the same. Limits count steps and sizes, so that they are the same on every machine.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { loadedPython, tree } from '../deploy/fixture.ts';

const N = Number(process.env.READERS ?? 3000);
/** ms of the processor for one text, on a machine that does ten other things */
const LIMIT = 8000;
const rep = (s: string, n = N) => Array.from({ length: n }, (_, i) => s.replaceAll('#', String(i))).join('');

/** A file, its text, and what is said of it where it is beyond a limit. */
const CASES: Readonly<Record<string, readonly [string, string, RegExp?]>> = {
  'dockerfile env': ['Dockerfile', `FROM nginx\n${rep('ENV A#=$A#$B# C=${D:-${E:-#}}\n')}CMD gunicorn app:app\n`, /2000 instructions/],
  'dockerfile continuation': ['Dockerfile', `FROM nginx\nRUN a ${rep('\\\n && b #')}\nCMD gunicorn app\n`],
  'dockerfile stages': ['Dockerfile', rep('FROM nginx AS s#\nENV X=$X\n'), /2000 instructions/],
  'dockerfile from chain': [
    'Dockerfile',
    'FROM nginx AS s0\n' + Array.from({ length: N }, (_, i) => `FROM s${i} AS s${i + 1}\nENV A${i}=b\n`).join('') + 'CMD gunicorn a:a\n',
    /2000 instructions/,
  ],
  'dockerfile braces': ['Dockerfile', `FROM nginx\nENV A=${'${A:-'.repeat(N)}x${'}'.repeat(N)}\nCMD gunicorn a\n`],
  shell: ['entrypoint.sh', `#!/bin/sh\n${rep('export A#=$A#"$B"\nif true; then gunicorn app:app --bind 127.0.0.1:# ; fi\n')}`],
  'shell quotes': ['entrypoint.sh', `#!/bin/sh\ngunicorn ${'"$('.repeat(N)}\n`],
  'shell heredocs': ['entrypoint.sh', `#!/bin/sh\n${rep('cat <<EOF#\n')}gunicorn a:a\n`],
  'compose services': [
    'docker-compose.yml',
    `services:\n${rep('  s#: { image: nginx, command: "gunicorn a:a -b 0.0.0.0:#", depends_on: [s0], networks: [n#], volumes: ["./a#:/b#"] }\n', N / 10)}`,
  ],
  'compose anchors': [
    'docker-compose.yml',
    `x-a: &a { environment: { A: b } }\nservices:\n${rep('  s#: { <<: *a, image: nginx }\n', N / 10)}`,
  ],
  'compose extends': [
    'docker-compose.yml',
    `services:\n${Array.from({ length: N / 10 }, (_, i) => `  s${i}: { extends: { service: s${i + 1} }, image: x }\n`).join('')}`,
  ],
  'compose ports': ['docker-compose.yml', `services:\n  web:\n    image: nginx\n    ports:\n${rep('      - "1-65535:1-65535"\n', N / 10)}`],
  'compose vars': [
    'docker-compose.yml',
    `services:\n  web:\n    image: nginx\n    environment:\n${rep('      A#: "${B:-${C:-${D:-#}}}"\n', N / 10)}`,
  ],
  'compose deep': ['docker-compose.yml', `services: ${'['.repeat(N)}`, /40 levels/],
  uwsgi: ['uwsgi.ini', `[uwsgi]\nhttp = :8000\n${rep('a# = %(a#)%(b)\nset-placeholder = x#=%(x)\n')}`, /2000 options/],
  'uwsgi loops': ['uwsgi.ini', `[uwsgi]\n${rep('for = a b c d e f g\nset = x%(_)\nendfor =\n')}`, /2000 options/],
  toml: ['pyproject.toml', `[tool.x]\n${rep('a# = [1, { b = "c" }]\n')}`],
  'toml deep': ['pyproject.toml', `a = ${'['.repeat(N)}${']'.repeat(N)}\n`],
  procfile: ['Procfile', rep('web#: gunicorn app:app --bind 0.0.0.0:$PORT\n'), /500 processes/],
  systemd: ['app.service', `[Service]\n${rep('Environment="A#=b c"\nExecStart=/usr/bin/gunicorn a:a \\\n  -b :#\n')}`, /2000 settings/],
  supervisor: ['supervisord.conf', rep('[program:a#]\ncommand=gunicorn a:a -b :#\nenvironment=A="%(ENV_A)s",B="c"\n'), /2000 settings/],
  env: ['.env', rep('A#=${A#}${B}\n')],
  kubernetes: [
    'deployment.yaml',
    rep(
      '---\nkind: Deployment\nmetadata: { name: a# }\nspec: { template: { spec: { containers: [ { name: nginx, image: nginx, command: [gunicorn, "a:a"] } ] } } }\n',
      N / 20,
    ),
  ],
  'python flat': ['config/settings.py', rep('A# = [A#, "x"] + B\n')],
  'python deep': ['config/settings.py', `ALLOWED_HOSTS = ${'('.repeat(N)}1${')'.repeat(N)}\n`],
  'python calls': ['config/settings.py', `ALLOWED_HOSTS = ${'f('.repeat(N)}1${')'.repeat(N)}\n`],
  'python format': ['config/settings.py', `X='a'\n${rep('X = f"{X}{X}"\n')}ALLOWED_HOSTS=[X]\n`],
  'python ifs': ['config/settings.py', rep('if A:\n  B = #\nelse:\n  B = [B]\n')],
  'python loops': ['config/settings.py', rep('for a in range(100000):\n  B = a\n', N / 10)],
  'python splits': ['config/settings.py', `A = "${'a,'.repeat(N)}"\n${rep('B# = A.split(",")\n', N / 10)}`],
  'python joins': ['config/settings.py', `A = ["${'a","'.repeat(1500)}"]\n${rep('B# = ",".join(A) + ",".join(A)\n', N / 10)}`],
  'php-fpm': ['www.conf', `[www]\n${rep('env[A#] = $B\n')}`],
};

for (const [name, [file, text, why]] of Object.entries(CASES))
  test(name, async () => {
    const python = await loadedPython();
    const files = tree(
      `#- manage.py\nimport os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n#- gunicorn.conf.py\nbind = '127.0.0.1:8123'\n#- ${file}\n${text}`,
    );
    const from = process.cpuUsage();
    const made = readDeployment(files, python);
    const { user, system } = process.cpuUsage(from);
    assert.ok((user + system) / 1000 < LIMIT, `${(user + system) / 1000} ms`);
    const said = made.unread.filter((u) => u.file.endsWith(file)).map((u) => u.why);
    if (why) assert.match(said.join('\n'), why);
    assert.ok(said.length <= 1, 'once');
    assert.ok(!said.some((s) => /please report/.test(s)), said.join('\n'));
  });
