import type { PcmSource } from '../../../main/pipeline/pcm-source.ts';
import { type Admission, openAdmission } from './admission.ts';
import { openListening } from './listening.ts';

/**
 * What the system plays, by Chromium: a hidden window for each time it is heard, gone when that is over. On macOS and Windows.
 * Believed, not measured: that Electron 45 lets it through there.
 */
export function loopbackSource(distDir: string, platform: NodeJS.Platform): PcmSource {
  let admission: Promise<Admission> | undefined;
  return {
    open: (on) => {
      admission ??= openAdmission(distDir);
      return openListening({ admission, distDir, platform }, on);
    },
  };
}
