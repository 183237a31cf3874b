/**
 * The way out of this machine as its system knows it. `metered`: what is sent costs money or volume. `unknown` is sent on like
 * `online`. A service on this machine is reached in any case.
 */
export type NetworkState = 'online' | 'metered' | 'offline' | 'unknown';

/** What a host or system tells of its network. */
export type Network = {
  readonly state: () => NetworkState;
  /** Calls back on every change, and where one network was exchanged for another; returns its own unsubscribe. */
  readonly watch: (listener: (state: NetworkState) => void) => () => void;
};
