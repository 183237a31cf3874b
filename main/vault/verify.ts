import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fail, ok, type Result } from '../../contract/result.ts';
import { placeOf } from './damage.ts';
import type { Recording } from './recording.ts';

export type Verified = { readonly fragments: number; readonly bytes: number };

/** Reads every stored byte of a recording and checks it. Error `vault-damaged` names the first wrong fragment, or receipt. */
export async function verifyRecording(recording: Recording): Promise<Result<Verified>> {
  const damage = recording.damage();
  if (damage !== undefined) return { ok: false, error: damage };
  let fragments = 0;
  let bytes = 0;
  for (const { id } of recording.facts().channels) {
    for (const stored of recording.fragments(id)) {
      const fragment = await recording.read(stored);
      if (!fragment.ok) return fragment;
      const { header } = fragment.value;
      const sha256 = createHash('sha256').update(fragment.value.bytes).digest('hex');
      const crc = crc32(fragment.value.bytes).toString(16).padStart(8, '0');
      if (sha256 !== header.sha256 || crc !== header.crc32) return fail('vault-damaged', placeOf(header));
      fragments += 1;
      bytes += header.bytes;
    }
  }
  const receipt = recording.damagedReceipt();
  return receipt === undefined ? ok({ fragments, bytes }) : fail('vault-damaged', receipt);
}
