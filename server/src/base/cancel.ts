/** Giving up work that nobody waits for any more. */
export interface CancelToken {
  readonly cancelled: boolean;
}

export const NEVER: CancelToken = { cancelled: false };

/** Thrown where work ends because nobody waits for its result any more. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}

/** Throws `Cancelled` when the token says so. */
export function check(token: CancelToken): void {
  if (token.cancelled) throw new Cancelled();
}
