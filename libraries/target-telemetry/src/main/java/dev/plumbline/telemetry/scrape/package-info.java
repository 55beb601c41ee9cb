/**
 * Fetching pages and reading Prometheus' text form, both bounded in time and bytes.
 *
 * <p>Trap: a page is written by a stranger. A line that is not understood is skipped and counted, never guessed at; a value
 * of NaN is no value.
 */
@NullMarked
package dev.plumbline.telemetry.scrape;

import org.jspecify.annotations.NullMarked;
