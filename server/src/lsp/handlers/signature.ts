import { MarkupKind, type SignatureHelp, type SignatureHelpParams } from 'vscode-languageserver';
import { signatureHelp } from '../../features/signature.ts';
import { reads, targetAt } from '../handler.ts';

const markdown = (value: string): { kind: typeof MarkupKind.Markdown; value: string } => ({ kind: MarkupKind.Markdown, value });

export const signatureHandler = reads<SignatureHelpParams, SignatureHelp | null>({
  method: 'textDocument/signatureHelp',
  capability: { signatureHelpProvider: { triggerCharacters: [' '], retriggerCharacters: ['=', ':'] } },
  run({ snapshot, encoding }, { textDocument, position }) {
    const t = targetAt(snapshot, textDocument.uri, position, encoding);
    const found = t && signatureHelp(t.configs, t.file, t.offset);
    if (!found) return null;
    return {
      activeSignature: found.active,
      ...(found.parameter === null ? {} : { activeParameter: found.parameter }),
      signatures: found.signatures.map((s) => ({
        label: s.label,
        ...(s.about ? { documentation: markdown(s.about) } : {}),
        parameters: s.parameters.map((p) => ({ label: [p.start, p.end], ...(p.about ? { documentation: markdown(p.about) } : {}) })),
      })),
    };
  },
});
