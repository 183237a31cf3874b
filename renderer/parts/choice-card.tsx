import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Ask } from '../store/connect.ts';
import type { CallUnderWay } from '../store/face.ts';
import { isAgreeing } from '../view/actions.ts';
import { choicesOf } from '../view/choices.ts';
import { words } from '../words.ts';
import { ChannelChoice } from './channel-choice.tsx';

type Props = { readonly snapshot: Snapshot; readonly calls: readonly CallUnderWay[]; readonly ask: Ask };

/** Every channel of this machine with its three words. */
export function ChoiceCard({ snapshot, calls, ask }: Props) {
  const looking = calls.some(({ name }) => name === 'channels.refresh');
  const agreeing = isAgreeing(snapshot, calls);
  const organisation = snapshot.terms?.organisation ?? null;
  return (
    <section className="channels" aria-labelledby="channels-title">
      <div className="card-head">
        <h2 id="channels-title">{words.channels.choose}</h2>
        <button
          type="button"
          className="quiet"
          aria-disabled={looking || agreeing}
          onClick={() => (looking || agreeing ? undefined : void ask('channels.refresh', {}))}
        >
          {looking ? words.channels.looking : words.channels.look}
        </button>
      </div>
      {snapshot.channels.length === 0 ? (
        <p className="card card-empty">{words.channels.none}</p>
      ) : (
        <ul className="card">
          {choicesOf(snapshot, calls).map((choice) => (
            <ChannelChoice
              key={choice.channel.id}
              choice={choice}
              organisation={organisation}
              closed={agreeing}
              onChoose={(mode) => void ask('channel.choose', { channelId: choice.channel.id, mode })}
              onFollow={(follow) =>
                void ask('channel.choose', { channelId: choice.channel.id, mode: choice.mode, follow })
              }
            />
          ))}
        </ul>
      )}
    </section>
  );
}
