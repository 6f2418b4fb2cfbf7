/** Work-done progress while a big tree is read. It begins with the first news of a load, so that small trees show nothing. */
import type { Connection, WorkDoneProgressReporter } from 'vscode-languageserver';

type Reporter = WorkDoneProgressReporter & { begin(title: string, percentage?: number, message?: string): void };

/** Progress of a long load, as the client shows it. */
export class LoadProgress {
  private reporter: Reporter | null = null;
  private asked = false;
  private latest: string | null = null;

  constructor(
    private readonly connection: Connection,
    private readonly log: (line: string) => void,
  ) {}

  /** News of a load, in words. */
  report(message: string): void {
    this.latest = message;
    if (this.reporter) this.reporter.report(message);
    else if (!this.asked) void this.begin();
  }

  /** The load has ended. */
  done(): void {
    this.latest = null;
    this.reporter?.done();
    this.reporter = null;
  }

  private async begin(): Promise<void> {
    this.asked = true;
    try {
      const reporter = await this.connection.window.createWorkDoneProgress();
      // it may have ended while the client thought about it
      if (this.latest === null) return;
      reporter.begin('Reading nginx configurations', undefined, this.latest);
      this.reporter = reporter;
    } catch (error) {
      this.log(`progress: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.asked = false;
    }
  }
}
