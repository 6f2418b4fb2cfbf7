/** The wizard's server side: what the workspace tells beforehand, and the files that the answers make. */
import type { Application } from '../../deploy/application.ts';
import type { FolderValue } from '../../deploy/django.ts';
import { certain, likely } from '../../deploy/setting.ts';
import { type DeploymentAnswers, FRAMEWORKS, newDeployment, problemsWith, serversFor } from '../../snippets/deployment.ts';
import { reads } from '../handler.ts';
import { type DeploymentDefaults, type NewDeploymentParams, type NewDeploymentResult, Requests } from '../protocol.ts';

/** The wizard's name of the server that an application runs under: over TCP gunicorn has one of its own. */
const serverOf = ({ server, listeners }: Application): string => {
  const address = listeners[0] ? likely(listeners[0].address) : undefined;
  return server.name === 'gunicorn' && address?.kind === 'tcp' ? 'gunicorn-tcp' : server.name;
};

export const newDeploymentHandler = reads<NewDeploymentParams, NewDeploymentResult>({
  method: Requests.newDeployment,
  early: true,
  run(_, { answers }) {
    const given = answers as DeploymentAnswers;
    const problems = problemsWith(given);
    return { problems, files: problems.length ? [] : newDeployment(given) };
  },
});

export const deploymentDefaults = reads<null, DeploymentDefaults>({
  method: Requests.deploymentDefaults,
  run({ snapshot }) {
    const [application] = snapshot.deployment.applications;
    const framework = application?.framework ?? null;
    const django = framework?.kind === 'django' ? framework.settings : null;
    const hosts = django ? certain(django.allowedHosts) : undefined;
    const folder = (value: FolderValue | null | undefined): string | null =>
      value?.path.startsWith('/') && !value.anchored ? value.path : null;
    const module = application ? certain(application.target) : undefined;
    return {
      frameworks: [...FRAMEWORKS],
      servers: Object.fromEntries(FRAMEWORKS.map((f) => [f, [...serversFor(f)]])),
      found: {
        framework: framework ? (framework.kind === 'starlette' ? 'fastapi' : framework.kind) : null,
        server: application ? serverOf(application) : null,
        domain: (hosts ?? []).map((h) => h.value).find((h) => /^[a-z0-9.-]+\.[a-z]+$/i.test(h)) ?? null,
        staticRoot: folder(django ? certain(django.staticRoot) : null),
        mediaRoot: folder(django ? certain(django.mediaRoot) : null),
        module: module !== undefined && /^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/.test(module) ? module : null,
      },
    };
  },
});
