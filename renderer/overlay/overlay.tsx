import type { ReactNode } from 'react';
import { useStore } from 'zustand/react';
import { LampLight } from '../parts/lamp.tsx';
import { LevelMeter } from '../parts/level-meter.tsx';
import { perform } from '../parts/perform.ts';
import { useElapsed } from '../parts/use-elapsed.ts';
import { useShortcuts } from '../parts/use-shortcuts.ts';
import { useWindowLamp } from '../parts/use-window-lamp.ts';
import type { ConnectedFace } from '../store/connect.ts';
import type { ActionName, ActionShown } from '../view/actions.ts';
import { actionsOf } from '../view/actions.ts';
import { announcementFor } from '../view/announcement.ts';
import { channelName } from '../view/channel-name.ts';
import { clock } from '../view/format.ts';
import { lampOf } from '../view/lamp.ts';
import { lightLine, meteredIn } from '../view/light-line.ts';
import { ariaShortcut, isMac } from '../view/shortcuts.ts';
import { titleFor } from '../view/title.ts';
import { words } from '../words.ts';

/** What the light can do; agreeing belongs where the terms are. */
const OFFERED: ReadonlySet<ActionName> = new Set(['session.pause', 'session.resume', 'session.stop']);

const SIGNS: Readonly<Partial<Record<ActionName, ReactNode>>> = {
  'session.pause': (
    <>
      <rect x="3" y="2" width="3.5" height="12" rx="1" />
      <rect x="9.5" y="2" width="3.5" height="12" rx="1" />
    </>
  ),
  'session.resume': <path d="M4 2.2v11.6L13.5 8z" />,
  'session.stop': <rect x="3" y="3" width="10" height="10" rx="1.5" />,
};

const mac = isMac(navigator.platform);

function LightButton({ action, onPress }: { readonly action: ActionShown; readonly onPress: () => void }) {
  return (
    <button
      type="button"
      className={`light-button light-${action.place}`}
      aria-label={action.label}
      title={action.label}
      aria-disabled={action.blocked}
      aria-busy={action.busy}
      aria-keyshortcuts={ariaShortcut(action.letter, mac)}
      onClick={() => (action.blocked ? undefined : onPress())}
    >
      <svg className="light-sign" viewBox="0 0 16 16" aria-hidden="true">
        {SIGNS[action.name]}
      </svg>
    </button>
  );
}

/** The small light that stays above everything while something records: the same lamp as everywhere, and the way out. */
export function Overlay({ connected }: { readonly connected: ConnectedFace }) {
  const { store, ask } = connected;
  const face = useStore(store);
  const { snapshot } = face;
  const lamp = lampOf(face);
  const elapsed = useElapsed(face);
  const { word, timed, trouble } = lightLine(face);
  useShortcuts(connected, OFFERED);
  useWindowLamp(lamp, titleFor(face, elapsed));
  const meters = snapshot === null || trouble !== null ? [] : meteredIn(snapshot);
  return (
    <main className="light" data-revision={snapshot?.revision}>
      <h1 className="light-fact">
        <LampLight lamp={lamp} />
        <span className="unseen">{words.lamp[lamp]}</span>
        {word === '' ? null : (
          <span className="light-word" aria-hidden={word === words.lamp[lamp]}>
            {word}
          </span>
        )}
        {timed ? (
          <time className="light-time" dateTime={`PT${Math.floor(elapsed / 1000)}S`}>
            {clock(elapsed)}
          </time>
        ) : null}
      </h1>
      {trouble === null ? null : (
        <p className="light-trouble" title={trouble}>
          {trouble}
        </p>
      )}
      <div className="light-meters">
        {meters.map((channel) => (
          <LevelMeter key={channel.id} name={channelName(channel).name} levelDb={channel.levelDb} />
        ))}
      </div>
      {actionsOf(face)
        .filter(({ name }) => OFFERED.has(name))
        .map((action) => (
          <LightButton key={action.place} action={action} onPress={() => perform(action.name, face, ask)} />
        ))}
      <p className="unseen" role="status">
        {announcementFor(face)}
      </p>
    </main>
  );
}
