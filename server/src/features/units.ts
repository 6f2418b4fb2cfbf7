/** Times, sizes and rates in plain words: what `1h30m` and `10m` amount to. Hover, inlay hints and completion say it the same way. */

const grouped = (n: number): string => n.toLocaleString('en-US');
const plural = (n: number, unit: string): string => `${grouped(n)} ${unit}${n === 1 ? '' : 's'}`;

const STEPS: readonly (readonly [number, string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
  [1, 'millisecond'],
];

/** Milliseconds in words: `1 hour 30 minutes`. Zero is `0 seconds`. */
export function timeWords(ms: number): string {
  if (ms === 0) return '0 seconds';
  const parts: string[] = [];
  let left = ms;
  for (const [size, unit] of STEPS) {
    const n = Math.floor(left / size);
    if (n === 0) continue;
    parts.push(plural(n, unit));
    left -= n * size;
  }
  return parts.join(' ');
}

/** Milliseconds as seconds: `5,400 s`, `0.5 s`. */
export const secondsText = (ms: number): string => `${(ms / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 })} s`;

/** `10,485,760 bytes (10 MiB)`; whole multiples only. */
export function sizeWords(bytes: number): string {
  const plain = plural(bytes, 'byte');
  for (const [size, unit] of [
    [1024 ** 3, 'GiB'],
    [1024 ** 2, 'MiB'],
    [1024, 'KiB'],
  ] as const)
    if (bytes >= size && bytes % size === 0) return `${plain} (${grouped(bytes / size)} ${unit})`;
  return plain;
}

/** Requests per second in words, with the distance between two of them: nginx counts in milliseconds. */
export function rateWords(perSecond: number): string {
  if (perSecond <= 0) return 'no requests';
  const gap = 1000 / perSecond;
  const rate = perSecond >= 1 ? `${grouped(perSecond)} per second` : `${grouped(Math.round(perSecond * 60 * 1000) / 1000)} per minute`;
  return `${rate}: one request every ${gap >= 1000 ? timeWords(Math.round(gap)) : `${gap.toLocaleString('en-US', { maximumFractionDigits: 2 })} milliseconds`}`;
}
