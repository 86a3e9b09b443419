import { Refusal } from '../access/refusals.ts';

// Why followers end: each says what to do instead.

export function hasEnded(): Error {
  return new Error('The delivery has ended: nothing can be followed through it any more.');
}

export function lostTrack(): Refusal {
  return new Refusal('STALE_VERSION', 'What happened meanwhile is no longer kept. Query again, and follow anew.');
}

export function definitionChanged(definition: string): Refusal {
  return new Refusal('STALE_VERSION', `The definition ${definition} changed. Query again, and follow anew.`);
}

export function tooMuchChanged(): Refusal {
  return new Refusal(
    'STALE_VERSION',
    'Your access changed for too much to tell one by one. Query again, and follow anew.',
  );
}

export function cannotBeRead(): Refusal {
  return new Refusal('TOO_COMPLEX', 'Reading what changed here takes too long. Narrow the condition, or select less.');
}

export function tooMany(mostHeld: number): Refusal {
  return new Refusal(
    'TOO_COMPLEX',
    `The lists that are followed through this server hold more than ${mostHeld} records. Narrow the condition, or name an archive or folder.`,
    { mostHeld },
  );
}

/** The account behind a subscription or socket is blocked, deactivated or deleted. */
export function accountEnded(): Refusal {
  return new Refusal('UNAUTHENTICATED', 'This account may not look any more.');
}
