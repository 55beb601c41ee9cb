/**
 * What a run was and what came of it, as values: made by the run, judged, written to files, kept as history.
 *
 * <p>Nothing here reads a clock, a file or a topic.
 */
@NullMarked
package dev.plumbline.judgement.result;

import org.jspecify.annotations.NullMarked;
