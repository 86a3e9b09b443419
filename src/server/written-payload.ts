import type { FormattedExecutionResult } from 'graphql';
import { randomUUID } from 'node:crypto';
import { stringifyResult } from '../graphql/executor/stringify.ts';

/** What stands for a payload in a message that graphql-ws writes. Nobody outside knows it, so no message that a client has a say in ends with it. */
const MARK = randomUUID();
const PLACE = `"${MARK}"}`;

/** The payload of the message being written: it is written and sent without a pause in between. */
let written: string | null = null;

/**
 * For graphql-ws's `onNext`, a result that has its JSON already: what many subscribers get is written once, and spliced into the message of
 * each. The library writes messages by JSON.stringify, which has no other way to take a text as it is.
 */
export function writtenPayload(result: FormattedExecutionResult): object {
  const text = stringifyResult(result);
  return {
    toJSON() {
      written = text;
      return MARK;
    },
  };
}

/** Writes the messages by which an operation tells its results, as the library would. */
export function resultMessages(id: string): (result: FormattedExecutionResult) => string {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  return (result) => `${head}${stringifyResult(result)}}`;
}

/** The message as it goes out. The payload stands at its end; a message without its mark gets none. */
export function withPayload(message: string): string {
  const text = written;
  written = null;
  return text === null || !message.endsWith(PLACE) ? message : `${message.slice(0, -PLACE.length)}${text}}`;
}
