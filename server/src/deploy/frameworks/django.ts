/** Django: a project with a settings module (deploy/django.ts) and the view of it (deploy/view-django.ts). */
import { basename, dirname, type FileId } from '../../base/file-id.ts';
import { type DjangoRoutes, type DjangoSettings, djangoRoutes, djangoSettings, servesStatic, settingsModuleNamed } from '../django.ts';
import type { ModuleValues, PythonProject } from '../python.ts';
import { certain, likely, placeOf, type Setting } from '../setting.ts';
import { DJANGO_PACKAGE, djangoView } from '../view-django.ts';
import { type CookieScope, declareFramework, type ProjectReading } from './framework.ts';

export interface DjangoProject {
  readonly settings: DjangoSettings;
  readonly routes: DjangoRoutes;
  readonly servesStatic: Setting<'whitenoise' | 'nobody'>;
  /** the module that the server loads */
  readonly wsgi: FileId | null;
  /** where its WSGI application is, in the form that servers take: `shop.wsgi:application`; null where nobody says it */
  readonly module: string | null;
}

/** The project whose settings are named by the environment, the loaded module, or the only manage.py. */
function projectOf({ project, loaded, environment, near, files }: ProjectReading): DjangoProject | null {
  const variable = environment.get('DJANGO_SETTINGS_MODULE');
  const fromModule = loaded ? settingsModuleNamed(loaded) : null;
  if (loaded && !fromModule && !loaded.calls.some((c) => /get_[aw]sgi_application$/.test(c.callee))) return null;
  let module = (variable && likely(variable)) ?? fromModule?.module ?? null;
  if (!module) {
    const manage = [...files].filter((f) => basename(f) === 'manage.py');
    if (manage.length === 1) module = settingsModuleNamed(project.module(manage[0]!))?.module ?? null;
  }
  const file = module ? project.moduleFile(module, loaded?.file ?? near) : null;
  if (!module || !file) return null;
  const settings = djangoSettings(project.module(file), module);
  const asgiModule = project.module(file).names.get('ASGI_APPLICATION');
  const asgi = asgiModule?.kind === 'string' ? project.moduleFile(asgiModule.value.replace(/\.[^.]*$/, ''), file) : null;
  const routed = loaded?.calls.some((c) => /ProtocolTypeRouter$|get_asgi_application$/.test(c.callee)) ? loaded.file : null;
  return {
    settings,
    routes: djangoRoutes(project, settings, routed ?? asgi),
    servesStatic: servesStatic(settings, loaded ?? wsgiOf(project, settings, file, module)),
    wsgi: loaded?.file ?? null,
    module: moduleOf(project, settings, file, module),
  };
}

/** The module that a server loads when nobody says which: the settings' WSGI_APPLICATION, or wsgi.py beside the settings. */
function wsgiOf(project: PythonProject, settings: DjangoSettings, file: FileId, module: string): ModuleValues | null {
  const named = project.module(settings.file).names.get('WSGI_APPLICATION');
  const dotted = named?.kind === 'string' ? named.value.replace(/\.[^.]*$/, '') : `${module.split('.').slice(0, -1).join('.')}.wsgi`;
  const found = project.moduleFile(dotted, file) ?? project.moduleFile(`${module.split('.')[0]}.wsgi`, file);
  return found ? project.module(found) : null;
}

/** The application by WSGI_APPLICATION, or by a wsgi.py in the package of the settings or above it. */
function moduleOf(project: PythonProject, settings: DjangoSettings, file: FileId, module: string): string | null {
  const named = project.module(settings.file).names.get('WSGI_APPLICATION');
  const words = named?.kind === 'string' ? /^([A-Za-z_][\w.]*)\.([A-Za-z_]\w*)$/.exec(named.value) : null;
  if (words) return `${words[1]}:${words[2]}`;
  const parts = module.split('.');
  for (let n = parts.length - 1; n > 0; n--) {
    const dotted = [...parts.slice(0, n), 'wsgi'].join('.');
    if (project.moduleFile(dotted, file)) return `${dotted}:application`;
  }
  return null;
}

/** The cookies of Django's own middleware. */
function cookiesOf(settings: DjangoSettings): readonly CookieScope[] {
  const { sessionCookieDomain, sessionCookiePath, csrfCookieDomain, csrfCookiePath } = settings;
  const session = {
    cookie: 'session',
    domain: { name: 'SESSION_COOKIE_DOMAIN', value: sessionCookieDomain },
    path: { name: 'SESSION_COOKIE_PATH', value: sessionCookiePath },
  };
  const csrf = {
    cookie: 'CSRF',
    domain: { name: 'CSRF_COOKIE_DOMAIN', value: csrfCookieDomain },
    path: { name: 'CSRF_COOKIE_PATH', value: csrfCookiePath },
  };
  return [
    ...(settings.uses.has('django.contrib.sessions.middleware.SessionMiddleware') ? [session] : []),
    ...(settings.uses.has('django.middleware.csrf.CsrfViewMiddleware') ? [csrf] : []),
  ];
}

export default declareFramework<DjangoProject>({
  name: 'django',
  title: 'Django',
  package: DJANGO_PACKAGE,
  interface: 'wsgi',
  form: 'django',
  project: projectOf,
  files: ({ settings }) => {
    const { allowedHosts, debug, staticRoot, secureProxySslHeader, csrfTrustedOrigins } = settings;
    const places = [allowedHosts, debug, staticRoot, secureProxySslHeader, csrfTrustedOrigins].map(placeOf);
    return [settings.file, ...places.flatMap((p) => (p ? [p.file] : []))];
  },
  folder: ({ settings }) => dirname(dirname(settings.file)),
  view: djangoView,
  hosts: ({ settings }) => ({ name: 'ALLOWED_HOSTS', list: settings.allowedHosts }),
  bodyLimit: ({ settings }) => ({ name: 'DATA_UPLOAD_MAX_MEMORY_SIZE', bytes: settings.dataUploadMaxMemorySize }),
  toHttps: ({ settings }) =>
    certain(settings.secureSslRedirect) === true
      ? { name: 'SECURE_SSL_REDIRECT', place: placeOf(settings.secureSslRedirect), status: 301 }
      : null,
  cors: ({ settings }) =>
    settings.uses.has('corsheaders.middleware.CorsMiddleware')
      ? { name: 'django-cors-headers', place: placeOf(settings.middleware) }
      : null,
  webSockets: ({ routes }) => routes.webSockets,
  routes: ({ routes }) => routes.all,
  webSocketsOverAsgi: true,
  addsSlash: ({ settings, routes }) =>
    certain(settings.appendSlash) === true && settings.uses.has('django.middleware.common.CommonMiddleware') && routes.slashed
      ? { name: 'APPEND_SLASH', route: routes.slashed, place: placeOf(settings.appendSlash) }
      : null,
  cookies: ({ settings }) => cookiesOf(settings),
  readsScheme: ({ settings }) => settings.secureProxySslHeader.from !== 'default',
  schemeHeader: ({ settings }) =>
    certain(settings.secureProxySslHeader)
      ?.name.replace(/^HTTP_/, '')
      .split('_')
      .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
      .join('-'),
  linksByScriptName: true,
  scriptNamePlace: ({ settings }) => placeOf(settings.forceScriptName),
});
