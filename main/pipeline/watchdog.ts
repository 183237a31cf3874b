/** One timer that barks unless it is restarted in time. */
export type Watchdog = { readonly restart: (patienceMs: number) => void; readonly cancel: () => void };

/**
 * Barks after a pause of events, not of this process: where the event loop was held up, what is waiting in
 * the pipes is read first and may still call it off.
 */
export function createWatchdog(bark: () => void): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  let turn = 0;
  const cancel = () => {
    clearTimeout(timer);
    turn++;
  };
  return {
    cancel,
    restart: (patienceMs) => {
      cancel();
      const mine = turn;
      timer = setTimeout(() => {
        setImmediate(() => {
          if (turn === mine) bark();
        });
      }, patienceMs);
    },
  };
}
