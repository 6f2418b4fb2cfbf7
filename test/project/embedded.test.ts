/**
 * Configurations in YAML, here-documents and Markdown: each host here holds the same two mistakes, which must be found at their places, and
 * whose fixes may change nothing else of the host.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fileId, pathOf } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { Config } from '../../server/src/config/config.ts';
import { fragmentContext } from '../../server/src/config/fragment.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import { combined, fixesToApply } from '../../server/src/fixes/apply.ts';
import { embeddedIn, mayHost } from '../../server/src/project/embedded.ts';
import { EmbeddedFiles } from '../../server/src/project/embedded-files.ts';
import { inHost } from '../../server/src/rules/in-host.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { lint } from '../../server/src/rules/run.ts';
import { parts } from '../harness/rules.ts';

/** Two mistakes in a location; the first has a fix. */
const WRONG = ['location / {', '    proxy_pass http://127.0.0.1:8000;', '    proxy_read_timout 5s;', '    proxy_buffering perhaps;', '}'];
const SERVER = ['server {', '    listen 8080;', ...WRONG.map((l) => `    ${l}`), '}'];
const MAIN = ['events {}', 'http {', ...SERVER.map((l) => `    ${l}`), '}'];
const lines = (of: readonly string[], indent: number): string => of.map((l) => ' '.repeat(indent) + l).join('\n');

interface Fixture {
  readonly path: string;
  readonly text: string;
  /** names of what is found */
  readonly names: readonly string[];
  /** without a fix: here the words cannot be changed one for one */
  readonly noFix?: true;
}

const FIXTURES: Record<string, Fixture> = {
  'a ConfigMap': {
    path: 'k8s/configmap.yaml',
    text: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata:\n  nginx.conf: |\n${lines(MAIN, 4)}\n  other: value\n`,
    names: ['nginx.conf'],
  },
  'a ConfigMap whose scalar keeps its last lines': {
    path: 'k8s/configmap.yml',
    text: `kind: ConfigMap\ndata:\n  default.conf: |+\n${lines(SERVER, 6)}\n\n\n  x: "1"\n`,
    names: ['default.conf'],
  },
  'a scalar with an indentation of its own': {
    path: 'cm.yaml',
    text: `data:\n  site.conf: |2-\n${lines(SERVER, 4)}\nmore: true\n`,
    names: ['site.conf'],
  },
  'a ConfigMap in a file that is only called a template': {
    path: 'chart/templates/front.tpl',
    text: `{{/* the front */}}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "front.name" . }}\ndata:\n  default.conf: |\n${lines(SERVER, 4)}\n`,
    names: ['default.conf'],
  },
  'a file of Elastic Beanstalk': {
    path: '.ebextensions/10_proxy.config',
    text: `files:\n  "/etc/nginx/conf.d/10_proxy.conf":\n    mode: "000644"\n    content: |\n${lines(SERVER, 6)}\ncontainer_commands:\n  01_reload:\n    command: "service nginx reload"\n`,
    names: ['10_proxy.conf'],
  },
  'one line in a file of Elastic Beanstalk': {
    path: '.ebextensions/20_size.config',
    text: 'files:\n  "/etc/nginx/conf.d/size.conf":\n    content: |\n      client_max_body_size 20M;\n      proxy_read_timout 5s;\n      proxy_buffering perhaps;\n',
    names: ['size.conf'],
  },
  'files for a machine that Terraform writes': {
    path: 'templates/web_files.yml.tpl',
    text: `- path: \${etc}/nginx/sites-available/web.conf\n  permissions: "0644"\n  content: |\n    \${upgrade_map}\n${lines(SERVER.slice(0, 2), 4)}\n\${tls_lines}\n${lines(SERVER.slice(2), 4)}\n`,
    names: ['web.conf'],
  },
  'a script that is only called a template': {
    path: 'templates/boot.tpl',
    text: `#!/bin/bash\ncat > /etc/nginx/conf.d/web.conf <<'CONF'\n${lines(SERVER, 0)}\nCONF\nsystemctl reload nginx\n`,
    names: ['web.conf'],
  },
  'a folded scalar': { path: 'cm.yaml', text: `data:\n  site.conf: >-\n${lines(SERVER, 4)}\n`, names: ['site.conf'] },
  'a folded scalar with deeper lines': {
    path: 'cm.yaml',
    text: `data:\n  site.conf: >\n${lines(['', ...SERVER], 4)}\n`,
    names: ['site.conf'],
  },
  'a quoted scalar on one line': {
    path: 'cm.yaml',
    text: `apiVersion: v1\ndata:\n  site.conf: "${SERVER.join('\\n')}\\n"\nkind: ConfigMap\n`,
    names: ['site.conf'],
  },
  'a quoted scalar with quotes in it': {
    path: 'cm.yaml',
    text: `data:\n  site.conf: "add_header X-A \\"a; b\\" always;\\n${SERVER.join('\\n')}"\n`,
    names: ['site.conf'],
  },
  'a quoted scalar that was broken where it grew too long': {
    path: 'cm.yaml',
    text: `data:\n  site.conf: "${SERVER.join('\\n')
      .replace('\\n    listen', '\\n\n    \\    listen')
      .replace(' perhaps;', '\\\n    \\ perhaps;\\r')}\\n"\n`,
    names: ['site.conf'],
  },
  'single quotes over several lines': {
    path: 'cm.yaml',
    text: `data:\n  site.conf: 'add_header X-A ''a;b'';\n\n${lines(SERVER, 4)}'\n`,
    names: ['site.conf'],
  },
  JSON: {
    path: 'cm.yaml',
    text: `{ "kind": "ConfigMap", "data": { "nginx.conf": "${MAIN.join('\\n')}", "b": [1, 2] } }\n`,
    names: ['nginx.conf'],
  },
  'several documents': {
    path: 'all.yaml',
    text: `kind: Service\nspec:\n  ports: [ { port: 80 } ]\n---\nkind: ConfigMap\ndata:\n  nginx.conf: |\n${lines(MAIN, 4)}\n---\nkind: Deployment\n`,
    names: ['nginx.conf'],
  },
  'a Secret': {
    path: 'secret.yaml',
    text: `kind: Secret\nstringData:\n  nginx.conf: |\n${lines(MAIN, 4)}\ndata:\n  password: c2VydmVyIHs=\n`,
    names: ['nginx.conf'],
  },
  'a template of Helm': {
    path: 'chart/templates/configmap.yaml',
    text: `{{- if .Values.web.enabled }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "x.name" . }}\n  labels:\n    {{- include "x.labels" . | nindent 4 }}\ndata:\n  nginx.conf: |\n    {{- if .Values.tls }}\n    # with TLS\n    {{- end }}\n${lines(MAIN, 4)}\n{{- end }}\n`,
    names: ['nginx.conf'],
  },
  'compose, configs': {
    path: 'compose.yaml',
    text: `services:\n  web:\n    image: nginx:1.27\n    configs: [ { source: site, target: /etc/nginx/conf.d/default.conf } ]\nconfigs:\n  site:\n    content: |\n${lines(SERVER, 6)}\n`,
    names: ['site'],
  },
  'compose, whose dollar signs it reads itself': {
    path: 'docker-compose.yml',
    text: `services:\n  web: { image: nginx }\nconfigs:\n  site:\n    content: |\n      map $$uri $$kind { default \${KIND:-a}; }\n${lines(SERVER, 6).replace('8080;', '${PORT:-8080};\n          add_header X-Host $$host;')}\n`,
    names: ['site'],
  },
  'compose, a command with a here-document': {
    path: 'compose.yml',
    text: `services:\n  web:\n    image: nginx\n    command:\n      - sh\n      - -c\n      - |\n        cat > /etc/nginx/conf.d/a.conf <<'EOF'\n${lines(SERVER, 8).replace('8080;', '8080;\n            add_header X-Host $$host;')}\n        EOF\n        exec nginx\n`,
    names: ['a.conf'],
  },
  'a list of manifests': {
    path: 'all.yml',
    text: `apiVersion: v1\nkind: List\nitems:\n  - kind: Service\n  - kind: ConfigMap\n    data:\n      nginx.conf: |\n${lines(MAIN, 8)}\n`,
    names: ['nginx.conf'],
  },
  'an init container that writes it': {
    path: 'pod.yaml',
    text: `kind: Pod\nspec:\n  initContainers:\n    - name: conf\n      command: [ sh, -c ]\n      args:\n        - |\n          cat <<'EOF' > /etc/nginx/conf.d/x.conf\n${lines(SERVER, 10)}\n          EOF\n`,
    names: ['x.conf'],
  },
  'a pipeline of GitLab': {
    path: '.gitlab-ci.yml',
    text: `test:\n  image: nginx\n  script:\n    - |\n      cat > t.conf <<EOF\n${lines(SERVER, 6)}\n      EOF\n    - nginx -t\n`,
    names: ['t.conf'],
  },
  'a text under a key that says nothing': {
    path: 'group_vars/all.yml',
    text: `sites:\n  - name: app\n    body: |\n${lines(SERVER, 6)}\n`,
    names: ['body'],
  },
  'cloud-init': {
    path: 'user-data',
    text: `#cloud-config\nwrite_files:\n  - path: /etc/nginx/sites-available/app\n    permissions: '0644'\n    content: |\n${lines(SERVER, 6)}\nruncmd:\n  - [ systemctl, reload, nginx ]\n`,
    names: ['app'],
  },
  'Ansible, copy': {
    path: 'roles/web/tasks/main.yml',
    text: `- name: site\n  ansible.builtin.copy:\n    dest: /etc/nginx/conf.d/app.conf\n    content: |\n${lines(SERVER, 6)}\n  notify: reload nginx\n`,
    names: ['app.conf'],
  },
  'Ansible, blockinfile': {
    path: 'playbook.yml',
    text: `- hosts: web\n  tasks:\n    - blockinfile:\n        path: /etc/nginx/conf.d/app.conf\n        block: |\n${lines(SERVER, 10)}\n`,
    names: ['app.conf'],
  },
  'a step of a workflow': {
    path: '.github/workflows/test.yml',
    text: `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          set -e\n          cat > site.conf <<'EOF'\n${lines(SERVER, 10)}\n          EOF\n          nginx -t\n`,
    names: ['site.conf'],
  },
  'ingress: a snippet for a location': {
    path: 'ingress.yaml',
    text: `kind: Ingress\nmetadata:\n  annotations:\n    nginx.ingress.kubernetes.io/ssl-redirect: "true"\n    nginx.ingress.kubernetes.io/configuration-snippet: |\n${lines(['proxy_read_timout 5s;', 'proxy_buffering perhaps;'], 6)}\nspec: {}\n`,
    names: ['configuration-snippet'],
  },
  'ingress: a snippet for a server': {
    path: 'ingress.yaml',
    text: `metadata:\n  annotations:\n    nginx.ingress.kubernetes.io/server-snippet: |\n${lines(WRONG, 6)}\n`,
    names: ['server-snippet'],
  },
  'ingress: a snippet on one line': {
    path: 'ingress.yaml',
    text: `metadata:\n  annotations:\n    nginx.ingress.kubernetes.io/configuration-snippet: proxy_read_timout 5s; proxy_buffering perhaps;\n`,
    names: ['configuration-snippet'],
  },
  'the ConfigMap of the controller': {
    path: 'values.yaml',
    text: `controller:\n  config:\n    use-gzip: "true"\n    http-snippet: |\n${lines(SERVER, 6)}\n`,
    names: ['http-snippet'],
  },
  'a here-document': {
    path: 'setup.sh',
    text: `#!/bin/sh\ncat > /etc/nginx/conf.d/app.conf <<'EOF'\n${lines(SERVER, 0)}\nEOF\nnginx -t\n`,
    names: ['app.conf'],
  },
  'a here-document that expands': {
    path: 'entrypoint.sh',
    text: `cat <<EOF >/etc/nginx/conf.d/app.conf\n${lines(SERVER, 0).replace('listen 8080;', 'listen $PORT;\n    add_header X-Host \\$host;')}\nEOF\n`,
    names: ['app.conf'],
  },
  'a here-document with tabs': {
    path: 'a.bash',
    text: `f() {\n\ttee /etc/nginx/app.conf <<-'END' >/dev/null\n${SERVER.map((l) => `\t${l}`).join('\n')}\n\tEND\n}\n`,
    names: ['app.conf'],
  },
  'a Dockerfile': {
    path: 'Dockerfile',
    text: `FROM nginx:1.27\nCOPY <<'EOF' /etc/nginx/conf.d/default.conf\n${lines(SERVER, 0)}\nEOF\nEXPOSE 8080\n`,
    names: ['default.conf'],
  },
  'a RUN of a Dockerfile': {
    path: 'web.Dockerfile',
    text: `FROM nginx\nRUN cat > /etc/nginx/nginx.conf <<"EOF"\n${lines(MAIN, 0)}\nEOF\n`,
    names: ['nginx.conf'],
  },
  'Markdown, named': {
    path: 'README.md',
    text: `# Use\n\nPut this in:\n\n\`\`\`nginx\n${lines(SERVER, 0)}\n\`\`\`\n\nand reload.\n`,
    names: ['nginx.conf'],
  },
  'Markdown, by content': { path: 'docs/a.md', text: `1. First\n\n   \`\`\`\n${lines(SERVER, 3)}\n   \`\`\`\n`, names: ['nginx.conf'] },
  'Markdown, a shell that is not called one': {
    path: 'docs/c.md',
    text: `\`\`\`\ncat <<EOF | sudo tee a.conf\n${lines(SERVER, 0)}\nEOF\n\`\`\`\n`,
    names: ['a.conf'],
  },
  'Markdown of Jekyll': {
    path: 'docs/d.md',
    text: `{% highlight nginx linenos %}\n${lines(SERVER, 0)}\n{% endhighlight %}\n\n    server {}\n`,
    names: ['nginx.conf'],
  },
  'Markdown, a shell': { path: 'docs/b.md', text: `~~~bash\ncat > a.conf <<'EOF'\n${lines(SERVER, 0)}\nEOF\n~~~\n`, names: ['a.conf'] },
  'a job of Nomad': {
    path: 'jobs/web.nomad.hcl',
    text: `job "web" {\n  task "nginx" {\n    template {\n      data = <<-EOH\n${lines(SERVER, 8).replace('listen 8080;', 'listen {{ env "NOMAD_PORT_http" }};\n            add_header X-Kind $${kind};')}\n      EOH\n      destination = "local/site.conf"\n    }\n  }\n}\n`,
    names: ['site.conf'],
  },
  'a script that Terraform hands over': {
    path: 'main.tf',
    text: `resource "x" "web" {\n  user_data = <<-EOF\n    #!/bin/sh\n    cat > /etc/nginx/conf.d/app.conf <<'NGINX'\n${lines(SERVER, 4).replace('8080;', '${var.port};')}\n    NGINX\n    systemctl reload nginx\n  EOF\n}\n`,
    names: ['app.conf'],
  },
  'cloud-init that Terraform hands over': {
    path: 'web.tf',
    text: `locals {\n  init = <<EOF\n#cloud-config\nwrite_files:\n  - path: /etc/nginx/conf.d/web.conf\n    content: |\n${lines(SERVER, 6)}\nEOF\n}\n`,
    names: ['web.conf'],
  },
  'a script that Terraform writes': {
    path: 'user-data.sh.tftpl',
    text: `#!/bin/sh\ncat > site.conf <<'EOF'\n${lines(SERVER, 0).replace('8080;', '${port};')}\nEOF\n`,
    names: ['site.conf'],
  },
  'a state of Salt': {
    path: 'web/init.sls',
    text: `{% set name = pillar['name'] %}\n/etc/nginx/conf.d/app.conf:\n  file.managed:\n    - mode: "0644"\n    - contents: |\n${lines(SERVER, 8).replace('8080;', '{{ port }};')}\n`,
    names: ['contents'],
  },
  'Puppet, a text as it is': {
    path: 'manifests/site.pp',
    text: `class web {\n  file { '/etc/nginx/conf.d/app.conf':\n    content => @(EOT),\n${lines(SERVER, 6)}\n      | EOT\n  }\n}\n`,
    names: ['app.conf'],
  },
  'Puppet, a text with variables': {
    path: 'site.pp',
    text: `file { '/etc/nginx/conf.d/app.conf':\n  content => @("END"/$L)\n${lines(SERVER, 4).replace('8080;', '${port};\n        add_header X-Host \\$host;')}\n    | END\n}\n`,
    names: ['app.conf'],
  },
  'a script within a script, and values of a workflow': {
    path: '.github/workflows/deploy.yml',
    text: `jobs:\n  go:\n    steps:\n      - run: |\n          ssh web <<'REMOTE'\n          sudo tee /etc/nginx/conf.d/a.conf <<'EOF'\n${lines(SERVER, 10).replace('8080;', '${{ vars.PORT }};')}\n          EOF\n          sudo nginx -t\n          REMOTE\n`,
    names: ['a.conf'],
  },
  'a script that writes what envsubst fills in': {
    path: 'make.sh',
    text: `cat > default.conf.template <<EOF\n${lines(SERVER, 0).replace('8080;', '\\${WEB_PORT};\n    server_name $NAME \\${WEB_NAME};')}\nEOF\n`,
    names: ['default.conf.template'],
  },
  'Blade in a here-document': {
    path: 'site.blade.sh',
    text: `cat > a.conf <<'EOF'\n${lines(SERVER, 0).replace('    listen 8080;', '@if($site->tls)\n    listen {{ $site->port }} ssl;\n@else\n    listen 8080;\n@endif')}\nEOF\n`,
    names: ['a.conf'],
  },
  'echo in a Dockerfile, with its line ends as escapes': {
    path: 'Dockerfile',
    text: `FROM nginx:1.27\nRUN echo '${SERVER.join('\\n\\\n')}' > /etc/nginx/conf.d/default.conf\nEXPOSE 8080\n`,
    names: ['default.conf'],
  },
  'echo in double quotes, and a variable of the shell': {
    path: 'setup.sh',
    text: `#!/bin/sh\nset -e\necho "${lines(SERVER, 0).replace('8080;', '$PORT;\n    add_header X-Host \\"\\$host\\";')}" | sudo tee /etc/nginx/sites-available/app > /dev/null\n`,
    names: ['app'],
  },
  'echo with a value of the shell between the parts of its word': {
    path: 'setup.sh',
    text: `echo '${lines(SERVER, 0).replace('8080;', "'$PORT';\n    server_name '\"$NAME\"';\n    set $a '\"b;\"'\n")}' > "/etc/nginx/sites-available/$NAME"\n`,
    names: ['$NAME'],
  },
  'echo with quotes of nginx around values of the shell': {
    path: 'setup.sh',
    text: `echo "${lines(SERVER, 0).replace(
      '8080;',
      '8080;\n    set \\$a \\""$NAME"\\";\n    add_header X-A \\"it is \\\\\\"a; b\\\\\\"\\";\n    # rock \'n roll\n    add_header X-B \\"c d\\";',
    )}" > /etc/nginx/conf.d/app.conf\n`,
    names: ['app.conf'],
  },
  'a quoted scalar with a quote in a comment': {
    path: 'cm.yaml',
    text: `data:\n  site.conf: "# rock 'n roll\\n${SERVER.join('\\n').replace('8080;', '8080;\\n    add_header X-A \\"a; b\\";\\n    add_header X-B \\"\\\\\\"c d\\";')}"\n`,
    names: ['site.conf'],
  },
  'printf on one line of a workflow': {
    path: '.github/workflows/deploy.yml',
    text: `jobs:\n  go:\n    steps:\n      - run: printf '${SERVER.join('\\n')}\\n' > default.conf\n`,
    names: ['default.conf'],
  },
  'printf with a word for each line': {
    path: 'build.sh',
    text: `printf '%s\\n' ${SERVER.map((l) => `'${l}'`).join(' \\\n  ')} > /etc/nginx/conf.d/app.conf\n`,
    names: ['app.conf'],
  },
  'one echo after another': {
    path: '.gitlab-ci.yml',
    text: `deploy:\n  script:\n    - |\n      echo "${SERVER[0]}" > site.conf\n${SERVER.slice(1)
      .map((l) => `      echo "${l}" >> site.conf`)
      .join('\n')}\n`,
    names: ['site.conf'],
  },
  'words that bash itself unescapes': {
    path: 'boot.bash',
    text: `echo -e $'${SERVER.join('\\n')}' > /etc/nginx/conf.d/app.conf\n`,
    names: ['app.conf'],
  },
  'a script between quotes whose here-document ends with it': {
    path: 'Dockerfile.web',
    text: `FROM nginx:1.27\nRUN bash -c "cat > /etc/nginx/conf.d/app.conf <<EOF\n${lines(SERVER, 0)}\nEOF"\n`,
    names: ['app.conf'],
  },
  'a Vagrantfile': {
    path: 'Vagrantfile',
    text: `Vagrant.configure("2") do |config|\n  config.vm.provision "shell", inline: <<~SHELL\n    apt-get install -y nginx\n    cat > /etc/nginx/sites-available/app <<'EOF'\n${lines(SERVER, 4)}\n    EOF\n    service nginx reload\n  SHELL\nend\n`,
    names: ['app'],
  },
  'a Vagrantfile whose script echoes': {
    path: 'Vagrantfile',
    text: `Vagrant.configure("2") do |config|\n  config.vm.provision "shell", inline: <<-SHELL\n    echo '${lines(SERVER, 4).trim()}' > /etc/nginx/conf.d/app.conf\n  SHELL\nend\n`,
    names: ['app.conf'],
  },
  'commands of cloud-init': {
    path: 'user-data',
    text: `#cloud-config\nruncmd:\n  - apt-get update\n  - echo '${SERVER.map((l) => l.trim()).join(' ')}' > /etc/nginx/conf.d/app.conf\n  - systemctl reload nginx\n`,
    names: ['app.conf'],
  },
  'a pipeline of Jenkins': {
    path: 'Jenkinsfile',
    text: `pipeline {\n  stages {\n    stage('web') {\n      steps {\n        sh '''\n          cat > site.conf <<'EOF'\n${lines(SERVER, 10)}\n          EOF\n        '''\n      }\n    }\n  }\n}\n`,
    names: ['site.conf'],
  },
  'line ends of Windows': {
    path: 'cm.yaml',
    text: `data:\r\n  nginx.conf: |\r\n${lines(MAIN, 4).replaceAll('\n', '\r\n')}\r\nkind: ConfigMap\r\n`,
    names: ['nginx.conf'],
  },
};

async function findingsIn(path: string, text: string): Promise<{ names: string[]; findings: Finding[] }> {
  const { parser, engine, rules } = await parts();
  const host = fileId(`file:///srv/project/${path}`);
  const files = new EmbeddedFiles(new MemoryFiles([[host, text]]));
  const found = (await files.host(host))?.embedded ?? [];
  const findings: Finding[] = [];
  for (const { id, window, contexts: given } of found) {
    const source = parser.embedded(id, text, window);
    const contexts = given ?? fragmentContext(source, engine.catalog).contexts;
    const tree = { root: id, files: new Map([[id, source]]), includes: new Map(), disk: NO_DISK };
    const config = new Config(tree, engine, DEFAULT_SETTINGS, contexts[0] === 'main' ? 'root' : 'fragment', contexts[0], contexts);
    for (const f of lint(config, rules)) findings.push(inHost(f, (file, edits) => files.keeps(file, edits)));
  }
  return { names: found.map((f) => f.name), findings };
}

/** All scalars with their ways, but for those that hold the configuration. */
const scalarsOf = (text: string): string[] => {
  const out: string[] = [];
  const visit = (value: unknown, way: string): void => {
    if (value !== null && typeof value === 'object') for (const [k, v] of Object.entries(value)) visit(v, `${way}/${k}`);
    else if (!/proxy_buffering/.test(String(value))) out.push(`${way} ${String(value)}`);
    else out.push(way);
  };
  for (const d of parseAllDocuments(text)) {
    assert.deepEqual(d.errors, []);
    visit(d.toJS(), '');
  }
  return out;
};

for (const [what, { path, text, names }] of Object.entries(FIXTURES))
  describe(what, () => {
    test('both mistakes are found at their places, and nothing is invented', async () => {
      const found = await findingsIn(path, text);
      assert.deepEqual(found.names, names);
      const errors = found.findings.filter((f) => f.severity === 'error');
      assert.deepEqual(
        errors.map((f) => [pathOf(f.at.file), f.rule, text.slice(f.at.span.start, f.at.span.end)]),
        [
          [`/srv/project/${path}`, 'unknown-directive', 'proxy_read_timout'],
          [`/srv/project/${path}`, 'invalid-value', 'perhaps'],
        ],
      );
    });

    test('fixes change nothing else of the host', async () => {
      const { findings } = await findingsIn(path, text);
      const edits = combined(fixesToApply(findings, true));
      assert.equal(edits.length, 1);
      const after = applyEdits(text, edits[0]!.edits);
      assert.match(after, /proxy_read_timeout 5s;/);
      assert.equal(after.split('\n')[0]!.slice(0, 20), text.split('\n')[0]!.slice(0, 20));
      if (/\.ya?ml$/.test(path) && !text.includes('{{')) assert.deepEqual(scalarsOf(after), scalarsOf(text));
      assert.deepEqual((await findingsIn(path, after)).names, names);
    });
  });

for (const [what, text, names] of [
  [
    'double quotes',
    `data:\n  site.conf: "# the site\\n\n${SERVER.join('\n')}"\n  other: "a\nb"\n  late.conf: "${SERVER.join('\n')}"\n`,
    ['site.conf', 'late.conf'],
  ],
  ['single quotes', `data:\n  site.conf: '${SERVER.join('\n')}'\n  late.conf: '${SERVER.join('\r\n')}'\n`, ['site.conf', 'late.conf']],
  [
    'a line that ends with a quote of its own',
    `data:\n  site.conf: "${SERVER.join('\n').replace('8080;', '8080; set $a \\"b\\"\n;')}"\n`,
    ['site.conf'],
  ],
  [
    'a line that ends with two single quotes',
    `data:\n  site.conf: '${SERVER.join('\n').replace('8080;', "8080; set $a ''b''\n;")}'\n`,
    ['site.conf'],
  ],
  // of a long text nobody waits for the end of each
  ['a long text', `a: ${'x'.repeat(200_000)}\ndata:\n  site.conf: "${SERVER.join('\n')}"\n`, []],
] as const)
  test(`scalars whose lines go back to the margin, which libyaml takes: ${what}`, () => {
    const found = embeddedIn(fileId('file:///srv/project/cm.yaml'), '/srv/project/cm.yaml', text);
    assert.deepEqual(
      found.map((e) => e.name),
      names,
    );
    for (const { window, span } of found)
      assert.match(window.visible.slice(span.start, span.end), /^(?:# the site \n\s*)?server \{\s+listen 8080;[\s\S]*\}\s*\}$/);
  });

test('a comment goes on over the line ends of a text between single quotes, too', () => {
  const [found] = embeddedIn(
    fileId('file:///srv/project/cm.yaml'),
    '/srv/project/cm.yaml',
    "data:\n  site.conf: 'server { listen 80; # a remark\n    goes on\n\n    add_header X-A ''b c''; }'\n",
  );
  const shown = found!.window.visible.slice(found!.span.start, found!.span.end).replace(/ {2,}/g, ' ');
  assert.equal(shown.replaceAll('\uE000', ''), "server { listen 80; # a remark goes on\n add_header X-A 'b c'; }");
});

test('a value of the shell is none of nginx, wherever quotes are before it', async () => {
  const { names, findings } = await findingsIn(
    'setup.sh',
    `#!/bin/sh
echo 'server {
    listen 80;
    root /srv/'$site'/www;
    set $Of "'"$site"'";
    return 301 https://'"\${TARGET}"'/a;
}
server {
    listen 81;
    return 301 https://'"$TARGET"'$REQUEST_URI;
}' > /etc/nginx/conf.d/site.conf
`,
  );
  assert.deepEqual(names, ['site.conf']);
  assert.deepEqual(
    findings.filter((f) => f.rule === 'mixed-case-variable' || f.severity === 'error').map((f) => f.message.split(' ')[0]),
    // between single quotes the shell reads nothing
    ['nginx', '$REQUEST_URI'],
  );
});

const FILE = '/etc/nginx/nginx.conf';
const HEAD = 'events {} http { server { listen 80;';
const ASKED = 'location / { add_header X-A $given; return 200; }';
for (const [what, script, isOfNginx] of [
  ['between single quotes', `echo '${HEAD} ${ASKED}' > ${FILE}\necho "  server_name $DOMAIN;" >> ${FILE}\necho '} }' >> ${FILE}`, true],
  ['beside a value that joins words', `echo '${HEAD} server_name '$DOMAIN'; ${ASKED} } }' > ${FILE}`, true],
  ['between double quotes', `echo "${HEAD} ${ASKED} } }" > ${FILE}`, false],
  ["between nginx's single quotes within double ones", `echo "${HEAD} ${ASKED.replace('$given', "'$given'")} } }" > ${FILE}`, false],
  ['between single quotes of a text that a shell has read before', `bash -c "echo '${HEAD} ${ASKED} } }' > ${FILE}"`, false],
] as const)
  test(`a variable ${what} is ${isOfNginx ? "nginx's" : "the shell's"}`, async () => {
    const { names, findings } = await findingsIn('setup.sh', `#!/bin/sh\nDOMAIN=a.example\n${script}\n`);
    assert.deepEqual(names, ['nginx.conf']);
    assert.deepEqual(
      findings.filter((f) => f.severity === 'error').map((f) => f.rule),
      isOfNginx ? ['unknown-variable'] : [],
    );
  });

test('a line end within quotes is one space, and none behind a backslash', () => {
  const text =
    'data:\n  site.conf: "server { server_\\\n    name a.example; # a remark\n    goes on\\n\n    add_header X-A \\"b\n      c\\"; }"\n';
  const [found] = embeddedIn(fileId('file:///srv/project/cm.yaml'), '/srv/project/cm.yaml', text);
  const shown = found!.window.visible.slice(found!.span.start, found!.span.end).replaceAll('\uE000', '');
  assert.equal(shown.replace(/ {2,}/g, ' '), 'server { server_name a.example; # a remark goes on \n add_header X-A "b c"; }');
});

for (const [what, path, text] of [
  ['YAML without nginx', 'values.yaml', 'server:\n  port: 80\n  location: eu\nrules: |\n  if a { b; }\n'],
  ['a Caddyfile in a ConfigMap', 'cm.yaml', 'data:\n  Caddyfile: |\n    example.com {\n      reverse_proxy localhost:8000\n    }\n'],
  ['HAProxy', 'cm.yaml', 'data:\n  haproxy.cfg: |\n    frontend a\n      bind *:80\n'],
  ['JavaScript in Markdown', 'a.md', '```js\nconst server = { listen() { return 1; } };\nhttp.createServer((a) => { return 2; });\n```\n'],
  ['a document of nginx without fences', 'README.md', `# Site\n\n${SERVER.join('\n')}\n\nIt listens.\n`],
  ['a sketch in Markdown', 'a.md', '```nginx\nserver {\n  ...\n}\n```\n'],
  ['a quotation', 'a.md', '> ```nginx\n> server { listen 80; }\n> ```\n'],
  ['a shell without nginx', 'a.sh', 'cat <<EOF\nserver started; location $HOME\nEOF\n'],
  ['Python', 'a.py', 'X = """server { listen 80; }"""\n'],
  ['HCL without nginx', 'a.tf', 'x = <<EOF\nserver started; location $HOME\nEOF\n'],
  ['a script that Terraform hands over', 'a.tf', 'x = <<EOF\n#!/bin/sh\nserver() {\n  listen 80;\n}\nEOF\n'],
  ['words of a shell that are none of nginx', 'a.sh', 'echo "server started; location: here" > log\nprintf "%s {\\n" "$name" > a.conf\n'],
  ['a text with a command in the middle of a word', 'a.sh', 'echo "server { listen "$(port)"; root /srv; }" > /etc/nginx/conf.d/a.conf\n'],
  ['a message that speaks of nginx', 'a.sh', 'echo "server { listen 80; }" >&2\necho "listen 80;" | grep listen\n'],
  ['the data of a Secret', 's.yaml', 'kind: Secret\ndata:\n  nginx.conf: c2VydmVyIHsgbGlzdGVuIDgwOyB9\n'],
] as const)
  test(`nothing is found in ${what}`, () => assert.deepEqual(embeddedIn(fileId(`file:///${path}`), path, text), []));

test('keys of one ConfigMap include each other by where they are mounted', async () => {
  const host = fileId('file:///srv/cm.yaml');
  const text = `data:\n  nginx.conf: |\n    events {}\n    http { include /etc/nginx/conf.d/*.conf; }\n  app.conf: |\n    server { listen 80; return 204; }\n`;
  const files = new EmbeddedFiles(new MemoryFiles([[host, text]]));
  const [main, app] = (await files.host(host))!.embedded;
  const folder = fileId(main!.id.replace(/\/[^/]*$/, ''));
  assert.deepEqual(await files.list(folder), [{ name: 'app.conf', kind: 'file' }]);
  assert.equal((await files.stat(app!.id))?.kind, 'file');
});

test('a text without a word of nginx costs next to nothing', () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `key${i}:\n  - { a: ${i}, b: [x, y] }\n`).join('');
  assert.equal(mayHost('big.yaml'), true);
  const from = performance.now();
  for (let i = 0; i < 10; i++) embeddedIn(fileId('file:///big.yaml'), 'big.yaml', text);
  assert.ok(performance.now() - from < 250, `${performance.now() - from} ms for ten looks at 700 KB`);
});
