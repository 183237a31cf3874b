const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs work that Ctrl-C cancels without harm. */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cancelling = new AbortController();
  const cancel = () => cancelling.abort();
  for (const signal of SIGNALS) process.on(signal, cancel);
  try {
    return await work(cancelling.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, cancel);
  }
}
