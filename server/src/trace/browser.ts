/** `$modern_browser`, `$ancient_browser` and `$msie` (ngx_http_browser_module): what the User-Agent says, by the lists of the configuration. */
import { type ByteString, toBytes } from '../base/bytes.ts';
import { table } from '../base/table.ts';
import type { Run } from './run.ts';

interface Mask {
  /** characters of the User-Agent that are passed over */
  readonly skip: number;
  /** what comes before the version */
  readonly name: string;
}

/** In the order in which they are looked for: others call themselves what Opera does not. */
const MASKS: Readonly<Record<string, Mask>> = table({
  opera: { skip: 0, name: 'Opera ' },
  msie: { skip: 'Mozilla/4.0 (compatible; '.length, name: 'MSIE ' },
  gecko: { skip: 'Mozilla/5.0 ('.length, name: 'rv:' },
  safari: { skip: 'Mozilla/5.0 ('.length, name: 'Safari/' },
  konqueror: { skip: 'Mozilla/5.0 (compatible; '.length, name: 'Konqueror/' },
});

/** Four parts of a version as one number. */
function versionOf(text: string): number {
  let sum = 0;
  let scale = 1_000_000;
  for (const part of /^[\d.]*/.exec(text)![0].split('.')) {
    sum += Number(part || 0) * scale;
    scale = Math.trunc(scale / 100);
  }
  return sum;
}

/** ngx_http_browser. */
function isModern(run: Run): boolean {
  const lines = run.lines('modern_browser');
  const modern = lines.map((d) => d.values);
  const unlisted = modern.some(([name]) => name === 'unlisted');
  const agent = run.header('user-agent');
  if (agent === null) return unlisted;
  const order = Object.keys(MASKS);
  const raw = lines[0]?.scope.context === 'http';
  const listed = modern.filter(([name = '']) => MASKS[name]).sort((a, b) => order.indexOf(a[0]!) - order.indexOf(b[0]!));
  for (const [name = '', version = ''] of listed) {
    const mask = MASKS[name]!;
    // of http itself they are never made ready, and fit any text as version 0
    if (raw) {
      if (agent.length > order.indexOf(name)) return versionOf(agent.slice(order.indexOf(name))) >= versionOf(version);
      continue;
    }
    const word = name === 'opera' ? 'Opera' : mask.name;
    const at = mask.skip < agent.length ? agent.indexOf(word, mask.skip) : -1;
    if (at < 0) continue;
    return versionOf(agent.slice(at + mask.name.length)) >= versionOf(version);
  }
  const ancient = run.lines('ancient_browser').flatMap((d) => d.values);
  if (ancient.includes('netscape4') && agent.length > 'Mozilla/4.72 '.length && /^Mozilla\/[1-4]/.test(agent)) return false;
  if (ancient.some((text) => text !== 'netscape4' && agent.includes(toBytes(text)))) return false;
  return unlisted;
}

/** `$modern_browser`. */
export const modernBrowser = (run: Run): ByteString | null => (isModern(run) ? toBytes(run.text('modern_browser_value') ?? '1') : null);
/** `$ancient_browser`. */
export const ancientBrowser = (run: Run): ByteString | null => (isModern(run) ? null : toBytes(run.text('ancient_browser_value') ?? '1'));

/** ngx_http_process_user_agent: Opera called itself MSIE, too. */
export function msie(run: Run): ByteString | null {
  const agent = run.header('user-agent') ?? '';
  return /MSIE .{3}/s.test(agent) && !agent.includes('Opera') ? '1' : null;
}
