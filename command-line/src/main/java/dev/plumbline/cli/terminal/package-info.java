/** What people see: a live screen on a terminal, plain lines elsewhere; and how numbers are written. */
@NullMarked
package dev.plumbline.cli.terminal;

import org.jspecify.annotations.NullMarked;
