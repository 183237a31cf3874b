/** Wakes one waiting loop: `ring` before `wait` is not lost. */
export type Bell = { readonly ring: () => void; readonly wait: () => Promise<void> };

export function bell(): Bell {
  let rung = false;
  let waiting: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      waiting?.();
    },
    wait: async () => {
      if (!rung)
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      rung = false;
      waiting = undefined;
    },
  };
}
