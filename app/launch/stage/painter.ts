import { setTimeout as delay } from 'node:timers/promises';
import { openCanvas } from './canvas.ts';
import type { Scene } from './scene.ts';
import { type Picture, sceneOf } from './scenes.ts';
import { answerParent } from './worker.ts';

/** The program that paints the stage's display: started with DISPLAY set, asked for pictures. */

const canvas = await openCanvas(process.env.DISPLAY ?? '', (reason) => {
  process.stderr.write(`painter: ${reason}\n`);
  process.exit(1);
});
let current: Scene | undefined;

answerParent(async (question) => {
  const scene = sceneOf(question as Picture);
  current = scene;
  scene.paint(canvas);
  await canvas.sync();
  repaint(scene).catch((error: unknown) => {
    process.stderr.write(`painter: ${String(error)}\n`);
    process.exit(1);
  });
});

async function repaint(scene: Scene): Promise<void> {
  if (scene.everyMs === undefined) return;
  let dueMs = performance.now();
  while (current === scene) {
    const nowMs = performance.now();
    dueMs = Math.max(dueMs + scene.everyMs, nowMs);
    await delay(dueMs - nowMs);
    if (current !== scene) return;
    scene.paint(canvas);
    await canvas.sync();
  }
}
