/** What to tell and what to do for one error code. Without a remedy a code does not compile. */
export type Remedy = {
  /** For the person, in their words: what happened and what is safe. */
  readonly message: string;
  /** What to do next. */
  readonly action: string;
  /** Whether the same request can succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Status where the error leaves over HTTP. */
  readonly http: number;
  /** Exit code of the command line (docs/architecture.md, "The command line"). */
  readonly exit: 1 | 2 | 3 | 4 | 5 | 6;
};
