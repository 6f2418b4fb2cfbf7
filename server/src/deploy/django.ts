/** Django's settings as the text of the settings modules gives them, with Django's defaults (django/conf/global_settings.py of 3.2 to 5.2). */
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { ModuleValues, PythonProject } from './python.ts';
import {
  asEntries,
  asFlag,
  asNumberOrNull,
  asText,
  asTextOrNull,
  type Entry,
  type PyValue,
  type Reader,
  settingOf,
  someEntries,
} from './python-value.ts';
import { byDefault, type Setting, unknownSetting } from './setting.ts';

/** A folder of the file system; `anchored` when it begins with the place of the project, which may lie elsewhere where it runs. */
export interface FolderValue {
  readonly path: string;
  readonly anchored: boolean;
}

export interface DjangoSettings {
  readonly file: FileId;
  readonly module: string;
  readonly debug: Setting<boolean>;
  readonly allowedHosts: Setting<readonly Entry[]>;
  readonly secureProxySslHeader: Setting<{ readonly name: string; readonly value: string } | null>;
  readonly useXForwardedHost: Setting<boolean>;
  readonly useXForwardedPort: Setting<boolean>;
  readonly secureSslRedirect: Setting<boolean>;
  readonly secureSslHost: Setting<string | null>;
  readonly secureRedirectExempt: Setting<readonly Entry[]>;
  readonly csrfTrustedOrigins: Setting<readonly Entry[]>;
  readonly csrfCookieDomain: Setting<string | null>;
  readonly csrfCookiePath: Setting<string | null>;
  readonly sessionCookieDomain: Setting<string | null>;
  readonly sessionCookiePath: Setting<string | null>;
  readonly frameOptions: Setting<string>;
  readonly staticUrl: Setting<string | null>;
  readonly staticRoot: Setting<FolderValue | null>;
  readonly mediaUrl: Setting<string>;
  readonly mediaRoot: Setting<FolderValue | null>;
  readonly forceScriptName: Setting<string | null>;
  readonly dataUploadMaxMemorySize: Setting<number | null>;
  readonly sessionCookieSecure: Setting<boolean>;
  readonly csrfCookieSecure: Setting<boolean>;
  /** SECRET_KEY is the one that startproject made up, and is in the text; the key itself is not kept */
  readonly generatedKey: Setting<boolean>;
  readonly hstsSeconds: Setting<number | null>;
  readonly appendSlash: Setting<boolean>;
  readonly middleware: Setting<readonly Entry[]>;
  readonly installedApps: Setting<readonly Entry[]>;
  readonly rootUrlconf: Setting<string | null>;
  /** Entries of MIDDLEWARE and INSTALLED_APPS that are certain, whatever else the lists hold. */
  readonly uses: ReadonlySet<string>;
  /** Where a new setting may be added: the end of the file that is named by DJANGO_SETTINGS_MODULE. */
  readonly end: Place;
}

const asFolder: Reader<FolderValue | null> = (v) =>
  v.kind === 'none' || (v.kind === 'string' && v.value === '')
    ? null
    : v.kind === 'string'
      ? { path: v.value, anchored: v.anchored ?? false }
      : undefined;

const asHeader: Reader<{ name: string; value: string } | null> = (v) => {
  if (v.kind === 'none') return null;
  if (v.kind !== 'list' || v.items.length !== 2 || v.open) return undefined;
  const [name, value] = v.items;
  return name?.kind === 'string' && value?.kind === 'string' ? { name: name.value, value: value.value } : undefined;
};

/** Django's settings of a module's values. A setting that the text does not decide is unknown, with the reason. */
export function djangoSettings(values: ModuleValues, module: string): DjangoSettings {
  const get = <T>(name: string, read: Reader<T>, standard: T): Setting<T> => {
    const value: PyValue | undefined = values.names.get(name);
    if (!value && values.open) return unknownSetting(values.open, { file: values.file, span: { start: 0, end: 0 } });
    return settingOf(value, read, standard);
  };
  const lists = ['MIDDLEWARE', 'INSTALLED_APPS', 'MIDDLEWARE_CLASSES'].map((n) => values.names.get(n));
  const end = values.text.length;
  return {
    file: values.file,
    module,
    debug: get('DEBUG', asFlag, false),
    allowedHosts: get('ALLOWED_HOSTS', asEntries, []),
    secureProxySslHeader: get('SECURE_PROXY_SSL_HEADER', asHeader, null),
    useXForwardedHost: get('USE_X_FORWARDED_HOST', asFlag, false),
    useXForwardedPort: get('USE_X_FORWARDED_PORT', asFlag, false),
    secureSslRedirect: get('SECURE_SSL_REDIRECT', asFlag, false),
    secureSslHost: get('SECURE_SSL_HOST', asTextOrNull, null),
    secureRedirectExempt: get('SECURE_REDIRECT_EXEMPT', asEntries, []),
    csrfTrustedOrigins: get('CSRF_TRUSTED_ORIGINS', asEntries, []),
    csrfCookieDomain: get('CSRF_COOKIE_DOMAIN', asTextOrNull, null),
    csrfCookiePath: get('CSRF_COOKIE_PATH', asTextOrNull, '/'),
    sessionCookieDomain: get('SESSION_COOKIE_DOMAIN', asTextOrNull, null),
    sessionCookiePath: get('SESSION_COOKIE_PATH', asTextOrNull, '/'),
    frameOptions: get('X_FRAME_OPTIONS', asText, 'DENY'),
    staticUrl: get('STATIC_URL', asTextOrNull, null),
    staticRoot: get('STATIC_ROOT', asFolder, null),
    mediaUrl: get('MEDIA_URL', asText, ''),
    mediaRoot: get('MEDIA_ROOT', asFolder, null),
    forceScriptName: get('FORCE_SCRIPT_NAME', asTextOrNull, null),
    dataUploadMaxMemorySize: get('DATA_UPLOAD_MAX_MEMORY_SIZE', asNumberOrNull, 2621440),
    sessionCookieSecure: get('SESSION_COOKIE_SECURE', asFlag, false),
    csrfCookieSecure: get('CSRF_COOKIE_SECURE', asFlag, false),
    generatedKey: get('SECRET_KEY', (v) => (v.kind === 'string' ? v.value.startsWith('django-insecure-') : undefined), false),
    hstsSeconds: get('SECURE_HSTS_SECONDS', asNumberOrNull, 0),
    appendSlash: get('APPEND_SLASH', asFlag, true),
    middleware: get('MIDDLEWARE', asEntries, []),
    installedApps: get('INSTALLED_APPS', asEntries, []),
    rootUrlconf: get('ROOT_URLCONF', asTextOrNull, null),
    uses: new Set(lists.flatMap((l) => (l ? someEntries(l).map((e) => e.value) : []))),
    end: { file: values.file, span: { start: end, end } },
  };
}

/** The settings module that a file names by `os.environ.setdefault('DJANGO_SETTINGS_MODULE', …)`. */
export function settingsModuleNamed(values: ModuleValues): { readonly module: string; readonly place: Place } | null {
  for (const call of values.calls) {
    const [name, module] = call.args.map((a) => a.value);
    if (call.callee !== 'os.environ.setdefault' || name?.kind !== 'string' || name.value !== 'DJANGO_SETTINGS_MODULE') continue;
    if (module?.kind === 'string') return { module: module.value, place: module.inner ?? module.at };
  }
  const stored = values.stores.find((s) => s.path === 'os.environ[DJANGO_SETTINGS_MODULE]')?.value;
  return stored?.kind === 'string' ? { module: stored.value, place: stored.inner ?? stored.at } : null;
}

export interface Route {
  /** As it is written, without a leading slash; a regular expression when `regex`. */
  readonly path: string;
  readonly regex: boolean;
  readonly place: Place;
}

export interface DjangoRoutes {
  /** Where the admin site is mounted. */
  readonly admin: Route | null;
  readonly webSockets: readonly Route[];
  /** routes whose view sends files from a folder, whatever DEBUG is (django.views.static.serve) */
  readonly files: readonly Route[];
  /** a route of ROOT_URLCONF for a view that ends in a slash; null where none is seen */
  readonly slashed: Route | null;
  /** all that ROOT_URLCONF takes, by what each begins with; null where there may be more, or something else answers first */
  readonly all: readonly Route[] | null;
}

/** Routes that matter to a proxy: the admin site of ROOT_URLCONF, and WebSocket routes of Channels in the given modules. */
export function djangoRoutes(project: PythonProject, settings: DjangoSettings, asgi: FileId | null): DjangoRoutes {
  const urls =
    settings.rootUrlconf.from === 'text' && settings.rootUrlconf.value
      ? project.moduleFile(settings.rootUrlconf.value, settings.file)
      : null;
  let admin: Route | null = null;
  for (const call of urls ? project.module(urls).calls : []) {
    const [path, view] = call.args.map((a) => a.value);
    const route = routeOf(call.callee, path);
    if (route && view?.kind === 'symbol' && /(^|\.)admin\.site\.urls$|\.urls$/.test(view.name) && /admin/.test(view.name)) admin ??= route;
  }
  let slashed: Route | null = null;
  const webSockets: Route[] = [];
  const files: Route[] = [];
  for (const call of urls ? project.module(urls).calls : []) {
    const [path, view] = call.args.map((a) => a.value);
    const route = routeOf(call.callee, path);
    if (route && view?.kind === 'symbol' && /(^|\.)serve$/.test(view.name)) files.push(route);
    const isView = view?.kind === 'symbol' || (view?.kind === 'object' && /\.as_view$/.test(view.callee));
    if (route && !route.regex && isView && /^[\w/-]+\/$/.test(route.path)) slashed ??= route;
  }
  const seen = new Set<FileId>();
  const visit = (file: FileId): void => {
    if (seen.has(file) || seen.size > 20) return;
    seen.add(file);
    const values = project.module(file);
    if (/websocket/i.test(values.text)) {
      for (const call of values.calls) {
        const route = routeOf(call.callee, call.args[0]?.value);
        const consumer = call.args[1]?.value;
        const isConsumer =
          consumer?.kind === 'object'
            ? /as_asgi$/.test(consumer.callee)
            : consumer?.kind === 'symbol' && /as_asgi|Consumer/.test(consumer.name);
        if (route && isConsumer && !webSockets.some((w) => w.path === route.path)) webSockets.push(route);
      }
    }
    for (const imported of values.imported) visit(imported);
    for (const s of values.tree.body)
      if (s.kind === 'import') for (const n of s.names) visitModule(n.module, file);
      else if (s.kind === 'from' && s.level === 0 && s.names !== '*') for (const n of s.names) visitModule(`${s.module}.${n.name}`, file);
  };
  const visitModule = (dotted: string, near: FileId): void => {
    const file = /routing|consumers|websocket/.test(dotted) ? project.moduleFile(dotted, near) : null;
    if (file) visit(file);
  };
  if (asgi) visit(asgi);
  return { admin, webSockets, files, slashed, all: urls && isPlain(settings) ? allRoutes(project, urls, 0) : null };
}

/** Whether no middleware of the project's own may answer, or change the path, before the routes are looked at. */
const isPlain = ({ middleware, forceScriptName }: DjangoSettings): boolean =>
  forceScriptName.from === 'default' &&
  middleware.from !== 'unknown' &&
  middleware.value.every((m) => /^(?:django\.(?!contrib\.(?:flatpages|redirects))|whitenoise\.|corsheaders\.|allauth\.)/.test(m.value));

/** All that the patterns of a module take, those of modules that it includes without a prefix too; null where the text does not say it all. */
function allRoutes(project: PythonProject, urls: FileId, depth: number): readonly Route[] | null {
  const values = project.module(urls);
  const list = values.names.get('urlpatterns');
  if (values.open !== null || list?.kind !== 'list' || list.open !== null || depth > 3) return null;
  const out: Route[] = [];
  for (const item of list.items) {
    if (item.kind !== 'object') return null;
    const [path, view] = item.args.map((a) => a.value);
    const route = routeOf(item.callee, path);
    // a pattern that begins with a value or an alternative takes whatever comes
    if (!route || /^[<([.\\?*]/.test(route.path)) return null;
    const included = view?.kind === 'object' && /(^|\.)include$/.test(view.callee) ? view.args[0]?.value : undefined;
    if (route.path !== '' || included === undefined) {
      if (route.regex && route.path === '') return null;
      out.push(route);
      continue;
    }
    const file = included.kind === 'string' ? project.moduleFile(included.value, urls) : null;
    const inner = file ? allRoutes(project, file, depth + 1) : null;
    if (!inner) return null;
    out.push(...inner);
  }
  return out.length ? out : null;
}

function routeOf(callee: string, path: PyValue | undefined): Route | null {
  const m = /(?:^|\.)(path|re_path|url)$/.exec(callee);
  return m && path?.kind === 'string'
    ? { path: path.value.replace(/^\^/, '').replace(/^\//, ''), regex: m[1] !== 'path', place: path.inner ?? path.at }
    : null;
}

/** Static files that the application itself serves outside of DEBUG. */
export function servesStatic(settings: DjangoSettings, wsgi: ModuleValues | null): Setting<'whitenoise' | 'nobody'> {
  if ([...settings.uses].some((u) => /^(whitenoise|servestatic)\.middleware/.test(u))) return byDefault('whitenoise');
  if (wsgi?.calls.some((c) => /(WhiteNoise|ServeStatic|ServeStaticASGI|Cling)$/.test(c.callee))) return byDefault('whitenoise');
  if (settings.middleware.from === 'unknown') return unknownSetting(settings.middleware.why, settings.middleware.place);
  return byDefault('nobody');
}
