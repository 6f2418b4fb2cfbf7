/** How nginx gives a request up. */

/** Thrown inside the simulator when nginx gives a request up with an internal error; the status is what it sends. */
export class Failed extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}
