import type { EncoderChoice, EncoderTrial } from '../../main/pipeline/encoder-choice.ts';
import { chooseVideoEncoder, tryEncoder } from '../../main/pipeline/encoder-choice.ts';
import type { Ffmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import { HARDWARE } from '../../main/pipeline/video-encoder.ts';

/**
 * The encoder that a recording would take for displays here, and what became of every one that hardware may have: each
 * is tried once, on a picture that ffmpeg makes, one after the other as a card may serve one only. No device for
 * capturing is opened. One that hangs takes 8 s.
 */
export async function lookAtEncoders(
  ffmpeg: Pick<Ffmpeg, 'path' | 'encoders'>,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): Promise<EncoderChoice> {
  const { encoder: chosen, tried } = await chooseVideoEncoder(ffmpeg, platform, env);
  const trials: EncoderTrial[] = [...tried];
  for (const encoder of HARDWARE[platform] ?? []) {
    if (trials.some((trial) => trial.encoder === encoder)) continue;
    const flaw = ffmpeg.encoders.has(encoder) ? await tryEncoder(ffmpeg.path, encoder, env) : 'not built in';
    trials.push({ encoder, flaw });
  }
  return {
    encoder: chosen,
    tried: trials.map(({ encoder, flaw }) => ({ encoder, flaw: withoutAddress(flaw) })),
  };
}

/** `[h264_nvenc @ 0x55…] Cannot load libcuda.so.1`: where in its memory ffmpeg said it is no news. */
function withoutAddress(flaw: string | null): string | null {
  return flaw?.replace(/^\[[^\]]* @ [^\]]*\] */, '') ?? null;
}
