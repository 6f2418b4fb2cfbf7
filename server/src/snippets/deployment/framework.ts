/** The framework's side of a new deployment: settings for production, and what makes the application believe nginx. */
import { type Answers, isAsgi, isHttps, type NewFile, secretName, stateOf, word } from './answers.ts';

const trimmed = (path: string): string => path.replace(/\/+$/, '');

function django(a: Answers): NewFile[] {
  const https = isHttps(a);
  const compose = a.runs === 'compose';
  const parts = a.settings.split('.');
  const own = parts.at(-1)!;
  const folder = parts.slice(0, -1).join('/');
  const file = (name: string): string => (folder ? `${folder}/${name}` : name);
  // over a unix socket WSGI servers know no address of the client; ASGI servers and uWSGI take it from nginx themselves
  const addressed = a.server === 'gunicorn';
  const prefix = parts
    .slice(0, -1)
    .map((p) => `${p}.`)
    .join('');
  const out: NewFile[] = [
    {
      path: file(`${own}_production.py`),
      about: `Django's settings on the server; manage.py runserver goes on with ${a.settings}`,
      text: `"""Settings of ${a.domain}, behind nginx. Development goes on with ${a.settings}."""

import os

import django

from ${parts.length > 1 ? '.' : ''}${own} import *  # noqa: F403

DEBUG = False
SECRET_KEY = os.environ["${secretName(a)}"]
ALLOWED_HOSTS = [${compose ? 'os.environ["DOMAIN"]' : `"${a.domain}"`}]
${
  https
    ? `
# nginx writes this header itself on every request, so it can be believed
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [${compose ? '"https://" + os.environ["DOMAIN"]' : `"https://${a.domain}"`}]
${a.proxy ? '# the proxy before nginx is the place for HSTS and the redirect of plain HTTP' : '# nginx sends HSTS and redirects plain HTTP'}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]
`
    : ''
}
# a database in a file lies where the application may write, and where no new release replaces it
for database in globals().get("DATABASES", {}).values():
    if database["ENGINE"].endswith("sqlite3"):
        database["NAME"] = "${stateOf(a)}/db.sqlite3"

STATIC_URL = "/static/"
${a.staticRoot ? `STATIC_ROOT = "${trimmed(a.staticRoot)}"\n` : ''}${a.mediaRoot ? `MEDIA_URL = "/media/"\nMEDIA_ROOT = "${trimmed(a.mediaRoot)}"\n` : ''}${
  a.staticRoot
    ? `# names get the hash of their content: browsers keep them, and a new release has new names
MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
if django.VERSION >= (4, 2):
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": MANIFEST},
    }
else:
    STATICFILES_STORAGE = MANIFEST
`
    : ''
}${addressed ? `\nMIDDLEWARE = ["${prefix}behind_nginx.client_address", *MIDDLEWARE]  # noqa: F405\n` : ''}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
`,
    },
  ];
  if (addressed)
    out.push({
      path: file('behind_nginx.py'),
      about: 'Tells Django the address of the client, which Gunicorn does not know',
      text: `"""Gunicorn sees nginx as its client; nginx names the real one in X-Real-IP, on every request."""


def client_address(get_response):
    def middleware(request):
        address = request.META.get("HTTP_X_REAL_IP")
        if address:
            request.META["REMOTE_ADDR"] = address
        return get_response(request)

    return middleware
`,
    });
  return out;
}

const flask = (a: Answers): NewFile => {
  const [module, name] = a.module.split(':') as [string, string];
  return {
    path: `${word(a)}_production.py`,
    about: 'The Flask application as it runs behind nginx: it sees the client, the scheme and the name of the site',
    text: `"""The application of ${a.domain}, behind nginx. Development goes on with ${a.module}."""

import os

from ${module} import ${name} as app
from werkzeug.middleware.proxy_fix import ProxyFix

# one proxy stands before the application: nginx, which writes these headers itself on every request
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)
app.config.update(
    SECRET_KEY=os.environ["${secretName(a)}"],
    SESSION_COOKIE_SECURE=${isHttps(a) ? 'True' : 'False'},
    SESSION_COOKIE_SAMESITE="Lax",
)
`,
  };
};

const asgiWrapper = (a: Answers): NewFile => {
  const [module, name] = a.module.split(':') as [string, string];
  return {
    path: `${word(a)}_production.py`,
    about: `The application as ${a.server} runs it: ${a.server} itself believes no proxy, so this takes client and scheme from nginx`,
    text: `"""The application of ${a.domain}, behind nginx. Development goes on with ${a.module}."""

from ${module} import ${name} as application


async def app(scope, receive, send):
    """Takes the client's address and the scheme from the headers that nginx writes itself on every request."""
    if scope["type"] in ("http", "websocket"):
        headers = dict(scope["headers"])
        address = headers.get(b"x-real-ip", b"").decode("latin-1")
        scheme = headers.get(b"x-forwarded-proto", b"").decode("latin-1")
        scope = dict(scope)
        if address:
            scope["client"] = (address, 0)
        if scheme in ("http", "https"):
            scope["scheme"] = {"http": "ws", "https": "wss"}[scheme] if scope["type"] == "websocket" else scheme
    await application(scope, receive, send)
`,
  };
};

/** The files that are beside the application's own. */
export function frameworkFiles(a: Answers): NewFile[] {
  const out: NewFile[] = [];
  if (a.framework === 'django') out.push(...django(a));
  if (a.framework === 'flask') out.push(flask(a));
  if (isAsgi(a.server) && (a.server === 'hypercorn' || a.server === 'granian')) out.push(asgiWrapper(a));
  return out;
}
