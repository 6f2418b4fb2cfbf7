import { basename, dirname, type FileId, fileId, pathOf } from '../../base/file-id.ts';
import { knownAt } from '../../catalog/changes.ts';
import { assumedFlavour } from '../../config/flavour.ts';
import { reads } from '../handler.ts';
import { Requests, type RootsParams, type RootsResult } from '../protocol.ts';

/** A file with the short name that menus show: its folder and its own name. */
export const labelled = (id: FileId): { uri: string; label: string } => ({
  uri: id,
  label: `${basename(dirname(id)) || pathOf(dirname(id))}/${basename(id)}`,
});

export const roots = reads<RootsParams, RootsResult>({
  method: Requests.roots,
  run({ snapshot }, { uri }) {
    const configs = snapshot.configsOf(fileId(uri));
    const config = configs[0] ?? snapshot.configs[0];
    const target = config?.settings;
    const fragment = configs.find((c) => c.kind === 'fragment');
    return {
      roots: configs.filter((c) => c.kind === 'root').map((c) => labelled(c.root)),
      all: snapshot.configs.filter((c) => c.kind === 'root').map((c) => labelled(c.root)),
      context: fragment?.contexts[0] ?? null,
      readAs: fragment?.tree.standIn?.readAs ?? null,
      template: configs[0]?.files.get(fileId(uri))?.template ?? null,
      nginxVersion: target?.target.nginx.text ?? '',
      versionFrom: target?.versionFrom ?? 'default',
      flavour: config ? assumedFlavour(config) : null,
      knows: knownAt(Date.now()),
    };
  },
});
