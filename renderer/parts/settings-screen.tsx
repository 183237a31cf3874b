import { useEffect, useRef } from 'react';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Ask } from '../store/connect.ts';
import type { CallUnderWay } from '../store/face.ts';
import type { SettingChoice } from '../view/settings.ts';
import { settingChoices } from '../view/settings.ts';
import { words } from '../words.ts';
import { LockIcon } from './icons.tsx';

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
      {lockedBy === null ? null : (
        <p id={lockId} className="setting-lock">
          <LockIcon />
          {lockedBy}
        </p>
      )}
    </fieldset>
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
    </section>
  );
}
