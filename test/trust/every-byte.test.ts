import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { receiptOf } from '../../backend/trial/client.ts';
import { type Piece, takeOf } from '../../backend/trial/media.ts';
import { call, startOf } from '../../backend/trial/recorder.ts';
import { type Trial, trial } from '../../backend/trial/service.ts';
import { CONSENT_TYP } from '../../contract/consent.ts';
import type { Result } from '../../contract/result.ts';
import type { TokenGrant } from '../../contract/wire.ts';
import { openAuditLog, verifyAuditLog } from '../../main/audit/log.ts';
import { clientKey } from '../../main/auth/client-key.ts';
import { serviceClient } from '../../main/delivery/service-client.ts';
import { policyKeeper } from '../../main/policy/keeper.ts';
import { deliverPending } from '../../main/session/pending.ts';
import { verifySession } from '../../main/session/verify-session.ts';
import type { RecordingFacts } from '../../main/vault/facts.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import { done, testFolder, testVault } from '../../main/vault/test-vault.ts';
import { vaultIn } from '../../main/vault/vault.ts';

const MIC = 'mic:default';
const SYSTEM = 'system_audio:default';
const takesOf = (channelId: string) => (channelId === MIC ? [1, 2] : [1]);

/** A fragment with what the vault says of it. */
function fragmentOf(sessionId: string, channelId: string, { bytes, ...place }: Piece) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const crc = crc32(bytes).toString(16).padStart(8, '0');
  return { header: { ...place, sessionId, channelId, bytes: bytes.length, sha256, crc32: crc }, bytes };
}

/** A data folder on which sessions are recorded and delivered to a real service, with all that the client leaves there. */
async function client(service: Trial) {
  const dataDir = await testFolder();
  const secrets = done(await keyFileSecrets(dataDir));
  const vault = await testVault(dataDir);
  const now = () => new Date(service.clock.now);
  const log = done(await openAuditLog(dataDir, now, secrets));
  const audit = async (event: Parameters<typeof log.write>[1]) => void done(await log.write('ada', event));
  const silent = () => undefined;

  async function record(localCopy: RecordingFacts['localCopy']): Promise<string> {
    const sessions = '/collection/default/capture/session';
    const { data } = await call(service, 'POST', sessions, service.key, { end_user_id: 'ada' });
    const sessionId = data.id;
    const wish = { session_id: sessionId, jkt: await clientKey.jkt() };
    const { data: granted } = await call<TokenGrant>(
      ...([service, 'POST', '/capture/session/token', service.key, wish] as const),
    );
    const receipt = { ...receiptOf(sessionId, [`+${MIC}`, `+${SYSTEM}`]), agreedAt: now().toISOString() };
    await audit({ type: 'consent.given', receipt });
    const at = serviceClient(service.url, sessionId);
    const started = done(
      await at.start(granted.token, {
        ...startOf(sessionId, `+${MIC}`, `+${SYSTEM}`),
        consent_jws: await clientKey.sign(CONSENT_TYP, receipt),
      }),
    );
    const channels = started.rtstreams.map(({ name: id, rtstream_id: rtstreamId }) => {
      const kind = id === MIC ? ('mic' as const) : ('system_audio' as const);
      return { id, name: id, kind, mode: 'keep' as const, rtstreamId };
    });
    const consent = started.consent_jws ?? '';
    const recording = done(
      await vault.create({
        ...{ format: 2, sessionId, server: service.url, title: 'Weekly', endUserId: 'ada', consent },
        ...{ startedAt: now().toISOString(), localCopy, channels, ended: null, delivered: false },
      }),
    );
    await audit({
      type: 'session.started',
      sessionId,
      channels: channels.map(({ id, mode }) => ({ id, mode })),
    });
    for (const { id } of channels)
      for (const take of takesOf(id))
        for (const piece of takeOf({ take, seconds: 0.1, startedAtMs: take * 1000 }))
          done(await recording.append(fragmentOf(sessionId, id, piece)));
    done(
      await recording.change({
        ended: { at: now().toISOString(), durationMs: 3000, activeMs: 200, live: [] },
      }),
    );
    await recording.close();
    const grant = { server: service.url, sessionId, title: null, token: granted.token, expiresAtMs: null };
    const connection = { open: async () => ({ ok: true, value: grant }) as const };
    const delivery = deliverPending(sessionId, {
      ...{ vault, audit, now, log: silent, trouble: silent },
      policies: policyKeeper({ dataDir, env: {}, log: silent, now, audit }),
      connection: { ...connection, reopen: connection.open },
    });
    done(await delivery.done);
    return sessionId;
  }

  return { dataDir, secrets, vault, record };
}

/** Every file below a folder, as a path from there. */
async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(dir, join(parentPath, name))).sort();
}

/** The code and detail of what is wrong; undefined where nothing is. */
const flaw = (result: Result<unknown>) =>
  result.ok ? undefined : `${result.error.code}: ${result.error.detail ?? ''}`;

test('[P61][P63] whichever byte changes of what two sessions leave on a device, verifying them or the log names it', async () => {
  const service = await trial();
  const { dataDir, record } = await client(service);
  const kept = await record('keep');
  const purged = await record('purge-after-delivery');
  /** What is wrong, as whoever looks at this file's side of it is told. */
  const look = async (file: string): Promise<string | undefined> => {
    const secrets = await keyFileSecrets(dataDir);
    if (!secrets.ok) return flaw(secrets);
    if (file.startsWith('audit')) return flaw(await verifyAuditLog(dataDir, async () => secrets));
    const parts = { dataDir, vault: vaultIn(dataDir, secrets.value), secrets: secrets.value };
    return flaw(await verifySession(parts, file.includes(purged) ? purged : kept));
  };

  const damaged = (what: string) => `vault-damaged: ${what}$`;
  const inVault = (name: string) => join('vault', kept, name);
  /** What names a change of a file: the first of what is wrong. */
  const named: Record<string, string> = {
    'audit-key.wrapped': 'audit-broken: ',
    'audit.head': 'audit-broken: ',
    'audit.jsonl': 'audit-broken: entry ',
    // Nothing opens any more that it wrapped.
    'device.key': 'vault-damaged: the device key does not open this recording$',
    [inVault('key.wrapped')]:
      `(${damaged(`(the device key does not open this recording|key of ${kept})`)}|vault-version: ${kept}$)`,
    [inVault('recording.sealed')]: damaged(`facts of ${kept}`),
    [inVault('receipts.jsonl')]: damaged('receipt \\d+'),
    [join('vault', 'receipts', `${purged}.jws`)]: damaged(`receipt of ${purged}`),
  };
  for (const id of [MIC, SYSTEM]) {
    const slug = id.replace(':', '@');
    named[inVault(`${slug}.key.sealed`)] = damaged(`key of ${id}`);
    for (const take of takesOf(id))
      named[inVault(`${slug}.take-0000${take}.sealed`)] = damaged(`${id} take ${take} fragment \\d+`);
  }
  const unproven = [
    // Signed by the service: what was changed is not taken for its policy (main/policy/keeper.test.ts).
    'policies.json',
    // A pin: whatever is not the key of the service refuses its policy at the next meeting (main/policy/keeper.test.ts).
    'trust.json',
  ];
  const files = await filesIn(dataDir);
  expect(files).toEqual([...Object.keys(named), ...unproven].sort());
  for (const file of files) expect(await look(file), file).toBeUndefined();

  for (const file of Object.keys(named)) {
    const path = join(dataDir, file);
    const whole = await readFile(path);
    expect(whole.length, file).toBeGreaterThan(0);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, changed);
      expect(`${file} byte ${at}: ${await look(file)}`).toMatch(
        new RegExp(`^${file} byte ${at}: ${named[file]}`),
      );
    }
    await writeFile(path, whole);
  }
  for (const file of files) expect(await look(file), file).toBeUndefined();
}, 600_000);
