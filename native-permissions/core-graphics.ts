import { firstLineOf, koffiProblem, loadKoffi } from './native-library.ts';

/** macOS's own answers about the screen, or why they cannot be had. */
export type ScreenAccess =
  | {
      readonly kind: 'there';
      /** Whether this process may capture; never asks. False also where nobody was ever asked. */
      readonly preflight: () => boolean;
      /** Makes macOS ask, once in the life of an installation; says what it was before the answer. */
      readonly request: () => Promise<boolean>;
    }
  | { readonly kind: 'missing'; readonly why: string };

const CORE_GRAPHICS = '/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics';

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
    };
  } catch (error) {
    return { kind: 'missing', why: firstLineOf(error) };
  }
}
