/** {@code plumb target}: something to try against. */
@NullMarked
package dev.plumbline.cli.target;

import org.jspecify.annotations.NullMarked;
