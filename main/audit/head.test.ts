import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../contract/audit.ts';
import { fail, ok } from '../../contract/result.ts';
import type { SecretStore } from '../host.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { openAuditLog, verifyAuditLog } from './log.ts';
import { chained, complete, logOf, now, paused } from './test-log.ts';

const BROKEN = { ok: false, error: { code: 'audit-broken' } };
const SOME = Array.from({ length: 6 }, (_, at) => paused(at));
const parsed = (lines: readonly string[]) => lines.map((line): AuditEntry => JSON.parse(line));

/** Neither a look at it nor whoever would write on takes it for whole. */
async function expectBroken({ verify, open }: Awaited<ReturnType<typeof logOf>>): Promise<void> {
  expect(await verify()).toMatchObject(BROKEN);
  expect(await open()).toMatchObject(BROKEN);
}

describe('a log that has a head', () => {
  test('[P29] is whole as it was written, and so after every restart', async () => {
    const log = await logOf(...SOME);
    expect(done(await log.verify())).toMatchObject({ hasHead: true, entries: { length: 6 } });
    done(await done(await log.open()).write('ada', complete));
    const { entries } = done(await log.verify());
    expect(entries).toHaveLength(7);
    expect(entries.every(({ mac }) => mac !== undefined)).toBe(true);
    expect(done(await log.open())).toBeDefined();
  });

  test('[P29] that was cut is found, at whichever entry, and where it was taken away as a whole', async () => {
    const log = await logOf(...SOME);
    for (let left = 0; left < SOME.length; left++) {
      await log.put(log.lines.slice(0, left));
      await expectBroken(log);
      const detail = left === 5 ? 'entry 6 is missing' : `entries ${left + 1} to 6 are missing`;
      expect(await log.verify()).toMatchObject({ error: { detail } });
    }
    await rm(log.path);
    await expectBroken(log);
  });

  test('[P29] that was cut in the middle of an entry is found, at whichever byte', async () => {
    const log = await logOf(paused(1), paused(2));
    for (let length = 0; length < log.bytes.length; length++) {
      await writeFile(log.path, log.bytes.subarray(0, length));
      await expectBroken(log);
    }
  });

  test('[P29] whose entries were exchanged is found, whichever two', async () => {
    const log = await logOf(...SOME);
    for (let one = 0; one < SOME.length; one++)
      for (let other = one + 1; other < SOME.length; other++) {
        const lines = [...log.lines];
        [lines[one], lines[other]] = [lines[other] ?? '', lines[one] ?? ''];
        await log.put(lines);
        await expectBroken(log);
        // Also where the chain was made anew to fit.
        await log.put(chained(parsed(lines)));
        await expectBroken(log);
      }
  });

  test('[P29] that was written anew in whatever way is found, also with a chain that fits', async () => {
    const log = await logOf(...SOME);
    const original = parsed(log.lines);
    const place = fc.nat(SOME.length - 1);
    const changes = fc.oneof(
      fc.tuple(place, fc.integer({ min: 100, max: 999 })).map(([at, atMs]) => {
        const entry = original[at];
        return entry === undefined ? [] : original.with(at, { ...entry, event: paused(atMs) });
      }),
      fc.tuple(place, fc.string({ minLength: 1 })).map(([at, actor]) => {
        const entry = original[at];
        return entry === undefined ? [] : original.with(at, { ...entry, actor: `not ada ${actor}` });
      }),
      fc.subarray(original, { maxLength: SOME.length - 1 }),
      fc
        .shuffledSubarray(original, { minLength: SOME.length })
        .filter((moved) => moved.some((e, at) => e !== original[at])),
      fc.tuple(place, fc.integer({ min: 1, max: 3 })).map(([at, times]) => {
        const more = Array.from({ length: times }, () => original[at]).flatMap((e) => e ?? []);
        return [...original.slice(0, at), ...more, ...original.slice(at)];
      }),
    );
    await fc.assert(
      fc.asyncProperty(changes, async (entries) => {
        await log.put(chained(entries));
        await expectBroken(log);
      }),
      { numRuns: 150 },
    );
    await writeFile(log.path, log.bytes);
    done(await log.verify());
  });

  test('[P29] is not taken for one from before there were heads when its head is gone', async () => {
    const log = await logOf(...SOME);
    const head = await readFile(log.headPath);
    await rm(log.headPath);
    await expectBroken(log);
    await rm(log.keyPath);
    await expectBroken(log);
    await writeFile(log.headPath, head);
    await expectBroken(log);
  });

  test('[P29] nor when what vouches for each entry was taken out of it too, and it was chained anew', async () => {
    const log = await logOf(...SOME);
    await rm(log.headPath);
    const bare = parsed(log.lines).map(({ at, actor, event }) => ({ at, actor, event }));
    await fc.assert(
      fc.asyncProperty(fc.subarray(bare, { minLength: 1 }), async (kept) => {
        await log.put(chained(kept));
        await expectBroken(log);
      }),
      { numRuns: 20 },
    );
  });

  test('[P29] that is gone with its head is missed where something was kept', async () => {
    const log = await logOf(...SOME);
    await rm(log.headPath);
    await log.put([]);
    // As on the day it was installed.
    done(await log.verify());
    await mkdir(join(log.dataDir, 'vault'));
    await expectBroken(log);
  });

  test('[P29] whose head was changed is found, whichever byte', async () => {
    const log = await logOf(paused(1), paused(2));
    for (const path of [log.headPath, log.keyPath]) {
      const bytes = await readFile(path);
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        await writeFile(path, changed);
        await expectBroken(log);
      }
      await writeFile(path, bytes);
    }
    done(await log.verify());
  });

  test('[P61] whose head says the same in other letters is found', async () => {
    const log = await logOf(paused(1));
    const text = await readFile(log.headPath, 'utf8');
    for (const other of [text.trimEnd(), `${text.trimEnd()} `, text.replace(':', ': ')]) {
      await writeFile(log.headPath, other);
      await expectBroken(log);
    }
  });

  test('[P29] whose head is of another log or of an earlier time is found', async () => {
    const log = await logOf(paused(1));
    const early = await readFile(log.headPath);
    for (const event of SOME.slice(0, 2)) done(await log.log.write('ada', event));
    await writeFile(log.headPath, early);
    await expectBroken(log);
    const other = await logOf(paused(1), paused(2), paused(3));
    await writeFile(log.headPath, await readFile(other.headPath));
    await expectBroken(log);
    // Nor with the key that goes with it: this device wraps keys of its own.
    await writeFile(log.keyPath, await readFile(other.keyPath));
    await writeFile(log.path, other.bytes);
    await expectBroken(log);
  });

  test('is checked while it is written, too', async () => {
    const log = await logOf(paused(1));
    let isDone = false;
    const writing = Promise.all(SOME.map((event) => log.log.write('ada', event))).then(() => {
      isDone = true;
    });
    while (!isDone) done(await log.verify());
    await writing;
    expect(done(await log.verify()).entries).toHaveLength(7);
  });

  test('of another key store is told as that where everything else fits', async () => {
    const log = await logOf(paused(1), paused(2));
    const keychain: SecretStore = { ...log.secrets, kind: 'keychain' };
    const elsewhere = { error: { code: 'key-elsewhere', detail: 'audit log: key-file' } };
    expect(await openAuditLog(log.dataDir, now, keychain)).toMatchObject(elsewhere);
    expect(await verifyAuditLog(log.dataDir, async () => ok(keychain))).toMatchObject(elsewhere);
    await log.put(log.lines.slice(0, 1));
    expect(await verifyAuditLog(log.dataDir, async () => ok(keychain))).toMatchObject(BROKEN);
  });

  test('is not said to be changed because a keychain does not answer', async () => {
    const log = await logOf();
    const keychain: SecretStore = { ...log.secrets, kind: 'keychain' };
    done(await done(await openAuditLog(log.dataDir, now, keychain)).write('ada', complete));
    const locked = { ...keychain, unwrap: async () => fail('vault-damaged', 'locked') };
    expect(await openAuditLog(log.dataDir, now, locked)).toEqual(fail('vault-damaged', 'locked'));
  });
});

describe('a crash between an entry and its head', () => {
  test('leaves a whole log, which is written on, and whose last entry is no longer to be taken away', async () => {
    const log = await logOf(paused(1));
    const head = await readFile(log.headPath);
    done(await log.log.write('ada', paused(2)));
    await writeFile(log.headPath, head);
    expect(done(await log.verify()).entries).toHaveLength(2);
    done(await log.open());
    await log.put(log.lines);
    await expectBroken(log);
  });

  test('or a disk that takes the entry and not the head, costs that entry at most', async () => {
    const log = await logOf(paused(1));
    await mkdir(`${log.headPath}.next`);
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await log.log.write('ada', paused(2))).toMatchObject({ error: { code: 'vault-unwritable' } });
      done(await log.verify());
    }
    await rmdir(`${log.headPath}.next`);
    done(await log.log.write('ada', paused(3)));
    expect(done(await log.verify()).entries.map(({ event }) => event)).toEqual([paused(1), paused(3)]);
  });
});

describe('a log from before there were heads', () => {
  const receipt = {
    statement: {
      sessionId: TEST_SESSION,
      endUserId: 'ada',
      organisation: 'ACME',
      purpose: 'meeting notes',
      retentionDays: 30,
      recipients: ['ACME'],
      localCopy: 'keep' as const,
      policyVersion: 1,
      channels: [{ id: 'mic:default', name: 'Microphone', mode: 'keep' as const }],
    },
    statementSha256: 'a'.repeat(64),
    agreedAt: '2026-03-01T10:00:00.000Z',
    act: 'window' as const,
  };
  const at = '2026-03-01T10:00:00.000Z';
  const earlier = [
    { at, actor: 'ada', event: { type: 'consent.given' as const, receipt } },
    { at, actor: 'ada', event: paused(1) },
    { at, actor: 'tallylight', event: complete },
  ];

  test('[P29] is whole, is given a head when it is first opened, and cannot be cut from then on', async () => {
    const log = await logOf();
    await log.put(chained(earlier));
    expect(done(await log.verify())).toMatchObject({ hasHead: false, entries: { length: 3 } });
    const opened = done(await log.open());
    expect(done(await log.verify())).toMatchObject({ hasHead: true, entries: { length: 3 } });
    await log.put(chained(earlier).slice(0, 2));
    await expectBroken(log);
    await log.put(chained(earlier));
    done(await opened.write('ada', paused(5)));
    const { entries } = done(await log.verify());
    expect(entries.map(({ mac }) => mac !== undefined)).toEqual([false, false, false, true]);
  });

  test('does not go on after one that had a head', async () => {
    const log = await logOf(paused(1));
    await log.put(chained([...parsed(log.lines), ...earlier.slice(1)]));
    await expectBroken(log);
  });
});
