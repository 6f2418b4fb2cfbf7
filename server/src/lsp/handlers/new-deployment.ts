/** The wizard's server side: what the workspace tells beforehand, and the files that the answers make. */
import { foundDeployment } from '../../deploy/found.ts';
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
  run: ({ snapshot }) => ({
    frameworks: [...FRAMEWORKS],
    servers: Object.fromEntries(FRAMEWORKS.map((f) => [f, [...serversFor(f)]])),
    found: foundDeployment(snapshot.deployment),
  }),
});
