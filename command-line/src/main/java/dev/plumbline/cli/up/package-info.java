/** {@code plumb up}: the local stack for several runs. */
@NullMarked
package dev.plumbline.cli.up;

import org.jspecify.annotations.NullMarked;
