/** What a command may touch of the process it runs in, handed in so that tests run commands without one. */
export interface CliContext {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the command: 0 fine, 1 findings or incidents at or above `--fail-on`, 2 not understood, 3 failed while running. */
  exit(code: number): void;
  /** True when a person watches standard error. */
  readonly isTty: boolean;
  readonly version: string;
}
