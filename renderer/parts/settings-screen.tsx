import { useEffect, useRef } from 'react';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Ask } from '../store/connect.ts';
import type { CallUnderWay } from '../store/face.ts';
import type { DesktopChoices, SettingChoice, SwitchChoice } from '../view/settings.ts';
import { desktopChoices, settingChoices } from '../view/settings.ts';
import { words } from '../words.ts';
import { LockIcon } from './icons.tsx';
import { ShortcutField } from './shortcut-field.tsx';

type Props = {
  readonly snapshot: Snapshot;
  readonly calls: readonly CallUnderWay[];
  readonly ask: Ask;
  readonly onClose: () => void;
};

/** One setting. Locked it stays visible, and says whose it is. */
function Choice({ choice, ask }: { readonly choice: SettingChoice; readonly ask: Ask }) {
  const { name, title, options, chosen, lockedBy } = choice;
  const lockId = `locked-${name}`;
  return (
    <fieldset className="setting" aria-describedby={lockedBy === null ? undefined : lockId}>
      <legend>{title}</legend>
      <div className="card">
        {options.map(({ value, label, lang, change }) => (
          <label key={value} className="setting-option">
            <input
              type="radio"
              name={`setting ${name}`}
              value={value}
              checked={chosen === value}
              disabled={lockedBy !== null}
              onChange={() => void ask('settings.change', change)}
            />
            <span lang={lang}>{label}</span>
          </label>
        ))}
      </div>
      <LockedBy id={lockId} by={lockedBy} />
    </fieldset>
  );
}

/** Who decides on it in place of the person. */
function LockedBy({ id, by }: { readonly id: string; readonly by: string | null }) {
  return by === null ? null : (
    <p id={id} className="setting-lock">
      <LockIcon />
      {by}
    </p>
  );
}

function Switch({ choice, ask }: { readonly choice: SwitchChoice; readonly ask: Ask }) {
  const { name, title, chosen, change, refused, lockedBy } = choice;
  const lockId = `locked-${name}`;
  return (
    <div>
      <label className="setting-option">
        <input
          type="checkbox"
          checked={chosen}
          disabled={lockedBy !== null}
          aria-describedby={lockedBy === null ? undefined : lockId}
          onChange={() => void ask('settings.change', change)}
        />
        <span>{title}</span>
      </label>
      {refused === null ? null : <p className="setting-hint setting-aside">{refused}</p>}
      <LockedBy id={lockId} by={lockedBy} />
    </div>
  );
}

/** What the desktop app does besides its window. */
function Desktop({ choices, ask }: { readonly choices: DesktopChoices; readonly ask: Ask }) {
  const { shortcuts, shortcutsLockedBy, switches } = choices;
  return (
    <>
      <fieldset className="setting">
        <legend>{words.settings.shortcuts}</legend>
        <div className="card">
          {shortcuts.map((choice) => (
            <ShortcutField key={choice.name} choice={choice} locked={shortcutsLockedBy !== null} ask={ask} />
          ))}
        </div>
        <LockedBy id="locked-shortcuts" by={shortcutsLockedBy} />
      </fieldset>
      <fieldset className="setting">
        <legend>{words.settings.device}</legend>
        <div className="card">
          {switches.map((choice) => (
            <Switch key={choice.name} choice={choice} ask={ask} />
          ))}
        </div>
      </fieldset>
    </>
  );
}

/** What is set on this device. Each change is in force at once; there is nothing to confirm. */
export function SettingsScreen({ snapshot, calls, ask, onClose }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    function pressed({ key }: KeyboardEvent): void {
      if (key === 'Escape') onClose();
    }
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [onClose]);
  const desktop = desktopChoices(snapshot, calls);
  return (
    <section className="settings" aria-labelledby="settings-title">
      <div className="card-head">
        <h1 id="settings-title" ref={heading} tabIndex={-1}>
          {words.settings.title}
        </h1>
        <button type="button" className="quiet" onClick={onClose}>
          {words.settings.close}
        </button>
      </div>
      {settingChoices(snapshot, calls, navigator.languages).map((choice) => (
        <Choice key={choice.name} choice={choice} ask={ask} />
      ))}
      {desktop === null ? null : <Desktop choices={desktop} ask={ask} />}
    </section>
  );
}
