import type { ChannelMode } from '../../contract/channel.ts';
import { channelName } from '../view/channel-name.ts';
import type { Choice } from '../view/choices.ts';
import { isLocked, MODES } from '../view/choices.ts';
import { words } from '../words.ts';
import { LockIcon } from './icons.tsx';

type Props = {
  readonly choice: Choice;
  readonly closed: boolean;
  readonly describedBy: string | undefined;
  readonly onChoose: (mode: ChannelMode) => void;
};

/** Off / Live only / Keep. A mode that policy locks stays visible. */
export function ModeRadios({ choice: { channel, mode: chosen }, closed, describedBy, onChoose }: Props) {
  return (
    <fieldset className="modes" aria-describedby={describedBy}>
      <legend className="unseen">{channelName(channel).name}</legend>
      {MODES.map((mode) => {
        const locked = isLocked(channel, mode);
        return (
          <label key={mode} className={`mode mode-${mode}`}>
            <input
              type="radio"
              name={`mode ${channel.id}`}
              value={mode}
              checked={chosen === mode}
              disabled={locked || closed}
              onChange={() => onChoose(mode)}
            />
            <span>
              {locked ? <LockIcon /> : null}
              {words.mode[mode]}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
