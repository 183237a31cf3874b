const FLOOR_DB = -60;

/** The filled part of a level meter, 0 to 1, of a level in dBFS. */
export function meterFill(levelDb: number): number {
  return Math.min(1, Math.max(0, (levelDb - FLOOR_DB) / -FLOOR_DB));
}

/** The level as a meter may say it: whole decibels within the meter's range. */
export function meterDb(levelDb: number): number {
  return Math.round(Math.min(0, Math.max(FLOOR_DB, levelDb)));
}

export { FLOOR_DB };
