/** The wizard's server side: what the workspace tells beforehand, and the files that the answers make. */
import { certain } from '../../deploy/setting.ts';
import { type DeploymentAnswers, FRAMEWORKS, newDeployment, problemsWith, serversFor } from '../../snippets/deployment.ts';
import { reads } from '../handler.ts';
import { type DeploymentDefaults, type NewDeploymentParams, type NewDeploymentResult, Requests } from '../protocol.ts';

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
    const text = (value: unknown): string | null => (typeof value === 'string' && value.startsWith('/') ? value : null);
    return {
      frameworks: [...FRAMEWORKS],
      servers: Object.fromEntries(FRAMEWORKS.map((f) => [f, [...serversFor(f)]])),
      found: {
        framework: framework ? (framework.kind === 'starlette' ? 'fastapi' : framework.kind) : null,
        server: application ? application.side.server : null,
        domain: (Array.isArray(hosts) ? hosts : []).map(String).find((h) => /^[a-z0-9.-]+\.[a-z]+$/i.test(h)) ?? null,
        staticRoot: django ? text(certain(django.staticRoot)) : null,
        mediaRoot: django ? text(certain(django.mediaRoot)) : null,
        module: null,
      },
    };
  },
});
