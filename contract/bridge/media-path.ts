/** Which fragments of a take a player wants: sequence `from` and those after it, but for `to`. The init segment is 0. */
export type MediaWish = {
  readonly sessionId: string;
  readonly channelId: string;
  readonly take: number;
  readonly from: number;
  readonly to: number;
};

const PATH = /^\/media\/([\w-]{1,80})\/([\w%.-]{1,400})\/(\d{1,6})\/(\d{1,7})-(\d{1,7})$/;

/** Where a host serves media of the recording that is open in the library, to its own page alone. */
export function mediaPath({ sessionId, channelId, take, from, to }: MediaWish): string {
  return `/media/${sessionId}/${encodeURIComponent(channelId)}/${take}/${from}-${to}`;
}

/** What such a path asks for; undefined where it is none. */
export function mediaWishOf(path: string): MediaWish | undefined {
  const [, sessionId, encoded, take, from, to] = PATH.exec(path) ?? [];
  if (sessionId === undefined || encoded === undefined) return undefined;
  try {
    const channelId = decodeURIComponent(encoded);
    return { sessionId, channelId, take: Number(take), from: Number(from), to: Number(to) };
  } catch {
    return undefined;
  }
}
