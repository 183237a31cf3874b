import { firstLineOf, type Koffi, koffiProblem, loadKoffi } from './native-library.ts';

/** macOS's own answers about the screen, or why they cannot be had. */
export type ScreenAccess =
  | {
      readonly kind: 'there';
      /** Whether this process may capture; never asks. False also where nobody was ever asked. */
      readonly preflight: () => boolean;
      /** Makes macOS ask, once in the life of an installation; says what it was before the answer. */
      readonly request: () => Promise<boolean>;
      /** Whether the main display sleeps, which makes its picture black. May throw. */
      readonly isAsleep?: () => boolean;
    }
  | { readonly kind: 'missing'; readonly why: string };

const CORE_GRAPHICS = '/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics';

/** Believed, not measured: boolean_t CGDisplayIsAsleep(CGDirectDisplayID), since macOS 10.2. */
function sleepOf(coreGraphics: ReturnType<Koffi['load']>) {
  try {
    const mainDisplay = coreGraphics.func('CGMainDisplayID', 'uint32_t', []);
    const isAsleep = coreGraphics.func('CGDisplayIsAsleep', 'uint32_t', ['uint32_t']);
    return { isAsleep: () => isAsleep(mainDisplay()) !== 0 };
  } catch {
    // Then a display that sleeps looks like one that is withheld.
    return {};
  }
}

/**
 * CGPreflightScreenCaptureAccess and CGRequestScreenCaptureAccess, `bool f(void)` since macOS 10.15. The names and the
 * path are believed from Apple's headers, not measured; a wrong one makes this `missing`.
 */
export function screenAccess(library: string = CORE_GRAPHICS): ScreenAccess {
  const koffi = loadKoffi();
  if (koffi === undefined) return { kind: 'missing', why: `koffi: ${koffiProblem()}` };
  try {
    const coreGraphics = koffi.load(library);
    const preflight = coreGraphics.func('CGPreflightScreenCaptureAccess', 'bool', []);
    const request = coreGraphics.func('CGRequestScreenCaptureAccess', 'bool', []);
    return {
      kind: 'there',
      preflight: () => preflight() === true,
      // On another thread, in case it waits for the person.
      request: () =>
        new Promise((resolve, reject) => {
          request.async((error: unknown, isGranted: boolean) =>
            error === null || error === undefined ? resolve(isGranted === true) : reject(error),
          );
        }),
      ...sleepOf(coreGraphics),
    };
  } catch (error) {
    return { kind: 'missing', why: firstLineOf(error) };
  }
}
