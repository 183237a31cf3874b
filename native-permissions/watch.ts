import type { Permission, PermissionKind, Permissions } from './permission.ts';

/** How often to look where the system tells nobody of a change; null where nothing changes under a process. */
export type LookEveryMs = number | null;

export type Watching = {
  readonly watch: Permissions['watch'];
  /** Looks now for everybody who watches this kind. */
  readonly lookNow: (kind: PermissionKind) => void;
};

type Watcher = { readonly tell: (permission: Permission) => void; told: Permission | undefined };

/**
 * Tells the present state first and then every change. Looks only while somebody watches, once for all who watch a kind, never
 * twice at a time, and keeps no process alive.
 */
export function watching(status: Permissions['status'], everyMs: LookEveryMs): Watching {
  const kinds = new Map<PermissionKind, Looks>();

  function looksAt(kind: PermissionKind): Looks {
    const looks = kinds.get(kind) ?? sharedLooks(() => status(kind), everyMs);
    kinds.set(kind, looks);
    return looks;
  }

  return {
    watch: (kind, tell) => looksAt(kind).join({ tell, told: undefined }),
    lookNow: (kind) => kinds.get(kind)?.again(),
  };
}

type Looks = {
  readonly join: (watcher: Watcher) => () => void;
  /** What was seen before this does not count. */
  readonly again: () => void;
};

function sharedLooks(see: () => Promise<Permission>, everyMs: LookEveryMs): Looks {
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let isAskedAgain = false;

  /** One that is under way serves whoever joins meanwhile. */
  function look(): void {
    if (!isLooking) void lookOnce();
  }

  async function lookOnce(): Promise<void> {
    isLooking = true;
    try {
      do {
        isAskedAgain = false;
        const seen = await see();
        for (const watcher of [...watchers]) tell(watcher, seen);
      } while (isAskedAgain && watchers.size > 0);
    } finally {
      isLooking = false;
    }
  }

  function tell(watcher: Watcher, seen: Permission): void {
    // Who was told before may have ended this one.
    if (!watchers.has(watcher) || (watcher.told !== undefined && !isOther(watcher.told, seen))) return;
    watcher.told = seen;
    watcher.tell(seen);
  }

  return {
    join: (watcher) => {
      watchers.add(watcher);
      if (everyMs !== null) timer ??= setInterval(look, everyMs).unref();
      look();
      return () => {
        watchers.delete(watcher);
        if (watchers.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    again: () => {
      isAskedAgain = isLooking;
      if (watchers.size > 0) look();
    },
  };
}

function isOther(one: Permission, other: Permission): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
