// What the status item says of a file; without the editor, so that it can be asked by itself.
import type { RootsResult } from '../../server/src/lsp/protocol.ts';

const VERSION_SOURCES: Record<RootsResult['versionFrom'], string> = {
  default: 'the newest known; none is set',
  setting: 'from the settings',
  found: 'found in the workspace',
};

/** The text and the detail for a file: short, for the status bar has no room. */
export function statusOf({ roots, services, context, readAs, template, product, nginxVersion, versionFrom, flavour, knows }: RootsResult): {
  text: string;
  detail: string;
} {
  const engine = template ? `template: ${template} · ` : '';
  const whose = flavour ? ` · read as ${flavour}` : '';
  const [service, ...more] = services;
  const started = service === undefined ? '' : `as ${service} starts it${more.length ? `, not ${more.join(' or ')}` : ''} · `;
  const version = `${started}${engine}${product ? `${product}, read as nginx` : 'nginx'} ${nginxVersion} (${VERSION_SOURCES[versionFrom]})${whose} · knows ${knows}`;
  const [first, ...others] = roots;
  if (!first) return { text: 'No main file', detail: `Read as ${readAs ?? (context ? `part of ${context}` : 'a fragment')} · ${version}` };
  return { text: others.length ? `${first.label} +${others.length}` : first.label, detail: `Main file · ${version}` };
}
