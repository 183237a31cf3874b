import { fail, type Result } from '../../contract/result.ts';
import { withdrawn } from './consent.ts';
import type { Session } from './machine.ts';

/** Agreements that wait until what is being done is done: the person may take each back before it has begun. */
export type Turns = {
  /**
   * `also`: what it waits for besides. Errors: `consent-missing` where it was taken back meanwhile, `not-now` where a session
   * goes on, and those of `begin`.
   */
  readonly take: (
    what: string,
    begin: () => Promise<Result<void>>,
    also?: Promise<void>,
  ) => Promise<Result<void>>;
  /** Takes back whatever waits; whether anything did. */
  readonly withdraw: () => boolean;
};

/** `before`: what is being done at the moment. */
export function turns(of: { readonly session: Pick<Session, 'state'> }, before: () => Promise<void>): Turns {
  let waiting = 0;
  let withdrawals = 0;
  return {
    take: async (what, begin, also) => {
      const then = withdrawals;
      waiting += 1;
      try {
        await also;
        await before();
      } finally {
        waiting -= 1;
      }
      if (withdrawals !== then) return withdrawn();
      const { state } = of.session;
      return state === 'idle' ? begin() : fail('not-now', `${what} while ${state}`);
    },
    withdraw: () => {
      if (waiting > 0) withdrawals += 1;
      return waiting > 0;
    },
  };
}
