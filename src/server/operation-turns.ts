/** An operation that the library was given, until it is over. */
interface Turn {
  /** Whether the client completed it: then its id may be used again. */
  isCompleted: boolean;
  /** The message that uses it again, to be given when this one is over. */
  next: string | null;
}

/**
 * graphql-ws goes by ids alone: an operation that ends takes whatever has its id along, and one that begins late goes on under it.
 * So one whose id was just completed is given to it when the one before is over.
 */
export function inTurnById(
  handle: (text: string) => Promise<void>,
  { isOpen, refuseDuplicate }: { isOpen: () => boolean; refuseDuplicate: (id: string) => void },
): (text: string) => Promise<void> {
  const turns = new Map<string, Turn>();

  /** One after the other, not one in the other: a client may go on like that for as long as it is there. */
  async function run(id: string, first: string): Promise<void> {
    for (let text: string | null = first; text !== null;) {
      const turn: Turn = { isCompleted: false, next: null };
      turns.set(id, turn);
      try {
        await handle(text);
      } finally {
        turns.delete(id);
      }
      // On a socket that is gone nobody would end it any more.
      text = isOpen() ? turn.next : null;
    }
  }

  return (text) => {
    const { type, id } = headOf(text);
    if (typeof id !== 'string' || id === '') return handle(text);
    const turn = turns.get(id);
    if (type === 'subscribe') {
      if (turn === undefined) return run(id, text);
      if (turn.isCompleted && turn.next === null) turn.next = text;
      else refuseDuplicate(id);
      return Promise.resolve();
    }
    if (type === 'complete' && turn !== undefined) {
      if (turn.isCompleted) {
        turn.next = null;
        return Promise.resolve();
      }
      turn.isCompleted = true;
    }
    return handle(text);
  };
}

function headOf(text: string): { type?: unknown; id?: unknown } {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? message : {};
  } catch {
    return {};
  }
}
