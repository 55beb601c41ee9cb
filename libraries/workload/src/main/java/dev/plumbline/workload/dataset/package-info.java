/**
 * Prompts and conversations that people bring: a file in one of the formats of {@link
 * dev.plumbline.workload.dataset.DatasetFormat} becomes a {@link dev.plumbline.workload.dataset.Dataset}, and that a workload.
 * Pure: whoever uses it opens the file and hands its bytes in.
 *
 * <p>Prompts may be private. No message of this package repeats any of them: faults are told by file, line, and names of fields.
 *
 * <p>Trap: a real export of conversations has entries in which no user speaks. Those are left out and counted; a line that is broken
 * is refused, because then nobody knows what else is.
 */
@NullMarked
package dev.plumbline.workload.dataset;

import org.jspecify.annotations.NullMarked;
