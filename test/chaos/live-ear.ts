import { WebSocket } from 'ws';
import type { Api } from './api.ts';

/** Follows the live-only streams of sessions as a processor does, for as long as the service is there. */
export type LiveEar = {
  readonly follow: (sessionId: string) => void;
  /** Media that was passed on, as it was heard. */
  readonly heard: () => readonly Buffer[];
  readonly close: () => void;
};

export function liveEar(api: Api, url: () => string, key: string): LiveEar {
  const heard: Buffer[] = [];
  const sockets = new Set<WebSocket>();
  let isClosed = false;

  async function followOnce(sessionId: string): Promise<void> {
    const session = await api.data('GET', `/collection/default/capture/session/${sessionId}`);
    const stream = (session.rtstreams as { rtstream_id: string; store: boolean }[]).find(
      ({ store }) => !store,
    );
    if (stream === undefined || isClosed) return;
    const socket = new WebSocket(`${url().replace(/^http/, 'ws')}/rtstream/${stream.rtstream_id}/live`, {
      headers: { 'x-access-token': key },
    });
    sockets.add(socket);
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) heard.push(data);
    });
    await new Promise<void>((resolve) => socket.on('error', () => socket.terminate()).once('close', resolve));
    sockets.delete(socket);
  }
  async function follow(sessionId: string): Promise<void> {
    while (!isClosed) {
      // The service may be away: that is what a schedule is made of.
      await followOnce(sessionId).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  return {
    follow: (sessionId) => void follow(sessionId),
    heard: () => heard,
    close: () => {
      isClosed = true;
      for (const socket of sockets) socket.terminate();
    },
  };
}
