/** {@code plumb check}, and the options that say where a target is: what a person types and sees of a probe. */
@NullMarked
package dev.plumbline.cli.check;

import org.jspecify.annotations.NullMarked;
