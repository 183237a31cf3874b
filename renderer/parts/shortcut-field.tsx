import type { KeyboardEvent } from 'react';
import { useId, useState } from 'react';
import type { Ask } from '../store/connect.ts';
import { acceleratorOf, keysShown } from '../view/accelerator.ts';
import type { ShortcutChoice } from '../view/settings.ts';
import { isMac } from '../view/shortcuts.ts';
import { words } from '../words.ts';

const mac = isMac(navigator.platform);

type Props = { readonly choice: ShortcutChoice; readonly locked: boolean; readonly ask: Ask };

/** One global shortcut: pressed rather than written, by whoever is asked for it; Escape or leaving lets it be as it was. */
export function ShortcutField({ choice: { name, title, chosen, refused }, locked, ask }: Props) {
  const { settings: say } = words;
  const [isAsked, setAsked] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const id = useId();

  function end(): void {
    setAsked(false);
    setRefused(false);
  }
  function pressed(press: KeyboardEvent): void {
    // Tab goes on, as everywhere.
    if (!isAsked || press.key === 'Tab') return;
    press.preventDefault();
    press.stopPropagation();
    if (press.key === 'Escape') {
      end();
      return;
    }
    if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph'].includes(press.key)) return;
    const keys = acceleratorOf(press.nativeEvent, mac);
    setRefused(keys === null);
    if (keys === null) return;
    end();
    void ask('settings.change', { shortcuts: { [name]: keys } });
  }
  const shown = chosen === null ? say.noKeys : keysShown(chosen, mac);
  return (
    <div className="setting-option setting-keys">
      <span id={id}>{title}</span>
      <button
        type="button"
        className="keys-field"
        aria-labelledby={`${id} ${id}-keys`}
        aria-disabled={locked}
        onClick={() => setAsked(!locked && !isAsked)}
        onKeyDown={pressed}
        onBlur={end}
      >
        <span id={`${id}-keys`}>{isAsked ? say.press : shown}</span>
      </button>
      {chosen === null || locked ? null : (
        <button
          type="button"
          className="quiet"
          onClick={() => void ask('settings.change', { shortcuts: { [name]: null } })}
        >
          {say.clear}
          <span className="unseen">{say.of(title)}</span>
        </button>
      )}
      <p className="setting-hint" aria-live="polite">
        {isRefused ? say.needsModifier : refused}
      </p>
    </div>
  );
}
