import { createHash } from 'node:crypto';
import { WebSocket } from 'ws';
import {
  ACCESS_TOKEN_HEADER,
  fragmentList,
  liveHeader,
  type SessionView,
  sessionView,
  success,
} from '../../contract/wire.ts';
import type { Embedded } from './embedded.ts';

/** What the owner of an API key sees: used by the demo and by tests to judge what the client delivered. */
type Access = Pick<Embedded, 'server' | 'apiKey'>;

async function get(access: Access, path: string): Promise<Response> {
  const response = await fetch(access.server + path, { headers: { [ACCESS_TOKEN_HEADER]: access.apiKey } });
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
  return response;
}

export async function wholeSession(access: Access, sessionId: string): Promise<SessionView> {
  const response = await get(access, `/collection/default/capture/session/${sessionId}`);
  return success(sessionView).parse(await response.json()).data;
}

/** The file of a stored channel as /download gives it. */
export async function download(access: Access, videoId: string): Promise<Buffer> {
  return Buffer.from(await (await get(access, `/video/${videoId}/download`)).arrayBuffer());
}

export type StoredChannel = {
  readonly seconds: number;
  /** Whether the SHA-256 of the downloaded bytes is that of the sidecar. */
  readonly sidecarFits: boolean;
  /** SHA-256 over the fragments' SHA-256 values, as in a manifest. */
  readonly digest: string;
};

/** Downloads a stored channel and checks it against its sidecar. */
export async function storedOn(
  access: Access,
  session: SessionView,
  channelId: string,
): Promise<StoredChannel> {
  const video = session.videos.find(({ name }) => name === channelId);
  if (video === undefined) return { seconds: 0, sidecarFits: false, digest: '' };
  const bytes = await download(access, video.id);
  const sidecar = await (await get(access, `/video/${video.id}/download.sha256`)).text();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const list = success(fragmentList).parse(
    await (await get(access, `/rtstream/${video.rtstream_id}/fragments`)).json(),
  );
  const digest = createHash('sha256');
  for (const fragment of list.data.fragments) digest.update(Buffer.from(fragment.sha256, 'hex'));
  return {
    seconds: video.length,
    sidecarFits: sidecar.startsWith(`${sha256}  `),
    digest: digest.digest('hex'),
  };
}

export type LiveChannel = {
  readonly fragments: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Fragments whose bytes did not have the SHA-256 that was told. */
  readonly wrong: number;
  readonly parts: readonly Buffer[];
};

/** Follows every ephemeral channel of a session as a processor does; keeps what it hears in memory. */
export async function followLive(
  access: Access,
  sessionId: string,
): Promise<{ channels: () => ReadonlyMap<string, LiveChannel>; close: () => void }> {
  const heard = new Map<string, LiveChannel>();
  const session = await wholeSession(access, sessionId);
  const sockets = session.rtstreams
    .filter(({ store }) => !store)
    .map((stream) => {
      const address = `${access.server.replace(/^http/, 'ws')}/rtstream/${stream.rtstream_id}/live`;
      const socket = new WebSocket(address, { headers: { [ACCESS_TOKEN_HEADER]: access.apiKey } });
      let header = liveHeader.optional().parse(undefined);
      socket.on('message', (data: Buffer, isBinary) => {
        if (!isBinary) {
          header = liveHeader.safeParse(JSON.parse(String(data))).data;
          return;
        }
        if (header === undefined) return;
        const before = heard.get(stream.name) ?? { fragments: 0, bytes: 0, seconds: 0, wrong: 0, parts: [] };
        const fits = createHash('sha256').update(data).digest('hex') === header.sha256;
        heard.set(stream.name, {
          fragments: before.fragments + 1,
          bytes: before.bytes + data.length,
          seconds: before.seconds + header.duration_ms / 1000,
          wrong: before.wrong + (fits ? 0 : 1),
          parts: [...before.parts, data],
        });
      });
      return socket;
    });
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => socket.once('open', () => resolve()).once('error', reject)),
    ),
  );
  return {
    channels: () => heard,
    close: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}
