import type { ChannelView, Snapshot, TermsView } from '../../contract/bridge/snapshot.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { EN } from '../../contract/spoken/en.ts';
import type { Warning } from '../../contract/spoken/spoken.ts';
import { printable } from './print.ts';

/** The language of what is printed (BCP 47). */
export const LOCALE = 'en';

export type Modes = ReadonlyMap<string, 'live' | 'keep'>;

/** What one agrees to by running the command, exactly as it is printed; the receipt quotes it. */
export function consentText(
  terms: TermsView,
  { protection }: Pick<Snapshot, 'protection'>,
  { modes, follow }: { readonly modes: Modes; readonly follow: boolean },
): string {
  const named = (mode: 'live' | 'keep') =>
    [...modes].filter(([, chosen]) => chosen === mode).map(([id]) => id);
  const [keep, live] = [named('keep'), named('live')];
  const lines = [
    'By running this command you agree to this recording:',
    ...(keep.length > 0 ? [`  kept, encrypted: ${keep.join(', ')}`] : []),
    ...(live.length > 0 ? [`  live only, never written to a disk: ${live.join(', ')}`] : []),
    ...(follow ? ['  default devices: whichever are the default at the time'] : []),
    `  asked by: ${terms.organisation}, policy ${terms.policyVersion}`,
    `  for: ${terms.purpose}; goes to: ${terms.recipients.join(', ')}`,
    ...(keep.length > 0 ? keptLines(terms, protection.warning) : ['  nothing is kept']),
    ...(terms.maxSessionMinutes === null
      ? []
      : [`  ends by itself after ${terms.maxSessionMinutes} min, pauses included`]),
    'Ctrl+C stops. The consent receipt is in the audit log (`tallylight audit`).',
  ];
  return printable(lines.join('\n'));
}

function keptLines({ retentionDays, localCopy }: TermsView, warning: Warning | null): readonly string[] {
  const long = retentionDays === null ? 'until somebody deletes it' : `${retentionDays} days`;
  const here = localCopy === 'keep' ? 'an encrypted copy stays here' : 'the copy here goes after delivery';
  return [
    `  kept: ${long}; on this device: ${here}`,
    ...(warning === null ? [] : [`  its key: ${EN.protection[warning]}`]),
  ];
}

/** Whether the policy allows each mode that was given. Errors: `policy-forbids`, with what it does allow. */
export function allowedModes(
  modes: Modes,
  channels: readonly Pick<ChannelView, 'id' | 'allowed'>[],
): Result<void> {
  for (const { id, allowed } of channels) {
    const mode = modes.get(id);
    if (mode === undefined || allowed.includes(mode)) continue;
    if (allowed.includes('live'))
      return fail('policy-forbids', `${id} may only be passed on live: --ephemeral`);
    if (allowed.includes('keep'))
      return fail('policy-forbids', `${id} is kept whenever it is recorded: --store`);
    return fail('policy-forbids', `${id} is not recorded here`);
  }
  return ok(undefined);
}
