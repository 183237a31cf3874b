import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { FacePage, Stage } from './face-page.ts';
import { closeStage, openFace, openStage } from './face-page.ts';

type Open = (
  first: Snapshot,
  options?: BrowserContextOptions,
  prepare?: (page: Page) => Promise<unknown>,
) => Promise<FacePage>;

/** What becomes true, however busy the machine is; the time is a bound on hanging. */
export function eventually<T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 30_000, interval: 10 });
}

/**
 * One browser for the file, a fresh page and main for each face. Whatever a test looks at, afterwards the console
 * is silent, the content security policy was kept, and main was asked for nothing it did not expect. `path`: another page
 * than the window's.
 */
export function openedStage(spanish: 'real' | 'pseudo' = 'real', path = ''): Open {
  const faces: FacePage[] = [];
  let stage: Stage | undefined;

  beforeAll(async () => {
    stage = await openStage(spanish);
  }, 60_000);

  afterEach(async () => {
    for (const { main, problems, close } of faces.splice(0)) {
      const gone = main.wasGone;
      await close();
      expect(problems.filter((text) => !(gone && text.startsWith('WebSocket connection to')))).toEqual([]);
      expect(main.surprises).toEqual([]);
    }
  });

  afterAll(async () => {
    if (stage !== undefined) await closeStage(stage);
  });

  return async (first, options, prepare) => {
    if (stage === undefined) throw new Error('the stage is not open yet');
    const face = await openFace(stage, first, options, prepare, path);
    faces.push(face);
    return face;
  };
}
