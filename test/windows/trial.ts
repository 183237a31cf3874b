import assert from 'node:assert/strict';
import type { Told } from './inside/told.ts';
import type { Inside, Lab } from './lab.ts';

/** One promise about our Windows code: a sentence in the present, and what proves it or throws. */
export type Trial = {
  readonly name: string;
  /** May answer what was measured, in a few words. */
  readonly run: (lab: Lab) => Promise<string | undefined>;
};

/** Waits for a program of `inside/` and answers everything it told. Throws what it printed where it failed. */
export async function toldBy(inside: Inside): Promise<readonly Told[]> {
  const { code, stderr } = await inside.ended;
  assert.equal(code, 0, stderr);
  return inside.told();
}

/** All that it told of one thing; the caller says which shape the program in `inside/` gives it. */
export function allOf<Shape>(told: readonly Told[], what: string): readonly Shape[] {
  return told.filter((one) => one.what === what) as unknown as readonly Shape[];
}

export function lastOf<Shape>(told: readonly Told[], what: string): Shape {
  const last = allOf<Shape>(told, what).at(-1);
  assert.ok(last !== undefined, `nothing was told of ${what}: ${JSON.stringify(told).slice(0, 2000)}`);
  return last;
}

/** Looks again and again until there is an answer. Throws after so long, with what was waited for. */
export async function until<Answer>(
  what: string,
  patienceMs: number,
  look: () => Promise<Answer | undefined>,
): Promise<Answer> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    assert.ok(performance.now() < deadlineMs, `waited ${patienceMs / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
