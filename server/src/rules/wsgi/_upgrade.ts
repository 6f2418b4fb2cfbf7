/** What a WebSocket handshake needs of nginx, asked of the request that goes on, and the lines that pass it on. */
import type { Directive } from '../../config/directive.ts';
import type { HeaderPair } from '../../trace/trace.ts';
import { addToList, type Fix, fixOf, outside } from '../fix.ts';
import { type Shared, sharedList } from '../shared.ts';

/** The headers of a handshake. */
export const UPGRADE: readonly HeaderPair[] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];

/** What of a handshake does not arrive in the request that nginx sends on. */
export function lostOf(sent: { readonly headers: readonly HeaderPair[]; readonly httpVersion: string | null }): string[] {
  const header = (name: string): string => sent.headers.findLast(([n]) => n.toLowerCase() === name)?.[1] ?? '';
  return [
    ...(header('upgrade').toLowerCase() === 'websocket' ? [] : ['Upgrade']),
    ...(/upgrade/i.test(header('connection')) ? [] : ['Connection']),
    ...(sent.httpVersion === '1.1' ? [] : ['HTTP/1.1']),
  ];
}

/** The fix that passes on what is lost, beside a pass directive, and the one for the include that all share. */
export function passesOn(pass: Directive, lost: readonly string[]): { fix: Fix; shared: Shared | null } {
  const place = outside(pass);
  const version = lost.includes('HTTP/1.1') ? ['proxy_http_version 1.1;'] : [];
  const lines = [
    ...(lost.includes('Upgrade') ? ['proxy_set_header Upgrade $http_upgrade;'] : []),
    ...(lost.includes('Connection') ? ['proxy_set_header Connection "upgrade";'] : []),
  ];
  const title = 'Pass the upgrade on';
  const written = version.length > 0 && place.scope.value('proxy_http_version') !== undefined;
  const sent = place.scope.effective('proxy_set_header').directives.some((d) => /^(?:upgrade|connection)$/i.test(d.value(0)));
  return {
    fix: fixOf(title, 'suggestion', place.file, [addToList(place, 'proxy_set_header', lines, version)]),
    shared:
      written || sent
        ? null
        : sharedList(place.scope, place.file.id, 'proxy_set_header', [{ title, safety: 'suggestion', lines: [...version, ...lines] }]),
  };
}
