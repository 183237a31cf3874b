/** One channel of the demo, as `--json` prints it. */
export type DemoRow = {
  readonly id: string;
  readonly mode: 'store' | 'ephemeral';
  readonly takes: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Stored: the download, its sidecar and the vault agree. Ephemeral: a live subscriber got every byte that was captured. */
  readonly verified: boolean;
  readonly clientFiles: number;
  readonly serviceFiles: number;
};

const SECONDS = 20;
/** A second more or less: what a fragment lasts. */
const SLACK_SECONDS = 1.2;

/** Two takes of 20 s in all, verified, and on the disks exactly what was to be kept. */
export function isRight(row: DemoRow): boolean {
  const onDisk = row.clientFiles > 0 && row.serviceFiles > 0;
  const nothingOnDisk = row.clientFiles === 0 && row.serviceFiles === 0;
  return (
    row.takes === 2 &&
    Math.abs(row.seconds - SECONDS) <= SLACK_SECONDS &&
    row.bytes > 0 &&
    row.verified &&
    (row.mode === 'store' ? onDisk : nothingOnDisk)
  );
}

const HEADINGS = [
  'channel',
  'mode',
  'takes',
  'seconds',
  'bytes',
  'SHA-256 verified',
  'client disk',
  'service disk',
  '',
];

/** The rows as a table for a terminal. */
export function tableOf(rows: readonly DemoRow[]): string {
  const cells = rows.map((row) => [
    row.id,
    row.mode,
    String(row.takes),
    row.seconds.toFixed(2),
    String(row.bytes),
    row.verified ? 'yes' : 'NO',
    files(row.clientFiles),
    files(row.serviceFiles),
    isRight(row) ? 'right' : 'WRONG',
  ]);
  const table = [HEADINGS, ...cells];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  return `${table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}

function files(count: number): string {
  return count === 0 ? 'nothing' : `${count} sealed ${count === 1 ? 'file' : 'files'}`;
}
