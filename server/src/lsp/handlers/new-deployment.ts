/** The wizard's server side: what the project says beforehand, the choices with their words, and the files that the answers make. */
import { foundDeployment } from '../../deploy/found.ts';
import {
  type DeploymentAnswers,
  defaultModule,
  FRAMEWORK_WORDS,
  FRAMEWORKS,
  newDeployment,
  problemsWith,
  RUN_WORDS,
  SERVER_WORDS,
  SYSTEM_WORDS,
  serversFor,
  summaryOf,
  TLS_WORDS,
} from '../../snippets/deployment.ts';
import { reads } from '../handler.ts';
import {
  type DeploymentChoice,
  type DeploymentDefaults,
  type NewDeploymentParams,
  type NewDeploymentResult,
  Requests,
} from '../protocol.ts';

export const newDeploymentHandler = reads<NewDeploymentParams, NewDeploymentResult>({
  method: Requests.newDeployment,
  early: true,
  run(_, { answers }) {
    const given = answers as DeploymentAnswers;
    const problems = problemsWith(given);
    if (problems.length) return { problems, files: [], made: '', next: [] };
    const { made, next } = summaryOf(given);
    return { problems, files: newDeployment(given), made, next: [...next] };
  },
});

const choices = (words: Readonly<Record<string, string>>): DeploymentChoice[] =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

export const deploymentDefaults = reads<null, DeploymentDefaults>({
  method: Requests.deploymentDefaults,
  takesNothing: true,
  run: ({ snapshot }) => ({
    frameworks: choices(FRAMEWORK_WORDS),
    servers: Object.fromEntries(FRAMEWORKS.map((f) => [f, serversFor(f).map((value) => ({ value, label: SERVER_WORDS[value] }))])),
    modules: Object.fromEntries(
      FRAMEWORKS.map((f) => [f, Object.fromEntries(serversFor(f).map((server) => [server, defaultModule(f, server, '{name}')]))]),
    ),
    runs: choices(RUN_WORDS),
    tls: choices(TLS_WORDS),
    systems: choices(SYSTEM_WORDS),
    found: foundDeployment(snapshot.folderDeployment),
  }),
});
