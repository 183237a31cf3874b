import type { RefObject } from 'react';
import type { Face } from '../store/face.ts';
import { countsOf } from '../view/counts.ts';
import { figure } from '../view/format.ts';
import { lampOf } from '../view/lamp.ts';
import type { Place } from '../view/place.ts';
import { isChoosing } from '../view/states.ts';
import { words } from '../words.ts';
import { SettingsIcon } from './icons.tsx';
import { LampLight } from './lamp.tsx';

function Badges({ snapshot }: Pick<Face, 'snapshot'>) {
  if (snapshot === null) return null;
  const { terms } = snapshot;
  if (!isChoosing(snapshot.session.state))
    return countsOf(snapshot).map(({ mode, text }) => (
      <span key={mode} className={mode === 'keep' ? 'badge badge-keep' : 'badge'}>
        {text}
      </span>
    ));
  return terms === null ? null : (
    <span className="badge badge-long">
      {words.idle.policy(terms.organisation, figure(terms.policyVersion))}
    </span>
  );
}

type Props = {
  readonly face: Face;
  readonly place: Place;
  readonly gear: RefObject<HTMLButtonElement | null>;
  readonly onPlace: (place: Place) => void;
};

export function Header({ face, place, gear, onPlace }: Props) {
  const lamp = lampOf(face);
  return (
    <header className="header">
      <LampLight lamp={lamp} />
      <strong className="lamp-word">{words.lamp[lamp]}</strong>
      <span className="brand">{words.product}</span>
      <span className="badges">
        <Badges snapshot={face.snapshot} />
      </span>
      {face.snapshot === null ? null : (
        <button
          ref={gear}
          type="button"
          className="gear"
          aria-label={words.settings.open}
          aria-pressed={place === 'settings'}
          onClick={() => onPlace(place === 'settings' ? 'session' : 'settings')}
        >
          <SettingsIcon />
        </button>
      )}
    </header>
  );
}
