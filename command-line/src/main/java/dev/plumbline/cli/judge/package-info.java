/** {@code plumb judge}: a verdict on files that are there already. */
@NullMarked
package dev.plumbline.cli.judge;

import org.jspecify.annotations.NullMarked;
