/** One application server with one framework behind nginx, in several variants: what the view says of each request against what the application reports. */
import assert from 'node:assert/strict';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import type { Seen } from '../../server/src/deploy/seen.ts';
import { type AppView, applicationView } from '../../server/src/deploy/view.ts';
import { loadedPython } from '../deploy/fixture.ts';
import { type Deployed, type DeployOptions, deploy, installed } from './real.ts';

/** What the applications of projects.ts answer. */
interface Report {
  readonly scheme: string;
  readonly secure: boolean;
  readonly host: string | null;
  readonly address: string;
  readonly path: string;
  readonly pathInfo: string;
  readonly scriptName: string;
  readonly reason?: string;
}

export type Ask = Parameters<Deployed['ask']>[1];

export interface Stage extends DeployOptions {
  readonly name: string;
  readonly asks: readonly Ask[];
  /** the package that has to be this new */
  readonly since?: readonly [name: string, version: string];
  /** what the text cannot decide here, and why that is right */
  readonly unknown?: readonly (keyof AppView)[];
}

/** Starts the stage, asks all that it says and compares the view with what the application reports; returns how many requests were compared. */
export async function compareView(stage: Stage): Promise<number> {
  let compared = 0;
  const deployed = await deploy(stage);
  try {
    const python = await loadedPython();
    const deployment = readDeployment(deployed.files, python, { versions: installed()! });
    assert.equal(deployment.applications.length, 1, 'one application is read');
    const application = deployment.applications[0]!;
    const wrong: string[] = [];
    for (const [variant] of stage.variants.entries()) {
      for (const ask of stage.asks) {
        const answer = await deployed.ask(variant, ask);
        if (!answer.upstream) continue;
        const view = applicationView(application, answer.upstream, { address: '127.0.0.1', scheme: 'http', host: 'shop.example.com' });
        for (const problem of differences(view, answer.status, answer.body, stage.unknown ?? []))
          wrong.push(
            `variant ${variant}, ${JSON.stringify(ask)}: ${problem}\n  sent ${JSON.stringify(answer.upstream.params ?? answer.upstream.headers)}`,
          );
        compared++;
      }
    }
    assert.equal(wrong.length, 0, `${wrong.length} differences\n${wrong.slice(0, 12).join('\n')}\n${deployed.log().slice(-1500)}`);
    return compared;
  } finally {
    await deployed.stop();
  }
}

/** Where the view and the application's own report part ways. */
function differences(view: AppView, status: number, body: string, unknown: readonly (keyof AppView)[]): string[] {
  if (view.refused)
    return view.refused.status === status
      ? []
      : [`refused with ${view.refused.status} (${view.refused.why}), really ${status} ${body.slice(0, 100)}`];
  let report: Report;
  try {
    report = JSON.parse(body) as Report;
  } catch {
    // Starlette's own URL object fails, and the view says so
    if (status === 500 && !view.path.known && view.scheme.known) return [];
    return [`answers ${status} ${body.slice(0, 200)}, and the view refuses nothing`];
  }
  const problems: string[] = [];
  for (const key of ['scheme', 'secure', 'host', 'address', 'path', 'pathInfo', 'scriptName'] as const) {
    const s: Seen<string | boolean> = view[key];
    if (!s.known) {
      const broken = key === 'path' && view.scheme.known && view.scheme.value.includes(',');
      if (!unknown.includes(key) && !broken) problems.push(`${key} is unknown (${s.why}), really ${report[key]}`);
    } else if (s.value !== report[key] && !(key === 'host' && report.host === null))
      problems.push(`${key} is ${s.value} (${s.why}), really ${report[key]}`);
  }
  if (view.framework === 'Django' && view.hostAllowed.known && view.hostAllowed.value !== (report.host !== null))
    problems.push(`hostAllowed is ${view.hostAllowed.value}`);
  if (report.reason !== undefined || view.csrf.known) {
    const really =
      report.reason === undefined ? 'not checked' : /^(Origin|Referer) checking failed/.test(report.reason) ? 'refused' : 'passes';
    if (view.framework === 'Django' && surelyCsrf(view) !== really)
      problems.push(`csrf is ${surelyCsrf(view)} (${view.csrf.why}), really ${really}: ${report.reason}`);
  }
  return problems;
}

const surelyCsrf = (view: AppView): string => (view.csrf.known ? view.csrf.value : 'unknown');
