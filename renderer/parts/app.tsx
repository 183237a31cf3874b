import { useRef, useState } from 'react';
import { useStore } from 'zustand/react';
import type { ConnectedFace } from '../store/connect.ts';
import { announcementFor, revokedNames } from '../view/announcement.ts';
import { lampOf } from '../view/lamp.ts';
import { noteFor } from '../view/note.ts';
import type { Place } from '../view/place.ts';
import { offersActions, placeOf } from '../view/place.ts';
import { titleFor } from '../view/title.ts';
import { ActionBar } from './action-bar.tsx';
import { Header } from './header.tsx';
import { HeroBlock } from './hero.tsx';
import { NoteBlock } from './note.tsx';
import { Screen } from './screen.tsx';
import { SettingsScreen } from './settings-screen.tsx';
import { useElapsed } from './use-elapsed.ts';
import { useKeptFocus } from './use-kept-focus.ts';
import { useLeft } from './use-left.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useWindowLamp } from './use-window-lamp.ts';

/** The whole face: a picture of the last snapshot. */
export function App({ connected }: { readonly connected: ConnectedFace }) {
  const { store, ask } = connected;
  const face = useStore(store);
  const { snapshot } = face;
  const [wanted, setPlace] = useState<Place>('session');
  const gear = useRef<HTMLButtonElement>(null);
  const place = placeOf(wanted, snapshot);
  const offered = offersActions(place, snapshot);
  const screen = snapshot?.session.state ?? face.connection;
  const note = noteFor(face);
  const elapsed = useElapsed(face);
  const left = useLeft(snapshot);
  const heading = useKeptFocus(`${place} ${screen} ${note?.step?.call.name ?? ''} ${revokedNames(snapshot)}`);
  useShortcuts(connected, offered);
  useWindowLamp(lampOf(face), titleFor(face, elapsed));
  function closeSettings(): void {
    setPlace('session');
    gear.current?.focus();
  }
  return (
    <div className={`face screen-${screen}`} data-revision={snapshot?.revision}>
      <Header face={face} place={place} gear={gear} onPlace={setPlace} />
      {place === 'settings' && snapshot !== null ? (
        <main className="main main-plain">
          {note === null ? null : <NoteBlock note={note} calls={face.calls} ask={ask} />}
          <SettingsScreen snapshot={snapshot} calls={face.calls} ask={ask} onClose={closeSettings} />
        </main>
      ) : (
        <main className="main">
          <HeroBlock face={face} elapsed={elapsed} left={left} heading={heading} />
          {note === null ? null : <NoteBlock note={note} calls={face.calls} ask={ask} />}
          {snapshot === null ? null : <Screen snapshot={snapshot} face={face} note={note} ask={ask} />}
        </main>
      )}
      {offered ? <ActionBar face={face} ask={ask} /> : null}
      <p className="unseen" role="status">
        {announcementFor(face, left !== null)}
      </p>
    </div>
  );
}
