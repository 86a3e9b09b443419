/** Why a value doesn't fit a field. The message completes "<field> …": `must be a whole number`. */
export class ValueError extends Error {}
