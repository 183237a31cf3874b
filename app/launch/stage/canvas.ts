import x11 from 'x11';
import type { Rectangle } from './grid.ts';

/** A full-screen window with a picture behind it: draw unseen, then show a rectangle of it at once. */
export type Canvas = {
  readonly width: number;
  readonly height: number;
  fill(colour: number, rectangles: readonly Rectangle[]): void;
  disc(colour: number, x: number, y: number, diameter: number): void;
  text(colour: number, behind: number, x: number, baseline: number, text: string): void;
  show(rectangle: Rectangle): void;
  /** Resolves when the server has done everything asked so far. */
  sync(): Promise<void>;
};

/** Connects to the display; `onLost` is called once it is gone. Rejects when nothing answers there. */
export function openCanvas(display: string, onLost: (reason: string) => void): Promise<Canvas> {
  return new Promise((resolve, reject) => {
    // shm: false, because passing file descriptors reaches into Node's internals and nothing here needs it.
    const client = x11.createClient({ display, bufferRequests: true, shm: false }, (failure, connected) => {
      const screen = connected?.screen[0];
      if (failure || !screen) return reject(failure ?? new Error(`${display} has no screen`));
      const canvas = drawOn(connected.client, screen);
      return canvas.sync().then(() => resolve(canvas), reject);
    });
    client.on('error', (error) => onLost(error.message));
    client.on('end', () => onLost('the display ended'));
  });
}

type Screen = { root: number; pixel_width: number; pixel_height: number; root_depth: number };

function drawOn(client: import('x11').Client, screen: Screen): Canvas {
  const { pixel_width: width, pixel_height: height, root_depth: depth } = screen;
  const [window, picture, gc, font] = [
    client.AllocID(),
    client.AllocID(),
    client.AllocID(),
    client.AllocID(),
  ];
  client.CreateWindow(window, screen.root, 0, 0, width, height, 0, 0, 0, 0, {
    overrideRedirect: true,
    eventMask: x11.eventMask.Exposure,
  });
  client.CreatePixmap(picture, screen.root, depth, width, height);
  // 'fixed' is built into the server, so no font package is needed.
  client.OpenFont(font, 'fixed');
  client.CreateGC(gc, picture, { foreground: 0, background: 0, graphicsExposures: 0, font });
  client.PolyFillRectangle(picture, gc, [0, 0, width, height]);
  // At the bottom of the stack: a recorder's own window may share this display.
  client.LowerWindow(window);
  client.MapWindow(window);

  let foreground = 0;
  const use = (colour: number) => {
    if (colour !== foreground) client.ChangeGC(gc, { foreground: colour });
    foreground = colour;
  };
  const show = ([x, y, w, h]: Rectangle) => client.CopyArea(picture, window, gc, x, y, x, y, w, h);
  client.on('event', (event) => {
    if (event.name === 'Expose') show([0, 0, width, height]);
  });
  return {
    width,
    height,
    show,
    sync: () => client.sync(),
    fill(colour, rectangles) {
      use(colour);
      if (rectangles.length > 0) client.PolyFillRectangle(picture, gc, rectangles.flat());
    },
    disc(colour, x, y, diameter) {
      use(colour);
      client.PolyFillArc(picture, gc, [x, y, diameter, diameter, 0, 360 * 64]);
    },
    text(colour, behind, x, baseline, text) {
      use(colour);
      client.ChangeGC(gc, { background: behind });
      client.ImageText8(picture, gc, x, baseline, text);
    },
  };
}
