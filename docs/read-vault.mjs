// Reads a recording by docs/vault-format.md alone, with nothing of Tallylight: node docs/read-vault.mjs DATA_DIR SESSION [OUT_DIR]
// Prints what is in it as JSON, and writes each take as a playable file into OUT_DIR. Only for the key store `key-file`.
import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FORMAT = 'tallylight-vault/2';
const [dataDir, session, outDir] = process.argv.slice(2);
if (session === undefined) stop('usage: node read-vault.mjs DATA_DIR SESSION [OUT_DIR]');
const dir = join(dataDir, 'vault', session);

function stop(why) {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

/** AES-256-GCM: nonce (12) | ciphertext | tag (16). */
function unseal(key, sealed, bound, what) {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(bound)).setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    return stop(`damaged: ${what}`);
  }
}

function recordingKey() {
  const kept = readFileSync(join(dir, 'key.wrapped'));
  const end = kept.indexOf('\n');
  const [format, kind] = kept.subarray(0, end).toString().split(' ');
  if (format !== FORMAT || kind !== 'key-file') stop(`another format or key store: ${format} ${kind}`);
  const device = readFileSync(join(dataDir, 'device.key'));
  return unseal(device, kept.subarray(end + 1), 'tallylight device key 1', 'key.wrapped');
}

const key = recordingKey();
const facts = JSON.parse(
  unseal(key, readFileSync(join(dir, 'recording.sealed')), `${FORMAT}|${session}|facts`, 'recording.sealed'),
);

function readTake(name, channelKey, channel, take, link) {
  const file = readFileSync(join(dir, name));
  const fragments = [];
  for (let at = 0; at + 8 <= file.length; ) {
    const what = `${channel} take ${take} fragment ${fragments.length}`;
    const length = file.readUInt32BE(at);
    if (file.readUInt32BE(at + 4) !== ~length >>> 0) stop(`damaged: ${what}`);
    const record = file.subarray(at + 8, at + 8 + length);
    // The process died while it wrote this one.
    if (record.length < length) break;
    if (!record.subarray(0, 16).equals(link)) stop(`does not follow the record before it: ${what}`);
    const place = `${FORMAT}|${session}|${channel}|${take}|${fragments.length}|${link.toString('hex')}`;
    const plain = unseal(channelKey, record.subarray(16), place, what);
    const told = plain.readUInt32BE(0);
    const header = JSON.parse(plain.subarray(4, 4 + told));
    const bytes = plain.subarray(4 + told);
    if (createHash('sha256').update(bytes).digest('hex') !== header.sha256) stop(`another digest: ${what}`);
    fragments.push(bytes);
    link = record.subarray(-16);
    at += 8 + length;
  }
  return { fragments, last: link };
}

function receiptsOf() {
  const path = join(dir, 'receipts.jsonl');
  const mac = new Uint8Array(hkdfSync('sha256', key, '', `${FORMAT}|${session}|receipts`, 32));
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  for (const [at, line] of lines.entries()) {
    const { channelId, take, sequence, mac: kept } = JSON.parse(line);
    const right = createHmac('sha256', mac).update(`${channelId}|${take}|${sequence}`).digest('base64url');
    if (kept !== right) stop(`damaged: receipt ${at + 1}`);
  }
  return lines.length;
}

if (outDir !== undefined) mkdirSync(outDir, { recursive: true });
const channels = facts.channels
  .filter(({ id, mode }) => mode === 'keep' && !(facts.erased ?? []).includes(id))
  .map(({ id }) => {
    const prefix = id.replace(':', '@');
    const sealed = readFileSync(join(dir, `${prefix}.key.sealed`));
    const channelKey = unseal(key, sealed, `${FORMAT}|${session}|${id}|key`, `key of ${id}`);
    let link = Buffer.alloc(16);
    const takes = readdirSync(dir)
      .filter((name) => name.startsWith(`${prefix}.take-`))
      .sort()
      .map((name) => {
        const take = Number(name.slice(prefix.length + 6, -7));
        const { fragments, last } = readTake(name, channelKey, id, take, link);
        link = last;
        if (outDir !== undefined)
          writeFileSync(join(outDir, `${prefix}-${take}.mp4`), Buffer.concat(fragments));
        return { take, fragments: fragments.length };
      });
    return { id, takes };
  });
const { startedAt, receipt } = facts;
/** What the service signed for; whether it did tells its public key. */
const signed = receipt === undefined ? null : JSON.parse(Buffer.from(receipt.split('.')[1], 'base64url'));
process.stdout.write(`${JSON.stringify({ session, startedAt, channels, receipts: receiptsOf(), signed })}\n`);
