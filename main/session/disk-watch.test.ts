import { describe, expect, test } from 'vitest';
import { ok } from '../../contract/result.ts';
import { freeBytes } from '../vault/free-space.ts';
import { done, IS_ROOT, mounted, testFolder } from '../vault/test-vault.ts';
import { DISK_LIMITS } from './disk-watch.ts';
import { type Modes, testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';

async function onDisk(free: number) {
  const disk = { free };
  return { disk, t: await testRecorder({ parts: { freeBytes: async () => ok(disk.free) } }) };
}
async function recording(modes: Modes) {
  const { t, disk } = await onDisk(DISK_LIMITS.warn);
  done(await t.agree(modes));
  t.second();
  return { t, disk };
}
const stateOf = (t: Awaited<ReturnType<typeof testRecorder>>, id: string) =>
  t.snapshot().channels.find((channel) => channel.id === id);

describe('a disk with little room', () => {
  test('[P57] begins nothing that is to be kept, says how much there is, and opens no device', async () => {
    const { t } = await onDisk(DISK_LIMITS.start - 1);
    expect(await t.agree({ [MIC]: 'keep', [SCREEN]: 'live' })).toMatchObject({
      error: { code: 'disk-low', detail: '999 MB left' },
    });
    expect(t.pipelines()).toBe(0);
    expect(await t.story()).toMatchObject([{ type: 'session.refused', code: 'disk-low' }]);
  });

  test('begins what is live only', async () => {
    const { t } = await onDisk(0);
    done(await t.agree({ [MIC]: 'live' }));
    t.second();
    expect(t.state()).toBe('recording');
  });

  test('[P57] is told while it records, and no more once there is room again', async () => {
    const { t, disk } = await recording({ [MIC]: 'keep' });
    disk.free = DISK_LIMITS.warn - 1;
    await t.when(({ trouble }) => trouble?.code === 'disk-low');
    expect(t.snapshot()).toMatchObject({ lamp: 'live', session: { state: 'recording' } });
    disk.free = DISK_LIMITS.warn;
    await t.when(({ trouble }) => trouble === null);
  });

  test('[P57] stores nothing more before it is full, and what is live only goes on', async () => {
    const { t, disk } = await recording({ [MIC]: 'keep', [SCREEN]: 'live' });
    disk.free = DISK_LIMITS.stop - 1;
    await t.when(() => stateOf(t, MIC)?.state === 'lost');
    expect(stateOf(t, MIC)).toMatchObject({ trouble: { code: 'disk-full', detail: '299 MB left' } });
    const before = t.service.held(SCREEN).length;
    t.second();
    await t.service.when(() => t.service.held(SCREEN).length > before);
    expect(t.snapshot()).toMatchObject({
      lamp: 'live',
      trouble: { code: 'disk-full' },
      session: { state: 'recording' },
    });
    expect(t.pipeline(MIC).state()).toBe('ended');
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    expect(t.service.held(MIC).length).toBeGreaterThan(1);
    expect((await t.story()).find(({ type }) => type === 'channel.lost')).toMatchObject({
      code: 'disk-full',
    });
  });

  test('[P57] ends a recording of which everything was to be kept, with all that was', async () => {
    const { t, disk } = await recording({ [MIC]: 'keep', [SCREEN]: 'keep' });
    disk.free = DISK_LIMITS.stop - 1;
    await t.when(({ session }) => session.state === 'complete');
    expect(t.snapshot().trouble).toMatchObject({ code: 'disk-full' });
    expect((await t.story()).find(({ type }) => type === 'session.stopped')).toMatchObject({ by: 'storage' });
    expect(t.service.held(SCREEN).length).toBeGreaterThan(1);
  });
});

test.skipIf(!IS_ROOT)(
  '[P57] how much is free is what the disk says (skipped: needs root to mount a small disk)',
  async () => {
    const folder = await testFolder();
    mounted(folder, 'size=4m');
    expect(done(await freeBytes(folder))).toBe(4 * 1024 * 1024);
    // Of a folder that is still to be made.
    expect(done(await freeBytes(`${folder}/client/vault`))).toBe(4 * 1024 * 1024);
  },
);
