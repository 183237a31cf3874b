/** How far long work is. `done` and `of` count what the step is about: sessions, or sealed fragments. */
export type Progress = {
  readonly step: 'database' | 'keys' | 'recordings' | 'verify' | 'restore';
  readonly done: number;
  readonly of: number;
};

export type Watched = {
  readonly tell?: ((progress: Progress) => void) | undefined;
  /** Ends the work without harm. */
  readonly signal?: AbortSignal | undefined;
};
