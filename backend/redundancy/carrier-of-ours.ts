import { fail } from '../../contract/result.ts';
import type { Carrier } from './carrier.ts';

/** Nothing is sent anywhere yet: what is to be sent waits here. */
export const carrierOfOurs: Carrier = {
  transfer: async () => fail('destination-unreachable', 'no transfer'),
  probe: async () => fail('destination-unreachable', 'no transfer'),
};
