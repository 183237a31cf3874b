import { KEEP } from '../../backend/backup/automatic.ts';
import type { Made } from '../../backend/backup/back-up.ts';
import {
  listBackups,
  makeBackup,
  makeVerified,
  restoreService,
  verifyBackups,
} from '../../backend/backup/commands.ts';
import type { Progress } from '../../backend/backup/progress.ts';
import type { Damage, VerifiedBackup } from '../../backend/backup/verify.ts';
import { errorOf } from '../../contract/result.ts';
import { cancellable } from './cancelled.ts';
import type { Command } from './command.ts';
import { serviceDir } from './data-dir.ts';
import { type Printer, printer, sizeText } from './print.ts';

/** Backs the whole service up into a folder, while it runs or not. */
export const backup: Command = {
  options: ['json', 'data', 'to', 'keep', 'verify', 'anew'],
  run: async (values) => {
    const out = printer(values.json === true);
    const { to } = values;
    const keep = Number(values.keep ?? KEEP);
    if (to === undefined) return out.failed(errorOf('usage', '--to says which folder'));
    if (!Number.isInteger(keep) || keep < 1)
      return out.failed(errorOf('usage', '--keep takes a number from 1'));
    const dataDir = values.data ?? serviceDir();
    const tell = progressTo(out, values.json === true);
    return cancellable(async (signal) => {
      const options = { keep, anew: values.anew === true, signal, tell };
      if (values.verify !== true) {
        const made = await makeBackup({ dataDir }, to, options);
        return made.ok ? tellMade(out, made.value) : out.failed(made.error);
      }
      const both = await makeVerified({ dataDir }, to, options);
      if (!both.ok) return out.failed(both.error);
      const { made, verified, healed } = both.value;
      for (const { path } of healed) out.note(`Was damaged, and was copied again: ${path}`);
      const code = tellMade(out, made);
      const isWhole = verified.map((one) => tellVerified(out, one)).every(Boolean);
      return isWhole ? code : 1;
    });
  },
};

/** Reads every byte of the backups in a folder. */
export const backupVerify: Command = {
  options: ['json', 'data', 'to', 'generation'],
  run: async (values) => {
    const out = printer(values.json === true);
    const { to, generation } = values;
    if (to === undefined) return out.failed(errorOf('usage', '--to says which folder'));
    const dataDir = values.data ?? serviceDir();
    const tell = progressTo(out, values.json === true);
    const verified = await cancellable((signal) =>
      verifyBackups({ dataDir }, to, { generation, signal, tell }),
    );
    if (!verified.ok) return out.failed(verified.error);
    const told = verified.value.map((one) => tellVerified(out, one));
    return told.every(Boolean) ? 0 : 1;
  },
};

/** The backups in a folder, oldest first. It needs nothing of the service's own folder, which may be named as for the others. */
export const backupList: Command = {
  options: ['json', 'data', 'to'],
  run: async (values) => {
    const out = printer(values.json === true);
    if (values.to === undefined) return out.failed(errorOf('usage', '--to says which folder'));
    const listed = await listBackups(values.to);
    if (!listed.ok) return out.failed(listed.error);
    for (const { generation, madeAt, sessions, recordings, bytes } of listed.value)
      out.line(
        madeAt === null
          ? `${generation}  damaged`
          : `${generation}  ${sessions} sessions, ${recordings} recordings, ${sizeText(bytes)}`,
        { event: 'backup', generation, made_at: madeAt, sessions, recordings, bytes },
      );
    return 0;
  },
};

/** Makes a service of a backup, where there is none. */
export const restore: Command = {
  options: ['json', 'data', 'from', 'generation', 'leave-out-damaged', 'take-over'],
  run: async (values) => {
    const out = printer(values.json === true);
    const { from, generation } = values;
    if (from === undefined) return out.failed(errorOf('usage', '--from says which folder'));
    const dataDir = values.data ?? serviceDir();
    const tell = progressTo(out, values.json === true);
    const leaveOutDamaged = values['leave-out-damaged'] === true;
    const takeOver = values['take-over'] === true;
    const restored = await cancellable((signal) =>
      restoreService({ dataDir }, from, {
        takeOver,
        ...{ leaveOutDamaged, signal, tell },
        ...(generation === undefined ? {} : { generation }),
      }),
    );
    if (!restored.ok) return out.failed(restored.error);
    const { madeAt, sessions, blobs, bytes, deleted, damage, leftOut, otherHeads } = restored.value;
    tellDamage(out, damage);
    out.line(
      `Restored to ${dataDir} as it was at ${madeAt}: ${sessions} sessions, ${sizeText(bytes)}. ${deleted} were deleted since and stay so.`,
      {
        ...{ event: 'restored', generation: restored.value.generation, made_at: madeAt, data: dataDir },
        ...{ sessions, blobs, bytes, deleted, left_out: leftOut, other_heads: otherHeads },
      },
    );
    for (const id of leftOut) out.note(`Left out, as it is damaged: ${id}`);
    if (otherHeads !== null)
      out.note(
        `${otherHeads} was left as it is. It may know of entries from after the backup, which are lost: then \`tallylight backend audit verify\` says so, and \`audit anchor\` begins anew.`,
      );
    out.note(
      'Keys of your backend, admins and passwords are as they were then: revoke again what was revoked since.',
    );
    return leftOut.length === 0 ? 0 : 1;
  },
};

/** Answers the exit code. */
function tellMade(out: Printer, made: Made): number {
  const { generation, sessions, recordings, blobs, bytes, newBlobs, newBytes, unreadable } = made;
  out.line(
    `Backup ${generation}: ${sessions} sessions, ${recordings} recordings, ${sizeText(bytes)}. New in the folder: ${sizeText(newBytes)}.`,
    {
      ...{ event: 'backed-up', generation, sessions, recordings, blobs, bytes },
      ...{ new_blobs: newBlobs, new_bytes: newBytes, unreadable },
    },
  );
  for (const { session, stream, take, sequence } of unreadable)
    out.note(`The service cannot read this itself: ${session} ${stream} ${take}/${sequence}`);
  return unreadable.length === 0 ? 0 : 1;
}

/** Says whether it is whole. */
function tellVerified(out: Printer, verified: VerifiedBackup): boolean {
  const { generation, blobs, bytes, opened, deleted, damage } = verified;
  tellDamage(out, damage);
  const isClosed = blobs > 0 && opened === 0;
  const found = damage.length === 0 ? 'is as it was written' : `has ${damage.length} faults`;
  out.line(
    `Backup ${generation} ${found}: ${blobs} fragments, ${sizeText(bytes)}, ${opened} opened; ${deleted} recordings were deleted since.`,
    { event: 'verified', generation, blobs, bytes, opened, deleted, faults: damage.length },
  );
  if (isClosed)
    out.note('The master key is not here, so no fragment was opened: only its bytes were compared.');
  return damage.length === 0;
}

function tellDamage(out: Printer, damage: readonly Damage[]): void {
  for (const { path, session, what } of damage)
    out.line(`${path}: ${what}`, { event: 'damage', path, session, what });
}

const STEPS: Readonly<Record<Progress['step'], string>> = {
  database: 'Reading the database',
  keys: 'Writing the keys',
  recordings: 'Copying recordings',
  verify: 'Verifying',
  restore: 'Restoring',
};

/** Each tenth of a step; a step that is over at once is not worth a line. */
function progressTo(out: Printer, isJson: boolean): (progress: Progress) => void {
  let told = '';
  return ({ step, done, of }) => {
    const percent = of === 0 ? 0 : Math.min(100, Math.floor((done / of) * 10) * 10);
    const line = `${step} ${percent}`;
    if (line === told) return;
    told = line;
    if (isJson) out.json({ event: 'progress', step, percent });
    else if (percent > 0) out.note(`${STEPS[step]}: ${percent} %`);
  };
}
