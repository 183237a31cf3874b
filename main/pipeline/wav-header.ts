/**
 * The header of a WAV stream without an end: 32-bit float samples (WAVE_FORMAT_IEEE_FLOAT, 3), sizes of 2^32 - 1 as
 * whoever streams WAV writes them. It tells ffmpeg rate and channels, which are known when the first sound comes.
 */
export function wavHeader(sampleRate: number, channels: number): Buffer {
  const [bytesPerSample, header] = [4, Buffer.alloc(44)];
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(0xffff_ffff, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(3, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * bytesPerSample, 28);
  header.writeUInt16LE(channels * bytesPerSample, 32);
  header.writeUInt16LE(8 * bytesPerSample, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(0xffff_ffff, 40);
  return header;
}
