// How the test scripts speak to `npm test`: people read the spec reporter, the last line of `npm test` reads the counts.

/**
 * Arguments for `node --test`; the counts are written to the file too, where one is given.
 * @param {string | undefined} file
 */
export function reporters(file = process.env.PROXYLENS_COUNTS) {
  if (!file) return ['--test-reporter=spec'];
  const counts = new URL('count.mjs', import.meta.url).href;
  return ['--test-reporter=spec', '--test-reporter-destination=stdout', `--test-reporter=${counts}`, `--test-reporter-destination=${file}`];
}
