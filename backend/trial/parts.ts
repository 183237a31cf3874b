import { onTestFinished } from 'vitest';
import { partsOver } from '../compose.ts';
import { targetsOf } from '../events/targets.ts';
import { openData } from '../opened.ts';
import type { Parts } from '../parts.ts';
import { must } from './service.ts';

/** All of the service over a data folder but its port, so that a test can have one of its parts fail. */
export async function partsOf(place: {
  readonly dataDir: string;
  readonly clock: { readonly now: number };
}): Promise<Parts> {
  const { dataDir, clock } = place;
  const opened = must(await openData({ dataDir }, {}));
  onTestFinished(() => opened.store.close());
  return partsOver(opened, {
    dataDir,
    clock: () => clock.now,
    log: () => undefined,
    targets: must(targetsOf([])),
    wake: () => undefined,
    publicUrl: () => 'http://127.0.0.1',
    origins: () => [],
    behindProxy: false,
  });
}
