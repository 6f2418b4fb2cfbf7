/** A mount counts for the main file of its own container and for no other: several services, compose files, images and folders of one repository. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relativePath } from '../../server/src/base/file-id.ts';
import { checked, edited, HOME, inMemory } from './world.ts';

const MAIN = 'events {}\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n';
const site = (name: string): string =>
  `server {\n    listen 80 default_server;\n    server_name ${name}.example.com;\n    return 204;\n}\n`;
const mount = (from: string, to: string): string => `"./${from}:/etc/nginx/${to}"`;
const compose = (services: Record<string, { image?: string; build?: string; volumes?: string[] }>): string =>
  `services:\n${Object.entries(services)
    .map(([name, { image, build, volumes = [] }]) =>
      [
        `  ${name}:`,
        ...(image ? [`    image: ${image}`] : []),
        ...(build ? [`    build: ${build}`] : []),
        ...(volumes.length ? [`    volumes: [${volumes.join(', ')}]`] : ['    restart: always']),
      ].join('\n'),
    )
    .join('\n')}\n`;

/** Checks which files are read together, whoever asks, and that none of it is refused. Each line is a main file (or a lone site) and what it reads. */
async function checkTogether(expected: readonly string[], files: Record<string, string>): Promise<void> {
  const world = inMemory(files);
  const { asked, findings } = await checked(world, ['.']);
  const name = (id: Parameters<typeof relativePath>[0]): string => relativePath(id, HOME);
  const told = (configs: readonly (typeof asked)[number]['config'][]): string[] =>
    configs
      .map((c) =>
        [...c.files.keys()]
          .filter((id) => !id.startsWith('proxylens-'))
          .map(name)
          .filter((n) => Object.hasOwn(files, n))
          .join(' '),
      )
      .sort();
  assert.deepEqual(told(asked.map((a) => a.config)), [...expected].sort());
  assert.deepEqual(
    findings.filter((f) => f.severity === 'error').map((f) => `${name(f.at.file)} ${f.rule} ${f.message}`),
    [],
  );
  const { snapshot } = await edited(
    world,
    Object.keys(files).filter((f) => f.endsWith('.conf')),
  );
  assert.deepEqual(told(snapshot.configs), [...expected].sort(), 'in the editor');
}

test('two services with a main file each read their own sites', () =>
  checkTogether(['edge/nginx.conf edge-sites/a.conf', 'inner/nginx.conf inner-sites/b.conf'], {
    'edge/nginx.conf': MAIN,
    'inner/nginx.conf': MAIN,
    'edge-sites/a.conf': site('a'),
    'inner-sites/b.conf': site('b'),
    'compose.yaml': compose({
      edge: { image: 'nginx:1.30', volumes: [mount('edge/nginx.conf', 'nginx.conf'), mount('edge-sites', 'conf.d')] },
      inner: { image: 'nginx:1.30', volumes: [mount('inner/nginx.conf', 'nginx.conf'), mount('inner-sites', 'conf.d')] },
    }),
  }));

test('a service with a main file beside one that starts with the image’s', () =>
  checkTogether(['nginx/nginx.conf nginx/a.conf', 'web/default.conf'], {
    'nginx/nginx.conf': MAIN,
    'nginx/a.conf': site('a'),
    'web/default.conf': site('b'),
    'compose.yaml': compose({
      edge: { image: 'nginx:1.30', volumes: [mount('nginx/nginx.conf', 'nginx.conf'), mount('nginx/a.conf', 'conf.d/a.conf')] },
      web: { image: 'nginx:1.30', volumes: [mount('web/default.conf', 'conf.d/default.conf')] },
    }),
  }));

test('a main file does not take from the folder beside it what only another container has', () =>
  checkTogether(['nginx/nginx.conf nginx/edge/a.conf', 'nginx/conf.d/b.conf'], {
    'nginx/nginx.conf': MAIN,
    'nginx/edge/a.conf': site('a'),
    'nginx/conf.d/b.conf': site('b'),
    'compose.yaml': compose({
      edge: { image: 'nginx:1.30', volumes: [mount('nginx/nginx.conf', 'nginx.conf'), mount('nginx/edge', 'conf.d')] },
      web: { image: 'nginx:1.30', volumes: [mount('nginx/conf.d', 'conf.d')] },
    }),
  }));

test('an unmounted main file and a compose file of another folder have nothing to do with each other', () =>
  checkTogether(['legacy/nginx.conf', 'sample/nginx/nginx.conf sample/nginx/conf.d/b.conf'], {
    'legacy/nginx.conf': MAIN,
    'sample/nginx/nginx.conf': MAIN,
    'sample/nginx/conf.d/b.conf': site('b'),
    'sample/compose.yaml': compose({ web: { image: 'nginx:1.30', volumes: [mount('nginx', '')] } }),
  }));

test('an unmounted main file does not take the sites of a service that starts with the image’s', () =>
  checkTogether(['nginx.conf', 'web/default.conf'], {
    'nginx.conf': MAIN,
    'web/default.conf': site('b'),
    'compose.yaml': compose({ web: { image: 'nginx:1.30', volumes: [mount('web', 'conf.d')] } }),
  }));

test('an override is put over its file: of two mounts at one path the later one counts', () =>
  checkTogether(['nginx.conf dev.conf', 'base.conf'], {
    'nginx.conf': MAIN,
    'base.conf': site('a'),
    'dev.conf': site('b'),
    'compose.yaml': compose({
      web: { image: 'nginx:1.30', volumes: [mount('nginx.conf', 'nginx.conf'), mount('base.conf', 'conf.d/default.conf')] },
    }),
    'compose.override.yaml': compose({ web: { volumes: [mount('dev.conf', 'conf.d/default.conf')] } }),
  }));

test('files for development and for production are never started together: the main file that both mount is in two configurations', () =>
  checkTogether(['nginx.conf dev.conf', 'nginx.conf prod.conf'], {
    'nginx.conf': MAIN,
    'dev.conf': site('a'),
    'prod.conf': site('b'),
    'compose.yaml': compose({
      web: { image: 'nginx:1.30', volumes: [mount('nginx.conf', 'nginx.conf'), mount('dev.conf', 'conf.d/dev.conf')] },
    }),
    'compose.prod.yaml': compose({
      web: { image: 'nginx:1.30', volumes: [mount('nginx.conf', 'nginx.conf'), mount('prod.conf', 'conf.d/prod.conf')] },
    }),
  }));

test('what an image copies and what the service that builds it mounts is one file system', () =>
  checkTogether(['proxy/nginx.conf sites/a.conf', 'other/nginx.conf other/b.conf'], {
    'proxy/Dockerfile': 'FROM nginx:1.30\nCOPY nginx.conf /etc/nginx/nginx.conf\n',
    'proxy/nginx.conf': MAIN,
    'sites/a.conf': site('a'),
    'compose.yaml': compose({ proxy: { build: './proxy', volumes: [mount('sites', 'conf.d')] } }),
    'other/Dockerfile': 'FROM nginx:1.28\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY b.conf /etc/nginx/conf.d/\n',
    'other/nginx.conf': MAIN,
    'other/b.conf': site('b'),
  }));

test('packages of a monorepo with a compose file each', () =>
  checkTogether(['apps/a/nginx/nginx.conf apps/a/sites/x.conf', 'apps/b/nginx/nginx.conf apps/b/sites/x.conf'], {
    ...Object.fromEntries(
      ['a', 'b'].flatMap((app) => [
        [`apps/${app}/nginx/nginx.conf`, MAIN],
        [`apps/${app}/sites/x.conf`, site(app)],
        [
          `apps/${app}/docker-compose.yml`,
          compose({ web: { image: 'nginx:1.30', volumes: [mount('nginx/nginx.conf', 'nginx.conf'), mount('sites', 'conf.d')] } }),
        ],
      ]),
    ),
  }));

/** What a site is told of names that the main file may declare. */
async function unknownIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  const text = 'server {\n    listen 80;\n    limit_req zone=login;\n    return 204;\n}\n';
  const { findings } = await checked(inMemory({ 'sites/a.conf': text, ...files }), ['.']);
  return findings.filter((f) => f.severity === 'error').map((f) => f.rule);
}

for (const [what, files] of [
  [
    'a variable names',
    {
      'compose.yaml':
        'services:\n  web:\n    image: nginx:1.30\n    volumes: ["${CONF}:/etc/nginx/nginx.conf", "./sites:/etc/nginx/conf.d"]\n',
    },
  ],
  [
    'the machine holds',
    {
      'compose.yaml':
        'services:\n  web:\n    image: nginx:1.30\n    volumes: ["/srv/nginx.conf:/etc/nginx/nginx.conf", "./sites:/etc/nginx/conf.d"]\n',
    },
  ],
  [
    'is generated',
    {
      'compose.yaml':
        'services:\n  web:\n    image: nginx:1.30\n    volumes: ["./out/nginx.conf:/etc/nginx/nginx.conf", "./sites:/etc/nginx/conf.d"]\n',
    },
  ],
  [
    'another image brings',
    {
      Dockerfile:
        'FROM registry.example.com/base AS base\nFROM nginx:1.30\nCOPY --from=base /nginx.conf /etc/nginx/nginx.conf\nCOPY sites /etc/nginx/conf.d\n',
    },
  ],
  [
    'a command fetches',
    { Dockerfile: 'FROM nginx:1.30\nRUN curl -s https://example.com/nginx.conf -o /etc/nginx/nginx.conf\nCOPY sites /etc/nginx/conf.d\n' },
  ],
] as const)
  test(`a main file that ${what} is not taken for that of the image`, async () => assert.deepEqual(await unknownIn(files), []));

test('a folder of certificates that is not seen leaves the main file of the image', async () => {
  const files = {
    'compose.yaml':
      'services:\n  web:\n    image: nginx:1.30\n    volumes: ["/etc/letsencrypt:/etc/letsencrypt", "certs:/etc/nginx/certs", "./sites:/etc/nginx/conf.d"]\n',
  };
  assert.deepEqual(await unknownIn(files), ['unknown-zone']);
});
