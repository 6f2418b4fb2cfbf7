/** An address in a pass directive becomes an upstream of its own; every pass to that address goes there. */
import type { FileEdit, TextEdit } from '../../base/edit.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { effective, unseenInForce } from '../../config/effective.ts';
import { namesOf } from '../../config/names.ts';
import { namesBeside } from '../../config/names-beside.ts';
import { walk } from '../../config/scope.ts';
import { mayDeclare } from '../../config/unseen-names.ts';
import { PASS_DIRECTIVES, type PassTarget, passTarget } from '../../config/upstreams.ts';
import { indentAt, indentUnit } from '../../rules/fix.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { fileOffset } from '../../syntax/variable.ts';
import { endOfLine, type Refactor } from './refactoring.ts';

const addressOf = (t: PassTarget): string =>
  t.kindOfHost === 'unix' ? `unix:${t.host}` : t.port === null ? t.host : `${t.host}:${t.port}`;

/** Whether the name of an upstream would be sent as the Host header, as nobody sets another one; `may` where a line that is not seen decides. */
function sendsHost(d: Directive): 'is' | 'may be' | null {
  if (d.name !== 'proxy_pass' && d.name !== 'grpc_pass') return null;
  const list = d.name === 'proxy_pass' ? 'proxy_set_header' : 'grpc_set_header';
  if (effective(d.scope, list).directives.some((h) => h.value(0).toLowerCase() === 'host')) return null;
  return unseenInForce(d.scope, list).length ? 'may be' : 'is';
}

/** The names that a group cannot have: those of groups and hosts that someone asks for, and those that may be declared beside. */
function takenBy(config: Config): (name: string) => boolean {
  const names = new Set(
    namesOf(config)
      .groupsOf('upstream')
      .flatMap((sites) => sites.map((s) => s.name.toLowerCase())),
  );
  for (const { name } of namesBeside(config, 'upstream', 'http')) names.add(name.toLowerCase());
  return (name) => names.has(name) || (config.tree.beside?.has(name) ?? false);
}

/** The address of a pass directive becomes an upstream. */
export const extractUpstream: Refactor = ({ config, file, uses }) => {
  const [use] = uses;
  if (!use || !PASS_DIRECTIVES.includes(use.name) || config.main.context !== 'main') return [];
  const target = passTarget(use);
  if (!target || target.kind === 'stream' || target.upstream) return [];
  // the certificate of a name is checked against the name in proxy_pass
  if (target.tls && target.kindOfHost === 'name') return [];
  const server = use.scope.enclosing('server')?.opener;
  if (!server || server.file.id !== file.id || server.scope.context !== 'http') return [];
  // a name without a port may be that of a group that is not seen
  if (target.kindOfHost === 'name' && target.portText === '' && mayDeclare(config, 'upstream').length) return [];
  const taken = takenBy(config);
  let name = 'app';
  for (let i = 2; taken(name); i++) name = `app_${i}`;
  const address = addressOf(target);
  const edits = new Map<SourceFile, Map<number, TextEdit>>();
  let host: ReturnType<typeof sendsHost> = null;
  for (const d of walk(config.main)) {
    if (!PASS_DIRECTIVES.includes(d.name) || d.scope.context === 'stream-server') continue;
    const other = passTarget(d);
    const word = d.args[0];
    if (!other || !word || other.upstream || addressOf(other) !== address || other.tls !== target.tls) continue;
    const sent = sendsHost(d);
    if (host !== 'is') host = sent ?? host;
    const from = other.scheme.length;
    const to = word.value.length - other.uri.length;
    const own = edits.get(d.file) ?? new Map<number, TextEdit>();
    // a socket's path and the URI behind it are distinguished by a colon, which goes too
    own.set(word.start, { span: { start: fileOffset(word, from), end: fileOffset(word, to) }, newText: name });
    edits.set(d.file, own);
  }
  const count = [...edits.values()].reduce((n, m) => n + m.size, 0);
  const indent = indentAt(file, server.statement.start);
  const eol = endOfLine(file);
  const text = [`upstream ${name} {`, `${indent}${indentUnit(file)}server ${address};`, `${indent}}`, '', indent].join(eol);
  const own = edits.get(file) ?? new Map<number, TextEdit>();
  own.set(-1, { span: { start: server.statement.start, end: server.statement.start }, newText: text });
  edits.set(file, own);
  return [
    {
      title: `Extract ${address} into an upstream${count > 1 ? `, used ${count} times` : ''}${host ? ` (its name ${host === 'is' ? 'is then' : 'may then be'} sent as Host)` : ''}`,
      kind: 'refactor.extract',
      // a group of its own is what is asked for
      changes: ['request-line', 'timing', ...(host ? (['request-headers'] as const) : [])],
      edits: [...edits].map(([f, list]): FileEdit => ({ file: f.id, edits: [...list.values()] })),
    },
  ];
};
