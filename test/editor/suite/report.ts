// Mocha's results on their way out of an extension host: one line of the log each, read by test/editor/host.ts. Used in both hosts.

/** The mark at the beginning of such a line. */
export const MARK = 'proxylens-test ';

export interface Result {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'pending';
  /** milliseconds */
  readonly duration: number;
  /** the stack, when it failed */
  readonly error?: string;
}

type Runner = ReturnType<Mocha['run']>;

/** Runs everything that was declared, writes each result, and rejects when a test failed. */
export function runAndReport(mocha: { run(done: (failures: number) => void): Runner }): Promise<void> {
  const write = (test: Mocha.Test, error?: unknown): void => {
    const result: Result = {
      title: test.fullTitle(),
      state: error ? 'failed' : test.isPending() ? 'pending' : 'passed',
      duration: test.duration ?? 0,
      error: error instanceof Error ? (error.stack ?? error.message) : error ? String(error) : undefined,
    };
    console.log(MARK + JSON.stringify(result));
  };
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => (failures ? reject(new Error(`${failures} failed`)) : resolve()));
    runner.on('pass', (test) => write(test));
    runner.on('pending', (test) => write(test));
    runner.on('fail', (test, error) => write(test, error ?? 'failed'));
  });
}
