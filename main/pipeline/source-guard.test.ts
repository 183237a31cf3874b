import { expect, test } from 'vitest';
import { parseRecordings } from './source-guard.ts';

/** Printed by pactl 16.1, shortened. */
const LIST = `Source Output #0
	Driver: protocol-native.c
	Client: 3
	Source: 1
	Sample Specification: s16le 2ch 48000Hz
	Buffer Latency: 312 usec
	Properties:
		media.name = "record"
		application.name = "Lavf59.27.100"
		application.process.id = "19484"
		application.process.binary = "ffmpeg"

Source Output #7
	Driver: module-remap-source.c
	Client: n/a
	Source: 4
	Properties:
		media.name = "Remapped Stream"
`;

test('recordings are read with the process they belong to; the server’s own have none', () => {
  expect(parseRecordings(LIST)).toEqual([{ sourceIndex: 1, pid: 19484 }]);
  expect(parseRecordings('')).toEqual([]);
});
