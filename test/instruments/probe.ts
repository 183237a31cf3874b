import { z } from 'zod';
import { runToEnd } from './ffmpeg.ts';

export type Probed = {
  readonly format: string;
  readonly streams: readonly ProbedStream[];
};

export type ProbedStream = {
  readonly kind: 'video' | 'audio';
  readonly codec: string;
  readonly width?: number;
  readonly height?: number;
  readonly sampleRateHz?: number;
  readonly channels?: number;
  readonly packets: number;
  /** Of the first packet, on the file's own timeline. */
  readonly startSeconds: number;
  /** From the start of the first packet to the end of the last: read from the packets, not from a header. */
  readonly durationSeconds: number;
};

const number = z.coerce.number();
const answerSchema = z.object({
  format: z.object({ format_name: z.string() }),
  streams: z.array(
    z.object({
      index: z.number(),
      codec_type: z.string(),
      codec_name: z.string().default('unknown'),
      width: z.number().optional(),
      height: z.number().optional(),
      sample_rate: number.optional(),
      channels: z.number().optional(),
    }),
  ),
  packets: z.array(
    z.object({ stream_index: z.number(), pts_time: number.optional(), duration_time: number.optional() }),
  ),
});

type Packet = z.infer<typeof answerSchema>['packets'][number];

const entries =
  'format=format_name:stream=index,codec_type,codec_name,width,height,sample_rate,channels:packet=stream_index,pts_time,duration_time';

/** What is in a media file. Rejects for a file that ffprobe cannot read. */
export async function probe(file: string): Promise<Probed> {
  const args = ['-v', 'error', '-show_entries', entries, '-of', 'json', file];
  const answer = answerSchema.parse(JSON.parse((await runToEnd('ffprobe', args)).stdout.toString()));
  const streams = answer.streams.flatMap((stream): ProbedStream[] => {
    const kind = stream.codec_type;
    if (kind !== 'video' && kind !== 'audio') return [];
    const { width, height, sample_rate: sampleRateHz, channels } = stream;
    return [
      {
        kind,
        codec: stream.codec_name,
        ...(width === undefined ? {} : { width }),
        ...(height === undefined ? {} : { height }),
        ...(sampleRateHz === undefined ? {} : { sampleRateHz }),
        ...(channels === undefined ? {} : { channels }),
        ...spanOf(answer.packets.filter((packet) => packet.stream_index === stream.index)),
      },
    ];
  });
  return { format: answer.format.format_name, streams };
}

function spanOf(packets: readonly Packet[]) {
  let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { pts_time: pts, duration_time: duration = 0 } of packets) {
    if (pts === undefined) continue;
    start = Math.min(start, pts);
    end = Math.max(end, pts + duration);
  }
  const empty = start > end;
  return {
    packets: packets.length,
    startSeconds: empty ? 0 : start,
    durationSeconds: empty ? 0 : end - start,
  };
}
