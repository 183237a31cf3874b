import { onTestFinished } from 'vitest';
import { partsOver } from '../compose.ts';
import { targetsOf } from '../events/targets.ts';
import { routerOf } from '../http/router.ts';
import { openData } from '../opened.ts';
import type { Parts } from '../parts.ts';
import { ROUTES } from '../routes/table.ts';
import type { Store } from '../store/store.ts';
import type { Request as Wanted } from './examples.ts';
import { must } from './service.ts';

export type Counted = {
  readonly url: string;
  readonly parts: Parts;
  /** What is answered, and which methods of the store that took, in their order. */
  readonly ask: (
    wanted: Wanted,
  ) => Promise<{ readonly status: number; readonly text: string; readonly took: string[] }>;
};

/** The service without a port over the store of a data folder, every call of which is seen. */
export async function counted(dataDir: string, clock: () => number): Promise<Counted> {
  const opened = must(await openData({ dataDir }, {}));
  onTestFinished(() => opened.store.close());
  const took: string[] = [];
  const store: Store = new Proxy(opened.store, {
    get(target, name, self) {
      const member = Reflect.get(target, name, self);
      if (typeof member !== 'function') return member;
      return (...values: unknown[]) => {
        took.push(String(name));
        return Reflect.apply(member, target, values);
      };
    },
  });
  const url = 'http://localhost';
  const parts = await partsOver(
    { ...opened, store },
    {
      ...{ dataDir, clock, log: () => undefined, targets: must(targetsOf([])), wake: () => undefined },
      ...{ publicUrl: () => url, origins: () => [url], behindProxy: false },
    },
  );
  const router = routerOf(parts, ROUTES);
  return {
    url,
    parts,
    async ask({ path, ...request }) {
      took.length = 0;
      const response = await router.request(path, request);
      return { status: response.status, text: await response.text(), took: [...took] };
    },
  };
}
