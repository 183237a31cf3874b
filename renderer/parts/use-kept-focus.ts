import type { RefObject } from 'react';
import { useEffect, useRef } from 'react';

/** When a state takes the focused button away, the focus goes to the big fact and not to nowhere. */
export function useKeptFocus(screen: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const last = useRef<EventTarget | null>(null);

  useEffect(() => {
    function focused({ target }: FocusEvent): void {
      last.current = target;
    }
    document.addEventListener('focusin', focused);
    return () => document.removeEventListener('focusin', focused);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the screen is what takes the button away
  useEffect(() => {
    const gone = last.current instanceof Element && !last.current.isConnected;
    if (gone && document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [screen]);

  return heading;
}
