import type { Canvas } from './canvas.ts';

/** `paint` is called once and then, where `everyMs` is given, again and again. */
export type Scene = { readonly everyMs?: number; paint(canvas: Canvas): void };
