/** How a display of Windows is opened without its place: `output=0,hmonitor=65537`, either may be missing. */
export type DxgiAddress = {
  /** Number of the output on the first graphics card, as ddagrab counts. */
  readonly output?: number;
  /** The HMONITOR, as gfxcapture takes it. */
  readonly hmonitor?: string;
};

export function dxgiAddress({ output, hmonitor }: DxgiAddress): string | undefined {
  const parts = [
    ...(output === undefined ? [] : [`output=${output}`]),
    ...(hmonitor === undefined ? [] : [`hmonitor=${hmonitor}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(',');
}

/** Nothing of it where it is not an address of this form. */
export function parseDxgiAddress(address: string | undefined): DxgiAddress {
  const output = /(?:^|,)output=(\d+)(?:,|$)/.exec(address ?? '')?.[1];
  const hmonitor = /(?:^|,)hmonitor=(\d+)(?:,|$)/.exec(address ?? '')?.[1];
  return {
    ...(output === undefined ? {} : { output: Number(output) }),
    ...(hmonitor === undefined ? {} : { hmonitor }),
  };
}
