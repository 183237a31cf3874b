import { execFile } from 'node:child_process';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How a program that answers and ends has answered. */
export type ProgramAnswer =
  | { readonly kind: 'ended'; readonly exitCode: number; readonly stdout: string }
  | { readonly kind: 'not-run'; readonly why: string };

const PATIENCE_MS = 5_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** What such a program needs; a token or a key must not be among it. */
const PASSED_ON = new Set([
  ...['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TMPDIR', 'XDG_RUNTIME_DIR', 'PULSE_SERVER', 'PULSE_COOKIE'],
  ...['DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS'],
  ...['Path', 'SystemRoot', 'SYSTEMROOT', 'windir', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
]);
/** snapctl finds its way back to snapd by these. */
const PASSED_ON_PREFIX = 'SNAP';

/** Runs a program without a shell; it is killed after 5 s. Any exit code is an answer, a signal is none. */
export function askProgram(
  path: string,
  args: readonly string[],
  env: Environment,
  patienceMs: number = PATIENCE_MS,
): Promise<ProgramAnswer> {
  return new Promise((resolve) => {
    execFile(
      path,
      args,
      {
        env: Object.fromEntries(
          Object.entries(env).filter(([name]) => PASSED_ON.has(name) || name.startsWith(PASSED_ON_PREFIX)),
        ),
        timeout: patienceMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
      },
      (error, stdout) => {
        const code: unknown = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ kind: 'ended', exitCode: code, stdout });
        else resolve({ kind: 'not-run', why: typeof code === 'string' ? code : `ended by ${error?.signal}` });
      },
    );
  });
}
