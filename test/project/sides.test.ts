/** Whole projects of public layouts: sound ones are silent about both sides, and one thing wrong is found as what it is, and as nothing else. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BEHIND,
  CHANNELS,
  changed,
  FASTAPI,
  type Files,
  FORWARD,
  FPM,
  NODE,
  PAGES,
  PSERVE,
  ROLE,
  SCRIPTS,
  SHARED_CODE,
  SIDECAR,
  UNIT,
  UWSGI,
  VOLUMES,
  WRITTEN_OUT,
  without,
} from './sides.ts';
import { checked, inMemory } from './world.ts';

/** True of every service that nginx looks up once, and said in a test of its own. */
const ALWAYS = new Set(['service-address-kept']);

async function found(files: Files): Promise<{ rules: string[]; messages: string }> {
  const { findings } = await checked(inMemory(files), ['.']);
  const own = findings.filter((f) => f.group === 'wsgi' && !ALWAYS.has(f.rule));
  return { rules: [...new Set(own.map((f) => f.rule))].sort(), messages: own.map((f) => `${f.rule}: ${f.message}`).join('\n') };
}

type Row = readonly [name: string, files: Files, rules: readonly string[]];

const COMPOSE = 'compose.prod.yml';
const SITE = 'nginx/site.conf';
const PRODUCTION = 'compose/production/nginx/site.conf';
const DEBIAN = 'deploy/sites-available/blog';
const SERVICE = 'deploy/blog.service';
const hosts = (env: string): Files => ({
  ...changed(VOLUMES, 'config/settings.py', '["localhost", "books.example.com"]', 'os.environ.get("HOSTS").split(" ")'),
  '.env.prod': env,
});
/** The container is given no variables: python-dotenv reads the file that was copied into it. */
const dotenv = (env: string): Files => ({
  ...changed(
    changed(
      changed(VOLUMES, COMPOSE, '    env_file: [./.env.prod]\n', ''),
      'config/settings.py',
      '["localhost", "books.example.com"]',
      'os.getenv("HOSTS", "").split(",")',
    ),
    'config/settings.py',
    'import os\n',
    'import os\nfrom dotenv import load_dotenv\nload_dotenv()\n',
  ),
  '.env': env,
});
const health = (test: string): Files =>
  changed(VOLUMES, COMPOSE, '    expose:', `    healthcheck:\n      test: ["CMD-SHELL", "${test}"]\n    expose:`);
const tls = changed(
  changed(VOLUMES, COMPOSE, '80:80', '443:443'),
  SITE,
  'listen 80;',
  'listen 443 ssl;\n    ssl_certificate /c.pem;\n    ssl_certificate_key /k.pem;',
);
const loop = changed(tls, 'config/settings.py', 'DEBUG = False', 'DEBUG = False\nSECURE_SSL_REDIRECT = True');
const networks = (ours: string): Files =>
  changed(
    changed(UWSGI, 'docker-compose.yml', '    expose: [8080]\n', '    networks: [back]\n'),
    'docker-compose.yml',
    '    ports: ["80:80"]\n',
    `    networks: [${ours}]\n    ports: ["80:80"]\nnetworks:\n  front:\n  back:\n`,
  );
const socket = (path: string, more = '', files: Files = UNIT): Files =>
  changed(changed(files, SERVICE, 'unix:/run/blog/web.sock', `unix:${path}${more}`), DEBIAN, '/run/blog/web.sock', path);
const noGroup = changed(UNIT, SERVICE, 'Group=www-data\n', '');
const prefixed = changed(
  changed(FASTAPI, 'nginx/default.conf', 'location / {', 'location /api/ {'),
  'nginx/default.conf',
  'api:80;',
  'api:80/;',
);
const trusted = (host: string): Files =>
  changed(
    FASTAPI,
    'app/main.py',
    'app = FastAPI()\n',
    `from fastapi.middleware.trustedhost import TrustedHostMiddleware\napp = FastAPI()\napp.add_middleware(TrustedHostMiddleware, allowed_hosts=["${host}"])\n`,
  );

const events = (headers = ''): Files =>
  changed(
    FASTAPI,
    'app/main.py',
    '@app.get("/items")',
    `@app.get("/news")\nasync def news():\n    return StreamingResponse(lines(), media_type="text/event-stream"${headers})\n\n@app.get("/items")`,
  );

const pydantic = (env: string, prefix = ''): Files => ({
  ...changed(
    changed(prefixed, 'app/main.py', 'FastAPI()', 'FastAPI(root_path=settings.root_path)'),
    'compose.yaml',
    '    build: .\n',
    '    build: .\n    env_file: [shop.env]\n',
  ),
  'app/main.py': `from fastapi import FastAPI\nfrom app.config import settings\n\napp = FastAPI(root_path=settings.root_path)\n`,
  'app/config.py': `from pydantic_settings import BaseSettings, SettingsConfigDict\n\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="${prefix}")\n    root_path: str = ""\n\nsettings = Settings()\n`,
  'shop.env': env,
});

/** The unit with a file of variables, which its settings read the names from. */
const variables = (text: string): Files => ({
  ...changed(
    changed(UNIT, SERVICE, 'WorkingDirectory=', 'EnvironmentFile=-/home/maria/blog/.env\nWorkingDirectory='),
    'blog/settings.py',
    '["maria.example.org", "www.maria.example.org"]',
    'os.environ["NAMES"].split(",")',
  ),
  '.env': text,
});

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'volumes of both services': [
    ['sound', VOLUMES, []],
    ['another folder than the volume', changed(VOLUMES, SITE, 'books/collected/', 'books/static/'), ['static-not-mounted']],
    [
      'a volume that nginx does not mount',
      changed(VOLUMES, COMPOSE, '      - uploads:/srv/books/uploads\n    ports', '    ports'),
      ['static-not-mounted'],
    ],
    [
      'the image copies the folder',
      changed(VOLUMES, 'nginx/Dockerfile', 'COPY site.conf', 'COPY static/ /srv/books/static/\nCOPY site.conf'),
      [],
    ],
    [
      'the folder that the image copies is used',
      changed(
        changed(VOLUMES, SITE, 'books/uploads/', 'books/logo/'),
        'nginx/Dockerfile',
        'COPY site.conf',
        'COPY logo /srv/books/logo\nCOPY site.conf',
      ),
      [],
    ],
    [
      'collectstatic runs nowhere',
      changed(VOLUMES, 'Dockerfile.prod', 'RUN SECRET_KEY=build python manage.py collectstatic --noinput\n', ''),
      ['static-never-collected'],
    ],
    [
      'a folder of the machine may be filled by hand',
      changed(
        changed(
          changed(VOLUMES, 'Dockerfile.prod', 'RUN SECRET_KEY=build python manage.py collectstatic --noinput\n', ''),
          COMPOSE,
          '- assets:',
          '- ./assets:',
        ),
        COMPOSE,
        '- assets:',
        '- ./assets:',
      ),
      [],
    ],
    ['a health check for a host that is allowed', health('curl -f http://localhost:8000/up/'), []],
    ['for one that is not', health('curl -fsS http://127.0.0.1:8000/up/'), ['health-check-refused']],
    ['which takes every answer for a good one', health('curl http://127.0.0.1:8000/up/'), []],
    ['with the name of the site', health("wget -qO- --header='Host: books.example.com' http://127.0.0.1:8000/up/"), []],
    [
      'every name is passed on and allowed',
      changed(VOLUMES, 'config/settings.py', '"localhost", "books.example.com"', '"*"'),
      ['allowed-hosts-any'],
    ],
    [
      'an origin without a scheme',
      changed(VOLUMES, 'config/settings.py', 'DEBUG', 'CSRF_TRUSTED_ORIGINS = ["books.example.com"]\nDEBUG'),
      ['csrf-trusted-origins-mismatch'],
    ],
    [
      'an origin of TLS that ends elsewhere',
      changed(VOLUMES, 'config/settings.py', 'DEBUG', 'CSRF_TRUSTED_ORIGINS = ["https://books.example.com"]\nDEBUG'),
      [],
    ],
    ['another port', changed(VOLUMES, SITE, 'web:8000', 'web:8080'), ['socket-not-listened']],
    ['its own loopback', changed(VOLUMES, COMPOSE, '0.0.0.0:8000', '127.0.0.1:8000'), ['socket-not-listened']],
    ['published on another port', changed(VOLUMES, COMPOSE, '80:80', '1337:80'), ['published-port-lost']],
    [
      'published on another port, which is passed on',
      changed(changed(VOLUMES, COMPOSE, '80:80', '1337:80'), SITE, 'Host $host', 'Host $http_host'),
      [],
    ],
    [
      'a redirect to a path, with a port that is not published',
      changed(
        changed(VOLUMES, COMPOSE, '80:80', '80:8080'),
        SITE,
        '    listen 80;\n',
        '    listen 8080;\n    location = /shelf {\n        return 302 /books/;\n    }\n',
      ),
      ['redirect-port-unpublished'],
    ],
    [
      'below a prefix of nginx',
      changed(changed(VOLUMES, SITE, 'location / {', 'location /shop/ {'), SITE, 'http://books;', 'http://books/;'),
      ['script-name-prefix-missing'],
    ],
    ['the application is published too', changed(VOLUMES, COMPOSE, 'expose: [8000]', 'ports: ["8000:8000"]'), ['application-published']],
    ['a name that the file of variables lacks', hosts('HOSTS=localhost www.example.com\n'), ['allowed-hosts-mismatch']],
    ['the name is in the file of variables', hosts('HOSTS=localhost books.example.com\n'), []],
    ['a file that the code reads by itself', dotenv('HOSTS=books.example.com\n'), []],
    ['in which the name is not', dotenv('HOSTS=www.example.com\n'), ['allowed-hosts-mismatch']],
    ['the file of variables is not here', without(hosts(''), '.env.prod'), []],
    [
      'redirected for ever, unless the file that is not here says otherwise',
      loop,
      ['forwarded-allow-ips-mismatch', 'secure-proxy-header-mismatch'],
    ],
    ['the file says otherwise', { ...loop, '.env.prod': 'FORWARDED_ALLOW_IPS=*\nSECRET_KEY=x\n' }, []],
  ],
  'scripts without an ending': [
    ['sound', SCRIPTS, []],
    [
      'the scheme is not passed on',
      changed(SCRIPTS, PRODUCTION, '        proxy_set_header X-Forwarded-Proto $scheme;\n', ''),
      ['secure-proxy-header-mismatch'],
    ],
    ['another port', changed(SCRIPTS, PRODUCTION, 'django:5000', 'django:8000'), ['socket-not-listened']],
    ['another domain', changed(SCRIPTS, '.envs/.production/.django', '.example.com', '.example.org'), ['allowed-hosts-mismatch']],
    ['the path of the other container', changed(SCRIPTS, PRODUCTION, '/usr/share/nginx/media/', '/app/media/'), ['static-not-mounted']],
  ],
  'a unit on one machine': [
    ['sound', UNIT, []],
    ['another socket', changed(UNIT, DEBIAN, 'web.sock', 'blog.sock'), ['socket-not-listened']],
    ['a name that Django refuses', changed(UNIT, 'blog/settings.py', ', "www.maria.example.org"', ''), ['allowed-hosts-mismatch']],
    ['root appends the path', changed(UNIT, DEBIAN, 'root /srv/blog;', 'root /srv/blog/static;'), ['static-root-mismatch']],
    ['the socket in a home folder', socket('/home/maria/blog/web.sock'), ['socket-unreachable']],
    ['nobody but the owner may write', socket('/run/blog/web.sock', ' --umask 077'), ['socket-unreachable']],
    ['the group may write', socket('/run/blog/web.sock', ' --umask 007'), []],
    ['a group of its own may write', socket('/run/blog/web.sock', ' --umask 007', noGroup), ['socket-unreachable']],
    ['everybody may write', noGroup, []],
    ['a /tmp of its own', socket('/tmp/web.sock', '', changed(UNIT, SERVICE, 'User=', 'PrivateTmp=true\nUser=')), ['socket-unreachable']],
    ['the common /tmp', socket('/tmp/web.sock'), []],
    ['a file of variables in the folder of the service', variables('NAMES=maria.example.org,www.maria.example.org\n'), []],
    ['in which a name is not', variables('NAMES=maria.example.org\n'), ['allowed-hosts-mismatch']],
    ['two files of that name', { ...variables('NAMES=maria.example.org\n'), 'old/.env': 'NAMES=a.example.org\n' }, []],
    [
      'a folder that nobody else may enter',
      changed(noGroup, SERVICE, 'RuntimeDirectory=blog\n', 'RuntimeDirectory=blog\nRuntimeDirectoryMode=0700\n'),
      ['socket-unreachable'],
    ],
    [
      'a folder that the group may enter',
      changed(UNIT, SERVICE, 'RuntimeDirectory=blog\n', 'RuntimeDirectory=blog\nRuntimeDirectoryMode=0750\n'),
      [],
    ],
    [
      'a script that the unit starts',
      {
        ...changed(UNIT, SERVICE, 'gunicorn --workers 3 --bind unix:/run/blog/web.sock blog.wsgi:application', 'gunicorn_start'),
        'bin/gunicorn_start': '#!/bin/bash\nexec gunicorn blog.wsgi:application --bind=unix:/run/blog/other.sock\n',
      },
      ['socket-not-listened'],
    ],
  ],
  'uWSGI in a container': [
    ['sound', UWSGI, []],
    ['another port', changed(UWSGI, SITE, 'flask:8080', 'flask:5000'), ['socket-not-listened']],
    ['another name', changed(UWSGI, SITE, 'flask:8080', 'app:8080'), ['socket-not-listened']],
    ['HTTP instead of uwsgi', changed(UWSGI, 'flask/app.ini', 'socket = ', 'http = '), ['protocol-mismatch']],
    [
      'the name of the container',
      changed(changed(UWSGI, SITE, 'flask:', 'web_flask:'), 'docker-compose.yml', 'container_name: flask', 'container_name: web_flask'),
      [],
    ],
    ['no common network', networks('front'), ['socket-not-listened']],
    ['a common network', networks('front, back'), []],
  ],
  'FastAPI in a container': [
    ['sound', FASTAPI, []],
    [
      'nobody is trusted',
      changed(FASTAPI, 'compose.yaml', '    environment: { FORWARDED_ALLOW_IPS: "*" }\n', ''),
      ['forwarded-allow-ips-mismatch'],
    ],
    ['a prefix that is taken off', prefixed, ['script-name-prefix-missing']],
    ['told on the command line', changed(prefixed, 'Dockerfile', '"80"]', '"80", "--root-path", "/api"]'), []],
    ['told in the code', changed(prefixed, 'app/main.py', 'FastAPI()', 'FastAPI(root_path="/api")'), []],
    ['events that are held back', events(), ['event-stream-buffered']],
    ['events with the header of their own', events(', headers={"X-Accel-Buffering": "no"}'), []],
    [
      'events at a location of their own',
      changed(
        events(),
        'nginx/default.conf',
        '    location / {',
        `    location /news {\n        proxy_pass http://api:80;\n        proxy_buffering off;\n${FORWARD}    }\n    location / {`,
      ),
      [],
    ],
    [
      'an image that starts gunicorn by itself',
      { ...FASTAPI, Dockerfile: 'FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11\nCOPY ./app /app/app\n' },
      [],
    ],
    [
      'its port is another',
      {
        ...changed(FASTAPI, 'nginx/default.conf', 'api:80;', 'api:8000;'),
        Dockerfile: 'FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11\nCOPY ./app /app/app\n',
      },
      ['socket-not-listened'],
    ],
    ['a prefix that pydantic reads from a file of variables', pydantic('ROOT_PATH=/api\n'), []],
    ['behind the prefix of its names', pydantic('SHOP_ROOT_PATH=/api\n', 'SHOP_'), []],
    ['which another name does not set', pydantic('ROOT_PATH=/api\n', 'SHOP_'), ['script-name-prefix-missing']],
    ['a host that is not allowed', trusted('www.example.com'), ['allowed-hosts-mismatch']],
    ['a host that is', trusted('*.example.com'), []],
  ],
  'pages with an API': [
    ['sound', PAGES, []],
    ['another port', changed(PAGES, 'frontend/nginx.conf', 'backend:8000', 'backend:8001'), ['socket-not-listened']],
    ['a port that nobody listens on', changed(PAGES, 'frontend/nginx.conf', 'listen 80;', 'listen 8080;'), ['published-port-unheard']],
    ['its own container', changed(PAGES, 'frontend/nginx.conf', 'backend:8000', 'localhost:8000'), ['socket-not-listened']],
  ],
  'Channels under supervisord': [
    ['sound', CHANNELS, []],
    [
      'the upgrade is not passed on',
      changed(CHANNELS, 'etc/nginx.conf', 'proxy_set_header Upgrade $http_upgrade;', ''),
      ['asgi-websocket-without-upgrade'],
    ],
    [
      'another port',
      changed(
        changed(CHANNELS, 'etc/nginx.conf', 'localhost:8000', 'localhost:8001'),
        'etc/supervisord.conf',
        '-u /run/daphne/talk%(process_num)d.sock ',
        '',
      ),
      ['socket-not-listened'],
    ],
  ],
  'a role of Ansible': [
    ['sound', ROLE, []],
    [
      'a socket in a /tmp of its own',
      changed(
        changed(ROLE, 'roles/web/templates/web.service.j2', 'unix:/run/web/', 'unix:/tmp/'),
        'roles/web/templates/site.conf.j2',
        'unix:/run/web/',
        'unix:/tmp/',
      ),
      ['socket-unreachable'],
    ],
    ['another socket', changed(ROLE, 'roles/web/templates/site.conf.j2', 'web.sock', 'gunicorn.sock'), ['socket-not-listened']],
    ['a user that the role decides', changed(ROLE, 'roles/web/templates/web.service.j2', 'Group=www-data', 'Group={{ site_group }}'), []],
    [
      'a unit of which conditions decide',
      changed(
        ROLE,
        'roles/web/templates/web.service.j2',
        'ExecStart=',
        '{% if legacy %}\nExecStart=/usr/bin/gunicorn -b unix:/tmp/old.sock pages.wsgi\n{% endif %}\nExecStart=',
      ),
      [],
    ],
  ],
  'code in two containers': [
    ['sound', SHARED_CODE, []],
    ['at another path', changed(SHARED_CODE, 'docker-compose.yml', '["./:/var/www"]', '["./:/srv/code"]'), ['script-filename-elsewhere']],
    [
      'below the path of the other',
      changed(
        changed(SHARED_CODE, 'docker-compose.yml', '"./:/var/www", "./ops', '"./:/var/www/html", "./ops'),
        'ops/site.conf',
        '/var/www/public',
        '/var/www/html/public',
      ),
      ['script-filename-elsewhere'],
    ],
    ['only a part of it', changed(SHARED_CODE, 'docker-compose.yml', '"./:/var/www", "./ops', '"./public:/var/www/public", "./ops'), []],
  ],
  'behind another proxy': [
    ['sound', BEHIND, []],
    [
      'one that is published itself',
      changed(BEHIND, 'compose.yaml', '    image: nginx:1.28\n', '    image: nginx:1.28\n    ports: ["8080:80"]\n'),
      ['proxy-fix-count-wrong', 'published-port-lost'],
    ],
  ],
  'a pod of two containers': [
    ['sound', SIDECAR, []],
    ['a folder at another path', changed(SIDECAR, 'k8s/books.yaml', 'alias /www/static/', 'alias /app/collected/'), ['static-not-mounted']],
    [
      'a folder that nobody mounts into nginx',
      changed(SIDECAR, 'k8s/books.yaml', '            - { name: static, mountPath: /www/static, readOnly: true }\n', ''),
      ['static-not-mounted'],
    ],
    ['another port of the pod', changed(SIDECAR, 'k8s/books.yaml', '127.0.0.1:8000', '127.0.0.1:8001'), ['socket-not-listened']],
    [
      'a port of the Service without a container',
      changed(SIDECAR, 'k8s/books.yaml', 'targetPort: http', 'targetPort: web'),
      ['cluster-port-mismatch'],
    ],
    [
      'a host that is not allowed',
      changed(SIDECAR, 'k8s/books.yaml', 'server_name books', 'server_name www.books'),
      ['allowed-hosts-mismatch'],
    ],
    [
      'the redirect to HTTPS behind the Ingress',
      changed(
        changed(SIDECAR, 'k8s/books.yaml', '$http_x_forwarded_proto', '$scheme'),
        'src/config/settings.py',
        'INSTALLED_APPS',
        'MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]\nSECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")\nSECURE_SSL_REDIRECT = True\nINSTALLED_APPS',
      ),
      ['secure-proxy-header-mismatch'],
    ],
  ],
  'Pyramid under pserve': [
    ['sound', PSERVE, []],
    ['another port', changed(PSERVE, 'production.ini', '127.0.0.1:6543', '127.0.0.1:6544'), ['socket-not-listened']],
    ['nobody is trusted', changed(PSERVE, 'production.ini', 'trusted_proxy = 127.0.0.1\n', ''), ['forwarded-allow-ips-mismatch']],
    ['nginx takes less', changed(PSERVE, 'deploy/wiki.conf', '20m', '2m'), ['body-limit-mismatch']],
    ['a server that is not known', changed(PSERVE, 'production.ini', 'egg:waitress#main', 'egg:paste#http'), []],
  ],
  'an address that envsubst writes': [
    ['sound', WRITTEN_OUT, []],
    ['a port that nobody listens on', changed(WRITTEN_OUT, 'compose.yaml', '"8080"', '"9000"'), ['socket-not-listened']],
    ['a name that no service has', changed(WRITTEN_OUT, 'compose.yaml', 'APP_HOST: app', 'APP_HOST: backend'), ['socket-not-listened']],
    ['a value that nobody set', changed(WRITTEN_OUT, 'compose.yaml', ', APP_PORT: "8080"', ''), []],
    [
      'in the pass itself',
      changed(
        changed(WRITTEN_OUT, 'templates/default.conf.template', 'http://app', 'http://${APP_HOST}:${APP_PORT}/'),
        'compose.yaml',
        '"8080"',
        '"9000"',
      ),
      ['socket-not-listened'],
    ],
  ],
  'Node in a container': [
    ['sound', NODE, []],
    ['another port', changed(NODE, 'proxy/site.conf', 'server:4000', 'server:3000'), ['socket-not-listened']],
    [
      'the port of the variable',
      changed(
        changed(NODE, 'compose.yaml', 'build: ./server', 'build: ./server\n    environment: { PORT: 8080 }'),
        'proxy/site.conf',
        ':4000',
        ':8080',
      ),
      [],
    ],
    ['which nginx does not know', changed(NODE, 'server/Dockerfile', 'COPY', 'ENV PORT=8080\nCOPY'), ['socket-not-listened']],
    [
      'which a file sets that is not here',
      changed(changed(NODE, 'compose.yaml', 'build: ./server', 'build: ./server\n    env_file: .env'), 'proxy/site.conf', ':4000', ':9000'),
      [],
    ],
    ['its own loopback', changed(NODE, 'server/index.js', 'listen(PORT, (', "listen(PORT, '127.0.0.1', ("), ['socket-not-listened']],
    [
      'Fastify with an object',
      changed(
        changed(
          NODE,
          'server/index.js',
          'app.listen(PORT, () => console.log(`listening on ${PORT}`));',
          "app.listen({ port: 5000, host: '0.0.0.0' });",
        ),
        'server/index.js',
        'express',
        'fastify',
      ),
      ['socket-not-listened'],
    ],
    ['a port that another file decides', changed(NODE, 'server/index.js', 'process.env.PORT || 4000', "require('./config').port"), []],
    [
      'two files that listen',
      { ...changed(NODE, 'proxy/site.conf', ':4000', ':9000'), 'server/app.js': "require('http').createServer().listen(9000);\n" },
      [],
    ],
  ],
  'php-fpm in a container': [
    ['sound', FPM, []],
    [
      'the script is not named',
      changed(FPM, 'docker/site.conf', '        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n', ''),
      ['script-filename-missing'],
    ],
    ['nginx takes less', changed(FPM, 'docker/site.conf', '32m', '8m'), ['body-limit-mismatch']],
    ['nginx takes more', changed(FPM, 'docker/site.conf', '32m', '64m'), ['body-limit-mismatch']],
    [
      'nginx sends the limits',
      changed(
        changed(FPM, 'docker/site.conf', '32m', '64m'),
        'docker/site.conf',
        'fastcgi_pass',
        'fastcgi_param PHP_VALUE "post_max_size=64M \\n upload_max_filesize=64M";\n        fastcgi_pass',
      ),
      [],
    ],
  ],
  'what a service extends': [
    [
      'a service that is there',
      changed(VOLUMES, COMPOSE, '  web:\n', '  common:\n    restart: always\n  web:\n    extends: { service: common }\n'),
      [],
    ],
    ['one that is not', changed(VOLUMES, COMPOSE, '  web:\n', '  web:\n    extends: { service: common }\n'), ['application-unread']],
    [
      'a file that is not',
      changed(VOLUMES, COMPOSE, '  web:\n', '  web:\n    extends: { file: ops/common.yml, service: web }\n'),
      ['application-unread'],
    ],
    [
      'itself, in a circle',
      changed(VOLUMES, COMPOSE, '  web:\n', '  common:\n    extends: { service: web }\n  web:\n    extends: { service: common }\n'),
      ['application-unread'],
    ],
  ],
};

test('headers of what stands in front pass through', async () => {
  const plain = changed(BEHIND, 'conf/site.conf', '        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;\n', '');
  const rulesOf = async (files: Files) => (await checked(inMemory(files), ['.'])).findings.map((f) => f.rule);
  assert.ok(!(await rulesOf(plain)).includes('forwarded-headers-missing'));
  const published = changed(plain, 'compose.yaml', '    image: nginx:1.28\n', '    image: nginx:1.28\n    ports: ["80:80"]\n');
  assert.ok((await rulesOf(published)).includes('forwarded-headers-missing'));
  const site = (port: string): Files => ({
    'config/nginx.conf.erb': `events {}\nhttp {\n  server {\n    listen ${port};\n    location / {\n      proxy_set_header Host $http_host;\n      proxy_pass http://unix:/tmp/nginx.socket;\n    }\n  }\n}\n`,
  });
  assert.ok(!(await rulesOf(site('<%= ENV["PORT"] %>'))).includes('forwarded-headers-missing'));
  assert.ok((await rulesOf(site('<%= ENV["NGINX_PORTAL"] %>'))).includes('forwarded-headers-missing'));
});

test('a default server among sites may have its ssl from another of them', async () => {
  const about = async (path: string, words: string): Promise<string[]> => {
    const site = `server {\n  listen 443${words};\n  ssl_certificate c.pem;\n  ssl_certificate_key k.pem;\n  return 444;\n}\n`;
    return (await checked(inMemory({ [path]: site }), ['.'])).findings.filter((f) => f.rule === 'plain-on-443').map((f) => f.severity);
  };
  assert.deepEqual(await about('etc/nginx/sites-available/default', ' default_server'), ['info']);
  assert.deepEqual(await about('etc/nginx/sites-available/shop', ''), ['warning']);
  assert.deepEqual(await about('nginx/default.conf', ' default_server'), ['warning']);
});

test('the socket of Debian’s php-fpm tells whose list of parameters is included', async () => {
  const about = async (to: string, list = 'fastcgi_params'): Promise<string | undefined> => {
    const site = `server {\n  root /srv/www;\n  location ~ \\.php$ {\n    try_files $uri =404;\n    include ${list};\n    fastcgi_pass ${to};\n  }\n}\n`;
    return (await checked(inMemory({ 'web/site.conf': site }), ['.'])).findings.find((f) => f.rule === 'script-filename-missing')?.severity;
  };
  assert.equal(await about('unix:/run/php/php8.2-fpm.sock'), 'warning');
  assert.equal(await about('unix:/var/run/php/php7.4-fpm.sock'), 'warning');
  assert.equal(await about('unix:/run/php/php8.2-fpm.sock', 'fastcgi.conf'), undefined);
  // images and old packages write more into the list
  assert.equal(await about('unix:/run/fpm.sock'), 'info');
  assert.equal(await about('php:9000'), 'info');
});

for (const [layout, rows] of Object.entries(ROWS))
  describe(layout, () => {
    for (const [name, files, rules] of rows)
      test(name, async () => {
        const { rules: got, messages } = await found(files);
        assert.deepEqual(got, [...rules].sort(), messages);
      });
  });
