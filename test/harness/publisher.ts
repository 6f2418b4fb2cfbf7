/** The part of the language server that publishes findings, without a client: as a test or the bench wants to hear of them. */
import { Publisher } from '../../server/src/lsp/publish.ts';

type Options = ConstructorParameters<typeof Publisher>[0];

/** A publisher that lints while typing and speaks of the whole project to nobody; `over` says what is other. */
export const publisherOf = ({ workspace, rules, ...over }: Pick<Options, 'workspace' | 'rules'> & Partial<Options>): Publisher =>
  new Publisher({
    connection: { sendDiagnostics: async () => {} } as never,
    workspace,
    rules,
    encoding: () => 'utf-16',
    push: () => true,
    lintRun: () => 'onType',
    lintFiles: () => 'project',
    docs: null,
    log: (line) => console.error(line),
    ...over,
  });
