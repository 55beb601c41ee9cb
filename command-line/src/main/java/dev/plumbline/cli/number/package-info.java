/** Numbers as people write them, and what is said of those that are none. */
@NullMarked
package dev.plumbline.cli.number;

import org.jspecify.annotations.NullMarked;
