import { homedir } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { CHANNEL_KINDS, type Channel, type ChannelKind } from '../../contract/channel.ts';
import { REMEDIES } from '../../contract/errors.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import { inEnglish } from '../../contract/spoken/spoken.ts';
import { PERMISSION } from '../../main/session/permitted.ts';
import { type Look, stepText } from './doctor-look.ts';
import { KIND_WORDS, NAMES_ARE_SHOWN } from './doctor-names.ts';
import { withoutHome } from './doctor-report.ts';
import { refusedTrial, type Trial, tryChannel } from './doctor-trial.ts';
import { trialTable, trialVerdict } from './doctor-trial-text.ts';
import { afterwards } from './doctor-witness.ts';
import type { Printer } from './print.ts';

export type TrialOrder = {
  /** Of recording, for each kind. */
  readonly seconds: number;
  /** --yes was given, which is the act of consent. */
  readonly isAgreed: boolean;
  readonly json: boolean;
};

/**
 * Records one channel of each kind after the person agreed, one after the other, into memory only, and says what that
 * proved. Answers the exit code: 0 where all three kinds delivered something that is not silence and not black.
 */
export async function recordTrial(
  look: Look,
  order: TrialOrder,
  out: Printer,
  untilLeaving: () => AbortSignal = untilToldToEnd,
): Promise<number> {
  const chosen = CHANNEL_KINDS.flatMap((kind) => pick(look.channels, kind) ?? []);
  const { ffmpeg } = look;
  if (ffmpeg === undefined || chosen.length === 0)
    return exitOf(look.report.problems[0]?.code ?? 'device-gone');
  const agreed = await askConsent(chosen, order, out);
  if (!agreed) return out.failed(errorOf('consent-missing', 'type yes, or give --yes'));

  const leaving = untilLeaving();
  const trials: Trial[] = [];
  for (const channel of chosen) {
    if (leaving.aborted) break;
    out.note(`Recording ${channel.id} for ${order.seconds} s. ${HELP[channel.kind]}`);
    const { seconds } = order;
    // Consent was given, so the system may be made to ask where it has not.
    const { state: permission, said, nextStep } = await look.permissions.request(PERMISSION[channel.kind]);
    // That question may stand for minutes, and consent may be taken back meanwhile.
    if (leaving.aborted) break;
    const isRefused = permission === 'denied' || permission === 'restricted';
    trials.push(
      isRefused
        ? refusedTrial(channel, permission, [inEnglish(said), stepText(nextStep)].filter(Boolean).join(' '))
        : await tryChannel({
            ...{ channel, permission, ffmpeg, seconds },
            ...{ env: process.env, signal: leaving },
          }),
    );
  }
  if (leaving.aborted) {
    out.note('Stopped. Nothing was kept.');
    return 1;
  }
  const missing = CHANNEL_KINDS.filter((kind) => !chosen.some((channel) => channel.kind === kind));
  const result = {
    event: 'trial',
    platform: process.platform,
    ffmpeg: ffmpeg.version.text,
    encoderTrials: look.report.ffmpeg?.encoderTrials ?? [],
    missingWatchdogs: look.report.ffmpeg?.missingWatchdogs ?? [],
    missing,
    channels: trials,
    permissions: await afterwards(look.permissions, trials),
  };
  const shown = withoutHome(result, homedir());
  out.line(
    `\n${trialTable(shown.channels, missing)}\n\n${trialVerdict(shown.channels, missing, shown.permissions)}\n`,
    shown,
  );
  out.note(NAMES_ARE_SHOWN);
  if (!order.json) {
    out.line('To be pasted:', {});
    out.json({ tallylight: look.report.version, ...look.report.system, ...shown });
  }
  out.note('What was recorded is gone: it was in memory only, and nothing was sent.');
  const failed: TallylightError['code'] | undefined =
    trials.find(({ fault }) => fault !== null)?.fault?.code ??
    (missing.length > 0 ? (look.report.problems[0]?.code ?? 'device-gone') : undefined);
  return failed === undefined ? 0 : exitOf(failed);
}

/** From here on Ctrl+C takes back what was agreed to. */
function untilToldToEnd(): AbortSignal {
  const leaving = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => leaving.abort());
  return leaving.signal;
}

/** What makes the check worth more. */
const HELP: Readonly<Record<ChannelKind, string>> = {
  mic: 'Say something.',
  system_audio: 'Let something play.',
  display: 'Move the pointer.',
};

function exitOf(code: TallylightError['code']): number {
  return REMEDIES[code].exit;
}

function pick(channels: readonly Channel[], kind: ChannelKind): Channel | undefined {
  const ofKind = channels.filter((channel) => channel.kind === kind);
  return ofKind.find(({ isDefault }) => isDefault) ?? ofKind[0];
}

async function askConsent(chosen: readonly Channel[], order: TrialOrder, out: Printer): Promise<boolean> {
  out.note(`\nThis check records, one after the other, ${order.seconds} s each:`);
  for (const { id, kind, name } of chosen) out.note(`  ${KIND_WORDS[kind]}: ${id}, ${name}`);
  out.note(
    'It stays in the memory of this process, only counts and levels are kept, and nothing is stored or sent.',
  );
  if (order.isAgreed) {
    out.note('By giving --yes you agree to it.');
    return true;
  }
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl+D and Ctrl+C are no consent.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const answer = await Promise.race([terminal.question('Type yes to agree: '), closed]);
  terminal.close();
  return answer.trim().toLowerCase() === 'yes';
}
