import { z } from 'zod';

export const CHANNEL_KINDS = ['mic', 'system_audio', 'display'] as const;
export const channelKind = z.enum(CHANNEL_KINDS);
export type ChannelKind = z.infer<typeof channelKind>;

/**
 * A channel's stable name: `mic:default`, `mic:usb-headset`, `system_audio:default`, `display:1`.
 * The part after the colon is derived from the device's name, never a bare index (displays: their order).
 */
export const channelId = z
  .string()
  .max(120)
  .regex(
    /^(mic|system_audio|display):[a-z0-9][a-z0-9._-]*$/,
    'a channel id looks like mic:default or display:1',
  );
export type ChannelId = z.infer<typeof channelId>;

/** The three words of a channel. `live` is never written to a disk; `keep` is stored on both sides. */
export const CHANNEL_MODES = ['off', 'live', 'keep'] as const;
export const channelMode = z.enum(CHANNEL_MODES);
export type ChannelMode = z.infer<typeof channelMode>;

/** Rectangle in physical pixels of the X screen or desktop. */
export const area = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
});
export type Area = z.infer<typeof area>;

/** Something this machine can capture. `device` is what the platform calls it (a PulseAudio source, an X output). */
export const channel = z.object({
  id: channelId,
  kind: channelKind,
  name: z.string(),
  device: z.string(),
  isDefault: z.boolean(),
  /**
   * What is opened at present, where that is not `device`: an avfoundation index, or an output number and monitor handle of
   * Windows. It moves when devices come and go: compared within the opening of one take, never remembered.
   */
  address: z.string().exactOptional(),
  area: area.optional(),
  /**
   * Tells this display from another at the same plug or place: 16 hex digits of a SHA-256 over what the system
   * says of the hardware (EDID, monitor id or vendor, model and serial). Absent where the system says nothing.
   */
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .exactOptional(),
});
export type Channel = z.infer<typeof channel>;

export function kindOf(id: ChannelId): ChannelKind {
  return channelKind.parse(id.slice(0, id.indexOf(':')));
}

/**
 * Why the media service gets nothing more of a stored channel, for good: what it refuses it by, or that the rest cannot be read
 * here any more.
 */
export const CUT_CODES = ['consent-revoked', 'policy-forbids', 'session-too-long', 'vault-damaged'] as const;
export const cutCode = z.enum(CUT_CODES);
export type CutCode = z.infer<typeof cutCode>;

/** `audio` or `video`, the two types the VideoDB-compatible API knows. */
export function mediaTypeOf(kind: ChannelKind): 'audio' | 'video' {
  return kind === 'display' ? 'video' : 'audio';
}
