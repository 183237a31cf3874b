import type { Canvas } from './canvas.ts';
import type { Rectangle } from './grid.ts';
import type { Scene } from './scene.ts';

const notes = [
  'Weekly meeting, notes',
  '',
  '- The numbers from last week are in, and they are better than we hoped.',
  '- Anna shows the new page on Tuesday. Everybody reads it before.',
  '- Open question: who talks to the people who wrote to us about the export?',
  '- Decision: we ship on Thursday and keep Friday free for what comes back.',
  '',
  'Next steps',
  '',
  '- Ben writes down what we agreed and sends it round tonight.',
  '- Carla measures again, on the slow machine this time.',
  '- All: look at the list, take one thing off it.',
] as const;

const [paper, ink, bar, shadow, lane, ball] = [0xfbfaf7, 0x30343a, 0xdfe3e8, 0x34506a, 0x2c475f, 0xf2b84b];
const lineHeightPx = 20;
const charactersPerSecond = 14;
const everyMs = 33;

/** A calm desktop: notes being typed in a window, a ball gliding below it, a clock in the corner. */
export function desktopScene(): Scene {
  const startedAtMs = performance.now();
  let typed = -1;
  let painted = false;
  return {
    everyMs,
    paint(canvas) {
      const elapsedMs = performance.now() - startedAtMs;
      const page = pageOn(canvas);
      if (!painted) {
        paintDesk(canvas, page);
        canvas.show([0, 0, canvas.width, canvas.height]);
        painted = true;
      }
      const total = notes.reduce((sum, line) => sum + line.length + 1, 0);
      const due = Math.floor((elapsedMs / 1000) * charactersPerSecond) % total;
      if (due !== typed) canvas.show(typeUpTo(canvas, page, due, typed));
      typed = due;
      canvas.show(glide(canvas, elapsedMs));
    },
  };
}

function pageOn(canvas: Canvas): Rectangle {
  const width = Math.min(640, Math.floor(canvas.width * 0.7));
  const height = Math.min(380, Math.floor(canvas.height * 0.6));
  return [Math.floor((canvas.width - width) / 2), Math.floor(canvas.height * 0.12), width, height];
}

function paintDesk(canvas: Canvas, [x, y, width, height]: Rectangle): void {
  const bands = 45;
  const bandPx = Math.ceil(canvas.height / bands);
  for (let band = 0; band < bands; band += 1) {
    const depth = band / bands;
    const colour = (Math.round(92 - 40 * depth) << 16) | (Math.round(132 - 50 * depth) << 8) | 168;
    canvas.fill(colour, [[0, band * bandPx, canvas.width, bandPx]]);
  }
  canvas.fill(shadow, [[x + 6, y + 6, width, height]]);
  canvas.fill(paper, [[x, y, width, height]]);
  canvas.fill(bar, [[x, y, width, 26]]);
  [0xe06c5f, 0xe8bf56, 0x7fb069].forEach((colour, index) => {
    canvas.disc(colour, x + 10 + index * 18, y + 8, 10);
  });
  canvas.text(ink, bar, x + 80, y + 17, 'notes.txt');
}

/** Redraws from the line that changed and returns what to show. Starts a fresh page when it wraps round. */
function typeUpTo(canvas: Canvas, page: Rectangle, due: number, typed: number): Rectangle {
  const [x, y, width, height] = page;
  const fresh = due < typed;
  if (fresh || typed < 0) canvas.fill(paper, [[x, y + 26, width, height - 26]]);
  let before = 0;
  let changed: Rectangle = [x, y, width, height];
  for (const [index, line] of notes.entries()) {
    const baseline = y + 56 + index * lineHeightPx;
    const shown = Math.min(line.length, due - before);
    if (shown >= 0 && before + line.length >= typed && baseline < y + height - 8) {
      if (!fresh && typed >= 0) changed = [x, baseline - 36, width, lineHeightPx + 24];
      canvas.fill(paper, [[x + 18, baseline - 14, width - 36, lineHeightPx]]);
      if (shown > 0) canvas.text(ink, paper, x + 20, baseline, line.slice(0, shown));
      if (shown < line.length) canvas.fill(ink, [[x + 22 + shown * 6, baseline - 11, 2, 14]]);
    }
    before += line.length + 1;
  }
  return changed;
}

function glide(canvas: Canvas, elapsedMs: number): Rectangle {
  const area: Rectangle = [
    Math.floor(canvas.width * 0.1),
    Math.floor(canvas.height * 0.84),
    Math.floor(canvas.width * 0.8),
    40,
  ];
  const [x, y, width, height] = area;
  const along = (1 - Math.cos((elapsedMs / 1000) * 0.9)) / 2;
  canvas.fill(lane, [area]);
  canvas.disc(ball, Math.round(x + 4 + along * (width - height)), y + 4, height - 8);
  canvas.text(0xdfe3e8, lane, x + width - 60, y + 24, new Date().toTimeString().slice(0, 8));
  return area;
}
