import { useEffect } from 'react';
import type { LampShown } from '../view/lamp.ts';

/** The title and the icon of the window show the same lamp as the window. */
export function useWindowLamp(lamp: LampShown, title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    document.querySelector('link[rel=icon]')?.setAttribute('href', `./lamp-${lamp}.svg`);
  }, [lamp]);
}
