/** completion and completionItem/resolve. Folders that a path needs are listed between two runs of the same pure function. */
import {
  type CompletionItem,
  CompletionItemKind,
  CompletionItemTag,
  type CompletionList,
  type CompletionParams,
  InsertTextFormat,
  LSPErrorCodes,
  MarkupKind,
  ResponseError,
} from 'vscode-languageserver';
import { basename, type FileId, fileId } from '../../base/file-id.ts';
import { SETTINGS_NAMES } from '../../config/settings-file.ts';
import type { ItemKind, Subject } from '../../features/completion/item.ts';
import { WantedFolders } from '../../features/completion/paths.ts';
import { type Completion, completion, type Item } from '../../features/completion.ts';
import { describe } from '../../features/describe.ts';
import { settingsCompletion } from '../../features/settings-completion.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { toOffset, toRange } from '../convert/encoding.ts';
import { reads, readsDisk, targetAt } from '../handler.ts';
import type { Session } from '../session.ts';

const KIND: Readonly<Record<ItemKind, CompletionItemKind>> = {
  directive: CompletionItemKind.Property,
  block: CompletionItemKind.Module,
  variable: CompletionItemKind.Variable,
  value: CompletionItemKind.Value,
  parameter: CompletionItemKind.Field,
  unit: CompletionItemKind.Unit,
  name: CompletionItemKind.Reference,
  file: CompletionItemKind.File,
  folder: CompletionItemKind.Folder,
  snippet: CompletionItemKind.Snippet,
  keyword: CompletionItemKind.Keyword,
  status: CompletionItemKind.Constant,
  header: CompletionItemKind.Constant,
};

interface Data {
  readonly uri: string;
  readonly subject: Subject;
}

/** How far a listing goes before what is known is shown, in milliseconds. */
const PATIENCE = 400;

async function listed(workspace: Workspace, folders: WantedFolders): Promise<boolean> {
  const wanted = [...folders.wanted];
  if (!wanted.length) return false;
  const late = new Promise<void>((done) => {
    setTimeout(done, PATIENCE);
  });
  const read = Promise.all(wanted.map(async (folder: FileId) => folders.put(folder, await workspace.list(folder))));
  await Promise.race([read, late]);
  return true;
}

export const completionHandler = readsDisk<CompletionParams, CompletionList | null>({
  method: 'textDocument/completion',
  capability: { completionProvider: { triggerCharacters: ['$', '/', '=', ':', '@', '"', "'", ' ', '{', '!'], resolveProvider: true } },
  async run({ workspace, session, encoding, cancel }, { textDocument, position }) {
    const file = fileId(textDocument.uri);
    if (SETTINGS_NAMES.includes(basename(file))) {
      const source = workspace.snapshot().text(file);
      const found = source && settingsCompletion(source.text, toOffset(source, position, encoding), session.rules);
      return found ? toList(found, (span) => toRange(source, span, encoding), textDocument.uri, session) : null;
    }
    const folders = new WantedFolders();
    const once = (): { found: Completion; convert: (list: Completion) => CompletionList } | null => {
      const t = targetAt(workspace.snapshot(), textDocument.uri, position, encoding);
      if (!t) return null;
      const found = completion(t.configs, t.file, t.offset, {
        folders,
        rules: session.rules,
        wholeFiles: !session.client.reopens,
      });
      if (!found) return null;
      return { found, convert: (list) => toList(list, (span) => toRange(t.file, span, encoding), textDocument.uri, session) };
    };
    let answer = once();
    const asked = workspace.snapshot().text(file)?.text;
    if (await listed(workspace, folders)) {
      if (cancel.cancelled) return null;
      if (workspace.snapshot().text(file)?.text !== asked) throw new ResponseError(LSPErrorCodes.ContentModified, 'the text changed');
      answer = once();
    }
    return answer?.convert(answer.found) ?? null;
  },
});

type Place = (span: Completion['span']) => ReturnType<typeof toRange>;

function toList({ items, span }: Completion, place: Place, uri: string, session: Session): CompletionList {
  const range = place(span);
  const { snippets, completionDefaults, reopens } = session.client;
  const list: CompletionItem[] = items.map((item, i) => toItem(item, i, uri, snippets, reopens, place));
  if (completionDefaults) return { isIncomplete: false, itemDefaults: { editRange: range }, items: list };
  return {
    isIncomplete: false,
    items: list.map(({ textEditText, ...item }) => ({ ...item, textEdit: { range, newText: textEditText ?? item.label } })),
  };
}

function toItem(item: Item, index: number, uri: string, snippets: boolean, reopens: boolean, place: Place): CompletionItem {
  const asSnippet = item.snippet === true && snippets;
  const text = asSnippet ? item.insert! : item.snippet ? (item.plain ?? item.label) : (item.plain ?? item.insert ?? item.label);
  return {
    label: item.label,
    kind: KIND[item.kind],
    sortText: String(index).padStart(5, '0'),
    ...(item.detail ? { detail: item.detail } : {}),
    ...(text === item.label ? {} : { textEditText: text }),
    ...(asSnippet ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
    ...(item.more ? { additionalTextEdits: item.more.map((e) => ({ range: place(e.span), newText: e.newText })) } : {}),
    ...(item.filter ? { filterText: item.filter } : {}),
    ...(item.deprecated ? { tags: [CompletionItemTag.Deprecated] } : {}),
    ...(item.preselect ? { preselect: true } : {}),
    ...(item.subject ? { data: { uri, subject: item.subject } satisfies Data } : {}),
    ...(item.again && reopens ? { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } } : {}),
  };
}

export const completionResolve = reads<CompletionItem, CompletionItem>({
  method: 'completionItem/resolve',
  early: true,
  run({ snapshot }, item) {
    const data = item.data as Data | undefined;
    const config = data && (snapshot.configsOf(fileId(data.uri))[0] ?? snapshot.configs[0]);
    if (!data || !config) return item;
    const text = describe(data.subject, config.catalog, config.settings.target);
    return text ? { ...item, documentation: { kind: MarkupKind.Markdown, value: text } } : item;
  },
});
