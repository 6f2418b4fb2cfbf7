import { tellOver } from './output.ts';

/** A line on standard error for runs that take long; nothing where nobody watches, and nothing in the first second. */
export function progressLine(): { say(words: string): void; done(): void } {
  const started = performance.now();
  const watching = process.stderr.isTTY === true;
  let shown = false;
  let last = 0;
  return {
    say(words) {
      const now = performance.now();
      if (!watching || now - started < 1000 || now - last < 200) return;
      last = now;
      shown = true;
      tellOver(words);
    },
    done() {
      if (shown) tellOver('');
    },
  };
}
