import type { Failed } from '../../contract/result.ts';
import { fail } from '../../contract/result.ts';

/** macOS: nothing is listed, so nothing can be agreed to and nothing is captured. */
export function listMacosChannels(): Failed {
  return fail(
    'platform-not-yet',
    'macOS: microphones (AVFoundation), displays (ScreenCaptureKit) and system audio (Core Audio taps) are not listed yet',
  );
}
