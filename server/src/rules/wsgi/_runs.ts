/** What runs nginx with a configuration: the containers of services, else the images that no service builds and into which its files are copied. */
import { dirname, isBelow, resolve } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import type { DockerStage } from '../../deploy/dockerfile.ts';
import { nginxesOf } from './_links.ts';

export interface Runs {
  /** null for an image that no service builds */
  readonly service: ComposeService | null;
  /** the stage that is built; null where none is, or its Dockerfile is not one of the project's */
  readonly stage: DockerStage | null;
  /** the name of the image, that of the one at its bottom where it is built; empty where nothing says it */
  readonly image: string;
  readonly place: Place;
}

const isOfNginxFiles = (target: string): boolean => /^\/(?:etc\/nginx|usr\/local\/openresty\/nginx\/conf)(?:\/|$)/.test(target);

/** Images that no service builds, into which the files of this configuration are copied. */
function* imagesOf(config: Config, deployment: Deployment): Generator<Runs> {
  for (const { file, stage } of deployment.images) {
    const from = stage.copies.flatMap((c) =>
      c.from === null && isOfNginxFiles(c.target) ? c.sources.map((s) => resolve(dirname(file), s)) : [],
    );
    if ([...config.files.keys()].some((f) => from.some((source) => isBelow(f, source))))
      yield { service: null, stage, image: stage.base.text, place: stage.place };
  }
}

/** What runs nginx with a configuration. */
export function runsOf(config: Config, deployment: Deployment): readonly Runs[] {
  const services = nginxesOf(config, deployment).map((service): Runs => {
    const stage = deployment.stages.get(service) ?? null;
    // the variables of an image's name are filled in where they are known; a manifest has none
    const named = service.imageName ?? service.image?.text;
    return { service, stage, image: (service.builds ? stage?.base.text : named) ?? '', place: service.place };
  });
  return services.length ? services : [...imagesOf(config, deployment)];
}
