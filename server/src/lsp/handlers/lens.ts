/** Code lenses. Their commands are the client's own; an editor without them shows the titles. */
import type { CodeLens, CodeLensParams } from 'vscode-languageserver';
import { type LensKind, lenses } from '../../features/lens.ts';
import { toRange } from '../convert/encoding.ts';
import { toLocations } from '../convert/to.ts';
import { reads, subjectOf } from '../handler.ts';
import { Commands } from '../protocol.ts';

export const lensHandler = reads<CodeLensParams, CodeLens[]>({
  method: 'textDocument/codeLens',
  capability: { codeLensProvider: { resolveProvider: false } },
  run({ snapshot, session, encoding }, { textDocument }) {
    const t = subjectOf(snapshot, textDocument.uri);
    if (!t) return [];
    const { settings } = session;
    const enabled = (kind: LensKind): boolean =>
      kind === 'preview' ? settings['codeLens.preview'] !== 'off' : settings[`codeLens.${kind}`];
    return lenses(t.configs, t.file, enabled, settings['codeLens.preview']).map((lens) => {
      const range = toRange(t.file, lens.span, encoding);
      const places = toLocations(lens.places, (id) => snapshot.file(id), encoding);
      const command =
        lens.kind === 'preview'
          ? { title: lens.title, command: Commands.previewRequestPath, arguments: [t.file.id, range.start] }
          : { title: lens.title, command: Commands.showReferences, arguments: [t.file.id, range.start, places] };
      return { range, command };
    });
  },
});
