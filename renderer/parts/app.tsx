import { useStore } from 'zustand/react';
import type { ConnectedFace } from '../store/connect.ts';
import { announcementFor, revokedNames } from '../view/announcement.ts';
import { lampOf } from '../view/lamp.ts';
import { noteFor } from '../view/note.ts';
import { titleFor } from '../view/title.ts';
import { ActionBar } from './action-bar.tsx';
import { Header } from './header.tsx';
import { HeroBlock } from './hero.tsx';
import { NoteBlock } from './note.tsx';
import { Screen } from './screen.tsx';
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
  const screen = snapshot?.session.state ?? face.connection;
  const note = noteFor(face);
  const elapsed = useElapsed(face);
  const left = useLeft(snapshot);
  const heading = useKeptFocus(`${screen} ${note?.step?.call.name ?? ''} ${revokedNames(snapshot)}`);
  useShortcuts(connected);
  useWindowLamp(lampOf(face), titleFor(face, elapsed));
  return (
    <div className={`face screen-${screen}`} data-revision={snapshot?.revision}>
      <Header face={face} />
      <main className="main">
        <HeroBlock face={face} elapsed={elapsed} left={left} heading={heading} />
        {note === null ? null : <NoteBlock note={note} calls={face.calls} ask={ask} />}
        {snapshot === null ? null : <Screen snapshot={snapshot} face={face} note={note} ask={ask} />}
      </main>
      <ActionBar face={face} ask={ask} />
      <p className="unseen" role="status">
        {announcementFor(face, left !== null)}
      </p>
    </div>
  );
}
