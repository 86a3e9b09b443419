// Says in one line how many tests passed, from vitest's JSON report. A file that could not even be loaded is a failure.
import { readFileSync } from 'node:fs';

let report;
try {
  report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
} catch {
  report = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
}
const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
const failed = report.numFailedTests + broken.length;
const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;
