/** The environment a host hands to main; never `process.env` itself. */
export type ProcessEnv = Readonly<Record<string, string | undefined>>;

export type ErrnoException = Error & { readonly code?: string | number | null };

const NEEDED = new Set([
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'TMPDIR',
  'TZ',
  'DISPLAY',
  'XAUTHORITY',
  'DBUS_SESSION_BUS_ADDRESS',
  'LD_LIBRARY_PATH',
  // Windows programs do not start without these.
  'SystemRoot',
  'SYSTEMROOT',
  'windir',
  'Path',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
]);

const NEEDED_PREFIXES = ['PULSE_', 'PIPEWIRE_', 'XDG_', 'LC_'];

/**
 * What a child process gets to see: what it needs to reach the display and the sound server, and nothing
 * that could be a token or a key.
 */
export function childEnv(env: ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (NEEDED.has(name) || NEEDED_PREFIXES.some((prefix) => name.startsWith(prefix))) kept[name] = value;
  }
  return kept;
}
