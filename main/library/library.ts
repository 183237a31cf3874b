import {
  LIBRARY_PAGE,
  type LibraryExported,
  type LibraryPage,
  type LibraryVerified,
} from '../../contract/bridge/library.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { AuditLog } from '../audit/log.ts';
import { exportRecording } from '../export/export-recording.ts';
import type { Host, SecretStore } from '../host.ts';
import { findFfmpeg } from '../pipeline/ffmpeg-finder.ts';
import { verifySession } from '../session/verify-session.ts';
import type { Vault } from '../vault/vault.ts';
import { entriesOf } from './entries.ts';
import { type JobWatch, oneJob } from './one-job.ts';
import { type Playing, playingFrom } from './playing.ts';
import { freePath } from './target.ts';

export type LibraryParts = {
  readonly dataDir: string;
  readonly vault: Vault;
  readonly secrets: SecretStore;
  readonly audit: AuditLog;
  readonly host: Pick<Host, 'env' | 'packagedDir'>;
  /** Where files of the person's own go, unless `chooseFile` asks; undefined from it: the person thought better of it. */
  readonly exportDir: string;
  readonly chooseFile?: (suggested: string) => Promise<string | undefined>;
  /** The session that is being recorded. */
  readonly underWay: () => string | undefined;
  /** Ends the delivery of one recording; resolves when nothing reads it any more. */
  readonly letGo: (sessionId: string) => Promise<void>;
  readonly onChange: () => void;
};

/** What is recorded on this device, for a person to look through. */
export type Library = {
  readonly view: (sign: string) => Snapshot['library'];
  /** `from`: how many of the newest are passed over. */
  readonly list: (from: number, limit: number) => Promise<Result<LibraryPage>>;
  /** Errors: those of `verifySession`, `not-now`. */
  readonly verify: (sessionId: string) => Promise<Result<LibraryVerified>>;
  /**
   * Writes it as MP4 files to where the person says. What is damaged is left out, and told by `vault-damaged` when the rest is
   * written. Errors: those of `exportRecording`, of finding ffmpeg and of the audit log; `not-now`.
   */
  readonly export: (sessionId: string, perChannel: boolean) => Promise<Result<LibraryExported>>;
  readonly playing: Playing;
  /** Ends what `verify` or `export` are doing. */
  readonly cancel: () => Promise<void>;
  /** Destroys it here, also while it is being delivered. Errors: `not-now` while it records, `recording-unknown`, those of the disk. */
  readonly erase: (sessionId: string) => Promise<Result<void>>;
};

export function openLibrary(parts: LibraryParts): Library {
  const { vault, audit, dataDir, secrets, underWay, onChange } = parts;
  const entries = entriesOf(vault);
  const jobs = oneJob(onChange);
  const playing = playingFrom(vault);
  let revision = 1;
  let lastSign: string | undefined;

  function changed(): void {
    revision += 1;
    onChange();
  }

  async function verified(sessionId: string, watch: JobWatch): Promise<Result<LibraryVerified>> {
    const found = await verifySession({ dataDir, vault, secrets }, sessionId, watch);
    if (!found.ok) return found;
    const { media, receipt } = found.value;
    const signed =
      receipt === null
        ? null
        : { at: new Date(receipt.claims.iat * 1000).toISOString(), isPinned: receipt.isPinned };
    return ok({ media, signed });
  }

  async function exported(
    sessionId: string,
    perChannel: boolean,
    watch: JobWatch,
  ): Promise<Result<LibraryExported>> {
    const { env, packagedDir } = parts.host;
    const recording = await vault.open(sessionId);
    if (!recording.ok) return recording;
    const { close, facts, damage } = recording.value;
    try {
      const search = { platform: process.platform, env, demuxers: [] };
      const ffmpeg = await findFfmpeg(packagedDir === undefined ? search : { ...search, packagedDir });
      if (!ffmpeg.ok) return ffmpeg;
      const suggested = await freePath(parts.exportDir, facts());
      const file = parts.chooseFile === undefined ? suggested : await parts.chooseFile(suggested);
      if (file === undefined) return fail('export-cancelled');
      const asked = { file, perChannel, asRecorded: false, ffmpeg: ffmpeg.value.path, env };
      const files = await exportRecording(recording.value, { ...asked, ...watch });
      if (!files.ok) return files;
      const channelIds = files.value.flatMap(({ channels }) => channels);
      const event = { type: 'recording.exported', sessionId, channelIds, files: files.value.length } as const;
      const noted = await audit.write(facts().endUserId, event);
      if (!noted.ok) return noted;
      const lost = damage();
      if (lost !== undefined) return { ok: false, error: lost };
      return ok({ files: files.value.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })) });
    } finally {
      await close();
    }
  }

  /** What is being written is read by nobody else: a reader takes an unfinished line for a torn one. */
  async function unlessRecorded<T>(sessionId: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
    return sessionId === underWay() ? fail('not-now', 'it is being recorded') : work();
  }

  async function erase(sessionId: string): Promise<Result<void>> {
    if (jobs.now()?.sessionId === sessionId) await jobs.cancel();
    await playing.close(sessionId);
    await parts.letGo(sessionId);
    const facts = await vault.facts(sessionId);
    const files = await vault.erase(sessionId);
    changed();
    if (!files.ok) return files;
    // A receipt names no person, and of a damaged one nobody knows whose it was.
    const actor = facts.ok ? facts.value.endUserId : 'tallylight';
    const event = {
      type: 'recording.purged',
      sessionId,
      reason: 'deleted-by-person',
      files: files.value,
    } as const;
    const noted = await audit.write(actor, event);
    return noted.ok ? ok(undefined) : noted;
  }

  return {
    view: (sign) => {
      if (lastSign !== undefined && sign !== lastSign) revision += 1;
      lastSign = sign;
      return { revision, job: jobs.now() };
    },
    list: async (from, limit) => {
      const all = await entries.list(underWay());
      const page = all.slice(from, from + Math.min(limit, LIBRARY_PAGE));
      return ok({ revision, entries: page, total: all.length });
    },
    verify: (sessionId) =>
      unlessRecorded(sessionId, () =>
        jobs.run({ kind: 'verify', sessionId }, (watch) => verified(sessionId, watch)),
      ),
    export: (sessionId, perChannel) =>
      unlessRecorded(sessionId, () =>
        jobs.run({ kind: 'export', sessionId }, (watch) => exported(sessionId, perChannel, watch)),
      ),
    playing: { ...playing, open: (sessionId) => unlessRecorded(sessionId, () => playing.open(sessionId)) },
    cancel: jobs.cancel,
    erase: (sessionId) => unlessRecorded(sessionId, () => erase(sessionId)),
  };
}
