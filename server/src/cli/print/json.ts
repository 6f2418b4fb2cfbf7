/** The JSON of the contract: zero-based lines, UTF-16 characters, every file that was read. */
import { jsonText } from '../../base/escape.ts';
import type { FileId } from '../../base/file-id.ts';
import type { Position } from '../../base/lines.ts';
import type { Span } from '../../base/span.ts';
import { knownAt } from '../../catalog/changes.ts';
import type { Severity } from '../../config/settings.ts';
import type { Result } from '../commands/check.ts';
import { shownPaths } from '../common.ts';

/** A piece of the output is written when it is this long: of a large project it is as large as the project, and nothing is to hold all of it. */
const PIECE = 65_536;

/** The findings as JSON, piece by piece; lines and characters from 0, characters in UTF-16 units. */
export function* json(result: Result): Generator<string> {
  let piece = '';
  for (const part of parts(result)) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** A value as it is written within others. */
const within = (value: unknown, depth: number): string => jsonText(value, 2).replaceAll('\n', `\n${'  '.repeat(depth)}`);

function* parts({ files, text, project, durationMs }: Result): Generator<string> {
  const shownPath = shownPaths(files);
  const range = (file: FileId, span: Span): { start: Position; end: Position } => {
    const lines = text(file)?.lines;
    const at = (offset: number): Position => lines?.position(offset) ?? { line: 0, character: 0 };
    return { start: at(span.start), end: at(span.end) };
  };
  const summary: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { findings } of files) for (const { severity } of findings) summary[severity]++;
  yield `{\n  "version": 1,\n  "knows": ${jsonText(knownAt(Date.now()))},\n  "files": [`;
  let between = '\n    ';
  for (const file of files) {
    yield between;
    between = ',\n    ';
    yield within(
      {
        path: file.path,
        diagnostics: file.findings.map((f) => ({
          rule: f.rule,
          group: f.group,
          severity: f.severity,
          messageId: f.messageId,
          message: f.message,
          ...(f.services ? { services: f.services } : {}),
          range: range(f.at.file, f.at.span),
          ...(f.witness ? { witness: f.witness } : {}),
          ...(f.controls ? { controls: f.controls } : {}),
          related: f.related.map((r) => ({ path: shownPath(r.at.file), range: range(r.at.file, r.at.span), message: r.message })),
          fixes: f.fixes.map((x) => ({
            title: x.title,
            safety: x.safety,
            ...(x.because ? { because: x.because } : {}),
            edits: x.edits.flatMap(({ file: id, edits }) =>
              edits.map((e) => ({ path: shownPath(id), range: range(id, e.span), newText: e.newText })),
            ),
          })),
        })),
      },
      2,
    );
  }
  yield files.length ? '\n  ],\n' : '],\n';
  const rest = {
    project: {
      root: project.root && shownPath(project.root),
      readAs: project.readAs.map(
        ({ id, as, inside, service, template, nginx, product, versionFrom, flavour, assumed, disabled, because }) => ({
          path: shownPath(id),
          as,
          inside,
          ...(service === null ? {} : { service }),
          template,
          nginx,
          versionFrom,
          flavour,
          product,
          assumed,
          ...(disabled ? { disabled } : {}),
          because: because && `${shownPath(because.id)}:${(text(because.id)?.lines.lineAt(because.span.start) ?? 0) + 1}`,
        }),
      ),
      unseen: project.unseen.map((u) => ({ path: shownPath(u.id), range: range(u.id, u.span), include: u.include, why: u.why })),
      notChecked: project.notChecked.map((n) => ({ path: shownPath(n.id), range: range(n.id, n.span), why: n.why })),
      notSeen: project.notSeen,
    },
    summary: { files: files.length, ...summary, durationMs },
  };
  yield `${jsonText(rest, 2).slice(2)}\n`;
}
