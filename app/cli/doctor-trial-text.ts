import type { ChannelKind } from '../../contract/channel.ts';
import { type ErrorCode, REMEDIES } from '../../contract/errors.ts';
import { inEnglish } from '../../contract/spoken/spoken.ts';
import type { Permission } from '../../native-permissions/permission.ts';
import { KIND_WORDS } from './doctor-names.ts';
import type { Trial } from './doctor-trial.ts';

/** What was proved, a line for each channel. */
export function trialTable(trials: readonly Trial[], missing: readonly ChannelKind[]): string {
  const rows = [
    [
      ...['channel', 'opened by', 'encoder', 'first ms', 'fragments', 'seconds', 'bytes', 'takes'],
      ...['stop ms', 'ended', 'content'],
    ],
    ...trials.map((trial) => [
      trial.id,
      lastOf(trial.ways),
      lastOf(trial.encoders),
      String(trial.firstFragmentMs ?? '-'),
      String(trial.fragments),
      (trial.recordedMs / 1_000).toFixed(1),
      String(trial.bytes),
      String(trial.takes),
      String(trial.stopMs),
      trial.isGone ? 'yes' : 'NO',
      contentText(trial),
    ]),
    ...missing.map((kind) => [
      ...[KIND_WORDS[kind], '-', '-', '-', '0', '0.0', '0', '0'],
      ...['-', '-', 'not listed here'],
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What that means, and what to do where something failed. */
export function trialVerdict(
  trials: readonly Trial[],
  missing: readonly ChannelKind[],
  permissions: readonly Permission[],
): string {
  const faults = trials.flatMap(({ id, fault }) =>
    fault === null
      ? []
      : [
          `${id}: ${REMEDIES[fault.code].message} (${fault.detail})\n  what to do: ${REMEDIES[fault.code].action}`,
        ],
  );
  const notes = trials.flatMap((trial) => doubtOf(trial) ?? []);
  const absent = missing.map((kind) => `${KIND_WORDS[kind]}: nothing to record was listed, see above.`);
  const lines = [...faults, ...absent, ...notes];
  return [
    ...(lines.length === 0 ? ['All three kinds were recorded, decoded and released.'] : lines),
    ...permissions.filter(({ state }) => state !== 'granted').flatMap(permissionLines),
  ].join('\n');
}

function permissionLines({ kind, state, said, nextStep }: Permission): readonly string[] {
  return [
    `${kind} is ${state} now: ${inEnglish(said)}`,
    ...(nextStep === null ? [] : [`  next: ${inEnglish(nextStep.said)}`]),
    ...(nextStep?.command === undefined ? [] : [`  run:  ${nextStep.command}`]),
  ];
}

/** The last, and those before it that brought nothing. */
function lastOf(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return '-';
  return names.length === 1 ? last : `${last} after ${names.slice(0, -1).join(', ')}`;
}

/** What is no fault by itself, and no proof either. */
function doubtOf({ id, kind, content }: Trial): string | undefined {
  if (kind === 'system_audio' && content?.kind === 'sound' && content.isDigitalSilence)
    return `${id}: digital silence. If something was playing, that is a fault; if not, play something and try again.`;
  if (content?.kind === 'picture' && !content.isBlack && content.changes === 0)
    return `${id}: the picture never changed. If the pointer moved on it, that is a fault.`;
  return undefined;
}

/** What a trouble that stood until the end made of what came before. */
const AT_LAST: Readonly<Partial<Record<ErrorCode, string>>> = {
  'channel-silent': ', then SILENT',
  'channel-black': ', then BLACK',
  'channel-frozen': ', then FROZEN',
};

function contentText({ content, fragments, fault }: Trial): string {
  if (content === null) return fragments === 0 ? 'nothing' : 'not decoded';
  const atLast = fault === null ? '' : (AT_LAST[fault.code] ?? '');
  if (content.kind === 'sound')
    return content.isDigitalSilence ? 'digital silence' : `peak ${content.peakDb?.toFixed(1)} dBFS${atLast}`;
  const { frames, darkest, brightest, changes, isBlack } = content;
  return `${frames} frames, ${changes} changes, ${isBlack ? 'BLACK' : `luma ${darkest} to ${brightest}${atLast}`}`;
}
