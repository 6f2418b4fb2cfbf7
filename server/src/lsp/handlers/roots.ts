import { basename, dirname, fileId, pathOf } from '../../base/file-id.ts';
import { knownAt } from '../../catalog/changes.ts';
import { relativeName } from '../../catalog/flavours.ts';
import type { Config } from '../../config/config.ts';
import { assumedFlavour } from '../../config/flavour.ts';
import { reads } from '../handler.ts';
import { Requests, type RootsParams, type RootsResult, type RootView } from '../protocol.ts';

/** A main file with the short name that menus show: its folder and its own name, and of several services that start it, which. */
export function labelled({ root, tree }: Config, all: readonly Config[]): RootView {
  const service = all.filter((c) => c.root === root).length > 1 ? (tree.startedBy?.label ?? null) : null;
  const label = `${basename(dirname(root)) || pathOf(dirname(root))}/${basename(root)}`;
  return { uri: root, label: service === null ? label : `${label} (${service})`, service };
}

export const roots = reads<RootsParams, RootsResult>({
  method: Requests.roots,
  run({ snapshot }, { uri }) {
    const configs = snapshot.configsOf(fileId(uri));
    const config = configs[0] ?? snapshot.configs[0];
    const target = config?.settings;
    const main = (list: readonly Config[]): RootView[] => list.filter((c) => c.kind === 'root').map((c) => labelled(c, snapshot.configs));
    const services = [...new Set(configs.flatMap((c) => c.tree.startedBy?.label ?? []))];
    const fragment = configs.find((c) => c.kind === 'fragment');
    return {
      roots: main(configs),
      all: main(snapshot.configs),
      services: services.length > 1 ? services : [],
      context: fragment?.contexts[0] ?? null,
      readAs: fragment?.tree.standIn?.readAs ?? null,
      template: configs[0]?.files.get(fileId(uri))?.template ?? null,
      product: target ? relativeName(target.target.flavour) : null,
      nginxVersion: target?.target.nginx.text ?? '',
      versionFrom: target?.versionFrom ?? 'default',
      flavour: config ? assumedFlavour(config) : null,
      knows: knownAt(Date.now()),
    };
  },
});
