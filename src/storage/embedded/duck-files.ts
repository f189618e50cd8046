/** Names in a state folder, and in a backup of one. */
export const DATABASE = 'events.duckdb'
export const DAYS = 'days'
