/** The part of node-x11 4.2 that the watch of our window uses; the package ships no types of its own. */
declare module 'x11' {
  type Answer<T> = (failure: Error | null | undefined, answer: T) => void;

  export type Client = {
    InternAtom(onlyIfExists: boolean, name: string, answer: Answer<number>): void;
    QueryTree(window: number, answer: Answer<{ children: number[] }>): void;
    /** `type` 0 takes any; lengths in units of four bytes. */
    GetProperty(
      erase: 0,
      window: number,
      name: number,
      type: 0,
      offset: number,
      length: number,
      answer: Answer<{ type: number; data: Buffer }>,
    ): void;
    DestroyWindow(window: number): void;
    sync(): Promise<void>;
    terminate(): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'end', listener: () => void): void;
  };

  const x11: {
    createClient(
      options: { display: string; shm: false },
      ready: Answer<{ client: Client; screen: { root: number }[] }>,
    ): Client;
  };
  // biome-ignore lint/style/noDefaultExport: the package is CommonJS, this is how Node hands it over
  export default x11;
}
