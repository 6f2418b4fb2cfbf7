/** `if ($host = name) { return … }` becomes a server of its own: the name is looked up once, by nginx's hash, and the rest of the server is not asked. */
import type { TextEdit } from '../../base/edit.ts';
import type { Directive } from '../../config/directive.ts';
import { effective } from '../../config/effective.ts';
import { indentAt, indentUnit, remove } from '../../rules/fix.ts';
import type { SourceFile, Statement } from '../../syntax/statement.ts';
import { endOfLine, onOwnLines, type Refactor } from './refactoring.ts';

/** Parameters of a listen that the second server repeats; those of the socket may be given once only. */
const REPEATED = new Set(['ssl', 'http2', 'quic', 'proxy_protocol']);
/** What decides the answer itself, or belongs to the old server alone. */
const LEFT = new Set(['server_name', 'listen', 'if', 'return', 'rewrite', 'set', 'break', 'location', 'try_files', 'rewrite_log']);

/** The one name that the condition compares with, and whether it asks for it or for all others. */
function conditionOf(d: Directive): { name: string; equal: boolean } | null {
  const text = d.values.join(' ');
  const m = /^\(\s*\$host\s+(=|!=)\s+([A-Za-z0-9.-]+)\s*\)$/.exec(text);
  return m ? { name: m[2]!.toLowerCase(), equal: m[1] === '=' } : null;
}

/** An `if` on `$host` becomes a server of its own. */
export const hostServers: Refactor = ({ file, uses, statement }) => {
  const use = uses.find((d) => d.name === 'if') ?? uses[0]?.scope.enclosing('if-in-server')?.opener;
  const server = use?.scope.opener;
  if (
    !use ||
    !statement ||
    use.name !== 'if' ||
    use.scope.context !== 'server' ||
    !server ||
    server.file.id !== file.id ||
    use.file.id !== file.id
  )
    return [];
  const asked = conditionOf(use);
  const inner = use.statement.block;
  if (!asked || inner?.length !== 1 || inner[0]!.name.value !== 'return') return [];
  const scope = use.scope;
  const names = scope.named('server_name');
  if (names.length !== 1 || names[0]!.file.id !== file.id || names[0]!.values.some((v) => /[*~$]|^\./.test(v))) return [];
  const all = names[0]!.values.map((v) => v.toLowerCase());
  const moved = asked.equal ? [asked.name] : all.filter((n) => n !== asked.name);
  if (!moved.length || !all.includes(asked.name)) return [];
  // the first name of a server is a value that its lines may use
  const whole = file.text.slice(server.statement.start, server.statement.end);
  if (/\$\{?server_name\b/.test(whole) || scope.directives.some((d) => d.values.some((v) => /\$\{?server_name\b/.test(v)))) return [];
  // requests that nobody named reach the server for being the default: all others cannot be listed
  const listens = scope.named('listen');
  if (!asked.equal && listens.some((l) => l.values.includes('default_server'))) return [];
  // what an earlier line of the rewrite module decides comes first today
  const before = scope.directives.filter(
    (d) => ['return', 'rewrite', 'set', 'if'].includes(d.name) && d.statement.start < use.statement.start,
  );
  if (before.some((d) => d.name !== 'if' || conditionOf(d) === null)) return [];
  // a page of an error may be a location, which stays behind with the others
  if (effective(scope, 'error_page').directives.some((d) => d.value(d.values.length - 1).startsWith('@'))) return [];
  const brought = scope.directives.filter((d) => d.file.id !== file.id);
  if (brought.some((d) => LEFT.has(d.name)) || !onOwnLines(file, [use.statement])) return [];
  const indent = indentAt(file, server.statement.start);
  const unit = indentUnit(file);
  const line = (text: string): string => `${indent}${unit}${text}`;
  const raw = (s: Statement): string => file.text.slice(s.start, s.end);
  const kept = (server.statement.block ?? []).filter((s) => !s.block && !LEFT.has(s.name.value));
  const made = [
    'server {',
    ...listens.map((l) =>
      line(`listen ${[l.args[0]!.raw, ...l.args.slice(1).flatMap((a) => (REPEATED.has(a.value) ? [a.raw] : []))].join(' ')};`),
    ),
    line(`server_name ${moved.join(' ')};`),
    ...kept.map((s) => line(raw(s))),
    line(raw(inner[0]!)),
    `${indent}}`,
  ];
  // The first server of a socket is its default: that stays who answers the requests that name nobody today. Those are answered by the return
  // where it is for all names but one, else by the rest of the old server.
  const { start, end } = server.statement;
  const eol = endOfLine(file);
  const edits: TextEdit[] = [
    asked.equal
      ? { span: { start: end, end }, newText: ['', '', indent + made.join(eol)].join(eol) }
      : { span: { start, end: start }, newText: [...made, '', indent].join(eol) },
    remove(file as SourceFile, use.statement),
  ];
  const rest = asked.equal
    ? names[0]!.args.filter((a) => a.value.toLowerCase() !== asked.name)
    : names[0]!.args.filter((a) => a.value.toLowerCase() === asked.name);
  const args = names[0]!.args;
  if (rest.length < args.length)
    edits.push({ span: { start: args[0]!.start, end: args.at(-1)!.end }, newText: rest.map((a) => a.raw).join(' ') || '_' });
  return [
    {
      title: `Make a server of its own for ${moved.join(' ')}`,
      kind: 'refactor.rewrite',
      changes: ['server'],
      edits: [{ file: file.id, edits }],
    },
  ];
};
