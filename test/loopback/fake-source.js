// Stands in for what the system plays: a track whose every sample says when it was played. Classic scripts, as they run
// inside the browser: the first half in the page, before its own script; the second in a worker, where nothing holds it up.
if (typeof window === 'object') {
  const generator = () => {
    const track = new MediaStreamTrackGenerator({ kind: 'audio' });
    const worker = new Worker('fake-source.js');
    worker.postMessage({ writable: track.writable }, [track.writable]);
    window.fake = { track, tell: (message) => worker.postMessage(message) };
    worker.onmessage = ({ data }) => {
      window.fake.startedWallMs = data;
    };
    return track;
  };
  window.asked = [];
  navigator.mediaDevices.getDisplayMedia = async (constraints) => {
    window.asked.push(constraints);
    if (window.refusal) throw new DOMException('Permission denied', window.refusal);
    const canvas = document.createElement('canvas');
    const stream = canvas.captureStream(1);
    window.video = stream.getVideoTracks()[0];
    if (!window.soundless) stream.addTrack(generator());
    return stream;
  };
} else {
  const RATE = 48000;
  const FRAMES = 480;
  const QUIET_AFTER = 1 << 22;
  let writer;
  let startedMs = 0;
  let frame = 0;
  let silentTo = 0;
  let timer = 0;

  const write = (due) => {
    for (; frame + FRAMES <= due; frame += FRAMES) {
      if (frame < silentTo) continue;
      const data = new Float32Array(FRAMES * 2);
      for (let i = 0; i < FRAMES; i++) {
        // Exact in 32-bit floats, and never zero, which is silence.
        data[i] = ((frame + i + 1) % QUIET_AFTER) / QUIET_AFTER;
        data[FRAMES + i] = -data[i];
      }
      // On this worker's own clock, as Chromium takes the stamps of whoever writes.
      const timestamp = Math.round((startedMs + (frame / RATE) * 1000) * 1000);
      const form = { format: 'f32-planar', sampleRate: RATE, numberOfFrames: FRAMES, numberOfChannels: 2 };
      // Refused once the track has ended.
      writer.write(new AudioData({ ...form, timestamp, data })).catch(() => clearInterval(timer));
    }
  };
  self.onmessage = ({ data }) => {
    if (data.writable) {
      writer = data.writable.getWriter();
      startedMs = performance.now();
      self.postMessage(performance.timeOrigin + startedMs);
      timer = setInterval(() => write(((performance.now() - startedMs) / 1000) * RATE), 4);
    } else silentTo = frame + data.skipSeconds * RATE;
  };
}
