/** The Python files of one application, for what is read from their text: a view is a function that nobody calls here. */
import { dirname, type FileId, isBelow, pathOf } from '../base/file-id.ts';
import type { Application } from './application.ts';
import type { Deployment } from './deployment.ts';
import { asked, mainFile } from './frameworks/framework.ts';

/** The modules in the folder of the application, with their texts; none where no framework is recognised. */
export function* modulesOf(deployment: Deployment, { framework }: Application): Generator<readonly [FileId, string]> {
  if (!framework) return;
  const folder = asked(framework, (d) => d.folder) ?? dirname(mainFile(framework));
  for (const [file, text] of deployment.files) if (pathOf(file).endsWith('.py') && isBelow(file, folder)) yield [file, text];
}
