/** The machine's clocks, behind one class, and durations as people write them. */
@NullMarked
package dev.plumbline.cli.time;

import org.jspecify.annotations.NullMarked;
