/** The driver's own way of writing a value for the wire; its types don't cover it. */
declare module 'pg/lib/utils.js' {
  export function prepareValue(value: unknown): unknown;
}
