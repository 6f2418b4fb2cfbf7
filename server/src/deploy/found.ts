/** What a project says of itself, as a beginning for the questions of a new deployment. Unknown and ambiguous things are null. */
import { table } from '../base/table.ts';
import type { Deployment } from './deployment.ts';
import type { FolderValue } from './django.ts';
import djangoFramework from './frameworks/django.ts';
import { frameworkSettings } from './frameworks/framework.ts';
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
export function foundDeployment(deployment: Deployment): FoundDeployment {
  const [application] = deployment.applications;
  const framework = application?.framework ?? null;
  const project = frameworkSettings(framework, djangoFramework);
  const django = project?.settings ?? null;
  const hosts = django ? certain(django.allowedHosts) : undefined;
  const module = application ? certain(application.target) : undefined;
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
