/** The snippets of whole sites, put to work as they are inserted: the real nginx, the real application servers, set up as each snippet's own words say. */
import { after, before, describe } from 'node:test';
import { version } from '../../server/src/catalog/version.ts';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { bodyFor, expand } from '../../server/src/snippets/snippet.ts';
import { django, flask, STREAMS } from './projects.ts';
import { type Project, PYTHON, Slots, withoutServers } from './real.ts';
import { Site, stands } from './site.ts';

const DOMAIN = 'example.com';
const TRUSTING = "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n";
/** Gunicorn does not know the client on a unix socket: Django takes it from the header that nginx writes. */
const ADDRESSED = `${TRUSTING}MIDDLEWARE = ['shop.urls.addressed', *MIDDLEWARE]\n`;
const FIXED = 'app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)';

const addressed = (project: Project): Project => ({
  ...project,
  'shop/urls.py': `${project['shop/urls.py']}
def addressed(get_response):
    def middleware(request):
        request.META['REMOTE_ADDR'] = request.META['HTTP_X_FORWARDED_FOR']
        return get_response(request)
    return middleware
`,
});

/** Hypercorn's own middleware is younger than Debian's package: the same in a few lines. */
const FOR_HYPERCORN: Project = {
  'inner.py': STREAMS['app.py']!,
  'app.py': `
from inner import app as inner

async def app(scope, receive, send):
    if scope['type'] in ('http', 'websocket'):
        headers = dict(scope['headers'])
        scheme = headers[b'x-forwarded-proto'].decode()
        if scope['type'] == 'websocket':
            scheme = {'http': 'ws', 'https': 'wss'}[scheme]
        scope = {**scope, 'client': (headers[b'x-forwarded-for'].decode(), 0), 'scheme': scheme}
    await inner(scope, receive, send)
`,
};

const SOCKET = '{folder}/app.sock';
const python = (...words: string[]): string[] => [PYTHON, '-m', ...words];
const gunicorn = (module: string): string[] => python('gunicorn', '--bind', `unix:${SOCKET}`, '--workers', '2', module);
const uwsgi = (module: string): string[] => [
  'uwsgi',
  ...['--plugins', 'python3', '--socket', SOCKET, '--module', module, '--master', '--processes', '2', '--need-app', '--die-on-term'],
];

interface Row {
  readonly project: Project;
  readonly command: readonly string[];
  readonly media?: boolean;
  readonly streams?: boolean;
  readonly login?: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  'django-gunicorn': { project: addressed(django(ADDRESSED)), command: gunicorn('shop.wsgi:application'), media: true },
  'django-gunicorn-tcp': { project: addressed(django(ADDRESSED)), command: gunicorn('shop.wsgi:application'), media: true },
  'django-uwsgi': { project: django(''), command: uwsgi('shop.wsgi:application'), media: true },
  'django-channels-daphne': {
    project: django(TRUSTING),
    command: python('daphne', '-u', SOCKET, '--proxy-headers', 'shop.asgi:application'),
    media: true,
  },
  'flask-gunicorn': { project: flask(FIXED), command: gunicorn('app:app') },
  'flask-uwsgi': { project: flask(''), command: uwsgi('app:app') },
  'fastapi-uvicorn': {
    project: STREAMS,
    command: python('uvicorn', 'app:app', '--uds', SOCKET, '--proxy-headers', '--forwarded-allow-ips', '*'),
    streams: true,
  },
  hypercorn: { project: FOR_HYPERCORN, command: python('hypercorn', 'app:app', '--bind', `unix:${SOCKET}`), streams: true },
  'wsgi-gunicorn': { project: flask(FIXED), command: gunicorn('app:app') },
  'wsgi-uwsgi-tcp': { project: flask(''), command: uwsgi('app:app') },
  'nginx-conf-vps': {
    project: addressed(django(ADDRESSED)),
    command: gunicorn('shop.wsgi:application'),
    media: true,
    login: '/admin/login/',
  },
};

/** One of each protocol; `DEPLOYMENTS=all` in the environment takes every one. */
const CHOSEN = process.env.DEPLOYMENTS === 'all' ? Object.keys(ROWS) : ['django-uwsgi', 'hypercorn', 'nginx-conf-vps'];

const textOf = (id: string): string => expand(bodyFor(SNIPPETS.find((s) => s.id === id)!, version('1.22.1'))).text;

const slots = new Slots();

for (const id of CHOSEN)
  describe(`the snippet ${id} at work`, { skip: withoutServers(), concurrency: 1 }, () => {
    const { project, command, media = false, streams = false, login = null } = ROWS[id]!;
    let site: Site;
    before(async () => {
      await slots.take();
      const whole = id.startsWith('nginx-conf');
      site = await Site.of({
        domain: DOMAIN,
        files: { ...project, 'errors/down.html': '<h1>Back in a moment</h1>' },
        command,
        nginx: `${textOf(id)}\n${whole ? '' : textOf('default-drop')}`
          .replaceAll(/server (unix:\/run\/app\/app\.sock|127\.0\.0\.1:8000)/g, `server unix:${SOCKET}`)
          .replaceAll('/srv/app/', '{folder}/'),
      });
    });
    after(async () => {
      await site?.stop();
      slots.give();
    });
    // a snippet passes events on as its own lines say: those of whole sites buffer
    stands(() => site, { login, media, streams, events: false, downPage: 'errors/down.html' });
  });
