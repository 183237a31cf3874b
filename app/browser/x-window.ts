import x11, { type Client } from 'x11';

/** Between two looks. */
const EVERY_MS = 1000;
/** Window managers put a frame or two around a window. */
const DEEPEST = 3;

export type WindowWatch = {
  /** Resolves with the window's X id when it was found; never where it is not found, as under Wayland. */
  readonly shown: Promise<number>;
  /** Resolves when it is not there any more. */
  readonly gone: Promise<void>;
  readonly close: () => void;
};

/**
 * Watches that the windows of a browser stay on the X display. A window that another X client destroys is not told
 * to the browser, whose page goes on as if it were seen (Chromium 156): a light that nobody sees.
 */
export function watchWindow(pid: number, display: string): WindowWatch {
  let client: Client | undefined;
  let next: NodeJS.Timeout | undefined;
  const close = () => {
    clearTimeout(next);
    client?.terminate();
    client = undefined;
  };
  const shown = Promise.withResolvers<number>();
  const gone = new Promise<void>((resolve) => {
    const connection = x11.createClient({ display, shm: false }, (failure, connected) => {
      const root = connected?.screen[0]?.root;
      if (failure || root === undefined || client === undefined) return close();
      let wasSeen = false;
      const look = async () => {
        const found = await findWindow(connection, root, pid).catch(() => 'no answer' as const);
        if (client === undefined) return;
        if (wasSeen && found === undefined) {
          close();
          return resolve();
        }
        if (typeof found === 'number') {
          wasSeen = true;
          shown.resolve(found);
        }
        next = setTimeout(() => void look(), EVERY_MS);
      };
      void look();
    });
    client = connection;
    // An X server that is gone takes the browser with it, which is noticed by itself.
    connection.on('error', close);
    connection.on('end', close);
  });
  return { shown: shown.promise, gone, close };
}

async function findWindow(client: Client, root: number, pid: number): Promise<number | undefined> {
  const atom = (name: string) => ask<number>((answer) => client.InternAtom(false, name, answer));
  const [pidOf, typeOf, normal] = await Promise.all(
    ['_NET_WM_PID', '_NET_WM_WINDOW_TYPE', '_NET_WM_WINDOW_TYPE_NORMAL'].map(atom),
  );
  const property = async (window: number, name = 0): Promise<number | undefined> => {
    const { data } = await ask<{ data: Buffer }>((answer) =>
      client.GetProperty(0, window, name, 0, 0, 1, answer),
    );
    return data.length === 4 ? data.readUInt32LE(0) : undefined;
  };
  // GTK keeps a window of 10 by 10 that nobody sees, under the same pid and without a type.
  const isOurs = async (window: number) =>
    (await property(window, pidOf)) === pid && (await property(window, typeOf)) === normal;
  const search = async (parent: number, depth: number): Promise<number | undefined> => {
    const { children } = await ask<{ children: number[] }>((answer) => client.QueryTree(parent, answer));
    for (const child of children) {
      // A window that goes while it is asked about is not ours to find.
      if (await isOurs(child).catch(() => false)) return child;
      const below = depth < DEEPEST ? await search(child, depth + 1).catch(() => undefined) : undefined;
      if (below !== undefined) return below;
    }
    return undefined;
  };
  return search(root, 1);
}

function ask<T>(
  request: (answer: (failure: Error | null | undefined, answer: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    request((failure, answer) => (failure ? reject(failure) : resolve(answer)));
  });
}
