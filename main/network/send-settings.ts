import { ok, type Result } from '../../contract/result.ts';
import { settingRefused } from '../../contract/setting.ts';

/** What of sending is set on this machine. */
export type SendSettings = {
  /** Kilobits (1,000) a second that all sending together may take; undefined: as many as there are. */
  readonly maxKbit: number | undefined;
  /** Stored channels are sent on a metered network too. */
  readonly sendsWhenMetered: boolean;
};

/** Less would not carry one microphone. */
const LEAST_KBIT = 8;
const MOST_KBIT = 100_000_000;

/**
 * TALLYLIGHT_MAX_UPLOAD_KBIT and TALLYLIGHT_METERED (`send` or `wait`), as they are in the environment of the host; the
 * command line puts its options there. Error: `setting-refused`, which names what is wrong: whoever asked for a cap is not to find out
 * later that there was none.
 */
export function sendSettings(env: Readonly<Record<string, string | undefined>>): Result<SendSettings> {
  const { TALLYLIGHT_MAX_UPLOAD_KBIT: cap, TALLYLIGHT_METERED: metered } = env;
  const maxKbit = cap === undefined || cap === '' ? undefined : Number(cap);
  if (maxKbit !== undefined && !(maxKbit >= LEAST_KBIT && maxKbit <= MOST_KBIT))
    return settingRefused(
      'TALLYLIGHT_MAX_UPLOAD_KBIT, or --max-upload',
      `${cap} is not what it takes: kilobits a second, from ${LEAST_KBIT} to ${MOST_KBIT}`,
    );
  if (metered !== undefined && metered !== '' && metered !== 'send' && metered !== 'wait')
    return settingRefused(
      'TALLYLIGHT_METERED, or --metered',
      `${metered} is not what it takes: send or wait`,
    );
  return ok({ maxKbit, sendsWhenMetered: metered === 'send' });
}
