/**
 * The files that a run leaves, and its report.
 *
 * <p>While the run goes, events, windows, alerts and log lines are appended to files that roll over and are bounded in
 * bytes together. At the end the documents are written, each to a temporary name, and the folder loses its suffix
 * {@code .partial} as the very last step: a folder without it is complete, one with it is what was saved of a run that
 * did not get so far.
 *
 * <p>Trap: numbers over several windows come from merged distributions. Nothing here averages percentiles, and rates use
 * only windows that were under load from end to end.
 *
 * <p>Nothing here reads a clock, and everything that came from outside is escaped by the one class that writes markup,
 * or by the JSON and CSV writers.
 */
@NullMarked
package dev.plumbline.reports;

import org.jspecify.annotations.NullMarked;
