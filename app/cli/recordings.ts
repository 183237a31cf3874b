import { errorOf } from '../../contract/result.ts';
import { openAuditLog } from '../../main/audit/log.ts';
import { endOf } from '../../main/session/pending.ts';
import { onlyHere } from '../../main/vault/facts.ts';
import type { Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { openVault } from './open-vault.ts';
import { printer, sizeText } from './print.ts';

/** What is kept on this device, one recording a line. */
export const recordings: Command = {
  options: ['json', 'data'],
  run: async (values) => {
    const out = printer(values.json === true);
    const opened = await openVault(values.data ?? clientDir(), 'read');
    if (!opened.ok) return out.failed(opened.error);
    let exit = 0;
    for (const id of await opened.value.vault.list()) {
      const recording = await opened.value.vault.open(id);
      if (!recording.ok) {
        exit = out.failed(recording.error);
        continue;
      }
      const facts = recording.value.facts();
      const kept = facts.channels
        .filter(({ mode }) => mode === 'keep')
        .map((channel) => recording.value.manifestOf(channel.id));
      const bytes = kept.reduce((sum, channel) => sum + channel.bytes, 0);
      // Nothing records here now: what has no end was cut off.
      const isCutOff = facts.ended === null;
      const { activeMs } = facts.ended ?? endOf(recording.value, new Date());
      const seconds = Math.round(activeMs / 1000);
      const rest = onlyHere(facts);
      const state = stateOf(facts.delivered, rest.length > 0);
      out.line(
        `${id}  ${facts.startedAt}  ${seconds} s${isCutOff ? ', cut off' : ''}  ${kept.map((channel) => channel.channel_id).join(', ')}  ${sizeText(bytes)}  ${state}`,
        {
          event: 'recording',
          id,
          startedAt: facts.startedAt,
          seconds,
          cutOff: isCutOff,
          bytes,
          delivered: facts.delivered,
          cut: rest,
          channels: kept,
        },
      );
    }
    opened.value.lock.release();
    return exit;
  },
};

function stateOf(isDelivered: boolean, isCut: boolean): string {
  if (!isDelivered) return 'only here';
  return isCut ? 'delivered in part, the rest only here' : 'delivered';
}

/**
 * Destroys the key of one recording on this device, then its files, also where it cannot be opened here: damaged, of another
 * version, or its key elsewhere; of a purged one its receipt, which is what is left.
 */
export const remove: Command = {
  options: ['json', 'data'],
  words: 1,
  run: async (values, [id]) => {
    const out = printer(values.json === true);
    if (id === undefined) return out.failed(errorOf('usage', 'which recording?'));
    const dataDir = values.data ?? clientDir();
    const opened = await openVault(dataDir);
    if (!opened.ok) return out.failed(opened.error);
    const { vault, lock, secrets } = opened.value;
    const log = await openAuditLog(dataDir, () => new Date(), secrets);
    if (!log.ok) {
      lock.release();
      return out.failed(log.error);
    }
    const isPurged = !(await vault.list()).includes(id);
    const facts = await vault.facts(id);
    const files = await vault.erase(id);
    if (!files.ok) {
      lock.release();
      return out.failed(files.error);
    }
    // Neither a receipt nor what cannot be opened names a person.
    const actor = facts.ok ? facts.value.endUserId : 'tallylight';
    const noted = await log.value.write(actor, {
      type: 'recording.purged',
      sessionId: id,
      reason: 'deleted-by-person',
      files: files.value,
    });
    lock.release();
    const gone = isPurged
      ? `The receipt of ${id} is gone from this device; the recording was gone already.`
      : `${id} is gone from this device: its key is destroyed.`;
    if (!noted.ok) {
      const message = `${gone} That could not be written to the audit log. ${noted.error.message}`;
      return out.failed({ ...noted.error, message });
    }
    out.line(gone, { event: 'deleted', id, files: files.value });
    return 0;
  },
};
