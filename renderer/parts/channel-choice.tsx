import type { ChannelMode } from '../../contract/channel.ts';
import { pixels } from '../view/channel-line.ts';
import { channelName } from '../view/channel-name.ts';
import type { Choice } from '../view/choices.ts';
import { lockedWords } from '../view/choices.ts';
import { line } from '../view/format.ts';
import { words } from '../words.ts';
import { KindIcon } from './icons.tsx';
import { ModeRadios } from './mode-radios.tsx';

type Props = {
  readonly choice: Choice;
  readonly organisation: string | null;
  /** Agreed already: nothing can be chosen any more. */
  readonly closed: boolean;
  readonly onChoose: (mode: ChannelMode) => void;
  readonly onFollow: (follow: boolean) => void;
};

/** One channel while the person chooses. */
export function ChannelChoice({ choice, organisation, closed, onChoose, onFollow }: Props) {
  const { channel } = choice;
  const kind = words.kind[channel.kind];
  const { name, device } = channelName(channel);
  const said = name.toLowerCase().includes(kind.toLowerCase());
  const detail = line([said ? null : kind, device, pixels(channel), lockedWords(channel, organisation)]);
  const detailId = `detail ${channel.id}`.replaceAll(/[^a-z0-9]/g, '-');
  return (
    <li className="row row-choice">
      <KindIcon kind={channel.kind} />
      <h3 title={channel.name}>{name}</h3>
      <ModeRadios
        choice={choice}
        closed={closed}
        describedBy={detail === '' ? undefined : detailId}
        onChoose={onChoose}
      />
      {detail === '' ? null : (
        <p id={detailId} className="row-detail">
          {detail}
        </p>
      )}
      {choice.follows === null || choice.mode === 'off' ? null : (
        <label className="row-detail follow">
          <input
            type="checkbox"
            checked={choice.follows}
            disabled={closed}
            onChange={({ target }) => onFollow(target.checked)}
          />
          {words.channels.follow}
        </label>
      )}
    </li>
  );
}
