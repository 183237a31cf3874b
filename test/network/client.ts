import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { receiptOf } from '../../backend/trial/client.ts';
import { PICTURE, type Piece, takeOf } from '../../backend/trial/media.ts';
import { call, startOf } from '../../backend/trial/recorder.ts';
import { must, type Trial, trial } from '../../backend/trial/service.ts';
import { kindOf } from '../../contract/channel.ts';
import { CONSENT_TYP } from '../../contract/consent.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { fail, ok } from '../../contract/result.ts';
import type { FragmentList, SessionView, TokenGrant } from '../../contract/wire.ts';
import { type ClientKey, makeClientKey } from '../../main/auth/client-key.ts';
import { holdToken } from '../../main/auth/token.ts';
import { type ServiceClient, serviceClient } from '../../main/delivery/service-client.ts';
import type { Grant } from '../../main/host.ts';
import type { RecordingFacts } from '../../main/vault/facts.ts';
import type { Recording } from '../../main/vault/recording.ts';
import { testFacts, testFolder, testVault } from '../../main/vault/test-vault.ts';
import type { Vault } from '../../main/vault/vault.ts';
import { type FaultyProxy, openFaultyProxy } from '../instruments/faulty-proxy.ts';

/** A media service behind a network with faults. The person's own way to it, for asking what it holds, has none. */
export type Remote = { readonly service: Trial; readonly proxy: FaultyProxy };
/** The same as far as it is an address. */
export type Reached = Pick<Remote, 'service'> & { readonly proxy: Pick<FaultyProxy, 'url'> };

export async function remote(seed = 1): Promise<Remote> {
  let target = '';
  const proxy = await openFaultyProxy(() => target, seed);
  onTestFinished(proxy.close);
  const service = await trial({ publicUrl: proxy.url, clock: Date.now });
  target = service.url;
  return { service, proxy };
}

/** A session that the client has started; what it records lies in its vault. */
export type Started = {
  readonly sessionId: string;
  readonly client: ServiceClient;
  readonly grant: Grant;
  readonly streams: ReadonlyMap<string, string>;
  readonly recording: Recording;
  readonly facts: RecordingFacts;
};

export async function clientVault(): Promise<Vault> {
  return testVault(await testFolder());
}

/** Starts a session through the network as it is; `+` in front of a channel keeps it. */
export async function startedBy(
  { service, proxy }: Reached,
  vault: Vault,
  channels: readonly string[],
  key: ClientKey = makeClientKey(),
): Promise<Started> {
  const wish = { end_user_id: 'ada' };
  const { data } = await call(service, 'POST', '/collection/default/capture/session', service.key, wish);
  const token = await tokenOf({ service }, data.id);
  const client = serviceClient(proxy.url, data.id, { key });
  const view = must(await client.session(token));
  const receipt = receiptOf(data.id, channels, view.policy, { endUserId: 'ada' });
  const started = must(
    await client.start(token, {
      ...startOf(data.id, ...channels),
      consent_sha256: receipt.statementSha256,
      consent_jws: await key.sign(CONSENT_TYP, { ...receipt, agreedAt: new Date().toISOString() }),
    }),
  );
  const streams = new Map(started.rtstreams.map(({ name, rtstream_id }) => [name, rtstream_id]));
  const facts = testFacts({
    sessionId: data.id,
    server: proxy.url,
    channels: channels.map((channel) => {
      const id = channel.replace(/^\+/, '');
      const mode = channel.startsWith('+') ? 'keep' : 'live';
      return { id, name: id, kind: kindOf(id), mode, rtstreamId: streams.get(id) ?? '' } as const;
    }),
  });
  const recording = must(await vault.create(facts));
  return {
    sessionId: data.id,
    client,
    grant: { server: proxy.url, sessionId: data.id, title: null, token, expiresAtMs: Date.now() + 600_000 },
    streams,
    recording,
    facts,
  };
}

export async function tokenOf({ service }: Pick<Remote, 'service'>, sessionId: string): Promise<string> {
  const wish = { session_id: sessionId };
  return (await call<TokenGrant>(service, 'POST', '/capture/session/token', service.key, wish)).data.token;
}

/** The token of a session, renewed through the network; your backend is asked past it. */
export function tokensOf(there: Remote, { grant }: Started, key: ClientKey) {
  const open = async () => fail('session-unknown');
  const reopen = async (_server: string, id: string) => ok({ ...grant, token: await tokenOf(there, id) });
  const connection = { open, reopen };
  const tokens = holdToken({ grant, connection, log: () => undefined, now: Date.now, key });
  onTestFinished(tokens.stop);
  return tokens;
}

/** What is recorded of a channel: real media of so many seconds, in fragments of one. */
export function recordedOf(sessionId: string, channelId: string, seconds: number): Fragment[] {
  const source = kindOf(channelId) === 'display' ? { source: PICTURE } : {};
  return takeOf({ seconds, ...source }).map((piece) => fragmentOf(sessionId, channelId, piece));
}

function fragmentOf(sessionId: string, channelId: string, { bytes, ...piece }: Piece): Fragment {
  return {
    header: {
      ...{ sessionId, channelId, ...piece, bytes: bytes.length },
      sha256: createHash('sha256').update(bytes).digest('hex'),
      crc32: crc32(bytes).toString(16).padStart(8, '0'),
    },
    bytes,
  };
}

export const hashesOf = (fragments: readonly Fragment[]) => fragments.map(({ header }) => header.sha256);

/** What the service holds of a stream, asked past the network. */
export async function heldBy(
  { service }: Pick<Remote, 'service'>,
  streamId: string | undefined,
): Promise<string[]> {
  const path = `/rtstream/${streamId}/fragments`;
  const { data } = await call<FragmentList>(service, 'GET', path, service.key);
  return data.fragments.map(({ sha256 }) => sha256);
}

export async function seenBy({ service }: Pick<Remote, 'service'>, sessionId: string): Promise<SessionView> {
  const path = `/collection/default/capture/session/${sessionId}`;
  return (await call(service, 'GET', path, service.key)).data;
}
