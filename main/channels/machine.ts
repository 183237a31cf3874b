import type { Area } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import type { ProcessEnv } from './host-env.ts';

/** The machine whose devices are listed, and what a host can ask of it that this room cannot. */
export type Machine = {
  readonly platform: NodeJS.Platform;
  readonly env: ProcessEnv;
  /** The ffmpeg at hand: macOS and Windows list their microphones through it. */
  readonly ffmpeg: () => Promise<Result<{ readonly path: string }>>;
  /** Displays as a desktop shell knows them (Electron's `screen`); without one the system itself is asked. */
  readonly shellDisplays?: () => readonly ShellDisplay[];
  /** Whether this host can hear what the system plays where ffmpeg cannot: macOS and Windows. */
  readonly hearsSystem?: boolean;
};

export type ShellDisplay = {
  /** Electron's `display.id`: on macOS the CGDirectDisplayID. */
  readonly id: string;
  /** As the system calls it, e.g. `Built-in Retina Display`; may be empty. */
  readonly label: string;
  readonly isPrimary: boolean;
  /** In physical pixels of the whole desktop. */
  readonly area: Area;
  readonly scaleFactor: number;
};
