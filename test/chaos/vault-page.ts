import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads vaults by docs/vault-format.md alone: it must not err where the product errs, so it shares no line with it. */

const FORMAT = 'tallylight-vault/2';

export type Piece = {
  readonly channelId: string;
  readonly take: number;
  readonly sequence: number;
  readonly sha256: string;
};
export type ReadVault = {
  readonly sessionId: string;
  readonly facts: {
    readonly ended: { readonly activeMs: number } | null;
    readonly delivered: boolean;
    readonly cut?: readonly { readonly channelId: string; readonly code: string }[];
    readonly channels: readonly { readonly id: string; readonly mode: string; readonly rtstreamId: string }[];
  };
  readonly pieces: readonly Piece[];
  /** Media of each take, put together: a playable file. */
  readonly takes: ReadonlyMap<string, Buffer>;
  readonly receipts: readonly Omit<Piece, 'sha256'>[];
  readonly damage: readonly string[];
  readonly files: readonly string[];
};

export function sessionsIn(dataDir: string): string[] {
  const vault = join(dataDir, 'vault');
  return existsSync(vault) ? readdirSync(vault).filter((name) => name.startsWith('cap-')) : [];
}

/** Throws where the recording cannot be read at all. */
export function readVault(dataDir: string, sessionId: string): ReadVault {
  const dir = join(dataDir, 'vault', sessionId);
  const files = readdirSync(dir).sort();
  const wrapped = readFileSync(join(dir, 'key.wrapped'));
  const end = wrapped.indexOf('\n');
  const key = unseal(
    readFileSync(join(dataDir, 'device.key')),
    wrapped.subarray(end + 1),
    'tallylight device key 1',
  );
  const facts: ReadVault['facts'] = JSON.parse(
    unseal(key, readFileSync(join(dir, 'recording.sealed')), `${FORMAT}|${sessionId}|facts`).toString(),
  );
  const damage: string[] = [];
  const pieces: Piece[] = [];
  const takes = new Map<string, Buffer>();
  for (const { id, mode } of facts.channels) {
    if (mode !== 'keep') continue;
    const name = id.replace(':', '@');
    const channelKey = unseal(
      key,
      readFileSync(join(dir, `${name}.key.sealed`)),
      `${FORMAT}|${sessionId}|${id}|key`,
    );
    let link: Buffer = Buffer.alloc(16);
    for (const file of files.filter((one) => one.startsWith(`${name}.take-`))) {
      const take = Number(/take-(\d+)\.sealed$/.exec(file)?.[1]);
      const read = readTake(readFileSync(join(dir, file)), channelKey, { sessionId, id, take, link });
      link = read.link;
      pieces.push(...read.pieces);
      takes.set(`${name}-${take}`, Buffer.concat(read.media));
      if (read.damage !== undefined) damage.push(read.damage);
    }
  }
  return {
    sessionId,
    facts,
    pieces,
    takes,
    receipts: receiptsOf(dir, key, sessionId, damage),
    damage,
    files,
  };
}

type Place = {
  readonly sessionId: string;
  readonly id: string;
  readonly take: number;
  readonly link: Buffer;
};

function readTake(file: Buffer, key: Buffer, { sessionId, id, take, link: before }: Place) {
  const pieces: Piece[] = [];
  const media: Buffer[] = [];
  let link: Buffer = before;
  let damage: string | undefined;
  for (let at = 0; at + 8 <= file.length; ) {
    const sequence = pieces.length;
    const length = file.readUInt32BE(at);
    const record = file.subarray(at + 8, at + 8 + length);
    if (file.readUInt32BE(at + 4) !== ~length >>> 0)
      damage = `${id} take ${take} fragment ${sequence}: length`;
    else if (record.length < length) break;
    else if (!record.subarray(0, 16).equals(link)) damage = `${id} take ${take} fragment ${sequence}: link`;
    if (damage !== undefined) break;
    try {
      const place = `${FORMAT}|${sessionId}|${id}|${take}|${sequence}|${link.toString('hex')}`;
      const plain = unseal(key, record.subarray(16), place);
      const bytes = plain.subarray(4 + plain.readUInt32BE(0));
      const header = JSON.parse(plain.subarray(4, 4 + plain.readUInt32BE(0)).toString());
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (sha256 !== header.sha256) damage = `${id} take ${take} fragment ${sequence}: digest`;
      pieces.push({ channelId: id, take, sequence, sha256 });
      media.push(bytes);
    } catch {
      damage = `${id} take ${take} fragment ${sequence}: seal`;
    }
    if (damage !== undefined) break;
    link = Buffer.from(record.subarray(-16));
    at += 8 + length;
  }
  return { pieces, media, link, damage };
}

function receiptsOf(dir: string, key: Buffer, sessionId: string, damage: string[]): ReadVault['receipts'] {
  const path = join(dir, 'receipts.jsonl');
  if (!existsSync(path)) return [];
  const macKey = Buffer.from(hkdfSync('sha256', key, '', `${FORMAT}|${sessionId}|receipts`, 32));
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line, index) => {
    try {
      const { channelId, take, sequence, mac } = JSON.parse(line);
      const right = createHmac('sha256', macKey)
        .update(`${channelId}|${take}|${sequence}`)
        .digest('base64url');
      if (mac === right) return [{ channelId, take, sequence }];
    } catch {
      // No receipt at all: the same as a wrong one.
    }
    damage.push(`receipt ${index + 1}`);
    return [];
  });
}

/** AES-256-GCM: nonce (12), ciphertext, tag (16). Throws where it does not open. */
function unseal(key: Buffer, sealed: Buffer, bound: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(bound)).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}
