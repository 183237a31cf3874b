import type { LibraryJob } from '../../contract/bridge/snapshot.ts';
import { fail, type Result } from '../../contract/result.ts';

/** What runs while a job does. */
export type JobWatch = {
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly onProgress: (share: number) => void;
};

/** What is done with recordings, one thing at a time: each reads as fast as the disk does. */
export type OneJob = {
  readonly now: () => LibraryJob | null;
  /** Error: `not-now` while another one runs. */
  readonly run: <T>(
    job: Omit<LibraryJob, 'share'>,
    work: (watch: JobWatch) => Promise<Result<T>>,
  ) => Promise<Result<T>>;
  /** Asks the job that runs to end; resolves when it has. */
  readonly cancel: () => Promise<void>;
};

/** `onChange`: a job began, went on by a hundredth, or ended. */
export function oneJob(onChange: () => void): OneJob {
  let running: { job: LibraryJob; cancelling: AbortController; over: Promise<unknown> } | undefined;

  return {
    now: () => running?.job ?? null,
    run: (asked, work) => {
      if (running !== undefined)
        return Promise.resolve(fail('not-now', `${running.job.kind} of ${running.job.sessionId}`));
      const cancelling = new AbortController();
      const own = { job: { ...asked, share: 0 }, cancelling, over: Promise.resolve() as Promise<unknown> };
      running = own;
      onChange();
      const onProgress = (share: number) => {
        const isTold = Math.floor(share * 100) > Math.floor(own.job.share * 100);
        if (isTold) own.job = { ...own.job, share: Math.min(1, share) };
        if (isTold) onChange();
      };
      const done = work({ signal: cancelling.signal, onProgress }).finally(() => {
        running = undefined;
        onChange();
      });
      own.over = done;
      return done;
    },
    cancel: async () => {
      running?.cancelling.abort();
      await running?.over.catch(() => undefined);
    },
  };
}
