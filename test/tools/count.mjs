// A reporter for node's test runner that writes nothing but three numbers and the names of what failed, for the last lines of `npm test`.
// Suites are not counted, only tests.

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* count(events) {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite') continue;
    if (data.skip !== undefined || data.todo !== undefined) counts.skipped++;
    else if (type === 'test:pass') counts.passed++;
    else {
      counts.failed++;
      counts.failures.push(data.name);
    }
  }
  yield JSON.stringify(counts);
}
