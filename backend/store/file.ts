/** The embedded database, in the data folder. */
export const SQLITE_FILE = 'tallylight.sqlite';
