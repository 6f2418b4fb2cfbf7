// The part of @vscode/test-web's interface that is used here. The package itself lies among the pinned tools, outside node_modules.

export interface WebOptions {
  readonly browserType: 'none';
  readonly host: string;
  readonly port: number;
  readonly quality: 'stable';
  readonly commit: string;
  readonly testRunnerDataDir: string;
  readonly folderPath: string;
  readonly extensionDevelopmentPath: string;
  readonly extensionTestsPath: string;
}

export type OpenWeb = (options: WebOptions) => Promise<{ dispose(): void }>;
