/** What a project says of itself, as a beginning for the questions of a new deployment. Unknown and ambiguous things are null. */
import { dirname, type FileId, isBelow, relativePath } from '../base/file-id.ts';
import { table } from '../base/table.ts';
import type { Framework } from './application.ts';
import type { Deployment } from './deployment.ts';
import type { FolderValue } from './django.ts';
import djangoFramework from './frameworks/django.ts';
import { frameworkSettings, mainFile } from './frameworks/framework.ts';
import { certain, likely } from './setting.ts';

export interface FoundDeployment {
  readonly framework: string | null;
  readonly server: string | null;
  /** the port on which the application listens today */
  readonly port: number | null;
  readonly domain: string | null;
  readonly staticRoot: string | null;
  readonly mediaRoot: string | null;
  /** `shop.wsgi:application` */
  readonly module: string | null;
  /** Django's settings module */
  readonly settings: string | null;
  /** exact paths to which passwords are sent */
  readonly loginPaths: readonly string[] | null;
  /** what starts it today */
  readonly runs: 'systemd' | 'compose' | null;
  /** the system whose nginx the project installs */
  readonly system: 'debian' | 'rhel' | null;
}

/** Absolute folders only: one that hangs from BASE_DIR is another on the server. */
const folder = (value: FolderValue | null | undefined): string | null =>
  value?.path.startsWith('/') && !value.anchored ? value.path : null;

/** The group of nginx's user tells whose package it is. */
const SYSTEMS: Readonly<Record<string, 'debian' | 'rhel'>> = table({ 'www-data': 'debian', nginx: 'rhel' });

/** What a wizard can take from the project instead of asking. */
/** Where a module makes the application that no server is told yet: `app.main:app`. Null for factories, and below folders that no server imports from. */
function moduleIn(deployment: Deployment, framework: Framework): string | null {
  const word = framework.declaration.makes?.word;
  const file = mainFile(framework);
  const name = word && new RegExp(`^(\\w+)\\s*(?::[^=\\n]*)?=\\s*(?:\\w+\\.)*${word}\\(`, 'm').exec(deployment.files.get(file) ?? '')?.[1];
  if (!name) return null;
  const folders = [...deployment.files.keys()].map((f) => dirname(f)).sort((a, b) => a.length - b.length);
  const root: FileId = folders.find((folder) => [...deployment.files.keys()].every((f) => isBelow(f, folder))) ?? dirname(file);
  const path = relativePath(file, root)
    .replace(/\.py$/, '')
    .replace(/\/__init__$/, '');
  return /^(?!src\/)[A-Za-z_]\w*(\/[A-Za-z_]\w*)*$/.test(path) ? `${path.replaceAll('/', '.')}:${name}` : null;
}

export function foundDeployment(deployment: Deployment): FoundDeployment {
  const [application] = deployment.applications;
  const framework = application?.framework ?? null;
  const project = frameworkSettings(framework, djangoFramework);
  const django = project?.settings ?? null;
  const hosts = django ? certain(django.allowedHosts) : undefined;
  const started = application ? certain(application.target) : undefined;
  const module = started ?? project?.module ?? (framework ? moduleIn(deployment, framework) : null) ?? undefined;
  const address = application?.listeners[0] ? likely(application.listeners[0].address) : undefined;
  const admin = project?.routes.admin ?? null;
  return {
    framework: framework?.declaration.form ?? null,
    server: application?.server.name ?? null,
    port: address?.kind === 'tcp' ? address.port : null,
    domain: (hosts ?? []).map((h) => h.value).find((h) => /^[a-z0-9.-]+\.[a-z]+$/i.test(h)) ?? null,
    staticRoot: folder(django ? certain(django.staticRoot) : null),
    mediaRoot: folder(django ? certain(django.mediaRoot) : null),
    module: module !== undefined && /^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/.test(module) ? module : null,
    settings: django?.module.replace(/_production$/, '') ?? null,
    runs: application?.container ? 'compose' : application?.unit ? 'systemd' : null,
    system: SYSTEMS[application?.unit?.group?.text ?? ''] ?? null,
    loginPaths: admin && !admin.regex ? [`/${admin.path.replace(/\/*$/, '')}/login/`] : null,
  };
}
