import type { ChannelState } from '../../contract/bridge/snapshot.ts';
import type { Channel, ChannelKind } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { Evidence } from '../../native-permissions/permission.ts';
import { SILENCE_DB } from '../pipeline/stderr.ts';

/** A level comes ten times a second; macOS gives nothing but zeros where it withholds what it plays. */
const SILENT_LEVELS = 100;

/** What the channels of one recording show of the system's permissions. */
export type ChannelEvidence = {
  /** Something that is not black, or not digital silence. */
  readonly content: (channel: Channel) => void;
  readonly health: (channel: Channel, error: TallylightError | null) => void;
  readonly state: (channel: Channel, state: ChannelState) => void;
  /** A channel's peak in dBFS. */
  readonly level: (channel: Channel, db: number) => void;
};

/**
 * One permission stands for all displays, so that one that shows something speaks for all of them, and darkness is told
 * only where every display is dark and none has shown anything: a monitor may be off, and a film may be black.
 * Silence of what the system plays is told as well; whether anything played nobody knows, which is for the permission
 * to judge.
 */
export function gatherEvidence(
  channels: readonly Channel[],
  witness: (kind: ChannelKind, evidence: Evidence) => void,
): ChannelEvidence {
  const displays = new Set(channels.filter(({ kind }) => kind === 'display').map(({ id }) => id));
  const black = new Set<string>();
  const hasContent = new Set<ChannelKind>();
  let zeros = 0;

  function lookAtDarkness(): void {
    const isDark = displays.size > 0 && [...displays].every((id) => black.has(id));
    if (isDark && !hasContent.has('display')) witness('display', 'empty');
  }

  return {
    content: ({ kind, id }) => {
      black.delete(id);
      hasContent.add(kind);
      witness(kind, 'content');
    },
    health: ({ kind, id }, error) => {
      if (kind !== 'display') return;
      const isBlack = error?.code === 'channel-black';
      if (isBlack === black.has(id)) return;
      if (isBlack) black.add(id);
      else black.delete(id);
      if (isBlack) lookAtDarkness();
    },
    state: ({ kind, id }, state) => {
      if (kind === 'system_audio') zeros = 0;
      if (kind !== 'display' || state === 'live') return;
      black.delete(id);
      if (state !== 'lost') return;
      displays.delete(id);
      lookAtDarkness();
    },
    level: ({ kind }, db) => {
      if (kind !== 'system_audio') return;
      zeros = db > SILENCE_DB ? 0 : zeros + 1;
      if (zeros === SILENT_LEVELS && !hasContent.has(kind)) witness(kind, 'empty');
    },
  };
}
