import { errorOf, type TallylightError } from '../../contract/result.ts';
import { type SignedFor, type VerifiedSession, verifySession } from '../../main/session/verify-session.ts';
import type { Vault } from '../../main/vault/vault.ts';
import type { Command } from './command.ts';
import { type DamagedError, withNothingLeft, withoutProof, withWhatIsLeft } from './damaged.ts';
import { clientDir } from './data-dir.ts';
import { openVault } from './open-vault.ts';
import { printer, sizeText } from './print.ts';

/** Checks every byte that is here of one recording, and what the media service signed for. */
export const verify: Command = {
  options: ['json', 'data'],
  words: 1,
  run: async (values, [id]) => {
    const out = printer(values.json === true);
    if (id === undefined) return out.failed(errorOf('usage', 'which recording?'));
    const dataDir = values.data ?? clientDir();
    const opened = await openVault(dataDir, 'read');
    if (!opened.ok) return out.failed(opened.error);
    const verified = await verifySession({ ...opened.value, dataDir }, id);
    const told = verified.ok
      ? verified
      : { ok: false as const, error: await withNextSteps(verified.error, opened.value.vault, id) };
    opened.value.lock.release();
    if (!told.ok) return out.failed(told.error);
    const { media, receipt } = told.value;
    out.line(wordsOf(id, told.value), {
      ...{ event: 'verified', id, kept: media !== null, ...media },
      receipt: receipt && { ...receipt.claims, pinned: receipt.isPinned },
    });
    return 0;
  },
};

async function withNextSteps(error: TallylightError, vault: Vault, id: string): Promise<DamagedError> {
  if (error.code !== 'vault-damaged') return error;
  const recording = await vault.open(id);
  if (recording.ok) return withWhatIsLeft(error, recording.value);
  return recording.error.code === 'recording-unknown' ? withoutProof(error) : withNothingLeft(error, id);
}

function wordsOf(id: string, { media, receipt }: VerifiedSession): string {
  if (media === null)
    return `${id} is not kept here any more.${receipt === null ? '' : ` ${signedWords(receipt)}`}`;
  const { fragments, bytes } = media;
  const whole = `${id} is whole: ${fragments} fragments, ${sizeText(bytes)}, every SHA-256 and CRC-32 right.`;
  return receipt === null ? whole : `${whole} ${signedWords(receipt)}`;
}

function signedWords({ claims, isPinned }: SignedFor): string {
  const held = claims.channels.map(
    ({ channel_id, fragments, bytes, digest }) =>
      `${channel_id} ${fragments} fragments, ${sizeText(bytes)}, SHA-256 ${digest}`,
  );
  const at = new Date(claims.iat * 1000).toISOString();
  const key = isPinned ? '' : ', with a key that is not known here now';
  return `The media service signed on ${at}${key} that it holds ${held.join('; ') || 'nothing of it'}.`;
}
