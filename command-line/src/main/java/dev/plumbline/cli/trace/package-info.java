/**
 * {@code plumb trace}: what a trace is before it is replayed, and a trace without what was said.
 */
@NullMarked
package dev.plumbline.cli.trace;

import org.jspecify.annotations.NullMarked;
