import type { Failed } from '../../contract/result.ts';
import { fail } from '../../contract/result.ts';

/** Windows: nothing is listed, so nothing can be agreed to and nothing is captured. */
export function listWindowsChannels(): Failed {
  return fail(
    'platform-not-yet',
    'Windows: microphones (DirectShow), displays (gdigrab, ddagrab) and system audio (WASAPI loopback) are not listed yet',
  );
}
