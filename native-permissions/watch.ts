import type { Permission, PermissionKind, Permissions } from './permission.ts';

/** How often to look where the system tells nobody of a change; null where nothing changes under a process. */
export type LookEveryMs = number | null;

export type Watching = {
  readonly watch: Permissions['watch'];
  /** Makes everybody who watches this kind look now. */
  readonly lookNow: (kind: PermissionKind) => void;
};

/**
 * Tells the present state first and then every change. Looks only while somebody watches, never twice at a time, and
 * keeps no process alive.
 */
export function watching(status: Permissions['status'], everyMs: LookEveryMs): Watching {
  const looks = new Map<PermissionKind, Set<() => void>>();

  function watch(kind: PermissionKind, listener: (permission: Permission) => void): () => void {
    let told: Permission | undefined;
    let isWatched = true;
    let isLooking = false;
    let isAskedAgain = false;

    function look(): void {
      if (isLooking) isAskedAgain = true;
      else void lookOnce();
    }

    async function lookOnce(): Promise<void> {
      isLooking = true;
      try {
        do {
          isAskedAgain = false;
          const seen = await status(kind);
          if (!isWatched) return;
          if (told === undefined || isOther(told, seen)) {
            told = seen;
            listener(seen);
          }
        } while (isAskedAgain && isWatched);
      } finally {
        isLooking = false;
      }
    }

    const ofKind = looks.get(kind) ?? new Set();
    looks.set(kind, ofKind.add(look));
    // A timer that finds a look under way leaves it at that one.
    const timer = everyMs === null ? undefined : setInterval(() => isLooking || look(), everyMs).unref();
    look();
    return () => {
      isWatched = false;
      ofKind.delete(look);
      clearInterval(timer);
    };
  }

  return {
    watch,
    lookNow: (kind) => {
      for (const look of [...(looks.get(kind) ?? [])]) look();
    },
  };
}

function isOther(one: Permission, other: Permission): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
