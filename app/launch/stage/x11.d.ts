/** The part of node-x11 4.2 that the painter uses; the package ships no types of its own. */
declare module 'x11' {
  type Failure = Error | null | undefined;

  export type Client = {
    AllocID(): number;
    CreateWindow(
      id: number,
      parent: number,
      x: number,
      y: number,
      width: number,
      height: number,
      border: number,
      depth: number,
      windowClass: number,
      visual: number,
      values: { overrideRedirect?: boolean; backgroundPixel?: number; eventMask?: number },
    ): void;
    MapWindow(id: number): void;
    LowerWindow(id: number): void;
    CreatePixmap(id: number, drawable: number, depth: number, width: number, height: number): void;
    CreateGC(
      id: number,
      drawable: number,
      values: { foreground?: number; background?: number; graphicsExposures?: number; font?: number },
    ): void;
    ChangeGC(id: number, values: { foreground?: number; background?: number }): void;
    OpenFont(id: number, name: string): void;
    PolyFillRectangle(drawable: number, gc: number, rectangles: readonly number[]): void;
    PolyFillArc(drawable: number, gc: number, arcs: readonly number[]): void;
    ImageText8(drawable: number, gc: number, x: number, y: number, text: string): void;
    CopyArea(
      from: number,
      to: number,
      gc: number,
      fromX: number,
      fromY: number,
      toX: number,
      toY: number,
      width: number,
      height: number,
    ): void;
    sync(): Promise<void>;
    close(done: () => void): void;
    on(event: 'event', listener: (event: { name?: string }) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'end', listener: () => void): void;
  };

  export type Display = {
    client: Client;
    screen: { root: number; pixel_width: number; pixel_height: number; root_depth: number }[];
  };

  const x11: {
    createClient(
      options: { display: string; bufferRequests?: boolean; shm?: false },
      ready: (failure: Failure, display: Display) => void,
    ): Client;
    eventMask: { Exposure: number };
  };
  // biome-ignore lint/style/noDefaultExport: the package is CommonJS, this is how Node hands it over
  export default x11;
}
