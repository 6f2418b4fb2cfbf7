/** Fixes on either side: a line for the application's request in nginx's file, a setting in a Python file. */
import type { TextEdit } from '../../base/edit.ts';
import type { FileId } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import type { Directive } from '../../config/directive.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import type { Setting } from '../../deploy/setting.ts';
import { addToList, type Fix, fixOf, insertAfter, isOfThePackage, outside, replace } from '../fix.ts';
import { type Shared, sharedList } from '../shared.ts';
import type { Side } from './_links.ts';

const paramOf = (header: string): string => `HTTP_${header.toUpperCase().replaceAll('-', '_')}`;

/** Sets a request header (or its param) in the scope of the pass directive: changes the line that is there, else adds one with what was inherited. */
export function sendHeader(side: Side, header: string, value: string, title: string, safety: Fix['safety']): Fix {
  const { target } = side;
  const pass = outside(side.pass);
  const proxy = target.kind === 'proxy';
  const directive = proxy ? 'proxy_set_header' : `${target.kind}_param`;
  const name = proxy ? header : paramOf(header);
  const lines = pass.scope.effective(directive).directives;
  const same = lines.findLast((d) => (proxy ? d.value(0).toLowerCase() === name.toLowerCase() : d.value(0) === name));
  if (same) {
    const last = same.args.at(-1)!;
    return { title, safety, edits: [{ file: same.file.id, edits: [{ span: { start: last.start, end: last.end }, newText: value }] }] };
  }
  const added = `${directive} ${name} ${value};`;
  const nearest = lines[0];
  const elsewhere = nearest && !isOfThePackage(nearest.file.id) && (nearest.scope !== pass.scope || nearest.file.id !== pass.file.id);
  // a list of an outer level or of an included file that is in one block gets the new line too: one here would hide it, or come twice
  if (elsewhere && lines.every((d) => d.scope === nearest.scope && d.file.id === nearest.file.id && d.via.length === nearest.via.length)) {
    const last = lines.at(-1)!;
    return fixOf(title, safety, last.file, [insertAfter(last.file, last.statement, [added])]);
  }
  return fixOf(title, safety, pass.file, [addToList(pass, directive, [added])]);
}

/** The list of another file through which several places send their headers, with the same line put there; null where the header is sent already. */
export function sharedHeader(side: Side, header: string, value: string, title: string, safety: Fix['safety']): Shared | null {
  const { kind } = side.target;
  const list = kind === 'proxy' ? 'proxy_set_header' : `${kind}_param`;
  const name = kind === 'proxy' ? header : paramOf(header);
  const pass = outside(side.pass);
  const same = (d: Directive): boolean => (kind === 'proxy' ? d.value(0).toLowerCase() === name.toLowerCase() : d.value(0) === name);
  if (pass.scope.effective(list).directives.some(same)) return null;
  return sharedList(pass.scope, pass.file.id, list, [{ title, safety, lines: [`${list} ${name} ${value};`] }]);
}

/** Sets a Python setting: replaces the value that is written, else adds a line at the end of the file. Null when the value is decided elsewhere. */
export function setPython(
  deployment: Deployment,
  setting: Setting<unknown>,
  name: string,
  value: string,
  end: Place,
  title: string,
): Fix | null {
  if (setting.from === 'text')
    return {
      title,
      safety: 'suggestion',
      edits: [{ file: setting.place.file, edits: [{ span: whole(deployment, setting.place), newText: value }] }],
    };
  if (setting.from === 'unknown') return null;
  return { title, safety: 'suggestion', edits: [{ file: end.file, edits: [appended(deployment, end.file, `${name} = ${value}`)] }] };
}

/** A place with the quotes around it. */
function whole(deployment: Deployment, place: Place): Place['span'] {
  const text = deployment.files.get(place.file) ?? '';
  const { start, end } = place.span;
  const quote = text[start - 1];
  return (quote === '"' || quote === "'") && text[end] === quote ? { start: start - 1, end: end + 1 } : place.span;
}

/** A line at the end of a file. */
export function appended(deployment: Deployment, file: FileId, line: string): TextEdit {
  const text = deployment.files.get(file) ?? '';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return { span: { start: text.length, end: text.length }, newText: (text === '' || text.endsWith('\n') ? '' : eol) + line + eol };
}

/** An item more in a list or tuple that is written out; null when the value is none. */
export function addedItem(deployment: Deployment, place: Place, item: string): TextEdit | null {
  const text = (deployment.files.get(place.file) ?? '').slice(place.span.start, place.span.end);
  const inner = /^([[(])([\s\S]*)([\])])$/.exec(text);
  if (!inner) return null;
  const body = inner[2]!.trimEnd();
  const at = place.span.start + 1 + body.length;
  const separator = body.trim() === '' ? '' : body.endsWith(',') ? ' ' : ', ';
  return { span: { start: at, end: at }, newText: separator + item + (inner[1] === '(' && body.trim() === '' ? ',' : '') };
}

/** Takes the prefix off in nginx: a URI after the address replaces what the location matched. */
export function strips(side: Pick<Side, 'pass' | 'target' | 'location'>): Fix | null {
  const { pass, target, location } = side;
  const word = pass.args[0];
  if (!word || word.value.includes('$') || target.uri !== '' || !location?.name.endsWith('/') || target.kind !== 'proxy') return null;
  const value = target.kindOfHost === 'unix' && !target.upstream ? `${target.url}:/` : `${target.url}/`;
  return fixOf('Take the prefix off in nginx', 'suggestion', pass.file, [replace(word, value)]);
}

/** Keeps the prefix in nginx: without a URI after the address the path goes on as it came. */
export function keeps(side: Pick<Side, 'pass' | 'target'>): Fix | null {
  const { pass, target } = side;
  const word = pass.args[0];
  if (!word || word.value.includes('$') || target.uri !== '/') return null;
  return fixOf('Keep the prefix in nginx', 'suggestion', pass.file, [replace(word, target.url.replace(/:?\/$/, ''))]);
}
