/** Files that a shell may read before nginx does. */
import { pathOf } from '../base/file-id.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { TEMPLATE_ENDING } from '../syntax/template/engines.ts';

/** Templates that nginx's image writes out with envsubst, which leaves a backslash. */
const OF_THE_IMAGE = /(?:^|\/)templates\/.*\.template$/;

/** Whether a file is a template that may go through a here-document of a shell, which takes away the backslash before a dollar sign. */
export function mayPassShell(file: SourceFile): boolean {
  const path = pathOf(file.id);
  return TEMPLATE_ENDING.test(path) && !OF_THE_IMAGE.test(path);
}
