/** The machine's clocks, behind one class. */
@NullMarked
package dev.plumbline.cli.time;

import org.jspecify.annotations.NullMarked;
