import { type EndReason, type FromPage, LOOPBACK_PORT } from './messages.ts';
import type { Order } from './orders.ts';

/**
 * The hidden page that hears what the system plays. It gets a port from its preload and is then told to `listen`; from
 * there on its worker talks to the main process, so that nothing here can hold the sound up.
 */
const handed = new Promise<MessagePort>((resolve) => {
  window.addEventListener('message', ({ source, data, ports: [port] }) => {
    // From this very window only: it has no other frames, and nobody else is to hand it a port.
    if (source === window && data === LOOPBACK_PORT && port !== undefined) resolve(port);
  });
});

/** Each about 10 ms. What a worker that was held up does not read in time is dropped, and shows as a gap. */
const WAITING_CHUNKS = 100;

async function listen(): Promise<void> {
  const port = await handed;
  const end = (why: EndReason, detail: string) =>
    port.postMessage({ type: 'ended', why, detail } satisfies FromPage);
  let stream: MediaStream;
  try {
    // A picture has to be asked for with the sound; it is let go at once.
    stream = await navigator.mediaDevices.getDisplayMedia({
      video: { width: 16, height: 16, frameRate: 1 },
      audio: {
        restrictOwnAudio: true,
        echoCancellation: false,
        noiseSuppression: false,
        autoGainControl: false,
      },
    });
  } catch (error) {
    return end(isRefusal(error) ? 'refused' : 'failed', String(error));
  }
  for (const track of stream.getVideoTracks()) track.stop();
  const [track] = stream.getAudioTracks();
  if (track === undefined) return end('no-sound', 'no audio track');
  if (track.readyState === 'ended') return end('track-ended', 'at once');
  try {
    await carryOff(track, port);
  } catch (error) {
    track.stop();
    end('failed', String(error));
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}

async function carryOff(track: MediaStreamTrack, port: MessagePort): Promise<void> {
  const worker = new Worker('worker.js');
  const tell = (order: Order, transfer: Transferable[] = []) => worker.postMessage(order, transfer);
  track.addEventListener('ended', () => tell({ type: 'track-ended' }));
  worker.addEventListener('message', () => track.stop());
  // The port may be the worker's by now; without it main hears nothing any more and ends this page.
  worker.addEventListener('error', () => track.stop());
  if (typeof MediaStreamTrackProcessor === 'function') {
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: WAITING_CHUNKS });
    tell({ type: 'begin', port, from: { kind: 'processor', readable } }, [port, readable]);
  } else {
    const quanta = await throughWorklet(track);
    tell({ type: 'begin', port, from: { kind: 'worklet', quanta } }, [port, quanta]);
  }
}

/** Where Chromium has no MediaStreamTrackProcessor. Without a sink, so that no output device sets the pace. */
async function throughWorklet(track: MediaStreamTrack): Promise<MessagePort> {
  const context = new AudioContext({ sampleRate: 48_000, sinkId: { type: 'none' } });
  await context.audioWorklet.addModule('worklet.js');
  const node = new AudioWorkletNode(context, 'quanta', { numberOfOutputs: 0, channelCount: 2 });
  const { port1, port2 } = new MessageChannel();
  node.port.postMessage(null, [port1]);
  context.createMediaStreamSource(new MediaStream([track])).connect(node);
  await context.resume();
  return port2;
}

Object.assign(globalThis, { listen });
