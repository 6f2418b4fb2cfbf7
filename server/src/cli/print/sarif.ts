/** SARIF 2.1.0 for code scanning: rules with their help, fixes, fingerprints that survive moved lines. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Log, Region, ReportingDescriptor, Result as SarifResult } from 'sarif';
import { jsonText } from '../../base/escape.ts';
import type { FileId } from '../../base/file-id.ts';
import type { Span } from '../../base/span.ts';
import { loadCatalog } from '../../catalog/catalog.ts';
import { knownAt } from '../../catalog/changes.ts';
import { rulePage } from '../../features/explain.ts';
import { VERSION } from '../../host/version.ts';
import { messageOf } from '../../rules/merged.ts';
import type { Result } from '../commands/check.ts';
import { shownPath } from '../common.ts';
import { fingerprints } from './fingerprint.ts';

const LEVEL = { error: 'error', warning: 'warning', info: 'note', hint: 'note' } as const;

/** The findings as SARIF 2.1.0. */
export function sarif({ files, text, rules }: Result): string {
  const base = pathToFileURL(process.cwd() + path.sep).href;
  const uri = (file: FileId): { uri: string; uriBaseId?: string } => {
    const url = pathToFileURL(shownPath(file)).href;
    return url.startsWith(base) ? { uri: url.slice(base.length), uriBaseId: 'SRCROOT' } : { uri: url };
  };
  const region = (file: FileId, span: Span): Region => {
    const lines = text(file)?.lines;
    const from = lines?.position(span.start) ?? { line: 0, character: 0 };
    const to = lines?.position(span.end) ?? from;
    return { startLine: from.line + 1, startColumn: from.character + 1, endLine: to.line + 1, endColumn: to.character + 1 };
  };
  const used = new Set(files.flatMap((f) => f.findings.map((x) => x.rule)));
  const catalog = loadCatalog();
  const descriptors: ReportingDescriptor[] = rules
    .filter((r) => used.has(r.id))
    .map((r) => ({
      id: r.id,
      name: r.id,
      ...(r.formerly ? { deprecatedIds: [...r.formerly] } : {}),
      shortDescription: { text: r.title },
      fullDescription: { text: r.why.trim().split('\n\n')[0]!.replaceAll('\n', ' ') },
      help: { text: r.why.trim(), markdown: rulePage(r, catalog) },
      defaultConfiguration: { level: LEVEL[r.severity], enabled: r.default },
      properties: {
        tags: [r.group],
        ...(r.group === 'security' || r.group === 'tls'
          ? { 'security-severity': r.severity === 'error' ? '8.0' : r.severity === 'warning' ? '5.0' : '2.0' }
          : {}),
      },
    }));
  for (const id of used) if (!descriptors.some((d) => d.id === id)) descriptors.push({ id, shortDescription: { text: id } });
  const fingerprint = fingerprints(text);
  const results: SarifResult[] = files.flatMap((file) =>
    file.findings.map((f): SarifResult => {
      return {
        ruleId: f.rule,
        ruleIndex: descriptors.findIndex((d) => d.id === f.rule),
        level: LEVEL[f.severity],
        message: { text: f.witness ? `${messageOf(f)}\n\n${f.witness.request} → ${f.witness.outcome}` : messageOf(f) },
        properties: {
          messageId: f.messageId,
          ...(f.witness ? { witness: f.witness } : {}),
          ...(f.controls ? { controls: f.controls } : {}),
        },
        locations: [{ physicalLocation: { artifactLocation: uri(f.at.file), region: region(f.at.file, f.at.span) } }],
        ...(f.related.length
          ? {
              relatedLocations: f.related.map((r, id) => ({
                id,
                physicalLocation: { artifactLocation: uri(r.at.file), region: region(r.at.file, r.at.span) },
                message: { text: r.message },
              })),
            }
          : {}),
        partialFingerprints: { 'proxylens/v1': fingerprint(f, uri(f.at.file).uri ?? '') },
        ...(f.fixes.length
          ? {
              fixes: f.fixes.map((x) => ({
                description: { text: x.title },
                artifactChanges: x.edits.map(({ file: id, edits }) => ({
                  artifactLocation: uri(id),
                  replacements: edits.map((e) => ({ deletedRegion: region(id, e.span), insertedContent: { text: e.newText } })),
                })),
              })),
            }
          : {}),
      };
    }),
  );
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'proxylens',
            version: VERSION,
            semanticVersion: VERSION,
            rules: descriptors,
            properties: { knows: knownAt(Date.now()) },
          },
        },
        originalUriBaseIds: { SRCROOT: { uri: base } },
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
  return `${jsonText(log, 2)}\n`;
}
