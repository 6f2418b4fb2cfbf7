/** Exit codes of the contract, and failures that carry one. */
export const EXIT = { clean: 0, findings: 1, usage: 2, unreadable: 3, bug: 70 } as const;

/** A failure with a message for people; anything else that is thrown is a bug of ours. */
export class Failure extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
    this.name = 'Failure';
  }
}
