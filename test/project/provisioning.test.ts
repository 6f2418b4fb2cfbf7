/** Where Puppet, Chef, Salt, NixOS and scripts put the project's files: each is read as the file that it becomes, beside those that go with it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPath, hostFileOf, isWithin, relativePath } from '../../server/src/base/file-id.ts';
import { laidBy, linked, type Provisioner } from '../../server/src/project/provisioning.ts';
import { checked, HOME, inMemory } from './world.ts';

const SITE = 'server {\n    listen 80;\n    server_name shop.example.com;\n    location / { root /srv; }\n}\n';
const MAIN = 'events {}\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n    include /etc/nginx/sites-enabled/*;\n}\n';

/** `file: path on the server`, or the main file that reads it with `< `. */
async function read(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { asked } = await checked(inMemory(files), ['.']);
  const name = (id: Parameters<typeof hostFileOf>[0]): string =>
    relativePath(hostFileOf(id), HOME) + (isWithin(id) ? `#${id.split('/').at(-1)}` : '');
  return asked
    .map(({ config }) => {
      const { standIn } = config.tree;
      if (standIn) return `${name(standIn.file)}: ${standIn.path}`;
      return [name(config.root), ...[...config.files.keys()].filter((f) => f !== config.root && f.startsWith(HOME)).map(name)].join(' < ');
    })
    .sort();
}

describe('Puppet', () => {
  const manifest = `class site {
  file { '/etc/nginx/nginx.conf':
    ensure  => file,
    content => epp('site/nginx.conf.epp', { 'workers' => 4 }),
    notify  => Service['nginx'],
  }
  file {
    '/etc/nginx/conf.d/shop.conf':
      source => 'puppet:///modules/site/shop.conf';
    'api':
      path    => '/etc/nginx/conf.d/api.conf',
      content => template('site/api.conf.erb');
  }
}
`;
  test('files of a module, of several resources in one block, by title and by path', async () => {
    assert.deepEqual(
      await read({
        'modules/site/manifests/init.pp': manifest,
        'modules/site/templates/nginx.conf.epp': MAIN,
        'modules/site/templates/api.conf.erb': SITE,
        'modules/site/files/shop.conf': SITE,
      }),
      ['modules/site/templates/nginx.conf.epp < modules/site/templates/api.conf.erb < modules/site/files/shop.conf'],
    );
  });
  test('a repository that is the module itself, and a link to sites-enabled', async () => {
    assert.deepEqual(
      await read({
        'metadata.json': '{"name": "acme-site"}',
        'manifests/web.pp':
          "file { ['/etc/nginx/sites-available/shop']: ensure => file, source => 'puppet:///modules/site/shop', }\nfile { '/etc/nginx/sites-enabled/shop': ensure => link, target => '/etc/nginx/sites-available/shop' }\n",
        'files/shop': SITE,
      }),
      ['files/shop: /etc/nginx/sites-enabled/shop'],
    );
  });
  test('the module by its own name', async () => {
    const manifest = 'file { "/etc/nginx/conf.d/a.conf": content => template("$' + '{module_name}/a.conf.erb") } # nginx\n';
    assert.deepEqual(await read({ 'modules/web/manifests/init.pp': manifest, 'modules/web/templates/a.conf.erb': SITE }), [
      'modules/web/templates/a.conf.erb: /etc/nginx/conf.d/a.conf',
    ]);
  });
  test('a variable for the folder of nginx, and one that says nothing', async () => {
    const at = (path: string): string => `file { "${path}/x.conf": source => 'puppet:///modules/site/x.conf' }\n# nginx\n`;
    const tree = (path: string): Record<string, string> => ({
      'modules/site/manifests/init.pp': at(path),
      'modules/site/files/x.conf': SITE,
    });
    assert.deepEqual(await read(tree('${nginx::config::conf_dir}/conf.d')), ['modules/site/files/x.conf: /etc/nginx/conf.d/x.conf']);
    assert.deepEqual(
      await read(tree('${target}')),
      ['modules/site/files/x.conf: /etc/nginx/conf.d/x.conf'],
      'assumed, as without a manifest',
    );
  });
});

test('Chef: template, cookbook_file, their default source, another cookbook, the folder of nginx as an attribute', async () => {
  const recipe = `package 'nginx'
template '/etc/nginx/nginx.conf' do
  source 'main.conf.erb'
  variables(
    workers: 4
  )
  notifies :reload, 'service[nginx]'
end
template "#{node['nginx']['dir']}/sites-available/shop"
template "#{node['nginx']['dir']}/conf.d/shop.conf" do
  mode '0644'
end
cookbook_file '/etc/nginx/conf.d/tls.conf' do
  source 'tls.conf'
  cookbook 'base'
end
`;
  assert.deepEqual(
    await read({
      'cookbooks/web/recipes/default.rb': recipe,
      'cookbooks/web/templates/default/main.conf.erb': MAIN,
      'cookbooks/web/templates/shop.conf.erb': SITE,
      'cookbooks/base/files/default/tls.conf': 'ssl_session_timeout 1d;\n',
    }),
    ['cookbooks/web/templates/default/main.conf.erb < cookbooks/web/templates/shop.conf.erb < cookbooks/base/files/default/tls.conf'],
  );
});

test('Salt: managed, recurse and symlink, by name and by id, from the root of the states or beside the state', async () => {
  const state = `/etc/nginx/nginx.conf:
  file.managed:
    - source: salt://nginx/files/nginx.conf.j2
    - template: jinja
shop:
  file:
    - managed
    - name: {{ nginx.conf_dir }}/sites-available/shop
    - source: salt://{{ slspath }}/files/shop.conf
shop-enabled:
  file.symlink:
    - name: /etc/nginx/sites-enabled/shop
    - target: {{ nginx.conf_dir }}/sites-available/shop
snippets:
  file.recurse:
    - name: /etc/nginx/conf.d
    - source: salt://nginx/conf.d
`;
  assert.deepEqual(
    await read({
      'salt/nginx/init.sls': state,
      'salt/nginx/files/nginx.conf.j2': MAIN,
      'salt/nginx/files/shop.conf': SITE,
      'salt/nginx/conf.d/gzip.conf': 'gzip on;\n',
    }),
    ['salt/nginx/files/nginx.conf.j2 < salt/nginx/conf.d/gzip.conf < salt/nginx/files/shop.conf'],
  );
});

test('NixOS: environment.etc by name and in a set, read as a text, and the whole configuration of the module', async () => {
  assert.deepEqual(
    await read({
      'web/nginx.nix': `{ config, pkgs, ... }: {
  services.nginx = { enable = true; config = builtins.readFile ./main.conf; };
  environment.etc."nginx/conf.d/shop.conf".source = ./shop.conf;
  environment.etc = {
    "nginx/conf.d/api.conf" = { mode = "0444"; source = ./sites/api.conf; };
    "nginx/conf.d/tls.conf".text = builtins.readFile ./tls.conf;
  };
}
`,
      'web/main.conf': MAIN,
      'web/shop.conf': SITE,
      'web/sites/api.conf': SITE.replace('shop', 'api'),
      'web/tls.conf': 'ssl_session_timeout 1d;\n',
    }),
    ['web/main.conf < web/sites/api.conf < web/shop.conf < web/tls.conf'],
  );
});

describe('a variable in the path', () => {
  const SALT = `{% set home = "/etc/nginx" %}
{% set kind = 'conf.d' %}
site:
  file.managed:
    - name: {{ home }}/{{ kind }}/shop.conf
    - source: salt://web/{{ kind }}/shop.conf.jinja
other:
  file.managed:
    - name: {{ target }}/sites-enabled/{{ name }}
    - source: salt://web/blog.jinja
`;
  const PUPPET = `define web::site() {
  file { "/etc/nginx/sites-available/\${name}.conf": content => template('/vagrant/puppet/templates/shop.erb') }
  file { "/etc/nginx/sites-enabled/\${name}.conf": ensure => link, target => "/etc/nginx/sites-available/\${name}.conf" }
  concat { "/etc/nginx/conf.d/\${name}.conf": }
  nginx::resource::server { 'blog': listen_port => 80 }
}
`;
  const CHEF = `sites.each do |name, site|
  template name do
    source 'shop.erb'
    path File.join('/etc/nginx/sites-available/', name)
  end
  link "/etc/nginx/sites-enabled/#{name}" do
    to "/etc/nginx/sites-available/#{name}"
  end
  template "#{node['web']['conf_root']}/conf.d/#{name}.conf" do
    source 'blog.erb'
  end
end
`;
  const rows: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
    [
      'Salt: texts that the state sets, and a folder that the end of the path tells',
      { 'salt/web/init.sls': SALT, 'salt/web/conf.d/shop.conf.jinja': SITE, 'salt/web/blog.jinja': SITE },
      ['salt/web/blog.jinja: /etc/nginx/sites-enabled/blog', 'salt/web/conf.d/shop.conf.jinja: /etc/nginx/conf.d/shop.conf'],
    ],
    [
      'Puppet: the name of a resource, its link, and a template by a path of the machine',
      { 'puppet/manifests/site.pp': PUPPET, 'puppet/templates/shop.erb': SITE },
      ['puppet/templates/shop.erb: /etc/nginx/sites-enabled/shop.conf'],
    ],
    [
      'Chef: a name of a loop, paths that are joined, and a folder in an attribute',
      {
        'cookbooks/web/recipes/default.rb': CHEF,
        'cookbooks/web/templates/shop.erb': SITE,
        'cookbooks/web/templates/default/blog.erb': SITE,
      },
      [
        'cookbooks/web/templates/default/blog.erb: /etc/nginx/conf.d/blog.conf',
        'cookbooks/web/templates/shop.erb: /etc/nginx/sites-enabled/shop',
      ],
    ],
    [
      'Ansible: a folder in a variable of any name, a template that is one by default, and folders that are synchronized',
      {
        'roles/web/tasks/main.yml': `- template: { src: "{{ site.value.template | default('shop.j2') }}", dest: "{{ web_root }}/sites-enabled/{{ site.key }}.conf" }
  with_dict: "{{ sites }}"
- ansible.posix.synchronize: { src: more/, dest: /etc/nginx/conf.d }
- copy: { src: snippets, dest: /etc/nginx }
- copy: { src: blog, dest: "{{ somewhere }}/blog" }
`,
        'roles/web/templates/shop.j2': SITE,
        'roles/web/files/more/weekly.conf': SITE,
        'roles/web/files/snippets/tls.conf': 'ssl_session_timeout 1d;\n',
        'roles/web/files/blog': SITE,
      },
      [
        'roles/web/files/blog: /etc/nginx/conf.d/blog.conf',
        'roles/web/files/more/weekly.conf: /etc/nginx/conf.d/weekly.conf',
        'roles/web/files/snippets/tls.conf: /etc/nginx/snippets/tls.conf',
        'roles/web/templates/shop.j2: /etc/nginx/sites-enabled/shop.conf',
      ],
    ],
  ];
  for (const [what, files, expected] of rows)
    test(what, async () => {
      assert.deepEqual(await read({ '.git/HEAD': '', ...files }), expected);
    });
});

describe('scripts', () => {
  test('a site whose name is also that of a folder, and the commands of cloud-init', async () => {
    assert.deepEqual(
      await read({
        'setup.sh': 'cp app /etc/nginx/sites-available/app\nln -s /etc/nginx/sites-available/app /etc/nginx/sites-enabled/app\n',
        app: SITE,
      }),
      ['app: /etc/nginx/sites-enabled/app'],
    );
    const written = SITE.trimEnd().replaceAll('\n', '\n      ');
    assert.deepEqual(
      await read({
        'machine.yaml': `#cloud-config\nwrite_files:\n  - path: /etc/nginx/sites-available/shop\n    content: |\n      ${written}\nruncmd:\n  - ln -s /etc/nginx/sites-available/shop /etc/nginx/sites-enabled/\n`,
      }),
      ['machine.yaml#shop: /etc/nginx/sites-enabled/shop'],
    );
  });
  test('copy and link files of the project', async () => {
    assert.deepEqual(
      await read({
        'deploy/install.sh': `#!/bin/sh
HERE=$(dirname "$0")
sudo cp "$HERE/nginx.conf" /etc/nginx/nginx.conf
sudo install -m 644 -o root deploy/shop.conf /etc/nginx/sites-available/shop
ln -sf /etc/nginx/sites-available/shop /etc/nginx/sites-enabled/
rsync -a conf.d/ /etc/nginx/conf.d/
`,
        'deploy/nginx.conf': MAIN,
        'deploy/shop.conf': SITE,
        'deploy/conf.d/gzip.conf': 'gzip on;\n',
      }),
      ['deploy/nginx.conf < deploy/conf.d/gzip.conf < deploy/shop.conf'],
    );
  });

  const zone = 'limit_req_zone $binary_remote_addr zone=per_ip:10m rate=1r/s;';
  const main = `events {}\nhttp {\n    ${zone}\n    include /etc/nginx/conf.d/*.conf;\n}\n`;
  const site = 'server {\n    listen 80;\n    location / { limit_req zone=per_ip; root /srv; }\n}\n';
  const cat = (path: string, text: string): string => `cat > ${path} <<'CONF'\n${text}CONF\n`;
  const indented = (text: string): string => text.replace(/^(?=.)/gm, '          ');
  for (const [title, files, host] of [
    ['a script', { 'setup.sh': `#!/bin/sh\n${cat('/etc/nginx/nginx.conf', main)}${cat('/etc/nginx/conf.d/site.conf', site)}` }, 'setup.sh'],
    [
      'paths in a variable',
      { 'setup.sh': `#!/bin/sh\n${cat('"$DIR"/nginx.conf', main)}${cat('"$DIR"/conf.d/site.conf', site)}` },
      'setup.sh',
    ],
    [
      'tee',
      {
        'setup.sh': `#!/bin/sh\n${`sudo tee /etc/nginx/nginx.conf > /dev/null <<'A'\n${main}A\nsudo tee /etc/nginx/conf.d/site.conf >/dev/null <<'B'\n${site}B\n`}`,
      },
      'setup.sh',
    ],
    [
      'a machine of Vagrant',
      {
        Vagrantfile: `config.vm.provision "shell", inline: <<-SHELL\n${cat('/etc/nginx/nginx.conf', main)}${cat('/etc/nginx/conf.d/site.conf', site)}SHELL\n`,
      },
      'Vagrantfile',
    ],
    [
      'a step of a pipeline, with paths of its own folder',
      {
        '.github/workflows/ci.yml': `jobs:\n  a:\n    steps:\n      - run: |\n${indented(cat('nginx.conf', main) + cat('conf.d/site.conf', site))}`,
      },
      '.github/workflows/ci.yml',
    ],
    [
      'cloud-init',
      {
        'user-data': `#cloud-config\nwrite_files:\n  - path: /etc/nginx/nginx.conf\n    content: |\n${indented(main)}  - path: /etc/nginx/conf.d/site.conf\n    content: |\n${indented(site)}`,
      },
      'user-data',
    ],
    [
      'a Dockerfile',
      {
        Dockerfile: `FROM nginx:1.29\nCOPY <<'A' /etc/nginx/nginx.conf\n${main}A\nRUN <<'C'\n${cat('/etc/nginx/conf.d/site.conf', site)}C\n`,
      },
      'Dockerfile',
    ],
  ] as const)
    test(`two files that are written by ${title} are one configuration`, async () => {
      assert.deepEqual(await read(files), [`${host}#nginx.conf < ${host}#site.conf`]);
    });

  test('sites alone see the lines that are written beside them', async () => {
    const { asked } = await checked(
      inMemory({
        'setup.sh': `#!/bin/sh\n${cat('/etc/nginx/snippets/proxy.conf', 'proxy_set_header Host $host;\n')}${cat('/etc/nginx/sites-available/shop', 'server {\n    listen 80;\n    location / { include snippets/proxy.conf; proxy_pass http://127.0.0.1:8000; }\n}\n')}ln -s /etc/nginx/sites-available/shop /etc/nginx/sites-enabled/shop\n`,
      }),
      ['.'],
    );
    const shop = asked.find(({ config }) => config.tree.standIn?.path === '/etc/nginx/sites-enabled/shop');
    assert.ok(shop, asked.map((a) => a.config.tree.standIn?.path).join());
    assert.ok([...shop.config.files.keys()].some((f) => f.endsWith('/proxy.conf')));
  });
});

test('texts that are made to be slow, broken or endless are read in time and end', () => {
  const files = new Set(Array.from({ length: 2000 }, (_, i) => fromPath(`/checkout/project/conf/${i}.conf`)));
  const known = { boundary: HOME, files };
  const many = (text: string): string => text.repeat(Math.floor(200_000 / text.length));
  const texts: readonly (readonly [Provisioner, string, string])[] = [
    ['puppet', 'a.pp', many('file {')],
    ['puppet', 'a.pp', many("file { '/etc/nginx/a': source => 'puppet:///modules/a/b' }\n")],
    ['puppet', 'a.pp', `file { '${'\\\\'.repeat(200_000)}`],
    ['chef', 'recipes/a.rb', many("template '/etc/nginx/a' do\n")],
    ['chef', 'recipes/a.rb', many("link '/etc/nginx/a' do\n  to '/etc/nginx/b'\nend\n")],
    ['salt', 'a.sls', many('/etc/nginx/a:\n  file.managed:\n    - source: salt://a\n')],
    ['nix', 'a.nix', `environment.etc ${many('"nginx/a" = { source = ')}`],
    ['nix', 'a.nix', many('services.nginx = {')],
    ['script', 'a.sh', many('cp *.conf /etc/nginx/conf.d/\n')],
    ['script', 'a.sh', many('ln -s /etc/nginx/a /etc/nginx/b\n')],
    ['script', 'a.sh', many('cp ')],
    ['script', 'a.sh', many('cp "')],
  ];
  for (const [kind, path, text] of texts) {
    const before = process.cpuUsage();
    try {
      linked(laidBy(kind, fromPath(`/checkout/project/${path}`), text, known));
    } catch (error) {
      assert.match(String(error), /more than/, path);
    }
    const { user } = process.cpuUsage(before);
    assert.ok(user < 2_000_000, `${path} ${text.slice(0, 20)}: ${user / 1000} ms`);
  }
});

describe('Ansible', () => {
  const role = (...tasks: readonly string[]): Record<string, string> => ({
    'roles/web/tasks/main.yml': tasks.join(''),
    'roles/web/templates/shop.j2': SITE,
    'roles/web/templates/blog.j2': SITE.replace('shop', 'blog'),
  });
  const template = (name: string): string =>
    `- ansible.builtin.template:\n    src: ${name}.j2\n    dest: /etc/nginx/sites-available/${name}\n`;
  const link =
    '- ansible.builtin.file:\n    src: /etc/nginx/sites-available/shop\n    dest: /etc/nginx/sites-enabled/shop\n    state: link\n';

  test('a task that makes a link enables the site; of one that nothing links to it is said that it is judged as if it were', async () => {
    const { asked } = await checked(inMemory(role(template('shop'), link, template('blog'))), ['.']);
    const said = asked.map(
      ({ config: { tree } }) => `${tree.standIn?.path} ${tree.standIn?.certain ? 'enabled' : ''}${tree.standIn?.disabled ? 'as if' : ''}`,
    );
    assert.deepEqual(said.sort(), ['/etc/nginx/sites-available/blog as if', '/etc/nginx/sites-enabled/shop enabled']);
  });

  test('the short form, the old name of the destination, and a loop over sites', async () => {
    const short = '- file: src=/etc/nginx/sites-available/shop path=/etc/nginx/sites-enabled/shop state=link\n';
    assert.deepEqual(await read(role(template('shop'), short)), [
      'roles/web/templates/blog.j2: /etc/nginx/conf.d/blog.conf',
      'roles/web/templates/shop.j2: /etc/nginx/sites-enabled/shop',
    ]);
    const looped =
      '- template: { src: "{{ item }}.j2", dest: "/etc/nginx/sites-available/{{ item }}" }\n  loop: [shop, blog]\n' +
      '- file: { src: "/etc/nginx/sites-available/{{ item }}", dest: "/etc/nginx/sites-enabled/{{ item }}", state: link }\n  loop: [shop, blog]\n';
    assert.deepEqual(await read(role(looped)), ['roles/web/templates/blog.j2: /etc/nginx/sites-enabled/blog']);
  });

  test('a task that takes a link away enables nothing', async () => {
    const { asked } = await checked(inMemory(role(template('shop'), link.replace('state: link', 'state: absent'))), ['.']);
    assert.ok(asked.some(({ config }) => config.tree.standIn?.path === '/etc/nginx/sites-available/shop' && config.tree.standIn.disabled));
  });
});
