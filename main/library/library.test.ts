import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LibraryEntry } from '../../contract/bridge/library.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { openAuditLog, readAuditLog } from '../audit/log.ts';
import { recordedTake } from '../export/test-media.ts';
import type { RecordingFacts } from '../vault/facts.ts';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, TEST_SESSION, testFacts, testFolder, testFragment, testVault } from '../vault/test-vault.ts';
import { openLibrary } from './library.ts';

const ENDED = { at: '2026-03-01T10:05:00.000Z', durationMs: 3000, activeMs: 2500, live: [] };
const idOf = (number: number) => `cap-${String(number).padStart(10, '0')}`;

/** A library over a data folder of its own, and what it told. */
async function opened({ chooseFile }: { readonly chooseFile?: () => Promise<string | undefined> } = {}) {
  const dataDir = await testFolder();
  const exportDir = await testFolder();
  const secrets = done(await keyFileSecrets(dataDir));
  const vault = await testVault(dataDir);
  const audit = done(await openAuditLog(dataDir, () => new Date(), secrets));
  const told: Snapshot['library'][] = [];
  const letGone: string[] = [];
  let underWay: string | undefined;
  const library = openLibrary({
    ...{ dataDir, vault, secrets, audit, exportDir, host: { env: process.env } },
    ...(chooseFile === undefined ? {} : { chooseFile }),
    underWay: () => underWay,
    letGo: async (sessionId) => void letGone.push(sessionId),
    onChange: () => told.push(library.view('')),
  });
  /** A recording of one fragment for each sequence. */
  async function recorded(facts: Partial<RecordingFacts> = {}, isEnded = true): Promise<string> {
    const { sessionId } = testFacts(facts);
    const recording = done(await vault.create(testFacts(facts)));
    for (const sequence of [0, 1, 2]) done(await recording.append(testFragment({ sequence, sessionId })));
    if (isEnded) done(await recording.change({ ended: ENDED }));
    await recording.close();
    return sessionId;
  }
  return {
    ...{ dataDir, exportDir, vault, library, told, letGone, recorded },
    records: (sessionId: string | undefined) => {
      underWay = sessionId;
    },
    entries: async (): Promise<readonly LibraryEntry[]> => done(await library.list(0, 1000)).entries,
  };
}

describe('the library', () => {
  test('lists what is here, the newest first, and where it is', async () => {
    const { recorded, records, entries, vault } = await opened();
    await recorded({ sessionId: idOf(1), title: 'First', startedAt: '2026-03-01T10:00:00.000Z' });
    const both = await recorded({ sessionId: idOf(2), title: null, startedAt: '2026-03-03T10:00:00.000Z' });
    await recorded({ sessionId: idOf(3), startedAt: '2026-03-02T10:00:00.000Z' }, false);
    const recording = done(await vault.open(both));
    done(await recording.change({ delivered: true, receipt: receiptOf(both) }));
    const found = await entries();
    expect(found.map(({ sessionId, state, place }) => [sessionId, state, place])).toEqual([
      [idOf(2), 'ended', 'both'],
      [idOf(3), 'cut-off', 'here'],
      [idOf(1), 'ended', 'here'],
    ]);
    expect(found[0]).toMatchObject({ title: null, activeMs: 2500, signedAt: '2026-03-01T10:06:40.000Z' });
    expect(found[2]).toMatchObject({
      ...{ title: 'First', signedAt: null, trouble: null },
      channels: [
        { id: 'mic:default', name: 'Microphone', kind: 'mic', mode: 'keep', bytes: 96, isErased: false },
        { id: 'display:1', bytes: 0 },
      ],
    });
    records(idOf(3));
    expect((await entries())[1]).toMatchObject({ state: 'recording', activeMs: null });
    // What was read before is read again once it has changed.
    done(await done(await vault.open(idOf(3))).change({ ended: ENDED }));
    records(undefined);
    expect((await entries())[1]).toMatchObject({ state: 'ended', activeMs: 2500 });
  });

  test('lists what is only at the service by its receipt, and what cannot be read as that', async () => {
    const { dataDir, recorded, entries, vault } = await opened();
    const purged = await recorded({ sessionId: idOf(1) });
    const recording = done(await vault.open(purged));
    done(await recording.change({ delivered: true, receipt: receiptOf(purged) }));
    done(await recording.keepReceipt());
    await recording.erase();
    const damaged = await recorded({ sessionId: idOf(2) });
    await writeFile(join(dataDir, 'vault', damaged, 'recording.sealed'), 'no facts');
    const found = await entries();
    expect(found.map(({ sessionId, place, trouble }) => [sessionId, place, trouble?.code])).toEqual([
      [purged, 'there', undefined],
      [damaged, 'here', 'vault-damaged'],
    ]);
    expect(found[0]).toMatchObject({
      ...{ title: null, startedAt: null, signedAt: '2026-03-01T10:06:40.000Z' },
      channels: [{ id: 'mic:default', name: null, kind: 'mic', bytes: 96 }],
    });
  });

  test('gives its pages in one order', async () => {
    const { recorded, library } = await opened();
    for (const number of [1, 2, 3, 4, 5])
      await recorded({ sessionId: idOf(number), startedAt: `2026-03-0${number}T10:00:00.000Z` });
    const pages = [
      done(await library.list(0, 2)),
      done(await library.list(2, 2)),
      done(await library.list(4, 2)),
    ];
    expect(pages.map(({ total }) => total)).toEqual([5, 5, 5]);
    expect(pages.flatMap(({ entries }) => entries.map(({ sessionId }) => sessionId))).toEqual(
      [5, 4, 3, 2, 1].map(idOf),
    );
  });

  test('says that it is to be listed anew when something of the recorder changed, and not else', async () => {
    const { library } = await opened();
    const first = library.view('recording').revision;
    expect(library.view('recording').revision).toBe(first);
    expect(library.view('complete').revision).toBe(first + 1);
  });
});

describe('verifying', () => {
  test('[P61] tells how far it is and what it found', async () => {
    const { library, recorded, told } = await opened();
    const sessionId = await recorded();
    expect(await library.verify(sessionId)).toEqual({
      ok: true,
      value: { media: { fragments: 3, bytes: 96 }, signed: null },
    });
    const shares = told.map(({ job }) => job?.share);
    expect(shares[0]).toBe(0);
    expect(shares.at(-2)).toBe(1);
    expect(shares.at(-1)).toBeUndefined();
    expect(told[0]?.job).toEqual({ kind: 'verify', sessionId, share: 0 });
  });

  test('[P61] names what is damaged', async () => {
    const { dataDir, library, recorded } = await opened();
    const sessionId = await recorded();
    const path = join(dataDir, 'vault', sessionId, 'mic@default.take-00001.sealed');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await library.verify(sessionId)).toMatchObject({
      error: { code: 'vault-damaged', detail: 'mic:default take 1 fragment 2' },
    });
  });

  test('is one thing at a time, and can be cancelled', async () => {
    const { library, recorded } = await opened();
    const sessionId = await recorded();
    const first = library.verify(sessionId);
    expect(await library.export(sessionId, false)).toMatchObject({ error: { code: 'not-now' } });
    await library.cancel();
    expect(await first).toMatchObject({ error: { code: 'verify-cancelled' } });
    expect(await library.verify(sessionId)).toMatchObject({ ok: true });
  });
});

describe('exporting', () => {
  async function withMedia(options: Parameters<typeof opened>[0] = {}) {
    const known = await opened(options);
    const recording = done(await known.vault.create(testFacts({ title: 'Plan: a/b' })));
    const source = 'sine=frequency=440:duration=1';
    for (const fragment of recordedTake({ channelId: 'mic:default', take: 1, atMs: 0, source }))
      done(await recording.append(fragment));
    done(await recording.change({ ended: ENDED }));
    await recording.close();
    return known;
  }

  test('writes a file that plays, by its title and day, and another one the next time', async () => {
    const { library, exportDir, dataDir, told } = await withMedia();
    const first = done(await library.export(TEST_SESSION, false));
    const [file] = first.files;
    expect(file?.path).toBe(join(exportDir, 'Plan a b 2026-03-01.mp4'));
    const probe = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', file?.path ?? ''];
    expect(execFileSync('ffprobe', probe, { encoding: 'utf8' }).trim()).toBe('aac');
    expect(done(await library.export(TEST_SESSION, true)).files[0]?.path).toContain('(2).mic-default.mp4');
    expect((await readdir(exportDir)).filter((name) => name.includes('.part-'))).toEqual([]);
    expect(told.some(({ job }) => job?.kind === 'export' && job.share > 0)).toBe(true);
    const log = done(await readAuditLog(dataDir));
    expect(log.map(({ event }) => event.type)).toEqual(['recording.exported', 'recording.exported']);
  });

  test('goes where the person says, and nowhere where they think better of it', async () => {
    let answer: string | undefined;
    const { library, exportDir } = await withMedia({ chooseFile: async () => answer });
    expect(await library.export(TEST_SESSION, false)).toMatchObject({ error: { code: 'export-cancelled' } });
    answer = join(exportDir, 'mine.mp4');
    expect(done(await library.export(TEST_SESSION, false)).files.map(({ path }) => path)).toEqual([answer]);
  });

  test('reads, plays and writes nothing of what is being recorded', async () => {
    const { library, exportDir, records } = await withMedia();
    records(TEST_SESSION);
    expect(await library.export(TEST_SESSION, false)).toMatchObject({ error: { code: 'not-now' } });
    expect(await library.verify(TEST_SESSION)).toMatchObject({ error: { code: 'not-now' } });
    expect(await library.playing.open(TEST_SESSION)).toMatchObject({ error: { code: 'not-now' } });
    expect(await readdir(exportDir)).toEqual([]);
  });
});

describe('deleting', () => {
  test('[P17] ends the delivery, destroys the recording and notes it', async () => {
    const { dataDir, library, recorded, letGone, entries, told } = await opened();
    const sessionId = await recorded();
    const before = library.view('').revision;
    expect(await library.erase(sessionId)).toEqual({ ok: true, value: undefined });
    expect(letGone).toEqual([sessionId]);
    expect(await entries()).toEqual([]);
    expect(told.at(-1)?.revision).toBe(before + 1);
    expect(done(await readAuditLog(dataDir)).map(({ actor, event }) => [actor, event])).toEqual([
      [
        'ada',
        { type: 'recording.purged', sessionId, reason: 'deleted-by-person', files: expect.any(Number) },
      ],
    ]);
    expect(await library.erase(sessionId)).toMatchObject({ error: { code: 'recording-unknown' } });
  });

  test('is refused while it records, and works for what cannot be read', async () => {
    const { dataDir, library, recorded, records } = await opened();
    const sessionId = await recorded();
    records(sessionId);
    expect(await library.erase(sessionId)).toMatchObject({ error: { code: 'not-now' } });
    records(undefined);
    await rm(join(dataDir, 'vault', sessionId, 'recording.sealed'));
    expect(await library.erase(sessionId)).toMatchObject({ ok: true });
  });
});

/** As the service would sign it; nobody looks at the signature here. */
function receiptOf(sessionId: string): string {
  const sha256 = 'a'.repeat(64);
  const channel = { channel_id: 'mic:default', takes: 1, fragments: 3, bytes: 96, digest: sha256 };
  const videos = [{ id: 'm-1', bytes: 90, sha256 }];
  const iat = Date.parse('2026-03-01T10:06:40.000Z') / 1000;
  const claims = { session_id: sessionId, channels: [{ ...channel, videos }], manifest_sha256: null, iat };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmVk`;
}
